import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { connectErrors, readCallback } from '../../src/smartcar/connect-callback.ts';
import { authorizeUrl, reauthenticateUrl, type Authorize } from '../../src/smartcar/connect-url.ts';
import type { ConnectPlace } from '../../src/smartcar/smartcar.ts';
import { connectErrors as wordedErrors, connectErrorText } from '../../src/texts/words.ts';
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

test('an owner is sent to Connect with every documented parameter, spaces as %20 [§1.1-1, §1.1-4, §1.1-5, §1.1-9, §1.1-10, §1.1-11, §1.1-12, §1.1-13, §1.1-14, §1.1-16]', () => {
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

test('an owner signs in again at an address of our own, or at the one of the error, completed [§1.4-1, §1.4-5]', () => {
  assert.deepEqual(queryOf(null), built);
  const partly = `https://connect.smartcar.com/oauth/reauthenticate?response_type=vehicle_id&client_id=${applicationId}&vehicle_id=sc4a7c1d2e`;
  assert.deepEqual(queryOf(partly), { ...built, vehicle_id: 'sc4a7c1d2e' });
});

const golden: [name: string, change: Partial<Authorize>, query: string][] = [
  ['the least that can be asked', {}, 'approval_prompt=auto&single_select=true'],
  [
    'everything',
    {
      responseType: 'code',
      user: 'fleet 7 & own_1',
      make: 'TESLA',
      vin: '5YJ3E1EA7KF000001',
      country: 'DE',
      flags: { flag: 'suboption' },
      force: true,
    },
    'user=fleet%207%20%26%20own_1&approval_prompt=force&single_select=true&single_select_vin=5YJ3E1EA7KF000001&make=TESLA&flags=country%3ADE%20flag%3Asuboption',
  ],
  [
    'no code, several cars, and so no VIN',
    { responseType: 'none', singleSelect: false, vin: '5YJ3E1EA7KF000001' },
    'response_type=none&approval_prompt=auto&single_select=false',
  ],
  ['no external id any more', { externalId: null }, 'external_id=null&approval_prompt=auto&single_select=true'],
  [
    'flags that would be read as others',
    { flags: { 'a b': 'c', d: 'e:f', g: '', h: 'i' } },
    'approval_prompt=auto&single_select=true&flags=h%3Ai',
  ],
];

/** Parameters as they stand, still encoded; their order means nothing. */
const rawParameters = (address: string): Record<string, string> =>
  Object.fromEntries(
    address
      .slice(address.indexOf('?') + 1)
      .split('&')
      .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );
const always =
  `response_type=code&client_id=${applicationId}&redirect_uri=https%3A%2F%2Ftowline.example%2Fconnect%2Fcallback` +
  '&scope=required%3Aread_location%20required%3Aread_odometer%20read_vin&state=st-1&external_id=own_1&mode=live';

for (const [name, change, query] of golden) {
  test(`the address for ${name} is known to the letter [§1.1-1, §1.1-3, §1.1-4, §1.1-8, §1.1-13, §1.1-14, §1.1-15, §1.1-16]`, () => {
    const address = authorizeUrl(connect, { ...authorize, ...change });
    assert.ok(address.startsWith('https://connect.smartcar.com/oauth/authorize?'));
    assert.deepEqual(rawParameters(address), { ...rawParameters(`?${always}`), ...rawParameters(`?${query}`) });
  });
}

test("the application's id goes by its newer name where that is wanted, and never by both [§1.1-2]", () => {
  const place = { ...connect, idParameter: 'application_id' } as const;
  for (const address of [
    authorizeUrl(place, authorize),
    reauthenticateUrl(place, { ...reauthenticate, resolutionUrl: null }),
    reauthenticateUrl(place, {
      ...reauthenticate,
      resolutionUrl: `https://connect.smartcar.com/oauth/reauthenticate?vehicle_id=v&client_id=${applicationId}`,
    }),
  ]) {
    const { searchParams } = new URL(address);
    assert.deepEqual([searchParams.get('application_id'), searchParams.has('client_id')], [applicationId, false]);
  }
});

test('without a permission no scope is sent, and never an origin of an app', () => {
  const { searchParams } = new URL(authorizeUrl(connect, { ...authorize, required: [], optional: [] }));
  assert.deepEqual([searchParams.has('scope'), searchParams.has('app_origin')], [false, false]);
});

test('an owner signs in again without coming back, with a name in the logs, and without an external id [§1.4-1, §1.4-6]', () => {
  const address = reauthenticateUrl(connect, {
    ...reauthenticate,
    responseType: 'none',
    user: 'own_1',
    externalId: null,
    resolutionUrl: null,
  });
  assert.deepEqual(rawParameters(address), {
    response_type: 'none',
    client_id: applicationId,
    vehicle_id: vehicleId,
    redirect_uri: 'https%3A%2F%2Ftowline.example%2Fconnect%2Fcallback',
    state: 'st-2',
    user: 'own_1',
    external_id: 'null',
  });
});

test("what an error's address asks for of make and permissions is kept [§1.4-5]", () => {
  const tesla =
    'https://connect.smartcar.com/oauth/reauthenticate?response_type=vehicle_id&make=TESLA&scope=read_location%20read_vin&client_id=x';
  assert.deepEqual(queryOf(tesla), { ...built, make: 'TESLA', scope: 'read_location read_vin' });
});

test('an address that is not the page of Connect is not followed', () => {
  for (const address of [
    '//connect.smartcar.com/oauth/reauthenticate?vehicle_id=x',
    '//evil.example/oauth/reauthenticate?vehicle_id=x',
    '/oauth/reauthenticate?vehicle_id=x',
    'https://connect.smartcar.com:8443/oauth/reauthenticate?vehicle_id=x',
    'https://connect.smartcar.com@evil.example/oauth/reauthenticate?vehicle_id=x',
    'https://evil@connect.smartcar.com/oauth/reauthenticate?vehicle_id=x',
    'https://\u0441onnect.smartcar.com/oauth/reauthenticate?vehicle_id=x',
    'https://connect.smartcar.com\u3002evil.example/oauth/reauthenticate?vehicle_id=x',
    'https://connect.smartcar.com./oauth/reauthenticate?vehicle_id=x',
    'https://connect.smartcar.com/oauth/reauthenticate%2f?vehicle_id=x',
    'https://connect.smartcar.com/oauth/reauthenticate/?vehicle_id=x',
    'https://connect.smartcar.com/x?next=/oauth/reauthenticate?vehicle_id=x',
    'https://connect.smartcar.com#/oauth/reauthenticate?vehicle_id=x',
    'blob:https://connect.smartcar.com/oauth/reauthenticate?vehicle_id=x',
    'data:text/html,<a href="https://connect.smartcar.com/oauth/reauthenticate?vehicle_id=x">',
    'javascript://connect.smartcar.com/oauth/reauthenticate?%0aalert(1)',
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

test('an owner who comes back brings the state, and perhaps a user or a vehicle [§1.2-1, §1.2-3, §1.2-4, §1.4-2]', () => {
  assert.deepEqual(readCallback({ code: 'c', user_id: 'u1', state: 's', external_id: 'own_1' }), {
    kind: 'returned',
    state: 's',
    code: 'c',
    userId: 'u1',
    vehicleId: null,
    externalId: 'own_1',
    virtualKeyUrl: null,
  });
  assert.deepEqual(readCallback({ vehicle_id: 'v1', state: 's' }), {
    kind: 'returned',
    state: 's',
    code: null,
    userId: null,
    vehicleId: 'v1',
    externalId: null,
    virtualKeyUrl: null,
  });
});

test('a code is kept as it is, unless it is longer than any code [§1.2-1]', () => {
  const codeOf = (code: string): unknown => {
    const callback = readCallback({ code, state: 's' });
    return callback.kind === 'returned' && callback.code;
  };
  assert.equal(codeOf('8b1c3f5e-3d0a-4c55-9a1d-2f0b7c6d5e4f'), '8b1c3f5e-3d0a-4c55-9a1d-2f0b7c6d5e4f');
  assert.equal(codeOf('x'.repeat(500)), 'x'.repeat(500));
  for (const code of ['x'.repeat(501), '', 'a\0b']) assert.equal(codeOf(code), null);
});

test('a user is named in either of the two ways that are documented [§1.2-3]', () => {
  for (const query of [{ user_id: 'u1' }, { userId: 'u1' }, { user_id: 'u1', userId: 'u2' }]) {
    const callback = readCallback({ ...query, state: 's' });
    assert.equal(callback.kind === 'returned' && callback.userId, 'u1');
  }
});

test("an owner is sent for a virtual key to Tesla's own pages, and nowhere else [§1.2-5]", () => {
  const keyOf = (virtual_key_url: string): unknown => {
    const callback = readCallback({ virtual_key_url, state: 's' });
    return callback.kind === 'returned' && callback.virtualKeyUrl;
  };
  for (const own of ['https://www.tesla.com/_ak/smartcar.com', 'https://tesla.com/_ak/smartcar.com'])
    assert.equal(keyOf(own), own);
  for (const other of [
    'http://www.tesla.com/_ak/smartcar.com',
    'https://www.tesla.com.evil.example/_ak/smartcar.com',
    'https://evil.example/www.tesla.com',
    'https://www.tesla.com@evil.example/_ak/smartcar.com',
    'https://evil@www.tesla.com/_ak/smartcar.com',
    'https://www.tesla.com:8443/_ak/smartcar.com',
    'https://www.t\u0435sla.com/_ak/smartcar.com',
    '//www.tesla.com/_ak/smartcar.com',
    'javascript:alert(1)//www.tesla.com',
    '',
  ])
    assert.equal(keyOf(other), null, other);
});

const told: [error: string, description: string, extra: Record<string, string>][] = [
  ['access_denied', 'User denied access to application.', {}],
  [
    'vehicle_incompatible',
    "The user's vehicle is not compatible.",
    { vin: '5YJ3E1EA7KF000001', make: 'TESLA', model: 'Model 3', year: '2019' },
  ],
  ['invalid_subscription', 'User does not have an active connected vehicle subscription.', {}],
  ['no_vehicles', 'No vehicles found. Please add vehicles to your account and try again.', {}],
  [
    'configuration_error',
    'There has been an error in the configuration of your application.',
    { status_code: '400', error_message: 'Invalid parameter' },
  ],
  ['oem_cancelled_login', 'The user did not complete authorization with the OEM', {}],
  ['user_manually_returned_to_application', 'The user exited Connect before granting your application access', {}],
  // Its description is published nowhere.
  ['server_error', 'Text.', {}],
];

for (const [error, description, extra] of told) {
  test(`an owner who comes back with ${error} is understood, and all that came with it kept [§1.3-1, §1.3-2, §1.3-3, §1.3-4, §1.3-5, §1.3-6, §1.3-7, §1.3-8, §1.3-9, §1.3-10]`, () => {
    const callback = readCallback({ error, error_description: description, state: 's', code: 'c', ...extra });
    assert.deepEqual(callback, {
      kind: 'error',
      state: 's',
      error,
      detail: {
        description,
        statusCode: extra['status_code'] ?? null,
        message: extra['error_message'] ?? null,
        vin: extra['vin'] ?? null,
        make: extra['make'] ?? null,
        model: extra['model'] ?? null,
        year: extra['year'] ?? null,
      },
    });
  });
}

test('every error of Connect has a page with words of its own [§1.3-1, §1.3-11, §1.4-3]', () => {
  assert.deepEqual(
    told.map(([error]) => error),
    connectErrors,
  );
  assert.deepEqual(wordedErrors, [...connectErrors, 'other']);
  const pages = wordedErrors.map((error) => JSON.stringify(connectErrorText(error, { make: 'VOLKSWAGEN' })));
  assert.equal(new Set(pages).size, wordedErrors.length);
});

test('an error we do not know is another one [§1.3-11]', () => {
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
