/** What screens, mails and pages call things: typed doors to the catalogue. */
import { causeNames, factsOf } from '../domain/cause.ts';
import type { Cause, Route, Status, Who } from '../domain/cause.ts';
import type { ConsentKind, ConsentWay } from '../domain/consent.ts';
import type { ErasureKind } from '../domain/erasure.ts';
import type { Meaning } from '../domain/failure.ts';
import type { Freshness, StaleReason } from '../domain/freshness.ts';
import type { MovedState, MoveReason } from '../domain/move.ts';
import type { PassingMeaning } from '../domain/passing.ts';
import { passing } from '../domain/passing.ts';
import type { Permission } from '../domain/permission.ts';
import type { ReconnectRoute } from '../domain/reconnect-route.ts';
import type { GrantState, HoldReason, RemovalReason } from '../domain/returned-car.ts';
import type { HandOverReason } from '../domain/revocation.ts';
import type { Purpose } from '../domain/purpose.ts';
import type { SignalCode } from '../domain/signal.ts';
import { scopeText } from './incident-words.ts';
import { isMessageKey, say } from './say.ts';

/** Make as Smartcar writes it; null when it is not known. */
export interface OfMake {
  make: string | null;
}

export interface NextAction {
  who: Who;
  /** A stable name for programs. */
  action: Route | 'drive' | 'confirm';
  text: string;
}

const specialMakes: Readonly<Record<string, string>> = {
  BMW: 'BMW',
  MINI: 'MINI',
  GMC: 'GMC',
  CUPRA: 'CUPRA',
  SEAT: 'SEAT',
  DS: 'DS',
  MG: 'MG',
  BYD: 'BYD',
  SKODA: 'Škoda',
  CITROEN: 'Citroën',
  MERCEDES: 'Mercedes-Benz',
  'MERCEDES BENZ': 'Mercedes-Benz',
  RAM: 'RAM',
  SMART: 'smart',
  NIO: 'NIO',
};

/** A make as its maker writes it: VOLKSWAGEN is Volkswagen, BMW stays. */
export function makeName(make: string): string {
  const plain = make
    .trim()
    .replaceAll(/[_\s-]+/g, ' ')
    .toUpperCase();
  const capital = (word: string): string => word.charAt(0) + word.slice(1).toLowerCase();
  return specialMakes[plain] ?? plain.split(' ').map(capital).join(' ');
}

/** A car as people call it: "VW ID.3 2023"; its number where nothing else is known. */
export function vehicleTitle(car: {
  make: string | null;
  model: string | null;
  year: number | null;
  number: string;
}): string {
  if (!car.make && !car.model) return car.number;
  const make = car.make ? makeName(car.make) : null;
  return [make === 'Volkswagen' ? 'VW' : make, car.model, car.year]
    .filter((part) => part !== null && part !== '')
    .join(' ');
}

/** A plate that stays on one line: "M-TL 104" does not end a line in "M-". */
export const unbroken = (plate: string): string => plate.replaceAll('-', '-\u2060').replaceAll(' ', '\u00a0');

/** A make as messages take it; each language has its own words for one that is not known. */
export const made = ({ make }: OfMake): { make: string } => ({ make: make ? makeName(make) : 'unknown' });

export const statusWord = (status: Status, language = 'en'): string => say(language, `status.${status}`);

/** Why it is not active, said to an operator. */
export const causeText = (cause: Cause, of: OfMake, language = 'en'): string =>
  say(language, `cause.${cause}`, made(of));

/** Why it is not active, said to the owner, without blame. */
export const ownerCauseText = (cause: Cause, of: OfMake, language = 'en'): string =>
  say(language, `ownerCause.${cause}`, made(of));

/** Whose turn it is and what they do; null when nothing is to be done. `way`: the one it takes now; null for its cause's usual one. */
export function nextActionFor(
  cause: Cause | null,
  status: Status,
  way: ReconnectRoute | null,
  language = 'en',
): NextAction | null {
  if (!cause || status === 'active') return null;
  const usual = factsOf(cause);
  if (!way || way.route === usual.route)
    return { who: usual.who, action: usual.route, text: say(language, `action.${cause}`) };
  return { who: way.who, action: way.route, text: say(language, `actionOf.${way.starts}`) };
}

/** The same while a car that the owner came back with waits for an operator's word: the owner has done their part. */
export const turnWhileHeld = (next: NextAction | null, language = 'en'): NextAction | null =>
  next?.who === 'owner' ? { who: 'operator', action: 'confirm', text: say(language, 'action.confirmCar') } : next;

/** What a press on Reconnect starts. */
export function startText({ starts, missing }: Pick<ReconnectRoute, 'starts' | 'missing'>, language = 'en'): string {
  const permissions = missing.map((permission) => permissionText(permission, language)).join(', ');
  return say(language, `starts.${starts}`, { permissions: permissions || 'none' });
}

/** What a grant that is no connection is about. */
export function grantText(
  grant: { state: GrantState; heldFor: HoldReason | null; removedFor: RemovalReason | null },
  language = 'en',
): string {
  const because = grant.removedFor ? say(language, `grant.removedFor.${grant.removedFor}`) : '';
  return tidy(say(language, `grant.${grant.state}`, { reason: grant.heldFor ?? 'none', because }));
}

/** Why a grant could not be deleted at Smartcar, as it stands after a colon. */
export function removalErrorText(error: string, language = 'en'): string {
  const key = `meaning.${error}`;
  if (isMessageKey(key)) return say(language, key);
  return say(language, error === 'stillListed' ? 'grant.error.stillListed' : 'grant.error.fault');
}

/** What a fact about a car is called. */
export const factName = (field: 'vin' | 'make' | 'model' | 'year', language = 'en'): string => {
  const name = say(language, `field.${field}`);
  return name.charAt(0).toUpperCase() + name.slice(1);
};

/** Why the data is old or missing; null when it is fresh. */
export function freshnessText({ state, reason }: Freshness, language = 'en'): string | null {
  return state === 'fresh' || reason === null ? null : say(language, `${state}.${reason}`);
}

const actionFor = (reason: StaleReason): NextAction['action'] =>
  reason === 'notSubscribed' || reason === 'outage' ? 'automatic' : reason === 'requestsUsedUp' ? 'none' : 'drive';

/** What brings fresh data; null when it is fresh, or when the connection's own next action says it. */
export function freshnessAction({ state, reason, who }: Freshness, language = 'en'): NextAction | null {
  if (state === 'fresh' || reason === null || who === null || reason === 'connection') return null;
  if (state === 'never' && reason === 'silent') {
    return { who, action: 'automatic', text: say(language, 'freshnessAction.neverSilent') };
  }
  return {
    who,
    action: actionFor(reason),
    text: say(language, `freshnessAction.${reason}`),
  };
}

/** Why something cannot be done, for a reason that `can` of the domain names. */
export function capabilityText(reasonKey: string, language = 'en', of: OfMake = { make: null }): string {
  const isKnown = reasonKey.startsWith('capability.') && isMessageKey(reasonKey);
  return say(language, isKnown ? reasonKey : 'capability.other', made(of));
}

/** A permission as a person understands it; names that Smartcar added later are made readable. */
export function permissionText(permission: Permission, language = 'en'): string {
  const key = `permission.${permission}`;
  if (isMessageKey(key)) return say(language, key);
  const name = permission.replace(/^(read|control)_/, '').replaceAll('_', ' ');
  return say(language, permission.startsWith('control_') ? 'permission.otherControl' : 'permission.otherRead', {
    name,
  });
}

/** What an owner agreed to or took back, in a sentence. */
export function consentText({ kind, way }: { kind: ConsentKind; way: ConsentWay }, language = 'en'): string {
  const key = `consent.${kind}.${way}`;
  return say(language, isMessageKey(key) ? key : `consent.${kind}`);
}

/** What forgetting an owner takes away, with how many. */
export const erasedText = (kind: ErasureKind, count: number, language = 'en'): string =>
  say(language, `erased.${kind}`, { count });

/** What a permission is needed for, as it stands after its name. */
export function permissionWhy(permission: Permission, language = 'en'): string {
  const key = `why.${permission}`;
  return say(language, isMessageKey(key) ? key : 'why.other');
}

/** A signal in words; codes that we don't know are made readable. */
export function signalName(code: SignalCode, language = 'en'): string {
  const key = `signal.${code}`;
  if (isMessageKey(key)) return say(language, key);
  const plain = code.replace('-', ': ').replaceAll('_', ' ');
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}

/** What became of a car in the move from v2 to v3. */
export function movedText(
  car: { state: MovedState; reason: MoveReason | null; lostPermissions: readonly Permission[] },
  language = 'en',
): string {
  const permissions = car.lostPermissions.map((permission) => permissionText(permission, language)).join(', ');
  return car.reason ? say(language, `moveReason.${car.reason}`, { permissions }) : say(language, `moved.${car.state}`);
}

/** What requests are for. */
export const purposeName = (purpose: Purpose, language = 'en'): string => say(language, `purpose.${purpose}`);

/** What was reported, as it stands after a colon. */
export const meaningText = (meaning: Meaning, language = 'en'): string => say(language, `meaning.${meaning}`);

/** Why an operator has to end access at Smartcar, and how. */
export const handOverText = (because: HandOverReason, language = 'en'): string => say(language, `handOver.${because}`);

/** A trouble that passes: what it is, and who can do what about it. */
export function passingText(meaning: PassingMeaning, language = 'en'): { text: string; nextAction: NextAction } {
  const { who, again } = passing[meaning];
  const action = again === 'later' ? 'automatic' : 'none';
  return {
    text: say(language, `passing.${meaning}`),
    nextAction: { who, action, text: say(language, `passingAction.${meaning}`) },
  };
}

/** What is being checked at the moment. */
export const suspicionText = (meaning: Meaning, of: OfMake, language = 'en'): string =>
  say(language, 'suspicion.text', { claim: meaningText(meaning, language), ...made(of) });

export const isCause = (word: string): word is Cause => (causeNames as readonly string[]).includes(word); // widened only to ask

/** What an alert is about, in a word or two; the kind itself where nothing is known of it. */
export function alertName(kind: string, language = 'en'): string {
  const key = `alertName.${kind}`;
  return isMessageKey(key) ? say(language, key) : kind;
}

/**
 * What is wrong, in a line. Read from `detail` where they are there: cause, make; field, expected, found; count; reason; state, used, quota, forecast, host.
 * `vehicleLabel` is null for an alert that is about no vehicle in particular.
 */
export function alertText(
  kind: string,
  detail: Readonly<Record<string, unknown>>,
  vehicleLabel: string | null,
  language = 'en',
): string {
  const word = wordsOf(detail);
  const cause = word('cause');
  const make = word('make') === 'none' ? null : word('make');
  const vehicle = vehicleLabel ?? say(language, 'alert.someVehicle');
  const key = `alert.${kind}`;
  return tidy(
    say(language, isMessageKey(key) ? key : 'alert.other', {
      vehicle,
      kind,
      cause: isCause(cause) ? causeText(cause, { make }, language) : '',
      reference: word('reference'),
      field: fieldName(word('field'), language),
      expected: word('expected'),
      found: word('found'),
      count: word('count'),
      date: word('date'),
      host: word('host'),
      of: kind === 'incident.open' ? scopeOf(word, language) : make ? makeName(make) : 'none',
      share: word('share'),
      state: word('state'),
      used: numeral(word('used'), language),
      quota: numeral(word('quota'), language),
      forecast: numeral(word('forecast'), language),
      reason: kind === 'connect.grant-left' ? removalErrorText(word('reason'), language) : word('reason'),
    }),
  );
}

const scopeOf = (word: Reader, language: string): string => {
  const part = (name: string): string | null => (word(name) === 'none' ? null : word(name));
  return scopeText({ make: part('make'), region: part('region') }, language);
};

/** Reads what may stand in stored details; `none` for what is not there, which the messages know. */
export type Reader = (name: string) => string;

export const wordsOf =
  (data: Readonly<Record<string, unknown>>): Reader =>
  (name) => {
    const value = data[name];
    return (typeof value === 'string' && value !== '') || typeof value === 'number' ? String(value) : 'none';
  };

/** A count as it is read: 120,000. */
const numeral = (word: string, language: string): string =>
  Number.isFinite(Number(word)) ? Number(word).toLocaleString(language) : word;

export function fieldName(field: string, language: string): string {
  const key = `field.${field}`;
  return isMessageKey(key) ? say(language, key) : field;
}

/** Removes what an absent part leaves behind. */
export const tidy = (line: string): string => line.replaceAll(/\s+/g, ' ').trim();

const documentedConnectErrors = [
  'access_denied',
  'vehicle_incompatible',
  'invalid_subscription',
  'no_vehicles',
  'configuration_error',
  'oem_cancelled_login',
  'user_manually_returned_to_application',
  'server_error',
] as const;
export type ConnectError = (typeof documentedConnectErrors)[number] | 'other';

/** Why Connect sends an owner back, with `other` for what is not documented. @see docs/smartcar.md §1.3 */
export const connectErrors: readonly ConnectError[] = [...documentedConnectErrors, 'other'];

export const connectErrorOf = (error: string): ConnectError =>
  connectErrors.find((known) => known === error) ?? 'other';

/** What the owner reads when Connect sent them back. */
export function connectErrorText(
  error: string,
  of: OfMake,
  language = 'en',
): { title: string; text: string; next: string } {
  const key = `connectError.${connectErrorOf(error)}` as const;
  const params = { ...made(of), error };
  return {
    title: say(language, `${key}.title`, params),
    text: say(language, `${key}.text`, params),
    next: say(language, `${key}.next`, params),
  };
}
