/** Comparisons with Smartcar's lists: how far each one is, and what the lists have shown of our connections. */
import { sql } from 'kysely';
import type { Selectable } from 'kysely';

import type { Cause } from '../domain/cause.ts';
import type { Platform } from '../domain/connection.ts';
import type { KeptGrant, ReconciliationPhase } from '../domain/drift.ts';
import type {
  ConnectionId,
  FleetId,
  ReconciliationId,
  SmartcarUserId,
  SmartcarVehicleId,
  VehicleId,
} from '../domain/ids.ts';
import { newId } from '../domain/ids.ts';
import type { Tx } from './database.ts';
import type { Tables } from './schema.ts';

export type ReconciliationRow = Selectable<Tables['reconciliation']>;

/** Begins one, unless one of this platform runs already. As towline_system. @returns whether it began */
export async function beginReconciliation(tx: Tx, platform: Platform, now: Date): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('reconciliation')
    .values({
      id: newId('rec', now),
      platform,
      state: 'running',
      phase: 'connections',
      next_page: null,
      started_at: now,
      ended_at: null,
      lease_until: null,
      error: null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows === 1n;
}

/** The latest of a platform; undefined before the first. As towline_system. */
export async function latestReconciliation(tx: Tx, platform: Platform): Promise<ReconciliationRow | undefined> {
  return tx
    .selectFrom('reconciliation')
    .selectAll()
    .where('platform', '=', platform)
    .orderBy('started_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
}

/** Undefined when there is none, or it is over. As towline_system. */
export async function runningReconciliation(tx: Tx, id: ReconciliationId): Promise<ReconciliationRow | undefined> {
  return tx
    .selectFrom('reconciliation')
    .selectAll()
    .where('id', '=', id)
    .where('state', '=', 'running')
    .executeTakeFirst();
}

/** The latest that came to its end; undefined before the first. As towline_system. */
export async function lastDone(tx: Tx, platform: Platform): Promise<ReconciliationRow | undefined> {
  return tx
    .selectFrom('reconciliation')
    .selectAll()
    .where('platform', '=', platform)
    .where('state', '=', 'done')
    .orderBy('started_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
}

/** When the first of a platform began; null before it. As towline_system. */
export async function firstStarted(tx: Tx, platform: Platform): Promise<Date | null> {
  const row = await tx
    .selectFrom('reconciliation')
    .select(({ fn }) => fn.min<Date | null>('started_at').as('at'))
    .where('platform', '=', platform)
    .executeTakeFirst();
  return row?.at ?? null;
}

/** Takes up one that runs and that nobody works on; a lease, as with due connections. As towline_system. */
export async function claimReconciliation(tx: Tx, until: Date, now: Date): Promise<ReconciliationRow | undefined> {
  const { rows } = await sql<ReconciliationRow>`
    update reconciliation set lease_until = ${until} where id = (
      select id from reconciliation where state = 'running' and (lease_until is null or lease_until <= ${now})
      order by started_at limit 1 for update skip locked)
    returning *`.execute(tx);
  return rows[0];
}

export interface Progress {
  phase?: ReconciliationPhase;
  /** Null: from the first page. */
  nextPage?: Record<string, string> | null;
  /** Besides those that were counted before. */
  listed?: number;
  missing?: number;
  attempts?: number;
  error?: string | null;
  leaseUntil?: Date | null;
}

/** Writes down how far it is. As towline_system. */
export async function noteProgress(tx: Tx, id: ReconciliationId, progress: Progress): Promise<void> {
  const { phase, nextPage, listed = 0, missing = 0, attempts, error, leaseUntil } = progress;
  await tx
    .updateTable('reconciliation')
    .set((eb) => ({
      listed: eb('listed', '+', listed),
      missing: eb('missing', '+', missing),
      ...(phase === undefined ? {} : { phase }),
      ...(nextPage === undefined ? {} : { next_page: nextPage && JSON.stringify(nextPage) }),
      ...(attempts === undefined ? {} : { attempts }),
      ...(error === undefined ? {} : { error }),
      ...(leaseUntil === undefined ? {} : { lease_until: leaseUntil }),
    }))
    .where('id', '=', id)
    .where('state', '=', 'running')
    .execute();
}

/** As towline_system. */
export async function endReconciliation(
  tx: Tx,
  id: ReconciliationId,
  end: { state: 'done' | 'failed'; error: string | null },
  now: Date,
): Promise<void> {
  await tx
    .updateTable('reconciliation')
    .set({ ...end, ended_at: now, lease_until: null, next_page: null })
    .where('id', '=', id)
    .where('state', '=', 'running')
    .execute();
}

/** Drops what nobody asks about any more. As towline_system. */
export async function forgetReconciliations(tx: Tx, before: Date): Promise<void> {
  await tx.deleteFrom('reconciliation').where('ended_at', '<', before).execute();
}

// — what the lists have shown —

export interface Pair {
  smartcarVehicleId: SmartcarVehicleId;
  smartcarUserId: SmartcarUserId;
}

export interface OwnedPair extends Pair {
  connectionId: ConnectionId;
  fleetId: FleetId;
  platform: Platform;
}

/** Whose living connections these cars are. As towline_system. */
export async function ownersOfCars(tx: Tx, cars: readonly SmartcarVehicleId[]): Promise<OwnedPair[]> {
  const { rows } = await sql<OwnedPair>`
    select connection_id as "connectionId", fleet_id as "fleetId", platform, smartcar_vehicle_id as "smartcarVehicleId",
      smartcar_user_id as "smartcarUserId"
    from connection_due where smartcar_vehicle_id = any(${cars})`.execute(tx);
  return rows;
}

/** Smartcar's list has shown these connections. As towline_system, or for the fleet's own as towline_app. */
export async function markListed(tx: Tx, ids: readonly ConnectionId[], at: Date): Promise<void> {
  if (ids.length === 0) return;
  await sql`update connection_due set listed_at = ${at} where connection_id = any(${ids})`.execute(tx);
}

/** Smartcar's list has shown that these connections are subscribed. As towline_system. */
export async function markSubscriptionsListed(tx: Tx, ids: readonly ConnectionId[], at: Date): Promise<void> {
  if (ids.length === 0) return;
  await sql`update connection_due set subscription_listed_at = ${at} where connection_id = any(${ids})`.execute(tx);
}

export interface KeptPair extends KeptGrant, Pair {}

const kept = sql`c.id as "connectionId", c.fleet_id as "fleetId", c.vehicle_id as "vehicleId", c.cause, c.permissions,
  c.smartcar_connection_id as "smartcarConnectionId", c.smartcar_vehicle_id as "smartcarVehicleId",
  c.smartcar_user_id as "smartcarUserId"`;

/** Living connections of this fleet by their ids. */
export async function keptGrants(tx: Tx, ids: readonly ConnectionId[]): Promise<KeptPair[]> {
  const { rows } = await sql<KeptPair>`
    select ${kept} from connection c where c.id = any(${ids}) and c.ended_at is null`.execute(tx);
  return rows;
}

const gone: readonly Cause[] = ['revokedByOwner', 'vehicleRemoved'];

/** Which connections a list had to show: those of a platform that were made before it began, and are not known to be gone. */
export interface Listing {
  platform: Platform;
  /** Later ones may be too new for the list. */
  madeBefore: Date;
  startedAt: Date;
}

const wasDue = ({ platform, madeBefore }: Listing) => sql`c.ended_at is null and c.platform = ${platform}
  and c.connected_at < ${madeBefore} and (c.cause is null or c.cause <> all(${gone}::text[]))`;

/** How many connections of this fleet a list had to show, and how many of them it did not. */
export async function countUnlisted(tx: Tx, listing: Listing): Promise<{ due: number; unlisted: number }> {
  const { rows } = await sql<{ due: number; unlisted: number }>`
    select count(*) as due,
      count(*) filter (where d.listed_at is null or d.listed_at < ${listing.startedAt}) as unlisted
    from connection c join connection_due d on d.connection_id = c.id where ${wasDue(listing)}`.execute(tx);
  return rows[0] ?? { due: 0, unlisted: 0 };
}

/** Connections of this fleet that a list had to show and did not, behind this one (null: from the first). */
export async function listUnlisted(
  tx: Tx,
  listing: Listing,
  behind: ConnectionId | null,
  limit: number,
): Promise<KeptPair[]> {
  const { rows } = await sql<KeptPair>`
    select ${kept} from connection c join connection_due d on d.connection_id = c.id
    where ${wasDue(listing)} and (d.listed_at is null or d.listed_at < ${listing.startedAt})
      and (${behind}::text is null or c.id > ${behind})
    order by c.id limit ${limit}`.execute(tx);
  return rows;
}

/** Connections of this fleet whose subscription is not among those that Smartcar listed. */
export async function listUnseenSubscriptions(
  tx: Tx,
  listing: Omit<Listing, 'platform'>,
  limit: number,
): Promise<{ connectionId: ConnectionId; vehicleId: VehicleId }[]> {
  const { rows } = await sql<{ connectionId: ConnectionId; vehicleId: VehicleId }>`
    select c.id as "connectionId", c.vehicle_id as "vehicleId"
    from connection c join connection_due d on d.connection_id = c.id
    where ${wasDue({ ...listing, platform: 'v3' })} and c.subscribed_at < ${listing.madeBefore}
      and (d.subscription_listed_at is null or d.subscription_listed_at < ${listing.startedAt})
    order by c.id limit ${limit}`.execute(tx);
  return rows;
}

/** Cars of this fleet that were disconnected here and are still to be revoked at Smartcar, which lists them until then. */
export async function listUnrevokedCars(tx: Tx): Promise<SmartcarVehicleId[]> {
  const rows = await tx
    .selectFrom('connection')
    .select('smartcar_vehicle_id')
    .where('cause', '=', 'disconnectedHere')
    .where('revoked_at', 'is', null)
    .execute();
  return rows.map((row) => row.smartcar_vehicle_id);
}
