/** What happens to a v3 request before anyone looks at what it asks: its token, its quota, and faults of the way. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { takeToken, type Bucket } from '../bucket.ts';
import type { Fault } from '../faults.ts';
import { faultsOf, type Simulation } from '../simulation.ts';
import type { Connection } from '../state.ts';
import { param, sendError } from './answers.ts';
import { isGoodBearer } from './iam.ts';

const garbage =
  '<!doctype html><html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>';

/** Installs the gate on a scope of routes. */
export function guard(app: FastifyInstance, sim: Simulation): void {
  const buckets = new Map<string, Bucket>();
  app.addHook('preHandler', async (request, reply) => {
    if (!isGoodBearer(sim, request.headers.authorization))
      return sendError(sim, request, reply, { type: 'AUTHENTICATION', code: 'UNAUTHORIZED' });
    if (isOverQuota(sim, buckets, 'application'))
      return sendError(sim, request, reply, { type: 'RATE_LIMIT', code: 'SMARTCAR_API' });
    const connection = connectionOfPath(sim, request);
    const wait = connection === null ? 0 : vehicleWait(sim, buckets, connection);
    if (wait !== 0) return sendError(sim, request, reply, { type: 'RATE_LIMIT', code: 'VEHICLE', retryAfterS: wait });
    return meetFaults(sim, request, reply, faultsOnTheWay(sim, connection));
  });
  app.addHook('onSend', async (request, _reply, payload) => {
    const cuts = faultsOnTheWay(sim, connectionOfPath(sim, request)).some(({ what }) => what.kind === 'truncated');
    return cuts && typeof payload === 'string' ? payload.slice(0, Math.floor(payload.length / 2)) : payload;
  });
}

function isOverQuota(sim: Simulation, buckets: Map<string, Bucket>, key: string): boolean {
  const size = sim.state.knobs.applicationBucket;
  if (size === null) return false;
  const refillPerSecond = size.refillPerMinute / 60;
  return (
    takeToken(
      buckets,
      `${key} ${String(size.capacity)}`,
      { capacity: size.capacity, refillPerSecond },
      sim.clock().getTime(),
    ) !== 0
  );
}

function vehicleWait(sim: Simulation, buckets: Map<string, Bucket>, connection: Connection): number | null {
  const car = sim.cars.get(connection.vin);
  if (car === undefined || !sim.state.knobs.limitsVehicles) return 0;
  const { capacity, secondsEach } = car.make.vehicleBucket;
  return takeToken(buckets, connection.vin, { capacity, refillPerSecond: 1 / secondsEach }, sim.clock().getTime());
}

/** The connection of `/vehicles/{id}/…`, or null for other paths and unknown vehicles. */
export function connectionOfPath(sim: Simulation, request: FastifyRequest): Connection | null {
  const id = param(request, 'vehicleId');
  return id === '' ? null : (sim.state.connections.find((item) => item.vehicleId === id) ?? null);
}

function faultsOnTheWay(sim: Simulation, connection: Connection | null): Fault[] {
  const car = connection === null ? undefined : sim.cars.get(connection.vin);
  return car === undefined ? sim.state.faults.filter(({ scope }) => scope === 'all') : faultsOf(sim, car);
}

async function meetFaults(
  sim: Simulation,
  request: FastifyRequest,
  reply: FastifyReply,
  faults: readonly Fault[],
): Promise<FastifyReply | undefined> {
  for (const { what } of faults) {
    if (what.kind === 'slow') await new Promise((resolve) => setTimeout(resolve, what.delayMs));
    if (what.kind === 'rate-limit')
      return sendError(sim, request, reply, { type: 'RATE_LIMIT', code: 'VEHICLE', retryAfterS: what.retryAfterS });
    if (what.kind === 'garbage') return reply.code(what.status).type('text/html; charset=utf-8').send(garbage);
    if (what.kind === 'hang-up') {
      reply.hijack();
      reply.raw.destroy();
      return reply;
    }
  }
  return undefined;
}
