/**
 * What is wrong with one vehicle, how sure that is, and what it rests on. Pure: it is worked out from what is kept whenever
 * somebody asks, so it is never older than the connection it speaks of. A check adds what it found; it decides no status
 * (`transition` does).
 */
import type { AlertSeverity } from './alert.ts';
import { causeOf } from './cause.ts';
import type { Cause, Status } from './cause.ts';
import { permissionGaps, signalAges } from './check-step.ts';
import type { CheckStep, PermissionGap, SignalAge, StepName } from './check-step.ts';
import type { Connection } from './connection.ts';
import { evidenceOf, triedOf } from './evidence.ts';
import { isGapMeaning, isThrottleMeaning, isVehicleMeaning } from './failure.ts';
import type { Meaning, SignalFailure } from './failure.ts';
import { freshness } from './freshness.ts';
import type { Freshness, StaleReason } from './freshness.ts';
import { quirksBehind } from './make-policy.ts';
import type { MakePolicy } from './make-policy.ts';
import type { QuirkFact } from './make-facts.ts';
import type { Via } from './outcome.ts';
import type { Plan } from './fleet.ts';
import { carLimits, isUsedUp } from './pace.ts';
import type { PassingMeaning } from './passing.ts';
import type { Permission } from './permission.ts';
import type { Reading } from './reading.ts';
import { after, laterOf } from './schedule.ts';
import { isSheltered } from './trouble.ts';
import { tellsAge } from './signal.ts';
import type { SignalCode } from './signal.ts';
import { suspicionDeadlineS } from './suspicion.ts';
import type { Happening, TimelineKind } from './timeline.ts';
import { causeOfSuspicion } from './transition-step.ts';

/** `neverConnected`: no owner granted it yet. `someMissing`: the connection works, and some of what is required does not come. */
export type DiagnosedCause =
  Cause | PassingMeaning | 'deepSleep' | 'notSubscribed' | 'silent' | 'someMissing' | 'neverConnected';

/**
 * `certain`: two witnesses say the same, or it is our own doing. `likely`: one answer of Smartcar's says it.
 * `suspected`: a claim that was not confirmed, a deadline that ran out, or only a conclusion of ours.
 */
export const confidences = ['certain', 'likely', 'suspected'] as const;
export type Confidence = (typeof confidences)[number];

/** What a check's read came to, without the values: those are readings. */
export interface CheckAnswer {
  at: Date;
  requestId: string | null;
  /** How many signals came. */
  came: number;
  /** Why the whole request failed; null when it did not. */
  failure: { meaning: Meaning; type: string | null; code: string | null } | null;
  failures: Pick<SignalFailure, 'signal' | 'meaning' | 'type' | 'code' | 'fetchedAt'>[];
}

/** The last check of a vehicle; `finishedAt` is null while it runs, and for ever when it died. */
export interface Check {
  startedAt: Date;
  finishedAt: Date | null;
  steps: CheckStep[];
  /** Null before the car was read. */
  answer: CheckAnswer | null;
}

/** A line of the timeline as it is kept. */
export interface KeptHappening extends Omit<Happening, 'kind'> {
  kind: TimelineKind;
  data: Readonly<Record<string, unknown>>;
}

/** Everything that a diagnosis is made of. */
export interface Known {
  make: MakePolicy;
  country: string | null;
  /** The living connection, else the one that ended last; null when there never was one. */
  connection: Connection | null;
  required: readonly Permission[];
  requestBudget: Plan['requestBudget'];
  readings: ReadonlyMap<SignalCode, Reading>;
  /** Newest first. */
  happenings: readonly KeptHappening[];
  alerts: readonly { kind: string; severity: AlertSeverity; openedAt: Date }[];
  check: Check | null;
}

/** One thing that speaks for the diagnosis, or belongs to its story. */
export type Evidence = { at: Date; requestId: string | null } & (
  | { what: 'happening'; happening: KeptHappening }
  | { what: 'failure'; meaning: Meaning; type: string | null; code: string | null }
  | {
      what: 'signals';
      codes: SignalCode[];
      meaning: Meaning;
      type: string | null;
      code: string | null;
      fetchedAt: Date | null;
    }
  | { what: 'came'; came: number }
  | { what: 'step'; step: CheckStep }
  | { what: 'alert'; kind: string }
);

/** What was done about it so far. */
export type Tried = { at: Date; requestId: string | null; happening: KeptHappening };

export interface Diagnosis {
  at: Date;
  status: Status | 'unconnected';
  /** Null when nothing is wrong. */
  cause: DiagnosedCause | null;
  confidence: Confidence;
  /** Since when it stands so; null when it was never connected. */
  since: Date | null;
  freshness: Freshness;
  /** Newest first. */
  evidence: Evidence[];
  tried: Tried[];
  permissions: { granted: Permission[]; required: Permission[]; gaps: PermissionGap[] };
  ages: SignalAge[];
  check: Check | null;
  /** A check runs at this moment. */
  isRunning: boolean;
  /** What is known of the make and explains the cause. */
  quirks: QuirkFact[];
}

/**
 * How long what a check found stands for how it is. A car is read again after half an hour on the usual plan; what a
 * check an hour ago was told in passing (throttled, asleep, out of reach) says little about now.
 */
const checkHoldsS = 3_600;
/** The slowest calls of a check may wait 100 s each, and there are five of them at most; a longer one has died. */
const longestCheckS = 600;

export function diagnose(known: Known, now: Date): Diagnosis {
  const { connection } = known;
  const answer = recentAnswer(known, now);
  const failures = answer?.failures ?? [];
  const granted = grantedNow(known, now);
  const gaps = connection ? permissionGaps(known.required, granted, failures) : [];
  const ages = signalAges({ ...known, failures }, now);
  const fresh = freshnessOf(known, now);
  const cause = causeNow({ known, answer, gaps, ages, fresh, now });
  return {
    at: now,
    status: connection?.status ?? 'unconnected',
    cause,
    confidence: confidenceIn(cause, known, { answer, gaps, now }),
    since: connection?.since ?? null,
    freshness: fresh,
    evidence: evidenceOf(known),
    tried: triedOf(known),
    permissions: { granted: [...granted], required: [...known.required], gaps },
    ages,
    check: known.check,
    isRunning: isRunning(known.check, now),
    quirks: quirksBehind(known.make.make, known.country, cause),
  };
}

const isRunning = (check: Check | null, now: Date): boolean =>
  check !== null && check.finishedAt === null && now < after(check.startedAt, longestCheckS);

/** The last check's answer, while it stands: young, and nothing was heard or decided since. */
function recentAnswer({ connection: c, check }: Known, now: Date): CheckAnswer | null {
  const answer = check?.answer;
  if (!answer || !c || now > after(answer.at, checkHoldsS)) return null;
  const overtaken = laterOf(c.lastTelemetryAt, c.since);
  return answer.at >= overtaken ? answer : null;
}

/** A step of the last check, while the check stands. */
function recentStep({ connection: c, check }: Known, name: StepName, now: Date): CheckStep | null {
  const step = check?.steps.find((one) => one.name === name);
  return step && c && now <= after(step.at, checkHoldsS) && step.at >= c.connectedAt && step.at >= c.judgedAt
    ? step
    : null;
}

/** What Smartcar's list says where it was just asked; else what was granted when the owner was last in Connect. */
function grantedNow(known: Known, now: Date): readonly Permission[] {
  const { permissions = [], refusedPermissions = [] } = known.connection ?? {};
  // What was refused when the car was read is as good as not granted.
  const granted = permissions.filter((permission) => !refusedPermissions.includes(permission));
  const finding = recentStep(known, 'permissions', now)?.finding;
  if (finding?.says !== 'gaps') return granted;
  const refused = new Set(finding.gaps.filter(({ why }) => why === 'notGranted').map(({ permission }) => permission));
  return granted.filter((permission) => !refused.has(permission));
}

function freshnessOf(known: Known, now: Date): Freshness {
  const { make, connection, readings } = known;
  const times = [...readings.values()].flatMap(({ code, measuredAt, fetchedAt }) =>
    tellsAge(code) ? ((measuredAt ?? fetchedAt)?.getTime() ?? []) : [],
  );
  const newestAt = times.length > 0 ? new Date(Math.max(...times)) : null;
  const isWithout = connection !== null && isUsedUp(connection, carLimits(make, known), now);
  return freshness({ make, connection, newestAt, isUsedUp: isWithout }, now);
}

interface Findings {
  known: Known;
  answer: CheckAnswer | null;
  gaps: readonly PermissionGap[];
  ages: readonly SignalAge[];
  fresh: Freshness;
  now: Date;
}

/**
 * What is wrong, the most telling first: what was decided; what the check was just told; what is claimed; what Smartcar's
 * list lacks; permissions; the car; the age of the data.
 */
function causeNow({ known, answer, gaps, ages, fresh, now }: Findings): DiagnosedCause | null {
  const c = known.connection;
  if (!c) return 'neverConnected';
  if (c.cause && c.cause !== 'waitingForFirstData') return c.cause;
  const isUnlisted = recentStep(known, 'listed', now)?.finding.says === 'unlisted';
  // Of what it does not list, Smartcar says that it does not find it: asking again would not mend that.
  if (answer?.failure && !(isUnlisted && answer.failure.meaning === 'notFound'))
    return causeOfMeaning(answer.failure.meaning);
  if (c.suspicion) return causeOfSuspicion(c.suspicion.meaning);
  if (isUnlisted) return 'revokedByOwner';
  if (gaps[0]) return causeOfGap(gaps[0]);
  const failing = ages.find(({ state }) => state === 'failed')?.meaning;
  if (failing) return causeOfMeaning(failing);
  if (c.cause) return c.cause;
  if (fresh.state !== 'fresh' && fresh.reason && fresh.reason !== 'connection') return causeOfReason[fresh.reason];
  return ages.some(({ state }) => state !== 'fresh') ? 'someMissing' : null;
}

const causeOfGap = ({ why }: PermissionGap): Cause =>
  why === 'notGranted' ? 'permissionMissing' : why === 'notSupported' ? 'incompatible' : 'planLimit';

/** Whatever can go wrong, as a cause or as a trouble that passes. */
export function causeOfMeaning(meaning: Meaning): Cause | PassingMeaning {
  if (isVehicleMeaning(meaning) || isThrottleMeaning(meaning)) return meaning;
  return isGapMeaning(meaning) ? causeOfSuspicion(meaning) : causeOf(meaning);
}

const causeOfReason: Readonly<Record<Exclude<StaleReason, 'connection'>, DiagnosedCause>> = {
  asleep: 'asleep',
  deepSleep: 'deepSleep',
  unreachable: 'vehicleUnreachable',
  inService: 'inService',
  lowBattery: 'lowBattery',
  requestsUsedUp: 'requestLimit',
  notSubscribed: 'notSubscribed',
  silent: 'silent',
  outage: 'manufacturerFailing',
};

// — how sure —

/** `own`: our own doing. `answer`: Smartcar answered so to a request of ours. `word`: a claim, or a deadline. */
interface Witness {
  kind: 'own' | 'answer' | 'word';
  /** Two with the same key are one witness, seen twice. */
  key: string;
}

const ownDoing: ReadonlySet<DiagnosedCause> = new Set(['neverConnected', 'disconnectedHere', 'superseded']);

/** @see docs/decisions/0015-diagnosis.md */
function confidenceIn(
  cause: DiagnosedCause | null,
  known: Known,
  found: { answer: CheckAnswer | null; gaps: readonly PermissionGap[]; now: Date },
): Confidence {
  if (cause && ownDoing.has(cause)) return 'certain';
  if (isHeld(known, found.answer)) return 'suspected';
  const witnesses = cause ? witnessesTo(cause, known, found) : witnessesToHealth(known, found);
  const distinct = new Map(witnesses.map((witness) => [witness.key, witness]));
  const answers = [...distinct.values()].filter(({ kind }) => kind === 'answer').length;
  if (answers === 0) return 'suspected';
  return distinct.size >= 2 ? 'certain' : 'likely';
}

/** While an incident is open, what speaks against an owner decides nothing, however often it is said. */
function isHeld({ connection: c }: Known, answer: CheckAnswer | null): boolean {
  if (!c || c.heldBy === null || c.cause !== null) return false;
  const said = [c.suspicion?.meaning, answer?.failure?.meaning, ...(answer?.failures ?? []).map((one) => one.meaning)];
  return said.some((meaning) => meaning !== undefined && isSheltered(meaning));
}

/** A check's answer and the line that it led to are one witness: they carry one request id, or else one moment. */
const readOf = ({ at, requestId }: { at: Date; requestId: string | null }): Witness => ({
  kind: 'answer',
  key: `read ${requestId ?? at.toISOString()}`,
});

function witnessesTo(
  cause: DiagnosedCause,
  known: Known,
  { answer, gaps, now }: { answer: CheckAnswer | null; gaps: readonly PermissionGap[]; now: Date },
): Witness[] {
  const found = known.happenings.flatMap((happening) => witnessOf(happening, cause, known));
  if (answer && answerSays(answer, cause)) found.push(readOf(answer));
  const unlisted = recentStep(known, 'listed', now)?.finding.says === 'unlisted';
  if (unlisted && ['revokedByOwner', 'vehicleRemoved', 'notFound'].includes(cause)) found.push(answered('list'));
  if (cause === 'permissionMissing' && gaps.some(({ why }) => why === 'notGranted'))
    found.push(...grantWitnesses(known, now));
  if (known.connection?.vehicleState?.meaning === cause) found.push(answered('state'));
  const unsubscribed = recentStep(known, 'webhook', now)?.finding.says === 'notSubscribed';
  if (cause === 'notSubscribed' && unsubscribed) found.push(answered('webhook'));
  if (cause === 'someMissing' && answer) found.push(readOf(answer));
  return found;
}

const answered = (key: string): Witness => ({ kind: 'answer', key });

/** What the list said when it was granted, and what it says now. */
function grantWitnesses(known: Known, now: Date): Witness[] {
  const listedNow = recentStep(known, 'permissions', now)?.finding.says === 'gaps' ? [answered('permissions')] : [];
  const granted = known.connection?.permissions ?? [];
  const lacked = known.required.some((permission) => !granted.includes(permission));
  return lacked ? [...listedNow, answered('grant')] : listedNow;
}

/** A line of the timeline since the connection stands as it does. */
function witnessOf(happening: KeptHappening, cause: DiagnosedCause, known: Known): Witness[] {
  const { kind, at, via, to, meaning } = happening;
  const c = known.connection;
  if (!c || at < c.connectedAt) return [];
  if (kind === 'connection.suspected' && meaning && isRecentClaim(happening, c) && sameCause(meaning, cause))
    return [{ kind: 'word', key: `claim ${at.toISOString()}` }];
  if (kind !== 'connection.changed' || to?.cause !== cause || at < c.since) return [];
  if (cause === 'noFirstData' || isByDeadline(happening, known)) return [{ kind: 'word', key: 'deadline' }];
  return [
    kindOfVia[via] === 'answer' ? readOf(happening) : { kind: kindOfVia[via], key: `${via} ${at.toISOString()}` },
  ];
}

const kindOfVia: Readonly<Record<Via, Witness['kind']>> = {
  poll: 'answer',
  check: 'answer',
  command: 'answer',
  connect: 'answer',
  reconciliation: 'answer',
  webhook: 'word',
  operator: 'own',
  owner: 'own',
};

const sameCause = (meaning: Meaning, cause: DiagnosedCause): boolean => causeOfMeaning(meaning) === cause;

/** What was claimed before the last repair has been answered by it. */
const isRecentClaim = ({ at }: KeptHappening, c: Connection): boolean =>
  at >= c.judgedAt || c.cause !== null || c.suspicion !== null;

/** A claim that was believed because its time ran out, and not because an answer said the same. */
function isByDeadline({ at }: KeptHappening, { happenings, connection: c, make }: Known): boolean {
  const about: readonly TimelineKind[] = ['connection.suspected', 'connection.suspicion-withdrawn'];
  const last = happenings.find((line) => about.includes(line.kind) && line.at <= at);
  return c !== null && last?.kind === 'connection.suspected' && at >= after(last.at, suspicionDeadlineS(c, { make }));
}

const answerSays = ({ failure, failures, came }: CheckAnswer, cause: DiagnosedCause): boolean =>
  failure
    ? sameCause(failure.meaning, cause)
    : failures.some(({ meaning }) => sameCause(meaning, cause)) ||
      (came === 0 && (cause === 'noFirstData' || cause === 'waitingForFirstData'));

/** That all is well is as sure as what was read: the proof that is kept, the check's own answer, Smartcar's list. */
function witnessesToHealth(known: Known, { answer, now }: { answer: CheckAnswer | null; now: Date }): Witness[] {
  const proof = known.connection?.provedAt ? [answered('proof')] : [];
  const read = answer && answer.came > 0 ? [readOf(answer)] : [];
  const listed = recentStep(known, 'listed', now)?.finding.says === 'listed' ? [answered('list')] : [];
  return [...proof, ...read, ...listed];
}
