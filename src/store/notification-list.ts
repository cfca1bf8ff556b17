/** Messages to owners as lists show them; it changes nothing. */
import { sql } from 'kysely';
import type { Selectable } from 'kysely';

import type { Tx } from './database.ts';
import { behind } from './paging.ts';
import type { NewestFirst } from './paging.ts';
import type { Tables } from './schema.ts';

export type ListedNotification = Selectable<Tables['notification']> & { owner_name: string };

export async function listNotifications(
  tx: Tx,
  filter: { vehicle?: string | undefined; owner?: string | undefined },
  page: NewestFirst,
): Promise<ListedNotification[]> {
  let query = select(tx).where(behind(page, 'n.created_at', 'n.id'));
  if (filter.vehicle) query = query.where(sql<boolean>`n.vehicle_ids @> array[${filter.vehicle}]::text[]`);
  if (filter.owner) query = query.where(sql<boolean>`n.owner_id = ${filter.owner}`);
  return query
    .orderBy('n.created_at', 'desc')
    .orderBy('n.id', 'desc')
    .limit(page.limit + 1)
    .execute();
}

export async function notificationById(tx: Tx, id: string): Promise<ListedNotification | null> {
  return (
    (await select(tx)
      .where(sql<boolean>`n.id = ${id}`)
      .executeTakeFirst()) ?? null
  );
}

function select(tx: Tx) {
  return tx
    .selectFrom('notification as n')
    .innerJoin('owner as o', 'o.id', 'n.owner_id')
    .selectAll('n')
    .select('o.name as owner_name');
}
