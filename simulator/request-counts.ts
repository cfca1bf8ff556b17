/** Requests are money at Smartcar, so the simulator counts them: by route, status and vehicle, and remembers the last ones. */
import type { FastifyReply, FastifyRequest } from 'fastify';

/** A request as the log keeps it: never a token, a secret, a body or a query. */
export interface LoggedRequest {
  at: string;
  method: string;
  /** The route's pattern, e.g. `/v3/vehicles/:vehicleId/signals`; `unknown path` when nothing is imitated there. */
  route: string;
  vehicleId: string | null;
  status: number;
  /** `TYPE:CODE` of an error document, or OAuth's `error`; null: the answer is none. */
  error: string | null;
  requestId: string;
}

export interface RequestCounts {
  since: Date;
  routes: Map<string, { count: number; byStatus: Record<string, number> }>;
  /** Requests that named a vehicle in their path, by Smartcar's id of it. */
  vehicles: Map<string, number>;
  /** Requests of v2 tokens by `grant_type`, counted on arrival: those that get no answer too. */
  tokenRequests: Map<string, number>;
  /** Oldest first. */
  last: LoggedRequest[];
}

const longestLog = 200;

export function newCounts(now: Date): RequestCounts {
  return { since: now, routes: new Map(), vehicles: new Map(), tokenRequests: new Map(), last: [] };
}

/**
 * Counts an answered request; the simulator's own pages and controls are counted but not logged.
 * Answers the id of the vehicle that the request named, or null.
 */
export function countRequest(
  counts: RequestCounts,
  request: FastifyRequest,
  reply: FastifyReply,
  at: Date,
): string | null {
  const route = request.routeOptions.url ?? 'unknown path';
  const entry = counts.routes.get(`${request.method} ${route}`) ?? { count: 0, byStatus: {} };
  entry.count += 1;
  entry.byStatus[reply.statusCode] = (entry.byStatus[reply.statusCode] ?? 0) + 1;
  counts.routes.set(`${request.method} ${route}`, entry);
  if (request.url === '/' || request.url.startsWith('/sim')) return null;
  const vehicleId = vehicleOf(request);
  if (vehicleId !== null) counts.vehicles.set(vehicleId, (counts.vehicles.get(vehicleId) ?? 0) + 1);
  const { method, id: requestId } = request;
  const error = errors.get(request) ?? null;
  counts.last.push({ at: at.toISOString(), method, route, vehicleId, status: reply.statusCode, error, requestId });
  if (counts.last.length > longestLog) counts.last.shift();
  return vehicleId;
}

/** Counts a request of v2 tokens. */
export function countTokenRequest(counts: RequestCounts, grantType: string): void {
  const known = ['authorization_code', 'refresh_token'].includes(grantType) ? grantType : 'other';
  counts.tokenRequests.set(known, (counts.tokenRequests.get(known) ?? 0) + 1);
}

export function resetCounts(counts: RequestCounts, now: Date): void {
  counts.since = now;
  counts.routes.clear();
  counts.vehicles.clear();
  counts.tokenRequests.clear();
  counts.last.length = 0;
}

/** The vehicle's id in the path of either version of the API. */
function vehicleOf(request: FastifyRequest): string | null {
  const params = (request.params ?? {}) as Record<string, string | undefined>; // the router's own, strings by name
  return params['vehicleId'] ?? (request.url.startsWith('/v2') ? (params['id'] ?? null) : null);
}

const errors = new WeakMap<FastifyRequest, string>();

/** Remembers what an error document says, for the log. */
export function noteError(request: FastifyRequest, reply: FastifyReply, payload: unknown): void {
  if (reply.statusCode < 400 || typeof payload !== 'string') return;
  const error = errorIn(payload);
  if (error !== null) errors.set(request, error);
}

/** What a program that streams its answer knows about its error. */
export function noteStreamedError(request: FastifyRequest, type: string, code: string | null): void {
  errors.set(request, `${type}:${code ?? 'null'}`);
}

function errorIn(payload: string): string | null {
  try {
    const document = JSON.parse(payload) as unknown;
    const list = fieldOf(document, 'errors');
    const subject: unknown = Array.isArray(list) ? list[0] : document;
    const type = fieldOf(subject, 'type');
    const code = fieldOf(subject, 'code');
    if (typeof type === 'string') return `${type}:${typeof code === 'string' ? code : 'null'}`;
    const oauth = fieldOf(subject, 'error');
    return typeof oauth === 'string' ? oauth : null;
  } catch {
    return null;
  }
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined; // any object
}
