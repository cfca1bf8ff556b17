/** Signals: the things a vehicle can report, by Smartcar v3's codes, and what we know about each. */
import type { Permission } from './permission.ts';

/** A Smartcar v3 signal code such as `location-preciselocation`. Open: unknown codes are kept, not shown. */
export type SignalCode = string;

export type SignalValue = number | boolean | string | Location | Record<string, unknown> | unknown[];

/** Degrees, WGS 84. */
export interface Location {
  latitude: number;
  longitude: number;
}

interface SignalFacts {
  permission: Permission;
  /** Unit when the answer names none. */
  unit?: string;
  /** Values outside are set aside as impossible. */
  range?: readonly [min: number, max: number];
}

/** @see docs/smartcar.md §3.5 */
export const signals: Readonly<Record<string, SignalFacts>> = {
  'location-preciselocation': { permission: 'read_location' },
  'odometer-traveleddistance': { permission: 'read_odometer', unit: 'km', range: [0, 5_000_000] },
  'closure-islocked': { permission: 'read_security' },
  'closure-doors': { permission: 'read_security' },
  'tractionbattery-stateofcharge': { permission: 'read_battery', unit: 'percent', range: [0, 100] },
  'tractionbattery-range': { permission: 'read_battery', unit: 'km', range: [0, 2_500] },
  'internalcombustionengine-fuellevel': { permission: 'read_fuel', unit: 'percent', range: [0, 100] },
  'internalcombustionengine-range': { permission: 'read_fuel', unit: 'km', range: [0, 2_500] },
  'charge-ischarging': { permission: 'read_charge' },
  'charge-ischargingcableconnected': { permission: 'read_charge' },
  'wheel-tires': { permission: 'read_tires' },
  'lowvoltagebattery-stateofcharge': { permission: 'read_battery', unit: 'percent', range: [0, 100] },
  'vehicleidentification-vin': { permission: 'read_vin' },
};

/**
 * Whether a value of this signal says how old what we know of a car is. A VIN never does, nor what is not known here
 * (a battery's nominal capacity): they are answered although the car is silent or its owner signed out.
 */
export const tellsAge = (code: SignalCode): boolean =>
  Object.hasOwn(signals, code) && code !== 'vehicleidentification-vin';

/** The signals whose success proves a connection, for a fleet that requires these permissions. */
export function requiredSignals(permissions: readonly Permission[]): SignalCode[] {
  const proving = ['location-preciselocation', 'odometer-traveleddistance', 'closure-islocked'];
  const required = proving.filter((code) => permissions.includes(signals[code]?.permission ?? ''));
  return required.length > 0 ? required : proving;
}

/** The permissions that these signals need, each once. */
export function permissionsFor(codes: readonly SignalCode[]): Permission[] {
  return [...new Set(codes.flatMap((code) => signals[code]?.permission ?? []))];
}
