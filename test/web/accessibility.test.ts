/** What axe finds on every page that a person sees, light and dark; and what works without a mouse and without motion. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Page } from 'playwright-core';

import type { VehicleId } from '../../src/domain/ids.ts';
import type { SimulatedCar } from '../support/world.ts';
import { accessibilityFaults } from './accessibility.ts';
import { signIn, startVisit } from './visit.ts';
import type { Visit } from './visit.ts';

interface Stage {
  visit: Visit;
  active: VehicleId;
  expired: VehicleId;
  pending: VehicleId;
  /** That the pending one is in. */
  rentalId: string;
  /** A link that asks its owner to sign in again, and one each that connects, failed, is done and is closed. */
  links: { repair: string; sharing: string; connect: string; failed: string; done: string; closed: string };
  /** Addresses of Connect for a browser that has pressed the button. */
  authorize: string;
}

async function pressed(link: string): Promise<{ url: string; cookie: string }> {
  const response = await fetch(link, { method: 'POST', redirect: 'manual', body: new URLSearchParams() });
  const cookie = response.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  return { url: response.headers.get('location') ?? '', cookie };
}

/** A fleet with one of each: active, expired with its mail and alert, pending, never connected. */
async function setStage(visit: Visit): Promise<Stage> {
  const { world } = visit;
  const cars = await world.cars('spare');
  const spare = (make: string): SimulatedCar => cars.find((car) => car.make === make) ?? assert.fail(make);
  const [broken, fine, waiting] = [spare('BMW'), spare('TESLA'), spare('KIA')];
  const [expired, active] = [await world.connectCar(broken), await world.connectCar(fine)];
  const isIn = (id: VehicleId, status: string) => async () => (await world.vehicle(id)).connection?.status === status;
  await visit.until(
    'both are active',
    async () => (await isIn(expired, 'active')()) && (await isIn(active, 'active')()),
  );
  await world.sim('POST', `/sim/api/accounts/${encodeURIComponent(broken.account.email)}/password`, {});
  await visit.until('one is expired', isIn(expired, 'expired'));
  await visit.advance(60);
  const pending = await world.connectCar(waiting);
  assert.equal((await world.api('POST', `/vehicles/${active}/commands`, { type: 'lock' })).status, 202);
  const rental = await world.api('POST', '/rentals', { vehicleId: pending, reference: 'R-88' });
  const repair = /http:\/\/\S+\/o\/\S+/.exec((await world.mails())[0]?.text ?? '')?.[0] ?? assert.fail('no mail');
  const newLink = async (): Promise<string> => {
    const added = await world.api('POST', '/vehicles', { make: 'AUDI', model: 'A3', year: 2022 });
    const { body } = await world.api('POST', `/vehicles/${String(added.body['id'])}/connect`, {});
    return String(body['url']);
  };
  const [connect, failed] = [await newLink(), await newLink()];
  await world.throughLink(failed, { deny: true });
  const links = {
    repair,
    sharing: `${repair}/sharing`,
    connect,
    failed,
    done: await doneLink(visit, spare('FORD')),
    closed: `${world.publicUrl}/o/unknown`,
  };
  const rentalId = String(rental.body['id']);
  return { visit, active, expired, pending, rentalId, links, authorize: (await pressed(connect)).url };
}

async function doneLink(visit: Visit, car: SimulatedCar): Promise<string> {
  const { world } = visit;
  const { vin, make, model, year } = car;
  const added = await world.api('POST', '/vehicles', { vin, make, model, year });
  const id = added.body['id'] as VehicleId; // the API's own id
  const link = String((await world.api('POST', `/vehicles/${id}/connect`, {})).body['url']);
  await world.throughLink(link, { email: car.account.email, password: car.account.password, vins: [vin] });
  await visit.until('it is connected', async () => (await world.vehicle(id)).connection?.status === 'active');
  return link;
}

/** A page is quiet when nothing is loading; the live stream never ends, so the network is no measure. */
async function settle(page: Page): Promise<void> {
  await page.getByRole('heading').first().waitFor();
  await page.waitForFunction(() => !document.querySelector('[aria-busy="true"], .mantine-Skeleton-root'));
  await page.evaluate(() =>
    Promise.all(document.getAnimations().map((animation) => animation.finished)).catch(() => null),
  );
}

interface Look {
  name: string;
  url: string;
  prepare?: (page: Page) => Promise<void>;
}

const click = (name: string) => async (page: Page) => {
  await page.getByRole('button', { name, exact: true }).first().click();
  await page.getByRole('dialog').or(page.getByRole('menu')).first().waitFor();
};

function dashboard({ visit, active, expired, pending, rentalId }: Stage): Look[] {
  const at = visit.world.publicUrl;
  const vehicle = (id: VehicleId): string => `${at}/vehicles/${id}`;
  return [
    { name: 'overview', url: `${at}/` },
    { name: 'vehicles, cards', url: `${at}/vehicles?view=cards` },
    { name: 'vehicles, table', url: `${at}/vehicles?view=table` },
    { name: 'vehicles, none', url: `${at}/vehicles?q=nothing+like+it` },
    {
      name: 'a filter that opened',
      url: `${at}/vehicles`,
      prepare: (page) => page.getByRole('combobox', { name: 'Status' }).click(),
    },
    { name: 'adding a vehicle', url: `${at}/vehicles`, prepare: click('Add vehicle') },
    { name: 'an active vehicle', url: vehicle(active) },
    { name: 'an expired vehicle', url: vehicle(expired) },
    { name: 'a pending vehicle in a rental', url: vehicle(pending) },
    { name: 'ways to reconnect', url: vehicle(expired), prepare: click('Reconnect') },
    { name: 'disconnecting', url: vehicle(active), prepare: click('Disconnect') },
    { name: 'quick search', url: `${at}/`, prepare: (page) => page.keyboard.press('Control+k') },
    { name: 'starting a rental', url: vehicle(active), prepare: click('Start a rental') },
    { name: 'rentals', url: `${at}/rentals` },
    { name: 'rentals, none', url: `${at}/rentals?q=nothing+like+it` },
    { name: 'a rental', url: `${at}/rentals/${rentalId}` },
    { name: 'ending a rental', url: `${at}/rentals/${rentalId}`, prepare: click('End rental') },
    { name: 'a rental that is not there', url: `${at}/rentals/rnt_nobody` },
    { name: 'alerts', url: `${at}/alerts` },
    { name: 'commands', url: `${at}/commands` },
    { name: 'messages', url: `${at}/messages` },
    { name: 'reconnects', url: `${at}/reconnects` },
    { name: 'many chosen', url: `${at}/vehicles?view=table&choose=all` },
    { name: 'a preview of many', url: `${at}/vehicles?view=cards&choose=all`, prepare: click('Reconnect …') },
    { name: 'mailbox', url: `${at}/mailbox` },
    { name: 'from Smartcar', url: `${at}/webhook-events` },
    { name: 'settings', url: `${at}/settings` },
    {
      name: 'makes',
      url: `${at}/settings/makes`,
      prepare: (page) => page.locator('details.make summary').first().click(),
    },
    { name: 'owners', url: `${at}/owners` },
    { name: 'request budget', url: `${at}/settings/budget` },
    { name: 'API keys', url: `${at}/settings/api-keys` },
    { name: 'events', url: `${at}/settings/events` },
    { name: 'audit', url: `${at}/settings/audit` },
    { name: 'move', url: `${at}/settings/move` },
    { name: 'lists as files', url: `${at}/vehicles`, prepare: click('Lists as files') },
    { name: 'a page that is not there', url: `${at}/nowhere` },
  ];
}

function ownerPages({ visit, links, authorize }: Stage): Look[] {
  const at = visit.world.publicUrl;
  const state = new URL(authorize).searchParams.get('state') ?? '';
  return [
    ...Object.entries(links).map(([name, url]) => ({ name: `owner page: ${name}`, url })),
    { name: 'owner page: another browser', url: `${at}/connect/callback?state=${state}&user_id=u` },
    { name: 'owner page: a problem', url: `${at}/connect/callback` },
  ];
}

function simulatorPages({ visit, authorize }: Stage): Look[] {
  const unbranded = new URL(authorize);
  unbranded.searchParams.delete('make');
  const forward = async (page: Page): Promise<void> => page.locator('#continue-button').click();
  const login = (name: string) => async (page: Page) => {
    await forward(page);
    await page.locator('#username').fill(name);
    await page.locator('#password').fill('password');
    await page.locator('#sign-in-button').click();
  };
  const [several] = ['zoe.hansen@mail.example'];
  return [
    { name: 'simulator', url: `${visit.world.simulator.origin}/sim` },
    { name: 'Connect: preamble', url: authorize },
    { name: 'Connect: brands', url: unbranded.href, prepare: forward },
    { name: 'Connect: login', url: authorize, prepare: forward },
    { name: 'Connect: a wrong login', url: authorize, prepare: login('nobody@mail.example') },
    { name: 'Connect: which car', url: authorize, prepare: login(several ?? '') },
    { name: 'Connect: permissions', url: authorize, prepare: login('noah.schulz@mail.example') },
    { name: 'Connect: refused', url: `${visit.world.simulator.origin}/oauth/authorize?client_id=nobody` },
  ];
}

describe('every page', () => {
  test('has no fault that axe can find, in light and in dark', async (t) => {
    const visit = await startVisit(t);
    if (!visit) return;
    try {
      const stage = await setStage(visit);
      for (const colorScheme of ['light', 'dark'] as const) {
        const person = await visit.person({ colorScheme, reducedMotion: 'reduce' });
        const page = await person.newPage();
        await page.goto(`${visit.world.publicUrl}/sign-in`);
        await settle(page);
        const only = colorScheme === 'dark' ? ('colours' as const) : undefined; // the rest is the same in both
        const faults = (await accessibilityFaults(page, only)).map((fault) => `sign-in: ${fault}`);
        await signIn(page, visit.world);
        for (const { name, url, prepare } of [...dashboard(stage), ...ownerPages(stage), ...simulatorPages(stage)]) {
          await page.goto(url);
          await settle(page);
          await prepare?.(page);
          await settle(page);
          faults.push(...(await accessibilityFaults(page, only)).map((fault) => `${name}: ${fault}`));
        }
        assert.deepEqual(faults, [], colorScheme);
        await person.close();
      }
      assert.deepEqual(visit.complaints, []);
    } finally {
      await visit.close();
    }
  });
});

/** Presses Tab so often, and answers the names of what had the focus. */
async function tabThrough(page: Page, times: number): Promise<string[]> {
  const names: string[] = [];
  for (let pressedTimes = 0; pressedTimes < times; pressedTimes += 1) {
    await page.keyboard.press('Tab');
    names.push(
      await page.evaluate(
        () => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '',
      ),
    );
  }
  return names;
}

const isInDialog = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.activeElement?.closest('[role="dialog"]') !== null);

test('without a mouse: what can not be pressed is reached and says why, and a dialog keeps the focus until Escape', async (t) => {
  const visit = await startVisit(t);
  if (!visit) return;
  const { world } = visit;
  try {
    const car = (await world.cars('spare')).find(({ make }) => make === 'BMW') ?? assert.fail();
    const id = await world.connectCar(car);
    await visit.until('it is active', async () => (await world.vehicle(id)).connection?.status === 'active');
    const page = await (await visit.person()).newPage();
    await signIn(page, world);
    await page.goto(`${world.publicUrl}/vehicles/${id}`);
    await settle(page);
    await page.getByRole('button', { name: 'Disconnect', exact: true }).waitFor();

    const [first] = await tabThrough(page, 1);
    assert.equal(first, 'Go to the page');
    const reached = await tabThrough(page, 40);
    for (const name of ['Reconnect', 'Check now', 'Lock', 'Unlock', 'Disconnect'])
      assert.ok(reached.includes(name), `${name} in ${reached.join(', ')}`);
    const reconnect = page.getByRole('button', { name: 'Reconnect', exact: true });
    await reconnect.focus();
    await page.getByRole('tooltip').filter({ hasText: 'nothing to repair' }).last().waitFor();
    await page.keyboard.press('Enter');
    assert.equal(await page.getByRole('dialog').count(), 0);

    const disconnect = page.getByRole('button', { name: 'Disconnect', exact: true });
    await disconnect.focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: /^Disconnect/ });
    await dialog.waitFor();
    await page.waitForFunction(() => document.activeElement?.textContent === 'Keep it connected');
    for (let times = 0; times < 7; times += 1) {
      await page.keyboard.press(times < 5 ? 'Tab' : 'Shift+Tab');
      assert.ok(await isInDialog(page), `after ${times + 1} presses`);
    }
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await page.waitForFunction(() => document.activeElement?.textContent === 'Disconnect');
    assert.equal((await world.vehicle(id)).connection?.status, 'active');

    await page.keyboard.press('Control+k');
    const finder = page.getByRole('combobox', { name: 'Find a vehicle' });
    await finder.waitFor();
    await page.keyboard.type('i3');
    await page.getByRole('option').first().waitFor();
    await page.keyboard.press('Escape');
    await finder.waitFor({ state: 'detached' });
  } finally {
    await visit.close();
  }
});

test('who asks for less motion gets none, and who does not gets a little', async (t) => {
  const visit = await startVisit(t);
  if (!visit) return;
  const { world } = visit;
  try {
    const car = (await world.cars('spare')).find(({ make }) => make === 'BMW') ?? assert.fail();
    const id = await world.connectCar(car);
    await visit.until('it is active', async () => (await world.vehicle(id)).connection?.status === 'active');
    await world.sim('POST', `/sim/api/cars/${car.vin}/claims`, {
      type: 'CONNECTED_SERVICES_ACCOUNT',
      code: 'AUTHENTICATION_FAILED',
    });
    await visit.advance(3);
    const movingWith = async (reducedMotion: 'reduce' | 'no-preference'): Promise<number> => {
      const page = await (await visit.person({ reducedMotion })).newPage();
      await signIn(page, world);
      await page.goto(`${world.publicUrl}/vehicles/${id}`);
      await page
        .getByText(/Suspected, being checked/)
        .first()
        .waitFor();
      await settleFonts(page);
      await page.getByRole('button', { name: 'Disconnect', exact: true }).click();
      await page.getByRole('dialog').waitFor({ state: 'attached' });
      return page.evaluate(() => document.getAnimations().length);
    };
    assert.equal(await movingWith('reduce'), 0);
    assert.ok((await movingWith('no-preference')) > 0);
  } finally {
    await visit.close();
  }
});

const settleFonts = async (page: Page): Promise<void> => {
  await page.evaluate(async () => void (await document.fonts.ready));
};
