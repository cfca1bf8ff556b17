/** What vehicles are called, for lists that mention them. */
import { sql } from 'kysely';

import type { Tx } from './database.ts';

/** Names for a handful of vehicles, for lists that mention them. */
export async function vehicleLabels(
  tx: Tx,
  ids: readonly string[],
): Promise<Map<string, { id: string; number: string; make: string | null; model: string | null }>> {
  if (ids.length === 0) return new Map();
  const rows = await tx
    .selectFrom('vehicle')
    .select(['id', 'number', 'make', 'model'])
    .where(sql<boolean>`id = any(${[...new Set(ids)]})`)
    .execute();
  return new Map(rows.map((row) => [row.id, row]));
}
