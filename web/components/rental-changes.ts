/** What the acts on rentals need to know, and what they change. */
import type { CallName } from '../../src/http/contract/paths.ts';
import type { RentalView } from '../../src/http/contract/rentals.ts';

export type RentalInHand = Pick<RentalView, 'id' | 'reference' | 'endsAt' | 'disconnectsAfter'>;
export type RentedVehicle = Pick<NonNullable<RentalView['vehicle']>, 'id' | 'number'>;

/** What is fetched anew after each of them. */
export const afterRental: readonly CallName[] = [
  'listRentals',
  'getRental',
  'getVehicle',
  'getReadiness',
  'listVehicles',
  'countVehicles',
  'listTimeline',
  'listAlerts',
  'getOverview',
];
