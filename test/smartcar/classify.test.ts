import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failureOf } from '../../src/smartcar/error-body.ts';
import { rowFor, table, type Row, type Wrong } from '../../src/smartcar/classify.ts';
import { fixture, received } from './fixture.ts';

const expected: [type: string | null, code: string | null, status: number | null, meaning: string][] = [
  ['AUTHENTICATION', null, 401, 'credentials'],
  ['AUTHENTICATION', 'UNAUTHORIZED', 401, 'credentials'],
  ['AUTHENTICATION', 'ACCESS_DENIED', 403, 'permission'],
  ['AUTHENTICATION', 'SOMETHING_NEW', 403, 'permission'],
  ['BILLING', 'VEHICLE_LIMIT', 430, 'planLimit'],
  ['BILLING', 'INVALID_PLAN', 430, 'planLimit'],
  ['BILLING', 'VEHICLE_REQUEST_LIMIT', 430, 'requestLimit'],
  ['BILLING', 'ACCOUNT_SUSPENDED', 430, 'accountSuspended'],
  ['COMPATIBILITY', 'MAKE_NOT_COMPATIBLE', 501, 'incompatible'],
  ['COMPATIBILITY', 'SMARTCAR_NOT_CAPABLE', 501, 'incompatible'],
  ['COMPATIBILITY', 'VEHICLE_NOT_CAPABLE', 501, 'incompatible'],
  ['COMPATIBILITY', 'PLATFORM_NOT_CAPABLE', 501, 'platformMigrated'],
  ['CONNECTED_SERVICES_ACCOUNT', 'ACCOUNT_ISSUE', 400, 'accountIssue'],
  ['CONNECTED_SERVICES_ACCOUNT', 'AUTHENTICATION_FAILED', 400, 'signedOut'],
  ['CONNECTED_SERVICES_ACCOUNT', 'NO_VEHICLES', 400, 'vehicleRemoved'],
  ['CONNECTED_SERVICES_ACCOUNT', 'PERMISSION', 400, 'revoked'],
  ['CONNECTED_SERVICES_ACCOUNT', 'SUBSCRIPTION', 400, 'subscriptionLapsed'],
  ['CONNECTED_SERVICES_ACCOUNT', 'VEHICLE_MISSING', 400, 'vehicleRemoved'],
  ['CONNECTED_SERVICES_ACCOUNT', 'VIRTUAL_KEY_REQUIRED', 400, 'virtualKeyMissing'],
  ['CONNECTED_SERVICES_ACCOUNT', 'SOMETHING_NEW', 400, 'accountIssue'],
  ['PERMISSION', null, 403, 'permission'],
  ['RATE_LIMIT', 'SMARTCAR_API', 429, 'throttledApplication'],
  ['RATE_LIMIT', 'VEHICLE', 429, 'throttledVehicle'],
  ['RESOURCE_NOT_FOUND', 'PATH', 404, 'notFound'],
  ['RESOURCE_NOT_FOUND', 'VERSION', 404, 'notFound'],
  ['RESOURCE_NOT_FOUND', 'VEHICLE_NOT_FOUND', 404, 'notFound'],
  ['RESOURCE_NOT_FOUND', 'INVALID_PATH', 404, 'notFound'],
  ['SERVER', 'INTERNAL', 500, 'smartcarFailing'],
  ['SERVER', 'RECORD_NOT_FOUND', 500, 'smartcarFailing'],
  ['SERVER', 'MULTIPLE_RECORDS_FOUND', 500, 'smartcarFailing'],
  ['UPSTREAM', 'INVALID_DATA', 502, 'manufacturerFailing'],
  ['UPSTREAM', 'KNOWN_ISSUE', 502, 'manufacturerFailing'],
  ['UPSTREAM', 'NO_RESPONSE', 502, 'manufacturerFailing'],
  ['UPSTREAM', 'RATE_LIMIT', 502, 'throttledManufacturer'],
  ['UPSTREAM', 'UNKNOWN_ISSUE', 502, 'manufacturerFailing'],
  ['VALIDATION', null, 400, 'requestRefused'],
  ['VALIDATION', 'PARAMETER', 400, 'requestRefused'],
  ['VALIDATION', 'INVALID_INPUT_FORMAT', 400, 'requestRefused'],
  ['VALIDATION', 'MISSING_PARAMETER', 400, 'requestRefused'],
  ['VEHICLE_STATE', 'ASLEEP', 409, 'asleep'],
  ['VEHICLE_STATE', 'CHARGING_IN_PROGRESS', 409, 'charging'],
  ['VEHICLE_STATE', 'CHARGING_PLUG_CONNECTED', 409, 'pluggedIn'],
  ['VEHICLE_STATE', 'CHARGING_PLUG_NOT_CONNECTED', 409, 'notPluggedIn'],
  ['VEHICLE_STATE', 'DOOR_OPEN', 409, 'doorOpen'],
  ['VEHICLE_STATE', 'FULLY_CHARGED', 409, 'fullyCharged'],
  ['VEHICLE_STATE', 'NOT_CHARGING', 409, 'notCharging'],
  ['VEHICLE_STATE', 'CHARGE_FAULT', 409, 'chargeFault'],
  ['VEHICLE_STATE', 'HOOD_OPEN', 409, 'hoodOpen'],
  ['VEHICLE_STATE', 'IGNITION_ON', 409, 'ignitionOn'],
  ['VEHICLE_STATE', 'IN_MOTION', 409, 'inMotion'],
  ['VEHICLE_STATE', 'REMOTE_ACCESS_DISABLED', 409, 'remoteAccessDisabled'],
  ['VEHICLE_STATE', 'TRUNK_OPEN', 409, 'trunkOpen'],
  ['VEHICLE_STATE', 'UNKNOWN', 409, 'vehicleRefused'],
  ['VEHICLE_STATE', 'UNREACHABLE', 409, 'vehicleUnreachable'],
  ['VEHICLE_STATE', 'VEHICLE_OFFLINE_FOR_SERVICE', 409, 'inService'],
  ['VEHICLE_STATE', 'LOW_BATTERY', 409, 'lowBattery'],
  [null, 'invalid_client', 401, 'credentials'],
  [null, 'unauthorized_client', 400, 'credentials'],
  [null, 'invalid_request', 400, 'requestRefused'],
  [null, 'unsupported_grant_type', 400, 'requestRefused'],
  [null, 'bad_request', 400, 'requestRefused'],
  [null, 'unauthorized', 401, 'credentials'],
  [null, 'forbidden', 403, 'permission'],
  [null, 'not_found', 404, 'notFound'],
  [null, 'internal_error', 500, 'smartcarFailing'],
  ['SOMETHING_NEW', 'AT_ALL', 400, 'requestRefused'],
  ['SOMETHING_NEW', 'AT_ALL', 403, 'permission'],
  ['SOMETHING_NEW', 'AT_ALL', 409, 'vehicleRefused'],
  ['SOMETHING_NEW', null, 502, 'smartcarFailing'],
  [null, null, 302, 'nonsense'],
  [null, null, 400, 'requestRefused'],
  [null, null, 401, 'credentials'],
  [null, null, 403, 'smartcarFailing'],
  [null, null, 404, 'notFound'],
  [null, null, 408, 'smartcarFailing'],
  [null, null, 409, 'vehicleRefused'],
  [null, null, 410, 'notFound'],
  [null, null, 429, 'throttledApplication'],
  [null, null, 430, 'requestLimit'],
  [null, null, 460, 'smartcarFailing'],
  [null, null, 500, 'smartcarFailing'],
  [null, null, 501, 'smartcarFailing'],
  [null, null, 503, 'smartcarFailing'],
];

for (const [type, code, status, meaning] of expected) {
  test(`${type ?? 'no type'}:${code ?? 'no code'} with status ${status ?? 'none'} means ${meaning}`, () => {
    const body =
      type === null && code !== null ? { error: code } : { errors: [{ type, code, status: String(status) }] };
    const failure = failureOf(received(type === null && code === null ? '<html>' : body, { status: status ?? 0 }));
    assert.equal(failure.meaning, meaning);
    assert.deepEqual([failure.type, failure.code, failure.status], [type, code, status]);
  });
}

const refreshed: [code: string | null, status: number, meaning: string][] = [
  ['invalid_grant', 400, 'tokensRefused'],
  ['invalid_request', 400, 'tokensRefused'],
  ['invalid_token', 401, 'tokensRefused'],
  ['access_denied', 403, 'tokensRefused'],
  [null, 400, 'smartcarFailing'],
  [null, 401, 'smartcarFailing'],
  [null, 403, 'smartcarFailing'],
  ['invalid_client', 401, 'credentials'],
  ['unauthorized_client', 400, 'credentials'],
  [null, 429, 'throttledApplication'],
  [null, 502, 'smartcarFailing'],
];

for (const [code, status, meaning] of refreshed) {
  test(`a refresh that is answered ${code ?? 'without a word'} and ${status} means ${meaning} [§1.6-7, §1.6-8]`, () => {
    const failure = failureOf(received(code === null ? '<html>' : { error: code }, { status }), 'refresh');
    assert.deepEqual([failure.meaning, failure.code], [meaning, code]);
  });
}

test('no row stands in the shadow of another, and each names its source', () => {
  for (const row of table) {
    assert.equal(rowFor(exampleOf(row)), row, `${row.type ?? ''}:${row.code ?? ''} ${String(row.status ?? '')}`);
    assert.match(row.source, /^(INF|§\d|RFC \d)/);
  }
});

function exampleOf(row: Row): Wrong {
  const [first] = typeof row.status === 'object' ? [Math.min(row.status[0] + 18, row.status[1])] : [row.status ?? null];
  return {
    came: row.came ?? 'answer',
    status: first ?? null,
    // Where a row says nothing of a field, the example has a word that no row knows.
    type: row.type === undefined ? 'UNHEARD' : row.type,
    code: row.code === undefined ? 'UNHEARD' : row.code,
    resolution: row.resolution ?? null,
  };
}

test('no answer at all means that Smartcar is unreachable', () => {
  const failure = failureOf({ came: false, why: 'unreachable', reason: 'ECONNREFUSED', left: false, requestId: null });
  assert.deepEqual([failure.meaning, failure.code, failure.status], ['smartcarUnreachable', 'ECONNREFUSED', null]);
});

test('an error keeps its request id from the header, or else from its body [§2.1-7, §3.7-1]', () => {
  const body = fixture('error-v3');
  assert.equal(failureOf(received(body, { status: 404, requestId: 'header' })).requestId, 'header');
  const bare = failureOf(received(body, { status: 404, requestId: null }));
  assert.deepEqual([bare.requestId, bare.meaning], ['5f8c0f7e-8f0a-4f67-8c43-0d1f8e9a7b61', 'notFound']);
  const flat = failureOf(received(fixture('error-v2'), { status: 409, requestId: null }));
  assert.deepEqual([flat.requestId, flat.meaning], ['0b7e2f5c-93d4-4a1e-b1f7-6c5d4e3f2a1b', 'asleep']);
});

test('how long to wait comes with the failure [§3.7-6]', () => {
  const failure = failureOf(
    received({ errors: [{ type: 'RATE_LIMIT', code: 'VEHICLE' }] }, { status: 429, retryAfterS: 90 }),
  );
  assert.deepEqual([failure.meaning, failure.retryAfterS], ['throttledVehicle', 90]);
});

test('type and code in one word, and a resolution that is only a word, are understood [§4.1-5, §6.8-5]', () => {
  const joined = failureOf(
    received({ type: 'CONNECTED_SERVICES_ACCOUNT:PERMISSION', resolution: 'REAUTHENTICATE' }, { status: 400 }),
  );
  assert.deepEqual([joined.type, joined.code, joined.meaning], ['CONNECTED_SERVICES_ACCOUNT', 'PERMISSION', 'revoked']);
});

test('a failure holds nothing of the words Smartcar wrote for people [§1.3-10, §4.3-2]', () => {
  const failure = failureOf(
    received({ errors: [{ type: 'SERVER', code: 'bearer eyJsecret', detail: 'eyJsecret' }] }, { status: 500 }),
  );
  assert.ok(!JSON.stringify(failure).includes('eyJsecret'));
});
