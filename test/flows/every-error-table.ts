/**
 * What Smartcar may answer and what Towline makes of it, written down from Smartcar's documents and never from the code
 * that it tests: published errors, words without a type, and statuses that nobody wrote a word for.
 *
 * @see docs/smartcar.md §1.8, §3.7, §4.2
 */
import type { Cause, Status } from '../../src/domain/cause.ts';
import type { Meaning } from '../../src/domain/failure.ts';

/** Status and cause; null: it passes, and the connection stays as it is. */
export type Ending = readonly [status: Status, cause: Cause] | null;

export interface PublishedError {
  type: string;
  code: string | null;
  status: number;
  meaning: Meaning;
  ending: Ending;
  /** Of `docs/smartcar.md`. */
  fact: string;
}

type Line = readonly [code: string | null, meaning: Meaning, ending: Ending, fact?: string];

const family = (type: string, status: number, fact: string, lines: readonly Line[]): PublishedError[] =>
  lines.map(([code, meaning, ending, own]) => ({ type, code, status, meaning, ending, fact: own ?? fact }));

const refused = ['error', 'requestRefused'] as const;
const missing = ['error', 'notFound'] as const;
const ofMaker = ['error', 'manufacturerFailing'] as const;
const ofSmartcar = ['error', 'smartcarFailing'] as const;
const incapable = ['error', 'incompatible'] as const;
const unlisted = ['disconnected', 'vehicleRemoved'] as const;
const signedOut = ['expired', 'signedOut'] as const;
const ungranted = ['error', 'permissionMissing'] as const;
const unpaid = ['error', 'planLimit'] as const;
const ours = ['error', 'credentials'] as const;

/** Every row of §4.2, and v3's own codes of §3.7. */
export const published: readonly PublishedError[] = [
  ...family('AUTHENTICATION', 401, '§4.2-1', [
    [null, 'credentials', ours],
    ['UNAUTHORIZED', 'credentials', ours, '§3.7-3'],
  ]),
  ...family('AUTHENTICATION', 403, '§3.7-3', [['ACCESS_DENIED', 'permission', ungranted]]),
  ...family('BILLING', 430, '§4.2-2', [
    ['VEHICLE_LIMIT', 'planLimit', unpaid],
    ['INVALID_PLAN', 'planLimit', unpaid],
    ['VEHICLE_REQUEST_LIMIT', 'requestLimit', null],
    ['ACCOUNT_SUSPENDED', 'accountSuspended', ['error', 'accountSuspended']],
  ]),
  ...family('COMPATIBILITY', 501, '§4.2-3', [
    ['MAKE_NOT_COMPATIBLE', 'incompatible', incapable],
    ['SMARTCAR_NOT_CAPABLE', 'incompatible', incapable],
    ['VEHICLE_NOT_CAPABLE', 'incompatible', incapable],
    ['PLATFORM_NOT_CAPABLE', 'platformMigrated', ['expired', 'platformMigrated'], '§4.2-4'],
  ]),
  ...family('CONNECTED_SERVICES_ACCOUNT', 400, '§4.2-5', [
    ['ACCOUNT_ISSUE', 'accountIssue', ['error', 'accountIssue']],
    ['AUTHENTICATION_FAILED', 'signedOut', signedOut],
    ['NO_VEHICLES', 'vehicleRemoved', unlisted],
    ['PERMISSION', 'revoked', ['disconnected', 'revokedByOwner']],
    ['SUBSCRIPTION', 'subscriptionLapsed', ['error', 'subscriptionLapsed']],
    ['VEHICLE_MISSING', 'vehicleRemoved', unlisted],
    ['VIRTUAL_KEY_REQUIRED', 'virtualKeyMissing', ['error', 'virtualKeyMissing']],
  ]),
  ...family('PERMISSION', 403, '§4.2-6', [[null, 'permission', ungranted]]),
  ...family('RATE_LIMIT', 429, '§4.2-7', [
    ['SMARTCAR_API', 'throttledApplication', null],
    ['VEHICLE', 'throttledVehicle', null],
  ]),
  ...family('RESOURCE_NOT_FOUND', 404, '§4.2-8', [
    ['PATH', 'notFound', missing],
    ['VERSION', 'notFound', missing],
    ['VEHICLE_NOT_FOUND', 'notFound', missing, '§3.7-5'],
    ['INVALID_PATH', 'notFound', missing, '§3.7-5'],
  ]),
  ...family('SERVER', 500, '§4.2-9', [
    ['INTERNAL', 'smartcarFailing', ofSmartcar],
    ['RECORD_NOT_FOUND', 'smartcarFailing', ofSmartcar],
    ['MULTIPLE_RECORDS_FOUND', 'smartcarFailing', ofSmartcar],
  ]),
  ...family('UPSTREAM', 502, '§4.2-10', [
    ['INVALID_DATA', 'manufacturerFailing', ofMaker],
    ['KNOWN_ISSUE', 'manufacturerFailing', ofMaker],
    ['NO_RESPONSE', 'manufacturerFailing', ofMaker],
    ['RATE_LIMIT', 'throttledManufacturer', null, '§4.2-15'],
    ['UNKNOWN_ISSUE', 'manufacturerFailing', ofMaker],
  ]),
  ...family('VALIDATION', 400, '§4.2-11', [
    [null, 'requestRefused', refused, '§4.2-14'],
    ['PARAMETER', 'requestRefused', refused, '§4.2-14'],
    ['MISSING_PARAMETER', 'requestRefused', refused, '§3.7-4'],
    ['INVALID_INPUT_FORMAT', 'requestRefused', refused, '§3.7-4'],
  ]),
  ...family('VEHICLE_STATE', 409, '§4.2-12', [
    ['ASLEEP', 'asleep', null],
    ['CHARGING_IN_PROGRESS', 'charging', null],
    ['CHARGING_PLUG_CONNECTED', 'pluggedIn', null],
    ['CHARGING_PLUG_NOT_CONNECTED', 'notPluggedIn', null],
    ['DOOR_OPEN', 'doorOpen', null],
    ['FULLY_CHARGED', 'fullyCharged', null],
    ['NOT_CHARGING', 'notCharging', null],
    ['CHARGE_FAULT', 'chargeFault', null],
    ['HOOD_OPEN', 'hoodOpen', null],
    ['IGNITION_ON', 'ignitionOn', null],
    ['IN_MOTION', 'inMotion', null],
    ['REMOTE_ACCESS_DISABLED', 'remoteAccessDisabled', ['error', 'remoteAccessDisabled'], '§4.2-13'],
    ['TRUNK_OPEN', 'trunkOpen', null],
    ['UNKNOWN', 'vehicleRefused', null],
    ['UNREACHABLE', 'vehicleUnreachable', null],
    ['VEHICLE_OFFLINE_FOR_SERVICE', 'inService', null],
    ['LOW_BATTERY', 'lowBattery', null],
  ]),
];

/** An answer as it stands on the wire; or none. */
export type WireAnswer =
  { status: number; body: string; headers?: Record<string, string> } | 'hangs up' | 'breaks off in its body';

/** What the classification is told of it. */
export interface Told {
  came: 'answer' | 'nothing';
  type: string | null;
  code: string | null;
  resolution: string | null;
  status: number | null;
}

export interface OtherAnswer {
  name: string;
  answer: WireAnswer;
  /** Null: a success that can't be read, which is nothing to classify. */
  told: Told | null;
  meaning: Meaning;
  ending: Ending;
  /** Of `docs/smartcar.md`; null where nothing is documented. */
  fact: string | null;
}

const nobody: Told = { came: 'answer', type: null, code: null, resolution: null, status: null };

function inWords(
  status: number,
  error: { type?: string; code?: string; resolution?: { type: string } },
  meaning: Meaning,
  ending: Ending,
  fact: string,
): OtherAnswer {
  const { type = null, code = null, resolution = null } = error;
  return {
    name: `${[type, code, resolution?.type].filter((word) => word).join(':')} with ${status}`,
    answer: { status, body: JSON.stringify({ errors: [{ status: String(status), ...error }] }) },
    told: { ...nobody, type, code, resolution: resolution?.type ?? null, status },
    meaning,
    ending,
    fact,
  };
}

const without = (status: number, meaning: Meaning, ending: Ending): OtherAnswer => ({
  name: `${status} and a page of some gateway's`,
  answer: { status, body: '<!doctype html><title>Error</title>', headers: { 'content-type': 'text/html' } },
  told: { ...nobody, status },
  meaning,
  ending,
  fact: null,
});

function unreadable(name: string, body: string): OtherAnswer {
  const ending = ['error', 'nonsense'] as const;
  return { name, answer: { status: 200, body }, told: null, meaning: 'nonsense', ending, fact: null };
}

const fresh = 'HEARD_NEVER';

/** What isn't in the table, and yet has an ending of its own. */
/** Whoever hears this makes others wait too, and so is met alone: see test/flows/budget.test.ts. */
export const holdsUpOthers = ({ meaning }: { meaning: Meaning }): boolean =>
  meaning === 'throttledApplication' || meaning === 'throttledManufacturer';

export const others: readonly OtherAnswer[] = [
  inWords(400, { code: 'bad_request' }, 'requestRefused', refused, '§3.7-7'),
  inWords(403, { code: 'forbidden' }, 'permission', ungranted, '§3.7-7'),
  inWords(403, { code: 'access_denied' }, 'permission', ungranted, '§3.7-3'),
  inWords(404, { code: 'not_found' }, 'notFound', missing, '§3.7-7'),
  inWords(500, { code: 'internal_error' }, 'smartcarFailing', ofSmartcar, '§3.7-7'),
  inWords(
    400,
    { type: 'CONNECTED_SERVICES_ACCOUNT', code: fresh, resolution: { type: 'REAUTHENTICATE' } },
    'signedOut',
    signedOut,
    '§3.7-8',
  ),
  inWords(
    400,
    { type: 'CONNECTED_SERVICES_ACCOUNT', code: fresh },
    'accountIssue',
    ['error', 'accountIssue'],
    '§3.7-8',
  ),
  inWords(
    401,
    { type: 'AUTHENTICATION', code: fresh, resolution: { type: 'REAUTHENTICATE' } },
    'signedOut',
    signedOut,
    '§6.8-5',
  ),
  inWords(403, { type: 'AUTHENTICATION', code: fresh }, 'permission', ungranted, '§3.7-8'),
  inWords(430, { type: 'BILLING', code: fresh }, 'planLimit', unpaid, '§3.7-8'),
  inWords(501, { type: 'COMPATIBILITY', code: fresh }, 'incompatible', incapable, '§3.7-8'),
  inWords(429, { type: 'RATE_LIMIT', code: fresh }, 'throttledApplication', null, '§3.7-8'),
  inWords(404, { type: 'RESOURCE_NOT_FOUND', code: fresh }, 'notFound', missing, '§3.7-8'),
  inWords(500, { type: 'SERVER', code: fresh }, 'smartcarFailing', ofSmartcar, '§3.7-8'),
  inWords(502, { type: 'UPSTREAM', code: fresh }, 'manufacturerFailing', ofMaker, '§3.7-8'),
  inWords(400, { type: 'VALIDATION', code: fresh }, 'requestRefused', refused, '§3.7-8'),
  inWords(409, { type: 'VEHICLE_STATE', code: fresh }, 'vehicleRefused', null, '§3.7-8'),
  inWords(403, { type: fresh, code: fresh }, 'permission', ungranted, '§3.7-8'),
  inWords(418, { type: fresh, code: fresh }, 'requestRefused', refused, '§3.7-8'),
  without(302, 'nonsense', ['error', 'nonsense']),
  without(400, 'requestRefused', refused),
  without(403, 'smartcarFailing', ofSmartcar),
  without(404, 'notFound', missing),
  without(408, 'smartcarFailing', ofSmartcar),
  without(409, 'vehicleRefused', null),
  without(410, 'notFound', missing),
  without(429, 'throttledApplication', null),
  without(430, 'requestLimit', null),
  without(460, 'smartcarFailing', ofSmartcar),
  without(500, 'smartcarFailing', ofSmartcar),
  without(502, 'smartcarFailing', ofSmartcar),
  without(503, 'smartcarFailing', ofSmartcar),
  without(504, 'smartcarFailing', ofSmartcar),
  unreadable('a page of HTML with 200', '<!doctype html><title>Maintenance</title>'),
  unreadable('nothing with 200', ''),
  unreadable('half of a list with 200', '{"data":[{"id":"sig-1","attributes":{"code":"odo'),
  unreadable('a list of no signals with 200', '{"data":[1,"two",{"three":3}]}'),
  {
    name: 'a connection that is closed without an answer',
    answer: 'hangs up',
    told: { ...nobody, came: 'nothing' },
    meaning: 'smartcarUnreachable',
    ending: ['error', 'smartcarUnreachable'],
    fact: null,
  },
  {
    name: 'an answer that breaks off in its body',
    answer: 'breaks off in its body',
    told: { ...nobody, came: 'nothing' },
    meaning: 'smartcarUnreachable',
    ending: ['error', 'smartcarUnreachable'],
    fact: null,
  },
];

/** A name as `docs/causes.md` and the simulator write it. */
export const keyOf = ({ type, code }: { type: string; code: string | null }): string => `${type}:${code ?? 'null'}`;

/** Only what other answers can't be: the token endpoint's words and an answer about our own token. */
export interface OwnRefusal {
  name: string;
  at: 'token endpoint' | 'signals';
  answer: WireAnswer;
  told: Told | null;
  meaning: Meaning;
  fact: string | null;
}

function oauth(status: number, error: string, meaning: Meaning, fact: string | null): OwnRefusal {
  const answer = { status, body: JSON.stringify({ error, error_description: 'No.' }) };
  const told = { ...nobody, code: error, status };
  return { name: `${error} of the token endpoint`, at: 'token endpoint', answer, told, meaning, fact };
}

function aboutToken(status: number, error: { type?: string; code?: string }, fact: string | null): OwnRefusal {
  const { name, answer, told } = inWords(status, error, 'credentials', ours, '');
  return { name: `${name} to a read`, at: 'signals', answer, told, meaning: 'credentials', fact };
}

export const ownRefusals: readonly OwnRefusal[] = [
  oauth(401, 'invalid_client', 'credentials', '§1.8-5'),
  oauth(400, 'unauthorized_client', 'credentials', null),
  oauth(400, 'invalid_request', 'requestRefused', '§1.8-4'),
  oauth(400, 'invalid_scope', 'requestRefused', null),
  oauth(400, 'invalid_grant', 'requestRefused', null),
  oauth(400, 'unsupported_grant_type', 'requestRefused', null),
  oauth(401, 'authentication_error', 'credentials', null),
  aboutToken(401, { type: 'AUTHENTICATION' }, '§4.2-1'),
  aboutToken(401, { type: 'AUTHENTICATION', code: 'UNAUTHORIZED' }, '§3.7-3'),
  aboutToken(401, { type: 'AUTHENTICATION', code: fresh }, '§3.7-8'),
  aboutToken(401, { code: 'unauthorized' }, '§3.7-7'),
  {
    name: "401 and a page of some gateway's to a read",
    at: 'signals',
    answer: { status: 401, body: '<html>' },
    told: { ...nobody, status: 401 },
    meaning: 'credentials',
    fact: null,
  },
  {
    name: 'a token endpoint that fails',
    at: 'token endpoint',
    answer: { status: 503, body: '<html>' },
    told: { ...nobody, status: 503 },
    meaning: 'smartcarFailing',
    fact: null,
  },
  {
    name: 'a token endpoint that hangs up',
    at: 'token endpoint',
    answer: 'hangs up',
    told: { ...nobody, came: 'nothing' },
    meaning: 'smartcarUnreachable',
    fact: null,
  },
];
