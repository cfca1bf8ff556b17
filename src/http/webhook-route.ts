/** Where Smartcar's webhooks arrive: raw bytes in, the flow's answer out, and nothing parsed on the way. */
import type { FastifyInstance } from 'fastify';

import { mistakeOf } from './problem.ts';
import type { HttpNeeds } from './server-needs.ts';

/** The largest body seen is a few kilobytes; a larger one is refused by its length, unread. */
const largestBody = 64 * 1_024;

export async function webhookRoute(
  app: FastifyInstance,
  needs: Pick<HttpNeeds, 'flows' | 'clock' | 'config'>,
): Promise<void> {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: largestBody }, (_request, body, done) =>
    done(null, body),
  );
  app.setErrorHandler((error, request, reply) => {
    if (mistakeOf(error).code === 'too_large') return reply.code(413).send();
    // Smartcar sends it again when we say that we could not keep it.
    request.log.error({ err: error, requestId: request.id }, 'A webhook could not be kept.');
    return reply.code(503).header('retry-after', '30').send();
  });
  app.post(
    '/webhooks/smartcar',
    // Smartcar's machines are no browsers: headers for those would only cost.
    { bodyLimit: largestBody, schema: { hide: true }, config: { rateLimit: false }, helmet: false },
    async (request, reply) => {
      const signature = request.headers[needs.config.signatureHeader];
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const answer = await needs.flows.receiveWebhook(
        body,
        typeof signature === 'string' ? signature : null,
        needs.clock(),
      );
      reply.code(answer.status);
      return answer.body
        ? reply.type('application/json; charset=utf-8').send(JSON.stringify(answer.body))
        : reply.send();
    },
  );
}
