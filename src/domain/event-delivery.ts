/**
 * How an endpoint is told of events: when it is tried again, and when it is given up. The advice of Standard Webhooks.
 *
 * @see docs/decisions/0030-events.md
 */
import type { EventId } from './ids.ts';
import { after } from './schedule.ts';

export const deliveryStates = ['pending', 'delivered', 'failed', 'stopped'] as const;
/** `stopped`: its endpoint was disabled before it was taken. */
export type DeliveryState = (typeof deliveryStates)[number];

export const disabledReasons = ['operator', 'gone', 'failing'] as const;
export type DisabledReason = (typeof disabledReasons)[number];

/** Why no answer came. */
export const deliveryProblems = [
  // Nobody has the name.
  'nameUnknown',
  // It leads into a private network.
  'privateAddress',
  // Nobody took the connection, or it broke off.
  'unreachable',
  // Its certificate doesn't hold.
  'certificate',
  // No answer in time.
  'tooSlow',
  // What came was no HTTP.
  'nonsense',
  // It can't be signed: the secret was sealed under a key that we don't have.
  'secretUnreadable',
] as const;
export type DeliveryProblem = (typeof deliveryProblems)[number];

/** What one try came to. */
export type DeliveryAnswer =
  { came: true; status: number; retryAfterS: number | null; text: string } | { came: false; problem: DeliveryProblem };

/** One try as it is kept. */
export interface DeliveryTry {
  /** ISO 8601 in UTC. */
  at: string;
  durationMs: number;
  /** Of the answer; null when none came. */
  status: number | null;
  /** Null when an answer came. */
  problem: DeliveryProblem | null;
  /** The first kilobyte of the answer; null when none came. */
  answer: string | null;
}

/** Seconds from a try that came to nothing to the next: ten tries over three days. */
export const retryAfterS = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400] as const;
/** Who asks to wait for longer is asked again after a day. */
const longestWaitS = 86_400;
/** What took nothing for so long is told of nothing any more: longer than any event is tried. */
export const givenUpAfterS = 5 * 86_400;
/** What took nothing for so long is told to the operators. */
export const alertAfterS = 3_600;
/** The secret before the present one signs too for so long. */
export const previousSecretS = 86_400;
/** How long a try may take, from looking the name up to the end of the answer. */
export const tryWithinS = 10;

export const isTaken = (answer: DeliveryAnswer): boolean => answer.came && answer.status >= 200 && answer.status < 300;

/** It says that it is gone for good. */
export const isGone = (answer: DeliveryAnswer): boolean => answer.came && answer.status === 410;

/**
 * When it is tried again after so many tries (1 or more); null: no more. Never before the endpoint said, and up to a tenth
 * later by the event's own id, so that what failed together does not come back together.
 */
export function nextTryAt(eventId: EventId, attempts: number, answer: DeliveryAnswer, now: Date): Date | null {
  const waitS = retryAfterS[attempts - 1];
  if (waitS === undefined) return null;
  const told = answer.came && (answer.status === 429 || answer.status === 503) ? (answer.retryAfterS ?? 0) : 0;
  return after(now, Math.max(waitS * (1 + shareOf(eventId) / 10), Math.min(told, longestWaitS)));
}

/** A number in [0, 1), the same for the same id. Its last characters are chance. */
const shareOf = (id: EventId): number => (parseInt(id.slice(-4), 36) % 1_000) / 1_000;

export interface EndpointHealth {
  /** The first try since the last delivery that came to nothing. */
  failingSince: Date | null;
}

export interface Judged extends EndpointHealth {
  /** It is told of nothing any more. */
  disable: Exclude<DisabledReason, 'operator'> | null;
  alert: 'open' | 'resolve' | null;
}

/** What a try says of the endpoint itself. */
export function judge({ failingSince }: EndpointHealth, answer: DeliveryAnswer, now: Date): Judged {
  if (isTaken(answer)) return { failingSince: null, disable: null, alert: failingSince ? 'resolve' : null };
  const since = failingSince ?? now;
  const forS = (now.getTime() - since.getTime()) / 1_000;
  const disable = isGone(answer) ? 'gone' : forS >= givenUpAfterS ? 'failing' : null;
  return { failingSince: since, disable, alert: disable || forS >= alertAfterS ? 'open' : null };
}

/** The name of an endpoint's problem; at most one alert of a name is unresolved. */
export const endpointAlertKey = (endpointId: string): string => `event-endpoint:${endpointId}`;
