/** Keyset pages of lists that begin with the newest. */
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';

export interface NewestFirst {
  /** Instant and id of the last one already seen; null for the first page. */
  after: readonly [Date, string] | null;
  /** Lists answer one more than this, so that the caller sees whether there is a next page. */
  limit: number;
}

/** What lies behind the last one seen, for a list ordered by both columns descending. */
export function behind(page: NewestFirst, at: string, id: string): RawBuilder<boolean> {
  if (!page.after) return sql<boolean>`true`;
  return sql<boolean>`(${sql.ref(at)}, ${sql.ref(id)}) < (${page.after[0]}, ${page.after[1]})`;
}
