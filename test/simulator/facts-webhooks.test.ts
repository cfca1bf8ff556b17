import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stand, type Json } from './stand.ts';

const isParked = (car: Json): boolean => car.fleet === 'first' && car.activity === 'parked';

test('a delivery is a POST of JSON under 50 KB that names its sender and its signature [§6.4-1, §6.4-2]', async (t) => {
  const { received, sim, advance, watched } = await stand(t);
  const car = await watched(isParked);
  await sim('POST', `/cars/${car.vin as string}/state-event`, {});
  await advance(1);
  const [delivery] = received;
  assert.ok(delivery);
  assert.match(delivery.headers['content-type'] ?? '', /^application\/json/);
  assert.match(delivery.headers['user-agent'] ?? '', /^Smartcar\/[\d.]+$/);
  assert.match(String(delivery.headers['sc-signature']), /^[0-9a-f]{64}$/);
  assert.ok(delivery.bytes.length < 50_000);
});

test('an event carries every signal, though only one has changed [§6.3-3, §6.7-2, §6.7-5]', async (t) => {
  const { received, api, sim, advance, watched } = await stand(t);
  const car = await watched(isParked);
  const { data } = (await api('GET', `/vehicles/${car.vehicleId as string}/signals`, undefined, car.user)).body;
  await sim('POST', `/cars/${car.vin as string}/state-event`, { triggers: ['odometer-traveleddistance'] });
  await advance(1);
  const event = received[0]?.event;
  assert.deepEqual(
    event.data.triggers.map(({ code }: Json) => code),
    ['odometer-traveleddistance'],
  );
  assert.equal(event.data.signals.length, data.length);
  assert.equal(event.meta.signalCount, data.length);
});

test('a changed signal makes an event, a failure and its end make others, each with the state beside it [§6.3-3, §A.4-1]', async (t) => {
  const { received, sim, advance, watched } = await stand(t);
  const car = await watched(isParked);
  const during = async (act: () => Promise<unknown>): Promise<{ error: Json; state: Json }> => {
    received.length = 0;
    await act();
    await advance(5);
    const of = (type: string): Json => received.find(({ event }) => event.eventType === type)?.event;
    return { error: of('VEHICLE_ERROR'), state: of('VEHICLE_STATE') };
  };
  const odometerIn = (state: Json): Json =>
    state.data.signals.find(({ code }: Json) => code === 'odometer-traveleddistance');
  const broken = await during(() => sim('POST', `/cars/${car.vin as string}/faults`, { kind: 'unreachable' }));
  assert.deepEqual([broken.error.data.errors[0].state, broken.error.data.errors[0].code], ['ERROR', 'UNREACHABLE']);
  if (broken.state) assert.equal(odometerIn(broken.state).status.value, 'ERROR');
  const healed = await during(() => sim('DELETE', `/cars/${car.vin as string}/faults`));
  assert.equal(healed.error.data.errors[0].state, 'RESOLVED');
  assert.equal(odometerIn(healed.state).status, undefined);
  assert.ok(odometerIn(healed.state).body.value > 0);
});

test('a failed signal in an event has a type and a code, and neither body nor times [§6.7-3]', async (t) => {
  const { received, sim, advance, watched } = await stand(t);
  const car = await watched(isParked);
  await sim('POST', `/cars/${car.vin as string}/faults`, { kind: 'unreachable' });
  await advance(5);
  received.length = 0;
  await sim('POST', `/cars/${car.vin as string}/state-event`, {});
  await advance(1);
  const state = received.find(({ event }) => event.eventType === 'VEHICLE_STATE')?.event;
  const failed = state.data.signals.filter((signal: Json) => signal.status?.value === 'ERROR');
  assert.ok(failed.length > 3);
  for (const signal of failed) {
    assert.deepEqual([signal.status.error.type, signal.status.error.code], ['VEHICLE_STATE', 'UNREACHABLE']);
    assert.deepEqual(['body' in signal, 'meta' in signal], [false, false]);
  }
});

test('an address is verified when it is set and on demand, and where verification is needed nothing comes before it [§6.3-1, §6.3-6]', async (t) => {
  const { received, receiver, sim, advance, watched } = await stand(t);
  const car = await watched(isParked);
  const [{ url }] = [(await sim('GET', '/knobs')).webhook];
  const eventsAfterAChange = async (): Promise<string[]> => {
    received.length = 0;
    await sim('POST', `/cars/${car.vin as string}/state-event`, {});
    await advance(1);
    return received.map(({ event }) => event.eventType);
  };
  await sim('PATCH', '/knobs', { webhook: { needsVerification: true } });
  assert.deepEqual(await eventsAfterAChange(), []);
  await sim('PATCH', '/knobs', { webhook: { url: `${url as string}?new` } });
  assert.deepEqual(
    received.map(({ event, headers }) => [event.eventType, 'sc-signature' in headers]),
    [['VERIFY', false]],
  );
  assert.deepEqual(await eventsAfterAChange(), [], 'it was answered wrongly');
  receiver.knowsToken = true;
  assert.equal((await sim('POST', '/webhooks/verify')).isVerified, true);
  assert.deepEqual(await eventsAfterAChange(), ['VEHICLE_STATE']);
});

test('a receiver that answers 204 has it, unless only 200 counts [§6.4-3, §6.4-6]', async (t) => {
  const { received, receiver, sim, advance, watched } = await stand(t);
  const car = await watched(isParked);
  receiver.status = 204;
  const attemptsWith = async (success: string): Promise<number> => {
    await sim('PATCH', '/knobs', { webhook: { success } });
    received.length = 0;
    await sim('POST', `/cars/${car.vin as string}/state-event`, {});
    await advance(1);
    const id = received[0]?.event.eventId;
    await advance(30);
    return received.filter(({ event }) => event.eventId === id).length;
  };
  assert.equal(await attemptsWith('2xx'), 1);
  assert.equal(await attemptsWith('200'), 2);
});
