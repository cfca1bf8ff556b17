/** Rentals: who has which car, since when, and what was known of the car at both ends. */
import { sql } from 'kysely';
import type { Insertable, Selectable } from 'kysely';

import type { RentalId, VehicleId } from '../domain/ids.ts';
import type { Rental, RentalState, Snapshot } from '../domain/rental.ts';
import type { Tx } from './database.ts';
import { containing } from './like.ts';
import { behind } from './paging.ts';
import type { NewestFirst } from './paging.ts';
import type { KeptSnapshot, Tables } from './schema.ts';
import { keep, toReadings } from './telemetry.ts';

/** @returns false when the fleet has a rental of this reference already */
export async function insertRental(tx: Tx, rental: Rental): Promise<boolean> {
  const row = await tx
    .insertInto('rental')
    .values(rowOf(rental))
    .onConflict((conflict) => conflict.columns(['fleet_id', 'reference']).doNothing())
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

/** Writes what became of it. The caller holds its row. */
export async function writeRental(tx: Tx, rental: Rental): Promise<void> {
  await tx.updateTable('rental').set(changingOf(rental)).where('id', '=', rental.id).execute();
}

/** One rental, by our id or the booking system's reference. */
export type RentalKey = { id: RentalId } | { reference: string };

export async function findRental(tx: Tx, key: RentalKey): Promise<Rental | null> {
  const row = await byKey(tx, key).executeTakeFirst();
  return row ? toRental(row) : null;
}

/** Locked until the transaction ends. */
export async function lockRental(tx: Tx, key: RentalKey): Promise<Rental | null> {
  const row = await byKey(tx, key).forUpdate().executeTakeFirst();
  return row ? toRental(row) : null;
}

const byKey = (tx: Tx, key: RentalKey) => {
  const query = tx.selectFrom('rental').selectAll();
  return 'id' in key ? query.where('id', '=', key.id) : query.where('reference', '=', key.reference);
};

/** The rental that the car is in; null when it is in none. */
export async function findActiveRental(tx: Tx, vehicleId: VehicleId): Promise<Rental | null> {
  const row = await tx
    .selectFrom('rental')
    .selectAll()
    .where('vehicle_id', '=', vehicleId)
    .where('state', '=', 'active')
    .executeTakeFirst();
  return row ? toRental(row) : null;
}

/** Those of these cars whose owner has stopped sharing them, and that are in a rental until then. */
export async function listLeaving(tx: Tx, ids: readonly VehicleId[]): Promise<Set<VehicleId>> {
  const rows = await tx
    .selectFrom('rental')
    .select('vehicle_id')
    .where('vehicle_id', '=', sql<VehicleId>`any(${[...ids]}::text[])`)
    .where('state', '=', 'active')
    .where(sql<boolean>`disconnect_by ->> 'kind' = 'owner'`)
    .execute();
  return new Set(rows.flatMap((row) => row.vehicle_id ?? []));
}

/** When the car's last rental ended; null when it had none. */
export async function lastEndOf(tx: Tx, vehicleId: VehicleId): Promise<Date | null> {
  const row = await tx
    .selectFrom('rental')
    .select(({ fn }) => fn.max('ended_at').as('at'))
    .where('vehicle_id', '=', vehicleId)
    .executeTakeFirst();
  return row?.at ?? null;
}

/** Whether the car was in a rental then. */
export async function wasInRental(tx: Tx, vehicleId: VehicleId, at: Date): Promise<boolean> {
  const row = await tx
    .selectFrom('rental')
    .select('id')
    .where('vehicle_id', '=', vehicleId)
    .where('state', '<>', 'cancelled')
    .where('started_at', '<=', at)
    .where((is) => is.or([is('ended_at', 'is', null), is('ended_at', '>', at)]))
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

export interface RentalFilter {
  vehicle?: VehicleId | undefined;
  state?: RentalState | undefined;
  /** Part of a reference. */
  q?: string | undefined;
  /** Only those that are active beyond their planned end at this moment. */
  overdueAt?: Date | undefined;
}

/** Newest first; one more than the limit shows that there is a next page. */
export async function listRentals(
  tx: Tx,
  { vehicle, state, q, overdueAt }: RentalFilter,
  page: NewestFirst,
): Promise<Rental[]> {
  let query = tx
    .selectFrom('rental')
    .selectAll()
    .where(behind(page, 'created_at', 'id'));
  if (vehicle) query = query.where('vehicle_id', '=', vehicle);
  if (state) query = query.where('state', '=', state);
  if (q) query = query.where('reference', 'ilike', containing(q));
  if (overdueAt) query = query.where('state', '=', 'active').where('ends_at', '<', overdueAt);
  const rows = await query
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(page.limit + 1)
    .execute();
  return rows.map(toRental);
}

/**
 * What was known of the renters of rentals that ended before this, and where the cars stood, of so many at once.
 *
 * @returns how many
 */
export async function forgetRenters(tx: Tx, before: Date): Promise<number> {
  const withoutPosition = (column: string) => sql`case when ${sql.ref(column)} is not null
    then ${sql.ref(column)} #- '{signals,location-preciselocation}' end`;
  const { numUpdatedRows } = await tx
    .updateTable('rental')
    .set({
      forgotten_at: before,
      renter_sealed: null,
      start_snapshot: sql`${withoutPosition('start_snapshot')}`,
      end_snapshot: sql`${withoutPosition('end_snapshot')}`,
    })
    .where(({ eb, selectFrom }) =>
      eb(
        'id',
        'in',
        selectFrom('rental')
          .select('id')
          .where('ended_at', '<', before)
          .where('forgotten_at', 'is', null)
          .limit(mostForgotten),
      ),
    )
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

/** Of one round; the next one goes on. */
const mostForgotten = 5_000;

function rowOf(rental: Rental): Insertable<Tables['rental']> {
  return {
    id: rental.id,
    fleet_id: rental.fleetId,
    reference: rental.reference,
    created_at: rental.createdAt,
    ...changingOf(rental),
  };
}

const changingOf = (rental: Rental) => ({
  vehicle_id: rental.vehicleId,
  state: rental.state,
  started_at: rental.startedAt,
  started_by: jsonOf(rental.startedBy),
  ends_at: rental.endsAt,
  ended_at: rental.endedAt,
  ended_by: jsonOf(rental.endedBy),
  start_snapshot: jsonOf(rental.start && keptSnapshot(rental.start)),
  end_snapshot: jsonOf(rental.end && keptSnapshot(rental.end)),
  disconnect_by: jsonOf(rental.disconnectBy),
  renter_sealed: rental.renterSealed,
});

const jsonOf = (value: object | null): string | null => (value ? JSON.stringify(value) : null);

const keptSnapshot = ({ takenAt, readings }: Snapshot): KeptSnapshot => ({
  takenAt: takenAt.toISOString(),
  signals: Object.fromEntries(readings.map((reading) => [reading.code, keep(reading)])),
});

const toSnapshot = ({ takenAt, signals }: KeptSnapshot): Snapshot => ({
  takenAt: new Date(takenAt),
  readings: [...toReadings(signals).values()],
});

const toRental = (row: Selectable<Tables['rental']>): Rental => ({
  id: row.id,
  fleetId: row.fleet_id,
  vehicleId: row.vehicle_id,
  reference: row.reference,
  state: row.state,
  createdAt: row.created_at,
  startedAt: row.started_at,
  startedBy: row.started_by,
  endsAt: row.ends_at,
  endedAt: row.ended_at,
  endedBy: row.ended_by,
  start: row.start_snapshot && toSnapshot(row.start_snapshot),
  end: row.end_snapshot && toSnapshot(row.end_snapshot),
  disconnectBy: row.disconnect_by,
  renterSealed: row.renter_sealed,
});
