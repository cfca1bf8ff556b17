/** Whether a browser's request came from our own pages. */
import type { FastifyRequest } from 'fastify';

import { Refusal } from '../domain/refusal.ts';

const loopback = ['127.0.0.1', 'localhost', '[::1]'];

/** The public origin; on a loopback address, every name of it, since people type either. */
export function trustedOrigins(publicUrl: string): string[] {
  const url = new URL(publicUrl);
  if (!loopback.includes(url.hostname)) return [url.origin];
  return loopback.map((host) => new URL(`${url.protocol}//${host}:${url.port}`).origin);
}

/**
 * For requests that act by cookie. Browsers name the origin of every POST; where a request names none, only the browser's
 * own word that it is the same origin counts. Another port of this host is another origin.
 *
 * @throws Refusal wrong_origin
 */
export function mustBeTrusted(request: Pick<FastifyRequest, 'headers'>, publicUrl: string): void {
  const { origin } = request.headers;
  const trusted =
    origin === undefined
      ? request.headers['sec-fetch-site'] === 'same-origin'
      : trustedOrigins(publicUrl).includes(origin);
  if (!trusted) throw new Refusal('wrong_origin');
}
