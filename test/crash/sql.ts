/** A single statement on a connection of its own, past every proxy. */
import pg from 'pg';

export async function rowsOf(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
}

export const run = async (url: string, statement: string): Promise<void> => void (await rowsOf(url, statement));
