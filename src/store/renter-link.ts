/** Renters' links: one that works for each rental. They are rows of the owners' table, and never found as one of theirs. */
import { newId } from '../domain/ids.ts';
import type { FleetId, LinkId, RentalId } from '../domain/ids.ts';
import type { Database, Tx } from './database.ts';

export interface RenterLink {
  id: LinkId;
  fleetId: FleetId;
  rentalId: RentalId;
  expiresAt: Date;
}

/** Found across fleets, as whoever holds it does not know its fleet. What was taken back is not found. */
export async function findRenterLink({ system }: Database, id: LinkId): Promise<RenterLink | null> {
  const row = await system
    .selectFrom('link')
    .select(['id', 'fleet_id', 'rental_id', 'expires_at'])
    .where('id', '=', id)
    .where('kind', '=', 'renter')
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  return row?.rental_id
    ? { id: row.id, fleetId: row.fleet_id, rentalId: row.rental_id, expiresAt: row.expires_at }
    : null;
}

/** The one that was not taken back, expired or not; null when there is none. */
export async function findLinkOfRental(tx: Tx, rentalId: RentalId): Promise<{ id: LinkId; expiresAt: Date } | null> {
  const row = await tx
    .selectFrom('link')
    .select(['id', 'expires_at as expiresAt'])
    .where('rental_id', '=', rentalId)
    .where('kind', '=', 'renter')
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  return row ?? null;
}

/** The caller holds the rental, and has taken back what there was. */
export async function insertRenterLink(
  tx: Tx,
  { fleetId, rentalId, expiresAt }: Omit<RenterLink, 'id'>,
  now: Date,
): Promise<LinkId> {
  const id = newId('lnk', now);
  const nobody = { vehicle_id: null, owner_id: null, request_id: null, used_at: null, revoked_at: null };
  await tx
    .insertInto('link')
    .values({
      ...{ id, fleet_id: fleetId, kind: 'renter', rental_id: rentalId, ...nobody },
      ...{ created_at: now, expires_at: expiresAt },
    })
    .execute();
  return id;
}

/** Nothing opens by it any more. */
export async function revokeRenterLink(tx: Tx, rentalId: RentalId, at: Date): Promise<void> {
  await tx
    .updateTable('link')
    .set({ revoked_at: at })
    .where('rental_id', '=', rentalId)
    .where('kind', '=', 'renter')
    .where('revoked_at', 'is', null)
    .execute();
}
