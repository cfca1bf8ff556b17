/** A diagnosis in words: typed doors to its part of the catalogue. */
import { causeNames, factsOf } from '../domain/cause.ts';
import type { Cause } from '../domain/cause.ts';
import type { CheckStep, Finding, GapReason, PermissionGap, StepName } from '../domain/check-step.ts';
import type { Confidence, DiagnosedCause, Diagnosis, Evidence } from '../domain/diagnosis.ts';
import { isThrottleMeaning } from '../domain/failure.ts';
import type { Meaning } from '../domain/failure.ts';
import type { ReconnectRoute } from '../domain/reconnect-route.ts';
import type { SignalCode } from '../domain/signal.ts';
import { commandCauseText, commandName, commandStateText } from './command-words.ts';
import { scopeText } from './incident-words.ts';
import { say } from './say.ts';
import type { MessageKey } from './say.ts';
import {
  alertName,
  causeText,
  freshnessAction,
  freshnessText,
  makeName,
  meaningText,
  nextActionFor,
  ownerCauseText,
  passingText,
  permissionText,
  signalName,
} from './words.ts';
import { timelineText } from './timeline-words.ts';
import type { NextAction, OfMake } from './words.ts';

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

export const stepTitle = (name: StepName, language = 'en'): string => say(language, `step.${name}`);
export const gapText = (why: GapReason, language = 'en'): string => say(language, `gap.${why}`);

/** The word, and the sentence that says what it means. */
export const confidenceText = (confidence: Confidence, language = 'en'): { word: string; text: string } => ({
  word: say(language, `confidence.word.${confidence}`),
  text: say(language, `confidence.${confidence}`),
});

/** What a step found, in a sentence. */
export function findingText(finding: Finding, language = 'en'): string {
  const key = `finding.${finding.says}` as const;
  switch (finding.says) {
    case 'gaps':
      return say(language, key, { permissions: gapList(finding.gaps, language) });
    case 'signalsCame':
      return say(language, key, { came: finding.came });
    case 'someSignalsFailed':
      return say(language, key, { came: finding.came, signals: failedList(finding.failed, language) });
    case 'agesOld':
      return say(language, key, {
        old: listOrNone(finding.old, language),
        lacking: listOrNone(finding.lacking, language),
      }).trim();
    case 'inIncident':
      return say(language, key, { of: scopeText(finding, language) });
    case 'inRental':
      return say(language, key, { reference: finding.reference });
    case 'lastCommand':
      return commandFinding(finding, language);
    case 'refused':
      return refusedText(finding, language);
    case 'notAsked':
      return say(language, key, { step: stepTitle(finding.because, language) });
    case 'accessHeld':
    case 'answered':
    case 'listed':
    case 'unlisted':
    case 'listClosed':
    case 'allGranted':
    case 'storeEmpty':
    case 'agesFresh':
    case 'subscribed':
    case 'notSubscribed':
    case 'subscribedElsewhere':
    case 'noCommand':
    case 'noRental':
    case 'noIncident':
      return say(language, key);
  }
}

function commandFinding({ type, state, cause }: Finding & { says: 'lastCommand' }, language: string): string {
  const because = commandCauseText(cause, { type, make: null }, language) || 'none';
  const params = {
    what: commandName(type, language).toLowerCase(),
    state: commandStateText(state, language).toLowerCase(),
  };
  return say(language, 'finding.lastCommand', { ...params, because });
}

function refusedText({ meaning, waitS }: Finding & { says: 'refused' }, language: string): string {
  const params = { claim: capital(meaningText(meaning, language)), wait: waitS === null ? 'none' : waitText(waitS) };
  return say(language, isThrottleMeaning(meaning) ? 'finding.refusedWait' : 'finding.refused', params);
}

const waitText = (seconds: number): string => (seconds < 120 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`);

const gapList = (gaps: readonly PermissionGap[], language: string): string =>
  gaps.map(({ permission, why }) => `${permissionText(permission, language)} (${gapText(why, language)})`).join('; ');

const signalList = (codes: readonly SignalCode[], language: string): string =>
  codes.map((code) => signalName(code, language)).join(', ');

const listOrNone = (codes: readonly SignalCode[], language: string): string =>
  codes.length === 0 ? 'none' : signalList(codes, language);

/** "Location, Odometer (the car is asleep)": what failed in the same way is said once. */
function failedList(failed: readonly { code: SignalCode; meaning: Meaning }[], language: string): string {
  const byMeaning = new Map<Meaning, SignalCode[]>();
  for (const { code, meaning } of failed) byMeaning.set(meaning, [...(byMeaning.get(meaning) ?? []), code]);
  return [...byMeaning]
    .map(([meaning, codes]) => `${signalList(codes, language)} (${meaningText(meaning, language)})`)
    .join('; ');
}

const reportedAs = (type: string | null, code: string | null): string =>
  [type, code].filter((word) => word !== null).join(':') || 'none';

export function evidenceText(evidence: Evidence, { make }: OfMake, language = 'en'): string {
  switch (evidence.what) {
    case 'happening': {
      const { kind, via, from, to, data } = evidence.happening;
      return timelineText({ kind, via, from: from ?? null, to: to ?? null, data: { make, ...data } }, language);
    }
    case 'failure': {
      const { meaning, type, code } = evidence;
      return say(language, 'evidence.failure', {
        claim: meaningText(meaning, language),
        reported: reportedAs(type, code),
      });
    }
    case 'signals': {
      const { codes, meaning, type, code } = evidence;
      const signals = signalList(codes, language);
      const claim = meaningText(meaning, language);
      return say(language, 'evidence.signals', { signals, claim, reported: reportedAs(type, code) });
    }
    case 'came':
      return say(language, 'evidence.came', { came: evidence.came });
    case 'step':
      return stepLine(evidence.step, language);
    case 'alert':
      return say(language, 'evidence.alert', { kind: alertName(evidence.kind, language) });
  }
}

const stepLine = ({ name, finding }: CheckStep, language: string): string =>
  say(language, 'evidence.step', { title: stepTitle(name, language), detail: findingText(finding, language) });

export interface DiagnosisWords {
  /** What is wrong, in a sentence. */
  text: string;
  /** Null when nothing is to be done. */
  nextAction: NextAction | null;
  /** Words to send to the owner; null when it isn't their turn. */
  owner: string | null;
}

/** What is wrong, whose turn it is, and what to write to the owner. `routeFor`: how it is repaired; null for the usual way. */
export function diagnosisWords(
  diagnosis: Diagnosis,
  { make }: OfMake,
  routeFor: (cause: Cause) => ReconnectRoute | null = () => null,
  language = 'en',
): DiagnosisWords {
  const { cause, status } = diagnosis;
  const way = isCause(cause) ? routeFor(cause) : null;
  const plain = plainWords(diagnosis, { make, way }, language);
  const isClaim = diagnosis.confidence === 'suspected' && status === 'active' && isCause(cause);
  if (!isClaim) return { ...plain, owner: ownerWords(diagnosis, { make, way }, language) };
  const nextAction = { who: 'nobody', action: 'automatic', text: say(language, 'diagnosis.suspectedAction') } as const;
  return { text: say(language, 'diagnosis.suspected', { text: plain.text }), nextAction, owner: null };
}

function plainWords(
  { cause, ages, freshness }: Diagnosis,
  of: OfMake & { way: ReconnectRoute | null },
  language: string,
): { text: string; nextAction: NextAction | null } {
  if (cause === null) return { text: say(language, 'diagnosis.healthy'), nextAction: null };
  if (isCause(cause))
    return {
      text: causeText(cause, of, language),
      nextAction: nextActionFor(cause, factsOf(cause).status, of.way, language),
    };
  if (cause === 'neverConnected') {
    return {
      text: say(language, 'diagnosis.neverConnected'),
      nextAction: { who: 'operator', action: 'authorize', text: say(language, 'diagnosis.neverConnectedAction') },
    };
  }
  if (cause === 'someMissing') {
    const lacking = ages.filter(({ state }) => state !== 'fresh').map(({ code }) => code);
    return {
      text: say(language, 'diagnosis.someMissing', { signals: signalList(lacking, language) }),
      nextAction: { who: 'nobody', action: 'automatic', text: say(language, 'diagnosis.someMissingAction') },
    };
  }
  if (cause === 'deepSleep' || cause === 'notSubscribed' || cause === 'silent')
    return { text: freshnessText(freshness, language) ?? '', nextAction: freshnessAction(freshness, language) };
  return passingText(cause, language);
}

const isCause = (cause: DiagnosedCause | null): cause is Cause =>
  cause !== null && (causeNames as readonly string[]).includes(cause); // widened only to ask

/** Only what an owner can mend is said to them. */
function ownerWords(
  { cause, permissions }: Diagnosis,
  of: OfMake & { way: ReconnectRoute | null },
  language: string,
): string | null {
  if (!isCause(cause)) return null;
  const { who, route } = of.way ?? factsOf(cause);
  if (route === 'automatic' || route === 'none' || (who !== 'owner' && route !== 'widen')) return null;
  const missing = permissions.gaps.map(({ permission }) => permissionText(permission, language)).join(', ');
  const why = ownerCauseText(cause, of, language);
  return say(language, `ownerWords.${route}`, {
    why,
    permissions: missing || 'none',
    todo: say(language, todoKey(cause), { make: of.make ? makeName(of.make) : 'unknown' }),
  });
}

function todoKey(cause: Cause): MessageKey {
  if (cause === 'virtualKeyMissing') return 'ownerTodo.virtualKeyMissing';
  if (cause === 'subscriptionLapsed' || cause === 'remoteAccessDisabled') return `page.repair.${cause}`;
  return 'page.repair.accountIssue';
}

/** What an operator reads besides the cause: what we wait for, or what was found in the check. */
export const operatorWords = ({ text, nextAction }: Pick<DiagnosisWords, 'text' | 'nextAction'>): string =>
  nextAction ? `${text} ${nextAction.text}.` : text;
