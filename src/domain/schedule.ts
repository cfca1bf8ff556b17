/** When to read next: by plan, spread by chance, later each time something keeps failing, never before we were told. */

/** Seconds between reads that check a claim, by how often we have asked: quickly first, then at the make's pace. */
const confirmAfterS = [5, 20, 60, 120, 300, 600] as const;

/** Seconds between reads while waiting for first data. */
const firstDataAfterS = [5, 10, 20, 40, 60, 120, 300, 600] as const;

const longestBackoffS = 6 * 3_600;

/** A number in [0, 1) that spreads what would otherwise fall in step. */
export type Chance = number;

const spread = (seconds: number, chance: Chance, share: number): number => seconds * (1 - share / 2 + share * chance);

export const after = (now: Date, seconds: number): Date => new Date(now.getTime() + Math.round(seconds * 1_000));

/** The later of two moments; where one is absent, the other. */
export const laterOf = <B extends Date | null>(a: Date | null, b: B): Date | B => (a && (!b || a > b) ? a : b);

/** Longer intervals are not spread any wider: what was paced to the end of a month must not fall far behind it. */
const widestSpreadOfS = 6 * 3_600;

/** The ordinary next read: the plan's interval, spread by a fifth. */
export function nextRegular(now: Date, intervalS: number, chance: Chance): Date {
  const spreadS = Math.min(intervalS, widestSpreadOfS);
  return after(now, intervalS - spreadS + spread(spreadS, chance, 0.2));
}

/** The next read after `failures` failures in a row (1 or more): 60 s doubling to six hours, spread by half. */
export function nextAfterFailure(now: Date, failures: number, chance: Chance): Date {
  return after(now, spread(Math.min(60 * 2 ** Math.max(0, Math.min(failures, 12) - 1), longestBackoffS), chance, 0.5));
}

/** Where nobody watches a car its store is renewed about once a day: looking every ten minutes finds nothing sooner. */
const unwatchedAfterS = [...confirmAfterS, 1_200, 3_600] as const;

/** The next read while a claim is checked, given how long ago it was made and whether webhooks watch the car. */
export function nextConfirmation(now: Date, claimedAt: Date, chance: Chance, isWatched: boolean): Date {
  const steps = isWatched ? confirmAfterS : unwatchedAfterS;
  return after(now, spread(step(steps, now.getTime() - claimedAt.getTime()), chance, 0.2));
}

/** The next read while waiting for first data, given when the waiting began. */
export function nextFirstData(now: Date, judgedAt: Date, chance: Chance): Date {
  return after(now, spread(step(firstDataAfterS, now.getTime() - judgedAt.getTime()), chance, 0.2));
}

/** The first step that is longer than a fifth of the time that has passed: quick at first, ever calmer. */
function step(steps: readonly number[], elapsedMs: number): number {
  return steps.find((seconds) => seconds * 5_000 > elapsedMs) ?? steps[steps.length - 1] ?? 600;
}
