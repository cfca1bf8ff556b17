/** A renter at the kerb, with a phone: the car is unlocked and locked, refuses, is out of reach, and is given back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';

import type { VehicleId } from '../../src/domain/ids.ts';
import type { CommandView } from '../../src/http/contract/commands.ts';
import type { SimulatedCar } from '../support/world.ts';
import { isClean, isCleanEverywhere } from './accessibility.ts';
import { darkPhone, startVisit } from './visit.ts';
import type { Visit } from './visit.ts';

interface Rented {
  visit: Visit;
  car: SimulatedCar;
  vehicleId: VehicleId;
  rentalId: string;
  url: string;
  commands(): Promise<CommandView[]>;
}

async function rented(visit: Visit): Promise<Rented> {
  const { world } = visit;
  const car = (await world.cars('first')).find(({ make }) => make === 'VOLKSWAGEN') ?? assert.fail();
  const vehicleId = await world.connectCar(car);
  await visit.until('it is active', async () => (await world.vehicle(vehicleId)).connection?.status === 'active');
  await world.api('PATCH', `/vehicles/${vehicleId}`, { plate: 'M-TL 104' });
  const text = 'The key is in the box at the pillar behind the car. Its code is your birthday.';
  await world.api('PATCH', '/settings', { fallback: { text, phone: '+49 89 1234567' } });
  const endsAt = new Date(world.now().getTime() + 4 * 3_600_000).toISOString();
  const { body } = await world.api('POST', '/rentals', { vehicleId, reference: 'B-1', endsAt, renterLink: true });
  const { url } = body['renterLink'] as { url: string };
  const commands = async () =>
    (await world.api('GET', `/vehicles/${vehicleId}/commands`)).body['items'] as CommandView[];
  return { visit, car, vehicleId, rentalId: String(body['id']), url, commands };
}

const lightPhone = { ...darkPhone, colorScheme: 'light' } as const;
const shows = (page: Page, text: string | RegExp): Promise<void> => page.getByText(text).first().waitFor();
const button = (page: Page, name: 'Lock' | 'Unlock') => page.getByRole('button', { name, exact: true });

test('a renter unlocks, is refused with a way out, locks, and after the end nothing opens', async (t) => {
  const visit = await startVisit(t);
  if (!visit) return;
  const { world } = visit;
  try {
    const { car, url, rentalId, commands } = await rented(visit);
    const page = await (await visit.person(lightPhone)).newPage();
    await page.goto(url);
    await shows(page, /Last known: (un)?locked/);
    await isCleanEverywhere(page, "a renter's page");
    await page.setViewportSize(lightPhone.viewport);

    await button(page, 'Unlock').dblclick();
    await shows(page, 'Being sent to the car.');
    assert.ok(await button(page, 'Lock').isDisabled());
    await isClean(page, "a renter's page, unlocking");
    await world.settle();
    await visit.until('it is confirmed', async () => (await commands())[0]?.state === 'confirmed', 600);
    await shows(page, 'Unlocked, says the car');
    assert.equal((await commands()).length, 1);
    await isClean(page, "a renter's page, unlocked");

    await visit.advance(60);
    await world.sim('POST', `/sim/api/cars/${car.vin}/faults`, { kind: 'door-open' });
    await button(page, 'Lock').tap();
    await shows(page, 'Being sent to the car.');
    await world.settle();
    await shows(page, 'A door is open. Close every door first.');
    const call = page.getByRole('link', { name: 'Call +49 89 1234567' });
    assert.ok(await call.isVisible());
    assert.equal(await call.getAttribute('href'), 'tel:+49891234567');
    await isCleanEverywhere(page, "a renter's page, refused");
    await page.setViewportSize(lightPhone.viewport);

    await world.sim('DELETE', '/sim/api/faults');
    await button(page, 'Lock').tap();
    await shows(page, 'Being sent to the car.');
    await world.settle();
    await visit.until('it is locked', async () => (await commands())[0]?.state === 'confirmed', 600);
    await shows(page, /^Locked, says the car/);

    await world.api('POST', `/rentals/${rentalId}/end`, {});
    await page.getByRole('heading', { name: 'This rental is over' }).waitFor({ timeout: 30_000 });
    await isCleanEverywhere(page, "a renter's page, over");
    assert.deepEqual(
      (await commands()).map(({ type, state }) => `${type} ${state}`),
      ['lock confirmed', 'lock failed', 'unlock confirmed'],
    );
    assert.deepEqual(visit.complaints, []);
    assert.deepEqual(world.faults, []);
  } finally {
    await visit.close();
  }
});

test('a press without a connection is told as tried again, goes out once it is back, and is one command', async (t) => {
  const visit = await startVisit(t);
  if (!visit) return;
  const { world } = visit;
  try {
    const { url, commands } = await rented(visit);
    const person = await visit.person(darkPhone);
    const page = await person.newPage();
    await page.goto(url);
    await person.setOffline(true);
    await shows(page, /No connection\. What you see is from/);
    await button(page, 'Unlock').tap();
    await shows(page, 'No answer yet. Trying again; it is sent only once.');
    await button(page, 'Unlock').tap({ force: true });
    await isClean(page, "a renter's page, offline");
    assert.deepEqual(await commands(), []);
    await person.setOffline(false);
    await shows(page, 'Being sent to the car.');
    assert.equal(await page.getByText('No connection').isVisible(), false);
    assert.equal((await commands()).length, 1);

    // The request arrives and its answer does not: the same press comes again.
    await world.settle();
    await visit.advance(120);
    await shows(page, 'Unlocked, says the car');
    let lost = 0;
    await page.route('**/lock', async (route) => {
      if (lost > 1) return route.continue();
      lost += 1;
      await route.fetch();
      return route.abort();
    });
    await button(page, 'Lock').tap();
    await shows(page, 'Being sent to the car.');
    assert.equal(lost, 2);
    assert.equal((await commands()).length, 2);

    // Nothing comes back for half a minute: it is given up, and the way out is there.
    await world.settle();
    await visit.advance(120);
    await shows(page, /^Locked, says the car/);
    await person.setOffline(true);
    await button(page, 'Unlock').tap();
    await shows(page, 'Trying again');
    await person.clock.setFixedTime(new Date(world.now().getTime() + 31_000));
    await shows(page, 'No answer for half a minute.');
    assert.ok(await page.getByRole('link', { name: /^Call/ }).isVisible());
    assert.ok(await button(page, 'Unlock').isEnabled());
    await isClean(page, "a renter's page, given up");
    assert.equal((await commands()).length, 2);
    assert.deepEqual(
      visit.complaints.filter((text) => !/ERR_INTERNET_DISCONNECTED|ERR_FAILED/.test(text)),
      [],
    );
  } finally {
    await visit.close();
  }
});

test('without scripts the page does the same, and asks for itself while something is under way', async (t) => {
  const visit = await startVisit(t);
  if (!visit) return;
  const { world } = visit;
  try {
    const { url, commands } = await rented(visit);
    const page = await (await visit.person({ ...lightPhone, javaScriptEnabled: false })).newPage();
    await page.goto(url);
    await button(page, 'Unlock').click();
    await shows(page, 'Being sent to the car.');
    await world.settle();
    await world.advance(30);
    await shows(page, 'Unlocked, says the car');
    await button(page, 'Lock').click();
    await button(page, 'Unlock')
      .click({ force: true, timeout: 2_000 })
      .catch(() => undefined);
    await shows(page, 'Locking…');
    assert.equal((await commands()).length, 2);
    await page.getByText("It doesn't work?").click();
    await shows(page, 'The key is in the box');
    assert.deepEqual(visit.complaints, []);
  } finally {
    await visit.close();
  }
});
