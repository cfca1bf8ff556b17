/**
 * Proof. On v3 a read answers from Smartcar's cache, so an answer proves nothing by itself: what counts is when Smartcar
 * fetched what it holds.
 */
import { isAccountMeaning, isUpstreamMeaning, isVehicleMeaning } from './failure.ts';
import type { Meaning, SignalFailure } from './failure.ts';
import type { Reading } from './reading.ts';
import type { SignalCode } from './signal.ts';

/** What is to be settled. */
export interface Question {
  /** `grant`: does the new or repaired grant work? `claim`: is it true that something broke? */
  kind: 'grant' | 'claim';
  /** The event that is judged. */
  at: Date;
  /** When the connection was last proved; a failure fetched before it is old news. Null when never. */
  provedAt: Date | null;
  /** The signals that can settle it. */
  signals: readonly SignalCode[];
}

export type Verdict =
  { verdict: 'proved'; fetchedAt: Date } | { verdict: 'refuted'; failure: SignalFailure } | { verdict: 'undecided' };

/**
 * `proved` when one of the signals succeeded with a fetch time after the event; `refuted` when all of them that answered
 * report an account's failure (or, asked about permissions, a missing one) after it; otherwise `undecided`.
 *
 * A failure may come without a fetch time. It then counts for a claim (two witnesses say the same) and not against a new
 * grant, whose store may still hold the failure that the owner has just repaired.
 */
export function judge(question: Question, readings: readonly Reading[], failures: readonly SignalFailure[]): Verdict {
  const asked = new Set(question.signals);
  const fetchedAt = latestFetch(readings.filter((reading) => asked.has(reading.code)));
  if (fetchedAt && fetchedAt > question.at) return { verdict: 'proved', fetchedAt };
  const against = failures.filter((failure) => asked.has(failure.signal) && countsAgainst(failure));
  const first = against.find((failure) => isAfter(failure, question));
  const stillSucceeding = readings.some((reading) => asked.has(reading.code));
  return first && !stillSucceeding ? { verdict: 'refuted', failure: first } : { verdict: 'undecided' };
}

/**
 * Somebody's machine, when that is all that these signals have to say: none of them came, and none failed for any other
 * reason. Null otherwise. A 200 of failed signals alone is no successful read.
 *
 * @see docs/smartcar.md §3.4
 */
export function outageIn(
  signals: readonly SignalCode[],
  readings: readonly Reading[],
  failures: readonly SignalFailure[],
): SignalFailure | null {
  const asked = new Set(signals);
  const about = failures.filter(({ signal }) => asked.has(signal));
  const isOutage =
    !readings.some(({ code }) => asked.has(code)) && about.every((one) => isUpstreamMeaning(one.meaning));
  return (isOutage && about[0]) || null;
}

/**
 * Who hears from the manufacturer after this that the car is asleep, or out of reach, was let in to its account, and the
 * machines there work. It says nothing when another of these signals was refused.
 */
export function isLetIn(failures: readonly SignalFailure[], signals: readonly SignalCode[], after: Date): boolean {
  const about = failures.filter(({ signal }) => signals.includes(signal));
  const isRefused = about.some(({ meaning }) => isAccountMeaning(meaning) || isUpstreamMeaning(meaning));
  return (
    !isRefused && about.some((one) => isVehicleMeaning(one.meaning) && one.fetchedAt !== null && one.fetchedAt > after)
  );
}

/** What can be so although the manufacturer lets us in and tells of the car. */
const insideTheDoor: ReadonlySet<Meaning> = new Set<Meaning>([
  'subscriptionLapsed',
  'virtualKeyMissing',
  'remoteAccessDisabled',
]);

/** Whether being let in speaks against it. */
export const isAboutAccess = (meaning: Meaning): boolean => isAccountMeaning(meaning) && !insideTheDoor.has(meaning);

/** The newest fetch time among readings; null when none carries one. */
export function latestFetch(readings: readonly Reading[]): Date | null {
  return readings.reduce<Date | null>(
    (latest, { fetchedAt }) => (fetchedAt && (!latest || fetchedAt > latest) ? fetchedAt : latest),
    null,
  );
}

const countsAgainst = (failure: SignalFailure): boolean =>
  isAccountMeaning(failure.meaning) || failure.meaning === 'permission';

function isAfter(failure: SignalFailure, question: Question): boolean {
  if (question.kind === 'grant') return failure.fetchedAt !== null && failure.fetchedAt > question.at;
  return failure.fetchedAt === null || question.provedAt === null || failure.fetchedAt > question.provedAt;
}
