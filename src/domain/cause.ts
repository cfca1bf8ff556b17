/** Why a connection is not active: a closed list, each with its status, whose turn it is, and what mends it. */
import type { AccountMeaning, OurMeaning, UpstreamMeaning } from './failure.ts';

export type Status = 'pending' | 'active' | 'expired' | 'disconnected' | 'error';
export const statuses: readonly Status[] = ['active', 'pending', 'expired', 'disconnected', 'error'];

/** Whose turn it is. */
export type Who = 'owner' | 'operator' | 'vehicle' | 'manufacturer' | 'smartcar' | 'us' | 'nobody';

/** How a reconnect goes: without the owner, through Connect in one of three ways, outside Connect, or not at all. */
export const routeNames = ['automatic', 'reauthenticate', 'authorize', 'widen', 'ownerAction', 'none'] as const;
export type Route = (typeof routeNames)[number];

interface CauseFacts {
  status: Exclude<Status, 'active'>;
  who: Who;
  /** How a reconnect usually goes; what is held of the connection may ask for another way: see reconnect-route.ts. */
  route: Route;
  /** Seconds until we ask again by ourselves; null when only a person or an event can change it. */
  retryAfterS: number | null;
  severity: 'info' | 'warning' | 'critical';
}

const hour = 3_600;

export const causes = {
  waitingForFirstData: { status: 'pending', who: 'nobody', route: 'automatic', retryAfterS: 60, severity: 'info' },
  noFirstData: { status: 'error', who: 'smartcar', route: 'automatic', retryAfterS: 6 * hour, severity: 'warning' },
  signedOut: { status: 'expired', who: 'owner', route: 'reauthenticate', retryAfterS: 24 * hour, severity: 'warning' },
  platformMigrated: {
    status: 'expired',
    who: 'owner',
    route: 'reauthenticate',
    retryAfterS: 24 * hour,
    severity: 'warning',
  },
  // v2 alone. Nothing that we hold can be tried again, so nothing is asked until the owner comes back.
  grantLapsed: { status: 'expired', who: 'owner', route: 'authorize', retryAfterS: null, severity: 'warning' },
  tokensRefused: { status: 'expired', who: 'owner', route: 'authorize', retryAfterS: null, severity: 'warning' },
  tokensLost: { status: 'expired', who: 'owner', route: 'authorize', retryAfterS: null, severity: 'warning' },
  revokedByOwner: { status: 'disconnected', who: 'owner', route: 'authorize', retryAfterS: null, severity: 'warning' },
  vehicleRemoved: { status: 'disconnected', who: 'owner', route: 'authorize', retryAfterS: null, severity: 'warning' },
  disconnectedHere: {
    status: 'disconnected',
    who: 'operator',
    route: 'authorize',
    retryAfterS: null,
    severity: 'info',
  },
  superseded: { status: 'disconnected', who: 'nobody', route: 'none', retryAfterS: null, severity: 'info' },
  accountIssue: { status: 'error', who: 'owner', route: 'ownerAction', retryAfterS: 6 * hour, severity: 'warning' },
  subscriptionLapsed: {
    status: 'error',
    who: 'owner',
    route: 'ownerAction',
    retryAfterS: 6 * hour,
    severity: 'warning',
  },
  virtualKeyMissing: {
    status: 'error',
    who: 'owner',
    route: 'ownerAction',
    retryAfterS: 6 * hour,
    severity: 'warning',
  },
  remoteAccessDisabled: {
    status: 'error',
    who: 'owner',
    route: 'ownerAction',
    retryAfterS: 6 * hour,
    severity: 'warning',
  },
  permissionMissing: { status: 'error', who: 'operator', route: 'widen', retryAfterS: 6 * hour, severity: 'warning' },
  incompatible: { status: 'error', who: 'operator', route: 'none', retryAfterS: 24 * hour, severity: 'warning' },
  manufacturerFailing: {
    status: 'error',
    who: 'manufacturer',
    route: 'automatic',
    retryAfterS: hour / 4,
    severity: 'warning',
  },
  smartcarFailing: { status: 'error', who: 'smartcar', route: 'automatic', retryAfterS: hour / 4, severity: 'warning' },
  smartcarUnreachable: { status: 'error', who: 'us', route: 'automatic', retryAfterS: hour / 4, severity: 'warning' },
  nonsense: { status: 'error', who: 'smartcar', route: 'automatic', retryAfterS: hour, severity: 'warning' },
  notFound: { status: 'error', who: 'smartcar', route: 'automatic', retryAfterS: hour, severity: 'warning' },
  planLimit: { status: 'error', who: 'operator', route: 'none', retryAfterS: 6 * hour, severity: 'critical' },
  accountSuspended: { status: 'error', who: 'operator', route: 'none', retryAfterS: 6 * hour, severity: 'critical' },
  credentials: { status: 'error', who: 'us', route: 'none', retryAfterS: hour / 4, severity: 'critical' },
  requestRefused: { status: 'error', who: 'us', route: 'none', retryAfterS: hour, severity: 'warning' },
} as const satisfies Record<string, CauseFacts>;

export type Cause = keyof typeof causes;

export const causeNames = Object.keys(causes) as Cause[]; // keys of a const object are its type's keys

/** The cause a failure leads to once it is confirmed, or at once where nothing needs confirming. */
export function causeOf(meaning: AccountMeaning | OurMeaning | UpstreamMeaning): Cause {
  if (meaning === 'accessRefused') return 'tokensRefused';
  return meaning === 'revoked' ? 'revokedByOwner' : meaning;
}

export const factsOf = (cause: Cause): CauseFacts => causes[cause];
