/** Vehicles: the record a fleet keeps, whether or not it is connected. */
import type { FleetId, OwnerId, SmartcarVehicleId, VehicleId } from './ids.ts';

export type Powertrain = 'ICE' | 'HEV' | 'PHEV' | 'BEV';
export const powertrains: readonly Powertrain[] = ['ICE', 'HEV', 'PHEV', 'BEV'];

export interface Vehicle {
  id: VehicleId;
  fleetId: FleetId;
  /** The fleet's own number, such as CAR-104; unique in the fleet. */
  number: string;
  plate: string | null;
  vin: string | null;
  /** Upper case, as Smartcar writes it. */
  make: string | null;
  model: string | null;
  year: number | null;
  powertrain: Powertrain | null;
  /** ISO 3166-1 alpha-2. */
  country: string | null;
  ownerId: OwnerId | null;
  createdAt: Date;
}

/** What Smartcar says of a car that an owner chose in Connect. */
export interface FoundCar {
  smartcarVehicleId: SmartcarVehicleId;
  make: string | null;
  model: string | null;
  year: number | null;
  powertrain: Powertrain | null;
  /** Null where it can't be read (not granted, not in the store yet, or not offered by the make). */
  vin: string | null;
}

export type Match =
  { matches: true } | { matches: false; field: 'vin' | 'make' | 'model' | 'year'; expected: string; found: string };

/** Whether the car an owner chose is the one on record. A VIN decides alone; without one, make, model and year must agree. */
export function matchCar(
  vehicle: Pick<Vehicle, 'vin' | 'make' | 'model' | 'year'>,
  found: Pick<FoundCar, 'vin' | 'make' | 'model' | 'year'>,
): Match {
  if (vehicle.vin && found.vin) return same('vin', vehicle.vin, found.vin);
  for (const field of ['make', 'model', 'year'] as const) {
    const expected = vehicle[field];
    const actual = found[field];
    if (expected === null || actual === null) continue;
    const match = same(field, String(expected), String(actual));
    if (!match.matches) return match;
  }
  return { matches: true };
}

function same(field: 'vin' | 'make' | 'model' | 'year', expected: string, found: string): Match {
  return isSameText(expected, found) ? { matches: true } : { matches: false, field, expected, found };
}

/** Without case, spaces, dots, underscores and hyphens, which people and manufacturers write as they please. */
export const isSameText = (a: string, b: string): boolean => plainText(a) === plainText(b);
const plainText = (text: string): string => text.toUpperCase().replaceAll(/[\s._-]/g, '');
