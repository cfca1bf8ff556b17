/** `/sim/api/webhooks`: verify, false claims, and what was delivered. */
import type { FastifyInstance } from 'fastify';
import { param } from '../api/answers.ts';
import { errorRow } from '../error-table.ts';
import { webhookOf, type Simulation } from '../simulation.ts';
import { verifyWebhook } from '../webhooks/verify.ts';
import { object, sentenceOf } from './api.ts';
import { rotateManagementToken } from '../subscriptions.ts';
import { claimFalsely, sendRaw, sendState } from './changes.ts';
import { claim, rawEvent, stateWish, tokenWish } from './wishes.ts';

export function registerWebhookControls(app: FastifyInstance, sim: Simulation): void {
  app.get('/sim/api/webhooks', (_request, reply) =>
    reply.send({
      ...webhookOf(sim),
      ...sim.state.knobs.webhook,
      verification: verificationView(sim),
      pending: sim.state.due.filter((item) => item.kind === 'deliver').length,
      deliveries: [...sim.state.deliveries].reverse(),
    }),
  );
  app.post('/sim/api/webhooks/verify', async (_request, reply) => {
    const { url, isCreated } = sim.state.knobs.webhook;
    if (!isCreated)
      return object(reply, 400, 'There is no webhook: PATCH /sim/api/knobs {"webhook":{"isCreated":true}}.');
    if (url === null)
      return object(reply, 400, 'The webhook has no address: PATCH /sim/api/knobs {"webhook":{"url":"…"}}.');
    return reply.send(await verifyWebhook(sim, url, sim.clock().getTime()));
  });
  app.post('/sim/api/webhooks/management-token', (request, reply) => {
    const parsed = tokenWish.safeParse(request.body ?? {});
    if (!parsed.success) return object(reply, 400, sentenceOf(parsed.error));
    return reply.send({ managementToken: rotateManagementToken(sim, parsed.data.token ?? null) });
  });
  app.post('/sim/api/webhooks/raw', (request, reply) => {
    const parsed = rawEvent.safeParse(request.body);
    if (!parsed.success) return object(reply, 400, 'The body must be a JSON object.');
    return sendRaw(sim, parsed.data) ? reply.code(202).send({}) : object(reply, 400, 'The webhook has no address.');
  });
  app.post('/sim/api/cars/:vin/claims', (request, reply) => {
    const car = sim.cars.get(param(request, 'vin'));
    if (car === undefined) return object(reply, 404, 'There is no such car.');
    const parsed = claim.safeParse(request.body);
    if (!parsed.success) return object(reply, 400, sentenceOf(parsed.error));
    if (errorRow(parsed.data.type, parsed.data.code) === null)
      return object(reply, 400, 'Smartcar publishes no such error; GET /sim/api/errors lists them.');
    return claimFalsely(sim, car, parsed.data)
      ? reply.code(202).send({})
      : object(reply, 400, 'The car is not connected.');
  });
  app.post('/sim/api/cars/:vin/state-event', (request, reply) => {
    const car = sim.cars.get(param(request, 'vin'));
    if (car === undefined) return object(reply, 404, 'There is no such car.');
    const parsed = stateWish.safeParse(request.body ?? {});
    if (!parsed.success) return object(reply, 400, sentenceOf(parsed.error));
    return sendState(sim, car, parsed.data.triggers ?? 'FIRST_DELIVERY')
      ? reply.code(202).send({})
      : object(reply, 400, 'The car is not connected.');
  });
}

/** The last VERIFY, or null. */
function verificationView(sim: Simulation): Record<string, unknown> | null {
  const { verification } = sim.state;
  return verification === null ? null : { ...verification, at: new Date(verification.at).toISOString() };
}
