/** The client against the simulator, which was built from the same documents by other hands: two witnesses. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { demoCredentials } from '../../simulator/credentials.ts';
import { startSimulator, type RunningSimulator } from '../../simulator/server.ts';
import { readCallback } from '../../src/smartcar/connect-callback.ts';
import { authorizeUrl, reauthenticateUrl } from '../../src/smartcar/connect-url.ts';
import { openSmartcar, type ListedConnection, type Smartcar } from '../../src/smartcar/smartcar.ts';
import { parseWebhook } from '../../src/smartcar/webhook/parse-webhook.ts';
import { verifySignature } from '../../src/smartcar/webhook/signature.ts';

const redirectUri = 'http://127.0.0.1:4000/connect/callback';

describe('the client and the simulator', () => {
  let simulator: RunningSimulator;
  let smartcar: Smartcar;
  let hook: Server;
  let token = '';
  let now = new Date('2026-11-20T12:00:00Z');
  let connection: ListedConnection;
  let car: { vin: string; account: { email: string }; make: string };
  const deliveries: { raw: Buffer; signature: string | null }[] = [];

  const control = async (method: string, path: string, body?: unknown): Promise<Record<string, unknown>> => {
    const init =
      body === undefined
        ? { method }
        : { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    const response = await fetch(`${simulator.origin}/sim/api${path}`, init);
    assert.ok(response.status < 400, `${method} ${path}: ${response.status}`);
    return (await response.json()) as Record<string, unknown>; // the simulator's own controls
  };
  const advance = async (seconds: number): Promise<void> => {
    now = new Date(now.getTime() + seconds * 1000);
    await simulator.advanceTo(now);
  };
  const ids = (): { vehicleId: ListedConnection['smartcarVehicleId']; userId: ListedConnection['smartcarUserId'] } => ({
    vehicleId: connection.smartcarVehicleId,
    userId: connection.smartcarUserId,
  });
  const throughConnect = async (url: string): Promise<ReturnType<typeof readCallback>> => {
    const { redirect } = await control('POST', '/authorize', { url, email: car.account.email, vins: [car.vin] });
    return readCallback(Object.fromEntries(new URL(String(redirect)).searchParams));
  };

  before(async () => {
    hook = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        deliveries.push({ raw: Buffer.concat(chunks), signature: request.headers['sc-signature']?.toString() ?? null });
        response.end();
      });
    });
    await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
    const webhookUrl = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/hook`; // it listens on TCP
    simulator = await startSimulator({ clock: () => now, bucket: null, redirectUris: [redirectUri], webhookUrl });
    const { origin } = simulator;
    smartcar = openSmartcar({
      origins: { connect: origin, iam: origin, apiV3: origin, managementApiV3: origin },
      credentials: demoCredentials,
      mode: 'live',
    });
    const { cars } = (await control('GET', '/world')) as { cars: (typeof car & { fleet: string; activity: string })[] }; // as above
    const found = cars.find(({ fleet, activity }) => fleet === 'first' && activity === 'parked');
    assert.ok(found);
    car = found;
  });
  after(async () => {
    await smartcar.close();
    await simulator.close();
    hook.closeAllConnections();
    hook.close();
  });

  test('a token is given for the secret, and none for a wrong one [§1.8-2, §1.8-5]', async () => {
    const answer = await smartcar.fetchApplicationToken();
    assert.ok(answer.ok && answer.value.expiresInS === 3_600);
    token = answer.value.accessToken;
    const origins = {
      connect: simulator.origin,
      iam: simulator.origin,
      apiV3: simulator.origin,
      managementApiV3: simulator.origin,
    };
    const wrong = openSmartcar({
      origins,
      credentials: { ...demoCredentials, apiClientSecret: 'wrong' },
      mode: 'live',
    });
    const refused = await wrong.fetchApplicationToken();
    await wrong.close();
    assert.ok(!refused.ok);
    assert.deepEqual([refused.failure.meaning, refused.failure.code], ['credentials', 'invalid_client']);
  });

  test('an owner connects a car through the address we build, and Smartcar lists it [§1.1-16, §3.1-4, §3.2-1]', async () => {
    const callback = await throughConnect(
      authorizeUrl(smartcar.connect, {
        state: 'st-1',
        externalId: 'own_1',
        redirectUri,
        required: ['read_vehicle_info', 'read_location', 'read_odometer', 'read_security'],
        optional: ['read_vin'],
        make: car.make,
        force: true,
        country: 'DE',
      }),
    );
    assert.ok(callback.kind === 'returned' && callback.state === 'st-1' && callback.userId);
    const listed = await smartcar.listConnections(token, { userId: callback.userId });
    const found = listed.ok ? listed.value[0] : undefined;
    assert.ok(found);
    connection = found;
    const byExternalId = await smartcar.listConnections(token, { externalId: 'own_1' });
    assert.deepEqual(byExternalId.ok && byExternalId.value, [found]);
    assert.equal(found.make, car.make);
    assert.ok(found.permissions.includes('read_location') && found.createdAt);
  });

  test('the store is empty at first, then its signals are readings [§3.4-3, §3.4-4]', async () => {
    const early = await smartcar.readSignals(token, ids(), now);
    assert.deepEqual(early.ok && early.value, { readings: [], failures: [] });
    const missing = await smartcar.readSignal(token, ids(), 'odometer-traveleddistance', now);
    assert.ok(missing.ok && missing.value === null && missing.requestId);
    await advance(60);
    const filled = await smartcar.readSignals(token, ids(), now);
    assert.ok(filled.ok);
    const codes = filled.value.readings.map(({ code }) => code);
    for (const code of ['location-preciselocation', 'odometer-traveleddistance', 'closure-islocked'])
      assert.ok(codes.includes(code), code);
    const one = await smartcar.readSignal(token, ids(), 'odometer-traveleddistance', now);
    assert.deepEqual(
      one.ok && one.value,
      filled.value.readings.find(({ code }) => code === 'odometer-traveleddistance'),
    );
  });

  for (const timestamps of ['seconds', 'milliseconds', 'iso']) {
    test(`times as ${timestamps} are the same times [§3.4-10]`, async () => {
      await control('PATCH', '/knobs', { timestamps });
      const answer = await smartcar.readSignals(token, ids(), now);
      const ages = answer.ok
        ? answer.value.readings.map(({ fetchedAt }) => (fetchedAt ? now.getTime() - fetchedAt.getTime() : 0))
        : [];
      assert.ok(ages.length > 0 && ages.every((age) => age >= 0 && age < 120_000));
    });
  }

  test('the vehicle is the one that was listed', async () => {
    const answer = await smartcar.readVehicle(token, connection.smartcarVehicleId, connection.smartcarUserId);
    assert.ok(answer.ok);
    const { make, model, year } = connection;
    assert.deepEqual([answer.value.make, answer.value.model, answer.value.year], [make, model, year]);
  });

  test('a car is subscribed once, and its signed first delivery is read [§3.8-3, §3.8-4, §6.3-2]', async () => {
    const webhooks = await smartcar.listWebhooks(token);
    const webhookId = webhooks.ok ? (webhooks.value[0]?.id ?? '') : '';
    const created = await smartcar.createSubscription(token, { ...ids(), webhookId });
    assert.ok(created.ok && created.value === 'created');
    await advance(60);
    const again = await smartcar.createSubscription(token, { ...ids(), webhookId });
    assert.ok(again.ok && again.value === 'exists');
    const listed = await smartcar.listSubscriptions(token, { vehicleId: connection.smartcarVehicleId });
    assert.deepEqual(listed.ok && listed.value.map((one) => one.webhookId), [webhookId]);
    const events = deliveries.filter(({ raw, signature }) =>
      verifySignature(raw, signature, [demoCredentials.managementToken]),
    );
    const first = events
      .map(({ raw }) => parseWebhook(raw, now))
      .find((event) => event.kind === 'state' && event.first);
    assert.ok(first?.kind === 'state' && first.readings.length > 0);
    assert.equal(first.smartcarVehicleId, connection.smartcarVehicleId);
  });

  test('a changed password is a claim, then failures, and signing in again ends it [§1.4-5, §6.8-1, §9.1-1]', async () => {
    deliveries.length = 0;
    await control('POST', `/accounts/${car.account.email}/password`, {});
    await advance(600);
    const errors = deliveries.map(({ raw }) => parseWebhook(raw, now)).filter((event) => event.kind === 'error');
    assert.ok(errors.some(({ claimed }) => claimed.some(({ meaning }) => meaning === 'signedOut')));
    const failing = await smartcar.readSignals(token, ids(), now);
    assert.ok(failing.ok && failing.value.failures.some(({ meaning }) => meaning === 'signedOut'));
    const resolutionUrl = failing.value.failures.find((failure) => failure.resolutionUrl)?.resolutionUrl ?? null;
    const { smartcarVehicleId } = connection;
    const url = reauthenticateUrl(smartcar.connect, {
      state: 'st-2',
      externalId: 'own_1',
      redirectUri,
      smartcarVehicleId,
      resolutionUrl,
    });
    const callback = await throughConnect(url);
    assert.ok(callback.kind === 'returned' && callback.state === 'st-2' && callback.vehicleId === smartcarVehicleId);
    await advance(600);
    const healed = await smartcar.readSignals(token, ids(), now);
    assert.ok(healed.ok && !healed.value.failures.some(({ meaning }) => meaning === 'signedOut'));
  });

  for (const [fault, meaning] of [
    [{ kind: 'truncated' }, 'nonsense smartcarUnreachable'],
    [{ kind: 'hang-up' }, 'smartcarUnreachable'],
    [{ kind: 'garbage', status: 200 }, 'nonsense'],
    [{ kind: 'garbage', status: 502 }, 'smartcarFailing'],
    [{ kind: 'not-found' }, 'notFound'],
    [{ kind: 'rate-limit', retryAfterS: 90 }, 'throttledVehicle'],
  ] as const) {
    test(`the fault ${JSON.stringify(fault)} is ${meaning}`, async () => {
      await control('POST', `/cars/${car.vin}/faults`, fault);
      const answer = await smartcar.readSignals(token, ids(), now);
      await control('DELETE', '/faults');
      assert.ok(!answer.ok && meaning.split(' ').includes(answer.failure.meaning), JSON.stringify(answer));
    });
  }

  for (const connectionPath of ['connection', 'vehicle', 'both']) {
    test(`a connection is found where its path names the ${connectionPath} [§3.2-5, §3.2-8]`, async () => {
      await control('PATCH', '/knobs', { connectionPath });
      const wanted = { connectionId: connection.id, vehicleId: connection.smartcarVehicleId };
      const found = await smartcar.findConnection(token, wanted);
      await control('PATCH', '/knobs', { connectionPath: 'connection' });
      assert.deepEqual(found.ok && found.value, connection);
    });
  }

  for (const iamAccepts of ['json', 'form', 'both']) {
    test(`a token is given where ${iamAccepts} is understood [§1.8-7]`, async () => {
      await control('PATCH', '/knobs', { iamAccepts });
      const answer = await smartcar.fetchApplicationToken();
      await control('PATCH', '/knobs', { iamAccepts: 'both' });
      assert.ok(answer.ok);
    });
  }

  for (const subscriptionPaths of ['webhooks', 'both', 'subscriptions']) {
    test(`subscriptions are found where their paths are those of ${subscriptionPaths} [§3.8-7]`, async () => {
      await control('PATCH', '/knobs', { subscriptionPaths });
      const webhooks = await smartcar.listWebhooks(token);
      const webhookId = webhooks.ok ? (webhooks.value[0]?.id ?? '') : '';
      const again = await smartcar.createSubscription(token, { ...ids(), webhookId });
      const listed = await smartcar.listSubscriptions(token, { webhookId });
      const [one] = listed.ok ? listed.value : [];
      const found = await smartcar.findSubscription(token, one?.id ?? '', webhookId);
      await control('PATCH', '/knobs', { subscriptionPaths: 'subscriptions' });
      assert.deepEqual([again.ok && again.value, found.ok && found.value], ['exists', one]);
    });
  }

  test('webhook and application are found by their ids', async () => {
    const applications = await smartcar.listApplications(token);
    const { applicationId } = demoCredentials;
    assert.deepEqual(applications.ok && applications.value.map(({ id, redirectUris }) => ({ id, redirectUris })), [
      { id: applicationId, redirectUris: [redirectUri] },
    ]);
    const webhooks = await smartcar.listWebhooks(token);
    const [webhook] = webhooks.ok ? webhooks.value : [];
    const found = await smartcar.findWebhook(token, webhook?.id ?? '');
    const none = await smartcar.findWebhook(token, 'no-webhook');
    assert.deepEqual([found.ok && found.value, none.ok && none.value], [webhook, null]);
  });

  test('a car is locked and unlocked, at once and at the end of a stream [§3.6-1, §3.6-2, §3.6-3]', async () => {
    const refused = await smartcar.lock(token, ids());
    assert.ok(!refused.ok && refused.failure.meaning === 'permission' && refused.wasSent);
    const scope = { required: ['read_security', 'control_security', 'read_location', 'read_odometer'], optional: [] };
    const callback = await throughConnect(
      authorizeUrl(smartcar.connect, { state: 'st-3', externalId: 'own_1', redirectUri, ...scope, force: true }),
    );
    assert.ok(callback.kind === 'returned');
    for (const command of [smartcar.lock, smartcar.unlock]) {
      const answer = await command(token, ids());
      assert.ok(answer.ok && answer.value.state === 'succeeded' && answer.value.id && answer.value.completedAt);
    }
    await control('PATCH', '/knobs', { commandMode: 'stream', streamAfterS: 10 });
    const locking = smartcar.lock(token, ids());
    const reading = await smartcar.readVehicle(token, connection.smartcarVehicleId, connection.smartcarUserId);
    assert.ok(reading.ok);
    let isOver = false;
    void locking.then(() => (isOver = true));
    // The command has a connection of its own, so nothing else says when it has arrived.
    for (let round = 0; !isOver && round < 100; round += 1) {
      await control('GET', '/requests');
      await advance(11);
    }
    const streamed = await locking;
    await control('PATCH', '/knobs', { commandMode: 'sync', streamAfterS: 175 });
    assert.ok(streamed.ok && streamed.value.state === 'succeeded' && streamed.value.mode === 'async');
  });

  test('a connection that is deleted is gone the second time [§3.2-6]', async () => {
    const first = await smartcar.deleteConnection(token, { connectionId: connection.id });
    const second = await smartcar.deleteConnection(token, { connectionId: connection.id });
    assert.deepEqual([first.ok && first.value, second.ok && second.value], ['deleted', 'gone']);
    const listed = await smartcar.listConnections(token, { vehicleId: connection.smartcarVehicleId });
    assert.deepEqual(listed.ok && listed.value, []);
  });

  test('a user whose connections are all gone is gone as well [§3.2-7]', async () => {
    const answer = await smartcar.deleteUser(token, connection.smartcarUserId);
    assert.ok(answer.ok && answer.value === 'gone');
  });
});
