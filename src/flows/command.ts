/** Asking a car to lock or unlock, and taking it back. What is asked is only written down here; send-commands.ts sends it. */
import { can } from '../domain/connection.ts';
import type { Connection } from '../domain/connection.ts';
import { cancelled, commandDeadlineS, meets, newCommand, superseded } from '../domain/command.ts';
import type { Command, CommandType } from '../domain/command.ts';
import type { CommandId, RentalId, VehicleId } from '../domain/ids.ts';
import { newId } from '../domain/ids.ts';
import { makePolicy } from '../domain/make-policy.ts';
import { carLimits, earliest } from '../domain/pace.ts';
import { Refusal } from '../domain/refusal.ts';
import type { RefusalCode } from '../domain/refusal.ts';
import { after } from '../domain/schedule.ts';
import {
  findAskedUnder,
  insertCommand,
  lockCommand,
  lockLastCommand,
  takeTurn,
  writeCommand,
} from '../store/command.ts';
import { findLivingConnection } from '../store/connection.ts';
import type { Database, Tx } from '../store/database.ts';
import { ownFleet } from '../store/fleet.ts';
import { findRental } from '../store/rental.ts';
import { wakeCommands } from '../store/outbox.ts';
import type { Context } from './context.ts';
import { tellCommand } from './tell-command.ts';

export interface CommandWish {
  type: CommandType;
  /** Seconds from now until it may be sent at the latest; a minute when absent. */
  deadlineS?: number | undefined;
  /** The call's own; the same key asks for the same command for a day, whoever died over the first call. */
  idempotencyKey?: string | null;
  /** The rental that it belongs to; it has to be active. */
  rentalId?: RentalId | undefined;
}

const keyMeansForS = 24 * 3_600;

/**
 * Writes the command down. The same wish pressed again while it is under way is answered with the command that there is.
 *
 * @throws Refusal `not_found`, `not_connected`, `reconnect_first`, `move_first`, `lock_not_granted`, `command_in_progress`, `too_many_requests`, `rental_over`
 */
export async function requestCommand(
  needs: { database: Database },
  context: Context,
  vehicleId: VehicleId,
  wish: CommandWish,
  now: Date,
): Promise<Command> {
  return needs.database.asFleet(context.fleetId, async (tx) => {
    const vehicle = await takeTurn(tx, vehicleId);
    if (!vehicle) throw new Refusal('not_found');
    const { type, deadlineS = commandDeadlineS.usual, rentalId = null, idempotencyKey = null } = wish;
    const asked = idempotencyKey && (await findAskedUnder(tx, vehicleId, idempotencyKey, after(now, -keyMeansForS)));
    if (asked && asked.type !== type) throw new Refusal('idempotency_conflict');
    if (asked) return asked;
    const connection = await commandable(tx, vehicleId, type);
    if (rentalId) await mustBeRentedIn(tx, vehicleId, rentalId);
    const same = await clearTheWay(tx, vehicleId, type, now);
    if (same) return same;
    await mustHaveRequests(tx, connection, vehicle.make, now);
    const { fleetId, actor } = context;
    const made = { id: newId('cmd', now), fleetId, vehicleId, connectionId: connection.id, type, requestedBy: actor };
    const command = newCommand({ ...made, rentalId, deadlineS }, now);
    await insertCommand(tx, command, idempotencyKey);
    await tellCommand(tx, command, actor, 'command.requested', now);
    await wakeCommands(tx);
    return command;
  });
}

/** Nothing of the car ends or begins a rental meanwhile: whoever does waits for the car's turn. */
async function mustBeRentedIn(tx: Tx, vehicleId: VehicleId, id: RentalId): Promise<void> {
  const rental = await findRental(tx, { id });
  if (!rental) throw new Refusal('not_found');
  if (rental.state !== 'active' || rental.vehicleId !== vehicleId) throw new Refusal('rental_over');
}

async function commandable(tx: Tx, vehicleId: VehicleId, type: CommandType): Promise<Connection> {
  const connection = await findLivingConnection(tx, vehicleId);
  if (!connection) throw new Refusal('not_connected');
  const capability = can(connection)[type];
  if (!capability.allowed) throw new Refusal(refusalFor[capability.reason] ?? 'not_connected');
  return connection;
}

const refusalFor: Readonly<Record<string, RefusalCode>> = {
  'capability.reconnectFirst': 'reconnect_first',
  'capability.moveFirst': 'move_first',
  'capability.notAllowedToLock': 'lock_not_granted',
};

/** What is kept for commands is there for them; beyond it the car's own requests are used up. */
async function mustHaveRequests(tx: Tx, connection: Connection, make: string | null, now: Date): Promise<void> {
  const { plan, settings } = await ownFleet(tx);
  const limits = carLimits(makePolicy(make, settings), plan);
  const possible = earliest(connection.usage, limits, { purpose: 'command', cost: 1, keepsPace: false }, now);
  if (possible && possible > now)
    throw new Refusal(
      'too_many_requests',
      "This vehicle's requests are used up, those kept for commands too. Nothing was sent.",
    );
}

/** The car's last command: answers the one that was meant, and ends one that a new wish takes the place of. */
async function clearTheWay(tx: Tx, vehicleId: VehicleId, type: CommandType, now: Date): Promise<Command | null> {
  const last = await lockLastCommand(tx, vehicleId);
  if (!last) return null;
  const isOpen = last.endedAt === null;
  const met = meets(last, type, now);
  if (met === 'isTheSame' && (isOpen || last.state === 'confirmed')) return last;
  if (!isOpen) return null;
  if (met === 'waits') throw new Refusal('command_in_progress');
  const left = superseded(last, now);
  await writeCommand(tx, left);
  await tellCommand(tx, left, null, 'command.unconfirmed', now);
  return null;
}

/** @throws Refusal `not_found`, `command_left` when it is not waiting to be sent for the first time */
export async function cancelCommand(
  needs: { database: Database },
  { fleetId, actor }: Context,
  id: CommandId,
  now: Date,
): Promise<Command> {
  return needs.database.asFleet(fleetId, async (tx) => {
    const command = await lockCommand(tx, id);
    if (!command) throw new Refusal('not_found');
    if (command.state === 'cancelled') return command;
    if (command.state !== 'queued' || command.sends > 0) throw new Refusal('command_left');
    const taken = cancelled(command, now);
    await writeCommand(tx, taken);
    await tellCommand(tx, taken, actor, 'command.cancelled', now);
    return taken;
  });
}
