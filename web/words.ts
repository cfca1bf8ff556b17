/** The dashboard's own words: short labels for closed lists. Sentences about a vehicle come from the server. */
import type { Cause } from '../src/domain/cause.ts';
import type { CommandState } from '../src/domain/command.ts';
import type { RentalView } from '../src/http/contract/rentals.ts';
import type { Answer } from '../src/http/contract/routes.ts';
import { commandTexts } from '../src/texts/english-command.ts';
import { causeNameTexts } from '../src/texts/english-reconnects.ts';

export type NextAction = NonNullable<NonNullable<Answer<'getVehicle'>['connection']>['nextAction']>;

const turns: Record<NextAction['who'], string> = {
  owner: 'Owner',
  operator: 'You',
  vehicle: 'Drive the car',
  manufacturer: 'Manufacturer',
  smartcar: 'Smartcar',
  us: 'Towline',
  nobody: 'Nobody',
};

/** Whose turn, for counts: "Owner". */
export const turnName = (who: string): string => (who in turns ? turns[who as NextAction['who']] : who); // `in` has just shown that it is one

/** Why, in two or three words: "Signed out". */
export const causeWord = (cause: Cause): string => causeNameTexts[`causeName.${cause}`];

const permissionWords: Record<string, string> = {
  read_vehicle_info: 'vehicle details',
  read_location: 'location',
  read_odometer: 'odometer',
  read_security: 'lock status',
  control_security: 'lock and unlock',
  read_vin: 'VIN',
  read_battery: 'battery',
  read_fuel: 'fuel',
  read_charge: 'charging',
  read_tires: 'tyre pressure',
};
export const permissionWord = (permission: string): string =>
  permissionWords[permission] ?? permission.replaceAll('_', ' ');

export const commandWords: Record<'lock' | 'unlock', string> = { lock: 'Lock', unlock: 'Unlock' };
export const commandStateWord = (state: CommandState): string => commandTexts[`command.state.${state}`];

export const rentalStateWords: Record<RentalView['state'], string> = {
  active: 'Active',
  completed: 'Ended',
  cancelled: 'Cancelled',
};

export const mailStates: Record<string, string> = {
  queued: 'Waiting to be sent',
  sent: 'Sent',
  failed: 'Failed',
  withdrawn: 'Withdrawn',
};
export const mailKinds: Record<string, string> = {
  reconnect: 'Please reconnect',
  'connect-invitation': 'Please connect',
  repaired: 'It works again',
  'owner-page': 'Their own page',
};
export const requestStates: Record<'open' | 'repaired' | 'withdrawn', string> = {
  open: 'Open',
  repaired: 'Repaired',
  withdrawn: 'Withdrawn',
};
export const eventStates: Record<string, string> = {
  pending: 'Waiting',
  applied: 'Applied',
  duplicate: 'Duplicate',
  ignored: 'Noted',
  quarantined: 'Set aside',
};
export const alertStates: Record<string, string> = {
  open: 'Open',
  acknowledged: 'Looked after',
  snoozed: 'Snoozed',
  resolved: 'Resolved',
};
export const severities: Record<string, string> = { info: 'Note', warning: 'Warning', critical: 'Critical' };

/** How Towline came to know; for operators and owners their name says it. */
export const vias: Record<string, string> = {
  poll: 'regular read',
  webhook: 'message from Smartcar',
  check: 'check by hand',
  connect: 'Smartcar Connect',
  clock: 'deadline',
  reconciliation: 'comparison with Smartcar',
};

const asWritten: Record<string, string> = {
  BMW: 'BMW',
  BYD: 'BYD',
  CITROEN: 'Citroën',
  CUPRA: 'CUPRA',
  DS: 'DS',
  GMC: 'GMC',
  MERCEDES: 'Mercedes-Benz',
  'MERCEDES-BENZ': 'Mercedes-Benz',
  MG: 'MG',
  MINI: 'MINI',
  RAM: 'RAM',
  SEAT: 'SEAT',
  SKODA: 'Škoda',
};

/** `VOLKSWAGEN` as people write it. */
export function titled(make: string): string {
  const plain = make.toUpperCase().replaceAll('_', '-');
  return asWritten[plain] ?? plain.toLowerCase().replaceAll(/(^|[\s-])\p{L}/gu, (letter) => letter.toUpperCase());
}

/** "Volkswagen ID.3 2023"; null when nothing is known. */
export function carName(car: { make: string | null; model: string | null; year?: number | null }): string | null {
  const parts = [car.make ? titled(car.make) : null, car.model, car.year ?? null].filter((part) => part !== null);
  return parts.length > 0 ? parts.join(' ') : null;
}
