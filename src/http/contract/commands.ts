/** Locking and unlocking: what is asked of a car, and what became of it. */
import { z } from 'zod';

import { commandDeadlineS, commandStates, commandTypes } from '../../domain/command.ts';
import { instant, listOf, maybeInstant } from './shared.ts';

export const commandInput = z.strictObject({
  type: z.enum(commandTypes),
  deadlineS: z
    .number()
    .int()
    .min(commandDeadlineS.least)
    .max(commandDeadlineS.most)
    .default(commandDeadlineS.usual)
    .describe('Seconds from now until it may be sent at the latest.'),
});

export const command = z.object({
  id: z.string(),
  vehicleId: z.string(),
  type: z.enum(commandTypes),
  state: z
    .enum(commandStates)
    .describe(
      'queued: to be sent. sent: on its way, or the car is listened for. confirmed: the car was heard to be so since. unconfirmed: sent, and the car was not heard in time; late word still confirms it. failed: the car did nothing. expired: not sent before its deadline. cancelled: taken back before it was sent.',
    ),
  stateText: z.string(),
  cause: z
    .string()
    .nullable()
    .describe('Why it is not confirmed; what it was last refused for while it waits. Null when there is nothing.'),
  causeText: z.string().nullable().describe('The same in a sentence.'),
  retry: z
    .enum(['now', 'later', 'no'])
    .nullable()
    .describe(
      'Whether asking again makes sense: at once, after something has changed, or not. Null while it is under way, or done.',
    ),
  requestedAt: instant,
  requestedBy: z.object({ kind: z.string(), name: z.string() }),
  deadlineAt: instant,
  sends: z.number().int().describe('Times it left.'),
  sentAt: maybeInstant,
  acceptedAt: maybeInstant.describe('When Smartcar said that it was handed to the car.'),
  endedAt: maybeInstant,
  requestId: z.string().nullable().describe("Smartcar's, of the last answer."),
});
export type CommandView = z.infer<typeof command>;
export const commandList = listOf(command);
