/** Watching the request budget: each fleet is told when its month will not last, once, and no more when it will again. */
import { monthOf } from '../domain/month.ts';
import { budgetAlert, dayOf, firstDayFor, forecastMonth, usedIn } from '../domain/usage-forecast.ts';
import type { MonthStanding } from '../domain/usage-forecast.ts';
import { applyAlertChanges } from '../store/alert.ts';
import { countByMake } from '../store/budget.ts';
import type { Tx } from '../store/database.ts';
import { listFleets, ownFleet } from '../store/fleet.ts';
import { forgetApplicationUsage, forgetUsage, listApplicationUsage, listUsage } from '../store/request-usage.ts';
import type { BudgetNeeds } from './budget.ts';

/** Opens and closes the alert of every fleet. */
export async function watchBudget(
  { database, budget }: Pick<BudgetNeeds, 'database' | 'budget'>,
  now: Date,
): Promise<void> {
  const counts = await database.asSystem((tx) => listApplicationUsage(tx, firstDayFor(now)));
  const application: MonthStanding = {
    used: usedIn(counts, now),
    quota: budget.perMonth,
    forecast: forecastMonth(counts, now),
  };
  for (const { id } of await database.asSystem(listFleets))
    await database.asFleet(id, async (tx) => {
      await applyAlertChanges(tx, id, [], [budgetAlert(await standingOf(tx, now), application)], now);
    });
}

async function standingOf(tx: Tx, now: Date): Promise<MonthStanding> {
  const { plan } = await ownFleet(tx);
  const makes = await countByMake(tx, monthOf(now), 0);
  const vehicles = makes.reduce((sum, one) => sum + one.vehicles, 0);
  const usage = await listUsage(tx, firstDayFor(now));
  return {
    used: usedIn(usage, now),
    quota: vehicles * plan.requestBudget.perVehiclePerMonth,
    forecast: forecastMonth(usage, now),
  };
}

/** More than a year, so that a month can be held against the same one before. */
const keptD = 400;

export async function forgetOldUsage({ database }: Pick<BudgetNeeds, 'database'>, now: Date): Promise<void> {
  const before = dayOf(new Date(now.getTime() - keptD * 86_400_000));
  await database.asSystem((tx) => forgetApplicationUsage(tx, before));
  for (const { id } of await database.asSystem(listFleets)) await database.asFleet(id, (tx) => forgetUsage(tx, before));
}
