/** When a connection is read next, after a step. */
import { factsOf } from './cause.ts';
import type { Outcome } from './outcome.ts';
import { after, nextAfterFailure, nextConfirmation, nextFirstData, nextRegular } from './schedule.ts';
import type { Policy } from './transition.ts';
import type { Step } from './transition-step.ts';

/** Between two reads of a car that an incident holds: samples of them are read sooner, and all of them once it is over. */
const heldIntervalS = 3_600;

/** What is only claimed may bring the next read forward, never put it off: a flood of claims must not stop the reading. */
export function nextPoll(step: Step, outcome: Outcome, policy: Policy, now: Date): Date | null {
  const planned = plannedPoll(step, policy, now);
  if (planned && step.notBefore && step.notBefore > planned) return step.notBefore;
  const before = step.next.nextPollAt;
  const merelyClaimed = outcome.kind === 'claimed' || outcome.kind === 'cleared' || outcome.kind === 'listed';
  return merelyClaimed && planned && before && (!step.soon || before < planned) ? before : planned;
}

function plannedPoll({ next: c, soon }: Step, policy: Policy, now: Date): Date | null {
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

/** Null when only a person or an event can change it. */
const retryAfterS = ({ cause }: Step['next'], { intervalS }: Policy): number | null =>
  cause ? factsOf(cause).retryAfterS : intervalS;
