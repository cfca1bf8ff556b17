/** What stands behind a renter's link. Looking changes nothing. */
import { retryOf } from '../domain/command.ts';
import type { Command } from '../domain/command.ts';
import { can } from '../domain/connection.ts';
import type { Fleet } from '../domain/fleet.ts';
import type { Reading } from '../domain/reading.ts';
import type { Rental } from '../domain/rental.ts';
import { isBusy, renterStep } from '../domain/renter.ts';
import { lastCommandSince } from '../store/command.ts';
import { findLivingConnection } from '../store/connection.ts';
import type { Database, Tx } from '../store/database.ts';
import { ownFleet } from '../store/fleet.ts';
import { findRental } from '../store/rental.ts';
import { readLatest } from '../store/telemetry.ts';
import { findVehicle } from '../store/vehicle.ts';
import type { Vault } from '../vault/vault.ts';
import { linkBehind } from './renter-link.ts';
import type { RenterCommand, RenterFleet, RenterPage } from './renter-page.ts';

type ViewNeeds = { database: Database; vault: Pick<Vault, 'readLinkToken'> };

const language = 'en';

export async function viewRenter(needs: ViewNeeds, token: string, now: Date): Promise<RenterPage> {
  const link = await linkBehind(needs, token);
  if (!link) return { page: 'closed', reason: 'unknown', fleet: null, startsAt: null, language };
  return needs.database.asFleet(link.fleetId, async (tx) => {
    const fleet = fleetOf(await ownFleet(tx));
    const rental = await findRental(tx, { id: link.rentalId });
    const reason = closedReason(rental, link.expiresAt, now);
    if (!rental || reason) {
      const startsAt = reason === 'early' && rental ? rental.startedAt : null;
      return { page: 'closed', reason: reason ?? 'unknown', fleet, startsAt, language };
    }
    return carPage(tx, rental, fleet, now);
  });
}

/** While a rental is active it opens, however long its planned end has passed. Null when it opens. */
export function closedReason(
  rental: Pick<Rental, 'state' | 'startedAt'> | null,
  expiresAt: Date,
  now: Date,
): 'expired' | 'early' | 'over' | null {
  if (rental?.state !== 'active') return 'over';
  if (now >= expiresAt) return 'expired';
  return rental.startedAt && now < rental.startedAt ? 'early' : null;
}

function fleetOf({ name, settings }: Fleet): RenterFleet {
  const { ownerMail, fallback, timeZone } = settings;
  return { name: ownerMail.fromName || name, supportContact: ownerMail.supportContact, fallback, timeZone };
}

async function carPage(tx: Tx, rental: Rental, fleet: RenterFleet, now: Date): Promise<RenterPage> {
  const { vehicleId, startedAt, endsAt } = rental;
  const vehicle = vehicleId && (await findVehicle(tx, vehicleId));
  if (!vehicle || !startedAt) throw new Error(`The rental ${rental.id} is active without a car.`);
  const { number, plate, make, model, year } = vehicle;
  const known = await readLatest(tx, vehicle.id, false);
  const connection = (await findLivingConnection(tx, vehicle.id)) ?? null;
  // Whoever asked: what is done to the lock of the car in their hands is theirs to know.
  const last = await lastCommandSince(tx, vehicle.id, startedAt);
  return {
    page: 'car',
    fleet,
    car: { number, plate, make, model, year },
    endsAt,
    isOverdue: endsAt !== null && endsAt < now,
    lock: lockOf(known.get('closure-islocked')),
    energy: energyOf(known),
    command: last && commandOf(last, now),
    isBusy: isBusy(last, now),
    isReachable: can(connection).unlock.allowed,
    language,
    at: now,
  };
}

function lockOf(reading: Reading | undefined): { isLocked: boolean; at: Date } | null {
  if (typeof reading?.value !== 'boolean') return null;
  return { isLocked: reading.value, at: reading.measuredAt ?? reading.fetchedAt ?? reading.receivedAt };
}

const energySignals = [
  ['charge', 'tractionbattery-stateofcharge'],
  ['fuel', 'internalcombustionengine-fuellevel'],
] as const;

function energyOf(known: ReadonlyMap<string, Reading>): { kind: 'charge' | 'fuel'; percent: number } | null {
  for (const [kind, code] of energySignals) {
    const value = known.get(code)?.value;
    if (typeof value === 'number') return { kind, percent: Math.round(value) };
  }
  return null;
}

function commandOf(c: Command, now: Date): RenterCommand | null {
  const step = renterStep(c, now);
  if (!step) return null;
  const isOpen = c.endedAt === null;
  const cause = isOpen ? (c.isContradicted ? 'notDone' : null) : c.cause;
  return { type: c.type, step, cause, retry: retryOf(c), isOpen };
}
