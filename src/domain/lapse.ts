/**
 * When a grant lapses if nothing is done. A forecast of what is documented and nothing else: where no limit is, none is
 * made up.
 */
import type { Status } from './cause.ts';
import type { MakePolicy } from './make-policy.ts';
import { after } from './schedule.ts';

/** What ends it: tokens that nobody uses, or the manufacturer, who wants its owner to sign in again. */
export type LapseReason = 'unused' | 'manufacturer';

export interface Lapse {
  at: Date;
  because: LapseReason;
}

export interface LapsingGrant {
  status: Status;
  /** When the owner last signed in, as far as we know: the grant, a repair, or a failure that healed by itself. */
  signedInAt: Date;
  /** When the family of v2's tokens ends that nobody renews; null on v3. */
  tokensEndAt: Date | null;
  make: MakePolicy;
}

/** Days ahead at which operators are told: a week holds a working day of everybody who has to reach an owner. */
export const lapseNoticeD = 7;

const dayS = 86_400;

/**
 * Null where no limit is documented, and where the grant is gone already.
 *
 * @see docs/smartcar.md §1.7-4 (unused for 60 days), §5-10 (Rivian wants a second factor about every two weeks)
 */
export function lapseOf(grant: LapsingGrant): Lapse | null {
  if (grant.status === 'expired' || grant.status === 'disconnected') return null;
  const { signInAgainAfterD } = grant.make;
  const byMaker: Lapse | null =
    signInAgainAfterD === null
      ? null
      : { at: after(grant.signedInAt, signInAgainAfterD * dayS), because: 'manufacturer' };
  const byDisuse: Lapse | null = grant.tokensEndAt && { at: grant.tokensEndAt, because: 'unused' };
  if (!byMaker || !byDisuse) return byMaker ?? byDisuse;
  return byMaker.at <= byDisuse.at ? byMaker : byDisuse;
}

/** Until when a lapse is near enough that operators are told. */
export const noticeUntil = (now: Date): Date => after(now, lapseNoticeD * dayS);
