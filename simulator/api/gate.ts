/** What happens to a v3 request before anyone looks at what it asks: its token, its quota, and faults of the way. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Fault } from '../faults.ts';
import { applicationLimit, vehicleLimit } from '../limits.ts';
import { faultsOf, type Simulation } from '../simulation.ts';
import type { Connection } from '../state.ts';
import { param, sendError, type ApiError } from './answers.ts';
import { isGoodBearer } from './iam.ts';

const garbage =
  '<!doctype html><html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>';

/** Installs the gate on a scope of routes. */
export function guard(app: FastifyInstance, sim: Simulation): void {
  app.addHook('preHandler', async (request, reply) => {
    if (!isGoodBearer(sim, request.headers.authorization))
      return sendError(sim, request, reply, { type: 'AUTHENTICATION', code: 'UNAUTHORIZED' });
    const connection = connectionOfPath(sim, request);
    const limit = applicationLimit(sim) ?? (connection === null ? null : vehicleLimit(sim, connection));
    if (limit !== null) return sendError(sim, request, reply, limit);
    const refuse = (error: ApiError): FastifyReply => sendError(sim, request, reply, error);
    return (await meetFaults(reply, faultsOnTheWay(sim, connection), refuse)) ? reply : undefined;
  });
  cutAnswers(app, sim);
}

/** Answers of a scope of routes break off half-way while a fault says so. */
export function cutAnswers(app: FastifyInstance, sim: Simulation): void {
  app.addHook('onSend', async (request, _reply, payload) => {
    const cuts = faultsOnTheWay(sim, connectionOfPath(sim, request)).some(({ what }) => what.kind === 'truncated');
    return cuts && typeof payload === 'string' ? payload.slice(0, Math.floor(payload.length / 2)) : payload;
  });
}

/** The connection of `/vehicles/{id}/…`, or null for other paths and unknown vehicles. */
export function connectionOfPath(sim: Simulation, request: FastifyRequest): Connection | null {
  const id = param(request, 'vehicleId');
  return id === '' ? null : (sim.state.connections.find((item) => item.vehicleId === id) ?? null);
}

/** Faults that a request meets: its car's, or, without a car, those of everything. */
export function faultsOnTheWay(sim: Simulation, connection: Connection | null): Fault[] {
  const car = connection === null ? undefined : sim.cars.get(connection.vin);
  return car === undefined ? sim.state.faults.filter(({ scope }) => scope === 'all') : faultsOf(sim, car);
}

/**
 * Waits, refuses in the words of the API that was asked, or hangs up; false: the request may go on.
 * It never answers the reply itself: a reply is thenable, and who awaits one waits for its end and gets nothing.
 */
export async function meetFaults(
  reply: FastifyReply,
  faults: readonly Fault[],
  refuse: (error: ApiError) => FastifyReply,
): Promise<boolean> {
  for (const { what } of faults) {
    if (what.kind === 'slow') await new Promise((resolve) => setTimeout(resolve, what.delayMs));
    if (what.kind === 'rate-limit') refuse({ type: 'RATE_LIMIT', code: 'VEHICLE', retryAfterS: what.retryAfterS });
    else if (what.kind === 'garbage') reply.code(what.status).type('text/html; charset=utf-8').send(garbage);
    else if (what.kind === 'hang-up') hangUp(reply);
    else continue;
    return true;
  }
  return false;
}

/** Ends the connection without an answer. */
export function hangUp(reply: FastifyReply): FastifyReply {
  reply.hijack();
  reply.raw.destroy();
  return reply;
}
