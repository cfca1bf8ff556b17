/** Every connection is subscribed to the application's webhook; without one Towline works by polling alone. */
import type { ConnectionId, FleetId } from '../domain/ids.ts';
import { towline } from '../domain/role.ts';
import type { Smartcar } from '../smartcar/smartcar.ts';
import { findConnection, markSubscribed } from '../store/connection.ts';
import type { Database } from '../store/database.ts';
import { announce } from '../store/outbox.ts';
import { insertHappenings } from '../store/timeline.ts';
import type { Access } from '../vault/access.ts';
import { valueOf } from './call-failed.ts';

/** Safe at any time and twice at once: Smartcar answers that it exists already. @throws CallFailed to be run again */
export async function ensureSubscription(
  needs: { database: Database; smartcar: Smartcar; access: Access },
  task: { fleetId: FleetId; connectionId: ConnectionId },
  now: Date,
): Promise<void> {
  const { database, smartcar, access } = needs;
  const connection = await database.asFleet(task.fleetId, (tx) => findConnection(tx, task.connectionId));
  if (!connection || connection.endedAt) return;
  const [webhook] = valueOf(await access.withAccess(now, (token) => smartcar.listWebhooks(token)));
  if (!webhook) return;
  const subscription = {
    webhookId: webhook.id,
    userId: connection.smartcarUserId,
    vehicleId: connection.smartcarVehicleId,
  };
  const answer = await access.withAccess(now, (token) => smartcar.createSubscription(token, subscription));
  valueOf(answer);
  if (connection.subscribedAt) return;
  await database.asFleet(task.fleetId, async (tx) => {
    await markSubscribed(tx, connection.id, now);
    const subject = { fleetId: task.fleetId, vehicleId: connection.vehicleId, connectionId: connection.id };
    const requestId = answer.ok ? answer.requestId : null;
    await insertHappenings(tx, subject, towline, [
      { kind: 'connection.subscribed', at: now, via: 'connect', requestId },
    ]);
    await announce(tx, task.fleetId, [connection.vehicleId], ['vehicles']);
  });
}
