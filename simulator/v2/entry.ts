/** What happens to a v2 request before anyone looks at what it asks: its token, its limits, and faults of the way. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { connectionOfPath, faultsOnTheWay, meetFaults } from '../api/gate.ts';
import { applicationLimit, vehicleLimit } from '../limits.ts';
import { carOf, faultsOf, problemsOf, type Simulation } from '../simulation.ts';
import type { Connection } from '../state.ts';
import { forbidden, sendV2Error, unauthorized, type V2Error } from './answers.ts';
import { bearerOf } from './credentials.ts';
import type { TokenFamily } from './state.ts';
import { familyOf } from './tokens.ts';

/** A request that may go on. */
export interface Entered {
  family: TokenFamily;
  connection: Connection;
}

/** The family of the request's token; null: refused, the answer is sent. */
export async function enterWithToken(
  sim: Simulation,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<TokenFamily | null> {
  const family = familyOf(sim, bearerOf(request), sim.clock().getTime());
  if (family === null) sendV2Error(sim, request, reply, unauthorized);
  return family === null || (await isRefusedOnTheWay(sim, request, reply, null)) ? null : family;
}

/**
 * The connection that the request's token opens; null: refused, the answer is sent.
 * `takes`: what the request counts as; the parts of a batch count themselves.
 */
export async function enterVehicle(
  sim: Simulation,
  request: FastifyRequest,
  reply: FastifyReply,
  takes: 'application' | 'vehicle' | 'parts',
): Promise<Entered | null> {
  const refuse = (error: V2Error): FastifyReply => sendV2Error(sim, request, reply, error);
  const entered = admitted(sim, request, takes);
  if ('type' in entered) {
    refuse(entered);
    return null;
  }
  if (await meetFaults(reply, faultsOnTheWay(sim, entered.connection), refuse)) return null;
  const failure = wholeFailure(sim, entered.connection);
  if (failure !== null) refuse(failure);
  return failure === null ? entered : null;
}

function admitted(
  sim: Simulation,
  request: FastifyRequest,
  takes: 'application' | 'vehicle' | 'parts',
): Entered | V2Error {
  const family = familyOf(sim, bearerOf(request), sim.clock().getTime());
  if (family === null) return unauthorized;
  const limit = takes === 'parts' ? null : applicationLimit(sim);
  if (limit !== null) return limit;
  const connection = connectionOfPath(sim, request);
  if (connection === null || !family.grant.vehicleIds.includes(connection.vehicleId))
    return sim.state.knobs.disconnectedVehicle === '401' ? unauthorized : forbidden;
  const throttle = takes === 'vehicle' ? vehicleLimit(sim, connection) : null;
  return throttle ?? { family, connection };
}

/** Whether the application's limit or a fault of the way has answered what isn't about a vehicle. */
export async function isRefusedOnTheWay(
  sim: Simulation,
  request: FastifyRequest,
  reply: FastifyReply,
  connection: Connection | null,
): Promise<boolean> {
  const refuse = (error: V2Error): FastifyReply => sendV2Error(sim, request, reply, error);
  const limit = applicationLimit(sim);
  if (limit === null) return meetFaults(reply, faultsOnTheWay(sim, connection), refuse);
  refuse(limit);
  return true;
}

/** What the owner granted to this token, without what a fault took away. */
export function isGranted(sim: Simulation, { family, connection }: Entered, permission: string): boolean {
  const isTaken = faultsOf(sim, carOf(sim, connection)).some(
    ({ what }) => what.kind === 'permission-missing' && what.permission === permission,
  );
  return !isTaken && family.grant.permissions.includes(permission);
}

function wholeFailure(sim: Simulation, connection: Connection): V2Error | null {
  const car = carOf(sim, connection);
  if (faultsOf(sim, car).some(({ what }) => what.kind === 'not-found'))
    return { type: 'RESOURCE_NOT_FOUND', code: 'PATH' };
  const whole = problemsOf(sim, connection, sim.clock().getTime()).find((problem) => problem.isWholeRequest);
  return whole === undefined ? null : { type: whole.type, code: whole.code, vehicleId: connection.vehicleId };
}
