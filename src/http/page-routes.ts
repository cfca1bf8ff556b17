/** Pages behind a link, for people without a login, and Connect's way back. They work without scripts. */
import fastifyCookie from '@fastify/cookie';
import fastifyFormbody from '@fastify/formbody';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { Refusal } from '../domain/refusal.ts';
import type { LinkPage } from '../flows/link-page.ts';
import { renderConfirmPage, renderOverPage } from './pages/confirm.ts';
import { renderLinkPage } from './pages/link.ts';
import { renderProblemPage } from './pages/problem.ts';
import { logFault, mistakeOf } from './problem.ts';
import { pagePolicy } from './security.ts';
import type { HttpNeeds } from './server-needs.ts';

/** Tells the browser that left for Connect from any other that comes back. */
const browserCookie = 'towline_browser';
const browserSecret = /^[A-Za-z0-9_-]{43}$/;
const browserCookieS = 24 * 3_600;

/** Guessing a link is hopeless anyway; this keeps it cheap. */
const pagesPerMinute = 120;

type PageNeeds = Pick<HttpNeeds, 'flows' | 'vault' | 'config' | 'clock'>;

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
    return html(reply.code(statusOf(page)), renderLinkPage(page, { token: params.token }));
  });
  app.post<{ Params: { token: string } }>('/o/:token', options, async (request, reply) => {
    mustNotBeForeign(request);
    const { connectionId } = fieldsOf(request.body);
    const browser = browserOf(request) ?? needs.vault.newSecret();
    const choice = { connectionId: connectionId ? connectionId : null, browser };
    const address = await needs.flows.startFromLink(request.params.token, choice, needs.clock());
    if (new URL(address).origin !== new URL(needs.config.connectOrigin).origin)
      throw new Error('A link led somewhere other than Connect.');
    keepBrowser(reply, browser, needs);
    return reply.redirect(address, 303);
  });
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
  return reply.redirect(`/o/${encodeURIComponent(returned.token)}`, 303);
}

/** Pages send no referrer, so their forms name the origin `null`; the browser's own word is what there is. */
function mustNotBeForeign(request: FastifyRequest): void {
  const site = request.headers['sec-fetch-site'];
  if (site === 'cross-site' || site === 'same-site') throw new Refusal('wrong_origin');
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

/** The text fields of a query or a form; at most 30, and nothing that is there twice. */
function fieldsOf(given: unknown): Record<string, string> {
  const fields = Object.entries(Object(given) as Record<string, unknown>).slice(0, 30); // a parsed query or form
  return Object.fromEntries(
    fields.filter((field): field is [string, string] => typeof field[1] === 'string' && field[1].length <= 2_000),
  );
}

function statusOf(page: LinkPage): number {
  if (page.page === 'work' || page.reason === 'withdrawn') return 200;
  return page.reason === 'unknown' ? 404 : 410;
}

const html = (reply: FastifyReply, page: string): FastifyReply => reply.type('text/html; charset=utf-8').send(page);

/** The same mistakes as problem+json tells a program, as a page. */
function answerProblemPage(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const mistake = mistakeOf(error);
  logFault(mistake, error, request);
  return html(
    reply.code(mistake.status),
    renderProblemPage({ code: mistake.code, title: mistake.detail ?? mistake.title, requestId: request.id }),
  );
}
