/** How soon a car may be read again, and how often it is worth it: its quotas last to the end of their time. */
import type { Connection, Platform } from './connection.ts';
import type { Plan } from './fleet.ts';
import { makePolicy, staleAfterMs } from './make-policy.ts';
import type { MakePolicy } from './make-policy.ts';
import { dayShare, nextMonthStart, shareOfMonth } from './month.ts';
import { untouched } from './purpose.ts';
import type { Purpose, ReadPurpose } from './purpose.ts';
import type { Reading } from './reading.ts';
import { after } from './schedule.ts';
import { inMonth, noUsage, requestsOfRead } from './usage.ts';
import type { MonthUsage, Usage } from './usage.ts';

/** What limits the requests about one car. */
export interface CarLimits {
  /** Of the plan. */
  perMonth: number;
  /** In any 24 hours, by the make; null: no such limit. */
  perDay: number | null;
  /** Seconds between two reads at least, by the make; null: no such limit. */
  leastIntervalS: number | null;
  /** The share of `perMonth` and `perDay` that only commands touch. */
  reserveForCommands: number;
}

/** What the plan and the make together allow. */
export function carLimits(
  { leastPollMin, requestsPerDay }: Pick<MakePolicy, 'leastPollMin' | 'requestsPerDay'>,
  { requestBudget }: Pick<Plan, 'requestBudget'>,
): CarLimits {
  const { perVehiclePerMonth, reserveForCommands } = requestBudget;
  const leastIntervalS = leastPollMin === null ? null : leastPollMin * 60;
  return { perMonth: perVehiclePerMonth, perDay: requestsPerDay, leastIntervalS, reserveForCommands };
}

interface Ask {
  purpose: Purpose;
  cost: number;
}

/**
 * `keepsPace`: whether the make's limit between two reads holds. On v2 each read may ask the car; on v3 none does. What is
 * looked at quickly there (a claim, first data, whether a trouble is over) is looked at in Smartcar's store, and only routine
 * reads keep the make's pace, since they could find nothing newer.
 *
 * @see docs/smartcar.md §2.1-9, §3.4-1, §5-13, §5-18
 */
interface PacedAsk extends Ask {
  keepsPace: boolean;
}

const dayMs = 86_400_000;

/** A part of an allowance, and never so little that not one piece would fit in. */
const allowed = (all: number, { purpose, cost }: Ask, { reserveForCommands }: CarLimits): number =>
  Math.max(cost, Math.floor(all * (1 - untouched(purpose, reserveForCommands)) + 1e-9));

/** The first instant at which no limit of the car's own speaks against it, perhaps a past one; null when none ever did. */
export function earliest(usage: Usage, limits: CarLimits, ask: PacedAsk, now: Date): Date | null {
  const instants = [afterLeast(usage, limits, ask), afterDay(usage, limits, ask), afterMonth(usage, limits, ask, now)];
  return instants.reduce((latest, at) => (at && (!latest || at > latest) ? at : latest), null);
}

const afterLeast = ({ lastAt }: Usage, { leastIntervalS }: CarLimits, { keepsPace }: PacedAsk): Date | null =>
  keepsPace && lastAt && leastIntervalS !== null ? after(lastAt, leastIntervalS) : null;

/** When enough of what was asked is a day old. */
function afterDay({ lastDay }: Usage, limits: CarLimits, ask: Ask): Date | null {
  if (limits.perDay === null) return null;
  let over = lastDay.reduce((sum, { requests }) => sum + requests, ask.cost) - allowed(limits.perDay, ask, limits);
  for (const { at, requests } of lastDay) {
    if (over <= 0) break;
    over -= requests;
    if (over <= 0) return new Date(at.getTime() + dayMs);
  }
  return null;
}

/**
 * By our own count the month begins with the calendar's. When Smartcar's billing period does is not documented, so its own
 * word is asked about once a day: what is refused costs nothing.
 */
function afterMonth(usage: Usage, limits: CarLimits, ask: Ask, now: Date): Date | null {
  if (isMonthOver(usage, limits, ask, now)) return nextMonthStart(now);
  const { isUsedUp, lastAt } = inMonth(usage, now);
  return isUsedUp && lastAt && !isPressed(ask) ? new Date(lastAt.getTime() + dayMs) : null;
}

/** What this purpose may use of a car's month. */
export const mostInMonth = (limits: CarLimits, ask: Ask): number => allowed(limits.perMonth, ask, limits);

/** Whether this purpose has to wait for the next month, by what we counted ourselves. */
export const isMonthOver = (usage: MonthUsage, limits: CarLimits, ask: Ask, now: Date): boolean =>
  inMonth(usage, now).requests + ask.cost > mostInMonth(limits, ask);

/** Whether routine reads have stopped because the car's own requests are used up, by our count or by Smartcar's word. */
export const isUsedUp = (
  { usage, platform }: { usage: MonthUsage; platform: Platform },
  limits: CarLimits,
  now: Date,
): boolean =>
  inMonth(usage, now).isUsedUp ||
  isMonthOver(usage, limits, { purpose: 'routine', cost: requestsOfRead[platform] }, now);

const isPressed = ({ purpose }: Ask): boolean => purpose === 'person' || purpose === 'command';

/** Seconds between reads so that what is left lasts: of the month to its end, of a day around the clock. */
export function pacedIntervalS(usage: Usage, limits: CarLimits, ask: Ask, now: Date): number {
  const left = (mostInMonth(limits, ask) - inMonth(usage, now).requests) / ask.cost;
  const monthLeftS = (nextMonthStart(now).getTime() - now.getTime()) / 1_000;
  // With nothing left there is nothing to spread: `earliest` says when.
  const byMonthS = left < 1 ? 0 : monthLeftS / left;
  const byDayS = limits.perDay === null ? 0 : 86_400 / Math.floor(allowed(limits.perDay, ask, limits) / ask.cost);
  return Math.max(byMonthS, byDayS);
}

/** Seconds between routine reads of a car on v3, by the plan alone: its interval, or what an untouched month allows. */
export function planIntervalS(plan: Pick<Plan, 'pollIntervalS' | 'requestBudget'>, now: Date): number {
  const start = nextMonthStart(now);
  const ask = { purpose: 'routine', cost: 1 } as const;
  return Math.max(plan.pollIntervalS, pacedIntervalS(noUsage(start), carLimits(makePolicy(null), plan), ask, start));
}

/** Days' shares that quick reads may be ahead of their month: eight reads on v2, more than fifty on v3, of 500 requests. */
const aheadDays = 4;

/** Whether a read more would be too far ahead of the month: then even what is broken or awaited is paced. */
export function isAhead(usage: Usage, limits: CarLimits, ask: Ask, now: Date): boolean {
  const all = mostInMonth(limits, ask);
  return inMonth(usage, now).requests + ask.cost > all * (shareOfMonth(now) + aheadDays * dayShare);
}

// — what a read is for —

/** States in which a car tells nothing new, however often it is read. */
const silentStates: ReadonlySet<string> = new Set(['asleep', 'vehicleUnreachable', 'inService', 'lowBattery']);
/** A car whose newest value was older than this when it was last read stands. */
const standsAfterMs = 3_600_000;

type Paced = Pick<Connection, 'status' | 'suspicion' | 'vehicleState' | 'newsAt' | 'usage'>;

/**
 * `quiet`: the car sleeps, or it stood when it was last read, or its news came by webhook since. Then a read is only the
 * safety net.
 */
export function readPurpose(c: Paced): ReadPurpose {
  if (c.suspicion || c.status === 'pending') return 'proof';
  return isQuiet(c) ? 'quiet' : 'routine';
}

const isSilent = ({ vehicleState }: Paced): boolean => vehicleState !== null && silentStates.has(vehicleState.meaning);

function isQuiet(c: Paced): boolean {
  const { newsAt } = c;
  const { lastAt } = c.usage;
  if (isSilent(c)) return true;
  if (!newsAt || !lastAt) return false;
  return newsAt > lastAt || lastAt.getTime() - newsAt.getTime() > standsAfterMs;
}

/** A quiet car is read so many times less often, and still so many times before what is known of it counts as stale. */
const quietTimes = 4;
const readsBeforeStale = 6;
/** So that, spread to its shortest, the interval still keeps the make's limit. */
const shortestSpread = 0.9;

/**
 * Seconds to the next routine read: the plan's, longer while the car is quiet and webhooks watch it, and never so short that
 * a quota would not last.
 */
export function routineIntervalS(
  c: Paced & Pick<Connection, 'subscribedAt'>,
  policy: { intervalS: number; make: MakePolicy; requestBudget: Plan['requestBudget'] },
  cost: number,
  now: Date,
): number {
  const purpose = readPurpose(c);
  const isNet = purpose === 'quiet' && (c.subscribedAt !== null || isSilent(c));
  const netS = isNet
    ? Math.min(quietTimes * policy.intervalS, staleAfterMs(policy.make) / 1_000 / readsBeforeStale)
    : 0;
  const limits = carLimits(policy.make, policy);
  return Math.max(
    policy.intervalS,
    netS,
    pacedIntervalS(c.usage, limits, { purpose, cost }, now),
    (limits.leastIntervalS ?? 0) / shortestSpread,
  );
}

/** Signals that change while a car is used; others may be new each time they are fetched. */
const telling: ReadonlySet<string> = new Set([
  'location-preciselocation',
  'odometer-traveleddistance',
  'closure-islocked',
  'tractionbattery-stateofcharge',
  'internalcombustionengine-fuellevel',
]);

/** When the newest of these values was measured (or fetched, where nobody says), never later than `at`; null when none is. */
export function newestOf(readings: readonly Reading[], at: Date): Date | null {
  return readings.reduce<Date | null>((newest, { code, measuredAt, fetchedAt }) => {
    const told = measuredAt ?? fetchedAt;
    if (!told || !telling.has(code)) return newest;
    const seen = told > at ? at : told;
    return !newest || seen > newest ? seen : newest;
  }, null);
}
