import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { defaultRequiredPermissions, optionalPermissions } from '../../src/domain/permission.ts';
import type { VehicleId } from '../../src/domain/ids.ts';
import { reconcileDue, requestReconciliation } from '../../src/flows/reconcile.ts';
import { startWorld } from '../support/world.ts';
import type { SimulatedCar, World } from '../support/world.ts';

async function until(world: World, id: VehicleId, status: string): Promise<void> {
  for (let waited = 0; waited < 3_600; waited += 15) {
    if ((await world.vehicle(id)).connection?.status === status) return;
    await world.advance(15);
  }
  assert.equal((await world.vehicle(id)).connection?.status, status);
}

interface Row {
  kind: string;
  way: string;
  via: string;
  actor: { kind: string; name: string };
  permissions: string[];
  asked: { required: string[]; optional: string[] } | null;
  language: string | null;
  link_kind: string | null;
  wording_id: string | null;
  sentences: string[] | null;
  smartcar_user_id: string | null;
  smartcar_connection_id: string | null;
  connection_id: string;
}

async function consents(world: World, id: VehicleId): Promise<Row[]> {
  return (await world.ground.database.owner
    .selectFrom('consent')
    .leftJoin('wording', 'wording.id', 'consent.wording_id')
    .selectAll('consent')
    .select('wording.sentences')
    .where('vehicle_id', '=', id)
    .orderBy('at')
    .orderBy('consent.id')
    .execute()) as unknown as Row[];
}

const said = (rows: readonly Row[]): string[] => rows.map(({ kind, way, actor }) => `${kind} ${way} by ${actor.kind}`);

async function reconnectLink(world: World, id: VehicleId): Promise<string> {
  return String((await world.api('POST', `/vehicles/${id}/reconnect`, {})).body['url']);
}

describe('the consent record', () => {
  let world: World;
  let cars: SimulatedCar[];

  before(async () => {
    world = await startWorld();
    const all = (await world.cars('first')).filter(({ make }) => ['VOLKSWAGEN', 'HYUNDAI', 'SKODA'].includes(make));
    cars = all.filter((car, place) => all.findIndex(({ account }) => account.email === car.account.email) === place);
  });
  after(() => world.close());

  const through = (url: string, car: SimulatedCar): Promise<Response> =>
    world.throughLink(url, { email: car.account.email, password: car.account.password, vins: [car.vin] });

  test('says who agreed to what, when, under which sentences, and by which way', async () => {
    const [car] = cars;
    assert.ok(car);
    const id = await world.connectCar(car);
    await until(world, id, 'active');
    const [given, ...others] = await consents(world, id);
    assert.ok(given);
    assert.deepEqual(others, []);
    assert.deepEqual(
      [given.kind, given.way, given.via, given.actor.kind, given.actor.name, given.link_kind, given.language],
      ['given', 'link', 'connect', 'owner', car.account.email, 'connect', 'en'],
    );
    const { connection } = await world.vehicle(id);
    assert.deepEqual(given.permissions, connection?.permissions.granted);
    assert.deepEqual(given.asked, { required: [...defaultRequiredPermissions], optional: [...optionalPermissions] });
    assert.equal(given.smartcar_user_id, car.userId ?? given.smartcar_user_id);
    assert.ok(given.smartcar_user_id && given.smartcar_connection_id);
    const text = given.sentences?.join('\n') ?? '';
    assert.match(text, /would like to connect to your car/);
    assert.match(text, /Connect my car/);
    assert.match(text, /Lock and unlock/);
    assert.match(text, /You can end access at any time/);
    assert.ok(!text.includes(car.account.email), 'the wording names no person');
  });

  test('an owner who disconnects and grants again leaves both records, and what was superseded says so', async () => {
    const [car] = cars;
    assert.ok(car);
    const id = (await world.api('GET', `/vehicles?q=${car.vin}`)).body['items'] as { id: VehicleId }[];
    const [{ id: vehicleId }] = id as [{ id: VehicleId }];
    await world.api('POST', `/vehicles/${vehicleId}/disconnect`, {});
    await world.advance(5);
    await through(await reconnectLink(world, vehicleId), car);
    await until(world, vehicleId, 'active');
    const rows = await consents(world, vehicleId);
    assert.deepEqual(said(rows), ['given link by owner', 'withdrawn operator by apiKey', 'given link by owner']);
    assert.deepEqual(rows[1]?.permissions, []);
    assert.notEqual(rows[0]?.connection_id, rows[2]?.connection_id);
  });

  test('signing in again renews it under the words of that page; nothing new was asked for', async () => {
    const car = cars[1];
    assert.ok(car);
    const id = await world.connectCar(car);
    await until(world, id, 'active');
    await world.sim('POST', `/sim/api/cars/${car.vin}/faults`, { kind: 'signed-out' });
    await until(world, id, 'expired');
    await through(await reconnectLink(world, id), car);
    await until(world, id, 'active');
    const rows = await consents(world, id);
    assert.deepEqual(said(rows), ['given link by owner', 'renewed link by owner']);
    assert.equal(rows[1]?.asked, null);
    assert.equal(rows[1]?.link_kind, 'repair');
    assert.match(rows[1]?.sentences?.[0] ?? '', /signed us out.*Sign in once/);
  });

  test('what is taken back at the manufacturer is withdrawn as we learnt it, and given elsewhere when it returns', async () => {
    const car = cars[2];
    assert.ok(car);
    const id = await world.connectCar(car);
    await until(world, id, 'active');
    await world.sim('POST', `/sim/api/cars/${car.vin}/faults`, { kind: 'access-revoked' });
    await until(world, id, 'disconnected');
    const withdrawn = ['given link by owner', 'withdrawn smartcar by towline'];
    assert.deepEqual(said(await consents(world, id)), withdrawn);
    await world.sim('DELETE', `/sim/api/cars/${car.vin}/faults/access-revoked`);
    await until(world, id, 'active');
    assert.deepEqual(said(await consents(world, id)), [...withdrawn, 'given elsewhere by towline']);
    assert.deepEqual(world.faults, []);
  });

  test('permissions that changed at Smartcar are written down when its list shows them', async () => {
    const car = cars[3];
    assert.ok(car);
    const id = await world.connectCar(car);
    await until(world, id, 'active');
    await world.sim('POST', `/sim/api/cars/${car.vin}/faults`, {
      kind: 'permission-missing',
      permission: 'read_tires',
    });
    await world.advance(2 * 3_600);
    await requestReconciliation(world.ground, world.now());
    await reconcileDue(world.ground, world.now());
    const rows = await consents(world, id);
    assert.deepEqual(said(rows), ['given link by owner', 'changed smartcar by towline']);
    assert.ok(!rows[1]?.permissions.includes('read_tires'));
  });

  test('a page that says something else by now is shown again, and nothing is agreed to', async () => {
    const car = cars[4];
    assert.ok(car);
    const { vin, make, model, year } = car;
    const owner = await world.api('POST', '/owners', { name: 'Late Reader', email: 'late@reader.example' });
    const added = await world.api('POST', '/vehicles', { vin, make, model, year, ownerId: owner.body['id'] });
    const link = await world.api('POST', `/vehicles/${String(added.body['id'])}/connect`, {});
    const url = String(link.body['url']);
    const page = await (await fetch(url)).text();
    const [, wording = ''] = /name="wording" value="(\w+)"/.exec(page) ?? [];
    assert.match(wording, /^[0-9a-f]{64}$/);
    await world.api('PATCH', '/settings', { requiredPermissions: ['read_location'] });
    const press = (fields: Record<string, string>): Promise<Response> =>
      fetch(url, { method: 'POST', redirect: 'manual', body: new URLSearchParams(fields) });
    const late = await press({ wording });
    assert.deepEqual([late.status, late.headers.get('location')], [303, new URL(url).pathname]);
    const [, fresh = ''] = /name="wording" value="(\w+)"/.exec(await (await fetch(url)).text()) ?? [];
    assert.notEqual(fresh, wording);
    assert.match((await press({ wording: fresh })).headers.get('location') ?? '', /\/oauth\//);
    await world.api('PATCH', '/settings', { requiredPermissions: [...defaultRequiredPermissions] });
    const sessions = await world.ground.database.owner
      .selectFrom('connect_session')
      .select('shown')
      .where('vehicle_id', '=', added.body['id'] as VehicleId)
      .execute();
    assert.deepEqual(
      sessions.map(({ shown }) => shown?.wordingId),
      [fresh],
      'and nothing else',
    );
  });

  test('the same page for many owners is kept once', async () => {
    const rows = await world.ground.database.owner.selectFrom('wording').select(['id', 'sentences']).execute();
    const used = await world.ground.database.owner.selectFrom('consent').select('wording_id').execute();
    assert.ok(used.filter(({ wording_id }) => wording_id !== null).length > rows.length - 1);
    assert.equal(new Set(rows.map(({ sentences }) => sentences.join('\n'))).size, rows.length);
  });
});
