import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { subscribeDue } from '../../src/flows/ensure-subscription.ts';
import { reconcileDue } from '../../src/flows/reconcile.ts';
import type { SmartcarVehicleId, VehicleId } from '../../src/domain/ids.ts';
import { openSmartcar } from '../../src/smartcar/smartcar.ts';
import { demoCredentials } from '../../simulator/credentials.ts';
import { insertConnection } from '../../src/store/connection.ts';
import { makeKey } from '../http/server.ts';
import { aConnection, addVehicle } from '../store/records.ts';
import { startWorld } from '../support/world.ts';
import type { SimulatedCar, World } from '../support/world.ts';

const hour = 3_600;
const day = 24 * hour;

async function until(world: World, id: VehicleId, status: string): Promise<void> {
  for (let waited = 0; waited < 3_600; waited += 15) {
    if ((await world.vehicle(id)).connection?.status === status) return;
    await world.advance(15);
  }
  assert.equal((await world.vehicle(id)).connection?.status, status);
}

/** A comparison now, while nobody reads a car. */
async function compare(world: World, ground = world.ground): Promise<void> {
  await world.flows.requestReconciliation(world.now());
  await reconcileDue(ground, world.now());
}

interface Found {
  kind: string;
  text: string;
  vehicle: { id: string };
}

async function drifts(world: World): Promise<Found[]> {
  return (await world.api('GET', '/reconciliation/drifts')).body['items'] as Found[];
}

async function state(world: World): Promise<{ state: string; error: string | null; listed: number }> {
  const { body } = await world.api('GET', '/reconciliation');
  const [platform] = body['platforms'] as { state: string; error: string | null; listed: number }[];
  assert.ok(platform);
  const { state: last, error, listed } = platform;
  return { state: last, error, listed };
}

/** An owner who agrees in Connect and never comes back to Towline. */
async function grantWithoutReturn(world: World, car: SimulatedCar): Promise<void> {
  const { email, password } = car.account;
  const { body: vehicle } = await world.api('POST', '/vehicles', {});
  const { body: link } = await world.api('POST', `/vehicles/${String(vehicle['id'])}/connect`, {});
  const started = await fetch(String(link['url']), { method: 'POST', redirect: 'manual', body: new URLSearchParams() });
  const url = started.headers.get('location') ?? '';
  await world.sim('POST', '/sim/api/authorize', { url, email, password, vins: [car.vin] });
}

async function oneCarEach(world: World): Promise<SimulatedCar[]> {
  const accounts = new Set<string>();
  return (await world.cars('first')).filter(({ make, account: { email } }) => {
    const isFirst = ['VOLKSWAGEN', 'HYUNDAI', 'SKODA', 'FORD'].includes(make) && !accounts.has(email);
    accounts.add(email);
    return isFirst;
  });
}

describe("Smartcar's list and ours", () => {
  let world: World;
  let cars: SimulatedCar[];
  let ids: VehicleId[];
  const at = (place: number): { car: SimulatedCar; id: VehicleId } => {
    const [car, id] = [cars[place], ids[place]];
    assert.ok(car && id);
    return { car, id };
  };

  before(async () => {
    world = await startWorld();
    cars = (await oneCarEach(world)).slice(0, 4);
    ids = [];
    for (const car of cars.slice(0, 3)) {
      const id = await world.connectCar(car);
      await until(world, id, 'active');
      ids.push(id);
    }
    await world.advance(2 * hour);
  });
  after(() => world.close());

  test('where nothing differs nothing is written, however often it is compared', async () => {
    const lines = await timelines();
    for (let runs = 0; runs < 3; runs += 1) await compare(world);
    assert.deepEqual(await drifts(world), []);
    assert.deepEqual(await timelines(), lines);
    const { state: last, error, listed } = await state(world);
    assert.deepEqual([last, error, listed], ['done', null, 3]);
    assert.deepEqual(world.faults, []);
  });

  test('two comparisons at the same time are one', async () => {
    await world.flows.requestReconciliation(world.now());
    await Promise.all([1, 2, 3].map(() => reconcileDue(world.ground, world.now())));
    const { rows } = await world.ground.database.ownerPool.query<{ count: number }>(
      "select count(*)::int as count from reconciliation where state = 'running'",
    );
    assert.equal(rows[0]?.count, 0);
    assert.equal((await state(world)).listed, 3);
  });

  test('what an owner does not allow any more is seen without a single refused read', async () => {
    const { car, id } = at(0);
    await world.sim('POST', `/sim/api/cars/${car.vin}/faults`, {
      kind: 'permission-missing',
      permission: 'read_odometer',
    });
    await compare(world);
    const { connection } = await world.vehicle(id);
    assert.equal(connection?.cause, 'permissionMissing');
    assert.equal(connection.permissions.granted.includes('read_odometer'), false);
    const [found] = await drifts(world);
    assert.equal(found?.kind, 'permissions-changed');
    assert.match(found.text, /no longer: Mileage/);
    await world.sim('DELETE', `/sim/api/cars/${car.vin}/faults/permission-missing`);
    world.pass(60);
    await compare(world);
    await until(world, id, 'active');
  });

  test('another id of a connection is taken over', async () => {
    const { id } = at(0);
    await world.ground.database.owner
      .updateTable('connection')
      .set({ smartcar_connection_id: 'conn-of-before' as never })
      .where('vehicle_id', '=', id)
      .execute();
    world.pass(60);
    await compare(world);
    const row = await world.ground.database.owner
      .selectFrom('connection')
      .select(['smartcar_connection_id', 'status'])
      .where('vehicle_id', '=', id)
      .executeTakeFirstOrThrow();
    assert.notEqual(row.smartcar_connection_id, 'conn-of-before');
    assert.equal(row.status, 'active');
    assert.equal((await drifts(world))[0]?.kind, 'renamed');
  });

  test('what a list does not show, and a look-up finds, stays as it is', async () => {
    const { origin } = world.simulator;
    // Asked for simulated cars, Smartcar lists none of ours; by its id it finds each.
    const origins = { connect: origin, iam: origin, apiV3: origin, managementApiV3: origin };
    const smartcar = openSmartcar({ origins, credentials: demoCredentials, mode: 'simulated' });
    const found = await drifts(world);
    await compare(world, {
      ...world.ground,
      smartcar: { ...smartcar, listSubscriptionsPage: world.ground.smartcar.listSubscriptionsPage },
    });
    await smartcar.close();
    assert.equal((await state(world)).state, 'done');
    assert.deepEqual(await drifts(world), found);
    for (const id of ids) assert.equal((await world.vehicle(id)).connection?.status, 'active');
  });

  test('a grant that is gone is found within a day, though nobody reads the car', async () => {
    const { car, id } = at(1);
    const mails = (await world.mails()).length;
    await world.sim('DELETE', `/sim/api/cars/${car.vin}/connection`);
    world.pass(60);
    await compare(world);
    const { connection } = await world.vehicle(id);
    assert.deepEqual([connection?.status, connection?.cause], ['disconnected', 'revokedByOwner']);
    assert.equal((await drifts(world))[0]?.kind, 'gone');
    assert.equal((await world.mails()).length, mails, 'nobody is asked for what they took back');
    const known = await drifts(world);
    await compare(world);
    assert.deepEqual(await drifts(world), known, 'and it is found once');
  });

  test('a revoked grant that is listed again is read, and active once data has come', async () => {
    const { car, id } = at(1);
    world.pass(60);
    await grantWithoutReturn(world, car);
    world.pass(60);
    await compare(world);
    const found = (await drifts(world)).slice(0, 2).map(({ kind }) => kind);
    assert.deepEqual(found.sort(), ['listed-again', 'renamed']);
    await until(world, id, 'active');
  });

  test('a subscription that is missing is made again', async () => {
    const { car, id } = at(2);
    const { access, smartcar } = world.ground;
    const vehicleId = car.vehicleId as SmartcarVehicleId; // Smartcar's ids are opaque
    const listed = await access.withAccess(world.now(), (token) => smartcar.listSubscriptions(token, { vehicleId }));
    assert.ok(listed.ok && listed.value[0]);
    const [{ id: subscription }] = listed.value;
    await access.withAccess(world.now(), (token) => smartcar.deleteSubscription(token, subscription));
    world.pass(60);
    await compare(world);
    assert.equal((await world.vehicle(id)).connection?.subscribed, false);
    assert.equal((await drifts(world))[0]?.kind, 'unsubscribed');
    await subscribeDue(world.ground, world.now());
    await world.advance(10);
    assert.equal((await world.vehicle(id)).connection?.subscribed, true);
    await world.advance(2 * hour);
    const known = await drifts(world);
    await compare(world);
    assert.deepEqual(await drifts(world), known);
  });

  test('a connection that nobody has is offered, adopted once, and proved like any other', async () => {
    const car = cars[3];
    assert.ok(car);
    await grantWithoutReturn(world, car);
    await compare(world);
    assert.deepEqual((await world.api('GET', '/adoption')).body['items'], [], 'its owner may be on the way back');
    world.pass(2 * hour);
    await compare(world);
    const { body } = await world.api('GET', '/adoption');
    const [offered, ...others] = body['items'] as {
      smartcarConnectionId: string;
      make: string;
      permissions: string[];
    }[];
    assert.ok(offered);
    assert.deepEqual(others, []);
    assert.equal(offered.make, car.make);
    assert.equal((await world.api('GET', '/reconciliation')).body['unknown'], 1);
    const fleetId = world.fleets[0];
    const wish = { smartcarConnectionId: offered.smartcarConnectionId, fleetId, number: 'ADOPTED-1' };
    const [first, second] = await Promise.all([1, 2].map(() => world.api('POST', '/adoption', [wish])));
    const results = [first, second].map((answer) => (answer?.body['items'] as { vehicleId: VehicleId | null }[])[0]);
    const made = results.flatMap((result) => result?.vehicleId ?? []);
    assert.equal(made.length, 1, JSON.stringify(results));
    const [id] = made as [VehicleId];
    assert.equal((await world.vehicle(id)).connection?.status, 'pending');
    const { rows: consents } = await world.ground.database.ownerPool.query(
      'select kind, way, wording_id, granted_at is not null as "isDated" from consent where vehicle_id = $1',
      [id],
    );
    assert.deepEqual(consents, [{ kind: 'given', way: 'elsewhere', wording_id: null, isDated: true }]);
    await until(world, id, 'active');
    assert.equal((await world.vehicle(id)).connection?.subscribed, true);
    assert.deepEqual((await world.api('GET', '/adoption')).body['items'], []);
    const { body: late } = await world.api('POST', '/adoption', [{ ...wish, number: 'ADOPTED-2' }]);
    assert.equal((late['items'] as { problem: string }[])[0]?.problem, 'not_listed');
  });

  test("only the installation's administrator starts a comparison or adopts; the others see their own findings", async () => {
    const key = await makeKey(world.ground, world.fleets[0], 'administrator');
    const ask = (method: string, path: string, body?: unknown) =>
      fetch(`${world.publicUrl}/api/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    assert.equal((await ask('POST', '/reconciliation', {})).status, 403);
    assert.equal((await ask('GET', '/adoption')).status, 403);
    assert.equal((await ask('POST', '/adoption', [{ smartcarConnectionId: 'x', fleetId: 'y' }])).status, 403);
    const answer = (await (await ask('GET', '/reconciliation')).json()) as {
      unknown: null;
      platforms: { listed: null }[];
    };
    assert.deepEqual([answer.unknown, answer.platforms[0]?.listed], [null, null]);
    assert.equal((await ask('GET', '/reconciliation/drifts')).status, 200);
  });

  test('Smartcar away for two days is told once, and resolves with the next comparison', async () => {
    const fault = await world.sim('POST', '/sim/api/faults', { kind: 'garbage' });
    for (let hours = 0; hours < 75; hours += 1) {
      world.pass(hour);
      await reconcileDue(world.ground, world.now());
    }
    assert.deepEqual(await late(), ['reconciliation.failed']);
    await world.sim('DELETE', `/sim/api/faults/${String(fault['id'])}`);
    for (let hours = 0; hours < 6; hours += 1) {
      world.pass(hour);
      await reconcileDue(world.ground, world.now());
    }
    assert.equal((await state(world)).state, 'done');
    assert.deepEqual(await late(), []);
  });

  test('for sixty days it is compared once a day, and changes nothing', async () => {
    const known = await drifts(world);
    for (let days = 0; days < 60; days += 1) {
      world.pass(day + 60);
      await reconcileDue(world.ground, world.now());
      await reconcileDue(world.ground, world.now());
    }
    const { rows } = await world.ground.database.ownerPool.query<{ count: number }>(
      'select count(*)::int as count from reconciliation where started_at > $1',
      [new Date(world.now().getTime() - 60 * (day + 60) * 1_000)],
    );
    assert.equal(rows[0]?.count, 60);
    assert.deepEqual(await drifts(world), known);
    assert.deepEqual(world.faults, []);
  });

  test('a list that lacks nearly everything is not believed, and nothing is changed by it', async () => {
    const fleetId = world.fleets[0];
    await world.ground.database.asFleet(fleetId, async (tx) => {
      for (let made = 0; made < 30; made += 1) {
        const vehicleId = await addVehicle(tx, fleetId, { number: `FOREIGN-${made}` });
        const long = new Date(world.now().getTime() - 30 * day * 1_000);
        await insertConnection(
          tx,
          aConnection(fleetId, vehicleId, { connectedAt: long, judgedAt: long, nextPollAt: null }),
        );
      }
    });
    world.pass(day + 60);
    await reconcileDue(world.ground, world.now());
    const { state: last, error } = await state(world);
    assert.equal(last, 'failed');
    assert.match(error ?? '', /30 of 34 connections are missing/);
    assert.deepEqual(await late(), ['reconciliation.failed']);
    for (const id of ids) assert.equal((await world.vehicle(id)).connection?.status, 'active');
  });

  async function late(): Promise<string[]> {
    const { body } = await world.api('GET', '/alerts');
    return (body['items'] as { kind: string }[])
      .map(({ kind }) => kind)
      .filter((kind) => kind === 'reconciliation.failed');
  }

  async function timelines(): Promise<number[]> {
    const all = await Promise.all(ids.map((id) => world.api('GET', `/vehicles/${id}/timeline?limit=200`)));
    return all.map(({ body }) => (body['items'] as unknown[]).length);
  }
});

describe("v2's list and ours", () => {
  let world: World;

  before(async () => {
    world = await startWorld({ speaks: 'v2' });
  });
  after(() => world.close());

  test('a grant that v2 does not list any more is revoked, and the others stay', async () => {
    const [one, other] = await oneCarEach(world);
    assert.ok(one && other);
    const ids = [await world.connectCar(one), await world.connectCar(other)] as const;
    for (const id of ids) await until(world, id, 'active');
    world.pass(2 * hour);
    await world.sim('DELETE', `/sim/api/cars/${one.vin}/connection`);
    await compare(world);
    assert.deepEqual(await state(world), { state: 'done', error: null, listed: 1 });
    assert.equal((await world.vehicle(ids[0])).connection?.cause, 'revokedByOwner');
    assert.equal((await world.vehicle(ids[1])).connection?.status, 'active');
    assert.deepEqual(
      (await drifts(world)).map(({ kind }) => kind),
      ['gone'],
    );
    assert.deepEqual(world.faults, []);
  });
});
