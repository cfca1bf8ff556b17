/** Commands: what was asked of a car, how far it came, and what is due of it. */
import type { Insertable, Selectable } from 'kysely';

import type { Command } from '../domain/command.ts';
import type { CommandId, FleetId, VehicleId } from '../domain/ids.ts';
import type { Database, Tx } from './database.ts';
import type { Tables } from './schema.ts';

/** `askedUnder`: the Idempotency-Key of the call; null when there was none. */
export async function insertCommand(tx: Tx, command: Command, askedUnder: string | null = null): Promise<void> {
  await tx
    .insertInto('command')
    .values({ ...rowOf(command), asked_under: askedUnder })
    .execute();
}

/** The car's command that was asked for under this key since then; null when there is none. */
export async function findAskedUnder(tx: Tx, vehicleId: VehicleId, key: string, since: Date): Promise<Command | null> {
  const row = await tx
    .selectFrom('command')
    .selectAll()
    .where('vehicle_id', '=', vehicleId)
    .where('requested_at', '>', since)
    .where('asked_under', '=', key)
    .executeTakeFirst();
  return row ? toCommand(row) : null;
}

/** Writes what became of it. The caller holds its row. */
export async function writeCommand(tx: Tx, command: Command): Promise<void> {
  await tx.updateTable('command').set(changingOf(command)).where('id', '=', command.id).execute();
}

/** Locked until the transaction ends. */
export async function lockCommand(tx: Tx, id: CommandId): Promise<Command | null> {
  const row = await tx.selectFrom('command').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
  return row ? toCommand(row) : null;
}

/** Whoever asks for the same car waits here, and nobody else does. @returns the car's make; undefined when there is no such car */
export async function takeTurn(tx: Tx, vehicleId: VehicleId): Promise<{ make: string | null } | undefined> {
  // What refers to the vehicle goes on meanwhile: hearing the car holds the command and adds a line about the vehicle.
  return tx.selectFrom('vehicle').select('make').where('id', '=', vehicleId).forNoKeyUpdate().executeTakeFirst();
}

/** The car's last one that was asked for since; null when there was none. */
export async function lastCommandSince(tx: Tx, vehicleId: VehicleId, since: Date): Promise<Command | null> {
  const row = await tx
    .selectFrom('command')
    .selectAll()
    .where('vehicle_id', '=', vehicleId)
    .where('requested_at', '>=', since)
    .orderBy('requested_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row ? toCommand(row) : null;
}

/** The car's last one, locked until the transaction ends; null when there was none. */
export async function lockLastCommand(tx: Tx, vehicleId: VehicleId): Promise<Command | null> {
  const row = await tx
    .selectFrom('command')
    .selectAll()
    .where('vehicle_id', '=', vehicleId)
    .orderBy('requested_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .forUpdate()
    .executeTakeFirst();
  return row ? toCommand(row) : null;
}

export async function findCommand(tx: Tx, id: CommandId): Promise<Command | null> {
  const row = await tx.selectFrom('command').selectAll().where('id', '=', id).executeTakeFirst();
  return row ? toCommand(row) : null;
}

export interface DueCommand {
  id: CommandId;
  fleetId: FleetId;
}

/** Of all fleets, longest due first. */
export async function listDueCommands({ system }: Database, limit: number, now: Date): Promise<DueCommand[]> {
  return system
    .selectFrom('command')
    .select(['id', 'fleet_id as fleetId'])
    .where('due_at', '<=', now)
    .orderBy('due_at')
    .limit(limit)
    .execute();
}

function rowOf(c: Command): Insertable<Tables['command']> {
  return {
    id: c.id,
    fleet_id: c.fleetId,
    vehicle_id: c.vehicleId,
    connection_id: c.connectionId,
    rental_id: c.rentalId,
    type: c.type,
    requested_at: c.requestedAt,
    requested_by: JSON.stringify(c.requestedBy),
    deadline_at: c.deadlineAt,
    ...changingOf(c),
  };
}

const changingOf = (c: Command) => ({
  state: c.state,
  cause: c.cause,
  sends: c.sends,
  sent_at: c.sentAt,
  may_be_done: c.mayBeDone,
  accepted_at: c.acceptedAt,
  read_backs: c.readBacks,
  contradicted: c.isContradicted,
  confirm_by: c.confirmBy,
  due_at: c.dueAt,
  ended_at: c.endedAt,
  smartcar_request_id: c.smartcarRequestId,
});

/** A row as it is kept. */
export const toCommand = (row: Selectable<Tables['command']>): Command => ({
  id: row.id,
  fleetId: row.fleet_id,
  vehicleId: row.vehicle_id,
  connectionId: row.connection_id,
  rentalId: row.rental_id,
  type: row.type,
  state: row.state,
  cause: row.cause,
  requestedAt: row.requested_at,
  requestedBy: row.requested_by,
  deadlineAt: row.deadline_at,
  sends: row.sends,
  sentAt: row.sent_at,
  mayBeDone: row.may_be_done,
  acceptedAt: row.accepted_at,
  readBacks: row.read_backs,
  isContradicted: row.contradicted,
  confirmBy: row.confirm_by,
  dueAt: row.due_at,
  endedAt: row.ended_at,
  smartcarRequestId: row.smartcar_request_id,
});
