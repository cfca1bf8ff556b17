/** A connection: one owner's grant for one vehicle, and what can be done with it now. */
import type { Cause, Status } from './cause.ts';
import type { AccountMeaning, GapMeaning, VehicleMeaning } from './failure.ts';
import type {
  ConnectionId,
  FleetId,
  IncidentId,
  OwnerId,
  SmartcarConnectionId,
  SmartcarUserId,
  SmartcarVehicleId,
  TokenSetId,
  VehicleId,
} from './ids.ts';
import type { Permission } from './permission.ts';
import type { SignalCode } from './signal.ts';
import type { Trouble } from './trouble.ts';
import type { Usage } from './usage.ts';

export type Platform = 'v3' | 'v2';

/** Something was claimed and is being checked. It changes nothing but the next poll until it is confirmed. */
export interface Suspicion {
  meaning: AccountMeaning | GapMeaning;
  /** The required signals the claim is about; empty means all of them. */
  signals: SignalCode[];
  /** When what was claimed is said to have happened; a success fetched after it refutes the claim. */
  claimedAt: Date;
  /** After this the claim holds unless something newer speaks against it. */
  deadlineAt: Date;
  requestId: string | null;
  resolutionUrl: string | null;
}

export interface Connection {
  id: ConnectionId;
  fleetId: FleetId;
  vehicleId: VehicleId;
  ownerId: OwnerId | null;
  platform: Platform;
  smartcarVehicleId: SmartcarVehicleId;
  smartcarUserId: SmartcarUserId;
  /** Null until Smartcar's list named it. A repaired connection may get a new one; the vehicle id stays. */
  smartcarConnectionId: SmartcarConnectionId | null;
  /** The family of v2's tokens that it is read by; on v3 null, or kept for the way back while a move is under way. */
  tokenSetId: TokenSetId | null;
  status: Status;
  /** Null exactly when active. */
  cause: Cause | null;
  /** When status or cause last changed. */
  since: Date;
  connectedAt: Date;
  /** The event that a proof has to be later than: connect, repair, or the confirmed failure. */
  judgedAt: Date;
  /** When a required signal was last proved fresh; null before the first time. */
  provedAt: Date | null;
  /** While pending: when waiting for the first data ends. Null otherwise. */
  pendingDeadlineAt: Date | null;
  permissions: Permission[];
  /** Granted, says Smartcar's list, and yet refused when the car was read; until the owner comes back, or the car works. */
  refusedPermissions: Permission[];
  suspicion: Suspicion | null;
  /** What the car itself answered last (asleep, out of reach); null when it last answered normally. */
  vehicleState: { meaning: VehicleMeaning; since: Date } | null;
  /** What fails, believed or not, since it was first told; null when nothing does. */
  trouble: Trouble | null;
  /** The incident that it is part of: nothing is decided against its owner until the first read after that. */
  heldBy: IncidentId | null;
  /** Failed reads in a row that count against it. */
  failures: number;
  /** Smartcar's partly built re-authentication address from the error that expired it. */
  resolutionUrl: string | null;
  /** What Smartcar's list said of it since it broke: it is there, or it is not; null when it was not asked. */
  listed: boolean | null;
  lastSuccess: { kind: 'telemetry' | 'command'; at: Date } | null;
  /** When a reading last reached us. */
  lastTelemetryAt: Date | null;
  /** The newest time of a value that tells whether the car is used, by whatever way it came; null before the first. */
  newsAt: Date | null;
  /** Null when it is not polled. */
  nextPollAt: Date | null;
  /** We were told to wait: no read of ours before this, whatever is claimed meanwhile. Null before the first time. */
  notBeforeAt: Date | null;
  /** What the car has cost of its requests. */
  usage: Usage;
  /** When Smartcar confirmed the webhook subscription; null while there is none. */
  subscribedAt: Date | null;
  /** Disconnected here: when Smartcar confirmed the deletion; null while that is still to be done or was not asked. */
  revokedAt: Date | null;
  /** When a new grant or a disconnect here ended it; null while it lives. */
  endedAt: Date | null;
  /** Every write names the version it was worked out from. */
  version: number;
}

/** Whether something can be done, and if not, which sentence of the catalogue says why. */
export type Capability = { allowed: true } | { allowed: false; reason: string };

const allowed: Capability = { allowed: true };
const refused = (reason: string): Capability => ({ allowed: false, reason });

/** What the server enforces and the screens show; null stands for a vehicle that was never connected. */
export function can(connection: Pick<Connection, 'status' | 'cause' | 'permissions' | 'platform'> | null): {
  connect: Capability;
  reconnect: Capability;
  disconnect: Capability;
  check: Capability;
  lock: Capability;
  unlock: Capability;
} {
  if (!connection || connection.cause === 'disconnectedHere' || connection.cause === 'superseded') {
    const none = refused('capability.notConnected');
    return {
      connect: allowed,
      reconnect: connection ? allowed : none,
      disconnect: none,
      check: none,
      lock: none,
      unlock: none,
    };
  }
  const command = commandable(connection);
  return {
    connect: refused('capability.alreadyConnected'),
    reconnect: connection.status === 'active' ? refused('capability.nothingToRepair') : allowed,
    disconnect: allowed,
    check: allowed,
    lock: command,
    unlock: command,
  };
}

/** While data is still waited for, or somebody else's machine fails, the car may well be reached. */
function commandable({
  platform,
  status,
  permissions,
}: Pick<Connection, 'status' | 'permissions' | 'platform'>): Capability {
  if (status === 'expired' || status === 'disconnected') return refused('capability.reconnectFirst');
  if (platform === 'v2') return refused('capability.moveFirst');
  return permissions.includes('control_security') ? allowed : refused('capability.notAllowedToLock');
}
