/** What leaves with a commit: tasks for the job engine, and word to the screens that something changed. */
import { sql } from 'kysely';

import type { FleetId, VehicleId } from '../domain/ids.ts';
import type { TaskRequest } from '../domain/task.ts';
import type { Tx } from './database.ts';

/** Enqueues in this transaction: the task runs if it commits, and only then. */
export async function enqueue(tx: Tx, tasks: readonly TaskRequest[]): Promise<void> {
  for (const { name, payload, key } of tasks) {
    await sql`select enqueue(${name}, ${JSON.stringify(payload)}::jsonb, ${key})`.execute(tx);
  }
}

/** What of a fleet changed, in the words of the dashboard's pages. */
export type Topic =
  | 'vehicles'
  | 'alerts'
  | 'notifications'
  | 'webhook-events'
  | 'settings'
  | 'moves'
  | 'incidents'
  | 'imports'
  | 'reconnects'
  | 'owners'
  | 'commands'
  | 'rentals'
  | 'event-endpoints';

/** Tells the screens of this fleet, once the transaction commits. */
export async function announce(
  tx: Tx,
  fleetId: FleetId,
  vehicles: readonly VehicleId[],
  topics: readonly Topic[],
): Promise<void> {
  await sql`select pg_notify('towline_changes', ${JSON.stringify({ fleetId, vehicles, topics })})`.execute(tx);
}

/** Wakes whoever sends commands, once the transaction commits; the next round would come anyway. */
export async function wakeCommands(tx: Tx): Promise<void> {
  await sql`select pg_notify(${commandChannel}, '')`.execute(tx);
}
export const commandChannel = 'towline_commands';

/** Wakes whoever applies webhooks; the next round would come anyway. */
export const inboxChannel = 'towline_inbox';

/** Wakes whoever delivers events; the next round would come anyway. */
export async function wakeDeliveries(tx: Tx): Promise<void> {
  await sql`select pg_notify(${deliveryChannel}, '')`.execute(tx);
}
export const deliveryChannel = 'towline_events';
