/** What the rest of Towline needs of v2's tokens: to be let in to a family's cars, without ever holding them. */
import type { FleetId, SmartcarUserId, TokenSetId } from '../domain/ids.ts';
import type { Answer } from '../smartcar/answer.ts';
import type { TokenPair } from '../smartcar/v2/smartcar-v2.ts';
import type { Tx } from '../store/database.ts';

/** A family of tokens and whose it is. */
export interface TokenFamily {
  fleetId: FleetId;
  tokenSetId: TokenSetId;
}

export interface TokenAccess {
  /**
   * Calls with the family's access token that is valid at `now`, and once more with a new one when the API refuses it. A
   * failure to renew is answered as the call's own failure: `tokensLost`, `grantLapsed` or `tokensRefused` when the owner
   * has to give access again (code `TOKENS_ERASED`: we have none). `accessRefused`: a renewed token is refused too.
   */
  withTokens<T>(now: Date, family: TokenFamily, call: (accessToken: string) => Promise<Answer<T>>): Promise<Answer<T>>;
  /** Renews a pair that was given `olderThanS` seconds ago or earlier: an unused refresh token ends after 60 days. */
  renew(now: Date, family: TokenFamily, olderThanS: number): Promise<Answer<'renewed' | 'fresh'>>;
  /** Writes a pair that was just given for a code, in the caller's transaction. */
  keep(tx: Tx, given: GivenTokens, now: Date): Promise<void>;
  /** Erases a family's tokens where no living connection uses them. @returns whether it erased them */
  eraseUnused(tx: Tx, id: TokenSetId): Promise<boolean>;
  /** Erases every family that no living connection uses, but for those that came later than this. */
  eraseAllUnused(tx: Tx, before: Date): Promise<void>;
  /** When a renewal left whose answer was never stored; null when there is none. */
  unansweredSince(family: TokenFamily): Promise<Date | null>;
  /**
   * Takes up families that living connections use and nobody has renewed since `idleSince`, longest unused first, at most
   * `limit`; none that was taken up after `triedBefore`. Two at once never get the same.
   */
  claimIdle(tx: Tx, claim: { idleSince: Date; triedBefore: Date; limit: number }, now: Date): Promise<TokenSetId[]>;
  /** When the families of these end that nobody renews; families whose tokens are erased are left out. */
  endsOf(tx: Tx, ids: readonly TokenSetId[]): Promise<Map<TokenSetId, Date>>;
  /** Families whose renewal left after `since` and was never answered, with nobody at work on them. */
  listUnanswered(tx: Tx, since: Date, now: Date): Promise<TokenSetId[]>;
  /** Resolves when no renewal is under way. Never rejects. */
  settled(): Promise<void>;
  /** Waits for renewals that have left, and ends listening; begins no more. */
  stop(): Promise<void>;
}

export interface GivenTokens {
  id: TokenSetId;
  fleetId: FleetId;
  /** As Connect's redirect claimed it; null when it said none. */
  smartcarUserId: SmartcarUserId | null;
  pair: TokenPair;
}
