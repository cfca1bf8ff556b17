/** `api.smartcar.com/v2.0`: what a token opens, the vehicles' reads, their end, and webhooks. @see docs/smartcar.md §2.2 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { connectionOfPath } from '../api/gate.ts';
import { param, queryOf } from '../api/answers.ts';
import { disconnect } from '../grants.ts';
import { webhookOf, type Simulation } from '../simulation.ts';
import { askForSubscription, endSubscriptions } from '../subscriptions.ts';
import { answerRead, asksCar, unknownPath } from './answer-read.ts';
import { malformed, sendV2Error, unauthorized } from './answers.ts';
import { bearerOf, isSame } from './credentials.ts';
import { enterVehicle, enterWithToken, isRefusedOnTheWay } from './entry.ts';
import { pageOf } from './paging.ts';
import { readKinds } from './reads.ts';
import { unitSystemOf } from './units.ts';

export function registerV2Vehicles(app: FastifyInstance, sim: Simulation): void {
  app.get('/user', async (request, reply) => {
    const family = await enterWithToken(sim, request, reply);
    return family === null ? reply : reply.send({ id: family.grant.userId });
  });
  app.get('/vehicles', async (request, reply) => {
    const family = await enterWithToken(sim, request, reply);
    if (family === null) return reply;
    const page = pageOf(sim, queryOf(request), family.grant.vehicleIds, 10);
    if ('error' in page) return sendV2Error(sim, request, reply, page.error);
    return reply.send({ vehicles: page.items, paging: page.paging });
  });
  const paths = ['/', '/permissions', '/diagnostics/system_status', '/diagnostics/dtcs', '/service/history'];
  for (const path of [...paths, ...readKinds.map((kind) => kind.path)]) {
    app.get(`/vehicles/:vehicleId${path}`, (request, reply) => read(sim, request, reply, path));
  }
  app.delete('/vehicles/:vehicleId/application', async (request, reply) => {
    const entered = await enterVehicle(sim, request, reply, 'application');
    if (entered === null) return reply;
    disconnect(sim, [entered.connection]);
    return reply.send({ status: 'success' });
  });
  registerWebhooks(app, sim);
  app.all('/vehicles/:vehicleId/*', async (request, reply) => {
    const error = unknownPath(`/${param(request, '*')}`);
    if (error.status !== undefined) return sendV2Error(sim, request, reply, error);
    const entered = await enterVehicle(sim, request, reply, 'application');
    return entered === null ? reply : sendV2Error(sim, request, reply, error);
  });
}

async function read(
  sim: Simulation,
  request: FastifyRequest,
  reply: FastifyReply,
  path: string,
): Promise<FastifyReply> {
  const entered = await enterVehicle(sim, request, reply, asksCar(path) ? 'vehicle' : 'application');
  if (entered === null) return reply;
  const answer = answerRead(sim, entered, { path, query: queryOf(request), units: unitSystemOf(request) });
  if ('error' in answer) return sendV2Error(sim, request, reply, answer.error);
  return reply.headers(answer.headers).send(answer.body);
}

/** @see docs/smartcar.md §2.9 */
function registerWebhooks(app: FastifyInstance, sim: Simulation): void {
  const isOurs = (request: FastifyRequest): boolean =>
    sim.state.knobs.webhook.isCreated && param(request, 'webhookId') === webhookOf(sim).id;
  const wrongWebhook = malformed({ field: ['webhookId'], message: '"webhookId" must be the id of a webhook' });
  app.post('/vehicles/:vehicleId/webhooks/:webhookId', async (request, reply) => {
    const entered = await enterVehicle(sim, request, reply, 'application');
    if (entered === null) return reply;
    if (!isOurs(request)) return sendV2Error(sim, request, reply, wrongWebhook);
    askForSubscription(sim, entered.connection, sim.clock().getTime());
    sim.save();
    return reply.send({ webhookId: webhookOf(sim).id, vehicleId: entered.connection.vehicleId });
  });
  app.delete('/vehicles/:vehicleId/webhooks/:webhookId', async (request, reply) => {
    if (!isSame(bearerOf(request), sim.credentials.managementToken))
      return sendV2Error(sim, request, reply, unauthorized);
    const connection = connectionOfPath(sim, request);
    if (await isRefusedOnTheWay(sim, request, reply, connection)) return reply;
    if (!isOurs(request)) return sendV2Error(sim, request, reply, wrongWebhook);
    endSubscriptions(sim, (item) => item.vehicleId === param(request, 'vehicleId'));
    sim.save();
    return reply.send({ status: 'success' });
  });
}
