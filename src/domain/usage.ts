/** What a car has cost of its own requests, as far as its limits ask for it. */
import type { Platform } from './connection.ts';
import { monthOf } from './month.ts';

/** What a car has cost of a month. */
export interface MonthUsage {
  /** The month that `requests` counts. */
  month: string;
  requests: number;
  /** Smartcar said that this month's are used up. */
  isUsedUp: boolean;
}

export interface Usage extends MonthUsage {
  /** When the car was last asked; null before the first time. */
  lastAt: Date | null;
  /** Of the last 24 hours, oldest first; empty where the make doesn't count by the day. */
  lastDay: readonly Asked[];
}

export interface Asked {
  at: Date;
  requests: number;
}

/** Requests of a read at most. On v2 every part counts: location, odometer, lock, battery, charge, fuel, tires. */
export const requestsOfRead: Readonly<Record<Platform, number>> = { v3: 1, v2: 7 };

export const noUsage = (now: Date): Usage => ({
  month: monthOf(now),
  requests: 0,
  isUsedUp: false,
  lastAt: null,
  lastDay: [],
});

/** In the month of this instant: an older month's count is over. What arrives late, from a month before, ends no count. */
export const inMonth = <U extends MonthUsage>(usage: U, now: Date): U =>
  usage.month >= monthOf(now) ? usage : { ...usage, month: monthOf(now), requests: 0, isUsedUp: false };

const dayMs = 86_400_000;

/** `perDay`: null where the make doesn't count by the day. */
export function countAsked(usage: Usage, requests: number, perDay: number | null, at: Date): Usage {
  const present = inMonth(usage, at);
  if (requests === 0) return present;
  const recent = present.lastDay.filter((asked) => at.getTime() - asked.at.getTime() < dayMs);
  return {
    ...present,
    requests: present.requests + requests,
    lastAt: at,
    lastDay: perDay === null ? [] : [...recent, { at, requests }],
  };
}
