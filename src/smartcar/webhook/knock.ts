/** Our own door, asked through the public address as Smartcar would ask it: whether its messages would arrive. */
import { answerChallenge } from './challenge.ts';

/** `nothing`: nobody answered; with the system's word for why, where it has one. */
export type Knock =
  { came: 'ourAnswer' } | { came: 'otherAnswer'; status: number } | { came: 'nothing'; code: string | null };

/** Begins what we ask ourselves, so that nobody takes it for a sign of Smartcar's. */
const ownMark = 'towline-';

export const ownChallenge = (random: string): string => `${ownMark}${random}`.slice(0, 64);
export const isOwnChallenge = (challenge: string): boolean => challenge.startsWith(ownMark);

/** As long as Smartcar waits. @see docs/smartcar.md §6.4-3 */
const answerWithinMs = 15_000;
/** Our answer has about 80 bytes; what sits there instead may have many. */
const longestAnswer = 1_000;

/**
 * Sends one challenge. Only this installation's management token makes its answer, so nobody else can pass for it.
 * Redirects are not followed, as Smartcar follows none.
 */
export async function knock(
  address: string,
  challenge: string,
  managementToken: string,
  withinMs = answerWithinMs,
): Promise<Knock> {
  try {
    const response = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'Towline' },
      body: JSON.stringify({ eventType: 'VERIFY', data: { challenge } }),
      redirect: 'manual',
      signal: AbortSignal.timeout(withinMs),
    });
    const isOurs = (await beginningOf(response)).includes(`"${answerChallenge(challenge, managementToken)}"`);
    return response.ok && isOurs ? { came: 'ourAnswer' } : { came: 'otherAnswer', status: response.status };
  } catch (error) {
    return { came: 'nothing', code: codeOf(error) };
  }
}

async function beginningOf(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const piece of response.body ?? []) {
    text += decoder.decode(piece as Uint8Array, { stream: true }); // a body's pieces are bytes
    if (text.length > longestAnswer) break;
  }
  return text;
}

/** Never the message: it may hold what was sent. */
function codeOf(error: unknown): string | null {
  if (error instanceof DOMException) return error.name === 'TimeoutError' ? 'ETIMEDOUT' : null;
  const { cause } = Object(error) as { cause?: { code?: unknown } }; // fetch adds it
  return typeof cause?.code === 'string' ? cause.code : null;
}
