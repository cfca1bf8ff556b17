/** The addresses at which an owner allows us their car, or signs in again. */
import type { SmartcarVehicleId } from '../domain/ids.ts';
import type { Permission } from '../domain/permission.ts';
import type { ConnectPlace } from './smartcar.ts';

interface Shared {
  /** Ours; comes back unchanged. */
  state: string;
  /** Our id of the owner, stored by Smartcar with the user; null takes away what is stored. */
  externalId: string | null;
  redirectUri: string;
  /** Shown in Smartcar's own logs beside this session, and nowhere else. */
  user?: string | null;
}

export interface Authorize extends Shared {
  /** `code` where it isn't said; `none` ends Connect without one, which v3 can do without. */
  responseType?: 'code' | 'none';
  /** The owner can't clear these boxes. Without any permission, what Smartcar's dashboard says is asked for. */
  required: readonly Permission[];
  optional: readonly Permission[];
  /** Skips the choice of brand. */
  make?: string | null;
  /** One car alone can be chosen, and a v2 token is good for that one. True where it isn't said. */
  singleSelect?: boolean;
  /** Limits the choice to this car, where Smartcar's plan allows it; only with `singleSelect`. */
  vin?: string | null;
  /** Shows the permissions even when they were granted before: a wider grant needs it. */
  force: boolean;
  /** ISO 3166-1 alpha-2. */
  country?: string | null;
  /** More of Smartcar's flags by name; letters, digits and `_-.` alone. */
  flags?: Readonly<Record<string, string>>;
}

export interface Reauthenticate extends Shared {
  /** `vehicle_id` where it isn't said. */
  responseType?: 'vehicle_id' | 'none';
  smartcarVehicleId: SmartcarVehicleId;
  /** As an error gave it; followed only when it is Connect's own re-authentication address. */
  resolutionUrl: string | null;
}

/**
 * Where an owner connects one car.
 *
 * `client_id` and not its newer name `application_id`, unless it is told: both mean the same UUID, every generation of
 * Connect that is known accepts the older name, and sending both leaves open which one counts. `app_origin` is for
 * browsers that open Connect without us, so it is never sent.
 *
 * @see docs/smartcar.md §1.1
 */
export function authorizeUrl(connect: ConnectPlace, request: Authorize): string {
  const url = new URL('/oauth/authorize', connect.origin);
  const set = (name: string, value: string | null | undefined): void => {
    if (value) url.searchParams.set(name, value);
  };
  const { singleSelect = true } = request;
  set('response_type', request.responseType ?? 'code');
  set(connect.idParameter ?? 'client_id', connect.applicationId);
  set('redirect_uri', request.redirectUri);
  set('scope', scopeOf(request));
  set('state', request.state);
  set('user', request.user);
  set('external_id', request.externalId ?? 'null');
  set('mode', connect.mode);
  set('approval_prompt', request.force ? 'force' : 'auto');
  set('single_select', String(singleSelect));
  if (singleSelect) set('single_select_vin', request.vin);
  set('make', request.make);
  set('flags', flagsOf(request));
  return spaced(url);
}

function scopeOf({ required, optional }: Authorize): string {
  const locked = required.map((permission) => `required:${permission}`);
  return [...locked, ...optional.filter((permission) => !required.includes(permission))].join(' ');
}

/** One that holds a space or a colon would be read as several, or as another one: it is left out. */
function flagsOf({ country, flags = {} }: Authorize): string {
  const named = country ? { country, ...flags } : flags;
  const plain = Object.entries(named).filter((flag) => flag.every((word) => /^[\w.-]{1,100}$/.test(word)));
  return plain.map(([name, value]) => `${name}:${value}`).join(' ');
}

/**
 * Where an owner signs in again for a car that is connected already; no tokens come of it.
 *
 * @see docs/smartcar.md §1.4
 */
export function reauthenticateUrl(connect: ConnectPlace, request: Reauthenticate): string {
  const url = ownAddress(connect, request.resolutionUrl) ?? new URL('/oauth/reauthenticate', connect.origin);
  const given = url.searchParams;
  given.set('response_type', request.responseType ?? 'vehicle_id');
  given.set(connect.idParameter ?? 'client_id', connect.applicationId);
  // A resolution's own vehicle id has been seen to differ from the event's; Smartcar knows which login it means.
  if (!given.get('vehicle_id')) given.set('vehicle_id', request.smartcarVehicleId);
  given.set('redirect_uri', request.redirectUri);
  given.set('state', request.state);
  if (request.user) given.set('user', request.user);
  given.set('external_id', request.externalId ?? 'null');
  return spaced(url);
}

/** An address out of an error is a stranger's text: anything but Connect's own page would be an open redirect. */
function ownAddress(connect: ConnectPlace, resolutionUrl: string | null): URL | null {
  if (!resolutionUrl || !URL.canParse(resolutionUrl)) return null;
  const url = new URL(resolutionUrl);
  const own = url.origin === new URL(connect.origin).origin && url.pathname === '/oauth/reauthenticate';
  return own && url.username === '' && url.password === '' ? withKnownParameters(url) : null;
}

function withKnownParameters(url: URL): URL {
  const clean = new URL(url.pathname, url.origin);
  for (const name of ['vehicle_id', 'make', 'scope', 'flags']) {
    const value = url.searchParams.get(name);
    if (value) clean.searchParams.set(name, value);
  }
  return clean;
}

/** Spaces as %20, as Smartcar's own SDK sends them: a plus sign is not read as a space by everyone. */
function spaced(url: URL): string {
  return url.href.replaceAll('+', '%20');
}
