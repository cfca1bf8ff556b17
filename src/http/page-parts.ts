/** What every route of a page behind a link does with what it is sent, and with what it answers. */
import type { FastifyReply, FastifyRequest } from 'fastify';

import { Refusal } from '../domain/refusal.ts';

export const linkPath = (token: string): string => `/o/${encodeURIComponent(token)}`;

/** Pages send no referrer, so their forms name the origin `null`; the browser's own word is what there is. */
export function mustNotBeForeign(request: FastifyRequest): void {
  const site = request.headers['sec-fetch-site'];
  if (site === 'cross-site' || site === 'same-site') throw new Refusal('wrong_origin');
}

/** The text fields of a query or a form; at most 30, and nothing that is there twice. */
export function fieldsOf(given: unknown): Record<string, string> {
  const fields = Object.entries(Object(given) as Record<string, unknown>).slice(0, 30); // a parsed query or form
  return Object.fromEntries(
    fields.filter((field): field is [string, string] => typeof field[1] === 'string' && field[1].length <= 2_000),
  );
}

export const html = (reply: FastifyReply, page: string): FastifyReply =>
  reply.type('text/html; charset=utf-8').send(page);
