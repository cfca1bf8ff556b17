/** Many reconnects as a person looks at them; it changes nothing. */
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';

import type { Cause } from '../domain/cause.ts';
import type { OwnerId, ReconnectBatchId, VehicleId } from '../domain/ids.ts';
import { itemStates } from '../domain/reconnect-batch.ts';
import type { ItemState, SkipReason, Verdict } from '../domain/reconnect-batch.ts';
import type { Tx } from './database.ts';
import { behind } from './paging.ts';
import type { NewestFirst } from './paging.ts';
import type { KeptBatch } from './reconnect-batch.ts';

export type ListedBatch = KeptBatch & { counts: Record<ItemState, number> };

/** Newest first. */
export async function listBatches(tx: Tx, page: NewestFirst): Promise<ListedBatch[]> {
  const batches = await tx
    .selectFrom('reconnect_batch')
    .selectAll()
    .where(behind(page, 'created_at', 'id'))
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(page.limit + 1)
    .execute();
  return withCounts(tx, batches);
}

/** How many of each batch's cars are in each state; every car is in exactly one. */
export async function withCounts(tx: Tx, batches: readonly KeptBatch[]): Promise<ListedBatch[]> {
  const rows = await tx
    .selectFrom('reconnect_item')
    .select(({ fn }) => ['batch_id', 'state', fn.countAll<number>().as('count')])
    .where(sql<boolean>`batch_id = any(${batches.map(({ id }) => id)})`)
    .groupBy(['batch_id', 'state'])
    .execute();
  return batches.map((batch) => ({ ...batch, counts: countsOf(rows.filter(({ batch_id }) => batch_id === batch.id)) }));
}

function countsOf(rows: readonly { state: ItemState; count: number }[]): Record<ItemState, number> {
  const counts = Object.fromEntries(itemStates.map((state) => [state, 0])) as Record<ItemState, number>; // its keys are the list's
  for (const { state, count } of rows) counts[state] = count;
  return counts;
}

/** How far those cars came whose owners were asked; each figure is a part of `asked`. */
export interface Funnel {
  asked: number;
  /** Whose message the mail server took. */
  delivered: number;
  /** Whose message it refused for good. */
  failed: number;
  /** Whose owner pressed the button. */
  opened: number;
  /** Whose owner came back from Connect. */
  returned: number;
  repaired: number;
  /** Of these, without the owner's coming back. */
  repairedAlone: number;
}

export async function funnelOf(tx: Tx, id: ReconnectBatchId): Promise<Funnel> {
  const { rows } = await sql<Funnel>`
    select count(*) as asked,
      count(*) filter (where n.sent_at is not null) as delivered,
      count(*) filter (where n.state = 'failed') as failed,
      count(*) filter (where w.opened_at is not null) as opened,
      count(*) filter (where w.returned_at is not null) as returned,
      count(*) filter (where i.state = 'repaired') as repaired,
      count(*) filter (where i.state = 'repaired' and w.returned_at is null) as "repairedAlone"
    from reconnect_item i ${followed} where i.batch_id = ${id} and i.request_id is not null`.execute(tx);
  return rows[0] ?? { asked: 0, delivered: 0, failed: 0, opened: 0, returned: 0, repaired: 0, repairedAlone: 0 };
}

/** An item's message (n), and its owner's way through a link of the request since they were asked (w). */
const followed = sql`
  left join notification n on n.id = i.notification_id
  left join lateral (
    select min(s.created_at) as opened_at, min(s.returned_at) as returned_at
    from link l join connect_session s on s.link_id = l.id
    where l.request_id = i.request_id and s.vehicle_id = i.vehicle_id and s.created_at >= i.acted_at
      and (i.repaired_at is null or s.created_at <= i.repaired_at)) w on true`;

/** Owners of a batch: to be written to, and written to. */
export async function countOwners(tx: Tx, id: ReconnectBatchId): Promise<{ queued: number; asked: number }> {
  const { rows } = await sql<{ queued: number; asked: number }>`
    select count(distinct owner_id) filter (where state = 'queued') as queued,
      count(distinct owner_id) filter (where notification_id is not null) as asked
    from reconnect_item where batch_id = ${id} and act = 'ask'`.execute(tx);
  return rows[0] ?? { queued: 0, asked: 0 };
}

/** Why cars were left out, most frequent first. */
export async function countSkips(tx: Tx, id: ReconnectBatchId): Promise<{ reason: SkipReason; count: number }[]> {
  const { rows } = await sql<{ reason: SkipReason; count: number }>`
    select reason, count(*) as count from reconnect_item where batch_id = ${id} and state = 'skipped'
    group by reason order by 2 desc, 1`.execute(tx);
  return rows;
}

export interface ListedItem {
  vehicleId: VehicleId;
  number: string;
  make: string | null;
  model: string | null;
  plate: string | null;
  owner: { id: OwnerId; name: string } | null;
  place: number;
  act: Verdict['act'];
  cause: Cause | null;
  state: ItemState;
  reason: SkipReason | null;
  actedAt: Date | null;
  deliveredAt: Date | null;
  /** Why the mail server did not take the message; null when it did, or was not asked yet. */
  mailError: string | null;
  openedAt: Date | null;
  returnedAt: Date | null;
  repairedAt: Date | null;
  changedAt: Date;
}

/** In the order in which they have their turn; one more than `limit`, so that the caller sees whether there is a next page. */
export async function listItems(
  tx: Tx,
  id: ReconnectBatchId,
  page: { after: number | null; limit: number; state: ItemState | null },
): Promise<ListedItem[]> {
  const behindLast = page.after === null ? sql`true` : sql`place > ${page.after}`;
  const inState = page.state === null ? sql`true` : sql`state = ${page.state}`;
  // The page first: each of its cars is followed, and no other.
  const { rows } = await sql<ListedItem>`
    select ${itemColumns} from (
      select * from reconnect_item where batch_id = ${id} and ${behindLast} and ${inState}
      order by place limit ${page.limit + 1}) i
      join vehicle v on v.id = i.vehicle_id
      left join owner o on o.id = coalesce(i.owner_id, v.owner_id) ${followed}
    order by i.place`.execute(tx);
  return rows;
}

const itemColumns: RawBuilder<unknown> = sql`
  i.vehicle_id as "vehicleId", v.number, v.make, v.model, v.plate, i.place, i.act, i.cause, i.state, i.reason,
  case when o.id is not null then jsonb_build_object('id', o.id, 'name', o.name) end as owner,
  i.acted_at as "actedAt", n.sent_at as "deliveredAt", n.last_error as "mailError", w.opened_at as "openedAt",
  w.returned_at as "returnedAt", i.repaired_at as "repairedAt", i.changed_at as "changedAt"`;
