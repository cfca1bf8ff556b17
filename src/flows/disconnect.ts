/** Disconnecting: here at once and for good, at Smartcar as soon as it can be reached. */
import { can } from '../domain/connection.ts';
import type { Connection } from '../domain/connection.ts';
import type { ConnectionId, FleetId, SmartcarConnectionId, VehicleId } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import { towline } from '../domain/role.ts';
import type { Smartcar } from '../smartcar/smartcar.ts';
import { findConnection, findLivingConnection, markRevoked } from '../store/connection.ts';
import type { Database } from '../store/database.ts';
import { announce } from '../store/outbox.ts';
import { insertHappenings } from '../store/timeline.ts';
import { findVehicle } from '../store/vehicle.ts';
import type { Access } from '../vault/access.ts';
import { valueOf } from './call-failed.ts';
import type { Context } from './context.ts';
import { observe } from './observe.ts';
import type { ObserveNeeds } from './observe.ts';

/** @throws Refusal `not_found`, `not_connected` */
export async function disconnect(needs: ObserveNeeds, context: Context, id: VehicleId, now: Date): Promise<void> {
  const { fleetId, actor } = context;
  const connection = await needs.database.asFleet(fleetId, async (tx) => {
    if (!(await findVehicle(tx, id))) throw new Refusal('not_found');
    return findLivingConnection(tx, id);
  });
  if (!connection || !can(connection).disconnect.allowed) throw new Refusal('not_connected');
  const outcome = { kind: 'disconnected', via: 'operator', at: now, requestId: null } as const;
  await observe(needs, { fleetId, connectionId: connection.id, outcomes: [outcome], actor }, now);
}

export interface RevokeNeeds {
  database: Database;
  smartcar: Smartcar;
  access: Access;
}

/**
 * Deletes the connection at Smartcar. The intention stands in the connection's row; while Smartcar can't be reached this
 * is done again until it can. @throws CallFailed to be run again
 */
export async function revokeAtSmartcar(
  needs: RevokeNeeds,
  task: { fleetId: FleetId; connectionId: ConnectionId },
  now: Date,
): Promise<void> {
  const connection = await needs.database.asFleet(task.fleetId, (tx) => findConnection(tx, task.connectionId));
  if (!connection || connection.revokedAt || connection.cause !== 'disconnectedHere') return;
  const requestId = await deleteAll(needs, connection.smartcarConnectionId, connection, now);
  await needs.database.asFleet(task.fleetId, async (tx) => {
    await markRevoked(tx, connection.id, now);
    const subject = { fleetId: task.fleetId, vehicleId: connection.vehicleId, connectionId: connection.id };
    await insertHappenings(tx, subject, towline, [
      { kind: 'connection.revoked-at-smartcar', at: now, via: 'operator', requestId },
    ]);
    await announce(tx, task.fleetId, [connection.vehicleId], ['vehicles']);
  });
}

/** The id we know may be an old one (a repair may have changed it), so the car's present connections are looked up too. */
async function deleteAll(
  needs: RevokeNeeds,
  known: SmartcarConnectionId | null,
  car: Pick<Connection, 'smartcarVehicleId' | 'smartcarUserId'>,
  now: Date,
): Promise<string | null> {
  const filter = { vehicleId: car.smartcarVehicleId, userId: car.smartcarUserId };
  const listed = valueOf(await needs.access.withAccess(now, (token) => needs.smartcar.listConnections(token, filter)));
  const ids = new Set([...(known ? [known] : []), ...listed.map(({ id }) => id)]);
  let requestId: string | null = null;
  for (const id of ids) {
    const answer = await needs.access.withAccess(now, (token) => needs.smartcar.deleteConnection(token, id));
    valueOf(answer);
    requestId = answer.ok ? answer.requestId : null;
  }
  return requestId;
}
