/** What an owner shares, car by car: since when, what for, and what is no longer shared. Looking changes nothing. */
import type { Connection } from '../domain/connection.ts';
import type { VehicleId } from '../domain/ids.ts';
import type { Permission } from '../domain/permission.ts';
import type { Database, Tx } from '../store/database.ts';
import { ownFleet } from '../store/fleet.ts';
import { findOwner } from '../store/owner.ts';
import { listLeaving } from '../store/rental.ts';
import { findVehicles } from '../store/vehicle.ts';
import type { Vault } from '../vault/vault.ts';
import type { PageFleet } from './link-page.ts';
import { connectionsOf, openLink, ownerBehind } from './open-link.ts';

export interface SharedCar {
  vehicleId: VehicleId;
  number: string;
  plate: string | null;
  make: string | null;
  model: string | null;
  year: number | null;
  /** shared: it works. waiting: first data is awaited. interrupted: somebody has to mend it. ended: no longer shared. */
  state: 'shared' | 'waiting' | 'interrupted' | 'ended';
  since: Date;
  /** Null while it is shared. */
  endedAt: Date | null;
  /** They have stopped it, and it ends with the rental that the car is in. */
  endsWithRental: boolean;
  /** Ended here, and Smartcar has not confirmed yet. */
  isEnding: boolean;
  permissions: Permission[];
}

export interface SharingPage {
  fleet: PageFleet;
  language: string;
  ownerName: string | null;
  /** Shared ones first, each vehicle once. */
  cars: SharedCar[];
  /** The link is the owner's own, so that it opens everything that is kept about them. */
  isOwners: boolean;
}

/** @throws Refusal `link_unknown`, `link_expired` */
export async function viewSharing(
  needs: { database: Database; vault: Vault },
  token: string,
  now: Date,
): Promise<SharingPage> {
  const { link } = await openLink(needs, token, now);
  return needs.database.asFleet(link.fleet_id, async (tx) => {
    const { name, settings } = await ownFleet(tx);
    const owner = link.owner_id ? await findOwner(tx, link.owner_id) : undefined;
    const isOwners = ownerBehind(link) !== null;
    return {
      fleet: { name: settings.ownerMail.fromName || name, supportContact: settings.ownerMail.supportContact },
      language: owner?.language ?? 'en',
      ownerName: isOwners ? (owner?.name ?? null) : null,
      cars: await carsOf(tx, await connectionsOf(tx, link)),
      isOwners,
    };
  });
}

async function carsOf(tx: Tx, connections: readonly Connection[]): Promise<SharedCar[]> {
  const latest = connections.filter(
    ({ vehicleId }, place) => connections.findIndex((other) => other.vehicleId === vehicleId) === place,
  );
  const vehicles = await findVehicles(
    tx,
    latest.map(({ vehicleId }) => vehicleId),
  );
  const leaving = await listLeaving(
    tx,
    vehicles.map(({ id }) => id),
  );
  const cars = latest.flatMap((connection) => {
    const vehicle = vehicles.find(({ id }) => id === connection.vehicleId);
    if (!vehicle) return [];
    const { number, plate, make, model, year } = vehicle;
    const endsWithRental = leaving.has(vehicle.id);
    return [
      { ...{ vehicleId: vehicle.id, number, plate, make, model, year, endsWithRental }, ...standingOf(connection) },
    ];
  });
  return cars.sort((a, b) => Number(a.state === 'ended') - Number(b.state === 'ended'));
}

function standingOf(c: Connection): Pick<SharedCar, 'state' | 'since' | 'endedAt' | 'isEnding' | 'permissions'> {
  const isOver = c.endedAt !== null || c.status === 'disconnected';
  const state = isOver
    ? 'ended'
    : c.status === 'active'
      ? 'shared'
      : c.status === 'pending'
        ? 'waiting'
        : 'interrupted';
  return {
    state,
    since: c.connectedAt,
    endedAt: isOver ? (c.endedAt ?? c.since) : null,
    isEnding: c.cause === 'disconnectedHere' && c.revokedAt === null,
    permissions: c.permissions,
  };
}
