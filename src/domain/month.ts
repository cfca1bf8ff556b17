/**
 * Calendar months in UTC: the billing periods that quotas are counted in. Smartcar says "the current billing period" and not
 * when it begins; INF.
 *
 * @see docs/smartcar.md §5
 */

/** A month by its name, `2026-05`. */
export const monthOf = (at: Date): string => at.toISOString().slice(0, 7);

export const monthStart = (at: Date): Date => new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), 1));

export const nextMonthStart = (at: Date): Date => new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 1));

/** How much of its month has passed, from 0 to 1. */
export const shareOfMonth = (at: Date): number =>
  (at.getTime() - monthStart(at).getTime()) / (nextMonthStart(at).getTime() - monthStart(at).getTime());

/** A day's share of a month, on the safe side. */
export const dayShare = 1 / 31;
