/** The application's request budget: one bucket for all processes, with a share kept for what people wait for. */
import type { BucketLimits } from '../domain/bucket.ts';
import type { Database } from '../store/database.ts';
import { takeTokens } from '../store/request-bucket.ts';

export interface BudgetNeeds {
  database: Database;
  /** What Smartcar allows the whole application. */
  budget: BucketLimits;
}

/** The share of the bucket that background reads leave alone. */
const reservedShare = 0.1;

/** Takes requests for background reads. @returns how many may go now */
export const takeForPolls = (needs: BudgetNeeds, wanted: number, now: Date): Promise<number> =>
  takeTokens(needs.database, 'application', needs.budget, wanted, needs.budget.capacity * reservedShare, now);

/** Takes one request for something a person waits for; into the reserve, too. @returns whether it may go */
export async function takeForPerson(needs: BudgetNeeds, now: Date): Promise<boolean> {
  return (await takeTokens(needs.database, 'application', needs.budget, 1, 0, now)) === 1;
}
