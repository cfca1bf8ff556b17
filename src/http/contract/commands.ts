/** Locking and unlocking: what is asked of a car, and what became of it. */
import { z } from 'zod';

import { commandDeadlineS, commandStates, commandTypes } from '../../domain/command.ts';
import { instant, listOf, maybeInstant, page } from './shared.ts';

export const commandInput = z.strictObject({
  type: z.enum(commandTypes),
  rentalId: z.string().max(64).optional().describe('The rental that it belongs to; it is refused once that is over.'),
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
  rentalId: z.string().nullable(),
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
  renterText: z.string().nullable().describe('The same as the renter is told it.'),
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

/** A command of one of the fleet's cars, with what the car is called. */
export const fleetCommand = command.extend({
  vehicle: z.object({ id: z.string(), number: z.string(), make: z.string().nullable(), model: z.string().nullable() }),
});
export type FleetCommandView = z.infer<typeof fleetCommand>;
export const fleetCommandList = listOf(fleetCommand);

export const commandQuery = z.object({
  ...page,
  state: z
    .string()
    .max(100)
    .transform((states) => states.split(','))
    .pipe(z.array(z.enum(commandStates)).max(commandStates.length))
    .optional()
    .describe('Only those in this state; several are divided by commas.'),
  type: z.enum(commandTypes).optional(),
  make: z.string().max(60).optional(),
  vehicle: z.string().max(64).optional(),
  since: instant.optional().describe('Only those that were asked for from then on.'),
});

const count = z.number().int();
const latency = z
  .object({
    medianS: z.number().describe('Seconds within which half of them were.'),
    p95S: z.number().describe('Seconds within which 95 % of them were.'),
  })
  .nullable();

const figures = z.object({
  asked: count.describe('All of them; what follows adds up to it.'),
  underWay: count.describe('Queued or sent.'),
  confirmed: count,
  unconfirmed: count.describe('Not heard in time, or heard and not so; without the superseded.'),
  failed: count,
  expired: count,
  cancelled: count,
  superseded: count.describe('No longer listened for, since another command for the car came after it.'),
  successRate: z
    .number()
    .min(0)
    .max(1)
    .nullable()
    .describe(
      'Confirmed, of those that ended confirmed, unconfirmed, failed or expired: what was cancelled or superseded says nothing of how well it works. Null where none has ended.',
    ),
  acceptedAfter: latency.describe('From asked to accepted by Smartcar; null where none was.'),
  confirmedAfter: latency.describe('From asked to when the car was heard; null where none was. Late word counts, too.'),
});
export type CommandFiguresView = z.infer<typeof figures>;

export const commandSummaryQuery = z.object({
  days: z.coerce.number().int().min(1).max(90).default(30).describe('How many days back, to now.'),
});
export const commandSummary = z.object({
  days: count,
  from: instant.describe(
    'What is counted was asked for from then on: so many days ago, or later where that were more than the newest 100,000.',
  ),
  isCut: z.boolean().describe('Only the newest 100,000 are counted.'),
  all: figures,
  makes: z
    .array(
      figures.extend({
        make: z.string().nullable().describe('As Smartcar writes it; null: of vehicles whose make is not known.'),
        name: z.string().nullable(),
      }),
    )
    .describe('Most asked first; a hundred at most.'),
});
export type CommandSummaryView = z.infer<typeof commandSummary>;
