/** Makes in a real browser: what is known and from where, a number that is set and taken back, and what stands before Connect. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Locator, Response } from 'playwright-core';

import type { VehicleId } from '../../src/domain/ids.ts';
import { isCleanEverywhere } from './accessibility.ts';
import { signIn, startVisit } from './visit.ts';
import type { Visit } from './visit.ts';

async function add({ world }: Visit, record: object): Promise<VehicleId> {
  const email = `${String(Math.random()).slice(2)}@mail.example`;
  const owner = await world.api('POST', '/owners', { name: 'Grace Owner', email });
  const { body } = await world.api('POST', '/vehicles', { ...record, ownerId: owner.body['id'] });
  return body['id'] as VehicleId; // the API's own id
}

test('an operator looks a make up, sets a number otherwise, reads what it comes to, and takes it back', async (t) => {
  const visit = await startVisit(t);
  if (!visit) return;
  const { world } = visit;
  try {
    await add(visit, { make: 'KIA' });
    const page = await (await visit.person()).newPage();
    await signIn(page, world);
    const bar = page.getByRole('navigation', { name: 'Main', exact: true });
    await bar.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Settings' }).click();
    await page.getByRole('link', { name: 'Makes', exact: true }).click();
    const own = page.getByRole('region', { name: 'In your fleet' });
    const kia: Locator = own.locator('details').filter({ hasText: 'Kia' });
    await kia.getByText('1 vehicle').waitFor();
    await kia.locator('summary').focus();
    await page.keyboard.press('Enter');
    await kia.getByText('The car itself is asked once in 72 minutes').waitFor();
    await kia.getByText("Smartcar's pages disagree, facts §5-13").first().waitFor();
    await isCleanEverywhere(page, 'a make');

    await kia.getByLabel('Between two reads at least', { exact: true }).fill('120');
    await kia.getByRole('button', { name: 'Save' }).click();
    await kia.getByText('Read at most every 120 min').first().waitFor();
    await kia.getByText('Set by you').waitFor();
    const { body } = await world.api('GET', '/settings');
    assert.deepEqual(body['makes'], { KIA: { leastPollMin: 120 } });

    await kia.getByRole('checkbox', { name: 'Requests a day at most: no limit' }).check();
    const isSaved = (answer: Response): boolean =>
      answer.request().method() === 'PATCH' && answer.url().includes('/makes/') && answer.ok();
    await Promise.all([page.waitForResponse(isSaved), kia.getByRole('button', { name: 'Save' }).click()]);
    assert.deepEqual((await world.api('GET', '/settings')).body['makes'], {
      KIA: { leastPollMin: 120, requestsPerDay: null },
    });

    await kia.getByRole('button', { name: 'Reset' }).click();
    await kia.getByText('Read at most every 72 min').first().waitFor();
    await kia.getByText('Set by you').waitFor({ state: 'detached' });
    assert.deepEqual((await world.api('GET', '/settings')).body['makes'], {});

    await page.getByLabel('Find a make').fill('zapor');
    await page.getByRole('heading', { name: 'No such make' }).waitFor();
    await page.getByLabel('Find a make').fill('ford');
    await page.getByRole('region', { name: 'All others' }).getByText('Ford').waitFor();
    assert.deepEqual([visit.complaints, world.faults], [[], []]);
  } finally {
    await visit.close();
  }
});

test('before connecting it says what the owner is told, which way is closed and why, and what Smartcar says of the VIN', async (t) => {
  const visit = await startVisit(t, { speaks: 'both' });
  if (!visit) return;
  const { world } = visit;
  try {
    const page = await (await visit.person()).newPage();
    await signIn(page, world);
    const ford = await add(visit, { make: 'FORD', model: 'Focus' });
    await page.goto(`${world.publicUrl}/vehicles/${ford}`);
    const before = page.getByRole('region', { name: 'Before connecting' });
    await before.getByText('Ford may want an app for this.').waitFor();
    const closed = before.getByRole('button', { name: 'Ask Smartcar about this VIN' });
    assert.equal(await closed.getAttribute('aria-disabled'), 'true');
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    const mail = page.getByRole('menuitem', { name: /^E-mail it Ford lets owners sign in only in an app/ });
    await mail.focus();
    assert.equal(await mail.getAttribute('aria-disabled'), 'true');
    await page.keyboard.press('Enter');
    await world.settle();
    assert.deepEqual(await world.mails(), [], 'it was pressed, and nothing was sent');
    await isCleanEverywhere(page, 'ways to connect');
    await page.keyboard.press('Escape');

    const tesla = (await world.cars('spare')).find(({ make }) => make === 'TESLA') ?? assert.fail();
    const id = await add(visit, { make: 'TESLA', vin: tesla.vin, country: 'US' });
    await page.goto(`${world.publicUrl}/vehicles/${id}`);
    await before.getByText('Have the phone with your Tesla app at hand').waitFor();
    await before.getByRole('button', { name: 'Ask Smartcar about this VIN' }).click();
    await before.getByText('Compatible', { exact: true }).waitFor();
    await before.getByText('Fuel level and range: this car does not offer it').waitFor();
    await isCleanEverywhere(page, 'a vehicle that was checked');
    await world.sim('PATCH', '/sim/api/knobs', { compatibilityInPlan: false });
    await before.getByRole('button', { name: 'Ask Smartcar again' }).click();
    await before.getByText('Not in your plan').waitFor();
    assert.deepEqual([visit.complaints, world.faults], [[], []]);
  } finally {
    await visit.close();
  }
});

test('an owner reads what their make wants before the button, and gets to Connect, without a script', async (t) => {
  const visit = await startVisit(t);
  if (!visit) return;
  const { world } = visit;
  try {
    const phone = await visit.person({ javaScriptEnabled: false, viewport: { width: 390, height: 844 } });
    const page = await phone.newPage();
    for (const [make, words] of [
      ['TESLA', 'Have the phone with your Tesla app at hand for a virtual key.'],
      ['AUDI', 'Sign in as the primary user (key user): others can not lock it.'],
      ['FORD', 'Ford may want an app for this. If it stops, ask us.'],
    ] as const) {
      const id = await add(visit, { make, country: 'DE' });
      const { url } = (await world.api('POST', `/vehicles/${id}/connect`, {})).body;
      await page.goto(String(url));
      await page.getByText('Before you start').waitFor();
      const hint = await page.getByText(words).boundingBox();
      const button = await page.getByRole('button', { name: 'Connect my car' }).boundingBox();
      assert.ok(hint && button && hint.y + hint.height <= button.y, 'above the button');
      assert.ok(button.y + button.height <= 844, 'the button is on the first screen of a phone');
      await page.getByRole('button', { name: 'Connect my car' }).click();
      await page.waitForURL(/\/oauth\/authorize/);
    }
    assert.deepEqual(visit.complaints, []);
  } finally {
    await visit.close();
  }
});
