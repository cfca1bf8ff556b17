/** One thing that is asked for by its id, or deleted by it: whether it is there, and how a 404 is told from a wrong path. */
import { z } from 'zod';
import type { Failure } from '../domain/failure.ts';
import type { Answer } from './answer.ts';
import { failureOf } from './error-body.ts';
import { failed, isSuccess, readAs, unwrapped } from './read.ts';
import type { Sent } from './send.ts';

/** It is about the path and not about the thing. */
const isOfPath = ({ code }: Failure): boolean =>
  ['PATH', 'INVALID_PATH', 'VERSION'].includes(code?.toUpperCase() ?? '');

/**
 * A 404 about the path, or one without a word of Smartcar's, is no proof that the thing is gone: it must not look so when
 * we asked in the wrong place, or never reached Smartcar.
 */
export function isMissing(failure: Failure): boolean {
  return failure.status === 404 && !isWrongPath(failure);
}

/** The path may be the wrong one: Smartcar says so, or something in front of it says 404 without a word of Smartcar's. */
export function isWrongPath(failure: Failure): boolean {
  const { status, type, code } = failure;
  return isOfPath(failure) || (type === null && code === null && (status === 404 || status === 405));
}

/** The thing, wrapped or not; null when it is not there. */
export function readFound<T>(sent: Sent, shape: z.ZodType<T>): Answer<T | null> {
  const answer = readAs(sent, z.preprocess(unwrapped, shape));
  if (answer.ok || !isMissing(answer.failure)) return answer;
  return { ok: true, value: null, requestId: answer.failure.requestId };
}

/** A success needs no body; `gone` when it was no longer there. */
export function readDeletion(sent: Sent): Answer<'deleted' | 'gone'> {
  if (!sent.came) return failed(sent);
  if (isSuccess(sent)) return { ok: true, value: 'deleted', requestId: sent.requestId };
  const failure = failureOf(sent);
  return isMissing(failure) ? { ok: true, value: 'gone', requestId: failure.requestId } : { ok: false, failure };
}
