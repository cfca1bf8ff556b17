/** Every connection is subscribed to the application's webhook; without one Towline works by polling alone. */
import type { Connection } from '../domain/connection.ts';
import type { ConnectionId, FleetId } from '../domain/ids.ts';
import { towline } from '../domain/role.ts';
import { after } from '../domain/schedule.ts';
import type { ListedWebhook, Smartcar } from '../smartcar/smartcar.ts';
import { findConnection, listUnsubscribed, markSubscribed } from '../store/connection.ts';
import type { Database } from '../store/database.ts';
import { listFleets } from '../store/fleet.ts';
import { announce } from '../store/outbox.ts';
import { insertHappenings } from '../store/timeline.ts';
import type { Access } from '../vault/access.ts';
import { takeFor } from './budget.ts';
import type { BudgetNeeds } from './budget.ts';
import { valueOf } from './call-failed.ts';
import { chooseWebhook } from './choose-webhook.ts';
import type { WebhookChoice } from './choose-webhook.ts';
import { counted } from './meter.ts';
import type { Meter, Subject } from './meter.ts';

/** The sweep leaves the task this long. */
const subscribeAgainAfterS = 300;
const batch = 50;

export interface SubscribeNeeds extends WebhookChoice {
  database: Database;
  smartcar: Smartcar;
  access: Access;
}

/**
 * Subscribes what is not subscribed yet, of all fleets: cars that were connected before the webhook existed, and those
 * whose task died. One that fails does not stop the others.
 */
export async function subscribeDue(
  needs: SubscribeNeeds & BudgetNeeds & { onFault: (error: unknown, what: string) => void },
  now: Date,
): Promise<void> {
  const webhookOf = webhookOnce(needs, { fleetId: null, purpose: 'upkeep' });
  for (const { id: fleetId } of await needs.database.asSystem(listFleets)) {
    const before = after(now, -subscribeAgainAfterS);
    const ids = await needs.database.asFleet(fleetId, (tx) => listUnsubscribed(tx, before, batch));
    if (ids.length === 0) continue;
    // Nothing is taken for wishes that nobody could hear.
    const webhook = await webhookOf(now).catch((error: unknown) => needs.onFault(error, 'list webhooks'));
    if (!webhook) return;
    const granted = await takeFor(needs, 'upkeep', ids.length, 1, now);
    const own = counted(needs, { fleetId, make: null, purpose: 'upkeep' }, true);
    for (const connectionId of ids.slice(0, granted))
      await subscribeOne(own, { fleetId, connectionId }, webhookOf, now).catch((error: unknown) =>
        needs.onFault(error, 'ensure subscription'),
      );
  }
}

/** The webhook that cars are subscribed to; null where there is none. @throws CallFailed */
export type WebhookOf = (now: Date) => Promise<ListedWebhook | null>;

/** Smartcar is asked for it once, however many cars one pass subscribes; what it failed at holds for all of them. */
export function webhookOnce(needs: SubscribeNeeds & { meter: Meter }, subject: Omit<Subject, 'make'>): WebhookOf {
  const { access, smartcar } = counted(needs, { ...subject, make: null }, false);
  let asked: Promise<ListedWebhook | null> | null = null;
  const ask: WebhookOf = async (now) =>
    chooseWebhook(valueOf(await access.withAccess(now, (token) => smartcar.listWebhooks(token))), needs);
  return (now) => (asked ??= ask(now));
}

/** Safe at any time and twice at once: Smartcar answers that it exists already. @throws CallFailed to be run again */
export async function ensureSubscription(
  needs: SubscribeNeeds & { meter: Meter },
  task: { fleetId: FleetId; connectionId: ConnectionId },
  now: Date,
): Promise<void> {
  const subject = { fleetId: task.fleetId, purpose: 'proof' } as const;
  await subscribeOne(counted(needs, { ...subject, make: null }, false), task, webhookOnce(needs, subject), now);
}

async function subscribeOne(
  needs: SubscribeNeeds,
  task: { fleetId: FleetId; connectionId: ConnectionId },
  webhookOf: WebhookOf,
  now: Date,
): Promise<void> {
  const connection = await needs.database.asFleet(task.fleetId, (tx) => findConnection(tx, task.connectionId));
  // v2 has no subscriptions that we could list: there a car is enrolled in Smartcar's dashboard.
  if (!connection || connection.endedAt || connection.platform === 'v2') return;
  await subscribe(needs, connection, webhookOf, now);
}

/** On v3, whatever platform the car is read on. @throws CallFailed */
export async function subscribe(
  needs: SubscribeNeeds,
  connection: Connection,
  webhookOf: WebhookOf,
  now: Date,
): Promise<void> {
  const { database, smartcar, access } = needs;
  const { fleetId, vehicleId, id: connectionId } = connection;
  const webhook = await webhookOf(now);
  if (!webhook) return;
  const subscription = {
    webhookId: webhook.id,
    userId: connection.smartcarUserId,
    vehicleId: connection.smartcarVehicleId,
  };
  const answer = await access.withAccess(now, (token) => smartcar.createSubscription(token, subscription));
  valueOf(answer);
  if (connection.subscribedAt) return;
  await database.asFleet(fleetId, async (tx) => {
    await markSubscribed(tx, connectionId, now);
    const subject = { fleetId, vehicleId, connectionId };
    const requestId = answer.ok ? answer.requestId : null;
    await insertHappenings(tx, subject, towline, [
      { kind: 'connection.subscribed', at: now, via: 'connect', requestId },
    ]);
    await announce(tx, fleetId, [vehicleId], ['vehicles']);
  });
}
