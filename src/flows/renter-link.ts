/** A renter's link: made for one rental, opened by whoever holds it, and taken back. */
import { cancelled } from '../domain/command.ts';
import type { FleetId, LinkId, RentalId, VehicleId } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Rental } from '../domain/rental.ts';
import { after } from '../domain/schedule.ts';
import { lockLastCommand, takeTurn, writeCommand } from '../store/command.ts';
import type { Database, Tx } from '../store/database.ts';
import { findRental, lockRental } from '../store/rental.ts';
import type { RentalKey } from '../store/rental.ts';
import { findLinkOfRental, findRenterLink, insertRenterLink, revokeRenterLink } from '../store/renter-link.ts';
import type { RenterLink } from '../store/renter-link.ts';
import type { Vault } from '../vault/vault.ts';
import type { Context } from './context.ts';
import { tellCommand } from './tell-command.ts';

export interface RenterLinkNeeds {
  database: Database;
  vault: Pick<Vault, 'linkToken'>;
  /** Without a trailing slash. */
  publicUrl: string;
}

/**
 * Days for which a link works beyond the planned end, or from now where none is planned. The rental is what ends it; this
 * only keeps the link of a rental that nobody ever ends from working for ever.
 */
const linkLifeD = 90;

/**
 * The rental's link: the one that there is, or a new one after it was taken back.
 *
 * @throws Refusal `not_found`, `rental_over`
 */
export async function renterLink(
  needs: RenterLinkNeeds,
  { fleetId }: Context,
  key: RentalKey,
  now: Date,
): Promise<{ url: string; expiresAt: Date }> {
  const link = await needs.database.asFleet(fleetId, async (tx) => {
    const rental = await lockRental(tx, key);
    if (!rental) throw new Refusal('not_found');
    if (rental.state !== 'active') throw new Refusal('rental_over', 'A renter’s link is for a rental that is active.');
    const living = await findLinkOfRental(tx, rental.id);
    if (living && now < living.expiresAt) return living;
    await revokeRenterLink(tx, rental.id, now);
    const expiresAt = after(laterOf(rental.endsAt, now), linkLifeD * 86_400);
    return { id: await insertRenterLink(tx, { fleetId, rentalId: rental.id, expiresAt }, now), expiresAt };
  });
  return { url: `${needs.publicUrl}/r/${needs.vault.linkToken(link.id)}`, expiresAt: link.expiresAt };
}

const laterOf = (at: Date | null, now: Date): Date => (at && at > now ? at : now);

/**
 * The rental's link opens nothing any more. Where there is none, nothing happens.
 *
 * @throws Refusal `not_found`
 */
export async function takeRenterLinkBack(
  needs: { database: Database },
  { fleetId }: Context,
  key: RentalKey,
  now: Date,
): Promise<Rental> {
  return needs.database.asFleet(fleetId, async (tx) => {
    const rental = await findRental(tx, key);
    if (!rental) throw new Refusal('not_found');
    await revokeRenterLink(tx, rental.id, now);
    if (rental.vehicleId) await takePressBack(tx, rental.vehicleId, rental.id, now);
    return rental;
  });
}

/** What the renter pressed and has not left yet. */
async function takePressBack(tx: Tx, vehicleId: VehicleId, rentalId: RentalId, now: Date): Promise<void> {
  await takeTurn(tx, vehicleId);
  const last = await lockLastCommand(tx, vehicleId);
  const isTheirs = last?.rentalId === rentalId && last.requestedBy.kind === 'renter';
  if (!isTheirs || last.state !== 'queued' || last.sends > 0) return;
  const taken = cancelled(last, now);
  await writeCommand(tx, taken);
  await tellCommand(tx, taken, null, 'command.cancelled', now);
}

/** The link behind a token, whatever became of its rental; null for one that is not known, taken back, or an owner's. */
export async function linkBehind(
  { database, vault }: { database: Database; vault: Pick<Vault, 'readLinkToken'> },
  token: string,
): Promise<RenterLink | null> {
  const id = vault.readLinkToken(token);
  return id && findRenterLink(database, id);
}

/** Whose car a token opens, before anything is asked of it. */
export interface RenterAt {
  fleetId: FleetId;
  linkId: LinkId;
}

/** @throws Refusal `link_unknown` */
export async function renterAt(
  needs: { database: Database; vault: Pick<Vault, 'readLinkToken'> },
  token: string,
): Promise<RenterAt> {
  const link = await linkBehind(needs, token);
  if (!link) throw new Refusal('link_unknown');
  return { fleetId: link.fleetId, linkId: link.id };
}
