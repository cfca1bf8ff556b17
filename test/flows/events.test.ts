/** Events to the fleet's own systems: a real receiver, the real app, our clock. */
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';

import { bindFlows } from '../../src/app.ts';
import type { EventEndpointId, VehicleId } from '../../src/domain/ids.ts';
import { towline } from '../../src/domain/role.ts';
import { deliverEvents, deliverNext } from '../../src/flows/deliver-events.ts';
import { openLanes } from '../../src/flows/lanes.ts';
import { keepHouse } from '../../src/flows/keep-house.ts';
import type { DeliveryView, EndpointView } from '../../src/http/contract/events.ts';
import { openEventChannel } from '../../src/notify/event-channel.ts';
import { insertHappenings } from '../../src/store/timeline.ts';
import { isSignedWith, startReceiver } from '../support/event-receiver.ts';
import type { EventReceiver } from '../support/event-receiver.ts';
import { startWorld } from '../support/world.ts';
import type { SimulatedCar, World } from '../support/world.ts';

describe('events to the fleet’s own systems', () => {
  let world: World;
  let receiver: EventReceiver;
  let cars: SimulatedCar[];
  let vehicle: VehicleId;
  let made: string[] = [];

  before(async () => {
    world = await startWorld();
    cars = await world.cars('first');
    assert.ok(cars[0]);
    vehicle = await world.connectCar(cars[0]);
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
    secret: string;
  }
  async function add(body: object = {}): Promise<Added> {
    const added = await world.api('POST', '/event-endpoints', { url: receiver.url, ...body });
    assert.equal(added.status, 201, JSON.stringify(added.body));
    made.push(String(added.body['id']));
    return added.body as unknown as Added;
  }
  const read = async ({ id }: Added): Promise<EndpointView> =>
    (await world.api('GET', `/event-endpoints/${id}`)).body as unknown as EndpointView;
  const deliveries = async ({ id }: Added, query = ''): Promise<DeliveryView[]> =>
    (await world.api('GET', `/event-endpoints/${id}/deliveries${query}`)).body['items'] as DeliveryView[];
  const change = (id: Added['id'], body: object) => world.api('PATCH', `/event-endpoints/${id}`, body);
  const heard = (): string[] => receiver.heard.map(({ event }) => event.type);
  const alerts = async (): Promise<{ severity: string; text: string }[]> =>
    (
      (await world.api('GET', '/alerts?state=unresolved')).body['items'] as {
        kind: string;
        severity: string;
        text: string;
      }[]
    )
      .filter(({ kind }) => kind === 'event-endpoint.failing')
      .map(({ severity, text }) => ({ severity, text }));

  /** Something happens to the vehicle. */
  const happen = (kind: 'command.requested' | 'command.failed' = 'command.requested') =>
    world.ground.database.asFleet(world.context.fleetId, (tx) =>
      insertHappenings(
        tx,
        { fleetId: world.context.fleetId, vehicleId: vehicle, connectionId: null },
        { ...towline, kind: 'operator' },
        [{ kind, at: world.now(), via: 'operator', requestId: null, command: 'lock' }],
      ),
    );

  test('what happens to a connection is told once each, signed, in the words of the log', async () => {
    const endpoint = await add();
    assert.ok(cars[1]);
    const id = await world.connectCar(cars[1]);
    await world.advance(60);
    const { number } = (await world.api('GET', `/vehicles/${id}`)).body as { number: string };
    await world.api('POST', `/vehicles/${id}/disconnect`, { when: 'now' });
    await world.settle();
    assert.deepEqual(heard(), ['connection.pending', 'connection.active', 'connection.disconnected']);
    for (const one of receiver.heard) {
      assert.ok(isSignedWith(endpoint.secret, one));
      assert.equal(one.headers['webhook-id'], one.event.id);
      assert.equal(one.event.data['vehicleId'], id);
      assert.equal(one.event.data['vehicleNumber'], number);
    }
    const { status, cause, previous, causedBy } = receiver.heard.at(-1)?.event.data ?? {};
    assert.deepEqual(
      { status, cause, previous, causedBy },
      {
        status: 'disconnected',
        cause: 'disconnectedHere',
        previous: { status: 'active', cause: null },
        causedBy: 'apiKey',
      },
    );
    const log = await world.api('GET', `/events?vehicle=${id}`);
    assert.deepEqual(log.body['items'], receiver.heard.map(({ event }) => event).reverse());
    const { pending, failed, enabled, lastDeliveredAt } = await read(endpoint);
    assert.deepEqual([pending, failed, enabled, lastDeliveredAt !== null], [0, 0, true, true]);
    assert.ok((await deliveries(endpoint)).every(({ state, tries }) => state === 'delivered' && tries.length === 1));
    await world.advance(86_400);
    assert.equal(receiver.heard.filter(({ event }) => event.data['vehicleId'] === id).length, 3, 'and nothing else');
  });

  test('a command is told from the wish to the car’s own word, by its id', async () => {
    await add({ types: ['command.requested', 'command.confirmed', 'command.failed'] });
    const asked = await world.api('POST', `/vehicles/${vehicle}/commands`, { type: 'lock' });
    await world.settle();
    await world.advance(60);
    assert.deepEqual(heard(), ['command.requested', 'command.confirmed']);
    for (const { event } of receiver.heard)
      assert.deepEqual(
        [event.data['commandId'], event.data['command'], event.data['cause']],
        [asked.body['id'], 'lock', null],
      );
  });

  test('only what was asked for is told', async () => {
    await add({ types: ['command.failed'] });
    await happen('command.requested');
    await happen('command.failed');
    await world.settle();
    assert.deepEqual(heard(), ['command.failed']);
  });

  test('what is rolled back is told to nobody and stands in no log', async () => {
    await add();
    const { fleetId } = world.context;
    const line = { kind: 'command.failed', at: world.now(), via: 'operator', requestId: null } as const;
    const undone = world.ground.database.asFleet(fleetId, async (tx) => {
      await insertHappenings(tx, { fleetId, vehicleId: vehicle, connectionId: null }, towline, [line]);
      throw new Error('undone');
    });
    await assert.rejects(undone, /undone/);
    await world.settle();
    assert.deepEqual(heard(), []);
    assert.deepEqual((await world.api('GET', `/events?since=${world.now().toISOString()}`)).body['items'], []);
  });

  test('what was not taken is tried again on the schedule until it is, always under the same id and signed anew', async () => {
    const endpoint = await add();
    receiver.answer = { status: 500, text: 'out of order' };
    await happen();
    await world.settle();
    const seconds: number[] = [0];
    const startedAt = world.now().getTime();
    for (const step of [4, 2, 290, 40, 2_000]) {
      const before = receiver.heard.length;
      await world.advance(step);
      if (receiver.heard.length > before) seconds.push((world.now().getTime() - startedAt) / 1_000);
    }
    assert.deepEqual(seconds, [0, 6, 336, 2_336], 'five seconds, five minutes, half an hour');
    const [waiting] = await deliveries(endpoint, '?state=pending');
    assert.deepEqual(
      [waiting?.tries.length, waiting?.tries[0]?.status, waiting?.tries[0]?.answer],
      [4, 500, 'out of order'],
    );
    receiver.answer = { status: 200 };
    await world.advance(8_000);
    const [done] = await deliveries(endpoint);
    assert.deepEqual([done?.state, done?.tries.length, done?.nextTryAt], ['delivered', 5, null]);
    assert.equal(new Set(receiver.heard.map(({ headers }) => headers['webhook-id'])).size, 1);
    assert.equal(new Set(receiver.heard.map(({ headers }) => headers['webhook-timestamp'])).size, 5);
    assert.ok(receiver.heard.every((one) => isSignedWith(endpoint.secret, one)));
    await world.advance(5 * 86_400);
    assert.equal(receiver.heard.length, 5, 'and nothing else');
  });

  test('who says when to come back is not asked sooner', async () => {
    await add();
    receiver.answer = { status: 503, headers: { 'retry-after': '600' } };
    await happen();
    await world.settle();
    await world.advance(598);
    assert.equal(receiver.heard.length, 1);
    await world.advance(3);
    assert.equal(receiver.heard.length, 2);
  });

  test('a redirect is not followed, and says what to do', async () => {
    const endpoint = await add();
    receiver.answer = { status: 308, headers: { location: `${receiver.url}/elsewhere` } };
    await happen();
    await world.settle();
    const [one] = await deliveries(endpoint);
    assert.deepEqual([one?.state, receiver.heard.length], ['pending', 1]);
    assert.match(one?.tries[0]?.text ?? '', /change the address/);
  });

  test('an endpoint that takes nothing is told to the operators after an hour, and disabled after five days', async () => {
    const endpoint = await add();
    receiver.answer = { status: 500 };
    await happen();
    await world.settle();
    await world.advance(1_000);
    await world.advance(1_500);
    assert.deepEqual(await alerts(), []);
    for (let hours = 0; hours < 4; hours += 1) await world.advance(3_600);
    const host = new URL(receiver.url).host;
    assert.deepEqual(await alerts(), [
      { severity: 'warning', text: `Events do not reach ${host}. Towline goes on trying. See Settings, Events.` },
    ]);
    for (let day = 0; day < 6; day += 1) {
      await happen();
      for (let hour = 0; hour < 12; hour += 1) await world.advance(7_200);
    }
    const now = await read(endpoint);
    assert.deepEqual([now.enabled, now.disabledBecause, now.pending], [false, 'failing', 0]);
    assert.equal((await alerts())[0]?.severity, 'critical');
    const [first] = (await deliveries(endpoint)).slice(-1);
    assert.deepEqual([first?.state, first?.tries.length], ['failed', 10]);
    assert.ok((await deliveries(endpoint, '?state=stopped')).length > 0);
    const before = receiver.heard.length;
    await happen();
    await world.advance(86_400);
    assert.equal(receiver.heard.length, before, 'nothing more is sent');
    assert.equal((await world.api('POST', `/event-endpoints/${endpoint.id}/test`)).body['code'], 'endpoint_disabled');
    // It is put right, enabled, and sent what it has missed.
    receiver.answer = { status: 204 };
    receiver.heard.length = 0;
    await change(endpoint.id, { enabled: true });
    assert.deepEqual(
      [(await read(endpoint)).enabled, (await read(endpoint)).failingSince, await alerts()],
      [true, null, []],
    );
    const since = new Date(world.now().getTime() - 9 * 86_400_000).toISOString();
    const sent = await world.api('POST', `/event-endpoints/${endpoint.id}/replay`, {
      since,
      types: ['command.requested'],
    });
    assert.deepEqual([sent.status, Number(sent.body['events']) >= 8], [202, true]);
    await world.settle();
    assert.equal(receiver.heard.length, sent.body['events']);
    const order = receiver.heard.map(({ event }) => event.timestamp);
    assert.ok(
      [...order]
        .sort()
        .slice(0, 4)
        .includes(order[0] ?? ''),
      'the oldest first, four at a time',
    );
  });

  test('one delivery that works ends the alarm', async () => {
    const endpoint = await add();
    receiver.answer = { status: 500 };
    await happen();
    await world.settle();
    for (let hours = 0; hours < 4; hours += 1) await world.advance(3_600);
    assert.equal((await alerts()).length, 1);
    receiver.answer = { status: 200 };
    await happen();
    await world.settle();
    assert.deepEqual([await alerts(), (await read(endpoint)).failingSince], [[], null]);
  });

  test('an endpoint that says it is gone is disabled at once', async () => {
    const endpoint = await add();
    receiver.answer = { status: 410 };
    await happen();
    await happen();
    await world.settle();
    const now = await read(endpoint);
    assert.deepEqual([now.disabledBecause, now.pending], ['gone', 0]);
    assert.match((await alerts())[0]?.text ?? '', /gone for good/);
    await world.advance(86_400);
    assert.ok(receiver.heard.length <= 2);
  });

  test('a new secret is shown once, and both sign for a day', async () => {
    const endpoint = await add();
    const rotated = await world.api('POST', `/event-endpoints/${endpoint.id}/rotate-secret`);
    const fresh = String(rotated.body['secret']);
    assert.match(fresh, /^whsec_[A-Za-z0-9+/]{43}=$/);
    assert.notEqual(fresh, endpoint.secret);
    await happen();
    await world.settle();
    const [both] = receiver.heard;
    assert.ok(both && isSignedWith(endpoint.secret, both) && isSignedWith(fresh, both));
    assert.equal(String(both.headers['webhook-signature']).split(' ').length, 2);
    await world.advance(86_400);
    await keepHouse(world.ground, world.now());
    await happen();
    await world.settle();
    const alone = receiver.heard.at(-1);
    assert.ok(alone && isSignedWith(fresh, alone) && !isSignedWith(endpoint.secret, alone));
    assert.equal((await read(endpoint)).previousSecretUntil, null);
    const shown = JSON.stringify([await read(endpoint), (await world.api('GET', '/event-endpoints')).body]);
    assert.ok(!shown.includes('whsec_'), 'it is shown nowhere else');
  });

  test('who dies after the receiver took it sends it again under the same id, and nothing is lost', async () => {
    const endpoint = await add();
    await happen();
    const dying = {
      ...world.ground,
      events: {
        send: async (message: Parameters<typeof world.ground.events.send>[0]) => {
          await world.ground.events.send(message);
          throw new Error('killed');
        },
      },
    };
    const where = { fleetId: world.context.fleetId, endpointId: endpoint.id };
    await assert.rejects(deliverNext(dying, where), /killed/);
    await world.settle();
    assert.equal(receiver.heard.length, 1, 'its lease still holds');
    await world.advance(31);
    assert.equal(receiver.heard.length, 2);
    assert.equal(receiver.heard[0]?.body, receiver.heard[1]?.body);
    assert.equal(new Set(receiver.heard.map(({ headers }) => headers['webhook-id'])).size, 1);
    assert.deepEqual(
      (await deliveries(endpoint)).map(({ state }) => state),
      ['delivered'],
    );
  });

  test('two processes that are due for the same event send it once', async () => {
    const endpoint = await add();
    await happen();
    const where = { fleetId: world.context.fleetId, endpointId: endpoint.id };
    const did = await Promise.all(Array.from({ length: 6 }, () => deliverNext(world.ground, where)));
    assert.deepEqual([did.filter(Boolean).length, receiver.heard.length], [1, 1]);
  });

  test('who was taken for dead and comes back with nothing does not undo what another has made of it', async () => {
    const endpoint = await add();
    await happen();
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const slow = {
      ...world.ground,
      events: {
        send: async () => {
          begin();
          await held;
          return { came: false, problem: 'tooSlow' } as const;
        },
      },
    };
    const late = deliverNext(slow, { fleetId: world.context.fleetId, endpointId: endpoint.id });
    await begun;
    receiver.answer = { status: 500 };
    await world.advance(31);
    const [tried] = await deliveries(endpoint);
    release();
    await late;
    const [now] = await deliveries(endpoint);
    assert.deepEqual([tried?.tries.length, now?.tries.length, now?.nextTryAt], [1, 2, tried?.nextTryAt]);
  });

  test('a process that ends finishes the try that is under way, and leaves the rest to the next', async () => {
    const endpoint = await add();
    for (let at = 0; at < 3; at += 1) await happen();
    const eventsUnderway = openLanes(1, 1);
    const ending = {
      ...world.ground,
      eventsUnderway,
      events: {
        send: (message: Parameters<typeof world.ground.events.send>[0]) => {
          void eventsUnderway.end();
          return world.ground.events.send(message);
        },
      },
    };
    await deliverEvents(ending, world.now());
    await eventsUnderway.settled();
    assert.equal(receiver.heard.length, 1);
    assert.deepEqual((await deliveries(endpoint)).map(({ state }) => state).sort(), [
      'delivered',
      'pending',
      'pending',
    ]);
    await world.settle();
    assert.equal(receiver.heard.length, 3);
  });

  test('a test is one event, tried once, and counts against nobody', async () => {
    const endpoint = await add({ types: ['command.failed'] });
    receiver.answer = { status: 400, text: 'no such path' };
    const sent = await world.api('POST', `/event-endpoints/${endpoint.id}/test`);
    assert.deepEqual([sent.status, sent.body['state'], sent.body['type']], [202, 'pending', 'endpoint.test']);
    await world.settle();
    const [one] = await deliveries(endpoint);
    assert.deepEqual([one?.state, one?.tries[0]?.answer], ['failed', 'no such path']);
    assert.equal((await read(endpoint)).failingSince, null);
    receiver.answer = { status: 204 };
    const again = await world.api('POST', `/event-endpoints/${endpoint.id}/deliveries/${one?.id}/retry`);
    assert.equal(again.status, 202);
    await world.settle();
    assert.deepEqual(heard(), ['endpoint.test', 'endpoint.test']);
    assert.equal((await deliveries(endpoint))[0]?.state, 'delivered');
  });

  test('what is disabled by hand gets nothing, and what it missed can be sent later', async () => {
    const endpoint = await add();
    await change(endpoint.id, { enabled: false });
    const since = world.now().toISOString();
    await happen();
    await world.advance(60);
    assert.deepEqual([heard(), (await read(endpoint)).disabledBecause, await alerts()], [[], 'operator', []]);
    assert.deepEqual(await deliveries(endpoint), [], 'nor does anything wait for it');
    await change(endpoint.id, { enabled: true });
    await world.settle();
    assert.deepEqual(heard(), []);
    const sent = await world.api('POST', `/event-endpoints/${endpoint.id}/replay`, { since });
    await world.settle();
    assert.deepEqual([sent.body['events'], heard()], [1, ['command.requested']]);
    // Again: the same event under the same id.
    await world.api('POST', `/event-endpoints/${endpoint.id}/replay`, { since });
    await world.settle();
    assert.equal(new Set(receiver.heard.map(({ event }) => event.id)).size, 1);
    assert.equal(receiver.heard.length, 2);
  });

  test('an address that is no place for events is refused, and a fleet has twenty at most', async () => {
    const open = async (url: string): Promise<unknown> =>
      (await world.api('POST', '/event-endpoints', { url })).body['code'] ?? 'taken';
    for (const url of [
      'nonsense',
      'ftp://fleet.example/',
      'https://me:you@fleet.example/',
      'https://fleet.example/#top',
    ])
      assert.equal(await open(url), 'endpoint_address', url);
    for (let at = 0; at < 20; at += 1) await add();
    assert.equal(await open(receiver.url), 'too_many_endpoints');
  });

  test('without leave for private networks neither an address nor a name leads there', async () => {
    const flows = bindFlows({ ...world.ground, allowPrivateEvents: false });
    for (const url of [
      receiver.url,
      'http://fleet.example/',
      'https://10.0.0.8/',
      'https://[fd00::1]/',
      'https://vault/',
      'https://localhost./',
      'https://printer.local./',
      'https://intranet./',
    ])
      await assert.rejects(flows.addEndpoint(world.context, { url, types: null }, world.now()), /https/, url);
    const { id } = await flows.addEndpoint(world.context, { url: 'https://fleet.example/', types: null }, world.now());
    made.push(id);
    await happen();
    const events = openEventChannel({
      allowPrivate: false,
      resolve: (_host, _options, done) => done(null, [{ address: '169.254.169.254', family: 4 }]),
    });
    await deliverNext({ ...world.ground, events }, { fleetId: world.context.fleetId, endpointId: id });
    await events.close();
    const [one] = await deliveries({ id, secret: '' });
    assert.deepEqual([one?.state, one?.tries[0]?.problem], ['pending', 'privateAddress']);
  });

  test('one that is being deleted undoes nothing of what happens, and takes all that was told it along', async () => {
    const endpoint = await add();
    await happen();
    await world.settle();
    const gone = await world.api('DELETE', `/event-endpoints/${endpoint.id}`);
    assert.equal(gone.status, 200);
    await happen();
    await world.settle();
    assert.equal(receiver.heard.length, 1);
    assert.equal((await world.api('GET', `/event-endpoints/${endpoint.id}/deliveries`)).status, 404);
  });

  test('after thirty days the log forgets, also what was never taken', async () => {
    const endpoint = await add();
    receiver.answer = { status: 500 };
    await happen();
    await world.settle();
    const late = new Date(world.now().getTime() + 31 * 86_400_000);
    await keepHouse(world.ground, late);
    assert.deepEqual([(await world.api('GET', '/events')).body['items'], await deliveries(endpoint)], [[], []]);
  });

  test('who reads, and who changes', async () => {
    const { body } = await world.api('POST', '/api-keys', { name: 'manager', role: 'manager' });
    const ask = async (method: string, path: string) =>
      (
        await fetch(`${world.publicUrl}/api/v1${path}`, {
          method,
          headers: { authorization: `Bearer ${String(body['key'])}` },
        })
      ).status;
    const { id } = await add();
    assert.deepEqual(
      [
        await ask('GET', `/event-endpoints/${id}`),
        await ask('DELETE', `/event-endpoints/${id}`),
        await ask('GET', '/events'),
      ],
      [200, 403, 200],
    );
  });
});
