/** What v2 answers, and what it comes to. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Answer } from '../../src/smartcar/answer.ts';
import { readCompatibility } from '../../src/smartcar/v2/compatibility.ts';
import { listingRequest, onlyOurs, readDeleted, readListing } from '../../src/smartcar/v2/management.ts';
import { refreshLifeS } from '../../src/smartcar/v2/smartcar-v2.ts';
import { readExchange, readRefresh } from '../../src/smartcar/v2/tokens.ts';
import {
  readAttributes,
  readDisconnect,
  readPermissionsPage,
  readUserAnswer,
  readVehiclesPage,
  readVinAnswer,
} from '../../src/smartcar/v2/vehicle.ts';
import { fixture, notReceived, received, userId, vehicleId } from './fixture.ts';

const otherVehicle = '1b2e3d4c-5f60-4b7c-9d8e-0f1a2b3c4d5e';
const otherUser = '6e8c2a41-3d5f-4c7b-8e9a-2f3a4b5c6d7e';
const valueOf = <T>(answer: Answer<T>): T => {
  assert.ok(answer.ok, JSON.stringify(answer));
  return answer.value;
};
const meaningOf = (answer: Answer<unknown>): string => (answer.ok ? 'a success' : answer.failure.meaning);

test('a pair of tokens is read with the life that the answer names [§1.6-4, §1.6-5, §1.7-1]', () => {
  const pair = {
    accessToken: '5f3c5a54-0c39-4b52-8b0f-0d2b4f3f7a10',
    refreshToken: 'a3a4a3a8-91f1-4d7b-9a35-1f0c0f2ab9b2',
    expiresInS: 7_200,
  };
  assert.deepEqual(valueOf(readExchange(received(fixture('v2-token')))), pair);
  const brief = { ...(fixture('v2-token') as object), expires_in: 1_800 }; // a fixture of ours
  assert.deepEqual(valueOf(readRefresh(received(brief))), { ...pair, expiresInS: 1_800 });
});

test('a refresh token lives for 60 days [§1.7-4]', () => {
  assert.equal(refreshLifeS, 5_184_000);
});

test('half a pair, or a token that can not stand in a header, is nonsense', () => {
  for (const change of [
    { refresh_token: undefined },
    { refresh_token: null },
    { access_token: 'a\r\nx: y' },
    { access_token: '' },
    { expires_in: 0 },
    { expires_in: 'soon' },
    { token_type: 'mac' },
  ]) {
    const body = { ...(fixture('v2-token') as object), ...change }; // a fixture of ours
    assert.equal(meaningOf(readRefresh(received(body))), 'nonsense', JSON.stringify(change));
  }
});

const refused: [body: unknown, status: number, meaning: string][] = [
  [fixture('v2-error-refresh'), 400, 'tokensRefused'],
  [fixture('v2-error-refresh'), 401, 'tokensRefused'],
  [fixture('v2-error-refresh'), 403, 'tokensRefused'],
  [{ error: 'invalid_request' }, 400, 'tokensRefused'],
  [{ error: 'a_word_nobody_knows' }, 401, 'tokensRefused'],
  ['', 400, 'smartcarFailing'],
  ['<html>', 401, 'smartcarFailing'],
  [{ error: 'invalid_client' }, 401, 'credentials'],
  [{ error: 'unauthorized_client' }, 400, 'credentials'],
  ['', 429, 'throttledApplication'],
  ['', 503, 'smartcarFailing'],
];

for (const [body, status, meaning] of refused) {
  test(`a refresh that is answered ${JSON.stringify(body)} and ${status} means ${meaning} [§1.6-7, §1.6-8, §1.6-9]`, () => {
    assert.equal(meaningOf(readRefresh(received(body, { status }))), meaning);
  });
}

test('a refresh that nothing is heard of says nothing about the tokens', () => {
  assert.equal(meaningOf(readRefresh(notReceived('UND_ERR_HEADERS_TIMEOUT'))), 'smartcarUnreachable');
});

test('a code that is refused is no fault of our credentials [§1.6-6, §1.6-10]', () => {
  const answer = readExchange(received(fixture('v2-error-code'), { status: 400 }));
  assert.ok(!answer.ok);
  assert.deepEqual([answer.failure.meaning, answer.failure.code], ['requestRefused', 'invalid_request']);
  assert.equal(meaningOf(readExchange(received({ error: 'invalid_client' }, { status: 401 }))), 'credentials');
});

test('what Smartcar says to people about a code or a token is left behind [§1.6-6]', () => {
  for (const name of ['v2-error-code', 'v2-error-refresh']) {
    const answers = [readExchange, readRefresh].map((read) => read(received(fixture(name), { status: 400 })));
    assert.doesNotMatch(JSON.stringify(answers), /7f6d0a0b|Invalid/);
  }
});

test('a user, a car and its VIN are read; the powertrain is not told [§2.2-2, §2.2-3, §2.2-5]', () => {
  assert.equal(valueOf(readUserAnswer(received(fixture('v2-user')))), userId);
  assert.deepEqual(valueOf(readAttributes(received(fixture('v2-vehicle')))), {
    smartcarVehicleId: vehicleId,
    make: 'VOLKSWAGEN',
    model: 'ID.3',
    year: 2023,
    powertrain: null,
    vin: null,
  });
  assert.equal(valueOf(readVinAnswer(received(fixture('v2-vin')))), 'WVWZZZE1ZMP000001');
});

test('a car of which only the id is told is still a car', () => {
  const { make, model, year } = valueOf(readAttributes(received({ id: vehicleId, year: 'new' })));
  assert.deepEqual([make, model, year], [null, null, null]);
});

test('a VIN that was not granted, or that the car does not tell, is none; anything else is a failure', () => {
  for (const [name, status] of [
    ['v2-error-permission', 403],
    ['v2-error-compatibility', 501],
  ] as const) {
    assert.equal(valueOf(readVinAnswer(received(fixture(name), { status }))), null, name);
  }
  assert.equal(valueOf(readVinAnswer(received({ vin: null }))), null);
  assert.equal(meaningOf(readVinAnswer(received(fixture('v2-error-vehicle-state'), { status: 409 }))), 'asleep');
  assert.equal(meaningOf(readVinAnswer(received('', { status: 403 }))), 'smartcarFailing');
  assert.equal(meaningOf(readVinAnswer(received({ vin: 'short' }))), 'nonsense');
});

test('cars and permissions are read by the page, and the next page begins where this one ends [§2.1-2, §2.2-1, §2.2-4]', () => {
  assert.deepEqual(valueOf(readVehiclesPage(received(fixture('v2-vehicles')))), {
    items: [vehicleId, otherVehicle],
    next: null,
  });
  const permissions = valueOf(readPermissionsPage(received(fixture('v2-permissions'))));
  assert.equal(permissions.items.length, 5);
  assert.equal(permissions.next, null);
  const more = { vehicles: [vehicleId], paging: { count: 120, offset: 50 } };
  assert.deepEqual(valueOf(readVehiclesPage(received(more))).next, { limit: '50', offset: '51' });
});

test('a list that ends early, or says nothing of pages, ends', () => {
  for (const body of [{ vehicles: [], paging: { count: 7, offset: 0 } }, { vehicles: [vehicleId] }]) {
    assert.equal(valueOf(readVehiclesPage(received(body))).next, null);
  }
});

test('a list with one car that can not be read is nonsense, not a shorter list', () => {
  for (const bad of [null, 7, '', '..', 'a b', {}]) {
    assert.equal(meaningOf(readVehiclesPage(received({ vehicles: [vehicleId, bad] }))), 'nonsense');
  }
  assert.equal(meaningOf(readVehiclesPage(received({ vehicles: [vehicleId], paging: { count: 'many' } }))), 'nonsense');
});

test("a car is disconnected when Smartcar says so in its own words, and gone when the grant doesn't hold it [§2.7-1, §2.7-2]", () => {
  assert.equal(valueOf(readDisconnect(received(fixture('v2-disconnect')))), 'deleted');
  assert.equal(valueOf(readDisconnect(received(fixture('v2-error-permission'), { status: 403 }))), 'gone');
  const unknown = { type: 'RESOURCE_NOT_FOUND', code: 'VEHICLE_NOT_FOUND' };
  assert.equal(valueOf(readDisconnect(received(unknown, { status: 404 }))), 'gone');
  assert.equal(meaningOf(readDisconnect(received('<html>', { status: 404 }))), 'notFound');
  assert.equal(meaningOf(readDisconnect(received('<html>Maintenance</html>'))), 'nonsense');
  assert.equal(
    meaningOf(readDisconnect(received(fixture('v2-error-resource-not-found'), { status: 404 }))),
    'notFound',
  );
  assert.equal(meaningOf(readDisconnect(received('', { status: 403 }))), 'smartcarFailing');
  assert.equal(meaningOf(readDisconnect(received(fixture('v2-error-authentication'), { status: 401 }))), 'credentials');
});

test('connections are listed with the cursor of the next page [§7-1, §7-2]', () => {
  const last = valueOf(readListing(received(fixture('v2-connections'))));
  assert.deepEqual(last, {
    items: [
      {
        smartcarVehicleId: vehicleId,
        smartcarUserId: userId,
        connectedAt: new Date('2026-02-11T12:00:00Z'),
        mode: 'live',
      },
    ],
    next: null,
  });
  const { next } = valueOf(readListing(received(fixture('v2-connections-more'))));
  assert.deepEqual(next, { cursor: 'AES-256-CBC::base64::utf8::Zm9v+/==' });
  assert.match(
    listingRequest('amt', {}, 'live', next ?? {}).path,
    /&cursor=AES-256-CBC%3A%3Abase64%3A%3Autf8%3A%3AZm9v/,
  );
});

test('a list without paging is whole; one whose cursor can not be read is nonsense [§7-5]', () => {
  const { connections } = fixture('v2-connections') as { connections: unknown[] }; // a fixture of ours
  assert.equal(valueOf(readListing(received({ connections }))).next, null);
  for (const cursor of [7, {}, 'x'.repeat(5_000)]) {
    assert.equal(meaningOf(readListing(received({ connections, paging: { cursor } }))), 'nonsense');
  }
  assert.equal(meaningOf(readListing(received({ connections: [...connections, { vehicleId }] }))), 'nonsense');
});

test('of a list that Smartcar did not filter only what was asked for is kept', () => {
  const both = ['v2-connections', 'v2-connections-more'].flatMap(
    (name) => valueOf(readListing(received(fixture(name)))).items,
  );
  const kept = (filter: Parameters<typeof onlyOurs>[1], mode: 'live' | 'simulated' = 'live'): string[] =>
    onlyOurs(both, filter, mode).map((one) => one.smartcarVehicleId);
  assert.deepEqual(kept({}), [vehicleId, otherVehicle]);
  assert.deepEqual(kept({ userId }), [vehicleId]);
  assert.deepEqual(kept({ vehicleId }), [vehicleId]);
  assert.deepEqual(kept({}, 'simulated'), []);
  const nameless = both.map((one) => ({ ...one, mode: null }));
  assert.equal(onlyOurs(nameless, {}, 'simulated').length, 2);
  assert.equal(onlyOurs([{ ...nameless[0]!, mode: 'test' }], {}, 'simulated').length, 1);
  assert.equal('mode' in (onlyOurs(both, {}, 'live')[0] ?? {}), false);
});

test('a deletion tells what it ended, which may be nothing [§7-4]', () => {
  assert.deepEqual(valueOf(readDeleted(received(fixture('v2-connections-deleted')))), [
    { smartcarVehicleId: vehicleId, smartcarUserId: userId },
  ]);
  assert.deepEqual(valueOf(readDeleted(received({ connections: [] }))), []);
  assert.equal(meaningOf(readDeleted(received({}))), 'nonsense');
  assert.notEqual(otherUser, userId);
});

test('compatibility tells of the car, and of each thing that a permission opens [§2.8-1, §2.8-4]', () => {
  const answered = fixture('v2-compatibility') as object; // a fixture of ours
  assert.deepEqual(valueOf(readCompatibility(received(answered))), {
    compatible: true,
    reason: null,
    capabilities: [
      { permission: 'read_odometer', capable: false, lacks: 'smartcar' },
      { permission: 'read_fuel', capable: false, lacks: 'car' },
      { permission: 'read_location', capable: true, lacks: null },
    ],
  });
  const no = (reason: unknown): unknown =>
    valueOf(readCompatibility(received({ compatible: false, reason, capabilities: [] })));
  assert.deepEqual(no('VEHICLE_NOT_COMPATIBLE'), { compatible: false, reason: 'car', capabilities: [] });
  assert.deepEqual(no('MAKE_NOT_COMPATIBLE'), { compatible: false, reason: 'make', capabilities: [] });
  for (const other of ['SOMETHING_NEW', 'toString', null, undefined, 7])
    assert.deepEqual(no(other), { compatible: false, reason: null, capabilities: [] });
  assert.equal(meaningOf(readCompatibility(received({ ...answered, compatible: 'yes' }))), 'nonsense');
  assert.equal(meaningOf(readCompatibility(received({ ...answered, capabilities: [{}] }))), 'nonsense');
  const plan = { type: 'BILLING', code: 'INVALID_PLAN' };
  assert.equal(meaningOf(readCompatibility(received(plan, { status: 430 }))), 'planLimit');
});

const families: [name: string, status: number, meaning: string][] = [
  ['authentication', 401, 'credentials'],
  ['billing', 430, 'requestLimit'],
  ['compatibility', 501, 'incompatible'],
  ['connected-services-account', 400, 'signedOut'],
  ['permission', 403, 'permission'],
  ['rate-limit', 429, 'throttledVehicle'],
  ['resource-not-found', 404, 'notFound'],
  ['server', 500, 'smartcarFailing'],
  ['upstream', 502, 'manufacturerFailing'],
  ['validation', 400, 'requestRefused'],
  ['vehicle-state', 409, 'asleep'],
];

for (const [name, status, meaning] of families) {
  test(`v2's ${name} error means ${meaning}, wherever it is met [§4.1-1]`, () => {
    const answer = readAttributes(received(fixture(`v2-error-${name}`), { status, requestId: null, retryAfterS: 900 }));
    assert.ok(!answer.ok);
    assert.equal(answer.failure.meaning, meaning);
    assert.equal(answer.failure.status, status);
    assert.equal(answer.failure.requestId, '6a1c1c4e-2a0e-4a55-8a40-6d4b7f3f1b11');
    assert.equal(answer.failure.retryAfterS, 900);
  });
}
