/** `/v3/connections` and `/v3/users`. @see docs/smartcar.md §3.2 */
import type { FastifyInstance } from 'fastify';
import { disconnect } from '../grants.ts';
import { carOf, permissionsOf, type Simulation } from '../simulation.ts';
import type { Connection } from '../state.ts';
import { header, pageOf, param, queryOf, sendError, timestamp } from './answers.ts';

export function registerConnections(app: FastifyInstance, sim: Simulation): void {
  app.get('/connections', (request, reply) => {
    const query = queryOf(request);
    const direction = query['sort'] === 'createdAt' ? 1 : -1;
    const found = matching(sim, query, header(request, 'sc-user-id')).sort(
      (a, b) => direction * (a.createdAt - b.createdAt || a.id.localeCompare(b.id)),
    );
    const page = pageOf(sim, request, found, { default: 10, max: 100 });
    if ('wrong' in page)
      return sendError(sim, request, reply, {
        type: 'VALIDATION',
        code: 'INVALID_INPUT_FORMAT',
        detail: `invalid ${page.wrong}`,
      });
    return reply.send({
      data: page.items.map((item) => resourceOf(sim, item)),
      meta: { ...page.meta, orderBy: 'createdAt', orderDirection: direction === 1 ? 'asc' : 'desc' },
      links: page.links,
    });
  });
  app.get('/connections/:connectionId', (request, reply) => {
    const found = connectionNamed(sim, param(request, 'connectionId'));
    if (found === undefined)
      return sendError(sim, request, reply, {
        type: 'RESOURCE_NOT_FOUND',
        code: 'CONNECTION_NOT_FOUND',
        status: 404,
        detail: 'The connection does not exist.',
      });
    return reply.send({ data: resourceOf(sim, found) });
  });
  app.delete('/connections/:connectionId', (request, reply) => {
    const found = connectionNamed(sim, param(request, 'connectionId'));
    if (found === undefined)
      return sendError(sim, request, reply, {
        type: 'RESOURCE_NOT_FOUND',
        code: 'CONNECTION_NOT_FOUND',
        status: 404,
        detail: 'The connection does not exist.',
      });
    disconnect(sim, [found]);
    return reply.code(204).send();
  });
  app.delete('/users/:userId', (request, reply) => {
    const found = sim.state.connections.filter((item) => item.userId === param(request, 'userId'));
    if (found.length === 0)
      return sendError(sim, request, reply, {
        type: 'RESOURCE_NOT_FOUND',
        code: 'USER_NOT_FOUND',
        status: 404,
        detail: 'The user does not exist.',
      });
    disconnect(sim, found);
    return reply.code(204).send();
  });
}

/** By the id of the connection or of the vehicle, as the knob says. @see docs/smartcar.md §3.2 */
function connectionNamed(sim: Simulation, id: string): Connection | undefined {
  const { connectionPath } = sim.state.knobs;
  return sim.state.connections.find(
    (item) =>
      (connectionPath !== 'vehicle' && item.id === id) || (connectionPath !== 'connection' && item.vehicleId === id),
  );
}

function matching(sim: Simulation, query: Record<string, string>, headerUserId: string | null): Connection[] {
  const userId = query['filter[userId]'] ?? headerUserId;
  const vehicleId = query['filter[vehicleId]'];
  const externalId = query['filter[user.externalId]'];
  const mode = query['filter[vehicle.mode]'] ?? 'live';
  return sim.state.connections.filter(
    (item) =>
      (userId === null || item.userId === userId) &&
      (vehicleId === undefined || item.vehicleId === vehicleId) &&
      (externalId === undefined || sim.state.externalIds[item.userId] === externalId) &&
      item.mode === mode,
  );
}

function resourceOf(sim: Simulation, connection: Connection): Record<string, unknown> {
  const externalId = sim.state.externalIds[connection.userId];
  return {
    id: connection.id,
    type: 'connection',
    attributes: { permissions: permissionsOf(sim, connection), vehicle: vehicleAttributes(sim, connection) },
    meta: { createdAt: timestamp(sim, connection.createdAt) },
    relationships: {
      vehicle: {
        data: { id: connection.vehicleId, type: 'vehicle' },
        links: { related: `/vehicles/${connection.vehicleId}` },
      },
      user: { data: { id: connection.userId, type: 'user', ...(externalId === undefined ? {} : { externalId }) } },
    },
  };
}

/** A car as its owner's connection shows it. */
export function vehicleAttributes(sim: Simulation, connection: Connection): Record<string, unknown> {
  const car = carOf(sim, connection);
  return {
    make: car.make.make,
    model: car.model.name,
    year: car.year,
    mode: connection.mode,
    powertrainType: car.powertrain,
  };
}
