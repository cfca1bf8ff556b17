/** Everything of v2 on the simulator's one origin: tokens, the vehicle API, compatibility, management. */
import type { FastifyError, FastifyInstance } from 'fastify';
import { cutAnswers } from '../api/gate.ts';
import type { Simulation } from '../simulation.ts';
import { malformed, notImitated, sendV2Error } from './answers.ts';
import { registerBatch } from './batch.ts';
import { registerV2Commands } from './commands.ts';
import { registerCompatibility } from './compatibility.ts';
import { registerV2Controls } from './controls.ts';
import { managementPaths, registerV2Management } from './management.ts';
import { registerTokens } from './token-routes.ts';
import { registerV2Vehicles } from './vehicle-routes.ts';

export async function registerV2(app: FastifyInstance, sim: Simulation): Promise<void> {
  await registerTokens(app, sim);
  registerV2Controls(app, sim);
  await app.register(
    async (v2) => {
      speakV2(v2, sim);
      registerV2Vehicles(v2, sim);
      registerV2Commands(v2, sim);
      registerBatch(v2, sim);
      registerCompatibility(v2, sim);
      v2.all('/*', (request, reply) => sendV2Error(sim, request, reply, notImitated));
    },
    { prefix: '/v2.0' },
  );
  for (const path of managementPaths) {
    await app.register(async (management) => {
      speakV2(management, sim);
      registerV2Management(management, sim, path);
    });
  }
  // Other versions than v2.0 and v3 aren't there at Smartcar either.
  app.all('/v1.0/*', (request, reply) =>
    sendV2Error(sim, request, reply, { type: 'RESOURCE_NOT_FOUND', code: 'VERSION' }),
  );
}

/** Whatever goes wrong in this scope is told in v2's shape. */
function speakV2(app: FastifyInstance, sim: Simulation): void {
  cutAnswers(app, sim);
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const status = error.statusCode ?? 500;
    const detail = { field: ['body'], message: error.message };
    return sendV2Error(
      sim,
      request,
      reply,
      status >= 500 ? { type: 'SERVER', code: 'INTERNAL' } : { ...malformed(detail), status },
    );
  });
}
