import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';

import type { VehicleId } from '../../src/domain/ids.ts';
import { resolveAlert } from '../../src/flows/alerts.ts';
import { keepHouse } from '../../src/flows/keep-house.ts';
import { revokeDue } from '../../src/flows/revoke.ts';
import type { RevokeNeeds } from '../../src/flows/revoke.ts';
import { openSmartcar } from '../../src/smartcar/smartcar.ts';
import type { Smartcar } from '../../src/smartcar/smartcar.ts';
import { openSmartcarV2 } from '../../src/smartcar/v2/smartcar-v2.ts';
import type { SmartcarV2 } from '../../src/smartcar/v2/smartcar-v2.ts';
import { signInWithoutVin } from '../support/owner-way.ts';
import { startWorld } from '../support/world.ts';
import type { SimulatedCar, World } from '../support/world.ts';

interface Ending {
  since: string;
  tries: number;
  lastTriedAt: string | null;
  nextTryAt: string | null;
  handedOver: boolean;
  text: string | null;
}

async function until(world: World, id: VehicleId, status: string): Promise<void> {
  for (let waited = 0; waited < 1_800; waited += 15) {
    if ((await world.vehicle(id)).connection?.status === status) return;
    await world.advance(15);
  }
  assert.equal((await world.vehicle(id)).connection?.status, status);
}

const isConnectedAtSmartcar = async (world: World, car: SimulatedCar): Promise<boolean> =>
  Boolean((await world.sim('GET', `/sim/api/cars/${car.vin}`))['connection']);

async function ending(world: World, id: VehicleId): Promise<Ending | null> {
  const { body } = await world.api('GET', `/vehicles/${id}`);
  return (body['connection'] as { ending: Ending | null }).ending;
}

async function alerts(world: World): Promise<{ id: string; kind: string; text: string }[]> {
  return (await world.api('GET', '/alerts')).body['items'] as { id: string; kind: string; text: string }[];
}

async function kinds(world: World, id: VehicleId): Promise<string[]> {
  const { body } = await world.api('GET', `/vehicles/${id}/timeline?limit=10`);
  return (body['items'] as { kind: string }[]).map(({ kind }) => kind);
}

const firstTime = (cars: readonly SimulatedCar[]): SimulatedCar[] =>
  cars.filter((car, place) => cars.findIndex(({ account }) => account.email === car.account.email) === place);

describe('ending access at Smartcar', () => {
  let world: World;
  let cars: SimulatedCar[];

  before(async () => {
    world = await startWorld();
    cars = firstTime((await world.cars('first')).filter(({ make }) => ['VOLKSWAGEN', 'HYUNDAI'].includes(make)));
  });
  after(() => world.close());

  test('while Smartcar is away for days it is tried ever more seldom, the panel says since when and how often, and it is done when Smartcar is back', async () => {
    const [car] = cars;
    assert.ok(car);
    const id = await world.connectCar(car);
    await until(world, id, 'active');
    const fault = await world.sim('POST', '/sim/api/faults', { kind: 'hang-up' });
    const disconnectedAt = world.now().toISOString();
    await world.api('POST', `/vehicles/${id}/disconnect`, {});
    assert.deepEqual(await ending(world, id), {
      since: disconnectedAt,
      tries: 0,
      lastTriedAt: null,
      nextTryAt: null,
      handedOver: false,
      text: null,
    });
    await world.advance(1);
    const first = await ending(world, id);
    assert.equal(first?.tries, 1);
    assert.equal(Date.parse(first?.nextTryAt ?? '') - Date.parse(first?.lastTriedAt ?? ''), 60_000);
    assert.match(first?.text ?? '', /not reached|reach/i);
    assert.deepEqual(await alerts(world), []);

    const days = 5;
    for (let minute = 0; minute < days * 24 * 60; minute += 10) {
      world.pass(600);
      await revokeDue(world.ground, world.now());
      // An hourly house-keeping must not take away what ending it takes.
      if (minute % 60 === 0) await keepHouse(world.ground, world.now());
    }
    const late = await ending(world, id);
    assert.ok(late && late.tries > 15 && late.tries < 40, `${late?.tries} tries in ${days} days`);
    assert.equal(late.since, disconnectedAt);
    assert.deepEqual(
      (await alerts(world)).map(({ kind, text }) => [kind, /since 2026-05-04.*goes on/.test(text)]),
      [['connection.unrevoked', true]],
    );
    assert.equal(await isConnectedAtSmartcar(world, car), true);

    await world.sim('DELETE', `/sim/api/faults/${String(fault['id'])}`);
    world.pass(6 * 3_600);
    await revokeDue(world.ground, world.now());
    assert.equal(await isConnectedAtSmartcar(world, car), false);
    assert.equal(await ending(world, id), null);
    assert.equal((await world.vehicle(id)).connection?.disconnecting, false);
    assert.deepEqual(await alerts(world), [], 'the alert closed by itself');
    assert.equal((await kinds(world, id))[0], 'connection.revoked-at-smartcar');
    assert.deepEqual(world.faults, [], 'and nothing else');
  });

  test('an alert that is closed by hand while Towline still tries ends nothing', async () => {
    const car = cars[1];
    assert.ok(car);
    const id = await world.connectCar(car);
    await until(world, id, 'active');
    const fault = await world.sim('POST', '/sim/api/faults', { kind: 'hang-up' });
    await world.api('POST', `/vehicles/${id}/disconnect`, {});
    world.pass(4 * 86_400);
    await revokeDue(world.ground, world.now());
    const [alert] = await alerts(world);
    assert.equal(alert?.kind, 'connection.unrevoked');
    await world.api('POST', `/alerts/${alert.id}/resolve`, {});
    assert.equal((await world.vehicle(id)).connection?.disconnecting, true);
    await world.sim('DELETE', `/sim/api/faults/${String(fault['id'])}`);
    world.pass(86_400);
    await revokeDue(world.ground, world.now());
    assert.equal(await isConnectedAtSmartcar(world, car), false);
    assert.deepEqual(world.faults, []);
  });

  test('two tries at once ask Smartcar once', async () => {
    const car = cars[2];
    assert.ok(car);
    const id = await world.connectCar(car);
    await until(world, id, 'active');
    const deletions = async (): Promise<number> => {
      const { routes } = (await world.sim('GET', '/sim/api/requests')) as { routes: Record<string, unknown> };
      return Object.keys(routes).filter((route) => route.startsWith('DELETE')).length
        ? Object.entries(routes)
            .filter(([route]) => route.startsWith('DELETE'))
            .reduce((sum, [, counted]) => sum + countOf(counted), 0)
        : 0;
    };
    const before = await deletions();
    await world.api('POST', `/vehicles/${id}/disconnect`, {});
    world.pass(600);
    await Promise.all(Array.from({ length: 4 }, () => revokeDue(world.ground, world.now())));
    assert.equal((await deletions()) - before, 1);
    assert.equal((await world.vehicle(id)).connection?.disconnecting, false);
    assert.deepEqual(world.faults, []);
  });

  test('where Smartcar knows a connection by its vehicle alone, nobody else’s access to the car ends with it', async () => {
    const car = cars[3];
    assert.ok(car);
    const id = await world.connectCar(car);
    await until(world, id, 'active');
    const { userId } = (await world.sim('GET', `/sim/api/cars/${car.vin}`)) as unknown as SimulatedCar; // its own view
    const early = await startEarlyV3([userId ?? '', 'somebody-else'], car.vehicleId);
    const needs: RevokeNeeds = { ...world.ground, smartcar: { ...world.ground.smartcar, ...early.calls } };
    try {
      await world.api('POST', `/vehicles/${id}/disconnect`, {});
      world.pass(600);
      await revokeDue(needs, world.now());
      assert.deepEqual(early.users, [userId, 'somebody-else']);
      assert.equal((await ending(world, id))?.tries, 1, 'it is tried again');
      early.users.pop();
      world.pass(600);
      await revokeDue(needs, world.now());
      assert.deepEqual(early.users, []);
      assert.equal(await ending(world, id), null);
      assert.deepEqual(world.faults, [], 'and nothing else');
    } finally {
      await early.close();
    }
  });
});

/** v2's management as somebody else's cars would show in it; what is asked to be deleted is written down, and stays. */
async function startManagement(listed: object[]): Promise<{
  listed: object[];
  deleted: string[];
  calls: Pick<SmartcarV2, 'listConnections' | 'deleteConnections'>;
  close(): Promise<void>;
}> {
  const deleted: string[] = [];
  const server = createServer((request, response) => {
    if (request.method === 'DELETE') deleted.push(String(request.url));
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ connections: listed }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // on a port, not on a pipe
  const smartcar = openSmartcarV2({
    origins: { auth: origin, api: origin, managementApi: origin },
    credentials: { applicationId: 'application', clientSecret: 'secret' },
    mode: 'live',
  });
  return {
    listed,
    deleted,
    calls: {
      listConnections: (token, filter) => smartcar.listConnections(token, filter),
      deleteConnections: (token, filter) => smartcar.deleteConnections(token, filter),
    },
    async close() {
      await smartcar.close();
      server.close();
    },
  };
}

/** v3 in its early version: it lists connections by their ids, and knows them by their vehicle's alone. */
async function startEarlyV3(
  users: string[],
  vehicleId: string,
): Promise<{
  /** Whose access to the car is listed. */
  users: string[];
  calls: Pick<Smartcar, 'listConnections' | 'deleteConnection'>;
  close(): Promise<void>;
}> {
  const listed = (userId: string): object => ({
    id: `conn-of-${userId}`,
    attributes: { permissions: [] },
    relationships: { vehicle: { data: { id: vehicleId } }, user: { data: { id: userId } } },
  });
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(String(request.url), 'http://smartcar');
    const wanted = searchParams.get('filter[userId]');
    if (request.method === 'DELETE' && pathname.endsWith(vehicleId)) users.length = 0;
    else if (request.method === 'DELETE') response.statusCode = 404;
    const data = users.filter((userId) => wanted === null || userId === wanted).map(listed);
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ data, meta: { totalPages: 1 } }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // on a port, not on a pipe
  const smartcar = openSmartcar({
    origins: { connect: origin, iam: origin, apiV3: origin, managementApiV3: origin },
    credentials: { applicationId: 'application', apiClientId: 'client', apiClientSecret: 'secret' },
    mode: 'live',
  });
  return {
    users,
    calls: {
      listConnections: (token, filter) => smartcar.listConnections(token, filter),
      deleteConnection: (token, wanted) => smartcar.deleteConnection(token, wanted),
    },
    async close() {
      await smartcar.close();
      server.close();
    },
  };
}

const countOf = (counted: unknown): number =>
  typeof counted === 'number' ? counted : ((counted as { count?: number }).count ?? 0);

describe('ending access on v2', () => {
  let world: World;
  let cars: SimulatedCar[];
  let withoutManagement: RevokeNeeds;

  before(async () => {
    world = await startWorld({ speaks: 'v2' });
    cars = firstTime(
      (await world.cars('first')).filter(({ make }) => ['VOLKSWAGEN', 'HYUNDAI', 'SKODA'].includes(make)),
    );
    const { v2 } = world.ground;
    assert.ok(v2);
    withoutManagement = { ...world.ground, v2: { ...v2, managementTokens: [] } };
  });
  after(() => world.close());

  /** Disconnected here, with tokens that Smartcar takes no longer. */
  async function withDeadTokens(car: SimulatedCar): Promise<VehicleId> {
    const id = await world.connectCar(car);
    await until(world, id, 'active');
    const dead = { access_expires_at: world.now() };
    await world.ground.database.owner
      .updateTable('token_set')
      .set(dead)
      .where('id', 'in', (query) =>
        query
          .selectFrom('connection')
          .select('token_set_id')
          .where('vehicle_id', '=', id)
          .$narrowType<{ token_set_id: never }>(),
      )
      .execute();
    await world.sim('DELETE', '/sim/api/v2/families');
    await world.api('POST', `/vehicles/${id}/disconnect`, {});
    return id;
  }

  async function tryIt(needs: RevokeNeeds): Promise<void> {
    world.pass(600);
    await revokeDue(needs, world.now());
  }

  test('dead tokens and no management key: it is not tried for ever, it becomes an operator’s task, and their word ends it', async () => {
    const [car] = cars;
    assert.ok(car);
    const id = await withDeadTokens(car);
    await tryIt(withoutManagement);
    for (let day = 0; day < 30; day += 1) {
      world.pass(86_400);
      await revokeDue(withoutManagement, world.now());
    }
    const handed = await ending(world, id);
    assert.equal(handed?.handedOver, true);
    assert.equal(handed.tries, 1, 'once is enough');
    assert.equal(handed.nextTryAt, null);
    assert.match(handed.text ?? '', /Smartcar's dashboard, or ask the owner/);
    const [alert] = await alerts(world);
    assert.equal(alert?.kind, 'connection.unrevoked');
    assert.match(alert.text, /nothing that Towline holds can end it there/);

    await resolveAlert(world.ground, world.context, alert.id as never, world.now());
    assert.equal(await ending(world, id), null);
    assert.equal((await kinds(world, id))[0], 'connection.revoked-by-hand');
    assert.deepEqual(await alerts(world), []);
    assert.deepEqual(world.faults, []);
  });

  test('with a management key that comes later it is ended after all, and the alert closes', async () => {
    const car = cars[1];
    assert.ok(car);
    const id = await withDeadTokens(car);
    await tryIt(withoutManagement);
    assert.equal((await ending(world, id))?.handedOver, true);
    await tryIt(world.ground);
    assert.equal(await ending(world, id), null);
    assert.equal(await isConnectedAtSmartcar(world, car), false);
    assert.deepEqual(await alerts(world), []);
  });

  test('what Smartcar’s list does not show any more counts as ended', async () => {
    const car = cars[2];
    assert.ok(car);
    const id = await withDeadTokens(car);
    await tryIt(withoutManagement);
    assert.equal((await alerts(world)).length, 1);
    const { v2 } = world.ground;
    assert.ok(v2);
    const [token = ''] = v2.managementTokens;
    await v2.smartcar.deleteConnections(token, { vehicleId: car.vehicleId as never });
    await tryIt(world.ground);
    assert.equal(await ending(world, id), null);
    assert.deepEqual(await alerts(world), []);
  });

  test('where somebody else’s access to the same car would end with it, nothing is deleted, and an operator has the turn', async () => {
    const car = cars[4];
    assert.ok(car);
    const id = await withDeadTokens(car);
    const others = [{ vehicleId: car.vehicleId, userId: 'somebody-else', mode: 'live' }];
    const own = { vehicleId: car.vehicleId, userId: car.userId ?? (await userOf(id)), mode: 'live' };
    const lists = await startManagement([own, ...others]);
    const { v2 } = world.ground;
    assert.ok(v2);
    const needs: RevokeNeeds = { ...world.ground, v2: { ...v2, smartcar: { ...v2.smartcar, ...lists.calls } } };
    try {
      await tryIt(needs);
      const handed = await ending(world, id);
      assert.deepEqual([handed?.handedOver, handed?.tries], [true, 1]);
      assert.match(handed?.text ?? '', /Other people's access to the same car/);
      assert.ok(handed?.nextTryAt, 'it is looked at again, once a day');
      world.pass(86_400);
      await revokeDue(needs, world.now());
      assert.equal((await ending(world, id))?.handedOver, true);
      lists.listed.splice(0, 2, ...others);
      world.pass(86_400);
      await revokeDue(needs, world.now());
      assert.equal(await ending(world, id), null, 'the list does not show it any more');
      assert.deepEqual(lists.deleted, []);
      assert.deepEqual(await alerts(world), []);
    } finally {
      await lists.close();
    }
  });

  const userOf = async (id: VehicleId): Promise<string> =>
    (
      await world.ground.database.owner
        .selectFrom('connection')
        .select('smartcar_user_id')
        .where('vehicle_id', '=', id)
        .executeTakeFirstOrThrow()
    ).smartcar_user_id;

  test('an owner who is just on the way back through Connect does not lose the new grant to the old disconnect', async () => {
    const car = cars[3];
    assert.ok(car);
    const id = await world.connectCar(car);
    await until(world, id, 'active');
    const fault = await world.sim('POST', '/sim/api/faults', { kind: 'hang-up' });
    await world.api('POST', `/vehicles/${id}/disconnect`, {});
    await world.advance(1);
    await world.sim('DELETE', `/sim/api/faults/${String(fault['id'])}`);
    const link = await world.api('POST', `/vehicles/${id}/connect`, {});
    const started = await fetch(String(link.body['url']), {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams(),
    });
    assert.equal(started.status, 303);
    await tryIt(world.ground);
    assert.equal((await ending(world, id))?.tries, 1, 'it waits for them');
    assert.equal(await isConnectedAtSmartcar(world, car), true);
    world.pass(3_600);
    await revokeDue(world.ground, world.now());
    assert.equal(await ending(world, id), null, 'they never came back');
    assert.equal(await isConnectedAtSmartcar(world, car), false);
    assert.deepEqual(world.faults, []);
  });

  test('nor does one whose new grant waits for an operator’s word', async () => {
    const car = cars[5];
    assert.ok(car);
    const id = await world.connectCar(car);
    await until(world, id, 'active');
    const fault = await world.sim('POST', '/sim/api/faults', { kind: 'hang-up' });
    await world.api('POST', `/vehicles/${id}/disconnect`, {});
    await world.advance(1);
    await world.sim('DELETE', `/sim/api/faults/${String(fault['id'])}`);
    await world.api('PATCH', '/settings', { confirmWithoutVin: 'always' });
    await world.api('PATCH', `/vehicles/${id}`, { vin: null });
    const link = await world.api('POST', `/vehicles/${id}/connect`, {});
    await world.throughLink(String(link.body['url']), signInWithoutVin(car));
    const [grant] = (await world.api('GET', '/grants?state=held')).body['items'] as { id: string }[];
    assert.ok(grant, 'it is held');
    await tryIt(world.ground);
    assert.equal((await ending(world, id))?.tries, 1, 'it waits for the word');
    assert.equal(await isConnectedAtSmartcar(world, car), true);
    assert.equal((await world.api('POST', `/grants/${grant.id}/confirm`, {})).status, 200);
    await tryIt(world.ground);
    await until(world, id, 'active');
    assert.equal(await isConnectedAtSmartcar(world, car), true, 'another grant has taken its place');
    assert.deepEqual(world.faults, []);
  });
});
