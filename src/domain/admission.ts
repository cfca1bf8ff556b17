/** Which of the reads that are due may go now. Pure: from what waits and what is left, who goes. */
import { pay, saveUp } from './bucket.ts';
import type { Bucket, BucketLimits } from './bucket.ts';
import { yieldsTo } from './purpose.ts';
import type { ReadPurpose } from './purpose.ts';

/** A read that is due. */
export interface Waiting {
  purpose: ReadPurpose;
  /** Requests that it takes at most. */
  cost: number;
  dueAt: Date;
  make: string | null;
  /** Its make let us wait and the time is over: one read finds out whether it still does. */
  isProbe: boolean;
}

/** A quiet car that has waited for so long waits among the others: however busy they are, it is read some time. */
const quietForS = 6 * 3_600;

/**
 * In order of purpose, longest waiting first, until one can't be paid: what it needs is saved up for, and nobody overtakes
 * it. So a read that costs several requests has its turn, too.
 */
export function admit<W extends Waiting>(
  bucket: Bucket,
  limits: BucketLimits,
  waiting: readonly W[],
  { reserveForCommands, most }: { reserveForCommands: number; most: number },
  now: Date,
): { bucket: Bucket; admitted: W[] } {
  const admitted: W[] = [];
  let left = bucket;
  for (const one of inOrder(waiting, now)) {
    if (admitted.length === most) break;
    if (one.isProbe && admitted.some(({ make }) => make === one.make)) continue;
    const paid = pay(left, limits, pieceOf(one, now), reserveForCommands, now);
    if (!paid) return { bucket: saveUp(left, pieceOf(one, now), now), admitted };
    left = paid;
    admitted.push(one);
  }
  return { bucket: left, admitted };
}

function inOrder<W extends Waiting>(waiting: readonly W[], now: Date): W[] {
  const later = (a: W, b: W): number => {
    const [first, second] = [pieceOf(a, now).purpose, pieceOf(b, now).purpose];
    if (first !== second) return yieldsTo(first, second) ? 1 : -1;
    return a.dueAt.getTime() - b.dueAt.getTime();
  };
  return [...waiting].sort(later);
}

function pieceOf({ purpose, cost, dueAt }: Waiting, now: Date): { purpose: ReadPurpose; cost: number } {
  const hasWaited = now.getTime() - dueAt.getTime() > quietForS * 1_000;
  return { purpose: purpose === 'quiet' && hasWaited ? 'routine' : purpose, cost };
}
