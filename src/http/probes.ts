/** What machines ask about the process: alive, ready, how much. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client';

import { Refusal } from '../domain/refusal.ts';
import { whoAsks } from './who.ts';
import type { WhoNeeds } from './who.ts';

const pingMs = 1_000;
const loopback = ['127.0.0.1', '::1', '::ffff:127.0.0.1'];
const unlimited = { schema: { hide: true }, config: { rateLimit: false as const } };

export async function probeRoutes(app: FastifyInstance, needs: WhoNeeds & { registry: Registry }): Promise<void> {
  app.get('/healthz', unlimited, async () => ({ alive: true }));
  app.get('/readyz', unlimited, async (_request, reply) => {
    if (await needs.database.ping(pingMs)) return { ready: true, missing: [] };
    return reply.code(503).send({ ready: false, missing: ['database'] });
  });
  app.get('/metrics', unlimited, async (request, reply) => {
    if (!isLocal(request)) await mustHaveKey(needs, request);
    return reply.type(needs.registry.contentType).send(await needs.registry.metrics());
  });
}

/** A proxy in front of us speaks for somebody else. */
const isLocal = (request: FastifyRequest): boolean =>
  loopback.includes(request.ip) &&
  request.headers['x-forwarded-for'] === undefined &&
  request.headers['forwarded'] === undefined;

async function mustHaveKey(needs: WhoNeeds, request: FastifyRequest): Promise<void> {
  if (request.headers.authorization === undefined) throw new Refusal('not_signed_in');
  await whoAsks(needs, request, null);
}

/** Counts requests by route and status, never by address or id, and webhooks by what was answered. */
export function countRequests(app: FastifyInstance): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const requests = new Counter({
    name: 'towline_http_requests_total',
    help: 'Requests answered.',
    labelNames: ['method', 'route', 'status'],
    registers,
  });
  const durations = new Histogram({
    name: 'towline_http_request_duration_seconds',
    help: 'Time to the answer.',
    labelNames: ['route'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const webhooks = new Counter({
    name: 'towline_webhook_answers_total',
    help: "Smartcar's webhooks by our answer.",
    labelNames: ['status'],
    registers,
  });
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    const status = String(reply.statusCode);
    requests.inc({ method: request.method, route, status });
    if (route !== '/api/v1/stream') durations.observe({ route }, reply.elapsedTime / 1_000);
    if (route === '/webhooks/smartcar') webhooks.inc({ status });
  });
  return registry;
}
