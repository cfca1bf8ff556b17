/** What each of v2's bodies says, under v3's signal codes. A value that isn't there is no reading. @see docs/smartcar.md §2.3, §2.4 */
import type { Permission } from '../../domain/permission.ts';
import type { SignalCode, SignalValue } from '../../domain/signal.ts';
import type { Powertrain } from '../../domain/vehicle.ts';
import { constant } from '../fields.ts';
import { isRecord } from '../json.ts';

export type Units = 'metric' | 'imperial';
type Body = Record<string, unknown>;

/** One signal out of a body; null when the body doesn't hold it. */
interface Part {
  code: SignalCode;
  value: (body: Body) => SignalValue | null;
  /** As the answer's unit system has it; null for what has no unit. */
  unit?: (units: Units) => string;
}

/** One of v2's reads: what it needs, who can have it, and what comes of it. */
export interface ReadPath {
  path: string;
  permission: Permission;
  parts: readonly Part[];
  /** Cars that certainly can't answer it; each of them would be told so at the price of a request. */
  notFor: readonly Powertrain[];
}

const number = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null);
const boolean = (value: unknown): boolean | null => (typeof value === 'boolean' ? value : null);

/** v2 counts 0 to 1, v3 0 to 100; rounded where a double would show that it was multiplied. */
function percent(share: unknown): number | null {
  return number(typeof share === 'number' ? Math.round(share * 1e6) / 1e4 : null);
}

const inPercent = (): string => 'percent';
const distance = (units: Units): string => (units === 'imperial' ? 'miles' : 'km');
const volume = (units: Units): string => (units === 'imperial' ? 'gallons' : 'liters');
const pressure = (units: Units): string => (units === 'imperial' ? 'psi' : 'kPa');

function location(body: Body): SignalValue | null {
  const latitude = number(body['latitude']);
  const longitude = number(body['longitude']);
  return latitude === null || longitude === null ? null : { latitude, longitude };
}

const charging = (body: Body): string | null => constant.parse(body['state'])?.toUpperCase() ?? null;

/** An unknown state of charging is shown as it is, and is neither charging nor not. */
function isCharging(body: Body): boolean | null {
  const state = charging(body);
  if (state === 'CHARGING') return true;
  return state === 'FULLY_CHARGED' || state === 'NOT_CHARGING' ? false : null;
}

/** Row 0 is the front, column 0 the left. */
const corners = [
  { type: 'frontLeft', row: 0, column: 0 },
  { type: 'frontRight', row: 0, column: 1 },
  { type: 'backLeft', row: 1, column: 0 },
  { type: 'backRight', row: 1, column: 1 },
];

function tires(body: Body): SignalValue | null {
  const values = corners.flatMap(({ type, row, column }) => {
    const tirePressure = number(body[type]);
    return tirePressure === null ? [] : [{ row, column, tirePressure }];
  });
  return values.length > 0 ? { values } : null;
}

/** UNKNOWN, and every word we don't know, is no answer. LOCKED is only in an example of the SDK: taken for closed. */
function isOpen(list: unknown, type: string): boolean | null {
  const found: unknown = Array.isArray(list) ? list.find((one) => isRecord(one) && one['type'] === type) : null;
  const status = isRecord(found) ? constant.parse(found['status'])?.toUpperCase() : null;
  if (status === 'OPEN') return true;
  return status === 'CLOSED' || status === 'LOCKED' ? false : null;
}

const openCorners =
  (key: string) =>
  (body: Body): SignalValue | null => {
    const values = corners.flatMap(({ type, row, column }) => {
      const open = isOpen(body[key], type);
      return open === null ? [] : [{ row, column, isOpen: open }];
    });
    return values.length > 0 ? { values } : null;
  };

const opening =
  (key: string, type: string) =>
  (body: Body): SignalValue | null => {
    const open = isOpen(body[key], type);
    return open === null ? null : { isOpen: open };
  };

const neverMissing: readonly Powertrain[] = [];

/** In the order in which they are asked for. Battery and charge are for cars that are plugged in (§2.3). */
export const readPaths: readonly ReadPath[] = [
  {
    path: '/location',
    permission: 'read_location',
    notFor: neverMissing,
    parts: [{ code: 'location-preciselocation', value: location }],
  },
  {
    path: '/odometer',
    permission: 'read_odometer',
    notFor: neverMissing,
    parts: [{ code: 'odometer-traveleddistance', value: (body) => number(body['distance']), unit: distance }],
  },
  {
    path: '/security',
    permission: 'read_security',
    notFor: neverMissing,
    parts: [
      { code: 'closure-islocked', value: (body) => boolean(body['isLocked']) },
      { code: 'closure-doors', value: openCorners('doors') },
      { code: 'closure-windows', value: openCorners('windows') },
      { code: 'closure-sunroof', value: opening('sunroof', 'sunroof') },
      { code: 'closure-fronttrunk', value: opening('storage', 'front') },
      { code: 'closure-reartrunk', value: opening('storage', 'rear') },
    ],
  },
  {
    path: '/battery',
    permission: 'read_battery',
    notFor: ['ICE', 'HEV'],
    parts: [
      { code: 'tractionbattery-stateofcharge', value: (body) => percent(body['percentRemaining']), unit: inPercent },
      { code: 'tractionbattery-range', value: (body) => number(body['range']), unit: distance },
    ],
  },
  {
    path: '/charge',
    permission: 'read_charge',
    notFor: ['ICE', 'HEV'],
    parts: [
      { code: 'charge-ischarging', value: isCharging },
      { code: 'charge-ischargingcableconnected', value: (body) => boolean(body['isPluggedIn']) },
      { code: 'charge-detailedchargingstatus', value: charging },
    ],
  },
  {
    path: '/fuel',
    permission: 'read_fuel',
    notFor: ['BEV'],
    parts: [
      {
        code: 'internalcombustionengine-fuellevel',
        value: (body) => percent(body['percentRemaining']),
        unit: inPercent,
      },
      {
        code: 'internalcombustionengine-amountremaining',
        value: (body) => number(body['amountRemaining']),
        unit: volume,
      },
      { code: 'internalcombustionengine-range', value: (body) => number(body['range']), unit: distance },
    ],
  },
  {
    path: '/tires/pressure',
    permission: 'read_tires',
    notFor: neverMissing,
    parts: [{ code: 'wheel-tires', value: tires, unit: pressure }],
  },
];
