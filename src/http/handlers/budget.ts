/** The request budget and the plan. */
import type { BucketLimits } from '../../domain/bucket.ts';
import { makePolicy } from '../../domain/make-policy.ts';
import { monthOf } from '../../domain/month.ts';
import { carLimits, mostInMonth } from '../../domain/pace.ts';
import { after } from '../../domain/schedule.ts';
import { firstDayFor } from '../../domain/usage-forecast.ts';
import { applicationBucket } from '../../flows/meter.ts';
import { countByMake, listLate, listNearest } from '../../store/budget.ts';
import type { Database } from '../../store/database.ts';
import { ownFleet } from '../../store/fleet.ts';
import { listMakePauses } from '../../store/make-pause.ts';
import { findBucket } from '../../store/request-bucket.ts';
import { listApplicationUsage, listUsage } from '../../store/request-usage.ts';
import type { Call, HandlerNeeds, Handlers } from '../call.ts';
import { presentBudget, presentPlan } from '../present-budget.ts';
import type { KnownBudget } from '../present-budget.ts';

type BudgetCalls = 'getBudget' | 'getPlan' | 'changePlan';

/** Who waits for less than this is only in the queue of the next round. */
const lateAfterS = 60;
const mostNearest = 10;

export function budgetHandlers({ database, flows, config }: HandlerNeeds): Pick<Handlers, BudgetCalls> {
  const limits = config.requestLimits;
  return {
    getBudget: async (call) => presentBudget(await findBudget(database, call, limits), call.now),
    getPlan: async ({ inFleet }) => presentPlan((await inFleet(ownFleet)).plan, limits),
    changePlan: async ({ context, body, now }) => presentPlan(await flows.changePlan(context, body, now), limits),
  };
}

async function findBudget(
  database: Database,
  { who, now, inFleet }: Call<'getBudget'>,
  limits: BucketLimits,
): Promise<KnownBudget> {
  const since = firstDayFor(now);
  const whole = await database.asSystem(async (tx) => ({
    pauses: await listMakePauses(tx),
    bucket: await findBucket(tx, applicationBucket),
    application: await listApplicationUsage(tx, since),
  }));
  const own = await inFleet(async (tx) => {
    const { plan } = await ownFleet(tx);
    const month = monthOf(now);
    const routineMost = mostInMonth(carLimits(makePolicy(null), plan), { purpose: 'routine', cost: 1 });
    const paused = whole.pauses.map(({ make }) => make);
    return {
      plan,
      makes: await countByMake(tx, month, routineMost),
      nearest: await listNearest(tx, month, mostNearest),
      late: await listLate(tx, after(now, -lateAfterS), paused, now),
      usage: await listUsage(tx, since),
    };
  });
  return { ...whole, ...own, limits, isInstallation: who.installation };
}
