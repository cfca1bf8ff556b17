/** `/sim/api/application`: what would be changed in Smartcar's dashboard. */
import type { FastifyInstance } from 'fastify';
import { asAtStart, registerRedirects, renewSecret } from '../application.ts';
import type { Simulation } from '../simulation.ts';
import { object, sentenceOf } from './api.ts';
import { applicationWish, secretWish } from './wishes.ts';

export function registerApplicationControls(app: FastifyInstance, sim: Simulation): void {
  const view = (): Record<string, unknown> => ({
    applicationId: sim.credentials.applicationId,
    name: sim.applicationName,
    apiClientId: sim.credentials.apiClientId,
    redirectUris: sim.redirectUris,
  });
  app.get('/sim/api/application', (_request, reply) => reply.send(view()));
  app.patch('/sim/api/application', (request, reply) => {
    const parsed = applicationWish.safeParse(request.body);
    if (!parsed.success) return object(reply, 400, sentenceOf(parsed.error));
    const objection = registerRedirects(sim, parsed.data.redirectUris);
    return objection === null ? reply.send(view()) : object(reply, 400, objection);
  });
  app.post('/sim/api/application/secrets', (request, reply) => {
    const parsed = secretWish.safeParse(request.body);
    if (!parsed.success) return object(reply, 400, sentenceOf(parsed.error));
    const { of, secret } = parsed.data;
    return reply.send({ of, secret: renewSecret(sim, of, secret ?? null) });
  });
  app.delete('/sim/api/application', (_request, reply) => {
    asAtStart(sim);
    return reply.send(view());
  });
}
