/** What a fleet's request budget looks like now; it changes nothing, but for `bringForward`. */
import { sql } from 'kysely';

import type { VehicleId } from '../domain/ids.ts';
import type { ReadPurpose } from '../domain/purpose.ts';
import type { Tx } from './database.ts';

/** Living connections of one make. */
export interface MakeCount {
  /** In upper case; empty where it is not known. */
  make: string;
  vehicles: number;
  /** Of their own requests, in this month. */
  requests: number;
  /** Cars that are not read any more this month. */
  usedUp: number;
}

/** `routineMost`: what routine reads of one car may use in a month. */
export async function countByMake(tx: Tx, month: string, routineMost: number): Promise<MakeCount[]> {
  const { rows } = await sql<MakeCount>`
    select coalesce(upper(v.make), '') as make, count(*) as vehicles,
      coalesce(sum(c.requests) filter (where c.request_month = ${month}), 0) as requests,
      count(*) filter (where c.request_month = ${month} and (c.requests >= ${routineMost} or c.requests_used_up)) as "usedUp"
    from connection c join vehicle v on v.id = c.vehicle_id
    where c.ended_at is null group by 1 order by 2 desc, 1`.execute(tx);
  return rows;
}

/** A car with what it used this month. */
export interface UsingVehicle {
  id: VehicleId;
  number: string;
  make: string | null;
  model: string | null;
  requests: number;
  /** Smartcar said so. */
  isUsedUp: boolean;
}

/** Those that used most this month, most first. */
export async function listNearest(tx: Tx, month: string, limit: number): Promise<UsingVehicle[]> {
  const { rows } = await sql<UsingVehicle>`
    select v.id, v.number, v.make, v.model, c.requests, c.requests_used_up as "isUsedUp"
    from connection c join vehicle v on v.id = c.vehicle_id
    where c.ended_at is null and c.request_month = ${month} and c.requests > 0
    order by c.requests_used_up desc, c.requests desc, v.id limit ${limit}`.execute(tx);
  return rows;
}

/** Reads that are late. */
export interface LateReads {
  purpose: ReadPurpose;
  vehicles: number;
  /** When the one that waits longest was due. */
  since: Date;
}

/** Reads that were due before this and wait, but for these makes. */
export async function listLate(tx: Tx, before: Date, exceptMakes: readonly string[], now: Date): Promise<LateReads[]> {
  const { rows } = await sql<LateReads>`
    select purpose, count(*) as vehicles, min(due_at) as since from connection_due
    where fleet_id = current_fleet() and due_at <= ${before} and (lease_until is null or lease_until <= ${now})
      and (make is null or make <> all(${[...exceptMakes]}))
    group by purpose`.execute(tx);
  return rows;
}

/** What a larger quota allows: these are read again within `spreadS` from now. */
export interface Forward {
  month: string;
  /** What routine reads of one car may use in the month from now on. */
  routineMost: number;
  nextMonthAt: Date;
  spreadS: number;
}

/**
 * Cars that wait for the next month because their own requests were used up, and have some again. Spread by their ids, so that
 * they are not all read at once.
 *
 * @returns how many
 */
export async function bringForward(
  tx: Tx,
  { month, routineMost, nextMonthAt, spreadS }: Forward,
  now: Date,
): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    with moved as (
      update connection set version = version + 1,
        next_poll_at = ${now}::timestamptz + ('x' || substr(md5(id), 1, 6))::bit(24)::int / 16777216.0 * ${spreadS} * interval '1 second'
      where ended_at is null and request_month = ${month} and requests < ${routineMost} and not requests_used_up
        and next_poll_at >= ${nextMonthAt} and (not_before_at is null or not_before_at <= ${now})
      returning id, next_poll_at),
    due as (
      update connection_due d set due_at = moved.next_poll_at from moved where d.connection_id = moved.id returning 1)
    select count(*) as count from due`.execute(tx);
  return rows[0]?.count ?? 0;
}
