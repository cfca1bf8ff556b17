/** What vehicles are chosen by on the command line, as the API's list takes it. */
import type { VehicleFilterInput } from '../http/contract/vehicles.ts';
import type { Invocation, OptionSpec } from './command.ts';
import { wrongUsage } from './failure.ts';

export const filterOptions: Readonly<Record<string, OptionSpec>> = {
  status: { value: 'STATUS', help: 'active, pending, expired, disconnected, error or unconnected' },
  cause: { value: 'CAUSE', help: 'as the list names it' },
  freshness: { value: 'STATE', help: 'of the data: fresh, stale or never' },
  make: { value: 'MAKE', help: 'as Smartcar writes it' },
  owner: { value: 'ID', help: 'of this owner' },
  who: { value: 'WHO', help: 'whose turn it is' },
  'lapses-before': { value: 'DAY', help: 'whose grant lapses before this day (2026-05-18)' },
  'permission-missing': { value: 'NAME', help: 'whose owner did not allow this; any: something that is required' },
  incident: { value: 'ID', help: 'that failed in this incident' },
  'in-rental': { value: 'YES', help: 'that are in a rental: true or false' },
  readiness: { value: 'STATE', help: 'for the next renter: ready or notReady' },
  q: { value: 'TEXT', help: 'in number, plate, VIN, make, model or owner' },
};

/** Null when nothing is chosen by. @throws Failure for a day that is none */
export function filterOf(call: Invocation): VehicleFilterInput | null {
  const given = Object.keys(filterOptions).flatMap((name) => {
    const value = call.option(name);
    return value === undefined ? [] : [[fieldOf(name), name === 'lapses-before' ? instantOf(value) : value] as const];
  });
  return given.length === 0 ? null : (Object.fromEntries(given) as VehicleFilterInput); // the API checks the words
}

const fieldOf = (option: string): string => option.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

/** @throws Failure for a day that is none */
export function instantOf(day: string): string {
  const at = new Date(day);
  if (!/^\d{4}-\d{2}-\d{2}/.test(day) || Number.isNaN(at.getTime()))
    throw wrongUsage('A day is written like 2026-05-18.');
  return at.toISOString();
}
