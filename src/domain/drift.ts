/** Drift: how Smartcar's own list of connections differs from ours. It decides what a difference means, and changes nothing. */
import type { Cause } from './cause.ts';
import type {
  ConnectionId,
  FleetId,
  SmartcarConnectionId,
  SmartcarUserId,
  SmartcarVehicleId,
  VehicleId,
} from './ids.ts';
import type { Permission } from './permission.ts';
import { after } from './schedule.ts';

export const driftKinds = [
  'gone',
  'other-user',
  'listed-again',
  'renamed',
  'permissions-changed',
  'unsubscribed',
] as const;
export type DriftKind = (typeof driftKinds)[number];

export type ReconciliationState = 'running' | 'done' | 'failed';
export type ReconciliationPhase = 'connections' | 'missing' | 'subscriptions';

/** A connection as it is listed. */
export interface ListedGrant {
  smartcarVehicleId: SmartcarVehicleId;
  smartcarUserId: SmartcarUserId;
  /** Null on v2, which has none. */
  smartcarConnectionId: SmartcarConnectionId | null;
  /** Null on v2, whose list does not say. */
  permissions: Permission[] | null;
}

/** A connection as we keep it. */
export interface KeptGrant {
  connectionId: ConnectionId;
  fleetId: FleetId;
  vehicleId: VehicleId;
  smartcarConnectionId: SmartcarConnectionId | null;
  permissions: Permission[];
  cause: Cause | null;
}

export interface PermissionChange {
  added: Permission[];
  removed: Permission[];
}

/** What the owner allows now and did not, and the other way round; in the order of the lists. */
export function permissionChange(before: readonly Permission[], now: readonly Permission[]): PermissionChange {
  return {
    added: now.filter((permission) => !before.includes(permission)),
    removed: before.filter((permission) => !now.includes(permission)),
  };
}

/** The owner took the grant back, or the car left their account: it is not read, and can return. */
export const isGone = (cause: Cause | null): boolean => cause === 'revokedByOwner' || cause === 'vehicleRemoved';

/** How the listed grant of the very same vehicle and user differs from the one that is kept; empty when it does not. */
export function driftOf(
  kept: Omit<KeptGrant, 'connectionId' | 'fleetId' | 'vehicleId'>,
  listed: ListedGrant,
): DriftKind[] {
  const found: DriftKind[] = [];
  if (isGone(kept.cause)) found.push('listed-again');
  const { smartcarConnectionId: id } = listed;
  if (id !== null && id !== kept.smartcarConnectionId) found.push('renamed');
  if (listed.permissions) {
    const { added, removed } = permissionChange(kept.permissions, listed.permissions);
    if (added.length + removed.length > 0) found.push('permissions-changed');
  }
  return found;
}

/** Fewer missing connections than this are never held against a list. */
const fewMissing = 10;
/** The largest share of connections that may be missing at once: owners leave one by one, wrong credentials all at once. */
const plausibleShare = 0.2;

/** Whether so many can really be gone. If not, the list is not believed, and people are told. */
export function isPlausible(missing: number, kept: number): boolean {
  return missing <= fewMissing || missing <= kept * plausibleShare;
}

/** What Smartcar listed so lately is taken as it was: a look-up would say the same, and the first read proves it anyway. */
const latelyS = 900;

export const isListedLately = (listedAt: Date, now: Date): boolean => listedAt >= after(now, -latelyS);

/** Requests that adopting a connection costs: it is looked up unless it was listed lately. */
export const adoptionCost = (listedAt: Date, now: Date): number => (isListedLately(listedAt, now) ? 0 : 1);
