/** `management.api.smartcar.com`: the application, its webhook, and subscriptions to it. @see docs/smartcar.md §3.8 */
import type { FastifyInstance } from 'fastify';
import { signalKinds } from '../signal-catalogue.ts';
import { webhookOf, type Simulation } from '../simulation.ts';
import { missing, param, sendError } from './answers.ts';
import { registerSubscriptions } from './subscriptions.ts';

export function registerManagement(app: FastifyInstance, sim: Simulation): void {
  registerApplication(app, sim);
  registerSubscriptions(app, sim);
}

type Attributes = Record<string, unknown>;

function registerApplication(app: FastifyInstance, sim: Simulation): void {
  const shown = (name: string, others: () => Attributes): Attributes =>
    sim.state.knobs.dashboardShows === 'everything' ? { name, ...others() } : { name };
  const application = (): Record<string, unknown> => ({
    id: sim.credentials.applicationId,
    type: 'application',
    attributes: shown(sim.applicationName, () => ({ redirectUris: sim.redirectUris })),
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
    return { id, type: 'webhook', attributes: shown(name, () => webhookAttributes(sim)) };
  };
  app.get('/webhooks', (_request, reply) => {
    const data = isCreated(sim) ? [webhook()] : [];
    return reply.send({ data, meta: { pageNumber: 1, pageSize: 25, totalCount: data.length } });
  });
  app.get('/webhooks/:webhookId', (request, reply) => {
    const isOurs = isCreated(sim) && param(request, 'webhookId') === webhookOf(sim).id;
    return isOurs ? reply.send({ data: webhook() }) : sendError(sim, request, reply, missing('webhook'));
  });
}

const isCreated = (sim: Simulation): boolean => sim.state.knobs.webhook.isCreated;

/** Whether it was verified is not among them. @see docs/smartcar.md §3.8 */
function webhookAttributes(sim: Simulation): Attributes {
  const { url, errorUrl, isEnabled, triggers, data } = sim.state.knobs.webhook;
  const all = (kinds: typeof signalKinds): string[] => kinds.map(({ code }) => code);
  return {
    callbackUri: url,
    errorCallbackUri: errorUrl,
    isEnabled,
    autoSubscribe: sim.state.knobs.autoSubscribes,
    triggers: triggers ?? all(signalKinds.filter((kind) => kind.triggers)),
    data: data ?? all(signalKinds),
  };
}
