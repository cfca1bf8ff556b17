/** The demo's mailbox: what a mail server would have got. */
import type { Selectable } from 'kysely';

import type { FleetId, NotificationId } from '../domain/ids.ts';
import type { Tx } from './database.ts';
import { behind } from './paging.ts';
import type { NewestFirst } from './paging.ts';
import type { Tables } from './schema.ts';

export type KeptMail = Selectable<Tables['mailbox_message']>;

/** A message that arrives twice under one Message-ID is kept once, as a mail server would tell. */
export async function keepMail(
  tx: Tx,
  mail: {
    messageId: string;
    fleetId: FleetId;
    notificationId: NotificationId;
    sender: string;
    recipient: string;
    replyTo: string | null;
    subject: string;
    html: string;
    text: string;
    at: Date;
  },
): Promise<void> {
  await tx
    .insertInto('mailbox_message')
    .values({
      message_id: mail.messageId,
      fleet_id: mail.fleetId,
      notification_id: mail.notificationId,
      sender: mail.sender,
      recipient: mail.recipient,
      reply_to: mail.replyTo,
      subject: mail.subject,
      html: mail.html,
      text: mail.text,
      at: mail.at,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

export async function listMail(tx: Tx, page: NewestFirst): Promise<KeptMail[]> {
  return tx
    .selectFrom('mailbox_message')
    .selectAll()
    .where(behind(page, 'at', 'message_id'))
    .orderBy('at', 'desc')
    .orderBy('message_id', 'desc')
    .limit(page.limit + 1)
    .execute();
}
