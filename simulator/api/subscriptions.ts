/** Subscriptions of vehicles to the webhook, by the specification's paths and by the announcement's. @see docs/smartcar.md §3.8 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { askForSubscription, endSubscriptions } from '../subscriptions.ts';
import { webhookOf, type Simulation } from '../simulation.ts';
import type { Subscription } from '../state.ts';
import { missing, pageOf, param, queryOf, sendError, timestamp } from './answers.ts';
import { vehicleAttributes } from './connections.ts';

const wish = z.object({
  data: z.object({
    attributes: z.object({ webhookId: z.string().optional(), userId: z.string(), vehicleId: z.string() }),
  }),
});

type Handler = (request: FastifyRequest, reply: FastifyReply) => FastifyReply;

export function registerSubscriptions(app: FastifyInstance, sim: Simulation): void {
  const when =
    (paths: 'subscriptions' | 'webhooks', handler: Handler): Handler =>
    (request, reply) => {
      const { subscriptionPaths } = sim.state.knobs;
      if (subscriptionPaths === paths || subscriptionPaths === 'both') return handler(request, reply);
      reply.callNotFound();
      return reply;
    };
  for (const [paths, path] of [
    ['subscriptions', '/subscriptions'],
    ['webhooks', '/webhooks/:webhookId/subscriptions'],
  ] as const) {
    app.get(
      path,
      when(paths, (request, reply) => sendList(sim, request, reply)),
    );
    app.post(
      path,
      when(paths, (request, reply) => create(sim, request, reply)),
    );
    app.get(
      `${path}/:subscriptionId`,
      when(paths, (request, reply) => sendOne(sim, request, reply)),
    );
    app.delete(
      `${path}/:subscriptionId`,
      when(paths, (request, reply) => remove(sim, request, reply)),
    );
  }
}

function sendList(sim: Simulation, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const found = matching(sim, { ...webhookFilter(request), ...queryOf(request) }).sort(
    (a, b) => b.createdAt - a.createdAt || a.id.localeCompare(b.id),
  );
  const page = pageOf(sim, request, found, { default: 25, max: 100 });
  if ('wrong' in page)
    return sendError(sim, request, reply, {
      type: 'VALIDATION',
      code: 'INVALID_INPUT_FORMAT',
      detail: `invalid ${page.wrong}`,
    });
  return reply.send({ data: page.items.map((item) => resourceOf(sim, item)), meta: page.meta, links: page.links });
}

function webhookFilter(request: FastifyRequest): Record<string, string> {
  const webhookId = param(request, 'webhookId');
  return webhookId === '' ? {} : { 'filter[webhookId]': webhookId };
}

function create(sim: Simulation, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const parsed = wish.safeParse(request.body);
  const webhookId = param(request, 'webhookId') || parsed.data?.data.attributes.webhookId;
  if (!parsed.success || webhookId === undefined)
    return sendError(sim, request, reply, {
      type: 'VALIDATION',
      code: 'INVALID_INPUT_FORMAT',
      detail: 'data.attributes must carry webhookId, userId and vehicleId.',
    });
  const { userId, vehicleId } = parsed.data.data.attributes;
  if (!sim.state.knobs.webhook.isCreated || webhookId !== webhookOf(sim).id)
    return sendError(sim, request, reply, missing('webhook'));
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
}

function sendOne(sim: Simulation, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const found = visible(sim).find((item) => item.id === param(request, 'subscriptionId'));
  return found === undefined
    ? sendError(sim, request, reply, missing('subscription'))
    : reply.send({ data: resourceOf(sim, found) });
}

function remove(sim: Simulation, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const found = visible(sim).find((item) => item.id === param(request, 'subscriptionId'));
  if (found === undefined) return sendError(sim, request, reply, missing('subscription'));
  endSubscriptions(sim, (item) => item.id === found.id);
  sim.save();
  return reply.code(204).send();
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
