import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readCallback } from '../../src/smartcar/connect-callback.ts';
import { authorizeUrl, reauthenticateUrl, type Authorize } from '../../src/smartcar/connect-url.ts';
import type { ConnectPlace } from '../../src/smartcar/smartcar.ts';
import { applicationId, vehicleId } from './fixture.ts';

const connect: ConnectPlace = { origin: 'https://connect.smartcar.com', applicationId, mode: 'live' };
const redirectUri = 'https://towline.example/connect/callback';
const authorize: Authorize = {
  state: 'st-1',
  externalId: 'own_1',
  redirectUri,
  required: ['read_location', 'read_odometer'],
  optional: ['read_vin', 'read_odometer'],
  force: false,
};

test('an owner is sent to Connect with every documented parameter, spaces as %20', () => {
  const address = authorizeUrl(connect, {
    ...authorize,
    make: 'TESLA',
    vin: '5YJ3E1EA7KF000001',
    country: 'DE',
    force: true,
  });
  const url = new URL(address);
  assert.equal(url.origin + url.pathname, 'https://connect.smartcar.com/oauth/authorize');
  assert.deepEqual(Object.fromEntries(url.searchParams), {
    response_type: 'code',
    client_id: applicationId,
    redirect_uri: redirectUri,
    scope: 'required:read_location required:read_odometer read_vin',
    state: 'st-1',
    external_id: 'own_1',
    mode: 'live',
    approval_prompt: 'force',
    single_select: 'true',
    single_select_vin: '5YJ3E1EA7KF000001',
    make: 'TESLA',
    flags: 'country:DE',
  });
  assert.ok(!address.includes('+'));
});

test('what is not known is not sent', () => {
  const { searchParams } = new URL(authorizeUrl({ ...connect, mode: 'simulated' }, { ...authorize, make: null }));
  assert.deepEqual(
    ['make', 'single_select_vin', 'flags'].filter((name) => searchParams.has(name)),
    [],
  );
  assert.deepEqual([searchParams.get('mode'), searchParams.get('approval_prompt')], ['simulated', 'auto']);
});

const reauthenticate = { state: 'st-2', externalId: 'own_1', redirectUri, smartcarVehicleId: vehicleId };
const built = {
  response_type: 'vehicle_id',
  client_id: applicationId,
  vehicle_id: vehicleId,
  redirect_uri: redirectUri,
  state: 'st-2',
  external_id: 'own_1',
};
const queryOf = (resolutionUrl: string | null): Record<string, string> => {
  const url = new URL(reauthenticateUrl(connect, { ...reauthenticate, resolutionUrl }));
  assert.equal(url.origin + url.pathname, 'https://connect.smartcar.com/oauth/reauthenticate');
  return Object.fromEntries(url.searchParams);
};

test('an owner signs in again at an address of our own, or at the one of the error, completed', () => {
  assert.deepEqual(queryOf(null), built);
  const partly = `https://connect.smartcar.com/oauth/reauthenticate?response_type=vehicle_id&client_id=${applicationId}&vehicle_id=sc4a7c1d2e`;
  assert.deepEqual(queryOf(partly), { ...built, vehicle_id: 'sc4a7c1d2e' });
});

test('an address that is not the page of Connect is not followed', () => {
  for (const address of [
    'https://connect.smartcar.com.evil.example/oauth/reauthenticate?vehicle_id=x',
    'https://evil.example/oauth/reauthenticate?vehicle_id=x',
    'http://connect.smartcar.com/oauth/reauthenticate?vehicle_id=x',
    'https://connect.smartcar.com/oauth/authorize?vehicle_id=x',
    'https://connect.smartcar.com/oauth/reauthenticate/../x?vehicle_id=x',
    'https://user:secret@connect.smartcar.com/oauth/reauthenticate?vehicle_id=x',
    'javascript:alert(1)',
    'not an address',
  ]) {
    assert.deepEqual(queryOf(address), built, address);
  }
});

test("an error's address can't set where we come back, nor who we are", () => {
  const sly =
    'https://connect.smartcar.com/oauth/reauthenticate?vehicle_id=v&client_id=other&redirect_uri=https://evil.example&state=x&application_id=other&user=x';
  assert.deepEqual(queryOf(sly), { ...built, vehicle_id: 'v' });
});

test('an owner who comes back brings the state, and perhaps a user or a vehicle', () => {
  assert.deepEqual(readCallback({ code: 'c', user_id: 'u1', state: 's', external_id: 'own_1' }), {
    kind: 'returned',
    state: 's',
    userId: 'u1',
    vehicleId: null,
    externalId: 'own_1',
  });
  assert.deepEqual(readCallback({ vehicle_id: 'v1', state: 's' }), {
    kind: 'returned',
    state: 's',
    userId: null,
    vehicleId: 'v1',
    externalId: null,
  });
});

for (const error of [
  'access_denied',
  'vehicle_incompatible',
  'invalid_subscription',
  'no_vehicles',
  'configuration_error',
  'oem_cancelled_login',
  'user_manually_returned_to_application',
  'server_error',
]) {
  test(`an owner who comes back with ${error} is understood`, () => {
    const callback = readCallback({ error, error_description: 'Text.', state: 's', vin: 'V', status_code: '400' });
    assert.ok(callback.kind === 'error');
    assert.deepEqual(
      [callback.error, callback.detail.description, callback.detail.vin, callback.detail.statusCode],
      [error, 'Text.', 'V', '400'],
    );
  });
}

test('an error we do not know is another one', () => {
  const callback = readCallback({ error: 'battery_capacity_no_selection', state: 's' });
  assert.ok(callback.kind === 'error' && callback.error === 'other');
});

test('without a state a return is unreadable', () => {
  for (const query of [{}, { user_id: 'u' }, { state: '' }, { state: 'x'.repeat(501) }]) {
    assert.deepEqual(readCallback(query as Record<string, string>), { kind: 'unreadable' }); // none of them has another kind of value
  }
});

test('no query makes reading a return throw', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), fc.string()),
      (query) => readCallback({ ...query, state: 's' }).kind !== 'unreadable',
    ),
  );
});
