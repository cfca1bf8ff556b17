/** What Smartcar's SDK reads of v2. @see docs/smartcar.md §2, §12.2 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json } from './stand.ts';
import { everyPermission } from './v2-stand.ts';
import {
  briefly,
  burning,
  electric,
  plugIn,
  refusal,
  sdk,
  sdkReads,
  standSdk,
  uuid,
  type SdkRead,
  type SdkVehicle,
} from './sdk-stand.ts';

const isShare = (value: unknown): boolean => typeof value === 'number' && value >= 0 && value <= 1;
const isCount = (value: unknown): boolean => typeof value === 'number' && value >= 0;
const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
const isList = (value: unknown): boolean => Array.isArray(value);

/** The path of each read below the vehicle, and what its values are. */
const reads: Record<SdkRead, [path: string, fields: Record<string, (value: unknown) => boolean>]> = {
  attributes: [
    '/',
    {
      id: (value) => uuid.test(String(value)),
      make: (value) => /^[A-Z][A-Z_-]+$/.test(String(value)),
      model: isText,
      year: isCount,
    },
  ],
  vin: ['/vin', { vin: (value) => String(value).length === 17 }],
  location: [
    '/location',
    { latitude: (value) => typeof value === 'number', longitude: (value) => typeof value === 'number' },
  ],
  odometer: ['/odometer', { distance: isCount }],
  fuel: ['/fuel', { range: isCount, percentRemaining: isShare, amountRemaining: isCount }],
  battery: ['/battery', { range: isCount, percentRemaining: isShare }],
  batteryCapacity: ['/battery/capacity', { capacity: isCount }],
  nominalCapacity: [
    '/battery/nominal_capacity',
    { availableCapacities: isList, capacity: (value: Json) => isCount(value.nominal), url: (value) => value === null },
  ],
  charge: [
    '/charge',
    {
      isPluggedIn: (value) => typeof value === 'boolean',
      state: (value) => /^(CHARGING|FULLY_CHARGED|NOT_CHARGING)$/.test(String(value)),
    },
  ],
  getChargeLimit: ['/charge/limit', { limit: isShare }],
  tirePressure: ['/tires/pressure', { frontLeft: isCount, frontRight: isCount, backLeft: isCount, backRight: isCount }],
  engineOil: ['/engine/oil', { lifeRemaining: isShare }],
  lockStatus: [
    '/security',
    {
      isLocked: (value) => typeof value === 'boolean',
      doors: isList,
      windows: isList,
      sunroof: isList,
      storage: isList,
      chargingPort: isList,
    },
  ],
  diagnosticSystemStatus: ['/diagnostics/system_status', { systems: isList }],
  diagnosticTroubleCodes: ['/diagnostics/dtcs', { activeCodes: isList }],
  serviceHistory: [
    '/service/history?start_date=undefined&end_date=undefined',
    { data: (value: Json) => isList(value) && isText(value[0].serviceDate) },
  ],
};

// Object.entries forgets that the keys are those of the record.
const everyRead = Object.entries(reads) as [SdkRead, (typeof reads)[SdkRead]][];
const ask = (vehicle: SdkVehicle, name: SdkRead): Promise<Json> => vehicle[name]();

test('every read of the SDK has its path and its fields, no others, and the request beside them [§2.1-3, §2.1-7, §2.2-3, §2.2-5, §2.2-6, §2.2-7, §2.2-8, §2.2-9, §2.2-10, §2.2-11, §2.2-13, §2.2-14, §2.2-15, §2.2-16, §2.2-17, §2.3-1, §2.3-2, §2.4-1, §12.2-5]', async (t) => {
  const { connectedV2, vehicle, lastAsked } = await standSdk(t);
  const car = await connectedV2(plugIn);
  for (const [name, [path, fields]] of everyRead) {
    const { meta, ...body } = await ask(vehicle(car), name);
    assert.deepEqual([lastAsked().method, lastAsked().path], ['GET', `/v2.0/vehicles/${car.vehicleId}${path}`]);
    assert.equal(lastAsked().headers['authorization'], `Bearer ${car.tokens.access_token}`);
    assert.deepEqual(Object.keys(body).sort(), Object.keys(fields).sort(), name);
    for (const [field, fits] of Object.entries(fields)) assert.ok(fits(body[field]), `${name}.${field}`);
    assert.match(meta.requestId, uuid, name);
  }
  assert.equal((await vehicle(car).vin()).vin, car.vin);
  assert.deepEqual((await vehicle(car).attributes()).make, car.make);
});

test('every read without its own permission is 403, with the page and the remedy, and no code at all [§2.2-3, §4.1-2, §4.1-3, §4.1-4, §4.2-6, §12.5-2]', async (t) => {
  const { connectedV2, vehicle, sim } = await standSdk(t);
  const car = await connectedV2(plugIn);
  for (const [name] of everyRead) {
    await sim('DELETE', '/faults');
    await sim('POST', `/cars/${car.vin}/faults`, { kind: 'permission-missing', permission: sdkReads[name] });
    const error = await refusal(ask(vehicle(car), name));
    assert.deepEqual(briefly(error), ['SmartcarError', 403, 'PERMISSION', undefined], name);
    assert.equal('code' in error, false, 'absent where it is null');
    assert.match(error.message, /^PERMISSION:null - \w/);
    assert.equal(error.docURL, 'https://smartcar.com/docs/errors/api-errors/permission-errors#null');
    assert.deepEqual(error.resolution, { type: 'REAUTHENTICATE' });
    assert.match(error.requestId, uuid);
  }
});

test('what a car lacks is 501 for the SDK: a battery, or a tank [§2.3-3]', async (t) => {
  const { connectedV2, vehicle } = await standSdk(t);
  const missing: [fits: (car: Json) => boolean, names: SdkRead[]][] = [
    [burning, ['battery', 'batteryCapacity', 'nominalCapacity', 'charge', 'getChargeLimit']],
    [electric, ['fuel', 'engineOil']],
  ];
  for (const [fits, names] of missing) {
    const car = await connectedV2(fits);
    for (const name of names) {
      const error = await refusal(ask(vehicle(car), name));
      assert.deepEqual(briefly(error), ['SmartcarError', 501, 'COMPATIBILITY', 'VEHICLE_NOT_CAPABLE'], name);
    }
  }
});

test('the age of data is a date in meta, and units stand where there are units [§2.1-4, §2.1-5, §2.1-6, §2.3-4, §12.2-5]', async (t) => {
  const { connectedV2, vehicle } = await standSdk(t);
  const car = await connectedV2(plugIn);
  const metric = await vehicle(car).odometer();
  assert.ok(metric.meta.dataAge instanceof Date && metric.meta.fetchedAt instanceof Date);
  assert.ok(metric.meta.dataAge <= metric.meta.fetchedAt);
  assert.equal(metric.meta.unitSystem, 'metric');
  const imperial = await vehicle(car, { unitSystem: 'imperial' }).odometer();
  assert.equal(imperial.meta.unitSystem, 'imperial');
  assert.ok(Math.abs(imperial.distance / metric.distance - 0.6214) < 0.001);
  assert.equal('unitSystem' in (await vehicle(car).location()).meta, false);
  assert.deepEqual(Object.keys((await vehicle(car).attributes()).meta), ['requestId']);
});

test('permissions are paged: twelve of them are count 12 from offset 0 [§2.1-2, §2.2-4]', async (t) => {
  const { connectedV2, vehicle } = await standSdk(t);
  const scope = everyPermission.split(' ').slice(0, 12).join(' ');
  const car = await connectedV2(plugIn, { scope });
  const all = await vehicle(car).permissions();
  assert.deepEqual(all.permissions, scope.split(' '));
  assert.deepEqual(all.paging, { count: 12, offset: 0 });
  const some = await vehicle(car).permissions({ limit: 2, offset: 3 });
  assert.deepEqual(some.permissions, scope.split(' ').slice(3, 5));
  assert.deepEqual(some.paging, { count: 12, offset: 3 });
  const tooMany = await refusal(vehicle(car).permissions({ limit: 51 }));
  assert.deepEqual(briefly(tooMany), ['SmartcarError', 400, 'VALIDATION', 'PARAMETER']);
  assert.ok(Array.isArray(tooMany.detail));
  const stranger = new sdk.Vehicle(car.vehicleId, 'not-a-token');
  assert.deepEqual(briefly(await refusal(stranger.permissions())), ['SmartcarError', 401, 'AUTHENTICATION', undefined]);
});

test('getVehicles and getUser say what a token opens, and a token that opens nothing is 401 [§2.1-1, §2.1-2, §2.2-1, §2.2-2, §4.1-3, §4.2-1]', async (t) => {
  const { connectedV2, lastAsked } = await standSdk(t);
  const car = await connectedV2();
  const { vehicles, paging, meta } = await sdk.getVehicles(car.tokens.access_token);
  assert.equal(lastAsked().path, '/v2.0/vehicles/');
  assert.deepEqual([vehicles, paging], [[car.vehicleId], { count: 1, offset: 0 }]);
  assert.match(meta.requestId, uuid);
  assert.deepEqual((await sdk.getVehicles(car.tokens.access_token, { limit: 5, offset: 1 })).vehicles, []);
  assert.equal(lastAsked().path, '/v2.0/vehicles/?limit=5&offset=1');
  const { id } = await sdk.getUser(car.tokens.access_token);
  assert.equal(lastAsked().path, '/v2.0/user/');
  assert.equal(id, car.userId);
  for (const call of [() => sdk.getVehicles('not-a-token'), () => sdk.getUser('not-a-token')]) {
    const error = await refusal(call);
    assert.deepEqual(briefly(error), ['SmartcarError', 401, 'AUTHENTICATION', undefined]);
    assert.equal(error.docURL, 'https://smartcar.com/docs/errors/api-errors/authentication-errors#null');
  }
  const tooMany = await refusal(sdk.getVehicles(car.tokens.access_token, { limit: 51 }));
  assert.deepEqual(briefly(tooMany), ['SmartcarError', 400, 'VALIDATION', 'PARAMETER']);
});

test('a history has its dates in the query; without any it is asked from undefined to undefined, and answered [§2.2-17, §12.2-2]', async (t) => {
  const { connectedV2, vehicle, lastAsked } = await standSdk(t);
  const car = await connectedV2(plugIn);
  const year = await vehicle(car).serviceHistory();
  assert.match(lastAsked().path, /\?start_date=undefined&end_date=undefined$/);
  assert.ok(year.data.length >= 1);
  const day = await vehicle(car).serviceHistory('2026-11-19', '2026-11-20');
  assert.match(lastAsked().path, /\?start_date=2026-11-19&end_date=2026-11-20$/);
  assert.ok(day.data.length < year.data.length);
  assert.deepEqual(briefly(await refusal(vehicle(car).serviceHistory('soon', 'later'))).slice(1, 3), [
    400,
    'VALIDATION',
  ]);
});

test('flags go into the query of every request about the car [§12.2-4]', async (t) => {
  const { connectedV2, vehicle, lastAsked } = await standSdk(t);
  const car = await connectedV2();
  assert.ok((await vehicle(car, { flags: { country: 'DE' } }).odometer()).distance > 0);
  assert.match(lastAsked().path, /\/odometer\?flags=country%3ADE$/);
});

test('request asks anything of v2 with headers of its own; what is not there is 501 here [§2.1-4]', async (t) => {
  const { connectedV2, vehicle, lastAsked } = await standSdk(t);
  const car = await connectedV2();
  const { body, meta } = await vehicle(car).request('GET', 'odometer', undefined, { 'sc-unit-system': 'imperial' });
  assert.equal(typeof body.distance, 'number');
  assert.equal(meta.unitSystem, 'imperial');
  assert.equal(lastAsked().headers['sc-unit-system'], 'imperial');
  const sent = await vehicle(car).request('POST', 'security', { action: 'LOCK' });
  assert.equal(sent.body.status, 'success');
  const foreign = await refusal(vehicle(car).request('GET', 'odometer', undefined, { Authorization: 'Bearer nobody' }));
  assert.deepEqual(briefly(foreign).slice(1, 3), [401, 'AUTHENTICATION']);
  const nowhere = await refusal(vehicle(car).request('GET', 'weather'));
  assert.deepEqual(briefly(nowhere), ['SmartcarError', 501, 'RESOURCE_NOT_FOUND', 'PATH']);
});
