/** An operator moves a fleet from v2 to v3 in the browser: told of it on the overview, a plan, one press, one car put back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { Page } from 'playwright-core';

import { ensureAdministrator } from '../../src/http/people.ts';
import { chromiumOrSkip } from '../support/chromium.ts';
import { startV2Fleet } from '../support/v2-fleet.ts';
import type { V2Fleet } from '../support/v2-fleet.ts';
import { isCleanEverywhere } from './accessibility.ts';
import { operator, signIn } from './visit.ts';

interface Opened {
  page: Page;
  close: () => Promise<void>;
}

async function openPage(t: TestContext, { world }: V2Fleet): Promise<Opened | null> {
  const browser = await chromiumOrSkip(t);
  if (!browser) return null;
  const administrator = { ...operator, name: 'Ada', fleetIds: [world.fleets[0]] };
  await ensureAdministrator(world.ground.database, administrator, world.now());
  const context = await browser.newContext({ timezoneId: 'Europe/Berlin', locale: 'en-GB' });
  context.setDefaultTimeout(15_000);
  await context.clock.setFixedTime(world.now());
  const page = await context.newPage();
  await signIn(page, world);
  return { page, close: () => browser.close() };
}

test('a fleet is moved from its overview: plan, start, put one back, finish', async (t) => {
  const fleet = await startV2Fleet((cars) => cars.filter(({ make }) => make === 'VOLKSWAGEN').slice(0, 4));
  const [left, one] = fleet.cars;
  assert.ok(left && one);
  const narrower = { kind: 'permission-missing', permission: 'read_tires' };
  await fleet.world.sim('POST', `/sim/api/cars/${left.car.vin}/faults`, narrower);
  const opened = await openPage(t, fleet);
  try {
    if (!opened) return;
    const { page } = opened;
    await page.getByText('4 cars are still on Smartcar’s v2').waitFor();
    await isCleanEverywhere(page, 'the overview');
    await page.getByRole('link', { name: 'Move to v3' }).click();
    await page.getByRole('button', { name: 'Plan the move' }).click();
    await page.getByRole('heading', { name: 'Plan', exact: true }).waitFor();
    await page.getByText(/something would be lost: .*tyre pressure/i).waitFor();
    await isCleanEverywhere(page, 'the plan');
    await page.getByRole('button', { name: 'Start the move' }).click();
    const start = page.getByRole('dialog', { name: 'Move 3 cars to v3?' });
    await start.getByRole('button', { name: 'Start the move' }).click();
    await page.getByRole('heading', { name: 'The move is under way' }).waitFor();
    await untilMoved(fleet, 3);
    await page.reload();
    await page.getByText('Read on v3.').first().waitFor();
    await isCleanEverywhere(page, 'the move');
    const { number } = (await fleet.world.api('GET', `/vehicles/${one.id}`)).body as { number: string };
    await page.getByRole('button', { name: `Put ${number} back on v2` }).click();
    await page.getByText('On v2, as before.').waitFor();
    await page.getByRole('button', { name: 'Finish, no way back' }).click();
    const finish = page.getByRole('dialog', { name: 'Finish the move of 2 cars?' });
    await finish.waitFor();
    await isCleanEverywhere(page, 'the question');
    await finish.getByRole('button', { name: 'Finish, no way back' }).click();
    await page.getByRole('heading', { name: 'The last move is finished' }).waitFor();
    await page.getByText('2 cars are still on Smartcar’s v2').waitFor();
    assert.deepEqual(fleet.world.faults, []);
  } finally {
    await opened?.close();
    await fleet.close();
  }
});

async function untilMoved(fleet: V2Fleet, cars: number): Promise<void> {
  for (let minutes = 0; minutes < 26 * 60; minutes += 5) {
    const { body } = await fleet.world.api('GET', '/moves?limit=1');
    const [move] = body['items'] as { counts: { moved: number } }[];
    if (move?.counts.moved === cars) return;
    await fleet.passMinutes(5);
  }
  assert.fail(`In a day ${cars} cars were not moved.`);
}
