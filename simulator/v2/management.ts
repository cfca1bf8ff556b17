/** `management.smartcar.com/v2.0`: the pairs of vehicle and user, which is how fleets move to v3. @see docs/smartcar.md §7 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { queryOf } from '../api/answers.ts';
import { disconnect } from '../grants.ts';
import type { Simulation } from '../simulation.ts';
import type { Connection } from '../state.ts';
import { malformed, sendV2Error, unauthorized, wrongParameter } from './answers.ts';
import { isManagement } from './credentials.ts';
import { isRefusedOnTheWay } from './entry.ts';
import { numberIn } from './paging.ts';

/** One path of the SDKs, one of prose. */
export const managementPaths = ['/v2.0/management/connections', '/management/v2.0/connections'] as const;

const modes = ['live', 'simulated', 'test'];

export function registerV2Management(app: FastifyInstance, sim: Simulation, path: string): void {
  app.get(path, async (request, reply) => {
    return (await isRefused(sim, request, reply)) ? reply : list(sim, request, reply);
  });
  app.delete(path, async (request, reply) => {
    return (await isRefused(sim, request, reply)) ? reply : remove(sim, request, reply);
  });
}

async function isRefused(sim: Simulation, request: FastifyRequest, reply: FastifyReply): Promise<boolean> {
  const { mode } = queryOf(request);
  const isKnown = isManagement(sim, request);
  if (isKnown && (mode === undefined || modes.includes(mode))) return isRefusedOnTheWay(sim, request, reply, null);
  const wrongMode = wrongParameter(sim, 'mode', `"mode" must be one of ${modes.join(', ')}`);
  sendV2Error(sim, request, reply, isKnown ? wrongMode : unauthorized);
  return true;
}

function list(sim: Simulation, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const query = queryOf(request);
  const limit = numberIn(query['limit'], 10);
  if (limit === null || limit < 1 || limit > 100)
    return sendV2Error(sim, request, reply, wrongParameter(sim, 'limit', '"limit" must be a number from 1 to 100'));
  const found = matching(sim, query).sort(newestFirst);
  const after = query['cursor'] === undefined ? null : openCursor(query['cursor']);
  if (after === undefined)
    return sendV2Error(sim, request, reply, wrongParameter(sim, 'cursor', '"cursor" is not one of ours'));
  const rest = after === null ? found : found.filter((item) => newestFirst(after, item) < 0);
  const page = rest.slice(0, limit);
  const last = rest.length > limit ? page.at(-1) : undefined;
  return reply.send({
    connections: page.map(({ vehicleId, userId, createdAt, mode }) => ({
      vehicleId,
      userId,
      connectedAt: new Date(createdAt).toISOString(),
      mode,
    })),
    paging: { cursor: last === undefined ? null : cursorOf(last) },
  });
}

function remove(sim: Simulation, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const query = queryOf(request);
  // Without a filter the sources say nothing; ending everything would be the worst guess.
  if (query['user_id'] === undefined && query['vehicle_id'] === undefined)
    return sendV2Error(
      sim,
      request,
      reply,
      malformed({ field: ['user_id', 'vehicle_id'], message: '"user_id" or "vehicle_id" is required' }),
    );
  const found = matching(sim, query).sort(newestFirst);
  disconnect(sim, found);
  return reply.send({ connections: found.map(({ vehicleId, userId }) => ({ vehicleId, userId })) });
}

function matching(sim: Simulation, query: Record<string, string>): Connection[] {
  const { user_id: userId, vehicle_id: vehicleId, mode } = query;
  const wanted = mode === 'test' ? 'simulated' : mode;
  return sim.state.connections.filter(
    (item) =>
      (userId === undefined || item.userId === userId) &&
      (vehicleId === undefined || item.vehicleId === vehicleId) &&
      (wanted === undefined || item.mode === wanted),
  );
}

type Place = Pick<Connection, 'createdAt' | 'vehicleId'>;

function newestFirst(a: Place, b: Place): number {
  return b.createdAt - a.createdAt || a.vehicleId.localeCompare(b.vehicleId);
}

/** The place of the last connection that was listed, so that others may come and go between two pages. */
function cursorOf({ createdAt, vehicleId }: Place): string {
  return `simulator::base64::utf8::${Buffer.from(`${String(createdAt)} ${vehicleId}`).toString('base64url')}`;
}

function openCursor(cursor: string): Place | undefined {
  const text = Buffer.from(cursor.split('::').at(-1) ?? '', 'base64url').toString('utf8');
  const [, createdAt, vehicleId] = /^(\d{1,15}) ([0-9a-f-]{36})$/.exec(text) ?? [];
  return createdAt === undefined || vehicleId === undefined ? undefined : { createdAt: Number(createdAt), vehicleId };
}
