/** Smartcar's errors, wherever they stand: as an answer, in a signal's status, in a webhook. Text for people is left behind. */
import { z } from 'zod';
import type { Failure } from '../domain/failure.ts';
import { meaningOf } from './classify.ts';
import { constant, longestUntrimmed, optionalId } from './fields.ts';
import { isRecord, parseJson } from './json.ts';
import type { Received, Sent } from './send.ts';

const address = z.string().max(longestUntrimmed).pipe(z.url()).nullish().catch(null);

const resolution = z
  .union([
    z.object({ type: constant, url: address }),
    // Very old: the type alone, as text.
    constant.transform((type) => ({ type, url: null })),
  ])
  .nullish()
  .catch(null);

const error = z.object({
  type: constant,
  code: constant,
  resolution,
  requestId: optionalId,
  meta: z
    .object({ debug: z.object({ requestId: optionalId }) })
    .nullish()
    .catch(null),
});

interface Described {
  type: string | null;
  code: string | null;
  resolution: string | null;
  resolutionUrl: string | null;
  requestId: string | null;
}

const nothing: Described = { type: null, code: null, resolution: null, resolutionUrl: null, requestId: null };

/** One error of §3.7, §4.1 or §6.8; all null where it says nothing we know. */
function describe(given: unknown): Described {
  const read = error.safeParse(given);
  if (!read.success) return nothing;
  const { type, code, resolution: way, requestId, meta } = read.data;
  // `TYPE:CODE` in one word is met too.
  const [family, detail] = type?.includes(':') && !code ? type.split(':', 2) : [type, code];
  return {
    // A colon may stand alone, too.
    type: family || null,
    code: detail || null,
    resolution: way?.type ?? null,
    resolutionUrl: way?.url ?? null,
    requestId: requestId ?? meta?.debug.requestId ?? null,
  };
}

/** An error that stands inside something that is itself fine. `status` is what the error says of itself. */
export function failureInside(given: unknown, requestId: string | null, status: number | null = null): Failure {
  const described = describe(given);
  return {
    meaning: meaningOf({ came: 'inside', status, ...described }),
    type: described.type,
    code: described.code,
    status: null,
    requestId: described.requestId ?? requestId,
    retryAfterS: null,
    resolutionUrl: described.resolutionUrl,
  };
}

/** An answer that is not what was asked for, or none. `refresh`: it was asked for new tokens of v2. */
export function failureOf(sent: Sent, came: 'answer' | 'refresh' = 'answer'): Failure {
  if (!sent.came) return failureWithout(sent.why, sent.reason);
  const described = describeBody(parseJson(sent.text));
  return {
    meaning: meaningOf({ came, status: sent.status, ...described }),
    type: described.type,
    code: described.code,
    status: sent.status,
    requestId: sent.requestId ?? described.requestId,
    retryAfterS: sent.retryAfterS,
    resolutionUrl: described.resolutionUrl,
  };
}

function failureWithout(why: 'unreachable' | 'nonsense', reason: string): Failure {
  const meaning = why === 'nonsense' ? 'nonsense' : meaningOf({ came: 'nothing', status: null, ...nothing });
  const unknown = { type: null, status: null, requestId: null, retryAfterS: null, resolutionUrl: null };
  return { ...unknown, meaning, code: reason };
}

/** A success that can't be read. `code` tells people what was wrong with it. */
export function nonsense({ status, requestId }: Pick<Received, 'status' | 'requestId'>, code: string): Failure {
  return { meaning: 'nonsense', type: null, code, status, requestId, retryAfterS: null, resolutionUrl: null };
}

/** JSON:API's list (the first error speaks), OAuth's word, or the error itself as v2 gives it. */
function describeBody(body: unknown): Described {
  if (!isRecord(body)) return nothing;
  if (Array.isArray(body['errors'])) return describe(body['errors'][0]);
  const inner = body['error'];
  if (isRecord(inner)) return describe(inner);
  if (typeof inner === 'string') return describe({ code: inner });
  return describe(body);
}
