/** One step of a transition, and the moves that every kind of step is made of. */
import { causeOf, factsOf } from './cause.ts';
import type { Cause, Status } from './cause.ts';
import type { Connection } from './connection.ts';
import { isVehicleMeaning } from './failure.ts';
import type { AccountMeaning, Failure, GapMeaning, SignalFailure } from './failure.ts';
import type { Outcome } from './outcome.ts';
import type { Permission } from './permission.ts';
import type { Happening } from './timeline.ts';

export interface Step {
  next: Connection;
  happenings: Happening[];
  /** Not before this; set by Retry-After. */
  notBefore?: Date;
  /** As soon as may be. */
  soon?: boolean;
}

/** The cause that a suspicion leads to once it is confirmed. */
export const causeOfSuspicion = (meaning: AccountMeaning | GapMeaning): Cause =>
  meaning === 'permission' ? 'permissionMissing' : meaning === 'incompatible' ? 'incompatible' : causeOf(meaning);

/**
 * Settled against the connection; what proves it again has to be later than this.
 *
 * @param refused the permissions that were found refused; empty where it was not said which
 */
export function confirmed(
  c: Connection,
  meaning: AccountMeaning | GapMeaning,
  failure: Pick<Failure, 'resolutionUrl'>,
  at: Date,
  refused: readonly Permission[] = [],
): Connection {
  const cause = causeOfSuspicion(meaning);
  const known = c.cause === cause ? c.resolutionUrl : null;
  const resolutionUrl = failure.resolutionUrl ?? c.suspicion?.resolutionUrl ?? known;
  const refusedPermissions = cause === 'permissionMissing' && refused.length > 0 ? [...refused] : c.refusedPermissions;
  const listed = c.cause === cause ? c.listed : null;
  return { ...move(c, cause, at), judgedAt: at, resolutionUrl, refusedPermissions, listed, failures: 0 };
}

/** Gives it a cause and the status that goes with it. What was suspected is settled or beside the point. */
export function move(c: Connection, cause: Cause, at: Date): Connection {
  const status: Status = factsOf(cause).status;
  if (c.cause === cause && c.status === status) return { ...c, suspicion: null };
  return {
    ...c,
    status,
    cause,
    since: at,
    suspicion: null,
    pendingDeadlineAt: status === 'pending' ? c.pendingDeadlineAt : null,
  };
}

/** Webhooks come in any order: whether newer word of the car has come already than what was sent at this time. */
export const isLateNews = ({ lastTelemetryAt, vehicleState }: Connection, at: Date): boolean =>
  (lastTelemetryAt !== null && at < lastTelemetryAt) || (vehicleState !== null && at < vehicleState.since);

/** The car's state as this failure tells it, since when it has been told first. */
export function vehicleStateOf(c: Connection, failure: Failure | SignalFailure, at: Date): Connection['vehicleState'] {
  if (!isVehicleMeaning(failure.meaning)) return c.vehicleState;
  return c.vehicleState?.meaning === failure.meaning ? c.vehicleState : { meaning: failure.meaning, since: at };
}

export function happening(
  kind: Happening['kind'],
  outcome: Outcome,
  more: Pick<Happening, 'meaning' | 'reported'>,
): Happening {
  return { kind, at: outcome.at, via: outcome.via, requestId: outcome.requestId, ...more };
}
