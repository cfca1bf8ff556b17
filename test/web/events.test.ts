/** Events to the fleet's own systems in a real browser: added, tested, looked at, tried again, disabled, deleted. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { VehicleId } from '../../src/domain/ids.ts';
import { isSignedWith, startReceiver } from '../support/event-receiver.ts';
import { dismissNotices, isCleanEverywhere } from './accessibility.ts';
import { signIn, startVisit } from './visit.ts';

test('an administrator adds a system, sees what it was told and what it did not take, and takes it away', async (t) => {
  const visit = await startVisit(t);
  if (!visit) return;
  const { world } = visit;
  const receiver = await startReceiver();
  try {
    const [car] = await world.cars('first');
    assert.ok(car);
    const vehicle: VehicleId = await world.connectCar(car);
    await visit.advance(60);
    const context = await visit.person();
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const page = await context.newPage();
    await signIn(page, world);
    await page.goto(`${world.publicUrl}/settings`);
    await page.getByRole('link', { name: 'Events', exact: true }).click();
    await page.getByText('No system of yours is told of events').waitFor();
    await isCleanEverywhere(page, 'events, none');

    // Added for some types alone; a wrong address is told beside its field.
    await page.getByRole('button', { name: 'Add an endpoint' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Address').fill('booking');
    await dialog.getByRole('switch', { name: 'Every event' }).uncheck();
    await dialog.getByLabel('connection.expired').uncheck();
    await isCleanEverywhere(page, 'events, adding');
    await dialog.getByRole('button', { name: 'Add it' }).click();
    await dialog.getByText('Give the whole address').waitFor();
    await dialog.getByLabel('Address').fill('ftp://booking.example/');
    await dialog.getByRole('button', { name: 'Add it' }).click();
    await dialog.getByText('Events are sent to an https:// address').waitFor();
    await dialog.getByLabel('Address').fill(receiver.url);
    await dialog.getByRole('button', { name: 'Add it' }).click();
    await dialog.getByText('Copy it now').waitFor();
    await isCleanEverywhere(page, 'events, the secret');
    await dialog.getByRole('button', { name: 'Copy the secret' }).click();
    const secret = await page.evaluate(() => navigator.clipboard.readText());
    await dialog.getByRole('button', { name: 'Done' }).click();

    // A test reaches it, and is seen.
    await page.getByRole('link', { name: receiver.url }).click();
    await page.getByText('Nothing has happened since that it wants').waitFor();
    await page.getByRole('button', { name: 'Send a test' }).click();
    await page.getByText('A test is on its way').waitFor();
    await world.settle();
    await page.getByRole('listitem').filter({ hasText: 'endpoint.test' }).getByText('Delivered').waitFor();
    assert.ok(receiver.heard[0] && isSignedWith(secret, receiver.heard[0]));

    // What it does not take says why, and is sent again by hand.
    receiver.answer = { status: 500, text: 'no room at the booking system' };
    await world.api('POST', `/vehicles/${vehicle}/commands`, { type: 'lock' });
    await visit.advance(1);
    const asked = page.getByRole('listitem').filter({ hasText: 'command.requested' });
    await asked.getByText('Answered 500').waitFor();
    await page.getByText('Nothing has been taken since').waitFor();
    await asked.getByRole('button', { name: '1 try of command.requested' }).click();
    await asked.getByText('no room at the booking system').waitFor();
    await dismissNotices(page);
    await isCleanEverywhere(page, 'an endpoint that fails');
    receiver.answer = { status: 204 };
    await page.setViewportSize({ width: 1_280, height: 844 });
    await asked.getByRole('button', { name: 'Send command.requested again' }).click();
    await page.getByText('It is tried again now.').waitFor();
    await world.settle();
    await asked.getByText('Delivered', { exact: true }).waitFor();
    await page.getByText('Nothing has been taken since').waitFor({ state: 'detached' });

    // A new secret, everything once more, and disabled.
    await page.getByRole('button', { name: 'New secret' }).click();
    await page.getByRole('button', { name: 'Make a new one' }).click();
    await page.getByRole('dialog').getByText('whsec_').waitFor();
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByText('signs until').waitFor();
    const before = receiver.heard.length;
    await page.getByRole('button', { name: 'Send again', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Send again' }).click();
    await page.getByText('are sent again.').waitFor();
    await world.settle();
    assert.ok(receiver.heard.length > before);
    await page.getByRole('button', { name: 'Disable' }).click();
    await page.getByText('Disabled by hand').waitFor();
    const test = page.getByRole('button', { name: 'Send a test' });
    assert.equal(await test.getAttribute('aria-disabled'), 'true');
    await dismissNotices(page);
    await isCleanEverywhere(page, 'a disabled endpoint');

    // Deleted, with a question that can be left by the keyboard.
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Keep it' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Delete the endpoint' }).click();
    await page.getByText('No system of yours is told of events').waitFor();
    assert.deepEqual(visit.complaints, []);
    assert.deepEqual(world.faults, []);
  } finally {
    await receiver.close();
    await visit.close();
  }
});
