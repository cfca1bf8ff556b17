/** What is kept about an owner: consents, requests, the file they can take along, and how they are forgotten. */
import { z } from 'zod';

import { consentKinds, consentWays } from '../../domain/consent.ts';
import { erasureKinds } from '../../domain/erasure.ts';
import { notification } from './operations.ts';
import { instant, line, listOf, maybeInstant } from './shared.ts';
import { ownerView } from './vehicles.ts';

const vehicle = z.object({
  id: z.string(),
  number: z.string(),
  plate: z.string().nullable(),
  make: z.string().nullable(),
  model: z.string().nullable(),
  year: z.number().int().nullable(),
});

export const consent = z.object({
  id: z.string(),
  kind: z.enum(consentKinds),
  way: z.enum(consentWays),
  text: z.string().describe('What happened, in a sentence.'),
  at: instant,
  vehicle,
  connectionId: z.string(),
  actor: z.object({ kind: z.string(), name: z.string() }).describe('Who acted.'),
  permissions: z.array(z.string()).describe('What is allowed from then on; empty once it is withdrawn.'),
  asked: z
    .object({ required: z.array(z.string()), optional: z.array(z.string()) })
    .nullable()
    .describe('Null where nothing was asked for.'),
  wording: z
    .object({ id: z.string(), language: z.string(), sentences: z.array(z.string()) })
    .nullable()
    .describe('The sentences of the page, as it was; null where nobody can say.'),
  link: z.enum(['connect', 'repair', 'owner']).nullable().describe('The kind of link behind which it happened.'),
  grantedAt: maybeInstant.describe("By Smartcar's clock."),
  smartcar: z.object({
    userId: z.string().nullable(),
    connectionId: z.string().nullable(),
    requestId: z.string().nullable(),
  }),
  via: z.string(),
});
export type ConsentView = z.infer<typeof consent>;
export const consentList = listOf(consent);

export const request = z.object({
  id: z.string(),
  state: z.enum(['open', 'repaired', 'withdrawn']),
  createdAt: instant,
  askedAt: instant,
  openedAt: maybeInstant,
  closedAt: maybeInstant,
  vehicles: z.array(
    vehicle.extend({
      state: z.enum(['open', 'repaired', 'withdrawn']),
      causeText: z.string().describe('Why, in words.'),
    }),
  ),
});
export const requestList = listOf(request);

export const linkInput = z.strictObject({ deliver: z.literal('email').optional() });

/** Everything that is kept about an owner, and no secret. */
export const ownerFile = z.object({
  exportedAt: instant,
  fleet: z.string(),
  owner: ownerView.omit({ vehicleCount: true, erasedAt: true }),
  vehicles: z.array(vehicle.extend({ vin: z.string().nullable() })).describe('Those that are theirs now.'),
  shared: z.array(
    z.object({
      connectionId: z.string(),
      vehicle,
      since: instant,
      until: maybeInstant,
      permissions: z.array(z.string()),
      readings: z
        .array(z.object({ code: z.string(), name: z.string(), count: z.number().int(), from: instant, until: instant }))
        .describe('What the car told in that time, by kind; the values themselves are not part of this file.'),
    }),
  ),
  consents: z.array(consent),
  requests: z.array(request),
  messages: z.array(notification.omit({ owner: true, attempts: true, lastError: true })),
  isWhole: z.boolean().describe('False where one of the lists was longer than this file holds.'),
});
export type OwnerFile = z.infer<typeof ownerFile>;

const counts = z.partialRecord(z.enum(erasureKinds), z.number().int());

export const erasure = z.object({
  state: z.enum(['none', 'running', 'done']),
  phase: z
    .enum(['access', 'traces', 'readings', 'smartcar'])
    .nullable()
    .describe('What is done now; null unless running.'),
  askedAt: maybeInstant,
  askedBy: z.string().nullable(),
  endedAt: maybeInstant,
  counts: counts.describe('By kind: what would be erased; what was, once somebody asked for it.'),
  lines: z.array(z.object({ kind: z.enum(erasureKinds), count: z.number().int(), text: z.string() })),
  vehicles: z
    .array(vehicle.extend({ willBeDisconnected: z.boolean() }))
    .describe('The cars that stay, without their owner; empty once it is done.'),
  waitsForSmartcar: z.number().int().describe('Connections whose end Smartcar has not confirmed yet.'),
  proof: z
    .object({ digest: z.string(), holds: z.boolean().describe('Whether nothing of this was changed afterwards.') })
    .nullable(),
});
export type ErasureView = z.infer<typeof erasure>;
export const eraseInput = z.strictObject({
  name: line(200).describe("The owner's name, typed by whoever asks, so that nobody is forgotten by mistake."),
});
