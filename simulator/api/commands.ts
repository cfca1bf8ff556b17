/** Locking, unlocking and charging: accepted now, done by the car a little later, seen in its signals later still. @see docs/smartcar.md §3.6 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Car } from '../seed/fleet.ts';
import type { WorldState } from '../world.ts';
import { countRequest, noteStreamedError } from '../request-counts.ts';
import { isWatched, refreshBy } from '../due.ts';
import { carAt, carOf, faultsOf, nextNumber, permissionsOf, problemsOf, type Simulation } from '../simulation.ts';
import type { Connection } from '../state.ts';
import { errorObject, sendError, timestamp, type ApiError } from './answers.ts';
import { hangUp } from './gate.ts';
import { readable } from './vehicles.ts';

/** Commands by their path; `commandType` is the path with a hyphen. */
const wishes = ['security/lock', 'security/unlock', 'charge/start', 'charge/stop'] as const;
export type Wish = (typeof wishes)[number];

const permissionFor = (wish: Wish): string => (wish.startsWith('charge') ? 'control_charge' : 'control_security');

export function registerCommands(app: FastifyInstance, sim: Simulation): void {
  for (const wish of wishes) {
    app.post(`/vehicles/:vehicleId/commands/${wish}`, (request, reply) => {
      const connection = readable(sim, request, reply);
      if ('sent' in connection) return connection;
      const refusal = refusalOf(sim, connection, wish);
      // Without the permission nothing is sent to the car, so that answer never waits.
      if (sim.state.knobs.commandMode === 'stream' && refusal?.type !== 'PERMISSION')
        return streamResult(sim, request, reply, connection, wish);
      if (refusal !== null) return sendError(sim, request, reply, { ...refusal, vehicleId: connection.vehicleId });
      const now = sim.clock().getTime();
      carryOut(sim, connection, wish, now);
      if (!isAnswerLost(sim, connection)) return reply.send(execution(sim, wish, now, 2, 'sync'));
      countLost(sim, request, reply);
      return hangUp(reply);
    });
  }
}

/** Nobody hears of it, and it cost a request all the same. */
function countLost(sim: Simulation, request: FastifyRequest, reply: FastifyReply): void {
  countRequest(sim.counts, request, reply, sim.clock());
}

/** The car has acted, but nobody hears of it. */
export function isAnswerLost(sim: Simulation, connection: Connection): boolean {
  return faultsOf(sim, carOf(sim, connection)).some(({ what }) => what.kind === 'answer-lost');
}

/** Why it isn't done, or null. */
export function refusalOf(sim: Simulation, connection: Connection, wish: Wish): ApiError | null {
  if (!permissionsOf(sim, connection).includes(permissionFor(wish))) return { type: 'PERMISSION', code: null };
  return carRefusal(sim, connection, wish);
}

/** Why the car itself won't do it, whoever may ask it; null: it will. */
export function carRefusal(sim: Simulation, connection: Connection, wish: Wish): ApiError | null {
  const car = carOf(sim, connection);
  const kinds = new Set(faultsOf(sim, car).map(({ what }) => what.kind));
  if (kinds.has('virtual-key-required')) return { type: 'CONNECTED_SERVICES_ACCOUNT', code: 'VIRTUAL_KEY_REQUIRED' };
  if (kinds.has('asleep')) return { type: 'VEHICLE_STATE', code: 'ASLEEP' };
  const about = wish.startsWith('charge') ? 'charge-ischarging' : 'closure-islocked';
  const problem = problemsOf(sim, connection).find(({ signals }) => signals === null || signals.includes(about));
  if (problem !== undefined) return { type: problem.type, code: problem.code };
  const { world } = carAt(sim, car, sim.clock().getTime());
  if (wish.startsWith('charge')) return chargeRefusal(sim, car, world);
  if (world.isDriving) return { type: 'VEHICLE_STATE', code: 'IN_MOTION' };
  if (wish === 'security/lock' && (world.hasOpenDoor || kinds.has('door-open')))
    return { type: 'VEHICLE_STATE', code: 'DOOR_OPEN' };
  return null;
}

/** @see docs/smartcar.md §8.2; the manufacturer's own limit (§10) is UPSTREAM:RATE_LIMIT by analogy */
function chargeRefusal(sim: Simulation, car: Car, world: WorldState): ApiError | null {
  if (car.model.batteryKwh === 0) return { type: 'COMPATIBILITY', code: 'VEHICLE_NOT_CAPABLE' };
  if (!world.isPluggedIn) return { type: 'VEHICLE_STATE', code: 'CHARGING_PLUG_NOT_CONNECTED' };
  const { chargeCommandsPerDrive } = car.make.habits;
  const sent = sim.state.chargeCommands[car.vin];
  const isSpent = sent?.since === world.since && sent.count >= (chargeCommandsPerDrive ?? Infinity);
  return isSpent && sim.state.knobs.makesDiffer ? { type: 'UPSTREAM', code: 'RATE_LIMIT' } : null;
}

/** The car does it, a little later; what it charges stays as the world has it. */
export function carryOut(sim: Simulation, connection: Connection, wish: Wish, now: number): void {
  const car = carOf(sim, connection);
  sim.state.wokenAt[car.vin] = now;
  if (wish.startsWith('charge')) {
    const { since } = carAt(sim, car, now).world;
    const sent = sim.state.chargeCommands[car.vin];
    const count = sent?.since === since ? sent.count : 0;
    sim.state.chargeCommands[car.vin] = { count: count + 1, since };
    return sim.save();
  }
  const faults = faultsOf(sim, car).map(({ what }) => what);
  const late = faults.find((what) => what.kind === 'lock-late');
  const lagS = car.make.commandLagS + (late?.kind === 'lock-late' ? late.delayS : 0);
  const effectiveAt = now + lagS * 1000;
  if (!faults.some((what) => what.kind === 'lock-ignored')) {
    const wasLocked = carAt(sim, car, now).isLocked;
    sim.state.locks[car.vin] = { isLocked: wish === 'security/lock', effectiveAt, wasLocked };
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
      attributes: { commandType: wish.replace('/', '-'), status: { value: 'SUCCESS' }, executionMode },
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
      if (refusal === null) carryOut(sim, connection, wish, now);
      else noteStreamedError(request, refusal.type, refusal.code);
      if (refusal === null && isAnswerLost(sim, connection)) {
        countLost(sim, request, reply);
        return void reply.raw.destroy();
      }
      const body =
        refusal === null
          ? execution(sim, wish, start, streamAfterS, 'async')
          : { errors: [errorObject(sim, request.id, { ...refusal, vehicleId: connection.vehicleId })] };
      reply.raw.end(JSON.stringify(body));
    },
  });
  return reply;
}
