/** Telemetry: the newest reading of each signal, and the history behind it. */
import { isDeepStrictEqual } from 'node:util';
import { sql } from 'kysely';

import type { FleetId, VehicleId } from '../domain/ids.ts';
import type { Reading } from '../domain/reading.ts';
import { tellsAge } from '../domain/signal.ts';
import type { SignalCode, SignalValue } from '../domain/signal.ts';
import type { Database, Tx } from './database.ts';
import type { KeptReading } from './schema.ts';

/** The newest readings of a vehicle by signal. Locks them until the transaction ends when they are about to change. */
export async function readLatest(tx: Tx, vehicleId: VehicleId, lock: boolean): Promise<Map<SignalCode, Reading>> {
  const query = tx.selectFrom('vehicle_state').select('signals').where('vehicle_id', '=', vehicleId);
  if (!lock) return toReadings((await query.executeTakeFirst())?.signals ?? {});
  let row = await query.forUpdate().executeTakeFirst();
  if (!row) {
    // A row that isn't there can't be locked, and of the first two writers at once the later would win, not the newer.
    await sql`insert into vehicle_state (vehicle_id, fleet_id) select id, fleet_id from vehicle where id = ${vehicleId}
      on conflict (vehicle_id) do nothing`.execute(tx);
    row = await query.forUpdate().executeTakeFirst();
  }
  return toReadings(row?.signals ?? {});
}

export function toReadings(signals: Record<string, KeptReading>): Map<SignalCode, Reading> {
  return new Map(Object.entries(signals).map(([code, kept]) => [code, toReading(code, kept)]));
}

function toReading(code: string, kept: KeptReading): Reading {
  return {
    code,
    value: kept.value as SignalValue, // written by keep alone
    unit: kept.unit,
    measuredAt: instant(kept.measuredAt),
    fetchedAt: instant(kept.fetchedAt),
    receivedAt: new Date(kept.receivedAt),
  };
}

const instant = (text: string | null): Date | null => (text === null ? null : new Date(text));

/** Keeps accepted readings: in the state, and those whose value or time is new in the history as well, as far as they make any. */
export async function writeReadings(
  tx: Tx,
  fleetId: FleetId,
  vehicleId: VehicleId,
  known: ReadonlyMap<SignalCode, Reading>,
  accepted: readonly Reading[],
  isHistory: (reading: Reading) => boolean = () => true,
): Promise<void> {
  if (accepted.length === 0) return;
  const latest = new Map([...known, ...accepted.map((reading) => [reading.code, reading] as const)]);
  const signals = JSON.stringify(Object.fromEntries([...latest].map(([code, reading]) => [code, keep(reading)])));
  const newestAt = newest([...latest.values()]);
  await tx
    .insertInto('vehicle_state')
    .values({ vehicle_id: vehicleId, fleet_id: fleetId, signals, newest_at: newestAt })
    .onConflict((conflict) => conflict.column('vehicle_id').doUpdateSet({ signals, newest_at: newestAt }))
    .execute();
  await insertHistory(
    tx,
    fleetId,
    vehicleId,
    accepted.filter((reading) => isHistory(reading) && isNews(reading, known.get(reading.code))),
  );
}

/** Takes newest values away. @returns how many */
export async function forgetLatest(
  tx: Tx,
  vehicleId: VehicleId,
  isForgotten: (reading: Reading) => boolean,
): Promise<number> {
  const row = await tx
    .selectFrom('vehicle_state')
    .select('signals')
    .where('vehicle_id', '=', vehicleId)
    .forUpdate()
    .executeTakeFirst();
  const known = [...toReadings(row?.signals ?? {}).values()];
  const kept = known.filter((reading) => !isForgotten(reading));
  if (kept.length === known.length) return 0;
  const signals = JSON.stringify(Object.fromEntries(kept.map((reading) => [reading.code, keep(reading)])));
  await tx
    .updateTable('vehicle_state')
    .set({ signals, newest_at: newest(kept) })
    .where('vehicle_id', '=', vehicleId)
    .execute();
  return known.length - kept.length;
}

/** An answer out of the cache repeats what is known; only a new time or value is history. */
function isNews(reading: Reading, known: Reading | undefined): boolean {
  // By depth: the database keeps the fields of a value in an order of its own.
  return (
    !known ||
    reading.measuredAt?.getTime() !== known.measuredAt?.getTime() ||
    !isDeepStrictEqual(reading.value, known.value)
  );
}

async function insertHistory(
  tx: Tx,
  fleetId: FleetId,
  vehicleId: VehicleId,
  readings: readonly Reading[],
): Promise<void> {
  if (readings.length === 0) return;
  const column = <T>(pick: (reading: Reading) => T): T[] => readings.map(pick);
  await sql`insert into reading (fleet_id, vehicle_id, code, value, unit, measured_at, fetched_at, received_at)
    select ${fleetId}, ${vehicleId}, code, value::jsonb, unit, measured_at, fetched_at, received_at
    from unnest(${column((r) => r.code)}::text[], ${column((r) => JSON.stringify(r.value))}::text[], ${column((r) => r.unit)}::text[],
      ${column((r) => r.measuredAt)}::timestamptz[], ${column((r) => r.fetchedAt)}::timestamptz[], ${column((r) => r.receivedAt)}::timestamptz[])
      as fresh (code, value, unit, measured_at, fetched_at, received_at)`.execute(tx);
}

export const keep = (reading: Reading): KeptReading => ({
  value: reading.value,
  unit: reading.unit,
  measuredAt: reading.measuredAt?.toISOString() ?? null,
  fetchedAt: reading.fetchedAt?.toISOString() ?? null,
  receivedAt: reading.receivedAt.toISOString(),
});

/** What never changes is fetched though the car sleeps: it says nothing about how old the others are. */
function newest(readings: readonly Reading[]): Date | null {
  const dated = readings.filter(({ code }) => tellsAge(code));
  const times = dated.flatMap((reading) => (reading.measuredAt ?? reading.fetchedAt)?.getTime() ?? []);
  return times.length > 0 ? new Date(Math.max(...times)) : null;
}

/** Makes the history's partitions of this day and the two after it. Safe at any time, and twice at once. */
export async function ensurePartitions(database: Database, now: Date): Promise<void> {
  for (let ahead = 0; ahead < 3; ahead += 1) {
    const day = new Date(now.getTime() + ahead * 86_400_000).toISOString().slice(0, 10);
    await sql`select ensure_reading_partition(${day}::date)`.execute(database.system);
  }
}
