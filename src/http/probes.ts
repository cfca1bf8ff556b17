/** What machines ask about the process: alive, ready, how much. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

import { refill } from '../domain/bucket.ts';
import type { BucketLimits } from '../domain/bucket.ts';
import { monthStart } from '../domain/month.ts';
import { Refusal } from '../domain/refusal.ts';
import { dayOf } from '../domain/usage-forecast.ts';
import { applicationBucket } from '../flows/meter.ts';
import type { Database } from '../store/database.ts';
import { listMakePauses } from '../store/make-pause.ts';
import { findBucket } from '../store/request-bucket.ts';
import { listApplicationUsage } from '../store/request-usage.ts';
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

/** Counts requests by route and status, never by address or id, webhooks by what was answered, and what Smartcar was asked. */
export function countRequests(app: FastifyInstance, needs: BudgetMetricNeeds): Registry {
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
  watchBudget(registers, needs);
  return registry;
}

export interface BudgetMetricNeeds {
  database: Database;
  clock: () => Date;
  config: { requestLimits: BucketLimits };
}

/** Read when they are asked for: any process tells what all of them did. */
function watchBudget(registers: Registry[], { database, clock, config }: BudgetMetricNeeds): void {
  const gauge = (name: string, help: string, labelNames: string[], read: (gauge: Gauge) => Promise<void>): Gauge =>
    new Gauge({
      name,
      help,
      labelNames,
      registers,
      // A database that is away leaves out what it would have told, and nothing else.
      collect() {
        this.reset();
        return read(this).catch(() => undefined);
      },
    });
  gauge(
    'towline_smartcar_requests_available',
    'Requests that Smartcar allows at once, and that are left.',
    [],
    async (of) => {
      const bucket = await database.asSystem((tx) => findBucket(tx, applicationBucket));
      of.set(bucket ? refill(bucket, config.requestLimits, clock()).tokens : config.requestLimits.capacity);
    },
  );
  gauge('towline_smartcar_requests_month', 'Requests to Smartcar in this month (UTC).', ['purpose'], async (of) => {
    const from = dayOf(monthStart(clock()));
    for (const { purpose, requests } of await database.asSystem((tx) => listApplicationUsage(tx, from)))
      of.inc({ purpose }, requests);
  });
  gauge('towline_smartcar_make_waits', 'Makes whose manufacturer lets us wait.', ['make'], async (of) => {
    for (const { make } of await database.asSystem(listMakePauses)) of.set({ make }, 1);
  });
}
