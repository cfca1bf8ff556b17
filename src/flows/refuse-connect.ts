/** Refusing what came back from Connect: said on the page behind the link, in the timeline, and to operators. */
import type { AlertChange } from '../domain/alert.ts';
import type { VehicleId } from '../domain/ids.ts';
import { applyAlertChanges } from '../store/alert.ts';
import { endSession } from '../store/connect-session.ts';
import type { ConnectSessionRow } from '../store/connect-session.ts';
import type { Database } from '../store/database.ts';
import { announce } from '../store/outbox.ts';
import { insertHappenings } from '../store/timeline.ts';
import type { ReturnProblem } from './link-page.ts';

/** Nothing is overwritten and nothing is bound; the page behind the link says why. */
export async function refuseConnect(
  needs: { database: Database },
  session: ConnectSessionRow,
  problem: ReturnProblem,
  now: Date,
): Promise<void> {
  const { fleet_id: fleetId, vehicle_id: vehicleId } = session;
  await needs.database.asFleet(fleetId, async (tx) => {
    await endSession(tx, session.id, 'refused', { ...problem }, now);
    const reported = problem.problem === 'connectError' ? problem.error : problem.problem;
    const line = { kind: 'connection.refused', at: now, via: 'connect', requestId: null, reported } as const;
    await insertHappenings(tx, { fleetId, vehicleId, connectionId: null }, session.actor, [line]);
    if (problem.problem === 'wrongCar')
      await applyAlertChanges(tx, fleetId, [vehicleId], [wrongCarAlert(vehicleId, problem)], now);
    await announce(tx, fleetId, [vehicleId], ['vehicles', 'alerts']);
  });
}

const wrongCarKey = (vehicleId: VehicleId): string => `${vehicleId}:connect.wrong-vehicle`;

function wrongCarAlert(vehicleId: VehicleId, problem: ReturnProblem & { problem: 'wrongCar' }): AlertChange {
  const { field, expected, found } = problem;
  const detail: Record<string, string> = expected ? { field, expected, found } : {};
  return { change: 'open', key: wrongCarKey(vehicleId), kind: 'connect.wrong-vehicle', severity: 'warning', detail };
}

/** A grant that fits ends the alert about one that did not. */
export const wrongCarSolved = (vehicleId: VehicleId): AlertChange => ({
  change: 'resolve',
  key: wrongCarKey(vehicleId),
});
