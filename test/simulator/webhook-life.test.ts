import assert from 'node:assert/strict';
import { test } from 'node:test';
import { demoCredentials } from '../../simulator/credentials.ts';
import { signatureOf } from '../../simulator/webhooks/signature.ts';
import { stand, type Json, type Received } from './stand.ts';

const day = 86_400;
const isParked = (car: Json): boolean => car.fleet === 'first' && car.activity === 'parked';
const isFirst = ({ event }: Received): boolean => JSON.stringify(event).includes('FIRST_DELIVERY');
const ofType = (received: Received[], type: string): Received[] =>
  received.filter(({ event }) => event.eventType === type);

test('a first delivery follows a subscription, a second subscription, and enabling again [§6.3-2]', async (t) => {
  const { advance, api, received, sim, subscribe, watched } = await stand(t);
  const car = await watched(isParked);
  const [subscription] = (await api('GET', '/subscriptions')).body.data;
  await api('DELETE', `/subscriptions/${subscription.id as string}`);
  await advance(900);
  assert.deepEqual(received, [], 'nothing is delivered once it has ended');
  await subscribe(car);
  await advance(10);
  assert.equal(received.filter(isFirst).length, 1);
  received.length = 0;
  await sim('PATCH', '/knobs', { webhook: { isEnabled: false } });
  await advance(900);
  assert.deepEqual(received, []);
  await sim('PATCH', '/knobs', { webhook: { isEnabled: true } });
  await advance(10);
  assert.equal(received.filter(isFirst).length, 1);
  assert.equal(ofType(received, 'VEHICLE_STATE').length, 1, 'and what happened meanwhile is not made up for');
});

test('a new address is sent VERIFY, and a receiver that must verify gets nothing before it has [§6.3-1, §6.3-6]', async (t) => {
  const { advance, received, receiver, sim, watched } = await stand(t);
  const car = await watched(isParked);
  const { url } = await sim('GET', '/webhooks');
  await sim('PATCH', '/knobs', { webhook: { needsVerification: true, url: `${url as string}/new` } });
  assert.deepEqual(
    received.map(({ event, headers }) => [event.eventType, 'sc-signature' in headers, typeof event.meta.deliveredAt]),
    [['VERIFY', false, 'string']],
  );
  const { verification } = await sim('GET', '/webhooks');
  assert.deepEqual([verification.isVerified, verification.url], [false, `${url as string}/new`]);
  await sim('POST', `/cars/${car.vin as string}/state-event`, {});
  await advance(300);
  assert.equal(received.length, 1, 'VERIFY is not repeated by itself, and data do not flow');
  receiver.knowsToken = true;
  await sim('POST', '/webhooks/verify');
  await sim('POST', `/cars/${car.vin as string}/state-event`, {});
  await advance(2);
  assert.equal(ofType(received, 'VEHICLE_STATE').length, 1);
  const { deliveries } = await sim('GET', '/webhooks');
  assert.equal(deliveries.filter((item: Json) => item.eventType === 'VERIFY').length, 2, 'the log shows both');
});

test('a receiver that is down is tried four times, and what came after it is up again arrives [§6.4-4]', async (t) => {
  const { advance, received, sim, watched } = await stand(t);
  const car = await watched((item) => item.fleet === 'first' && item.activity === 'asleep');
  await sim('PATCH', '/knobs', { webhook: { isReceiverDown: true } });
  await sim('POST', `/cars/${car.vin as string}/claims`, { type: 'PERMISSION', code: null });
  await advance(30);
  await sim('PATCH', '/knobs', { webhook: { isReceiverDown: false } });
  await advance(50);
  assert.equal(ofType(received, 'VEHICLE_ERROR').length, 1, 'the third attempt found it');
  await sim('PATCH', '/knobs', { webhook: { isReceiverDown: true } });
  await sim('POST', `/cars/${car.vin as string}/claims`, { type: 'PERMISSION', code: null });
  for (let passed = 0; passed < 300; passed += 25) await advance(25);
  await sim('PATCH', '/knobs', { webhook: { isReceiverDown: false } });
  await advance(600);
  assert.equal(ofType(received, 'VEHICLE_ERROR').length, 1, 'the dropped event never comes');
  const { deliveries } = await sim('GET', '/webhooks');
  assert.equal(deliveries.filter((item: Json) => item.attempt === 4 && !item.isDelivered).length >= 1, true);
});

test('a 201 is delivered, unless only 200 counts [§6.4-3, §6.4-6]', async (t) => {
  const { advance, received, receiver, sim, watched } = await stand(t);
  const car = await watched((item) => item.fleet === 'first' && item.activity === 'asleep');
  const attemptsFor = async (success: string): Promise<number> => {
    received.length = 0;
    await sim('PATCH', '/knobs', { webhook: { success } });
    receiver.answers.push(201);
    await sim('POST', `/cars/${car.vin as string}/claims`, { type: 'PERMISSION', code: null });
    await advance(1);
    await advance(30);
    return ofType(received, 'VEHICLE_ERROR').length;
  };
  assert.deepEqual([await attemptsFor('2xx'), await attemptsFor('200')], [1, 2]);
});

test('an error that stays is told once, or again about daily [§6.8-11]', async (t) => {
  const { received, sim, watched } = await stand(t);
  const car = await watched(isParked);
  const errorsIn = async (days: number): Promise<number> => {
    received.length = 0;
    await sim('POST', '/clock', { advanceS: days * day, livesThrough: true });
    return ofType(received, 'VEHICLE_ERROR').length;
  };
  await sim('POST', `/cars/${car.vin as string}/faults`, {
    kind: 'error',
    type: 'PERMISSION',
    code: null,
    signals: ['odometer-traveleddistance'],
  });
  assert.equal(await errorsIn(3), 1);
  await sim('PATCH', '/knobs', { webhook: { repeatErrorsAfterS: day } });
  const repeated = await errorsIn(5);
  assert.ok(repeated >= 4 && repeated <= 6, String(repeated));
  assert.equal(new Set(ofType(received, 'VEHICLE_ERROR').map(({ event }) => event.eventId)).size, repeated);
});

test('a new management token signs from now on, and the old one stops [§6.3-8]', async (t) => {
  const { advance, received, sim, watched } = await stand(t);
  const car = await watched(isParked);
  const { managementToken } = await sim('POST', '/webhooks/management-token', {});
  assert.notEqual(managementToken, demoCredentials.managementToken);
  await sim('POST', `/cars/${car.vin as string}/state-event`, {});
  await advance(1);
  const [{ bytes, headers }] = received as [Json];
  assert.equal(headers['sc-signature'], signatureOf(managementToken, bytes));
  assert.notEqual(headers['sc-signature'], signatureOf(demoCredentials.managementToken, bytes));
  assert.deepEqual(await sim('POST', '/webhooks/management-token', { token: 'a token of mine' }), {
    managementToken: 'a token of mine',
  });
});

test('state and error events of one car travel at the same time [§6.9-3]', async (t) => {
  const { advance, received, sim, watched } = await stand(t);
  const car = await watched(isParked);
  await sim('POST', `/cars/${car.vin as string}/state-event`, {});
  await sim('POST', `/cars/${car.vin as string}/claims`, { type: 'VEHICLE_STATE', code: 'UNREACHABLE' });
  await advance(0);
  assert.deepEqual(received.map(({ event }) => event.eventType).sort(), ['VEHICLE_ERROR', 'VEHICLE_STATE']);
});

test('events are numbered, keyed by name, and COMPATIBILITY names support, where a knob says so [§6.7-12, §6.7-13, §6.8-9]', async (t) => {
  const { advance, received, sim, watched } = await stand(t);
  const car = await watched(isParked);
  await sim('PATCH', '/knobs', {
    webhook: { shape: 'keyed', hasSequence: true, compatibilityResolution: 'CONTACT_SUPPORT' },
  });
  await sim('POST', `/cars/${car.vin as string}/state-event`, { triggers: ['closure-islocked'] });
  await sim('POST', `/cars/${car.vin as string}/claims`, { type: 'COMPATIBILITY', code: 'VEHICLE_NOT_CAPABLE' });
  await advance(1);
  const state = ofType(received, 'VEHICLE_STATE')[0]?.event;
  assert.deepEqual([state.vehicleId, state.data.triggers], [car.vehicleId, ['Closure.IsLocked']]);
  assert.deepEqual(Object.keys(state.data.signals['Closure.IsLocked']), ['body', 'meta']);
  const error = ofType(received, 'VEHICLE_ERROR')[0]?.event;
  assert.deepEqual(error.data.errors[0].resolution, { type: 'CONTACT_SUPPORT' });
  assert.equal(error.vehicleId, car.vehicleId);
  assert.deepEqual([state.meta.sequence, error.meta.sequence].sort(), [1, 2]);
});

test('the keyed event has the keys of the fixture [§6.7-12]', async (t) => {
  const { advance, received, sim, watched } = await stand(t);
  const car = await watched(isParked);
  await sim('PATCH', '/knobs', { webhook: { shape: 'keyed', mode: 'TEST' } });
  await sim('POST', `/cars/${car.vin as string}/state-event`, { triggers: ['closure-islocked'] });
  await advance(1);
  const { default: fixture } = await import('../fixtures/smartcar/webhook-state-keyed.json', {
    with: { type: 'json' },
  });
  const event = received[0]?.event;
  const keysOf = (value: object): string[] => Object.keys(value).sort();
  assert.deepEqual(keysOf(event), keysOf(fixture.body));
  assert.deepEqual(keysOf(event.data), keysOf(fixture.body.data));
  assert.deepEqual(keysOf(event.meta), keysOf(fixture.body.meta));
});
