/** The renter's page, and its two buttons. It works without scripts, and better with its own. */
import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyReply } from 'fastify';

import { commandTypes } from '../domain/command.ts';
import type { CommandType } from '../domain/command.ts';
import { Refusal } from '../domain/refusal.ts';
import type { RefusalCode } from '../domain/refusal.ts';
import { renterRefusals } from '../flows/renter-page.ts';
import type { RenterPage, RenterRefusal } from '../flows/renter-page.ts';
import { once } from './idempotency.ts';
import { fieldsOf, html, mustNotBeForeign } from './page-parts.ts';
import { renderRenterLive, renderRenterPage } from './pages/renter.ts';
import { renterPolicy } from './security.ts';
import type { HttpNeeds } from './server-needs.ts';

/** A page asks every two seconds while something is under way, and phones share addresses. */
const looksPerMinute = 600;

type RenterNeeds = Pick<HttpNeeds, 'flows' | 'vault' | 'clock' | 'database'>;

interface AtLink {
  Params: { token: string };
}

export async function renterRoutes(app: FastifyInstance, needs: RenterNeeds, options: object): Promise<void> {
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('content-security-policy', renterPolicy);
  });
  const often = { ...options, config: { rateLimit: { max: looksPerMinute, timeWindow: 60_000 } } };
  const look = (token: string): Promise<RenterPage> => needs.flows.viewRenter(token, needs.clock());

  app.get<AtLink>('/r/:token', options, async ({ params: { token }, query }, reply) => {
    const page = await look(token);
    return html(
      reply.code(statusOf(page)),
      renderRenterPage(page, asked(token, refusedOf(fieldsOf(query)['refused']))),
    );
  });
  app.get<AtLink>('/r/:token/live', often, async ({ params: { token } }, reply) =>
    answerLive(reply, await look(token), token, null),
  );
  for (const type of commandTypes)
    app.post<AtLink>(`/r/:token/${type}`, options, async (request, reply) => {
      mustNotBeForeign(request);
      const { token } = request.params;
      const fields = fieldsOf(request.body);
      const refused = await press(needs, token, type, fields);
      if (fields['live']) return answerLive(reply, await look(token), token, refused);
      return reply.redirect(`/r/${encodeURIComponent(token)}${refused ? `?refused=${refused}` : ''}`, 303);
    });
}

const asked = (token: string, refused: RenterRefusal | null) => ({
  token,
  refused,
  press: randomBytes(12).toString('base64url'),
});

/** What is over has no parts that live; the script then loads the page that says so. */
const answerLive = (reply: FastifyReply, page: RenterPage, token: string, refused: RenterRefusal | null) =>
  html(
    reply.code(statusOf(page)),
    page.page === 'car' ? renderRenterLive(page, asked(token, refused)) : renderRenterPage(page, asked(token, null)),
  );

const statuses = { unknown: 404, expired: 410, over: 410, early: 403 } as const;
const statusOf = (page: RenterPage): number => (page.page === 'car' ? 200 : statuses[page.reason]);

const refusedOf = (word: string | undefined): RenterRefusal | null =>
  renterRefusals.find((refusal) => refusal === word) ?? null;

const pressId = /^[\w-]{8,100}$/;

/** The same press that comes again, because its answer was lost, is the first one. @returns why nothing was sent; null where it was, or the page says why */
async function press(
  needs: RenterNeeds,
  token: string,
  type: CommandType,
  fields: Record<string, string>,
): Promise<RenterRefusal | null> {
  const now = needs.clock();
  try {
    const { fleetId, linkId } = await needs.flows.renterAt(token);
    const id = fields['press'];
    const isKnown = id !== undefined && pressId.test(id);
    const key = `${linkId} ${type} ${id}`;
    const pressed = { type, agoS: agoSOf(fields['at'], now), pressId: isKnown ? key : null };
    const act = () => needs.flows.pressAsRenter(token, pressed, now).then(() => ({}));
    if (isKnown) await once(needs, { fleetId, key, request: key, status: 303 }, act);
    else await act();
    return null;
  } catch (error) {
    if (error instanceof Refusal) return refusalFor[error.code] ?? null;
    throw error;
  }
}

/** Seconds since the press, by our clock as the page knew it; 0 where it did not say. */
function agoSOf(at: string | undefined, now: Date): number {
  const agoMs = now.getTime() - Number(at ?? Number.NaN);
  return Number.isFinite(agoMs) ? Math.max(0, agoMs / 1_000) : 0;
}

/** What is not here is seen on the page itself: the link is closed, or the same press is being worked on. */
const refusalFor: Readonly<Partial<Record<RefusalCode, RenterRefusal>>> = {
  command_in_progress: 'busy',
  too_many_requests: 'limit',
  press_late: 'late',
  not_connected: 'closed',
  reconnect_first: 'closed',
  move_first: 'closed',
  lock_not_granted: 'closed',
};
