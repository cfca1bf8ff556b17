/** The request budget in the browser: what is left, where it went, and a plan that is changed, refused and only looked at. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { flushUsage } from '../../src/flows/meter.ts';
import { isCleanEverywhere } from './accessibility.ts';
import { signIn, startVisit } from './visit.ts';

test('an administrator sees from the overview what is left, where it went, and changes the plan', async (t) => {
  const visit = await startVisit(t);
  if (!visit) return;
  const { world } = visit;
  try {
    await world.api('PATCH', '/plan', { requestBudget: { perVehiclePerMonth: 1_000 } });
    const page = await (await visit.person()).newPage();
    await signIn(page, world);
    await page.goto(`${world.publicUrl}/settings/budget`);
    await page.getByText('No vehicle was read this month yet.').waitFor();
    await page.getByText('Nothing waits.').waitFor();
    await isCleanEverywhere(page, 'an empty budget');

    const [car] = await world.cars('spare');
    const id = await world.connectCar(car ?? assert.fail());
    await visit.until('it is active', async () => (await world.vehicle(id)).connection?.status === 'active');
    const routine = { fleetId: world.fleets[0], make: 'KIA', purpose: 'routine' } as const;
    world.ground.meter.note(routine, 240, 0, world.now());
    await flushUsage(world.ground, world.now());
    await page.goto(world.publicUrl);
    await page.getByRole('heading', { name: 'Requests left' }).waitFor();
    await page.getByRole('link', { name: 'Request budget' }).click();
    await page.getByRole('heading', { name: 'This month' }).waitFor();
    await page
      .getByText(/of 1,000/)
      .first()
      .waitFor();
    await page.getByText('not known yet').waitFor();
    await page.getByRole('row', { name: /Reads of vehicles in use 24\d/ }).waitFor();
    await isCleanEverywhere(page, 'a used budget');

    const perMonth = page.getByLabel('Requests of a vehicle and month');
    await perMonth.fill('5');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('From 30 to 100,000.').waitFor();
    world.ground.budget.perMonth = 3_000;
    await perMonth.fill('4000');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText(/At most 3000 each fit/).waitFor();
    await isCleanEverywhere(page, 'a plan that was refused');
    await perMonth.fill('2500');
    await page.getByLabel('A vehicle is read every').fill('45');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The plan is saved.').waitFor();
    await page
      .getByText(/of 2,500/)
      .first()
      .waitFor();
    const { body } = await world.api('GET', '/plan');
    assert.deepEqual(
      [body['pollIntervalS'], body['requestBudget']],
      [2_700, { burst: 100_000, perMinute: 100_000, perVehiclePerMonth: 2_500, reserveForCommands: 0.1 }],
    );
    await page.goto(`${world.publicUrl}/vehicles/${id}`);
    await page.getByText(/^\d+ of 2,500/).waitFor();
    assert.deepEqual(world.faults, []);
  } finally {
    await visit.close();
  }
});
