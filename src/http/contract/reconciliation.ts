/** Comparisons with Smartcar's lists, and connections that can be adopted. */
import { z } from 'zod';

import { driftKinds } from '../../domain/drift.ts';
import { powertrains } from '../../domain/vehicle.ts';
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
  grantedAt: maybeInstant.describe('As Smartcar says.'),
  firstSeenAt: instant,
});
export type AdoptableView = z.infer<typeof adoptable>;
export const adoptableList = listOf(adoptable);

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
