/**
 * A manufacturer that lets requests wait lets all of its cars wait: its limit is on what comes from Smartcar, not on one car.
 * It is never a cause of a connection.
 *
 * @see docs/smartcar.md §5-4
 */
import { isAccountMeaning, isVehicleMeaning } from './failure.ts';
import type { Outcome } from './outcome.ts';
import { after } from './schedule.ts';

export interface MakePause {
  /** In upper case. */
  make: string;
  /** When it was first said. */
  since: Date;
  until: Date;
  /** How often in a row: each time the wait doubles. */
  times: number;
}

const firstWaitS = 300;
const longestWaitS = 6 * 3_600;

/** Longer each time it is said again after the wait, and as long as Smartcar says where it does. */
export function pauseOf(before: MakePause | null, make: string, retryAfterS: number | null, now: Date): MakePause {
  // Answers to requests that had left by then say nothing new.
  const isKnown = before !== null && before.until > now;
  const times = isKnown ? before.times : (before?.times ?? 0) + 1;
  const waitS = Math.max(retryAfterS ?? 0, Math.min(firstWaitS * 2 ** Math.min(times - 1, 10), longestWaitS));
  const until = after(now, waitS);
  return {
    make,
    since: before?.since ?? now,
    until: isKnown && (retryAfterS === null || before.until > until) ? before.until : until,
    times,
  };
}

/**
 * What a read says about its make: `waits` with the seconds that Smartcar names, `answers` when the manufacturer let it
 * through, null when it says nothing (it never got there).
 */
export function makeIn(outcome: Outcome): { says: 'waits'; retryAfterS: number | null } | { says: 'answers' } | null {
  if (outcome.kind === 'failed') {
    const { meaning, retryAfterS } = outcome.failure;
    if (meaning === 'throttledManufacturer') return { says: 'waits', retryAfterS };
    const isOfMaker = isAccountMeaning(meaning) || isVehicleMeaning(meaning) || meaning === 'manufacturerFailing';
    return isOfMaker ? { says: 'answers' } : null;
  }
  if (outcome.kind !== 'signals') return null;
  if (outcome.readings.length > 0) return { says: 'answers' };
  const told = outcome.failures.find(({ meaning }) => meaning === 'throttledManufacturer');
  return told ? { says: 'waits', retryAfterS: told.retryAfterS } : { says: 'answers' };
}
