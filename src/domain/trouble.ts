/**
 * Trouble: that a car's account or somebody's machine failed, believed or not, from the first word of it until a required
 * signal is fetched anew. A status waits for proof; the count of who is in trouble must not, or an outage would be known
 * only when its owners have been written to.
 */
import type { Connection } from './connection.ts';
import { isAccountMeaning, isUpstreamMeaning, isVehicleMeaning } from './failure.ts';
import type { AccountMeaning, Meaning, UpstreamMeaning } from './failure.ts';
import type { ClearedOutcome, FailedOutcome, Outcome, SignalsOutcome } from './outcome.ts';
import { isAboutAccess, isLetIn, latestFetch, outageIn } from './proof.ts';
import { requiredSignals } from './signal.ts';
import type { SignalCode } from './signal.ts';
import type { Policy } from './transition.ts';

/**
 * What may be an outage in disguise. A manufacturer that moved its accounts says so itself, and lost tokens are our own
 * doing: neither gets better by waiting.
 */
export type ShelteredMeaning =
  UpstreamMeaning | Exclude<AccountMeaning, 'platformMigrated' | 'grantLapsed' | 'tokensLost'>;

export interface Trouble {
  meaning: ShelteredMeaning;
  /** When it was first told. */
  since: Date;
}

const ownCure: ReadonlySet<Meaning> = new Set<Meaning>(['platformMigrated', 'grantLapsed', 'tokensLost']);

export const isSheltered = (meaning: Meaning): meaning is ShelteredMeaning =>
  (isUpstreamMeaning(meaning) || isAccountMeaning(meaning)) && !ownCure.has(meaning);

/** The trouble a connection has after an outcome; null when it has none. */
export function troubleAfter(c: Connection, outcome: Outcome, policy: Policy): Trouble | null {
  switch (outcome.kind) {
    case 'signals':
      return afterSignals(c, outcome, requiredSignals(policy.requiredPermissions));
    case 'failed':
      return afterFailure(c, outcome);
    case 'claimed':
      // What a proof or a repair has answered already is old news.
      if (outcome.at < c.judgedAt || (c.provedAt && outcome.at < c.provedAt)) return c.trouble;
      return outcome.claims
        .filter((claim) => claim.signals.length === 0 || concerns(claim.signals, policy))
        .reduce<Trouble | null>((so, { meaning }) => so ?? began(c, meaning, outcome.at), c.trouble);
    case 'cleared':
      return isTakenBack(c.trouble, outcome) ? null : c.trouble;
    case 'repaired':
    case 'disconnected':
      return null;
    case 'listed':
    case 'notOnV3':
    case 'moved':
    case 'commanded':
      return c.trouble;
  }
}

/** What began since it was taken back stands. */
const isTakenBack = (trouble: Trouble | null, { claims, at }: ClearedOutcome): boolean =>
  trouble !== null && trouble.since <= at && claims.some(({ meaning }) => meaning === trouble.meaning);

/** At Smartcar's own machines, or on the way there; the make has nothing to do with it. */
export const isAtSmartcar = (meaning: ShelteredMeaning): boolean =>
  isUpstreamMeaning(meaning) && meaning !== 'manufacturerFailing';

const concerns = (codes: readonly SignalCode[], { requiredPermissions }: Policy): boolean =>
  requiredSignals(requiredPermissions).some((code) => codes.includes(code));

/** It goes on since it began, whatever else is said of it meanwhile; what is broken already began when it broke. */
function began(c: Connection, meaning: Meaning, at: Date): Trouble | null {
  if (!isSheltered(meaning)) return c.trouble;
  const isBroken = c.status !== 'active' && c.status !== 'pending';
  return c.trouble ?? { meaning, since: isBroken ? c.since : at };
}

/** A refusal that tells of the car or its account came from Smartcar, which works then. */
function afterFailure(c: Connection, { failure: { meaning }, at }: FailedOutcome): Trouble | null {
  const tells = meaning === 'manufacturerFailing' || isAccountMeaning(meaning) || isVehicleMeaning(meaning);
  const isOver = tells && c.trouble !== null && isAtSmartcar(c.trouble.meaning);
  return began(isOver ? { ...c, trouble: null } : c, meaning, at);
}

function afterSignals(given: Connection, outcome: SignalsOutcome, required: readonly SignalCode[]): Trouble | null {
  const { readings, failures, at } = outcome;
  const c = given.trouble && isOver(given.trouble, outcome, required) ? { ...given, trouble: null } : given;
  const isNothing = !readings.some(({ code }) => required.includes(code));
  const refusal = failures.find(({ signal, meaning }) => required.includes(signal) && isAccountMeaning(meaning));
  const failure = isNothing ? (refusal ?? outageIn(required, readings, failures)) : null;
  // A failure that was fetched before the last proof or repair is as old as what it failed at.
  const isNews = failure && (failure.fetchedAt === null || failure.fetchedAt > (c.provedAt ?? c.judgedAt));
  return failure && isNews ? began(c, failure.meaning, at) : c.trouble;
}

/**
 * Any answer ends what was only about getting one: what it says instead is a trouble of its own. Of the others, what was
 * fetched before they began says nothing.
 */
function isOver(
  { meaning, since }: Trouble,
  { readings, failures }: SignalsOutcome,
  required: readonly SignalCode[],
): boolean {
  if (isAtSmartcar(meaning)) return true;
  const fetchedAt = latestFetch(readings.filter(({ code }) => required.includes(code)));
  const endsByBeingLetIn = meaning === 'manufacturerFailing' || isAboutAccess(meaning);
  return (fetchedAt !== null && fetchedAt > since) || (endsByBeingLetIn && isLetIn(failures, required, since));
}
