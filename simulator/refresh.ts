/** Smartcar fetching a car's data from its manufacturer: the only thing that moves the store. A read never comes here. */
import { cadenceMs, firstTurnMs, isWatched, refreshBy, subscriptionOf } from './due.ts';
import { errorKey } from './error-table.ts';
import type { Problem } from './faults.ts';
import { endShortLogin, relockSeenAt, tellOwnerOfLocation } from './habits.ts';
import { isIncapable, signalKinds, type SignalKind } from './signal-catalogue.ts';
import { carAt, carOf, faultsOf, permissionsOf, problemsOf, type CarNow, type Simulation } from './simulation.ts';
import type { CachedSignal, Connection } from './state.ts';
import { errorEvent, stateEvent, type SignalError } from './webhooks/event.ts';
import { sendEvent } from './webhooks/delivery.ts';

/** Fetches the data of a connection, tells the webhook what changed, and plans the next turn. */
export function refresh(sim: Simulation, connectionId: string, at: number): void {
  const connection = sim.state.connections.find((item) => item.id === connectionId);
  if (connection === undefined) return;
  const isFirst = Object.keys(connection.signals).length === 0;
  const before = connection.signals;
  endShortLogin(sim, connection, at);
  connection.signals = fetched(sim, connection, at);
  refreshBy(sim, connection, at + (isFirst ? firstTurnMs(sim, connection) : cadenceMs(sim, connection)));
  const relock = isWatched(sim, connection) ? relockSeenAt(sim, carOf(sim, connection), at) : null;
  if (relock !== null) refreshBy(sim, connection, relock);
  if (isWatched(sim, connection)) tellWebhook(sim, connection, before, at);
}

function fetched(sim: Simulation, connection: Connection, at: number): Record<string, CachedSignal> {
  const car = carOf(sim, connection);
  if (faultsOf(sim, car).some(({ what }) => what.kind === 'empty-store')) return {};
  const granted = new Set(permissionsOf(sim, connection));
  const now = carAt(sim, car, at);
  const problems = problemsOf(sim, connection, at);
  if (granted.has('read_location') && problems.length === 0) tellOwnerOfLocation(sim, car, at);
  const signals: Record<string, CachedSignal> = {};
  for (const kind of signalKinds) {
    if (!kind.has(car)) continue;
    const isAsked = connection.requested === null || connection.requested.includes(kind.permission);
    const isGranted = granted.has(kind.permission);
    // Nobody asked for it and nobody gave it: the store doesn't know the signal.
    if (!isAsked && !isGranted) continue;
    signals[kind.code] = fetchedSignal({ sim, connection, kind, at, now, problems, isGranted });
  }
  return signals;
}

/**
 * What a car says of these signals when it is asked at once, as v2 asks; the store stays as it is.
 * A signal that the car doesn't have is absent. The permission is the caller's to check.
 */
export function askCar(
  sim: Simulation,
  connection: Connection,
  codes: readonly string[],
  at: number,
): Record<string, CachedSignal> {
  const car = carOf(sim, connection);
  const now = carAt(sim, car, at);
  const problems = problemsOf(sim, connection, at);
  if (codes.includes('location-preciselocation') && problems.length === 0) tellOwnerOfLocation(sim, car, at);
  const signals: Record<string, CachedSignal> = {};
  for (const kind of signalKinds) {
    if (!codes.includes(kind.code) || !kind.has(car)) continue;
    signals[kind.code] = fetchedSignal({ sim, connection, kind, at, now, problems, isGranted: true });
  }
  return signals;
}

interface Fetching {
  sim: Simulation;
  connection: Connection;
  kind: SignalKind;
  at: number;
  now: CarNow;
  problems: readonly Problem[];
  isGranted: boolean;
}

function fetchedSignal(fetching: Fetching): CachedSignal {
  const { sim, connection, kind, at, now, problems, isGranted } = fetching;
  const car = carOf(sim, connection);
  const old = connection.signals[kind.code];
  if (!isGranted) return failed('PERMISSION', null);
  if (isIncapable(car, kind.code)) return failed('COMPATIBILITY', 'VEHICLE_NOT_CAPABLE');
  const problem = problems.find((item) => (item.signals === null ? !kind.isStatic : item.signals.includes(kind.code)));
  if (problem !== undefined) {
    const { type, code } = problem;
    if (type === 'PERMISSION' || type === 'COMPATIBILITY') return failed(type, code);
    const keeps = problem.keepsBody && old !== undefined;
    return {
      status: 'ERROR',
      error: { type, code },
      body: keeps ? old.body : null,
      retrievedAt: at,
      oemUpdatedAt: keeps ? old.oemUpdatedAt : null,
    };
  }
  // Nothing was fetched, so what never changes stays as it is: a fresh time on it would look like a success.
  if (kind.isStatic && old !== undefined && problems.some((item) => item.signals === null)) return old;
  const body = kind.body({
    car,
    seed: sim.state.seed,
    worldMs: now.worldMs,
    state: { ...now.world, isAwake: now.isAwake },
  });
  return {
    status: 'SUCCESS',
    error: null,
    body,
    retrievedAt: at,
    oemUpdatedAt: kind.isStatic ? connection.createdAt : spoken(now, at),
  };
}

/** Asked while it is awake, a car answers with what it said a moment ago. */
function spoken(now: CarNow, at: number): number {
  return Math.min(now.spokeAt, at);
}

function failed(type: string, code: string | null): CachedSignal {
  return { status: 'ERROR', error: { type, code }, body: null, retrievedAt: null, oemUpdatedAt: null };
}

function tellWebhook(sim: Simulation, connection: Connection, before: Connection['signals'], at: number): void {
  const subscription = subscriptionOf(sim, connection);
  if (subscription === null) return;
  const { triggers } = sim.state.knobs.webhook;
  const changed = changedTriggers(before, connection.signals).filter((code) => triggers?.includes(code) ?? true);
  tellErrors(sim, connection, at);
  if (!subscription.hasDelivered && Object.keys(connection.signals).length > 0) {
    subscription.hasDelivered = true;
    sendEvent(sim, stateEvent(sim, connection, 'FIRST_DELIVERY', at), at);
  } else if (subscription.hasDelivered && changed.length > 0) {
    sendEvent(sim, stateEvent(sim, connection, changed, at), at);
  }
}

/** A trigger fires when its value changed, or when it answers again. */
function changedTriggers(before: Connection['signals'], after: Connection['signals']): string[] {
  return signalKinds
    .filter((kind) => kind.triggers)
    .map((kind) => kind.code)
    .filter((code) => {
      const now = after[code];
      const then = before[code];
      if (now?.status !== 'SUCCESS') return false;
      return then?.status !== 'SUCCESS' || JSON.stringify(then.body) !== JSON.stringify(now.body);
    });
}

function tellErrors(sim: Simulation, connection: Connection, at: number): void {
  const present = errorsNow(sim, connection);
  const told = connection.toldErrors;
  const toldAt = (connection.toldErrorsAt ??= {});
  for (const error of present.values()) {
    const key = errorKey(error.type, error.code);
    if (sameSignals(told[key], error.signals) && !isToldAgain(sim, toldAt[key], at)) continue;
    sendEvent(sim, errorEvent(sim, connection, { ...error, state: 'ERROR' }), at);
    toldAt[key] = at;
  }
  for (const [key, signals] of Object.entries(told)) {
    if (present.has(key)) continue;
    delete toldAt[key];
    const [type = '', code = 'null'] = key.split(':');
    sendEvent(
      sim,
      errorEvent(sim, connection, { type, code: code === 'null' ? null : code, signals, state: 'RESOLVED' }),
      at,
    );
  }
  connection.toldErrors = Object.fromEntries([...present].map(([key, error]) => [key, error.signals]));
}

/** Whether an error that stays is told again, as PERMISSION is about daily. @see docs/smartcar.md §6.8 */
function isToldAgain(sim: Simulation, lastAt: number | undefined, at: number): boolean {
  const { repeatErrorsAfterS } = sim.state.knobs.webhook;
  return repeatErrorsAfterS !== null && lastAt !== undefined && at - lastAt >= repeatErrorsAfterS * 1000;
}

function sameSignals(told: readonly string[] | undefined, now: readonly string[]): boolean {
  return told !== undefined && now.every((code) => told.includes(code));
}

function errorsNow(sim: Simulation, connection: Connection): Map<string, SignalError> {
  const errors = new Map<string, SignalError>();
  const add = (type: string, code: string | null, signal: string | null): void => {
    const key = errorKey(type, code);
    const entry = errors.get(key) ?? { type, code, signals: [] };
    if (signal !== null) entry.signals.push(signal);
    errors.set(key, entry);
  };
  for (const [code, { error }] of Object.entries(connection.signals))
    if (error !== null) add(error.type, error.code, code);
  const needsKey = faultsOf(sim, carOf(sim, connection)).some(({ what }) => what.kind === 'virtual-key-required');
  if (needsKey) add('CONNECTED_SERVICES_ACCOUNT', 'VIRTUAL_KEY_REQUIRED', null);
  return errors;
}
