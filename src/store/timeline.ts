/** The timeline's writing half: lines are added and never changed. */
import type { ConnectionId, FleetId, VehicleId } from '../domain/ids.ts';
import { newId } from '../domain/ids.ts';
import type { Actor } from '../domain/role.ts';
import type { Happening } from '../domain/timeline.ts';
import type { Tx } from './database.ts';

export interface Subject {
  fleetId: FleetId;
  vehicleId: VehicleId;
  /** Null for what concerns the vehicle alone. */
  connectionId: ConnectionId | null;
}

export async function insertHappenings(
  tx: Tx,
  subject: Subject,
  actor: Actor,
  happenings: readonly Happening[],
): Promise<void> {
  if (happenings.length === 0) return;
  const rows = happenings.map(({ kind, at, via, requestId, ...data }) => ({
    id: newId('evt', at),
    fleet_id: subject.fleetId,
    vehicle_id: subject.vehicleId,
    connection_id: subject.connectionId,
    kind,
    at,
    via,
    actor: JSON.stringify(actor),
    request_id: requestId,
    data: JSON.stringify(data),
  }));
  await tx.insertInto('timeline').values(rows).execute();
}
