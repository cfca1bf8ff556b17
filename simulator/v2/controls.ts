/** The simulator's own controls of v2: which families of tokens there are, and ending them. Never a token. */
import type { FastifyInstance } from 'fastify';
import { param } from '../api/answers.ts';
import type { Simulation } from '../simulation.ts';
import { revokeFamilies } from './tokens.ts';

export function registerV2Controls(app: FastifyInstance, sim: Simulation): void {
  app.get('/sim/api/v2/families', (_request, reply) => {
    const now = sim.clock().getTime();
    const { families, accessTokens, refreshTokens } = sim.state.v2;
    return reply.send({
      families: families.map(({ id, createdAt, isRevoked, grant }) => ({
        id,
        createdAt: new Date(createdAt).toISOString(),
        isRevoked,
        ...grant,
        accessTokens: accessTokens.filter((item) => item.familyId === id && item.expiresAt > now).length,
        unusedRefreshTokens: refreshTokens.filter(
          (item) => item.familyId === id && item.usedAt === null && item.expiresAt > now,
        ).length,
      })),
    });
  });
  app.delete('/sim/api/v2/families', (_request, reply) => reply.send({ ended: revokeFamilies(sim, () => true) }));
  app.delete('/sim/api/v2/families/:familyId', (request, reply) => {
    const ended = revokeFamilies(sim, (family) => family.id === param(request, 'familyId'));
    return ended === 0 ? reply.code(404).send({ error: 'There is no such family.' }) : reply.send({ ended });
  });
}
