/** What the address of the list of vehicles says, as the API's filter. */
import type { VehicleFilterInput } from '../src/http/contract/vehicles.ts';
import type { VehicleFilters } from './paths.ts';

/** The address may hold any word; the server refuses what it does not know, and the page says so. */
export function filterOf(filters: VehicleFilters): VehicleFilterInput {
  const { status, cause, freshness, make, who, incident, lapsesBefore, permissionMissing, inRental, readiness, q } =
    filters;
  const given = { status, cause, freshness, make, who, incident, permissionMissing, inRental, readiness, q };
  const all = { ...given, lapsesBefore: instantOf(lapsesBefore) };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value)) as VehicleFilterInput;
}

const instantOf = (day: string | undefined): string | undefined =>
  day !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(day) ? `${day}T00:00:00.000Z` : day;
