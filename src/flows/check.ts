/** An operator's check: reads the car now, and takes the one path like any other answer. */
import { can } from '../domain/connection.ts';
import type { VehicleId } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import { findLivingConnection } from '../store/connection.ts';
import { insertHappenings } from '../store/timeline.ts';
import { findVehicle } from '../store/vehicle.ts';
import { takeForPerson } from './budget.ts';
import type { BudgetNeeds } from './budget.ts';
import type { Context } from './context.ts';
import { observe } from './observe.ts';
import type { ObserveNeeds } from './observe.ts';
import { isStillReadSo, readCost, readVehicle } from './read-vehicle.ts';
import type { ReadNeeds } from './read-vehicle.ts';

/** @throws Refusal `not_found`, `not_connected`, `too_many_requests` */
export async function check(
  needs: ObserveNeeds & ReadNeeds & BudgetNeeds,
  context: Context,
  id: VehicleId,
  now: Date,
): Promise<void> {
  const { fleetId, actor } = context;
  const connection = await needs.database.asFleet(fleetId, async (tx) => {
    if (!(await findVehicle(tx, id))) throw new Refusal('not_found');
    return findLivingConnection(tx, id);
  });
  if (!connection || !can(connection).check.allowed) throw new Refusal('not_connected');
  if (!(await takeForPerson(needs, readCost(connection.platform), now)))
    throw new Refusal('too_many_requests', "Smartcar's request limit is used up for the moment.");
  const car = { ...connection, connectionId: connection.id };
  const outcome = await readVehicle(needs, car, 'check');
  const run = { kind: 'check.run', at: outcome.at, via: 'check', requestId: outcome.requestId } as const;
  await observe(
    needs,
    {
      fleetId,
      connectionId: connection.id,
      outcomes: [outcome],
      actor,
      together: async (tx, { connection: current }) => {
        if (!isStillReadSo(current, car)) return false;
        await insertHappenings(tx, { fleetId, vehicleId: current.vehicleId, connectionId: connection.id }, actor, [
          run,
        ]);
        return true;
      },
    },
    outcome.at,
  );
}
