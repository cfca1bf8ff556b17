/** What was sent and what came: messages to owners, the demo's mailbox, events from Smartcar, the audit log. */
import { Refusal } from '../../domain/refusal.ts';
import { listAudit } from '../../store/audit.ts';
import { listMail } from '../../store/mailbox.ts';
import { listNotifications, notificationById } from '../../store/notification-list.ts';
import { listWebhookEvents, webhookEventById } from '../../store/webhook-event-list.ts';
import type { HandlerNeeds, Handlers } from '../call.ts';
import { pageOf, timeCursor } from '../cursor.ts';
import { presentAudit, presentMail, presentNotification, presentWebhookEvent } from '../present.ts';

type RecordCalls =
  'listNotifications' | 'getNotification' | 'listMailbox' | 'listWebhookEvents' | 'getWebhookEvent' | 'listAudit';

export function recordHandlers({ config }: HandlerNeeds): Pick<Handlers, RecordCalls> {
  return {
    async listNotifications({ query, inFleet }) {
      const after = timeCursor(query.cursor);
      const found = await inFleet((tx) => listNotifications(tx, query, { after, limit: query.limit }));
      const { rows, nextCursor } = pageOf(found, query.limit, ({ created_at, id }) => [created_at, id]);
      return { items: rows.map(presentNotification), nextCursor };
    },
    async getNotification({ params, inFleet }) {
      return presentNotification(await found(inFleet((tx) => notificationById(tx, params.id))));
    },
    async listMailbox({ query, inFleet }) {
      if (!config.demo) throw new Refusal('not_found', 'Only the demo keeps a mailbox.');
      const after = timeCursor(query.cursor);
      const mails = await inFleet((tx) => listMail(tx, { after, limit: query.limit }));
      const { rows, nextCursor } = pageOf(mails, query.limit, ({ at, message_id }) => [at, message_id]);
      return { items: rows.map(presentMail), nextCursor };
    },
    async listWebhookEvents({ query, inFleet }) {
      const after = timeCursor(query.cursor);
      const events = await inFleet((tx) => listWebhookEvents(tx, query, { after, limit: query.limit }));
      const { rows, nextCursor } = pageOf(events, query.limit, ({ received_at, id }) => [received_at, id]);
      return { items: rows.map(presentWebhookEvent), nextCursor };
    },
    async getWebhookEvent({ params, inFleet }) {
      return presentWebhookEvent(await found(inFleet((tx) => webhookEventById(tx, params.id))));
    },
    async listAudit({ query, inFleet }) {
      const after = timeCursor(query.cursor);
      const entries = await inFleet((tx) => listAudit(tx, { after, limit: query.limit }));
      const { rows, nextCursor } = pageOf(entries, query.limit, ({ at, id }) => [at, id]);
      return { items: rows.map(presentAudit), nextCursor };
    },
  };
}

async function found<T>(row: Promise<T | null>): Promise<T> {
  const value = await row;
  if (value === null) throw new Refusal('not_found');
  return value;
}
