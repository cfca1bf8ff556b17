/** Batches, as Smartcar's SDK asks and reads them. @see docs/smartcar.md §2.6, §12.3 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json } from './stand.ts';
import { briefly, plugIn, refusal, sdk, standSdk, uuid } from './sdk-stand.ts';

/** Path of a part, and the name that its accessor has. */
const accessors: [path: string, name: string][] = [
  ['/', 'attributes'],
  ['/vin', 'vin'],
  ['/location', 'location'],
  ['/odometer', 'odometer'],
  ['/fuel', 'fuel'],
  ['/battery', 'battery'],
  ['/battery/capacity', 'batteryCapacity'],
  ['/battery/nominal_capacity', 'batteryNominalCapacity'],
  ['/charge', 'charge'],
  ['/charge/limit', 'chargeLimit'],
  ['/tires/pressure', 'tirePressure'],
  ['/engine/oil', 'engineOil'],
  ['/security', 'lockStatus'],
  ['/permissions', 'permissions'],
  ['/diagnostics/system_status', 'diagnosticSystemStatus'],
  ['/diagnostics/dtcs', 'diagnosticTroubleCodes'],
  ['/service/history', 'serviceHistory'],
];

test('a batch has an accessor for each path, with what the read alone gives [§2.6-1, §2.6-3, §2.6-9]', async (t) => {
  const { connectedV2, vehicle, lastAsked } = await standSdk(t);
  const car = await connectedV2(plugIn);
  const batch = await vehicle(car).batch(accessors.map(([path]) => path));
  assert.deepEqual([lastAsked().method, lastAsked().path], ['POST', `/v2.0/vehicles/${car.vehicleId}/batch`]);
  assert.deepEqual(JSON.parse(lastAsked().body), { requests: accessors.map(([path]) => ({ path })) });
  assert.deepEqual(
    Object.keys(batch),
    accessors.map(([, name]) => name),
  );
  const reads = { odometer: vehicle(car).odometer(), tirePressure: vehicle(car).tirePressure() };
  for (const [name, read] of Object.entries(reads)) {
    const { meta, ...body } = batch[name]?.();
    const { meta: _, ...alone } = await read;
    assert.deepEqual(body, alone, name);
    assert.equal(meta.unitSystem, 'metric', name);
    assert.ok(meta.dataAge instanceof Date && meta.fetchedAt instanceof Date, name);
    assert.match(meta.requestId, uuid, "the batch's own");
  }
  assert.equal(batch['lockStatus']?.().isLocked, (await vehicle(car).lockStatus()).isLocked);
  assert.equal(batch['attributes']?.().id, car.vehicleId);
});

test('a path without its slash has its accessor all the same [§2.6-4]', async (t) => {
  const { connectedV2, vehicle } = await standSdk(t);
  const car = await connectedV2(plugIn);
  const batch = await vehicle(car).batch(['tires/pressure', 'odometer']);
  assert.deepEqual(Object.keys(batch), ['tirePressure', 'odometer']);
  assert.ok(batch['tirePressure']?.().frontLeft > 0);
});

test('a failed part breaks the SDK when it is looked at, and no sooner [§2.6-2, §2.6-8, §12.3-2]', async (t) => {
  const { connectedV2, vehicle } = await standSdk(t);
  const car = await connectedV2(plugIn, { scope: 'read_odometer' });
  const batch = await vehicle(car).batch(['/odometer', '/location']);
  assert.ok(batch['odometer']?.().distance > 0);
  const error = await refusal(() => batch['location']?.());
  assert.equal(error.constructor, TypeError);
  assert.match(error.message, /^Cannot read properties of undefined \(reading 'content-type'\)$/);
});

test('a failed part with headers is an error of its own type, with the status of the batch [§2.6-1, §2.6-7, §2.6-8, §12.3-2]', async (t) => {
  const { connectedV2, vehicle, sim } = await standSdk(t);
  await sim('PATCH', '/knobs', { batchErrorHeaders: true });
  const car = await connectedV2(plugIn, { scope: 'read_odometer' });
  const batch = await vehicle(car).batch(['/location', '/fuel', '/odometer', '/weather']);
  const [location, fuel, weather] = await Promise.all(
    ['location', 'fuel', 'weather'].map((name) => refusal(() => batch[name]?.())),
  );
  assert.deepEqual(briefly(location), ['SmartcarError', 200, 'PERMISSION', undefined]);
  assert.deepEqual(location.resolution, { type: 'REAUTHENTICATE' });
  assert.deepEqual(briefly(weather), ['SmartcarError', 200, 'RESOURCE_NOT_FOUND', 'PATH']);
  assert.match(location.requestId, uuid);
  assert.equal(fuel.requestId, location.requestId, 'one request');
  assert.ok(batch['odometer']?.().distance > 0);
});

test('what a car can not do surfaces only when its accessor is called [§2.3-3, §12.3-2]', async (t) => {
  const { connectedV2, vehicle, sim } = await standSdk(t);
  await sim('PATCH', '/knobs', { batchErrorHeaders: true });
  const car = await connectedV2((item: Json) => item.fleet === 'first' && item.powertrain === 'ICE');
  const batch = await vehicle(car).batch(['/battery']);
  const error = await refusal(() => batch['battery']?.());
  assert.deepEqual(briefly(error), ['SmartcarError', 200, 'COMPATIBILITY', 'VEHICLE_NOT_CAPABLE']);
});

test('a batch that fails as a whole is an ordinary error of the SDK [§2.6-5, §4.1-7, §5-2]', async (t) => {
  const { connectedV2, vehicle, sim } = await standSdk(t);
  const car = await connectedV2(plugIn);
  const stranger = new sdk.Vehicle(car.vehicleId, 'not-a-token');
  assert.deepEqual(briefly(await refusal(stranger.batch(['/odometer']))), [
    'SmartcarError',
    401,
    'AUTHENTICATION',
    undefined,
  ]);
  const empty = await refusal(vehicle(car).batch([]));
  assert.deepEqual(briefly(empty), ['SmartcarError', 400, 'VALIDATION', undefined]);
  assert.deepEqual(empty.detail[0].field, ['requests']);
  await sim('POST', `/cars/${car.vin}/faults`, { kind: 'error', type: 'SERVER', code: 'INTERNAL' });
  assert.deepEqual(briefly(await refusal(vehicle(car).batch(['/odometer']))).slice(1), [500, 'SERVER', 'INTERNAL']);
  await sim('DELETE', '/faults');
  await sim('PATCH', '/knobs', { applicationBucket: { capacity: 1, refillPerMinute: 0 } });
  await vehicle(car).batch(['/odometer']);
  assert.deepEqual(briefly(await refusal(vehicle(car).batch(['/odometer']))).slice(1), [
    429,
    'RATE_LIMIT',
    'SMARTCAR_API',
  ]);
});

test('a history inside a batch is an object with numbers for names', async (t) => {
  const { connectedV2, vehicle } = await standSdk(t);
  const car = await connectedV2(plugIn);
  const alone = await vehicle(car).serviceHistory();
  const batch = await vehicle(car).batch(['/service/history']);
  const { meta: _, ...history } = batch['serviceHistory']?.();
  assert.deepEqual(Object.values(history), alone.data);
  assert.equal('data' in history, false);
});

test('a batch whose answer is a page, or half an answer, breaks the SDK', async (t) => {
  const { connectedV2, vehicle, sim } = await standSdk(t);
  const car = await connectedV2(plugIn);
  for (const fault of [{ kind: 'garbage', status: 200 }, { kind: 'truncated' }]) {
    await sim('DELETE', '/faults');
    await sim('POST', `/cars/${car.vin}/faults`, fault);
    assert.equal((await refusal(vehicle(car).batch(['/odometer']))).constructor, TypeError);
  }
});
