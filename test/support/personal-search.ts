/** Looks for a person in every column of every table, as the owner of the tables sees them. */
import type pg from 'pg';

export interface Trace {
  table: string;
  column: string;
  rows: number;
}

/**
 * Every column of every table, the job engine's too, in which one of these texts stands: as text, inside a document, or as
 * the bytes of one.
 */
export async function tracesOf(pool: Pick<pg.Pool, 'query'>, texts: readonly string[]): Promise<Trace[]> {
  const { rows: columns } = await pool.query<{ schema: string; table: string; column: string }>(`
    select c.table_schema as schema, c.table_name as table, c.column_name as column from information_schema.columns c
    join information_schema.tables t using (table_schema, table_name)
    where t.table_type = 'BASE TABLE' and c.table_schema not in ('pg_catalog', 'information_schema') order by 1, 2, 3`);
  const wanted = texts.flatMap((text) => [text.toLowerCase(), Buffer.from(text).toString('hex')]);
  const found: Trace[] = [];
  for (const { schema, table, column } of columns) {
    const { rows } = await pool.query<{ count: number }>(
      `select count(*)::int as count from ${name(schema)}.${name(table)}
       where exists (select from unnest($1::text[]) as wanted where position(wanted in lower(${name(column)}::text)) > 0)`,
      [wanted],
    );
    const count = rows[0]?.count ?? 0;
    if (count > 0) found.push({ table, column, rows: count });
  }
  return found;
}

const name = (identifier: string): string => `"${identifier.replaceAll('"', '""')}"`;
