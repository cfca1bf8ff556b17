/** What became of a command, in the timeline and on the screens. */
import { heard } from '../domain/command.ts';
import type { Command } from '../domain/command.ts';
import type { CommandId } from '../domain/ids.ts';
import type { Reading } from '../domain/reading.ts';
import { towline } from '../domain/role.ts';
import type { Actor } from '../domain/role.ts';
import type { TimelineKind } from '../domain/timeline.ts';
import { lockCommand, writeCommand } from '../store/command.ts';
import type { Tx } from '../store/database.ts';
import { announce } from '../store/outbox.ts';
import { insertHappenings } from '../store/timeline.ts';

/** `kind` is null where only the screens are told; `actor` is null for Towline's own work. */
export async function tellCommand(
  tx: Tx,
  command: Command,
  actor: Actor | null,
  kind: Extract<TimelineKind, `command.${string}`> | null,
  at: Date,
): Promise<void> {
  const { id, fleetId, vehicleId, connectionId, type, cause, smartcarRequestId: requestId } = command;
  const line = {
    at,
    via: actor && actor.kind !== 'renter' ? 'operator' : 'command',
    requestId,
    commandId: id,
    command: type,
    because: cause,
  } as const;
  if (kind) await insertHappenings(tx, { fleetId, vehicleId, connectionId }, actor ?? towline, [{ kind, ...line }]);
  await announce(tx, fleetId, [vehicleId], ['commands', 'vehicles']);
}

const endings = { confirmed: 1, unconfirmed: 1, failed: 1, expired: 1, cancelled: 1 } as const;

/** The line that says how it ended; null while it has not. */
export function endingOf({ state }: Command): Extract<TimelineKind, `command.${string}`> | null {
  return state in endings ? `command.${state as keyof typeof endings}` : null; // asked just now
}

/** What the car says of its lock reaches the command that waits for it. */
export async function hearCommand(tx: Tx, id: CommandId, lock: Reading, now: Date): Promise<void> {
  const command = await lockCommand(tx, id);
  if (!command) return;
  const next = heard(command, lock, now);
  if (next === command) return;
  await writeCommand(tx, next);
  await tellCommand(tx, next, null, endingOf(next), now);
}
