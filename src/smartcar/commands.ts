/**
 * Locking and unlocking: the requests, and their answers. That Smartcar says "succeeded" is not the vehicle's state: only
 * its signals, or a webhook, show that.
 *
 * @see docs/smartcar.md §3.6
 */
import { z } from 'zod';
import type { Failure } from '../domain/failure.ts';
import { failureInside, failureOf, nonsense } from './error-body.ts';
import { constant, instantOf, label, optionalId } from './fields.ts';
import { isRecord, parseJson } from './json.ts';
import { headersFor, isSuccess, pathOf, readAs, unwrapped } from './read.ts';
import type { Received, Request, Sent } from './send.ts';
import type { VehicleAndUser } from './smartcar.ts';

export type CommandWish = 'lock' | 'unlock';

/** What Smartcar says about one command. */
export interface CommandExecution {
  id: string | null;
  state: 'succeeded' | 'failed' | 'pending';
  executedAt: Date | null;
  completedAt: Date | null;
  /** As Smartcar names it: `sync`, or another word when the answer was streamed. */
  mode: string | null;
}

/** What a command came to. Never asked twice: a failure that was sent may have been done by the car all the same. */
export type CommandAnswer =
  | { ok: true; value: CommandExecution & { state: 'succeeded' | 'pending' }; requestId: string | null }
  | {
      ok: false;
      failure: Failure;
      /** False only when nothing can have happened because the request certainly never left. */
      wasSent: boolean;
      /** The execution that failed; null when none was named. */
      execution: CommandExecution | null;
    };

/** No body, and yet a content type, as documented. */
export function commandRequest(token: string, { vehicleId, userId }: VehicleAndUser, wish: CommandWish): Request {
  return {
    method: 'POST',
    path: pathOf(`/v3/vehicles/${encodeURIComponent(vehicleId)}/commands/security/${wish}`),
    headers: { ...headersFor(token, userId), 'content-type': 'application/json' },
  };
}

/**
 * A 200, or the body that a 202 streams until the command has ended: the same result, or an error whose own status counts.
 * A 202 that ends empty, breaks off or can't be read tells nothing: neither that it was done, nor that it was not.
 */
export function readCommandAnswer(sent: Sent): CommandAnswer {
  if (!sent.came) return { ...failedWith({ ...failureOf(sent), requestId: sent.requestId }), wasSent: sent.left };
  const errorStatus = isSuccess(sent) ? errorStatusIn(sent) : null;
  if (errorStatus !== null) return failedWith(failureOf({ ...sent, status: errorStatus }));
  const answer = readAs(sent, execution);
  if (!answer.ok) return failedWith(answer.failure);
  const { state, error, ...rest } = answer.value;
  if (state === 'failed') return failedWith(reasonOf(error, answer.requestId), { ...rest, state });
  if (state !== null) return { ok: true, value: { ...rest, state }, requestId: answer.requestId };
  return failedWith(nonsense(sent, 'UNKNOWN_STATE'));
}

function failedWith(failure: Failure, execution: CommandExecution | null = null): CommandAnswer & { ok: false } {
  return { ok: false, failure, wasSent: true, execution };
}

/** The status that an error names of itself in a body that came with a success; null when the body is no error. */
function errorStatusIn(sent: Received): number | null {
  const body = parseJson(sent.text);
  if (!isRecord(body)) return null;
  const listed = Array.isArray(body['errors']) ? (body['errors'] as unknown[])[0] : (body['error'] ?? body);
  const isError = isRecord(listed) && (listed !== body || 'statusCode' in body);
  if (!isError) return typeof listed === 'string' ? sent.status : null;
  const said = listed['status'] ?? listed['statusCode'];
  const own = typeof said === 'string' || typeof said === 'number' ? Number(said) : Number.NaN;
  return Number.isInteger(own) && own >= 400 && own <= 599 ? own : sent.status;
}

/** Where nobody says why, the car is taken to have refused: our reading. */
function reasonOf(error: unknown, requestId: string | null): Failure {
  if (isRecord(error)) return failureInside(error, requestId);
  const nothing = { type: null, status: null, retryAfterS: null, resolutionUrl: null };
  return { ...nothing, meaning: 'vehicleRefused', code: 'FAILURE', requestId };
}

const states: Record<string, CommandExecution['state']> = {
  SUCCESS: 'succeeded',
  FAILURE: 'failed',
  FAILED: 'failed',
  ERROR: 'failed',
  PENDING: 'pending',
};

const stateOf = (word: string | null | undefined): CommandExecution['state'] | null => {
  const upper = word?.toUpperCase() ?? '';
  return Object.hasOwn(states, upper) ? (states[upper] ?? null) : null;
};

const execution = z.preprocess(
  unwrapped,
  z
    .object({
      id: optionalId,
      attributes: z.object({
        status: z.object({ value: constant, error: z.unknown().optional() }),
        executionMode: label,
      }),
      meta: z.object({ executedAt: z.unknown(), completedAt: z.unknown() }).partial().nullish().catch(null),
    })
    .transform(({ id, attributes: { status, executionMode }, meta }) => ({
      id,
      state: stateOf(status.value),
      error: status.error,
      executedAt: instantOf(meta?.executedAt),
      completedAt: instantOf(meta?.completedAt),
      mode: executionMode,
    })),
);
