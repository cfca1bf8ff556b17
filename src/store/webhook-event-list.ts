/** What Smartcar sent for a fleet, as lists show it: never the body; it changes nothing. */
import { sql } from 'kysely';
import type { Selectable } from 'kysely';

import type { Tx } from './database.ts';
import { behind } from './paging.ts';
import type { NewestFirst } from './paging.ts';
import type { Tables } from './schema.ts';

const columns = ['id', 'event_id', 'event_type', 'vehicle_id', 'state', 'reason', 'received_at', 'applied_at'] as const;
export type ListedWebhookEvent = Pick<Selectable<Tables['webhook_inbox']>, (typeof columns)[number]>;

export async function listWebhookEvents(
  tx: Tx,
  filter: { state?: string | undefined },
  page: NewestFirst,
): Promise<ListedWebhookEvent[]> {
  let query = tx
    .selectFrom('webhook_inbox')
    .select(columns)
    .where(behind(page, 'received_at', 'id'));
  if (filter.state) query = query.where(sql<boolean>`state = ${filter.state}`);
  return query
    .orderBy('received_at', 'desc')
    .orderBy('id', 'desc')
    .limit(page.limit + 1)
    .execute();
}

export async function webhookEventById(tx: Tx, id: string): Promise<ListedWebhookEvent | null> {
  const row = await tx
    .selectFrom('webhook_inbox')
    .select(columns)
    .where(sql<boolean>`id = ${id}`)
    .executeTakeFirst();
  return row ?? null;
}
