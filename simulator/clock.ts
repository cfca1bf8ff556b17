/** Moving the simulator's clock ahead of the one it was started with; never back, because what was answered stays answered. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { z } from 'zod';
import { catchUp, type Schedule } from './schedule.ts';
import type { Simulation } from './simulation.ts';

const longestMoveS = 10 * 366 * 86_400;
const livesThrough = z
  .boolean()
  .default(false)
  .describe('true: everything due on the way happens in order; false: once, at the end.');

/** How far or up to when, and whether what is due on the way happens in its order. */
export const clockWish = z.union([
  z.strictObject({ advanceS: z.number().positive().max(longestMoveS), livesThrough }),
  z.strictObject({ to: z.iso.datetime({ offset: true }), livesThrough }),
]);

export type ClockWish = z.infer<typeof clockWish>;

/** What the clock shows. */
export interface ClockView {
  now: string;
  /** How far it is ahead of the clock it was started with. */
  aheadS: number;
}

export function clockView(sim: Simulation): ClockView {
  return { now: sim.clock().toISOString(), aheadS: Math.round(sim.state.clockAheadMs / 1000) };
}

const moving = new WeakSet<Simulation>();

/** Moves the clock and does what is due; answers the sentence that says why it can't. */
export async function moveClock(
  sim: Simulation,
  schedule: Schedule,
  wish: ClockWish,
): Promise<ClockView | { objection: string }> {
  if (moving.has(sim)) return { objection: 'The clock is being moved already.' };
  const now = sim.clock().getTime();
  const to = 'to' in wish ? Date.parse(wish.to) : now + wish.advanceS * 1000;
  if (to < now) return { objection: `The clock never goes back; it is ${sim.clock().toISOString()}.` };
  if (to > now + longestMoveS * 1000) return { objection: 'Ten years at once are the limit.' };
  moving.add(sim);
  try {
    if (wish.livesThrough) await liveUntil(sim, schedule, to);
    setTo(sim, to);
    // Nobody lived through the time in between: each piece of work is done once, now.
    if (!wish.livesThrough) catchUp(sim, to);
    await schedule.advanceTo(sim.clock());
  } finally {
    moving.delete(sim);
    sim.save();
  }
  return clockView(sim);
}

async function liveUntil(sim: Simulation, schedule: Schedule, to: number): Promise<void> {
  let yieldedAt = performance.now();
  for (;;) {
    const next = nextDue(sim);
    if (next === null || next > to) return;
    setTo(sim, next);
    await schedule.advanceTo(sim.clock());
    // Requests are answered meanwhile.
    if (performance.now() - yieldedAt > 20) {
      await nextTurn();
      yieldedAt = performance.now();
    }
  }
}

function nextDue(sim: Simulation): number | null {
  let first: number | null = null;
  for (const { at } of [...sim.state.due, ...sim.streams]) if (first === null || at < first) first = at;
  return first;
}

/** The clock it was started with goes on by itself, so the distance is worked out from what is shown now. */
function setTo(sim: Simulation, at: number): void {
  sim.state.clockAheadMs += Math.max(0, at - sim.clock().getTime());
  sim.touch();
}
