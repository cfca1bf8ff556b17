/** Asking an owner to repair, and everything that ends the asking; always inside the transaction that caused it. */
import type { Cause } from '../domain/cause.ts';
import type { Connection } from '../domain/connection.ts';
import type { LinkId, NotificationId, OwnerId } from '../domain/ids.ts';
import { ownerQuietS } from '../domain/owner.ts';
import { towline } from '../domain/role.ts';
import type { Actor } from '../domain/role.ts';
import { after } from '../domain/schedule.ts';
import type { TimelineKind } from '../domain/timeline.ts';
import type { Tx } from '../store/database.ts';
import { insertLink } from '../store/link.ts';
import { insertNotification, joinQueued, withdrawQueued, withdrawWaiting } from '../store/notification.ts';
import { findOwner } from '../store/owner.ts';
import {
  addToRequest,
  closeEntry,
  closeRequest,
  findOpenEntry,
  findOpenRequest,
  insertRequest,
  listRequestConnections,
  markAsked,
} from '../store/reauthentication-request.ts';
import type { RequestConnectionRow, RequestRow } from '../store/reauthentication-request.ts';
import { insertHappenings } from '../store/timeline.ts';

/** Days a link to repair works. */
const linkLifeD = 14;

export type RepairLink = { linkId: LinkId; expiresAt: Date };

/** Asks the owner by e-mail, when there is an owner who has an address: not before `leavesAt`, and all their cars in one message. */
export async function askOwner(tx: Tx, connection: Connection, cause: Cause, leavesAt: Date, now: Date): Promise<void> {
  const { ownerId } = connection;
  const owner = ownerId && (await findOwner(tx, ownerId));
  if (!owner?.email_index) return;
  const { request, isNew } = await openRequest(tx, connection, owner.id, cause, now);
  if (isNew || now >= after(request.asked_at, ownerQuietS)) {
    await markAsked(tx, request.id, now);
    await writeToOwner(tx, request, [connection], cause, now, leavesAt);
  } else if (!(await joinQueued(tx, request.id, connection.vehicleId))) {
    // The last message left already and does not name this car: the next one does, once the owner had a day's quiet.
    await writeToOwner(tx, request, [connection], cause, now, after(request.asked_at, ownerQuietS));
    return;
  }
  await tell(tx, connection, 'owner.asked', towline, now);
}

/** A connection with the cause that its owner is asked about. */
export interface Asked {
  connection: Connection;
  cause: Cause;
}

/**
 * Somebody has the owner asked now, whatever was asked before: one message for all these cars, on the owner's open request. One
 * that waits for its time gives way to it.
 */
export async function askNow(
  tx: Tx,
  ownerId: OwnerId,
  asked: readonly [Asked, ...Asked[]],
  actor: Actor,
  now: Date,
): Promise<{ request: RequestRow; notificationId: NotificationId }> {
  const [{ connection: first, cause }] = asked;
  const { request } = await openRequest(tx, first, ownerId, cause, now);
  for (const other of asked.slice(1)) await listOn(tx, request, other);
  await markAsked(tx, request.id, now);
  await withdrawWaiting(tx, request.id, now);
  const connections = asked.map(({ connection }) => connection);
  const notificationId = await writeToOwner(tx, request, connections, cause, now);
  for (const { connection } of asked) await tell(tx, connection, 'owner.asked', actor, now);
  return { request, notificationId };
}

/** The owner's open request with this connection on it. */
export async function openRequest(
  tx: Tx,
  connection: Connection,
  ownerId: OwnerId,
  cause: Cause,
  now: Date,
): Promise<{ request: RequestRow; isNew: boolean }> {
  const open = await findOpenRequest(tx, ownerId);
  const request = open ?? (await insertRequest(tx, connection.fleetId, ownerId, now));
  await listOn(tx, request, { connection, cause });
  return { request, isNew: !open };
}

async function listOn(tx: Tx, request: RequestRow, { connection, cause }: Asked): Promise<void> {
  if (!(await findOpenEntry(tx, connection.id))) await addToRequest(tx, request, connection.id, cause);
}

/** Puts the message into the outbox, to leave at once or later, with a link that works for two weeks. */
async function writeToOwner(
  tx: Tx,
  request: RequestRow,
  connections: readonly Connection[],
  cause: Cause,
  now: Date,
  leavesAt: Date = now,
): Promise<NotificationId> {
  const link = await repairLink(tx, request, now);
  return insertNotification(
    tx,
    {
      fleetId: request.fleet_id,
      ownerId: request.owner_id,
      kind: 'reconnect',
      requestId: request.id,
      linkId: link.linkId,
      vehicleIds: connections.map(({ vehicleId }) => vehicleId),
      cause,
    },
    now,
    leavesAt,
  );
}

export async function repairLink(tx: Tx, request: RequestRow, now: Date): Promise<RepairLink> {
  const expiresAt = after(now, linkLifeD * 86_400);
  const link = await insertLink(
    tx,
    { kind: 'repair', fleetId: request.fleet_id, requestId: request.id, ownerId: request.owner_id, expiresAt },
    now,
  );
  return { linkId: link.id, expiresAt };
}

/** What was asked about this connection is settled: repaired when the owner had come back for it, else withdrawn. */
export async function settleWithOwner(tx: Tx, connection: Connection, now: Date): Promise<void> {
  const entry = await findOpenEntry(tx, connection.id);
  if (!entry) return;
  const repaired = entry.returned_at !== null && connection.status === 'active';
  await closeEntry(tx, entry, repaired ? 'repaired' : 'withdrawn', now);
  if (!repaired) await tell(tx, connection, 'request.withdrawn', towline, now);
  await closeWhenDone(tx, connection, entry, now);
}

async function closeWhenDone(tx: Tx, connection: Connection, entry: RequestConnectionRow, now: Date): Promise<void> {
  const entries = await listRequestConnections(tx, entry.request_id);
  if (entries.some(({ state }) => state === 'open')) return;
  const repaired = entries.filter(({ state }) => state === 'repaired');
  await closeRequest(tx, entry.request_id, repaired.length > 0 ? 'repaired' : 'withdrawn', now);
  await withdrawQueued(tx, entry.request_id);
  if (repaired.length === 0 || !connection.ownerId) return;
  await insertNotification(
    tx,
    {
      fleetId: connection.fleetId,
      ownerId: connection.ownerId,
      kind: 'repaired',
      requestId: entry.request_id,
      linkId: null,
      vehicleIds: [connection.vehicleId],
      cause: null,
    },
    now,
  );
  await tell(tx, connection, 'owner.told', towline, now);
}

async function tell(tx: Tx, c: Connection, kind: TimelineKind, actor: Actor, at: Date): Promise<void> {
  const subject = { fleetId: c.fleetId, vehicleId: c.vehicleId, connectionId: c.id };
  await insertHappenings(tx, subject, actor, [{ kind, at, via: 'operator', requestId: null }]);
}
