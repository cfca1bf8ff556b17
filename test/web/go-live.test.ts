/** Going live in a real browser: what is missing is read, put right in Smartcar's dashboard, and gone at the next check. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { isCleanEverywhere } from './accessibility.ts';
import { operator, signIn, startVisit } from './visit.ts';

test('an administrator reads what is missing, creates the webhook with what is copied, and checks again', async (t) => {
  const visit = await startVisit(t, { simulator: { redirectUris: [], webhookUrl: null } });
  if (!visit) return;
  const { world } = visit;
  try {
    await world.sim('PATCH', '/sim/api/knobs', { webhook: { isCreated: false } });
    const context = await visit.person();
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const page = await context.newPage();
    await signIn(page, world);
    await page.goto(`${world.publicUrl}/settings`);
    await page.getByRole('link', { name: 'Going live' }).click();
    await page.getByText('were not asked yet').waitFor();
    const step = (title: string) =>
      page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: title, exact: true }) });
    await isCleanEverywhere(page, 'going live, before a check');

    await page.getByRole('button', { name: 'Check now' }).focus();
    await page.keyboard.press('Enter');
    await step('API client secret').getByText('Smartcar accepts it.').waitFor();
    await step('Webhook').getByText('The application has no webhook.').waitFor();
    await step('Redirect URI').getByText('missing · needed').waitFor();
    await isCleanEverywhere(page, 'going live, after a check');

    const copy = async (label: string): Promise<string> => {
      await page.getByRole('button', { name: `Copy ${label}` }).click();
      return page.evaluate(() => navigator.clipboard.readText());
    };
    await page.setViewportSize({ width: 1_280, height: 844 });
    await world.sim('PATCH', '/sim/api/application', { redirectUris: [await copy('Redirect URI')] });
    await world.sim('PATCH', '/sim/api/knobs', {
      webhook: { isCreated: true, url: await copy('Callback URI'), data: (await copy('Signals')).split(', ') },
    });
    await page.getByRole('button', { name: 'Check now' }).click();
    await step('Webhook').getByText('sends here').waitFor();
    await step('Signals of the webhook').getByText('It carries everything').waitFor();
    await step('Redirect URI').getByText('It is registered with Smartcar.').waitFor();
    await step('Messages arrive').getByText('A check of the address was answered just now').waitFor();
    await page.getByText('2 things are missing before real cars can be managed.').waitFor();
    const mail = step('Mail').getByRole('button', { name: 'Send me a test message' });
    assert.equal(await mail.getAttribute('aria-disabled'), 'true');
    await page.goto(`${world.publicUrl}/`);
    await page.getByRole('heading', { name: 'Needs a person now' }).waitFor();
    const pressed = page.getByRole('note').filter({ hasText: 'missing before' });
    assert.equal(await pressed.count(), 0, 'the demo is not pressed to go live');
    assert.deepEqual(visit.complaints, []);
  } finally {
    await visit.close();
  }
});

test('with real cars the overview tells what is missing, and who looks after one fleet alone is not told', async (t) => {
  const visit = await startVisit(t, { demo: false, simulator: { redirectUris: [] } });
  if (!visit) return;
  const { world } = visit;
  try {
    const page = await (await visit.person()).newPage();
    await signIn(page, world);
    const notice = page.getByRole('note').filter({ hasText: '2 things are missing before real cars can be managed.' });
    await notice.waitFor();
    await isCleanEverywhere(page, 'the overview with its notice');
    await notice.getByRole('link', { name: 'Going live' }).click();
    await page.getByText('Smartcar is asked about real cars.').waitFor();
    await page.getByRole('button', { name: 'Check now' }).click();
    await page.getByText('3 things are missing before real cars can be managed.').waitFor();

    await world.ground.database.asSystem((tx) =>
      tx
        .updateTable('auth_user')
        .set({ installation_administrator: false })
        .where('email', '=', operator.email)
        .execute(),
    );
    await page.goto(`${world.publicUrl}/settings/go-live`);
    await page.getByRole('heading', { name: 'For the installation’s administrator' }).waitFor();
    await isCleanEverywhere(page, 'going live for others');
    await page.goto(`${world.publicUrl}/`);
    await page.getByRole('heading', { name: 'Needs a person now' }).waitFor();
    assert.equal(await notice.count(), 0);
    assert.deepEqual(visit.complaints, []);
  } finally {
    await visit.close();
  }
});
