import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { demoCredentials } from '../../simulator/credentials.ts';
import { signatureOf } from '../../simulator/webhooks/signature.ts';
import { stand, type Json } from './stand.ts';

const isParked = (car: Json): boolean => car.fleet === 'first' && car.activity === 'parked';

test('signatures agree with the known vectors [§13-1, §13-2, §13-3, §13-4]', () => {
  const vectors: [string, string, string][] = [
    ['amt', 'challenge', '9baf5a7464bd86740ad5a06e439dcf535a075022ed2c92d74efacf646d79328e'],
    ['amt', '{"pizza":"pasta"}', '4c05a8da471f05156ad717baa4017acd13a3a809850b9ca7d3301dcaaa854f70'],
    ['amt-sim-0001', 'nsQsLU7wY9WKt2IU', '016d502f21dc777635dfb7055cfb34825111582a75d082d02520e4df37186c9a'],
    [
      'amt-sim-0001',
      '{"eventId":"e1","eventType":"VEHICLE_STATE","data":{"n":1.0,"s":"é"}}',
      '8af054e3815350d5aad1396afdb08beb615467dcde0c198c6303591034a6d8c9',
    ],
  ];
  for (const [key, message, expected] of vectors) assert.equal(signatureOf(key, message), expected);
});

test('a new subscription begins with a signed first delivery that carries every signal [§3.8-3, §3.8-4, §6.1-1, §6.3-2, §6.5-1, §6.7-1, §6.7-5, §6.7-6]', async (t) => {
  const { advance, connected, received, subscribe } = await stand(t);
  const car = await connected(isParked);
  const answer = await subscribe(car);
  assert.deepEqual([answer.status, answer.body], [202, { meta: { message: 'subscription creation in progress' } }]);
  assert.equal((await subscribe(car)).status, 409);
  await advance(4);
  assert.equal(received.length, 1);
  const [{ event, bytes, headers }] = received as [Json];
  assert.equal(
    headers['sc-signature'],
    createHmac('sha256', demoCredentials.managementToken).update(bytes).digest('hex'),
  );
  assert.equal(event.eventType, 'VEHICLE_STATE');
  assert.deepEqual(event.data.triggers, [{ code: 'FIRST_DELIVERY' }]);
  assert.equal(event.vehicleId, car.vehicleId);
  assert.equal(event.data.user.id, car.userId);
  assert.deepEqual(
    [event.meta.version, event.meta.mode, event.meta.signalCount],
    ['4.0', 'LIVE', event.data.signals.length],
  );
  const vin = event.data.signals.find((signal: Json) => signal.code === 'vehicleidentification-vin');
  assert.deepEqual([vin.body.value, vin.meta.oemUpdatedAt], [car.vin, 0]);
});

test('a failing receiver is tried at 0, 25, 75 and 175 seconds with new delivery ids, then the event is dropped [§6.4-3, §6.4-4, §6.4-5, §6.4-7]', async (t) => {
  const { advance, connected, received, receiver, subscribe, clock } = await stand(t);
  receiver.answers.push(500, 302, 404, 503);
  const car = await connected((item) => item.fleet === 'first' && item.activity === 'asleep');
  await subscribe(car);
  await advance(2);
  const start = clock.now;
  for (let second = 0; second < 240; second += 5) await advance(5);
  const first = received[0]?.event;
  const attempts = received.filter(({ event }) => event.eventId === first.eventId);
  assert.deepEqual(
    attempts.map(({ at }) => (at - start) / 1000),
    [0, 25, 75, 175],
  );
  assert.equal(new Set(attempts.map(({ event }) => event.meta.deliveryId)).size, 4);
  assert.equal(new Set(attempts.map(({ event }) => event.meta.deliveredAt)).size, 4);
  assert.equal(new Set(attempts.map(({ headers }) => headers['sc-signature'])).size, 4);
});

test('an error is told once, and its end is told without a resolution [§4.1-3, §6.3-3, §6.8-1, §6.8-2]', async (t) => {
  const { advance, received, sim, watched } = await stand(t);
  const car = await watched(isParked);
  await sim('POST', `/cars/${car.vin as string}/faults`, { kind: 'unreachable' });
  await advance(5);
  await advance(900);
  const told = received.filter(({ event }) => event.eventType === 'VEHICLE_ERROR');
  assert.equal(told.length, 1);
  const [error] = told[0]?.event.data.errors as Json[];
  assert.deepEqual(
    [error.type, error.code, error.state, error.resolution],
    ['VEHICLE_STATE', 'UNREACHABLE', 'ERROR', { type: null }],
  );
  assert.match(error.docURL, /vehicle-state-errors#unreachable$/);
  assert.ok(error.signals.length > 3);
  received.length = 0;
  await sim('DELETE', `/cars/${car.vin as string}/faults`);
  await advance(5);
  const types = received.map(({ event }) => event.eventType).sort();
  assert.deepEqual(types, ['VEHICLE_ERROR', 'VEHICLE_STATE']);
  const resolved = received.find(({ event }) => event.eventType === 'VEHICLE_ERROR')?.event.data.errors[0];
  assert.deepEqual(
    [resolved.state, resolved.description, 'resolution' in resolved, 'docURL' in resolved],
    ['RESOLVED', 'The vehicle is now reachable.', false, false],
  );
});

test('events come in the shape that was captured, in that of September 2025, and errors in the third shape [§6.7-4, §6.7-7, §6.7-8, §6.7-10, §6.7-11, §6.8-7, §6.8-8]', async (t) => {
  const { advance, received, sim, watched } = await stand(t);
  const car = await watched(isParked);
  const sent = async (webhook: Json): Promise<Json> => {
    received.length = 0;
    await sim('PATCH', '/knobs', { webhook });
    await sim('POST', `/cars/${car.vin as string}/state-event`, { triggers: ['odometer-traveleddistance'] });
    await sim('POST', `/cars/${car.vin as string}/claims`, {
      type: 'CONNECTED_SERVICES_ACCOUNT',
      code: 'AUTHENTICATION_FAILED',
      signals: ['closure-islocked'],
    });
    await advance(1);
    const of = (type: string): Json => received.find(({ event }) => event.eventType === type)?.event;
    return { state: of('VEHICLE_STATE'), error: of('VEHICLE_ERROR') };
  };
  const captured = await sent({ shape: 'captured' });
  assert.equal('vehicleId' in captured.state, false);
  assert.deepEqual(captured.state.triggers, [
    {
      type: 'SIGNAL_UPDATED',
      signal: { name: 'TraveledDistance', code: 'odometer-traveleddistance', group: 'Odometer' },
    },
  ]);
  assert.deepEqual(captured.state.data.signals[0].status, { value: 'SUCCESS' });
  assert.ok(captured.state.data.signals[0].meta.retrievedAt > 0);
  const early = await sent({ shape: 'captured-2025-09' });
  assert.deepEqual(early.state.triggers, [{ type: 'SIGNAL_UPDATED', signal: 'Odometer.TraveledDistance' }]);
  assert.equal('version' in early.state.meta, false);
  assert.deepEqual(early.error.data.errors[0].signals, ['Closure.IsLocked']);
  const third = await sent({ shape: 'documented', errorShape: 'third', mode: 'TEST' });
  const [error] = third.error.data.errors;
  assert.deepEqual(
    ['state' in error, error.statusCode, error.requestId.length, 'vehicleId' in third.error],
    [false, 400, 36, false],
  );
  assert.match(error.resolution.url, /vehicle_id=sc/);
  assert.equal(third.state.meta.mode, 'TEST');
});

test('duplicates come with the same event id or another, and unusual bytes still carry a right signature [§6.5-4, §6.9-4]', async (t) => {
  const { advance, received, sim, watched } = await stand(t);
  const car = await watched(isParked);
  const idsWith = async (webhook: Json): Promise<string[]> => {
    received.length = 0;
    await sim('PATCH', '/knobs', { webhook });
    await sim('POST', `/cars/${car.vin as string}/state-event`, {});
    await advance(2);
    return received.map(({ event }) => event.eventId);
  };
  const same = await idsWith({ duplicates: 'same-event-id' });
  assert.deepEqual([same.length, new Set(same).size], [2, 1]);
  const other = await idsWith({ duplicates: 'new-event-id' });
  assert.deepEqual([other.length, new Set(other).size], [2, 2]);
  await idsWith({ duplicates: 'none', bytes: 'unusual' });
  const [{ bytes, headers, event }] = received as [Json];
  assert.notEqual(bytes.toString(), JSON.stringify(event));
  assert.match(bytes.toString(), /\d\.0/);
  assert.equal(headers['sc-signature'], signatureOf(demoCredentials.managementToken, bytes));
});

test('a disabled webhook delivers nothing and watches nothing; enabled again it begins with the present state [§3.8-6, §6.3-2, §6.3-4, §6.3-5]', async (t) => {
  const { advance, api, received, sim, watched } = await stand(t);
  const car = await watched(isParked);
  await sim('PATCH', '/knobs', { webhook: { isEnabled: false } });
  await sim('POST', `/cars/${car.vin as string}/faults`, { kind: 'unreachable' });
  await advance(1800);
  assert.equal(received.length, 0);
  await sim('DELETE', '/faults');
  await sim('PATCH', '/knobs', { webhook: { isEnabled: true } });
  await advance(10);
  assert.deepEqual(
    received.map(({ event }) => event.data.triggers),
    [[{ code: 'FIRST_DELIVERY' }]],
  );
  const [subscription] = (await api('GET', '/subscriptions')).body.data;
  assert.equal((await api('DELETE', `/subscriptions/${subscription.id as string}`)).status, 204);
  received.length = 0;
  await sim('POST', `/cars/${car.vin as string}/faults`, { kind: 'unreachable' });
  await advance(1800);
  assert.equal(received.length, 0);
});

test('VERIFY is unsigned and wants the hash of its challenge [§6.5-2, §6.5-3, §6.6-1]', async (t) => {
  const { received, receiver, sim } = await stand(t);
  const result = await sim('POST', '/webhooks/verify');
  assert.deepEqual(result, { isVerified: false, outcome: 'The challenge was answered wrongly.' });
  receiver.knowsToken = true;
  assert.equal((await sim('POST', '/webhooks/verify')).isVerified, true);
  const [{ event, headers }] = received as [Json];
  assert.deepEqual([event.eventType, event.data.challenge.length, 'sc-signature' in headers], ['VERIFY', 16, false]);
});

test('errors go to an address of their own when there is one [§6.8-6]', async (t) => {
  const { advance, received, sim, watched } = await stand(t);
  const car = await watched(isParked);
  await sim('PATCH', '/knobs', { webhook: { errorUrl: 'http://127.0.0.1:1/errors' } });
  await sim('POST', `/cars/${car.vin as string}/claims`, {
    type: 'PERMISSION',
    code: null,
    signals: ['vehicleuseraccount-role'],
  });
  await advance(1);
  assert.equal(received.length, 0);
  const { deliveries } = await sim('GET', '/webhooks');
  assert.deepEqual([deliveries[0].eventType, deliveries[0].isDelivered], ['VEHICLE_ERROR', false]);
});

test('events can come late and out of order [§6.9-2]', async (t) => {
  const { advance, clock, received, sim, watched } = await stand(t);
  const car = await watched(isParked);
  await sim('PATCH', '/knobs', { webhook: { delayS: 60, isReordering: true } });
  const start = clock.now;
  for (let number = 0; number < 8; number += 1)
    await sim('POST', '/webhooks/raw', { eventId: `raw-${String(number)}`, eventType: 'VEHICLE_STATE', data: {} });
  for (let number = 0; number < 8; number += 1) await sim('POST', `/cars/${car.vin as string}/state-event`, {});
  await advance(30);
  const early = received.filter(({ event }) => event.eventId.startsWith('raw-'));
  assert.equal(early.length, 8, 'a raw event is sent at once');
  for (let second = 0; second < 60; second += 1) await advance(1);
  const late = received.filter(({ event }) => JSON.stringify(event).includes('FIRST_DELIVERY'));
  assert.equal(late.length, 8);
  assert.ok(late.every(({ event }) => event.meta.deliveredAt >= start + 60_000));
  assert.ok(new Set(late.map(({ event }) => event.meta.deliveredAt)).size > 4);
});
