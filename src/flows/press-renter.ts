/** A renter pressed Lock or Unlock. It goes the way of every command, with the rental that has to be active. */
import type { CommandType } from '../domain/command.ts';
import { Refusal } from '../domain/refusal.ts';
import { renterDeadlineS } from '../domain/renter.ts';
import type { Actor } from '../domain/role.ts';
import { writeAudit } from '../store/audit.ts';
import type { Database } from '../store/database.ts';
import { findRental } from '../store/rental.ts';
import type { Vault } from '../vault/vault.ts';
import { requestCommand } from './command.ts';
import { linkBehind } from './renter-link.ts';
import { closedReason } from './view-renter.ts';

/** By the rental: their name is kept sealed with it, and erased in its own time. */
const renterOf = (rentalId: string): Actor => ({ kind: 'renter', id: rentalId, name: 'Renter' });

const closedAs = { expired: 'link_expired', early: 'link_early', over: 'rental_over' } as const;

/**
 * @param press `pressId`: the same press asks for the same command, however often it comes. `agoS`: seconds since the button was pressed, where the page could tell; what took longer to come than the
 *   deadline is not sent.
 * @throws Refusal `link_unknown`, `link_expired`, `link_early`, `rental_over`, `press_late`, and those of `requestCommand`
 */
export async function pressAsRenter(
  needs: { database: Database; vault: Pick<Vault, 'readLinkToken'> },
  token: string,
  { type, agoS, pressId }: { type: CommandType; agoS: number; pressId: string | null },
  now: Date,
): Promise<void> {
  const link = await linkBehind(needs, token);
  if (!link) throw new Refusal('link_unknown');
  const { fleetId, rentalId } = link;
  const rental = await needs.database.asFleet(fleetId, (tx) => findRental(tx, { id: rentalId }));
  const closed = closedReason(rental, link.expiresAt, now);
  if (!rental?.vehicleId || closed) throw new Refusal(closed ? closedAs[closed] : 'rental_over');
  const deadlineS = Math.floor(renterDeadlineS - Math.max(0, agoS));
  if (deadlineS < 1) throw new Refusal('press_late');
  const { vehicleId } = rental;
  const actor = renterOf(rentalId);
  await requestCommand(
    needs,
    { fleetId, actor, requestId: null },
    vehicleId,
    { type, rentalId, deadlineS, idempotencyKey: pressId },
    now,
  );
  const detail = { type, rentalId };
  await needs.database.asFleet(fleetId, (tx) =>
    writeAudit(tx, { fleetId, at: now, actor, act: 'sendCommand', subject: vehicleId, detail, requestId: null }),
  );
}
