/** `/v3/vehicles/{id}` and its signals: the store as it is, never fresher for being read. @see docs/smartcar.md §3.3, §3.4 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { subscriptionOf } from '../due.ts';
import { errorRow } from '../error-table.ts';
import { signalKind } from '../signal-catalogue.ts';
import { carOf, faultsOf, problemsOf, type Simulation } from '../simulation.ts';
import type { CachedSignal, Connection } from '../state.ts';
import { header, pageOf, param, resolutionOf, sendError, timestamp, type ApiError } from './answers.ts';
import { vehicleAttributes } from './connections.ts';
import { connectionOfPath } from './gate.ts';
import { uuidFrom } from '../random.ts';

export function registerVehicles(app: FastifyInstance, sim: Simulation): void {
  app.get('/vehicles/:vehicleId', (request, reply) => {
    const connection = connectionOfPath(sim, request);
    const refusal = connection === null ? notFound : failureOf(sim, connection);
    if (connection === null || refusal !== null) return sendError(sim, request, reply, refusal ?? notFound);
    const self = `/vehicles/${connection.vehicleId}`;
    const vehicle = {
      id: connection.vehicleId,
      type: 'vehicle',
      attributes: vehicleAttributes(sim, connection),
      links: { self },
    };
    return reply.send(sim.state.knobs.vehicleShape === 'wrapped' ? { data: vehicle, links: { self } } : vehicle);
  });
  app.get('/vehicles/:vehicleId/signals', (request, reply) => {
    const connection = readable(sim, request, reply);
    if ('sent' in connection) return connection;
    return sendSignals(sim, request, reply, connection);
  });
  app.get('/vehicles/:vehicleId/signals/:code', (request, reply) => {
    const connection = readable(sim, request, reply);
    if ('sent' in connection) return connection;
    const code = param(request, 'code');
    const signal = storeOf(sim, connection)[code];
    if (signal === undefined) {
      return sendError(sim, request, reply, {
        type: 'RESOURCE_NOT_FOUND',
        code: 'INVALID_PATH',
        detail: `There is no signal ${code} for this vehicle.`,
      });
    }
    const resource = signalResource(sim, connection, code, signal);
    const { links } = resource;
    return reply.send(
      sim.state.knobs.signalShape === 'wrapped'
        ? { data: resource, links, included: included(sim, connection) }
        : resource,
    );
  });
}

const notFound: ApiError = { type: 'RESOURCE_NOT_FOUND', code: 'VEHICLE_NOT_FOUND' };

function sendSignals(
  sim: Simulation,
  request: FastifyRequest,
  reply: FastifyReply,
  connection: Connection,
): FastifyReply {
  if (isWithheld(sim, connection, '404')) return sendError(sim, request, reply, notFound);
  const entries = Object.entries(storeOf(sim, connection));
  const page = pageOf(sim, request, entries, { default: 100, max: 200 });
  if ('wrong' in page)
    return sendError(sim, request, reply, {
      type: 'VALIDATION',
      code: 'INVALID_INPUT_FORMAT',
      detail: `invalid ${page.wrong}`,
    });
  return reply.send({
    data: page.items.map(([code, signal]) => signalResource(sim, connection, code, signal)),
    meta: page.meta,
    links: page.links,
    included: included(sim, connection),
  });
}

/** The connection that this request may read or command; else the refusal, already sent. */
export function readable(sim: Simulation, request: FastifyRequest, reply: FastifyReply): Connection | FastifyReply {
  const userId = header(request, 'sc-user-id');
  if (userId === null)
    return sendError(sim, request, reply, { type: 'VALIDATION', code: 'MISSING_PARAMETER', detail: 'missing userId' });
  const connection = connectionOfPath(sim, request);
  if (connection === null) return sendError(sim, request, reply, notFound);
  if (connection.userId !== userId) {
    return sendError(
      sim,
      request,
      reply,
      sim.state.knobs.wrongUser === '404' ? notFound : { type: 'AUTHENTICATION', code: 'ACCESS_DENIED' },
    );
  }
  const failure = failureOf(sim, connection);
  return failure === null ? connection : sendError(sim, request, reply, failure);
}

/** Why a request about this car fails as a whole, or null. */
function failureOf(sim: Simulation, connection: Connection): ApiError | null {
  const car = carOf(sim, connection);
  if (faultsOf(sim, car).some(({ what }) => what.kind === 'not-found')) return notFound;
  const whole = problemsOf(sim, connection).find((problem) => problem.isWholeRequest);
  if (whole !== undefined) return { type: whole.type, code: whole.code, vehicleId: connection.vehicleId };
  return sim.state.knobs.failureShape === 'request' ? storedAccountError(connection) : null;
}

/** The account's error, once the store has met it. */
function storedAccountError(connection: Connection): ApiError | null {
  const error =
    Object.values(connection.signals).find((signal) => signal.error?.type === 'CONNECTED_SERVICES_ACCOUNT')?.error ??
    null;
  return error === null ? null : { ...error, vehicleId: connection.vehicleId };
}

function storeOf(sim: Simulation, connection: Connection): Record<string, CachedSignal> {
  const isEmpty = faultsOf(sim, carOf(sim, connection)).some(({ what }) => what.kind === 'empty-store');
  return isEmpty || isWithheld(sim, connection, 'empty') || isWithheld(sim, connection, '404')
    ? {}
    : connection.signals;
}

/** What is said about a car without a subscription has changed: nothing, or that there is none. @see docs/smartcar.md §3.4 */
function isWithheld(sim: Simulation, connection: Connection, how: 'empty' | '404'): boolean {
  return sim.state.knobs.unsubscribedReads === how && subscriptionOf(sim, connection)?.isReady !== true;
}

function signalResource(
  sim: Simulation,
  connection: Connection,
  code: string,
  signal: CachedSignal,
): { links: unknown } & Record<string, unknown> {
  const kind = signalKind(code);
  const vehicle = `/vehicles/${connection.vehicleId}`;
  const self = `${vehicle}/signals/${code}`;
  return {
    id: uuidFrom('signal', connection.vehicleId, code),
    type: 'signal',
    attributes: {
      code,
      name: kind?.name ?? code,
      group: kind?.group ?? 'Other',
      status:
        signal.error === null
          ? { value: 'SUCCESS' }
          : { value: 'ERROR', error: signalError(sim, connection, signal.error) },
      ...(signal.body === null ? {} : { body: signal.body }),
    },
    ...timesOf(sim, signal),
    links: { self, values: `${self}/values`, vehicle },
  };
}

function timesOf(sim: Simulation, signal: CachedSignal): { meta?: Record<string, unknown> } {
  if (signal.retrievedAt === null) return {};
  if (signal.error !== null && sim.state.knobs.failureShape === 'signals-without-meta') return {};
  const measured = signal.oemUpdatedAt === null ? {} : { oemUpdatedAt: timestamp(sim, signal.oemUpdatedAt) };
  return {
    meta: {
      retrievedAt: timestamp(sim, signal.retrievedAt),
      ...measured,
      ingestedAt: timestamp(sim, signal.retrievedAt + 400),
    },
  };
}

function signalError(
  sim: Simulation,
  connection: Connection,
  error: { type: string; code: string | null },
): Record<string, unknown> {
  const { type, code } = error;
  const description = errorRow(type, code)?.description ?? 'Unknown error.';
  return { type, code, description, resolution: resolutionOf(sim, type, code, connection.vehicleId) };
}

function included(sim: Simulation, connection: Connection): Record<string, unknown> {
  const self = `/vehicles/${connection.vehicleId}`;
  return {
    vehicle: {
      id: connection.vehicleId,
      type: 'vehicle',
      attributes: vehicleAttributes(sim, connection),
      links: { self },
    },
  };
}
