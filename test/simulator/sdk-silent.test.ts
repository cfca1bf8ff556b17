/**
 * What Smartcar's SDK can't witness, because it knows nothing of it: v3's token, connections, commands and management,
 * and webhooks. There the simulator is held against the same fixtures as the client; both together are no proof of
 * what Smartcar does, only of what its documents say.
 *
 * @see docs/simulator-differences.md, "What each witness covers"
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { demoCredentials } from '../../simulator/credentials.ts';
import { fixture } from '../smartcar/fixture.ts';
import { stand, type Json } from './stand.ts';

/** Places of the fixture that the answer lacks or has of another type; null says nothing of a type. */
function lacking(expected: unknown, actual: unknown, place = ''): string[] {
  if (expected === null || actual === null) return [];
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual)) return [place];
    return expected.length === 0 ? [] : lacking(expected[0], actual[0], `${place}[0]`);
  }
  if (typeof expected !== 'object') return typeof expected === typeof actual ? [] : [place];
  if (typeof actual !== 'object') return [place];
  const fields = actual as Record<string, unknown>; // neither null nor a list of the fixture's
  return Object.entries(expected).flatMap(([key, value]) =>
    key in fields ? lacking(value, fields[key], `${place}.${key}`) : [`${place}.${key}`],
  );
}

const assertLike = (name: string, actual: unknown, but: string[] = []): void =>
  assert.deepEqual(lacking(fixture(name), actual), but, name);

test('a place that is missing, or of another type, is found', () => {
  assert.deepEqual(lacking({ a: { b: 1 }, c: [{ d: 'x' }] }, { a: { b: '1' }, c: [{ e: 1 }] }), ['.a.b', '.c[0].d']);
  assert.deepEqual(lacking({ a: [1], b: {}, c: 1 }, { a: 1, b: 2, c: null }), ['.a', '.b']);
  assert.deepEqual(lacking({ a: [1] }, { a: [] }), ['.a[0]']);
});

test("v3's token, and its refusal [§1.8-2, §1.8-5]", async (t) => {
  const { call } = await stand(t);
  const { apiClientId: client_id, apiClientSecret } = demoCredentials;
  const ask = (client_secret: string) =>
    call('POST', '/oauth2/token', { grant_type: 'client_credentials', client_id, client_secret });
  assertLike('token', (await ask(apiClientSecret)).body);
  assertLike('token-invalid-client', (await ask('wrong')).body);
});

test('connections, their vehicles and their signals [§3.2-4, §3.2-5, §3.3-2, §3.4-3, §3.4-5, §3.4-11]', async (t) => {
  const { api, connected, advance, sim } = await stand(t);
  const car = await connected();
  const signals = `/vehicles/${car.vehicleId as string}/signals`;
  assertLike('signals-empty', (await api('GET', signals, undefined, car.user)).body);
  await advance(10);
  const list = (await api('GET', '/connections')).body;
  assertLike('connections', list);
  assertLike('connection-one', (await api('GET', `/connections/${list.data[0].id as string}`)).body);
  const vehicle = async (): Promise<Json> => (await api('GET', `/vehicles/${car.vehicleId as string}`)).body;
  assertLike('vehicle-wrapped', await vehicle());
  const all = (await api('GET', signals, undefined, car.user)).body;
  const odometer = (item: Json): boolean => item.attributes.code === 'odometer-traveleddistance';
  assertLike('signals', { ...all, data: all.data.filter(odometer) });
  await sim('PATCH', '/knobs', { vehicleShape: 'unwrapped', signalShape: 'unwrapped', timestamps: 'seconds' });
  assertLike('vehicle-unwrapped', await vehicle());
  assertLike('signal-unwrapped', (await api('GET', `${signals}/odometer-traveleddistance`, undefined, car.user)).body);
});

test('commands, and an error at the end of one [§3.6-2, §3.7-1]', async (t) => {
  const { api, sim, watched } = await stand(t);
  const car = await watched((item) => item.fleet === 'first' && item.activity === 'asleep');
  const lock = `/vehicles/${car.vehicleId as string}/commands/security/lock`;
  assertLike('command-success', (await api('POST', lock, undefined, car.user)).body);
  await sim('POST', `/cars/${car.vin as string}/faults`, { kind: 'door-open' });
  for (const name of ['error-v3', 'command-streamed-error'])
    assertLike(name, (await api('POST', lock, undefined, car.user)).body);
});

test('management: applications, webhooks, subscriptions [§3.8-1, §3.8-5, §3.8-10]', async (t) => {
  const { api, watched } = await stand(t);
  await watched();
  // Of applications and webhooks no sample is published: nothing says whether such a list has links.
  for (const name of ['applications', 'webhooks']) assertLike(name, (await api('GET', `/${name}`)).body, ['.links']);
  assertLike('subscriptions', (await api('GET', '/subscriptions')).body);
});

test('webhooks: the proof, and states and errors in each of their shapes [§6.6-1, §6.7-1, §6.7-8, §6.8-1, §6.8-7]', async (t) => {
  const { received, sim, watched, advance } = await stand(t);
  const car = await watched(undefined, { external_id: 'owner-42' });
  const delivered = async (path: string, body: unknown, webhook: Json = {}): Promise<Json> => {
    received.length = 0;
    await sim('PATCH', '/knobs', { webhook });
    await sim('POST', path, body);
    await advance(1);
    const [event] = received.map((delivery) => delivery.event);
    return event;
  };
  /** With the signals of that code alone: what a signal carries depends on its code. */
  const ofCode = (event: Json, code: string): Json => {
    const signals = event.data.signals.filter((signal: Json) => signal.code === code);
    return { ...event, data: { ...event.data, signals } };
  };
  await sim('POST', '/webhooks/verify', {});
  assertLike('webhook-verify', received.at(-1)?.event);
  const state = `/cars/${car.vin as string}/state-event`;
  const triggers = ['closure-islocked'];
  for (const [name, shape, code] of [
    ['webhook-state-captured', 'captured', 'closure-doors'],
    ['webhook-state-documented', 'documented', 'closure-islocked'],
    ['webhook-state-september', 'captured-2025-09', 'odometer-traveleddistance'],
  ] as const)
    assertLike(name, ofCode(await delivered(state, shape === 'captured-2025-09' ? {} : { triggers }, { shape }), code));
  const claim = {
    type: 'CONNECTED_SERVICES_ACCOUNT',
    code: 'AUTHENTICATION_FAILED',
    signals: ['location-preciselocation'],
  };
  const error = `/cars/${car.vin as string}/claims`;
  assertLike('webhook-error-documented', await delivered(error, claim, { shape: 'documented' }));
  assertLike('webhook-error-resolved', await delivered(error, { ...claim, state: 'RESOLVED' }));
  assertLike('webhook-error-third', await delivered(error, claim, { errorShape: 'third' }));
});
