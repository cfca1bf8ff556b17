/** The owner's way through Connect and back, and all the ways in which it goes wrong: what is bound, and what is said. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import type { FleetId, VehicleId } from '../../src/domain/ids.ts';
import { connectErrors } from '../../src/smartcar/connect-callback.ts';
import { connectErrorText } from '../../src/texts/words.ts';
import { startWorld } from '../support/world.ts';
import type { SimulatedCar, VehicleNow, World } from '../support/world.ts';

let world: World;

/** A browser that has pressed the button of a link and is on its way to Connect. */
interface Left {
  link: string;
  cookie: string;
  connectUrl: string;
  state: string;
}

async function press(link: string): Promise<Left> {
  const response = await fetch(link, { method: 'POST', redirect: 'manual', body: new URLSearchParams() });
  const connectUrl = response.headers.get('location') ?? '';
  const cookie = response.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  return { link, cookie, connectUrl, state: new URL(connectUrl).searchParams.get('state') ?? '' };
}

/** What the owner does in Connect; answers the address that Connect sends the browser to. */
async function goThrough(left: Left, how: object): Promise<string> {
  return String((await world.sim('POST', '/sim/api/authorize', { url: left.connectUrl, ...how }))['redirect']);
}

const callback = (left: Left, query: Record<string, string>): string =>
  `${world.publicUrl}/connect/callback?${new URLSearchParams({ ...query, state: left.state }).toString()}`;

interface Page {
  status: number;
  text: string;
}

async function read(response: Response): Promise<Page> {
  // What React writes for an apostrophe.
  return { status: response.status, text: (await response.text()).replaceAll('&#x27;', "'") };
}

/** The browser follows an address to the page it ends on. */
async function follow(url: string, cookie: string): Promise<Page> {
  const response = await fetch(url, { redirect: 'manual', headers: cookie ? { cookie } : {} });
  const next = response.headers.get('location');
  return next ? read(await fetch(new URL(next, url))) : read(response);
}

const look = async (link: string): Promise<Page> => read(await fetch(link));

const hasButton = (page: Page): boolean => /<button/.test(page.text);

interface Added {
  id: VehicleId;
  ownerId: string;
}

let owners = 0;

/** A record, with an owner of its own unless one is named. */
async function add(record: object, more: { ownerId?: string; fleet?: FleetId } = {}): Promise<Added> {
  owners += 1;
  const person = { name: `Owner ${owners}`, email: `owner.${owners}@mail.example` };
  const ownerId = more.ownerId ?? String((await world.api('POST', '/owners', person, more.fleet)).body['id']);
  const { status, body } = await world.api('POST', '/vehicles', { ...record, ownerId }, more.fleet);
  assert.equal(status, 201, JSON.stringify(body));
  return { id: body['id'] as VehicleId, ownerId }; // the API's own id
}

async function linkFor(id: VehicleId, fleet?: FleetId): Promise<string> {
  const { status, body } = await world.api('POST', `/vehicles/${id}/connect`, {}, fleet);
  assert.equal(status, 200, JSON.stringify(body));
  return String(body['url']);
}

const carOf = async (vin: string): Promise<SimulatedCar & { connection: object | null }> => {
  const car = (await world.sim('GET', `/sim/api/cars/${vin}`)) as unknown; // the simulator's own view
  return car as SimulatedCar & { connection: object | null };
};
const recordOf = ({ vin, make, model, year }: SimulatedCar) => ({ vin, make, model, year });
const signIn = ({ account, vin }: SimulatedCar): object => ({
  email: account.email,
  password: account.password,
  vins: [vin],
});

async function spare(make: string): Promise<SimulatedCar> {
  return (await world.cars('spare')).find((car) => car.make === make) ?? assert.fail(`no spare ${make}`);
}

async function until(id: VehicleId, isSo: (vehicle: VehicleNow) => boolean, limitS = 900): Promise<VehicleNow> {
  for (let waited = 0; waited < limitS && !isSo(await world.vehicle(id)); waited += 5) await world.advance(5);
  const now = await world.vehicle(id);
  assert.ok(isSo(now), `not in time: ${JSON.stringify(now.connection)}`);
  return now;
}

/** Lets what Smartcar's list does not show yet be given up. */
const waitOut = (): Promise<void> => world.advance(180);

describe('the way through Connect', () => {
  before(async () => {
    world = await startWorld();
  });
  after(() => world.close());

  describe('what can go wrong in Connect', () => {
    for (const error of connectErrors) {
      test(`${error}: the owner is told why and what to do next, and can start again`, async () => {
        const { id } = await add({ make: 'FORD', model: 'Focus', year: 2021 });
        const left = await press(await linkFor(id));
        const page = await follow(await goThrough(left, { error }), left.cookie);
        const words = connectErrorText(error, { make: 'FORD' }, 'en');
        for (const sentence of [words.title, words.text, words.next])
          assert.ok(page.text.includes(sentence), `${sentence}\n${page.text}`);
        assert.equal(page.status, 200);
        assert.ok(hasButton(page));
        await world.settle();
        assert.equal((await world.vehicle(id)).connection, null);
      });
    }

    test('an error that Smartcar never documented has a page too, and none of its words stand on it [§1.3-11]', async () => {
      const { id } = await add({ make: 'FORD', model: 'Focus', year: 2021 });
      const left = await press(await linkFor(id));
      const odd = { error: 'flux_capacitor', error_description: '<script>alert(1)</script>' };
      const page = await follow(callback(left, odd), left.cookie);
      assert.ok(page.text.includes(connectErrorText('other', { make: 'FORD' }, 'en').title));
      assert.doesNotMatch(page.text, /flux_capacitor|alert\(1\)/);
      assert.ok(hasButton(page));
    });

    test('after an error the same link leads to Connect again, and then it works', async () => {
      const car = await spare('TESLA');
      const { id } = await add(recordOf(car));
      const link = await linkFor(id);
      const first = await press(link);
      await follow(await goThrough(first, { deny: true }), first.cookie);
      const second = await press(link);
      assert.notEqual(second.state, first.state);
      await follow(await goThrough(second, signIn(car)), second.cookie);
      await until(id, (vehicle) => vehicle.connection?.status === 'active');
      assert.match((await look(link)).text, /It works/);
    });
  });

  describe('what comes back is a claim', () => {
    test('the wrong car is refused with its reason, nothing is overwritten, and the new grant is deleted at Smartcar', async () => {
      const [wanted, chosen] = [await spare('KIA'), await spare('BMW')];
      const { id } = await add({ vin: wanted.vin });
      const link = await linkFor(id);
      const left = await press(link);
      const back = await goThrough(left, signIn(chosen));
      assert.ok((await carOf(chosen.vin)).connection);
      await follow(back, left.cookie);
      await waitOut();
      const page = await look(link);
      assert.match(page.text, /That was another car/);
      assert.ok(
        page.text.includes(chosen.vin.slice(-6)) && !page.text.includes(chosen.vin),
        'only the end of a VIN is shown',
      );
      assert.ok(hasButton(page));
      assert.equal((await carOf(chosen.vin)).connection, null);
      const now = await world.vehicle(id);
      assert.equal(now.connection, null);
      assert.deepEqual(now.signals, []);
      const alerts = async () => (await world.api('GET', `/alerts?vehicle=${id}`)).body['items'] as { kind: string }[];
      assert.deepEqual(
        (await alerts()).map(({ kind }) => kind),
        ['connect.wrong-vehicle'],
      );
      const again = await press(link);
      await follow(await goThrough(again, signIn(wanted)), again.cookie);
      await waitOut();
      assert.ok((await world.vehicle(id)).connection);
      assert.deepEqual(await alerts(), []);
    });

    test("another user's id in the query binds nothing, and that user's car stays as it is", async () => {
      const theirs = (await world.cars('first')).find(({ make }) => make === 'HYUNDAI') ?? assert.fail();
      const victim = await world.connectCar(theirs);
      const { id } = await add({ make: theirs.make });
      const link = await linkFor(id);
      const left = await press(link);
      const userId = (await carOf(theirs.vin)).userId ?? '';
      await follow(callback(left, { user_id: userId, code: 'c', external_id: 'anything' }), left.cookie);
      await waitOut();
      assert.match((await look(link)).text, /Your sign-in has not been confirmed/);
      assert.equal((await world.vehicle(id)).connection, null);
      assert.ok((await world.vehicle(victim)).connection);
      assert.ok((await carOf(theirs.vin)).connection);
    });

    test('a state that nobody was given, and a callback without one, bind nothing and say so', async () => {
      for (const query of ['', '?state=guessed&user_id=u', `?state=${'x'.repeat(600)}`, '?state=a&state=b']) {
        const page = await follow(`${world.publicUrl}/connect/callback${query}`, '');
        assert.deepEqual([page.status, /We do not know this sign-in/.test(page.text)], [400, true], query);
      }
    });

    test('a state works once: the same callback again changes nothing, not even after a disconnect', async () => {
      const car = (await world.cars('first')).find(({ make }) => make === 'NISSAN') ?? assert.fail();
      const { id } = await add(recordOf(car));
      const left = await press(await linkFor(id));
      const back = await goThrough(left, signIn(car));
      await follow(back, left.cookie);
      const { connection } = await until(id, (vehicle) => vehicle.connection?.status === 'active');
      await follow(back, left.cookie);
      await world.settle();
      assert.equal((await world.vehicle(id)).connection?.id, connection?.id);
      await world.api('POST', `/vehicles/${id}/disconnect`, {});
      await world.settle();
      const page = await follow(back, left.cookie);
      await waitOut();
      assert.deepEqual([page.status, /Already done/.test(page.text)], [410, true]);
      const now = await world.vehicle(id);
      assert.deepEqual([now.connection?.id, now.connection?.status], [connection?.id, 'disconnected']);
      assert.equal((await carOf(car.vin)).connection, null);
    });

    test('another browser that comes back is asked first, and goes on when its person says so', async () => {
      const car = await spare('VOLVO');
      const { id } = await add(recordOf(car));
      const link = await linkFor(id);
      const left = await press(link);
      const back = await goThrough(left, signIn(car));
      for (const cookie of ['', (await press(await linkFor((await add({ make: 'KIA' })).id))).cookie]) {
        const asked = await follow(back, cookie);
        assert.match(asked.text, /Continue here\?/);
      }
      await waitOut();
      assert.equal((await world.vehicle(id)).connection, null, 'nothing goes on without a press');
      const form = new URLSearchParams(new URL(back).searchParams);
      const confirm = (headers: Record<string, string>) =>
        fetch(`${world.publicUrl}/connect/confirm`, { method: 'POST', body: form, redirect: 'manual', headers });
      assert.equal((await confirm({ 'sec-fetch-site': 'cross-site' })).status, 403);
      assert.equal((await confirm({})).status, 303);
      await until(id, (vehicle) => vehicle.connection?.status === 'active');
    });

    test('a car that the other fleet has connected is refused, and stays with that fleet', async () => {
      const second = world.fleets[1] ?? assert.fail('there is a second fleet');
      const car = (await world.cars('second')).find(({ make }) => make === 'VOLVO') ?? assert.fail();
      const theirs = await add(recordOf(car), { fleet: second });
      const first = await press(await linkFor(theirs.id, second));
      await follow(await goThrough(first, signIn(car)), first.cookie);
      const connectionOf = async (): Promise<{ id: string; status: string }> => {
        const { connection } = (await world.api('GET', `/vehicles/${theirs.id}`, undefined, second))
          .body as unknown as VehicleNow; // the API's shape
        return { id: connection?.id ?? '', status: connection?.status ?? '' };
      };
      for (let waited = 0; waited < 300 && (await connectionOf()).status !== 'active'; waited += 5)
        await world.advance(5);
      const before = await connectionOf();
      assert.equal(before.status, 'active');

      const { id } = await add(recordOf(car));
      const link = await linkFor(id);
      const left = await press(link);
      await follow(await goThrough(left, signIn(car)), left.cookie);
      await waitOut();
      assert.match((await look(link)).text, /This car is connected already/);
      assert.equal((await world.vehicle(id)).connection, null);
      assert.ok((await carOf(car.vin)).connection);
      assert.deepEqual(await connectionOf(), before);
    });
  });

  describe('an owner of several cars', () => {
    test('connects two alike at once, and each is bound to its own record', async () => {
      const all = await world.cars('first');
      const alike = all.filter(
        ({ make, model, year, account }) =>
          `${make} ${model} ${year} ${account.email}` === 'BMW 330e 2022 selim.becker@mail.example',
      );
      const [one, two] = alike;
      assert.ok(one && two);
      const first = await add({ vin: one.vin, make: one.make });
      const second = await add({ vin: two.vin, make: two.make }, { ownerId: first.ownerId });
      const ways = [await press(await linkFor(first.id)), await press(await linkFor(second.id))] as const;
      // Both are in Smartcar's list before either browser is back, and the second comes back first.
      const backs = [await goThrough(ways[0], signIn(one)), await goThrough(ways[1], signIn(two))] as const;
      await follow(backs[1], ways[1].cookie);
      await follow(backs[0], ways[0].cookie);
      for (const [added, car] of [
        [first, one],
        [second, two],
      ] as const) {
        const now = await until(added.id, (vehicle) => vehicle.connection?.status === 'active');
        const odometer = now.signals.find(({ code }) => code === 'odometer-traveleddistance')?.value;
        const { odometerKm } = (await carOf(car.vin)) as unknown as { odometerKm: number }; // the simulator's own view
        assert.ok(
          Math.abs(Number(odometer) - odometerKm) < 100,
          `${car.vin}: ${String(odometer)} is not ${odometerKm}`,
        );
        const bound = await world.ground.database.asFleet(world.fleets[0], (tx) =>
          tx.selectFrom('connection').select('smartcar_vehicle_id').where('vehicle_id', '=', added.id).execute(),
        );
        assert.deepEqual(
          bound.map((row) => row.smartcar_vehicle_id),
          [car.vehicleId],
        );
      }
    });
  });

  describe('a link', () => {
    test('that was used says so when its car is disconnected later, and leads nowhere', async () => {
      const car = (await world.cars('first')).find(({ make }) => make === 'CHEVROLET') ?? assert.fail();
      const { id } = await add(recordOf(car));
      const link = await linkFor(id);
      const left = await press(link);
      await follow(await goThrough(left, signIn(car)), left.cookie);
      await until(id, (vehicle) => vehicle.connection?.status === 'active');
      assert.match((await look(link)).text, /It works/);
      await world.api('POST', `/vehicles/${id}/disconnect`, {});
      const page = await look(link);
      assert.deepEqual([page.status, /Already done/.test(page.text), hasButton(page)], [410, true, false]);
      const pressed = await fetch(link, { method: 'POST', redirect: 'manual', body: new URLSearchParams() });
      assert.equal(pressed.status, 410);
    });

    test('that nobody was given is not known', async () => {
      for (const token of ['unknown', 'x'.repeat(80), encodeURIComponent('../admin')]) {
        const page = await look(`${world.publicUrl}/o/${token}`);
        assert.deepEqual([page.status, /We do not know this link/.test(page.text)], [404, true], token);
      }
    });

    test('leaves an hour for the way through Connect, and then says that it took too long', async () => {
      const car = await spare('FORD');
      const { id } = await add(recordOf(car));
      const left = await press(await linkFor(id));
      await world.advance(3_700);
      const page = await follow(await goThrough(left, signIn(car)), left.cookie);
      await waitOut();
      assert.deepEqual([page.status, /took too long/.test(page.text)], [410, true]);
      assert.equal((await world.vehicle(id)).connection, null);
    });
  });
});

test('a link that nobody used in seven days says that it has expired, and leads nowhere', async () => {
  const quiet = await startWorld();
  try {
    const added = await quiet.api('POST', '/vehicles', { make: 'FORD' });
    const { body } = await quiet.api('POST', `/vehicles/${String(added.body['id'])}/connect`, {});
    const link = String(body['url']);
    await quiet.advance(7 * 86_400 - 60);
    assert.equal((await look(link)).status, 200);
    await quiet.advance(61);
    const page = await look(link);
    assert.deepEqual([page.status, /This link has expired/.test(page.text), hasButton(page)], [410, true, false]);
    const pressed = await fetch(link, { method: 'POST', redirect: 'manual', body: new URLSearchParams() });
    assert.equal(pressed.status, 410);
  } finally {
    await quiet.close();
  }
});
