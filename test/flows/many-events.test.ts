/** Many events and many endpoints: whose turn it is, that nothing is tried for ever, and nothing forgotten in one piece. */
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';

import type { EventEndpointId, VehicleId } from '../../src/domain/ids.ts';
import { towline } from '../../src/domain/role.ts';
import { deliverEvents, deliverNext } from '../../src/flows/deliver-events.ts';
import { keepHouse } from '../../src/flows/keep-house.ts';
import { openLanes } from '../../src/flows/lanes.ts';
import type { DeliveryView, EndpointView } from '../../src/http/contract/events.ts';
import { forgetDeliveries } from '../../src/store/event-delivery.ts';
import { forgetEvents } from '../../src/store/event.ts';
import { insertHappenings } from '../../src/store/timeline.ts';
import { isSignedWith, startReceiver } from '../support/event-receiver.ts';
import type { EventReceiver } from '../support/event-receiver.ts';
import { startWorld } from '../support/world.ts';
import type { World } from '../support/world.ts';

describe('many events', () => {
  let world: World;
  let receiver: EventReceiver;
  let vehicle: VehicleId;
  let made: string[] = [];

  before(async () => {
    world = await startWorld();
    const [car] = await world.cars('first');
    assert.ok(car);
    vehicle = await world.connectCar(car);
    await world.advance(60);
  });
  after(() => world.close());
  beforeEach(async () => {
    receiver = await startReceiver();
    made = [];
    // What happened before is of another time.
    await world.advance(1);
  });
  afterEach(async () => {
    for (const id of made) await world.api('DELETE', `/event-endpoints/${id}`);
    await receiver.close();
    assert.deepEqual(world.faults, []);
  });

  interface Added {
    id: EventEndpointId;
  }
  async function add(body: object = {}): Promise<Added> {
    const added = await world.api('POST', '/event-endpoints', { url: receiver.url, ...body });
    assert.equal(added.status, 201, JSON.stringify(added.body));
    made.push(String(added.body['id']));
    return added.body as unknown as Added;
  }
  const read = async ({ id }: Added): Promise<EndpointView> =>
    (await world.api('GET', `/event-endpoints/${id}`)).body as unknown as EndpointView;
  const deliveries = async ({ id }: Added): Promise<DeliveryView[]> =>
    (await world.api('GET', `/event-endpoints/${id}/deliveries`)).body['items'] as DeliveryView[];

  /** Something happens to the vehicle. */
  const happen = () =>
    world.ground.database.asFleet(world.context.fleetId, (tx) =>
      insertHappenings(
        tx,
        { fleetId: world.context.fleetId, vehicleId: vehicle, connectionId: null },
        { ...towline, kind: 'operator' },
        [{ kind: 'command.requested', at: world.now(), via: 'operator', requestId: null, command: 'lock' }],
      ),
    );

  /** The database refuses to delete this fleet's rows meanwhile. */
  async function whileUndeletable(table: 'event' | 'event_delivery', fleetId: string, work: () => Promise<void>) {
    const { ownerPool } = world.ground.database;
    await ownerPool.query(`
      create function undeletable() returns trigger language plpgsql as
        $$ begin if old.fleet_id = '${fleetId}' then raise exception 'undeletable'; end if; return old; end $$;
      create trigger undeletable before delete on ${table} for each row execute function undeletable()`);
    try {
      await work();
    } finally {
      await ownerPool.query(`drop trigger undeletable on ${table}; drop function undeletable()`);
    }
  }

  test('a fleet whose twenty endpoints answer nothing holds up no other fleet', async () => {
    const [, second] = world.fleets;
    assert.ok(second);
    for (let at = 0; at < 20; at += 1) await add({ url: `${receiver.url}/first` });
    for (let at = 0; at < 4; at += 1) await happen();
    const other = await world.api('POST', '/event-endpoints', { url: `${receiver.url}/second` }, second);
    const path = `/event-endpoints/${String(other.body['id'])}`;
    await world.api('POST', `${path}/test`, {}, second);
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
    const underway = { first: 0, second: 0 };
    const slow = {
      ...world.ground,
      eventsUnderway: openLanes(4, 64),
      events: {
        send: async ({ url }: { url: string }) => {
          underway[url.endsWith('/second') ? 'second' : 'first'] += 1;
          if (underway.first === 16 && underway.second === 1) reach();
          await held;
          return { came: true, status: 204, retryAfterS: null, text: '' } as const;
        },
      },
    };
    assert.equal(await deliverEvents(slow, world.now()), 17);
    await reached;
    assert.equal(await deliverEvents(slow, world.now()), 0, 'one fleet has sixteen at most');
    release();
    await slow.eventsUnderway.settled();
    await world.api('DELETE', path, undefined, second);
  });

  test('an endpoint for which much is due gives its lane back, and the next round begins behind it', async () => {
    const names = new Map<string, string>();
    for (const name of ['one', 'other'])
      names.set(`${receiver.url}/${name}`, (await add({ url: `${receiver.url}/${name}` })).id);
    for (let at = 0; at < 3; at += 1) await happen();
    let seconds = 0;
    const told: (string | undefined)[] = [];
    const narrow = {
      ...world.ground,
      eventsUnderway: openLanes(1, 1),
      clock: () => new Date(world.now().getTime() + (seconds += 1) * 1_000),
      events: {
        send: ({ url }: { url: string }) => {
          told.push(names.get(url));
          return Promise.resolve({ came: true, status: 204, retryAfterS: null, text: '' } as const);
        },
      },
    };
    for (let round = 0; round < 6; round += 1) {
      assert.equal(await deliverEvents(narrow, world.now()), 1);
      await narrow.eventsUnderway.settled();
    }
    const [first, last] = [...names.values()].sort();
    assert.deepEqual(told, [first, last, first, last, first, last]);
    assert.equal(await deliverEvents(narrow, world.now()), 0, 'and nothing else');
  });

  test('a secret that can not be opened is a try that came to nothing, and not tried again for ever', async () => {
    const endpoint = await add();
    await happen();
    const faults: unknown[] = [];
    const vault = {
      ...world.ground.vault,
      open: () => {
        throw new Error('no such key');
      },
    };
    const keyless = { ...world.ground, vault, onFault: (error: unknown) => faults.push(error) };
    const where = { fleetId: world.context.fleetId, endpointId: endpoint.id };
    assert.equal(await deliverNext(keyless, where), true);
    assert.equal(await deliverNext(keyless, where), false, 'not before its time');
    assert.deepEqual([faults.length, receiver.heard.length], [1, 0]);
    const [one] = await deliveries(endpoint);
    assert.deepEqual([one?.state, one?.tries[0]?.problem], ['pending', 'secretUnreadable']);
    assert.match(one?.tries[0]?.text ?? '', /sealing keys/);
    assert.notEqual((await read(endpoint)).failingSince, null);
    await world.advance(6);
    assert.deepEqual(
      receiver.heard.map(({ event }) => event.type),
      ['command.requested'],
      'with the key it goes on',
    );
    const { secret } = (await world.api('POST', `/event-endpoints/${endpoint.id}/rotate-secret`)).body;
    await happen();
    let opened = 0;
    const open: typeof world.ground.vault.open = (sealed, context) =>
      (opened += 1) === 1 ? world.ground.vault.open(sealed, context) : vault.open();
    await deliverNext({ ...keyless, vault: { ...vault, open } }, where);
    const last = receiver.heard.at(-1);
    assert.ok(last && isSignedWith(String(secret), last), 'a new secret does not wait for the old one');
    assert.deepEqual([opened, receiver.heard.length], [2, 2]);
  });

  test('one whose deletion is cut short is told nothing more, and can be deleted again', async () => {
    const endpoint = await add();
    receiver.answer = { status: 500 };
    await happen();
    await world.settle();
    await whileUndeletable('event_delivery', world.context.fleetId, async () => {
      await assert.rejects(world.flows.removeEndpoint(world.context, endpoint.id, world.now()), /undeletable/);
    });
    assert.deepEqual([(await read(endpoint)).disabledBecause, (await deliveries(endpoint)).length], ['operator', 1]);
    await happen();
    await world.advance(60);
    assert.equal(receiver.heard.length, 1);
    assert.equal((await world.api('DELETE', `/event-endpoints/${endpoint.id}`)).status, 200);
  });

  test('what an endpoint was told, and what happened long ago, is forgotten in parts', async () => {
    const endpoint = await add();
    for (let at = 0; at < 3; at += 1) await happen();
    await world.advance(1);
    const as = <T>(work: Parameters<typeof world.ground.database.asFleet<T>>[1]) =>
      world.ground.database.asFleet(world.context.fleetId, work);
    const forgotten: number[] = [];
    for (let part = 0; part < 3; part += 1) forgotten.push(await as((tx) => forgetDeliveries(tx, endpoint.id, 2)));
    assert.deepEqual(forgotten, [2, 1, 0]);
    const before = ((await world.api('GET', '/events?limit=100')).body['items'] as unknown[]).length;
    assert.equal(await as((tx) => forgetEvents(tx, world.now(), 2)), 2);
    const left = (await world.api('GET', '/events?limit=100')).body['items'] as unknown[];
    assert.equal(left.length, before - 2);
  });

  test('a fleet whose events can not be forgotten keeps no other’s', async () => {
    const [first, second] = world.fleets;
    assert.ok(second);
    const added = await world.api('POST', '/event-endpoints', { url: receiver.url }, second);
    const path = `/event-endpoints/${String(added.body['id'])}`;
    const late = new Date(world.now().getTime() + 31 * 86_400_000);
    const left = async (fleet: typeof first) =>
      ((await world.api('GET', '/events', undefined, fleet)).body['items'] as unknown[]).length;
    for (const [broken, whole] of [
      [first, second],
      [second, first],
    ] as const) {
      await happen();
      await world.api('POST', `${path}/test`, {}, second);
      await world.settle();
      await whileUndeletable('event', broken, async () => {
        await assert.rejects(keepHouse(world.ground, late), /not forgotten. Fleets: 1/);
        assert.deepEqual([(await left(broken)) > 0, await left(whole)], [true, 0]);
      });
    }
    await world.api('DELETE', path, undefined, second);
  });
});

const fault = (error: unknown): never => assert.fail(String(error));

test('a lane that is full holds up no other', async () => {
  const lanes = openLanes(2, 3, 3);
  const lane = (name: string) => ({ name, owner: 'fleet' });
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  lanes.run(lane('slow'), () => held, fault);
  lanes.run(lane('slow'), () => held, fault);
  assert.deepEqual([lanes.hasRoom(lane('slow')), lanes.hasRoom(lane('quick'))], [false, true]);
  lanes.run(lane('quick'), () => held, fault);
  const room = [lanes.hasRoom(lane('quick')), lanes.hasRoom(lane('other'))];
  assert.deepEqual(room, [false, false], 'nor is there room without end');
  release();
  await lanes.settled();
  assert.ok(lanes.hasRoom(lane('slow')));
});

test('whoever has many lanes has a quarter of them at most, and each has its turn', async () => {
  const lanes = openLanes(1, 8);
  const of = (owner: string, ...names: string[]) => names.map((name) => ({ name, owner }));
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  const waiting = [...of('many', 'c', 'a', 'b'), ...of('few', 'd')];
  const order = (): string =>
    lanes
      .inTurn(waiting)
      .map(({ name }) => name)
      .join('');
  assert.equal(order(), 'abcd');
  const begun: string[] = [];
  for (const lane of lanes.inTurn(waiting))
    if (lanes.hasRoom(lane)) lanes.run(lane, () => (begun.push(lane.name), held), fault);
  assert.deepEqual(begun, ['a', 'b', 'd'], 'c waits for one of its own');
  assert.equal(order(), 'abcd', 'd was the last');
  release();
  await lanes.settled();
  lanes.run({ name: 'b', owner: 'many' }, () => held, fault);
  assert.equal(order(), 'cdab');
  await lanes.settled();
});
