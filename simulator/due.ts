/** Putting work on the list; `schedule.ts` takes it off. */
import { chance } from './random.ts';
import { nextNumber, carOf, type Simulation } from './simulation.ts';
import type { Connection, Delivery, Subscription } from './state.ts';

/** Fetches the connection's data no later than this. A connection has one turn on the list at most. */
export function refreshBy(sim: Simulation, connection: Connection, at: number): void {
  const known = sim.state.due.find((item) => item.kind === 'refresh' && item.connectionId === connection.id);
  if (known !== undefined) known.at = Math.min(known.at, at);
  else sim.state.due.push({ at, order: nextNumber(sim), kind: 'refresh', connectionId: connection.id });
  sim.touch();
}

/** Starts the subscription at that time. */
export function subscribeAt(sim: Simulation, subscription: Subscription, at: number): void {
  sim.state.due.push({ at, order: nextNumber(sim), kind: 'subscribe', subscriptionId: subscription.id });
}

/** Sends the event at that time. */
export function deliverAt(sim: Simulation, delivery: Delivery, at: number): void {
  sim.state.due.push({ at, order: nextNumber(sim), kind: 'deliver', delivery });
}

/** Milliseconds until the connection's data are fetched again: the make's cadence when a webhook watches, else a day. */
export function cadenceMs(sim: Simulation, connection: Connection): number {
  if (!isWatched(sim, connection)) return 86_400_000;
  const { freshnessS } = carOf(sim, connection).make;
  const { slowestCadenceS, quietCadenceS } = sim.state.knobs;
  return Math.max(Math.min(freshnessS, slowestCadenceS), quietCadenceS ?? 0) * 1000;
}

/** Spreads the cars over their cadence, always in the same way. */
export function firstTurnMs(sim: Simulation, connection: Connection): number {
  return Math.round(cadenceMs(sim, connection) * (0.3 + 0.7 * chance(sim.state.seed, connection.vin, 'turn')));
}

/** Whether a subscription to a working webhook keeps the car's data moving. */
export function isWatched(sim: Simulation, connection: Connection): boolean {
  const { isCreated, isEnabled } = sim.state.knobs.webhook;
  if (!isCreated || !isEnabled) return false;
  return subscriptionOf(sim, connection)?.isReady ?? false;
}

/** The connection's subscription to the webhook, or null. */
export function subscriptionOf(sim: Simulation, connection: Connection): Subscription | null {
  const { vehicleId, userId } = connection;
  return sim.state.subscriptions.find((item) => item.vehicleId === vehicleId && item.userId === userId) ?? null;
}

/** Notices a change on watched cars soon; an unwatched car waits for its day. */
export function noticeSoon(sim: Simulation, connections: readonly Connection[], now: number): void {
  const { detectAfterS } = sim.state.knobs;
  if (detectAfterS === null) return;
  for (const connection of connections) {
    if (isWatched(sim, connection)) refreshBy(sim, connection, now + detectAfterS * 1000);
  }
}
