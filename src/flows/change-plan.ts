/** A fleet's plan is changed: how often cars are read, and what they may cost. */
import type { BucketLimits } from '../domain/bucket.ts';
import type { Plan } from '../domain/fleet.ts';
import { makePolicy } from '../domain/make-policy.ts';
import { monthOf, nextMonthStart } from '../domain/month.ts';
import { carLimits, mostInMonth, planIntervalS } from '../domain/pace.ts';
import { Refusal } from '../domain/refusal.ts';
import { bringForward, countByMake } from '../store/budget.ts';
import type { Database, Tx } from '../store/database.ts';
import { changePlan as writePlan, lockFleet } from '../store/fleet.ts';
import { announce } from '../store/outbox.ts';
import type { Context } from './context.ts';

export interface PlanChange {
  name?: string | undefined;
  pollIntervalS?: number | undefined;
  requestBudget?: { perVehiclePerMonth?: number | undefined; reserveForCommands?: number | undefined } | undefined;
}

export interface ChangePlanNeeds {
  database: Database;
  /** What Smartcar allows the whole application. */
  budget: BucketLimits;
}

/** It holds from each car's next read on; cars that had used up their month are read again. @throws Refusal `plan_beyond_contract` */
export async function changePlan(
  { database, budget }: ChangePlanNeeds,
  { fleetId }: Context,
  change: PlanChange,
  now: Date,
): Promise<Plan> {
  return database.asFleet(fleetId, async (tx) => {
    const { plan: before } = await lockFleet(tx);
    const plan = changed(before, change);
    const isMore = plan.requestBudget.perVehiclePerMonth > before.requestBudget.perVehiclePerMonth;
    if (isMore) await mustBeInContract(tx, plan, budget.perMonth, now);
    await writePlan(tx, plan);
    if (isMore) await readAgain(tx, plan, now);
    await announce(tx, fleetId, [], ['settings']);
    return plan;
  });
}

function changed(before: Plan, { name, pollIntervalS, requestBudget = {} }: PlanChange): Plan {
  const { perVehiclePerMonth, reserveForCommands } = before.requestBudget;
  return {
    ...before,
    name: name ?? before.name,
    pollIntervalS: pollIntervalS ?? before.pollIntervalS,
    requestBudget: {
      perVehiclePerMonth: requestBudget.perVehiclePerMonth ?? perVehiclePerMonth,
      reserveForCommands: requestBudget.reserveForCommands ?? reserveForCommands,
    },
  };
}

async function mustBeInContract(tx: Tx, plan: Plan, perMonth: number | null, now: Date): Promise<void> {
  if (perMonth === null) return;
  const makes = await countByMake(tx, monthOf(now), 0);
  const vehicles = makes.reduce((sum, one) => sum + one.vehicles, 0);
  const { perVehiclePerMonth } = plan.requestBudget;
  if (vehicles * perVehiclePerMonth <= perMonth) return;
  throw new Refusal(
    'plan_beyond_contract',
    `${vehicles} connected vehicles with ${perVehiclePerMonth} requests each are more than the ${perMonth} of the contract. At most ${Math.floor(perMonth / vehicles)} each fit.`,
  );
}

async function readAgain(tx: Tx, plan: Plan, now: Date): Promise<void> {
  const limits = carLimits(makePolicy(null), plan);
  await bringForward(
    tx,
    {
      month: monthOf(now),
      routineMost: mostInMonth(limits, { purpose: 'routine', cost: 1 }),
      nextMonthAt: nextMonthStart(now),
      spreadS: planIntervalS(plan, now),
    },
    now,
  );
}
