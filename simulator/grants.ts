/** Making and ending connections: what an owner's yes, a repeated login and a disconnect do. */
import { refreshBy } from './due.ts';
import { repairedBySigningIn } from './faults.ts';
import type { Account } from './seed/fleet.ts';
import { nextNumber, userIdOf, vehicleIdOf, type Simulation } from './simulation.ts';
import { uuidFrom } from './random.ts';
import type { Connection } from './state.ts';
import { askForSubscription, endSubscriptions } from './subscriptions.ts';
import { closeVehicles } from './v2/tokens.ts';

export interface Grant {
  account: Account;
  vins: readonly string[];
  permissions: readonly string[];
  /** Null: the session didn't name permissions. */
  requested: readonly string[] | null;
  mode: 'live' | 'simulated';
}

/** Connects the cars of a grant, or widens and renews what is connected already. Answers the user's id. */
export function connect(sim: Simulation, grant: Grant, now: number): { userId: string; connections: Connection[] } {
  const userId = userIdOf(sim, grant.account);
  const wasSignedOut = signIn(sim, grant.account, now);
  const connections = grant.vins.map((vin) => connectCar(sim, grant, vin, wasSignedOut, now));
  sim.save();
  return { userId, connections };
}

function connectCar(sim: Simulation, grant: Grant, vin: string, wasSignedOut: boolean, now: number): Connection {
  const { email } = grant.account;
  const known = sim.state.connections.find((item) => item.vin === vin && item.email === email);
  if (known !== undefined) {
    known.permissions = [...grant.permissions];
    giveBack(sim, vin, grant.permissions);
    known.requested = grant.requested === null ? null : [...grant.requested];
    // After an expired login the new connection has a new id, the vehicle keeps its own.
    if (wasSignedOut) renameConnection(sim, known, newConnectionId(sim));
    refreshBy(sim, known, now + sim.state.knobs.fillAfterS * 1000);
    return known;
  }
  const connection: Connection = {
    id: newConnectionId(sim),
    vehicleId: vehicleIdOf(sim, email, vin),
    userId: userIdOf(sim, grant.account),
    vin,
    email,
    mode: grant.mode,
    permissions: [...grant.permissions],
    requested: grant.requested === null ? null : [...grant.requested],
    createdAt: now,
    signals: {},
    toldErrors: {},
  };
  sim.state.connections.push(connection);
  refreshBy(sim, connection, now + sim.state.knobs.fillAfterS * 1000);
  if (sim.state.knobs.autoSubscribes && sim.state.knobs.webhook.isCreated) askForSubscription(sim, connection, now);
  return connection;
}

/** What the owner grants again isn't missing any more. */
function giveBack(sim: Simulation, vin: string, permissions: readonly string[]): void {
  sim.state.faults = sim.state.faults.filter(({ scope, what }) => {
    const isThisCar = scope !== 'all' && 'vin' in scope && scope.vin === vin;
    return !isThisCar || what.kind !== 'permission-missing' || !permissions.includes(what.permission);
  });
}

function newConnectionId(sim: Simulation): string {
  return `conn-${uuidFrom(sim.state.seed, 'connection', nextNumber(sim)).slice(0, 18)}`;
}

function renameConnection(sim: Simulation, connection: Connection, id: string): void {
  for (const due of sim.state.due)
    if (due.kind === 'refresh' && due.connectionId === connection.id) due.connectionId = id;
  connection.id = id;
}

/** A right login: what a login repairs is repaired. Answers whether something was. */
export function signIn(sim: Simulation, account: Account, now: number): boolean {
  const repaired = sim.state.faults.filter((fault) => {
    const isLogin = repairedBySigningIn.has(fault.what.kind) || isLoginError(fault.what);
    if (!isLogin || fault.scope === 'all' || 'make' in fault.scope) return false;
    if ('email' in fault.scope) return fault.scope.email === account.email;
    return sim.cars.get(fault.scope.vin)?.email === account.email;
  });
  if (repaired.length === 0) return false;
  sim.state.faults = sim.state.faults.filter((fault) => !repaired.includes(fault));
  for (const connection of connectionsOf(sim, account.email))
    refreshBy(sim, connection, now + sim.state.knobs.fillAfterS * 1000);
  sim.save();
  return true;
}

function isLoginError(what: { kind: string; type?: string; code?: string | null }): boolean {
  return (
    what.kind === 'error' &&
    what.type === 'CONNECTED_SERVICES_ACCOUNT' &&
    ['AUTHENTICATION_FAILED', 'PERMISSION'].includes(what.code ?? '')
  );
}

/** The connections of an account at a manufacturer. */
export function connectionsOf(sim: Simulation, email: string): Connection[] {
  return sim.state.connections.filter((item) => item.email === email);
}

/** Ends connections with everything that hangs on them; on disk before it returns. */
export function disconnect(sim: Simulation, connections: readonly Connection[]): void {
  const ids = new Set(connections.map((item) => item.id));
  sim.state.connections = sim.state.connections.filter((item) => !ids.has(item.id));
  sim.state.due = sim.state.due.filter((item) => item.kind !== 'refresh' || !ids.has(item.connectionId));
  endSubscriptions(sim, (item) =>
    connections.some((one) => one.vehicleId === item.vehicleId && one.userId === item.userId),
  );
  closeVehicles(sim, new Set(connections.map((item) => item.vehicleId)));
  sim.save();
}
