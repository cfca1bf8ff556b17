/** Pages behind a link, for people without a login, and Connect's way back. They work without scripts. */
import fastifyCookie from '@fastify/cookie';
import fastifyFormbody from '@fastify/formbody';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { LinkPage } from '../flows/link-page.ts';
import { fieldsOf, html, linkPath, mustNotBeForeign } from './page-parts.ts';
import { renderConfirmPage, renderOverPage } from './pages/confirm.ts';
import { renderLinkPage } from './pages/link.ts';
import { renderProblemPage } from './pages/problem.ts';
import { wordingOfPressed } from './pages/wording.ts';
import { logFault, mistakeOf } from './problem.ts';
import { pagePolicy } from './security.ts';
import { renterRoutes } from './renter-routes.ts';
import { sharingRoutes } from './sharing-routes.ts';
import type { HttpNeeds } from './server-needs.ts';

/** Tells the browser that left for Connect from any other that comes back. */
const browserCookie = 'towline_browser';
const browserSecret = /^[A-Za-z0-9_-]{43}$/;
const browserCookieS = 24 * 3_600;

/** Guessing a link is hopeless anyway; this keeps it cheap. */
const pagesPerMinute = 120;

type PageNeeds = Pick<HttpNeeds, 'flows' | 'vault' | 'config' | 'clock' | 'database'>;

export async function pageRoutes(app: FastifyInstance, needs: PageNeeds): Promise<void> {
  await app.register(fastifyCookie);
  await app.register(fastifyFormbody, { bodyLimit: 16_384 });
  const policy = pagePolicy(needs.config);
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers({
      'content-security-policy': policy,
      'referrer-policy': 'no-referrer',
      'x-robots-tag': 'noindex, nofollow',
      'cache-control': 'no-store',
    });
  });
  app.setErrorHandler(answerProblemPage);
  const options = { schema: { hide: true }, config: { rateLimit: { max: pagesPerMinute, timeWindow: 60_000 } } };

  app.get<{ Params: { token: string } }>('/o/:token', options, async ({ params }, reply) => {
    const page = await needs.flows.viewLink(params.token, needs.clock());
    if (page.page === 'sharing') return reply.redirect(`${linkPath(params.token)}/sharing`, 303);
    return html(reply.code(statusOf(page)), renderLinkPage(page, { token: params.token }));
  });
  app.post<{ Params: { token: string } }>('/o/:token', options, async (request, reply) => {
    mustNotBeForeign(request);
    const { token } = request.params;
    const { connectionId = '', wording: seen } = fieldsOf(request.body);
    const pressed = connectionId === '' ? null : connectionId;
    const wording = wordingOfPressed(await needs.flows.viewLink(token, needs.clock()), pressed);
    // The page says something else by now than what they read: nothing is agreed to that was not read.
    if (seen !== undefined && seen !== wording?.id && wording) return reply.redirect(linkPath(token), 303);
    const browser = browserOf(request) ?? needs.vault.newSecret();
    const choice = { connectionId: pressed, browser, wording: seen === undefined ? null : wording };
    const address = await needs.flows.startFromLink(token, choice, needs.clock());
    if (new URL(address).origin !== new URL(needs.config.connectOrigin).origin)
      throw new Error('A link led somewhere other than Connect.');
    keepBrowser(reply, browser, needs);
    return reply.redirect(address, 303);
  });
  sharingRoutes(app, needs, options);
  await app.register(async (scope) => renterRoutes(scope, needs, options));
  // HEAD must not use a sign-in up.
  app.get('/connect/callback', { ...options, exposeHeadRoute: false }, (request, reply) =>
    comeBack(needs, request, reply, { query: fieldsOf(request.query), confirmed: false }),
  );
  app.post('/connect/confirm', options, (request, reply) => {
    mustNotBeForeign(request);
    return comeBack(needs, request, reply, { query: fieldsOf(request.body), confirmed: true });
  });
}

async function comeBack(
  needs: PageNeeds,
  request: FastifyRequest,
  reply: FastifyReply,
  back: { query: Record<string, string>; confirmed: boolean },
): Promise<FastifyReply> {
  // The browser whose person goes on here is the sign-in's from now on.
  const browser = browserOf(request) ?? (back.confirmed ? needs.vault.newSecret() : null);
  const returned = await needs.flows.returnFromConnect(back.query, browser, back.confirmed, needs.clock());
  if (returned.next === 'confirm') return html(reply, renderConfirmPage(back.query));
  if (returned.next === 'over') return html(reply.code(410), renderOverPage());
  if (browser && back.confirmed) keepBrowser(reply, browser, needs);
  return reply.redirect(linkPath(returned.token), 303);
}

function browserOf(request: FastifyRequest): string | null {
  const kept = request.cookies[browserCookie];
  return kept && browserSecret.test(kept) ? kept : null;
}

function keepBrowser(reply: FastifyReply, browser: string, { config }: PageNeeds): void {
  reply.setCookie(browserCookie, browser, {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: config.publicUrl.startsWith('https:'),
    maxAge: browserCookieS,
  });
}

function statusOf(page: LinkPage): number {
  if (page.page === 'work' || page.reason === 'withdrawn') return 200;
  return page.reason === 'unknown' ? 404 : 410;
}

/** The same mistakes as problem+json tells a program, as a page. */
function answerProblemPage(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const mistake = mistakeOf(error);
  logFault(mistake, error, request);
  return html(
    reply.code(mistake.status),
    renderProblemPage({ code: mistake.code, title: mistake.detail ?? mistake.title, requestId: request.id }),
  );
}
