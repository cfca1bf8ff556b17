/** The diagnosis in a real browser: a check that is watched step by step, what it found, and what is handed on. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import type { Page } from 'playwright-core';

import type { SimulatedCar } from '../support/world.ts';
import { accessibilityFaults, dismissNotices, sidewaysOverflowPx } from './accessibility.ts';
import { signIn, startVisit } from './visit.ts';

/** What no hand-over may hold. */
function assertNothingSecret(text: string, car: SimulatedCar): void {
  for (const secret of [car.vin, car.account.email]) assert.ok(!text.includes(secret), secret);
  assert.doesNotMatch(text, /@|bearer|-?\d{1,3}\.\d{4,}/i);
  assert.ok(text.includes(car.vehicleId), "Smartcar's id of the car");
}

test('an operator checks a car, sees each step as it comes, and hands the diagnosis on', async (t) => {
  const visit = await startVisit(t);
  if (!visit) return;
  const { world } = visit;
  try {
    const car = (await world.cars('first')).find(({ make }) => make === 'VOLVO') ?? assert.fail();
    const id = await world.connectCar(car);
    const isIn = (status: string) => async () => (await world.vehicle(id)).connection?.status === status;
    await visit.until('it is active', isIn('active'));
    const desk = await visit.person({ viewport: { width: 1280, height: 1000 }, acceptDownloads: true });
    await desk.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: world.publicUrl });
    const page = await desk.newPage();
    await signIn(page, world);
    await page.goto(`${world.publicUrl}/vehicles/${id}`);
    const diagnosis = page.getByRole('region', { name: 'Diagnosis' });
    const steps = diagnosis.getByRole('list', { name: 'Steps of the check' });
    const step = (title: string): ReturnType<Page['locator']> => steps.getByRole('listitem').filter({ hasText: title });

    await t.test('before the first check it says what is known, and that nobody looked yet', async () => {
      await diagnosis.getByText('Nothing is wrong: data flows.').waitFor();
      await diagnosis.getByText('Not checked by hand yet.').waitFor();
      assert.equal(await steps.count(), 0);
    });

    await t.test('steps come one by one while the check runs', async () => {
      const fault = await world.sim('POST', '/sim/api/faults', { kind: 'slow', delayMs: 1_500 });
      await diagnosis.getByRole('button', { name: 'Check now' }).click();
      await step('Our access').getByText('passed').waitFor();
      await diagnosis.getByText(/^Checking: \d+ of 10 steps$/).waitFor();
      assert.equal(await step('Reading the car').count(), 0, 'the read has not come yet');
      await world.sim('DELETE', `/sim/api/faults/${String(fault['id'])}`);
      await page.getByText(/ was read just now\./).waitFor();
      await diagnosis.getByText(/^Last check/).waitFor();
      assert.equal(await steps.getByRole('listitem').count(), 10);
      for (const title of ['Smartcar answers', "In Smartcar's list", 'Permissions', 'Messages from Smartcar'])
        await step(title).getByText('passed').waitFor();
      await diagnosis.getByText('Certain').waitFor();
    });

    await t.test('one button copies the hand-over, one downloads it, and neither holds anything secret', async () => {
      await diagnosis.getByRole('button', { name: 'Copy for support' }).click();
      await page.getByText(/Copied for Smartcar/).waitFor();
      assertNothingSecret(await page.evaluate(() => navigator.clipboard.readText()), car);
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        diagnosis.getByRole('button', { name: 'Download' }).click(),
      ]);
      assert.match(file.suggestedFilename(), /^diagnosis-.+\.txt$/);
      assertNothingSecret(await readFile(await file.path(), 'utf8'), car);
    });

    await t.test('a check that is made to wait says so in words', async () => {
      const fault = await world.sim('POST', '/sim/api/faults', { kind: 'rate-limit', retryAfterS: 600 });
      await diagnosis.getByRole('button', { name: 'Check now' }).click();
      await page.getByText(/ was not read$/).waitFor();
      await step('Smartcar answers')
        .getByText(/Nothing was read; Towline asks again by itself, in 10 min/)
        .waitFor();
      await world.sim('DELETE', `/sim/api/faults/${String(fault['id'])}`);
    });

    await t.test(
      'a car whose owner has to act shows the words to send, with its evidence and request ids',
      async () => {
        await world.sim('POST', `/sim/api/accounts/${encodeURIComponent(car.account.email)}/password`, {});
        await visit.until('it is expired', isIn('expired'));
        await diagnosis.getByRole('button', { name: 'Check now' }).click();
        await diagnosis.getByText('Words for the owner').waitFor();
        await diagnosis.getByText(/Please sign in once/).waitFor();
        await diagnosis.getByRole('button', { name: "Copy Smartcar's request id" }).first().waitFor();
        await diagnosis.getByText(/^Last check/).waitFor();
        await dismissNotices(page);
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
          assert.deepEqual(await accessibilityFaults(page), [], colorScheme);
        }
      },
    );

    await t.test('it fits a phone', async () => {
      await page.setViewportSize({ width: 390, height: 844 });
      assert.equal(await sidewaysOverflowPx(page), 0);
    });

    assert.deepEqual(visit.complaints, []);
    assert.deepEqual(world.faults, []);
  } finally {
    await visit.close();
  }
});
