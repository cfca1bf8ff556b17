/** Grants at Smartcar that are no connections here: held for an operator's word, or to be deleted there. */
import { sql } from 'kysely';
import type { RawBuilder, Selectable } from 'kysely';

import type { Platform } from '../domain/connection.ts';
import type {
  ConnectSessionId,
  FleetId,
  GrantId,
  OwnerId,
  SmartcarConnectionId,
  SmartcarUserId,
  SmartcarVehicleId,
  TokenSetId,
  VehicleId,
} from '../domain/ids.ts';
import { newId } from '../domain/ids.ts';
import type { Permission } from '../domain/permission.ts';
import type { HoldReason, RemovalReason } from '../domain/returned-car.ts';
import type { Actor } from '../domain/role.ts';
import type { Powertrain } from '../domain/vehicle.ts';
import type { Database, Tx } from './database.ts';
import type { Tables } from './schema.ts';

export type LooseGrantRow = Selectable<Tables['loose_grant']>;

/** A grant as Smartcar lists it, and whose link was walked for it. */
export interface NewLooseGrant {
  fleetId: FleetId;
  vehicleId: VehicleId;
  /** Whose it was, where that is not the vehicle's present owner. */
  ownerId?: OwnerId | null;
  /** Null for what was a connection before. */
  sessionId: ConnectSessionId | null;
  platform: Platform;
  smartcarVehicleId: SmartcarVehicleId;
  smartcarUserId: SmartcarUserId;
  smartcarConnectionId: SmartcarConnectionId | null;
  tokenSetId: TokenSetId | null;
  permissions: Permission[];
  make: string | null;
  model: string | null;
  year: number | null;
  powertrain: Powertrain | null;
  vin: string | null;
  grantedAt: Date | null;
}

const open = ['held', 'removing'] as const;

const ownerNow = (vehicleId: VehicleId): RawBuilder<OwnerId | null> =>
  sql<OwnerId | null>`(select owner_id from vehicle where id = ${vehicleId})`;

/** @returns its id, or null when the fleet has an open matter about this grant already */
async function insert(
  tx: Tx,
  grant: NewLooseGrant,
  so: Pick<LooseGrantRow, 'state' | 'held_for' | 'removed_for' | 'expires_at' | 'due_at'>,
  now: Date,
): Promise<GrantId | null> {
  const row = await tx
    .insertInto('loose_grant')
    .values({
      id: newId('grt', now),
      fleet_id: grant.fleetId,
      vehicle_id: grant.vehicleId,
      owner_id: grant.ownerId === undefined ? ownerNow(grant.vehicleId) : grant.ownerId,
      session_id: grant.sessionId,
      platform: grant.platform,
      smartcar_vehicle_id: grant.smartcarVehicleId,
      smartcar_user_id: grant.smartcarUserId,
      smartcar_connection_id: grant.smartcarConnectionId,
      token_set_id: grant.tokenSetId,
      permissions: grant.permissions,
      make: grant.make,
      model: grant.model,
      year: grant.year,
      powertrain: grant.powertrain,
      vin: grant.vin,
      granted_at: grant.grantedAt,
      created_at: now,
      lease_until: null,
      last_error: null,
      decided_by: null,
      decided_at: null,
      ended_at: null,
      ...so,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['fleet_id', 'smartcar_vehicle_id', 'smartcar_user_id'])
        .where('state', 'in', [...open])
        .doNothing(),
    )
    .returning('id')
    .executeTakeFirst();
  return row?.id ?? null;
}

export const holdGrant = (
  tx: Tx,
  grant: NewLooseGrant,
  hold: { reason: HoldReason; expiresAt: Date; looksAt: Date },
  now: Date,
): Promise<GrantId | null> =>
  insert(
    tx,
    grant,
    { state: 'held', held_for: hold.reason, removed_for: null, expires_at: hold.expiresAt, due_at: hold.looksAt },
    now,
  );

export const discardGrant = (
  tx: Tx,
  grant: NewLooseGrant,
  because: RemovalReason,
  dueAt: Date,
  now: Date,
): Promise<GrantId | null> =>
  insert(tx, grant, { state: 'removing', held_for: null, removed_for: because, expires_at: null, due_at: dueAt }, now);

export async function findLooseGrant(tx: Tx, id: GrantId): Promise<LooseGrantRow | undefined> {
  return tx.selectFrom('loose_grant').selectAll().where('id', '=', id).executeTakeFirst();
}

/** The same, held until the transaction ends. */
export async function lockLooseGrant(tx: Tx, id: GrantId): Promise<LooseGrantRow | undefined> {
  return tx.selectFrom('loose_grant').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
}

/** What waits for an operator's word about this vehicle, oldest first, until the transaction ends. */
export async function lockHeldOf(tx: Tx, vehicleId: VehicleId): Promise<LooseGrantRow[]> {
  return tx
    .selectFrom('loose_grant')
    .selectAll()
    .where('vehicle_id', '=', vehicleId)
    .where('state', '=', 'held')
    .orderBy('id')
    .forUpdate()
    .execute();
}

/** The same of everything that waits about one owner. */
export async function lockHeldOfOwner(tx: Tx, ownerId: OwnerId): Promise<LooseGrantRow[]> {
  return tx
    .selectFrom('loose_grant')
    .selectAll()
    .where('owner_id', '=', ownerId)
    .where('state', '=', 'held')
    .orderBy('id')
    .forUpdate()
    .execute();
}

/** What is open about this very grant in this fleet, until the transaction ends; undefined when nothing is. */
export async function lockOpenGrant(
  tx: Tx,
  { smartcarVehicleId, smartcarUserId }: Pick<NewLooseGrant, 'smartcarVehicleId' | 'smartcarUserId'>,
): Promise<LooseGrantRow | undefined> {
  return tx
    .selectFrom('loose_grant')
    .selectAll()
    .where('smartcar_vehicle_id', '=', smartcarVehicleId)
    .where('smartcar_user_id', '=', smartcarUserId)
    .where('state', 'in', [...open])
    .forUpdate()
    .executeTakeFirst();
}

/** Whether an operator's word about this vehicle is awaited. */
export async function isHeld(tx: Tx, vehicleId: VehicleId): Promise<boolean> {
  const row = await tx
    .selectFrom('loose_grant')
    .select('id')
    .where('vehicle_id', '=', vehicleId)
    .where('state', '=', 'held')
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Whether some fleet holds the same grant for an operator's word. As towline_system. */
export async function isHeldElsewhere(tx: Tx, grant: LooseGrantRow): Promise<boolean> {
  const row = await tx
    .selectFrom('loose_grant')
    .select('id')
    .where('smartcar_vehicle_id', '=', grant.smartcar_vehicle_id)
    .where('smartcar_user_id', '=', grant.smartcar_user_id)
    .where('state', '=', 'held')
    .where('id', '<>', grant.id)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Whether some fleet has an open matter about this grant. */
export async function isOpenGrant(
  database: Database,
  { smartcarVehicleId, smartcarUserId }: Pick<NewLooseGrant, 'smartcarVehicleId' | 'smartcarUserId'>,
): Promise<boolean> {
  const row = await database.system
    .selectFrom('loose_grant')
    .select('id')
    .where('smartcar_vehicle_id', '=', smartcarVehicleId)
    .where('smartcar_user_id', '=', smartcarUserId)
    .where('state', 'in', [...open])
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Whether somebody is deleting this grant at Smartcar at this moment, for whichever fleet. */
export async function isBeingRemoved(
  database: Database,
  { smartcarVehicleId, smartcarUserId }: Pick<NewLooseGrant, 'smartcarVehicleId' | 'smartcarUserId'>,
  now: Date,
): Promise<boolean> {
  const row = await database.system
    .selectFrom('loose_grant')
    .select('id')
    .where('smartcar_vehicle_id', '=', smartcarVehicleId)
    .where('smartcar_user_id', '=', smartcarUserId)
    .where('state', '=', 'removing')
    .where('lease_until', '>', now)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** It became the vehicle's connection, is gone, or is left where it is. Nothing more is to be done. */
export async function endGrant(tx: Tx, id: GrantId, state: 'bound' | 'removed' | 'kept', now: Date): Promise<void> {
  await tx
    .updateTable('loose_grant')
    .set({ state, ended_at: now, due_at: null, expires_at: null, lease_until: null, last_error: null })
    .where('id', '=', id)
    .where('state', 'in', [...open])
    .execute();
}

/** It is not wanted: to be deleted at Smartcar as soon as may be. */
export async function letGo(tx: Tx, id: GrantId, because: RemovalReason, now: Date): Promise<void> {
  await tx
    .updateTable('loose_grant')
    .set({ state: 'removing', removed_for: because, expires_at: null, due_at: now, lease_until: null, attempts: 0 })
    .where('id', '=', id)
    .where('state', '=', 'held')
    .execute();
}

/** Who confirmed or refused it. */
export async function noteDecision(tx: Tx, id: GrantId, by: Actor, at: Date): Promise<void> {
  await tx
    .updateTable('loose_grant')
    .set({ decided_by: JSON.stringify(by), decided_at: at })
    .where('id', '=', id)
    .execute();
}

/** Another way through Connect waits with it from now on. */
export async function handOver(tx: Tx, id: GrantId, sessionId: ConnectSessionId): Promise<void> {
  await tx.updateTable('loose_grant').set({ session_id: sessionId }).where('id', '=', id).execute();
}

/** What is due, of all fleets, longest waiting first. As towline_system. */
export async function listDueGrants(
  database: Database,
  limit: number,
  now: Date,
): Promise<{ fleetId: FleetId; grantId: GrantId }[]> {
  return database.system
    .selectFrom('loose_grant')
    .select(['fleet_id as fleetId', 'id as grantId'])
    .where('due_at', '<=', now)
    .where((where) => where.or([where('lease_until', 'is', null), where('lease_until', '<=', now)]))
    .orderBy('due_at')
    .limit(limit)
    .execute();
}

/** Takes what is due for one attempt; undefined when it is not due, or in somebody's hands. A lease: who dies is replaced. */
export async function claimGrant(tx: Tx, id: GrantId, leaseUntil: Date, now: Date): Promise<LooseGrantRow | undefined> {
  return tx
    .updateTable('loose_grant')
    .set({ lease_until: leaseUntil })
    .where('id', '=', id)
    .where('due_at', '<=', now)
    .where((where) => where.or([where('lease_until', 'is', null), where('lease_until', '<=', now)]))
    .returningAll()
    .executeTakeFirst();
}

/** The attempt came to nothing; another one is due then. */
export async function postponeGrant(tx: Tx, id: GrantId, change: { dueAt: Date; error?: string }): Promise<void> {
  await tx
    .updateTable('loose_grant')
    .set((eb) => ({
      attempts: eb('attempts', '+', 1),
      due_at: change.dueAt,
      lease_until: null,
      ...(change.error === undefined ? {} : { last_error: change.error }),
    }))
    .where('id', '=', id)
    .where('state', 'in', [...open])
    .execute();
}

/** What the car told since it came back. */
export async function noteVin(tx: Tx, id: GrantId, vin: string | null): Promise<void> {
  await tx.updateTable('loose_grant').set({ vin }).where('id', '=', id).where('state', '=', 'held').execute();
}

/** Matters that ended before this are forgotten. */
export async function forgetGrants(tx: Tx, before: Date): Promise<void> {
  await tx.deleteFrom('loose_grant').where('ended_at', '<', before).execute();
}
