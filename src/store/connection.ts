/** Connections: one row each, and its line in the due table, written together. */
import { sql } from 'kysely';
import type { Insertable, Selectable } from 'kysely';

import type { Connection, Suspicion } from '../domain/connection.ts';
import type { VehicleMeaning } from '../domain/failure.ts';
import type { ConnectionId, OwnerId, TokenSetId, VehicleId } from '../domain/ids.ts';
import type { Permission } from '../domain/permission.ts';
import type { ShelteredMeaning } from '../domain/trouble.ts';
import type { Powertrain } from '../domain/vehicle.ts';
import { dueColumns } from './connection-due.ts';
import { fromUsage, toUsage, usageBefore } from './connection-usage.ts';
import type { Tx } from './database.ts';
import type { KeptSuspicion, Tables } from './schema.ts';

type Row = Selectable<Tables['connection']>;

/** The connection with this id, or undefined when this fleet has none. */
export async function findConnection(tx: Tx, id: ConnectionId): Promise<Connection | undefined> {
  const row = await tx.selectFrom('connection').selectAll().where('id', '=', id).executeTakeFirst();
  return row && toConnection(row);
}

/** The vehicle's living connection, or undefined when it has none. */
export async function findLivingConnection(tx: Tx, vehicleId: VehicleId): Promise<Connection | undefined> {
  const row = await livingOf(tx, vehicleId).executeTakeFirst();
  return row && toConnection(row);
}

/** The same, locked until the transaction ends. */
export async function lockLivingConnection(tx: Tx, vehicleId: VehicleId): Promise<Connection | undefined> {
  const row = await livingOf(tx, vehicleId).forNoKeyUpdate().executeTakeFirst();
  return row && toConnection(row);
}

const livingOf = (tx: Tx, vehicleId: VehicleId) =>
  tx.selectFrom('connection').selectAll().where('vehicle_id', '=', vehicleId).where('ended_at', 'is', null);

/** The vehicle's living connection, else the one that ended last; undefined when it never had one. */
export async function findLatestConnection(tx: Tx, vehicleId: VehicleId): Promise<Connection | undefined> {
  const row = await tx
    .selectFrom('connection')
    .selectAll()
    .where('vehicle_id', '=', vehicleId)
    .orderBy(sql`(ended_at is null) desc, connected_at desc`)
    .limit(1)
    .executeTakeFirst();
  return row && toConnection(row);
}

/** Everything that this owner ever granted, the latest first; at most 1,000, of which a page shows enough. */
export async function listConnectionsOfOwner(tx: Tx, ownerId: OwnerId): Promise<Connection[]> {
  const rows = await tx
    .selectFrom('connection')
    .selectAll()
    .where('owner_id', '=', ownerId)
    .orderBy('connected_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1_000)
    .execute();
  return rows.map(toConnection);
}

/** Whether an operator or the owner ended one of the vehicle's connections after this. */
export async function wasDisconnectedSince(tx: Tx, vehicleId: VehicleId, at: Date): Promise<boolean> {
  const row = await tx
    .selectFrom('connection')
    .select('id')
    .where('vehicle_id', '=', vehicleId)
    .where('cause', '=', 'disconnectedHere')
    .where('ended_at', '>', at)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Throws a unique violation when the vehicle, or the car at Smartcar, has a living connection. */
export async function insertConnection(tx: Tx, given: Connection): Promise<void> {
  const connection = { ...given, usage: await usageBefore(tx, given) };
  await tx.insertInto('connection').values(fromConnection(connection)).execute();
  await tx
    .insertInto('connection_due')
    .values({
      connection_id: connection.id,
      fleet_id: connection.fleetId,
      smartcar_vehicle_id: connection.smartcarVehicleId,
      smartcar_user_id: connection.smartcarUserId,
      ...dueColumns(connection),
    })
    .execute();
}

/**
 * Writes what was worked out from `version`, and ends the lease under which it was read.
 *
 * @returns false when somebody else wrote first; nothing is written then
 */
export async function writeConnection(tx: Tx, connection: Connection, version: number): Promise<boolean> {
  const { id, fleet_id, vehicle_id, ...columns } = fromConnection({ ...connection, version: version + 1 });
  const written = await tx
    .with('written', (db) =>
      db
        .updateTable('connection')
        .set(columns)
        .where('id', '=', id)
        .where('fleet_id', '=', fleet_id)
        .where('vehicle_id', '=', vehicle_id)
        .where('version', '=', version)
        .returning('id'),
    )
    .with('due', (db) =>
      db
        .updateTable('connection_due')
        .set(dueColumns(connection))
        .where('connection_id', 'in', (eb) => eb.selectFrom('written').select('written.id')),
    )
    .selectFrom('written')
    .select('id')
    .executeTakeFirst();
  if (!written) return false;
  if (connection.endedAt) await tx.deleteFrom('connection_due').where('connection_id', '=', id).execute();
  return true;
}

/** Whoever is named as a vehicle's owner after it was connected granted the connection that nobody's name stands on. */
export async function nameOwner(tx: Tx, vehicleId: VehicleId, ownerId: OwnerId): Promise<void> {
  await tx
    .updateTable('connection')
    .set((eb) => ({ owner_id: ownerId, version: eb('version', '+', 1) }))
    .where('vehicle_id', '=', vehicleId)
    .where('ended_at', 'is', null)
    .where('owner_id', 'is', null)
    .execute();
}

/** Living connections that are read by this family of tokens. */
export async function listConnectionsOfFamily(tx: Tx, id: TokenSetId): Promise<ConnectionId[]> {
  const rows = await tx
    .selectFrom('connection')
    .select('id')
    .where('token_set_id', '=', id)
    .where('ended_at', 'is', null)
    .execute();
  return rows.map((row) => row.id);
}

/** Smartcar confirmed that the webhook is subscribed to this vehicle. */
export async function markSubscribed(tx: Tx, id: ConnectionId, at: Date): Promise<void> {
  await tx
    .updateTable('connection')
    .set((eb) => ({ subscribed_at: at, version: eb('version', '+', 1) }))
    .where('id', '=', id)
    .execute();
}

/** Smartcar does not list its subscription any more: the sweep makes it again. */
export async function forgetSubscribed(tx: Tx, id: ConnectionId): Promise<void> {
  await tx
    .updateTable('connection')
    .set((eb) => ({ subscribed_at: null, version: eb('version', '+', 1) }))
    .where('id', '=', id)
    .execute();
}

/** Living connections on v3 without a subscription that were made before this, oldest first. */
export async function listUnsubscribed(tx: Tx, before: Date, limit: number): Promise<ConnectionId[]> {
  const rows = await tx
    .selectFrom('connection')
    .select('id')
    .where('ended_at', 'is', null)
    .where('subscribed_at', 'is', null)
    .where('platform', '=', 'v3')
    .where('status', '<>', 'disconnected')
    .where('connected_at', '<', before)
    .orderBy('connected_at')
    .limit(limit)
    .execute();
  return rows.map(({ id }) => id);
}

/** Smartcar confirmed that the connection is gone there. */
export async function markRevoked(tx: Tx, id: ConnectionId, at: Date): Promise<void> {
  await tx
    .updateTable('connection')
    .set((eb) => ({ revoked_at: at, version: eb('version', '+', 1) }))
    .where('id', '=', id)
    .execute();
}

export function toConnection(row: Row): Connection {
  return {
    id: row.id,
    fleetId: row.fleet_id,
    vehicleId: row.vehicle_id,
    ownerId: row.owner_id,
    platform: row.platform,
    smartcarVehicleId: row.smartcar_vehicle_id,
    smartcarUserId: row.smartcar_user_id,
    smartcarConnectionId: row.smartcar_connection_id,
    tokenSetId: row.token_set_id,
    status: row.status,
    cause: row.cause,
    since: row.since,
    connectedAt: row.connected_at,
    judgedAt: row.judged_at,
    provedAt: row.proved_at,
    pendingDeadlineAt: row.pending_deadline_at,
    permissions: row.permissions,
    refusedPermissions: row.refused_permissions,
    suspicion: row.suspicion && toSuspicion(row.suspicion),
    vehicleState: row.vehicle_state && {
      meaning: row.vehicle_state.meaning as VehicleMeaning, // written by fromConnection alone
      since: new Date(row.vehicle_state.since),
    },
    trouble:
      row.trouble && row.trouble_since ? { meaning: row.trouble as ShelteredMeaning, since: row.trouble_since } : null, // written by fromConnection alone
    heldBy: row.held_by,
    failures: row.failures,
    resolutionUrl: row.resolution_url,
    listed: row.listed,
    lastSuccess: row.last_success_kind &&
      row.last_success_at && { kind: row.last_success_kind, at: row.last_success_at },
    lastTelemetryAt: row.last_telemetry_at,
    newsAt: row.news_at,
    nextPollAt: row.next_poll_at,
    notBeforeAt: row.not_before_at,
    usage: toUsage(row),
    subscribedAt: row.subscribed_at,
    revokedAt: row.revoked_at,
    endedAt: row.ended_at,
    version: row.version,
  };
}

function toSuspicion(kept: KeptSuspicion): Suspicion {
  return {
    ...kept,
    meaning: kept.meaning as Suspicion['meaning'], // written by fromConnection alone
    claimedAt: new Date(kept.claimedAt),
    deadlineAt: new Date(kept.deadlineAt),
  };
}

function fromConnection(c: Connection): Insertable<Tables['connection']> {
  return {
    id: c.id,
    fleet_id: c.fleetId,
    vehicle_id: c.vehicleId,
    owner_id: c.ownerId,
    platform: c.platform,
    smartcar_vehicle_id: c.smartcarVehicleId,
    smartcar_user_id: c.smartcarUserId,
    smartcar_connection_id: c.smartcarConnectionId,
    token_set_id: c.tokenSetId,
    status: c.status,
    cause: c.cause,
    since: c.since,
    connected_at: c.connectedAt,
    judged_at: c.judgedAt,
    proved_at: c.provedAt,
    pending_deadline_at: c.pendingDeadlineAt,
    permissions: c.permissions,
    refused_permissions: c.refusedPermissions,
    suspicion: c.suspicion && JSON.stringify(c.suspicion),
    vehicle_state: c.vehicleState && JSON.stringify(c.vehicleState),
    trouble: c.trouble?.meaning ?? null,
    trouble_since: c.trouble?.since ?? null,
    held_by: c.heldBy,
    failures: c.failures,
    resolution_url: c.resolutionUrl,
    listed: c.listed,
    last_success_kind: c.lastSuccess?.kind ?? null,
    last_success_at: c.lastSuccess?.at ?? null,
    last_telemetry_at: c.lastTelemetryAt,
    news_at: c.newsAt,
    next_poll_at: c.nextPollAt,
    not_before_at: c.notBeforeAt,
    ...fromUsage(c.usage),
    subscribed_at: c.subscribedAt,
    revoked_at: c.revokedAt,
    ended_at: c.endedAt,
    version: c.version,
  };
}

/** What a read of v2 asks for: what was granted, and what this kind of car can have. */
export interface Wanted {
  permissions: Permission[];
  powertrain: Powertrain | null;
}

export async function findWanted(tx: Tx, id: ConnectionId): Promise<Wanted | undefined> {
  return tx
    .selectFrom('connection')
    .innerJoin('vehicle', 'vehicle.id', 'connection.vehicle_id')
    .select(['connection.permissions', 'vehicle.powertrain'])
    .where('connection.id', '=', id)
    .executeTakeFirst();
}
