/** Which vehicles have become ready for a renter, or are it no longer, since they were last looked at. */
import { sql } from 'kysely';

import type { FleetId, VehicleId } from '../domain/ids.ts';
import type { Tx } from './database.ts';
import { isInRental } from './vehicle-filter.ts';
import { joined, readyCondition } from './vehicle-list.ts';
import type { ListTerms } from './vehicle-list.ts';

export interface ReadinessNoted {
  vehicleId: VehicleId;
  isReady: boolean;
  /** It was never looked at before. */
  isFirst: boolean;
}

/** Writes down what has changed, of so many vehicles at most. A car in a rental stays as it was before. */
export async function noteReadiness(
  tx: Tx,
  fleetId: FleetId,
  terms: ListTerms,
  most: number,
): Promise<ReadinessNoted[]> {
  const ready = await readyCondition(tx, terms);
  const changed = await joined(tx)
    .leftJoin('vehicle_readiness as w', 'w.vehicle_id', 'v.id')
    .select(['v.id as vehicleId', ready.as('isReady'), sql<boolean>`w.vehicle_id is null`.as('isFirst')])
    .where(sql<boolean>`not ${isInRental} and w.ready is distinct from ${ready}`)
    .limit(most)
    .execute();
  if (changed.length === 0) return [];
  // Two that look at once write down the same, and the later one has nothing to tell.
  const written = await tx
    .insertInto('vehicle_readiness')
    .values(
      changed.map(({ vehicleId, isReady }) => ({
        vehicle_id: vehicleId,
        fleet_id: fleetId,
        ready: isReady,
        since: terms.now,
      })),
    )
    .onConflict((conflict) =>
      conflict
        .column('vehicle_id')
        .doUpdateSet(({ ref }) => ({ ready: ref('excluded.ready'), since: ref('excluded.since') }))
        .whereRef('vehicle_readiness.ready', 'is distinct from', sql.ref('excluded.ready')),
    )
    .returning('vehicle_id')
    .execute();
  const isWritten = new Set(written.map((row) => row.vehicle_id));
  return changed.filter(({ vehicleId }) => isWritten.has(vehicleId));
}
