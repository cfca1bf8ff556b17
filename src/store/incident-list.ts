/** Incidents as lists show them; it changes nothing. */
import { sql } from 'kysely';

import type { Tx } from './database.ts';
import type { IncidentRow } from './incident.ts';
import { behind } from './paging.ts';
import type { NewestFirst } from './paging.ts';

export interface ListedIncident extends IncidentRow {
  joined: number;
  failing: number;
}

/** Newest first; asks for one more than `limit`, so that the caller sees whether there is a next page. */
export async function listIncidents(
  tx: Tx,
  state: 'open' | 'closed' | 'all',
  page: NewestFirst,
): Promise<ListedIncident[]> {
  let query = withCounts(tx).where(behind(page, 'opened_at', 'id'));
  if (state !== 'all') query = query.where('closed_at', state === 'open' ? 'is' : 'is not', null);
  return query
    .orderBy('opened_at', 'desc')
    .orderBy('id', 'desc')
    .limit(page.limit + 1)
    .execute();
}

export async function incidentById(tx: Tx, id: string): Promise<ListedIncident | null> {
  const row = await withCounts(tx)
    .where(sql<boolean>`id = ${id}`)
    .executeTakeFirst();
  return row ?? null;
}

const withCounts = (tx: Tx) =>
  tx
    .selectFrom('incident')
    .selectAll('incident')
    .select([
      sql<number>`(select count(*)::int from incident_vehicle m where m.incident_id = incident.id)`.as('joined'),
      sql<number>`(select count(*)::int from incident_vehicle m
        where m.incident_id = incident.id and m.left_at is null)`.as('failing'),
    ]);
