/**
 * The steps of a check, and what each comes to. A step says what was found as a finding; the catalogue puts it into words.
 * The functions are pure: they are given what came, and ask nobody.
 */
import type { Command, CommandCause, CommandState, CommandType } from './command.ts';
import type { Failure, Meaning, SignalFailure } from './failure.ts';
import { isThrottleMeaning, isVehicleMeaning } from './failure.ts';
import type { Scope } from './incident.ts';
import { staleAfterMs } from './make-policy.ts';
import type { MakePolicy } from './make-policy.ts';
import { missingPermissions } from './permission.ts';
import type { Permission } from './permission.ts';
import type { Reading } from './reading.ts';
import { requiredSignals, signals as knownSignals } from './signal.ts';
import type { SignalCode } from './signal.ts';

/** In the order in which they run. */
export const stepNames = [
  'access',
  'smartcar',
  'listed',
  'permissions',
  'signals',
  'ages',
  'webhook',
  'command',
  'rental',
  'incident',
] as const;
export type StepName = (typeof stepNames)[number];

/** `skipped`: there was nothing to ask, or nobody to ask it. `warning`: to be known, and not what breaks the connection. */
export const stepStates = ['passed', 'warning', 'failed', 'skipped'] as const;
export type StepState = (typeof stepStates)[number];

/** Why a permission that the fleet requires is of no use. */
export type GapReason = 'notGranted' | 'notSupported' | 'notInPlan';
export interface PermissionGap {
  permission: Permission;
  why: GapReason;
}

/** What is known of one required signal, with each of its clocks. */
export interface SignalAge {
  code: SignalCode;
  /** `failed`: Smartcar said why it has none; `missing`: it said nothing. A failed one may still have an older value. */
  state: 'fresh' | 'stale' | 'missing' | 'failed';
  measuredAt: Date | null;
  fetchedAt: Date | null;
  receivedAt: Date | null;
  /** Why it failed; null when it didn't. */
  meaning: Meaning | null;
}

/** What a step found. */
export type Finding =
  | { says: 'accessHeld' }
  | { says: 'answered' }
  | { says: 'listed' }
  | { says: 'unlisted' }
  /** Without a management token v2's list can't be asked for. */
  | { says: 'listClosed' }
  | { says: 'allGranted' }
  | { says: 'gaps'; gaps: PermissionGap[] }
  | { says: 'signalsCame'; came: number }
  | { says: 'someSignalsFailed'; came: number; failed: { code: SignalCode; meaning: Meaning }[] }
  | { says: 'storeEmpty' }
  | { says: 'agesFresh' }
  | { says: 'agesOld'; old: SignalCode[]; lacking: SignalCode[] }
  | { says: 'subscribed' }
  | { says: 'notSubscribed' }
  /** v2 has no subscriptions that we could list. */
  | { says: 'subscribedElsewhere' }
  | { says: 'noCommand' }
  | { says: 'lastCommand'; type: CommandType; state: CommandState; cause: CommandCause | null }
  | { says: 'noRental' }
  | { says: 'inRental'; reference: string }
  | { says: 'noIncident' }
  | ({ says: 'inIncident' } & Scope)
  /** `waitS`: as told by Smartcar; null when it said nothing. */
  | { says: 'refused'; meaning: Meaning; waitS: number | null }
  /** What an earlier step found makes this one pointless. */
  | { says: 'notAsked'; because: StepName };

export interface CheckStep {
  name: StepName;
  state: StepState;
  at: Date;
  /** Smartcar's, of the answer that it is from; null when there was none. */
  requestId: string | null;
  finding: Finding;
}

/** What a step is before it has a time. */
export type StepResult = Pick<CheckStep, 'state' | 'finding'>;

/** What a failed call means for its step: what passes by itself, or only asks us to wait, is no more than a warning. */
export function refusedStep({ meaning, retryAfterS }: Pick<Failure, 'meaning' | 'retryAfterS'>): StepResult {
  const passes = isThrottleMeaning(meaning) || isVehicleMeaning(meaning);
  return { state: passes ? 'warning' : 'failed', finding: { says: 'refused', meaning, waitS: retryAfterS } };
}

export const skipped = (finding: Finding): StepResult => ({ state: 'skipped', finding });

/**
 * Which of the required permissions are of no use. What was not granted comes from Smartcar's list; what was granted and
 * does not work, from how its signals failed: the car can't, or the plan doesn't cover it.
 */
export function permissionGaps(
  required: readonly Permission[],
  granted: readonly Permission[],
  failures: readonly Pick<SignalFailure, 'signal' | 'meaning'>[],
): PermissionGap[] {
  const missing = missingPermissions(required, granted);
  return required.flatMap((permission): PermissionGap[] => {
    if (missing.includes(permission)) return [{ permission, why: 'notGranted' }];
    const about = failures.filter(({ signal }) => knownSignals[signal]?.permission === permission);
    const why = reasonOf(about.map(({ meaning }) => meaning));
    return why ? [{ permission, why }] : [];
  });
}

function reasonOf(meanings: readonly Meaning[]): GapReason | null {
  if (meanings.includes('permission')) return 'notGranted';
  if (meanings.includes('incompatible')) return 'notSupported';
  return meanings.includes('planLimit') ? 'notInPlan' : null;
}

export function permissionsStep(gaps: PermissionGap[]): StepResult {
  if (gaps.length === 0) return { state: 'passed', finding: { says: 'allGranted' } };
  return { state: 'failed', finding: { says: 'gaps', gaps } };
}

/** An answer with signals: it failed when nothing that the fleet requires came, for want of a value or of an account. */
export function signalsStep(
  required: readonly Permission[],
  readings: readonly Pick<Reading, 'code'>[],
  failures: readonly Pick<SignalFailure, 'signal' | 'meaning'>[],
): StepResult {
  if (readings.length === 0 && failures.length === 0) return { state: 'failed', finding: { says: 'storeEmpty' } };
  if (failures.length === 0) return { state: 'passed', finding: { says: 'signalsCame', came: readings.length } };
  const wanted = requiredSignals(required);
  const failed = failures.map(({ signal, meaning }) => ({ code: signal, meaning }));
  const finding: Finding = { says: 'someSignalsFailed', came: readings.length, failed };
  const isNothing = !readings.some(({ code }) => wanted.includes(code));
  const passes = failures.every(({ meaning }) => isVehicleMeaning(meaning) || isThrottleMeaning(meaning));
  return { state: isNothing && !passes ? 'failed' : 'warning', finding };
}

/** Each required signal with its clocks, and whether it is as new as this make's usually are. */
export function signalAges(
  known: {
    required: readonly Permission[];
    readings: ReadonlyMap<SignalCode, Reading>;
    failures: readonly Pick<SignalFailure, 'signal' | 'meaning'>[];
    make: MakePolicy;
  },
  now: Date,
): SignalAge[] {
  const limitMs = staleAfterMs(known.make);
  return requiredSignals(known.required).map((code) => {
    const reading = known.readings.get(code);
    const meaning = known.failures.find(({ signal }) => signal === code)?.meaning ?? null;
    const at = reading && (reading.measuredAt ?? reading.fetchedAt ?? reading.receivedAt);
    const age = at ? (now.getTime() - at.getTime() <= limitMs ? 'fresh' : 'stale') : 'missing';
    return {
      code,
      state: meaning && age !== 'fresh' ? 'failed' : age,
      measuredAt: reading?.measuredAt ?? null,
      fetchedAt: reading?.fetchedAt ?? null,
      receivedAt: reading?.receivedAt ?? null,
      meaning,
    };
  });
}

/** All old or missing is a failure of the data; some is a warning. */
export function agesStep(ages: readonly SignalAge[]): StepResult {
  const old = ages.filter(({ receivedAt, state }) => state !== 'fresh' && receivedAt !== null);
  const lacking = ages.filter(({ receivedAt }) => receivedAt === null);
  if (old.length + lacking.length === 0) return { state: 'passed', finding: { says: 'agesFresh' } };
  const finding: Finding = {
    says: 'agesOld',
    old: old.map(({ code }) => code),
    lacking: lacking.map(({ code }) => code),
  };
  return { state: lacking.length === ages.length ? 'failed' : 'warning', finding };
}

/** What became of the last command: one that came to nothing is looked at; the connection may work all the same. */
export function commandStep(last: Pick<Command, 'type' | 'state' | 'cause'> | null): StepResult {
  if (!last) return { state: 'skipped', finding: { says: 'noCommand' } };
  const { type, state, cause } = last;
  const isGood = state === 'confirmed' || state === 'queued' || state === 'sent' || state === 'cancelled';
  return { state: isGood ? 'passed' : 'warning', finding: { says: 'lastCommand', type, state, cause } };
}
