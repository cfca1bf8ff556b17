/** Rentals and readiness as the contract shows them, in words. */
import type { ReadinessReason } from '../domain/readiness.ts';
import type { Rental, Renter, Snapshot } from '../domain/rental.ts';
import { readinessText } from '../texts/rental-words.ts';
import { signalName } from '../texts/words.ts';
import type { ReadinessView, RentalView } from './contract/rentals.ts';
import { iso, maybeIso } from './present.ts';

export interface Around {
  vehicle: RentalView['vehicle'];
  renter: Renter | null;
}

export function presentRental(rental: Rental, { vehicle, renter }: Around, now: Date): RentalView {
  return {
    id: rental.id,
    reference: rental.reference,
    state: rental.state,
    vehicleId: rental.vehicleId,
    vehicle,
    renter,
    startedAt: maybeIso(rental.startedAt),
    endsAt: maybeIso(rental.endsAt),
    endedAt: maybeIso(rental.endedAt),
    overdue: isOverdue(rental, now),
    start: rental.start && presentSnapshot(rental.start),
    end: rental.end && presentSnapshot(rental.end),
    disconnectsAfter: rental.state === 'active' && rental.disconnectBy !== null,
    createdAt: iso(rental.createdAt),
  };
}

const isOverdue = ({ state, endsAt }: Pick<Rental, 'state' | 'endsAt'>, now: Date): boolean =>
  state === 'active' && endsAt !== null && endsAt < now;

const presentSnapshot = ({ takenAt, readings }: Snapshot): NonNullable<RentalView['start']> => ({
  takenAt: iso(takenAt),
  signals: readings.map(({ code, value, unit, measuredAt, fetchedAt }) => {
    const from = measuredAt ?? fetchedAt;
    return {
      code,
      name: signalName(code),
      value,
      unit,
      measuredAt: maybeIso(measuredAt),
      fetchedAt: maybeIso(fetchedAt),
      ageS: from && Math.max(0, Math.round((takenAt.getTime() - from.getTime()) / 1_000)),
    };
  }),
});

export const presentReadiness = (
  { isReady, reasons }: { isReady: boolean; reasons: readonly ReadinessReason[] },
  now: Date,
): ReadinessView => ({
  ready: isReady,
  reasons: reasons.map((reason) => ({ code: reason.code, stops: reason.stops, text: readinessText(reason) })),
  checkedAt: iso(now),
});
