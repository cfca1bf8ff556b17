/** The main job in a real browser, found by what a person reads: a car is connected, watched, breaks, is repaired. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BrowserContext, Locator, Page } from 'playwright-core';

import type { SimulatedCar } from '../support/world.ts';
import { sidewaysOverflowPx } from './accessibility.ts';
import { operator, signIn, startVisit } from './visit.ts';
import type { Visit } from './visit.ts';

async function carOf({ world }: Visit, fleet: string, make: string): Promise<SimulatedCar> {
  return (await world.cars(fleet)).find((car) => car.make === make) ?? assert.fail(`no ${make} in ${fleet}`);
}

const panelOf = (page: Page): Locator => page.getByRole('region', { name: 'Connection' });

/** A fact of the panel by its name. */
async function fact(page: Page, name: string): Promise<string> {
  const pair = panelOf(page)
    .locator('dl > div')
    .filter({ has: page.getByText(name, { exact: true }) });
  return (await pair.getByRole('definition').innerText()).replaceAll(/\s+/g, ' ');
}

/** Waits for the page to change by itself: nothing is loaded again. */
const shows = (place: Locator, text: string | RegExp): Promise<void> => place.getByText(text).first().waitFor();

/** Presses something that opens a tab, and answers the tab. */
async function tabFrom(context: BrowserContext, press: () => Promise<void>): Promise<Page> {
  const [tab] = await Promise.all([context.waitForEvent('page'), press()]);
  await tab.waitForLoadState();
  return tab;
}

async function giveAtManufacturer(tab: Page, login: { email: string; password: string }): Promise<void> {
  await tab.locator('#username').fill(login.email);
  await tab.locator('#password').fill(login.password);
  await tab.locator('#sign-in-button').click();
}

/** The fault page's row of a car. */
async function faultRow(sim: Page, visit: Visit, car: SimulatedCar): Promise<Locator> {
  await sim.goto(`${visit.world.simulator.origin}/sim`);
  await sim.getByRole('searchbox', { name: 'Search' }).fill(car.vin);
  await sim.getByRole('button', { name: 'Filter' }).click();
  return sim.getByRole('row').filter({ hasText: car.vin });
}

async function press(
  sim: Page,
  visit: Visit,
  car: SimulatedCar,
  choice: { list: string; option: string; button: string },
): Promise<void> {
  const row = await faultRow(sim, visit, car);
  await row.getByRole('combobox', { name: `${choice.list} ${car.vin}` }).selectOption(choice.option);
  await row.getByRole('button', { name: choice.button }).click();
  await row.waitFor();
}

test('an operator and an owner live through the story of a car', async (t) => {
  const visit = await startVisit(t);
  if (!visit) return;
  const { world } = visit;
  try {
    const car = await carOf(visit, 'spare', 'BMW');
    const others = [await carOf(visit, 'first', 'VOLVO'), await carOf(visit, 'first', 'NISSAN')];
    for (const other of others) await world.connectCar(other);
    await world.api('POST', '/vehicles', { number: 'CAR-900', make: 'FORD', model: 'Focus', year: 2021 });
    await visit.until('the others are active', async () => {
      const { body } = await world.api('GET', '/vehicles?status=active');
      return (body['items'] as object[]).length === others.length;
    });

    const desk = await visit.person({ viewport: { width: 1440, height: 900 } });
    const page = await desk.newPage();
    let loads = 0;
    page.on('load', () => (loads += 1));
    const sim = await (await visit.person()).newPage();
    const panel = panelOf(page);

    await t.test('signing in: a wrong password is told in a sentence, the right one leads in', async () => {
      await page.goto(`${world.publicUrl}/vehicles`);
      await page.getByLabel('E-mail').fill(operator.email);
      await page.getByLabel('Password', { exact: true }).fill('not the password');
      await page.getByRole('button', { name: 'Sign in' }).click();
      const told = page.getByRole('alert').filter({ hasText: /\w/ });
      await told.waitFor();
      assert.match(await told.innerText(), /password|e-mail/i);
      assert.match(await told.innerText(), /[A-Z].*\.$/s);
      await page.getByLabel('Password', { exact: true }).fill(operator.password);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('heading', { name: 'Vehicles', level: 1 }).waitFor();
      assert.equal(new URL(page.url()).pathname, '/vehicles');
      assert.equal(loads, 1);
    });

    await t.test('the overview counts by status, and each number opens its list', async () => {
      await page.getByRole('navigation', { name: 'Main', exact: true }).getByRole('link', { name: 'Overview' }).click();
      const counts = page.getByRole('navigation', { name: 'Vehicles by status' });
      await counts.getByRole('link', { name: '3 vehicles' }).waitFor();
      await counts.getByRole('link', { name: '1 Unconnected' }).waitFor();
      await counts.getByRole('link', { name: '2 Active' }).click();
      await page.getByRole('heading', { name: 'Vehicles', level: 1 }).waitFor();
      await shows(page.getByRole('main'), 'Volvo');
      assert.equal(new URL(page.url()).search, '?status=active');
      assert.equal(await page.getByRole('main').getByText('CAR-900').count(), 0);
    });

    await t.test('the list is filtered by status and searched, and the address says how', async () => {
      const main = page.getByRole('main');
      const statusFilter = main.getByRole('combobox', { name: 'Status' });
      await statusFilter.click();
      await page.getByRole('option', { name: 'Never connected' }).click();
      await shows(main, 'CAR-900');
      await page.waitForURL(/status=unconnected/);
      await main.getByText(/^1 of 3/).waitFor();
      await statusFilter.click();
      await page.getByRole('option', { name: 'Never connected' }).click();
      await page.waitForURL(/vehicles$/);
      await main.getByRole('searchbox', { name: 'Search vehicles' }).fill('nissan');
      await page.waitForURL(/q=nissan/);
      await main.getByText('CAR-900').waitFor({ state: 'detached' });
      await shows(main, 'Nissan');
      await main.getByRole('searchbox', { name: 'Search vehicles' }).fill('nothing like it');
      await shows(main, 'No vehicle fits');
      await main.getByRole('button', { name: 'Show all vehicles' }).click();
      await shows(main, 'CAR-900');
    });

    await t.test('a vehicle is added with its owner', async () => {
      await page.getByRole('button', { name: 'Add vehicle' }).first().click();
      const drawer = page.getByRole('dialog', { name: 'Add a vehicle' });
      await drawer.getByLabel('Number').fill('CAR-104');
      await drawer.getByLabel('VIN').fill('too short');
      await drawer.getByRole('button', { name: 'Add vehicle' }).click();
      await shows(drawer, 'A VIN has 17 letters and digits');
      await drawer.getByLabel('VIN').fill(car.vin);
      await drawer.getByRole('combobox', { name: 'Owner' }).click();
      await page.getByRole('option', { name: 'Somebody new…' }).click();
      await drawer.getByLabel("Owner's name").fill('Ben Thiel');
      await drawer.getByLabel("Owner's e-mail").fill(car.account.email);
      await drawer.getByRole('button', { name: 'Add vehicle' }).click();
      await page.getByRole('heading', { name: 'CAR-104', level: 1 }).waitFor();
      await shows(panel, 'Never connected');
      assert.equal(await fact(page, 'Owner'), 'Ben Thiel');
    });

    let owner: Page;
    await t.test("its link leads the owner through Connect and back, with the owner's own yes", async () => {
      await panel.getByRole('button', { name: 'Connect', exact: true }).click();
      owner = await tabFrom(desk, () => page.getByRole('menuitem', { name: 'Open here, in a new tab' }).click());
      await owner.waitForURL(/\/o\//);
      await shows(owner.locator('body'), 'Hello Ben Thiel,');
      await owner.getByRole('button', { name: 'Connect my car' }).click();
      await owner.locator('#continue-button').click();
      await owner.getByRole('searchbox', { name: 'Search' }).fill('bm');
      await owner.getByRole('button', { name: 'BMW', exact: true }).click();
      await giveAtManufacturer(owner, { ...car.account, password: 'not it' });
      await shows(owner.getByRole('alert'), /wrong/);
      await giveAtManufacturer(owner, car.account);
      assert.equal(await owner.getByRole('checkbox', { name: /Where the vehicle is/ }).isDisabled(), true);
      await owner.getByRole('checkbox', { name: 'Tyre pressures' }).uncheck();
      await owner.locator('#approval-button').click();
      await owner.getByRole('heading', { name: 'Thank you, we are checking' }).waitFor();
    });

    await t.test('the car is pending, then active on proof, and the screen changes by itself', async () => {
      const before = loads;
      await visit.until(
        'it is pending',
        async () => {
          const { body } = await world.api('GET', '/vehicles?q=CAR-104');
          return (body['items'] as { connection: object | null }[])[0]?.connection !== null;
        },
        60,
      );
      await shows(panel, 'Waiting for first data');
      await visit.advance(30);
      await visit.advance(30);
      await shows(panel, 'Active');
      await visit.advance(60);
      await owner.getByRole('heading', { name: 'It works' }).waitFor();
      await owner.close();
      assert.equal(loads, before, 'nothing was loaded again');
    });

    await t.test('the panel is complete', async () => {
      await shows(panel, /^since/);
      assert.equal(await fact(page, 'Vehicle'), 'BMW i3 2020');
      assert.match(await fact(page, 'VIN'), new RegExp(car.vin));
      const permissions = await fact(page, 'Permissions');
      for (const word of ['location', 'odometer', 'lock status', 'lock and unlock', 'nothing missing'])
        assert.ok(permissions.includes(word), `${word} in ${permissions}`);
      assert.ok(!permissions.includes('tyre pressure'), 'the owner did not allow it');
      assert.match(await fact(page, 'Last telemetry'), /\d+ % .*measured .*received /);
      assert.match(await fact(page, 'Last success'), /^data request · /);
      assert.match(await fact(page, 'Next read'), /^(in |due)/);
      assert.equal(await fact(page, 'Lapses'), 'not known');
      assert.equal(await fact(page, 'Messages from Smartcar'), 'subscribed');
      const reconnect = panel.getByRole('button', { name: 'Reconnect', exact: true });
      assert.equal(await reconnect.isDisabled(), true);
      assert.match(await describing(reconnect), /nothing to repair/);
      for (const name of ['Check now', 'Lock', 'Unlock', 'Disconnect'])
        assert.equal(await panel.getByRole('button', { name, exact: true }).isEnabled(), true);
      await panel.getByRole('button', { name: 'Check now' }).click();
      await page.getByText('CAR-104 was read just now.').waitFor();
      const timeline = page.getByRole('region', { name: 'Timeline' });
      for (const line of [
        'Added to the fleet.',
        "Smartcar's sign-in was opened.",
        'Connected; waiting for first data.',
        /Active: data flows/,
      ])
        await shows(timeline, line);
    });

    await t.test('false claims change nothing', async () => {
      const claim = (option: string): Promise<void> =>
        press(sim, visit, car, { list: 'False claim about', option, button: 'Claim' });
      await claim('PERMISSION for vehicleuseraccount-role');
      await visit.advance(10);
      assert.equal(await panel.getByText('Suspected, being checked').count(), 0);
      await claim('REAUTHENTICATE, though all is well');
      await visit.advance(3);
      await shows(panel, /Suspected, being checked/);
      await shows(panel, 'Active');
      await visit.until('the suspicion is gone', async () => {
        const { body } = await world.api('GET', '/vehicles?q=CAR-104');
        return (body['items'] as { connection: { suspicion: object | null } }[])[0]?.connection.suspicion === null;
      });
      await panel
        .getByText(/Suspected, being checked/)
        .first()
        .waitFor({ state: 'detached' });
      await shows(panel, 'Active');
      assert.deepEqual(await world.mails(), []);
    });

    await t.test(
      'the password is changed: suspected first, then expired with its cause and whose turn it is',
      async () => {
        const before = loads;
        await press(sim, visit, car, { list: 'Fault for', option: "Owner's password changed", button: 'Break' });
        await visit.advance(4);
        await shows(panel, /Suspected, being checked/);
        await visit.until('it is expired', async () => {
          const { body } = await world.api('GET', '/vehicles?status=expired');
          return (body['items'] as object[]).length === 1;
        });
        await shows(panel, 'Expired');
        await shows(panel, /password was probably changed/);
        await shows(panel, 'Owner: sign in again');
        await visit.advance(60);
        await shows(panel, /Owner asked/);
        assert.equal(loads, before, 'nothing was loaded again');
      },
    );

    await t.test('one alert is open, and one mail is in the mailbox', async () => {
      await visit.advance(3_600);
      const bar = page.getByRole('navigation', { name: 'Main', exact: true });
      await bar.getByRole('link', { name: /Alerts.*1 open/ }).click();
      await page.getByRole('heading', { name: 'Alerts', level: 1 }).waitFor();
      const alerts = page.getByRole('main').getByRole('listitem').filter({ hasText: 'CAR-104' });
      await alerts.first().waitFor();
      assert.equal(await alerts.count(), 1);
      assert.match(await alerts.innerText(), /expired/);
      await bar.getByRole('button', { name: 'More' }).click();
      await page.getByRole('menuitem', { name: 'Mailbox' }).click();
      const mails = page.getByRole('navigation', { name: 'Messages' }).getByRole('button');
      await mails.first().waitFor();
      assert.equal(await mails.count(), 1);
      assert.match(await mails.innerText(), /Please reconnect your BMW i3/);
    });

    await t.test("the mail's link says why, one button leads to signing in with the car already chosen", async () => {
      const mail = page.getByRole('article').frameLocator('iframe');
      owner = await tabFrom(desk, () => mail.getByRole('link', { name: 'Reconnect my car' }).click());
      await owner.getByRole('heading', { name: 'Reconnect your BMW i3' }).waitFor();
      await shows(owner.locator('body'), /BMW signed us out, most often because a password was changed/);
      assert.equal(await owner.getByRole('button').count(), 1);
      await owner.getByRole('button', { name: 'Sign in again' }).click();
      await owner.locator('#sign-in-button').waitFor();
      const at = new URL(owner.url());
      assert.equal(at.pathname, '/oauth/reauthenticate');
      assert.equal(at.searchParams.get('vehicle_id'), car.vehicleId);
      await giveAtManufacturer(owner, car.account);
      await shows(owner.getByRole('alert'), /wrong/);
      const { password } = ((await world.sim('GET', `/sim/api/cars/${car.vin}`)) as unknown as SimulatedCar).account;
      assert.notEqual(password, car.account.password);
      await giveAtManufacturer(owner, { ...car.account, password });
      await owner.getByRole('heading', { name: 'Thank you, we are checking' }).waitFor();
    });

    await t.test('after proof it is active again, the alert is closed, and the owner is thanked', async () => {
      const bar = page.getByRole('navigation', { name: 'Main', exact: true });
      await bar.getByRole('link', { name: 'Vehicles' }).click();
      await page
        .getByRole('link', { name: /CAR-104/ })
        .first()
        .click();
      await shows(panel, 'Waiting for first data');
      await shows(panel, /came back/);
      for (let step = 0; step < 4; step += 1) await visit.advance(15);
      await shows(panel, 'Active');
      await shows(page.getByRole('region', { name: 'Timeline' }), 'The owner was told that it works.');
      await owner.getByRole('heading', { name: 'It works' }).waitFor();
      await shows(owner.locator('body'), /Repaired on/);
      assert.equal(await owner.getByRole('button').count(), 0);
      await owner.close();
      await bar.getByRole('link', { name: 'Alerts', exact: true }).click();
      await page.getByRole('heading', { name: 'Alerts', level: 1 }).waitFor();
      await page.getByRole('main').getByRole('listitem').filter({ hasText: 'CAR-104' }).waitFor({ state: 'detached' });
      await bar.getByRole('button', { name: 'More' }).click();
      await page.getByRole('menuitem', { name: 'Mailbox' }).click();
      const mails = page.getByRole('navigation', { name: 'Messages' }).getByRole('button');
      await shows(mails.first(), 'Your BMW i3 is connected again');
      assert.equal(await mails.count(), 2);
    });

    await t.test('disconnecting asks once and names the car; it stays, and can be connected again', async () => {
      await page.getByRole('navigation', { name: 'Main', exact: true }).getByRole('link', { name: 'Vehicles' }).click();
      await page
        .getByRole('link', { name: /CAR-104/ })
        .first()
        .click();
      await panel.getByRole('button', { name: 'Disconnect', exact: true }).click();
      const dialog = page.getByRole('dialog', { name: 'Disconnect CAR-104?' });
      await shows(dialog, /Its history stays/);
      await dialog.getByRole('button', { name: 'Keep it connected' }).click();
      await dialog.waitFor({ state: 'detached' });
      await shows(panel, 'Active');
      await panel.getByRole('button', { name: 'Disconnect', exact: true }).click();
      await dialog.getByRole('button', { name: 'Disconnect CAR-104' }).click();
      await shows(panel, 'Disconnected');
      await visit.advance(5);
      assert.equal(((await world.sim('GET', `/sim/api/cars/${car.vin}`)) as { connection: unknown }).connection, null);
      assert.equal(await fact(page, 'Next read'), 'none: disconnected');

      await panel.getByRole('button', { name: 'Reconnect', exact: true }).click();
      owner = await tabFrom(desk, () => page.getByRole('menuitem', { name: 'Open here, in a new tab' }).click());
      await owner
        .getByRole('button', { name: 'Connect my car' })
        .or(owner.getByRole('button', { name: 'Allow access again' }))
        .click();
      await owner.locator('#continue-button').click();
      const { account } = (await world.sim('GET', `/sim/api/cars/${car.vin}`)) as unknown as SimulatedCar;
      await giveAtManufacturer(owner, account);
      await owner.locator('#approval-button').click();
      await owner.getByRole('heading', { name: 'Thank you, we are checking' }).waitFor();
      for (let step = 0; step < 6; step += 1) await visit.advance(15);
      await shows(panel, 'Active');
      await owner.close();
    });

    await t.test('no browser complained, and nothing went wrong behind it', () => {
      assert.deepEqual(visit.complaints, []);
      assert.deepEqual(world.faults, []);
    });
  } finally {
    await visit.close();
  }
});

/** What a screen reader says of a button besides its name. */
async function describing(button: Locator): Promise<string> {
  return button.evaluate((element) => {
    const ids = element.getAttribute('aria-describedby')?.split(' ') ?? [];
    return ids.map((id) => document.getElementById(id)?.textContent ?? '').join(' ');
  });
}

test('on a phone an operator finds the car, and its owner connects it', async (t) => {
  const visit = await startVisit(t);
  if (!visit) return;
  const { world } = visit;
  try {
    const car = await carOf(visit, 'spare', 'TESLA');
    const phone = await visit.person({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    const page = await phone.newPage();
    const narrow = async (tab: Page): Promise<void> =>
      assert.equal(await sidewaysOverflowPx(tab), 0, `${tab.url()} swims`);
    await signIn(page, world);
    await narrow(page);
    const bar = page.getByRole('navigation', { name: 'Main, phone' });
    await bar.getByRole('link', { name: 'Vehicles' }).tap();
    await page.getByRole('heading', { name: 'No vehicles yet' }).waitFor();
    await page.getByRole('button', { name: 'Add the first vehicle' }).tap();
    const drawer = page.getByRole('dialog', { name: 'Add a vehicle' });
    await drawer.getByLabel('Number').fill('CAR-7');
    await drawer.getByLabel('Make').fill(car.make);
    await drawer.getByLabel('Model').fill(car.model);
    await drawer.getByLabel('Year').fill(String(car.year));
    await drawer.getByRole('button', { name: 'Add vehicle' }).tap();
    await page.getByRole('heading', { name: 'CAR-7', level: 1 }).waitFor();
    await narrow(page);

    await panelOf(page).getByRole('button', { name: 'Connect', exact: true }).tap();
    const owner = await tabFrom(phone, () => page.getByRole('menuitem', { name: 'Open here, in a new tab' }).tap());
    await owner.getByRole('button', { name: 'Connect my car' }).waitFor();
    await shows(owner.locator('body'), /Have the phone with your Tesla app at hand/);
    await narrow(owner);
    await owner.getByRole('button', { name: 'Connect my car' }).tap();
    await owner.locator('#continue-button').tap();
    await owner.locator('#username').waitFor();
    await narrow(owner);
    await giveAtManufacturer(owner, car.account);
    await owner.locator('#approval-button').waitFor();
    await narrow(owner);
    await owner.locator('#approval-button').tap();
    await owner.getByRole('heading', { name: 'Thank you, we are checking' }).waitFor();
    await narrow(owner);
    for (let step = 0; step < 4; step += 1) await visit.advance(15);
    await owner.getByRole('heading', { name: 'It works' }).waitFor();
    await owner.close();

    await shows(panelOf(page), 'Active');
    await narrow(page);
    await bar.getByRole('link', { name: 'Vehicles' }).tap();
    await page.getByRole('link', { name: /CAR-7/ }).first().waitFor();
    await narrow(page);
    await bar.getByRole('button', { name: 'More' }).tap();
    await page.getByRole('menuitem', { name: 'From Smartcar' }).tap();
    await page.getByRole('heading', { name: 'From Smartcar', level: 1 }).waitFor();
    await narrow(page);
    assert.deepEqual(visit.complaints, []);
    assert.deepEqual(world.faults, []);
  } finally {
    await visit.close();
  }
});
