/** `POST /batch`: 200 even when every part failed, and failed parts without headers. @see docs/smartcar.md §2.6 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { applicationLimit, vehicleLimit } from '../limits.ts';
import { countUse } from '../quota.ts';
import type { Simulation } from '../simulation.ts';
import { answerRead, asksCar } from './answer-read.ts';
import { malformed, sendV2Error, v2ErrorBody, type FieldError, type V2Error } from './answers.ts';
import { enterVehicle, type Entered } from './entry.ts';
import { unitSystemOf } from './units.ts';

/** The largest number of parts is published nowhere. */
const mostParts = 100;
const wishSchema = z.object({
  requests: z
    .array(z.object({ path: z.string().min(1).max(300) }))
    .min(1)
    .max(mostParts),
});

export function registerBatch(app: FastifyInstance, sim: Simulation): void {
  app.post('/vehicles/:vehicleId/batch', async (request, reply) => {
    const entered = await enterVehicle(sim, request, reply, 'parts');
    if (entered === null) return reply;
    const wish = wishSchema.safeParse(request.body);
    if (!wish.success) return sendV2Error(sim, request, reply, malformed(complaint(request.body)));
    return answerBatch(sim, request, reply, entered, wish.data.requests);
  });
}

function complaint(body: unknown): FieldError {
  const isThere = typeof body === 'object' && body !== null && 'requests' in body;
  const field = ['requests'];
  return isThere
    ? { field, message: `"requests" must hold 1 to ${String(mostParts)} paths` }
    : { field, message: '"requests" is required' };
}

function answerBatch(
  sim: Simulation,
  request: FastifyRequest,
  reply: FastifyReply,
  entered: Entered,
  parts: readonly { path: string }[],
): FastifyReply {
  const responses: Record<string, unknown>[] = [];
  for (const [index, { path }] of parts.entries()) {
    const limit = limitOf(sim, entered, path);
    // Only a whole answer can say when to ask again: parts that fail have no headers.
    if (limit !== null && index === 0) return sendV2Error(sim, request, reply, limit);
    responses.push(limit === null ? answerPart(sim, request, entered, path) : failedPart(sim, request, path, limit));
  }
  // The request itself is counted as one already.
  countUse(sim, entered.connection.vehicleId, responses.length - 1);
  return reply.send({ responses });
}

function limitOf(sim: Simulation, { connection }: Entered, path: string): V2Error | null {
  return applicationLimit(sim) ?? (asksCar(partOf(path).path) ? vehicleLimit(sim, connection) : null);
}

function answerPart(sim: Simulation, request: FastifyRequest, entered: Entered, path: string): Record<string, unknown> {
  const answer = answerRead(sim, entered, { ...partOf(path), units: unitSystemOf(request) });
  if ('error' in answer) return failedPart(sim, request, path, answer.error);
  return { path: slashed(path), code: 200, body: answer.body, headers: answer.headers };
}

function failedPart(sim: Simulation, request: FastifyRequest, path: string, error: V2Error): Record<string, unknown> {
  const body = v2ErrorBody(sim, request.id, error);
  const part = { path: slashed(path), code: body.statusCode, body };
  return sim.state.knobs.batchErrorHeaders ? { ...part, headers: { 'content-type': 'application/json' } } : part;
}

/** With a leading slash, whether it was sent with one or without. */
function slashed(path: string): string {
  return `/${path.replace(/^\/+/, '')}`;
}

function partOf(path: string): { path: string; query: Record<string, string> } {
  const [plain = '', query = ''] = slashed(path).split('?');
  return {
    path: plain === '/' ? plain : plain.replace(/\/+$/, ''),
    query: Object.fromEntries(new URLSearchParams(query)),
  };
}
