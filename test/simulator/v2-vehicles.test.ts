/** v2's vehicle API: every row of its table, its headers, units, limits and errors. @see docs/smartcar.md §2 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixture } from '../smartcar/fixture.ts';
import { errorRows } from '../../simulator/error-table.ts';
import type { Json } from './stand.ts';
import { applicationId, basic, bearer, clientSecret, managementToken, shapeOf, standV2 } from './v2-stand.ts';

const uuid = /^[0-9a-f-]{36}$/;
const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const parked = (car: Json): boolean => car.fleet === 'first' && car.activity === 'parked';
const electric = (car: Json): boolean => car.fleet === 'first' && car.powertrain === 'BEV';
const plugIn = (car: Json): boolean => car.fleet === 'first' && car.powertrain === 'PHEV';
const burning = (car: Json): boolean => car.fleet === 'first' && car.powertrain === 'ICE';

test('every read answers in the shape that is documented, with and without a trailing slash [§2.1-3, §2.1-7, §2.2-2, §2.2-3, §2.2-4, §2.2-5, §2.2-6, §2.2-7, §2.2-8, §2.2-9, §2.2-11, §2.2-14]', async (t) => {
  const { connectedV2, call } = await standV2(t);
  const car = await connectedV2(plugIn);
  const shapes: [path: string, name: string][] = [
    ['', 'v2-vehicle'],
    ['/permissions', 'v2-permissions'],
    ['/vin', 'v2-vin'],
    ['/location', 'v2-location'],
    ['/odometer', 'v2-odometer'],
    ['/fuel', 'v2-fuel'],
    ['/battery', 'v2-battery'],
    ['/charge', 'v2-charge'],
    ['/tires/pressure', 'v2-tires'],
  ];
  for (const [path, name] of shapes) {
    for (const end of ['', '/']) {
      const answer = await car.ask(`${path}${end}`);
      assert.equal(answer.status, 200, path);
      assert.deepEqual(shapeOf(answer.body), shapeOf(fixture(name)), path);
      assert.match(answer.headers.get('sc-request-id') ?? '', uuid);
    }
  }
  assert.equal((await car.ask('/vin')).body.vin, car.vin);
  const user = await call('GET', '/v2.0/user/', undefined, bearer(car.tokens.access_token));
  assert.deepEqual(user.body, { id: car.userId });
});

test('lock state has exactly its six keys, and a closed door of a locked car has the word of the knob [§2.4-1, §2.4-2, §2.4-4]', async (t) => {
  const { connectedV2, sim } = await standV2(t);
  const car = await connectedV2((item) => parked(item) && item.isLocked === true);
  const { body } = await car.ask('/security');
  const expected = fixture('v2-security') as Record<string, unknown>; // an object, as its source shows
  assert.deepEqual(Object.keys(body).sort(), Object.keys(expected).sort());
  assert.equal(body.isLocked, true);
  assert.deepEqual(body.doors.map((door: Json) => door.type).sort(), [
    'backLeft',
    'backRight',
    'frontLeft',
    'frontRight',
  ]);
  assert.ok(body.doors.every((door: Json) => door.status === 'CLOSED'));
  await sim('PATCH', '/knobs', { lockedDoor: 'LOCKED' });
  assert.ok((await car.ask('/security')).body.doors.every((door: Json) => door.status === 'LOCKED'));
});

test('the rest of the table answers too: capacity, limit, oil, diagnostics, history [§2.2-10, §2.2-13, §2.2-15, §2.2-16, §2.2-17, §2.3-1, §12.2-2]', async (t) => {
  const { connectedV2 } = await standV2(t);
  const car = await connectedV2(plugIn);
  assert.deepEqual(shapeOf((await car.ask('/battery/capacity')).body), { capacity: 'number' });
  const nominal = (await car.ask('/battery/nominal_capacity')).body;
  assert.deepEqual(Object.keys(nominal).sort(), ['availableCapacities', 'capacity', 'url']);
  assert.equal(typeof nominal.capacity.nominal, 'number');
  assert.deepEqual((await car.ask('/charge/limit')).body, { limit: 0.8 });
  const { lifeRemaining } = (await car.ask('/engine/oil')).body;
  assert.ok(lifeRemaining > 0 && lifeRemaining <= 1);
  assert.ok((await car.ask('/diagnostics/system_status')).body.systems.length > 0);
  assert.ok(Array.isArray((await car.ask('/diagnostics/dtcs')).body.activeCodes));
  const history = (await car.ask('/service/history?start_date=undefined&end_date=undefined')).body;
  assert.ok(Array.isArray(history) && history.length >= 2);
  assert.deepEqual(Object.keys(history[0]).sort(), [
    'odometerDistance',
    'serviceCost',
    'serviceDate',
    'serviceDetails',
    'serviceId',
    'serviceTasks',
  ]);
  assert.deepEqual((await car.ask('/service/history?start_date=2026-11-19&end_date=2026-11-20')).body.length < 2, true);
  assert.equal((await car.ask('/service/history?start_date=soon')).status, 400);
});

test('headers say how old the data are, and units only where something has them [§2.1-5, §2.1-6]', async (t) => {
  const { connectedV2 } = await standV2(t);
  const car = await connectedV2(plugIn);
  const units: Record<string, string | null> = {};
  for (const path of [
    '/battery',
    '/odometer',
    '/tires/pressure',
    '/charge',
    '/location',
    '/battery/nominal_capacity',
  ]) {
    const { headers } = await car.ask(path);
    units[path] = headers.get('sc-unit-system');
    assert.match(headers.get('sc-data-age') ?? '', iso);
    assert.match(headers.get('sc-fetched-at') ?? '', iso);
    assert.ok((headers.get('sc-data-age') ?? '') <= (headers.get('sc-fetched-at') ?? ''));
  }
  assert.deepEqual(units, {
    '/battery': 'metric',
    '/odometer': 'metric',
    '/tires/pressure': 'metric',
    '/charge': null,
    '/location': null,
    '/battery/nominal_capacity': null,
  });
  const { headers } = await car.ask('/battery/nominal_capacity');
  assert.equal(headers.get('sc-data-age'), headers.get('sc-fetched-at'));
});

test('imperial is miles, gallons and psi, and the answer says so [§2.1-4, §2.3-4]', async (t) => {
  const { connectedV2 } = await standV2(t);
  const car = await connectedV2(plugIn);
  const both = async (path: string, field: string): Promise<number> => {
    const metric = await car.ask(path);
    const imperial = await car.ask(path, { 'sc-unit-system': 'imperial' });
    assert.equal(imperial.headers.get('sc-unit-system'), 'imperial');
    return imperial.body[field] / metric.body[field];
  };
  assert.ok(Math.abs((await both('/odometer', 'distance')) - 0.6214) < 0.001);
  assert.ok(Math.abs((await both('/fuel', 'amountRemaining')) - 0.2642) < 0.002);
  assert.ok(Math.abs((await both('/tires/pressure', 'frontLeft')) - 0.145) < 0.001);
});

test('a car says of what it lacks that it is not capable [§2.3-3, §4.2-3]', async (t) => {
  const { connectedV2 } = await standV2(t);
  const ice = await connectedV2(burning);
  for (const path of ['/battery', '/battery/capacity', '/charge', '/charge/limit']) {
    const { status, body } = await ice.ask(path);
    assert.equal(status, 501, path);
    assert.equal(body.code, 'VEHICLE_NOT_CAPABLE');
  }
  const bev = await connectedV2(electric);
  for (const path of ['/fuel', '/engine/oil']) assert.equal((await bev.ask(path)).body.code, 'VEHICLE_NOT_CAPABLE');
});

test('what the owner left out is 403 PERMISSION with the way to repair it [§1.9-1, §2.1-7, §4.1-2, §4.1-3, §4.2-6]', async (t) => {
  const { connectedV2, sim } = await standV2(t);
  const car = await connectedV2(parked, { scope: 'read_odometer' });
  const { status, body, headers } = await car.ask('/location');
  assert.equal(status, 403);
  assert.deepEqual(shapeOf(body), shapeOf(fixture('v2-error-permission')));
  assert.equal(body.docURL, 'https://smartcar.com/docs/errors/api-errors/permission-errors#null');
  assert.deepEqual(body.resolution, { type: 'REAUTHENTICATE' });
  assert.equal(body.requestId, headers.get('sc-request-id'));
  for (const path of ['/vin', '', '/diagnostics/dtcs', '/service/history'])
    assert.equal((await car.ask(path)).body.type, 'PERMISSION', path);
  assert.equal((await car.send('POST', '/security', { action: 'LOCK' })).body.type, 'PERMISSION');
  assert.equal((await car.ask('/odometer')).status, 200);
  await sim('POST', `/cars/${car.vin}/faults`, { kind: 'permission-missing', permission: 'read_odometer' });
  assert.equal((await car.ask('/odometer')).status, 403);
});

test('a bad token is 401 AUTHENTICATION without a code [§2.1-1, §4.1-2, §4.1-3, §4.2-1]', async (t) => {
  const { connectedV2, call, token } = await standV2(t);
  const car = await connectedV2();
  for (const headers of [{}, bearer('nonsense'), bearer(await token())]) {
    for (const path of ['user', 'vehicles', `vehicles/${car.vehicleId}/odometer`]) {
      const { status, body } = await call('GET', `/v2.0/${path}`, undefined, headers);
      assert.equal(status, 401);
      assert.deepEqual(shapeOf(body), shapeOf(fixture('v2-error-authentication')));
      assert.equal(body.docURL, 'https://smartcar.com/docs/errors/api-errors/authentication-errors#null');
    }
  }
  const v3 = await call('GET', '/v3/connections', undefined, bearer(car.tokens.access_token));
  assert.equal(v3.status, 401, 'a token of v2 opens nothing of v3');
});

test('every row of the error table comes in its shape, from a read and inside a batch [§4.1-1, §4.1-2, §4.1-3, §4.1-4, §4.1-5, §4.3-1]', async (t) => {
  const { connectedV2, sim } = await standV2(t);
  await sim('PATCH', '/knobs', { limitsVehicles: false });
  const car = await connectedV2();
  const v3Only = ['UNAUTHORIZED', 'ACCESS_DENIED', 'INVALID_INPUT_FORMAT', 'MISSING_PARAMETER', 'VEHICLE_NOT_FOUND'];
  const rows = errorRows.filter((row) => !v3Only.includes(row.code ?? '') && row.code !== 'INVALID_PATH');
  assert.ok(rows.length > 45);
  for (const row of rows) {
    const { type, code } = row;
    await sim('DELETE', '/faults');
    await sim('POST', `/cars/${car.vin}/faults`, { kind: 'error', type, code });
    const { status, body } = await car.ask('/odometer');
    assert.deepEqual([status, body.statusCode, body.type, body.code], [row.status, row.status, type, code]);
    assert.equal(body.description, row.description);
    assert.equal(body.resolution.type, row.resolution);
    assert.equal(body.suggestedUserMessage, row.suggestedUserMessage ?? undefined);
    const slug = (word: string): string => word.toLowerCase().replaceAll('_', '-');
    const page = type === 'RESOURCE_NOT_FOUND' ? 'resource' : slug(type);
    assert.equal(
      body.docURL,
      `https://smartcar.com/docs/errors/api-errors/${page}-errors#${code === null ? 'null' : slug(code)}`,
    );
    const batch = await car.send('POST', '/batch', { requests: [{ path: '/odometer' }] });
    const inBatch = batch.status === 200 ? batch.body.responses[0].body : batch.body;
    assert.deepEqual([inBatch.type, inBatch.code, inBatch.statusCode], [type, code, row.status]);
  }
});

test('an owner who changed the password leaves an address that is half built [§1.4-5, §4.1-5, §4.2-5, §9.1-1]', async (t) => {
  const { connectedV2, sim } = await standV2(t);
  const car = await connectedV2();
  await sim('POST', `/cars/${car.vin}/faults`, { kind: 'password-changed' });
  const { status, body } = await car.ask('/odometer');
  assert.equal(status, 400, 'a live read meets it at once');
  assert.deepEqual(shapeOf(body), shapeOf(fixture('v2-error-connected-services-account')));
  const url = new URL(body.resolution.url);
  assert.deepEqual(Object.fromEntries(url.searchParams), {
    response_type: 'vehicle_id',
    client_id: applicationId,
    vehicle_id: car.vehicleId,
  });
});

test('a read is live, or as old as the store when the knob says so [§2.1-9]', async (t) => {
  const { connectedV2, sim, advance } = await standV2(t);
  const car = await connectedV2((item) => item.fleet === 'first' && item.activity === 'driving');
  await advance(10);
  const before = await car.ask('/odometer');
  await advance(120);
  const live = await car.ask('/odometer');
  assert.ok(live.body.distance > before.body.distance);
  assert.ok((live.headers.get('sc-fetched-at') ?? '') > (before.headers.get('sc-fetched-at') ?? ''));
  await sim('PATCH', '/knobs', { v2Reads: 'cached' });
  const cached = await car.ask('/odometer');
  await advance(120);
  const again = await car.ask('/odometer');
  assert.equal(again.headers.get('sc-fetched-at'), cached.headers.get('sc-fetched-at'));
  assert.equal(again.body.distance, cached.body.distance);
});

test('a failed part of a batch has no headers, and the whole is 200 even when all fail [§2.6-1, §2.6-2, §2.6-3, §2.6-4, §2.6-7, §2.6-8]', async (t) => {
  const { connectedV2, sim } = await standV2(t);
  const car = await connectedV2(parked, { scope: 'read_odometer read_location read_tires' });
  const requests = [{ path: '/odometer' }, { path: '/location' }, { path: '/fuel' }, { path: 'tires/pressure' }];
  const { status, body, headers } = await car.send('POST', '/batch', { requests });
  assert.equal(status, 200);
  assert.deepEqual(
    body.responses.map((part: Json) => [part.path, part.code, 'headers' in part]),
    [
      ['/odometer', 200, true],
      ['/location', 200, true],
      ['/fuel', 403, false],
      ['/tires/pressure', 200, true],
    ],
  );
  const expected = fixture('v2-batch') as { responses: Json[] }; // the documented batch
  assert.deepEqual(shapeOf(body.responses[0]), shapeOf(expected.responses[0]));
  assert.equal(body.responses[2].body.requestId, headers.get('sc-request-id'));
  assert.deepEqual(Object.keys(body.responses[0].headers).sort(), ['sc-data-age', 'sc-fetched-at', 'sc-unit-system']);
  const failed = await car.send('POST', '/batch', { requests: [{ path: '/vin' }, { path: '/fuel' }] });
  assert.equal(failed.status, 200);
  assert.deepEqual(
    failed.body.responses.map((part: Json) => part.code),
    [403, 403],
  );
  await sim('PATCH', '/knobs', { batchErrorHeaders: true });
  const kind = await car.send('POST', '/batch', { requests: [{ path: '/fuel' }] });
  assert.equal(kind.body.responses[0].headers['content-type'], 'application/json');
});

test('a batch without requests is 400 VALIDATION with a detail [§2.6-5, §4.1-7, §4.2-11]', async (t) => {
  const { connectedV2 } = await standV2(t);
  const car = await connectedV2();
  for (const body of [undefined, {}, { requests: [] }, { requests: 'odometer' }]) {
    const answer = await car.send('POST', '/batch', body);
    assert.equal(answer.status, 400);
    assert.deepEqual([answer.body.type, answer.body.code], ['VALIDATION', null]);
    assert.deepEqual(answer.body.detail[0].field, ['requests']);
  }
  assert.equal((await car.send('POST', '/batch', {})).body.detail[0].message, '"requests" is required');
});

test('each part of a batch counts against the limits of the application and of the car [§2.1-8, §2.6-6, §5-2, §5-3]', async (t) => {
  const { connectedV2, sim } = await standV2(t);
  const car = await connectedV2();
  await sim('PATCH', '/knobs', { applicationBucket: { capacity: 3, refillPerMinute: 0 } });
  const requests = [{ path: '/odometer' }, { path: '/location' }, { path: '/security' }, { path: '/tires/pressure' }];
  const { body } = await car.send('POST', '/batch', { requests });
  assert.deepEqual(
    body.responses.map((part: Json) => part.code),
    [200, 200, 200, 429],
  );
  assert.equal(body.responses[3].body.code, 'SMARTCAR_API');
  const whole = await car.send('POST', '/batch', { requests });
  assert.equal(whole.status, 429);
  assert.equal(whole.headers.get('retry-after'), null);
  await sim('PATCH', '/knobs', { applicationBucket: null });
  const statuses = new Set<number>();
  let last = whole;
  for (let turn = 0; turn < 70 && last.body.code !== 'VEHICLE'; turn += 1) {
    last = await car.ask('/odometer');
    statuses.add(last.status);
  }
  assert.deepEqual([...statuses], [200, 429]);
  assert.match(last.headers.get('retry-after') ?? '', /^[1-9]\d*$/);
  assert.equal((await car.ask('/permissions')).status, 200, 'what the car is not asked for goes on');
});

test('locking and unlocking are sent, done a little later, and tell nothing of the result [§2.5-1, §2.5-2, §2.5-6, §4.2-12]', async (t) => {
  const { connectedV2, advance, sim } = await standV2(t);
  const car = await connectedV2((item) => parked(item) && item.isLocked === true);
  const sent = { status: 'success', message: 'Successfully sent request to vehicle' };
  const answer = await car.send('POST', '/security', { action: 'UNLOCK' });
  assert.equal(answer.status, 200);
  assert.deepEqual(answer.body, sent);
  assert.equal((await car.ask('/security')).body.isLocked, true);
  await advance(30);
  assert.equal((await car.ask('/security')).body.isLocked, false);
  for (const body of [undefined, {}, { action: 'OPEN' }])
    assert.deepEqual((await car.send('POST', '/security', body)).body.type, 'VALIDATION');
  await sim('POST', `/cars/${car.vin}/faults`, { kind: 'door-open' });
  assert.equal((await car.send('POST', '/security', { action: 'LOCK' })).body.code, 'DOOR_OPEN');
  await sim('POST', `/cars/${car.vin}/faults`, { kind: 'unreachable' });
  assert.equal((await car.send('POST', '/security', { action: 'LOCK' })).body.code, 'UNREACHABLE');
});

test('a car that drives refuses to be locked, and one without a plug to charge [§2.2-12, §8.2-1]', async (t) => {
  const { connectedV2 } = await standV2(t);
  const moving = await connectedV2((item) => item.fleet === 'first' && item.activity === 'driving');
  assert.equal((await moving.send('POST', '/security', { action: 'LOCK' })).body.code, 'IN_MOTION');
  const bev = await connectedV2((item) => electric(item) && item.activity === 'parked');
  for (const action of ['START', 'STOP']) {
    const { status, body } = await bev.send('POST', '/charge', { action });
    assert.deepEqual([status, body.code], [409, 'CHARGING_PLUG_NOT_CONNECTED']);
  }
  const ice = await connectedV2(burning);
  assert.equal((await ice.send('POST', '/charge', { action: 'START' })).body.code, 'VEHICLE_NOT_CAPABLE');
});

test("a charging car stops, save Smartcar's simulated one [§2.2-12, §8.2-3]", async (t) => {
  const charging = (car: Json): boolean => car.powertrain === 'BEV' && car.activity === 'charging';
  const { connectedV2 } = await standV2(t);
  const live = await connectedV2(charging);
  assert.equal((await live.send('POST', '/charge', { action: 'STOP' })).status, 200);
  assert.equal((await live.send('POST', '/charge', { action: 'START' })).body.code, 'CHARGING_IN_PROGRESS');
  assert.equal((await live.send('POST', '/charge/limit', { limit: '0.9' })).status, 200);
  const other = await standV2(t);
  const simulated = await other.connectedV2(charging, { mode: 'simulated' });
  assert.deepEqual((await simulated.send('POST', '/charge', { action: 'STOP' })).body.code, 'UNKNOWN');
  const limited = await simulated.send('POST', '/charge/limit', { limit: '0.9' });
  assert.deepEqual([limited.status, limited.body.code], [501, 'SMARTCAR_NOT_CAPABLE']);
});

test('a charge limit is text or a number from a half to one, and a destination has its bounds [§2.2-13, §2.2-18, §2.3-1, §2.3-5]', async (t) => {
  const { connectedV2 } = await standV2(t);
  const car = await connectedV2((item) => electric(item) && item.activity === 'parked');
  for (const limit of ['0.9', 0.6]) {
    assert.equal((await car.send('POST', '/charge/limit', { limit })).status, 200);
    assert.equal((await car.ask('/charge/limit')).body.limit, Number(limit));
  }
  for (const limit of ['0.4', 'full', 2])
    assert.equal((await car.send('POST', '/charge/limit', { limit })).status, 400);
  assert.equal((await car.send('POST', '/navigation/destination', { latitude: 52, longitude: 13 })).status, 200);
  assert.equal((await car.send('POST', '/navigation/destination', { latitude: 99, longitude: 13 })).status, 400);
});

test('a car connected by v2 is listed and readable in v3, and ends on both sides [§2.2-1, §2.7-1, §2.7-2, §7-7, §8.2-2]', async (t) => {
  const { connectedV2, api, advance, call } = await standV2(t);
  const car = await connectedV2();
  await advance(10);
  const listed = await api('GET', `/connections?filter[vehicleId]=${car.vehicleId}`);
  assert.equal(listed.body.data[0].relationships.user.data.id, car.userId);
  const user = { 'sc-user-id': car.userId };
  const signal = await api('GET', `/vehicles/${car.vehicleId}/signals/odometer-traveleddistance`, undefined, user);
  assert.equal(signal.status, 200);
  const ended = await car.send('DELETE', '/application');
  assert.deepEqual([ended.status, ended.body], [200, fixture('v2-disconnect')]);
  assert.equal((await api('GET', `/vehicles/${car.vehicleId}/signals`, undefined, user)).status, 404);
  const after = await car.ask('/odometer');
  assert.deepEqual([after.status, after.body.type], [403, 'PERMISSION']);
  assert.deepEqual((await call('GET', '/v2.0/vehicles', undefined, bearer(car.tokens.access_token))).body.vehicles, []);
});

test('a car that v3 disconnects is gone for v2, in the words of the knob [§2.7-2]', async (t) => {
  const { connectedV2, api, sim, refresh } = await standV2(t);
  const car = await connectedV2();
  const { data } = (await api('GET', `/connections?filter[vehicleId]=${car.vehicleId}`)).body;
  await api('DELETE', `/connections/${data[0].id}`);
  assert.equal((await car.ask('/odometer')).status, 403);
  await sim('PATCH', '/knobs', { disconnectedVehicle: '401' });
  assert.equal((await car.ask('/odometer')).status, 401);
  assert.equal((await refresh(car.tokens.refresh_token)).status, 200);
});

test('a webhook is subscribed with the vehicle token and unsubscribed with the management token [§2.1-1, §2.9-1, §2.9-2, §2.9-3]', async (t) => {
  const { connectedV2, api, advance, call } = await standV2(t);
  const car = await connectedV2();
  const webhookId = (await api('GET', '/webhooks')).body.data[0].id;
  const bad = await car.send('POST', '/webhooks/nonsense');
  assert.deepEqual([bad.status, bad.body.type, bad.body.code], [400, 'VALIDATION', null]);
  const answer = await car.send('POST', `/webhooks/${webhookId}`);
  assert.deepEqual(answer.body, { webhookId, vehicleId: car.vehicleId });
  await advance(10);
  assert.equal((await api('GET', '/subscriptions')).body.data.length, 1);
  const path = `/v2.0/vehicles/${car.vehicleId}/webhooks/${webhookId}`;
  const stranger = await call('DELETE', path, {}, bearer(car.tokens.access_token));
  assert.deepEqual([stranger.status, stranger.body.type, stranger.body.code], [401, 'AUTHENTICATION', null]);
  assert.deepEqual((await call('DELETE', path, {}, bearer(managementToken))).body, { status: 'success' });
  assert.equal((await api('GET', '/subscriptions')).body.data.length, 0);
});

test('lists are paged by limit and offset, fifty at most [§2.1-2, §4.2-14]', async (t) => {
  const { connectedV2, call } = await standV2(t);
  const car = await connectedV2();
  const { body } = await car.ask('/permissions?limit=2&offset=1');
  assert.equal(body.permissions.length, 2);
  assert.deepEqual(body.paging, { count: 15, offset: 1 });
  for (const query of ['limit=51', 'limit=0', 'limit=x', 'offset=-1']) {
    const answer = await call('GET', `/v2.0/vehicles?${query}`, undefined, bearer(car.tokens.access_token));
    assert.deepEqual([answer.status, answer.body.type, answer.body.code], [400, 'VALIDATION', 'PARAMETER']);
  }
});

test('make-specific paths are in lower case and not imitated; other unknown paths are 501 in the shape of v2 [§2.1-10]', async (t) => {
  const { connectedV2, call } = await standV2(t);
  const car = await connectedV2();
  const upper = await car.ask('/TESLA/speedometer');
  assert.deepEqual([upper.status, upper.body.type], [403, 'PERMISSION']);
  const lower = await car.ask('/tesla/speedometer');
  assert.deepEqual([lower.status, lower.body.code], [501, 'SMARTCAR_NOT_CAPABLE']);
  for (const path of [`vehicles/${car.vehicleId}/sunroof`, 'nonsense', 'vehicles/a/b/c/d']) {
    const { status, body } = await call('GET', `/v2.0/${path}`, undefined, bearer(car.tokens.access_token));
    assert.equal(status, 501, path);
    assert.deepEqual([body.type, body.code, body.statusCode], ['RESOURCE_NOT_FOUND', 'PATH', 501]);
  }
  const old = await call('GET', '/v1.0/vehicles');
  assert.deepEqual([old.status, old.body.code], [404, 'VERSION']);
});

test('compatibility is asked with the application, and tells by permission what a VIN can [§2.8-1]', async (t) => {
  const { call, carOf } = await standV2(t);
  const ask = (query: string, headers = basic(applicationId, clientSecret)): Promise<Json> =>
    call('GET', `/v2.0/compatibility?${query}`, undefined, headers);
  const scope = 'scope=read_odometer%20read_location&country=US';
  const tesla = (await ask(`vin=5YJXCDE22HF068739&${scope}`)).body;
  assert.equal(tesla.compatible, true);
  assert.deepEqual(
    tesla.capabilities.map((item: Json) => [item.permission, item.endpoint, item.capable, item.reason]),
    [
      ['read_location', '/location', true, null],
      ['read_odometer', '/odometer', true, null],
    ],
  );
  const audi = (await ask(`vin=WAUAFAFL1GN014882&${scope}`)).body;
  assert.equal(audi.compatible, true);
  assert.ok(audi.capabilities.every((item: Json) => item.capable === false && item.reason === 'SMARTCAR_NOT_CAPABLE'));
  const strange = (await ask(`vin=ZZZ00000000000000&${scope}`)).body;
  assert.deepEqual([strange.compatible, strange.reason], [false, 'MAKE_NOT_COMPATIBLE']);
  const ice = await carOf(burning);
  const [battery] = (await ask(`vin=${ice.vin}&scope=read_battery`)).body.capabilities;
  assert.deepEqual([battery.capable, battery.reason], [false, 'VEHICLE_NOT_CAPABLE']);
  assert.equal((await ask(`vin=short&${scope}`)).body.type, 'VALIDATION');
  assert.equal((await ask('vin=5YJXCDE22HF068739')).body.type, 'VALIDATION');
  assert.equal((await ask(`vin=5YJXCDE22HF068739&${scope}`, basic(applicationId, 'wrong'))).status, 401);
});

test('a plan without compatibility is told so by both of its paths [§2.8-5, §2.8-9]', async (t) => {
  const { call, sim } = await standV2(t);
  await sim('PATCH', '/knobs', { compatibilityInPlan: false });
  for (const path of [`/compatibility?vin=WVWZZZE1ZPP004711&scope=read_vin`, '/compatibility/matrix?region=US']) {
    const { status, body } = await call('GET', `/v2.0${path}`, undefined, basic(applicationId, clientSecret));
    assert.deepEqual([status, body.type, body.code], [430, 'BILLING', 'INVALID_PLAN']);
    assert.equal((await call('GET', `/v2.0${path}`)).status, 401, 'a stranger is not told');
  }
});

test('the matrix is keyed by make and narrowed by type, make and scope [§2.8-2]', async (t) => {
  const { call } = await standV2(t);
  const ask = async (query: string): Promise<Json> =>
    (await call('GET', `/v2.0/compatibility/matrix?${query}`, undefined, basic(applicationId, clientSecret))).body;
  const all = await ask('region=US');
  assert.ok(Object.keys(all).length > 5);
  assert.deepEqual(Object.keys(all.TESLA[0]).sort(), [
    'endYear',
    'endpoints',
    'model',
    'permissions',
    'startYear',
    'type',
  ]);
  const some = await ask('region=EUROPE&type=ICE&make=VOLKSWAGEN&scope=read_fuel%20read_battery');
  assert.deepEqual(Object.keys(some), ['VOLKSWAGEN']);
  assert.deepEqual(some.VOLKSWAGEN[0].permissions, ['read_fuel']);
  assert.equal((await ask('region=MARS')).type, 'VALIDATION');
});
