/** What Smartcar's SDK asks without a vehicle's token: connections and compatibility. @see docs/smartcar.md §2.8, §7, §13 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json } from './stand.ts';
import {
  applicationId,
  briefly,
  clientSecret,
  managementToken,
  refusal,
  sdk,
  setEnvironment,
  standSdk,
  uuid,
} from './sdk-stand.ts';

test('connections are listed from the management origin, by pages with a cursor [§0.4-4, §0.5-4, §7-1, §7-2]', async (t) => {
  const { codeFor, world, lastAsked, asked, origin } = await standSdk(t);
  // The management host is another one than the API's.
  setEnvironment(t, { SMARTCAR_API_ORIGIN: 'http://127.0.0.1:9', SMARTCAR_MANAGEMENT_API_ORIGIN: origin });
  const cars = (await world()).cars.filter((car: Json) => car.fleet === 'first').slice(0, 12);
  for (const car of cars) await codeFor(car.account.email, [car.vin]);
  const page = await sdk.getConnections(managementToken, {}, { limit: 10 });
  assert.equal(lastAsked().path, '/v2.0/management/connections?limit=10');
  assert.equal(lastAsked().headers['authorization'], `Basic ${btoa(`default:${managementToken}`)}`);
  assert.equal(page.connections.length, 10);
  assert.equal(typeof page.paging.cursor, 'string');
  assert.deepEqual(Object.keys(page.connections[0]).sort(), ['connectedAt', 'mode', 'userId', 'vehicleId']);
  assert.match(page.connections[0].vehicleId, uuid);
  const rest = await sdk.getConnections(managementToken, {}, { limit: 10, cursor: page.paging.cursor });
  assert.equal(rest.connections.length, 2);
  assert.equal(rest.paging.cursor, null);
  assert.equal((await sdk.getConnections(managementToken)).connections.length, 10);
  assert.equal(asked.length, 3);
});

test('connections are filtered by user and by vehicle [§7-3]', async (t) => {
  const { connectedV2, lastAsked } = await standSdk(t);
  const one = await connectedV2();
  const other = await connectedV2((car) => car.fleet === 'second');
  const ids = async (filter: Json): Promise<string[]> =>
    (await sdk.getConnections(managementToken, filter)).connections.map((item: Json) => item.vehicleId);
  assert.deepEqual(await ids({ userId: one.userId }), [one.vehicleId]);
  assert.equal(lastAsked().path, `/v2.0/management/connections?user_id=${one.userId}`);
  assert.deepEqual(await ids({ vehicleId: other.vehicleId }), [other.vehicleId]);
  assert.equal(lastAsked().path, `/v2.0/management/connections?vehicle_id=${other.vehicleId}`);
  assert.deepEqual(await ids({ userId: one.userId, vehicleId: other.vehicleId }), []);
});

test('a limit beyond a hundred, and a cursor of somebody else, are refused [§7-2]', async (t) => {
  await standSdk(t);
  for (const paging of [{ limit: 101 }, { cursor: 'nonsense' }]) {
    const error = await refusal(sdk.getConnections(managementToken, {}, paging));
    assert.deepEqual(briefly(error), ['SmartcarError', 400, 'VALIDATION', 'PARAMETER']);
  }
});

test('connections are deleted by vehicle or by user, and named in the answer; both at once are never sent [§7-4, §12.2-3]', async (t) => {
  const { connectedV2, vehicle, lastAsked, asked } = await standSdk(t);
  const car = await connectedV2();
  const other = await connectedV2((item) => item.fleet === 'second');
  asked.length = 0;
  const both = await refusal(sdk.deleteConnections(managementToken, { userId: car.userId, vehicleId: car.vehicleId }));
  assert.equal(both.constructor, Error);
  assert.match(both.message, /EITHER user_id OR vehicle_id, not both/);
  assert.deepEqual(asked, []);
  const { connections } = await sdk.deleteConnections(managementToken, { vehicleId: car.vehicleId });
  assert.deepEqual(connections, [{ vehicleId: car.vehicleId, userId: car.userId }]);
  assert.deepEqual(
    [lastAsked().method, lastAsked().path],
    ['DELETE', `/v2.0/management/connections?vehicle_id=${car.vehicleId}`],
  );
  assert.deepEqual(briefly(await refusal(vehicle(car).odometer())).slice(1, 3), [403, 'PERMISSION']);
  const byUser = await sdk.deleteConnections(managementToken, { userId: other.userId });
  assert.deepEqual(byUser.connections, [{ vehicleId: other.vehicleId, userId: other.userId }]);
  assert.deepEqual((await sdk.deleteConnections(managementToken, { userId: other.userId })).connections, []);
});

test('without a filter the SDK would delete everything; here that is refused [§7-6]', async (t) => {
  const { connectedV2, lastAsked } = await standSdk(t);
  await connectedV2();
  const error = await refusal(sdk.deleteConnections(managementToken, {}));
  assert.equal(lastAsked().path, '/v2.0/management/connections');
  assert.deepEqual(briefly(error), ['SmartcarError', 400, 'VALIDATION', undefined]);
  assert.equal((await sdk.getConnections(managementToken)).connections.length, 1);
});

test('a wrong management token is 401, sent as the Basic that is known of it [§7-8, §13-5]', async (t) => {
  const { connectedV2, lastAsked } = await standSdk(t);
  const car = await connectedV2();
  const calls = [() => sdk.getConnections('amt'), () => sdk.deleteConnections('amt', { vehicleId: car.vehicleId })];
  for (const call of calls) {
    assert.deepEqual(briefly(await refusal(call)), ['SmartcarError', 401, 'AUTHENTICATION', undefined]);
    assert.equal(lastAsked().headers['authorization'], 'Basic ZGVmYXVsdDphbXQ=');
  }
  await refusal(sdk.getConnections('fake-amt'));
  assert.equal(lastAsked().headers['authorization'], 'Basic ZGVmYXVsdDpmYWtlLWFtdA==');
  assert.equal((await sdk.getConnections(managementToken)).connections.length, 1);
});

const credentials = { clientId: applicationId, clientSecret };
const scope = ['read_odometer', 'read_location'];

test('compatibility is asked by VIN with Basic of the application; the two VINs of the SDK are as its tests saw them [§2.1-1, §2.8-1]', async (t) => {
  const { lastAsked } = await standSdk(t);
  const tesla = await sdk.getCompatibility('5YJXCDE22HF068739', scope, 'US', credentials);
  assert.deepEqual([tesla.compatible, tesla.reason], [true, null]);
  const brief = ({ permission, endpoint, capable }: Json): unknown => [permission, endpoint, capable];
  assert.deepEqual(tesla.capabilities.map(brief).sort(), [
    ['read_location', '/location', true],
    ['read_odometer', '/odometer', true],
  ]);
  const { path, headers } = lastAsked();
  assert.equal(path, '/v2.0/compatibility?scope=read_odometer+read_location&country=US&vin=5YJXCDE22HF068739');
  assert.equal(headers['authorization'], `Basic ${btoa(`${applicationId}:${clientSecret}`)}`);
  const audi = await sdk.getCompatibility('WAUAFAFL1GN014882', scope, credentials);
  assert.match(lastAsked().path, /&country=US&/, 'unless told');
  assert.equal(audi.compatible, true);
  assert.deepEqual(
    audi.capabilities.map((item: Json) => [item.capable, item.reason]),
    [
      [false, 'SMARTCAR_NOT_CAPABLE'],
      [false, 'SMARTCAR_NOT_CAPABLE'],
    ],
  );
});

test('the options of compatibility go into its query, from the environment too [§2.8-1]', async (t) => {
  const { lastAsked } = await standSdk(t);
  setEnvironment(t, { SMARTCAR_CLIENT_ID: applicationId, SMARTCAR_CLIENT_SECRET: clientSecret });
  const options = { mode: 'simulated', flags: { flag: 'suboption' } };
  assert.equal((await sdk.getCompatibility('5YJXCDE22HF068739', scope, 'DE', options)).compatible, true);
  assert.match(lastAsked().path, /\?flags=flag%3Asuboption&mode=simulated&scope=[^&]+&country=DE&vin=\w+$/);
  const level = { testModeCompatibilityLevel: 'compatible' };
  assert.equal((await sdk.getCompatibility('5YJXCDE22HF068739', scope, 'US', level)).compatible, true);
  assert.match(lastAsked().path, /\?test_mode_compatibility_level=compatible&mode=test&/);
  const wrongMode = await refusal(sdk.getCompatibility('5YJXCDE22HF068739', scope, 'US', { mode: 'dead' }));
  assert.match(wrongMode.message, /^The "mode" parameter MUST be one of/);
});

test('compatibility of no VIN is 400, and of a wrong secret 401 with the Basic that is known of it [§2.8-1, §13-6]', async (t) => {
  const { lastAsked } = await standSdk(t);
  const noVin = await refusal(sdk.getCompatibility('short', scope, 'US', credentials));
  assert.deepEqual(briefly(noVin), ['SmartcarError', 400, 'VALIDATION', undefined]);
  const known = { clientId: 'clientId', clientSecret: 'clientSecret' };
  const calls = [
    () => sdk.getCompatibility('5YJXCDE22HF068739', scope, 'US', known),
    () => sdk.getCompatibilityMatrix('US', known),
  ];
  for (const call of calls) {
    assert.deepEqual(briefly(await refusal(call)), ['SmartcarError', 401, 'AUTHENTICATION', undefined]);
    assert.equal(lastAsked().headers['authorization'], 'Basic Y2xpZW50SWQ6Y2xpZW50U2VjcmV0');
  }
});

test('the matrix is an object by make, filtered by type, make and permission; a region that is none is 400 [§2.8-2]', async (t) => {
  const { lastAsked } = await standSdk(t);
  const all = await sdk.getCompatibilityMatrix('EUROPE', credentials);
  const makes = Object.keys(all).filter((key) => key !== 'meta');
  assert.ok(makes.length > 5);
  for (const make of makes)
    assert.deepEqual(Object.keys(all[make][0]).sort(), [
      'endYear',
      'endpoints',
      'model',
      'permissions',
      'startYear',
      'type',
    ]);
  const some = await sdk.getCompatibilityMatrix('US', {
    ...credentials,
    make: ['TESLA', 'VOLKSWAGEN'],
    type: 'BEV',
    scope: ['read_battery', 'read_charge'],
  });
  assert.equal(
    lastAsked().path,
    '/v2.0/compatibility/matrix?region=US&scope=read_battery+read_charge&make=TESLA+VOLKSWAGEN&type=BEV',
  );
  const rows: Json[] = [...some.TESLA, ...some.VOLKSWAGEN];
  assert.ok(rows.every(({ type }) => type === 'BEV'));
  assert.ok(rows.every(({ permissions }) => permissions.every((name: string) => /^read_(battery|charge)$/.test(name))));
  const nowhere = await refusal(sdk.getCompatibilityMatrix('MOON', credentials));
  assert.deepEqual(briefly(nowhere), ['SmartcarError', 400, 'VALIDATION', 'PARAMETER']);
});
