/** Locking and unlocking: accepted now, done by the car a little later, seen in its signals later still. @see docs/smartcar.md §3.6 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isWatched, refreshBy } from '../due.ts';
import { carAt, carOf, faultsOf, nextNumber, permissionsOf, problemsOf, type Simulation } from '../simulation.ts';
import type { Connection } from '../state.ts';
import { errorObject, sendError, timestamp, type ApiError } from './answers.ts';
import { readable } from './vehicles.ts';

type Wish = 'lock' | 'unlock';

export function registerCommands(app: FastifyInstance, sim: Simulation): void {
  for (const wish of ['lock', 'unlock'] as const) {
    app.post(`/vehicles/:vehicleId/commands/security/${wish}`, (request, reply) => {
      const connection = readable(sim, request, reply);
      if ('sent' in connection) return connection;
      const refusal = refusalOf(sim, connection, wish);
      // Without the permission nothing is sent to the car, so that answer never waits.
      if (sim.state.knobs.commandMode === 'stream' && refusal?.type !== 'PERMISSION')
        return streamResult(sim, request, reply, connection, wish);
      if (refusal !== null) return sendError(sim, request, reply, { ...refusal, vehicleId: connection.vehicleId });
      const now = sim.clock().getTime();
      moveLocks(sim, connection, wish, now);
      return reply.send(execution(sim, wish, now, 2, 'sync'));
    });
  }
}

/** Why the car won't do it, or null. */
function refusalOf(sim: Simulation, connection: Connection, wish: Wish): ApiError | null {
  const car = carOf(sim, connection);
  if (!permissionsOf(sim, connection).includes('control_security')) return { type: 'PERMISSION', code: null };
  const kinds = new Set(faultsOf(sim, car).map(({ what }) => what.kind));
  if (kinds.has('virtual-key-required')) return { type: 'CONNECTED_SERVICES_ACCOUNT', code: 'VIRTUAL_KEY_REQUIRED' };
  if (kinds.has('asleep')) return { type: 'VEHICLE_STATE', code: 'ASLEEP' };
  const problem = problemsOf(sim, connection).find(
    ({ signals }) => signals === null || signals.includes('closure-islocked'),
  );
  if (problem !== undefined) return { type: problem.type, code: problem.code };
  const { world } = carAt(sim, car, sim.clock().getTime());
  if (world.isDriving) return { type: 'VEHICLE_STATE', code: 'IN_MOTION' };
  if (wish === 'lock' && (world.hasOpenDoor || kinds.has('door-open')))
    return { type: 'VEHICLE_STATE', code: 'DOOR_OPEN' };
  return null;
}

function moveLocks(sim: Simulation, connection: Connection, wish: Wish, now: number): void {
  const car = carOf(sim, connection);
  const effectiveAt = now + car.make.commandLagS * 1000;
  sim.state.wokenAt[car.vin] = now;
  if (!faultsOf(sim, car).some(({ what }) => what.kind === 'lock-ignored')) {
    sim.state.locks[car.vin] = { isLocked: wish === 'lock', effectiveAt };
    if (isWatched(sim, connection)) refreshBy(sim, connection, effectiveAt + 4_000);
  }
  sim.save();
}

function execution(
  sim: Simulation,
  wish: Wish,
  executedAt: number,
  durationInSeconds: number,
  executionMode: 'sync' | 'async',
): Record<string, unknown> {
  return {
    data: {
      id: `exec_${String(5_531_000_000 + nextNumber(sim))}`,
      type: 'command-execution',
      attributes: { commandType: `security-${wish}`, status: { value: 'SUCCESS' }, executionMode },
      meta: {
        executedAt: timestamp(sim, executedAt),
        completedAt: timestamp(sim, executedAt + durationInSeconds * 1000),
        durationInSeconds,
      },
    },
  };
}

/** A 202 whose body, the real result, comes much later over the same connection. */
function streamResult(
  sim: Simulation,
  request: FastifyRequest,
  reply: FastifyReply,
  connection: Connection,
  wish: Wish,
): FastifyReply {
  const start = sim.clock().getTime();
  const { streamAfterS } = sim.state.knobs;
  reply.hijack();
  reply.raw.writeHead(202, {
    'content-type': 'application/json',
    'sc-request-id': request.id,
    'transfer-encoding': 'chunked',
  });
  reply.raw.flushHeaders();
  sim.streams.push({
    at: start + streamAfterS * 1000,
    finish: (now) => {
      const refusal = refusalOf(sim, connection, wish);
      if (refusal === null) moveLocks(sim, connection, wish, now);
      const body =
        refusal === null
          ? execution(sim, wish, start, streamAfterS, 'async')
          : { errors: [errorObject(sim, request.id, { ...refusal, vehicleId: connection.vehicleId })] };
      reply.raw.end(JSON.stringify(body));
    },
  });
  return reply;
}
