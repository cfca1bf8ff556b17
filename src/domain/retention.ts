/** How far history reaches back: whole days in UTC, so that what nobody needs any more goes with its day. */

const dayMs = 86_400_000;

/** A calendar day in UTC, as `YYYY-MM-DD`. */
export type Day = string;

export const dayOf = (at: Date): Day => at.toISOString().slice(0, 10);
export const startOf = (day: Day): Date => new Date(`${day}T00:00:00.000Z`);
export const endOf = (day: Day): Date => new Date(startOf(day).getTime() + dayMs);

/** The first day that is kept: everything received before it is gone, within a day of its time. */
export const firstKeptDay = (retentionDays: number, now: Date): Day =>
  dayOf(new Date(now.getTime() - retentionDays * dayMs));

/** From one day on, null from the beginning, and before another. */
export interface Span {
  from: Day | null;
  before: Day;
}

/**
 * A span in pieces that each lie in one partition: what is older than the first day that has one, then day by day.
 * `first` is that day; null where no day has one.
 */
export function pieces({ from, before }: Span, first: Day | null): Span[] {
  const found: Span[] = [];
  let next = from ?? first ?? before;
  if (next > before) next = before;
  if (from === null) found.push({ from, before: next });
  while (next < before) {
    const following = dayOf(endOf(next));
    found.push({ from: next, before: following });
    next = following;
  }
  return found;
}
