/** What can be said of an address without asking anybody: whether the world may reach it, and whether two are the same. */

/**
 * `loopback`: this machine alone. `private`: this network alone. `plain`: reachable, and not encrypted. `secure`: what
 * Smartcar and owners need.
 */
export type AddressKind = 'loopback' | 'private' | 'plain' | 'secure';

/** @see docs/smartcar.md §1.1-19, §6.4-8 */
export function addressKind(address: string): AddressKind {
  const { protocol, hostname } = new URL(address);
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (isLoopbackHost(host)) return 'loopback';
  if (isPrivateHost(host)) return 'private';
  return protocol === 'https:' ? 'secure' : 'plain';
}

const isLoopbackHost = (host: string): boolean =>
  host === 'localhost' || host.endsWith('.localhost') || host === '::1' || /^127(\.\d+){3}$/.test(host);

/** Networks of RFC 1918, 3927, 4193, 4291 and 6598, every address at once, and names that no public directory has. */
const privateHosts: readonly RegExp[] = [
  /^0\.0\.0\.0$/,
  /^::$/,
  /^10(\.\d+){3}$/,
  /^192\.168(\.\d+){2}$/,
  /^172\.(1[6-9]|2\d|3[01])(\.\d+){2}$/,
  /^169\.254(\.\d+){2}$/,
  /^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])(\.\d+){2}$/,
  /^f[cd][\da-f]{2}:/,
  /^fe[89ab][\da-f]:/,
  /\.(local|lan|internal|home\.arpa|intranet)$/,
];

const isPrivateHost = (host: string): boolean =>
  privateHosts.some((pattern) => pattern.test(host)) || !/[.:]/.test(host);

/** Whether both lead to the same place: a slash at the end says nothing, and this machine has several names. */
export function isSameAddress(one: string, other: string): boolean {
  return URL.canParse(one) && URL.canParse(other) && plainly(one) === plainly(other);
}

function plainly(address: string): string {
  const url = new URL(address);
  if (addressKind(address) === 'loopback') url.hostname = 'localhost';
  url.hash = '';
  return url.href.replace(/\/$/, '');
}
