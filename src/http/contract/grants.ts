/** Grants at Smartcar that are no connections here: held for an operator's word, or to be deleted there. */
import { z } from 'zod';

import { grantStates, holdReasons, removalReasons } from '../../domain/returned-car.ts';
import { instant, listOf, maybeInstant, page } from './shared.ts';

const fact = z.object({
  field: z.enum(['vin', 'make', 'model', 'year']),
  name: z.string().describe('In words.'),
  expected: z.string().nullable().describe('As it stands in the record.'),
  found: z.string().nullable().describe('As Smartcar tells it.'),
  agrees: z.boolean().nullable().describe('Null where one of both is not known.'),
});

export const grant = z.object({
  id: z.string(),
  state: z
    .enum(grantStates)
    .describe(
      'held: waits for an operator. bound: is the connection. removing: to be deleted at Smartcar. removed: is gone. kept: left, since a connection lives on it.',
    ),
  text: z.string().describe('What it is about, in a sentence.'),
  vehicle: z.object({ id: z.string(), number: z.string(), make: z.string().nullable(), model: z.string().nullable() }),
  owner: z.object({ id: z.string(), name: z.string() }).nullable(),
  heldFor: z.enum(holdReasons).nullable(),
  removedFor: z.enum(removalReasons).nullable(),
  facts: z.array(fact),
  permissions: z.array(z.string()),
  platform: z.enum(['v3', 'v2']),
  replaces: z
    .object({ connectionId: z.string(), status: z.string(), causeText: z.string().nullable(), since: instant })
    .nullable()
    .describe('The connection that ends when it is confirmed; null when the vehicle has none.'),
  createdAt: instant,
  expiresAt: maybeInstant.describe('Held: refused by itself then.'),
  nextAttemptAt: maybeInstant,
  attempts: z.number().int(),
  lastError: z.string().nullable(),
  decidedBy: z.string().nullable(),
  decidedAt: maybeInstant,
  endedAt: maybeInstant,
});
export type GrantView = z.infer<typeof grant>;
export const grantList = listOf(grant);
export const grantQuery = z.object({
  ...page,
  state: z
    .enum([...grantStates, 'open', 'all'])
    .default('held')
    .describe('open: held or removing.'),
  vehicle: z.string().max(64).optional(),
});
