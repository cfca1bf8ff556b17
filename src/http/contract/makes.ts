/** What is known of makes, what a fleet has set otherwise, and what stands before Connect. */
import { z } from 'zod';

import { deliveries } from '../../domain/before-connect.ts';
import type { NumberName } from '../../domain/make-facts.ts';
import { numberBounds, numberNames } from '../../domain/make-policy.ts';
import { instant } from './shared.ts';
import { capability } from './vehicles.ts';

const sureness = ['documented', 'older', 'disputed', 'concluded'] as const;
const source = z.string().describe('The row of docs/smartcar.md that it rests on.');
const sureText = z.string().describe('How sure that is, in words.');

const known = z.object({ text: z.string(), source, sure: z.enum(sureness), sureText });

const makeNumber = z.object({
  name: z.enum(numberNames as [NumberName, ...NumberName[]]), // never empty
  label: z.string(),
  unit: z.enum(['min', 'h', 'd', 'requests']),
  value: z.number().nullable().describe('What holds; null: no limit.'),
  otherwise: z.number().nullable().describe('What would hold without what the fleet has set for this make.'),
  isChosen: z.boolean().describe('The fleet has set it for this make.'),
  source: source.nullable(),
  sure: z
    .enum([...sureness, 'fleet'])
    .nullable()
    .describe('Of `otherwise`; null: nothing is documented.'),
  sureText,
  min: z.number(),
  max: z.number(),
  mayBeNone: z.boolean().describe('Null may be set: there is no such limit.'),
});

export const make = z.object({
  id: z.string().describe('As Smartcar writes it; `other` for whatever no make has a number of its own for.'),
  name: z.string(),
  vehicles: z.number().int().describe('Of this fleet; of `other`, those whose make is not known.'),
  numbers: z.array(makeNumber),
  connectsInBrowser: z
    .object({ value: z.boolean(), isChosen: z.boolean(), source, sure: z.enum(sureness), sureText })
    .nullable()
    .describe('False: owners need an app. Null where nothing says that a browser would not do.'),
  quirks: z.array(known),
  before: z.array(z.object({ text: z.string(), source })).describe('What its owners are told before they start.'),
  effect: z.array(z.string()).describe('What the numbers come to, in sentences.'),
});
export type MakeView = z.infer<typeof make>;

export const makeList = z.object({
  items: z.array(make).describe("The fleet's own makes first, `other` last."),
  nextCursor: z.null(),
});

const bounded = (number: NumberName) => {
  const { min, max, mayBeNone } = numberBounds[number];
  const value = z.number().min(min).max(max);
  return (mayBeNone ? value.nullable() : value).optional();
};

/** What is not named holds as documented. */
export const makeChange = z.strictObject({
  overrides: z.strictObject({
    freshnessMin: bounded('freshnessMin'),
    staleAfterH: bounded('staleAfterH'),
    leastPollMin: bounded('leastPollMin'),
    requestsPerDay: bounded('requestsPerDay'),
    deepSleepAfterD: bounded('deepSleepAfterD'),
    signInAgainAfterD: bounded('signInAgainAfterD'),
    connectsInBrowser: z.boolean().optional(),
  }),
});

/** By make, what a fleet has set otherwise. */
export const makeOverrides = z.record(z.string(), z.record(z.string(), z.union([z.number(), z.boolean()]).nullable()));

const lacking = z.object({
  permission: z.string(),
  text: z.string(),
  required: z.boolean(),
  lacks: z.enum(['car', 'smartcar']).nullable(),
  whyText: z.string(),
});

export const compatibility = z.object({
  vehicleId: z.string(),
  before: z.array(z.object({ text: z.string(), source })).describe('What its owner does, or has to know, first.'),
  ways: z
    .array(capability.extend({ delivery: z.enum(deliveries) }))
    .describe('`browser` here, a `link` to hand over, a mailed link, an `app` with Smartcar’s mobile SDK.'),
  check: capability.describe('Whether Smartcar can be asked about the VIN.'),
  last: z
    .object({
      checkedAt: instant,
      vin: z.string(),
      country: z.string().nullable(),
      answer: z
        .enum(['compatible', 'incompatible', 'notInPlan'])
        .describe('`notInPlan`: the plan of the Smartcar application does not include this check.'),
      text: z.string(),
      lacking: z
        .array(lacking)
        .nullable()
        .describe('Asked for and not to be had; null where Smartcar tells nothing of it.'),
      requestId: z.string().nullable(),
    })
    .nullable()
    .describe('What Smartcar said of this VIN last; null when it was not asked.'),
});
export type CompatibilityView = z.infer<typeof compatibility>;
