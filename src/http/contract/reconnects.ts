/** Many reconnects at once: what would happen, what was sent, what came of it. */
import { z } from 'zod';

import { batchStates, itemStates, mostVehicles, skipReasons } from '../../domain/reconnect-batch.ts';
import { instant, listOf, maybeInstant, page } from './shared.ts';
import { owner, vehicleFilter } from './vehicles.ts';

const count = z.number().int();
const vehicleId = z.string().max(64);

export const reconnectSelection = z
  .strictObject({
    vehicleIds: z.array(vehicleId).min(1).max(mostVehicles).optional().describe('Chosen one by one.'),
    filter: vehicleFilter.optional().describe('All that match, as in the list of vehicles.'),
    except: z.array(vehicleId).max(1_000).optional().describe('Taken out of those that match.'),
  })
  .refine(({ vehicleIds, filter }) => (vehicleIds === undefined) !== (filter === undefined), {
    message: 'Give vehicleIds or filter.',
  });
export type ReconnectSelection = z.infer<typeof reconnectSelection>;

const car = z.object({
  id: z.string(),
  number: z.string(),
  make: z.string().nullable(),
  model: z.string().nullable(),
});
const causedCar = car.extend({
  cause: z.string().nullable(),
  causeName: z.string().nullable().describe('The cause in two or three words.'),
});

export const reconnectPreview = z.object({
  at: instant,
  expiresAt: instant.describe('Until then this preview can be sent.'),
  token: z.string().describe('Sends what is seen here, and nothing else.'),
  vehicles: count.describe('The sum of the three groups.'),
  ask: z.object({
    owners: count.describe('One message each.'),
    vehicles: count,
    causes: z.array(z.object({ cause: z.string(), name: z.string(), vehicles: count })),
    items: z
      .array(z.object({ owner, vehicles: count, items: z.array(causedCar), lastAskedAt: maybeInstant }))
      .describe('The first owners, each with their first vehicles.'),
  }),
  retry: z.object({ vehicles: count, items: z.array(causedCar) }).describe('Read again, without the owner.'),
  skip: z.object({
    vehicles: count,
    reasons: z.array(z.object({ reason: z.enum(skipReasons), text: z.string(), vehicles: count, items: z.array(car) })),
  }),
  messagesPerMinute: count,
});
export type ReconnectPreview = z.infer<typeof reconnectPreview>;

export const reconnectSend = z.strictObject({ token: z.string().min(1).max(1_000_000).describe('Of the preview.') });

export const reconnects = z.object({
  id: z.string(),
  state: z.enum(batchStates),
  selection: z.string().describe('What was chosen, in words.'),
  createdAt: instant,
  createdBy: z.string(),
  startsAt: instant.describe('Nothing is sent before.'),
  endedAt: maybeInstant,
  vehicles: count.describe('The sum of the counts.'),
  counts: z
    .object({ queued: count, sent: count, retried: count, repaired: count, skipped: count, withdrawn: count })
    .describe('Vehicles by what became of them; each is in one.'),
});
export type ReconnectsView = z.infer<typeof reconnects>;
export const reconnectsList = listOf(reconnects);

export const reconnectsDetail = reconnects.extend({
  previewedAt: instant,
  owners: z.object({ queued: count, asked: count }),
  funnel: z
    .object({
      asked: count,
      delivered: count,
      failed: count,
      opened: count,
      returned: count,
      repaired: count,
      repairedAlone: count,
    })
    .describe('Vehicles whose owners were asked, by how far they came; each figure is a part of `asked`.'),
  skips: z.array(z.object({ reason: z.enum(skipReasons), text: z.string(), vehicles: count })),
  messagesPerMinute: count,
  waitsFor: z.enum(['mailServer']).nullable().describe('What holds it; null when nothing does.'),
});
export type ReconnectsDetail = z.infer<typeof reconnectsDetail>;

export const reconnectItem = causedCar.extend({
  owner: owner.nullable(),
  state: z.enum(itemStates),
  reason: z.enum(skipReasons).nullable(),
  text: z.string().describe('What became of it, in a sentence.'),
  actedAt: maybeInstant.describe('When its owner was asked, or when it was to be read again.'),
  deliveredAt: maybeInstant.describe('When the mail server took the message.'),
  mailError: z.string().nullable(),
  openedAt: maybeInstant.describe('When the owner pressed the button.'),
  returnedAt: maybeInstant.describe('When the owner came back.'),
  repairedAt: maybeInstant,
  changedAt: instant,
});
export type ReconnectItemView = z.infer<typeof reconnectItem>;
export const reconnectItemList = listOf(reconnectItem);
export const reconnectItemQuery = z.object({ ...page, state: z.enum(itemStates).optional() });
