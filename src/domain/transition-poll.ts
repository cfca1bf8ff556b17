/** When a connection is read next, after a step. */
import { factsOf } from './cause.ts';
import type { Connection } from './connection.ts';
import { nextMonthStart } from './month.ts';
import type { Outcome } from './outcome.ts';
import { carLimits, earliest, isAhead, isMonthOver, pacedIntervalS, readPurpose, routineIntervalS } from './pace.ts';
import type { ReadPurpose } from './purpose.ts';
import { after, nextAfterFailure, nextConfirmation, nextFirstData, nextRegular } from './schedule.ts';
import type { Policy } from './transition.ts';
import type { Step } from './transition-step.ts';
import { noUsage, requestsOfRead } from './usage.ts';

/** Between two reads of a car that an incident holds: samples of them are read sooner, and all of them once it is over. */
const heldIntervalS = 3_600;

interface Planned {
  at: Date;
  /** The routine read of a car that is well. */
  isRoutine: boolean;
}

/** What is only claimed, or was said to a command, may bring the next read forward, never put it off: a flood of claims must not stop the reading. */
export function nextPoll(step: Step, outcome: Outcome, policy: Policy, now: Date): Date | null {
  const planned = plannedPoll(step, policy, now);
  if (!planned) return null;
  if (step.notBefore && step.notBefore > planned.at)
    return notTooSoon(step, { ...planned, at: step.notBefore }, policy, now);
  const before = step.next.nextPollAt;
  const merelyClaimed =
    outcome.kind === 'claimed' || outcome.kind === 'cleared' || outcome.kind === 'listed' || outcome.via === 'command';
  const at = merelyClaimed && before && (!step.soon || before < planned.at) ? before : planned.at;
  const allowed = notTooSoon(step, { ...planned, at }, policy, now);
  return merelyClaimed && before && before < allowed ? before : allowed;
}

function plannedPoll(step: Step, policy: Policy, now: Date): Planned | null {
  const { next: c } = step;
  const retryS = c.cause ? factsOf(c.cause).retryAfterS : policy.intervalS;
  if (c.endedAt || (retryS === null && !c.suspicion && !step.soon && c.status !== 'pending')) return null;
  const quick = quickRead(step, retryS, policy, now);
  if (quick) return { at: unlessAhead(c, quick, policy, now), isRoutine: false };
  const intervalS = routineIntervalS(c, policy, requestsOfRead[c.platform], now);
  return { at: nextRegular(now, intervalS, policy.chance), isRoutine: true };
}

/** What is looked at sooner than by routine, or later because it is broken; null for a car that is well. */
function quickRead({ next: c, soon }: Step, retryS: number | null, { chance }: Policy, now: Date): Date | null {
  if (c.heldBy && retryS !== null) return nextRegular(now, heldIntervalS, chance);
  if (c.suspicion) {
    const { claimedAt } = c.suspicion;
    // On v2 each read asks the car itself.
    const isWatched = c.subscribedAt !== null || c.platform === 'v2';
    return nextConfirmation(now, claimedAt < now ? claimedAt : now, chance, isWatched);
  }
  if (soon) return after(now, 2 + 3 * chance);
  if (c.status === 'pending') return nextFirstData(now, c.judgedAt, chance);
  if (c.failures > 0) return nextAfterFailure(now, c.failures, chance);
  return c.cause && retryS !== null ? nextRegular(now, retryS, chance) : null;
}

const askOf = (c: Connection, purpose: ReadPurpose) => ({ purpose, cost: requestsOfRead[c.platform] });

/** Quick reads, as long as the car's month can bear them; else the first one quickly, and more at the pace of an even month. */
function unlessAhead(c: Connection, quick: Date, policy: Policy, now: Date): Date {
  const { lastAt } = c.usage;
  if (!lastAt || !isAhead(c.usage, carLimits(policy.make, policy), askOf(c, 'proof'), now)) return quick;
  const paced = after(lastAt, freshIntervalS(c, 'proof', policy, now));
  return paced > quick ? paced : quick;
}

/** Cars that wait for the same instant are spread behind it. */
const spreadS = 180;

/** Not before a limit of the car's allows it, and not before we were told. */
function notTooSoon({ next: c, soon }: Step, { at, isRoutine }: Planned, policy: Policy, now: Date): Date {
  const limits = carLimits(policy.make, policy);
  const ask = { ...askOf(c, soon ? 'proof' : readPurpose(c)), keepsPace: isRoutine || c.platform === 'v2' };
  const possible = earliest(c.usage, limits, ask, now);
  const spread = isMonthOver(c.usage, limits, ask, now) ? freshIntervalS(c, 'routine', policy, now) : spreadS;
  const allowed = possible && possible > at ? after(possible, spread * policy.chance) : at;
  return c.notBeforeAt && c.notBeforeAt > allowed ? c.notBeforeAt : allowed;
}

/** Seconds between reads in a month of which nothing is used yet. */
function freshIntervalS(c: Connection, purpose: ReadPurpose, policy: Policy, now: Date): number {
  const start = nextMonthStart(now);
  return pacedIntervalS(noUsage(start), carLimits(policy.make, policy), askOf(c, purpose), start);
}
