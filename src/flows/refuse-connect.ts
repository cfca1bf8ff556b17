/** Refusing what came back from Connect: said on the page behind the link, in the timeline, and to operators. */
import type { AlertChange } from '../domain/alert.ts';
import type { VehicleId } from '../domain/ids.ts';
import type { RemovalReason, ReturnProblem } from '../domain/returned-car.ts';
import type { Actor } from '../domain/role.ts';
import { applyAlertChanges } from '../store/alert.ts';
import { endSession, lockConnectSession } from '../store/connect-session.ts';
import type { ConnectSessionRow } from '../store/connect-session.ts';
import type { Database, Tx } from '../store/database.ts';
import { discardGrant } from '../store/loose-grant.ts';
import type { NewLooseGrant } from '../store/loose-grant.ts';
import { announce, enqueue } from '../store/outbox.ts';
import { insertHappenings } from '../store/timeline.ts';

/** What this way made at Smartcar and nobody wants. */
export interface Unwanted {
  grants: readonly NewLooseGrant[];
  because: RemovalReason;
  /** Not before: another way of the same owner may be about to come back for one of them. */
  dueAt: Date;
}

/** Nothing is overwritten and nothing is bound; the page behind the link says why, and what was granted is taken back. */
export async function refuseConnect(
  needs: { database: Database },
  session: ConnectSessionRow,
  problem: ReturnProblem,
  now: Date,
  unwanted: Unwanted | null = null,
): Promise<void> {
  await needs.database.asFleet(session.fleet_id, async (tx) => {
    const present = await lockConnectSession(tx, session.id);
    if (!present || !['started', 'returned', 'held'].includes(present.state)) return;
    await endRefused(tx, session, problem, session.actor, now);
    if (unwanted) await takeBack(tx, unwanted, now);
  });
}

/** @param by who is named in the timeline; null where one line has told of it already */
export async function endRefused(
  tx: Tx,
  session: Pick<ConnectSessionRow, 'id' | 'fleet_id' | 'vehicle_id'>,
  problem: ReturnProblem,
  by: Actor | null,
  now: Date,
): Promise<void> {
  const { fleet_id: fleetId, vehicle_id: vehicleId } = session;
  const { problem: name } = problem;
  await endSession(tx, session.id, name === 'connectError' ? 'failed' : 'refused', { ...problem }, now);
  if (!by) return;
  const reported = problem.problem === 'connectError' ? problem.error : name;
  const line = { kind: 'connection.refused', at: now, via: 'connect', requestId: null, reported } as const;
  await insertHappenings(tx, { fleetId, vehicleId, connectionId: null }, by, [line]);
  const alert = alertOf(vehicleId, problem);
  if (alert) await applyAlertChanges(tx, fleetId, [vehicleId], [alert], now);
  await announce(tx, fleetId, [vehicleId], ['vehicles', 'alerts']);
}

async function takeBack(tx: Tx, { grants, because, dueAt }: Unwanted, now: Date): Promise<void> {
  for (const grant of grants) {
    const grantId = await discardGrant(tx, grant, because, dueAt, now);
    const { fleetId } = grant;
    if (grantId && dueAt <= now)
      await enqueue(tx, [{ name: 'remove-grant', payload: { fleetId, grantId }, key: `remove:${grantId}` }]);
  }
}

const misconfiguredKey = 'connect.misconfigured';
const wrongCarKey = (vehicleId: VehicleId): string => `${vehicleId}:connect.wrong-vehicle`;

/** What operators should know of: another car was chosen, or the sign-in itself can't be shown. */
function alertOf(vehicleId: VehicleId, problem: ReturnProblem): AlertChange | null {
  if (problem.problem === 'connectError' && problem.error === 'configuration_error')
    return {
      change: 'open',
      key: misconfiguredKey,
      kind: 'connect.misconfigured',
      severity: 'warning',
      detail: problem.detail ? { reason: problem.detail } : {},
    };
  if (problem.problem === 'otherVehicle') return wrongCarAlert(vehicleId, {});
  if (problem.problem !== 'wrongCar') return null;
  const { field, expected, found } = problem;
  return wrongCarAlert(vehicleId, expected ? { field, expected, found } : {});
}

export const wrongCarAlert = (vehicleId: VehicleId, detail: Record<string, string>): AlertChange => ({
  change: 'open',
  key: wrongCarKey(vehicleId),
  kind: 'connect.wrong-vehicle',
  severity: 'warning',
  detail,
});

/** A grant that fits ends the alert about one that did not, and shows that Connect can be opened. */
export const connectSolved = (vehicleId: VehicleId): AlertChange[] =>
  [wrongCarKey(vehicleId), misconfiguredKey].map((key) => ({ change: 'resolve', key }));
