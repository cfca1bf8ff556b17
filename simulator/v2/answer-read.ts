/** One read, alone or as a part of a batch: its permission, the car's answer, and how old that is. */
import { askCar } from '../refresh.ts';
import { carAt, carOf, problemsOf, type Simulation } from '../simulation.ts';
import type { CachedSignal } from '../state.ts';
import { attributesOf, grantedPermissions } from './attributes.ts';
import { forbidden, incapable, malformed, notImitated, type V2Error } from './answers.ts';
import { isGranted, type Entered } from './entry.ts';
import { makeNamed } from '../seed/makes.ts';
import { pageOf } from './paging.ts';
import { readKinds, type ReadKind } from './reads.ts';
import type { UnitSystem } from './units.ts';
import { serviceHistory, systemStatus, troubleCodes } from './workshop.ts';

/** A read that succeeded; headers in lower case, as batches carry them. */
export interface Read {
  body: Record<string, unknown> | Record<string, unknown>[];
  headers: Record<string, string>;
}

export interface ReadWish {
  /** Below `/vehicles/{id}`, with its slash and without a query; `/` is the vehicle itself. */
  path: string;
  query: Record<string, string>;
  units: UnitSystem;
}

/** Whether the read is about the car itself, and so counts against the vehicle's limits. */
export function asksCar(path: string): boolean {
  return path !== '/' && path !== '/permissions';
}

/** Answers one read. */
export function answerRead(sim: Simulation, entered: Entered, wish: ReadWish): Read | { error: V2Error } {
  const result = readPath(sim, entered, wish);
  if (!('error' in result)) return result;
  return { error: { ...result.error, vehicleId: entered.connection.vehicleId } };
}

function readPath(sim: Simulation, entered: Entered, wish: ReadWish): Read | { error: V2Error } {
  const kind = readKinds.find((item) => item.path === wish.path);
  if (kind !== undefined)
    return isGranted(sim, entered, kind.permission) ? readKind(sim, entered, kind, wish.units) : { error: forbidden };
  if (wish.path === '/permissions') return readPermissions(sim, entered, wish.query);
  if (wish.path === '/')
    return isGranted(sim, entered, 'read_vehicle_info')
      ? { body: attributesOf(sim, entered.connection), headers: {} }
      : { error: forbidden };
  return readWorkshop(sim, entered, wish) ?? { error: unknownPath(wish.path) };
}

/** Make-specific paths have their make in lower case only. @see docs/smartcar.md §2.1 */
export function unknownPath(path: string): V2Error {
  const [, first = '', second] = path.split('/');
  if (second === undefined || makeNamed(first) === null) return notImitated;
  return first === first.toLowerCase() ? incapable : forbidden;
}

function readKind(sim: Simulation, entered: Entered, kind: ReadKind, units: UnitSystem): Read | { error: V2Error } {
  const { connection } = entered;
  const car = carOf(sim, connection);
  const signals = signalsOf(sim, entered, kind);
  const first = signals[kind.signals[0]];
  if (first === undefined) return { error: { type: 'COMPATIBILITY', code: 'VEHICLE_NOT_CAPABLE' } };
  if (first.error !== null) return { error: first.error };
  const { lockedDoor } = sim.state.knobs;
  const chargeLimit = sim.state.v2.chargeLimits[car.vin] ?? 0.8;
  const body = kind.body({
    car,
    units,
    lockedDoor,
    chargeLimit,
    signal: (code) => (signals[code]?.error === null ? (signals[code].body ?? {}) : {}),
  });
  return { body, headers: headersOf(first, kind, units) };
}

function signalsOf(sim: Simulation, { connection }: Entered, kind: ReadKind): Record<string, CachedSignal> {
  const isKnown = kind.signals.every((code) => connection.signals[code] !== undefined);
  if (sim.state.knobs.v2Reads === 'cached' && isKnown) return connection.signals;
  return askCar(sim, connection, kind.signals, sim.clock().getTime());
}

/** The data of what never changes are as old as the fetch; a VIN can't be dated. @see docs/smartcar.md §2.1 */
function headersOf(signal: CachedSignal, kind: ReadKind, units: UnitSystem): Record<string, string> {
  const fetchedAt = signal.retrievedAt ?? 0;
  const isStatic = kind.signals[0] === 'tractionbattery-nominalcapacity';
  const measuredAt = isStatic ? fetchedAt : (signal.oemUpdatedAt ?? fetchedAt);
  return {
    'sc-fetched-at': new Date(fetchedAt).toISOString(),
    ...(kind.path === '/vin' ? {} : { 'sc-data-age': new Date(measuredAt).toISOString() }),
    ...(kind.hasUnits ? { 'sc-unit-system': units } : {}),
  };
}

function readPermissions(sim: Simulation, entered: Entered, query: Record<string, string>): Read | { error: V2Error } {
  const page = pageOf(sim, query, grantedPermissions(sim, entered), 25);
  return 'error' in page ? page : { body: { permissions: page.items, paging: page.paging }, headers: {} };
}

function readWorkshop(sim: Simulation, entered: Entered, wish: ReadWish): Read | { error: V2Error } | null {
  const { seed } = sim.state;
  const car = carOf(sim, entered.connection);
  const now = sim.clock().getTime();
  const reads: Record<string, [permission: string, body: () => Read['body'] | { error: V2Error }]> = {
    '/diagnostics/system_status': ['read_diagnostics', () => systemStatus(seed, car)],
    '/diagnostics/dtcs': ['read_diagnostics', () => troubleCodes(seed, car, now)],
    '/service/history': ['read_service_history', () => historyFor(sim, entered, wish, now)],
  };
  const read = reads[wish.path];
  if (read === undefined) return null;
  if (!isGranted(sim, entered, read[0])) return { error: forbidden };
  const problem = problemsOf(sim, entered.connection, now).find((item) => item.signals === null);
  if (problem !== undefined) return { error: { type: problem.type, code: problem.code } };
  const body = read[1]();
  if (!Array.isArray(body) && 'error' in body) return { error: body.error as V2Error }; // historyFor's own
  const measuredAt = Math.min(now, carAt(sim, car, now).spokeAt);
  return {
    body,
    headers: {
      'sc-fetched-at': new Date(now).toISOString(),
      'sc-data-age': new Date(measuredAt).toISOString(),
      ...(wish.path === '/service/history' ? { 'sc-unit-system': wish.units } : {}),
    },
  };
}

/** The last year unless dates say else; the SDK sends the word `undefined` for none. @see docs/smartcar.md §12.2 */
function historyFor(
  sim: Simulation,
  { connection }: Entered,
  { query, units }: ReadWish,
  now: number,
): Record<string, unknown>[] | { error: V2Error } {
  const dateOf = (name: string, otherwise: number): number => {
    const text = query[name];
    return text === undefined || text === 'undefined' ? otherwise : Date.parse(text);
  };
  const window = { from: dateOf('start_date', now - 365 * 86_400_000), to: dateOf('end_date', now) };
  const wrong = Number.isNaN(window.from) ? 'start_date' : Number.isNaN(window.to) ? 'end_date' : null;
  if (wrong !== null) return { error: malformed({ field: [wrong], message: `"${wrong}" must be a date` }) };
  return serviceHistory(sim.state.seed, carOf(sim, connection), window, units);
}
