/** Where Smartcar's documents contradict each other: the client against the simulator, which behaves as either. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { demoCredentials } from '../../simulator/credentials.ts';
import type { SmartcarUserId, SmartcarVehicleId } from '../../src/domain/ids.ts';
import { openSmartcar, type Smartcar } from '../../src/smartcar/smartcar.ts';
import type { ParsedWebhook } from '../../src/smartcar/webhook/parsed-webhook.ts';
import { parseWebhook } from '../../src/smartcar/webhook/parse-webhook.ts';
import { verifySignature } from '../../src/smartcar/webhook/signature.ts';
import { stand, type Json } from '../simulator/stand.ts';

const isParked = (car: Json): boolean => car.fleet === 'first' && car.activity === 'parked';

/** A watched car, and the client that reads it. */
async function reader(t: TestContext) {
  const home = await stand(t);
  const { origin } = home.running.simulator;
  const smartcar: Smartcar = openSmartcar({
    origins: { connect: origin, iam: origin, apiV3: origin, managementApiV3: origin },
    credentials: demoCredentials,
    mode: 'live',
  });
  t.after(() => smartcar.close());
  const car = await home.watched(isParked);
  const answer = await smartcar.fetchApplicationToken();
  assert.ok(answer.ok);
  const token = answer.value.accessToken;
  // The simulator's own ids.
  const ids = { vehicleId: car.vehicleId as SmartcarVehicleId, userId: car.userId as SmartcarUserId };
  const knobs = (change: Json): Promise<Json> => home.sim('PATCH', '/knobs', change);
  const now = (): Date => new Date(home.clock.now);
  const odometer = async (): Promise<unknown> => {
    const one = await smartcar.readSignal(token, ids, 'odometer-traveleddistance', now());
    assert.ok(one.ok, JSON.stringify(one));
    return one.value;
  };
  return { ...home, smartcar, car, token, ids, knobs, now, odometer };
}

test('a vehicle and a signal are the same wrapped and bare, with times of each kind [§3.3-2, §3.4-10, §3.4-11]', async (t) => {
  const { smartcar, token, ids, knobs, odometer } = await reader(t);
  const vehicle = await smartcar.readVehicle(token, ids.vehicleId, ids.userId);
  const before = await odometer();
  assert.ok(vehicle.ok && before);
  for (const change of [
    { vehicleShape: 'unwrapped' },
    { signalShape: 'unwrapped' },
    { timestamps: 'seconds' },
    { timestamps: 'milliseconds' },
  ]) {
    await knobs(change);
    const again = await smartcar.readVehicle(token, ids.vehicleId, ids.userId);
    assert.deepEqual(again.ok && again.value, vehicle.value, JSON.stringify(change));
    assert.deepEqual(await odometer(), before, JSON.stringify(change));
  }
});

test('whatever the link to the page before is called, every page is read once [§3.4-12]', async (t) => {
  const { smartcar, token, connected, knobs, api } = await reader(t);
  await connected((car) => car.fleet === 'second');
  for (const previousLink of ['prev', 'previous']) {
    await knobs({ previousLink });
    const { links } = (await api('GET', '/connections?page[size]=1&page[number]=2')).body;
    assert.ok(typeof links[previousLink] === 'string');
    const listed = await smartcar.listConnections(token, {});
    assert.equal(listed.ok && listed.value.length, 2);
  }
});

test('a connection is found and deleted by its own id or by its vehicle [§3.2-8]', async (t) => {
  const { smartcar, token, ids, knobs } = await reader(t);
  const listed = await smartcar.listConnections(token, { vehicleId: ids.vehicleId });
  const [connection] = listed.ok ? listed.value : [];
  assert.ok(connection);
  for (const connectionPath of ['connection', 'vehicle', 'both']) {
    await knobs({ connectionPath });
    const found = await smartcar.findConnection(token, { connectionId: connection.id, vehicleId: ids.vehicleId });
    assert.equal(found.ok && found.value?.id, connection.id, connectionPath);
  }
  await knobs({ connectionPath: 'vehicle' });
  const wanted = { connectionId: connection.id, vehicleId: ids.vehicleId };
  const byItsOwn = await smartcar.deleteConnection(token, { connectionId: connection.id });
  assert.equal(byItsOwn.ok && byItsOwn.value, 'gone', 'which is why nobody believes it before the list agrees');
  const deleted = await smartcar.deleteConnection(token, wanted);
  assert.equal(deleted.ok && deleted.value, 'deleted');
  const again = await smartcar.deleteConnection(token, wanted);
  assert.equal(again.ok && again.value, 'gone');
});

test('a car that nobody watches may answer its store, nothing, or 404: none of them says that it is gone [§3.4-13]', async (t) => {
  const { smartcar, token, api, ids, knobs, now } = await reader(t);
  const [subscription] = (await api('GET', '/subscriptions')).body.data;
  await api('DELETE', `/subscriptions/${subscription.id as string}`);
  const meaningWith = async (unsubscribedReads: string): Promise<string> => {
    await knobs({ unsubscribedReads });
    const read = await smartcar.readSignals(token, ids, now());
    return read.ok ? String(read.value.readings.length > 0) : read.failure.meaning;
  };
  assert.equal(await meaningWith('store'), 'true');
  assert.equal(await meaningWith('empty'), 'false');
  assert.equal(await meaningWith('404'), 'notFound');
});

test('a failed request means the same with the codes of today and of the preview [§3.7-7]', async (t) => {
  const { smartcar, token, ids, knobs, now } = await reader(t);
  const stranger = { ...ids, vehicleId: 'nobody' as SmartcarVehicleId }; // a vehicle that is none
  for (const errorCodes of ['table', 'preview']) {
    await knobs({ errorCodes, wrongUser: '404' });
    const missing = await smartcar.readSignals(token, stranger, now());
    assert.equal(!missing.ok && missing.failure.meaning, 'notFound', errorCodes);
    await knobs({ wrongUser: '403' });
    const foreign = await smartcar.readSignals(token, { ...ids, userId: 'else' as SmartcarUserId }, now()); // another's
    assert.equal(!foreign.ok && foreign.failure.meaning, 'permission', errorCodes);
    const refused = await smartcar.readSignals('no-token', ids, now());
    assert.equal(!refused.ok && refused.failure.meaning, 'credentials', errorCodes);
  }
});

test('a refused parameter is our request, with its code and without [§4.2-14]', async (t) => {
  const { smartcar, token, ids, knobs, now, sim, car } = await reader(t);
  await knobs({ failureShape: 'request' });
  await sim('POST', `/cars/${car.vin as string}/faults`, { kind: 'error', type: 'VALIDATION', code: 'PARAMETER' });
  for (const [validationCode, code] of [
    ['PARAMETER', 'PARAMETER'],
    ['null', null],
  ]) {
    await knobs({ validationCode });
    const read = await smartcar.readSignals(token, ids, now());
    assert.deepEqual(!read.ok && [read.failure.meaning, read.failure.code], ['requestRefused', code]);
  }
});

test('a token is had where only JSON is understood, and where only a form is [§1.8-7]', async (t) => {
  const { smartcar, knobs } = await reader(t);
  for (const iamAccepts of ['json', 'form', 'both']) {
    await knobs({ iamAccepts });
    const answer = await smartcar.fetchApplicationToken();
    assert.ok(answer.ok, iamAccepts);
  }
});

test('a subscription is made at the path of the specification, or else below its webhook [§3.8-7]', async (t) => {
  const { smartcar, token, ids, knobs } = await reader(t);
  const webhooks = await smartcar.listWebhooks(token);
  const webhookId = webhooks.ok ? (webhooks.value[0]?.id ?? '') : '';
  const create = async (): Promise<string> => {
    const made = await smartcar.createSubscription(token, { ...ids, webhookId });
    return made.ok ? made.value : 'failed';
  };
  for (const [subscriptionPaths, result] of [
    ['subscriptions', 'exists'],
    ['both', 'exists'],
    ['webhooks', 'exists'],
  ]) {
    await knobs({ subscriptionPaths });
    assert.equal(await create(), result, subscriptionPaths);
  }
});

test('an event says the same in every shape that is documented or was seen [§6.7-7, §6.7-8, §6.7-9, §6.7-10, §6.7-11, §6.7-12, §6.7-13]', async (t) => {
  const { received, knobs, sim, advance, car, now } = await reader(t);
  const eventIn = async (webhook: Json): Promise<ParsedWebhook & { kind: 'state' }> => {
    await knobs({ webhook });
    received.length = 0;
    await sim('POST', `/cars/${car.vin as string}/state-event`, {});
    await advance(1);
    const [delivery] = received;
    assert.ok(delivery);
    const signature = String(delivery.headers['sc-signature']);
    assert.ok(verifySignature(delivery.bytes, signature, [demoCredentials.managementToken]));
    const parsed = parseWebhook(delivery.bytes, now());
    assert.ok(parsed.kind === 'state', JSON.stringify(parsed));
    return parsed;
  };
  const first = await eventIn({ shape: 'documented' });
  assert.ok(first.first && first.readings.length > 5);
  const valuesOf = ({ readings }: ParsedWebhook & { kind: 'state' }): unknown =>
    readings.map(({ code, value, fetchedAt }) => ({ code, value, fetchedAt }));
  for (const webhook of [
    { shape: 'captured' },
    { shape: 'captured-2025-09' },
    { shape: 'keyed' },
    { shape: 'documented', hasSequence: true },
    { bytes: 'unusual' },
  ]) {
    const event = await eventIn(webhook);
    assert.deepEqual(valuesOf(event), valuesOf(first), JSON.stringify(webhook));
    assert.ok(event.first, JSON.stringify(webhook));
    assert.equal(event.smartcarVehicleId, car.vehicleId);
  }
});

test('a claim is the same in every shape, whatever its resolution [§6.8-7, §6.8-8, §6.8-9]', async (t) => {
  const { received, knobs, sim, advance, car, now } = await reader(t);
  const claimIn = async (webhook: Json, error: Json): Promise<unknown> => {
    await knobs({ webhook });
    received.length = 0;
    await sim('POST', `/cars/${car.vin as string}/claims`, { ...error, signals: ['closure-islocked'] });
    await advance(1);
    const [delivery] = received;
    assert.ok(delivery);
    const parsed = parseWebhook(delivery.bytes, now());
    assert.ok(parsed.kind === 'error', JSON.stringify(parsed));
    assert.equal(parsed.smartcarVehicleId, car.vehicleId);
    return parsed.claimed.map(({ meaning, signals }) => [meaning, signals]);
  };
  const login = { type: 'CONNECTED_SERVICES_ACCOUNT', code: 'AUTHENTICATION_FAILED' };
  for (const webhook of [{ shape: 'documented' }, { shape: 'captured' }, { shape: 'captured-2025-09' }])
    assert.deepEqual(await claimIn(webhook, login), [['signedOut', ['closure-islocked']]], JSON.stringify(webhook));
  const third = await claimIn({ shape: 'documented', errorShape: 'third' }, login);
  assert.equal((third as [string, string[]][])[0]?.[0], 'signedOut'); // the list of the line above
  const incapable = { type: 'COMPATIBILITY', code: 'VEHICLE_NOT_CAPABLE' };
  for (const compatibilityResolution of ['null', 'CONTACT_SUPPORT'])
    assert.deepEqual(await claimIn({ errorShape: 'documented', compatibilityResolution }, incapable), [
      ['incompatible', ['closure-islocked']],
    ]);
});
