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

/** Takes requests for background work, of which each piece costs `each`. @returns how many pieces may go now */
export async function takeForPolls(needs: BudgetNeeds, pieces: number, each: number, now: Date): Promise<number> {
  const reserve = needs.budget.capacity * reservedShare;
  return (await takeTokens(needs.database, 'application', needs.budget, pieces * each, reserve, now, each)) / each;
}

/** Takes the requests for something a person waits for; into the reserve, too. @returns whether it may go */
export async function takeForPerson(needs: BudgetNeeds, cost: number, now: Date): Promise<boolean> {
  return (await takeTokens(needs.database, 'application', needs.budget, cost, 0, now, cost)) === cost;
}
