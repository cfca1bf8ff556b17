/** A car that an owner comes back with waits for an operator's word, who confirms or refuses it in the browser. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';

import { ownerWay, plainRecordOf, recordOf, signIn as ownerSignIn, signInWithoutVin } from '../support/owner-way.ts';
import type { Added, OwnerWay } from '../support/owner-way.ts';
import type { SimulatedCar } from '../support/world.ts';
import { dismissNotices, isClean } from './accessibility.ts';
import { darkPhone, desktop, signIn, startVisit } from './visit.ts';
import type { Visit } from './visit.ts';

async function carsOf({ world }: Visit, make: string): Promise<SimulatedCar[]> {
  const all = [...(await world.cars('spare')), ...(await world.cars('first')), ...(await world.cars('second'))];
  return all.filter((car) => car.make === make);
}

/** A connected car that was sold: from now on it is in its buyer's account of the same make. */
async function addSold(visit: Visit, way: OwnerWay): Promise<Added & { car: SimulatedCar; buyer: SimulatedCar }> {
  const [car, ...others] = await carsOf(visit, 'BMW');
  const buyer = others.find(({ account }) => account.email !== car?.account.email);
  assert.ok(car && buyer);
  const added = await way.add({ ...recordOf(car), number: 'CAR-104' });
  await way.walk(await way.linkFor(added.id), ownerSignIn(car));
  await way.until(added.id, ({ connection }) => connection?.status === 'active');
  await visit.world.sim('POST', `/sim/api/cars/${car.vin}/owner`, { email: buyer.account.email });
  await way.until(added.id, ({ connection }) => connection?.cause === 'vehicleRemoved', 7_200);
  return { ...added, car, buyer };
}

/** Two vehicles that are alike, of which nobody knows the VIN; the owner of one has come back from Connect. */
async function addTwins(visit: Visit, way: OwnerWay): Promise<Added & { link: string; car: SimulatedCar }> {
  const [car] = await carsOf(visit, 'NISSAN');
  assert.ok(car);
  await way.add({ ...plainRecordOf(car), number: 'CAR-8' });
  const added = await way.add({ ...plainRecordOf(car), number: 'CAR-7' });
  const link = await way.linkFor(added.id);
  await way.walk(link, signInWithoutVin(car));
  await way.waitOut();
  return { ...added, link, car };
}

/** Through Connect's pages with somebody's login, choosing one of their cars. */
async function walkConnect(page: Page, { account }: SimulatedCar, car: SimulatedCar): Promise<void> {
  await page.locator('#continue-button').click();
  await page.locator('#username').fill(account.email);
  await page.locator('#password').fill(account.password);
  await page.locator('#sign-in-button').click();
  await page.locator(`#vehicle-${car.vin}`).check();
  await page.locator('#vehicles-continue-button').click();
  await page.locator('#approval-button').click();
}

/** The way of whoever has the car now, in a browser of their own: they choose it among their others. */
async function comeBackAs(person: BrowserContext, link: string, buyer: SimulatedCar, car: SimulatedCar): Promise<Page> {
  const page = await person.newPage();
  await page.goto(link);
  await page.getByRole('button', { name: 'Allow access again' }).click();
  await walkConnect(page, buyer, car);
  await page.getByRole('heading', { name: 'Thank you, we are checking' }).waitFor();
  return page;
}

test('a car that comes back through another account keeps its connection until an operator confirms it', async (t) => {
  const visit = await startVisit(t);
  if (!visit) return;
  const { world } = visit;
  try {
    const way = ownerWay(world);
    const { id, car, buyer } = await addSold(visit, way);
    const page = await (await visit.person(desktop)).newPage();
    await signIn(page, world);
    const before = (await world.vehicle(id)).connection;
    const link = String((await world.api('POST', `/vehicles/${id}/reconnect`, {})).body['url']);
    const owner = await comeBackAs(await visit.person(darkPhone), link, buyer, car);
    const question = page.getByRole('region', { name: 'Is this CAR-104?' });

    await t.test('the owner reads that their part is done, and the overview that somebody is waited for', async () => {
      await visit.advance(180);
      await owner.reload();
      await owner.getByText(/is checking that it is your car/).waitFor();
      assert.equal(await owner.getByRole('button').count(), 0);
      await isClean(owner, 'the owner waits');
      await page.getByRole('link', { name: '1 Confirm' }).click();
      await page.getByRole('heading', { name: 'Cars to confirm', level: 1 }).waitFor();
    });

    await t.test('the page says what agrees, what differs, and what a confirmation ends', async () => {
      await question.getByText('The owner connected this car through another account').waitFor();
      const vin = question.getByRole('row').filter({ hasText: car.vin });
      await vin.getByText('agrees').waitFor();
      await question.getByText(/Confirming ends the connection that this vehicle has \(.+\)\./).waitFor();
      await question.getByRole('link', { name: /^Owner \d+$/ }).waitFor();
      await isClean(page, 'a car to confirm');
      await question.getByRole('link', { name: 'CAR-104' }).click();
      const panel = page.getByRole('region', { name: 'Connection' });
      await panel.getByRole('region', { name: 'Is this the car?' }).waitFor();
      await panel.getByText('You: confirm the car').waitFor();
      await panel.getByText(/came back with a car$/).waitFor();
      const reconnect = panel.getByRole('button', { name: 'Reconnect', exact: true });
      assert.equal(await reconnect.isDisabled(), true, 'it would only bring a second car');
      await panel
        .locator('li')
        .getByText(/Confirm or refuse it first/)
        .waitFor();
      assert.equal(await page.getByText('Owner: connect the car again').count(), 0, 'it is nobody else’s turn');
      await isClean(page, 'its vehicle');
      await page.goBack();
    });

    await t.test('by keyboard: it is asked once more, and nothing happens until it is answered', async () => {
      await question.getByRole('button', { name: 'It is this car' }).focus();
      await page.keyboard.press('Enter');
      const dialog = page.getByRole('dialog', { name: 'Connect CAR-104 to this car?' });
      await dialog.getByText(/The connection that it has ends.* its history stays/).waitFor();
      await isClean(page, 'the question of the confirmation');
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
      // The focus is where it was.
      await page.keyboard.press('Enter');
      await dialog.getByRole('button', { name: 'Decide later' }).click();
      await dialog.waitFor({ state: 'detached' });
      const { connection } = await world.vehicle(id);
      assert.deepEqual([connection?.id, connection?.cause], [before?.id, 'vehicleRemoved']);
      assert.deepEqual(
        (await way.grants()).map(({ state }) => state),
        ['held'],
      );
    });

    await t.test(
      'confirmed, it is the vehicle’s car on every screen, and the owner is told that it works',
      async () => {
        await question.getByRole('button', { name: 'It is this car' }).click();
        const dialog = page.getByRole('dialog', { name: 'Connect CAR-104 to this car?' });
        await dialog.getByRole('button', { name: 'Connect CAR-104' }).click();
        await page.getByText('CAR-104 is connected; its first data is awaited.').waitFor();
        await page.getByRole('heading', { name: 'No car has to be confirmed' }).waitFor();
        await dismissNotices(page);
        await isClean(page, 'nothing to confirm');
        await way.until(id, ({ connection }) => connection?.status === 'active');
        assert.notEqual((await world.vehicle(id)).connection?.id, before?.id);
        await owner.reload();
        await owner.getByRole('heading', { name: 'It works' }).waitFor();
        await page.goto(`${world.publicUrl}/vehicles/${id}`);
        const timeline = page.getByRole('region', { name: 'Timeline' });
        await timeline.getByText('Confirmed as the right car.').waitFor();
        assert.equal(await page.getByRole('region', { name: 'Is this the car?' }).count(), 0);
        assert.deepEqual(await way.alerts(id), []);
      },
    );
    assert.deepEqual(visit.complaints, []);
    assert.deepEqual(world.faults, []);
  } finally {
    await visit.close();
  }
});

test('on a phone in the dark: a car that could be another one is refused, and nothing changes', async (t) => {
  const visit = await startVisit(t);
  if (!visit) return;
  const { world } = visit;
  try {
    const way = ownerWay(world);
    const { id, link, car } = await addTwins(visit, way);
    const page = await (await visit.person(darkPhone)).newPage();
    await signIn(page, world);
    await page.getByRole('link', { name: '1 Confirm' }).tap();
    const question = page.getByRole('region', { name: 'Is this CAR-7?' });
    await question.getByText('a car whose VIN could not be compared. Ask them which one it is.').waitFor();
    await question.getByRole('row', { name: 'VIN – – not known' }).waitFor();
    assert.equal(await question.getByText(/Confirming ends/).count(), 0, 'the vehicle has no connection');
    await isClean(page, 'a car to confirm, on a phone');
    await question.getByRole('button', { name: 'It is another car' }).tap();
    const dialog = page.getByRole('dialog', { name: 'Not CAR-7?' });
    await dialog.getByText(/Nothing changes here.*the page of Owner \d+ says that it was another car/).waitFor();
    await isClean(page, 'the question of the refusal, on a phone');
    await dialog.getByRole('button', { name: 'Refuse it' }).tap();
    await page.getByText('The car is refused, and is being deleted at Smartcar.').waitFor();
    await page.getByRole('heading', { name: 'No car has to be confirmed' }).waitFor();
    await dismissNotices(page);
    await isClean(page, 'nothing to confirm, on a phone');
    await visit.advance(1);
    assert.equal((await way.carOf(car.vin)).connection, null, 'it is deleted at Smartcar');
    assert.equal((await world.vehicle(id)).connection, null);
    assert.deepEqual(await way.alerts(id), []);
    const owner = await (await visit.person(darkPhone)).newPage();
    await owner.goto(link);
    await owner.getByRole('heading', { name: 'That was another car' }).waitFor();
    await isClean(owner, 'the owner of the refused car');
    assert.deepEqual(visit.complaints, []);
    assert.deepEqual(world.faults, []);
  } finally {
    await visit.close();
  }
});

test('on a phone in the dark: an owner who chose another car reads so, nothing is connected, and they may start again', async (t) => {
  const visit = await startVisit(t);
  if (!visit) return;
  const { world } = visit;
  try {
    const way = ownerWay(world);
    const [car, ...others] = await carsOf(visit, 'BMW');
    const other = others.find(({ account }) => account.email !== car?.account.email);
    assert.ok(car && other);
    const { id } = await way.add({ ...recordOf(car), number: 'CAR-9' });
    const owner = await (await visit.person(darkPhone)).newPage();
    await owner.goto(await way.linkFor(id));
    const begin = owner.getByRole('button').first();
    await begin.click();
    await walkConnect(owner, other, other);
    await owner.getByRole('heading', { name: 'That was another car' }).waitFor();
    await owner.getByText(/is not the one named here: .+ instead of .+ We have not connected it/).waitFor();
    await isClean(owner, 'the wrong car');
    await visit.advance(60);
    assert.equal((await world.vehicle(id)).connection, null, 'nothing is connected here');
    assert.equal((await way.carOf(other.vin)).connection, null, 'nor is anything left at Smartcar');
    await begin.click();
    await owner.locator('#continue-button').waitFor();
    assert.deepEqual(visit.complaints, []);
    assert.deepEqual(world.faults, []);
  } finally {
    await visit.close();
  }
});
