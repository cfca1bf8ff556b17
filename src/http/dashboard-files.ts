/** The built dashboard: its files, and its one page for every address that is the dashboard's own. */
import { existsSync } from 'node:fs';
import { join, sep } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { Refusal } from '../domain/refusal.ts';
import { answerProblem } from './problem.ts';

const notDashboard = /^\/(api|o|r|connect|webhooks|assets)(\/|$)/;
const notBuilt =
  'The dashboard is not built yet. Run "npm start", which builds it, or "node node_modules/vite/bin/vite.js build".\n';

export async function dashboardFiles(app: FastifyInstance, { dashboardDir }: { dashboardDir: string }): Promise<void> {
  await app.register(fastifyStatic, {
    root: dashboardDir,
    index: false,
    // Without the folder there is nothing to list, and the plugin says so at every start.
    serve: existsSync(dashboardDir),
    cacheControl: false,
    setHeaders: (reply, path) => {
      const immutable = path.includes(`${sep}assets${sep}`);
      reply.header('cache-control', immutable ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  app.setNotFoundHandler((request, reply) =>
    isPage(request) ? page(reply, dashboardDir) : answerProblem(new Refusal('not_found'), request, reply),
  );
  app.get('/', { schema: { hide: true } }, (_request, reply) => page(reply, dashboardDir));
  // Browsers ask for it on every page that names no icon.
  app.get('/favicon.ico', { schema: { hide: true } }, (_request, reply) =>
    existsSync(join(dashboardDir, 'towline.svg'))
      ? reply.header('cache-control', 'public, max-age=86400').sendFile('towline.svg', dashboardDir)
      : reply.code(204).send(),
  );
}

function isPage(request: FastifyRequest): boolean {
  const path = request.url.split('?')[0] ?? '';
  const wantsPage = (request.headers.accept ?? '').includes('text/html');
  return ['GET', 'HEAD'].includes(request.method) && wantsPage && !notDashboard.test(path);
}

function page(reply: FastifyReply, dashboardDir: string): FastifyReply {
  if (!existsSync(join(dashboardDir, 'index.html')))
    return reply.code(503).type('text/plain; charset=utf-8').send(notBuilt);
  return reply.header('cache-control', 'no-cache').sendFile('index.html', dashboardDir);
}
