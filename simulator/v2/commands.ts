/** v2's commands: a 200 says that the request was sent to the vehicle, never what became of it. @see docs/smartcar.md §2.5, §8.2 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { carRefusal, carryOut, isAnswerLost, type Wish } from '../api/commands.ts';
import { hangUp } from '../api/gate.ts';
import { carAt, carOf, faultsOf, problemsOf, type Simulation } from '../simulation.ts';
import type { Connection } from '../state.ts';
import { forbidden, malformed, sendV2Error, type V2Error } from './answers.ts';
import { enterVehicle, isGranted, type Entered } from './entry.ts';

const sent = { status: 'success', message: 'Successfully sent request to vehicle' };

/** The number as text, as the SDK sends it, or as a number. */
const limitWish = z.object({ limit: z.union([z.string().regex(/^\d(\.\d+)?$/), z.number()]).transform(Number) });
const lockWish = z.object({ action: z.enum(['LOCK', 'UNLOCK']) });
const chargeWish = z.object({ action: z.enum(['START', 'STOP']) });
const destinationWish = z.object({
  latitude: z.number().min(-90).max(90),
  longitude: z.number().min(-180).max(180),
});

export function registerV2Commands(app: FastifyInstance, sim: Simulation): void {
  command(app, sim, '/security', 'control_security', lockWish, ({ connection }, { action }) => {
    const wish = action === 'LOCK' ? 'security/lock' : 'security/unlock';
    return tell(sim, connection, wish, carRefusal(sim, connection, wish));
  });
  command(app, sim, '/charge', 'control_charge', chargeWish, ({ connection }, { action }) => {
    const wish = action === 'START' ? 'charge/start' : 'charge/stop';
    return tell(sim, connection, wish, carRefusal(sim, connection, wish) ?? chargeRefusal(sim, connection, action));
  });
  command(app, sim, '/charge/limit', 'control_charge', limitWish, ({ connection }, { limit }) =>
    setLimit(sim, connection, limit),
  );
  command(app, sim, '/navigation/destination', 'control_navigation', destinationWish, ({ connection }) =>
    troubleOf(sim, connection),
  );
}

/** The car does it, unless it refuses. */
function tell(sim: Simulation, connection: Connection, wish: Wish, refusal: V2Error | null): V2Error | null {
  if (refusal === null) carryOut(sim, connection, wish, sim.clock().getTime());
  return refusal;
}

function command<Body>(
  app: FastifyInstance,
  sim: Simulation,
  path: string,
  permission: string,
  body: z.ZodType<Body>,
  run: (entered: Entered, wish: Body) => V2Error | null,
): void {
  app.post(`/vehicles/:vehicleId${path}`, async (request, reply) => {
    const entered = await enterVehicle(sim, request, reply, 'vehicle');
    if (entered === null) return reply;
    if (!isGranted(sim, entered, permission)) return sendV2Error(sim, request, reply, forbidden);
    const parsed = body.safeParse(request.body);
    if (!parsed.success) return refuseBody(sim, request, reply, parsed.error);
    const refusal = run(entered, parsed.data);
    if (refusal === null) return isAnswerLost(sim, entered.connection) ? hangUp(reply) : reply.send(sent);
    return sendV2Error(sim, request, reply, { ...refusal, vehicleId: entered.connection.vehicleId });
  });
}

function refuseBody(sim: Simulation, request: FastifyRequest, reply: FastifyReply, error: z.ZodError): FastifyReply {
  const fields = error.issues.map(({ path, message }) => ({
    field: path.map(String),
    message: `"${path.map(String).join('.') || 'body'}": ${message}`,
  }));
  return sendV2Error(sim, request, reply, malformed(...fields));
}

/** What keeps any command from the car. */
function troubleOf(sim: Simulation, connection: Connection): V2Error | null {
  const isAsleep = faultsOf(sim, carOf(sim, connection)).some(({ what }) => what.kind === 'asleep');
  if (isAsleep) return { type: 'VEHICLE_STATE', code: 'ASLEEP' };
  const problem = problemsOf(sim, connection, sim.clock().getTime()).find(({ signals }) => signals === null);
  return problem === undefined ? null : { type: problem.type, code: problem.code };
}

/** What a plugged-in car says; STOP fails for Smartcar's simulated vehicles alone. @see docs/smartcar.md §8.2 */
function chargeRefusal(sim: Simulation, connection: Connection, action: 'START' | 'STOP'): V2Error | null {
  const { isCharging, stateOfChargePercent } = carAt(sim, carOf(sim, connection), sim.clock().getTime()).world;
  if (action === 'START') {
    if (isCharging) return { type: 'VEHICLE_STATE', code: 'CHARGING_IN_PROGRESS' };
    return (stateOfChargePercent ?? 0) >= 99 ? { type: 'VEHICLE_STATE', code: 'FULLY_CHARGED' } : null;
  }
  if (!isCharging) return { type: 'VEHICLE_STATE', code: 'NOT_CHARGING' };
  return connection.mode === 'simulated' ? { type: 'VEHICLE_STATE', code: 'UNKNOWN' } : null;
}

function setLimit(sim: Simulation, connection: Connection, limit: number): V2Error | null {
  const car = carOf(sim, connection);
  if (car.model.batteryKwh === 0) return { type: 'COMPATIBILITY', code: 'VEHICLE_NOT_CAPABLE' };
  if (limit < 0.5 || limit > 1) return malformed({ field: ['limit'], message: '"limit" must be from 0.5 to 1' });
  const trouble = troubleOf(sim, connection);
  if (trouble !== null) return trouble;
  const { isCharging } = carAt(sim, car, sim.clock().getTime()).world;
  if (isCharging && connection.mode === 'simulated') return { type: 'COMPATIBILITY', code: 'SMARTCAR_NOT_CAPABLE' };
  sim.state.v2.chargeLimits[car.vin] = limit;
  sim.save();
  return null;
}
