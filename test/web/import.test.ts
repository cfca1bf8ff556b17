/** An operator brings in a list of vehicles in the browser, adopts what Smartcar has already, and looks at the comparison. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Page } from 'playwright-core';

import { reconcileDue } from '../../src/flows/reconcile.ts';
import { makeKey } from '../http/server.ts';
import type { SimulatedCar, World } from '../support/world.ts';
import { isCleanEverywhere } from './accessibility.ts';
import { signIn, startVisit } from './visit.ts';

const german =
  'Fahrzeugnummer;Kennzeichen;FIN;Marke;Modell;Baujahr;Antrieb;Halter;E-Mail;Farbe\r\n' +
  'NEW-1;HH-ÜB 901;WVWZZZE1ZMP900001;VW;ID.3;2023;Elektro;Jana Meyer;jana.meyer@example.de;rot\r\n' +
  'NEW-2;HH-ÜB 902;WVWZZZE1ZMP900002;Skoda;Enyaq;2022;Elektro;Jana Meyer;jana.meyer@example.de;blau\r\n' +
  'OLD-1;HH-ÜB 903;;;;;;;;\r\n' +
  'NEW-4;HH-ÜB 904;12345;;;20;;;;\r\n' +
  'NEW-1;;;;;;;;;\r\n';
const file = (text: string, name = 'Fahrzeuge Süd.csv') => ({
  name,
  mimeType: 'text/csv',
  buffer: Buffer.from(text, 'latin1'),
});

const saved = async (page: Page, press: () => Promise<void>): Promise<{ name: string; text: string }> => {
  const [download] = await Promise.all([page.waitForEvent('download'), press()]);
  const pieces: Buffer[] = [];
  for await (const piece of await download.createReadStream()) pieces.push(piece as Buffer);
  return { name: download.suggestedFilename(), text: Buffer.concat(pieces).toString() };
};

describe('lists of vehicles in the browser', () => {
  test('a list is chosen, looked at, imported, mended and taken back, on a desktop and a phone', async (t) => {
    const visit = await startVisit(t);
    if (!visit) return;
    const { world } = visit;
    try {
      await world.api('POST', '/vehicles', { number: 'OLD-1', plate: 'OLD' });
      const page = await (await visit.person()).newPage();
      await signIn(page, world);
      await page.goto(`${world.publicUrl}/vehicles`);
      await page.getByRole('button', { name: 'Lists as files' }).click();
      await page.getByRole('menuitem', { name: 'Import a list (CSV)' }).click();
      await page.getByRole('heading', { name: 'Import vehicles' }).waitFor();
      await isCleanEverywhere(page, 'choosing a list');
      const template = await saved(page, () => page.getByRole('button', { name: 'Template' }).click());
      assert.match(template.text, /^\uFEFFNumber,Plate,VIN,/);

      await page.setInputFiles('input[type=file]', file('Farbe;Sitze\r\nrot;4\r\n'));
      await page.getByText('None of the first lines names a column “Number” or “VIN”').waitFor();
      await page.setInputFiles('input[type=file]', file(german));
      await page.getByRole('heading', { name: 'Fahrzeuge Süd.csv' }).waitFor();
      await page.getByText('Read as Windows-1252 with semicolons between the cells').waitFor();
      await page.getByText('Not read: Farbe.').waitFor();
      // What has to be mended comes first.
      await page.getByText('A VIN has 17 letters and digits').waitFor();
      await page.getByText('Line 2 is about the same vehicle').waitFor();
      await page.getByText('All 5').click();
      await page.getByText('HH-ÜB 903', { exact: false }).first().waitFor();
      await isCleanEverywhere(page, 'a preview');
      assert.equal((await world.api('GET', '/overview')).body['vehicles'], 1, 'nothing is written yet');

      await page.getByRole('button', { name: 'Add 2 and update 1 vehicle' }).click();
      await page.getByRole('heading', { name: 'It is being imported' }).waitFor();
      await page.getByText('0 of 3 vehicles').waitFor();
      await visit.advance(5);
      await page.getByRole('heading', { name: 'What it did' }).waitFor();
      await page.getByRole('link', { name: 'NEW-2' }).waitFor();
      await isCleanEverywhere(page, 'an import that is done');
      const mend = await saved(page, () => page.getByRole('button', { name: 'Lines to mend (CSV)' }).click());
      assert.match(mend.text, /NEW-4,HH-ÜB 904,12345,.*Problem|Problem[^]*NEW-4,HH-ÜB 904,12345/);
      assert.equal(mend.text.split('\r\n').length, 4, mend.text);

      await page.getByRole('button', { name: 'Take back' }).click();
      const question = page.getByRole('dialog', { name: /^Take back what “Fahrzeuge Süd.csv” added/ });
      await question.waitFor();
      await isCleanEverywhere(page, 'taking back');
      await question.getByRole('button', { name: 'Delete what it added' }).click();
      await page.getByRole('heading', { name: 'What it added is being taken back' }).waitFor();
      await visit.advance(5);
      await page.getByRole('heading', { name: 'What it added was taken back' }).waitFor();
      const { items } = (await world.api('GET', '/vehicles')).body as { items: { number: string; plate: string }[] };
      assert.deepEqual(
        items.map(({ number, plate }) => [number, plate]),
        [['OLD-1', 'HH-ÜB 903']],
      );

      await page.goto(`${world.publicUrl}/vehicles?q=old`);
      await page.getByRole('link', { name: /OLD-1/ }).first().waitFor();
      await page.getByRole('button', { name: 'Lists as files' }).click();
      const list = await saved(page, () => page.getByRole('menuitem', { name: 'Save this list (CSV)' }).click());
      assert.match(list.name, /^vehicles-2026-05-04\.csv$/);
      assert.match(list.text, /^\uFEFFNumber,[^\r]*\r\nOLD-1,HH-ÜB 903,/);
      await page.goto(`${world.publicUrl}/vehicles?lapsesBefore=2026-06-01`);
      await page.getByRole('button', { name: 'Lists as files' }).click();
      const lapsing = await saved(page, () => page.getByRole('menuitem', { name: 'Save this list (CSV)' }).click());
      assert.match(lapsing.text, /^\uFEFFNumber,[^\r]*\r\n$/, 'the day is understood as the list understands it');
      assert.deepEqual([visit.complaints, world.faults], [[], []]);
    } finally {
      await visit.close();
    }
  });

  test('without a mouse: the file’s button is reached, and a file that is dropped is read', async (t) => {
    const visit = await startVisit(t);
    if (!visit) return;
    const { world } = visit;
    try {
      const page = await (await visit.person()).newPage();
      await signIn(page, world);
      await page.goto(`${world.publicUrl}/vehicles/import`);
      const choose = page.getByRole('button', { name: 'Choose a file', disabled: false });
      // Until it is known who asks, it can't be pressed.
      await page.getByText('Or drop it here').waitFor();
      const [chooser] = await Promise.all([page.waitForEvent('filechooser'), choose.press('Enter')]);
      await chooser.setFiles(file('Nothing known\nA\n', 'one.csv'));
      await page
        .getByRole('alert')
        .filter({ hasText: /column/ })
        .waitFor();
      const input = page.locator('input[type="file"]');
      assert.equal(await input.inputValue(), '', 'once it is mended, the same file can be chosen again');
      await input.setInputFiles(file('Number\nA\n', 'one.csv'));
      await page.getByRole('heading', { name: 'one.csv' }).waitFor();
      await page.getByRole('button', { name: 'Discard, choose another file' }).click();
      await choose.waitFor();
      await page.evaluate(() => {
        const data = new DataTransfer();
        data.items.add(new File(['Number\nB\n'], 'dropped.csv', { type: 'text/csv' }));
        document
          .querySelector('.file-drop')
          ?.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true }));
      });
      await page.getByRole('heading', { name: 'dropped.csv' }).waitFor();
      await page.getByRole('button', { name: 'Add 1 vehicle' }).waitFor();
      assert.deepEqual(visit.complaints, []);
    } finally {
      await visit.close();
    }
  });
});

/** An owner who agrees in Connect and never comes back to Towline. */
async function grantWithoutReturn(world: World, car: SimulatedCar): Promise<void> {
  const { email, password } = car.account;
  const { body: vehicle } = await world.api('POST', '/vehicles', {});
  const { body: link } = await world.api('POST', `/vehicles/${String(vehicle['id'])}/connect`, {});
  const started = await fetch(String(link['url']), { method: 'POST', redirect: 'manual', body: new URLSearchParams() });
  const url = started.headers.get('location') ?? '';
  await world.sim('POST', '/sim/api/authorize', { url, email, password, vins: [car.vin] });
}

test('what the Smartcar application has already is compared, chosen and adopted, with what it costs', async (t) => {
  const visit = await startVisit(t);
  if (!visit) return;
  const { world } = visit;
  const compare = async (): Promise<void> => {
    await world.flows.requestReconciliation(world.now());
    await reconcileDue(world.ground, world.now());
  };
  try {
    const accounts = new Set<string>();
    const cars = (await world.cars('first')).filter(({ make, account: { email } }) => {
      const isFirst = ['VOLKSWAGEN', 'HYUNDAI', 'SKODA', 'TESLA'].includes(make) && !accounts.has(email);
      accounts.add(email);
      return isFirst;
    });
    const connected = cars[0] ?? assert.fail();
    await world.connectCar(connected);
    await visit.advance(120);
    for (const car of cars.slice(1, 6)) await grantWithoutReturn(world, car);
    await world.api('POST', '/owners', { name: 'Ada Lovelace', email: 'ada@owners.example' });
    await visit.advance(2 * 3_600);
    await world.sim('POST', `/sim/api/cars/${connected.vin}/faults`, {
      kind: 'permission-missing',
      permission: 'read_odometer',
    });
    await compare();

    await world.ground.database.asSystem((tx) =>
      tx
        .updateTable('auth_user')
        .set({ installation_administrator: true })
        .where('email', '=', 'ada@north.example')
        .execute(),
    );
    const page = await (await visit.person()).newPage();
    await signIn(page, world);
    await page.goto(`${world.publicUrl}/settings/comparison`);
    await page.getByText('What the owner allows has changed', { exact: false }).first().waitFor();
    await page.getByText('Smartcar sends every car by itself').waitFor();
    await page.getByText('5 connections belong to no fleet').waitFor();
    await isCleanEverywhere(page, 'the comparison');
    await page.getByRole('button', { name: 'Compare now' }).click();
    await page.getByText('The comparison has begun.').waitFor();
    await visit.advance(5);
    await page.getByRole('link', { name: 'adopt', exact: true }).click();

    await page.getByRole('heading', { name: 'Adoption', exact: true }).waitFor();
    await page.getByLabel('Choose all 5 shown').waitFor();
    const [one] = cars.slice(1);
    await page.getByRole('searchbox', { name: 'Search connections' }).fill(one?.vehicleId ?? '');
    await page.getByLabel('Choose all 1 shown').check();
    await page.getByRole('searchbox', { name: 'Search connections' }).fill('');
    await page.getByLabel('Choose all 5 shown').check();
    await page.getByText('5 chosen').waitFor();
    await page.getByText('needs no request to Smartcar now').waitFor();
    await isCleanEverywhere(page, 'what can be adopted');
    await page.getByRole('button', { name: 'Adopt 5', exact: true }).click();
    const drawer = page.getByRole('dialog', { name: 'Adopt 5 connections' });
    await drawer.getByLabel('Owner of all of them').first().fill('lovel');
    await page.getByRole('option', { name: 'Ada Lovelace' }).click();
    await drawer
      .getByLabel(/^Number of /)
      .first()
      .fill('ADOPTED-1');
    await drawer
      .getByLabel(/^Number of /)
      .nth(1)
      .fill('adopted-1');
    await isCleanEverywhere(page, 'adopting');
    await drawer.getByRole('button', { name: 'Adopt 5 connections' }).click();
    await drawer.getByText('5 of 5 connections').waitFor();
    await drawer.getByText('Another vehicle of this fleet has this number.').waitFor();
    await isCleanEverywhere(page, 'what was adopted');
    assert.equal(await drawer.getByText('Adopted', { exact: true }).count(), 4);
    await drawer.getByRole('button', { name: 'Done' }).click();
    await page.getByLabel('Choose all 1 shown').waitFor();
    const { items } = (await world.api('GET', '/vehicles?q=lovelace')).body as {
      items: { number: string; connection: { status: string } }[];
    };
    assert.equal(items.length, 4);
    assert.ok(items.every(({ connection }) => connection.status === 'pending'));
    assert.ok(items.some(({ number }) => number === 'ADOPTED-1'));
    assert.deepEqual([visit.complaints, world.faults], [[], []]);
  } finally {
    await visit.close();
  }
});

test('who looks after one fleet sees what was found there, and why they can not compare or adopt', async (t) => {
  const visit = await startVisit(t);
  if (!visit) return;
  const { world } = visit;
  try {
    await makeKey(world.ground, world.fleets[0], 'administrator');
    await world.ground.database.asSystem((tx) =>
      tx
        .updateTable('auth_user')
        .set({ installation_administrator: false })
        .where('email', '=', 'ada@north.example')
        .execute(),
    );
    const page = await (await visit.person()).newPage();
    await signIn(page, world);
    await page.goto(`${world.publicUrl}/settings/comparison`);
    const compare = page.getByRole('button', { name: 'Compare now', disabled: true });
    await compare.focus();
    await page.getByRole('tooltip').filter({ hasText: 'Only the installation’s administrator' }).waitFor();
    assert.equal(await page.getByRole('link', { name: 'Adoption' }).count(), 0);
    await page.goto(`${world.publicUrl}/settings/adoption`);
    await page.getByRole('heading', { name: 'For the installation’s administrator' }).waitFor();
    await isCleanEverywhere(page, 'adoption for others');
    assert.deepEqual(visit.complaints, []);
  } finally {
    await visit.close();
  }
});
