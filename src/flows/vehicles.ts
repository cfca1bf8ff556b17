/** Adding and changing vehicles. */
import { newId, isId } from '../domain/ids.ts';
import type { OwnerId, VehicleId } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Vehicle } from '../domain/vehicle.ts';
import { nameOwner } from '../store/connection.ts';
import type { Database, Tx } from '../store/database.ts';
import { announce } from '../store/outbox.ts';
import { findOwner } from '../store/owner.ts';
import { insertHappenings } from '../store/timeline.ts';
import { insertVehicle, nextNumber, updateVehicle } from '../store/vehicle.ts';
import { violatedIndex } from '../store/violation.ts';
import type { Context } from './context.ts';
import { refusingTwins } from './refuse-twins.ts';

const twins = { vehicle_number: 'number_taken', vehicle_vin: 'vin_taken' } as const;

/** As many vehicles can be added at the same moment without a number of their own. */
const mostTries = 20;

type Told<T> = { [K in keyof T]?: T[K] | undefined };
type NewVehicle = Told<Omit<Vehicle, 'id' | 'fleetId' | 'createdAt' | 'ownerId'>> & { ownerId?: string | undefined };
type VehicleChange = Told<Pick<Vehicle, 'number' | 'plate' | 'vin'>> & { ownerId?: string | null | undefined };

/** @throws Refusal `number_taken`, `vin_taken`, `not_found` (owner) */
export async function addVehicle(
  needs: { database: Database },
  context: Context,
  input: NewVehicle,
  now: Date,
): Promise<VehicleId> {
  const id = newId('veh', now);
  const add = (): Promise<void> =>
    needs.database.asFleet(context.fleetId, async (tx) => {
      await insertVehicle(tx, { ...(await recordOf(tx, input)), id, fleetId: context.fleetId, createdAt: now });
      const line = { kind: 'vehicle.added', at: now, via: 'operator', requestId: null } as const;
      await insertHappenings(tx, { fleetId: context.fleetId, vehicleId: id, connectionId: null }, context.actor, [
        line,
      ]);
      await announce(tx, context.fleetId, [id], ['vehicles']);
    });
  await refusingTwins(twins, () => (input.number === undefined ? untilFree(add) : add()));
  return id;
}

/** Two that are added at once work out the same next number: who comes second takes the one after it. */
async function untilFree(add: () => Promise<void>): Promise<void> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await add();
    } catch (error) {
      if (violatedIndex(error) !== 'vehicle_number' || tried === mostTries) throw error;
    }
  }
}

async function recordOf(tx: Tx, input: NewVehicle): Promise<Omit<Vehicle, 'id' | 'fleetId' | 'createdAt'>> {
  return {
    number: input.number ?? (await nextNumber(tx)),
    plate: input.plate ?? null,
    vin: input.vin ?? null,
    make: input.make ?? null,
    model: input.model ?? null,
    year: input.year ?? null,
    powertrain: input.powertrain ?? null,
    country: input.country ?? null,
    ownerId: input.ownerId === undefined ? null : await ownerIdOf(tx, input.ownerId),
  };
}

/** @throws Refusal `not_found`, `number_taken`, `vin_taken` */
export async function changeVehicle(
  needs: { database: Database },
  context: Context,
  id: VehicleId,
  change: VehicleChange,
): Promise<void> {
  await refusingTwins(twins, () =>
    needs.database.asFleet(context.fleetId, async (tx) => {
      const ownerId = typeof change.ownerId === 'string' ? await ownerIdOf(tx, change.ownerId) : change.ownerId;
      const told = Object.fromEntries(
        Object.entries({ ...change, ownerId }).filter(([, value]) => value !== undefined),
      );
      if (!(await updateVehicle(tx, id, told))) throw new Refusal('not_found');
      if (ownerId) await nameOwner(tx, id, ownerId);
      await announce(tx, context.fleetId, [id], ['vehicles']);
    }),
  );
}

async function ownerIdOf(tx: Tx, text: string): Promise<OwnerId> {
  const owner = isId('own', text) ? await findOwner(tx, text) : undefined;
  if (!owner || owner.erased_at) throw new Refusal('not_found', 'This fleet has no owner with this id.');
  return owner.id;
}
