/** Problems: every error as application/problem+json, with a stable code and the id of the request. */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';

import { refusals, Refusal } from '../domain/refusal.ts';
import type { RefusalCode } from '../domain/refusal.ts';
import type { Problem } from './contract/shared.ts';

export interface Mistake {
  status: number;
  code: RefusalCode | 'internal';
  title: string;
  detail: string | null;
  errors?: { field: string; message: string }[];
}

const internal: Mistake = {
  status: 500,
  code: 'internal',
  title: 'Something broke on our side. Try again; give the request id to whoever runs Towline.',
  detail: null,
};

/** What an error means for the caller; `internal` for everything that isn't theirs, without a word about it. */
export function mistakeOf(error: unknown): Mistake {
  if (error instanceof Refusal) return refused(error.code, error.detail);
  if (isDatabaseUnavailable(error)) return refused('database_unavailable');
  if (hasZodFastifySchemaValidationErrors(error)) return { ...refused('invalid_input'), errors: fieldsOf(error) };
  return frameworkMistake(error) ?? internal;
}

export function problemOf(mistake: Mistake, requestId: string): Problem {
  const { status, code, title, detail, errors } = mistake;
  return {
    type: 'about:blank',
    title,
    status,
    code,
    ...(detail ? { detail } : {}),
    requestId,
    ...(errors ? { errors } : {}),
  };
}

/** Fastify's error handler for everything but pages. */
export function answerProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const mistake = mistakeOf(error);
  logFault(mistake, error, request);
  return (
    reply
      .code(mistake.status)
      .type('application/problem+json; charset=utf-8')
      // Past the schemas of answers, which are those of success.
      .serializer(JSON.stringify)
      .send(problemOf(mistake, request.id))
  );
}

/** Ours alone is logged, once, where it becomes an answer. */
export function logFault(mistake: Mistake, error: unknown, request: FastifyRequest): void {
  if (mistake.code === 'internal') request.log.error({ err: error, requestId: request.id }, 'A request failed.');
  else if (mistake.code === 'database_unavailable')
    request.log.warn({ requestId: request.id }, 'The database did not answer a request.');
}

function refused(code: RefusalCode, detail: string | null = null): Mistake {
  return { ...refusals[code], code, detail };
}

const byFrameworkCode: Readonly<Record<string, RefusalCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
  FST_ERR_CTP_INVALID_JSON_BODY: 'invalid_input',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'invalid_input',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'invalid_input',
  FST_ERR_BAD_URL: 'not_found',
  FST_ERR_MAX_PARAM_LENGTH: 'not_found',
  // A path that leads out of the dashboard's folder.
  FST_STATIC_FORBIDDEN_PATH: 'not_found',
  // PostgreSQL's for text it can't keep: a zero byte.
  '22021': 'invalid_input',
  '22P05': 'invalid_input',
};

function frameworkMistake(error: unknown): Mistake | null {
  const { code, statusCode } = Object(error) as Partial<FastifyError>; // only looked at
  const known = byFrameworkCode[code ?? ''];
  if (known) return refused(known);
  if (statusCode === 429) return refused('too_many_requests');
  if (statusCode === 413) return refused('too_large');
  if (statusCode === 415) return refused('unsupported_media_type');
  return statusCode === 400 ? refused('invalid_input') : null;
}

interface SchemaIssue {
  instancePath: string;
  message?: string;
}

function fieldsOf(error: { validation: SchemaIssue[] }): { field: string; message: string }[] {
  return error.validation.slice(0, 20).map(({ instancePath, message }) => ({
    field: instancePath.replace(/^\//, '').replaceAll('/', '.'),
    message: message ?? 'does not fit',
  }));
}

/** No connection, a server that is starting or stopping, a database that is not there, or too many connections. */
const unavailableCodes = /^(ECONNREFUSED|ECONNRESET|ENOENT|EPIPE|ETIMEDOUT|ENOTFOUND|57P0[1-5]|3D000|53300|08...)$/;

export function isDatabaseUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown }; // drivers add it
  if (typeof code === 'string' && unavailableCodes.test(code) && 'syscall' in error === /^E/.test(code)) return true;
  if (
    /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/.test(
      error.message,
    )
  )
    return true;
  if (error instanceof AggregateError) return error.errors.some(isDatabaseUnavailable);
  return error.cause !== undefined && isDatabaseUnavailable(error.cause);
}
