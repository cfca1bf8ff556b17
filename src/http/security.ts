/** What every answer says to browsers, and how often one address may ask. */
import fastifyHelmet from '@fastify/helmet';
import fastifyRateLimit from '@fastify/rate-limit';
import type { FastifyInstance } from 'fastify';

import { Refusal } from '../domain/refusal.ts';
import { renterScriptHash } from './pages/renter-script.ts';
import { pageStyleHash } from './pages/style.ts';
import type { HttpConfig } from './server-needs.ts';

/** Per address and minute; a screen asks about ten times a minute, a busy program some hundred times. */
const requestsPerMinute = 12_000;
const hstsS = 31_536_000;

export async function secure(app: FastifyInstance, config: HttpConfig): Promise<void> {
  await app.register(fastifyHelmet, {
    contentSecurityPolicy: { useDefaults: false, directives: dashboardPolicy },
    strictTransportSecurity: config.publicUrl.startsWith('https:') ? { maxAge: hstsS } : false,
    referrerPolicy: { policy: 'same-origin' },
    frameguard: { action: 'deny' },
    // Needs https, or a browser on a plain address complains in its console.
    crossOriginOpenerPolicy: config.publicUrl.startsWith('https:') ? { policy: 'same-origin' } : false,
    originAgentCluster: config.publicUrl.startsWith('https:'),
  });
  await app.register(fastifyRateLimit, {
    global: true,
    max: requestsPerMinute,
    timeWindow: 60_000,
    cache: 20_000,
    errorResponseBuilder: () => new Refusal('too_many_requests'),
  });
}

/** Styles inline: the component library sets custom properties on elements. Scripts never. */
const dashboardPolicy = {
  'default-src': ["'self'"],
  'script-src': ["'self'"],
  'style-src': ["'self'", "'unsafe-inline'"],
  'img-src': ["'self'", 'data:'],
  'font-src': ["'self'", 'data:'],
  'connect-src': ["'self'"],
  'object-src': ["'none'"],
  'base-uri': ["'none'"],
  'form-action': ["'self'"],
  'frame-ancestors': ["'none'"],
};

/** For a renter's page: its own script alone, which asks its own place. */
export const renterPolicy = [
  "default-src 'none'",
  `style-src ${pageStyleHash}`,
  `script-src ${renterScriptHash}`,
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "form-action 'self'",
].join('; ');

/** For pages without scripts. A form's answer leads to Connect, and browsers check that redirect too. */
export function pagePolicy({ connectOrigin }: Pick<HttpConfig, 'connectOrigin'>): string {
  const connect = new URL(connectOrigin).hostname.endsWith('.smartcar.com') ? 'https://*.smartcar.com' : connectOrigin;
  return [
    "default-src 'none'",
    `style-src ${pageStyleHash}`,
    "img-src 'self' data:",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    `form-action 'self' ${connect}`,
  ].join('; ');
}
