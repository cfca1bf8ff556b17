/** The owner's way through Connect and back, and all the ways in which it goes wrong: what is bound, and what is said. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { connectErrors } from '../../src/smartcar/connect-callback.ts';
import { connectErrorText } from '../../src/texts/words.ts';
import { follow, hasButton, look, ownerWay, press, recordOf, signIn } from '../support/owner-way.ts';
import type { Left, OwnerWay } from '../support/owner-way.ts';
import { startWorld } from '../support/world.ts';
import type { SimulatedCar, VehicleNow, World } from '../support/world.ts';

let world: World;
let way: OwnerWay;

const callback = (left: Left, query: Record<string, string>): string =>
  `${world.publicUrl}/connect/callback?${new URLSearchParams({ ...query, state: left.state }).toString()}`;

/** The first fleet's own car of this make that the world lists first. */
async function own(make: string): Promise<SimulatedCar> {
  return (await world.cars('first')).find((car) => car.make === make) ?? assert.fail(`no ${make}`);
}

async function spare(make: string): Promise<SimulatedCar> {
  return (await world.cars('spare')).find((car) => car.make === make) ?? assert.fail(`no spare ${make}`);
}

describe('the way through Connect', () => {
  before(async () => {
    world = await startWorld();
    way = ownerWay(world);
  });
  after(() => world.close());

  describe('what can go wrong in Connect', () => {
    for (const error of connectErrors) {
      test(`${error}: the owner is told why and what to do next, and can start again`, async () => {
        const { id } = await way.add({ make: 'FORD', model: 'Focus', year: 2021 });
        const left = await press(await way.linkFor(id));
        const page = await follow(await way.goThrough(left, { error }), left.cookie);
        const words = connectErrorText(error, { make: 'FORD' }, 'en');
        for (const sentence of [words.title, words.text, words.next])
          assert.ok(page.text.includes(sentence), `${sentence}\n${page.text}`);
        assert.equal(page.status, 200);
        assert.ok(hasButton(page));
        await world.settle();
        assert.equal((await world.vehicle(id)).connection, null);
      });
    }

    test('operators read why in the timeline, and a configuration that is wrong is an alert until somebody comes through', async () => {
      const car = await own('AUDI');
      const { id } = await way.add(recordOf(car));
      const link = await way.linkFor(id);
      const declined = await press(link);
      await follow(await way.goThrough(declined, { deny: true }), declined.cookie);
      const broken = await press(link);
      const wrong = { error: 'configuration_error', status_code: '400', error_message: 'Invalid VIN' };
      await follow(callback(broken, wrong), broken.cookie);
      const lines = await way.timeline(id);
      assert.ok(lines.includes('Connecting did not succeed: the owner declined the permissions.'), lines.join('\n'));
      const { body } = await world.api('GET', '/alerts');
      const told = (body['items'] as { kind: string; text: string }[]).find(
        ({ kind }) => kind === 'connect.misconfigured',
      );
      assert.match(told?.text ?? '', /\(400: Invalid VIN\)/);
      await way.walk(link, signIn(car));
      await way.until(id, (vehicle) => vehicle.connection?.status === 'active');
      const { body: after } = await world.api('GET', '/alerts');
      assert.deepEqual(after['items'], []);
    });

    test('an error that Smartcar never documented has a page too, and none of its words stand on it [§1.3-11]', async () => {
      const { id } = await way.add({ make: 'FORD', model: 'Focus', year: 2021 });
      const left = await press(await way.linkFor(id));
      const odd = { error: 'flux_capacitor', error_description: '<script>alert(1)</script>' };
      const page = await follow(callback(left, odd), left.cookie);
      assert.ok(page.text.includes(connectErrorText('other', { make: 'FORD' }, 'en').title));
      assert.doesNotMatch(page.text, /flux_capacitor|alert\(1\)/);
      assert.ok(hasButton(page));
    });

    test('after an error the same link leads to Connect again, and then it works', async () => {
      const car = await spare('TESLA');
      const { id } = await way.add(recordOf(car));
      const link = await way.linkFor(id);
      const first = await press(link);
      await follow(await way.goThrough(first, { deny: true }), first.cookie);
      const second = await press(link);
      assert.notEqual(second.state, first.state);
      await follow(await way.goThrough(second, signIn(car)), second.cookie);
      await way.until(id, (vehicle) => vehicle.connection?.status === 'active');
      assert.match((await look(link)).text, /It works/);
    });
  });

  describe('what comes back is a claim', () => {
    test('the wrong car is refused with its reason, nothing is overwritten, and the new grant is deleted at Smartcar', async () => {
      const [wanted, chosen] = [await spare('KIA'), await spare('BMW')];
      const { id } = await way.add({ vin: wanted.vin });
      const link = await way.linkFor(id);
      const left = await press(link);
      const back = await way.goThrough(left, signIn(chosen));
      assert.ok((await way.carOf(chosen.vin)).connection);
      await follow(back, left.cookie);
      await way.waitOut();
      const page = await look(link);
      assert.match(page.text, /That was another car/);
      assert.ok(
        page.text.includes(chosen.vin.slice(-6)) && !page.text.includes(chosen.vin),
        'only the end of a VIN is shown',
      );
      assert.ok(hasButton(page));
      assert.equal((await way.carOf(chosen.vin)).connection, null);
      const now = await world.vehicle(id);
      assert.equal(now.connection, null);
      assert.deepEqual(now.signals, []);
      const alerts = async () => (await world.api('GET', `/alerts?vehicle=${id}`)).body['items'] as { kind: string }[];
      assert.deepEqual(
        (await alerts()).map(({ kind }) => kind),
        ['connect.wrong-vehicle'],
      );
      const again = await press(link);
      await follow(await way.goThrough(again, signIn(wanted)), again.cookie);
      await way.waitOut();
      assert.ok((await world.vehicle(id)).connection);
      assert.deepEqual(await alerts(), []);
    });

    test("another user's id in the query binds nothing, and that user's car stays as it is", async () => {
      const theirs = await own('HYUNDAI');
      const victim = await world.connectCar(theirs);
      const { id } = await way.add({ make: theirs.make });
      const link = await way.linkFor(id);
      const left = await press(link);
      const userId = (await way.carOf(theirs.vin)).userId ?? '';
      await follow(callback(left, { user_id: userId, code: 'c', external_id: 'anything' }), left.cookie);
      await way.waitOut();
      assert.match((await look(link)).text, /Your sign-in has not been confirmed/);
      assert.equal((await world.vehicle(id)).connection, null);
      assert.ok((await world.vehicle(victim)).connection);
      assert.ok((await way.carOf(theirs.vin)).connection);
    });

    test('a state that nobody was given, and a callback without one, bind nothing and say so', async () => {
      for (const query of ['', '?state=guessed&user_id=u', `?state=${'x'.repeat(600)}`, '?state=a&state=b']) {
        const page = await follow(`${world.publicUrl}/connect/callback${query}`, '');
        assert.deepEqual([page.status, /We do not know this sign-in/.test(page.text)], [400, true], query);
      }
    });

    test('a state works once: the same callback again changes nothing, not even after a disconnect', async () => {
      const car = await own('NISSAN');
      const { id } = await way.add(recordOf(car));
      const left = await press(await way.linkFor(id));
      const back = await way.goThrough(left, signIn(car));
      await follow(back, left.cookie);
      const { connection } = await way.until(id, (vehicle) => vehicle.connection?.status === 'active');
      await follow(back, left.cookie);
      await world.settle();
      assert.equal((await world.vehicle(id)).connection?.id, connection?.id);
      await world.api('POST', `/vehicles/${id}/disconnect`, {});
      await world.settle();
      const page = await follow(back, left.cookie);
      await way.waitOut();
      assert.deepEqual([page.status, /Already done/.test(page.text)], [410, true]);
      const now = await world.vehicle(id);
      assert.deepEqual([now.connection?.id, now.connection?.status], [connection?.id, 'disconnected']);
      assert.equal((await way.carOf(car.vin)).connection, null);
    });

    test('a state that was used leads its own browser to the page, and any other one to a page that says nothing of whose it was', async () => {
      const car = await own('FORD');
      const { id } = await way.add({ ...recordOf(car), number: 'SECRET-7' });
      const link = await way.linkFor(id);
      const left = await press(link);
      const back = await way.goThrough(left, signIn(car));
      await follow(back, left.cookie);
      await way.until(id, (vehicle) => vehicle.connection?.status === 'active');
      assert.match((await follow(back, left.cookie)).text, /It works/);
      const other = (await press(await way.linkFor((await way.add({ make: 'KIA' })).id))).cookie;
      for (const cookie of ['', other]) {
        const response = await fetch(back, { redirect: 'manual', headers: cookie ? { cookie } : {} });
        const text = await response.text();
        assert.deepEqual([response.status, response.headers.get('location')], [410, null]);
        assert.match(text, /This sign-in is over/);
        assert.doesNotMatch(text, new RegExp(`/o/|SECRET-7|${car.model}`));
      }
      // Nor may a stranger press their way in.
      const form = new URLSearchParams(new URL(back).searchParams);
      const pressed = await fetch(`${world.publicUrl}/connect/confirm`, {
        method: 'POST',
        body: form,
        redirect: 'manual',
      });
      assert.equal(pressed.status, 410);
    });

    test('the wrong car on the way back leaves the old connection exactly as it was, and its owner can try again', async () => {
      const [mine, other] = (await world.cars('first')).filter(
        ({ model, year, account }) => `${model} ${year} ${account.email}` === 'Model Y 2023 lena.vogel@mail.example',
      );
      assert.ok(mine && other);
      const { id } = await way.add(recordOf(mine));
      await way.walk(await way.linkFor(id), signIn(mine));
      await way.until(id, (vehicle) => vehicle.connection?.status === 'active');
      await world.sim('POST', `/sim/api/cars/${mine.vin}/faults`, { kind: 'car-removed' });
      await way.until(id, (vehicle) => vehicle.connection?.cause === 'vehicleRemoved', 3_600);
      const row = async () => {
        const rows = world.ground.database.owner.selectFrom('connection').selectAll().where('vehicle_id', '=', id);
        // The connection is still read while its owner is away: when that happens next is no part of what it is.
        const { next_poll_at: _, ...rest } = await rows.executeTakeFirstOrThrow();
        return rest;
      };
      const link = String((await world.api('POST', `/vehicles/${id}/reconnect`, {})).body['url']);
      const before = await row();
      await way.walk(link, signIn(other));
      await way.waitOut();
      assert.match((await look(link)).text, /That was another car/);
      assert.deepEqual(await row(), before, 'nothing else');
      await world.sim('DELETE', `/sim/api/cars/${mine.vin}/faults`);
      assert.equal((await way.carOf(other.vin)).connection, null);
      assert.deepEqual(await way.alerts(id), ['connect.wrong-vehicle', 'connection.disconnected']);
      await way.walk(link, signIn(mine));
      await way.until(id, (vehicle) => vehicle.connection?.status === 'active');
      assert.deepEqual(await way.alerts(id), []);
    });

    test('another browser that comes back is asked first, and goes on when its person says so', async () => {
      const car = await spare('VOLVO');
      const { id } = await way.add(recordOf(car));
      const link = await way.linkFor(id);
      const left = await press(link);
      const back = await way.goThrough(left, signIn(car));
      for (const cookie of ['', (await press(await way.linkFor((await way.add({ make: 'KIA' })).id))).cookie]) {
        const asked = await follow(back, cookie);
        assert.match(asked.text, /Continue here\?/);
      }
      await way.waitOut();
      assert.equal((await world.vehicle(id)).connection, null, 'nothing goes on without a press');
      const form = new URLSearchParams(new URL(back).searchParams);
      const confirm = (headers: Record<string, string>) =>
        fetch(`${world.publicUrl}/connect/confirm`, { method: 'POST', body: form, redirect: 'manual', headers });
      assert.equal((await confirm({ 'sec-fetch-site': 'cross-site' })).status, 403);
      assert.equal((await confirm({})).status, 303);
      await way.until(id, (vehicle) => vehicle.connection?.status === 'active');
    });

    test('a car that the other fleet has connected is refused, and stays with that fleet', async () => {
      const second = world.fleets[1] ?? assert.fail('there is a second fleet');
      const car = (await world.cars('second')).find(({ make }) => make === 'VOLVO') ?? assert.fail();
      const theirs = await way.add(recordOf(car), { fleet: second });
      const first = await press(await way.linkFor(theirs.id, second));
      await follow(await way.goThrough(first, signIn(car)), first.cookie);
      const connectionOf = async (): Promise<{ id: string; status: string }> => {
        const { connection } = (await world.api('GET', `/vehicles/${theirs.id}`, undefined, second))
          .body as unknown as VehicleNow; // the API's shape
        return { id: connection?.id ?? '', status: connection?.status ?? '' };
      };
      for (let waited = 0; waited < 300 && (await connectionOf()).status !== 'active'; waited += 5)
        await world.advance(5);
      const before = await connectionOf();
      assert.equal(before.status, 'active');

      const { id } = await way.add(recordOf(car));
      const link = await way.linkFor(id);
      const left = await press(link);
      await follow(await way.goThrough(left, signIn(car)), left.cookie);
      await way.waitOut();
      assert.match((await look(link)).text, /This car is connected already/);
      assert.equal((await world.vehicle(id)).connection, null);
      assert.ok((await way.carOf(car.vin)).connection);
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
      const first = await way.add({ vin: one.vin, make: one.make });
      const second = await way.add({ vin: two.vin, make: two.make }, { ownerId: first.ownerId });
      const ways = [await press(await way.linkFor(first.id)), await press(await way.linkFor(second.id))] as const;
      // Both are in Smartcar's list before either browser is back, and the second comes back first.
      const backs = [await way.goThrough(ways[0], signIn(one)), await way.goThrough(ways[1], signIn(two))] as const;
      await follow(backs[1], ways[1].cookie);
      await follow(backs[0], ways[0].cookie);
      for (const [added, car] of [
        [first, one],
        [second, two],
      ] as const) {
        const now = await way.until(added.id, (vehicle) => vehicle.connection?.status === 'active');
        const odometer = now.signals.find(({ code }) => code === 'odometer-traveleddistance')?.value;
        const { odometerKm } = (await way.carOf(car.vin)) as unknown as { odometerKm: number }; // the simulator's own view
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
      const car = await own('CHEVROLET');
      const { id } = await way.add(recordOf(car));
      const link = await way.linkFor(id);
      const left = await press(link);
      await follow(await way.goThrough(left, signIn(car)), left.cookie);
      await way.until(id, (vehicle) => vehicle.connection?.status === 'active');
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
      const { id } = await way.add(recordOf(car));
      const left = await press(await way.linkFor(id));
      await world.advance(3_700);
      const page = await follow(await way.goThrough(left, signIn(car)), left.cookie);
      await way.waitOut();
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
