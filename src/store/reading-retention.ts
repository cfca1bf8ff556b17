/** History beyond retention: whole days are dropped, and the rows of single fleets deleted in small pieces. */
import { sql } from 'kysely';

import type { FleetId, VehicleId } from '../domain/ids.ts';
import type { Day, Span } from '../domain/retention.ts';
import { startOf } from '../domain/retention.ts';
import type { Database, Tx } from './database.ts';
import { forgetLatest } from './telemetry.ts';

/** Days that have a partition of their own, oldest first. */
export async function listReadingDays(database: Database): Promise<Day[]> {
  const { rows } = await sql<{ day: Day }>`select to_char(to_date(right(c.relname, 8), 'YYYYMMDD'), 'YYYY-MM-DD') as day
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'reading'::regclass and c.relname ~ '^reading_[0-9]{8}$' order by 1`.execute(database.system);
  return rows.map(({ day }) => day);
}

/** @returns false when it was not there any more, or the table is busy: the next run tries again */
export async function dropReadingDay(database: Database, day: Day): Promise<boolean> {
  const { rows } = await sql<{ dropped: boolean }>`select drop_reading_partition(${day}::date) as dropped`.execute(
    database.system,
  );
  return rows[0]?.dropped ?? false;
}

/** Everything before this day is gone already; null before the first time. */
export async function goneBefore(tx: Tx): Promise<Day | null> {
  const row = await tx.selectFrom('reading_retention').select('gone_before').executeTakeFirst();
  return row?.gone_before ?? null;
}

export async function markGone(tx: Tx, fleetId: FleetId, before: Day): Promise<void> {
  await tx
    .insertInto('reading_retention')
    .values({ fleet_id: fleetId, gone_before: before })
    .onConflict((conflict) => conflict.column('fleet_id').doUpdateSet({ gone_before: before }))
    .execute();
}

/** Vehicles in the order of their ids, behind one of them. */
export async function listVehiclesBehind(tx: Tx, behind: VehicleId | null, limit: number): Promise<VehicleId[]> {
  let query = tx.selectFrom('vehicle').select('id').orderBy('id').limit(limit);
  if (behind) query = query.where('id', '>', behind);
  return (await query.execute()).map(({ id }) => id);
}

/** Rows of these vehicles that were received in a span. @returns how many */
export async function deleteReadings(
  tx: Tx,
  vehicleIds: readonly VehicleId[],
  { from, before }: Span,
): Promise<number> {
  const result = await sql`delete from reading where vehicle_id = any(${[...vehicleIds]})
    and received_at < ${startOf(before)}
    and received_at >= coalesce(${from && startOf(from)}::timestamptz, '-infinity')`.execute(tx);
  return Number(result.numAffectedRows ?? 0n);
}

/** Newest values that are older than history reaches: a car that has been silent for so long tells nothing any more. */
export async function forgetOldLatest(tx: Tx, vehicleIds: readonly VehicleId[], before: Day): Promise<void> {
  const limit = startOf(before);
  const { rows } = await sql<{ id: VehicleId }>`select vehicle_id as id from vehicle_state
    where vehicle_id = any(${[...vehicleIds]})
      and exists (select from jsonb_each(signals) s where s.value ->> 'receivedAt' < ${limit.toISOString()})`.execute(
    tx,
  );
  for (const { id } of rows) await forgetLatest(tx, id, ({ receivedAt }) => receivedAt < limit);
}
