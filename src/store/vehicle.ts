/** The vehicle directory: what a fleet knows of its cars. Lists are in vehicle-list.ts. */
import { sql } from 'kysely';
import type { Selectable } from 'kysely';

import type { OwnerId, VehicleId } from '../domain/ids.ts';
import { nextNumberAfter } from '../domain/import-state.ts';
import type { FoundCar, Vehicle } from '../domain/vehicle.ts';
import type { Tx } from './database.ts';
import type { Tables } from './schema.ts';

export async function findVehicle(tx: Tx, id: VehicleId): Promise<Vehicle | undefined> {
  const row = await tx.selectFrom('vehicle').selectAll().where('id', '=', id).executeTakeFirst();
  return row && toVehicle(row);
}

export async function findVehicles(tx: Tx, ids: readonly VehicleId[]): Promise<Vehicle[]> {
  if (ids.length === 0) return [];
  const rows = await tx
    .selectFrom('vehicle')
    .selectAll()
    .where('id', 'in', [...ids])
    .orderBy('number')
    .execute();
  return rows.map(toVehicle);
}

/** The fleet's vehicles by make, as it is written in their records. */
export async function countByMake(tx: Tx): Promise<{ make: string | null; count: number }[]> {
  const rows = await tx
    .selectFrom('vehicle')
    .select(({ fn }) => ['make', fn.countAll<string>().as('count')])
    .groupBy('make')
    .execute();
  return rows.map(({ make, count }) => ({ make, count: Number(count) }));
}

/** The vehicles that are an owner's now, by number; at most 500. */
export async function listVehiclesOfOwner(tx: Tx, ownerId: OwnerId): Promise<VehicleId[]> {
  const rows = await tx
    .selectFrom('vehicle')
    .select('id')
    .where('owner_id', '=', ownerId)
    .orderBy('number')
    .limit(500)
    .execute();
  return rows.map(({ id }) => id);
}

/** Throws a unique violation (`vehicle_number`, `vehicle_vin`) when the fleet has one like it. */
export async function insertVehicle(tx: Tx, vehicle: Vehicle): Promise<void> {
  await insertVehicles(tx, [vehicle]);
}

/** Some hundred at once, or none. Throws as `insertVehicle` does. */
export async function insertVehicles(tx: Tx, vehicles: readonly Vehicle[]): Promise<void> {
  if (vehicles.length === 0) return;
  const rows = vehicles.map((vehicle) => ({
    id: vehicle.id,
    fleet_id: vehicle.fleetId,
    number: vehicle.number,
    plate: vehicle.plate,
    vin: vehicle.vin,
    make: vehicle.make,
    model: vehicle.model,
    year: vehicle.year,
    powertrain: vehicle.powertrain,
    country: vehicle.country,
    owner_id: vehicle.ownerId,
    created_at: vehicle.createdAt,
  }));
  await tx.insertInto('vehicle').values(rows).execute();
}

/** @returns false when this fleet has no such vehicle */
export async function updateVehicle(
  tx: Tx,
  id: VehicleId,
  change: Partial<Omit<Vehicle, 'id' | 'fleetId' | 'createdAt'>>,
): Promise<boolean> {
  const { ownerId, ...columns } = change;
  const set = { ...columns, ...(ownerId === undefined ? {} : { owner_id: ownerId }) };
  if (Object.keys(set).length === 0) return (await findVehicle(tx, id)) !== undefined;
  const { numUpdatedRows } = await tx.updateTable('vehicle').set(set).where('id', '=', id).executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Fills what the record does not say with what Smartcar says; nothing that stands there is overwritten. */
export async function fillVehicle(tx: Tx, id: VehicleId, found: FoundCar): Promise<void> {
  await tx
    .updateTable('vehicle')
    .set((eb) => ({
      make: eb.fn.coalesce('make', eb.val(found.make)),
      model: eb.fn.coalesce('model', eb.val(found.model)),
      year: eb.fn.coalesce('year', eb.val(found.year)),
      powertrain: eb.fn.coalesce('powertrain', eb.val(found.powertrain)),
    }))
    .where('id', '=', id)
    .execute();
}

/**
 * Keeps the VIN that the car reported, where the record has none and no other record has it.
 *
 * @returns the VIN on record; null when another record has this one
 */
export async function keepVin(tx: Tx, id: VehicleId, vin: string): Promise<string | null> {
  const read = () => tx.selectFrom('vehicle').select('vin').where('id', '=', id).executeTakeFirst();
  const known = (await read())?.vin ?? null;
  if (known !== null || (await isVinElsewhere(tx, vin, id))) return known;
  await tx.updateTable('vehicle').set({ vin }).where('id', '=', id).where('vin', 'is', null).execute();
  return (await read())?.vin ?? null;
}

/** The fleet's other vehicles of this make, model and year, by their VINs. `model` is compared without what people write as they please. */
export async function listTwins(
  tx: Tx,
  car: { make: string; model: string; year: number },
  except: VehicleId,
): Promise<(string | null)[]> {
  const plain = (column: string) => sql<string>`regexp_replace(upper(${sql.ref(column)}), '[[:space:]._-]', '', 'g')`;
  const wanted = (text: string) => sql<string>`regexp_replace(upper(${text}), '[[:space:]._-]', '', 'g')`;
  const rows = await tx
    .selectFrom('vehicle')
    .select('vin')
    .where('id', '<>', except)
    .where('year', '=', car.year)
    .where(plain('make'), '=', wanted(car.make))
    .where(plain('model'), '=', wanted(car.model))
    .orderBy('vin', (order) => order.asc().nullsFirst())
    .limit(50)
    .execute();
  return rows.map(({ vin }) => vin);
}

/** Whether another vehicle of the fleet has this VIN. */
export async function isVinElsewhere(tx: Tx, vin: string, except: VehicleId): Promise<boolean> {
  const row = await tx
    .selectFrom('vehicle')
    .select('id')
    .where('vin', '=', vin)
    .where('id', '<>', except)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** The next free number of the form `CAR-101`. */
export const nextNumber = async (tx: Tx): Promise<string> => `CAR-${nextNumberAfter(await ownNumbers(tx))}`;

/** Numbers of the form that Towline chooses. */
export async function ownNumbers(tx: Tx): Promise<string[]> {
  const rows = await tx
    .selectFrom('vehicle')
    .select('number')
    .where(sql<boolean>`lower(number) like 'car-%'`)
    .execute();
  return rows.map(({ number }) => number);
}

/** For a change of it. */
export async function lockVehicle(tx: Tx, id: VehicleId): Promise<Vehicle | undefined> {
  const row = await tx.selectFrom('vehicle').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
  return row && toVehicle(row);
}

export function toVehicle(row: Selectable<Tables['vehicle']>): Vehicle {
  return {
    id: row.id,
    fleetId: row.fleet_id,
    number: row.number,
    plate: row.plate,
    vin: row.vin,
    make: row.make,
    model: row.model,
    year: row.year,
    powertrain: row.powertrain,
    country: row.country,
    ownerId: row.owner_id,
    createdAt: row.created_at,
  };
}
