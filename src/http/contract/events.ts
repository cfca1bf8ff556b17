/** Events for the fleet's own systems: what they say, who is told of them, and how each try went. */
import { z } from 'zod';

import { causeNames, statuses } from '../../domain/cause.ts';
import { commandTypes } from '../../domain/command.ts';
import { deliveryProblems, deliveryStates, disabledReasons } from '../../domain/event-delivery.ts';
import { eventTypes, testEventType } from '../../domain/event.ts';
import { idParam, instant, listOf, maybeInstant, page } from './shared.ts';

const cause = z.enum(causeNames as [string, ...string[]]).nullable(); // the list is never empty
const status = z.enum(statuses as [string, ...string[]]); // the same
const causedBy = z
  .enum(['operator', 'apiKey', 'owner', 'renter', 'towline'])
  .describe('Who caused it; `towline` where nobody pressed anything.');
const ofVehicle = { vehicleId: z.string(), vehicleNumber: z.string().describe('As the fleet calls it.') };

const ofRental = z.object({
  rentalId: z.string().nullable().describe('As in `/rentals/{id}`.'),
  reference: z.string().nullable().describe("The booking system's own."),
});

/** What an event says, by the first word of its type. */
export const eventData = {
  connection: z.object({
    ...ofVehicle,
    connectionId: z.string().nullable(),
    status: status.describe("The connection's status from now on."),
    cause: cause.describe('Why it is not active; null when it is, and for one that was just made.'),
    previous: z.object({ status, cause }).nullable().describe('What it was before; null for one that was just made.'),
    causedBy,
    rental: ofRental.optional().describe('With `connection.broken_in_rental` alone: the one that it is in.'),
  }),
  command: z.object({
    ...ofVehicle,
    connectionId: z.string().nullable(),
    commandId: z.string().nullable().describe('As in `/commands/{id}`.'),
    command: z.enum(commandTypes).nullable(),
    cause: z
      .string()
      .nullable()
      .describe('Why it was not confirmed; null when it was, and when it was just asked for.'),
    causedBy,
  }),
  rental: z.object({ ...ofVehicle, ...ofRental.shape, causedBy }),
  vehicle: z.object({
    ...ofVehicle,
    isReady: z.boolean().describe('Whether it can be handed to a renter now.'),
  }),
  endpoint: z.object({ endpointId: z.string() }),
} as const;

export const event = z.object({
  id: z.string().describe('The same as the header webhook-id.'),
  type: z.enum([...eventTypes, testEventType]),
  timestamp: instant.describe('When it happened.'),
  data: z.union([eventData.connection, eventData.command, eventData.rental, eventData.vehicle, eventData.endpoint]),
});
export const eventList = listOf(event);
export const eventQuery = z.object({
  ...page,
  type: z.string().max(64).optional(),
  vehicle: z.string().max(64).optional(),
  since: instant.optional().describe('At or after it. The log goes back thirty days.'),
});

const url = z
  .string()
  .max(500)
  .describe('An https:// address on the internet; into a private network only where the installation allows it.');
const types = z
  .array(z.enum(eventTypes))
  .min(1)
  .nullable()
  .describe('The types that are sent; null: every one, also those that are added later.');

export const endpointCreate = z.strictObject({ url, types: types.default(null) });
export const endpointChange = z.strictObject({
  url: url.optional(),
  types: types.optional(),
  enabled: z.boolean().optional(),
});

export const endpoint = z.object({
  id: z.string(),
  url: z.string(),
  types,
  enabled: z.boolean(),
  disabledBecause: z
    .enum(disabledReasons)
    .nullable()
    .describe('operator: by hand. gone: it answered 410. failing: it took nothing for five days.'),
  disabledAt: maybeInstant,
  failingSince: maybeInstant.describe(
    'The first try since the last delivery that came to nothing; null when there was none.',
  ),
  lastDeliveredAt: maybeInstant,
  pending: z.number().int().describe('Events that wait to be taken.'),
  failed: z.number().int().describe('Events of the last thirty days that were not taken, and are not tried any more.'),
  previousSecretUntil: maybeInstant.describe(
    'Until when the secret before the present one signs too; null when there is none.',
  ),
  createdAt: instant,
  createdBy: z.string(),
});
export type EndpointView = z.infer<typeof endpoint>;
export const endpointList = listOf(endpoint);
export const endpointWithSecret = endpoint.extend({
  secret: z.string().describe('whsec_ and base64, as Standard Webhooks has it. Shown this once.'),
});

export const delivery = z.object({
  id: z.string().describe("The event's id."),
  type: z.string(),
  vehicle: z.object({ id: z.string(), number: z.string() }).nullable().describe('Null for a test.'),
  at: instant.describe('When it happened.'),
  state: z
    .enum(deliveryStates)
    .describe(
      'pending: to be tried. delivered: it was taken. failed: no try is left. stopped: the endpoint was disabled before.',
    ),
  nextTryAt: maybeInstant,
  deliveredAt: maybeInstant,
  tries: z
    .array(
      z.object({
        at: instant,
        durationMs: z.number().int(),
        status: z.number().int().nullable().describe('Of the answer; null when none came.'),
        problem: z.enum(deliveryProblems).nullable().describe('Why no answer came.'),
        text: z.string().describe('What it came to, in a sentence.'),
        answer: z.string().nullable().describe('Its first kilobyte.'),
      }),
    )
    .describe('The last twenty, newest first.'),
});
export type DeliveryView = z.infer<typeof delivery>;
export const deliveryList = listOf(delivery);
export const deliveryQuery = z.object({ ...page, state: z.enum(deliveryStates).optional() });
export const deliveryParams = idParam.extend({ deliveryId: z.string().max(64) });

export const replayInput = z.strictObject({
  since: instant.describe('Events of this instant and after it. The log goes back thirty days.'),
  types: z.array(z.enum(eventTypes)).min(1).optional().describe('What the endpoint wants, when absent.'),
});
export const replayed = z.object({ id: z.string(), events: z.number().int() });
