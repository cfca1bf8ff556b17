/**
 * What a car could do, asked by its VIN and without anybody's consent: the request, and its answer. v3 has no such
 * question.
 *
 * @see docs/smartcar.md §2.8
 */
import { z } from 'zod';
import type { CompatibilityFound } from '../../domain/compatibility.ts';
import type { Permission } from '../../domain/permission.ts';
import type { Answer } from '../answer.ts';
import { constant } from '../fields.ts';
import { pathOf, readAs } from '../read.ts';
import type { Request, Sent } from '../send.ts';
import type { Mode } from '../smartcar.ts';
import { basic } from './tokens.ts';
import type { ClientCredentials } from './tokens.ts';

export interface CompatibilityQuestion {
  vin: string;
  permissions: readonly Permission[];
  /** Null: Smartcar takes the United States. */
  country: string | null;
}

export function compatibilityRequest(
  { applicationId, clientSecret }: ClientCredentials,
  { vin, permissions, country }: CompatibilityQuestion,
  mode: Mode,
): Request {
  const query = {
    vin,
    scope: permissions.join(' '),
    country: country ?? undefined,
    mode: mode === 'live' ? undefined : mode,
  };
  const authorization = basic(applicationId, clientSecret);
  return {
    method: 'GET',
    path: pathOf('/v2.0/compatibility', query),
    headers: { accept: 'application/json', authorization, 'user-agent': 'Towline' },
  };
}

const reasons = { VEHICLE_NOT_COMPATIBLE: 'car', MAKE_NOT_COMPATIBLE: 'make' } as const;
const lacks = { VEHICLE_NOT_CAPABLE: 'car', SMARTCAR_NOT_CAPABLE: 'smartcar' } as const;

/** One of the words that are documented; null for none and for any other. */
const oneOf = <T extends object>(words: T) =>
  constant.transform((word) => (word !== null && Object.hasOwn(words, word) ? words[word as keyof T] : null)); // has just been shown to be one

const capability = z
  .object({ permission: z.string().max(100), capable: z.boolean(), reason: oneOf(lacks).optional() })
  .transform(({ permission, capable, reason }) => ({ permission, capable, lacks: reason ?? null }));

const shape = z
  .object({
    compatible: z.boolean(),
    reason: oneOf(reasons).optional(),
    capabilities: z.array(capability).max(500).nullish(),
  })
  .transform(({ compatible, reason, capabilities }): CompatibilityFound => ({
    compatible,
    reason: compatible ? null : (reason ?? null),
    capabilities: capabilities ?? [],
  }));

export const readCompatibility = (sent: Sent): Answer<CompatibilityFound> => readAs(sent, shape);
