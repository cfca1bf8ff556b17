/**
 * Rentals: a car in somebody's hands, as the fleet's booking system or an operator says. A car is in one at most, and while it
 * is, nobody disconnects it.
 *
 * @see docs/decisions/0029-rentals.md
 */
import type { AlertChange } from './alert.ts';
import type { Connection } from './connection.ts';
import type { FleetId, RentalId, VehicleId } from './ids.ts';
import { minimise } from './location-privacy.ts';
import type { PreciseLocation } from './location-privacy.ts';
import type { Reading } from './reading.ts';
import { Refusal } from './refusal.ts';
import type { Actor } from './role.ts';
import type { Happening } from './timeline.ts';

export const rentalStates = ['active', 'completed', 'cancelled'] as const;
/** `cancelled`: it did not take place, whatever was said before. */
export type RentalState = (typeof rentalStates)[number];

export interface Renter {
  name: string | null;
  phone: string | null;
  email: string | null;
}

/** What was known of the car at one moment, each value with the time that it is from. */
export interface Snapshot {
  takenAt: Date;
  readings: Reading[];
}

export interface Rental {
  id: RentalId;
  fleetId: FleetId;
  /** Null while only its end was heard of: messages of a booking system may overtake each other. */
  vehicleId: VehicleId | null;
  /** The booking system's own; one rental each. */
  reference: string;
  state: RentalState;
  /** When it was first heard of. */
  createdAt: Date;
  /** Null exactly when `vehicleId` is. */
  startedAt: Date | null;
  startedBy: Actor | null;
  /** When it is to end, says the booking system; it stays active beyond. Null where that is open. */
  endsAt: Date | null;
  /** Null exactly while active. */
  endedAt: Date | null;
  endedBy: Actor | null;
  start: Snapshot | null;
  end: Snapshot | null;
  /** Who wants the car to be disconnected when it ends; null when nobody does, and once it has ended. */
  disconnectBy: Actor | null;
  /** Sealed; null where nothing is known of the renter, or not any more. */
  renterSealed: Buffer | null;
}

/** What a rental is seen by, at its start and end: where the car is, how far it was driven, what is left in it, whether it is locked. */
export const snapshotSignals = [
  'odometer-traveleddistance',
  'tractionbattery-stateofcharge',
  'internalcombustionengine-fuellevel',
  'location-preciselocation',
  'closure-islocked',
] as const;

/** `rentedSince`: what is older was measured outside of it, and holds no precise position where the fleet keeps those in rentals alone. */
export const snapshotOf = (
  known: ReadonlyMap<string, Reading>,
  setting: PreciseLocation,
  rentedSince: Date,
  now: Date,
): Snapshot => ({
  takenAt: now,
  readings: snapshotSignals
    .flatMap((code) => known.get(code) ?? [])
    .map((reading) => minimise(reading, setting, datedOf(reading) >= rentedSince).reading),
});

const datedOf = ({ measuredAt, fetchedAt, receivedAt }: Reading): Date => measuredAt ?? fetchedAt ?? receivedAt;

/** Days after its end for which a renter's name, telephone and address are kept, and where the car stood. */
export const keepRentersD = 90;

/** The name of a rental's problem; at most one alert of a name is unresolved. */
export const brokenKey = (id: RentalId): string => `${id}:connection.broken-in-rental`;

/**
 * The highest alert while a car is rented out and can't be reached; closed by what heals it and by the end of the rental. An
 * outage of the make is no comfort to who stands before the car, so it is raised all the same.
 */
export function brokenInRental(
  rental: Pick<Rental, 'id' | 'reference'>,
  { status, cause }: Pick<Connection, 'status' | 'cause'>,
): AlertChange | null {
  const key = brokenKey(rental.id);
  if (status === 'active') return { change: 'resolve', key };
  // While a repair waits for its proof, what was raised stays open.
  if (status === 'pending' || !cause) return null;
  const detail = { cause, reference: rental.reference };
  return { change: 'open', key, kind: 'connection.broken-in-rental', severity: 'critical', detail };
}

/** The line that says so. `how`: the one of the change itself, where there is one. */
export const brokenLine = (
  { id, reference }: Pick<Rental, 'id' | 'reference'>,
  before: Pick<Connection, 'status' | 'cause'> | null,
  { status, cause }: Pick<Connection, 'status' | 'cause'>,
  how: Happening | undefined,
  now: Date,
): Happening => ({
  kind: 'connection.broken-in-rental',
  at: how?.at ?? now,
  via: how?.via ?? 'operator',
  requestId: how?.requestId ?? null,
  ...(before ? { from: { status: before.status, cause: before.cause } } : {}),
  to: { status, cause },
  rentalId: id,
  rental: reference,
});

/** What is refused while a car is rented out names the rental. */
export const whileActive = ({ reference }: Pick<Rental, 'reference'>): Refusal =>
  new Refusal('rental_active', `The car is in the rental ${reference}.`);

export interface RentalStart {
  vehicleId: VehicleId;
  startedAt: Date;
  startedBy: Actor;
  endsAt: Date | null;
  renterSealed: Buffer | null;
}

/** A rental that nothing is known of yet but its reference. */
const heardOf = (rental: Pick<Rental, 'id' | 'fleetId' | 'reference'>, now: Date): Rental => ({
  ...rental,
  state: 'active',
  createdAt: now,
  vehicleId: null,
  startedAt: null,
  startedBy: null,
  endsAt: null,
  endedAt: null,
  endedBy: null,
  start: null,
  end: null,
  disconnectBy: null,
  renterSealed: null,
});

export const started = (
  rental: Pick<Rental, 'id' | 'fleetId' | 'reference'>,
  start: RentalStart,
  snapshot: Snapshot,
  now: Date,
): Rental => ({ ...heardOf(rental, now), ...start, start: snapshot });

/** Its start arrives behind its end: it is over already. */
export const startedLate = (rental: Rental, start: RentalStart): Rental => ({
  ...rental,
  ...start,
  startedAt: rental.endedAt && rental.endedAt < start.startedAt ? rental.endedAt : start.startedAt,
});

export interface RentalEnd {
  state: Exclude<RentalState, 'active'>;
  endedAt: Date;
  endedBy: Actor;
}

/** An end of which the start is yet to come. */
export const endedFirst = (
  rental: Pick<Rental, 'id' | 'fleetId' | 'reference'>,
  end: RentalEnd,
  now: Date,
): Rental => ({ ...heardOf(rental, now), ...end });

/** It never ends before it began, whatever the two clocks say. */
export const ended = (rental: Rental, end: RentalEnd, snapshot: Snapshot | null): Rental => ({
  ...rental,
  ...end,
  endedAt: rental.startedAt && rental.startedAt > end.endedAt ? rental.startedAt : end.endedAt,
  end: snapshot,
  disconnectBy: null,
});
