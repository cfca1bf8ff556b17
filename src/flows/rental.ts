/**
 * Rentals as a booking system or an operator tells them: started, changed, ended, cancelled. The same message twice is one
 * rental, and an end that overtakes its start is kept until the start comes.
 *
 * @see docs/decisions/0029-rentals.md
 */
import type { AlertChange } from '../domain/alert.ts';
import type { Connection } from '../domain/connection.ts';
import { newId } from '../domain/ids.ts';
import type { RentalId, VehicleId } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import {
  brokenInRental,
  brokenKey,
  brokenLine,
  ended,
  endedFirst,
  snapshotOf,
  started,
  startedLate,
  whileActive,
} from '../domain/rental.ts';
import type { Rental, RentalEnd, RentalStart, Renter, Snapshot } from '../domain/rental.ts';
import { towline } from '../domain/role.ts';
import type { Actor } from '../domain/role.ts';
import type { TimelineKind } from '../domain/timeline.ts';
import { applyAlertChanges } from '../store/alert.ts';
import { takeTurn } from '../store/command.ts';
import { findLivingConnection, lockLivingConnection } from '../store/connection.ts';
import { hurryReads } from '../store/connection-due.ts';
import type { Tx } from '../store/database.ts';
import { ownFleet } from '../store/fleet.ts';
import { announce } from '../store/outbox.ts';
import { findActiveRental, findRental, insertRental, lastEndOf, lockRental, writeRental } from '../store/rental.ts';
import type { RentalKey } from '../store/rental.ts';
import { readLatest } from '../store/telemetry.ts';
import { insertHappenings } from '../store/timeline.ts';
import type { Vault } from '../vault/vault.ts';
import type { Context } from './context.ts';
import { endConnection } from './disconnect.ts';
import type { ObserveNeeds } from './observe.ts';

export type RentalNeeds = ObserveNeeds & { vault: Vault };

export interface StartWish {
  vehicleId: VehicleId;
  reference: string;
  renter?: Renter | undefined;
  /** Now, where it is not said. */
  startedAt?: Date | undefined;
  endsAt?: Date | undefined;
}

/**
 * Puts a car into a renter's hands. Told again, the rental is answered as it stands, and so it is when its end was heard of
 * before.
 *
 * @throws Refusal `not_found`, `not_connected`, `rental_active` for another one of the same car, `reference_taken`
 */
export async function startRental(
  needs: RentalNeeds,
  context: Context,
  wish: StartWish,
  now: Date,
): Promise<{ rental: Rental; isNew: boolean }> {
  const { fleetId, actor } = context;
  return needs.database.asFleet(fleetId, async (tx) => {
    // Whoever starts another rental of this car, or disconnects it, waits here.
    if (!(await takeTurn(tx, wish.vehicleId))) throw new Refusal('not_found');
    const known = await lockRental(tx, { reference: wish.reference });
    if (known) return { rental: await startedBefore(tx, needs, known, wish, context, now), isNew: false };
    mustFit(wish, now);
    const other = await findActiveRental(tx, wish.vehicleId);
    if (other) throw whileActive(other);
    // Whoever writes what the car answers waits, or has written it: one of the two sees that a rented car is broken.
    const connection = await lockLivingConnection(tx, wish.vehicleId);
    if (!connection) throw new Refusal('not_connected');
    const id = newId('rnt', now);
    const start = startOf(needs, id, wish, context, now);
    // Two rentals of a car never overlap, whatever the clocks say.
    const before = await lastEndOf(tx, wish.vehicleId);
    const startedAt = before && before > start.startedAt ? before : start.startedAt;
    const snapshot = await snapshotNow(tx, wish.vehicleId, startedAt, now);
    const rental = started({ id, fleetId, reference: wish.reference }, { ...start, startedAt }, snapshot, now);
    // Another car's rental took the reference in this very moment.
    if (!(await insertRental(tx, rental))) throw new Refusal('reference_taken');
    await tell(tx, rental, actor, 'rental.started', now);
    const broken = brokenInRental(rental, connection);
    if (broken) await tellBroken(tx, rental, connection, broken, now);
    await hurryReads(tx, [connection.id], 0, now);
    return { rental, isNew: true };
  });
}

/** How far back a booking system may date what it tells, how far ahead of our clock, and how long a rental may be planned. */
const toleratedMs = { before: 7 * 86_400_000, ahead: 5 * 60_000, planned: 2 * 366 * 86_400_000 };

/** @throws Refusal `invalid_input` */
function mustFit({ startedAt, endsAt }: Pick<StartWish, 'startedAt' | 'endsAt'>, now: Date): void {
  if (startedAt) mustBeNear('startedAt', startedAt, now);
  if (endsAt) mustEndLater(endsAt, startedAt ?? now, now);
}

function mustBeNear(field: string, at: Date, now: Date): void {
  const agoMs = now.getTime() - at.getTime();
  if (agoMs > toleratedMs.before || agoMs < -toleratedMs.ahead)
    throw new Refusal('invalid_input', `${field}: up to a week ago is accepted, and not in the future.`);
}

function mustEndLater(endsAt: Date, startedAt: Date, now: Date): void {
  if (endsAt <= startedAt) throw new Refusal('invalid_input', 'endsAt: it has to end after it begins.');
  if (endsAt.getTime() - now.getTime() > toleratedMs.planned)
    throw new Refusal('invalid_input', 'endsAt: within two years; leave it out where the end is open.');
}

/** What is to be said of a rental that is known already when it is started. */
async function startedBefore(
  tx: Tx,
  needs: RentalNeeds,
  known: Rental,
  wish: StartWish,
  context: Context,
  now: Date,
): Promise<Rental> {
  if (known.vehicleId === wish.vehicleId) return known;
  if (known.vehicleId) throw new Refusal('reference_taken');
  const rental = startedLate(known, startOf(needs, known.id, wish, context, now));
  await writeRental(tx, rental);
  await tell(tx, rental, context.actor, 'rental.started', now);
  await tell(tx, rental, context.actor, endKinds[rental.state === 'cancelled' ? 'cancelled' : 'completed'], now);
  return rental;
}

function startOf(
  needs: RentalNeeds,
  id: RentalId,
  wish: StartWish,
  { fleetId, actor }: Context,
  now: Date,
): RentalStart {
  const { vehicleId, startedAt = now, endsAt = null } = wish;
  return {
    vehicleId,
    startedAt,
    startedBy: actor,
    endsAt,
    renterSealed: sealRenter(needs, { id, fleetId }, wish.renter),
  };
}

const renterContext = ({ id, fleetId }: Pick<Rental, 'id' | 'fleetId'>) => ({
  fleetId,
  row: id,
  kind: 'rental.renter',
});

function sealRenter(
  { vault }: Pick<RentalNeeds, 'vault'>,
  rental: Pick<Rental, 'id' | 'fleetId'>,
  renter: Renter | undefined,
): Buffer | null {
  const isKnown = renter && [renter.name, renter.phone, renter.email].some((part) => part !== null);
  return isKnown ? vault.seal(JSON.stringify(renter), renterContext(rental)) : null;
}

/** Null where nothing is known of the renter, or not any more. */
export const renterOf = ({ vault }: { vault: Pick<Vault, 'open'> }, rental: Rental): Renter | null =>
  rental.renterSealed ? (JSON.parse(vault.open(rental.renterSealed, renterContext(rental))) as Renter) : null; // sealed above

export interface RentalChange {
  renter?: Renter | undefined;
  /** Null where the end is open. */
  endsAt?: Date | null | undefined;
}

/**
 * A rental is prolonged, or another renter named.
 *
 * @throws Refusal `not_found`, `rental_over`, `invalid_input`
 */
export async function changeRental(
  needs: RentalNeeds,
  context: Context,
  key: RentalKey,
  change: RentalChange,
  now: Date,
): Promise<Rental> {
  return needs.database.asFleet(context.fleetId, async (tx) => {
    const found = await lockRental(tx, key);
    if (!found) throw new Refusal('not_found');
    if (found.state !== 'active') throw new Refusal('rental_over');
    if (change.endsAt && found.startedAt) mustEndLater(change.endsAt, found.startedAt, now);
    const rental: Rental = {
      ...found,
      ...(change.endsAt === undefined ? {} : { endsAt: change.endsAt }),
      ...(change.renter === undefined ? {} : { renterSealed: sealRenter(needs, found, change.renter) }),
    };
    await writeRental(tx, rental);
    await tell(tx, rental, context.actor, 'rental.changed', now);
    return rental;
  });
}

export interface EndWish {
  state: RentalEnd['state'];
  /** Now, where it is not said. */
  endedAt?: Date | undefined;
}

/**
 * Ends a rental, and where somebody wished so disconnects the car in the same moment. Told again it changes nothing; of a
 * reference that nobody has heard of yet the end is kept.
 *
 * @throws Refusal `not_found` for an id, `rental_over` when it ended the other way
 */
export async function endRental(
  needs: RentalNeeds,
  context: Context,
  key: RentalKey,
  wish: EndWish,
  now: Date,
): Promise<Rental> {
  const { fleetId, actor } = context;
  if (wish.endedAt) mustBeNear('endedAt', wish.endedAt, now);
  const end: RentalEnd = { state: wish.state, endedAt: wish.endedAt ?? now, endedBy: actor };
  for (;;) {
    const found = await needs.database.asFleet(fleetId, (tx) => findRental(tx, key));
    if (!found) return keepEnd(needs, context, key, end, now);
    if (found.state !== 'active' || !found.vehicleId) return over(found, end);
    const done = await endNow(needs, found, end, now);
    if (done) return done;
  }
}

/** @returns null where somebody changed their mind about the connection meanwhile: it is looked at again */
async function endNow(needs: RentalNeeds, found: Rental, end: RentalEnd, now: Date): Promise<Rental | null> {
  const { fleetId, id, vehicleId, disconnectBy } = found;
  const via = disconnectBy?.kind === 'owner' ? 'owner' : 'operator';
  let rental: Rental | null = null;
  const write = async (tx: Tx): Promise<boolean> => {
    // What an attempt wrote that lost its race is nothing.
    rental = null;
    if (vehicleId) await takeTurn(tx, vehicleId);
    const locked = await lockRental(tx, { id });
    if (!locked || (locked.disconnectBy === null) !== (disconnectBy === null)) return false;
    rental = locked.state === 'active' ? await writeEnd(tx, locked, end, now) : over(locked, end);
    return true;
  };
  const connection =
    disconnectBy && vehicleId && (await needs.database.asFleet(fleetId, (tx) => findLivingConnection(tx, vehicleId)));
  if (connection) {
    const ending = { fleetId, connectionId: connection.id, via, actor: disconnectBy } as const;
    await endConnection(needs, { ...ending, together: write }, now);
  } else await needs.database.asFleet(fleetId, write);
  return rental;
}

async function writeEnd(tx: Tx, found: Rental, end: RentalEnd, now: Date): Promise<Rental> {
  const { fleetId, vehicleId, startedAt } = found;
  if (!vehicleId || !startedAt) throw new Error(`The rental ${found.id} is active without a car.`);
  const connection = await lockLivingConnection(tx, vehicleId);
  const rental = ended(found, end, await snapshotNow(tx, vehicleId, startedAt, now));
  await writeRental(tx, rental);
  await tell(tx, rental, end.endedBy, endKinds[end.state], now);
  await applyAlertChanges(tx, fleetId, [vehicleId], [{ change: 'resolve', key: brokenKey(rental.id) }], now);
  if (connection && !found.disconnectBy) await hurryReads(tx, [connection.id], 0, now);
  return rental;
}

const endKinds = { completed: 'rental.ended', cancelled: 'rental.cancelled' } as const;

/** @throws Refusal `rental_over` when it ended the other way */
function over(rental: Rental, { state }: RentalEnd): Rental {
  if (rental.state !== state) throw new Refusal('rental_over');
  return rental;
}

/** An end that came before its start: the start finds it. */
async function keepEnd(
  needs: RentalNeeds,
  context: Context,
  key: RentalKey,
  end: RentalEnd,
  now: Date,
): Promise<Rental> {
  if ('id' in key) throw new Refusal('not_found');
  const { fleetId } = context;
  const rental = endedFirst({ id: newId('rnt', now), fleetId, reference: key.reference }, end, now);
  const isKept = await needs.database.asFleet(fleetId, (tx) => insertRental(tx, rental));
  if (isKept) return rental;
  // Its start came in this very moment.
  return endRental(needs, context, key, { state: end.state, endedAt: end.endedAt }, now);
}

async function snapshotNow(tx: Tx, vehicleId: VehicleId, rentedSince: Date, now: Date): Promise<Snapshot> {
  const { preciseLocation } = (await ownFleet(tx)).settings;
  return snapshotOf(await readLatest(tx, vehicleId, false), preciseLocation, rentedSince, now);
}

/** It was broken when it was handed over. */
async function tellBroken(
  tx: Tx,
  rental: Rental,
  { fleetId, vehicleId, id: connectionId, status, cause }: Connection,
  broken: AlertChange,
  now: Date,
): Promise<void> {
  await applyAlertChanges(tx, fleetId, [vehicleId], [broken], now);
  if (broken.change !== 'open') return;
  const line = brokenLine(rental, null, { status, cause }, undefined, now);
  await insertHappenings(tx, { fleetId, vehicleId, connectionId }, towline, [line]);
}

// — disconnecting when it ends —

/**
 * The car is to be disconnected when its rental ends, or (`null`) not any more.
 *
 * @throws Refusal `not_found`, `no_rental` when the car is in none, `owner_stopped` when it is the owner's wish
 */
export async function wishDisconnect(
  needs: Pick<RentalNeeds, 'database'>,
  { fleetId, actor }: Context,
  vehicleId: VehicleId,
  isWished: boolean,
  now: Date,
): Promise<void> {
  await needs.database.asFleet(fleetId, async (tx) => {
    if (!(await takeTurn(tx, vehicleId))) throw new Refusal('not_found');
    const active = await findActiveRental(tx, vehicleId);
    const rental = active && (await lockRental(tx, { id: active.id }));
    if (rental?.state !== 'active') throw new Refusal('no_rental');
    if ((rental.disconnectBy !== null) === isWished) return;
    if (rental.disconnectBy?.kind === 'owner') throw new Refusal('owner_stopped');
    await writeRental(tx, { ...rental, disconnectBy: isWished ? actor : null });
    await tell(tx, rental, actor, isWished ? 'rental.disconnect-wished' : 'rental.disconnect-withdrawn', now);
  });
}

/** What became of a rental, in the car's timeline and on the screens. */
async function tell(
  tx: Tx,
  { id, fleetId, vehicleId, reference }: Rental,
  actor: Actor,
  kind: Extract<TimelineKind, `rental.${string}`>,
  at: Date,
): Promise<void> {
  if (!vehicleId) return;
  const line = { kind, at, via: 'operator', requestId: null, rentalId: id, rental: reference } as const;
  await insertHappenings(tx, { fleetId, vehicleId, connectionId: null }, actor, [line]);
  await announce(tx, fleetId, [vehicleId], ['rentals', 'vehicles', 'alerts']);
}
