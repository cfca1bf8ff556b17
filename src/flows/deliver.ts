/** Delivering a message: claimed, rendered, handed to the mail server, marked. Dying anywhere in between delays it and never loses it. */
import { factsOf } from '../domain/cause.ts';
import type { Connection } from '../domain/connection.ts';
import type { FleetId, NotificationId, RequestId, VehicleId } from '../domain/ids.ts';
import { after } from '../domain/schedule.ts';
import { applyAlertChanges } from '../store/alert.ts';
import { hurryReads } from '../store/connection-due.ts';
import type { Database, Tx } from '../store/database.ts';
import { ownFleet } from '../store/fleet.ts';
import {
  claimNotification,
  insertMailboxMessage,
  listDueNotifications,
  markAttemptFailed,
  markSent,
  postponeNotification,
  withdrawNotification,
} from '../store/notification.ts';
import type { NotificationRow } from '../store/notification.ts';
import { announce } from '../store/outbox.ts';
import { findOwner } from '../store/owner.ts';
import { listRequestConnections } from '../store/reauthentication-request.ts';
import { findConnection, findLivingConnection } from '../store/connection.ts';
import { heldAmong } from '../store/incident.ts';
import { findVehicles } from '../store/vehicle.ts';
import type { Vault } from '../vault/vault.ts';
import type { MailModel } from '../notify/mail-model.ts';
import type { MailChannel, Sent } from '../notify/mail-channel.ts';
import { renderMail } from '../notify/render-mail.ts';
import { linkUrl } from './send-link.ts';
import { wayBack } from './way-back.ts';
import type { RouteNeeds } from './way-back.ts';

export interface DeliverNeeds extends RouteNeeds {
  database: Database;
  vault: Vault;
  publicUrl: string;
  /** Null without a mail server. */
  mail: Pick<MailChannel, 'send'> | null;
  /** The demo without a mail server: messages go into its mailbox page instead. */
  mailbox: boolean;
  mailFrom: string;
  clock: () => Date;
  onFault: (error: unknown, what: string) => void;
}

/** Seconds from one attempt to the next: half a minute at first, then over two days. */
const retryAfterS = [30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800, 43_200, 86_400] as const;

/** Longer than a slow mail server takes to accept a message: taken up sooner, it would be sent twice. */
const leaseS = 90;

/** A message that an incident holds is looked at again after this. */
const heldS = 600;

/** What has waited for so long is no more believed than that: the cars are read again before their owner is written to. */
const oldNewsS = 3_600;
/** For that read. */
const readAgainS = 180;

/** Delivers what is due, of all fleets. @returns how many were tried */
export async function deliverDue(needs: DeliverNeeds, now: Date): Promise<number> {
  const due = await listDueNotifications(needs.database, 50, now);
  for (const one of due) await deliver(needs, one, now).catch((error: unknown) => needs.onFault(error, 'deliver'));
  return due.length;
}

export async function deliver(
  needs: DeliverNeeds,
  task: { fleetId: FleetId; notificationId: NotificationId },
  now: Date,
): Promise<void> {
  const { database } = needs;
  const claimed = await database.asFleet(task.fleetId, async (tx) => {
    const row = await claimNotification(tx, task.notificationId, after(now, leaseS), now);
    if (!row) return null;
    const open = row.kind === 'reconnect' && row.request_id ? await openCars(tx, row.request_id) : null;
    if (open && (await isReadAgain(tx, row, open, now))) return null;
    const { cars, isHeld } = await carsOf(tx, needs, row, open);
    if (cars.length > 0 || row.kind === 'owner-page') return { row, mail: await mailOf(tx, needs, row, cars) };
    if (isHeld) await postponeNotification(tx, row.id, after(now, heldS));
    else await withdrawMoot(tx, row);
    return null;
  });
  if (!claimed) return;
  const { row, mail } = claimed;
  if (!mail) return finish(needs, row, { sent: false, permanent: true, reason: 'the owner has no address' }, '');
  const rendered = await renderMail(mail.model);
  if (needs.mailbox) return keepInMailbox(needs, row, mail, rendered);
  if (!needs.mail)
    return finish(
      needs,
      row,
      { sent: false, permanent: true, reason: 'no mail server is configured: set SMTP_URL and MAIL_FROM' },
      '',
    );
  const sent = await needs.mail.send({
    messageId: row.message_id,
    fromName: mail.fromName,
    to: mail.to,
    replyTo: mail.replyTo,
    ...rendered,
  });
  await finish(needs, row, sent, rendered.subject);
}

interface Mail {
  model: MailModel;
  to: string;
  fromName: string;
  replyTo: string | null;
}

/** Nothing is left of what it asks for. */
async function withdrawMoot(tx: Tx, row: NotificationRow): Promise<void> {
  await withdrawNotification(tx, row.id);
  await announce(tx, row.fleet_id, row.vehicle_ids, ['notifications', 'vehicles']);
}

/** What the message says, from what is true now. Null when the owner has no address any more. */
async function mailOf(
  tx: Tx,
  needs: DeliverNeeds,
  row: NotificationRow,
  cars: MailModel['cars'],
): Promise<Mail | null> {
  const owner = await findOwner(tx, row.owner_id);
  if (!owner?.email_sealed) return null;
  const fleet = await ownFleet(tx);
  const { fromName, supportContact } = fleet.settings.ownerMail;
  const context = { fleetId: row.fleet_id, row: owner.id, kind: 'owner.email' };
  return {
    to: needs.vault.open(owner.email_sealed, context),
    fromName,
    replyTo: supportContact?.includes('@') ? supportContact : null,
    model: {
      kind: row.kind,
      language: owner.language,
      fleet: { name: fromName, supportContact },
      ownerName: owner.name,
      cars,
      url: row.link_id && linkUrl(needs, row.link_id),
    },
  };
}

/**
 * All cars of the request that are still open, so that one message covers what came together; else the message's own, as
 * far as they still need what it asks for. Without those that an incident holds, where owners are asked for something.
 */
async function carsOf(
  tx: Tx,
  needs: RouteNeeds,
  row: NotificationRow,
  open: ReadonlyMap<VehicleId, Connection> | null,
): Promise<{ cars: MailModel['cars']; isHeld: boolean }> {
  const ids = open ? [...open.keys()] : row.vehicle_ids;
  const held = row.kind === 'reconnect' ? await heldAmong(tx, ids) : new Set<string>();
  const vehicles = await findVehicles(
    tx,
    ids.filter((id) => !held.has(id)),
  );
  const { settings } = await ownFleet(tx);
  const cars: MailModel['cars'][number][] = [];
  for (const { id, make, model, year, number, plate, ownerId } of vehicles) {
    const connection = open?.get(id) ?? (await findLivingConnection(tx, id)) ?? null;
    // Somebody has connected it since.
    if (row.kind === 'connect-invitation' && connection?.status === 'active') continue;
    const { starts } = await wayBack(tx, needs, { connection, ownerId, settings });
    const cause = open ? (connection?.cause ?? row.cause) : row.cause;
    cars.push({ make, model, year, number, plate, cause, starts });
  }
  return { cars, isHeld: held.size > 0 };
}

/**
 * Cars that nobody has read while the message waited are read first. One that is due now was asked for already, and is not
 * waited for; one that an incident holds is not written about anyway.
 *
 * @returns whether the message waits for them
 */
async function isReadAgain(
  tx: Tx,
  row: NotificationRow,
  open: ReadonlyMap<VehicleId, Connection>,
  now: Date,
): Promise<boolean> {
  const before = after(now, -oldNewsS);
  if (row.created_at > before) return false;
  const isUnread = ({ heldBy, usage: { lastAt }, nextPollAt }: Connection): boolean =>
    heldBy === null && nextPollAt !== null && nextPollAt > now && (!lastAt || lastAt < before);
  const unread = [...open.values()].filter(isUnread).map(({ id }) => id);
  if (unread.length === 0) return false;
  await hurryReads(tx, unread, 0, now);
  await postponeNotification(tx, row.id, after(now, readAgainS));
  return true;
}

async function openCars(tx: Tx, requestId: RequestId): Promise<Map<VehicleId, Connection>> {
  const cars = new Map<VehicleId, Connection>();
  for (const { state, connection_id: id } of await listRequestConnections(tx, requestId)) {
    const connection = state === 'open' ? await findConnection(tx, id) : undefined;
    // Whose owner is back already waits for proof, and is asked for nothing.
    if (connection && connection.status !== 'pending') cars.set(connection.vehicleId, connection);
  }
  return cars;
}

async function keepInMailbox(
  needs: DeliverNeeds,
  row: NotificationRow,
  mail: Mail,
  rendered: { subject: string; html: string; text: string },
): Promise<void> {
  const at = needs.clock();
  await needs.database.asFleet(row.fleet_id, async (tx) => {
    await insertMailboxMessage(tx, {
      message_id: row.message_id,
      fleet_id: row.fleet_id,
      notification_id: row.id,
      sender: `${mail.fromName} <${needs.mailFrom}>`,
      recipient: mail.to,
      reply_to: mail.replyTo,
      at,
      ...rendered,
    });
    await markSent(tx, row.id, rendered.subject, at);
    await announce(tx, row.fleet_id, row.vehicle_ids, ['notifications', 'vehicles']);
  });
}

async function finish(needs: DeliverNeeds, row: NotificationRow, sent: Sent, subject: string): Promise<void> {
  const at = needs.clock();
  await needs.database.asFleet(row.fleet_id, async (tx) => {
    if (sent.sent) await markSent(tx, row.id, subject, at);
    else await fail(tx, row, sent, at);
    await announce(tx, row.fleet_id, row.vehicle_ids, ['notifications', 'vehicles', 'alerts']);
  });
}

async function fail(tx: Tx, row: NotificationRow, sent: Sent & { sent: false }, at: Date): Promise<void> {
  const waitS = retryAfterS[row.attempts];
  const dueAt = sent.permanent || waitS === undefined ? null : after(at, waitS);
  await markAttemptFailed(tx, row.id, sent.reason, dueAt);
  if (dueAt) return;
  const severity = row.cause ? factsOf(row.cause).severity : 'warning';
  const detail = { reason: sent.reason };
  await applyAlertChanges(
    tx,
    row.fleet_id,
    row.vehicle_ids,
    [{ change: 'open', key: `notification:${row.id}`, kind: 'notification.failed', severity, detail }],
    at,
  );
}
