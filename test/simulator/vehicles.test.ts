import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noon, stand, type Json } from './stand.ts';

const signalOf = (body: Json, code: string): Json => body.data.find((item: Json) => item.attributes.code === code);

test('a connection is listed with its permissions, its vehicle and its user, found by each filter, and paged [§3.2-1, §3.2-2, §3.2-3, §3.2-4, §8.1-1]', async (t) => {
  const { api, connected } = await stand(t);
  const car = await connected(undefined, { external_id: 'own_1' });
  await connected((other) => other.fleet === 'second');
  const all = await api('GET', '/connections');
  assert.deepEqual([all.body.meta.totalCount, all.body.meta.pageSize, all.body.meta.orderBy], [2, 10, 'createdAt']);
  const filters = { userId: car.userId, vehicleId: car.vehicleId, 'user.externalId': 'own_1' };
  for (const [name, value] of Object.entries(filters)) {
    const { body } = await api('GET', `/connections?filter[${name}]=${value as string}`);
    assert.equal(body.data.length, 1, name);
    const [found] = body.data;
    assert.equal(found.relationships.vehicle.data.id, car.vehicleId);
    assert.equal(found.relationships.user.data.id, car.userId);
    assert.equal(found.attributes.vehicle.make, car.make);
    assert.ok(found.attributes.permissions.includes('control_security'));
    assert.equal(found.meta.createdAt, new Date(noon).toISOString());
  }
  assert.equal((await api('GET', '/connections?filter[vehicle.mode]=simulated')).body.meta.totalCount, 0);
  const second = await api('GET', '/connections?page[size]=1&page[number]=2');
  assert.deepEqual([second.body.data.length, second.body.links.next], [1, null]);
  assert.ok(second.body.links.prev.includes('number'));
  assert.equal((await api('GET', '/connections?page[number]=x')).body.errors[0].code, 'INVALID_INPUT_FORMAT');
});

test('a deleted connection is gone with its vehicle, its signals and its subscription [§3.2-5, §3.2-6]', async (t) => {
  const { api, watched } = await stand(t);
  const car = await watched();
  const [connection] = (await api('GET', `/connections?filter[vehicleId]=${car.vehicleId as string}`)).body.data;
  assert.equal((await api('GET', `/connections/${connection.id as string}`)).body.data.id, connection.id);
  assert.equal((await api('DELETE', `/connections/${connection.id as string}`)).status, 204);
  assert.equal((await api('GET', `/connections/${connection.id as string}`)).status, 404);
  const signals = await api('GET', `/vehicles/${car.vehicleId as string}/signals`, undefined, car.user);
  assert.deepEqual([signals.status, signals.body.errors[0].code], [404, 'VEHICLE_NOT_FOUND']);
  assert.equal((await api('GET', '/subscriptions')).body.meta.totalCount, 0);
});

test('a deleted user takes all connections along [§3.2-7]', async (t) => {
  const { api, sim, world, connectUrl } = await stand(t);
  const { accounts } = await world();
  const account = accounts.find((item: Json) => item.vins.length > 1);
  await sim('POST', '/authorize', { url: connectUrl(), email: account.email });
  assert.ok((await api('GET', '/connections')).body.meta.totalCount > 1);
  assert.equal((await api('DELETE', `/users/${account.userId as string}`)).status, 204);
  assert.equal((await api('GET', '/connections')).body.meta.totalCount, 0);
  assert.equal((await api('DELETE', `/users/${account.userId as string}`)).status, 404);
});

test('signals need sc-user-id, and the right one [§3.1-2, §3.1-3, §3.1-5]', async (t) => {
  const { api, sim, watched } = await stand(t);
  const car = await watched();
  const path = `/vehicles/${car.vehicleId as string}/signals`;
  const [missing] = (await api('GET', path)).body.errors;
  assert.deepEqual(
    [missing.status, missing.type, missing.code, missing.detail],
    ['400', 'VALIDATION', 'MISSING_PARAMETER', 'missing userId'],
  );
  assert.equal((await api('GET', path, undefined, { 'sc-user-id': 'someone' })).status, 404);
  await sim('PATCH', '/knobs', { wrongUser: '403' });
  const wrong = await api('GET', path, undefined, { 'sc-user-id': 'someone' });
  assert.deepEqual([wrong.status, wrong.body.errors[0].code], [403, 'ACCESS_DENIED']);
});

test('the store is empty at first, fills a few seconds later, and no read makes it fresher [§3.4-1, §3.4-2, §3.4-3, §3.4-4]', async (t) => {
  const { api, advance, connected } = await stand(t);
  const car = await connected();
  const read = async (): Promise<Json> =>
    api('GET', `/vehicles/${car.vehicleId as string}/signals/`, undefined, car.user);
  assert.deepEqual((await read()).body.data, []);
  const single = `/vehicles/${car.vehicleId as string}/signals/odometer-traveleddistance`;
  assert.equal((await api('GET', single, undefined, car.user)).status, 404);
  await advance(10);
  const first = signalOf((await read()).body, 'odometer-traveleddistance');
  assert.equal(first.meta.retrievedAt, new Date(noon + 5_000).toISOString());
  assert.equal(first.attributes.body.unit, 'km');
  await advance(6 * 3600);
  for (let reads = 0; reads < 5; reads += 1) {
    assert.equal(signalOf((await read()).body, 'odometer-traveleddistance').meta.retrievedAt, first.meta.retrievedAt);
  }
  await advance(19 * 3600);
  assert.ok(
    signalOf((await read()).body, 'odometer-traveleddistance').meta.retrievedAt > first.meta.retrievedAt,
    'once a day',
  );
  assert.equal((await api('GET', single, undefined, car.user)).body.data.attributes.code, 'odometer-traveleddistance');
});

test('a subscription makes the store follow the cadence of the make [§3.4-2]', async (t) => {
  const { api, advance, watched } = await stand(t);
  const car = await watched((item) => item.make === 'TESLA' && item.fleet === 'first');
  const times = new Set<string>();
  for (let minute = 0; minute < 20; minute += 1) {
    await advance(60);
    const { body } = await api('GET', `/vehicles/${car.vehicleId as string}/signals`, undefined, car.user);
    times.add(signalOf(body, 'closure-islocked').meta.retrievedAt);
  }
  assert.ok(times.size >= 9 && times.size <= 12, `every two minutes: ${String(times.size)} in twenty`);
});

test('quiet days can be thinned out for long runs', async (t) => {
  const { api, advance, sim, watched } = await stand(t);
  const car = await watched((item) => item.make === 'TESLA' && item.fleet === 'first');
  await advance(300);
  await sim('PATCH', '/knobs', { quietCadenceS: 6 * 3_600 });
  const times = new Set<string>();
  for (let quarter = 0; quarter < 4 * 24; quarter += 1) {
    await advance(900);
    const { body } = await api('GET', `/vehicles/${car.vehicleId as string}/signals`, undefined, car.user);
    times.add(signalOf(body, 'closure-islocked').meta.retrievedAt);
  }
  assert.ok(times.size >= 4 && times.size <= 6, `every six hours: ${String(times.size)} in a day`);
});

test('a sleeping car is fetched again and again but keeps the time when it last spoke [§3.4-8, §11-1]', async (t) => {
  const { api, advance, watched } = await stand(t);
  const isLongAsleep = (car: Json): boolean => car.fleet === 'first' && noon - Date.parse(car.spokeAt) > 24 * 3_600_000;
  const car = await watched(isLongAsleep);
  const read = async (): Promise<Json> =>
    signalOf(
      (await api('GET', `/vehicles/${car.vehicleId as string}/signals`, undefined, car.user)).body,
      'location-preciselocation',
    );
  const before = await read();
  await advance(1200);
  const after = await read();
  assert.ok(after.meta.retrievedAt > before.meta.retrievedAt);
  assert.equal(after.meta.oemUpdatedAt, before.meta.oemUpdatedAt);
  assert.equal(after.attributes.status.value, 'SUCCESS');
});

test('a refused login turns signals into errors that keep their old bodies, and signing in again heals them [§1.4-5, §3.4-7, §3.4-16, §3.4-17, §9.1-1]', async (t) => {
  const { api, advance, sim, watched, reconnectUrl } = await stand(t);
  const car = await watched();
  const read = async (): Promise<Json> =>
    (await api('GET', `/vehicles/${car.vehicleId as string}/signals`, undefined, car.user)).body;
  const before = signalOf(await read(), 'odometer-traveleddistance');
  const vinBefore = signalOf(await read(), 'vehicleidentification-vin');
  await sim('POST', `/cars/${car.vin as string}/faults`, { kind: 'password-changed' });
  await advance(10);
  const broken = signalOf(await read(), 'odometer-traveleddistance');
  const { status, body } = broken.attributes;
  assert.deepEqual(
    [status.value, status.error.type, status.error.code],
    ['ERROR', 'CONNECTED_SERVICES_ACCOUNT', 'AUTHENTICATION_FAILED'],
  );
  assert.equal(status.error.resolution.type, 'REAUTHENTICATE');
  assert.match(
    status.error.resolution.url,
    new RegExp(
      `/oauth/reauthenticate\\?response_type=vehicle_id&client_id=[^&]+&vehicle_id=${car.vehicleId as string}$`,
    ),
  );
  assert.deepEqual(body, before.attributes.body);
  assert.ok(broken.meta.retrievedAt > before.meta.retrievedAt);
  assert.equal(broken.meta.oemUpdatedAt, before.meta.oemUpdatedAt);
  assert.deepEqual(signalOf(await read(), 'vehicleidentification-vin'), vinBefore, 'nothing was fetched');

  await sim('PATCH', '/knobs', { failureShape: 'signals-without-meta' });
  assert.equal(signalOf(await read(), 'odometer-traveleddistance').meta, undefined);
  await sim('PATCH', '/knobs', { failureShape: 'request' });
  const whole = await api('GET', `/vehicles/${car.vehicleId as string}/signals`, undefined, car.user);
  assert.deepEqual([whole.status, whole.body.errors[0].code], [400, 'AUTHENTICATION_FAILED']);
  await sim('PATCH', '/knobs', { failureShape: 'signals' });

  const { redirect } = await sim('POST', '/authorize', { url: reconnectUrl(car.vehicleId) });
  assert.equal(redirect, `http://127.0.0.1:4000/connect/callback?vehicle_id=${car.vehicleId as string}&state=r1`);
  await advance(10);
  assert.equal(signalOf(await read(), 'odometer-traveleddistance').attributes.status.value, 'SUCCESS');
});

test('times of signals come in each of the three known formats, vehicles wrapped and bare [§3.3-2, §3.4-10]', async (t) => {
  const { api, sim, watched } = await stand(t);
  const car = await watched();
  const path = `/vehicles/${car.vehicleId as string}`;
  const time = async (): Promise<Json> =>
    (await api('GET', `${path}/signals`, undefined, car.user)).body.data[0].meta.retrievedAt;
  assert.equal(await time(), '2026-11-20T12:00:02.000Z');
  await sim('PATCH', '/knobs', { timestamps: 'seconds' });
  assert.equal(await time(), (noon + 2000) / 1000);
  await sim('PATCH', '/knobs', { timestamps: 'milliseconds' });
  assert.equal(await time(), noon + 2000);
  assert.equal((await api('GET', path)).body.data.attributes.make, car.make);
  await sim('PATCH', '/knobs', { vehicleShape: 'unwrapped' });
  assert.equal((await api('GET', path)).body.attributes.make, car.make);
});

test('unknown paths answer 501, and only what is imitated answers', async (t) => {
  const { api, call } = await stand(t);
  for (const path of ['/nothing', '/vehicles/x/commands/climate/start', '/webhooks/a/b']) {
    const answer = await api('POST', path, {});
    assert.deepEqual([answer.status, answer.body.errors[0].status], [501, '501']);
  }
  assert.equal((await call('GET', '/other')).status, 501);
});
