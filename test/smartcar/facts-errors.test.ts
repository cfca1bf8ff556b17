/** The table of errors in docs/smartcar.md against the client: each row in each of its shapes, and what is made of it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { factsOf } from '../../src/domain/cause.ts';
import { isAccountMeaning, isThrottleMeaning, isVehicleMeaning, type Meaning } from '../../src/domain/failure.ts';
import { rowFor } from '../../src/smartcar/classify.ts';
import { failureInside, failureOf } from '../../src/smartcar/error-body.ts';
import { documentedErrors, type DocumentedError } from '../ground/facts.ts';
import { received } from './fixture.ts';

const documented = documentedErrors(readFileSync(new URL('../../docs/smartcar.md', import.meta.url), 'utf8'));

const bodyOf = ({ type, code, status, resolution }: DocumentedError): Record<string, unknown> => ({
  type,
  code,
  statusCode: status,
  description: 'Words.',
  resolution: { type: resolution },
});

/** What an error means as v2's answer, as v3's, in a signal's status and in a webhook: the same in each. */
function meaningOf(error: DocumentedError): Meaning {
  const body = bodyOf(error);
  const { status } = error;
  const v3 = { errors: [{ ...body, status: String(status) }] };
  const meanings = [
    failureOf(received(body, { status })),
    failureOf(received(v3, { status })),
    failureInside(body, null),
    failureInside(body, null, status),
  ].map(({ meaning }) => meaning);
  assert.equal(new Set(meanings).size, 1, `${error.type}:${error.code ?? 'null'}: ${meanings.join(', ')}`);
  return meanings[0] ?? 'nonsense';
}

/** The documented rows of a type with what each means; every one has a row of its own in the client's table. */
function family(type: string, status: number, count: number): Record<string, Meaning> {
  const rows = documented.filter((error) => error.type === type);
  assert.deepEqual([rows.length, [...new Set(rows.map((row) => row.status))]], [count, [status]]);
  for (const row of rows) {
    const decided = rowFor({ came: 'inside', ...row, status: null });
    assert.equal(decided.type, type);
    if (type !== 'PERMISSION') assert.equal(decided.code, row.code);
  }
  return Object.fromEntries(rows.map((row) => [row.code ?? 'null', meaningOf(row)]));
}

test('AUTHENTICATION is about our credentials [§4.1-2, §4.2-1]', () => {
  assert.deepEqual(family('AUTHENTICATION', 401, 1), { null: 'credentials' });
});

test('BILLING is a limit of our plan, of the month, or of the account [§4.2-2, §5-5, §10-2]', () => {
  assert.deepEqual(family('BILLING', 430, 4), {
    VEHICLE_LIMIT: 'planLimit',
    INVALID_PLAN: 'planLimit',
    VEHICLE_REQUEST_LIMIT: 'requestLimit',
    ACCOUNT_SUSPENDED: 'accountSuspended',
  });
});

test('COMPATIBILITY can not be done with this car, or wants a new sign-in on the new platform [§4.2-3, §4.2-4, §9.1-3]', () => {
  assert.deepEqual(family('COMPATIBILITY', 501, 4), {
    MAKE_NOT_COMPATIBLE: 'incompatible',
    SMARTCAR_NOT_CAPABLE: 'incompatible',
    VEHICLE_NOT_CAPABLE: 'incompatible',
    PLATFORM_NOT_CAPABLE: 'platformMigrated',
  });
  assert.equal(factsOf('platformMigrated').route, 'reauthenticate');
});

test("CONNECTED_SERVICES_ACCOUNT is the owner's, each code with its own remedy [§4.2-5, §4.4-5, §9.1-1, §9.1-2]", () => {
  const meanings = family('CONNECTED_SERVICES_ACCOUNT', 400, 7);
  assert.deepEqual(meanings, {
    ACCOUNT_ISSUE: 'accountIssue',
    AUTHENTICATION_FAILED: 'signedOut',
    NO_VEHICLES: 'vehicleRemoved',
    PERMISSION: 'revoked',
    SUBSCRIPTION: 'subscriptionLapsed',
    VEHICLE_MISSING: 'vehicleRemoved',
    VIRTUAL_KEY_REQUIRED: 'virtualKeyMissing',
  });
  assert.ok(Object.values<Meaning>(meanings).every((meaning) => isAccountMeaning(meaning)));
  assert.equal(factsOf('signedOut').route, 'reauthenticate');
  assert.ok(['reauthenticate', 'authorize'].includes(factsOf('revokedByOwner').route));
  assert.equal(factsOf('accountIssue').route, 'ownerAction');
});

test('PERMISSION is a gap in the grant [§4.1-2, §4.2-6]', () => {
  assert.deepEqual(family('PERMISSION', 403, 1), { null: 'permission' });
});

test("RATE_LIMIT is a wait, and so is the manufacturer's own limit [§4.2-7, §5-4]", () => {
  const meanings = family('RATE_LIMIT', 429, 2);
  assert.deepEqual(meanings, { SMARTCAR_API: 'throttledApplication', VEHICLE: 'throttledVehicle' });
  assert.ok(
    [...Object.values<Meaning>(meanings), family('UPSTREAM', 502, 5)['RATE_LIMIT'] ?? 'nonsense'].every((meaning) =>
      isThrottleMeaning(meaning),
    ),
  );
});

test("RESOURCE_NOT_FOUND is nobody's revocation [§4.2-8]", () => {
  assert.deepEqual(family('RESOURCE_NOT_FOUND', 404, 2), { PATH: 'notFound', VERSION: 'notFound' });
});

test("SERVER is Smartcar's failure [§4.2-9]", () => {
  assert.deepEqual([...new Set(Object.values(family('SERVER', 500, 3)))], ['smartcarFailing']);
});

test("UPSTREAM is the manufacturer's failure, or its limit [§4.2-10, §4.2-15]", () => {
  assert.deepEqual(family('UPSTREAM', 502, 5), {
    INVALID_DATA: 'manufacturerFailing',
    KNOWN_ISSUE: 'manufacturerFailing',
    NO_RESPONSE: 'manufacturerFailing',
    UNKNOWN_ISSUE: 'manufacturerFailing',
    RATE_LIMIT: 'throttledManufacturer',
  });
});

test('VALIDATION is our request, its code written or null [§4.1-2, §4.2-11, §4.2-14]', () => {
  assert.deepEqual(family('VALIDATION', 400, 2), { null: 'requestRefused', PARAMETER: 'requestRefused' });
});

test('VEHICLE_STATE is the car, and each of its codes a word of its own, but for remote access, which the owner switched off [§4.2-12, §4.2-13]', () => {
  const { REMOTE_ACCESS_DISABLED, ...others } = family('VEHICLE_STATE', 409, 17);
  assert.ok(Object.values(others).every((meaning) => isVehicleMeaning(meaning)));
  assert.equal(new Set(Object.values(others)).size, 16);
  assert.equal(REMOTE_ACCESS_DISABLED, 'remoteAccessDisabled');
  assert.equal(factsOf('remoteAccessDisabled').route, 'ownerAction');
});

test("v3's own codes are understood [§3.7-3, §3.7-4, §3.7-5, §3.9-1]", () => {
  const of = (type: string, code: string, status: number): Meaning =>
    meaningOf({ type, code, status, resolution: null });
  assert.equal(of('AUTHENTICATION', 'UNAUTHORIZED', 401), 'credentials');
  assert.equal(of('AUTHENTICATION', 'ACCESS_DENIED', 403), 'permission');
  assert.equal(of('VALIDATION', 'INVALID_INPUT_FORMAT', 400), 'requestRefused');
  assert.equal(of('VALIDATION', 'MISSING_PARAMETER', 400), 'requestRefused');
  assert.equal(of('RESOURCE_NOT_FOUND', 'VEHICLE_NOT_FOUND', 404), 'notFound');
  assert.equal(of('RESOURCE_NOT_FOUND', 'INVALID_PATH', 404), 'notFound');
});

test("the preview's lower-case codes are understood without a type [§3.7-7]", () => {
  const preview: [code: string, status: number, meaning: Meaning][] = [
    ['bad_request', 400, 'requestRefused'],
    ['unauthorized', 401, 'credentials'],
    ['forbidden', 403, 'permission'],
    ['not_found', 404, 'notFound'],
    ['internal_error', 500, 'smartcarFailing'],
  ];
  for (const [code, status, meaning] of preview) {
    assert.equal(failureOf(received({ errors: [{ code }] }, { status })).meaning, meaning, code);
    assert.equal(failureInside({ code }, null).meaning, meaning, `${code} inside`);
  }
});

test('a code that is not known is judged by its type, and a type that is not known by the status [§3.7-8]', () => {
  assert.equal(failureInside({ type: 'VEHICLE_STATE', code: 'TIRED' }, null).meaning, 'vehicleRefused');
  assert.equal(failureInside({ type: 'BILLING', code: 'NEW' }, null).meaning, 'planLimit');
  assert.equal(
    failureOf(received({ errors: [{ type: 'NEWS', code: 'NEW' }] }, { status: 429 })).meaning,
    'throttledApplication',
  );
  assert.equal(failureOf(received({ errors: [{ type: 'NEWS' }] }, { status: 503 })).meaning, 'smartcarFailing');
});

test('no description and no resolution decides about a code that is known, whatever the resolution is called [§4.1-6, §4.1-8, §6.8-9]', () => {
  for (const error of documented) {
    for (const resolution of [
      'RETRY_LATER',
      'CONTACT_SUPPORT',
      'ACTION_REQUIRED',
      'FINANCE',
      'USER_ACTION_REQUIRED',
      'BRAND_NEW',
      null,
    ]) {
      for (const description of ["The user's words.", 'The user’s words.', '']) {
        const body = { ...bodyOf({ ...error, resolution }), description };
        assert.equal(failureInside(body, null).meaning, meaningOf(error), `${error.type}:${error.code ?? 'null'}`);
      }
    }
  }
});

test("an error of v1 is our credentials' [§4.6-1]", () => {
  const body = { error: 'authentication_error', message: 'Invalid authorization header.' };
  assert.equal(failureOf(received(body, { status: 401 })).meaning, 'credentials');
});

test('a resolution may be an object, an object without a type, a word, or null, and only its address is kept [§4.1-1, §4.1-5]', () => {
  const given = { type: 'CONNECTED_SERVICES_ACCOUNT', code: 'AUTHENTICATION_FAILED', requestId: 'r-1' };
  const url = 'https://connect.smartcar.com/oauth/reauthenticate?vehicle_id=v';
  const urlOf = (resolution: unknown): string | null => {
    const failure = failureInside({ ...given, resolution }, null);
    assert.deepEqual([failure.meaning, failure.requestId], ['signedOut', 'r-1']);
    return failure.resolutionUrl;
  };
  assert.equal(urlOf({ type: 'REAUTHENTICATE', url }), url);
  for (const resolution of [{ type: 'REAUTHENTICATE' }, { type: null }, 'REAUTHENTICATE', null, undefined])
    assert.equal(urlOf(resolution), null);
});

test('a wrong client is our mistake at either token endpoint, and never the loss of a grant [§1.6-9]', () => {
  for (const code of ['invalid_client', 'unauthorized_client'])
    assert.equal(failureOf(received({ error: code }, { status: 401 }), 'refresh').meaning, 'credentials');
  assert.equal(failureOf(received({ error: 'invalid_grant' }, { status: 401 }), 'refresh').meaning, 'tokensRefused');
});
