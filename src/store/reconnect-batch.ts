/** Many reconnects at once: what was sent, whose turn it is, and what became of each car. Lists are in reconnect-list.ts. */
import { sql } from 'kysely';
import type { RawBuilder, Selectable } from 'kysely';

import type { Cause } from '../domain/cause.ts';
import type { Connection } from '../domain/connection.ts';
import type { FleetId, NotificationId, OwnerId, ReconnectBatchId, RequestId, VehicleId } from '../domain/ids.ts';
import type { BatchState, ItemState, Seen, SkipReason, Verdict } from '../domain/reconnect-batch.ts';
import type { Actor } from '../domain/role.ts';
import { toConnection } from './connection.ts';
import type { Tx } from './database.ts';
import type { KeptSelection, Tables } from './schema.ts';

export type KeptBatch = Selectable<Tables['reconnect_batch']>;

export interface NewBatch {
  id: ReconnectBatchId;
  fleetId: FleetId;
  selection: KeptSelection;
  previewedAt: Date;
  previewDigest: Buffer;
  actor: Actor;
  startsAt: Date;
}

/** A car as it goes into a batch. */
export interface NewItem {
  vehicleId: VehicleId;
  act: Verdict['act'];
  ownerId: OwnerId | null;
  cause: Cause | null;
  state: 'queued' | 'skipped' | 'repaired';
  reason: SkipReason | null;
}

/** @throws a unique violation when the same preview was sent before, or a car waits in another batch */
export async function insertBatch(tx: Tx, batch: NewBatch, items: readonly NewItem[], now: Date): Promise<void> {
  await tx
    .insertInto('reconnect_batch')
    .values({
      id: batch.id,
      fleet_id: batch.fleetId,
      state: 'running',
      selection: JSON.stringify(batch.selection),
      previewed_at: batch.previewedAt,
      preview_digest: batch.previewDigest,
      created_at: now,
      created_by: JSON.stringify(batch.actor),
      starts_at: batch.startsAt,
    })
    .execute();
  await insertItems(tx, batch, items, now);
}

/** One statement for all of them: ten thousand rows of parameters are more than one may have. */
async function insertItems(tx: Tx, { id, fleetId }: NewBatch, items: readonly NewItem[], now: Date): Promise<void> {
  const rows = items.map(({ vehicleId, act, ownerId, cause, state, reason }, place) => ({
    ...{ vehicle_id: vehicleId, place, act, owner_id: ownerId, cause, state, reason },
    repaired_at: state === 'repaired' ? now.toISOString() : null,
  }));
  await sql`
    insert into reconnect_item (batch_id, fleet_id, vehicle_id, place, act, owner_id, cause, state, reason, repaired_at, changed_at)
    select ${id}, ${fleetId}, i.*, ${now}::timestamptz from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as i (vehicle_id text, place integer, act text, owner_id text, cause text, state text, reason text, repaired_at timestamptz)`.execute(
    tx,
  );
}

export async function findBatch(tx: Tx, id: ReconnectBatchId): Promise<KeptBatch | undefined> {
  return tx.selectFrom('reconnect_batch').selectAll().where('id', '=', id).executeTakeFirst();
}

/** The batch that this preview became; undefined when it was not sent. */
export async function findByPreview(tx: Tx, digest: Buffer): Promise<KeptBatch | undefined> {
  return tx.selectFrom('reconnect_batch').selectAll().where('preview_digest', '=', digest).executeTakeFirst();
}

/** The state is changed only from one of `from`. @returns whether it was */
export async function changeBatch(
  tx: Tx,
  id: ReconnectBatchId,
  from: readonly BatchState[],
  state: BatchState,
  now: Date,
): Promise<boolean> {
  const isOver = state === 'finished' || state === 'cancelled';
  const { numUpdatedRows } = await tx
    .updateTable('reconnect_batch')
    .set({ state, ended_at: isOver ? now : null })
    .where('id', '=', id)
    .where('state', 'in', [...from])
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** Takes back what had no turn yet. @returns how many cars */
export async function withdrawQueuedItems(tx: Tx, id: ReconnectBatchId, now: Date): Promise<number> {
  const { numUpdatedRows } = await tx
    .updateTable('reconnect_item')
    .set({ state: 'withdrawn', changed_at: now })
    .where('batch_id', '=', id)
    .where('state', '=', 'queued')
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

/** Running batches in which every car had its turn are finished. @returns how many */
export async function finishDone(tx: Tx, now: Date): Promise<number> {
  const { numUpdatedRows } = await tx
    .updateTable('reconnect_batch')
    .set({ state: 'finished', ended_at: now })
    .where('state', '=', 'running')
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('reconnect_item')
            .select('vehicle_id')
            .whereRef('batch_id', '=', 'reconnect_batch.id')
            .where('state', '=', 'queued'),
        ),
      ),
    )
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

/**
 * Until the transaction ends, nobody else sends, takes back or gives a turn in this fleet: an owner's cars are one message, the
 * limit of messages holds over all processes, and what is answered as taken back does not leave.
 */
export async function lockTurns(tx: Tx, fleetId: FleetId): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`towline.reconnect.${fleetId}`}, 0))`.execute(tx);
}

/** Messages that batches of this fleet wrote since. */
export async function countMessages(tx: Tx, since: Date): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(distinct notification_id) as count from reconnect_item
    where notification_id is not null and acted_at > ${since}`.execute(tx);
  return rows[0]?.count ?? 0;
}

/** Messages of this fleet that the mail server did not take at the first try and that wait for the next. */
export async function countUndelivered(tx: Tx): Promise<number> {
  const row = await tx
    .selectFrom('notification')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('due_at', 'is not', null)
    .where('last_error', 'is not', null)
    .executeTakeFirstOrThrow();
  return row.count;
}

/** A car that waits for its turn. */
export interface QueuedItem {
  batchId: ReconnectBatchId;
  vehicleId: VehicleId;
  /** What the preview showed. */
  seen: Seen;
  /** Who sent the batch. */
  actor: Actor;
}

/** Whether any car of this fleet waits for its turn, or may. */
export async function hasRunning(tx: Tx): Promise<boolean> {
  const row = await tx
    .selectFrom('reconnect_batch')
    .select('id')
    .where('state', '=', 'running')
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** The owners whose turn is next, longest waiting first. */
export async function listNextOwners(tx: Tx, limit: number, now: Date): Promise<OwnerId[]> {
  const { rows } = await sql<{ id: OwnerId }>`
    select i.owner_id as id from reconnect_batch b join reconnect_item i on i.batch_id = b.id
    where b.state = 'running' and b.starts_at <= ${now} and i.state = 'queued' and i.act = 'ask'
    group by i.owner_id order by min(b.created_at), min(i.place) limit ${limit}`.execute(tx);
  return rows.map(({ id }) => id);
}

/** All of an owner's cars that wait, of whatever running batch. */
export const listQueuedOfOwner = (tx: Tx, ownerId: OwnerId, now: Date): Promise<QueuedItem[]> =>
  listQueued(tx, sql`i.act = 'ask' and i.owner_id = ${ownerId}`, mostOfOwner, now);

/** More cars than one owner has. */
const mostOfOwner = 10_000;

/** Cars that are to be read again without their owner. */
export const listNextRetries = (tx: Tx, limit: number, now: Date): Promise<QueuedItem[]> =>
  listQueued(tx, sql`i.act = 'retry'`, limit, now);

async function listQueued(tx: Tx, which: RawBuilder<unknown>, limit: number, now: Date): Promise<QueuedItem[]> {
  const { rows } = await sql<QueuedItem>`
    select i.batch_id as "batchId", i.vehicle_id as "vehicleId", b.created_by as actor,
      jsonb_build_object('act', i.act, 'ownerId', i.owner_id) as seen
    from reconnect_batch b join reconnect_item i on i.batch_id = b.id
    where b.state = 'running' and b.starts_at <= ${now} and i.state = 'queued' and ${which}
    order by b.created_at, b.id, i.place limit ${limit}`.execute(tx);
  return rows;
}

/** The living connections of these vehicles, which nothing else changes until the transaction ends. */
export async function lockLiving(tx: Tx, vehicleIds: readonly VehicleId[]): Promise<Connection[]> {
  const rows = await tx
    .selectFrom('connection')
    .selectAll()
    .where(sql<boolean>`vehicle_id = any(${[...vehicleIds]})`)
    .where('ended_at', 'is', null)
    .orderBy('id')
    .forUpdate()
    .execute();
  return rows.map(toConnection);
}

export type TurnEnd =
  | { state: 'sent'; requestId: RequestId; notificationId: NotificationId }
  | { state: 'retried' }
  | { state: 'skipped'; reason: SkipReason }
  | { state: 'repaired' };

/** The turn is over; a car that was taken back meanwhile stays so. */
export async function endTurn(
  tx: Tx,
  batchId: ReconnectBatchId,
  vehicleIds: readonly VehicleId[],
  end: TurnEnd,
  now: Date,
): Promise<void> {
  await tx
    .updateTable('reconnect_item')
    .set({
      state: end.state,
      changed_at: now,
      ...(end.state === 'sent' ? { request_id: end.requestId, notification_id: end.notificationId } : {}),
      ...(end.state === 'sent' || end.state === 'retried' ? { acted_at: now } : {}),
      ...(end.state === 'skipped' ? { reason: end.reason } : {}),
      ...(end.state === 'repaired' ? { repaired_at: now } : {}),
    })
    .where('batch_id', '=', batchId)
    .where(sql<boolean>`vehicle_id = any(${[...vehicleIds]})`)
    .where('state', '=', 'queued')
    .execute();
}

/** A car works again, or was disconnected here: batches that wait for either are told. @returns whether any was */
export async function settleItems(
  tx: Tx,
  vehicleId: VehicleId,
  state: Extract<ItemState, 'repaired' | 'withdrawn'>,
  now: Date,
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('reconnect_item')
    .set({ state, changed_at: now, repaired_at: state === 'repaired' ? now : null })
    .where('vehicle_id', '=', vehicleId)
    .where('state', 'in', ['queued', 'sent', 'retried'])
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}
