/** What an owner does on their own page without a script, and what operators do for them: their file, and forgetting them. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import type { VehicleId } from '../../src/domain/ids.ts';
import { eraseDue } from '../../src/flows/erase-owner.ts';
import { revokeDue } from '../../src/flows/revoke.ts';
import type { SimulatedCar } from '../support/world.ts';
import { isCleanEverywhere } from './accessibility.ts';
import { signIn, startVisit } from './visit.ts';
import type { Visit } from './visit.ts';

async function connected(visit: Visit, place: number): Promise<{ id: VehicleId; car: SimulatedCar; number: string }> {
  const { world } = visit;
  const car = (await world.cars('first')).filter(({ make }) => make === 'VOLKSWAGEN')[place] ?? assert.fail();
  const id = await world.connectCar(car);
  await visit.until('it is active', async () => (await world.vehicle(id)).connection?.status === 'active');
  const { body } = await world.api('GET', `/vehicles/${id}`);
  return { id, car, number: String(body['number']) };
}

test('an owner stops sharing a car on a phone without JavaScript, after one question', async (t) => {
  const visit = await startVisit(t);
  if (!visit) return;
  const { world } = visit;
  try {
    const { id } = await connected(visit, 0);
    const { body } = await world.api('GET', `/vehicles/${id}`);
    const ownerId = (body['owner'] as { id: string }).id;
    const link = String((await world.api('POST', `/owners/${ownerId}/link`, {})).body['url']);
    const person = await visit.person({ javaScriptEnabled: false, viewport: { width: 390, height: 844 } });
    const page = await person.newPage();
    await page.goto(link);
    await page.getByRole('heading', { name: 'What you share' }).waitFor();
    await page.getByText(/for renters to find it and bring it back/).waitFor();
    // The same pages, looked at with a browser in which axe can run.
    const looking = await (await visit.person()).newPage();
    await looking.goto(link);
    await isCleanEverywhere(looking, 'the page');
    await looking.getByRole('link', { name: 'Stop sharing this car' }).click();
    await isCleanEverywhere(looking, 'the question');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download my data' }).click(),
    ]);
    assert.equal(download.suggestedFilename(), 'my-data.json');
    await page.getByRole('link', { name: 'Stop sharing this car' }).click();
    await page.getByRole('heading', { name: /^Stop sharing your VW/ }).waitFor();
    await page.getByRole('link', { name: 'Keep sharing it' }).click();
    await page.getByRole('heading', { name: 'What you share' }).waitFor();
    assert.equal((await world.vehicle(id)).connection?.status, 'active');
    await page.getByRole('link', { name: 'Stop sharing this car' }).click();
    await page.getByRole('button', { name: 'Stop sharing' }).click();
    await page.getByRole('heading', { name: 'Nothing is shared' }).waitFor();
    await page.getByRole('heading', { name: 'No longer shared' }).waitFor();
    assert.equal((await world.vehicle(id)).connection?.cause, 'disconnectedHere');
    await looking.goto(link);
    await isCleanEverywhere(looking, 'the page without a car');
  } finally {
    await visit.close();
  }
});

test('an operator looks an owner up, sends their page, downloads their file, and forgets them under their typed name', async (t) => {
  const visit = await startVisit(t);
  if (!visit) return;
  const { world } = visit;
  try {
    const { id, car, number } = await connected(visit, 0);
    await connected(visit, 3);
    const { email } = car.account;
    const page = await (await visit.person()).newPage();
    await signIn(page, world);
    await page.getByRole('navigation', { name: 'Main', exact: true }).getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Owners' }).click();
    await page.getByRole('heading', { name: 'Owners', level: 1 }).waitFor();
    await isCleanEverywhere(page, 'the list of owners');
    await page.getByLabel('Search owners by name').fill(email.slice(0, 5));
    await page.waitForURL(/q=/);
    await page.getByRole('link', { name: email }).click();
    await page.getByRole('heading', { name: email }).waitFor();
    await page.getByText('Agreed to share the car, through Smartcar’s sign-in.').waitFor();
    await page.getByText('What they read').click();
    await page.getByText(/would like to connect to your car/).waitFor();
    await isCleanEverywhere(page, 'an owner');

    await page.getByRole('button', { name: 'Their page' }).click();
    await page.getByRole('menuitem', { name: 'E-mail it to them' }).click();
    await page.getByText(`The message to ${email} is on its way.`).waitFor();
    await visit.advance(10);
    await page
      .getByText(/^Your page at/)
      .first()
      .waitFor();

    await page.getByRole('button', { name: 'More about this owner' }).click();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: /Download their data/ }).click(),
    ]);
    const kept = JSON.parse(readFileSync(await file.path(), 'utf8')) as { owner: { email: string } };
    assert.equal(kept.owner.email, email);

    await page.getByRole('button', { name: 'More about this owner' }).click();
    await page.getByRole('menuitem', { name: /Forget this owner/ }).click();
    const dialog = page.getByRole('dialog', { name: `Forget ${email}?` });
    await dialog.getByText(`${number} will be disconnected.`).waitFor();
    await dialog.getByText(/in the history/).waitFor();
    await isCleanEverywhere(page, 'the question');
    const forget = dialog.getByRole('button', { name: 'Forget them for good' });
    assert.equal(await forget.isDisabled(), true);
    await dialog.getByLabel(/Type their name/).fill(`${email}x`);
    assert.equal(await forget.isDisabled(), true, 'another name forgets nobody');
    await dialog.getByLabel(/Type their name/).fill(email);
    await forget.click();
    await page.getByRole('heading', { name: 'Erased owner' }).waitFor();
    await page.getByText('Under way').waitFor();
    await visit.advance(5);
    await revokeDue(world.ground, world.now());
    await visit.advance(700);
    await eraseDue(world.ground, world.now());
    await page.reload();
    await page.getByText('Done', { exact: true }).first().waitFor();
    await page.getByText('unchanged since it was written').waitFor();
    await isCleanEverywhere(page, 'somebody who is forgotten');
    assert.ok(!(await page.content()).includes(email));

    await page.goto(`${world.publicUrl}/vehicles/${id}`);
    await page.getByText('No owner is known.').waitFor();
    await page.getByText('The car was disconnected here.').first().waitFor();
    assert.deepEqual(visit.complaints, []);
    assert.deepEqual(world.faults, []);
  } finally {
    await visit.close();
  }
});

test('while Smartcar does not answer, the panel says since when it was tried, how often, and when again', async (t) => {
  const visit = await startVisit(t);
  if (!visit) return;
  const { world } = visit;
  try {
    const { id, number } = await connected(visit, 0);
    const page = await (await visit.person()).newPage();
    await signIn(page, world);
    const fault = await world.sim('POST', '/sim/api/faults', { kind: 'hang-up' });
    await page.goto(`${world.publicUrl}/vehicles/${id}`);
    await page.getByRole('button', { name: 'Disconnect', exact: true }).click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: `Disconnect ${number}` })
      .click();
    await page.getByText(/Smartcar has not confirmed the end of access since/).waitFor();
    await visit.advance(1);
    for (let tries = 0; tries < 3; tries += 1) {
      await visit.advance(900);
      await revokeDue(world.ground, world.now());
    }
    await page.reload();
    await page.getByText(/Tried 4 times, last/).waitFor();
    await isCleanEverywhere(page, 'a vehicle whose end is not confirmed');
    await world.sim('DELETE', `/sim/api/faults/${String(fault['id'])}`);
    await visit.advance(3_700);
    await revokeDue(world.ground, world.now());
    await page.getByText('Smartcar confirmed that our access has ended.').first().waitFor();
    await page.getByText(/has not confirmed/).waitFor({ state: 'detached' });
  } finally {
    await visit.close();
  }
});

test('positions kept in rentals only are a setting, and the vehicle page says that it is rounded', async (t) => {
  const visit = await startVisit(t);
  if (!visit) return;
  const { world } = visit;
  try {
    const { id } = await connected(visit, 0);
    const page = await (await visit.person()).newPage();
    await signIn(page, world);
    await page.goto(`${world.publicUrl}/settings`);
    await page.getByLabel('Kept in rentals only').check();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The settings are saved.').waitFor();
    await isCleanEverywhere(page, 'the settings');
    await page.goto(`${world.publicUrl}/vehicles/${id}`);
    await page
      .getByText(/^about -?\d+\.\d\d, -?\d+\.\d\d$/)
      .first()
      .waitFor();
  } finally {
    await visit.close();
  }
});
