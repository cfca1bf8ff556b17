/**
 * Ending at Smartcar what was disconnected here: how long the next try waits, and when it is a person's turn. The intention
 * is the connection itself; this is what became of it so far.
 */
import { isAccountMeaning } from './failure.ts';
import type { Failure, Meaning } from './failure.ts';
import { after } from './schedule.ts';

export type RevocationState = 'waiting' | 'handedOver';

/** Why no try of ours can end it: no credentials reach it, or ending it there would end other grants with it. */
export type HandOverReason = 'nothingHeld' | 'othersShareIt';

/** What one try came to. */
export type Tried = { came: 'failed'; failure: Failure } | { came: 'stuck'; because: HandOverReason };

export interface Standing {
  state: RevocationState;
  handedOverBecause: HandOverReason | null;
  /** Null when only a person, or other credentials, can change it. */
  dueAt: Date | null;
}

/** Seconds to the next try, by how many were made; after the last one it stays so. Smartcar may be away for days. */
const retryAfterS = [60, 300, 900, 3_600, 3 * 3_600, 6 * 3_600] as const;
/** What others share may be theirs no longer; it costs a look a day. */
const lookAgainS = 86_400;
/** From here on operators are told, though there is nothing for them to do yet: access that was ended here still stands there. */
const toldAfterS = 3 * 86_400;

/** Where it stands after a try. `tries` counts this one. */
export function afterTry(tried: Tried, tries: number, now: Date): Standing {
  if (tried.came === 'stuck') {
    const { because } = tried;
    const dueAt = because === 'othersShareIt' ? after(now, lookAgainS) : null;
    return { state: 'handedOver', handedOverBecause: because, dueAt };
  }
  const usualS = retryAfterS[Math.min(tries, retryAfterS.length) - 1] ?? 0;
  const waitS = Math.max(usualS, tried.failure.retryAfterS ?? 0);
  return { state: 'waiting', handedOverBecause: null, dueAt: after(now, waitS) };
}

/** Whether the try at `now` is the first one since it has lasted so long that operators are to know; `before` is the last but one. */
export const becameLong = (endedAt: Date, before: Date | null, now: Date): boolean => {
  const longAt = after(endedAt, toldAfterS);
  return now >= longAt && (before === null || before < longAt);
};

/** With these very tokens it can't be ended, however often it is tried: they are dead, or the car is not theirs any more. */
export const isBeyondTokens = (meaning: Meaning): boolean =>
  isAccountMeaning(meaning) || meaning === 'permission' || meaning === 'notFound';
