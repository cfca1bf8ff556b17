/** Makes in words: typed doors to their part of the catalogue. */
import type { BeforeStep } from '../domain/before-connect.ts';
import type { CompatibilityCheck, PermissionLack } from '../domain/compatibility.ts';
import { leastPollS } from '../domain/make-policy.ts';
import type { MakePolicy } from '../domain/make-policy.ts';
import type { NumberName, Quirk, Sureness } from '../domain/make-facts.ts';
import { say } from './say.ts';
import { made } from './words.ts';
import type { OfMake } from './words.ts';

/** What there is to know of a make, said to an operator. */
export const quirkText = (quirk: Quirk, language = 'en'): string => say(language, `quirk.${quirk}`);

export const numberText = (number: NumberName, value: number, language = 'en'): string =>
  say(language, `makeNumber.${number}`, { value });

export const numberLabel = (number: NumberName, language = 'en'): string => say(language, `makeLabel.${number}`);

/** How we know. */
export const surenessText = (sure: Sureness, language = 'en'): string => say(language, `sure.${sure}`);

/** How we know what holds without a fleet's own number; null where nothing is documented. */
export const originText = (sure: Sureness | 'fleet' | null, language = 'en'): string =>
  say(language, `sure.${sure ?? 'nothing'}`);

/** What the owner does first. */
export const beforeText = (step: BeforeStep, of: OfMake, language = 'en'): string =>
  say(language, `before.${step}`, made(of));

/** What the numbers of a make come to, in sentences. `claimS`: how long a claim may stay undecided. */
export function effectTexts(policy: MakePolicy, at: { planS: number; claimS: number }, language = 'en'): string[] {
  const { staleAfterH: staleH, deepSleepAfterD, signInAgainAfterD, app } = policy;
  return [
    pollText(policy, Math.round(at.planS / 60), language),
    say(language, 'makeEffect.claim', { claimMin: Math.round(at.claimS / 60) }),
    say(language, 'makeEffect.stale', { staleH }),
    ...(deepSleepAfterD === null ? [] : [say(language, 'makeEffect.deepSleep', { days: deepSleepAfterD })]),
    ...(signInAgainAfterD === null ? [] : [say(language, 'makeEffect.signIn', { days: signInAgainAfterD })]),
    ...(app === 'signIn' ? [say(language, 'makeEffect.noMail')] : []),
  ];
}

function pollText(policy: MakePolicy, planMin: number, language: string): string {
  const leastMin = Math.ceil(leastPollS(policy) / 60);
  if (leastMin <= planMin) return say(language, 'makeEffect.byPlan', { planMin });
  const isQuota = leastMin > (policy.leastPollMin ?? 0);
  const perDay = policy.requestsPerDay ?? 0;
  return say(language, isQuota ? 'makeEffect.byQuota' : 'makeEffect.byMake', { planMin, leastMin, perDay });
}

/** What a check of the VIN came to, in sentences. */
export function compatibilityText(
  { answer, reason, lacking, country }: CompatibilityCheck,
  of: OfMake,
  language = 'en',
): string {
  const parts = [say(language, `compatibility.${answer}`)];
  if (answer === 'incompatible' && reason) parts.push(say(language, `compatibility.because.${reason}`, made(of)));
  if (answer === 'compatible' && lacking === null) parts.push(say(language, 'compatibility.untold'));
  if (answer === 'compatible' && lacking)
    parts.push(say(language, lacking.length === 0 ? 'compatibility.all' : 'compatibility.some'));
  if (answer !== 'notInPlan' && country === null) parts.push(say(language, 'compatibility.noCountry'));
  return parts.join(' ');
}

export const lacksText = (lacks: PermissionLack['lacks'], language = 'en'): string =>
  say(language, `compatibility.lacks.${lacks ?? 'unsaid'}`);
