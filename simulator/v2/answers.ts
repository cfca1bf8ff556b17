/** v2's errors: one flat object. @see docs/smartcar.md §4.1 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { resolutionOf, type ApiError } from '../api/answers.ts';
import { errorDocUrl, errorRow } from '../error-table.ts';
import type { Simulation } from '../simulation.ts';

/** What is wrong with which part of a request; only VALIDATION carries it. */
export interface FieldError {
  field: string[];
  message: string;
}

export interface V2Error extends ApiError {
  fields?: FieldError[];
}

/** Codes that only v3 knows, and what v2 says instead. */
const v3Only: Record<string, string | null> = {
  'AUTHENTICATION:UNAUTHORIZED': null,
  'AUTHENTICATION:ACCESS_DENIED': null,
  'VALIDATION:INVALID_INPUT_FORMAT': null,
  'VALIDATION:MISSING_PARAMETER': null,
  'RESOURCE_NOT_FOUND:VEHICLE_NOT_FOUND': 'PATH',
  'RESOURCE_NOT_FOUND:INVALID_PATH': 'PATH',
};

export const unauthorized: V2Error = { type: 'AUTHENTICATION', code: null };
export const forbidden: V2Error = { type: 'PERMISSION', code: null };
export const incapable: V2Error = { type: 'COMPATIBILITY', code: 'SMARTCAR_NOT_CAPABLE' };
/** Smartcar answers 404; the simulator says 501 of everything that it doesn't imitate. */
export const notImitated: V2Error = { type: 'RESOURCE_NOT_FOUND', code: 'PATH', status: 501 };

/** A malformed request. */
export function malformed(...fields: FieldError[]): V2Error {
  return { type: 'VALIDATION', code: null, fields };
}

/** A parameter whose value is wrong; documents disagree about its code. @see docs/smartcar.md §4.2 */
export function wrongParameter(sim: Simulation, name: string, message: string): V2Error {
  const code = sim.state.knobs.validationCode === 'null' ? null : 'PARAMETER';
  return { type: 'VALIDATION', code, fields: [{ field: [name], message }] };
}

export function sendV2Error(
  sim: Simulation,
  request: FastifyRequest,
  reply: FastifyReply,
  error: V2Error,
): FastifyReply {
  const { retryAfterS } = error;
  if (retryAfterS !== undefined && retryAfterS !== null) void reply.header('retry-after', String(retryAfterS));
  const body = v2ErrorBody(sim, request.id, error);
  return reply.code(body.statusCode).send(body);
}

/** The body of an error; its status is in it. */
export function v2ErrorBody(
  sim: Simulation,
  requestId: string,
  error: V2Error,
): { statusCode: number } & Record<string, unknown> {
  const { type } = error;
  const code = v3Only[`${type}:${String(error.code)}`] ?? (isV3Only(type, error.code) ? null : error.code);
  const row = errorRow(type, code);
  const message = row?.suggestedUserMessage ?? null;
  return {
    type,
    code,
    description: row?.description ?? error.detail ?? 'Unknown error.',
    docURL: errorDocUrl(type, code),
    statusCode: error.status ?? row?.status ?? 500,
    requestId,
    resolution: resolutionOf(sim, type, code, error.vehicleId ?? null),
    ...(message === null ? {} : { suggestedUserMessage: message }),
    ...(error.fields === undefined ? {} : { detail: error.fields }),
  };
}

function isV3Only(type: string, code: string | null): boolean {
  return Object.hasOwn(v3Only, `${type}:${String(code)}`);
}
