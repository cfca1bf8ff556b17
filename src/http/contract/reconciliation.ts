/** Comparisons with Smartcar's lists, and connections that can be adopted. */
import { z } from 'zod';

import { driftKinds } from '../../domain/drift.ts';
import { powertrains } from '../../domain/vehicle.ts';
import { alert } from './operations.ts';
import { instant, line, listOf, maybeInstant, page } from './shared.ts';

export const reconciliation = z.object({
  platforms: z.array(
    z.object({
      platform: z.enum(['v3', 'v2']),
      state: z.enum(['never', 'running', 'done', 'failed']),
      startedAt: maybeInstant,
      endedAt: maybeInstant,
      lastDoneAt: maybeInstant.describe('When one last came to its end.'),
      error: z.string().nullable().describe('Why it failed or waits, in words; null when nothing is wrong.'),
      listed: z
        .number()
        .int()
        .nullable()
        .describe("Connections on the list; null but for the installation's administrator."),
    }),
  ),
  unknown: z
    .number()
    .int()
    .nullable()
    .describe("Connections that no fleet has; null but for the installation's administrator."),
  messages: z
    .object({
      subscribed: z.number().int(),
      unsubscribed: z.number().int().describe('On v3, and Smartcar does not send them by itself; that is put right.'),
      onV2: z.number().int().describe("Enrolled in Smartcar's dashboard, or not; nobody can ask."),
      lastReceivedAt: maybeInstant,
      cost: z.string().describe('What it costs to read cars by polling alone, in words.'),
      makes: z.array(
        z.object({
          make: z.string().nullable(),
          subscribed: z.number().int(),
          unsubscribed: z.number().int(),
          onV2: z.number().int(),
          lastAt: maybeInstant,
          silent: z.boolean().describe('For longer than usual.'),
        }),
      ),
    })
    .describe("What Smartcar sends by itself of this fleet's connections."),
  alerts: z.array(alert).describe('About the comparison and what Smartcar sends; unresolved ones.'),
});
export type ReconciliationView = z.infer<typeof reconciliation>;

export const drift = z.object({
  id: z.string(),
  kind: z.enum(driftKinds),
  text: z.string().describe('What was found, in a sentence.'),
  vehicle: z.object({ id: z.string(), number: z.string() }),
  at: instant,
});
export type DriftView = z.infer<typeof drift>;
export const driftList = listOf(drift);
export const driftQuery = z.object(page);

export const adoptable = z.object({
  smartcarConnectionId: z.string().nullable().describe('Null on v2, whose connections have no ids.'),
  smartcarVehicleId: z.string(),
  smartcarUserId: z.string(),
  platform: z.enum(['v3', 'v2']),
  adoptable: z.boolean().describe('On v2 the owner has to give access anew instead.'),
  make: z.string().nullable(),
  model: z.string().nullable(),
  year: z.number().int().nullable(),
  powertrain: z.enum(powertrains as [string, ...string[]]).nullable(), // never empty
  permissions: z.array(z.string()),
  reason: z.string().nullable().describe('Why it can not be adopted; null when it can.'),
  grantedAt: maybeInstant.describe('As Smartcar says.'),
  firstSeenAt: instant,
  listedAt: instant.describe('When a comparison last saw it.'),
  requests: z.number().int().describe('Requests to Smartcar that adopting it costs now.'),
});
export type AdoptableView = z.infer<typeof adoptable>;
export const adoptableList = listOf(adoptable);

export const adoptableQuery = z.object({
  ...page,
  q: z.string().trim().max(100).optional().describe("Make, model, year, or one of Smartcar's ids."),
  adoptable: z.enum(['yes', 'no']).optional(),
});

export const adoptionWishes = z
  .array(
    z.strictObject({
      smartcarConnectionId: z.string().min(1).max(200),
      fleetId: z.string().max(64),
      number: line(60).min(1).optional().describe('Chosen by Towline when absent.'),
      ownerId: z.string().max(64).optional(),
    }),
  )
  .min(1)
  .max(50);
export const adopted = z.object({
  items: z.array(
    z.object({
      smartcarConnectionId: z.string(),
      vehicleId: z.string().nullable(),
      problem: z.string().nullable().describe('A stable name; null when it was adopted.'),
      text: z.string().nullable().describe('The problem in a sentence.'),
    }),
  ),
  nextCursor: z.null(),
});
export type AdoptedView = z.infer<typeof adopted>;
