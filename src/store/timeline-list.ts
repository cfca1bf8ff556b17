/** A vehicle's timeline, newest first; it changes nothing. */
import { sql } from 'kysely';
import type { Selectable } from 'kysely';

import type { Tx } from './database.ts';
import { behind } from './paging.ts';
import type { NewestFirst } from './paging.ts';
import type { Tables } from './schema.ts';

export type ListedHappening = Selectable<Tables['timeline']>;

export async function listTimeline(tx: Tx, vehicleId: string, page: NewestFirst): Promise<ListedHappening[]> {
  return tx
    .selectFrom('timeline')
    .selectAll()
    .where(sql<boolean>`vehicle_id = ${vehicleId}`)
    .where(behind(page, 'at', 'id'))
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(page.limit + 1)
    .execute();
}
