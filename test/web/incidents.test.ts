/** An operator meets an incident in the browser: on the overview, on its page, on a vehicle's panel; and ends it by hand. */
import { test } from 'node:test';

import { ensureAdministrator } from '../../src/http/people.ts';
import { chromiumOrSkip } from '../support/chromium.ts';
import { make, ofMake, play, startFleet } from '../support/incident-fleet.ts';
import { isCleanEverywhere } from './accessibility.ts';
import { operator, signIn } from './visit.ts';

test('an outage is one line on the overview, and says what is left alone meanwhile', async (t) => {
  const browser = await chromiumOrSkip(t);
  if (!browser) return;
  const { world, cars, ids } = await startFleet();
  try {
    const administrator = { ...operator, name: 'Ada', fleetIds: [world.fleets[0]] };
    await ensureAdministrator(world.ground.database, administrator, world.now());
    await world.sim('POST', `/sim/api/makes/${make}/outage`, { share: 1, code: 'NO_RESPONSE' });
    await play(world, 900);
    const context = await browser.newContext({ timezoneId: 'Europe/Berlin', locale: 'en-GB' });
    await context.clock.setFixedTime(world.now());
    const page = await context.newPage();
    await signIn(page, world);
    await page.getByRole('heading', { name: 'Incidents' }).waitFor();
    await page.getByText(`${ofMake} of ${ofMake} fail`).waitFor();
    await isCleanEverywhere(page, 'the overview');
    await page.getByRole('link', { name: 'All incidents' }).click();
    await page.getByRole('heading', { name: 'Volkswagen', exact: true }).waitFor();
    await page.getByText('Owners are not written to, nothing is decided against them').waitFor();
    await isCleanEverywhere(page, 'the incidents');
    await page.getByRole('link', { name: String(ofMake), exact: true }).click();
    await page.getByText('Only what failed in the incident of Volkswagen.').waitFor();
    const id = ids.get(cars[0]?.vin ?? '');
    await page.goto(`${world.publicUrl}/vehicles/${id}`);
    await page.getByText('Volkswagen: many vehicles fail together.').waitFor();
    await isCleanEverywhere(page, 'a vehicle in an incident');
    await page.goto(`${world.publicUrl}/incidents`);
    await page.getByRole('button', { name: 'Ask owners all the same' }).click();
    const dialog = page.getByRole('dialog', { name: 'End the incident of Volkswagen?' });
    await isCleanEverywhere(page, 'the dialog');
    await dialog.getByRole('button', { name: 'End it and ask owners' }).click();
    await page.getByText('Volkswagen: ended by hand.').waitFor();
    await page.getByRole('heading', { name: 'Over', exact: true }).waitFor();
  } finally {
    await browser.close();
    await world.close();
  }
});
