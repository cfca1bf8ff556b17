/**
 * Consent: what an owner agreed to and took back, one record for each time. What a transition means for it is decided here;
 * a first grant, and one that a new grant replaces, are no transitions and say it themselves.
 */
import type { Connection } from './connection.ts';
import { isGone, permissionChange } from './drift.ts';
import type { Outcome, Via } from './outcome.ts';
import type { Permission } from './permission.ts';

export const consentKinds = ['given', 'renewed', 'changed', 'withdrawn'] as const;
export type ConsentKind = (typeof consentKinds)[number];

/**
 * By which way: through Connect behind a link of ours, not through Towline at all, before records were kept, here by owner
 * or operator, there as we learnt, or by a new grant that took its place.
 */
export const consentWays = ['link', 'elsewhere', 'unrecorded', 'owner', 'operator', 'smartcar', 'superseded'] as const;
export type ConsentWay = (typeof consentWays)[number];

/** What changed about a consent, before it is known who did it and what they saw. */
export interface ConsentChange {
  kind: ConsentKind;
  way: ConsentWay;
  at: Date;
  /** What is allowed from now on; empty once it is withdrawn. */
  permissions: Permission[];
  /** How we learnt it. */
  via: Via;
  /** Smartcar's request id behind that; null when there is none. */
  requestId: string | null;
}

/** What the page showed, and what was asked for, when somebody pressed its button. */
export interface Shown {
  /** Resolves to the sentences for ever; null when it is not known what they saw. */
  wordingId: string | null;
  /** BCP 47; null when it is not known. */
  language: string | null;
  /** Null where nothing was asked for: the owner only signed in again. */
  asked: { required: Permission[]; optional: Permission[] } | null;
}

/** What a transition means for the owner's consent; null when nothing. A grant that merely stopped working is not taken back. */
export function consentChange(from: Connection, to: Connection, outcome: Outcome): ConsentChange | null {
  const { at, via } = outcome;
  const requestId = outcome.requestId ?? from.suspicion?.requestId ?? null;
  const change = (kind: ConsentKind, way: ConsentWay): ConsentChange => ({
    ...{ kind, way, at, via, requestId },
    permissions: kind === 'withdrawn' ? [] : to.permissions,
  });
  // What an operator mends without the owner, nobody agreed to anew.
  if (outcome.kind === 'repaired' && via === 'owner') return change('renewed', 'link');
  if (outcome.kind === 'disconnected') return change('withdrawn', via === 'owner' ? 'owner' : 'operator');
  if (isGone(from.cause) !== isGone(to.cause))
    return isGone(to.cause) ? change('withdrawn', 'smartcar') : change('given', 'elsewhere');
  const { added, removed } = permissionChange(from.permissions, to.permissions);
  return added.length + removed.length > 0 ? change('changed', 'smartcar') : null;
}
