/** The application's bucket, which all processes share. As towline_system. */
import { sql } from 'kysely';
import type { Selectable } from 'kysely';

import { fullBucket } from '../domain/bucket.ts';
import type { Bucket, BucketLimits } from '../domain/bucket.ts';
import type { Tx } from './database.ts';
import type { Tables } from './schema.ts';

export interface LockedBucket {
  bucket: Bucket;
  /** The largest share that any fleet's plan keeps for commands: the bucket is one for all of them. */
  reserveForCommands: number;
}

/** Nobody else takes from it until the transaction ends. Made full where there is none. */
export async function lockBucket(tx: Tx, key: string, limits: BucketLimits, now: Date): Promise<LockedBucket> {
  const found = await lock(tx, key);
  if (found) return found;
  await tx
    .insertInto('request_bucket')
    .values({ key, ...columnsOfBucket(fullBucket(limits, now)) })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .execute();
  const made = await lock(tx, key);
  if (!made) throw new Error(`The bucket ${key} was just made, and is not there.`);
  return made;
}

async function lock(tx: Tx, key: string): Promise<LockedBucket | null> {
  const { rows } = await sql<Row & { reserve: number | null }>`
    select b.*, (select max((plan #>> '{requestBudget,reserveForCommands}')::float8) from fleet) as reserve
    from request_bucket b where key = ${key} for update of b`.execute(tx);
  const [row] = rows;
  return row ? { bucket: toBucket(row), reserveForCommands: row.reserve ?? 0 } : null;
}

/** As it was last written; null before anything was taken from it. */
export async function findBucket(tx: Tx, key: string): Promise<Bucket | null> {
  const row = await tx.selectFrom('request_bucket').selectAll().where('key', '=', key).executeTakeFirst();
  return row ? toBucket(row) : null;
}

export async function writeBucket(tx: Tx, key: string, bucket: Bucket): Promise<void> {
  await tx.updateTable('request_bucket').set(columnsOfBucket(bucket)).where('key', '=', key).execute();
}

type Row = Selectable<Tables['request_bucket']>;

function toBucket(row: Row): Bucket {
  return {
    tokens: row.tokens,
    filledAt: row.filled_at,
    month: row.month,
    spent: row.spent,
    saving: row.saving && { ...row.saving, until: new Date(row.saving.until) },
  };
}

/** As it is written. */
export const columnsOfBucket = ({ tokens, filledAt, month, spent, saving }: Bucket) => ({
  tokens,
  filled_at: filledAt,
  month,
  spent,
  saving: saving && JSON.stringify(saving),
});
