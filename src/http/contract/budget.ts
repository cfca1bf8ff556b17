/** The request budget, and the plan that it rests on. */
import { z } from 'zod';

import { planBounds } from '../../domain/fleet.ts';
import { purposes } from '../../domain/purpose.ts';
import { instant, line } from './shared.ts';

const count = z.number().int();
const purpose = z.enum(purposes);

const forecast = z
  .object({ expected: count, low: count, high: count })
  .nullable()
  .describe("What the month will come to, most likely between low and high; null while a day's use is not known.");

export const budget = z.object({
  at: instant,
  month: z.string().describe('The calendar month in UTC, as 2026-05.'),
  monthEndsAt: instant,
  vehicles: count.describe('Connected vehicles.'),
  quota: count.describe("What the fleet's connected vehicles may use this month, all together."),
  used: count.describe('Requests of this month; those of the last seconds may not be counted yet.'),
  left: z.number().min(0).max(1).nullable().describe('The share that is left; null without connected vehicles.'),
  forecast,
  purposes: z.array(
    z.object({
      purpose,
      name: z.string(),
      used: count,
      forecast,
      late: z
        .object({ vehicles: count, since: instant })
        .nullable()
        .describe('Reads that wait because there is too little for them; null when none does.'),
    }),
  ),
  makes: z.array(
    z.object({
      make: z.string().nullable().describe('Null where it is not known.'),
      name: z.string().nullable().describe('As its maker writes it.'),
      vehicles: count,
      used: count,
      quota: count,
      forecast,
      usedUp: count.describe('Vehicles that are not read by schedule any more this month.'),
      waits: z
        .object({ since: instant, until: instant })
        .nullable()
        .describe('Its manufacturer lets us wait; null when it does not.'),
    }),
  ),
  days: z.array(
    z.object({
      day: z.string().describe('As 2026-05-04, UTC.'),
      used: count,
      purposes: z.partialRecord(purpose, count),
    }),
  ),
  nearest: z
    .array(
      z.object({
        id: z.string(),
        number: z.string(),
        make: z.string().nullable(),
        model: z.string().nullable(),
        used: count,
        usedUp: z.boolean(),
      }),
    )
    .describe('Vehicles that used most of their month.'),
  application: z.object({
    atOnce: count.describe('Requests that Smartcar allows at once.'),
    perMinute: count,
    available: count.describe('Of those at once, what is there now.'),
    month: z
      .object({ used: count, quota: count.nullable(), forecast })
      .nullable()
      .describe("Of all fleets together; null but for the installation's administrator."),
  }),
});
export type BudgetView = z.infer<typeof budget>;

export const plan = z.object({
  name: z.string(),
  pollIntervalS: count.describe('Seconds between routine reads of a vehicle; longer where requests would not last.'),
  retentionDays: count,
  requestBudget: z.object({
    burst: z.number().describe("Requests at once: Smartcar's contract, the same for all fleets."),
    perMinute: z.number().describe('The same.'),
    perVehiclePerMonth: z.number(),
    reserveForCommands: z.number().describe('A share, from 0 to a half.'),
  }),
});
export type PlanView = z.infer<typeof plan>;

const within = (bounds: { least: number; most: number }) => z.number().min(bounds.least).max(bounds.most);

export const planChange = z.strictObject({
  name: line(100).min(1).optional(),
  pollIntervalS: within(planBounds.pollIntervalS).int().optional(),
  requestBudget: z
    .strictObject({
      perVehiclePerMonth: within(planBounds.perVehiclePerMonth).int().optional(),
      reserveForCommands: within(planBounds.reserveForCommands).optional(),
    })
    .optional(),
});
