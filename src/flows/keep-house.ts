/** What keeps the installation in order: partitions ahead, and nothing kept that nobody needs. */
import type { Database } from '../store/database.ts';
import { forgetAnswers } from '../store/idempotency.ts';
import { ensurePartitions } from '../store/telemetry.ts';
import { forgetOldDeliveries } from '../store/webhook-inbox.ts';

/** Smartcar's advice is to keep event ids for seven days at least. */
const keepEventIdsD = 14;
const keepAnswersD = 1;

export async function keepHouse({ database }: { database: Database }, now: Date): Promise<void> {
  const daysAgo = (days: number): Date => new Date(now.getTime() - days * 86_400_000);
  await ensurePartitions(database, now);
  await forgetOldDeliveries(database, daysAgo(keepEventIdsD));
  await database.asSystem((tx) => forgetAnswers(tx, daysAgo(keepAnswersD)));
}
