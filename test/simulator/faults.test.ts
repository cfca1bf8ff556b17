import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorRows } from '../../simulator/error-table.ts';
import { testAccounts } from '../../simulator/seed/test-accounts.ts';
import { stand, type Json } from './stand.ts';

const signalsOf = (car: Json): string => `/vehicles/${car.vehicleId as string}/signals`;

test('each error of the table can be had from a car, on its signals or for the whole request', async (t) => {
  const { advance, api, sim, watched } = await stand(t);
  const car = await watched();
  await sim('PATCH', '/knobs', { limitsVehicles: false });
  for (const { type, code, status } of errorRows) {
    await sim('DELETE', '/faults');
    await sim('POST', `/cars/${car.vin as string}/faults`, { kind: 'error', type, code });
    await advance(5);
    const answer = await api('GET', signalsOf(car), undefined, car.user);
    if (answer.status !== 200) {
      assert.deepEqual([answer.status, answer.body.errors[0].type, answer.body.errors[0].code], [status, type, code]);
      continue;
    }
    const odometer = answer.body.data.find((item: Json) => item.attributes.code === 'odometer-traveleddistance');
    const { error } = odometer.attributes.status;
    assert.deepEqual([error.type, error.code], [type, code]);
    assert.ok(error.description.length > 10);
  }
});

test('one signal can fail while the others answer [§3.9-2]', async (t) => {
  const { advance, api, sim, watched } = await stand(t);
  const car = await watched();
  await sim('POST', `/cars/${car.vin as string}/faults`, {
    kind: 'error',
    type: 'SERVER',
    code: 'INTERNAL',
    signals: ['closure-islocked'],
    keepsBody: false,
  });
  await sim('POST', `/cars/${car.vin as string}/faults`, { kind: 'permission-missing', permission: 'read_location' });
  await advance(5);
  const { data } = (await api('GET', signalsOf(car), undefined, car.user)).body;
  const statusOf = (code: string): Json => data.find((item: Json) => item.attributes.code === code).attributes.status;
  assert.deepEqual(statusOf('closure-islocked').error.code, 'INTERNAL');
  assert.deepEqual(
    [statusOf('location-preciselocation').error.type, statusOf('location-preciselocation').error.code],
    ['PERMISSION', null],
  );
  assert.equal(statusOf('odometer-traveleddistance').value, 'SUCCESS');
  const [connection] = (await api('GET', '/connections')).body.data;
  assert.equal(connection.attributes.permissions.includes('read_location'), false);
});

test('half-written, garbage, empty, missing, limited and broken-off answers [§3.9-1]', async (t) => {
  const { api, sim, watched } = await stand(t);
  const car = await watched();
  const answerWith = async (what: Json): Promise<Json> => {
    await sim('DELETE', '/faults');
    await sim('POST', `/cars/${car.vin as string}/faults`, what);
    return api('GET', signalsOf(car), undefined, car.user);
  };
  const half = await answerWith({ kind: 'truncated' });
  assert.deepEqual([half.status, half.body], [200, null]);
  const page = await answerWith({ kind: 'garbage', status: 200 });
  assert.deepEqual([page.status, page.headers.get('content-type')], [200, 'text/html; charset=utf-8']);
  assert.equal((await answerWith({ kind: 'garbage' })).status, 502);
  assert.deepEqual((await answerWith({ kind: 'empty-store' })).body.data, []);
  assert.equal((await answerWith({ kind: 'not-found' })).body.errors[0].code, 'VEHICLE_NOT_FOUND');
  assert.equal((await api('GET', '/connections')).body.meta.totalCount, 1, 'though it is listed');
  const limited = await answerWith({ kind: 'rate-limit', retryAfterS: 77 });
  assert.deepEqual(
    [limited.status, limited.headers.get('retry-after'), limited.body.errors[0].code],
    [429, '77', 'VEHICLE'],
  );
  assert.equal((await answerWith({ kind: 'slow', delayMs: 5 })).status, 200);
  await assert.rejects(answerWith({ kind: 'hang-up' }));
});

test("in a manufacturer's outage nobody hears that a car sleeps; an account that moved or is refused is so all the same", async (t) => {
  const { advance, api, restart, sim, watched } = await stand(t);
  const car = await watched((item) => item.make === 'FORD' && item.fleet === 'first');
  const codeNow = async (): Promise<string> => {
    await advance(5);
    const read = await api('GET', `${signalsOf(car)}/odometer-traveleddistance`, undefined, car.user);
    return read.body.data.attributes.status.error.code;
  };
  await sim('POST', `/cars/${car.vin as string}/faults`, { kind: 'asleep' });
  assert.equal(await codeNow(), 'ASLEEP');
  await sim('POST', '/makes/FORD/outage', {});
  assert.equal(await codeNow(), 'NO_RESPONSE');
  const moved = { kind: 'error', type: 'COMPATIBILITY', code: 'PLATFORM_NOT_CAPABLE' };
  await sim('POST', `/cars/${car.vin as string}/faults`, moved);
  assert.equal(await codeNow(), 'PLATFORM_NOT_CAPABLE');
  await sim('POST', `/cars/${car.vin as string}/faults`, { kind: 'signed-out' });
  assert.equal(await codeNow(), 'AUTHENTICATION_FAILED');
  await sim('DELETE', '/makes/FORD/outage');
  await restart();
});

test('an outage stops a share of one make, and ends', async (t) => {
  const { advance, api, sim, watched } = await stand(t);
  const ford = await watched((car) => car.make === 'FORD' && car.fleet === 'first');
  const kia = await watched((car) => car.make === 'KIA' && car.fleet === 'first');
  const works = async (car: Json): Promise<boolean> =>
    (await api('GET', `${signalsOf(car)}/odometer-traveleddistance`, undefined, car.user)).body.data.attributes.status
      .value === 'SUCCESS';
  await sim('POST', '/makes/FORD/outage');
  await advance(5);
  assert.deepEqual([await works(ford), await works(kia)], [false, true]);
  await sim('DELETE', '/makes/ford/outage');
  await advance(5);
  assert.equal(await works(ford), true);
});

test('the application has 120 requests and two more a minute; a vehicle is throttled with retry-after [§5-1, §5-2, §5-3]', async (t) => {
  const { api, advance, connected, sim } = await stand(t, { bucket: { capacity: 120, refillPerMinute: 2 } });
  const car = await connected((item) => item.make === 'KIA' && item.fleet === 'first');
  let answer = await api('GET', signalsOf(car), undefined, car.user);
  for (let reads = 0; reads < 20; reads += 1) answer = await api('GET', signalsOf(car), undefined, car.user);
  assert.deepEqual([answer.status, answer.headers.get('retry-after')], [429, '240']);
  await sim('PATCH', '/knobs', { limitsVehicles: false });
  for (let reads = 0; reads < 100; reads += 1) answer = await api('GET', signalsOf(car), undefined, car.user);
  assert.deepEqual(
    [answer.status, answer.body.errors[0].code, answer.headers.get('retry-after')],
    [429, 'SMARTCAR_API', null],
  );
  await advance(61);
  assert.equal((await api('GET', signalsOf(car), undefined, car.user)).status, 200);
});

test('the documented test accounts sign in with any password and fail as they are named [§4.5-1]', async (t) => {
  const { advance, api, connectUrl, sim, world } = await stand(t);
  const { cars } = await world();
  for (const { email, vin, code } of testAccounts.filter((account) => account.code !== 'NO_VEHICLES')) {
    await sim('POST', '/authorize', { url: connectUrl({ mode: 'simulated' }), email, password: 'anything' });
    const car = cars.find((item: Json) => item.vin === vin);
    await advance(6);
    const { body } = await api(
      'GET',
      `/vehicles/${car.vehicleId as string}/signals/odometer-traveleddistance`,
      undefined,
      { 'sc-user-id': car.userId },
    );
    assert.equal(body.data.attributes.status.error.code, code);
  }
  const listed = await api('GET', '/connections?filter[vehicle.mode]=simulated&page[size]=100');
  assert.equal(listed.body.meta.totalCount, testAccounts.length - 1);
});

test('wishes that make no sense are answered 400 with a sentence', async (t) => {
  const { call, carOf } = await stand(t);
  const car = await carOf(() => true);
  const wishes: [path: string, body: Json, says: RegExp][] = [
    [`/cars/${car.vin as string}/faults`, { kind: 'melted' }, /kind/],
    [
      `/cars/${car.vin as string}/faults`,
      { kind: 'error', type: 'VEHICLE_STATE', code: 'TIRED' },
      /no error VEHICLE_STATE:TIRED/,
    ],
    [`/cars/${car.vin as string}/faults`, { kind: 'outage' }, /belongs to a make/],
    ['/makes/KIA/outage', { share: 3 }, /share/],
    ['/faults', { kind: 'password-changed' }, /account/],
    [`/cars/${car.vin as string}/claims`, { type: 'PERMISSION', code: null }, /not connected/],
    ['/authorize', { url: 'https://example.org' }, /url must be an address/],
    ['/authorize', {}, /url/],
  ];
  for (const [path, body, says] of wishes) {
    const answer = await call('POST', `/sim/api${path}`, body);
    assert.equal(answer.status, 400, path);
    assert.match(answer.body.error, says);
  }
  assert.equal((await call('PATCH', '/sim/api/knobs', { timestamps: 'sundial' })).status, 400);
  assert.equal((await call('POST', '/sim/api/faults', '{', { 'content-type': 'application/json' })).status, 400);
  assert.equal((await call('POST', '/sim/api/cars/none/faults', { kind: 'slow' })).status, 404);
});

test('the page shows the cars, and its buttons do what the API does', async (t) => {
  const { call, sim, watched } = await stand(t);
  const car = await watched();
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const press = async (fields: Record<string, string>, headers: Record<string, string> = {}) =>
    call('POST', '/sim/act', new URLSearchParams(fields).toString(), { ...form, ...headers });
  assert.equal((await press({ action: 'fault', vin: car.vin, kind: 'error VEHICLE_STATE:LOW_BATTERY' })).status, 303);
  const page = await call('GET', '/sim?show=faulty');
  assert.ok(page.text.includes(car.vin) && page.text.includes('VEHICLE_STATE:LOW_BATTERY'));
  const [fault] = (await sim('GET', '/faults')).faults;
  await press({ action: 'end-fault', id: fault.id });
  assert.deepEqual((await sim('GET', '/faults')).faults, []);
  await press({ action: 'knobs', 'webhook.shape': 'captured', timestamps: 'seconds' });
  const knobs = await sim('GET', '/knobs');
  assert.deepEqual([knobs.webhook.shape, knobs.timestamps, knobs.failureShape], ['captured', 'seconds', 'signals']);
  assert.equal(
    (await press({ action: 'fault', vin: car.vin, kind: 'slow' }, { origin: 'https://evil.example' })).status,
    403,
  );
  const lost = await press({ action: 'outage', make: 'FORD' }, { referer: 'http://127.0.0.1/sim?q=ford' });
  assert.equal(lost.headers.get('location'), '/sim?q=ford');
});

test('requests are counted by route and status', async (t) => {
  const { api, sim } = await stand(t);
  await api('GET', '/connections');
  await api('GET', '/connections/none');
  const { routes } = await sim('GET', '/requests');
  assert.deepEqual(routes['GET /v3/connections'], { count: 1, byStatus: { 200: 1 } });
  assert.deepEqual(routes['GET /v3/connections/:connectionId'], { count: 1, byStatus: { 404: 1 } });
  await sim('DELETE', '/requests');
  assert.equal((await sim('GET', '/requests')).routes['GET /v3/connections'], undefined);
});

test("a sold car's old connection has nothing of what the buyer's account has, and still what its own has", async (t) => {
  const { advance, api, restart, sim, watched, world } = await stand(t);
  const car = await watched((item) => item.make === 'FORD' && item.fleet === 'first');
  const { accounts } = await world();
  const buyer = accounts.find((item: Json) => item.make === 'FORD' && item.email !== car.account.email);
  const codeNow = async (): Promise<string> => {
    await advance(5);
    const read = await api('GET', `${signalsOf(car)}/odometer-traveleddistance`, undefined, car.user);
    return read.body.data.attributes.status.error.code;
  };
  await sim('POST', `/accounts/${encodeURIComponent(buyer.email)}/password`, {});
  await sim('POST', `/cars/${car.vin as string}/owner`, { email: buyer.email });
  assert.equal(await codeNow(), 'VEHICLE_MISSING');
  await sim('POST', `/accounts/${encodeURIComponent(car.account.email)}/password`, {});
  assert.equal(await codeNow(), 'AUTHENTICATION_FAILED');
  await restart();
});

test('a sold car is missing for its old connection and can be connected by its new owner, under other ids', async (t) => {
  const { advance, api, connectUrl, restart, sim, watched, world } = await stand(t);
  const car = await watched((item) => item.make === 'FORD' && item.fleet === 'first');
  const { accounts } = await world();
  const buyer = accounts.find((item: Json) => item.make === 'FORD' && item.email !== car.account.email);
  await sim('POST', `/cars/${car.vin as string}/owner`, { email: buyer.email });
  await advance(5);
  const old = await api('GET', `${signalsOf(car)}/odometer-traveleddistance`, undefined, car.user);
  assert.equal(old.body.data.attributes.status.error.code, 'VEHICLE_MISSING');
  await sim('POST', '/authorize', { url: connectUrl(), email: buyer.email, vins: [car.vin] });
  await advance(10);
  const now = await sim('GET', `/cars/${car.vin as string}`);
  assert.notEqual(now.vehicleId, car.vehicleId);
  const read = await api('GET', `${signalsOf(now)}/vehicleidentification-vin`, undefined, {
    'sc-user-id': buyer.userId,
  });
  assert.deepEqual(read.body.data.attributes.body, { value: car.vin });
  await restart();
});
