import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import type { VehicleId } from '../../src/domain/ids.ts';
import { revokeDue } from '../../src/flows/revoke.ts';
import type { Outcome } from '../../src/domain/outcome.ts';
import { subscribeDue } from '../../src/flows/ensure-subscription.ts';
import { observe } from '../../src/flows/observe.ts';
import { answerChallenge } from '../../src/smartcar/webhook/challenge.ts';
import { demoCredentials } from '../../simulator/credentials.ts';
import { aReading } from '../store/records.ts';
import { startWorld } from '../support/world.ts';
import type { SimulatedCar, World } from '../support/world.ts';

async function until(world: World, id: VehicleId, status: string): Promise<void> {
  for (let waited = 0; waited < 1_800; waited += 15) {
    if ((await world.vehicle(id)).connection?.status === status) return;
    await world.advance(15);
  }
  assert.equal((await world.vehicle(id)).connection?.status, status);
}

const isConnectedAtSmartcar = async (world: World, car: SimulatedCar): Promise<boolean> => {
  const seen = await world.sim('GET', `/sim/api/cars/${car.vin}`);
  return Boolean(seen['connection']);
};

async function connectAgain(world: World, id: VehicleId, car: SimulatedCar): Promise<void> {
  const { body } = await world.api('POST', `/vehicles/${id}/connect`, {});
  const { email, password } = car.account;
  await world.throughLink(String(body['url']), { email, password, vins: [car.vin] });
}

async function countRequests(world: World, route: RegExp): Promise<number> {
  const routes = (await world.sim('GET', '/sim/api/requests'))['routes'] as Record<string, { count: number }>;
  return Object.entries(routes).reduce((sum, [name, { count }]) => (route.test(name) ? sum + count : sum), 0);
}

describe('what could not be done at Smartcar at once', () => {
  let world: World;
  let cars: SimulatedCar[];

  before(async () => {
    world = await startWorld();
    cars = (await world.cars('first')).filter(({ make }) => ['VOLKSWAGEN', 'HYUNDAI'].includes(make));
  });
  after(() => world.close());

  test('a late revocation spares the grant that the owner has given since', async () => {
    const [car] = cars;
    assert.ok(car);
    const id = await world.connectCar(car);
    await until(world, id, 'active');
    const fault = await world.sim('POST', '/sim/api/faults', { kind: 'hang-up' });
    await world.api('POST', `/vehicles/${id}/disconnect`, {});
    await world.advance(5);
    await world.sim('DELETE', `/sim/api/faults/${String(fault['id'])}`);
    await connectAgain(world, id, car);
    await until(world, id, 'active');
    await world.advance(600);
    await revokeDue(world.ground, world.now());
    assert.equal(await isConnectedAtSmartcar(world, car), true);
    await world.advance(600);
    assert.equal((await world.vehicle(id)).connection?.status, 'active');
    assert.deepEqual(world.faults, []);
  });

  test('a revocation whose task is lost is done by the sweep', async () => {
    const car = cars.find((one) => one.vin !== cars[0]?.vin);
    assert.ok(car);
    const id = await world.connectCar(car);
    await until(world, id, 'active');
    const fault = await world.sim('POST', '/sim/api/faults', { kind: 'hang-up' });
    await world.api('POST', `/vehicles/${id}/disconnect`, {});
    await world.advance(5);
    await world.sim('DELETE', `/sim/api/faults/${String(fault['id'])}`);
    assert.equal((await world.vehicle(id)).connection?.disconnecting, true);
    assert.equal(await isConnectedAtSmartcar(world, car), true);
    world.pass(600);
    await revokeDue(world.ground, world.now());
    assert.equal(await isConnectedAtSmartcar(world, car), false);
    assert.equal((await world.vehicle(id)).connection?.disconnecting, false);
  });

  test('a car that could not be subscribed when it was connected is subscribed later', async () => {
    const car = cars.at(-1);
    assert.ok(car);
    const id = await world.connectCar(car);
    await world.ground.database.owner
      .updateTable('connection')
      .set({ subscribed_at: null })
      .where('vehicle_id', '=', id)
      .execute();
    await world.advance(60);
    await subscribeDue(world.ground, world.now());
    assert.equal((await world.vehicle(id)).connection?.subscribed, false, 'its own task comes first');
    world.pass(600);
    await subscribeDue(world.ground, world.now());
    assert.equal((await world.vehicle(id)).connection?.subscribed, true);
  });

  test('many cars are subscribed with one look at the webhooks, and where there is none nobody asks for a car', async () => {
    const { owner } = world.ground.database;
    const { numUpdatedRows } = await owner
      .updateTable('connection')
      .set({ subscribed_at: null })
      .where('ended_at', 'is', null)
      .executeTakeFirst();
    assert.ok(numUpdatedRows > 1n, 'many');
    world.pass(600);
    const asked = async (): Promise<[webhooks: number, subscriptions: number]> => [
      await countRequests(world, /GET .*\/webhooks$/),
      await countRequests(world, /POST .*\/subscriptions$/),
    ];
    const [webhooks, subscriptions] = await asked();
    await subscribeDue({ ...world.ground, webhook: 'one that nobody made' }, world.now());
    assert.deepEqual(await asked(), [webhooks + 1, subscriptions]);
    await subscribeDue(world.ground, world.now());
    assert.deepEqual(await asked(), [webhooks + 2, subscriptions + Number(numUpdatedRows)]);
  });

  test('a read that was under way when its car was disconnected keeps nothing', async () => {
    const id = await world.connectCar(cars.at(-2) ?? assert.fail('there is no such car'));
    await until(world, id, 'active');
    const { connection } = await world.vehicle(id);
    await world.api('POST', `/vehicles/${id}/disconnect`, {});
    const { signals } = await world.vehicle(id);
    const [fleetId] = world.fleets;
    const at = world.now();
    const read: Outcome = {
      kind: 'signals',
      via: 'poll',
      at,
      requestId: null,
      readings: [aReading(99_999, at)],
      failures: [],
    };
    const connectionId = connection?.id ?? assert.fail('it was connected');
    await observe(world.ground, { fleetId, connectionId, outcomes: [read] }, at);
    assert.deepEqual((await world.vehicle(id)).signals, signals);
    const { rows } = await world.ground.database.ownerPool.query(
      "select 1 from reading where vehicle_id = $1 and value = '99999'",
      [id],
    );
    assert.deepEqual(rows, []);
  });
});

describe('records that change while cars are connected', () => {
  let world: World;
  let cars: SimulatedCar[];

  before(async () => {
    world = await startWorld();
    cars = (await world.cars('first')).filter(({ make }) => ['VOLKSWAGEN', 'HYUNDAI'].includes(make));
  });
  after(() => world.close());

  test('vehicles that are added at the same moment without a number get one each, however odd the others are', async () => {
    await world.api('POST', '/vehicles', { number: 'CAR-9007199254740990' });
    const added = await Promise.all(Array.from({ length: 8 }, () => world.api('POST', '/vehicles', {})));
    assert.deepEqual(new Set(added.map(({ status }) => status)), new Set([201]));
    const numbers = added.map(({ body }) => String(body['number'])).sort();
    assert.deepEqual(
      numbers,
      ['101', '102', '103', '104', '105', '106', '107', '108'].map((number) => `CAR-${number}`),
    );
  });

  test('an owner who is named after the car was connected is asked when it breaks', async () => {
    const [car] = cars;
    assert.ok(car);
    const id = await world.connectCar(car);
    await until(world, id, 'active');
    const { ownerId, record } = await nameless(world, id);
    await world.api('PATCH', `/vehicles/${id}`, { ownerId });
    await world.sim('POST', `/sim/api/accounts/${encodeURIComponent(car.account.email)}/password`, {
      password: 'another',
    });
    await until(world, id, 'expired');
    await world.advance(5);
    assert.deepEqual(record, []);
    assert.deepEqual(
      (await world.mails()).map(({ to }) => to),
      [car.account.email],
    );
  });

  test('a car that breaks after the message left is not said to have been in it', async () => {
    const all = await world.cars('first');
    const twice = all.filter((one) => all.filter(({ account }) => account.email === one.account.email).length > 1);
    const pair = twice.filter(({ account }) => account.email === twice[0]?.account.email).slice(0, 2);
    const ids: VehicleId[] = [];
    for (const car of pair) {
      const id = await world.connectCar(car);
      await until(world, id, 'active');
      ids.push(id);
    }
    const before = (await world.mails()).length;
    for (const [index, car] of pair.entries()) {
      const what = { kind: 'error', type: 'CONNECTED_SERVICES_ACCOUNT', code: 'AUTHENTICATION_FAILED' };
      await world.sim('POST', `/sim/api/cars/${car.vin}/faults`, what);
      await until(world, ids[index] as VehicleId, 'expired'); // one id for each car
      await world.advance(60);
    }
    assert.equal((await world.mails()).length - before, 1);
    const asked = await Promise.all(ids.map((id) => timesAsked(world, id)));
    assert.deepEqual(asked, [1, 0]);
  });

  test('a link to connect that the former owner still has opens nothing', async () => {
    const [former, next] = await Promise.all(
      ['former', 'next'].map((name) => world.api('POST', '/owners', { name, email: `${name}@mail.example` })),
    );
    const { body: car } = await world.api('POST', '/vehicles', { ownerId: former?.body['id'] });
    const link = await world.api('POST', `/vehicles/${String(car['id'])}/connect`, {});
    const url = String(link.body['url']);
    assert.equal((await fetch(url)).status, 200);
    await world.api('PATCH', `/vehicles/${String(car['id'])}`, { ownerId: next?.body['id'] });
    assert.equal((await fetch(url)).status, 404);
    const pressed = await fetch(url, { method: 'POST', redirect: 'manual', body: new URLSearchParams() });
    assert.equal(pressed.status, 404);
  });

  test("our answer to a stranger's challenge signs nothing that is kept", async () => {
    for (const body of ['null', '12345', 'true']) {
      const signature = answerChallenge(body, demoCredentials.managementToken);
      const headers = { 'content-type': 'application/json', 'sc-signature': signature };
      const answer = await fetch(`${world.publicUrl}/webhooks/smartcar`, { method: 'POST', headers, body });
      assert.equal(answer.status, 401, body);
    }
  });
});

/** As if it had been connected before anybody knew whose it is. */
async function nameless(world: World, id: VehicleId): Promise<{ ownerId: unknown; record: object[] }> {
  const { body } = await world.api('GET', `/vehicles/${id}`);
  const { owner } = world.ground.database;
  await owner.updateTable('connection').set({ owner_id: null }).where('vehicle_id', '=', id).execute();
  await owner.updateTable('vehicle').set({ owner_id: null }).where('id', '=', id).execute();
  return { ownerId: (body['owner'] as { id: string }).id, record: await world.mails() };
}

async function timesAsked(world: World, id: VehicleId): Promise<number> {
  const { body } = await world.api('GET', `/vehicles/${id}/timeline`);
  return (body['items'] as { kind: string }[]).filter(({ kind }) => kind === 'owner.asked').length;
}
