/** The outbox of messages. */
import type { Insertable, Selectable } from 'kysely';

import type { Cause } from '../domain/cause.ts';
import type { FleetId, LinkId, NotificationId, OwnerId, RequestId, VehicleId } from '../domain/ids.ts';
import { newId } from '../domain/ids.ts';
import type { NotificationKind } from '../domain/notification.ts';
import type { Database, Tx } from './database.ts';
import { enqueue } from './outbox.ts';
import type { Tables } from './schema.ts';

export type NotificationRow = Selectable<Tables['notification']>;

export interface NewNotification {
  fleetId: FleetId;
  ownerId: OwnerId;
  kind: NotificationKind;
  requestId: RequestId | null;
  linkId: LinkId | null;
  vehicleIds: VehicleId[];
  cause: Cause | null;
}

/** Puts a message into the outbox and its delivery into the queue, in the transaction that caused it. @returns its id */
export async function insertNotification(
  tx: Tx,
  message: NewNotification,
  now: Date,
  dueAt: Date = now,
): Promise<NotificationId> {
  const id = newId('ntf', now);
  const row: Insertable<Tables['notification']> = {
    id,
    fleet_id: message.fleetId,
    owner_id: message.ownerId,
    kind: message.kind,
    channel: 'email',
    request_id: message.requestId,
    link_id: message.linkId,
    vehicle_ids: message.vehicleIds,
    cause: message.cause,
    state: 'queued',
    message_id: `<${id}@towline>`,
    subject: null,
    last_error: null,
    created_at: now,
    due_at: dueAt,
    sent_at: null,
  };
  await tx.insertInto('notification').values(row).execute();
  await enqueue(tx, [
    { name: 'deliver-notification', payload: { fleetId: message.fleetId, notificationId: id }, key: `deliver:${id}` },
  ]);
  return id;
}

/** A message about this request that has not left yet takes another vehicle along. @returns false when none waits */
export async function joinQueued(tx: Tx, requestId: RequestId, vehicleId: VehicleId): Promise<boolean> {
  const waiting = await tx
    .selectFrom('notification')
    .select(['id', 'vehicle_ids'])
    .where('request_id', '=', requestId)
    .where('kind', '=', 'reconnect')
    .where('state', '=', 'queued')
    .forUpdate()
    .executeTakeFirst();
  if (!waiting) return false;
  const vehicleIds = [...new Set([...waiting.vehicle_ids, vehicleId])];
  await tx.updateTable('notification').set({ vehicle_ids: vehicleIds }).where('id', '=', waiting.id).execute();
  return true;
}

/** Messages about this request that have not left are taken back. */
export async function withdrawQueued(tx: Tx, requestId: RequestId): Promise<void> {
  await tx
    .updateTable('notification')
    .set({ state: 'withdrawn', due_at: null })
    .where('request_id', '=', requestId)
    .where('kind', '=', 'reconnect')
    .where('state', '=', 'queued')
    .execute();
}

/** It is not to leave any more. */
export async function withdrawNotification(tx: Tx, id: NotificationId): Promise<void> {
  await tx
    .updateTable('notification')
    .set({ state: 'withdrawn', due_at: null })
    .where('id', '=', id)
    .where('state', '=', 'queued')
    .execute();
}

/** A message about this request that waits for its time and was never tried gives way to one that leaves now. */
export async function withdrawWaiting(tx: Tx, requestId: RequestId, now: Date): Promise<void> {
  await tx
    .updateTable('notification')
    .set({ state: 'withdrawn', due_at: null })
    .where('request_id', '=', requestId)
    .where('kind', '=', 'reconnect')
    .where('state', '=', 'queued')
    .where('attempts', '=', 0)
    .where('due_at', '>', now)
    .execute();
}

/**
 * Takes a due message for one attempt and puts its next attempt ahead, so that whoever dies in mid-delivery is
 * replaced then. @returns undefined when it is not due: sent, withdrawn, or in somebody's hands
 */
export async function claimNotification(
  tx: Tx,
  id: NotificationId,
  nextDueAt: Date,
  now: Date,
): Promise<NotificationRow | undefined> {
  return tx
    .updateTable('notification')
    .set((eb) => ({ due_at: nextDueAt, attempts: eb('attempts', '+', 1) }))
    .where('id', '=', id)
    .where('state', '=', 'queued')
    .where('due_at', '<=', now)
    .returningAll()
    .executeTakeFirst();
}

/** It was not its time: due again later, and no attempt. */
export async function postponeNotification(tx: Tx, id: NotificationId, dueAt: Date): Promise<void> {
  await tx
    .updateTable('notification')
    .set((eb) => ({ due_at: dueAt, attempts: eb('attempts', '-', 1) }))
    .where('id', '=', id)
    .where('state', '=', 'queued')
    .execute();
}

export async function markSent(tx: Tx, id: NotificationId, subject: string, at: Date): Promise<void> {
  await tx
    .updateTable('notification')
    .set({ state: 'sent', subject, sent_at: at, due_at: null, last_error: null })
    .where('id', '=', id)
    .execute();
}

/**
 * An attempt failed. Without a next time it is over, and operators are told another way. A message that was withdrawn
 * meanwhile, or sent by whoever took over, stays what it is.
 */
export async function markAttemptFailed(tx: Tx, id: NotificationId, reason: string, dueAt: Date | null): Promise<void> {
  await tx
    .updateTable('notification')
    .set(dueAt ? { last_error: reason, due_at: dueAt } : { last_error: reason, state: 'failed', due_at: null })
    .where('id', '=', id)
    .where('state', '=', 'queued')
    .execute();
}

/** Messages of all fleets whose time has come. */
export async function listDueNotifications(
  database: Database,
  limit: number,
  now: Date,
): Promise<{ fleetId: FleetId; notificationId: NotificationId }[]> {
  return database.system
    .selectFrom('notification')
    .select(['fleet_id as fleetId', 'id as notificationId'])
    .where('due_at', '<=', now)
    .orderBy('due_at')
    .limit(limit)
    .execute();
}

/** Puts a message into the demo's mailbox, once. */
export async function insertMailboxMessage(tx: Tx, message: Insertable<Tables['mailbox_message']>): Promise<void> {
  await tx
    .insertInto('mailbox_message')
    .values(message)
    .onConflict((conflict) => conflict.column('message_id').doNothing())
    .execute();
}
