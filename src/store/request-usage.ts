/** Requests to Smartcar as they were counted: by fleet, day, make and purpose, and of the whole application. */
import { sql } from 'kysely';

import type { FleetId } from '../domain/ids.ts';
import type { Purpose } from '../domain/purpose.ts';
import type { Tx } from './database.ts';

/** Requests of one day (UTC) that were for the same. */
export interface CountedRequests {
  /** Null for what belongs to no fleet. */
  fleetId: FleetId | null;
  /** As `2026-05-04`. */
  day: string;
  /** In upper case; empty where there is none. */
  make: string;
  purpose: Purpose;
  requests: number;
}

/** Adds to what is counted. As towline_system. */
export async function addUsage(tx: Tx, counted: readonly CountedRequests[]): Promise<void> {
  if (counted.length === 0) return;
  const column = <T>(pick: (one: CountedRequests) => T): T[] => counted.map(pick);
  const given = sql`unnest(${column((c) => c.fleetId)}::text[], ${column((c) => c.day)}::date[],
    ${column((c) => c.make)}::text[], ${column((c) => c.purpose)}::text[], ${column((c) => c.requests)}::int[])
    as given (fleet_id, day, make, purpose, requests)`;
  // In one order, so that two processes that write at once never wait for each other.
  await sql`insert into request_usage as u (fleet_id, day, make, purpose, requests)
    select fleet_id, day, make, purpose, sum(requests) from ${given} where fleet_id is not null
    group by 1, 2, 3, 4 order by 1, 2, 3, 4
    on conflict (fleet_id, day, make, purpose) do update set requests = u.requests + excluded.requests`.execute(tx);
  await sql`insert into request_day as u (day, purpose, requests)
    select day, purpose, sum(requests) from ${given} group by 1, 2 order by 1, 2
    on conflict (day, purpose) do update set requests = u.requests + excluded.requests`.execute(tx);
}

/** What this fleet used from this day on. */
export async function listUsage(tx: Tx, since: string): Promise<Omit<CountedRequests, 'fleetId'>[]> {
  return tx
    .selectFrom('request_usage')
    .select(['day', 'make', 'purpose', 'requests'])
    .where('day', '>=', since)
    .orderBy('day')
    .execute();
}

/** How many requests this fleet used from this day on. */
export async function sumUsage(tx: Tx, since: string): Promise<number> {
  const row = await tx
    .selectFrom('request_usage')
    .select((eb) => eb.fn.coalesce(eb.fn.sum<number>('requests'), sql<number>`0`).as('requests'))
    .where('day', '>=', since)
    .executeTakeFirstOrThrow();
  return row.requests;
}

/** What the whole application used from this day on. As towline_system. */
export async function listApplicationUsage(
  tx: Tx,
  since: string,
): Promise<Pick<CountedRequests, 'day' | 'purpose' | 'requests'>[]> {
  return tx
    .selectFrom('request_day')
    .select(['day', 'purpose', 'requests'])
    .where('day', '>=', since)
    .orderBy('day')
    .execute();
}

/** What is older than anybody looks at: of this fleet. */
export async function forgetUsage(tx: Tx, before: string): Promise<void> {
  await tx.deleteFrom('request_usage').where('day', '<', before).execute();
}

/** The same of the whole application. As towline_system. */
export async function forgetApplicationUsage(tx: Tx, before: string): Promise<void> {
  await tx.deleteFrom('request_day').where('day', '<', before).execute();
}
