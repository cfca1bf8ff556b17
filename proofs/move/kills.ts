/** When Towline is killed: at points that are drawn from a seed, one after the other, each counted from the last start. */
import { seeded } from '../../simulator/random.ts';
import type { Points } from '../../test/crash/points.ts';

export type Phase = 'plan' | 'move' | 'way back' | 'finish';

export interface Kill {
  phase: Phase;
  /** What Towline had done, or was answered, and never heard. */
  point: string;
  at: Date;
}

interface PhasePlan {
  kills: number;
  /** Points that are let pass at most before the next one kills. */
  mostPassed: number;
}

export interface Killer extends Points {
  readonly kills: readonly Kill[];
  /** How often it was to kill; a phase may be over before its last one. */
  readonly drawn: number;
  /** Points that passed, killed or not. */
  readonly pointsPassed: number;
  /** From now on it kills, as often as the phase has kills left. */
  arm(phase: Phase): void;
  /** No more for now. @returns the phase that it was in */
  rest(): Phase | null;
  /** A fresh process stands; it is spared until `again`. */
  revived(): void;
  /** It may be killed again. */
  again(): void;
}

/** What the move does itself; what is done besides is killed with it. */
const ofTheMove = /move_vehicle|insert move|\/v3\/|token_set|update connection\b/;

/** @param kills in all; most of them while cars are moved */
function planKills(total: number): Record<Phase, PhasePlan> {
  const few = (share: number): number => Math.round(total * share);
  const others = { plan: few(0.05), back: few(0.15), finish: few(0.1) };
  return {
    plan: { kills: others.plan, mostPassed: 3 },
    move: { kills: total - others.plan - others.back - others.finish, mostPassed: 60 },
    'way back': { kills: others.back, mostPassed: 8 },
    finish: { kills: others.finish, mostPassed: 60 },
  };
}

export function newKiller(seed: number, total: number, kill: () => void, now: () => Date): Killer {
  const roll = seeded(seed, 'kills');
  const plan = planKills(total);
  const kills: Kill[] = [];
  const seen: string[] = [];
  let phase: Phase | null = null;
  let isDying = false;
  let isSpared = false;
  let toPass = 0;
  const draw = (of: Phase): void => {
    toPass = 1 + Math.floor(roll() * plan[of].mostPassed);
  };
  return {
    seen,
    kills,
    drawn: total,
    get pointsPassed() {
      return seen.length;
    },
    get stoppedAt() {
      return kills.at(-1)?.point ?? null;
    },
    arm(next) {
      phase = next;
      draw(next);
    },
    rest() {
      const before = phase;
      phase = null;
      return before;
    },
    revived() {
      isDying = false;
      isSpared = true;
    },
    again() {
      isSpared = false;
      if (phase) draw(phase);
    },
    pass(name) {
      if (isDying) return false;
      seen.push(name);
      if (!phase || isSpared || plan[phase].kills === 0 || !ofTheMove.test(name)) return true;
      toPass -= 1;
      if (toPass > 0) return true;
      plan[phase].kills -= 1;
      kills.push({ phase, point: name, at: now() });
      isDying = true;
      kill();
      return false;
    },
  };
}
