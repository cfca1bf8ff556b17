/** The request budget as the contract shows it: what was counted, put together by purpose, make and day, and looked ahead. */
import type { Bucket, BucketLimits } from '../domain/bucket.ts';
import { refill } from '../domain/bucket.ts';
import type { Plan } from '../domain/fleet.ts';
import type { MakePause } from '../domain/make-pause.ts';
import { monthOf, monthStart, nextMonthStart } from '../domain/month.ts';
import { purposes } from '../domain/purpose.ts';
import { dayOf, forecastMonth, usedIn } from '../domain/usage-forecast.ts';
import type { DayCount } from '../domain/usage-forecast.ts';
import type { LateReads, MakeCount, UsingVehicle } from '../store/budget.ts';
import type { CountedRequests } from '../store/request-usage.ts';
import { makeName, purposeName } from '../texts/words.ts';
import type { BudgetView, PlanView } from './contract/budget.ts';
import { iso } from './present.ts';

/** Everything that the page shows. */
export interface KnownBudget {
  plan: Plan;
  makes: readonly MakeCount[];
  nearest: readonly UsingVehicle[];
  late: readonly LateReads[];
  /** Of the fleet, from the first day that a forecast looks at. */
  usage: readonly Omit<CountedRequests, 'fleetId'>[];
  pauses: readonly MakePause[];
  bucket: Bucket | null;
  limits: BucketLimits;
  /** Of the whole application. */
  application: readonly DayCount[];
  /** Its numbers are the installation's business: they tell of other fleets. */
  isInstallation: boolean;
}

export function presentBudget(known: KnownBudget, now: Date): BudgetView {
  const { plan, makes, usage, application, limits } = known;
  const vehicles = makes.reduce((sum, one) => sum + one.vehicles, 0);
  const quota = vehicles * plan.requestBudget.perVehiclePerMonth;
  const used = usedIn(usage, now);
  return {
    at: iso(now),
    month: monthOf(now),
    monthEndsAt: iso(nextMonthStart(now)),
    vehicles,
    quota,
    used,
    left: shareLeft([
      { used, quota },
      { used: usedIn(application, now), quota: limits.perMonth },
    ]),
    forecast: forecastMonth(usage, now),
    purposes: presentPurposes(known, now),
    makes: presentMakes(known, now),
    days: presentDays(usage, now),
    nearest: known.nearest.map(({ isUsedUp, requests, ...one }) => ({
      ...one,
      used: requests,
      usedUp: isUsedUp || requests >= plan.requestBudget.perVehiclePerMonth,
    })),
    application: presentApplication(known, now),
  };
}

/** Of what is scarcest; null when nothing is limited. */
export function shareLeft(of: readonly { used: number; quota: number | null }[]): number | null {
  const shares = of.flatMap(({ used, quota }) => (quota ? [Math.max(0, 1 - used / quota)] : []));
  return shares.length > 0 ? Math.min(...shares) : null;
}

function presentPurposes({ usage, late }: KnownBudget, now: Date): BudgetView['purposes'] {
  return purposes.map((purpose) => {
    const own = usage.filter((one) => one.purpose === purpose);
    const waiting = late.find((one) => one.purpose === purpose);
    return {
      purpose,
      name: purposeName(purpose),
      used: usedIn(own, now),
      forecast: forecastMonth(own, now),
      late: waiting ? { vehicles: waiting.vehicles, since: iso(waiting.since) } : null,
    };
  });
}

function presentMakes({ plan, makes, usage, pauses }: KnownBudget, now: Date): BudgetView['makes'] {
  return makes.map(({ make, vehicles, requests, usedUp }) => {
    const pause = pauses.find((one) => one.make === make);
    return {
      make: make === '' ? null : make,
      name: make === '' ? null : makeName(make),
      vehicles,
      used: requests,
      quota: vehicles * plan.requestBudget.perVehiclePerMonth,
      forecast: forecastMonth(
        usage.filter((one) => one.make === make),
        now,
      ),
      usedUp,
      waits: pause ? { since: iso(pause.since), until: iso(pause.until) } : null,
    };
  });
}

/** Each day of the month so far, also those on which nothing was asked. */
function presentDays(usage: KnownBudget['usage'], now: Date): BudgetView['days'] {
  const days: BudgetView['days'] = [];
  for (let at = monthStart(now).getTime(); at <= now.getTime(); at += 86_400_000) {
    const day = dayOf(new Date(at));
    const own = usage.filter((one) => one.day === day);
    const byPurpose = Object.fromEntries(
      purposes.flatMap((purpose) => {
        const used = sum(own.filter((one) => one.purpose === purpose));
        return used > 0 ? [[purpose, used]] : [];
      }),
    );
    days.push({ day, used: sum(own), purposes: byPurpose });
  }
  return days;
}

const sum = (counts: readonly { requests: number }[]): number => counts.reduce((all, one) => all + one.requests, 0);

function presentApplication(
  { bucket, limits, application, isInstallation }: KnownBudget,
  now: Date,
): BudgetView['application'] {
  const tokens = bucket ? refill(bucket, limits, now).tokens : limits.capacity;
  return {
    atOnce: limits.capacity,
    perMinute: limits.perMinute,
    available: Math.max(0, Math.floor(tokens)),
    month: isInstallation
      ? { used: usedIn(application, now), quota: limits.perMonth, forecast: forecastMonth(application, now) }
      : null,
  };
}

/** With what Smartcar's contract allows all fleets together. */
export const presentPlan = (plan: Plan, limits: BucketLimits): PlanView => ({
  ...plan,
  requestBudget: { ...plan.requestBudget, burst: limits.capacity, perMinute: limits.perMinute },
});
