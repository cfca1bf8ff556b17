/** Owners as lists show them, their address still sealed; it changes nothing. Who is forgotten is on no list. */
import { sql } from 'kysely';
import type { Selectable } from 'kysely';

import type { Tx } from './database.ts';
import { containing } from './like.ts';
import type { Tables } from './schema.ts';

export type ListedOwner = Selectable<Tables['owner']> & { sort_key: string; vehicle_count: number };

export interface OwnerPage {
  /** Sort key and id of the last one already seen; null for the first page. */
  after: readonly [string, string] | null;
  /** The list answers one more than this. */
  limit: number;
}

export async function listOwners(tx: Tx, filter: { q?: string | undefined }, page: OwnerPage): Promise<ListedOwner[]> {
  let query = select(tx).where('erased_at', 'is', null);
  if (filter.q) query = query.where('name', 'ilike', containing(filter.q));
  if (page.after) query = query.where(sql<boolean>`(lower(name), id) > (${page.after[0]}, ${page.after[1]})`);
  return query
    .orderBy(sql`lower(name)`)
    .orderBy('id')
    .limit(page.limit + 1)
    .execute();
}

/** Null when this fleet has none; also one who is forgotten. */
export async function ownerById(tx: Tx, id: string): Promise<ListedOwner | null> {
  return (
    (await select(tx)
      .where(sql<boolean>`id = ${id}`)
      .executeTakeFirst()) ?? null
  );
}

/** Those of these that there are, by id. */
export async function ownersById(tx: Tx, ids: readonly string[]): Promise<Map<string, ListedOwner>> {
  if (ids.length === 0) return new Map();
  const rows = await select(tx)
    .where(sql<boolean>`id = any(${[...new Set(ids)]})`)
    .execute();
  return new Map(rows.map((owner) => [owner.id, owner]));
}

function select(tx: Tx) {
  return tx
    .selectFrom('owner')
    .selectAll()
    .select([
      sql<string>`lower(name)`.as('sort_key'),
      sql<number>`(select count(*) from vehicle v where v.owner_id = owner.id)`.as('vehicle_count'),
    ]);
}
