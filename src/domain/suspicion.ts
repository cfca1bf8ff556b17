/** Suspicions: what webhooks claim, what is believed of it, and how long it may stay undecided. */
import { factsOf } from './cause.ts';
import type { Connection, Suspicion } from './connection.ts';
import { isAccountMeaning, isGapMeaning, isVehicleMeaning } from './failure.ts';
import type { AccountMeaning, Claim, Failure, Meaning } from './failure.ts';
import { isAsked } from './outcome.ts';
import type { ClaimedOutcome, ClearedOutcome, Outcome, SignalsOutcome } from './outcome.ts';
import { isAboutAccess, isLetIn, latestFetch } from './proof.ts';
import { after } from './schedule.ts';
import { requiredSignals } from './signal.ts';
import type { Policy, PolicyNow } from './transition.ts';
import { causeOfSuspicion, happening, isLateNews, vehicleStateOf } from './transition-step.ts';
import type { Step } from './transition-step.ts';

/** What a webhook says is wrong, one claim after another. */
export function onClaimed(c: Connection, outcome: ClaimedOutcome, policy: PolicyNow): Step {
  return outcome.claims.reduce<Step>(
    (step, claim) => {
      const reacted = onClaim(step.next, claim, outcome, policy);
      return {
        next: reacted.next,
        happenings: [...step.happenings, ...reacted.happenings],
        soon: step.soon || reacted.soon || false,
      };
    },
    { next: c, happenings: [] },
  );
}

function onClaim(c: Connection, claim: Claim, outcome: ClaimedOutcome, policy: PolicyNow): Step {
  if (isVehicleMeaning(claim.meaning)) {
    const vehicleState = isLateNews(c, outcome.at) ? c.vehicleState : vehicleStateOf(c, claim, outcome.at);
    return { next: { ...c, vehicleState }, happenings: [] };
  }
  if (isIgnorable(claim, policy) || isOldNews(c, claim, outcome.at)) return { next: c, happenings: [] };
  return suspect(c, claim, outcome, policy, outcome.at);
}

/** A claim that arrives late: a repair, or for the account a proof, has answered it already. */
function isOldNews(c: Connection, claim: Claim, at: Date): boolean {
  return at < c.judgedAt || (isAccountMeaning(claim.meaning) && c.provedAt !== null && at < c.provedAt);
}

/** Claims that concern nothing the fleet requires, or nothing that can be checked against a connection. */
export function isIgnorable(claim: Claim, policy: Pick<Policy, 'requiredPermissions'>): boolean {
  if (isAccountMeaning(claim.meaning) || isVehicleMeaning(claim.meaning)) return false;
  if (claim.meaning !== 'permission') return true;
  const required = requiredSignals(policy.requiredPermissions);
  return claim.signals.length > 0 && !claim.signals.some((code) => required.includes(code));
}

/** Raises a suspicion. Nothing but the next read changes before it is confirmed, refuted, or its deadline passes. */
export function suspect(c: Connection, claim: Claim, outcome: Outcome, policy: PolicyNow, claimedAt: Date): Step {
  const meaning = claim.meaning as AccountMeaning | 'permission'; // callers pass only these
  const sameCause = c.cause === causeOfSuspicion(meaning);
  // A grant that is gone is not polled, so nothing could confirm it; it comes back by proof alone.
  const isGone = c.cause !== null && factsOf(c.cause).retryAfterS === null;
  const before = accountSuspicion(c);
  // While it is in doubt whether we are let in, what we may do there is no other question; and what is due is answered first.
  const isDue = before !== null && before.deadlineAt <= policy.now && c.heldBy === null;
  const isLesser = before !== null && (meaning === 'permission' || isDue);
  if (sameCause || c.suspicion?.meaning === meaning || isGone || isLesser) return { next: c, happenings: [] };
  const required = requiredSignals(policy.requiredPermissions);
  const suspicion: Suspicion = {
    meaning,
    signals: meaning === 'permission' ? claim.signals.filter((code) => required.includes(code)) : [],
    claimedAt,
    // Claims that take turns must not keep each other undecided.
    deadlineAt: before?.deadlineAt ?? after(policy.now, suspicionDeadlineS(c, policy)),
    requestId: claim.requestId ?? outcome.requestId,
    resolutionUrl: claim.resolutionUrl,
  };
  const reported = [claim.type, claim.code].filter((word) => word !== null).join(':');
  return {
    next: { ...c, suspicion },
    happenings: [happening('connection.suspected', outcome, { meaning, reported })],
    soon: true,
  };
}

/** That the account is being doubted; null when it isn't. */
const accountSuspicion = ({ suspicion }: Connection): Suspicion | null =>
  suspicion && isAccountMeaning(suspicion.meaning) ? suspicion : null;

/**
 * How long a claim may stay undecided, and signals may all fail before that is believed to last. A subscribed car is fetched at the manufacturer's pace, so four rounds of that are
 * plenty; one without a subscription is fetched about once a day. On v2 each read asks the car.
 */
export function suspicionDeadlineS(
  c: Pick<Connection, 'platform' | 'subscribedAt'>,
  policy: Pick<Policy, 'make'>,
): number {
  if (!c.subscribedAt && c.platform === 'v3') return 36 * 3_600;
  return Math.max(1_800, 4 * policy.make.freshnessMin * 60);
}

/** Seconds behind its deadline for which a claim still waits, where no question was answered meanwhile. */
const unansweredS = 24 * 3_600;

/**
 * Whether a claim has been undecided for too long: at the first answer after its deadline, or a day later where none comes.
 * Told to wait, or met by a machine that fails, nobody has been asked, and silence is no witness.
 */
export function isOverdue({ deadlineAt }: Suspicion, outcome: Outcome, now: Date): boolean {
  return now >= (isAnswer(outcome) ? deadlineAt : after(deadlineAt, unansweredS));
}

function isAnswer(outcome: Outcome): boolean {
  if (!isAsked(outcome.via)) return false;
  if (outcome.kind === 'failed') return tells(outcome.failure);
  if (outcome.kind !== 'signals') return false;
  // A store that is still empty is an answer; one in which nothing but waits and broken machines stand is none.
  return outcome.readings.length > 0 || outcome.failures.length === 0 || outcome.failures.some(tells);
}

/** Whether it is about the car and its account, and not about the way there. */
const tells = ({ meaning }: Failure): boolean =>
  isAccountMeaning(meaning) || isVehicleMeaning(meaning) || isGapMeaning(meaning);

/** Nothing is suspected any more. */
export function withdrawn(c: Connection, outcome: Outcome): Step {
  if (!c.suspicion) return { next: c, happenings: [] };
  const { meaning } = c.suspicion;
  const told = happening('connection.suspicion-withdrawn', outcome, { meaning });
  return { next: { ...c, suspicion: null }, happenings: [told] };
}

/**
 * What an answer that proves nothing says of a claim. A car that is said to sleep can't prove its account, but that it could
 * be said speaks against a claim about it. What was fetched since the first of several claims refutes that one, and leaves
 * the last its whole time.
 */
export function weigh(c: Connection, outcome: SignalsOutcome, policy: PolicyNow): Step {
  const { suspicion } = c;
  if (!suspicion) return { next: c, happenings: [] };
  const signals = suspicion.signals.length > 0 ? suspicion.signals : requiredSignals(policy.requiredPermissions);
  if (isAboutAccess(suspicion.meaning) && isLetIn(outcome.failures, signals, suspicion.claimedAt))
    return withdrawn(c, outcome);
  const wholeS = suspicionDeadlineS(c, policy);
  const fetchedAt = latestFetch(outcome.readings.filter(({ code }) => signals.includes(code)));
  const isAnswered = fetchedAt !== null && fetchedAt > after(suspicion.deadlineAt, -wholeS);
  const deadlineAt = isAnswered ? after(policy.now, wholeS) : suspicion.deadlineAt;
  return { next: { ...c, suspicion: { ...suspicion, deadlineAt } }, happenings: [] };
}

/** The claimant takes it back: nothing is suspected any more, and a read says how things stand. What began since stands. */
export function onCleared(c: Connection, outcome: ClearedOutcome): Step {
  const cleared = new Set(outcome.claims.map((claim) => claim.meaning));
  const isOver = (meaning: Meaning, since: Date): boolean => cleared.has(meaning) && since <= outcome.at;
  const suspicion = c.suspicion && isOver(c.suspicion.meaning, c.suspicion.claimedAt) ? null : c.suspicion;
  const vehicleState = c.vehicleState && isOver(c.vehicleState.meaning, c.vehicleState.since) ? null : c.vehicleState;
  const withdrawn = suspicion ? null : c.suspicion;
  return {
    next: { ...c, suspicion, vehicleState },
    happenings: withdrawn ? [happening('connection.suspicion-withdrawn', outcome, { meaning: withdrawn.meaning })] : [],
    soon: c.status !== 'active' || withdrawn !== null,
  };
}
