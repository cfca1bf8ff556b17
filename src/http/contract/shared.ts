/** Shapes that many calls share. JSON, camelCase, instants as ISO 8601 in UTC. */
import { z } from 'zod';

import { statuses } from '../../domain/cause.ts';

export const instant = z.iso.datetime().describe('Instant, ISO 8601 in UTC.');
export const maybeInstant = instant.nullable();
/** One line of text, without control characters: it ends up in subjects, headers and lists. */
export const line = (longest: number) =>
  z
    .string()
    .trim()
    .max(longest)
    .regex(/^\P{Cc}*$/u, 'Use one line, without control characters.');
export const name = line(200).min(1);
export const country = z
  .string()
  .regex(/^[A-Z]{2}$/)
  .describe('ISO 3166-1 alpha-2, upper case.');

export const idParam = z.object({ id: z.string().max(64) });
export const none = z.object({});

/** Where a page begins is opaque; `limit` is how many it holds. */
export const page = {
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(500).optional(),
};

export const listOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });

export const statusName = z.enum(statuses as [string, ...string[]]); // statuses is never empty
export const who = z.enum(['owner', 'operator', 'vehicle', 'manufacturer', 'smartcar', 'us', 'nobody']);

/** Whose turn it is, and what they do. */
export const nextAction = z.object({
  who,
  action: z
    .string()
    .describe('A stable name: reauthenticate, authorize, widen, ownerAction, automatic, drive, confirm, none.'),
  text: z.string().describe('The sentence an operator reads.'),
  url: z.string().optional(),
});

export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: z.string(),
  detail: z.string().optional(),
  requestId: z.string(),
  errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
});
export type Problem = z.infer<typeof problem>;
