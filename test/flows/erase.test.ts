import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import type { OwnerId, VehicleId } from '../../src/domain/ids.ts';
import { check } from '../../src/flows/check.ts';
import { eraseDue } from '../../src/flows/erase-owner.ts';
import { revokeDue } from '../../src/flows/revoke.ts';
import { tracesOf } from '../support/personal-search.ts';
import { startWorld } from '../support/world.ts';
import type { SimulatedCar, World } from '../support/world.ts';

const person = {
  name: 'Friederike Quandt-Löwe',
  email: 'friederike.ql@post.example',
  phone: '+49 151 98765432',
  language: 'en',
  country: 'DE',
  timeZone: 'Europe/Berlin',
};

interface Erasure {
  state: 'none' | 'running' | 'done';
  phase: string | null;
  counts: Record<string, number>;
  lines: { text: string }[];
  vehicles: { id: string; willBeDisconnected: boolean }[];
  waitsForSmartcar: number;
  proof: { digest: string; holds: boolean } | null;
}

async function until(world: World, id: VehicleId, status: string): Promise<void> {
  for (let waited = 0; waited < 3_600; waited += 15) {
    if ((await world.vehicle(id)).connection?.status === status) return;
    await world.advance(15);
  }
  assert.equal((await world.vehicle(id)).connection?.status, status);
}

const press = (url: string, fields: Record<string, string> = {}): Promise<Response> =>
  fetch(url, { method: 'POST', redirect: 'manual', body: new URLSearchParams(fields) });

describe('an owner is forgotten', () => {
  let world: World;
  let cars: SimulatedCar[];
  let third: SimulatedCar;
  let ids: VehicleId[];
  let ownerId: OwnerId;
  let other: { car: SimulatedCar; id: VehicleId };
  let userIds: string[];
  let needles: string[];
  let before_: Record<string, unknown[]>;

  before(async () => {
    world = await startWorld();
    const all = await world.cars('first');
    const of = (email: string): SimulatedCar[] => all.filter(({ account }) => account.email === email);
    const theirs = all.map(({ account }) => of(account.email)).find(({ length }) => length === 3);
    assert.ok(theirs);
    cars = theirs.slice(0, 2);
    third = theirs[2] as SimulatedCar; // there are three
    const stranger = all.find(({ make, account }) => make === 'HYUNDAI' && account.email !== third.account.email);
    assert.ok(stranger);
    ownerId = (await world.api('POST', '/owners', person)).body['id'] as OwnerId;
    ids = [];
    for (const car of cars) ids.push(await connect(car));
    other = { car: stranger, id: await world.connectCar(stranger) };
    for (const id of [...ids, other.id]) await until(world, id, 'active');
    await leaveTraces();
    const rows = await world.ground.database.owner
      .selectFrom('connection')
      .select('smartcar_user_id')
      .where('owner_id', '=', ownerId)
      .execute();
    userIds = [...new Set(rows.map(({ smartcar_user_id }) => smartcar_user_id as string))];
    needles = [third.vin, person.name, 'Quandt', person.email, 'friederike', person.phone, '98765432', ...userIds];
    before_ = await othersOf();
  });
  after(() => world.close());

  async function connect(car: SimulatedCar): Promise<VehicleId> {
    const { vin, make, model, year } = car;
    const plate = `M-${vin.slice(-4)}`;
    const added = await world.api('POST', '/vehicles', { vin, make, model, year, plate, ownerId });
    const id = added.body['id'] as VehicleId;
    const link = await world.api('POST', `/vehicles/${id}/connect`, { deliver: 'email' });
    await world.throughLink(String(link.body['url']), {
      email: car.account.email,
      password: car.account.password,
      vins: [vin],
    });
    await world.advance(15);
    return id;
  }

  /** All that an owner leaves behind in a year: mails, links, ways that went wrong, acts of their own, checks, a lost address. */
  async function leaveTraces(): Promise<void> {
    const [id] = ids as [VehicleId];
    const [car, second] = cars as [SimulatedCar, SimulatedCar];
    await world.sim('POST', `/sim/api/cars/${car.vin}/faults`, { kind: 'signed-out' });
    await until(world, id, 'expired');
    await world.advance(30);
    const { body } = await world.api('POST', `/vehicles/${id}/reconnect`, {});
    await world.throughLink(String(body['url']), { email: car.account.email, password: car.account.password });
    await until(world, id, 'active');
    const link = await world.api('POST', `/owners/${ownerId}/link`, { deliver: 'email' });
    await press(`${String(link.body['url'])}/export`);
    await check(world.ground, world.context, id, world.now());
    // A way with the wrong car, which tells of another car of theirs.
    const vin = third.vin.replace(/.$/, (last) => (last === '9' ? '8' : '9'));
    const { make, model, year } = third;
    const added = await world.api('POST', '/vehicles', { vin, make, model, year, ownerId });
    const wrong = await world.api('POST', `/vehicles/${String(added.body['id'])}/connect`, {});
    await world.throughLink(String(wrong.body['url']), {
      email: second.account.email,
      password: second.account.password,
      vins: [third.vin],
    });
    await world.advance(180);
    const { owner } = world.ground.database;
    await owner
      .updateTable('notification')
      .set({ last_error: `550 no mailbox for ${person.email}` })
      .where('owner_id', '=', ownerId)
      .where('kind', '=', 'owner-page')
      .execute();
  }

  /** Everything of the other owner and of the cars themselves, which stays as it is. */
  async function othersOf(): Promise<Record<string, unknown[]>> {
    const { ownerPool } = world.ground.database;
    const ask = async (question: string, values: unknown[]): Promise<unknown[]> =>
      (await ownerPool.query<Record<string, unknown>>(question, values)).rows;
    return {
      vehicles: await ask('select id, number, plate, vin, make from vehicle order by id', []),
      timeline: await ask(
        "select id, kind, at, data from timeline where kind <> 'connection.changed' and at <= $1 order by id",
        [new Date('2026-05-04T12:00:00Z')],
      ),
      readings: await ask('select * from reading where vehicle_id = $1 order by received_at, code', [other.id]),
      state: await ask('select signals from vehicle_state where vehicle_id = $1', [other.id]),
      consents: await ask('select * from consent where vehicle_id = $1 order by id', [other.id]),
      owner: await ask('select * from owner where id <> $1 order by id', [ownerId]),
      mails: await ask(
        'select * from mailbox_message m join notification n on n.id = m.notification_id where n.owner_id <> $1 order by 1',
        [ownerId],
      ),
      links: await ask('select * from link where owner_id <> $1 order by id', [ownerId]),
    };
  }

  const erasure = async (): Promise<Erasure> =>
    (await world.api('GET', `/owners/${ownerId}/erasure`)).body as unknown as Erasure;

  test('before, the person is all over the place, and the preview says what would go', async () => {
    const traces = await tracesOf(world.ground.database.ownerPool, needles);
    const tables = [...new Set(traces.map(({ table }) => table))];
    const holding = ['owner', 'timeline', 'audit', 'alert', 'notification', 'mailbox_message'];
    for (const table of [...holding, 'connect_session', 'consent', 'connection'])
      assert.ok(tables.includes(table), `${table} in ${tables.join(' ')}`);
    const preview = await erasure();
    assert.equal(preview.state, 'none');
    assert.equal(preview.counts['connections'], 2);
    assert.equal(preview.counts['vehicles'], 3);
    assert.ok((preview.counts['readings'] ?? 0) > 0 && (preview.counts['mails'] ?? 0) > 0);
    assert.deepEqual(preview.vehicles.map(({ willBeDisconnected }) => willBeDisconnected).sort(), [false, true, true]);
    assert.equal(preview.proof, null);
  });

  test('nobody is forgotten under another name', async () => {
    const { status, body } = await world.api('POST', `/owners/${ownerId}/erase`, { name: 'Somebody Else' });
    assert.deepEqual([status, body['code']], [409, 'name_mismatch']);
    assert.equal((await erasure()).state, 'none');
  });

  test('name, address and phone are gone with the answer, and their links open nothing', async () => {
    const link = String((await world.api('POST', `/owners/${ownerId}/link`, {})).body['url']);
    const { status, body } = await world.api('POST', `/owners/${ownerId}/erase`, { name: person.name });
    assert.equal(status, 202);
    assert.equal(body['state'], 'running');
    const { body: owner } = await world.api('GET', `/owners/${ownerId}`);
    assert.deepEqual(
      [owner['name'], owner['email'], owner['phone'], owner['erasedAt'] === null],
      ['Erased owner', null, null, false],
    );
    assert.equal((await fetch(link)).status, 404);
    const listed = (await world.api('GET', '/owners')).body['items'] as { id: string }[];
    assert.ok(!listed.some(({ id }) => id === ownerId));
    const again = await world.api('POST', `/owners/${ownerId}/erase`, { name: 'whatever' });
    assert.equal(again.status, 202, 'asked for again it goes on');
    for (const act of ['link', 'export'])
      assert.equal((await world.api('POST', `/owners/${ownerId}/${act}`, {})).body['code'], 'owner_erased');
    assert.equal((await world.api('PATCH', `/owners/${ownerId}`, { name: 'Back' })).status, 404);
    assert.equal((await world.api('PATCH', `/vehicles/${other.id}`, { ownerId })).status, 404);
  });

  test('while Smartcar is away everything else goes, and it says what it waits for', async () => {
    const fault = await world.sim('POST', '/sim/api/faults', { kind: 'hang-up' });
    await world.advance(1);
    for (const id of ids) assert.equal((await world.vehicle(id)).connection?.cause, 'disconnectedHere');
    const running = await erasure();
    assert.deepEqual([running.state, running.phase, running.waitsForSmartcar], ['running', 'smartcar', 2]);
    const names = needles.filter((needle) => !userIds.includes(needle));
    assert.deepEqual(await tracesOf(world.ground.database.ownerPool, names), []);
    for (let hour = 0; hour < 30; hour += 1) {
      world.pass(3_600);
      await eraseDue(world.ground, world.now());
    }
    assert.equal((await erasure()).state, 'running');
    await world.sim('DELETE', `/sim/api/faults/${String(fault['id'])}`);
    await revokeDue(world.ground, world.now());
    world.pass(600);
    await eraseDue(world.ground, world.now());
    assert.equal((await erasure()).state, 'done');
  });

  test('after it, a search of every table for the person finds nothing, and what their cars told in their time is gone', async () => {
    assert.deepEqual(await tracesOf(world.ground.database.ownerPool, needles), []);
    const { rows } = await world.ground.database.ownerPool.query(
      `select (select count(*)::int from reading where vehicle_id = any($1)) as readings,
        (select count(*)::int from vehicle_state where vehicle_id = any($1) and signals <> '{}') as newest,
        (select count(*)::int from vehicle_check where vehicle_id = any($1)) as checks,
        (select count(*)::int from webhook_inbox w join connection c on c.smartcar_vehicle_id = w.smartcar_vehicle_id
          where c.vehicle_id = any($1)) as deliveries,
        (select count(*)::int from link where owner_id = $2) as links`,
      [ids, ownerId],
    );
    assert.deepEqual(rows, [{ readings: 0, newest: 0, checks: 0, deliveries: 0, links: 0 }]);
    for (const car of cars)
      assert.equal((await world.sim('GET', `/sim/api/cars/${car.vin}`))['connection'], null, 'Smartcar has no access');
  });

  test('the cars, their timelines and everybody else stay as they were', async () => {
    assert.deepEqual(await othersOf(), before_);
    for (const id of ids) {
      const { body } = await world.api('GET', `/vehicles/${id}`);
      assert.equal(body['owner'], null);
      const lines = (await world.api('GET', `/vehicles/${id}/timeline?limit=50`)).body['items'] as {
        actor: { kind: string; name: string };
      }[];
      const names = lines.filter(({ actor }) => actor.kind === 'owner').map(({ actor }) => actor.name);
      assert.ok(names.length > 0 && names.every((name) => name === 'Erased owner'), names.join());
    }
    assert.equal((await world.vehicle(other.id)).connection?.status, 'active');
    assert.deepEqual(world.faults, []);
  });

  test('the proof stays: kinds and numbers, under a digest that shows when somebody changed it', async () => {
    const done = await erasure();
    assert.equal(done.proof?.holds, true);
    assert.match(done.proof.digest, /^[0-9a-f]{64}$/);
    for (const kind of [
      'contact',
      'connections',
      'mails',
      'ways',
      'timeline',
      'audit',
      'consents',
      'readings',
      'accounts',
    ])
      assert.ok((done.counts[kind] ?? 0) > 0, `${kind} in ${JSON.stringify(done.counts)}`);
    assert.equal(done.counts['connections'], 2);
    assert.ok(done.lines.every(({ text }) => text.length > 5));
    const entries = (await world.api('GET', '/audit')).body['items'] as { act: string; subject: string }[];
    assert.ok(entries.some(({ act, subject }) => act === 'eraseOwner' && subject === ownerId));
    const { owner } = world.ground.database;
    const changed = { counts: JSON.stringify({ ...done.counts, readings: 1 }) };
    await owner.updateTable('erasure').set(changed).where('owner_id', '=', ownerId).execute();
    assert.equal((await erasure()).proof?.holds, false);
    await owner
      .updateTable('erasure')
      .set({ counts: JSON.stringify(done.counts) })
      .where('owner_id', '=', ownerId)
      .execute();
    assert.equal((await erasure()).proof?.holds, true);
  });

  test('the same person, added again, is a new owner, who can share the same car', async () => {
    const { status, body } = await world.api('POST', '/owners', person);
    assert.equal(status, 201);
    assert.notEqual(body['id'], ownerId);
    const [id] = ids as [VehicleId];
    const [car] = cars as [SimulatedCar];
    await world.api('PATCH', `/vehicles/${id}`, { ownerId: body['id'] });
    const link = await world.api('POST', `/vehicles/${id}/reconnect`, {});
    await world.throughLink(String(link.body['url']), {
      email: car.account.email,
      password: car.account.password,
      vins: [car.vin],
    });
    await until(world, id, 'active');
    const consents = (await world.api('GET', `/owners/${String(body['id'])}/consents`)).body['items'] as object[];
    assert.equal(consents.length, 1, 'what was agreed to before is nobody’s');
    world.pass(86_400);
    await eraseDue(world.ground, world.now());
    assert.equal((await world.vehicle(id)).connection?.status, 'active', 'and it is not erased again');
    assert.deepEqual(world.faults, []);
  });
});

describe('an owner of more grants than a page shows', () => {
  let world: World;
  let car: SimulatedCar;
  let id: VehicleId;
  let ownerId: OwnerId;

  /** A company whose other vehicle was granted anew a thousand times since. */
  before(async () => {
    world = await startWorld();
    const found = (await world.cars('first')).find(({ make }) => make === 'HYUNDAI');
    assert.ok(found);
    car = found;
    id = await world.connectCar(car);
    await until(world, id, 'active');
    const { body } = await world.api('GET', `/vehicles/${id}`);
    ownerId = (body['owner'] as { id: OwnerId }).id;
    const other = await world.api('POST', '/vehicles', { make: car.make, ownerId });
    await world.ground.database.ownerPool.query(
      `insert into connection select (jsonb_populate_record(c, jsonb_build_object('id', 'con_zz' || n, 'vehicle_id', $2::text,
          'smartcar_vehicle_id', 'earlier-' || n, 'connected_at', c.connected_at + interval '1 second', 'ended_at', $3::text,
          'status', 'disconnected', 'cause', 'superseded', 'next_poll_at', null))).*
        from connection c, generate_series(1, 1000) n where c.vehicle_id = $1`,
      [id, other.body['id'], world.now().toISOString()],
    );
  });
  after(() => world.close());

  test('can stop sharing the car that they granted first', async () => {
    const link = String((await world.api('POST', `/owners/${ownerId}/link`, {})).body['url']);
    await press(`${link}/stop`, { car: id });
    assert.equal((await world.vehicle(id)).connection?.cause, 'disconnectedHere');
    const again = String((await world.api('POST', `/vehicles/${id}/reconnect`, {})).body['url']);
    const { account, vin } = car;
    await world.throughLink(again, { email: account.email, password: account.password, vins: [vin] });
    await until(world, id, 'active');
  });

  test('is forgotten with every one of them', async () => {
    const { name } = (await world.api('GET', `/owners/${ownerId}`)).body;
    // As an earlier grant it is behind all others.
    await world.ground.database.ownerPool.query(
      "update connection set connected_at = connected_at - interval '1 day' where vehicle_id = $1",
      [id],
    );
    assert.equal((await world.api('POST', `/owners/${ownerId}/erase`, { name })).status, 202);
    for (let tenMinutes = 0; tenMinutes < 3; tenMinutes += 1) {
      await world.advance(600);
      await eraseDue(world.ground, world.now());
    }
    assert.equal((await world.vehicle(id)).connection?.cause, 'disconnectedHere');
    const { state, counts } = (await world.api('GET', `/owners/${ownerId}/erasure`)).body as unknown as Erasure;
    assert.deepEqual([state, counts['connections'], counts['accounts']], ['done', 1, 1_002]);
    const { rows } = await world.ground.database.ownerPool.query(
      `select (select count(*)::int from reading where vehicle_id = $1) as readings,
        (select count(*)::int from vehicle_state where vehicle_id = $1 and signals <> '{}') as newest`,
      [id],
    );
    assert.deepEqual(rows, [{ readings: 0, newest: 0 }]);
    assert.deepEqual(world.faults, [], 'and nothing else');
  });
});
