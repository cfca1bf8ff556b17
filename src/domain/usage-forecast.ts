/** What a month's requests will come to, and what is worth telling about it. */
import type { AlertChange } from './alert.ts';
import { monthOf, monthStart, nextMonthStart } from './month.ts';

/** Requests of one day, UTC: `2026-05-04`. */
export interface DayCount {
  day: string;
  requests: number;
}

export interface Forecast {
  expected: number;
  /** It will most likely be between these. */
  low: number;
  high: number;
}

const dayMs = 86_400_000;
/** A week holds the days on which cars are used most and least. */
export const lookBackD = 7;
/** With less than this nothing is said. */
const fewestH = 12;
/** Of the daily mean, while not even two whole days are known: a guess. */
const guessedDeviation = 0.5;
/** However steady it looks. */
const leastMargin = 0.05;

/**
 * The month's requests at its end, from what was used so far and the last seven days. Null in the first hours, when a day is
 * not known yet.
 */
export function forecastMonth(counts: readonly DayCount[], now: Date): Forecast | null {
  const byDay = sumByDay(counts);
  const first = [...byDay.keys()].sort()[0];
  if (first === undefined) return null;
  // Counting began somewhere in the first day that is known.
  const from = Math.max(Date.parse(first) + dayMs, startOfDay(now) - lookBackD * dayMs);
  const observedD = (now.getTime() - from) / dayMs;
  if (observedD < fewestH / 24) return null;
  const days = wholeDays(byDay, from, now);
  const seen = days.reduce((sum, one) => sum + one, byDay.get(dayOf(now)) ?? 0);
  const mean = seen / observedD;
  const used = usedIn(counts, now);
  const leftD = (nextMonthStart(now).getTime() - now.getTime()) / dayMs;
  const margin = Math.max(leastMargin * mean * leftD, marginOf(days, mean, leftD));
  return {
    expected: Math.round(used + mean * leftD),
    low: Math.round(used + Math.max(0, mean * leftD - margin)),
    high: Math.round(used + mean * leftD + margin),
  };
}

/** Requests of this month so far. */
export const usedIn = (counts: readonly DayCount[], now: Date): number =>
  counts.reduce((sum, { day, requests }) => sum + (day.startsWith(monthOf(now)) ? requests : 0), 0);

/** The first day that is worth looking at for this month and its forecast. */
export const firstDayFor = (now: Date): string =>
  dayOf(new Date(Math.min(monthStart(now).getTime(), startOfDay(now) - lookBackD * dayMs)));

export const dayOf = (at: Date): string => at.toISOString().slice(0, 10);

const startOfDay = (at: Date): number => Date.parse(dayOf(at));

function sumByDay(counts: readonly DayCount[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { day, requests } of counts) sums.set(day, (sums.get(day) ?? 0) + requests);
  return sums;
}

/** Days without a request count, too. */
function wholeDays(byDay: ReadonlyMap<string, number>, from: number, now: Date): number[] {
  const days: number[] = [];
  for (let at = from; at < startOfDay(now); at += dayMs) days.push(byDay.get(dayOf(new Date(at))) ?? 0);
  return days;
}

/** Two deviations: of the days that are left, and of the mean that so few days give. */
function marginOf(days: readonly number[], mean: number, leftD: number): number {
  const deviation = days.length < 2 ? guessedDeviation * mean : deviationOf(days);
  return 2 * deviation * Math.sqrt(leftD + leftD ** 2 / Math.max(1, days.length));
}

function deviationOf(days: readonly number[]): number {
  const mean = days.reduce((sum, one) => sum + one, 0) / days.length;
  return Math.sqrt(days.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (days.length - 1));
}

// — what is told —

/** What a fleet used and may use this month. */
export interface MonthStanding {
  used: number;
  /** Null when there is no limit that is known. */
  quota: number | null;
  forecast: Forecast | null;
}

const key = 'budget.forecast';

/**
 * One alert a fleet: critical once the fleet's or the application's month is used up, a warning while more is expected than
 * there is. It closes by itself, at the latest with the month.
 */
export function budgetAlert(fleet: MonthStanding, application: MonthStanding): AlertChange {
  const standing = [fleet, application].map((one) => ({ ...one, state: stateOf(one) }));
  const worst = standing.find(({ state }) => state === 'usedUp') ?? standing.find(({ state }) => state === 'over');
  if (!worst || worst.quota === null) return { change: 'resolve', key };
  const { used, quota, forecast, state } = worst;
  const detail = { state, used: String(used), quota: String(quota), forecast: String(forecast?.expected ?? used) };
  return { change: 'open', key, kind: key, severity: state === 'usedUp' ? 'critical' : 'warning', detail };
}

function stateOf({ used, quota, forecast }: MonthStanding): 'usedUp' | 'over' | 'within' {
  if (quota === null || quota === 0) return 'within';
  if (used >= quota) return 'usedUp';
  return forecast !== null && forecast.expected > quota ? 'over' : 'within';
}
