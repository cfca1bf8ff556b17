/** Moves from v2 to v3: what is planned, what is due, and each car's way through it. Nothing here asks Smartcar. */
import { sql } from 'kysely';
import type { Selectable, Updateable } from 'kysely';

import type { Connection } from '../domain/connection.ts';
import type { ConnectionId, FleetId, MoveId, TokenSetId, VehicleId } from '../domain/ids.ts';
import type { MovedState, MoveReason, MoveState } from '../domain/move.ts';
import type { Actor } from '../domain/role.ts';
import { toConnection } from './connection.ts';
import type { Tx } from './database.ts';
import type { KeptOnPlatform, Tables } from './schema.ts';

export type KeptMove = Selectable<Tables['move']>;

export interface NewMoveVehicle {
  connection: Pick<Connection, 'id' | 'vehicleId' | 'tokenSetId'>;
  state: 'waiting' | 'skipped';
  reason: MoveReason | null;
  lostPermissions: string[];
}

/** Rows of one statement. */
const atOnce = 500;

/** @throws a unique violation when the fleet has an open one */
export async function insertMove(
  tx: Tx,
  move: { id: MoveId; fleetId: FleetId; actor: Actor; vehicles: readonly NewMoveVehicle[] },
  now: Date,
): Promise<void> {
  const { id, fleetId, actor, vehicles } = move;
  await tx
    .insertInto('move')
    .values({ id, fleet_id: fleetId, state: 'planned', planned_at: now, planned_by: JSON.stringify(actor) })
    .execute();
  for (let from = 0; from < vehicles.length; from += atOnce) {
    const rows = vehicles.slice(from, from + atOnce).map(({ connection, state, reason, lostPermissions }) => ({
      move_id: id,
      connection_id: connection.id,
      fleet_id: fleetId,
      vehicle_id: connection.vehicleId,
      state,
      reason,
      lost_permissions: lostPermissions,
      token_set_id: connection.tokenSetId,
      due_at: state === 'waiting' ? now : null,
      changed_at: now,
    }));
    await tx.insertInto('move_vehicle').values(rows).execute();
  }
}

/** Living connections on v2, in the order in which a move takes them. */
export async function listOnV2(tx: Tx): Promise<Connection[]> {
  const rows = await tx
    .selectFrom('connection')
    .selectAll()
    .where('ended_at', 'is', null)
    .where('platform', '=', 'v2')
    .orderBy('connected_at')
    .orderBy('id')
    .execute();
  return rows.map(toConnection);
}

export async function countOnV2(tx: Tx): Promise<number> {
  const row = await tx
    .selectFrom('connection')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('ended_at', 'is', null)
    .where('platform', '=', 'v2')
    .executeTakeFirstOrThrow();
  return row.count;
}

export async function findMove(tx: Tx, id: MoveId): Promise<KeptMove | undefined> {
  return tx.selectFrom('move').selectAll().where('id', '=', id).executeTakeFirst();
}

/** The fleet's move that is neither finished nor rolled back, for a change of it. */
export async function lockOpenMove(tx: Tx): Promise<KeptMove | undefined> {
  return tx
    .selectFrom('move')
    .selectAll()
    .where('state', 'in', ['planned', 'running', 'paused'])
    .forUpdate()
    .executeTakeFirst();
}

/** The state is changed only from one of `from`. @returns whether it was */
export async function changeMove(
  tx: Tx,
  id: MoveId,
  from: readonly MoveState[],
  change: { state: MoveState; startedBy?: Actor },
  now: Date,
): Promise<boolean> {
  const { state, startedBy } = change;
  const isOver = state === 'finished' || state === 'rolledBack';
  const { numUpdatedRows } = await tx
    .updateTable('move')
    .set({
      state,
      ...(startedBy ? { started_at: now, started_by: JSON.stringify(startedBy) } : {}),
      ...(isOver ? { ended_at: now } : {}),
    })
    .where('id', '=', id)
    .where('state', 'in', [...from])
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** A car of a move that is to be looked at. */
export interface DueMoveVehicle {
  moveId: MoveId;
  connectionId: ConnectionId;
  fleetId: FleetId;
  vehicleId: VehicleId;
  state: 'waiting' | 'proving';
  /** Since when v3 is asked, and until when; null while waiting. */
  provingSince: Date | null;
  deadlineAt: Date | null;
  before: KeptOnPlatform | null;
  listed: KeptOnPlatform | null;
  /** Who started the move. */
  actor: Actor;
}

/** Claims cars of the running move, longest due first. A claim is a lease: whoever dies is replaced when it ends. */
export async function claimMoveVehicles(tx: Tx, limit: number, leaseUntil: Date, now: Date): Promise<DueMoveVehicle[]> {
  const { rows } = await sql<DueMoveVehicle>`
    with due as materialized (
      select v.move_id, v.connection_id, m.started_by from move m join move_vehicle v on v.move_id = m.id
      where m.state = 'running' and v.state in ('waiting', 'proving') and v.due_at <= ${now}
        and (v.lease_until is null or v.lease_until <= ${now})
      order by v.due_at, v.connection_id limit ${limit} for update of v skip locked)
    update move_vehicle v set lease_until = ${leaseUntil} from due
    where v.move_id = due.move_id and v.connection_id = due.connection_id
    returning v.move_id as "moveId", v.connection_id as "connectionId", v.fleet_id as "fleetId",
      v.vehicle_id as "vehicleId", v.state, v.proving_since as "provingSince", v.deadline_at as "deadlineAt",
      v.before, v.listed, due.started_by as actor`.execute(tx);
  return rows;
}

type Place = Pick<DueMoveVehicle, 'moveId' | 'connectionId'>;

export interface MoveVehicleChange {
  state: MovedState;
  reason?: MoveReason | null;
  lostPermissions?: string[];
  before?: KeptOnPlatform;
  listed?: KeptOnPlatform;
  provingSince?: Date | null;
  deadlineAt?: Date | null;
  /** When it is looked at next; null: never. */
  dueAt: Date | null;
  requestId?: string | null;
}

/**
 * Ends the lease with what was found out. Nothing is changed unless the car is still in the state it was claimed in, and its
 * move runs. @returns whether it was changed
 */
export async function settleMoveVehicle(
  tx: Tx,
  item: Place & { state: MovedState },
  change: MoveVehicleChange,
  now: Date,
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('move_vehicle')
    .set(columnsOf(change, item.state === change.state ? null : now))
    .where('move_id', '=', item.moveId)
    .where('connection_id', '=', item.connectionId)
    .where('state', '=', item.state)
    .where(({ exists, selectFrom }) =>
      exists(selectFrom('move').select('id').where('id', '=', item.moveId).where('state', '=', 'running')),
    )
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

function columnsOf(change: MoveVehicleChange, changedAt: Date | null): Updateable<Tables['move_vehicle']> {
  const { state, reason, lostPermissions, before, listed, provingSince, deadlineAt, dueAt, requestId } = change;
  return {
    state,
    due_at: dueAt,
    lease_until: null,
    reason: reason ?? null,
    ...(changedAt ? { changed_at: changedAt } : {}),
    ...(lostPermissions ? { lost_permissions: lostPermissions } : {}),
    ...(before ? { before: JSON.stringify(before) } : {}),
    ...(listed ? { listed: JSON.stringify(listed) } : {}),
    ...(provingSince === undefined ? {} : { proving_since: provingSince }),
    ...(deadlineAt === undefined ? {} : { deadline_at: deadlineAt }),
    ...(requestId === undefined ? {} : { request_id: requestId }),
  };
}

/** Cars that had not been switched when their move ended, or when somebody took them out of it. */
export async function dropUnmoved(
  tx: Tx,
  id: MoveId,
  change: { state: 'skipped' | 'rolledBack'; reason: MoveReason | null; vehicleIds?: readonly VehicleId[] | undefined },
  now: Date,
): Promise<number> {
  const { numUpdatedRows } = await tx
    .updateTable('move_vehicle')
    .set({ state: change.state, reason: change.reason, due_at: null, lease_until: null, changed_at: now })
    .where('move_id', '=', id)
    .where('state', 'in', ['waiting', 'proving'])
    .$if(change.vehicleIds !== undefined, (query) => query.where('vehicle_id', 'in', [...(change.vehicleIds ?? [])]))
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

/** Wishes moved cars back on v2; all of the move's where none are named. @returns how many */
export async function wishBack(
  tx: Tx,
  id: MoveId,
  vehicleIds: readonly VehicleId[] | undefined,
  now: Date,
): Promise<number> {
  const { numUpdatedRows } = await tx
    .updateTable('move_vehicle')
    .set({ back_wanted_at: now })
    .where('move_id', '=', id)
    .where('state', '=', 'moved')
    .$if(vehicleIds !== undefined, (query) => query.where('vehicle_id', 'in', [...(vehicleIds ?? [])]))
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

export interface WishedBack extends Place {
  fleetId: FleetId;
  vehicleId: VehicleId;
  before: KeptOnPlatform;
  tokenSetId: TokenSetId | null;
  /** Why it can't go back, where that was known when it was moved. */
  reason: MoveReason | null;
}

/** Moved cars that are wished back on v2, longest waiting first. */
export async function listWishedBack(tx: Tx, limit: number): Promise<WishedBack[]> {
  const rows = await tx
    .selectFrom('move_vehicle')
    .select(['move_id', 'connection_id', 'fleet_id', 'vehicle_id', 'before', 'token_set_id', 'reason'])
    .where('back_wanted_at', 'is not', null)
    .where('state', '=', 'moved')
    .orderBy('back_wanted_at')
    .orderBy('connection_id')
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    moveId: row.move_id,
    connectionId: row.connection_id,
    fleetId: row.fleet_id,
    vehicleId: row.vehicle_id,
    before: row.before ?? { permissions: [], smartcarConnectionId: null },
    tokenSetId: row.token_set_id,
    reason: row.reason,
  }));
}

/** The wish is granted, or can't be; false when somebody else saw to it. */
export async function settleWish(
  tx: Tx,
  item: Place,
  change: { state: 'moved' | 'rolledBack'; reason: MoveReason | null },
  now: Date,
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('move_vehicle')
    .set({ ...change, back_wanted_at: null, changed_at: now })
    .where('move_id', '=', item.moveId)
    .where('connection_id', '=', item.connectionId)
    .where('state', '=', 'moved')
    .where('back_wanted_at', 'is not', null)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

export interface Unfinished extends Place {
  fleetId: FleetId;
  vehicleId: VehicleId;
  tokenSetId: TokenSetId | null;
}

/** Moved cars of finished moves whose v2 tokens are still held. */
export async function listUnerased(tx: Tx, limit: number): Promise<Unfinished[]> {
  return tx
    .selectFrom('move_vehicle as v')
    .innerJoin('move as m', 'm.id', 'v.move_id')
    .select([
      'v.move_id as moveId',
      'v.connection_id as connectionId',
      'v.fleet_id as fleetId',
      'v.vehicle_id as vehicleId',
      'v.token_set_id as tokenSetId',
    ])
    .where('m.state', '=', 'finished')
    .where('v.state', '=', 'moved')
    .where('v.erased_at', 'is', null)
    .where('v.back_wanted_at', 'is', null)
    .orderBy('v.connection_id')
    .limit(limit)
    .execute();
}

/** False when somebody else did it. */
export async function markErased(tx: Tx, item: Place, now: Date): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('move_vehicle')
    .set({ erased_at: now })
    .where('move_id', '=', item.moveId)
    .where('connection_id', '=', item.connectionId)
    .where('erased_at', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** A car on v3 lets go of the family of v2's tokens that was kept for its way back. */
export async function letGoOfFamily(tx: Tx, id: ConnectionId, tokenSetId: TokenSetId): Promise<void> {
  const { numUpdatedRows } = await tx
    .updateTable('connection')
    .set((eb) => ({ token_set_id: null, version: eb('version', '+', 1) }))
    .where('id', '=', id)
    .where('platform', '=', 'v3')
    .where('token_set_id', '=', tokenSetId)
    .executeTakeFirst();
  if (numUpdatedRows === 1n)
    await tx.updateTable('connection_due').set({ token_set_id: null }).where('connection_id', '=', id).execute();
}
