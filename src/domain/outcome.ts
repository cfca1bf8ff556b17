/**
 * What one observation told us. Poll, webhook, operator's check, and the owner's return all become one of
 * these, and nothing else moves a connection.
 */
import type { Claim, Failure, SignalFailure } from './failure.ts';
import type { Platform } from './connection.ts';
import type { SmartcarConnectionId, TokenSetId } from './ids.ts';
import type { Permission } from './permission.ts';
import type { Reading } from './reading.ts';

/** How we came to know. */
export type Via = 'poll' | 'webhook' | 'check' | 'command' | 'connect' | 'operator' | 'owner' | 'reconciliation';

/** Whether it is the answer to a question of our own, as against what somebody told us. */
export const isAsked = (via: Via): boolean => via === 'poll' || via === 'check' || via === 'reconciliation';

interface Observation {
  via: Via;
  /** When it was observed: the answer's arrival, the webhook's dispatch, the press of the button. */
  at: Date;
  /** Smartcar's request id or delivery id; null when there is none. */
  requestId: string | null;
  /** How many requests about the car were sent for it; none when absent. */
  requests?: number;
}

/** Signals came, some of them perhaps failed; none at all means the store is still empty. */
export interface SignalsOutcome extends Observation {
  kind: 'signals';
  readings: Reading[];
  failures: SignalFailure[];
}

/** The whole request failed. */
export interface FailedOutcome extends Observation {
  kind: 'failed';
  failure: Failure;
}

/** A webhook says something is wrong. Not believed before it is confirmed. */
export interface ClaimedOutcome extends Observation {
  kind: 'claimed';
  claims: Claim[];
}

/** A webhook says that something is over. */
export interface ClearedOutcome extends Observation {
  kind: 'cleared';
  claims: Claim[];
}

/**
 * The grant works again, and Smartcar's own list of connections agrees: the owner came back from Connect, or (`via`
 * operator) v3 lists what v2's tokens no longer reach.
 */
export interface RepairedOutcome extends Observation {
  kind: 'repaired';
  permissions: Permission[];
  /** Null when the one that is known stays (v2 has none). */
  smartcarConnectionId: SmartcarConnectionId | null;
  /** How the car is read from now on, after a new grant; null when the owner only signed in again. */
  grant: { platform: Platform; tokenSetId: TokenSetId | null } | null;
}

/** Smartcar's own list shows this grant, as it is there. */
export interface ListedOutcome extends Observation {
  kind: 'listed';
  /** Null where the list does not say. */
  permissions: Permission[] | null;
  /** Null where the list has no ids. */
  smartcarConnectionId: SmartcarConnectionId | null;
}

/** v3 was asked for a grant of v2 whose tokens are gone, and does not list it: only the owner can help. */
export interface NotOnV3Outcome extends Observation {
  kind: 'notOnV3';
}

/** Somebody disconnected it here. Final. */
export interface DisconnectedOutcome extends Observation {
  kind: 'disconnected';
}

/** It is read on another of Smartcar's platforms from now on; the same grant, so nothing else changes. */
export interface MovedOutcome extends Observation {
  kind: 'moved';
  platform: Platform;
  /** As that platform lists them. */
  permissions: Permission[];
  /** Null on v2, which has none. */
  smartcarConnectionId: SmartcarConnectionId | null;
}

/** Smartcar handed a command to the car. What it refused one for is a failure that came by a command. */
export interface CommandedOutcome extends Observation {
  kind: 'commanded';
}

export type Outcome =
  | SignalsOutcome
  | FailedOutcome
  | ClaimedOutcome
  | ClearedOutcome
  | RepairedOutcome
  | ListedOutcome
  | NotOnV3Outcome
  | DisconnectedOutcome
  | MovedOutcome
  | CommandedOutcome;
