/** What happens at the webhook's door: refuse cheaply, or keep and answer. Nothing is applied here. */
import type { InboxWriter } from '../store/webhook-inbox.ts';
import { answerChallenge, couldBeChallenge, readChallenge } from '../smartcar/webhook/challenge.ts';
import { isOwnChallenge } from '../smartcar/webhook/knock.ts';
import { verifySignature } from '../smartcar/webhook/signature.ts';

export interface Door {
  inbox: InboxWriter;
  /** One of several while a management token is rotated; the first answers challenges. Empty: nothing is accepted. */
  managementTokens: readonly string[];
  /** What was refused, by reason, until it is flushed into the database. */
  refused: Map<string, number>;
  challenges: ChallengeLimit;
}

export interface DoorAnswer {
  status: 200 | 400 | 401 | 413 | 429 | 503;
  body: Record<string, string> | null;
}

/** Challenges answered in a minute, at most. They are unsigned, and their answer is what a signature is made of. */
const challengesPerMinute = 10;

export interface ChallengeLimit {
  minute: number;
  answered: number;
  /** When somebody's was last answered, until it is flushed into the database; our own don't count. */
  unflushedAt: Date | null;
}

export async function receiveWebhook(
  door: Door,
  body: Buffer,
  signature: string | null,
  now: Date,
): Promise<DoorAnswer> {
  const challenge = readChallenge(body);
  if (challenge !== null) return answerTo(door, challenge, now);
  if (signature === null) return refuse(door, 401, 'unsigned');
  if (couldBeChallenge(body) || !verifySignature(body, signature, [...door.managementTokens]))
    return refuse(door, 401, 'signature');
  try {
    await door.inbox.write(body, now);
    return { status: 200, body: { status: 'kept' } };
  } catch {
    // Not durable, so not answered with success: Smartcar tries again.
    return { status: 503, body: null };
  }
}

function answerTo(door: Door, challenge: string, now: Date): DoorAnswer {
  const minute = Math.floor(now.getTime() / 60_000);
  const { challenges } = door;
  if (challenges.minute !== minute) Object.assign(challenges, { minute, answered: 0 });
  const [token] = door.managementTokens;
  if (!token) return refuse(door, 401, 'no-management-token');
  if (challenges.answered >= challengesPerMinute) return refuse(door, 429, 'challenge');
  challenges.answered += 1;
  if (!isOwnChallenge(challenge)) challenges.unflushedAt = now;
  return { status: 200, body: { challenge: answerChallenge(challenge, token) } };
}

function refuse(door: Door, status: 401 | 429, reason: string): DoorAnswer {
  door.refused.set(reason, (door.refused.get(reason) ?? 0) + 1);
  return { status, body: null };
}
