/** Everything about cars and accounts, for the page and for programs. */
import { carAt, faultsOf, passwordOf, permissionsOf, userIdOf, vehicleIdOf, type Simulation } from '../simulation.ts';
import type { Fault } from '../faults.ts';
import type { Car } from '../seed/fleet.ts';

export interface CarView {
  vin: string;
  fleet: string;
  make: string;
  makeLabel: string;
  model: string;
  year: number;
  powertrain: string;
  city: string;
  account: { email: string; password: string | null };
  /** Smartcar's ids; they are fixed before there is a connection. */
  vehicleId: string;
  userId: string;
  connection: {
    id: string;
    permissions: string[];
    isSubscribed: boolean;
    createdAt: string;
    lastRetrievedAt: string | null;
  } | null;
  faults: FaultView[];
  position: { latitude: number; longitude: number };
  speedKmh: number;
  odometerKm: number;
  stateOfChargePercent: number | null;
  fuelPercent: number | null;
  activity: 'driving' | 'charging' | 'parked' | 'asleep';
  isLocked: boolean;
  spokeAt: string;
  /** How often its driver was told that somebody asked for its location. */
  ownerNotices: { count: number; lastAt: string | null };
}

export interface FaultView {
  id: string;
  kind: string;
  since: string;
  /** A fault of the account or the make touches other cars too. */
  scope: Fault['scope'];
  what: Fault['what'];
}

export interface AccountView {
  email: string;
  make: string;
  /** Null: any password will do. */
  password: string | null;
  userId: string;
  vins: string[];
}

export function faultView(fault: Fault): FaultView {
  return {
    id: fault.id,
    kind: fault.what.kind,
    since: new Date(fault.since).toISOString(),
    scope: fault.scope,
    what: fault.what,
  };
}

export function carViews(sim: Simulation, now: number): CarView[] {
  return sim.fleet.cars.map((car) => carView(sim, car, now));
}

export function accountViews(sim: Simulation): AccountView[] {
  return sim.fleet.accounts.map((account) => ({
    email: account.email,
    make: account.make,
    password: passwordOf(sim, account),
    userId: userIdOf(sim, account),
    vins: sim.fleet.cars.filter((car) => car.email === account.email).map((car) => car.vin),
  }));
}

export function carView(sim: Simulation, car: Car, now: number): CarView {
  const account = sim.accounts.get(car.email);
  if (account === undefined) throw new Error(`no account ${car.email}`);
  const { world, isLocked, isAwake, spokeAt } = carAt(sim, car, now);
  return {
    vin: car.vin,
    fleet: car.fleet,
    make: car.make.make,
    makeLabel: car.make.label,
    model: car.model.name,
    year: car.year,
    powertrain: car.powertrain,
    city: car.city.name,
    account: { email: car.email, password: passwordOf(sim, account) },
    vehicleId: vehicleIdOf(sim, car.email, car.vin),
    userId: userIdOf(sim, account),
    connection: connectionView(sim, car),
    faults: faultsOf(sim, car).map(faultView),
    position: { latitude: world.latitude, longitude: world.longitude },
    speedKmh: world.speedKmh,
    odometerKm: world.odometerKm,
    stateOfChargePercent: world.stateOfChargePercent,
    fuelPercent: world.fuelPercent,
    activity: world.isDriving ? 'driving' : world.isCharging ? 'charging' : isAwake ? 'parked' : 'asleep',
    isLocked,
    spokeAt: new Date(spokeAt).toISOString(),
    ownerNotices: noticesOf(sim, car),
  };
}

function noticesOf(sim: Simulation, car: Car): CarView['ownerNotices'] {
  const told = sim.state.ownerNotices[car.vin];
  return told === undefined
    ? { count: 0, lastAt: null }
    : { count: told.count, lastAt: new Date(told.lastAt).toISOString() };
}

function connectionView(sim: Simulation, car: Car): CarView['connection'] {
  const connection = sim.state.connections.find((item) => item.vin === car.vin && item.email === car.email);
  if (connection === undefined) return null;
  const times = Object.values(connection.signals).map((signal) => signal.retrievedAt ?? 0);
  const last = Math.max(0, ...times);
  return {
    id: connection.id,
    permissions: permissionsOf(sim, connection),
    isSubscribed: sim.state.subscriptions.some((item) => item.vehicleId === connection.vehicleId),
    createdAt: new Date(connection.createdAt).toISOString(),
    lastRetrievedAt: last === 0 ? null : new Date(last).toISOString(),
  };
}
