/** Events on their way to endpoints: what is due, each try, and what is sent again. */
import { sql } from 'kysely';
import type { Selectable } from 'kysely';

import type { DeliveryTry } from '../domain/event-delivery.ts';
import type { EventEndpointId, EventId, FleetId } from '../domain/ids.ts';
import type { Database, Tx } from './database.ts';
import type { KeptEvent } from './event.ts';
import type { NewestFirst } from './paging.ts';
import { behind } from './paging.ts';
import { wakeDeliveries } from './outbox.ts';
import type { Tables } from './schema.ts';

export interface DeliveryKey {
  endpointId: EventEndpointId;
  eventId: EventId;
}

export interface DueEndpoint {
  fleetId: FleetId;
  endpointId: EventEndpointId;
  /** How many are due, counted up to the limit. */
  due: number;
}

/** Endpoints of all fleets for which something is due. */
export async function listDueEndpoints({ system }: Database, countUpTo: number, now: Date): Promise<DueEndpoint[]> {
  // Each endpoint is found by one look into the index, however much waits for it.
  const { rows } = await sql<DueEndpoint>`
    with recursive endpoint as (
      (select endpoint_id, fleet_id from event_delivery where due_at is not null order by endpoint_id limit 1)
      union all
      select following.endpoint_id, following.fleet_id from endpoint cross join lateral (
        select endpoint_id, fleet_id from event_delivery
        where due_at is not null and endpoint_id > endpoint.endpoint_id order by endpoint_id limit 1) following
    )
    select endpoint.fleet_id as "fleetId", endpoint.endpoint_id as "endpointId", count(*) as due
    from endpoint cross join lateral (
      select from event_delivery
      where endpoint_id = endpoint.endpoint_id and due_at is not null and due_at <= ${now} limit ${countUpTo}) waiting
    group by 1, 2`.execute(system);
  return rows;
}

export type KeptDelivery = Selectable<Tables['event_delivery']>;

const keyed = ({ endpointId, eventId }: DeliveryKey) =>
  sql<boolean>`endpoint_id = ${endpointId} and event_id = ${eventId}`;

/**
 * Takes what is longest due for this endpoint for one try, and puts the next one ahead, so that whoever dies meanwhile is
 * replaced then.
 *
 * @returns its event and how often it was tried with this one; null when nothing is due
 */
export async function claimDelivery(
  tx: Tx,
  endpointId: EventEndpointId,
  leaseUntil: Date,
  now: Date,
): Promise<{ event: KeptEvent; attempts: number } | null> {
  const due = tx
    .selectFrom('event_delivery')
    .select('event_id')
    .where('endpoint_id', '=', endpointId)
    .where('due_at', '<=', now)
    .orderBy('due_at')
    .orderBy('event_id')
    .limit(1)
    .forUpdate()
    .skipLocked();
  const claimed = await tx
    .updateTable('event_delivery')
    .set((eb) => ({ due_at: leaseUntil, attempts: eb('attempts', '+', 1) }))
    .where('endpoint_id', '=', endpointId)
    .where('event_id', '=', due)
    .returning(['event_id', 'attempts'])
    .executeTakeFirst();
  if (!claimed) return null;
  const event = await tx.selectFrom('event').selectAll().where('id', '=', claimed.event_id).executeTakeFirst();
  return event ? { event, attempts: claimed.attempts } : null;
}

/** It was taken, whoever says so. */
export async function markDelivered(tx: Tx, key: DeliveryKey, at: Date): Promise<void> {
  await tx
    .updateTable('event_delivery')
    .set({ state: 'delivered', due_at: null, delivered_at: at })
    .where(keyed(key))
    .execute();
}

/** This try came to nothing. What another has made of the delivery since stays. @param dueAt null: no try is left */
export async function markNotDelivered(tx: Tx, key: DeliveryKey, attempts: number, dueAt: Date | null): Promise<void> {
  await tx
    .updateTable('event_delivery')
    .set(dueAt ? { due_at: dueAt } : { state: 'failed', due_at: null })
    .where(keyed(key))
    .where('state', '=', 'pending')
    .where('attempts', '=', attempts)
    .execute();
}

/** Deliveries of one statement: far from what its time allows. */
const deliveriesAtOnce = 5_000;

/** Its endpoint is disabled: nothing of it leaves any more. Of very many the first; the rounds that find the rest stop it. */
export async function stopDeliveries(tx: Tx, endpointId: EventEndpointId): Promise<void> {
  await sql`
    update event_delivery set state = 'stopped', due_at = null
    where endpoint_id = ${endpointId} and state = 'pending' and event_id = any(array(
      select event_id from event_delivery where endpoint_id = ${endpointId} and due_at is not null
      order by due_at, event_id limit ${deliveriesAtOnce}))`.execute(tx);
}

/** Some of what the endpoint was told; what somebody is writing just now is left. @returns how many */
export async function forgetDeliveries(
  tx: Tx,
  endpointId: EventEndpointId,
  most: number = deliveriesAtOnce,
): Promise<number> {
  // An array is found once. What stands in `in (…)` may be found anew for every row, and passes over what it has locked.
  const { numAffectedRows } = await sql`
    delete from event_delivery where endpoint_id = ${endpointId} and event_id = any(array(
      select event_id from event_delivery where endpoint_id = ${endpointId} limit ${most} for update skip locked))`.execute(
    tx,
  );
  return Number(numAffectedRows ?? 0);
}

/** Keeps the last twenty. */
export async function addTry(tx: Tx, key: DeliveryKey, one: DeliveryTry): Promise<void> {
  await sql`
    update event_delivery
    set tries = (case when jsonb_array_length(tries) >= 20 then tries - 0 else tries end) || ${JSON.stringify(one)}::jsonb
    where ${keyed(key)}`.execute(tx);
}

/** Due now, with all tries ahead of it. @returns false when there is no such delivery */
export async function askAgain(tx: Tx, key: DeliveryKey, now: Date): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('event_delivery')
    .set({ state: 'pending', attempts: 0, due_at: now })
    .where(keyed(key))
    .executeTakeFirst();
  if (numUpdatedRows > 0n) await wakeDeliveries(tx);
  return numUpdatedRows > 0n;
}

export interface Replay {
  endpointId: EventEndpointId;
  /** At or after it. */
  since: Date;
  /** Null: every type. */
  types: readonly string[] | null;
}

/** How many events of the log a replay would send. */
export async function countForReplay(tx: Tx, replay: Replay): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) as count from event where ${replayed(replay)}`.execute(
    tx,
  );
  return rows[0]?.count ?? 0;
}

/** Sends them again, or for the first time; what waits already is left alone. @returns how many */
export async function replayEvents(tx: Tx, replay: Replay, now: Date): Promise<number> {
  const { numAffectedRows } = await sql`
    insert into event_delivery (endpoint_id, event_id, fleet_id, at, state, due_at)
    select ${replay.endpointId}, id, fleet_id, at, 'pending', ${now} from event where ${replayed(replay)}
    on conflict (endpoint_id, event_id) do update set state = 'pending', attempts = 0, due_at = excluded.due_at
    where event_delivery.state <> 'pending'`.execute(tx);
  if (numAffectedRows) await wakeDeliveries(tx);
  return Number(numAffectedRows ?? 0);
}

const replayed = ({ since, types }: Replay) =>
  sql<boolean>`vehicle_id is not null and at >= ${since} and (${types === null} or type = any(${[...(types ?? [])]}::text[]))`;

export type ListedDelivery = KeptDelivery & Pick<KeptEvent, 'type' | 'data'>;

/** Of one endpoint, newest event first. */
export async function listDeliveries(
  tx: Tx,
  endpointId: EventEndpointId,
  state: string | undefined,
  page: NewestFirst,
): Promise<ListedDelivery[]> {
  let query = tx
    .selectFrom('event_delivery as d')
    .innerJoin('event as e', 'e.id', 'd.event_id')
    .selectAll('d')
    .select(['e.type', 'e.data'])
    .where('d.endpoint_id', '=', endpointId)
    .where(behind(page, 'd.at', 'd.event_id'));
  if (state) query = query.where(sql<boolean>`d.state = ${state}`);
  return query
    .orderBy('d.at', 'desc')
    .orderBy('d.event_id', 'desc')
    .limit(page.limit + 1)
    .execute();
}

export async function findDelivery(tx: Tx, key: DeliveryKey): Promise<ListedDelivery | undefined> {
  return tx
    .selectFrom('event_delivery as d')
    .innerJoin('event as e', 'e.id', 'd.event_id')
    .selectAll('d')
    .select(['e.type', 'e.data'])
    .where('d.endpoint_id', '=', key.endpointId)
    .where('d.event_id', '=', key.eventId)
    .executeTakeFirst();
}

/** Of each endpoint: how many wait, and how many came to nothing. */
export async function countDeliveries(tx: Tx): Promise<Map<string, { pending: number; failed: number }>> {
  const { rows } = await sql<{ id: string; pending: number; failed: number }>`
    select endpoint_id as id, count(*) filter (where state = 'pending') as pending,
           count(*) filter (where state in ('failed', 'stopped')) as failed
    from event_delivery where state <> 'delivered' group by endpoint_id`.execute(tx);
  return new Map(rows.map(({ id, pending, failed }) => [id, { pending, failed }]));
}
