/** `management.api.smartcar.com`: the application, its webhook, and subscriptions to it. @see docs/smartcar.md §3.8 */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { askForSubscription, endSubscriptions } from '../subscriptions.ts';
import { webhookOf, type Simulation } from '../simulation.ts';
import type { Subscription } from '../state.ts';
import { pageOf, param, queryOf, sendError, timestamp, type ApiError } from './answers.ts';
import { vehicleAttributes } from './connections.ts';

const wish = z.object({
  data: z.object({ attributes: z.object({ webhookId: z.string(), userId: z.string(), vehicleId: z.string() }) }),
});

export function registerManagement(app: FastifyInstance, sim: Simulation): void {
  registerApplication(app, sim);
  registerSubscriptions(app, sim);
}

function registerApplication(app: FastifyInstance, sim: Simulation): void {
  const application = (): Record<string, unknown> => ({
    id: sim.credentials.applicationId,
    type: 'application',
    attributes: { name: 'Simulated application', redirectUris: sim.redirectUris },
  });
  app.get('/applications', (_request, reply) =>
    reply.send({ data: [application()], meta: { pageNumber: 1, pageSize: 25, totalCount: 1 } }),
  );
  app.get('/applications/:applicationId', (request, reply) => {
    const isOurs = param(request, 'applicationId') === sim.credentials.applicationId;
    return isOurs ? reply.send({ data: application() }) : sendError(sim, request, reply, missing('application'));
  });
  const webhook = (): Record<string, unknown> => {
    const { id, name } = webhookOf(sim);
    const { url, errorUrl, isEnabled } = sim.state.knobs.webhook;
    return {
      id,
      type: 'webhook',
      attributes: { name, callbackUri: url, errorCallbackUri: errorUrl, status: isEnabled ? 'ACTIVE' : 'DISABLED' },
    };
  };
  app.get('/webhooks', (_request, reply) =>
    reply.send({ data: [webhook()], meta: { pageNumber: 1, pageSize: 25, totalCount: 1 } }),
  );
  app.get('/webhooks/:webhookId', (request, reply) => {
    const isOurs = param(request, 'webhookId') === webhookOf(sim).id;
    return isOurs ? reply.send({ data: webhook() }) : sendError(sim, request, reply, missing('webhook'));
  });
}

function registerSubscriptions(app: FastifyInstance, sim: Simulation): void {
  app.get('/subscriptions', (request, reply) => {
    const found = matching(sim, queryOf(request)).sort((a, b) => b.createdAt - a.createdAt || a.id.localeCompare(b.id));
    const page = pageOf(request, found, { default: 25, max: 100 });
    if ('wrong' in page)
      return sendError(sim, request, reply, {
        type: 'VALIDATION',
        code: 'INVALID_INPUT_FORMAT',
        detail: `invalid ${page.wrong}`,
      });
    return reply.send({ data: page.items.map((item) => resourceOf(sim, item)), meta: page.meta, links: page.links });
  });
  app.post('/subscriptions', (request, reply) => {
    const parsed = wish.safeParse(request.body);
    if (!parsed.success)
      return sendError(sim, request, reply, {
        type: 'VALIDATION',
        code: 'INVALID_INPUT_FORMAT',
        detail: 'data.attributes must carry webhookId, userId and vehicleId.',
      });
    const { webhookId, userId, vehicleId } = parsed.data.data.attributes;
    if (webhookId !== webhookOf(sim).id) return sendError(sim, request, reply, missing('webhook'));
    const connection = sim.state.connections.find((item) => item.vehicleId === vehicleId && item.userId === userId);
    if (connection === undefined)
      return sendError(sim, request, reply, { type: 'RESOURCE_NOT_FOUND', code: 'VEHICLE_NOT_FOUND' });
    const subscription = askForSubscription(sim, connection, sim.clock().getTime());
    if (subscription === null) {
      return sendError(sim, request, reply, {
        type: 'VALIDATION',
        code: 'PARAMETER',
        status: 409,
        detail: 'The vehicle is subscribed to this webhook already.',
      });
    }
    sim.save();
    return reply.code(202).send({ meta: { message: 'subscription creation in progress' } });
  });
  app.get('/subscriptions/:subscriptionId', (request, reply) => {
    const found = visible(sim).find((item) => item.id === param(request, 'subscriptionId'));
    return found === undefined
      ? sendError(sim, request, reply, missing('subscription'))
      : reply.send({ data: resourceOf(sim, found) });
  });
  app.delete('/subscriptions/:subscriptionId', (request, reply) => {
    const found = visible(sim).find((item) => item.id === param(request, 'subscriptionId'));
    if (found === undefined) return sendError(sim, request, reply, missing('subscription'));
    endSubscriptions(sim, (item) => item.id === found.id);
    sim.save();
    return reply.code(204).send();
  });
}

/** Codes by analogy with VEHICLE_NOT_FOUND. */
function missing(what: string): ApiError {
  return {
    type: 'RESOURCE_NOT_FOUND',
    code: `${what.toUpperCase()}_NOT_FOUND`,
    status: 404,
    detail: `The ${what} does not exist.`,
  };
}

/** While a subscription is being made, nobody sees it. */
function visible(sim: Simulation): Subscription[] {
  return sim.state.subscriptions.filter((item) => item.isReady);
}

function matching(sim: Simulation, query: Record<string, string>): Subscription[] {
  const {
    'filter[userId]': userId,
    'filter[webhookId]': webhookId,
    'filter[vehicleId]': vehicleId,
    'filter[vehicle.mode]': mode,
  } = query;
  return visible(sim).filter(
    (item) =>
      (userId === undefined || item.userId === userId) &&
      (webhookId === undefined || item.webhookId === webhookId) &&
      (vehicleId === undefined || item.vehicleId === vehicleId) &&
      (mode === undefined ||
        sim.state.connections.some((one) => one.vehicleId === item.vehicleId && one.mode === mode)),
  );
}

function resourceOf(sim: Simulation, subscription: Subscription): Record<string, unknown> {
  const { id, webhookId, userId, vehicleId, createdAt } = subscription;
  const connection = sim.state.connections.find((item) => item.vehicleId === vehicleId && item.userId === userId);
  return {
    id,
    type: 'subscription',
    attributes: { vehicle: connection === undefined ? null : vehicleAttributes(sim, connection) },
    meta: { createdAt: timestamp(sim, createdAt), updatedAt: timestamp(sim, createdAt) },
    relationships: {
      webhook: { data: { id: webhookId, type: 'webhook' } },
      user: { data: { id: userId, type: 'user' } },
      vehicle: { data: { id: vehicleId, type: 'vehicle' } },
    },
  };
}
