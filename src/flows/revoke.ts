/**
 * Ending at Smartcar what was disconnected here. The intention stands in the connection's row and outlives everything;
 * what no try of ours can end becomes an operator's task. How one try goes is in end-at-smartcar.ts.
 *
 * @see docs/decisions/0024-consent-and-erasure.md
 */
import type { AlertChange } from '../domain/alert.ts';
import type { Connection } from '../domain/connection.ts';
import type { ConnectionId, FleetId } from '../domain/ids.ts';
import { afterTry, becameLong } from '../domain/revocation.ts';
import type { Tried } from '../domain/revocation.ts';
import { towline } from '../domain/role.ts';
import type { Actor } from '../domain/role.ts';
import { after } from '../domain/schedule.ts';
import type { TimelineKind } from '../domain/timeline.ts';
import { applyAlertChanges } from '../store/alert.ts';
import { isOnTheWay } from '../store/connect-session.ts';
import { findConnection, markRevoked } from '../store/connection.ts';
import type { Tx } from '../store/database.ts';
import { listFleets } from '../store/fleet.ts';
import { announce } from '../store/outbox.ts';
import { claimRevocation, isHandedOver, listDueRevocations, noteTry } from '../store/revocation.ts';
import type { Claim } from '../store/revocation.ts';
import { insertHappenings } from '../store/timeline.ts';
import { CallFailed } from './call-failed.ts';
import { endAtSmartcar } from './end-at-smartcar.ts';
import type { EndNeeds } from './end-at-smartcar.ts';
import { counted } from './meter.ts';
import type { Meter } from './meter.ts';

export type RevokeNeeds = EndNeeds & { meter: Meter; onFault: (error: unknown, what: string) => void };

/** The sweep leaves the task this long. */
const untriedS = 120;
/** Longer than the requests of one try may take. */
const leaseS = 180;
const batch = 50;

/** Revocations of all fleets that are due, whatever became of their task. One that breaks does not stop the others. */
export async function revokeDue(needs: RevokeNeeds, now: Date): Promise<void> {
  const by = { untriedBefore: after(now, -untriedS), holdsMeans: holdsMeans(needs) };
  for (const { id: fleetId } of await needs.database.asSystem(listFleets)) {
    const ids = await needs.database.asFleet(fleetId, (tx) => listDueRevocations(tx, by, batch, now));
    for (const connectionId of ids)
      await revokeAtSmartcar(needs, { fleetId, connectionId }, now).catch((error: unknown) =>
        needs.onFault(error, 'revoke at Smartcar'),
      );
  }
}

/** Even what no tokens reach any more can be ended by these credentials. */
const holdsMeans = ({ v2, grantsOnV2 }: RevokeNeeds): boolean =>
  !grantsOnV2 || (v2 !== null && v2.managementTokens.length > 0);

/** One try, where one is due. What Smartcar answers is noted, and when it is tried again. */
export async function revokeAtSmartcar(
  needs: RevokeNeeds,
  task: { fleetId: FleetId; connectionId: ConnectionId },
  now: Date,
): Promise<void> {
  const { database } = needs;
  const taken = await database.asFleet(task.fleetId, (tx) => take(tx, needs, task, now));
  if (!taken) return;
  const { connection, claim } = taken;
  const own = counted(needs, { fleetId: task.fleetId, make: null, purpose: 'person' }, false);
  const result = await endAtSmartcar(own, connection, now);
  if (result.came === 'failed') needs.onFault(new CallFailed(result.failure), 'revoke at Smartcar');
  await database.asFleet(task.fleetId, async (tx) => {
    if (result.came === 'ended') await settle(tx, needs, connection, result.by, now);
    else await noteResult(tx, connection, claim, result, now);
    await announce(tx, task.fleetId, [connection.vehicleId], ['vehicles', 'alerts']);
  });
}

async function take(
  tx: Tx,
  needs: RevokeNeeds,
  task: { fleetId: FleetId; connectionId: ConnectionId },
  now: Date,
): Promise<{ connection: Connection; claim: Claim } | null> {
  const connection = await findConnection(tx, task.connectionId);
  if (!connection || connection.revokedAt || connection.cause !== 'disconnectedHere') return null;
  // On v2 a deletion names the car alone: the grant that its owner is just giving would go with the old one.
  if (connection.platform === 'v2' && (await isOnTheWay(tx, connection.vehicleId, now))) return null;
  const claim = await claimRevocation(tx, { ...task, holdsMeans: holdsMeans(needs) }, after(now, leaseS), now);
  return claim && { connection, claim };
}

/** `by` is null when another grant has taken its place, which is left alone. */
async function settle(
  tx: Tx,
  needs: Pick<RevokeNeeds, 'v2'>,
  c: Connection,
  by: { requestId: string | null } | null,
  now: Date,
): Promise<void> {
  await markRevoked(tx, c.id, now);
  if (c.tokenSetId) await needs.v2?.tokens.eraseUnused(tx, c.tokenSetId);
  await applyAlertChanges(tx, c.fleetId, [c.vehicleId], [{ change: 'resolve', key: keyOf(c.id) }], now);
  if (by) await tell(tx, c, 'connection.revoked-at-smartcar', towline, by.requestId, now);
}

async function noteResult(tx: Tx, c: Connection, claim: Claim, tried: Tried, now: Date): Promise<void> {
  await noteTry(tx, c.id, afterTry(tried, claim.tries, now), tried.came === 'failed' ? tried.failure : null);
  const isLong = c.endedAt !== null && becameLong(c.endedAt, claim.triedBefore, now);
  if (tried.came === 'stuck' || isLong)
    await applyAlertChanges(tx, c.fleetId, [c.vehicleId], [alertOf(c, tried, claim.tries)], now);
}

const keyOf = (id: ConnectionId): string => `${id}:connection.unrevoked`;

function alertOf(c: Connection, tried: Tried, tries: number): AlertChange {
  const reason = tried.came === 'stuck' ? tried.because : 'trying';
  const date = c.endedAt?.toISOString().slice(0, 10) ?? '';
  const detail = { reason, date, count: String(tries) };
  return { change: 'open', key: keyOf(c.id), kind: 'connection.unrevoked', severity: 'warning', detail };
}

/**
 * An operator resolved the alert about it: what was theirs to end they have ended. While Towline itself goes on trying,
 * the word of a person ends nothing.
 */
export async function takeByHand(tx: Tx, connectionId: ConnectionId, actor: Actor, now: Date): Promise<void> {
  const connection = await findConnection(tx, connectionId);
  if (!connection || connection.revokedAt || !(await isHandedOver(tx, connectionId))) return;
  await markRevoked(tx, connectionId, now);
  await tell(tx, connection, 'connection.revoked-by-hand', actor, null, now);
  await announce(tx, connection.fleetId, [connection.vehicleId], ['vehicles']);
}

async function tell(
  tx: Tx,
  c: Connection,
  kind: TimelineKind,
  actor: Actor,
  requestId: string | null,
  at: Date,
): Promise<void> {
  const subject = { fleetId: c.fleetId, vehicleId: c.vehicleId, connectionId: c.id };
  await insertHappenings(tx, subject, actor, [{ kind, at, via: 'operator', requestId }]);
}
