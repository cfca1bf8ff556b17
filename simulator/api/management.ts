/** `management.api.smartcar.com`: the application, its webhook, and subscriptions to it. @see docs/smartcar.md §3.8 */
import type { FastifyInstance } from 'fastify';
import { webhookOf, type Simulation } from '../simulation.ts';
import { missing, param, sendError } from './answers.ts';
import { registerSubscriptions } from './subscriptions.ts';

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
