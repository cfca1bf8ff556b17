/** The generation of webhooks before v4. @see docs/smartcar.md §6.2 */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { fixture } from '../smartcar/fixture.ts';
import type { Json } from './stand.ts';
import { managementToken, shapeOf, standV2 } from './v2-stand.ts';

const charging = (car: Json): boolean => car.powertrain === 'BEV' && car.activity === 'charging';

test('verify is answered with the hash of its challenge, as today [§6.1-2, §6.2-1]', async (t) => {
  const { sim, receiver, received } = await standV2(t);
  await sim('PATCH', '/knobs', { webhook: { shape: 'legacy' } });
  receiver.answers.push(200);
  await sim('POST', '/webhooks/verify');
  const [first] = received;
  assert.ok(first);
  const { event, headers } = first;
  assert.deepEqual(shapeOf(event), shapeOf(fixture('webhook-verify-legacy')));
  assert.match(event.payload.challenge, /^[0-9a-f-]{36}$/);
  assert.equal(headers['sc-signature'], undefined);
});

test('a car that starts or ends charging is an eventBased event, signed over its bytes [§6.1-2, §6.2-2]', async (t) => {
  const { watched, sim, advance, received } = await standV2(t, { webhookShape: 'legacy' });
  const car = await watched(charging);
  await sim('PATCH', '/knobs', { slowestCadenceS: 60 });
  for (let turn = 0; turn < 60 && !received.some(({ event }) => event.eventName === 'eventBased'); turn += 1)
    await advance(600);
  const found = received.find(({ event }) => event.eventName === 'eventBased');
  assert.ok(found);
  const { event, bytes, headers } = found;
  assert.deepEqual(Object.keys(event).sort(), ['eventName', 'mode', 'payload', 'version', 'webhookId']);
  assert.deepEqual(Object.keys(event.payload).sort(), ['eventId', 'eventTime', 'eventType', 'vehicleId']);
  assert.deepEqual([event.version, event.mode, event.payload.vehicleId], ['2.0', 'live', car.vehicleId]);
  assert.ok(['CHARGING_COMPLETED', 'CHARGING_STOPPED'].includes(event.payload.eventType));
  assert.match(event.payload.eventTime, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  assert.equal(headers['sc-signature'], createHmac('sha256', managementToken).update(bytes).digest('hex'));
});

test('everything else is a bare scheduled envelope, and errors are not told [§6.2-3, §6.2-4]', async (t) => {
  const { connected, subscribe, sim, advance, received } = await standV2(t, { webhookShape: 'legacy' });
  const car = await connected();
  await subscribe(car);
  await advance(10);
  const [first] = received;
  assert.deepEqual(shapeOf(first?.event), shapeOf(fixture('webhook-legacy-scheduled')));
  assert.deepEqual(first?.event.payload, { vehicles: [{ vehicleId: car.vehicleId }] });
  received.length = 0;
  await sim('POST', `/cars/${car.vin}/faults`, { kind: 'unreachable' });
  await advance(30);
  assert.deepEqual(received, []);
});
