/**
 * Adopting connections that the Smartcar application has already: each becomes a vehicle of a fleet, connected and waiting
 * for proof. Smartcar is asked about each again first, so that an old list binds nothing; what it listed a moment ago needs
 * no request.
 */
import type { FleetId, OwnerId, VehicleId } from '../domain/ids.ts';
import { isId, newId } from '../domain/ids.ts';
import { isListedLately } from '../domain/drift.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Actor } from '../domain/role.ts';
import type { Vehicle } from '../domain/vehicle.ts';
import type { ListedConnection, Smartcar } from '../smartcar/smartcar.ts';
import { insertConnection } from '../store/connection.ts';
import type { Database, Tx } from '../store/database.ts';
import { fleetById } from '../store/fleet.ts';
import { findOwner } from '../store/owner.ts';
import { insertHappenings } from '../store/timeline.ts';
import { findUnknown, forgetCars } from '../store/unknown-connection.ts';
import type { UnknownRow } from '../store/unknown-connection.ts';
import { insertVehicle, nextNumber } from '../store/vehicle.ts';
import { violatedIndex } from '../store/violation.ts';
import type { Access } from '../vault/access.ts';
import { newConnection, tellConnected } from './bind-grant.ts';
import { takeForPerson } from './budget.ts';
import type { BudgetNeeds } from './budget.ts';
import { CallFailed, valueOf } from './call-failed.ts';
import type { Granted } from './grants.ts';
import { counted } from './meter.ts';
import { recordElsewhere } from './record-consent.ts';

export interface AdoptNeeds extends BudgetNeeds {
  database: Database;
  smartcar: Smartcar;
  access: Access;
}

export interface AdoptionWish {
  smartcarConnectionId: string;
  fleetId: string;
  /** Chosen by Towline when absent. */
  number?: string | undefined;
  ownerId?: string | undefined;
}

/** Why one was not adopted; the others go on. */
export type AdoptionProblem =
  | 'not_listed'
  | 'needs_owner'
  | 'no_fleet'
  | 'no_owner'
  | 'already_connected'
  | 'number_taken'
  | 'not_answered'
  | 'no_requests_left';

export interface Adopted {
  smartcarConnectionId: string;
  vehicleId: VehicleId | null;
  /** Null when it was adopted. */
  problem: AdoptionProblem | null;
}

/** One after the other, in the order of the wishes; each is a commit of its own. */
export async function adopt(
  needs: AdoptNeeds,
  actor: Actor,
  wishes: readonly AdoptionWish[],
  now: Date,
): Promise<Adopted[]> {
  const adopted: Adopted[] = [];
  for (const wish of wishes) {
    const { smartcarConnectionId } = wish;
    const result = await adoptOne(needs, actor, wish, now);
    adopted.push(
      isId('veh', result)
        ? { smartcarConnectionId, vehicleId: result, problem: null }
        : { smartcarConnectionId, vehicleId: null, problem: result },
    );
  }
  return adopted;
}

async function adoptOne(
  needs: AdoptNeeds,
  actor: Actor,
  wish: AdoptionWish,
  now: Date,
): Promise<VehicleId | AdoptionProblem> {
  const { database } = needs;
  const { known, fleet } = await database.asSystem(async (tx) => ({
    known: await findUnknown(tx, wish.smartcarConnectionId),
    fleet: isId('flt', wish.fleetId) ? await fleetById(tx, wish.fleetId) : null,
  }));
  if (!known) return 'not_listed';
  if (!fleet) return 'no_fleet';
  // Without tokens, which only the owner's consent gives, such a car can't be read.
  if (known.platform === 'v2') return 'needs_owner';
  try {
    const own = counted(needs, { fleetId: fleet.id, make: known.make, purpose: 'person' }, true);
    const listed = await stillListed(own, known, now);
    if (!listed) return 'not_listed';
    const vehicleId = await database.asFleet(fleet.id, (tx) => bind(tx, fleet.id, actor, { wish, listed }, now));
    await database.asSystem((tx) => forgetCars(tx, [listed.smartcarVehicleId]));
    return vehicleId;
  } catch (error) {
    return problemOf(error);
  }
}

function problemOf(error: unknown): AdoptionProblem {
  if (error instanceof CallFailed) return 'not_answered';
  if (error instanceof Refusal && error.code === 'not_found') return 'no_owner';
  if (error instanceof Refusal && error.code === 'too_many_requests') return 'no_requests_left';
  const index = violatedIndex(error);
  if (index === 'connection_car') return 'already_connected';
  if (index === 'vehicle_number') return 'number_taken';
  throw error;
}

type Listed = Omit<ListedConnection, 'id'> & Pick<Granted, 'id'>;

/** The very pair of vehicle and user, as Smartcar lists it; null when it does not. @throws Refusal `too_many_requests` */
async function stillListed(needs: AdoptNeeds, known: UnknownRow, now: Date): Promise<Listed | null> {
  const { smartcar_connection_id: connectionId, smartcar_vehicle_id: vehicleId, smartcar_user_id: userId } = known;
  if (isListedLately(known.seen_at, now)) return asListed(known);
  if (!connectionId) return null;
  if (!(await takeForPerson(needs, 1, now))) throw new Refusal('too_many_requests');
  const { access, smartcar } = needs;
  const listed = valueOf(await access.withAccess(now, (token) => smartcar.findConnection(token, { connectionId })));
  return listed?.smartcarVehicleId === vehicleId && listed.smartcarUserId === userId ? listed : null;
}

function asListed(row: UnknownRow): Listed {
  const { make, model, year, powertrain, permissions } = row;
  return {
    id: row.smartcar_connection_id,
    smartcarVehicleId: row.smartcar_vehicle_id,
    smartcarUserId: row.smartcar_user_id,
    externalId: null,
    ...{ permissions, make, model, year, powertrain },
    createdAt: row.granted_at,
  };
}

/** Nothing is bound twice: the index of living connections decides. @returns the vehicle that was made */
async function bind(
  tx: Tx,
  fleetId: FleetId,
  actor: Actor,
  { wish, listed }: { wish: AdoptionWish; listed: Listed },
  now: Date,
): Promise<VehicleId> {
  const vehicle = await recordOf(tx, fleetId, wish, listed, now);
  await insertVehicle(tx, vehicle);
  const added = { kind: 'vehicle.added', at: now, via: 'operator', requestId: null } as const;
  await insertHappenings(tx, { fleetId, vehicleId: vehicle.id, connectionId: null }, actor, [added]);
  const own: Granted = { ...listed, platform: 'v3', tokenSetId: null };
  const connection = newConnection({ fleet_id: fleetId }, vehicle, own, now);
  await insertConnection(tx, connection);
  await recordElsewhere(tx, connection, actor, listed.createdAt);
  await tellConnected(tx, connection, actor, now);
  return vehicle.id;
}

async function recordOf(
  tx: Tx,
  fleetId: FleetId,
  wish: AdoptionWish,
  { make, model, year, powertrain }: Listed,
  now: Date,
): Promise<Vehicle> {
  return {
    id: newId('veh', now),
    fleetId,
    number: wish.number ?? (await nextNumber(tx)),
    plate: null,
    vin: null,
    make,
    model,
    year,
    powertrain,
    country: null,
    ownerId: wish.ownerId === undefined ? null : await ownerOf(tx, wish.ownerId),
    createdAt: now,
  };
}

async function ownerOf(tx: Tx, text: string): Promise<OwnerId> {
  const owner = isId('own', text) ? await findOwner(tx, text) : undefined;
  if (!owner || owner.erased_at) throw new Refusal('not_found');
  return owner.id;
}
