/**
 * Ids: branded strings with a visible prefix, sortable by the millisecond they were made in.
 * Smartcar's own ids are opaque strings (`SmartcarVehicleId` and its sisters) and never parsed.
 */

declare const brand: unique symbol;
export type Id<P extends string> = string & { readonly [brand]: P };

export type FleetId = Id<'flt'>;
export type VehicleId = Id<'veh'>;
export type OwnerId = Id<'own'>;
export type ConnectionId = Id<'con'>;
export type AlertId = Id<'alt'>;
export type NotificationId = Id<'ntf'>;
export type RequestId = Id<'rrq'>;
export type LinkId = Id<'lnk'>;
export type ConnectSessionId = Id<'cns'>;
export type EventId = Id<'evt'>;
export type AuditId = Id<'aud'>;
export type ApiKeyId = Id<'key'>;
export type InboxId = Id<'whk'>;
export type MemberId = Id<'mem'>;
export type TokenSetId = Id<'tok'>;
export type MoveId = Id<'mov'>;
export type ReconciliationId = Id<'rec'>;
export type DriftId = Id<'dft'>;
export type ReconnectBatchId = Id<'rcb'>;
export type IncidentId = Id<'inc'>;
export type ConsentId = Id<'cst'>;
export type ErasureId = Id<'ers'>;
export type GrantId = Id<'grt'>;
export type ImportId = Id<'imp'>;
export type CommandId = Id<'cmd'>;
export type RentalId = Id<'rnt'>;
export type EventEndpointId = Id<'end'>;

export type SmartcarVehicleId = Id<'smartcar-vehicle'>;
export type SmartcarUserId = Id<'smartcar-user'>;
export type SmartcarConnectionId = Id<'smartcar-connection'>;

export type Prefix =
  | 'cst'
  | 'ers'
  | 'rcb'
  | 'rec'
  | 'dft'
  | 'inc'
  | 'grt'
  | 'imp'
  | 'cmd'
  | 'rnt'
  | 'end'
  | 'flt'
  | 'veh'
  | 'own'
  | 'con'
  | 'alt'
  | 'ntf'
  | 'rrq'
  | 'lnk'
  | 'cns'
  | 'evt'
  | 'aud'
  | 'key'
  | 'whk'
  | 'mem'
  | 'tok'
  | 'mov';

/** Crockford's base 32 in lower case: no i, l, o, u, so that an id survives being read out on the phone. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/** The last id of each prefix, so that ids of one millisecond follow each other in the order in which they were made. */
const last = new Map<Prefix, { ms: number; chance: number[] }>();

/** Ten characters of time (milliseconds since 1970) and sixteen of chance (80 bits), growing within a millisecond. */
export function newId<P extends Prefix>(prefix: P, now: Date): Id<P> {
  const ms = now.getTime();
  const before = last.get(prefix);
  const chance = before?.ms === ms ? following(before.chance) : newChance();
  last.set(prefix, { ms, chance });
  const characters = [...stampOf(ms), ...chance].map((digit) => alphabet.charAt(digit));
  // The only place where an id gets its brand without coming from the database or from outside.
  return `${prefix}_${characters.join('')}` as Id<P>;
}

/** Sorts before every id of this prefix that is made from this moment on, and after those from before it. */
export const firstIdOf = <P extends Prefix>(prefix: P, at: Date): Id<P> =>
  `${prefix}_${stampOf(at.getTime())
    .map((digit) => alphabet.charAt(digit))
    .join('')}${'0'.repeat(16)}` as Id<P>; // of an id's own shape

function stampOf(ms: number): number[] {
  return Array.from({ length: 10 }, (_, place) => Math.floor(ms / 32 ** (9 - place)) % 32);
}

const newChance = (): number[] => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte % 32);

/** The next number, written in base 32. Past the largest one it begins anew, which chance makes a matter of 2^-80. */
function following(digits: readonly number[]): number[] {
  const next = [...digits];
  for (let place = next.length - 1; place >= 0; place -= 1) {
    const digit = ((next[place] ?? 0) + 1) % 32;
    next[place] = digit;
    if (digit !== 0) break;
  }
  return next;
}

/** Whether a string from outside has the shape of one of our ids with this prefix. */
export function isId<P extends Prefix>(prefix: P, text: string): text is Id<P> {
  return text.startsWith(`${prefix}_`) && /^[0-9a-hjkmnp-tv-z]{26}$/.test(text.slice(prefix.length + 1));
}
