/** When a connection is read next, after a step. */
import { factsOf } from './cause.ts';
import type { Connection } from './connection.ts';
import { leastPollS } from './make-policy.ts';
import { isAsked } from './outcome.ts';
import type { Outcome } from './outcome.ts';
import { after, nextAfterFailure, nextConfirmation, nextFirstData, nextRegular } from './schedule.ts';
import type { Policy } from './transition.ts';
import type { Step } from './transition-step.ts';

/** Between two reads of a car that an incident holds: samples of them are read sooner, and all of them once it is over. */
const heldIntervalS = 3_600;

/** What is only claimed may bring the next read forward, never put it off: a flood of claims must not stop the reading. */
export function nextPoll(step: Step, outcome: Outcome, policy: Policy, now: Date): Date | null {
  const planned = plannedPoll(step, outcome, policy, now);
  if (planned && step.notBefore && step.notBefore > planned) return step.notBefore;
  const before = step.next.nextPollAt;
  const merelyClaimed = outcome.kind === 'claimed' || outcome.kind === 'cleared' || outcome.kind === 'listed';
  return merelyClaimed && planned && before && (!step.soon || before < planned) ? before : planned;
}

function plannedPoll(step: Step, outcome: Outcome, policy: Policy, now: Date): Date | null {
  const wanted = wantedPoll(step, policy, now);
  const floor = spacedFrom(step.next, outcome, policy, now);
  return wanted && floor && floor > wanted ? floor : wanted;
}

function wantedPoll({ next: c, soon }: Step, policy: Policy, now: Date): Date | null {
  if (c.endedAt) return null;
  if (c.heldBy && retryAfterS(c, policy) !== null) return nextRegular(now, heldIntervalS, policy.chance);
  if (c.suspicion)
    return nextConfirmation(now, c.suspicion.claimedAt < now ? c.suspicion.claimedAt : now, policy.chance);
  if (soon) return after(now, 2 + 3 * policy.chance);
  if (c.status === 'pending') return nextFirstData(now, c.judgedAt, policy.chance);
  const intervalS = retryAfterS(c, policy);
  if (intervalS === null) return null;
  return c.failures > 0 ? nextAfterFailure(now, c.failures, policy.chance) : nextRegular(now, intervalS, policy.chance);
}

/** So long that, spread to its shortest, it still keeps the make's limit. */
const shortestRegularS = (policy: Policy): number => leastPollS(policy.make) / 0.9;

/**
 * The make's limit, counted from a read that has just asked the car; null where none did. On v2 every read may. On v3 none
 * does: what is looked at quickly (a claim, a new grant, whether a trouble is over) is looked at in Smartcar's store, and
 * only the regular reads keep the limit, since they could find nothing newer.
 *
 * @see docs/smartcar.md §2.1-9, §3.4-1, §5-13, §5-18
 */
function spacedFrom(c: Connection, outcome: Outcome, policy: Policy, now: Date): Date | null {
  const isRead = (outcome.kind === 'signals' || outcome.kind === 'failed') && isAsked(outcome.via);
  const leastS = leastPollS(policy.make);
  return leastS > 0 && isRead && c.platform === 'v2' ? after(now, leastS * (1 + 0.2 * policy.chance)) : null;
}

/** Null when only a person or an event can change it. */
const retryAfterS = ({ cause }: Connection, policy: Policy): number | null =>
  cause ? factsOf(cause).retryAfterS : Math.max(policy.intervalS, shortestRegularS(policy));
