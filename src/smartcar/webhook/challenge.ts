/** Smartcar's check that the address is ours. It comes unsigned, so what we sign for it must never be an event. */
import { createHmac } from 'node:crypto';
import { isRecord, parseJson } from '../json.ts';

/** No brace fits, so the answer can't serve as the signature of a forged event, which is an object. */
const harmless = /^[A-Za-z0-9_-]{1,64}$/;
const longestBody = 64 * 1024;

/** A body that our own answer to a challenge could have signed for a stranger: no event of Smartcar's looks like it. */
export const couldBeChallenge = (raw: Buffer): boolean => raw.length <= 64 && harmless.test(raw.toString('latin1'));

/** The challenge of a VERIFY (v4, its minimal form, or the legacy one); null for everything else. */
export function readChallenge(raw: Buffer): string | null {
  // Parsing every event here would cost more than all the rest of the door; only a challenge names its kind like this.
  if (raw.length > longestBody || !(raw.includes('VERIFY') || raw.includes('verify'))) return null;
  return challengeOf(parseJson(raw.toString('utf8')));
}

/** The same of a body that is parsed already. */
export function challengeOf(body: unknown): string | null {
  if (!isRecord(body)) return null;
  const holder =
    body['eventType'] === 'VERIFY' ? body['data'] : body['eventName'] === 'verify' ? body['payload'] : null;
  const challenge = isRecord(holder) ? holder['challenge'] : null;
  return typeof challenge === 'string' && harmless.test(challenge) ? challenge : null;
}

/** What to answer as `{"challenge": …}`: lower-case hex. @see docs/smartcar.md §6.5 */
export function answerChallenge(challenge: string, managementToken: string): string {
  return createHmac('sha256', managementToken).update(challenge).digest('hex');
}
