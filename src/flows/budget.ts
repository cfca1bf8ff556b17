/**
 * The request budget: what Smartcar allows the application, a make and a car, shared by all processes, and who goes first
 * when there is too little.
 *
 * @see docs/decisions/0020-request-budget.md
 */
import { admit } from '../domain/admission.ts';
import { emptied, pay, saveUp } from '../domain/bucket.ts';
import type { BucketLimits } from '../domain/bucket.ts';
import type { Failure } from '../domain/failure.ts';
import { makeIn } from '../domain/make-pause.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { Purpose } from '../domain/purpose.ts';
import { after } from '../domain/schedule.ts';
import { requestsOfRead } from '../domain/usage.ts';
import { isAnyDue, leaseDue, listDue } from '../store/connection-due.ts';
import type { DueConnection, WaitingConnection } from '../store/connection-due.ts';
import type { Database, Tx } from '../store/database.ts';
import { endMakePause, endProbe, markProbes, pauseMake } from '../store/make-pause.ts';
import { lockBucket, writeBucket } from '../store/request-bucket.ts';
import { applicationBucket } from './meter.ts';
import type { Meter } from './meter.ts';

export interface BudgetNeeds {
  database: Database;
  /** What Smartcar allows the whole application. */
  budget: BucketLimits;
  meter: Meter;
}

/** Takes requests for pieces of work that cost `each`. @returns how many pieces may go now */
export async function takeFor(
  needs: BudgetNeeds,
  purpose: Purpose,
  pieces: number,
  each: number,
  now: Date,
): Promise<number> {
  return needs.database.asSystem(async (tx) => {
    const { bucket, reserveForCommands } = await lockBucket(tx, applicationBucket, needs.budget, now);
    const piece = { purpose, cost: each };
    let left = bucket;
    let granted = 0;
    while (granted < pieces) {
      const paid = pay(left, needs.budget, piece, reserveForCommands, now);
      if (!paid) break;
      left = paid;
      granted += 1;
    }
    await writeBucket(tx, applicationBucket, granted === 0 ? saveUp(left, piece, now) : left);
    return granted;
  });
}

/** Takes the requests for something a person waits for. @returns whether it may go */
export const takeForPerson = async (needs: BudgetNeeds, cost: number, now: Date): Promise<boolean> =>
  (await takeFor(needs, 'person', 1, cost, now)) === 1;

/** A read that was claimed and paid for. */
export type ClaimedRead = DueConnection & Pick<WaitingConnection, 'purpose' | 'make' | 'isProbe'>;

/** Claims what is due and can be paid for, in the order of `admit`, until `leaseS` from now. */
export async function claimReads(needs: BudgetNeeds, most: number, leaseS: number, now: Date): Promise<ClaimedRead[]> {
  if (!(await isAnyDue(needs.database, now))) return [];
  return needs.database.asSystem((tx) => claimIn(tx, needs.budget, most, after(now, leaseS), now));
}

async function claimIn(tx: Tx, limits: BucketLimits, most: number, until: Date, now: Date): Promise<ClaimedRead[]> {
  const { bucket, reserveForCommands } = await lockBucket(tx, applicationBucket, limits, now);
  const due = await listDue(tx, most, now);
  const waiting = due.map((one) => ({ ...one, cost: requestsOfRead[one.platform] }));
  const { bucket: left, admitted } = admit(bucket, limits, waiting, { reserveForCommands, most }, now);
  const ids = admitted.map(({ connectionId }) => connectionId);
  const fences = await leaseDue(tx, ids, until, { key: applicationBucket, bucket: left });
  await markProbes(tx, probedMakes(admitted), until);
  return admitted.flatMap((one) => {
    const fence = fences.get(one.connectionId);
    return fence === undefined ? [] : [{ ...one, fence }];
  });
}

const probedMakes = (admitted: readonly WaitingConnection[]): string[] =>
  admitted.flatMap(({ make, isProbe }) => (isProbe && make ? [make] : []));

/** Where Smartcar does not say how long: its bucket has something again within the minute. */
const emptyForS = 60;

/** Whoever tells us to wait is obeyed: Smartcar for the whole application, a manufacturer for its make. */
export async function obey(
  needs: BudgetNeeds,
  read: { make: string | null; isProbe: boolean },
  outcome: Outcome,
): Promise<void> {
  const { database, budget } = needs;
  const refusal = refusalOfAll(outcome);
  if (refusal)
    await database.asSystem(async (tx) => {
      const { bucket } = await lockBucket(tx, applicationBucket, budget, outcome.at);
      const waitS = refusal.retryAfterS ?? emptyForS;
      await writeBucket(tx, applicationBucket, emptied(bucket, budget, waitS, outcome.at));
    });
  if (!read.make) return;
  const make = read.make.toUpperCase();
  const told = makeIn(outcome);
  if (told?.says === 'waits') await pauseMake(database, make, told.retryAfterS, outcome.at);
  else if (read.isProbe) await (told ? endMakePause(database, make) : endProbe(database, make));
}

/** As the answer to a whole read, or to a part of it. */
function refusalOfAll(outcome: Outcome): Failure | null {
  const failures = outcome.kind === 'failed' ? [outcome.failure] : outcome.kind === 'signals' ? outcome.failures : [];
  return failures.find(({ meaning }) => meaning === 'throttledApplication') ?? null;
}
