/** Check and diagnosis of one vehicle. */
import { diagnose } from '../../domain/diagnosis.ts';
import type { Known } from '../../domain/diagnosis.ts';
import type { Cause } from '../../domain/cause.ts';
import type { VehicleId } from '../../domain/ids.ts';
import { heldOf, routeOf } from '../../domain/reconnect-route.ts';
import type { ReconnectRoute } from '../../domain/reconnect-route.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Vehicle } from '../../domain/vehicle.ts';
import type { Tx } from '../../store/database.ts';
import { findKnown } from '../../store/diagnosis.ts';
import { isHeld } from '../../store/loose-grant.ts';
import { ownFleet } from '../../store/fleet.ts';
import { vehicleById } from '../../store/vehicle-list.ts';
import { findVehicle } from '../../store/vehicle.ts';
import type { HandlerNeeds, Handlers } from '../call.ts';
import { ownId } from '../own-id.ts';
import { presentDiagnosis, presentStep, presentSupportFile } from '../present-diagnosis.ts';
import { installationOf, presentVehicle } from '../present-vehicle.ts';
import type { Installation } from '../present-vehicle.ts';

type DiagnosisCalls = 'checkVehicle' | 'getDiagnosis' | 'getSupportFile';

export function diagnosisHandlers({ flows, clock, config }: HandlerNeeds): Pick<Handlers, DiagnosisCalls> {
  const installation = installationOf(config);
  return {
    async checkVehicle(call) {
      const id = ownId('veh', call.params.id);
      await flows.check(call.context, id, call.now, (step) => call.tell('step', presentStep(step)));
      return call.inFleet(async (tx) => {
        // The check took its time; what it found is dated by when it came.
        const now = clock();
        const fleet = await ownFleet(tx);
        const vehicle = await vehicleById(tx, id);
        if (!vehicle) throw new Refusal('not_found');
        const { known, toConfirm } = await find(tx, id);
        const turn = { routeFor: routesOf(known, installation), toConfirm };
        return {
          ...presentVehicle(vehicle, fleet, installation, now),
          diagnosis: presentDiagnosis(diagnose(known, now), { id, make: vehicle.make }, turn),
        };
      });
    },
    getDiagnosis: ({ params, now, inFleet }) =>
      inFleet(async (tx) => {
        const { vehicle, known, toConfirm } = await find(tx, ownId('veh', params.id));
        return presentDiagnosis(diagnose(known, now), vehicle, { routeFor: routesOf(known, installation), toConfirm });
      }),
    getSupportFile: ({ params, now, inFleet }) =>
      inFleet(async (tx) => {
        const { vehicle, known } = await find(tx, ownId('veh', params.id));
        return presentSupportFile(diagnose(known, now), vehicle, known.connection);
      }),
  };
}

/** How each cause that may be found would be repaired, with what is held of this connection. */
function routesOf(
  { connection, required }: Known,
  installation: Installation,
): (cause: Cause) => ReconnectRoute | null {
  return (cause) => {
    if (!connection) return null;
    const c = { ...connection, cause };
    return routeOf(c, heldOf(c, { ...installation, required, ownerKnown: true }));
  };
}

async function find(tx: Tx, id: VehicleId): Promise<{ vehicle: Vehicle; known: Known; toConfirm: boolean }> {
  const vehicle = await findVehicle(tx, id);
  if (!vehicle) throw new Refusal('not_found');
  return { vehicle, known: await findKnown(tx, vehicle, await ownFleet(tx)), toConfirm: await isHeld(tx, id) };
}
