/** What Smartcar said of vehicles' VINs, one row a vehicle: the last time it was asked. */
import type { CompatibilityCheck } from '../domain/compatibility.ts';
import type { FleetId, VehicleId } from '../domain/ids.ts';
import type { Tx } from './database.ts';

/** Keeps it in the place of the last one. */
export async function writeCompatibility(
  tx: Tx,
  subject: { fleetId: FleetId; vehicleId: VehicleId },
  check: CompatibilityCheck,
): Promise<void> {
  const { checkedAt, vin, country, answer, reason, lacking, requestId } = check;
  const columns = {
    ...{ checked_at: checkedAt, vin, country, answer, reason, request_id: requestId },
    lacking: lacking && JSON.stringify(lacking),
  };
  await tx
    .insertInto('compatibility_check')
    .values({ vehicle_id: subject.vehicleId, fleet_id: subject.fleetId, ...columns })
    .onConflict((conflict) => conflict.column('vehicle_id').doUpdateSet(columns))
    .execute();
}

/** Null when the vehicle was never asked about by this VIN. */
export async function findCompatibility(
  tx: Tx,
  { id, vin }: { id: VehicleId; vin: string | null },
): Promise<CompatibilityCheck | null> {
  if (vin === null) return null;
  const row = await tx
    .selectFrom('compatibility_check')
    .selectAll()
    .where('vehicle_id', '=', id)
    .where('vin', '=', vin)
    .executeTakeFirst();
  if (!row) return null;
  const { checked_at: checkedAt, country, answer, reason, lacking, request_id: requestId } = row;
  return { checkedAt, vin, country, answer, reason, lacking, requestId };
}
