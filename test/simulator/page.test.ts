/** The simulator's own pages in a real browser. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { knobFields } from '../../simulator/control/knob-fields.ts';
import { wordedKnobs } from '../../simulator/control/knob-words.ts';
import { chromiumOrSkip } from '../support/chromium.ts';
import { accessibilityFaults, sidewaysOverflowPx } from '../web/accessibility.ts';
import { stand } from './stand.ts';

const paths = ['', '/start', '/accounts', '/makes', '/webhooks', '/requests', '/clock', '/knobs'];
/** Where to put pictures of the pages; nowhere unless told. */
const pictures = process.env['SIMULATOR_PICTURES'];

async function picture(page: Page, name: string): Promise<void> {
  if (pictures === undefined) return;
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: `${pictures}/${name}.png`, fullPage: false });
}

test('every page is without a fault that axe can find, in light and dark, and fits a phone', async (t) => {
  const browser = await chromiumOrSkip(t);
  if (browser === null) return;
  t.after(() => browser.close());
  const { api, advance, running, sim, watched } = await stand(t);
  const { origin } = running.simulator;
  const look = async (theme: 'light' | 'dark', width: number, state: string): Promise<void> => {
    const context = await browser.newContext({ colorScheme: theme, viewport: { width, height: 900 } });
    const page = await context.newPage();
    for (const path of paths) {
      await page.goto(`${origin}/sim${path}${path === '' && state === 'full' ? '?show=connected' : ''}`);
      const name = `${state}-${theme}-${String(width)}${path.replace('/', '-')}`;
      assert.deepEqual(await accessibilityFaults(page), [], name);
      assert.equal(await sidewaysOverflowPx(page), 0, name);
      await picture(page, name);
    }
    await context.close();
  };
  await look('light', 1280, 'empty');
  const car = await watched();
  await api('GET', `/vehicles/${car.vehicleId as string}/signals`, undefined, car.user);
  await api('GET', `/vehicles/none/signals`);
  for (const kind of ['unreachable', 'virtual-key-required'])
    await sim('POST', `/cars/${car.vin as string}/faults`, { kind });
  await sim('POST', '/makes/ford/outage', {});
  await sim('POST', '/webhooks/verify');
  await advance(10);
  await look('light', 1280, 'full');
  await look('dark', 1280, 'full');
  await look('light', 390, 'full');
});

test('without scripts, buttons break cars, turn knobs, move the clock and come back to their page', async (t) => {
  const browser = await chromiumOrSkip(t);
  if (browser === null) return;
  t.after(() => browser.close());
  const { running, sim, watched } = await stand(t);
  const car = await watched();
  const { origin } = running.simulator;
  const page = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
  await page.goto(`${origin}/sim?q=${car.vin as string}`);
  await page.getByLabel(`Fault for ${car.vin as string}`).selectOption('Unreachable');
  await page.getByRole('button', { name: 'Break' }).click();
  assert.equal(new URL(page.url()).search, `?q=${car.vin as string}`);
  await page.getByRole('button', { name: 'End unreachable' }).click();
  assert.deepEqual((await sim('GET', '/faults')).faults, []);
  await page.getByRole('link', { name: 'Knobs' }).click();
  await page.getByLabel('Requests about a vehicle each month').fill('500');
  await page.getByRole('button', { name: 'Change limits' }).click();
  await page.getByRole('status').getByText('Changed.').waitFor();
  const { monthlyQuota, applicationBucket } = await sim('GET', '/knobs');
  assert.deepEqual([monthlyQuota, applicationBucket], [500, null], 'the empty bucket stays without a limit');
  await page.getByRole('link', { name: 'Clock' }).click();
  await page.getByRole('button', { name: '60 days' }).click();
  await page.getByRole('status').getByText('It is').waitFor();
  assert.equal((await sim('GET', '/clock')).aheadS, 5_184_000);
  await page.getByRole('link', { name: 'Webhook' }).click();
  await page.getByRole('button', { name: 'Receiver goes down' }).click();
  assert.equal((await sim('GET', '/knobs')).webhook.isReceiverDown, true);
  await page.getByLabel('Address', { exact: true }).fill('');
  await page.getByRole('button', { name: 'Save the webhook' }).click();
  assert.equal((await sim('GET', '/knobs')).webhook.url, null);
});

test('every knob has a field with words, and every word a knob', () => {
  const knobs = new Set(
    knobFields().map(({ path }) => (path.startsWith('webhook.') ? path : (path.split('.')[0] ?? path))),
  );
  assert.deepEqual([...knobs].sort(), [...wordedKnobs].sort());
});

test('the form of each group changes nothing when it is sent as it is', async (t) => {
  const browser = await chromiumOrSkip(t);
  if (browser === null) return;
  t.after(() => browser.close());
  const { running, sim } = await stand(t, { bucket: { capacity: 120, refillPerMinute: 2 } });
  const before = await sim('GET', '/knobs');
  const page = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
  await page.goto(`${running.simulator.origin}/sim/knobs`);
  for (const name of ['answers', 'limits', 'pace', 'cars and commands', 'paths and codes', 'webhook', 'v2']) {
    await page.getByRole('button', { name: `Change ${name}` }).click();
    await page.getByRole('status').getByText('Changed.').waitFor();
  }
  assert.deepEqual(await sim('GET', '/knobs'), before);
});
