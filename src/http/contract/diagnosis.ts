/** The diagnosis of one vehicle, its live steps, and the hand-over for Smartcar's support. */
import { z } from 'zod';

import { stepNames, stepStates } from '../../domain/check-step.ts';
import { confidences } from '../../domain/diagnosis.ts';
import { instant, maybeInstant, nextAction } from './shared.ts';
import { vehicle } from './vehicles.ts';

const requestId = z.string().nullable().describe("Smartcar's request id; null when there was none.");

/** An event of the name `step` while a check is streamed. */
export const checkStep = z.object({
  name: z.enum(stepNames),
  title: z.string().describe('The step in words.'),
  state: z.enum(stepStates).describe('`warning`: to be known, and not what breaks the connection.'),
  detail: z.string().describe('What was found, in a sentence.'),
  at: instant,
  requestId,
});
export type StepView = z.infer<typeof checkStep>;

const told = z.object({ at: instant, what: z.string().describe('In a sentence.'), requestId });

const signalAge = z.object({
  code: z.string(),
  name: z.string(),
  state: z.enum(['fresh', 'stale', 'missing', 'failed']),
  measuredAt: maybeInstant,
  fetchedAt: maybeInstant,
  receivedAt: maybeInstant,
  problem: z.string().nullable().describe('Why it failed, in words; null when it did not.'),
});

const gap = z.object({
  permission: z.string(),
  text: z.string(),
  why: z.enum(['notGranted', 'notSupported', 'notInPlan']),
  whyText: z.string(),
});

export const diagnosis = z.object({
  vehicleId: z.string(),
  at: instant.describe('When it was worked out: now.'),
  status: z.string().describe('Of the connection; `unconnected` when there never was one.'),
  cause: z
    .string()
    .nullable()
    .describe('A cause of a connection, or what else is to be known; null when nothing is wrong.'),
  causeText: z.string(),
  confidence: z.enum(confidences),
  confidenceText: z.string(),
  since: maybeInstant,
  nextAction: nextAction.nullable(),
  evidence: z.array(told).describe('Newest first.'),
  tried: z.array(told).describe('What was done about it so far, newest first.'),
  steps: z.array(checkStep).describe('Of the last check; empty when there was none.'),
  checkedAt: maybeInstant.describe('When the last check began.'),
  signalsCame: z
    .number()
    .int()
    .nullable()
    .describe('How many signals the last check brought; null when the car was not read.'),
  running: z.boolean().describe('A check runs at this moment.'),
  permissions: z.object({ granted: z.array(z.string()), required: z.array(z.string()), missing: z.array(gap) }),
  signals: z.array(signalAge).describe('Those that the fleet requires, without their values.'),
  quirks: z
    .array(z.object({ text: z.string(), source: z.string(), sureText: z.string() }))
    .describe('What is known of the make and explains the cause, with its source.'),
  wording: z.object({
    operator: z.string(),
    owner: z.string().nullable().describe('Words to send to the owner; null when it is not their turn.'),
  }),
});
export type DiagnosisView = z.infer<typeof diagnosis>;

/** The vehicle as it is after the check, with its diagnosis. */
export const checkedVehicle = vehicle.extend({ diagnosis });

const supportConnection = z.object({
  vehicleId: z.string().describe("Smartcar's id."),
  userId: z.string(),
  connectionId: z.string().nullable(),
  platform: z.enum(['v3', 'v2']),
  status: z.string(),
  cause: z.string().nullable(),
  since: instant,
});

/** Without tokens, values, places, and anything of the owner. */
export const supportFile = z.object({
  madeAt: instant,
  vehicle: z.object({
    make: z.string().nullable(),
    model: z.string().nullable(),
    year: z.number().int().nullable(),
    country: z.string().nullable(),
    vinEnding: z.string().nullable().describe('The last six characters.'),
  }),
  connection: supportConnection.nullable(),
  cause: z.string().nullable(),
  causeText: z.string(),
  confidence: z.enum(confidences),
  evidence: z.array(told),
  steps: z.array(checkStep),
  permissions: z.object({ granted: z.array(z.string()), required: z.array(z.string()), missing: z.array(gap) }),
  signals: z.array(signalAge.omit({ name: true })),
  text: z.string().describe('The same to be read; what `Accept: text/plain` answers.'),
});
export type SupportFile = z.infer<typeof supportFile>;
