/** What every part of the simulator shares: the state, the cars, the clock, and the few questions all of them ask. */
import type { Bucket } from './bucket.ts';
import type { Credentials } from './credentials.ts';
import { problemOf, touches, wholeCar, type Fault, type Problem } from './faults.ts';
import { uuidFrom } from './random.ts';
import type { RequestCounts } from './request-counts.ts';
import type { Account, Car, Fleet } from './seed/fleet.ts';
import type { Connection, State } from './state.ts';
import { worldStateAt, type WorldState } from './world.ts';

export interface Simulation {
  state: State;
  fleet: Fleet;
  cars: ReadonlyMap<string, Car>;
  accounts: ReadonlyMap<string, Account>;
  credentials: Credentials;
  /** What Connect's pages call the application. */
  applicationName: string;
  redirectUris: readonly string[];
  /** What the application was started with, where that can be changed. */
  first: Readonly<{ redirectUris: readonly string[]; apiClientSecret: string; clientSecret: string }>;
  /** Where owners' browsers find the simulator. */
  publicOrigin: string;
  /** World minutes in a real minute. */
  speed: number;
  clock: () => Date;
  /** Writes the state before an answer leaves. */
  save: () => void;
  /** Marks the state as changed; it is written with the next tick. */
  touch: () => void;
  counts: RequestCounts;
  /** What is left of the application's requests and of each vehicle's. */
  buckets: Map<string, Bucket>;
  /** Everything that is answered, `METHOD /path`. */
  routes: string[];
  /** Commands that answer later, each called with the time when it is due. */
  streams: { at: number; finish: (now: number) => void }[];
}

/** World time for a real time, in milliseconds. */
export function worldMsAt(sim: Simulation, now: number): number {
  const start = sim.state.worldStartedAt;
  return now <= start ? now : start + (now - start) * sim.speed;
}

/** The real time at which the world was there; the inverse of worldMsAt. */
export function realMsAt(sim: Simulation, worldMs: number): number {
  const start = sim.state.worldStartedAt;
  return worldMs <= start ? worldMs : start + (worldMs - start) / sim.speed;
}

export interface CarNow {
  world: WorldState;
  worldMs: number;
  isLocked: boolean;
  /** Real milliseconds when the car last spoke. */
  spokeAt: number;
  isAwake: boolean;
}

/** A car as it is at a real time: the world, changed by commands and by a forced sleep. */
export function carAt(sim: Simulation, car: Car, now: number): CarNow {
  const sleep = faultsOf(sim, car).find((fault) => ['asleep', 'unreachable'].includes(fault.what.kind));
  const hours = sleep?.what.kind === 'asleep' ? sleep.what.hours : 0;
  const asOf = sleep === undefined ? now : Math.min(now, sleep.since - hours * 3_600_000);
  const worldMs = worldMsAt(sim, asOf);
  const world = worldStateAt(sim.state.seed, car, worldMs);
  const lock = sim.state.locks[car.vin];
  // Whoever drives off undoes what was commanded before.
  const stands = lock !== undefined && !world.isDriving && lock.effectiveAt >= realMsAt(sim, world.since);
  const isLocked = stands ? lockedBy(sim, car, lock, now) : world.isLocked;
  const woken = sim.state.wokenAt[car.vin] ?? 0;
  const staysAwakeUntil = woken + car.make.awakeAfterMin * 60_000;
  const isWoken = woken > 0 && asOf >= woken && asOf <= staysAwakeUntil;
  const spokeAt = Math.max(
    realMsAt(sim, world.spokeAt),
    woken > 0 && woken <= asOf ? Math.min(asOf, staysAwakeUntil) : 0,
  );
  return {
    world: { ...world, isLocked },
    worldMs,
    isLocked,
    spokeAt: Math.floor(spokeAt),
    isAwake: sleep === undefined && (world.isAwake || isWoken),
  };
}

function lockedBy(sim: Simulation, car: Car, lock: State['locks'][string], now: number): boolean {
  if (now < lock.effectiveAt) return lock.wasLocked ?? !lock.isLocked;
  return lock.isLocked || locksItself(sim, car, lock, now);
}

/** Some makes lock again when nobody opens the trunk after a remote unlock. @see docs/smartcar.md §2.5 */
function locksItself(sim: Simulation, car: Car, lock: State['locks'][string], now: number): boolean {
  const { relocksAfterS } = car.make.habits;
  if (relocksAfterS === null || !sim.state.knobs.makesDiffer || lock.isTrunkOpened === true) return false;
  return now >= lock.effectiveAt + relocksAfterS * 1000;
}

/** Faults that touch a car, oldest first. */
export function faultsOf(sim: Simulation, car: Car): Fault[] {
  return sim.state.faults.filter((fault) => touches(fault, car));
}

/** Whether a fault touches a connection: its own account's do, whoever the car has been sold to since. */
export function reaches(sim: Simulation, fault: Fault, connection: Connection): boolean {
  return touches(fault, { ...carOf(sim, connection), email: connection.email });
}

const faultsOver = (sim: Simulation, connection: Connection): Fault[] =>
  sim.state.faults.filter((fault) => reaches(sim, fault, connection));

/**
 * The errors a car answers with over a connection at a time (now, unless told): those of the owner's account first, then
 * what Smartcar knows by itself, the manufacturer's machines, which can't tell of the car while they fail, and the car's own.
 */
export function problemsOf(sim: Simulation, connection: Connection, at = sim.clock().getTime()): Problem[] {
  const car = carOf(sim, connection);
  const problems = faultsOver(sim, connection)
    .map(problemOf)
    .filter((problem) => problem !== null);
  if (car.alwaysFailsWith !== null) problems.push(wholeCar(car.alwaysFailsWith.type, car.alwaysFailsWith.code));
  if (connection.email !== car.email) problems.push(wholeCar('CONNECTED_SERVICES_ACCOUNT', 'VEHICLE_MISSING'));
  problems.push(...problemsOfMake(sim, car, at));
  return problems.sort((a, b) => rank(a) - rank(b));
}

const inTurn = ['CONNECTED_SERVICES_ACCOUNT', 'COMPATIBILITY', 'UPSTREAM'];
const rank = ({ type }: Problem): number => (inTurn.includes(type) ? inTurn.indexOf(type) : inTurn.length);

/** Errors that come by themselves at some makes: deep sleep, and data that are too old. @see docs/smartcar.md §4.4, §5 */
function problemsOfMake(sim: Simulation, car: Car, at: number): Problem[] {
  const { asleepAfterDays, subscriptionAfterDays } = car.make.habits;
  if (!sim.state.knobs.makesDiffer || (asleepAfterDays === null && subscriptionAfterDays === null)) return [];
  const { world, worldMs, spokeAt } = carAt(sim, car, at);
  const isOlder = (since: number, now: number, days: number | null): boolean =>
    days !== null && now - since > days * 86_400_000;
  const problems: Problem[] = [];
  if (isOlder(world.restsSince, worldMs, asleepAfterDays)) problems.push(wholeCar('VEHICLE_STATE', 'ASLEEP'));
  if (isOlder(spokeAt, at, subscriptionAfterDays))
    problems.push(wholeCar('CONNECTED_SERVICES_ACCOUNT', 'SUBSCRIPTION'));
  return problems;
}

/** What the owner granted, without what a fault took away. */
export function permissionsOf(sim: Simulation, connection: Connection): string[] {
  const taken = faultsOver(sim, connection).map(({ what }) =>
    what.kind === 'permission-missing' ? what.permission : '',
  );
  return connection.permissions.filter((permission) => !taken.includes(permission));
}

export function carOf(sim: Simulation, connection: Connection): Car {
  const car = sim.cars.get(connection.vin);
  if (car === undefined) throw new Error(`no car ${connection.vin}`);
  return car;
}

/** Smartcar's id of an owner's account at a manufacturer. */
export function userIdOf(sim: Simulation, account: Account): string {
  return uuidFrom(sim.state.seed, 'user', account.make, account.email);
}

/** Smartcar's id of a car in an account; another account has another id for the same car. */
export function vehicleIdOf(sim: Simulation, email: string, vin: string): string {
  return uuidFrom(sim.state.seed, 'vehicle', email, vin);
}

/** A new number; the same order of events gives the same numbers. */
export function nextNumber(sim: Simulation): number {
  sim.state.counter += 1;
  sim.touch();
  return sim.state.counter;
}

export function nextUuid(sim: Simulation, purpose: string): string {
  return uuidFrom(sim.state.seed, purpose, nextNumber(sim));
}

/** The password of an account; null: any will do. */
export function passwordOf(sim: Simulation, account: Account): string | null {
  return account.password === null ? null : (sim.state.passwords[account.email] ?? account.password);
}

/** A partially built address, as Smartcar's errors carry it: redirect_uri and state are for the application to add. */
export function reauthenticateUrl(sim: Simulation, vehicleId: string): string {
  const query = new URLSearchParams({
    response_type: 'vehicle_id',
    client_id: sim.credentials.applicationId,
    vehicle_id: vehicleId,
  });
  return `${sim.publicOrigin}/oauth/reauthenticate?${query.toString()}`;
}

/** Another name of a vehicle, as the re-authentication addresses of some events carry it. @see docs/smartcar.md §6.8 */
export function vehicleAlias(vehicleId: string): string {
  return `sc${vehicleId.replaceAll('-', '').slice(0, 24)}`;
}

/** The application's only webhook; created in Smartcar's dashboard, so it is always there. */
export function webhookOf(sim: Simulation): { id: string; name: string } {
  return { id: uuidFrom(sim.state.seed, 'webhook'), name: 'Fleet signals' };
}
