/** Alerts as lists show them; it changes nothing. */
import { sql } from 'kysely';
import type { Selectable } from 'kysely';

import type { AlertKind } from '../domain/alert.ts';
import type { Tx } from './database.ts';
import { behind } from './paging.ts';
import type { NewestFirst } from './paging.ts';
import type { Tables } from './schema.ts';

export type ListedAlert = Selectable<Tables['alert']>;

export interface AlertFilter {
  state: 'unresolved' | 'open' | 'acknowledged' | 'resolved' | 'all';
  vehicle?: string | undefined;
  kinds?: readonly AlertKind[] | undefined;
}

export async function listAlerts(tx: Tx, filter: AlertFilter, page: NewestFirst): Promise<ListedAlert[]> {
  const { state, vehicle, kinds } = filter;
  let query = tx
    .selectFrom('alert')
    .selectAll()
    .where(behind(page, 'opened_at', 'id'));
  if (state === 'unresolved') query = query.where('state', '<>', 'resolved');
  else if (state !== 'all') query = query.where('state', '=', state);
  if (vehicle) query = query.where(sql<boolean>`vehicle_ids @> array[${vehicle}]::text[]`);
  if (kinds) query = query.where(sql<boolean>`kind = any(${kinds})`);
  return query
    .orderBy('opened_at', 'desc')
    .orderBy('id', 'desc')
    .limit(page.limit + 1)
    .execute();
}

export async function alertById(tx: Tx, id: string): Promise<ListedAlert | null> {
  return (
    (await tx
      .selectFrom('alert')
      .selectAll()
      .where(sql<boolean>`id = ${id}`)
      .executeTakeFirst()) ?? null
  );
}
