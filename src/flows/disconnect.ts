/** Disconnecting: here at once and for good, at Smartcar as soon as it can be reached (revoke.ts). */
import type { AlertChange } from '../domain/alert.ts';
import { can } from '../domain/connection.ts';
import type { Connection } from '../domain/connection.ts';
import type { ConnectionId, FleetId, VehicleId } from '../domain/ids.ts';
import type { DisconnectedOutcome } from '../domain/outcome.ts';
import { Refusal } from '../domain/refusal.ts';
import { whileActive } from '../domain/rental.ts';
import type { Rental } from '../domain/rental.ts';
import type { Actor } from '../domain/role.ts';
import { applyAlertChanges } from '../store/alert.ts';
import { takeTurn } from '../store/command.ts';
import { writeAudit } from '../store/audit.ts';
import { findLivingConnection } from '../store/connection.ts';
import type { Database, Tx } from '../store/database.ts';
import { announce } from '../store/outbox.ts';
import { findActiveRental, lockRental, writeRental } from '../store/rental.ts';
import { findVehicle } from '../store/vehicle.ts';
import type { Vault } from '../vault/vault.ts';
import type { Context } from './context.ts';
import { observe } from './observe.ts';
import type { ObserveNeeds } from './observe.ts';
import { livingOf, openLink } from './open-link.ts';

export interface Ending {
  fleetId: FleetId;
  connectionId: ConnectionId;
  via: 'operator' | 'owner';
  actor: Actor;
  /** Commits with it; nothing changes where it answers false. */
  together?: (tx: Tx, connection: Connection) => Promise<boolean | void>;
}

/** Ends a connection here, and says that it is to be ended at Smartcar. What has ended already stays as it is. */
export async function endConnection(needs: ObserveNeeds, ending: Ending, now: Date): Promise<void> {
  const { fleetId, connectionId, via, actor } = ending;
  const outcome: DisconnectedOutcome = { kind: 'disconnected', via, at: now, requestId: null };
  await observe(
    needs,
    {
      ...{ fleetId, connectionId, actor, outcomes: [outcome] },
      together: async (tx, { connection }) => {
        if (connection.endedAt) return false;
        return (await ending.together?.(tx, connection)) !== false;
      },
    },
    now,
  );
}

/** @throws Refusal `not_found`, `not_connected`, `rental_active` */
export async function disconnect(needs: ObserveNeeds, context: Context, id: VehicleId, now: Date): Promise<void> {
  const { fleetId, actor } = context;
  const connection = await needs.database.asFleet(fleetId, async (tx) => {
    if (!(await findVehicle(tx, id))) throw new Refusal('not_found');
    return findLivingConnection(tx, id);
  });
  if (!connection || !can(connection).disconnect.allowed) throw new Refusal('not_connected');
  const together = async (tx: Tx): Promise<void> => {
    const rental = await rentalOf(tx, id);
    if (rental) throw whileActive(rental);
  };
  await endConnection(needs, { fleetId, connectionId: connection.id, via: 'operator', actor, together }, now);
}

/**
 * The rental that keeps a car connected; null when it is in none. Of a rental that starts and a car that is disconnected in the
 * same moment one waits here, and finds what the other did.
 */
export async function rentalOf(tx: Tx, vehicleId: VehicleId): Promise<Rental | null> {
  await takeTurn(tx, vehicleId);
  return findActiveRental(tx, vehicleId);
}

/**
 * An owner ends it on their page, and operators are told. While the car is rented out it ends with the rental. Pressed again
 * it changes nothing.
 *
 * @throws Refusal `link_unknown`, `link_expired`
 */
export async function stopSharing(
  needs: ObserveNeeds & { database: Database; vault: Vault },
  token: string,
  vehicleId: string,
  now: Date,
): Promise<void> {
  const { link, actor } = await openLink(needs, token, now);
  const { fleet_id: fleetId } = link;
  const connection = await needs.database.asFleet(fleetId, (tx) => livingOf(tx, link, vehicleId));
  if (!connection || (await stopWithRental(needs, connection, actor, now))) return;
  const together = async (tx: Tx, { vehicleId: subject }: Connection): Promise<boolean> => {
    if (await rentalOf(tx, subject)) return false;
    await tellStopped(tx, connection, actor, null, now);
    return true;
  };
  await endConnection(needs, { fleetId, connectionId: connection.id, via: 'owner', actor, together }, now);
  // Rented out in this very moment: then it ends with that rental.
  await stopWithRental(needs, connection, actor, now);
}

/** @returns whether the car is rented out, and its sharing ends with that rental */
async function stopWithRental(
  needs: { database: Database },
  { fleetId, vehicleId }: Connection,
  actor: Actor,
  now: Date,
): Promise<boolean> {
  return needs.database.asFleet(fleetId, async (tx) => {
    const active = await rentalOf(tx, vehicleId);
    const rental = active && (await lockRental(tx, { id: active.id }));
    if (rental?.state !== 'active') return false;
    if (rental.disconnectBy?.kind === 'owner') return true;
    await writeRental(tx, { ...rental, disconnectBy: actor });
    await tellStopped(tx, { fleetId, vehicleId }, actor, rental.reference, now);
    return true;
  });
}

/** `reference`: of the rental that it waits for. */
async function tellStopped(
  tx: Tx,
  { fleetId, vehicleId }: Pick<Connection, 'fleetId' | 'vehicleId'>,
  actor: Actor,
  reference: string | null,
  at: Date,
): Promise<void> {
  const detail = reference === null ? {} : { reference };
  await writeAudit(tx, { fleetId, at, actor, act: 'stopSharing', subject: vehicleId, detail, requestId: null });
  await applyAlertChanges(tx, fleetId, [vehicleId], [stoppedAlert(vehicleId, detail)], at);
  await announce(tx, fleetId, [vehicleId], ['vehicles', 'alerts', 'rentals']);
}

const stoppedKey = (vehicleId: VehicleId): string => `${vehicleId}:owner.stopped-sharing`;

const stoppedAlert = (vehicleId: VehicleId, detail: Record<string, string>): AlertChange => ({
  change: 'open',
  key: stoppedKey(vehicleId),
  kind: 'owner.stopped-sharing',
  severity: 'warning',
  detail,
});

/** A new grant ends the alert about the one that was taken back. */
export const sharedAgain = (vehicleId: VehicleId): AlertChange => ({ change: 'resolve', key: stoppedKey(vehicleId) });
