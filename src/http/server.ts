/** The HTTP server, put together; each part is a file of its own. */
import { randomBytes } from 'node:crypto';
import fastify, { LogController } from 'fastify';
import type { FastifyInstance } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';

import { apiRoutes } from './api.ts';
import { dashboardFiles } from './dashboard-files.ts';
import { fileDownloads } from './files.ts';
import { describeApi } from './openapi.ts';
import { pageRoutes } from './page-routes.ts';
import { openPeople, peopleRoutes } from './people.ts';
import { countRequests, probeRoutes } from './probes.ts';
import { answerProblem } from './problem.ts';
import { secure } from './security.ts';
import type { HttpNeeds } from './server-needs.ts';
import { streamRoute } from './stream.ts';
import { webhookRoute } from './webhook-route.ts';

const largestJson = 256 * 1_024;
/** A request that has not arrived whole by then is let go; the largest takes a bad line some seconds. */
const requestMs = 60_000;

/** Ready to listen; `close()` ends its streams and waits for requests that run. The database stays the caller's. */
export async function createHttpServer(needs: HttpNeeds): Promise<FastifyInstance> {
  const app = openApp(needs);
  const registry = countRequests(app, needs);
  await secure(app, needs.config);
  await describeApi(app, needs.config);
  const people = openPeople(needs);
  const all = { ...needs, people, registry };
  await app.register(async (scope) => apiRoutes(scope, all));
  await app.register(async (scope) => peopleRoutes(scope, all));
  await app.register(async (scope) => webhookRoute(scope, all));
  await app.register(async (scope) => pageRoutes(scope, all));
  await app.register(async (scope) => streamRoute(scope, { ...all, ...heartbeat(needs) }));
  await app.register(async (scope) => fileDownloads(scope, all));
  await app.register(async (scope) => probeRoutes(scope, all));
  await dashboardFiles(app, needs.config);
  await app.ready();
  return app;
}

const heartbeat = ({ config: { heartbeatMs } }: HttpNeeds): { heartbeatMs?: number } =>
  heartbeatMs === undefined ? {} : { heartbeatMs };

function openApp({ log }: HttpNeeds): FastifyInstance {
  const app = fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: largestJson,
    requestIdHeader: false,
    genReqId: () => `req_${randomBytes(12).toString('base64url')}`,
    routerOptions: { maxParamLength: 256 },
    forceCloseConnections: 'idle',
    requestTimeout: requestMs,
    frameworkErrors: (error, request, reply) => void answerProblem(error, request, reply),
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(answerProblem);
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });
  acceptEmptyJson(app);
  letGoWhenClosing(app);
  return app;
}

/** Clients send the type of JSON even where there is no body. */
function acceptEmptyJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    else void parse(request, body, done);
  });
}

/** What is under way at the end is answered, and its connection is not kept: it would hold the end up as long as its client likes. */
function letGoWhenClosing(app: FastifyInstance): void {
  let isClosing = false;
  app.addHook('preClose', async () => {
    isClosing = true;
  });
  app.addHook('onSend', async (_request, reply) => {
    if (isClosing) reply.header('connection', 'close');
  });
}
