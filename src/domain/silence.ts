/** When it is too quiet: how long nothing may come from Smartcar before that is worth a person's look. */

/** Days that are looked back on. */
export const habitD = 7;
/** A habit of fewer days, or of fewer deliveries, is none yet. */
const fewestDays = 3;
const fewestDeliveries = 20;
/** Several times the usual: a pause twice as long as usual comes about by itself every few weeks. */
const times = 3;
/** Smartcar tries a delivery again for longer than a few minutes, so that a shorter pause says nothing. */
const shortestS = 3_600;

export interface Habit {
  /** The longest pause of each day, in any order. */
  longestGapsS: readonly number[];
  deliveries: number;
}

/**
 * Seconds after which silence is unusual; null while no habit is known. The median of the days' longest pauses holds the
 * nights, and neither an outage of one day nor a day without a pause moves it.
 */
export function silenceAfterS({ longestGapsS, deliveries }: Habit): number | null {
  if (longestGapsS.length < fewestDays || deliveries < fewestDeliveries) return null;
  const sorted = [...longestGapsS].sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  return Math.max(shortestS, times * median);
}

/** Whether a share is worth telling: over the limit, and not of so few that one more or less would decide. */
export function isOver(count: number, of: number, limit: number, fewest: number): boolean {
  return count >= fewest && count > of * limit;
}
