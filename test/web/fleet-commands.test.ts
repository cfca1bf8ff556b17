/** An operator watches what is asked of all cars: each command as it goes, what went wrong, and how well each make does. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { VehicleId } from '../../src/domain/ids.ts';
import type { SimulatedCar } from '../support/world.ts';
import { isCleanEverywhere } from './accessibility.ts';
import { darkPhone, desktop, signIn, startVisit } from './visit.ts';
import type { Visit } from './visit.ts';

async function connected(
  { world, until }: Visit,
  make: string,
): Promise<{ id: VehicleId; number: string; car: SimulatedCar }> {
  const car = (await world.cars('first')).find((one) => one.make === make) ?? assert.fail(make);
  const id = await world.connectCar(car);
  await until('it is active', async () => (await world.vehicle(id)).connection?.status === 'active');
  const { number } = (await world.api('GET', `/vehicles/${id}`)).body as { number: string };
  return { id, number, car };
}

test('commands come in and move on by themselves, are counted by make, and what went wrong is found by the address', async (t) => {
  const visit = await startVisit(t);
  if (!visit) return;
  const { world } = visit;
  try {
    const [volkswagen, hyundai] = [await connected(visit, 'VOLKSWAGEN'), await connected(visit, 'HYUNDAI')];
    const ask = (id: VehicleId, type: 'lock' | 'unlock') => world.api('POST', `/vehicles/${id}/commands`, { type });
    const page = await (await visit.person(desktop)).newPage();
    await signIn(page, world);
    await page.goto(`${world.publicUrl}/commands`);
    await page.getByRole('heading', { name: 'Nothing was locked or unlocked yet' }).waitFor();
    await isCleanEverywhere(page, 'no commands yet');

    await ask(volkswagen.id, 'unlock');
    const history = page.getByRole('region', { name: 'History' });
    const line = history.getByRole('listitem').filter({ hasText: volkswagen.number });
    await line.getByText('Waiting to be sent').waitFor();
    await world.settle();
    await line.getByText('Sent; waiting for the car').waitFor();
    await visit.until('it is confirmed', async () => (await line.getByText('Confirmed by the car').count()) > 0, 1_800);
    await line.getByText(/accepted by Smartcar .* · confirmed after \d+ s$/).waitFor();
    const counted = page.getByRole('row').filter({ hasText: 'Volkswagen' });
    await counted.getByText('1 of 1').waitFor();

    await world.sim('POST', `/sim/api/cars/${hyundai.car.vin}/faults`, { kind: 'door-open' });
    await ask(hyundai.id, 'lock');
    await world.settle();
    await history.getByText('A door is open.').waitFor();
    const all = page.getByRole('row').filter({ hasText: 'All makes' });
    await all.getByText('1 of 2').waitFor();
    assert.deepEqual(
      await all
        .getByRole('cell')
        .allTextContents()
        .then((cells) => cells.slice(0, 5)),
      ['2', '50 % 1 of 2', '0', '1', '0'],
    );
    await isCleanEverywhere(page, 'the commands');

    await page.getByRole('combobox', { name: 'State' }).click();
    await page.getByRole('option', { name: 'Went wrong' }).click();
    await line.waitFor({ state: 'detached' });
    assert.match(page.url(), /\/commands\?state=unconfirmed%2Cfailed%2Cexpired/);
    await page.reload();
    await history.getByText('A door is open.').waitFor();
    assert.equal(await history.getByRole('listitem').count(), 1);
    await page.goto(`${world.publicUrl}/commands?state=cancelled`);
    await page.getByRole('heading', { name: 'No command fits' }).waitFor();
    await page.getByRole('button', { name: 'Show all commands' }).click();
    await history.getByRole('listitem').nth(1).waitFor();

    assert.deepEqual(visit.complaints, []);
    assert.deepEqual(world.faults, []);
  } finally {
    await visit.close();
  }
});

test('on a phone in the dark a make leads to its commands, a command to its vehicle, and the vehicle to all of its own', async (t) => {
  const visit = await startVisit(t);
  if (!visit) return;
  const { world } = visit;
  try {
    const [volkswagen, hyundai] = [await connected(visit, 'VOLKSWAGEN'), await connected(visit, 'HYUNDAI')];
    for (const { id } of [volkswagen, hyundai]) await world.api('POST', `/vehicles/${id}/commands`, { type: 'lock' });
    await world.settle();
    const page = await (await visit.person(darkPhone)).newPage();
    await signIn(page, world);
    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Commands' }).click();
    const history = page.getByRole('region', { name: 'History' });
    await history.getByRole('listitem').nth(1).waitFor();
    await page.getByRole('table').getByRole('link', { name: 'Volkswagen' }).click();
    await history.getByRole('listitem').nth(1).waitFor({ state: 'detached' });
    await history.getByRole('link', { name: volkswagen.number }).click();
    await page.getByRole('link', { name: 'All its commands' }).click();
    await page.getByText(`Only those of ${volkswagen.number}.`).waitFor();
    await history.getByRole('listitem').first().waitFor();
    assert.deepEqual(await history.getByRole('link').allTextContents(), [volkswagen.number]);
    assert.equal(await page.getByRole('table').count(), 0);
    await isCleanEverywhere(page, 'the commands of one vehicle');
    await page.getByRole('button', { name: 'Show all' }).click();
    await history.getByRole('link', { name: hyundai.number }).waitFor();

    assert.deepEqual(visit.complaints, []);
    assert.deepEqual(world.faults, []);
  } finally {
    await visit.close();
  }
});
