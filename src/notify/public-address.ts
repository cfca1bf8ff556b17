/**
 * Which addresses are no place for a request that somebody else chose: this machine, private networks, clouds' metadata.
 * A name is looked up here, and the connection is made to exactly the address that was found fit.
 */
import { lookup } from 'node:dns';
import type { LookupAddress, LookupAllOptions } from 'node:dns';
import { BlockList, isIP } from 'node:net';
import type { LookupFunction } from 'node:net';

import { tryWithinS } from '../domain/event-delivery.ts';

/** @see https://www.iana.org/assignments/iana-ipv4-special-registry, https://www.iana.org/assignments/iana-ipv6-special-registry */
const refused = {
  ipv4: [
    ['0.0.0.0', 8],
    ['10.0.0.0', 8],
    ['100.64.0.0', 10],
    ['127.0.0.0', 8],
    // Where Azure's platform answers its machines; a public address but for that.
    ['168.63.129.16', 32],
    ['169.254.0.0', 16],
    ['172.16.0.0', 12],
    ['192.0.0.0', 24],
    ['192.0.2.0', 24],
    ['192.31.196.0', 24],
    ['192.52.193.0', 24],
    ['192.88.99.0', 24],
    ['192.168.0.0', 16],
    ['192.175.48.0', 24],
    ['198.18.0.0', 15],
    ['198.51.100.0', 24],
    ['203.0.113.0', 24],
    // Multicast, and everything beyond it.
    ['224.0.0.0', 3],
  ],
  // Of IPv6, what is the public internet: 2000::/3, but for the parts that lead elsewhere.
  ipv6: [
    ['::', 3],
    ['4000::', 2],
    ['8000::', 1],
    ['2001::', 23],
    ['2001:db8::', 32],
    ['2002::', 16],
    ['2620:4f:8000::', 48],
    ['3fff::', 20],
  ],
} as const;

const blocked = new BlockList();
for (const [net, prefix] of refused.ipv4) blocked.addSubnet(net, prefix, 'ipv4');
const blocked6 = new BlockList();
for (const [net, prefix] of refused.ipv6) blocked6.addSubnet(net, prefix, 'ipv6');

/** Whether it is an address of the public internet. What is no address is not. */
export function isPublicAddress(address: string): boolean {
  const version = isIP(address);
  if (version === 4) return !blocked.check(address, 'ipv4');
  // An IPv4 address in IPv6's clothes is outside 2000::/3, and so is what stands for one behind a translator.
  return version === 6 && !blocked6.check(address, 'ipv6');
}

/** The address's host as it is connected to: IPv6 without brackets. */
const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '');

/** False for an address that is written out and not public; a name is judged once it is looked up. */
export const mayBePublic = (url: URL): boolean => isIP(hostOf(url)) === 0 || isPublicAddress(hostOf(url));

export const privateAddressCode = 'TOWLINE_PRIVATE_ADDRESS';

export type Resolve = (
  host: string,
  options: LookupAllOptions,
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

const lookupsAtOnce = 2;

/**
 * The system's way to look names up takes one of the few threads that all look-ups of the process share, for as long as the
 * name server likes: events are left two of them, the others wait. Whose try is over meanwhile is not looked up any more.
 */
export function fewAtOnce(
  resolve: Resolve = lookup,
  patience: () => AbortSignal = () => AbortSignal.timeout(tryWithinS * 1_000),
): Resolve {
  const waiting: (() => void)[] = [];
  let underway = 0;
  return (host, options, done) => {
    const patient = patience();
    const end: typeof done = (error, addresses) => {
      underway -= 1;
      waiting.shift()?.();
      done(error, addresses);
    };
    const begin = (): void => {
      underway += 1;
      if (patient.aborted) end(Object.assign(new Error('its turn came too late'), { code: 'ETIMEDOUT' }), []);
      else resolve(host, options, end);
    };
    if (underway < lookupsAtOnce) begin();
    else waiting.push(begin);
  };
}

/** Looks a name up and refuses it when any of its addresses is not public: one of several is chosen by chance. */
export const publicLookup = (resolve: Resolve): LookupFunction => judgedLookup(resolve, isPublicAddress);

/** Looks a name up, wherever it leads. */
export const anyLookup = (resolve: Resolve): LookupFunction => judgedLookup(resolve, () => true);

function judgedLookup(resolve: Resolve, isFit: (address: string) => boolean): LookupFunction {
  return (host, options, done) => {
    const family = options.family === 'IPv4' ? 4 : options.family === 'IPv6' ? 6 : (options.family ?? 0);
    resolve(host, { family, all: true }, (error, addresses) => {
      if (error) return done(error, '');
      if (addresses.length === 0 || !addresses.every(({ address }) => isFit(address)))
        return done(Object.assign(new Error('not a public address'), { code: privateAddressCode }), '');
      if (options.all) return done(null, addresses);
      const [first] = addresses;
      return done(null, first?.address ?? '', first?.family);
    });
  };
}
