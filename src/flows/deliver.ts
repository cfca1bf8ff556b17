/** Delivering a message: claimed, rendered, handed to the mail server, marked. Dying anywhere in between delays it and never loses it. */
import { factsOf } from '../domain/cause.ts';
import type { FleetId, NotificationId } from '../domain/ids.ts';
import { after } from '../domain/schedule.ts';
import { applyAlertChanges } from '../store/alert.ts';
import type { Database, Tx } from '../store/database.ts';
import { ownFleet } from '../store/fleet.ts';
import {
  claimNotification,
  insertMailboxMessage,
  listDueNotifications,
  markAttemptFailed,
  markSent,
  postponeNotification,
} from '../store/notification.ts';
import type { NotificationRow } from '../store/notification.ts';
import { announce } from '../store/outbox.ts';
import { findOwner } from '../store/owner.ts';
import { listRequestConnections } from '../store/reauthentication-request.ts';
import { findConnection } from '../store/connection.ts';
import { heldAmong } from '../store/incident.ts';
import { findVehicles } from '../store/vehicle.ts';
import type { Vault } from '../vault/vault.ts';
import type { MailModel } from '../notify/mail-model.ts';
import type { MailChannel, Sent } from '../notify/mail-channel.ts';
import { renderMail } from '../notify/render-mail.ts';
import { linkUrl } from './send-link.ts';

export interface DeliverNeeds {
  database: Database;
  vault: Vault;
  publicUrl: string;
  /** Null without a mail server. */
  mail: MailChannel | null;
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
    const mail = await mailOf(tx, needs, row);
    if (mail !== 'held') return { row, mail };
    await postponeNotification(tx, row.id, after(now, heldS));
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

/**
 * What the message says, from what is true now. Null when the owner has no address any more; `held` while an incident
 * explains everything that it would ask for.
 */
async function mailOf(tx: Tx, needs: DeliverNeeds, row: NotificationRow): Promise<Mail | 'held' | null> {
  const owner = await findOwner(tx, row.owner_id);
  if (!owner?.email_sealed) return null;
  const cars = await carsOf(tx, row);
  if (cars.length === 0) return 'held';
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
 * All cars of the request that are still open, so that one message covers what came together; else the message's own.
 * Without those that an incident holds, where owners are asked for something.
 */
async function carsOf(tx: Tx, row: NotificationRow): Promise<MailModel['cars']> {
  const causes = new Map<string, NotificationRow['cause']>(row.vehicle_ids.map((id) => [id, row.cause]));
  if (row.kind === 'reconnect' && row.request_id) {
    for (const entry of await listRequestConnections(tx, row.request_id)) {
      const connection = entry.state === 'open' ? await findConnection(tx, entry.connection_id) : undefined;
      if (connection) causes.set(connection.vehicleId, entry.cause);
    }
  }
  const ids = [...causes.keys()] as NotificationRow['vehicle_ids']; // keys are vehicle ids
  const held = row.kind === 'reconnect' ? await heldAmong(tx, ids) : new Set<string>();
  const vehicles = await findVehicles(
    tx,
    ids.filter((id) => !held.has(id)),
  );
  return vehicles.map((vehicle) => ({
    make: vehicle.make,
    model: vehicle.model,
    year: vehicle.year,
    number: vehicle.number,
    plate: vehicle.plate,
    cause: causes.get(vehicle.id) ?? null,
  }));
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
