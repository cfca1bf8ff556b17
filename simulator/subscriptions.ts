/** A vehicle's subscription to the webhook: asked for, made a moment later, ended at once. */
import { noticeSoon, refreshBy, subscribeAt } from './due.ts';
import { nextUuid, webhookOf, type Simulation } from './simulation.ts';
import type { Connection, Subscription } from './state.ts';

/** Takes the wish; null when there is a subscription already. */
export function askForSubscription(sim: Simulation, connection: Connection, now: number): Subscription | null {
  const { vehicleId, userId } = connection;
  if (sim.state.subscriptions.some((item) => item.vehicleId === vehicleId && item.userId === userId)) return null;
  const subscription: Subscription = {
    id: nextUuid(sim, 'subscription'),
    webhookId: webhookOf(sim).id,
    userId,
    vehicleId,
    createdAt: now,
    isReady: false,
    hasDelivered: false,
  };
  sim.state.subscriptions.push(subscription);
  subscribeAt(sim, subscription, now + sim.state.knobs.subscribeAfterS * 1000);
  return subscription;
}

/** The subscription works now: the car is fetched at once and the first delivery follows. */
export function startSubscription(sim: Simulation, subscriptionId: string, at: number): void {
  const subscription = sim.state.subscriptions.find((item) => item.id === subscriptionId);
  if (subscription === undefined) return;
  subscription.isReady = true;
  const connection = sim.state.connections.find(
    (item) => item.vehicleId === subscription.vehicleId && item.userId === subscription.userId,
  );
  if (connection === undefined) return;
  connection.toldErrors = {};
  refreshBy(sim, connection, at);
}

/** Ends subscriptions; nothing of them is delivered any more. */
export function endSubscriptions(sim: Simulation, ended: (subscription: Subscription) => boolean): void {
  const gone = sim.state.subscriptions.filter(ended);
  sim.state.subscriptions = sim.state.subscriptions.filter((item) => !ended(item));
  const vehicles = new Set(gone.map((item) => item.vehicleId));
  sim.state.due = sim.state.due.filter(
    (item) => item.kind !== 'deliver' || !vehicles.has(item.delivery.vehicleId ?? ''),
  );
  sim.touch();
}

/** Makes the webhook, or deletes it with all of its subscriptions. */
export function createWebhook(sim: Simulation, isCreated: boolean): void {
  const { webhook } = sim.state.knobs;
  if (webhook.isCreated === isCreated) return;
  webhook.isCreated = isCreated;
  if (!isCreated) {
    endSubscriptions(sim, () => true);
    sim.state.verification = null;
  }
  sim.touch();
}

/** Turns the webhook off or on; when it comes back, every car begins with its present state. */
export function enableWebhook(sim: Simulation, isEnabled: boolean, now: number): void {
  const { webhook } = sim.state.knobs;
  if (webhook.isEnabled === isEnabled) return;
  webhook.isEnabled = isEnabled;
  sim.touch();
  if (!isEnabled) {
    sim.state.due = sim.state.due.filter((item) => item.kind !== 'deliver');
    return;
  }
  for (const subscription of sim.state.subscriptions) subscription.hasDelivered = false;
  for (const connection of sim.state.connections) connection.toldErrors = {};
  noticeSoon(sim, sim.state.connections, now);
}

/**
 * A new management token: the key of signatures and challenges, and v2's password of the management API.
 * The old one stops at once, because whether Smartcar lets them overlap is unknown. @see docs/smartcar.md §6.3
 */
export function rotateManagementToken(sim: Simulation, wanted: string | null): string {
  const token = wanted ?? nextUuid(sim, 'management token');
  sim.state.managementToken = token;
  sim.credentials.managementToken = token;
  sim.save();
  return token;
}
