/** Going live in words: typed doors to its part of the catalogue. */
import type { Copy, Finding, GoLiveState, GoLiveStepName, SetUp, Verdict, Weight } from '../domain/go-live.ts';
import { isMessageKey, say } from './say.ts';
import type { Params } from './say.ts';
import { makeName, meaningText, permissionText, signalName } from './words.ts';

export const goLiveTitle = (step: GoLiveStepName, language = 'en'): string => say(language, `goLive.step.${step}`);
export const goLiveStateText = (state: GoLiveState, language = 'en'): string => say(language, `goLive.state.${state}`);
export const goLiveWeightText = (weight: Weight, language = 'en'): string => say(language, `goLive.weight.${weight}`);
export const goLiveCopyLabel = ({ what }: Copy, language = 'en'): string => say(language, `goLive.copy.${what}`);

export const goLiveVerdictText = (verdict: Verdict, language = 'en'): string =>
  say(language, `goLive.verdict.${verdict.says}`, 'count' in verdict ? { count: verdict.count } : {});

type Place = Pick<SetUp, 'publicUrl' | 'webhookAddress'>;

/** What a step found. */
export function goLiveFoundText(finding: Finding, place: Place, now: Date, language = 'en'): string {
  return say(language, `goLive.found.${finding.says}`, paramsOf(finding, place, now, language));
}

/** What to do about it; null: nothing. */
export function goLiveRemedyText({ says }: Finding, language = 'en'): string | null {
  const key = `goLive.do.${says}`;
  return isMessageKey(key) ? say(language, key) : null;
}

function paramsOf(finding: Finding, place: Place, now: Date, language: string): Params {
  return {
    url: place.publicUrl,
    address: place.webhookAddress,
    ...plainValues(finding),
    ...lists(finding, language),
    ...('meaning' in finding ? { meaning: meaningText(finding.meaning, language) } : {}),
    ...('at' in finding ? { age: ageText(finding.at, now, language) } : {}),
  };
}

/** What is null is `none`, as messages have it. */
function plainValues(finding: Finding): Params {
  const values = Object.entries(finding).map(([name, value]: [string, unknown]) => [name, value ?? 'none'] as const);
  const isPlain = (pair: readonly [string, unknown]): pair is readonly [string, string | number] =>
    typeof pair[1] === 'string' || typeof pair[1] === 'number';
  return Object.fromEntries(values.filter(isPlain));
}

function lists(finding: Finding, language: string): Params {
  const list = (words: readonly string[]): string => words.join(', ');
  if (finding.says === 'signalsLacking')
    return { signals: list(finding.lacking.map((code) => signalName(code, language))) };
  if (finding.says === 'permissionsNever')
    return { permissions: list(finding.lacking.map((permission) => permissionText(permission, language))) };
  if (finding.says === 'appMakes') return { makes: list(finding.makes.map(makeName)) };
  if (finding.says === 'applicationOther') return { others: list(finding.others) };
  return finding.says === 'bootstrapLeft' ? { variables: list(finding.variables) } : {};
}

const units = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

/** How long ago, in the largest unit of which there are two. */
function ageText(at: Date, now: Date, language: string): string {
  const seconds = Math.max(0, (now.getTime() - at.getTime()) / 1_000);
  const [unit, size] = units.find(([, each]) => seconds >= each * 2) ?? ['minute', 60];
  const count = Math.floor(seconds / size);
  return count < 1 ? say(language, 'goLive.age.now') : say(language, `goLive.age.${unit}`, { count });
}

export const testMessageText = (refused: string | null, to: string, language = 'en'): string =>
  refused === null
    ? say(language, 'goLive.testSent', { to })
    : say(language, 'goLive.testRefused', { reason: refused });
