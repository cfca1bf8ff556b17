/** Connections that the application has and no fleet: offered, adopted many at once, at a price that is said. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { adopt } from '../../src/flows/adopt.ts';
import type { AdoptionProblem, AdoptionWish } from '../../src/flows/adopt.ts';
import { reconcileDue } from '../../src/flows/reconcile.ts';
import type { AdoptableView, AdoptedView, ReconciliationView } from '../../src/http/contract/reconciliation.ts';
import { startWorld } from '../support/world.ts';
import type { SimulatedCar, World } from '../support/world.ts';

/** An owner who agrees in Connect and never comes back to Towline. */
async function grantWithoutReturn(world: World, car: SimulatedCar): Promise<void> {
  const { email, password } = car.account;
  const { body: vehicle } = await world.api('POST', '/vehicles', {});
  const { body: link } = await world.api('POST', `/vehicles/${String(vehicle['id'])}/connect`, {});
  const started = await fetch(String(link['url']), { method: 'POST', redirect: 'manual', body: new URLSearchParams() });
  const url = started.headers.get('location') ?? '';
  await world.sim('POST', '/sim/api/authorize', { url, email, password, vins: [car.vin] });
}

describe('connections that no fleet has', () => {
  let world: World;
  before(async () => {
    world = await startWorld();
    const accounts = new Set<string>();
    for (const car of await world.cars('first')) {
      if (accounts.size === 6) break;
      if (accounts.has(car.account.email) || !['VOLKSWAGEN', 'HYUNDAI', 'SKODA', 'BMW', 'TESLA'].includes(car.make))
        continue;
      accounts.add(car.account.email);
      await grantWithoutReturn(world, car);
    }
    world.pass(2 * 3_600);
    await compare();
  });
  after(() => world.close());

  async function compare(): Promise<void> {
    await world.flows.requestReconciliation(world.now());
    await reconcileDue(world.ground, world.now());
  }

  const offered = async (query = ''): Promise<AdoptableView[]> =>
    (await world.api('GET', `/adoption?limit=200${query}`)).body['items'] as AdoptableView[];
  const wishOf = (one: AdoptableView, more: Partial<AdoptionWish> = {}): AdoptionWish => ({
    smartcarConnectionId: one.smartcarConnectionId ?? assert.fail(),
    fleetId: world.fleets[0],
    ...more,
  });
  async function adopted(wishes: AdoptionWish[]): Promise<AdoptedView['items']> {
    const { status, body } = await world.api('POST', '/adoption', wishes);
    assert.equal(status, 201, JSON.stringify(body));
    return body['items'] as AdoptedView['items'];
  }
  /** What the simulator counted of look-ups of one connection. */
  async function lookUps(): Promise<number> {
    const routes = (await world.sim('GET', '/sim/api/requests'))['routes'] as Record<string, { count: number }>;
    return Object.entries(routes).reduce(
      (sum, [route, { count }]) => (/GET \/v3\/connections\/./.test(route) ? sum + count : sum),
      0,
    );
  }

  test('are offered with when they were listed and what adopting them costs, and found by make and id', async () => {
    const all = await offered();
    assert.equal(all.length, 6);
    assert.deepEqual(
      new Set(all.map(({ adoptable, reason, requests }) => JSON.stringify([adoptable, reason, requests]))),
      new Set(['[true,null,0]']),
    );
    const [one] = all;
    assert.ok(one);
    const byMake = await offered(`&q=${(one.make ?? '').toLowerCase()}`);
    assert.ok(byMake.length > 0 && byMake.every(({ make }) => make === one.make));
    assert.deepEqual(
      (await offered(`&q=${one.smartcarVehicleId}`)).map((found) => found.smartcarConnectionId),
      [one.smartcarConnectionId],
    );
    assert.deepEqual(await offered('&q=%25'), [], 'wildcards are taken literally');
    assert.deepEqual([(await offered('&adoptable=yes')).length, (await offered('&adoptable=no')).length], [6, 0]);
  });

  test('that were listed a moment ago are adopted without a request, each with its result', async () => {
    const [one, two] = await offered();
    assert.ok(one && two);
    const { body: owner } = await world.api('POST', '/owners', { name: 'Ada', email: 'ada@example.com' });
    const asked = await lookUps();
    const results = await adopted([
      wishOf(one, { number: 'ADOPTED-1', ownerId: String(owner['id']) }),
      wishOf(two, { number: 'adopted-1' }),
      wishOf(two, { ownerId: 'own_of_nobody' }),
      { smartcarConnectionId: 'conn-of-nobody', fleetId: world.fleets[0] },
      wishOf(two, { fleetId: 'flt_of_nobody' }),
    ]);
    assert.deepEqual(
      results.map(({ problem }) => problem),
      [null, 'number_taken', 'no_owner', 'not_listed', 'no_fleet'],
    );
    for (const { problem, text } of results) assert.equal(text === null, problem === null);
    assert.equal(await lookUps(), asked);
    const vehicle = (await world.api('GET', `/vehicles/${results[0]?.vehicleId}`)).body;
    assert.deepEqual(
      [vehicle['number'], (vehicle['owner'] as { name: string }).name, vehicle['make']],
      ['ADOPTED-1', 'Ada', one.make],
    );
    assert.equal((await offered()).length, 5);
  });

  test('that were listed long ago are looked up one by one; what is gone there is not bound', async () => {
    world.pass(3_600);
    const [gone, there] = await offered();
    assert.ok(gone && there);
    assert.deepEqual([gone.requests, there.requests], [1, 1]);
    const cars = await world.cars('first');
    const car = cars.find(({ vehicleId }) => vehicleId === gone.smartcarVehicleId) ?? assert.fail();
    await world.sim('DELETE', `/sim/api/cars/${car.vin}/connection`);
    const asked = await lookUps();
    const results = await adopted([wishOf(gone), wishOf(there)]);
    assert.deepEqual(
      results.map(({ problem }) => problem),
      ['not_listed', null],
    );
    assert.equal((await lookUps()) - asked, 2);
  });

  test('need requests that may be used up: then it is said for each, and a comparison helps', async () => {
    world.pass(3_600);
    const before = await offered();
    const empty = { ...world.ground, budget: { capacity: 1, perMinute: 0, perMonth: null } };
    const wishes = before.slice(0, 3).map((one) => wishOf(one));
    const tried = async (): Promise<(AdoptionProblem | null)[]> =>
      (await adopt(empty, world.context.actor, wishes, world.now())).map(({ problem }) => problem);
    const first = await tried();
    assert.ok(first.filter((problem) => problem === 'no_requests_left').length >= 2, first.join());
    world.pass(60);
    await compare();
    assert.deepEqual(
      new Set(await tried()),
      new Set([null, 'not_listed']),
      'adopted now, or by the one request that was left',
    );
    assert.deepEqual(world.faults, []);
  });
});

describe('what Smartcar sends by itself', () => {
  let world: World;
  before(async () => {
    world = await startWorld();
  });
  after(() => world.close());

  const seen = async (): Promise<ReconciliationView> =>
    (await world.api('GET', '/reconciliation')).body as unknown as ReconciliationView;

  test('is counted by make, with what it costs where it does not', async () => {
    const none = await seen();
    assert.deepEqual([none.messages.subscribed, none.messages.makes, none.alerts], [0, [], []]);
    const [one, two] = (await world.cars('spare')).filter(({ make }) => ['BMW', 'VOLKSWAGEN', 'TESLA'].includes(make));
    assert.ok(one && two);
    for (const car of [one, two]) await world.connectCar(car);
    await world.advance(120);
    const both = await seen();
    assert.deepEqual([both.messages.subscribed, both.messages.unsubscribed, both.messages.onV2], [2, 0, 0]);
    assert.match(both.messages.cost, /^Smartcar sends every car by itself/);
    assert.ok(both.messages.lastReceivedAt);
    await world.ground.database.owner
      .updateTable('connection')
      .set({ subscribed_at: null })
      .where('smartcar_vehicle_id', '=', one.vehicleId as never)
      .execute();
    const half = await seen();
    assert.deepEqual([half.messages.subscribed, half.messages.unsubscribed], [1, 1]);
    assert.match(
      half.messages.cost,
      /^One car is read by polling alone: up to 288 requests a day .* up to 5 minutes later/,
    );
    assert.deepEqual(
      half.messages.makes.filter(({ unsubscribed }) => unsubscribed > 0).map(({ make }) => make),
      [one.make],
    );
  });

  test('and has fallen silent is said with its alert, for the make or for all', async () => {
    const open = (key: string, detail: Record<string, string>) =>
      world.ground.database.asFleet(world.fleets[0], (tx) =>
        tx
          .insertInto('alert')
          .values({
            ...{
              id: `alt_${key.length}${'0'.repeat(25)}` as never,
              fleet_id: world.fleets[0],
              key,
              kind: 'webhooks.silent',
            },
            ...{
              severity: 'warning',
              state: 'open',
              vehicle_ids: [],
              detail: JSON.stringify(detail),
              opened_at: world.now(),
            },
            ...{ acknowledged_at: null, acknowledged_by: null, resolved_at: null },
          })
          .execute(),
      );
    const { messages } = await seen();
    const [first] = messages.makes;
    await open('one', { make: first?.make ?? '' });
    const quiet = await seen();
    assert.deepEqual(
      quiet.messages.makes.map(({ silent }) => silent),
      messages.makes.map((_, place) => place === 0),
    );
    assert.deepEqual(
      quiet.alerts.map(({ kind }) => kind),
      ['webhooks.silent'],
    );
    await open('all of them', {});
    const all = await seen();
    assert.ok(all.messages.makes.every(({ silent }) => silent));
    assert.match(all.messages.cost, /^2 cars are read by polling alone/);
  });
});
