/** What programs may ask of the controls. */
import { z } from 'zod';

export const ownerWish = z.strictObject({ email: z.string().describe('of another account of the same make') });

export const claim = z.strictObject({
  type: z.string(),
  code: z.string().nullable(),
  state: z.enum(['ERROR', 'RESOLVED']).default('ERROR'),
  signals: z.array(z.string()).default([]).describe('none: the whole vehicle'),
});

export const stateWish = z.strictObject({
  triggers: z.array(z.string()).min(1).optional().describe('codes of signals; absent: FIRST_DELIVERY'),
});

export const outageWish = z.strictObject({
  code: z.string().optional().describe('of UPSTREAM; NO_RESPONSE unless told'),
  share: z.number().min(0).max(1).optional().describe('of the cars of the make; all unless told'),
});

export const passwordWish = z.strictObject({
  password: z.string().min(1).max(200).optional().describe('absent: the next one in a row'),
});

export const lockWish = z.strictObject({ isLocked: z.boolean() });

/** Nothing can be chosen. */
export const accountWish = z.strictObject({});

export const rawEvent = z.record(z.string(), z.unknown());

export const applicationWish = z.strictObject({
  redirectUris: z
    .array(z.string().min(1).max(2_000))
    .max(20)
    .describe('to the letter; none: Connect leads back nowhere'),
});

export const secretWish = z.strictObject({
  of: z.enum(['v3', 'v2']),
  secret: z.string().min(8).max(200).optional().describe('absent: one is made up'),
});

export const tokenWish = z.strictObject({
  token: z.string().min(8).max(200).optional().describe('absent: one is made up'),
});
