/** How often Smartcar sends, by fleet, make and day, and what of it went wrong. */
import { sql } from 'kysely';

import type { FleetId, InboxId } from '../domain/ids.ts';
import type { Tx } from './database.ts';

/** What came for one make of a fleet since it was last looked at. */
export interface Beat {
  /** Empty for the fleet as a whole. */
  make: string;
  deliveries: number;
  firstAt: Date;
  lastAt: Date;
  /** Between two of these deliveries; 0 when there is only one. */
  longestGapS: number;
}

/** Deliveries about this fleet's cars that came after one instant and not after another, by make and as a whole. */
export async function beatsBetween(tx: Tx, from: Date, to: Date): Promise<Beat[]> {
  const { rows } = await sql<Beat>`
    with came as (
      select coalesce(v.make, '') as make, w.received_at as at from webhook_inbox w left join vehicle v on v.id = w.vehicle_id
      where w.fleet_id = current_fleet() and w.received_at > ${from} and w.received_at <= ${to}),
    told as (select make, at from came where make <> '' union all select '', at from came),
    gaps as (select make, at, extract(epoch from at - lag(at) over (partition by make order by at)) as gap_s from told)
    select make, count(*)::int as deliveries, min(at) as "firstAt", max(at) as "lastAt",
      coalesce(max(gap_s), 0)::int as "longestGapS"
    from gaps group by make`.execute(tx);
  return rows;
}

export interface Pulse {
  make: string;
  lastAt: Date;
  /** The longest time between two deliveries of each day, newest day first. */
  longestGapsS: number[];
  deliveries: number;
}

/** What is known of each make and of the fleet as a whole, from this day on. */
export async function readPulses(tx: Tx, since: Date): Promise<Pulse[]> {
  const { rows } = await sql<Pulse>`
    select make, max(last_at) as "lastAt", array_agg(longest_gap_s order by day desc) as "longestGapsS",
      sum(deliveries)::int as deliveries
    from webhook_pulse where day >= ${dayOf(since)}::date group by make`.execute(tx);
  return rows;
}

/** Adds to the day's row; `longestGapS` reaches back to the delivery before these. */
export async function addBeat(tx: Tx, fleetId: FleetId, beat: Beat): Promise<void> {
  const { make, deliveries, lastAt, longestGapS } = beat;
  await sql`insert into webhook_pulse as p (fleet_id, make, day, deliveries, longest_gap_s, last_at)
    values (${fleetId}, ${make}, ${dayOf(lastAt)}::date, ${deliveries}, ${longestGapS}, ${lastAt})
    on conflict (fleet_id, make, day) do update set deliveries = p.deliveries + excluded.deliveries,
      longest_gap_s = greatest(p.longest_gap_s, excluded.longest_gap_s),
      last_at = greatest(p.last_at, excluded.last_at)`.execute(tx);
}

export async function forgetPulses(tx: Tx, before: Date): Promise<void> {
  await sql`delete from webhook_pulse where day < ${dayOf(before)}::date`.execute(tx);
}

const dayOf = (at: Date): string => at.toISOString().slice(0, 10);

/** Living connections with a subscription, by make; those of no known make under an empty one. */
export async function countSubscribed(tx: Tx): Promise<Map<string, number>> {
  const { rows } = await sql<{ make: string; count: number }>`
    select coalesce(v.make, '') as make, count(*) as count from connection c join vehicle v on v.id = c.vehicle_id
    where c.ended_at is null and c.subscribed_at is not null and c.status not in ('expired', 'disconnected')
    group by 1`.execute(tx);
  return new Map(rows.map(({ make, count }) => [make, count]));
}

/** When Smartcar last sent something about a car of this fleet; null when nothing of the last two weeks is. */
export async function lastHeardAt(tx: Tx): Promise<Date | null> {
  const row = await tx
    .selectFrom('webhook_inbox')
    .select('received_at')
    .where(sql<boolean>`fleet_id = current_fleet()`)
    .orderBy('received_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.received_at ?? null;
}

/** How a make's living connections are heard of, and when last. */
export interface Coverage {
  /** Empty for cars of no known make. */
  make: string;
  subscribed: number;
  /** On v3, and Smartcar does not send them by itself. */
  unsubscribed: number;
  /** On v2, where a car is enrolled in Smartcar's dashboard and nobody can ask whether it is. */
  onV2: number;
  /** When Smartcar last sent something about one of them; null when that is not known. */
  lastAt: Date | null;
}

/** Of connections that are read, by make; most cars first. */
export async function coverageByMake(tx: Tx): Promise<Coverage[]> {
  const { rows } = await sql<Coverage>`
    with heard as (select make, max(last_at) as last_at from webhook_pulse where make <> '' group by make),
    counted as (select coalesce(v.make, '') as make,
        count(*) filter (where c.platform = 'v3' and c.subscribed_at is not null) as subscribed,
        count(*) filter (where c.platform = 'v3' and c.subscribed_at is null) as unsubscribed,
        count(*) filter (where c.platform = 'v2') as "onV2"
      from connection c join vehicle v on v.id = c.vehicle_id
      where c.ended_at is null and c.status not in ('expired', 'disconnected') group by 1)
    select counted.*, heard.last_at as "lastAt" from counted left join heard on heard.make = counted.make
    order by subscribed + unsubscribed + "onV2" desc, counted.make`.execute(tx);
  return rows;
}

/** Vehicles of this fleet with a living connection, and those of them that Smartcar reported an error for since then. */
export async function countReported(tx: Tx, since: Date): Promise<{ vehicles: number; reported: number }> {
  const { rows } = await sql<{ vehicles: number; reported: number }>`
    select (select count(*) from connection where ended_at is null) as vehicles,
      (select count(distinct smartcar_vehicle_id) from webhook_inbox
       where fleet_id = current_fleet() and received_at > ${since} and event_type = 'VEHICLE_ERROR') as reported`.execute(
    tx,
  );
  return rows[0] ?? { vehicles: 0, reported: 0 };
}

/** How much of what came since `from` was dealt with, and how much was set aside. As towline_system. */
export async function countProcessed(tx: Tx, from: InboxId): Promise<{ settled: number; quarantined: number }> {
  const { rows } = await sql<{ settled: number; quarantined: number }>`
    select count(*) filter (where state <> 'pending') as settled, count(*) filter (where state = 'quarantined') as quarantined
    from webhook_inbox where id >= ${from}`.execute(tx);
  return rows[0] ?? { settled: 0, quarantined: 0 };
}
