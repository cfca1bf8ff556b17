/**
 * What Smartcar's words mean: one ordered table, by fields and never by text; the first row that fits decides. From types
 * with their codes it goes to types, to codes alone, to statuses, and its last row fits everything.
 */
import type { Meaning } from '../domain/failure.ts';

/** What is known of something that went wrong. */
export interface Wrong {
  /**
   * `answer`: over HTTP. `refresh`: over HTTP, to a refresh of v2's tokens. `inside`: in a body that is itself fine (a
   * signal's status, a webhook). `nothing`: no answer came.
   */
  came: 'answer' | 'refresh' | 'inside' | 'nothing';
  status: number | null;
  type: string | null;
  code: string | null;
  /** `resolution.type`. */
  resolution: string | null;
}

export interface Row {
  came?: Wrong['came'];
  type?: string | null;
  code?: string | null;
  resolution?: string;
  /** One status, or the first and the last of a range. */
  status?: number | readonly [from: number, to: number];
  meaning: Meaning;
  /** Where it is written in `docs/smartcar.md`; `INF` is our reading. */
  source: string;
}

const account = (code: string, meaning: Meaning): Row => ({
  type: 'CONNECTED_SERVICES_ACCOUNT',
  code,
  meaning,
  source: '§4.2',
});
const state = (code: string, meaning: Meaning): Row => ({ type: 'VEHICLE_STATE', code, meaning, source: '§4.2' });

export const table: readonly Row[] = [
  account('ACCOUNT_ISSUE', 'accountIssue'),
  account('AUTHENTICATION_FAILED', 'signedOut'),
  account('NO_VEHICLES', 'vehicleRemoved'),
  account('PERMISSION', 'revoked'),
  account('SUBSCRIPTION', 'subscriptionLapsed'),
  account('VEHICLE_MISSING', 'vehicleRemoved'),
  account('VIRTUAL_KEY_REQUIRED', 'virtualKeyMissing'),
  { type: 'CONNECTED_SERVICES_ACCOUNT', resolution: 'REAUTHENTICATE', meaning: 'signedOut', source: 'INF §4.1' },
  { type: 'CONNECTED_SERVICES_ACCOUNT', meaning: 'accountIssue', source: 'INF §4.4' },

  { type: 'AUTHENTICATION', code: 'ACCESS_DENIED', meaning: 'permission', source: '§3.7' },
  // The re-authentication page's own example looks for this type in webhooks, where it can't be about our token.
  { type: 'AUTHENTICATION', resolution: 'REAUTHENTICATE', meaning: 'signedOut', source: '§6.8' },
  { type: 'AUTHENTICATION', code: 'UNAUTHORIZED', meaning: 'credentials', source: '§3.7' },
  { type: 'AUTHENTICATION', code: null, meaning: 'credentials', source: '§4.2' },
  { type: 'AUTHENTICATION', status: 403, meaning: 'permission', source: '§3.7' },
  { type: 'AUTHENTICATION', meaning: 'credentials', source: 'INF §3.7' },
  { type: 'PERMISSION', meaning: 'permission', source: '§4.2' },

  { type: 'BILLING', code: 'VEHICLE_LIMIT', meaning: 'planLimit', source: '§4.2' },
  { type: 'BILLING', code: 'INVALID_PLAN', meaning: 'planLimit', source: '§4.2' },
  { type: 'BILLING', code: 'VEHICLE_REQUEST_LIMIT', meaning: 'requestLimit', source: '§4.2' },
  { type: 'BILLING', code: 'ACCOUNT_SUSPENDED', meaning: 'accountSuspended', source: '§4.2' },
  { type: 'BILLING', meaning: 'planLimit', source: 'INF §4.2' },

  { type: 'COMPATIBILITY', code: 'PLATFORM_NOT_CAPABLE', meaning: 'platformMigrated', source: '§4.2' },
  { type: 'COMPATIBILITY', code: 'MAKE_NOT_COMPATIBLE', meaning: 'incompatible', source: '§4.2' },
  { type: 'COMPATIBILITY', code: 'SMARTCAR_NOT_CAPABLE', meaning: 'incompatible', source: '§4.2' },
  { type: 'COMPATIBILITY', code: 'VEHICLE_NOT_CAPABLE', meaning: 'incompatible', source: '§4.2' },
  { type: 'COMPATIBILITY', meaning: 'incompatible', source: 'INF §4.2' },

  { type: 'RATE_LIMIT', code: 'VEHICLE', meaning: 'throttledVehicle', source: '§4.2' },
  { type: 'RATE_LIMIT', code: 'SMARTCAR_API', meaning: 'throttledApplication', source: '§4.2' },
  { type: 'RATE_LIMIT', meaning: 'throttledApplication', source: 'INF §5' },

  { type: 'RESOURCE_NOT_FOUND', code: 'VEHICLE_NOT_FOUND', meaning: 'notFound', source: '§3.7' },
  { type: 'RESOURCE_NOT_FOUND', code: 'INVALID_PATH', meaning: 'notFound', source: '§3.7' },
  { type: 'RESOURCE_NOT_FOUND', code: 'PATH', meaning: 'notFound', source: '§4.2' },
  { type: 'RESOURCE_NOT_FOUND', code: 'VERSION', meaning: 'notFound', source: '§4.2' },
  { type: 'RESOURCE_NOT_FOUND', meaning: 'notFound', source: 'INF §3.7' },

  { type: 'SERVER', code: 'INTERNAL', meaning: 'smartcarFailing', source: '§4.2' },
  { type: 'SERVER', code: 'RECORD_NOT_FOUND', meaning: 'smartcarFailing', source: '§4.2' },
  { type: 'SERVER', code: 'MULTIPLE_RECORDS_FOUND', meaning: 'smartcarFailing', source: '§4.2' },
  { type: 'SERVER', meaning: 'smartcarFailing', source: 'INF §4.2' },

  { type: 'UPSTREAM', code: 'RATE_LIMIT', meaning: 'throttledManufacturer', source: '§4.2' },
  { type: 'UPSTREAM', code: 'INVALID_DATA', meaning: 'manufacturerFailing', source: '§4.2' },
  { type: 'UPSTREAM', code: 'KNOWN_ISSUE', meaning: 'manufacturerFailing', source: '§4.2' },
  { type: 'UPSTREAM', code: 'NO_RESPONSE', meaning: 'manufacturerFailing', source: '§4.2' },
  { type: 'UPSTREAM', code: 'UNKNOWN_ISSUE', meaning: 'manufacturerFailing', source: '§4.2' },
  { type: 'UPSTREAM', meaning: 'manufacturerFailing', source: 'INF §4.2' },

  { type: 'VALIDATION', code: null, meaning: 'requestRefused', source: '§4.2' },
  { type: 'VALIDATION', code: 'PARAMETER', meaning: 'requestRefused', source: '§4.2' },
  { type: 'VALIDATION', code: 'INVALID_INPUT_FORMAT', meaning: 'requestRefused', source: '§3.7' },
  { type: 'VALIDATION', code: 'MISSING_PARAMETER', meaning: 'requestRefused', source: '§3.7' },
  { type: 'VALIDATION', meaning: 'requestRefused', source: 'INF §3.7' },

  state('ASLEEP', 'asleep'),
  state('UNREACHABLE', 'vehicleUnreachable'),
  state('VEHICLE_OFFLINE_FOR_SERVICE', 'inService'),
  state('LOW_BATTERY', 'lowBattery'),
  state('REMOTE_ACCESS_DISABLED', 'remoteAccessDisabled'),
  state('CHARGING_IN_PROGRESS', 'charging'),
  state('CHARGING_PLUG_CONNECTED', 'pluggedIn'),
  state('CHARGING_PLUG_NOT_CONNECTED', 'notPluggedIn'),
  state('DOOR_OPEN', 'doorOpen'),
  state('FULLY_CHARGED', 'fullyCharged'),
  state('NOT_CHARGING', 'notCharging'),
  state('CHARGE_FAULT', 'chargeFault'),
  state('HOOD_OPEN', 'hoodOpen'),
  state('IGNITION_ON', 'ignitionOn'),
  state('IN_MOTION', 'inMotion'),
  state('TRUNK_OPEN', 'trunkOpen'),
  state('UNKNOWN', 'vehicleRefused'),
  { type: 'VEHICLE_STATE', meaning: 'vehicleRefused', source: 'INF §4.2' },

  // The token endpoint's OAuth errors, and the codes of the early v3 preview, come without a type.
  { type: null, code: 'INVALID_CLIENT', meaning: 'credentials', source: '§1.8' },
  { type: null, code: 'UNAUTHORIZED_CLIENT', meaning: 'credentials', source: 'RFC 6749 §5.2' },
  // Which word and which status a dead refresh token gets is not documented; others treat these three alike. Without any
  // word it is some gateway's refusal, and no owner is asked to sign in for that: OAuth's errors name themselves.
  { came: 'refresh', type: null, code: null, status: [400, 403], meaning: 'smartcarFailing', source: 'INF §1.6' },
  { came: 'refresh', type: null, status: [400, 403], meaning: 'tokensRefused', source: '§1.6' },
  { type: null, code: 'INVALID_REQUEST', meaning: 'requestRefused', source: '§1.8' },
  { type: null, code: 'INVALID_SCOPE', meaning: 'requestRefused', source: 'RFC 6749 §5.2' },
  { type: null, code: 'INVALID_GRANT', meaning: 'requestRefused', source: 'RFC 6749 §5.2' },
  { type: null, code: 'UNSUPPORTED_GRANT_TYPE', meaning: 'requestRefused', source: 'RFC 6749 §5.2' },
  { type: null, code: 'AUTHENTICATION_ERROR', meaning: 'credentials', source: '§1.6' },
  { code: 'UNAUTHORIZED', meaning: 'credentials', source: '§3.7' },
  { code: 'FORBIDDEN', meaning: 'permission', source: '§3.7' },
  { code: 'ACCESS_DENIED', meaning: 'permission', source: '§3.7' },
  { code: 'NOT_FOUND', meaning: 'notFound', source: '§3.7' },
  { code: 'BAD_REQUEST', meaning: 'requestRefused', source: '§3.7' },
  { code: 'INTERNAL_ERROR', meaning: 'smartcarFailing', source: '§3.7' },

  { status: 401, meaning: 'credentials', source: '§4.2' },
  // Without a word of Smartcar's it is some gateway's refusal, and no owner's permission is doubted for that.
  { status: 403, type: null, code: null, meaning: 'smartcarFailing', source: 'INF' },
  { status: 403, meaning: 'permission', source: '§4.2' },
  { status: 404, meaning: 'notFound', source: '§3.4' },
  { status: 408, meaning: 'smartcarFailing', source: 'RFC 9110 §15.5.9' },
  { status: 409, meaning: 'vehicleRefused', source: '§4.2' },
  { status: 410, meaning: 'notFound', source: 'RFC 9110 §15.5.11' },
  { status: 429, meaning: 'throttledApplication', source: '§5' },
  { status: 430, meaning: 'requestLimit', source: '§4.2' },
  { status: 460, meaning: 'smartcarFailing', source: 'INF: a load balancer gave up' },
  { status: [400, 499], meaning: 'requestRefused', source: '§4.2' },
  { status: [500, 599], meaning: 'smartcarFailing', source: '§4.2' },
  { status: [300, 399], meaning: 'nonsense', source: 'INF: the API redirects nobody' },
  { came: 'nothing', meaning: 'smartcarUnreachable', source: 'INF' },
  { meaning: 'nonsense', source: 'INF' },
];

/** The row that decides; the last one fits everything. */
export function rowFor(wrong: Wrong): Row {
  const row = table.find((candidate) => fits(candidate, wrong));
  if (!row) throw new Error("The table's last row fits everything.");
  return row;
}

export const meaningOf = (wrong: Wrong): Meaning => rowFor(wrong).meaning;

function fits(row: Row, wrong: Wrong): boolean {
  return (
    (row.came === undefined || row.came === wrong.came) &&
    (row.type === undefined || row.type === upper(wrong.type)) &&
    (row.code === undefined || row.code === upper(wrong.code)) &&
    (row.resolution === undefined || row.resolution === upper(wrong.resolution)) &&
    (row.status === undefined || isWithin(row.status, wrong.status))
  );
}

function isWithin(wanted: NonNullable<Row['status']>, status: number | null): boolean {
  if (status === null) return false;
  return typeof wanted === 'number' ? status === wanted : status >= wanted[0] && status <= wanted[1];
}

/** The preview wrote codes in lower case, OAuth does still. */
const upper = (word: string | null): string | null => word?.toUpperCase() ?? null;
