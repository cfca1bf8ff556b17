/** An operator has many owners asked in the browser: from the overview to the cars that work again; by keyboard, and on a phone in the dark. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { Page } from 'playwright-core';

import { reconnectDue } from '../../src/flows/reconnect-due.ts';
import { addBroken, allMails } from '../support/broken-fleet.ts';
import type { BrokenGiven } from '../support/broken-fleet.ts';
import { isClean } from './accessibility.ts';
import { darkPhone, desktop, signIn, startVisit } from './visit.ts';
import type { Visit } from './visit.ts';

/** A minute passes for everybody, and the round of it. */
async function passMinute(visit: Visit): Promise<void> {
  await visit.advance(60);
  await reconnectDue(visit.world.ground, visit.world.now());
  await visit.advance(1);
}

const cars: BrokenGiven[] = [
  ...Array.from({ length: 12 }, (_, at) => ({
    number: `BRK-${String(at).padStart(2, '0')}`,
    owner: `owner${Math.floor(at / 2)}@owners.example`,
  })),
  { number: 'OK-1', owner: 'calm@owners.example', cause: null },
  { number: 'SUB-1', owner: 'sub@owners.example', cause: 'subscriptionLapsed' },
];

/** An operator before many broken cars, with the device they hold; nothing may go wrong in their browser meanwhile. */
async function withBroken(
  t: TestContext,
  device: Parameters<Visit['person']>[0],
  work: (page: Page, visit: Visit) => Promise<void>,
): Promise<void> {
  const visit = await startVisit(t);
  if (!visit) return;
  try {
    await addBroken(visit.world, cars);
    const page = await (await visit.person(device)).newPage();
    await signIn(page, visit.world);
    await work(page, visit);
    assert.deepEqual(visit.complaints, []);
  } finally {
    await visit.close();
  }
}

test('from the overview to the cars that work again, with one press for each decision', (t) =>
  withBroken(t, desktop, async (page, visit) => {
    const { world } = visit;

    await t.test('the overview leads to the list with all of them chosen', async () => {
      await page.getByRole('main').getByRole('link', { name: '13 Owner' }).click();
      const bar = page.getByRole('region', { name: 'Chosen vehicles' });
      await bar.getByText('13 chosen').waitFor();
      await bar.getByText('6 owners would be asked · 1 left out').waitFor();
      await page.getByRole('radio', { name: 'Cards' }).focus();
      await page.keyboard.press('ArrowRight');
      await page.getByRole('checkbox', { name: 'Choose BRK-11' }).uncheck();
      await bar.getByText('12 chosen').waitFor();
      await isClean(page, 'the list with its bar');
    });

    await t.test('the preview says who is written to, who is not and why, and nothing has happened', async () => {
      await page.getByRole('button', { name: 'Reconnect …' }).click();
      const dialog = page.getByRole('dialog', { name: 'Reconnect many' });
      await dialog
        .getByRole('heading', { name: '6 owners are asked about 11 vehicles, in one message each' })
        .waitFor();
      await dialog.getByText('BRK-00, BRK-01').waitFor();
      await dialog.getByRole('heading', { name: '1 vehicle is left out' }).waitFor();
      await dialog.getByText(/has to do something at the manufacturer/).waitFor();
      await isClean(page, 'the preview');
      await passMinute(visit);
      assert.deepEqual(await allMails(world), []);
    });

    await t.test('what is sent is watched, and the page moves by itself', async () => {
      await page.getByRole('button', { name: 'Send 6 messages' }).click();
      await page.getByRole('heading', { name: 'Reconnect: Owner’s turn, without 1', level: 1 }).waitFor();
      await page.getByText(/0 of 6 owners written to/).waitFor();
      await isClean(page, 'before the first message');
      await passMinute(visit);
      await page.getByText(/6 of 6 owners written to, about 11 vehicles/).waitFor();
      const way = page.getByRole('list', { name: 'Vehicles by how far their owners came' });
      await way.getByRole('listitem').filter({ hasText: 'delivered' }).getByText('11', { exact: true }).waitFor();
      await page.getByText('Delivered').first().waitFor();
      assert.equal((await allMails(world)).length, 6);
      await isClean(page, 'when all have been asked');
    });

    await t.test('those who have not acted are a file for whoever calls them', async () => {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Not acted yet (CSV)' }).click(),
      ]);
      assert.match(download.suggestedFilename(), /^reconnects-rcb_\w+\.csv$/);
    });

    await t.test('the list of all such sends leads back, and whoever was asked is left alone for a day', async () => {
      await page.getByRole('link', { name: 'Reconnects' }).first().click();
      await page.getByRole('heading', { name: 'Reconnects', level: 1 }).waitFor();
      await page.getByText(/0 of 11 work again · 1 left out/).waitFor();
      await isClean(page, 'the list of reconnects');
      await page.goto(`${world.publicUrl}/vehicles?status=expired&choose=all`);
      await page.getByRole('region', { name: 'Chosen vehicles' }).getByText('12 left out').waitFor();
    });
  }));

test('by keyboard: Space chooses, Shift chooses up to there, and what was sent is taken back', (t) =>
  withBroken(t, desktop, async (page, visit) => {
    const { world } = visit;
    await page.goto(`${world.publicUrl}/vehicles?view=table&q=BRK`);
    await page.getByRole('link', { name: 'BRK-00' }).focus();
    await page.keyboard.press('Space');
    for (let presses = 0; presses < 3; presses += 1) await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Shift+Space');
    const bar = page.getByRole('region', { name: 'Chosen vehicles' });
    await bar.getByText('4 chosen').waitFor();
    await bar.getByText('2 owners would be asked').waitFor();
    await page.getByRole('checkbox', { name: 'Choose BRK-08' }).click({ modifiers: ['Shift'] });
    await bar.getByText('9 chosen').waitFor();
    await bar.getByRole('button', { name: 'Choose all 12 that match' }).click();
    await bar.getByText('12 chosen').waitFor();
    assert.equal(new URL(page.url()).pathname, '/vehicles', 'choosing opens nothing');
    await bar.getByRole('button', { name: 'Reconnect …' }).focus();
    await page.keyboard.press('Enter');
    const send = page.getByRole('button', { name: 'Send 6 messages' });
    await send.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Take back' }).click();
    const dialog = page.getByRole('dialog', { name: 'Take back what 12 vehicles wait for?' });
    await dialog.getByText('6 owners are not written to. Nothing has been sent.').waitFor();
    await isClean(page, 'the question');
    await dialog.getByRole('button', { name: 'Take back' }).click();
    await page.getByText('12 taken back').waitFor();
    await passMinute(visit);
    assert.deepEqual(await allMails(world), []);
  }));

test('on a phone in the dark: cards are pressed to choose, and nothing sticks out', (t) =>
  withBroken(t, darkPhone, async (page, visit) => {
    const { world } = visit;
    await page.goto(`${world.publicUrl}/vehicles?status=expired`);
    await page.getByRole('button', { name: 'Choose', exact: true }).tap();
    await page.getByText('BRK-00').first().tap();
    await page.getByText('BRK-01').first().tap();
    const bar = page.getByRole('region', { name: 'Chosen vehicles' });
    await bar.getByText('2 chosen').waitFor();
    await bar.getByText('1 owner would be asked').waitFor();
    await isClean(page, 'cards that are chosen');
    await bar.getByRole('button', { name: 'Reconnect …' }).tap();
    await page.getByRole('heading', { name: '1 owner is asked about 2 vehicles, in one message' }).waitFor();
    await isClean(page, 'the preview');
    await page.getByRole('button', { name: 'Send 1 message' }).tap();
    await page.getByText(/0 of 1 owners written to/).waitFor();
    await passMinute(visit);
    await page.getByText(/1 of 1 owners written to/).waitFor();
    await isClean(page, 'what was sent');
  }));
