/**
 * The signals that simulated cars answer: the car-sharing core, each with its permission and body.
 *
 * @see docs/smartcar.md §3.5, §1.9
 */
import { chance } from './random.ts';
import type { Car } from './seed/fleet.ts';
import { slowStateAt, type WorldState } from './world.ts';

export type SignalBody = Record<string, unknown>;

export interface Reading {
  car: Car;
  seed: number;
  worldMs: number;
  state: WorldState;
}

export interface SignalKind {
  code: string;
  name: string;
  group: string;
  permission: string;
  /** A change makes a webhook event. */
  triggers: boolean;
  /** Never changes; webhooks carry zeros for its times. */
  isStatic: boolean;
  has: (car: Car) => boolean;
  body: (reading: Reading) => SignalBody;
}

const everyCar = (): boolean => true;
const electric = (car: Car): boolean => car.model.batteryKwh > 0;
const burning = (car: Car): boolean => car.model.tankLitres > 0;

const groups: Record<string, string> = {
  location: 'Location',
  odometer: 'Odometer',
  internalcombustionengine: 'InternalCombustionEngine',
  tractionbattery: 'TractionBattery',
  closure: 'Closure',
  charge: 'Charge',
  wheel: 'Wheel',
  connectivitystatus: 'ConnectivityStatus',
  vehicleidentification: 'VehicleIdentification',
  lowvoltagebattery: 'LowVoltageBattery',
};

type Extra = Partial<Pick<SignalKind, 'triggers' | 'isStatic' | 'has'>>;

function kind(code: string, name: string, permission: string, body: SignalKind['body'], extra: Extra = {}): SignalKind {
  const group = groups[code.split('-')[0] ?? ''] ?? 'Other';
  return { code, name, group, permission, body, triggers: false, isStatic: false, has: everyCar, ...extra };
}

const percent = (value: number | null): SignalBody => ({ value, unit: 'percent' });
const compass = ['N', 'NE', 'E', 'SE', 'S', 'SW', 'W', 'NW'];

function location({ state }: Reading): SignalBody {
  const { latitude, longitude, heading } = state;
  if (heading === null) return { latitude, longitude, locationType: 'LAST_PARKED' };
  return { latitude, longitude, heading, direction: compass[Math.round(heading / 45) % 8], locationType: 'CURRENT' };
}

function doors({ state }: Reading): SignalBody {
  const door = (row: number, column: number): SignalBody => {
    const isOpen = state.hasOpenDoor && row === 0 && column === 0;
    return { row, column, isOpen, isLocked: isOpen ? false : state.isLocked };
  };
  return { values: [door(0, 0), door(0, 1), door(1, 0), door(1, 1)], rowCount: 2, columnCount: 2 };
}

function windows(): SignalBody {
  const places = [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ];
  return { values: places.map(([row, column]) => ({ row, column, isOpen: false })), rowCount: 2, columnCount: 2 };
}

function tires(reading: Reading): SignalBody {
  const { tirePressures } = slowStateAt(reading.seed, reading.car, reading.worldMs);
  const values = tirePressures.map((tirePressure, index) => ({ row: index >> 1, column: index & 1, tirePressure }));
  return { values, rowCount: 2, columnCount: 2, unit: 'kPa' };
}

function batteryRange({ car, state }: Reading): SignalBody {
  const value = Math.round(((state.stateOfChargePercent ?? 0) / 100) * (car.model.batteryKwh / 0.17));
  return { value, unit: 'km', type: 'DEFAULT', additionalValues: [] };
}

function capacity({ car }: Reading): SignalBody {
  const kwh = car.model.batteryKwh;
  return {
    capacity: kwh,
    source: 'SMARTCAR',
    availableCapacities: [{ capacity: kwh, description: null }],
    unit: 'kWh',
  };
}

function chargingStatus({ state }: Reading): SignalBody {
  return {
    value: state.isCharging ? 'CHARGING' : (state.stateOfChargePercent ?? 0) >= 99 ? 'FULLY_CHARGED' : 'NOT_CHARGING',
  };
}

function litres({ car, state }: Reading): number {
  return Math.round(((state.fuelPercent ?? 0) / 100) * car.model.tankLitres * 10) / 10;
}

const fuel: Extra = { has: burning };
const battery: Extra = { has: electric };

/** All signals that some simulated car answers. */
export const signalKinds: readonly SignalKind[] = [
  kind('location-preciselocation', 'PreciseLocation', 'read_location', location, { triggers: true }),
  kind('location-isathome', 'IsAtHome', 'read_location', () => ({ value: false }), {
    has: (car) => chance(car.vin, 'home') < 0.25,
  }),
  kind(
    'odometer-traveleddistance',
    'TraveledDistance',
    'read_odometer',
    ({ state }) => ({ value: state.odometerKm, unit: 'km' }),
    { triggers: true },
  ),
  kind('internalcombustionengine-fuellevel', 'FuelLevel', 'read_fuel', ({ state }) => percent(state.fuelPercent), {
    ...fuel,
    triggers: true,
  }),
  kind(
    'internalcombustionengine-amountremaining',
    'AmountRemaining',
    'read_fuel',
    (reading) => ({ value: litres(reading), unit: 'liters' }),
    fuel,
  ),
  kind(
    'internalcombustionengine-range',
    'Range',
    'read_fuel',
    (reading) => ({ value: Math.round(litres(reading) / 0.064), unit: 'km' }),
    fuel,
  ),
  kind(
    'internalcombustionengine-oillife',
    'OilLife',
    'read_engine_oil',
    ({ seed, car, worldMs }) => percent(slowStateAt(seed, car, worldMs).oilPercent),
    fuel,
  ),
  kind(
    'tractionbattery-stateofcharge',
    'StateOfCharge',
    'read_battery',
    ({ state }) => percent(state.stateOfChargePercent),
    { ...battery, triggers: true },
  ),
  kind('tractionbattery-range', 'Range', 'read_battery', batteryRange, battery),
  kind('tractionbattery-nominalcapacity', 'NominalCapacity', 'read_battery', capacity, { ...battery, isStatic: true }),
  kind('charge-ischarging', 'IsCharging', 'read_charge', ({ state }) => ({ value: state.isCharging }), {
    ...battery,
    triggers: true,
  }),
  kind(
    'charge-ischargingcableconnected',
    'IsChargingCableConnected',
    'read_charge',
    ({ state }) => ({ value: state.isPluggedIn }),
    { ...battery, triggers: true },
  ),
  kind('charge-detailedchargingstatus', 'DetailedChargingStatus', 'read_charge', chargingStatus, battery),
  kind('closure-islocked', 'IsLocked', 'read_security', ({ state }) => ({ value: state.isLocked }), { triggers: true }),
  kind('closure-doors', 'Doors', 'read_security', doors, { triggers: true }),
  kind('closure-windows', 'Windows', 'read_security', windows),
  kind('wheel-tires', 'Tires', 'read_tires', tires),
  kind('connectivitystatus-isonline', 'IsOnline', 'read_vehicle_info', () => ({ value: true }), {
    has: (car) => car.make.make !== 'VOLKSWAGEN',
  }),
  kind('connectivitystatus-isasleep', 'IsAsleep', 'read_vehicle_info', ({ state }) => ({ value: !state.isAwake }), {
    has: (car) => car.make.make !== 'VOLKSWAGEN',
  }),
  kind('lowvoltagebattery-stateofcharge', 'StateOfCharge', 'read_diagnostics', ({ seed, car, worldMs }) =>
    percent(slowStateAt(seed, car, worldMs).lowVoltagePercent),
  ),
  kind('vehicleidentification-vin', 'VIN', 'read_vin', ({ car }) => ({ value: car.vin }), { isStatic: true }),
];

const byCode = new Map(signalKinds.map((entry) => [entry.code, entry]));

/** The kind of a signal, or null when no simulated car answers it. */
export function signalKind(code: string): SignalKind | null {
  return byCode.get(code) ?? null;
}

/** Cars say of this signal that they can't, as many real ones do of something. */
export function isIncapable(car: Car, code: string): boolean {
  return code === 'location-isathome' && car.make.make !== 'TESLA';
}
