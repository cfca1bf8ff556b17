/** What we send to v2, to the byte. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Powertrain } from '../../src/domain/vehicle.ts';
import { batchRequest, pathsFor, requestCount } from '../../src/smartcar/v2/batch.ts';
import { compatibilityRequest } from '../../src/smartcar/v2/compatibility.ts';
import { deletionRequest, listingRequest } from '../../src/smartcar/v2/management.ts';
import { basic, codeRequest, refreshRequest } from '../../src/smartcar/v2/tokens.ts';
import {
  attributesRequest,
  disconnectRequest,
  permissionsRequest,
  userRequest,
  vehiclesRequest,
  vinRequest,
} from '../../src/smartcar/v2/vehicle.ts';
import { applicationId, userId, vehicleId } from './fixture.ts';

const credentials = { applicationId, clientSecret: 'the-secret' };
const asBearer = { accept: 'application/json', 'user-agent': 'Towline', authorization: 'Bearer t' };
const asClient = {
  accept: 'application/json',
  authorization: `Basic ${btoa(`${applicationId}:the-secret`)}`,
  'content-type': 'application/x-www-form-urlencoded',
  'user-agent': 'Towline',
};

test('names and passwords are written as the SDK writes them [§13-5, §13-6]', () => {
  assert.equal(basic('clientId', 'clientSecret'), 'Basic Y2xpZW50SWQ6Y2xpZW50U2VjcmV0');
  assert.equal(basic('default', 'fake-amt'), 'Basic ZGVmYXVsdDpmYWtlLWFtdA==');
  assert.equal(basic('default', 'amt'), 'Basic ZGVmYXVsdDphbXQ=');
});

test('a code is exchanged by a form, as the application, with the redirect it was given for [§1.6-1, §1.6-2]', () => {
  const request = codeRequest(
    credentials,
    '7f6d0a0b-6a0d-4a3e-8a6e-3a0b1a9b1f22',
    'https://app.example/smartcar/callback',
  );
  assert.deepEqual(request, {
    method: 'POST',
    path: '/oauth/token',
    headers: asClient,
    body: 'grant_type=authorization_code&code=7f6d0a0b-6a0d-4a3e-8a6e-3a0b1a9b1f22&redirect_uri=https%3A%2F%2Fapp.example%2Fsmartcar%2Fcallback',
  });
});

test('tokens are refreshed by a form, as the application [§1.6-1, §1.6-3]', () => {
  assert.deepEqual(refreshRequest(credentials, 'a3a4a3a8-91f1-4d7b-9a35-1f0c0f2ab9b2'), {
    method: 'POST',
    path: '/oauth/token',
    headers: asClient,
    body: 'grant_type=refresh_token&refresh_token=a3a4a3a8-91f1-4d7b-9a35-1f0c0f2ab9b2',
  });
});

test('a token with signs of a form in it stays one field', () => {
  const { body } = refreshRequest(credentials, 'a&b=c+d/e=');
  assert.deepEqual(
    [...new URLSearchParams(body)],
    [
      ['grant_type', 'refresh_token'],
      ['refresh_token', 'a&b=c+d/e='],
    ],
  );
});

test("every read finds its path, as the vehicle's grant and without a user [§2.1-1, §2.1-2]", () => {
  const requests = [
    userRequest('t'),
    vehiclesRequest('t', {}),
    vehiclesRequest('t', { limit: '50', offset: '50' }),
    attributesRequest('t', vehicleId),
    vinRequest('t', vehicleId),
    permissionsRequest('t', vehicleId, {}),
  ];
  for (const { method, headers, body } of requests) {
    assert.deepEqual([method, headers, body], ['GET', asBearer, undefined]);
  }
  assert.deepEqual(
    requests.map(({ path }) => path),
    [
      '/v2.0/user/',
      '/v2.0/vehicles/?limit=50&offset=0',
      '/v2.0/vehicles/?limit=50&offset=50',
      `/v2.0/vehicles/${vehicleId}/`,
      `/v2.0/vehicles/${vehicleId}/vin`,
      `/v2.0/vehicles/${vehicleId}/permissions?limit=50&offset=0`,
    ],
  );
});

test('compatibility is asked of a VIN as the application, with a country where one is known [§2.8-1, §2.8-3]', () => {
  const question = { vin: 'WVWZZZE1ZMP000001', permissions: ['read_odometer', 'control_security'], country: 'US' };
  const { 'content-type': _form, ...headers } = asClient;
  assert.deepEqual(compatibilityRequest(credentials, question, 'live'), {
    method: 'GET',
    path: '/v2.0/compatibility?vin=WVWZZZE1ZMP000001&scope=read_odometer%20control_security&country=US',
    headers,
  });
  assert.equal(
    compatibilityRequest(credentials, { ...question, country: null }, 'simulated').path,
    '/v2.0/compatibility?vin=WVWZZZE1ZMP000001&scope=read_odometer%20control_security&mode=simulated',
  );
});

test('a car is disconnected by deleting the application from it [§2.7-1]', () => {
  assert.deepEqual(disconnectRequest('t', vehicleId), {
    method: 'DELETE',
    path: `/v2.0/vehicles/${vehicleId}/application`,
    headers: asBearer,
  });
});

test('an id can not lead to another path', () => {
  const bad = '../../user?x#y' as typeof vehicleId; // an id as bad as they come
  assert.equal(attributesRequest('t', bad).path, '/v2.0/vehicles/..%2F..%2Fuser%3Fx%23y/');
  assert.equal(
    deletionRequest('t', { vehicleId: 'a&user_id=b' as typeof vehicleId }).path, // as above
    '/v2.0/management/connections?vehicle_id=a%26user_id%3Db',
  );
});

test('many reads are one request, in kilometres, litres and kilopascals [§2.1-4, §2.6-1]', () => {
  const paths = pathsFor({ permissions: ['read_odometer', 'read_location', 'control_security'], powertrain: null });
  assert.deepEqual(batchRequest('t', vehicleId, paths), {
    method: 'POST',
    path: `/v2.0/vehicles/${vehicleId}/batch`,
    headers: { ...asBearer, 'content-type': 'application/json', 'sc-unit-system': 'metric' },
    body: '{"requests":[{"path":"/location"},{"path":"/odometer"}]}',
  });
});

const everything = [
  'read_location',
  'read_odometer',
  'read_security',
  'read_battery',
  'read_charge',
  'read_fuel',
  'read_tires',
];
const core = ['/location', '/odometer', '/security'];
const asked: [powertrain: Powertrain | null, paths: string[]][] = [
  [null, [...core, '/battery', '/charge', '/fuel', '/tires/pressure']],
  ['BEV', [...core, '/battery', '/charge', '/tires/pressure']],
  ['PHEV', [...core, '/battery', '/charge', '/fuel', '/tires/pressure']],
  ['HEV', [...core, '/fuel', '/tires/pressure']],
  ['ICE', [...core, '/fuel', '/tires/pressure']],
];

for (const [powertrain, paths] of asked) {
  test(`a car of which ${powertrain ?? 'nothing'} is known is asked only what it can have, and each part is paid for [§2.6-6]`, () => {
    const wanted = { permissions: everything, powertrain };
    assert.deepEqual(
      pathsFor(wanted).map(({ path }) => path),
      paths,
    );
    assert.equal(requestCount(wanted), paths.length);
  });
}

test('what the owner did not grant is not asked for', () => {
  assert.equal(requestCount({ permissions: ['read_vehicle_info', 'read_vin'], powertrain: null }), 0);
  for (const permission of everything) {
    assert.equal(requestCount({ permissions: [permission], powertrain: null }), 1, permission);
  }
});

test("connections are listed by the hundred, with the management token as the password of 'default' [§7-1, §7-2, §7-3]", () => {
  assert.deepEqual(listingRequest('amt', { userId, vehicleId }, 'live', {}), {
    method: 'GET',
    path: `/v2.0/management/connections?limit=100&user_id=${userId}&vehicle_id=${vehicleId}&mode=live`,
    headers: { accept: 'application/json', authorization: 'Basic ZGVmYXVsdDphbXQ=', 'user-agent': 'Towline' },
  });
  assert.equal(
    listingRequest('amt', {}, 'simulated', { cursor: 'AES::a+/=' }).path,
    '/v2.0/management/connections?limit=100&mode=simulated&cursor=AES%3A%3Aa%2B%2F%3D',
  );
});

test('connections are deleted by user or by car [§7-4]', () => {
  assert.deepEqual(deletionRequest('amt', { userId }), {
    method: 'DELETE',
    path: `/v2.0/management/connections?user_id=${userId}`,
    headers: { accept: 'application/json', authorization: 'Basic ZGVmYXVsdDphbXQ=', 'user-agent': 'Towline' },
  });
  assert.equal(deletionRequest('amt', { vehicleId }).path, `/v2.0/management/connections?vehicle_id=${vehicleId}`);
});

test('a deletion without whom or what it is about is never sent [§7-6]', () => {
  for (const filter of [{ userId: '' }, { vehicleId: '' }, {}]) {
    const bad = filter as { userId: typeof userId }; // what a fault elsewhere might bring
    assert.throws(() => deletionRequest('amt', bad), /names a user or a car/);
  }
});
