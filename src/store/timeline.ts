/** The timeline's writing half: lines are added and never changed. */
import type { Insertable } from 'kysely';

import { eventOf } from '../domain/event.ts';
import type { ConnectionId, FleetId, VehicleId } from '../domain/ids.ts';
import { newId } from '../domain/ids.ts';
import type { Actor } from '../domain/role.ts';
import type { Happening } from '../domain/timeline.ts';
import type { Tx } from './database.ts';
import { emitEvents } from './event.ts';
import type { Tables } from './schema.ts';

export interface Subject {
  fleetId: FleetId;
  vehicleId: VehicleId;
  /** Null for what concerns the vehicle alone. */
  connectionId: ConnectionId | null;
}

/** The same line for each of many vehicles. */
export async function insertForMany(
  tx: Tx,
  fleetId: FleetId,
  vehicleIds: readonly VehicleId[],
  actor: Actor,
  happening: Happening,
): Promise<void> {
  for (let from = 0; from < vehicleIds.length; from += atOnce) {
    const rows = vehicleIds
      .slice(from, from + atOnce)
      .map((vehicleId) => rowOf({ fleetId, vehicleId, connectionId: null }, actor, happening));
    await tx.insertInto('timeline').values(rows).execute();
  }
}

/** Ten parameters a row; a statement may have 65,535. */
const atOnce = 1_000;

function rowOf(
  subject: Subject,
  actor: Actor,
  { kind, at, via, requestId, ...data }: Happening,
): Insertable<Tables['timeline']> {
  return {
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
  };
}

/** What of it the fleet's own systems want to hear is told them, too. */
export async function insertHappenings(
  tx: Tx,
  subject: Subject,
  actor: Actor,
  happenings: readonly Happening[],
): Promise<void> {
  if (happenings.length === 0) return;
  const rows = happenings.map((happening) => rowOf(subject, actor, happening));
  await tx.insertInto('timeline').values(rows).execute();
  const around = { connectionId: subject.connectionId, causedBy: actor.kind };
  const events = happenings.flatMap((happening, at) => {
    const event = eventOf(happening, around);
    const id = rows[at]?.id;
    return event && id ? [{ id, at: happening.at, ...event }] : [];
  });
  await emitEvents(tx, subject, events);
}
