/** English: rentals, and whether a car is ready for one. */
import type { ReadinessCode } from '../domain/readiness.ts';
import type { TimelineKind } from '../domain/timeline.ts';

type RentalKind = Extract<TimelineKind, `rental.${string}`>;

export const rentalTexts = {
  'timeline.rental.started': 'The rental{rental, select, none {} other { {rental}}} began.',
  'timeline.rental.changed': 'The rental{rental, select, none {} other { {rental}}} was changed.',
  'timeline.rental.ended': 'The rental{rental, select, none {} other { {rental}}} ended.',
  'timeline.rental.cancelled': 'The rental{rental, select, none {} other { {rental}}} was cancelled.',
  'timeline.rental.disconnect-wished':
    'The car is to be disconnected when the rental{rental, select, none {} other { {rental}}} ends.',
  'timeline.rental.disconnect-withdrawn':
    'The car stays connected when the rental{rental, select, none {} other { {rental}}} ends.',
  'rental.keepsConnected': 'It is in the rental {reference}. It can be disconnected in the moment in which that ends.',
  'readiness.inRental': 'It is in a rental.',
  'readiness.notConnected': 'It is not connected. Connect it with its owner.',
  'readiness.connectionBroken': 'Its connection does not work. Reconnect it first.',
  'readiness.connectionPending': 'It was connected just now; no data has come yet.',
  'readiness.onV2': "It is read on Smartcar's v2, where it can not be locked or unlocked from here. Move it to v3.",
  'readiness.lockNotAllowed': 'Its owner has not allowed locking and unlocking. Ask for it with a reconnect.',
  'readiness.incident': 'It is part of an outage. Wait until that is over, or hand over the key.',
  'readiness.lowEnergy': 'Only {percent} % is left of what it drives on. Charge or fuel it.',
  'readiness.dataOld': 'What is known of it is old. Check it.',
  'readiness.noData': 'Nothing is known of it yet. Check it.',
  'readiness.connectionSuspected': 'A trouble with its connection was reported and is being checked.',
  'readiness.energyUnknown': 'How much is left of what it drives on is not known.',
  'readiness.requestsUsedUp': 'Its requests are used up for this month; it is not read until they are renewed.',
} as const satisfies Record<`timeline.${RentalKind}`, string> &
  Record<`readiness.${ReadinessCode}`, string> &
  Record<string, string>;
