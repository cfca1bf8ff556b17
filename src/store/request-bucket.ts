/** Token buckets that all processes share. */
import { take } from '../domain/bucket.ts';
import type { BucketLimits } from '../domain/bucket.ts';
import type { Database } from './database.ts';

/** Takes up to `wanted` tokens from a bucket, in lots of `each`, leaving `reserve` for others. @returns how many were granted */
export async function takeTokens(
  database: Database,
  key: string,
  limits: BucketLimits,
  wanted: number,
  reserve: number,
  now: Date,
  each = 1,
): Promise<number> {
  return database.asSystem(async (tx) => {
    await tx
      .insertInto('request_bucket')
      .values({ key, tokens: limits.capacity, filled_at: now })
      .onConflict((conflict) => conflict.column('key').doNothing())
      .execute();
    const row = await tx
      .selectFrom('request_bucket')
      .selectAll()
      .where('key', '=', key)
      .forUpdate()
      .executeTakeFirstOrThrow();
    // Clocks of processes differ, and a bucket that is set back would be filled for the same seconds again.
    const at = row.filled_at > now ? row.filled_at : now;
    const { bucket, granted } = take(
      { tokens: row.tokens, filledAt: row.filled_at },
      limits,
      wanted,
      reserve,
      at,
      each,
    );
    await tx
      .updateTable('request_bucket')
      .set({ tokens: bucket.tokens, filled_at: bucket.filledAt })
      .where('key', '=', key)
      .execute();
    return granted;
  });
}
