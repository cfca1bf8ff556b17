/** Bodies as Smartcar documents or was seen to send them, signed and sent to the real door: what each does to a car. */
import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';

import { demoCredentials } from '../../simulator/credentials.ts';
import type { VehicleId } from '../../src/domain/ids.ts';
import { flushDoor, watchSignatures } from '../../src/flows/watch-webhooks.ts';
import { fixture, userId, vehicleId } from '../smartcar/fixture.ts';
import { createDatabase } from '../support/database.ts';
import { startWorld } from '../support/world.ts';
import type { SimulatedCar, VehicleNow, World } from '../support/world.ts';

type Json = Record<string, unknown>;

const signed = (raw: string): string => createHmac('sha256', demoCredentials.managementToken).update(raw).digest('hex');

/** Sends these bytes to the door; signed by Smartcar's token unless told. */
async function send(
  world: World,
  body: unknown,
  signature: string | null = 'right',
): Promise<{ status: number; text: string }> {
  const raw = typeof body === 'string' ? body : JSON.stringify(body);
  const given = signature === 'right' ? signed(raw) : signature;
  const response = await fetch(`${world.publicUrl}/webhooks/smartcar`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(given === null ? {} : { 'sc-signature': given }) },
    body: raw,
  });
  return { status: response.status, text: await response.text() };
}

/** A fixture as if it had just been sent about this car; its times are now, except those that are 0 on purpose. */
function about(car: SimulatedCar, name: string, now: Date): Json {
  const text = JSON.stringify(fixture(name))
    .replaceAll(vehicleId, car.vehicleId)
    .replaceAll(userId, car.userId ?? '');
  const times = ['oemUpdatedAt', 'retrievedAt', 'fetchedAt', 'deliveredAt', 'deliveryTime'];
  return JSON.parse(text, (key, value: unknown) => {
    if (times.includes(key) && value !== 0) return now.getTime();
    return key === 'eventId' || key === 'deliveryId' ? randomUUID() : value;
  }) as Json; // a fixture is an object
}

const dataOf = (event: Json): Json => event['data'] as Json; // every event has it
const firstError = (event: Json): Json => (dataOf(event)['errors'] as Json[])[0] ?? {};
const withValue = (event: Json, value: unknown): Json => {
  const [signal] = dataOf(event)['signals'] as Json[];
  if (signal) signal['body'] = { ...(signal['body'] as Json), value };
  return event;
};

const readingOf = (vehicle: VehicleNow, code: string) => vehicle.signals.find((signal) => signal.code === code);

/** What became of the delivery that was kept last. */
async function lastDelivery(
  world: World,
): Promise<{ state: string; reason: string | null; event_type: string | null }> {
  return world.ground.database.system
    .selectFrom('webhook_inbox')
    .select(['state', 'reason', 'event_type'])
    .orderBy('received_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow();
}

const keptDeliveries = async (world: World): Promise<number> =>
  (await world.ground.database.system.selectFrom('webhook_inbox').select('id').execute()).length;

describe('what Smartcar sends', () => {
  let world: World;
  let car: SimulatedCar;
  let id: VehicleId;

  before(async () => {
    world = await startWorld();
    car =
      (await world.cars('first')).find(({ make, model }) => make === 'VOLKSWAGEN' && model === 'ID.3') ?? assert.fail();
    id = await world.connectCar(car);
    await until((vehicle) => vehicle.connection?.status === 'active');
    // From here on the car is moved by this test's bodies alone.
    await world.sim('PATCH', '/sim/api/knobs', { webhook: { isDelivering: false } });
  });
  after(() => world.close());

  async function until(isSo: (vehicle: VehicleNow) => boolean, limitS = 1_800): Promise<void> {
    for (let waited = 0; waited < limitS && !isSo(await world.vehicle(id)); waited += 15) await world.advance(15);
    assert.ok(isSo(await world.vehicle(id)), 'it did not come to that in time');
  }

  /** Sends it a second later than everything before, and lets it be applied. */
  async function deliver(event: Json): Promise<VehicleNow> {
    assert.equal((await send(world, event)).status, 200);
    await world.settle();
    return world.vehicle(id);
  }

  const fresh = async (name: string): Promise<Json> => {
    await world.advance(1);
    return about(car, name, world.now());
  };

  const states = [
    { name: 'webhook-state-documented', shape: 'the newest documented shape', code: 'closure-islocked', value: false },
    { name: 'webhook-state-keyed', shape: 'the shape keyed by names', code: 'closure-islocked', value: true },
    {
      name: 'webhook-state-september',
      shape: 'the shape of September 2025',
      code: 'odometer-traveleddistance',
      value: 99_999.5,
    },
  ];
  for (const { name, shape, code, value } of states) {
    test(`a reading in ${shape} is the car's newest at once [§6.7-1, §6.7-12]`, async () => {
      const event = await fresh(name);
      const { signals } = dataOf(event);
      const [item] = Object.values(signals as Record<string, Json>);
      if (item) item['body'] = { ...(item['body'] as Json), value };
      (event['meta'] as Json)['mode'] = 'LIVE';
      const reading = readingOf(await deliver(event), code);
      assert.deepEqual([reading?.value, reading?.fetchedAt], [value, world.now().toISOString()]);
      assert.deepEqual(await lastDelivery(world), { state: 'applied', reason: null, event_type: 'VEHICLE_STATE' });
    });
  }

  test('a reading in the captured shape is kept, and the failed signal beside it replaces nothing', async () => {
    const before = await world.vehicle(id);
    const now = await deliver(await fresh('webhook-state-captured'));
    const doors = readingOf(now, 'closure-doors');
    assert.equal(doors?.fetchedAt, world.now().toISOString());
    assert.deepEqual((doors?.value as Json)['values'], [{ row: 0, column: 0, isOpen: false, isLocked: true }]);
    const others = (vehicle: VehicleNow) => vehicle.signals.filter((signal) => signal.code !== 'closure-doors');
    assert.deepEqual(others(now), others(before));
    assert.equal(now.connection?.status, 'active');
  });

  const claims = [
    { name: 'webhook-error-documented', shape: 'the documented shape' },
    { name: 'webhook-error-third', shape: 'the third shape' },
  ];
  for (const { name, shape } of claims) {
    test(`a login failure claimed in ${shape} is suspected, and good data takes the suspicion away`, async () => {
      const suspected = await deliver(await fresh(name));
      assert.ok(suspected.connection?.suspicion);
      assert.equal(suspected.connection.status, 'active');
      await until((vehicle) => vehicle.connection?.suspicion === null);
      assert.equal((await world.vehicle(id)).connection?.status, 'active');
      assert.deepEqual(await world.mails(), []);
    });
  }

  test('a claim that is taken back by a RESOLVED is withdrawn at once', async () => {
    await deliver(await fresh('webhook-error-documented'));
    const resolved = await fresh('webhook-error-resolved');
    Object.assign(firstError(resolved), { type: 'CONNECTED_SERVICES_ACCOUNT', code: 'AUTHENTICATION_FAILED' });
    assert.equal((await deliver(resolved)).connection?.suspicion, null);
  });

  test('the September shape names signals with a dot; what nobody requires is noted, what is required is suspected [§6.8-4, §6.8-8]', async () => {
    assert.equal((await deliver(await fresh('webhook-error-september'))).connection?.suspicion, null);
    assert.deepEqual(await lastDelivery(world), {
      state: 'ignored',
      reason: 'concerns nothing this fleet requires',
      event_type: 'VEHICLE_ERROR',
    });
    const required = await fresh('webhook-error-september');
    firstError(required)['signals'] = ['Location.PreciseLocation'];
    assert.ok((await deliver(required)).connection?.suspicion);
    await until((vehicle) => vehicle.connection?.suspicion === null);
  });

  test('the same event twice is applied once [§6.4-5, §6.9-1]', async () => {
    const event = withValue(await fresh('webhook-state-documented'), true);
    await deliver(event);
    const again = withValue(await fresh('webhook-state-documented'), false);
    const now = await deliver({ ...again, eventId: event['eventId'] });
    assert.equal(readingOf(now, 'closure-islocked')?.value, true);
    assert.equal((await lastDelivery(world)).state, 'duplicate');
  });

  test('an older event that comes late never replaces a newer reading [§6.9-2]', async () => {
    const late = withValue(await fresh('webhook-state-documented'), false);
    await deliver(withValue(await fresh('webhook-state-documented'), true));
    const now = await deliver(late);
    assert.equal(readingOf(now, 'closure-islocked')?.value, true);
    assert.equal((await lastDelivery(world)).state, 'applied');
  });

  test('what can not be read is set aside with its reason, and answered 200 all the same [§6.2-4, §6.4-6]', async () => {
    const odd: [unknown, string][] = [
      ['not JSON at all', 'notJson'],
      [{ eventType: 'VEHICLE_STATE', data: {} }, 'noEventId'],
      [{ ...(await fresh('webhook-state-documented')), eventType: 'VEHICLE_DREAM' }, 'unknownEventType'],
      [
        fixture('webhook-legacy-scheduled'),
        "A scheduled report of a legacy webhook (scheduled): only webhooks of version 4 are used. Make a new webhook in Smartcar's dashboard, with this same address, and delete the old one there.",
      ],
    ];
    for (const [body, reason] of odd) {
      await world.advance(1);
      assert.equal((await send(world, body)).status, 200);
      await world.settle();
      const { state, reason: told } = await lastDelivery(world);
      assert.deepEqual([state, told], ['quarantined', reason]);
    }
  });

  test('an event about a car that nobody connected, and one that is a test, change nothing [§6.7-4]', async () => {
    const before = await world.vehicle(id);
    await world.advance(1);
    const other = (await world.cars('first')).find(({ make }) => make === 'KIA') ?? assert.fail();
    await deliver(about({ ...other, userId: 'nobody' }, 'webhook-state-documented', world.now()));
    assert.deepEqual(await lastDelivery(world), {
      state: 'ignored',
      reason: 'no connected vehicle',
      event_type: 'VEHICLE_STATE',
    });
    const now = await deliver(await fresh('webhook-state-keyed'));
    assert.deepEqual(await lastDelivery(world), {
      state: 'ignored',
      reason: 'a test payload',
      event_type: 'VEHICLE_STATE',
    });
    assert.deepEqual(now.signals, before.signals);
  });

  test('a body that is too large is refused unread', async () => {
    const before = await keptDeliveries(world);
    const event = { ...(await fresh('webhook-state-documented')), padding: 'x'.repeat(70_000) };
    assert.equal((await send(world, event)).status, 413);
    assert.equal(await keptDeliveries(world), before);
  });

  test('a challenge is answered in each of its forms, and Smartcar is satisfied [§6.2-1, §6.5-2, §6.5-3, §6.6-2]', async () => {
    await world.advance(60);
    for (const name of ['webhook-verify', 'webhook-verify-minimal', 'webhook-verify-legacy']) {
      const body = fixture(name) as Json; // a challenge in one of two places
      const { challenge } = (body['data'] ?? body['payload']) as { challenge: string };
      const { status, text } = await send(world, body, null);
      assert.deepEqual([status, JSON.parse(text)], [200, { challenge: signed(challenge) }]);
    }
    assert.equal((await world.sim('POST', '/sim/api/webhooks/verify'))['isVerified'], true);
  });

  test('a challenge that could be a payload is not signed', async () => {
    const forged = JSON.stringify(await fresh('webhook-state-documented'));
    for (const challenge of [forged, '{"eventId":"1"}', '{}', 'a b', 'x'.repeat(65), '']) {
      const { status, text } = await send(world, { eventType: 'VERIFY', data: { challenge } }, null);
      assert.deepEqual([status, text], [401, ''], challenge);
    }
  });

  test('the eleventh challenge in a minute is refused, and the next minute begins anew', async () => {
    await world.advance(60);
    const ask = async (): Promise<number> => (await send(world, fixture('webhook-verify'), null)).status;
    const answers: number[] = [];
    for (let asked = 0; asked < 11; asked += 1) answers.push(await ask());
    assert.deepEqual(answers, [...Array<number>(10).fill(200), 429]);
    await world.advance(60);
    assert.equal(await ask(), 200);
  });

  test('forged signatures are refused and counted, six alert the operators, and silence closes the alert [§6.5-1]', async () => {
    await world.advance(600);
    const { database, door } = world.ground;
    const watch = async (): Promise<string[]> => {
      await flushDoor({ database, door }, world.now());
      await watchSignatures({ database }, world.now());
      const { items } = (await world.api('GET', '/alerts')).body as { items: { kind: string }[] };
      return items.map(({ kind }) => kind);
    };
    const before = await keptDeliveries(world);
    const reading = readingOf(await world.vehicle(id), 'closure-islocked');
    const forge = async (): Promise<number> => {
      const event = withValue(about(car, 'webhook-state-documented', world.now()), 'forged');
      return (
        await send(world, event, createHmac('sha256', 'not the token').update(JSON.stringify(event)).digest('hex'))
      ).status;
    };
    for (let sent = 0; sent < 5; sent += 1) assert.equal(await forge(), 401);
    assert.deepEqual(await watch(), []);
    assert.equal(await forge(), 401);
    assert.deepEqual(await watch(), ['webhooks.signature-failures']);
    assert.equal((await send(world, await fresh('webhook-state-documented'), null)).status, 401);
    const { webhooks } = (await world.api('GET', '/overview')).body as { webhooks: { refusedLastHour: number } };
    assert.ok(webhooks.refusedLastHour >= 6);
    assert.equal(await keptDeliveries(world), before);
    assert.deepEqual(readingOf(await world.vehicle(id), 'closure-islocked'), reading);
    await world.advance(420);
    assert.deepEqual(await watch(), []);
    assert.deepEqual(world.faults, []);
  });
});

test('while the database is away, Smartcar is told to try again', async () => {
  const database = await createDatabase();
  const world = await startWorld({ databaseUrl: database.url });
  try {
    const body = fixture('webhook-state-documented');
    assert.equal((await send(world, body)).status, 200);
    await database.drop();
    assert.equal((await send(world, body)).status, 503);
    assert.equal((await fetch(`${world.publicUrl}/readyz`)).status, 503);
  } finally {
    await world.close();
  }
});
