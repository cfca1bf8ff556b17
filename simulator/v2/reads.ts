/**
 * What each of v2's reads asks the car for, and how v2 says it. The values are those of v3's signals, so that both
 * versions tell the same of a car.
 *
 * @see docs/smartcar.md §2.2, §2.3, §2.4
 */
import type { SignalBody } from '../signal-catalogue.ts';
import type { Car } from '../seed/fleet.ts';
import { securityBody } from './security.ts';
import { inUnits, type UnitSystem } from './units.ts';

/** What a body is made from. */
export interface Reading {
  car: Car;
  units: UnitSystem;
  /** The body of a signal; empty when the car doesn't have it or can't tell it. */
  signal: (code: string) => SignalBody;
  chargeLimit: number;
  lockedDoor: 'CLOSED' | 'LOCKED';
}

export interface ReadKind {
  /** Below `/vehicles/{id}`. */
  path: string;
  permission: string;
  /** The first one decides: without it the read fails, the others may be missing. */
  signals: readonly [string, ...string[]];
  /** `SC-Unit-System` comes with these alone. */
  hasUnits: boolean;
  body: (reading: Reading) => Record<string, unknown>;
}

function kind(
  path: string,
  permission: string,
  signals: ReadKind['signals'],
  body: ReadKind['body'],
  hasUnits = false,
): ReadKind {
  return { path, permission, signals, hasUnits, body };
}

const percent = 'tractionbattery-stateofcharge';

/** Every read that asks the car. */
export const readKinds: readonly ReadKind[] = [
  kind('/vin', 'read_vin', ['vehicleidentification-vin'], ({ signal }) => ({
    vin: signal('vehicleidentification-vin')['value'],
  })),
  kind('/location', 'read_location', ['location-preciselocation'], ({ signal }) => {
    const { latitude, longitude } = signal('location-preciselocation');
    return { latitude, longitude };
  }),
  kind(
    '/odometer',
    'read_odometer',
    ['odometer-traveleddistance'],
    (reading) => ({ distance: inUnits(numberOf(reading, 'odometer-traveleddistance'), 'distance', reading.units) }),
    true,
  ),
  kind('/fuel', 'read_fuel', fuelSignals(), fuelBody, true),
  kind(
    '/battery',
    'read_battery',
    [percent, 'tractionbattery-range'],
    (reading) => ({
      percentRemaining: shareOf(reading, percent),
      range: inUnits(numberOf(reading, 'tractionbattery-range'), 'distance', reading.units),
    }),
    true,
  ),
  kind('/battery/capacity', 'read_battery', ['tractionbattery-nominalcapacity'], ({ signal }) => ({
    capacity: signal('tractionbattery-nominalcapacity')['capacity'],
  })),
  kind('/battery/nominal_capacity', 'read_battery', ['tractionbattery-nominalcapacity'], ({ signal }) => {
    const { capacity, source, availableCapacities } = signal('tractionbattery-nominalcapacity');
    return { availableCapacities, capacity: { nominal: capacity, source }, url: null };
  }),
  kind(
    '/charge',
    'read_charge',
    ['charge-detailedchargingstatus', 'charge-ischargingcableconnected'],
    ({ signal }) => ({
      isPluggedIn: signal('charge-ischargingcableconnected')['value'] ?? false,
      state: signal('charge-detailedchargingstatus')['value'],
    }),
  ),
  kind('/charge/limit', 'read_charge', ['charge-detailedchargingstatus'], ({ chargeLimit }) => ({
    limit: chargeLimit,
  })),
  kind('/tires/pressure', 'read_tires', ['wheel-tires'], tiresBody, true),
  kind('/engine/oil', 'read_engine_oil', ['internalcombustionengine-oillife'], (reading) => ({
    lifeRemaining: shareOf(reading, 'internalcombustionengine-oillife'),
  })),
  kind('/security', 'read_security', ['closure-islocked', 'closure-doors', 'closure-windows'], securityBody),
];

function fuelSignals(): ReadKind['signals'] {
  const group = 'internalcombustionengine';
  return [`${group}-fuellevel`, `${group}-amountremaining`, `${group}-range`];
}

function fuelBody(reading: Reading): Record<string, unknown> {
  const [level, amount, range] = fuelSignals();
  return {
    percentRemaining: shareOf(reading, level),
    amountRemaining: inUnits(numberOf(reading, amount ?? ''), 'volume', reading.units),
    range: inUnits(numberOf(reading, range ?? ''), 'distance', reading.units),
  };
}

function tiresBody({ signal, units }: Reading): Record<string, unknown> {
  const wheels = signal('wheel-tires')['values'] as { tirePressure: number }[]; // the catalogue's own body
  const [frontLeft, frontRight, backLeft, backRight] = wheels.map(({ tirePressure }) =>
    inUnits(tirePressure, 'pressure', units),
  );
  return { frontLeft, frontRight, backLeft, backRight };
}

function numberOf({ signal }: Reading, code: string): number | null {
  const { value } = signal(code);
  return typeof value === 'number' ? value : null;
}

/** Percent in v3 is a share of one in v2. */
function shareOf(reading: Reading, code: string): number | null {
  const value = numberOf(reading, code);
  return value === null ? null : Math.round(value * 100) / 10_000;
}
