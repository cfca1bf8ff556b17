/** The addresses at which an owner allows us their car, or signs in again. */
import type { SmartcarVehicleId } from '../domain/ids.ts';
import type { Permission } from '../domain/permission.ts';
import type { ConnectPlace } from './smartcar.ts';

export interface Authorize {
  /** Ours; comes back unchanged. */
  state: string;
  /** Our id of the owner, stored by Smartcar with the user. */
  externalId: string;
  redirectUri: string;
  /** The owner can't clear these boxes. */
  required: readonly Permission[];
  optional: readonly Permission[];
  /** Skips the choice of brand. */
  make?: string | null;
  /** Limits the choice to this car, where Smartcar's plan allows it. */
  vin?: string | null;
  /** Shows the permissions even when they were granted before: a wider grant needs it. */
  force: boolean;
  /** ISO 3166-1 alpha-2. */
  country?: string | null;
}

export interface Reauthenticate {
  state: string;
  externalId: string;
  redirectUri: string;
  smartcarVehicleId: SmartcarVehicleId;
  /** As an error gave it; followed only when it is Connect's own re-authentication address. */
  resolutionUrl: string | null;
}

/**
 * Where an owner connects one car.
 *
 * `client_id` and not its newer name `application_id`: both mean the same UUID, every generation of Connect that is
 * known accepts the older name, and sending both leaves open which one counts.
 *
 * @see docs/smartcar.md §1.1
 */
export function authorizeUrl(connect: ConnectPlace, request: Authorize): string {
  const url = new URL('/oauth/authorize', connect.origin);
  const set = (name: string, value: string | null | undefined): void => {
    if (value) url.searchParams.set(name, value);
  };
  set('response_type', 'code');
  set('client_id', connect.applicationId);
  set('redirect_uri', request.redirectUri);
  set('scope', scopeOf(request));
  set('state', request.state);
  set('external_id', request.externalId);
  set('mode', connect.mode);
  set('approval_prompt', request.force ? 'force' : 'auto');
  set('single_select', 'true');
  set('single_select_vin', request.vin);
  set('make', request.make);
  set('flags', request.country && `country:${request.country}`);
  return spaced(url);
}

function scopeOf({ required, optional }: Authorize): string {
  const locked = required.map((permission) => `required:${permission}`);
  return [...locked, ...optional.filter((permission) => !required.includes(permission))].join(' ');
}

/**
 * Where an owner signs in again for a car that is connected already; no tokens come of it.
 *
 * @see docs/smartcar.md §1.4
 */
export function reauthenticateUrl(connect: ConnectPlace, request: Reauthenticate): string {
  const url = ownAddress(connect, request.resolutionUrl) ?? new URL('/oauth/reauthenticate', connect.origin);
  const given = url.searchParams;
  given.set('response_type', 'vehicle_id');
  given.delete('application_id');
  given.set('client_id', connect.applicationId);
  // A resolution's own vehicle id has been seen to differ from the event's; Smartcar knows which login it means.
  if (!given.get('vehicle_id')) given.set('vehicle_id', request.smartcarVehicleId);
  given.set('redirect_uri', request.redirectUri);
  given.set('state', request.state);
  given.set('external_id', request.externalId);
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
