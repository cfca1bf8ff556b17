/** v3's answers: JSON:API documents and errors. @see docs/smartcar.md §3.7 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorRow } from '../error-table.ts';
import { reauthenticateUrl, type Simulation } from '../simulation.ts';

export interface ApiError {
  type: string;
  code: string | null;
  /** Instead of the table's sentence. */
  detail?: string;
  status?: number;
  /** Gives AUTHENTICATION_FAILED its address. */
  vehicleId?: string;
  retryAfterS?: number | null;
}

/** Answers with an error document. */
export function sendError(
  sim: Simulation,
  request: FastifyRequest,
  reply: FastifyReply,
  error: ApiError,
): FastifyReply {
  const status = error.status ?? errorRow(error.type, error.code)?.status ?? 500;
  if (error.retryAfterS !== undefined && error.retryAfterS !== null)
    void reply.header('retry-after', String(error.retryAfterS));
  return reply.code(status).send({ errors: [errorObject(sim, request.id, error)] });
}

/** One error of a document; `status` is a string here. */
export function errorObject(sim: Simulation, requestId: string, error: ApiError): Record<string, unknown> {
  const { type, code } = error;
  const row = errorRow(type, code);
  const status = error.status ?? row?.status ?? 500;
  const message = row?.suggestedUserMessage ?? null;
  return {
    status: String(status),
    type,
    code: shownCode(sim, type, code, status),
    title: titleOf(type, code),
    detail: error.detail ?? row?.description ?? 'Unknown error.',
    resolution: resolutionOf(sim, type, code, error.vehicleId ?? null),
    ...(message === null ? {} : { suggestedUserMessage: message }),
    links: {
      about: `https://smartcar.com/docs/errors/api-errors/v3/${type.toLowerCase().replaceAll('_', '-')}-errors#${(code ?? 'null').toLowerCase().replaceAll('_', '-')}`,
    },
    meta: { debug: { requestId } },
  };
}

const previewCodes: Record<number, string> = {
  400: 'bad_request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
};

/** Codes have changed with time, and one sample contradicts its table. @see docs/smartcar.md §3.7, §4.2 */
function shownCode(sim: Simulation, type: string, code: string | null, status: number): string | null {
  const { errorCodes, validationCode } = sim.state.knobs;
  if (errorCodes === 'preview') return previewCodes[status] ?? (status === 500 ? 'internal_error' : code);
  return type === 'VALIDATION' && code === 'PARAMETER' && validationCode === 'null' ? null : code;
}

/** What helps, with a partially built address where Smartcar gives one. */
export function resolutionOf(
  sim: Simulation,
  type: string,
  code: string | null,
  vehicleId: string | null,
): { type: string | null; url?: string } {
  const resolution = { type: errorRow(type, code)?.resolution ?? null };
  if (code === 'AUTHENTICATION_FAILED' && vehicleId !== null)
    return { ...resolution, url: reauthenticateUrl(sim, vehicleId) };
  if (code === 'VIRTUAL_KEY_REQUIRED') return { ...resolution, url: 'https://www.tesla.com/_ak/smartcar.com' };
  return resolution;
}

function titleOf(type: string, code: string | null): string {
  const words = (code ?? type).toLowerCase().replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What isn't there; codes by analogy with VEHICLE_NOT_FOUND. */
export function missing(what: string): ApiError {
  return {
    type: 'RESOURCE_NOT_FOUND',
    code: `${what.toUpperCase()}_NOT_FOUND`,
    status: 404,
    detail: `The ${what} does not exist.`,
  };
}

/** A time in the form the knob asks for. */
export function timestamp(sim: Simulation, at: number): string | number {
  const { timestamps } = sim.state.knobs;
  if (timestamps === 'seconds') return Math.floor(at / 1000);
  return timestamps === 'milliseconds' ? at : new Date(at).toISOString();
}

export interface Page<T> {
  items: T[];
  meta: { pageNumber: number; pageSize: number; totalCount: number };
  links: Record<string, string | null>;
}

/** A page of a list, or the name of the parameter that is wrong. */
export function pageOf<T>(
  sim: Simulation,
  request: FastifyRequest,
  list: readonly T[],
  size: { default: number; max: number },
): Page<T> | { wrong: string } {
  const query = queryOf(request);
  const pageNumber = positive(query['page[number]'], 1);
  if (pageNumber === null) return { wrong: 'page[number]' };
  const pageSize = positive(query['page[size]'], size.default);
  if (pageSize === null || pageSize > size.max) return { wrong: 'page[size]' };
  const pages = Math.max(1, Math.ceil(list.length / pageSize));
  const link = (number: number): string => {
    const path = request.url.split('?')[0] ?? '';
    return `${path}?${new URLSearchParams({ ...query, 'page[number]': String(number), 'page[size]': String(pageSize) }).toString()}`;
  };
  return {
    items: list.slice((pageNumber - 1) * pageSize, pageNumber * pageSize),
    meta: { pageNumber, pageSize, totalCount: list.length },
    links: {
      self: link(pageNumber),
      first: link(1),
      [sim.state.knobs.previousLink]: pageNumber > 1 ? link(pageNumber - 1) : null,
      next: pageNumber < pages ? link(pageNumber + 1) : null,
      last: link(pages),
    },
  };
}

function positive(text: string | undefined, otherwise: number): number | null {
  if (text === undefined) return otherwise;
  return /^[1-9]\d{0,5}$/.test(text) ? Number(text) : null;
}

/** The query with one value a name; the last one wins. */
export function queryOf(request: FastifyRequest): Record<string, string> {
  // Fastify parses queries to strings and lists of strings.
  const query = request.query as Record<string, string | string[]>;
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name, Array.isArray(value) ? (value.at(-1) ?? '') : value]),
  );
}

/** A parameter of the path; the router guarantees that it is there. */
export function param(request: FastifyRequest, name: string): string {
  return (request.params as Record<string, string | undefined>)[name] ?? '';
}

/** A header that occurs once, or null. */
export function header(request: FastifyRequest, name: string): string | null {
  const value = request.headers[name];
  return typeof value === 'string' && value !== '' ? value : null;
}
