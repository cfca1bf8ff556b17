/** An operator locks and unlocks a car in the browser, sees each step, and what the car says. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { isCleanEverywhere, sidewaysOverflowPx } from './accessibility.ts';
import { darkPhone, desktop, signIn, startVisit } from './visit.ts';

test('a car is unlocked after one question, confirmed by its own word, and what it refuses is told with its reason', async (t) => {
  const visit = await startVisit(t);
  if (!visit) return;
  const { world } = visit;
  try {
    const car = (await world.cars('first')).find(({ make }) => make === 'VOLKSWAGEN') ?? assert.fail();
    const id = await world.connectCar(car);
    await visit.until('it is active', async () => (await world.vehicle(id)).connection?.status === 'active');
    const page = await (await visit.person(desktop)).newPage();
    await signIn(page, world);
    await page.goto(`${world.publicUrl}/vehicles/${id}`);
    const { number } = (await world.api('GET', `/vehicles/${id}`)).body as { number: string };

    await page.getByRole('button', { name: 'Unlock', exact: true }).click();
    const question = page.getByRole('dialog', { name: `Unlock ${number}?` });
    await question.getByRole('button', { name: `Unlock ${number}` }).click();
    const list = page.getByRole('region', { name: 'Lock and unlock' });
    await list.getByText('Waiting to be sent').waitFor();
    await world.settle();
    await list.getByText('Sent; waiting for the car').waitFor();
    await visit.until('it is confirmed', async () => (await list.getByText('Confirmed by the car').count()) > 0, 1_800);
    await isCleanEverywhere(page, 'a vehicle that was unlocked');

    await visit.advance(60);
    await world.sim('POST', `/sim/api/cars/${car.vin}/faults`, { kind: 'door-open' });
    await page.getByRole('button', { name: 'Lock', exact: true }).click();
    await list.getByText('Waiting to be sent').waitFor();
    await world.settle();
    await list.getByText('A door is open.').waitFor();

    // What the car said speaks against the next one: it is asked about, and refused by nobody but the car.
    await page.getByRole('button', { name: 'Lock', exact: true }).click();
    const caution = page.getByRole('dialog', { name: `Lock ${number}?` });
    await caution.getByText('A door is open.').waitFor();
    await isCleanEverywhere(page, 'a caution before locking');
    await caution.getByRole('button', { name: 'Leave it as it is' }).click();
    await caution.waitFor({ state: 'detached' });
    await world.sim('DELETE', `/sim/api/cars/${car.vin}/faults/door-open`);
    await visit.advance(60);
    await page.getByRole('button', { name: 'Lock', exact: true }).click();
    await caution.getByRole('button', { name: `Lock ${number}` }).click();
    await list.getByText('Waiting to be sent').waitFor();

    assert.deepEqual(visit.complaints, []);
    assert.deepEqual(world.faults, []);
  } finally {
    await visit.close();
  }
});

test('on a phone in the dark a command is taken back before it is sent', async (t) => {
  const visit = await startVisit(t);
  if (!visit) return;
  const { world } = visit;
  try {
    const car = (await world.cars('first')).find(({ make }) => make === 'VOLKSWAGEN') ?? assert.fail();
    const id = await world.connectCar(car);
    await visit.until('it is active', async () => (await world.vehicle(id)).connection?.status === 'active');
    const page = await (await visit.person(darkPhone)).newPage();
    await signIn(page, world);
    await page.goto(`${world.publicUrl}/vehicles/${id}`);
    await page.getByRole('button', { name: 'Lock', exact: true }).click();
    const list = page.getByRole('region', { name: 'Lock and unlock' });
    await list.getByRole('button', { name: 'Cancel' }).click();
    await list.getByText('Cancelled').waitFor();
    assert.equal(await sidewaysOverflowPx(page), 0);
    assert.deepEqual(visit.complaints, []);
  } finally {
    await visit.close();
  }
});
