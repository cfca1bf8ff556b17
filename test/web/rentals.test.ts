/** An operator hands a car over in the browser: started by hand, seen everywhere, held while it lasts, ended. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';

import type { VehicleId } from '../../src/domain/ids.ts';
import { dismissNotices, isClean, isCleanEverywhere, sidewaysOverflowPx } from './accessibility.ts';
import { darkPhone, desktop, signIn, startVisit } from './visit.ts';
import type { Visit } from './visit.ts';

async function connected(visit: Visit, make: string): Promise<{ id: VehicleId; number: string }> {
  const { world } = visit;
  const car = (await world.cars('first')).find((one) => one.make === make) ?? assert.fail(make);
  const id = await world.connectCar(car);
  await visit.until('it is active', async () => (await world.vehicle(id)).connection?.status === 'active');
  const { number } = (await world.api('GET', `/vehicles/${id}`)).body as { number: string };
  return { id, number };
}

const panelOf = (page: Page) => page.getByRole('region', { name: 'Rental', exact: true });

test('a rental is started by hand, seen wherever its car is, keeps it connected until it ends, and shows both ends', async (t) => {
  const visit = await startVisit(t);
  if (!visit) return;
  const { world } = visit;
  try {
    const { id, number } = await connected(visit, 'TESLA');
    const page = await (await visit.person(desktop)).newPage();
    await signIn(page, world);
    await page.getByRole('link', { name: 'Rentals' }).first().click();
    await page.getByRole('heading', { name: 'No rentals yet' }).waitFor();
    await isClean(page, 'rentals, none');

    await page.goto(`${world.publicUrl}/vehicles/${id}`);
    const panel = panelOf(page);
    await panel.getByText('Ready for a renter', { exact: true }).waitFor();
    await panel.getByRole('button', { name: 'Start a rental' }).click();
    const form = page.getByRole('dialog', { name: `Start a rental of ${number}` });
    assert.match(
      await form.getByLabel('Reference').inputValue(),
      new RegExp(`^\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d ${number}$`),
    );
    await form.getByLabel('Reference').fill('R-88');
    await form.getByLabel('Planned end').fill('2020-01-01T10:00');
    await form.getByRole('button', { name: 'Start the rental' }).click();
    await form.getByText('A time that is yet to come, or empty.').waitFor();
    await form.getByLabel('Planned end').fill(localTime(world.now(), 2));
    await form.getByLabel('Renter').fill('Rita Renter');
    await form.getByLabel('Telephone').fill('+49 (30) 123-4');
    await form.getByLabel('E-mail').fill('rita@renter.example');
    await isCleanEverywhere(page, 'starting a rental');
    await form.getByRole('button', { name: 'Start the rental' }).click();
    await panel.getByRole('link', { name: 'R-88' }).waitFor();
    assert.equal(await panel.getByText('Active', { exact: true }).count(), 1);
    await dismissNotices(page);

    // It is seen on the list as cards and as a table, and found by the filter.
    for (const view of ['cards', 'table']) {
      await page.goto(`${world.publicUrl}/vehicles?view=${view}&inRental=true`);
      await page.getByText('In the rental R-88').waitFor({ state: 'attached' });
      await isCleanEverywhere(page, `vehicles in a rental, ${view}`);
    }
    await page.goto(`${world.publicUrl}/vehicles?view=cards&inRental=false`);
    await page.getByText('No vehicle fits').waitFor();

    // Disconnecting is refused with its reason, and offered for later.
    await page.goto(`${world.publicUrl}/vehicles/${id}`);
    const disconnect = page.getByRole('button', { name: 'Disconnect', exact: true });
    await disconnect.focus();
    await page.keyboard.press('Enter');
    assert.equal(await disconnect.getAttribute('aria-disabled'), 'true');
    assert.equal(await page.getByRole('dialog').count(), 0);
    await page.getByText('It is in the rental R-88. It can be disconnected in the moment').last().waitFor();
    await page.getByRole('button', { name: 'Disconnect when this rental ends' }).click();
    const question = page.getByRole('dialog', { name: `Disconnect ${number} after its rental?` });
    await question.getByText('until the rental R-88 ends').waitFor();
    await question.getByRole('button', { name: 'Disconnect after R-88' }).click();
    await panel.getByText('Disconnects after').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Disconnect when this rental ends' }).count(), 0);
    await dismissNotices(page);
    await isCleanEverywhere(page, 'a vehicle in a rental');
    await panel.getByRole('button', { name: 'Keep connected' }).click();
    await panel.getByText('Disconnects after').waitFor({ state: 'detached' });
    await panel.getByRole('button', { name: 'Disconnect when it ends' }).click();
    await question.getByRole('button', { name: 'Disconnect after R-88' }).click();
    await panel.getByText('Disconnects after').waitFor();

    // Beyond its planned end it is overdue, until it is prolonged.
    await visit.advance(3 * 3_600);
    await page.goto(`${world.publicUrl}/`);
    await page.getByRole('link', { name: '1 Overdue' }).click();
    await page.waitForURL('**/rentals?overdue=true');
    const row = page.getByRole('row').filter({ hasText: 'R-88' });
    await row.getByText('Overdue').waitFor();
    await row.getByText('Rita Renter').waitFor();
    await isCleanEverywhere(page, 'rentals, overdue');
    await row.getByRole('link', { name: 'R-88' }).click();
    await page.getByRole('heading', { name: 'Rental R-88' }).waitFor();
    assert.equal(await page.getByRole('link', { name: '+49 (30) 123-4' }).getAttribute('href'), 'tel:+49301234');
    assert.equal(
      await page.getByRole('link', { name: 'rita@renter.example' }).getAttribute('href'),
      'mailto:rita@renter.example',
    );
    // The renter's link is the same until it is taken back.
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    const copied = async (): Promise<string> => {
      await dismissNotices(page);
      await page.getByRole('button', { name: 'Copy the renter’s link' }).click();
      await page.getByText('The link is copied.').waitFor();
      return page.evaluate(() => navigator.clipboard.readText());
    };
    const link = await copied();
    assert.equal((await fetch(link)).status, 200);
    assert.equal(await copied(), link);
    await dismissNotices(page);
    await page.getByRole('button', { name: 'Take the link back' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Take it back' }).click();
    await page.getByText('opens nothing any more').waitFor();
    assert.notEqual((await fetch(link)).status, 200);
    assert.notEqual(await copied(), link);
    await page.getByRole('button', { name: 'Prolong' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Prolong' }).click();
    await panel.getByText('Overdue').waitFor({ state: 'detached' });
    await dismissNotices(page);
    await isCleanEverywhere(page, 'a rental that goes on');

    // It ends, and the car is disconnected in that moment.
    await panel.getByRole('button', { name: 'End rental' }).click();
    const last = page.getByRole('dialog', { name: 'End the rental R-88?' });
    await last.getByText('The car is disconnected in the same moment').waitFor();
    await last.getByRole('button', { name: 'End R-88' }).click();
    await panel.getByText('Ended', { exact: true }).first().waitFor();
    assert.equal(await page.getByRole('button', { name: 'End rental' }).count(), 0);
    const seen = page.getByRole('region', { name: 'Start and end' }).first();
    await seen.getByText('0 km driven').waitFor();
    assert.equal(await seen.getByRole('row').filter({ hasText: 'Odometer' }).getByText(/ km/).count(), 2);
    assert.equal((await world.vehicle(id)).connection?.status, 'disconnected');
    await dismissNotices(page);
    await isCleanEverywhere(page, 'a rental that is over');
    await page.goto(`${world.publicUrl}/vehicles/${id}`);
    await panel.getByText('Not ready for a renter').waitFor();
    assert.equal(await panel.getByRole('button', { name: 'Start a rental' }).getAttribute('aria-disabled'), 'true');
    await panel.getByRole('link', { name: 'R-88' }).waitFor();
    await panel.getByRole('link', { name: `All rentals of ${number}` }).click();
    await page.getByText(`Only rentals of ${number}`).waitFor();
    await page.getByRole('row').filter({ hasText: 'R-88' }).waitFor();

    assert.deepEqual(visit.complaints, []);
    assert.deepEqual(world.faults, []);
  } finally {
    await visit.close();
  }
});

test('on a phone in the dark the list follows the booking system by itself, and a rental that did not take place is cancelled', async (t) => {
  const visit = await startVisit(t);
  if (!visit) return;
  const { world } = visit;
  try {
    const { id } = await connected(visit, 'TESLA');
    const page = await (await visit.person(darkPhone)).newPage();
    await signIn(page, world);
    await page.goto(`${world.publicUrl}/rentals?state=active`);
    await page.getByRole('heading', { name: 'No rental fits' }).waitFor();
    await page.locator('[data-live="live"]').waitFor();
    const begun = await world.api('POST', '/rentals', { vehicleId: id, reference: 'B-1' });
    assert.equal(begun.status, 201);
    await page.getByRole('link', { name: 'B-1' }).waitFor();
    assert.equal(await sidewaysOverflowPx(page), 0);
    await page.getByRole('link', { name: 'B-1' }).click();
    await page.getByText('Nobody is named.').waitFor();
    await page.getByRole('button', { name: 'Cancel rental' }).click();
    const question = page.getByRole('dialog', { name: 'Cancel the rental B-1?' });
    await question.getByText('For a rental that did not take place.').waitFor();
    await question.getByRole('button', { name: 'It did not take place: B-1' }).click();
    await panelOf(page).getByText('Cancelled', { exact: true }).first().waitFor();
    assert.equal(await sidewaysOverflowPx(page), 0);

    const short = await world.api('POST', '/rentals', { vehicleId: id, reference: 'B-2' });
    await world.api('POST', '/rentals/reference:B-2/end', {});
    await page.goto(`${world.publicUrl}/rentals/${String(short.body['id'])}`);
    await page.getByText('distance not known').waitFor();
    assert.equal(await sidewaysOverflowPx(page), 0);

    await page.goto(`${world.publicUrl}/rentals/rnt_nobody`);
    await page.getByRole('heading', { name: 'There is no such rental' }).waitFor();
    assert.equal(await sidewaysOverflowPx(page), 0);
    assert.deepEqual(visit.complaints, []);
  } finally {
    await visit.close();
  }
});

test('what a renter is told when a car does not open, and the least charge, are kept in the settings', async (t) => {
  const visit = await startVisit(t);
  if (!visit) return;
  const { world } = visit;
  try {
    const page = await (await visit.person(desktop)).newPage();
    await signIn(page, world);
    await page.goto(`${world.publicUrl}/settings`);
    await page.getByLabel('Least charge or fuel for a renter').fill('35');
    await page.getByLabel('When the car does not open').fill('Key box at the gate, code 4711');
    await page.getByLabel('Number to call then').fill('+49 30 999');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The settings are saved.').waitFor();
    const { body } = await world.api('GET', '/settings');
    assert.deepEqual(
      [body['leastEnergyPercent'], body['fallback']],
      [35, { text: 'Key box at the gate, code 4711', phone: '+49 30 999' }],
    );
    await dismissNotices(page);
    await isCleanEverywhere(page, 'settings with rentals');
    assert.deepEqual(visit.complaints, []);
  } finally {
    await visit.close();
  }
});

/** As the browser's field has it, so many hours from now; browsers here stand in Berlin. */
function localTime(now: Date, hours: number): string {
  const at = new Date(now.getTime() + hours * 3_600_000);
  return at.toLocaleString('sv-SE', { timeZone: 'Europe/Berlin' }).replace(' ', 'T').slice(0, 16);
}
