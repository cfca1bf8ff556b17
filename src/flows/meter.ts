/**
 * Every request to Smartcar is counted: by fleet, make, purpose and day. Each process adds up and writes every few seconds, so
 * a request costs no statement; the last seconds are lost with a process that is killed.
 */
import { correct } from '../domain/bucket.ts';
import type { BucketLimits } from '../domain/bucket.ts';
import type { FleetId } from '../domain/ids.ts';
import type { Purpose } from '../domain/purpose.ts';
import type { Database } from '../store/database.ts';
import { lockBucket, writeBucket } from '../store/request-bucket.ts';
import { addUsage } from '../store/request-usage.ts';
import type { CountedRequests } from '../store/request-usage.ts';
import type { Access } from '../vault/access.ts';
import type { V2 } from './v2.ts';

/** What requests are counted for. */
export interface Subject {
  /** Null for what belongs to no fleet. */
  fleetId: FleetId | null;
  make: string | null;
  purpose: Purpose;
}

export interface Meter {
  /** `untaken`: how many of them nobody took from the bucket before; below nothing when too many were taken. */
  note(subject: Subject, requests: number, untaken: number, at: Date): void;
  /** What was counted since, and begins anew. */
  drain(): Counted;
}

interface Counted {
  counted: CountedRequests[];
  untaken: number;
}

export function openMeter(): Meter {
  let untaken = 0;
  const sums = new Map<string, CountedRequests>();
  return {
    note({ fleetId, make, purpose }, requests, more, at) {
      untaken += more;
      if (requests === 0) return;
      const row = { fleetId, day: at.toISOString().slice(0, 10), make: make?.toUpperCase() ?? '', purpose };
      const key = JSON.stringify(row);
      sums.set(key, { ...row, requests: (sums.get(key)?.requests ?? 0) + requests });
    },
    drain() {
      const drained = { counted: [...sums.values()], untaken };
      sums.clear();
      untaken = 0;
      return drained;
    },
  };
}

export interface MeterNeeds {
  database: Database;
  meter: Meter;
  /** What Smartcar allows the whole application. */
  budget: BucketLimits;
}

/** Writes what was counted; what can't be written is counted again with the next. @returns how many kinds there were */
export async function flushUsage({ database, meter, budget }: MeterNeeds, now: Date): Promise<number> {
  const { counted, untaken } = meter.drain();
  if (counted.length === 0 && untaken === 0) return 0;
  try {
    await database.asSystem(async (tx) => {
      await addUsage(tx, counted);
      if (untaken === 0) return;
      const { bucket } = await lockBucket(tx, applicationBucket, budget, now);
      await writeBucket(tx, applicationBucket, correct(bucket, budget, untaken));
    });
  } catch (error) {
    for (const one of counted) meter.note(one, one.requests, 0, new Date(`${one.day}T00:00:00Z`));
    meter.note({ fleetId: null, make: null, purpose: 'upkeep' }, 0, untaken, now);
    throw error;
  }
  return counted.length;
}

/** The key of the one bucket that there is. */
export const applicationBucket = 'application';

interface Asking {
  access: Access;
  v2?: V2 | null;
  meter: Meter;
}

/**
 * The same needs, whose requests are counted for this: one for each call of v3's and v2's API. `isTaken`: they were taken
 * from the bucket before; an owner on the way through Connect is not held up for it.
 */
export function counted<N extends Asking>(needs: N, subject: Subject, isTaken: boolean): N {
  const { meter } = needs;
  const note = (now: Date): void => meter.note(subject, 1, isTaken ? 0 : 1, now);
  const { access, v2 } = needs;
  return { ...needs, access: countedAccess(access, note), ...(v2 ? { v2: countedV2(v2, note) } : {}) };
}

const countedAccess = (access: Access, note: (now: Date) => void): Access => ({
  ...access,
  withAccess: (now, call) =>
    access.withAccess(now, (token) => {
      note(now);
      return call(token);
    }),
});

const countedV2 = (v2: V2, note: (now: Date) => void): V2 => ({
  ...v2,
  tokens: {
    ...v2.tokens,
    withTokens: (now, family, call) =>
      v2.tokens.withTokens(now, family, (token) => {
        note(now);
        return call(token);
      }),
  },
});
