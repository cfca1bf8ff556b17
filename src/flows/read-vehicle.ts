/** Reading a car once, and what the answer comes to. */
import type { SmartcarUserId, SmartcarVehicleId } from '../domain/ids.ts';
import type { Outcome, Via } from '../domain/outcome.ts';
import type { Smartcar } from '../smartcar/smartcar.ts';
import type { Access } from '../vault/access.ts';

export interface ReadNeeds {
  smartcar: Smartcar;
  access: Access;
  clock: () => Date;
}

/** The outcome is dated when the answer came: what was fetched before a slow answer must not look newer than it is. */
export async function readVehicle(
  needs: ReadNeeds,
  car: { smartcarVehicleId: SmartcarVehicleId; smartcarUserId: SmartcarUserId },
  via: Via,
): Promise<Outcome> {
  const ids = { vehicleId: car.smartcarVehicleId, userId: car.smartcarUserId };
  const answer = await needs.access.withAccess(needs.clock(), (token) =>
    needs.smartcar.readSignals(token, ids, needs.clock()),
  );
  const at = needs.clock();
  if (!answer.ok) return { kind: 'failed', via, at, requestId: answer.failure.requestId, failure: answer.failure };
  return { kind: 'signals', via, at, requestId: answer.requestId, ...answer.value };
}
