/** What an outcome does to a connection. The one place where a status is decided. */
import type { AlertChange } from './alert.ts';
import { causeOf, factsOf } from './cause.ts';
import type { Cause } from './cause.ts';
import type { Connection } from './connection.ts';
import type { ConsentChange } from './consent.ts';
import {
  isAccountMeaning,
  isThrottleMeaning,
  isUpstreamMeaning,
  isVehicleMeaning,
  upstreamMeanings,
} from './failure.ts';
import type { AccountMeaning, Claim, GapMeaning, Meaning, OurMeaning, SignalFailure } from './failure.ts';
import type { Plan } from './fleet.ts';
import type { IncidentId } from './ids.ts';
import type { MakePolicy } from './make-policy.ts';
import { lacksTokens } from './move.ts';
import { isAsked } from './outcome.ts';
import type { FailedOutcome, Outcome, RepairedOutcome, SignalsOutcome } from './outcome.ts';
import { missingPermissions } from './permission.ts';
import type { Permission } from './permission.ts';
import { newestOf } from './pace.ts';
import { isAboutAccess, judge, latestFetch, outageIn } from './proof.ts';
import type { Question, Verdict } from './proof.ts';
import { after, laterOf } from './schedule.ts';
import type { Chance } from './schedule.ts';
import { shelter } from './shelter.ts';
import { permissionsFor, requiredSignals, tellsAge } from './signal.ts';
import { onListed } from './transition-listed.ts';
import { isOverdue, onClaimed, onCleared, suspect, suspicionDeadlineS, weigh, withdrawn } from './suspicion.ts';
import { countAsked } from './usage.ts';
import type { TaskRequest } from './task.ts';
import { limitsIn, toldToWait } from './told-to-wait.ts';
import { changeEffects } from './transition-effects.ts';
import { onMoved } from './transition-moved.ts';
import { nextPoll } from './transition-poll.ts';
import { causeOfSuspicion, confirmed, happening, isLateNews, move, vehicleStateOf } from './transition-step.ts';
import type { Step } from './transition-step.ts';
import { isSheltered } from './trouble.ts';
import type { Happening } from './timeline.ts';

/** What the fleet and the make say about this connection. */
export interface Policy {
  /** The open incident that this vehicle's make and region is in; null when there is none. */
  incident: { id: IncidentId; from: Date } | null;
  requiredPermissions: readonly Permission[];
  make: MakePolicy;
  /** The installation has credentials for v3: what lacks only v2's tokens is mended without its owner. */
  v3: boolean;
  /** Seconds between regular reads, by plan; the make's own limit stands above it. */
  intervalS: number;
  requestBudget: Plan['requestBudget'];
  /** Spreads the next poll. */
  chance: Chance;
}

/** By what an outcome is judged, and when: an outcome may have been under way for long. */
export interface PolicyNow extends Policy {
  now: Date;
}

export interface Transition {
  connection: Connection;
  happenings: Happening[];
  alerts: AlertChange[];
  tasks: TaskRequest[];
  /** What it means for what the owner agreed to. */
  consents: ConsentChange[];
  /** The owner is to be asked for this; null when not. */
  ask: Cause | null;
  /** Whatever the owner was asked for is settled. */
  settled: boolean;
}

/** What follows from what changes nothing. */
const nothing = { happenings: [], alerts: [], tasks: [], consents: [], ask: null, settled: false };

/** Failures in a row before an answer that is nobody's fault in particular becomes a status. */
const failuresBeforeError = 3;
/** A repair may take a moment to reach every machine; a refusal inside this time is not yet held against it. */
const repairGraceS = 600;
const pendingDeadlineS = 24 * 3_600;

/**
 * What to do after an outcome. Pure: the same inputs always give the same transition.
 * A connection that was disconnected here never moves; only a new grant makes a new one. A revoked one can return.
 *
 * @see docs/connection-states.md (generated from this function)
 */
export function transition(c: Connection, outcome: Outcome, policy: Policy, now: Date): Transition {
  if (c.endedAt) return { ...nothing, connection: c };
  const counted = { ...c, usage: countAsked(c.usage, outcome.requests ?? 0, policy.make.requestsPerDay, outcome.at) };
  const policyNow = { ...policy, now };
  const step = expire(react(shelter(counted, outcome, policyNow), outcome, policyNow), outcome, now);
  const connection = { ...step.next, nextPollAt: nextPoll(step, outcome, policy, now) };
  return { connection, ...changeEffects(c, connection, step.happenings, outcome, policy) };
}

function react(c: Connection, outcome: Outcome, policy: PolicyNow): Step {
  switch (outcome.kind) {
    case 'signals':
      return onSignals(c, outcome, policy);
    case 'failed':
      return onFailed(c, outcome, policy);
    case 'claimed':
      return onClaimed(c, outcome, policy);
    case 'cleared':
      return onCleared(c, outcome);
    case 'repaired':
      return onRepaired(c, outcome);
    case 'listed':
      return onListed(c, outcome, policy);
    case 'notOnV3':
      return { next: { ...c, listed: false }, happenings: [] };
    case 'moved':
      return onMoved(c, outcome);
    case 'commanded':
      return { next: { ...c, lastSuccess: { kind: 'command', at: outcome.at } }, happenings: [] };
    case 'disconnected':
      return { next: { ...move(c, 'disconnectedHere', outcome.at), endedAt: outcome.at }, happenings: [] };
  }
}

// — signals —

function onSignals(c: Connection, outcome: SignalsOutcome, policy: PolicyNow): Step {
  const seen = noteAnswer(c, outcome);
  const verdict = judge(questionOf(c, policy), outcome.readings, outcome.failures);
  if (verdict.verdict === 'refuted') return onRefuted(seen, outcome, verdict, policy);
  const step =
    verdict.verdict === 'proved'
      ? onProved(seen, outcome, verdict.fetchedAt, policy)
      : onUndecided(seen, outcome, policy);
  return noteGap(step, outcome, policy);
}

function onUndecided(c: Connection, outcome: SignalsOutcome, policy: PolicyNow): Step {
  const outage = lastingOutage(c, outcome, policy);
  if (outage) return { next: move(c, outage, outcome.at), happenings: [] };
  const { readings, failures } = outcome;
  const isAnswer = latestFetch(readings) !== null || failures.some(({ meaning }) => isVehicleMeaning(meaning));
  const step = weigh(c, outcome, policy);
  if (!healsByAnswer(c) || !isAnswer) return step;
  const next = healed(step.next, outcome, policy);
  const { suspicion } = step.next;
  // What is claimed beside that is settled by proof alone, unless it has just shown.
  const isShown = suspicion !== null && causeOfSuspicion(suspicion.meaning) === next.cause;
  return { ...step, next: { ...next, suspicion: isShown ? null : suspicion } };
}

/**
 * A manufacturer's outage shows in each signal of an answer that is itself fine. Smartcar may have tried only once since, so
 * it counts when no required signal came for as long as a claim may stay undecided.
 */
function lastingOutage(c: Connection, outcome: SignalsOutcome, policy: Policy): Cause | null {
  const { readings, failures, via, at } = outcome;
  const isOpen = c.status === 'active' || upstreamMeanings.some((meaning) => causeOf(meaning) === c.cause);
  const outage = outageIn(requiredSignals(policy.requiredPermissions), readings, failures);
  if (!outage || !isOpen || !c.provedAt || via === 'webhook') return null;
  // An incident says by itself that it is one.
  const hasLasted = c.heldBy !== null || at >= after(c.provedAt, suspicionDeadlineS(c, policy));
  return hasLasted && isUpstreamMeaning(outage.meaning) ? causeOf(outage.meaning) : null;
}

/** A required signal that was refused for want of a permission, while others came: suspected, and asked about again. */
function noteGap(step: Step, outcome: SignalsOutcome, policy: PolicyNow): Step {
  const { judgedAt, status } = step.next;
  // What was refused before a repair is old news, and what has no time may be; see `judge`.
  const isNews = ({ fetchedAt }: SignalFailure): boolean => (fetchedAt ? fetchedAt > judgedAt : status !== 'pending');
  const [first, ...others] = gapsIn(outcome, policy).filter(isNews);
  if (!first || step.next.suspicion) return step;
  const claim: Claim = { ...first, signals: [first, ...others].map(({ signal }) => signal) };
  const suspected = suspect(step.next, claim, outcome, policy, first.fetchedAt ?? outcome.at);
  return { ...suspected, happenings: [...step.happenings, ...suspected.happenings] };
}

function gapsIn(outcome: SignalsOutcome, policy: Policy): SignalFailure[] {
  const required = requiredSignals(policy.requiredPermissions);
  return outcome.failures.filter(({ meaning, signal }) => meaning === 'permission' && required.includes(signal));
}

/** What any answer with signals changes, whatever it proves. */
function noteAnswer(c: Connection, outcome: SignalsOutcome): Connection {
  const heard = outcome.readings.some(({ code }) => tellsAge(code));
  const isLate = isLateNews(c, outcome.at);
  const isLastSuccess = heard && (c.lastSuccess === null || c.lastSuccess.at <= outcome.at);
  return {
    ...c,
    failures: 0,
    lastTelemetryAt: heard ? laterOf(c.lastTelemetryAt, outcome.at) : c.lastTelemetryAt,
    lastSuccess: isLastSuccess ? { kind: 'telemetry', at: outcome.at } : c.lastSuccess,
    newsAt: laterOf(c.newsAt, newestOf(outcome.readings, outcome.at)),
    ...(isAsked(outcome.via) ? limitsIn(c, outcome) : {}),
    ...(isLate ? {} : { vehicleState: stateIn(c, outcome) }),
  };
}

/** What an answer says of the car's own state: that of its failures, or none where it answers as usual. */
function stateIn(c: Connection, { readings, failures, at }: SignalsOutcome): Connection['vehicleState'] {
  const told = failures.find((failure) => isVehicleMeaning(failure.meaning));
  if (told) return vehicleStateOf(c, told, at);
  return readings.some(({ code }) => tellsAge(code)) ? null : c.vehicleState;
}

function questionOf(c: Connection, policy: Policy): Question {
  const signals = requiredSignals(policy.requiredPermissions);
  const { suspicion } = c;
  // What failed before a repair is as old as what failed before a proof.
  const provedAt = laterOf(c.provedAt, c.judgedAt);
  if (suspicion) {
    return {
      kind: 'claim',
      at: suspicion.claimedAt,
      provedAt,
      signals: suspicion.signals.length > 0 ? suspicion.signals : signals,
    };
  }
  if (c.status === 'active') return { kind: 'claim', at: provedAt, provedAt, signals };
  return { kind: 'grant', at: c.judgedAt, provedAt, signals };
}

function onProved(c: Connection, outcome: SignalsOutcome, fetchedAt: Date, policy: Policy): Step {
  const { next, happenings } = withdrawn(c, outcome);
  const proved = { ...next, provedAt: laterOf(c.provedAt, fetchedAt) };
  return { next: healed(proved, outcome, policy), happenings };
}

/** A failure that a person has to repair, seen in an answer: believed from a read, first a suspicion from a webhook. */
function onRefuted(
  c: Connection,
  outcome: SignalsOutcome,
  { failure }: Verdict & { verdict: 'refuted' },
  policy: PolicyNow,
): Step {
  const meaning = failure.meaning as AccountMeaning | GapMeaning; // judge refutes only by these
  const direct = (outcome.via === 'poll' || outcome.via === 'check') && !isHeldFor(c, meaning);
  const known = c.suspicion !== null || c.status !== 'active' || failure.fetchedAt !== null;
  const refused = permissionsFor(gapsIn(outcome, policy).map(({ signal }) => signal));
  if (direct && known) return { next: confirmed(c, meaning, failure, outcome.at, refused), happenings: [] };
  return suspect(c, { ...failure, signals: [] }, outcome, policy, failure.fetchedAt ?? outcome.at);
}

/** Causes that were only ever about getting an answer; any answer ends them. */
const answerable: ReadonlySet<Cause> = new Set<Cause>([
  ...(['manufacturerFailing', 'smartcarFailing', 'smartcarUnreachable', 'nonsense', 'notFound'] as const),
  ...(['planLimit', 'accountSuspended', 'credentials', 'requestRefused'] as const),
]);

const healsByAnswer = (c: Connection): boolean => c.cause !== null && answerable.has(c.cause);

/** The status a working connection has: active, unless the fleet lacks a permission it requires. */
function healed(c: Connection, outcome: SignalsOutcome, policy: Policy): Connection {
  // A proof from before a repair says nothing about the grant as it is now.
  if (!c.provedAt || c.provedAt <= c.judgedAt) return c.status === 'pending' ? c : waiting(c, outcome.at);
  // What Smartcar sends by itself needs none of our tokens, and does not give them back.
  if (outcome.via === 'webhook' && c.platform === 'v2' && lacksTokens(c)) return c;
  const ungranted = missingPermissions(policy.requiredPermissions, c.permissions).length > 0;
  const refusedPermissions = permissionsFor(gapsIn(outcome, policy).map(({ signal }) => signal));
  const stillRefused = c.cause === 'permissionMissing' && refusedPermissions.length > 0;
  if (ungranted || stillRefused) return { ...move(c, 'permissionMissing', outcome.at), refusedPermissions };
  if (c.status === 'active') return c;
  return {
    ...c,
    status: 'active',
    cause: null,
    since: outcome.at,
    refusedPermissions: [],
    resolutionUrl: null,
    listed: null,
    pendingDeadlineAt: null,
  };
}

function waiting(c: Connection, at: Date): Connection {
  return { ...move(c, 'waitingForFirstData', at), pendingDeadlineAt: after(at, pendingDeadlineS) };
}

// — failures of a whole request —

function onFailed(c: Connection, outcome: FailedOutcome, policy: PolicyNow): Step {
  const { failure, at } = outcome;
  const { meaning } = failure;
  const notBefore = failure.retryAfterS === null ? {} : { notBefore: after(at, failure.retryAfterS) };
  if (isThrottleMeaning(meaning)) return { next: toldToWait(c, meaning, outcome), happenings: [] };
  if (isVehicleMeaning(meaning)) return { ...tellsOfCar(c, outcome), ...notBefore };
  if (isUpstreamMeaning(meaning))
    return { next: countFailure(c, causeOf(meaning), outcome), happenings: [], ...notBefore };
  if (isAccountMeaning(meaning) || meaning === 'permission') return onAccountFailure(c, outcome, meaning, policy);
  return {
    next: meaning === 'incompatible' ? outrank(c, meaning, at) : onOurFailure(c, meaning, outcome),
    happenings: [],
    ...notBefore,
  };
}

/** On v2 each read asks the manufacturer, so who hears of the car's state was let in to its account just now. */
function tellsOfCar(c: Connection, outcome: FailedOutcome): Step {
  const isLetIn = c.platform === 'v2' && c.suspicion !== null && isAboutAccess(c.suspicion.meaning);
  const step = isLetIn ? withdrawn(c, outcome) : { next: c, happenings: [] };
  return { ...step, next: { ...step.next, vehicleState: vehicleStateOf(c, outcome.failure, outcome.at) } };
}

/** What a person has to repair is not covered up by a lesser trouble, whose end would then look like its own. */
function outrank(c: Connection, cause: Cause, at: Date): Connection {
  const waits = c.cause !== null && !['automatic', 'none'].includes(factsOf(c.cause).route);
  return waits ? c : move(c, cause, at);
}

function onAccountFailure(
  c: Connection,
  outcome: FailedOutcome,
  meaning: AccountMeaning | 'permission',
  policy: PolicyNow,
): Step {
  const inGrace = c.status === 'pending' && outcome.at < after(c.judgedAt, repairGraceS);
  if (inGrace) return { next: c, happenings: [] };
  const direct = isAsked(outcome.via) && !isHeldFor(c, meaning) && meaning !== 'accessRefused';
  if (!direct) return suspect(c, { ...outcome.failure, signals: [] }, outcome, policy, outcome.at);
  const next = confirmed(c, meaning, outcome.failure, outcome.at);
  // A comparison fails a connection because Smartcar's list lacks it; v2's tokens are renewed beside it, and say nothing of a list.
  const isUnlisted = outcome.via === 'reconciliation' && !lacksTokens(next);
  return { next: isUnlisted ? { ...next, listed: false } : next, happenings: [] };
}

/** Our own credentials are nobody's connection: only what is really about this vehicle or plan becomes its cause. */
function onOurFailure(c: Connection, meaning: OurMeaning, outcome: FailedOutcome): Connection {
  if (meaning === 'credentials' || meaning === 'requestRefused') return countFailure(c, meaning, outcome);
  return outrank(c, meaning, outcome.at);
}

/** A person who presses "Check now" again and again does not make a passing failure a lasting one. */
function countFailure(c: Connection, cause: Cause, { via, at }: FailedOutcome): Connection {
  if (via === 'check') return c;
  const failures = c.failures + 1;
  const counted = { ...c, failures };
  // In an incident the others are the witnesses that otherwise two more failures have to be.
  const isEnough = failures >= failuresBeforeError || c.heldBy !== null;
  return isEnough && c.status === 'active' ? move(counted, cause, at) : counted;
}

// — the owner's return —

/**
 * What healed by itself meanwhile is left as it is: nobody has to wait for a proof of what is proved. It is read by what was
 * granted last all the same; on another platform nothing is proved yet.
 */
function onRepaired(c: Connection, outcome: RepairedOutcome): Step {
  const happenings = [happening(outcome.via === 'operator' ? 'connection.moved' : 'owner.returned', outcome, {})];
  const smartcarConnectionId = outcome.smartcarConnectionId ?? c.smartcarConnectionId;
  const { permissions, grant } = outcome;
  const isElsewhere = grant !== null && grant.platform !== c.platform;
  if (c.status === 'active' && !c.suspicion && !isElsewhere)
    return { next: { ...c, permissions, ...grant, smartcarConnectionId }, happenings, soon: true };
  const next: Connection = {
    ...waiting(c, outcome.at),
    permissions,
    ...grant,
    refusedPermissions: [],
    smartcarConnectionId,
    listed: null,
    judgedAt: outcome.at,
    failures: 0,
  };
  return { next, happenings, soon: true };
}

// — deadlines —

/** While an incident holds it, what looks like an account's failure is that of the manufacturer's machines until shown otherwise. */
const isHeldFor = (c: Connection, meaning: Meaning): boolean => c.heldBy !== null && isSheltered(meaning);

/** What holds when a deadline passes without a decision: a claim that nothing spoke against, and that no data came. */
function expire(step: Step, outcome: Outcome, now: Date): Step {
  if (step.next.heldBy !== null) return step;
  const { suspicion, pendingDeadlineAt, status } = step.next;
  if (suspicion && isOverdue(suspicion, outcome, now)) {
    const refused = permissionsFor(suspicion.signals);
    return { ...step, next: confirmed(step.next, suspicion.meaning, suspicion, outcome.at, refused) };
  }
  if (status === 'pending' && pendingDeadlineAt && now >= pendingDeadlineAt) {
    return { ...step, next: move(step.next, 'noFirstData', outcome.at) };
  }
  return step;
}
