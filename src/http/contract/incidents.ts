/** Incidents: many vehicles that fail together. */
import { z } from 'zod';

import { instant, listOf, maybeInstant, page } from './shared.ts';

const count = z.number().int();

export const incident = z.object({
  id: z.string(),
  scope: z.object({
    make: z.string().nullable().describe('As Smartcar writes it; null: all makes.'),
    region: z.string().nullable().describe('ISO 3166-1 alpha-2; null: wherever the vehicles are.'),
  }),
  name: z.string().describe('The scope in words.'),
  state: z.enum(['open', 'closed']),
  text: z.string().describe('How it stands, in a sentence.'),
  meanwhile: z
    .string()
    .nullable()
    .describe('What Towline does and leaves alone while it is open; null when it is over.'),
  openedAt: instant,
  closedAt: maybeInstant,
  end: z.enum(['recovered', 'lasting', 'byHand']).nullable().describe('How it ended; null while it is open.'),
  vehicleCount: count.describe('Vehicles of this fleet that failed in it.'),
  failingCount: count.describe('Those of them that still fail.'),
  lastJoinedAt: instant.describe('When a vehicle joined it last.'),
  lastHealedAt: maybeInstant.describe('When one of its vehicles worked again last; null when none has.'),
  seen: z
    .object({
      accounts: count.describe('Owners’ accounts that could have failed, over all fleets.'),
      troubled: count.describe('Those that had begun to fail within an hour.'),
      normalShare: z.number().describe('The share that fails at once on bad days, from 0 to 1.'),
    })
    .describe('What opened it.'),
});
export type IncidentView = z.infer<typeof incident>;
export const incidentList = listOf(incident);
export const incidentQuery = z.object({ ...page, state: z.enum(['open', 'closed', 'all']).default('all') });
