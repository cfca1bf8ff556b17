/** Disconnecting: here at once and for good, at Smartcar as soon as it can be reached. */
import { can } from '../domain/connection.ts';
import type { Connection } from '../domain/connection.ts';
import { isAccountMeaning } from '../domain/failure.ts';
import type { ConnectionId, FleetId, VehicleId } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import { towline } from '../domain/role.ts';
import { after } from '../domain/schedule.ts';
import type { ListedConnection, Smartcar } from '../smartcar/smartcar.ts';
import { findConnection, findLivingConnection, listUnrevoked, markRevoked } from '../store/connection.ts';
import { findByCar } from '../store/connection-due.ts';
import type { Database } from '../store/database.ts';
import { listFleets } from '../store/fleet.ts';
import { announce } from '../store/outbox.ts';
import { insertHappenings } from '../store/timeline.ts';
import { findVehicle } from '../store/vehicle.ts';
import type { Access } from '../vault/access.ts';
import { CallFailed, NotThereYet, valueOf } from './call-failed.ts';
import type { Context } from './context.ts';
import { observe } from './observe.ts';
import type { ObserveNeeds } from './observe.ts';
import { withTokensOf } from './v2.ts';
import type { V2 } from './v2.ts';

/** The sweep leaves the task this long. */
const revokeAgainAfterS = 300;

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
  v2: V2 | null;
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
  const deleted = await (connection.platform === 'v2'
    ? deleteOnV2(needs, connection, now)
    : deleteAll(needs, connection, now));
  await needs.database.asFleet(task.fleetId, async (tx) => {
    await markRevoked(tx, connection.id, now);
    if (connection.tokenSetId) await needs.v2?.tokens.eraseUnused(tx, connection.tokenSetId);
    if (!deleted) return announce(tx, task.fleetId, [connection.vehicleId], ['vehicles']);
    const { requestId } = deleted;
    const subject = { fleetId: task.fleetId, vehicleId: connection.vehicleId, connectionId: connection.id };
    await insertHappenings(tx, subject, towline, [
      { kind: 'connection.revoked-at-smartcar', at: now, via: 'operator', requestId },
    ]);
    await announce(tx, task.fleetId, [connection.vehicleId], ['vehicles']);
  });
}

/** Revocations of all fleets that are still to be done, whatever became of their task. One that fails does not stop the others. */
export async function revokeDue(
  needs: RevokeNeeds & { onFault: (error: unknown, what: string) => void },
  now: Date,
): Promise<void> {
  for (const { id: fleetId } of await needs.database.asSystem(listFleets)) {
    const ids = await needs.database.asFleet(fleetId, (tx) => listUnrevoked(tx, after(now, -revokeAgainAfterS), 50));
    for (const connectionId of ids)
      await revokeAtSmartcar(needs, { fleetId, connectionId }, now).catch((error: unknown) =>
        needs.onFault(error, 'revoke at Smartcar'),
      );
  }
}

/**
 * The id we know may be an old one (a repair may have changed it), so the car's present connections are looked up too.
 * What the owner granted after the disconnect is another connection's, and stays.
 *
 * @returns null when a new grant of the same owner has taken its place
 */
async function deleteAll(
  needs: RevokeNeeds,
  ended: Connection,
  now: Date,
): Promise<{ requestId: string | null } | null> {
  const { smartcarVehicleId: vehicleId, smartcarUserId: userId, endedAt } = ended;
  const successor = await findByCar(needs.database, vehicleId);
  if (successor?.smartcarUserId === userId) return null;
  const listed = valueOf(
    await needs.access.withAccess(now, (token) => needs.smartcar.listConnections(token, { vehicleId, userId })),
  );
  const isOld = ({ createdAt }: ListedConnection): boolean => !createdAt || !endedAt || createdAt <= endedAt;
  const known = ended.smartcarConnectionId;
  const newer = new Set(listed.filter((one) => !isOld(one)).map(({ id }) => id));
  const ids = new Set([...(known ? [known] : []), ...listed.map(({ id }) => id)].filter((id) => !newer.has(id)));
  let requestId: string | null = null;
  let wasMissing = false;
  for (const id of ids) {
    // By the vehicle's id a later grant would be deleted with it.
    const wanted = { connectionId: id, ...(newer.size === 0 ? { vehicleId } : {}) };
    const answer = await needs.access.withAccess(now, (token) => needs.smartcar.deleteConnection(token, wanted));
    wasMissing ||= valueOf(answer) === 'gone' && listed.some((one) => one.id === id);
    requestId = answer.ok ? answer.requestId : null;
  }
  if (wasMissing) await mustBeUnlisted(needs, ended, ids, now);
  return { requestId };
}

/** A connection that was listed a moment ago and is said to be missing: Smartcar's list has the last word. */
async function mustBeUnlisted(
  needs: RevokeNeeds,
  { smartcarVehicleId: vehicleId, smartcarUserId: userId }: Connection,
  ids: ReadonlySet<string>,
  now: Date,
): Promise<void> {
  const listed = valueOf(
    await needs.access.withAccess(now, (token) => needs.smartcar.listConnections(token, { vehicleId, userId })),
  );
  if (listed.some(({ id }) => ids.has(id))) throw new NotThereYet('A deleted connection is still listed.');
}

/**
 * With the family's tokens; where those are gone, with the management token.
 */
async function deleteOnV2(
  needs: RevokeNeeds,
  ended: Connection,
  now: Date,
): Promise<{ requestId: string | null } | null> {
  const { smartcarVehicleId: vehicleId } = ended;
  if (await findByCar(needs.database, vehicleId)) return null;
  const answer = await withTokensOf(needs.v2, ended, now, (smartcar, token) => smartcar.disconnect(token, vehicleId));
  if (answer.ok) return { requestId: answer.requestId };
  const [managementToken] = needs.v2?.managementTokens ?? [];
  if (!isAccountMeaning(answer.failure.meaning) || !needs.v2 || !managementToken) throw new CallFailed(answer.failure);
  const deleted = await needs.v2.smartcar.deleteConnections(managementToken, { vehicleId });
  valueOf(deleted);
  return { requestId: deleted.ok ? deleted.requestId : null };
}
