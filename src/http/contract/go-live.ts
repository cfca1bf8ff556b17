/** How far the installation is from real cars. */
import { z } from 'zod';

import { copyNames, goLiveStates, goLiveSteps } from '../../domain/go-live.ts';
import { maybeInstant } from './shared.ts';

export const goLive = z.object({
  world: z.enum(['demo', 'simulated', 'live']).describe('`simulated`: Smartcar’s own simulated cars.'),
  verdict: z.object({
    says: z.enum(['ready', 'readyBut', 'missing']),
    count: z.number().int().describe('Steps that are missing; with `readyBut`, steps that are advised or not known.'),
    text: z.string(),
  }),
  checkedAt: maybeInstant.describe(
    'When Smartcar and the mail server were last asked; null: not with this configuration.',
  ),
  steps: z.array(
    z.object({
      name: z.enum(goLiveSteps),
      title: z.string(),
      state: z.enum(goLiveStates).describe('`unknown`: it can not be checked from here, or was not yet.'),
      stateText: z.string(),
      weight: z
        .enum(['must', 'should', 'note'])
        .describe('`must`: no real car can be managed without it; `note`: to be known, and no more.'),
      weightText: z.string(),
      found: z.string().describe('What was seen, in words; for programs: `finding`.'),
      finding: z.string(),
      remedy: z.string().nullable().describe('What to do; null: nothing.'),
      copies: z
        .array(z.object({ what: z.enum(copyNames), label: z.string(), value: z.string() }))
        .describe('What is to be copied, to the letter.'),
    }),
  ),
});
export type GoLiveAnswer = z.infer<typeof goLive>;
export type GoLiveStepView = GoLiveAnswer['steps'][number];

export const testMessageSent = z.object({
  sent: z.boolean(),
  to: z.string(),
  text: z.string().describe('What came of it, in a sentence.'),
});
