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

export type SmartcarVehicleId = Id<'smartcar-vehicle'>;
export type SmartcarUserId = Id<'smartcar-user'>;
export type SmartcarConnectionId = Id<'smartcar-connection'>;

export type Prefix =
  'flt' | 'veh' | 'own' | 'con' | 'alt' | 'ntf' | 'rrq' | 'lnk' | 'cns' | 'evt' | 'aud' | 'key' | 'whk' | 'mem';

/** Crockford's base 32 in lower case: no i, l, o, u, so that an id survives being read out on the phone. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/** Ten characters of time (milliseconds since 1970) and sixteen of chance (80 bits). */
export function newId<P extends Prefix>(prefix: P, now: Date): Id<P> {
  let time = now.getTime();
  let stamp = '';
  for (let i = 0; i < 10; i += 1) {
    stamp = alphabet.charAt(time % 32) + stamp;
    time = Math.floor(time / 32);
  }
  const chance = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => alphabet.charAt(byte % 32));
  // The only place where an id gets its brand without coming from the database or from outside.
  return `${prefix}_${stamp}${chance.join('')}` as Id<P>;
}

/** Whether a string from outside has the shape of one of our ids with this prefix. */
export function isId<P extends Prefix>(prefix: P, text: string): text is Id<P> {
  return text.startsWith(`${prefix}_`) && /^[0-9a-hjkmnp-tv-z]{26}$/.test(text.slice(prefix.length + 1));
}
