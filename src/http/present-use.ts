/** What a vehicle is good for now: how old its news is, whose hands it is in, whether it is ready, and what speaks against a command. */
import { cautionSignals, cautionsOf } from '../domain/caution.ts';
import { isVehicleMeaning } from '../domain/failure.ts';
import type { Meaning } from '../domain/failure.ts';
import { freshness } from '../domain/freshness.ts';
import type { Freshness, FreshnessInput } from '../domain/freshness.ts';
import { makePolicy } from '../domain/make-policy.ts';
import { carLimits, isUsedUp } from '../domain/pace.ts';
import type { Reading } from '../domain/reading.ts';
import { readinessOf } from '../domain/readiness.ts';
import type { ListedConnection } from '../store/listed-connection.ts';
import type { ListedRental, ListedVehicle } from '../store/listed-vehicle.ts';
import { toReadings } from '../store/telemetry.ts';
import { freshnessAction, freshnessText, passingText } from '../texts/words.ts';
import type { VehicleView } from './contract/vehicles.ts';
import type { Limits } from './present-vehicle.ts';
import { iso, maybeIso } from './present.ts';

export function freshnessOf(vehicle: ListedVehicle, { settings, plan }: Limits, now: Date): Freshness {
  const { connection, newestAt } = vehicle;
  const make = makePolicy(vehicle.make, settings);
  const input: FreshnessInput = {
    make,
    connection: connection ? freshnessInput(connection) : null,
    newestAt,
    isUsedUp: connection !== null && isUsedUp(connection, carLimits(make, plan), now),
  };
  return freshness(input, now);
}

function freshnessInput({
  status,
  vehicleState,
  subscribedAt,
  incident,
}: ListedConnection): FreshnessInput['connection'] {
  const heldBy = incident?.id ?? null;
  if (!vehicleState) return { status, subscribedAt, heldBy, vehicleState: null };
  const meaning = vehicleState.meaning as Meaning; // kept from a Connection
  return {
    status,
    subscribedAt,
    heldBy,
    vehicleState: isVehicleMeaning(meaning) ? { meaning, since: new Date(vehicleState.since) } : null,
  };
}

export function presentFreshness(fresh: Freshness): VehicleView['freshness'] {
  return {
    state: fresh.state,
    reason: fresh.reason,
    text: freshnessText(fresh),
    since: maybeIso(fresh.since),
    nextAction: freshnessAction(fresh),
  };
}

/** Of a car that can be asked for something. */
export function presentCautions(vehicle: ListedVehicle, { settings }: Limits, now: Date): VehicleView['cautions'] {
  const { connection, signals, make } = vehicle;
  if (!connection || connection.endedAt) return [];
  const { vehicleState } = freshnessInput(connection) ?? { vehicleState: null };
  const said = cautionSignals.flatMap((code) => (signals[code] ? [[code, signals[code]] as const] : []));
  const readings = toReadings(Object.fromEntries(said)).values();
  return cautionsOf(vehicleState, readings, makePolicy(make, settings), now).map(({ meaning, against, at }) => ({
    code: meaning,
    against: [...against],
    text: passingText(meaning).text,
    at: iso(at),
  }));
}

/** The rental that it is in. */
export function presentRental(
  { id, reference, startedAt, endsAt, disconnectsAfter }: ListedRental,
  now: Date,
): VehicleView['rental'] {
  const overdue = endsAt !== null && endsAt < now;
  return { id, reference, startedAt: iso(startedAt), endsAt: maybeIso(endsAt), overdue, disconnectsAfter };
}

/** Whether it can be handed to a renter now. */
export function readinessOfVehicle(vehicle: ListedVehicle, fleet: Limits, now: Date): ReturnType<typeof readinessOf> {
  const { connection, rental, signals } = vehicle;
  return readinessOf({
    connection: connection && {
      ...connection,
      isSuspected: connection.suspicion !== null,
      isHeld: connection.incident !== null,
    },
    isInRental: rental !== null,
    freshness: freshnessOf(vehicle, fleet, now).state,
    known: signals as Readonly<Record<string, Pick<Reading, 'value'>>>, // kept from Readings
    isUsedUp:
      connection !== null && isUsedUp(connection, carLimits(makePolicy(vehicle.make, fleet.settings), fleet.plan), now),
    leastEnergyPercent: fleet.settings.leastEnergyPercent,
  });
}
