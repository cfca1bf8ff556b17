/** What comparisons with Smartcar's lists are called: typed doors to the catalogue. */
import { driftKinds } from '../domain/drift.ts';
import { isMessageKey, say } from './say.ts';
import { meaningText, permissionText } from './words.ts';

/** What was found, in a sentence. Read from `detail` where they are there: added, removed. */
export function driftText(kind: string, detail: Readonly<Record<string, unknown>>, language = 'en'): string {
  const words = (name: string): string => {
    const list = detail[name];
    const texts = Array.isArray(list) ? list.map((permission) => permissionText(String(permission), language)) : [];
    return texts.length > 0 ? texts.join(', ') : 'none';
  };
  const known = (driftKinds as readonly string[]).includes(kind); // widened only to ask
  const key = `drift.${kind}`;
  return say(language, known && isMessageKey(key) ? key : 'drift.other', {
    added: words('added'),
    removed: words('removed'),
  });
}

/** Why something was not adopted. */
export function adoptionText(problem: string, language = 'en'): string {
  const key = `adoption.${problem}`;
  return say(language, isMessageKey(key) ? key : 'adoption.not_listed');
}

/** Why a comparison failed or waits: a meaning, `fault`, or a reason not to believe the list. */
export function reconcileErrorText(error: string, language = 'en'): string {
  if (error === 'fault') return say(language, 'reconcile.fault');
  const key = `meaning.${error}`;
  if (isMessageKey(key)) {
    const reason = meaningText(error as Parameters<typeof meaningText>[0], language); // its key has just been found
    return say(language, 'reconcile.failing', { reason });
  }
  return say(language, 'reconcile.notBelieved', { reason: error });
}

/** What it costs that these cars are read by polling alone, at the plan's pace. */
export function pollingText(cars: number, intervalS: number, language = 'en'): string {
  if (cars === 0) return say(language, 'polling.none');
  const reads = Math.ceil(86_400 / intervalS);
  return say(language, 'polling.cost', { count: cars, reads, minutes: Math.ceil(intervalS / 60) });
}
