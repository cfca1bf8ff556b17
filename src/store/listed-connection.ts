/** A vehicle's connection as lists and panels show it, out of the columns that a list joins. */
import type { Cause, Status } from '../domain/cause.ts';
import type { Platform } from '../domain/connection.ts';
import type { Scope } from '../domain/incident.ts';
import type { ConnectionId, IncidentId, RequestId, TokenSetId } from '../domain/ids.ts';
import type { HandOverReason, RevocationState } from '../domain/revocation.ts';
import type { MonthUsage } from '../domain/usage.ts';
import type { KeptRevocationFailure, KeptSuspicion } from './schema.ts';

/** As a row of JSON has it: the instant as ISO text. */
export type KeptIncident = Scope & { id: IncidentId; openedAt: string };

export interface ListedConnection {
  id: ConnectionId;
  status: Status;
  cause: Cause | null;
  since: Date;
  platform: Platform;
  connectedAt: Date;
  permissions: string[];
  refusedPermissions: string[];
  tokenSetId: TokenSetId | null;
  resolutionUrl: string | null;
  listed: boolean | null;
  suspicion: KeptSuspicion | null;
  /** The open incident that holds it; null when none does. */
  incident: KeptIncident | null;
  vehicleState: { meaning: string; since: string } | null;
  lastSuccess: { kind: 'telemetry' | 'command'; at: Date } | null;
  lastTelemetryAt: Date | null;
  nextPollAt: Date | null;
  usage: MonthUsage;
  subscribedAt: Date | null;
  revokedAt: Date | null;
  endedAt: Date | null;
  /** When the grant lapses if nothing is done; null when no limit is documented. */
  lapsesAt: Date | null;
  /** What became so far of ending it at Smartcar too; null before the first try, and where nothing is to be ended. */
  revocation: {
    state: RevocationState;
    handedOverBecause: HandOverReason | null;
    tries: number;
    triedAt: Date;
    dueAt: Date | null;
    failure: KeptRevocationFailure | null;
  } | null;
  /** What the owner is asked and has not finished; null when nothing. */
  request: { id: RequestId; askedAt: Date; openedAt: Date | null; returnedAt: Date | null } | null;
}

/** Of the connection, and of what its owner is asked; each null where there is none. */
export interface ConnectionColumns {
  c_id: ConnectionId | null;
  status: Status | null;
  cause: Cause | null;
  since: Date | null;
  platform: Platform | null;
  connected_at: Date | null;
  permissions: string[] | null;
  refused_permissions: string[] | null;
  token_set_id: TokenSetId | null;
  resolution_url: string | null;
  listed: boolean | null;
  suspicion: KeptSuspicion | null;
  incident: KeptIncident | null;
  vehicle_state: { meaning: string; since: string } | null;
  last_success_kind: 'telemetry' | 'command' | null;
  last_success_at: Date | null;
  last_telemetry_at: Date | null;
  next_poll_at: Date | null;
  usage: MonthUsage;
  subscribed_at: Date | null;
  revoked_at: Date | null;
  ended_at: Date | null;
  lapses_at: Date | null;
  x_state: RevocationState | null;
  handed_over_because: HandOverReason | null;
  tries: number | null;
  tried_at: Date | null;
  due_at: Date | null;
  failure: KeptRevocationFailure | null;
  request_id: RequestId | null;
  asked_at: Date | null;
  opened_at: Date | null;
  returned_at: Date | null;
}

/** Null when the vehicle never had one. */
export function connectionFrom(row: ConnectionColumns): ListedConnection | null {
  const { c_id: id, status, since, platform, connected_at: connectedAt } = row;
  if (!id || !status || !since || !platform || !connectedAt) return null;
  return {
    id,
    status,
    since,
    platform,
    connectedAt,
    cause: row.cause,
    permissions: row.permissions ?? [],
    refusedPermissions: row.refused_permissions ?? [],
    tokenSetId: row.token_set_id,
    resolutionUrl: row.resolution_url,
    listed: row.listed,
    suspicion: row.suspicion,
    incident: row.incident,
    vehicleState: row.vehicle_state,
    lastSuccess:
      row.last_success_kind && row.last_success_at ? { kind: row.last_success_kind, at: row.last_success_at } : null,
    lastTelemetryAt: row.last_telemetry_at,
    nextPollAt: row.next_poll_at,
    usage: row.usage,
    subscribedAt: row.subscribed_at,
    revokedAt: row.revoked_at,
    endedAt: row.ended_at,
    lapsesAt: row.ended_at ? null : row.lapses_at,
    revocation: revocationFrom(row),
    request:
      row.request_id && row.asked_at
        ? { id: row.request_id, askedAt: row.asked_at, openedAt: row.opened_at, returnedAt: row.returned_at }
        : null,
  };
}

function revocationFrom(row: ConnectionColumns): ListedConnection['revocation'] {
  const { x_state: state, tries, tried_at: triedAt, due_at: dueAt, failure } = row;
  if (!state || tries === null || !triedAt || row.revoked_at) return null;
  return { state, handedOverBecause: row.handed_over_because, tries, triedAt, dueAt, failure };
}
