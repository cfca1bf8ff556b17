/** The inbox: what Smartcar sent, durable before it is answered, applied afterwards. */
import { sql } from 'kysely';

import type { FleetId, InboxId, VehicleId } from '../domain/ids.ts';
import { newId } from '../domain/ids.ts';
import type { Database, Tx } from './database.ts';
import { inboxChannel } from './outbox.ts';
import type { InboxState } from './schema.ts';

/** Deliveries written by one statement at most. */
const largestBatch = 500;

interface Waiting {
  id: InboxId;
  body: Buffer;
  receivedAt: Date;
  done: (error: Error | null) => void;
}

export interface InboxWriter {
  /** Resolves once the delivery is committed; rejects when it could not be. */
  write(body: Buffer, receivedAt: Date): Promise<void>;
}

/**
 * Writes deliveries in groups: whatever arrives while one statement runs goes with the next. No timer, so a lonely
 * delivery waits for nobody, and a burst shares its commits.
 */
export function openInboxWriter(database: Database): InboxWriter {
  let waiting: Waiting[] = [];
  let busy = false;

  async function flush(): Promise<void> {
    busy = true;
    while (waiting.length > 0) {
      const batch = waiting.slice(0, largestBatch);
      waiting = waiting.slice(largestBatch);
      const error = await insertBatch(database, batch).then(() => null, asError);
      for (const { done } of batch) done(error);
    }
    busy = false;
  }

  return {
    write: (body, receivedAt) =>
      new Promise((resolve, reject) => {
        waiting.push({
          id: newId('whk', receivedAt),
          body,
          receivedAt,
          done: (error) => (error ? reject(error) : resolve()),
        });
        if (!busy) void flush();
      }),
  };
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

/**
 * One statement, which is one round trip and one commit. The bodies go as one binary parameter that the database cuts
 * apart: an array of buffers would be written out as text, twice as long.
 */
async function insertBatch(database: Database, batch: readonly Waiting[]): Promise<void> {
  const sizes = batch.map(({ body }) => body.length);
  let next = 1;
  const starts = sizes.map((size) => (next += size) - size);
  await sql`with told as (select pg_notify(${inboxChannel}, ''))
    insert into webhook_inbox (id, body, received_at)
    select id, substring(${Buffer.concat(batch.map(({ body }) => body))}::bytea from first for size), received_at
    from told, unnest(${batch.map(({ id }) => id)}::text[], ${starts}::integer[], ${sizes}::integer[],
      ${batch.map(({ receivedAt }) => receivedAt)}::timestamptz[]) as fresh (id, first, size, received_at)`.execute(
    database.system,
  );
}

export interface ClaimedDelivery {
  id: InboxId;
  body: Buffer;
  receivedAt: Date;
  attempts: number;
}

/** Claims pending deliveries, oldest first; a lease, as with due connections. */
export async function claimDeliveries(
  database: Database,
  limit: number,
  leaseS: number,
  now: Date,
): Promise<ClaimedDelivery[]> {
  const { rows } = await sql<ClaimedDelivery>`
    with oldest as materialized (
      select id from webhook_inbox where state = 'pending' and (lease_until is null or lease_until <= ${now})
      order by id limit ${limit} for update skip locked),
    claimed as (
      update webhook_inbox w set lease_until = ${new Date(now.getTime() + leaseS * 1_000)}, attempts = attempts + 1
      from oldest where oldest.id = w.id
      returning w.id, w.body, w.received_at, w.attempts)
    select id, body, received_at as "receivedAt", attempts from claimed order by id`.execute(database.system);
  return rows;
}

/** What parsing told: written before applying, so that the event is found by its fleet whatever happens next. */
export async function labelDelivery(
  database: Database,
  id: InboxId,
  label: { eventId: string | null; eventType: string; smartcarVehicleId: string | null; fleetId: FleetId | null },
): Promise<void> {
  await database.system
    .updateTable('webhook_inbox')
    .set({
      event_id: label.eventId,
      event_type: label.eventType,
      smartcar_vehicle_id: label.smartcarVehicleId,
      fleet_id: label.fleetId,
    })
    .where('id', '=', id)
    .execute();
}

/** Settles a delivery that changes nothing. */
export async function settleDelivery(
  database: Database,
  id: InboxId,
  state: Exclude<InboxState, 'pending' | 'applied'>,
  reason: string,
  now: Date,
): Promise<void> {
  await database.system
    .updateTable('webhook_inbox')
    .set({ state, reason, applied_at: now, lease_until: null })
    .where('id', '=', id)
    .where('state', '=', 'pending')
    .execute();
}

/**
 * Marks the delivery applied, in the transaction that applies it.
 *
 * @returns false when this event, or this delivery, was applied before: nothing may be changed then
 */
export async function markApplied(
  tx: Tx,
  id: InboxId,
  eventId: string,
  vehicleId: VehicleId,
  note: { state: 'applied' | 'ignored'; reason: string | null },
  now: Date,
): Promise<boolean> {
  const seen = await tx
    .insertInto('webhook_seen')
    .values({ event_id: eventId, first_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  if (seen.numInsertedOrUpdatedRows !== 1n) return false;
  const { numUpdatedRows } = await tx
    .updateTable('webhook_inbox')
    .set({ state: note.state, reason: note.reason, vehicle_id: vehicleId, applied_at: now, lease_until: null })
    .where('id', '=', id)
    .where('state', '=', 'pending')
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Adds to the counters of what was refused at the door. */
export async function countRefused(database: Database, counts: ReadonlyMap<string, number>, now: Date): Promise<void> {
  const minute = new Date(Math.floor(now.getTime() / 60_000) * 60_000);
  for (const [reason, count] of counts) {
    await sql`insert into webhook_refused (minute, reason, count) values (${minute}, ${reason}, ${count})
      on conflict (minute, reason) do update set count = webhook_refused.count + excluded.count`.execute(
      database.system,
    );
  }
}

/** How many deliveries with a bad signature came since then. */
export async function countBadSignatures(database: Database, since: Date): Promise<number> {
  const { count } = await database.system
    .selectFrom('webhook_refused')
    .select((eb) => eb.fn.coalesce(eb.fn.sum<number>('count'), sql<number>`0`).as('count'))
    .where('minute', '>=', since)
    .where('reason', '=', 'signature')
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** Settled deliveries of this fleet lose what they held; that they came, and what became of them, stays. */
export async function emptyDeliveries(tx: Tx): Promise<void> {
  await tx
    .updateTable('webhook_inbox')
    .set({ body: Buffer.alloc(0) })
    .where('state', 'in', ['applied', 'duplicate', 'ignored'])
    .where(sql<boolean>`length(body) > 0`)
    .execute();
}

/** Drops event ids and settled deliveries that nobody needs any more. */
export async function forgetOldDeliveries(database: Database, before: Date): Promise<void> {
  await database.system.deleteFrom('webhook_seen').where('first_at', '<', before).execute();
  await database.system.deleteFrom('webhook_refused').where('minute', '<', before).execute();
  await database.system
    .deleteFrom('webhook_inbox')
    .where('received_at', '<', before)
    .where('state', '<>', 'pending')
    .execute();
}
