/** People: sign-in with a password, sessions, and the first administrator. The library is better-auth. */
import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { betterAuth } from 'better-auth';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { FleetId } from '../domain/ids.ts';
import type { Database } from '../store/database.ts';
import { addMember, ensurePerson } from '../store/member.ts';
import { mustBeTrusted, trustedOrigins } from './origin.ts';
import type { HttpNeeds } from './server-needs.ts';

/** OWASP's: 19 MiB, two passes; 10 to 13 ms. */
const argon2 = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Written by us from the socket, never taken from the caller. */
const addressHeader = 'x-towline-address';

export interface Person {
  id: string;
  name: string;
  email: string;
}

export interface People {
  /** Who is signed in by these cookies; null when nobody. `trustCache`: a copy of up to 30 seconds may answer. */
  signedIn(cookie: string, trustCache: boolean): Promise<{ person: Person; setCookies: string[] } | null>;
  handler(request: Request): Promise<Response>;
}

export function openPeople({
  database,
  vault,
  config,
  log,
}: Pick<HttpNeeds, 'database' | 'vault' | 'config' | 'log'>): People {
  const auth = betterAuth({
    appName: 'Towline',
    baseURL: config.publicUrl,
    basePath: '/api/auth',
    secret: vault.digest('cookies', 'people').toString('base64url'),
    database: { db: database.system, type: 'postgres', transaction: true },
    telemetry: { enabled: false },
    trustedOrigins: trustedOrigins(config.publicUrl),
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      password: {
        hash: (password) => hash(password, argon2),
        verify: ({ hash: kept, password }) => verify(kept, password),
      },
    },
    ...tables,
    rateLimit: {
      enabled: true,
      storage: 'database',
      modelName: 'auth_rate_limit',
      fields: { lastRequest: 'last_request' },
      window: 60,
      max: 300,
      customRules: { '/sign-in/email': { window: 60, max: 10 }, '/get-session': false },
    },
    advanced: {
      cookiePrefix: 'towline',
      useSecureCookies: config.publicUrl.startsWith('https:'),
      ipAddress: { ipAddressHeaders: [addressHeader] },
    },
    logger: { level: 'warn', log: (level, message) => log[level](`Sign-in: ${message}`) },
  });
  return {
    handler: (request) => auth.handler(request),
    async signedIn(cookie, trustCache) {
      const query = trustCache ? {} : { disableCookieCache: true };
      const { headers, response } = await auth.api.getSession({
        headers: new Headers({ cookie }),
        query,
        returnHeaders: true,
      });
      if (!response) return null;
      const { id, name, email } = response.user;
      return { person: { id, name, email }, setCookies: headers.getSetCookie() };
    },
  };
}

const times = { createdAt: 'created_at', updatedAt: 'updated_at' };

/** Our names for the library's tables and columns. */
const tables = {
  user: { modelName: 'auth_user', fields: { ...times, emailVerified: 'email_verified' } },
  session: {
    modelName: 'auth_session',
    fields: { ...times, userId: 'user_id', expiresAt: 'expires_at', ipAddress: 'ip_address', userAgent: 'user_agent' },
    expiresIn: 7 * 24 * 3_600,
    updateAge: 24 * 3_600,
    cookieCache: { enabled: true, maxAge: 30 },
  },
  account: {
    modelName: 'auth_account',
    fields: {
      ...times,
      userId: 'user_id',
      accountId: 'account_id',
      providerId: 'provider_id',
      accessToken: 'access_token',
      refreshToken: 'refresh_token',
      idToken: 'id_token',
      accessTokenExpiresAt: 'access_token_expires_at',
      refreshTokenExpiresAt: 'refresh_token_expires_at',
    },
  },
  verification: { modelName: 'auth_verification', fields: { ...times, expiresAt: 'expires_at' } },
};

/** What a person can do with their own login; the library's other calls are not reachable. */
const calls = [
  ['POST', '/sign-in/email'],
  ['POST', '/sign-out'],
  ['GET', '/get-session'],
  ['GET', '/list-sessions'],
  ['POST', '/revoke-session'],
  ['POST', '/revoke-sessions'],
  ['POST', '/revoke-other-sessions'],
  ['POST', '/change-password'],
] as const;

/** Mounts the library's calls at /api/auth; bodies go through unread. */
export async function peopleRoutes(
  app: FastifyInstance,
  { people, config }: { people: People; config: HttpNeeds['config'] },
): Promise<void> {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string', bodyLimit: 16_384 }, (_request, body, done) => done(null, body));
  for (const [method, path] of calls) {
    app.route({
      method,
      url: `/api/auth${path}`,
      schema: { hide: true },
      config: path === '/sign-in/email' ? { rateLimit: { max: 60, timeWindow: 60_000 } } : {},
      handler: async (request, reply) => {
        if (method === 'POST' && request.headers.cookie) mustBeTrusted(request, config.publicUrl);
        return send(reply, await people.handler(webRequest(request, config.publicUrl)));
      },
    });
  }
}

function webRequest(request: FastifyRequest, publicUrl: string): Request {
  const headers = new Headers();
  for (const name of [
    'cookie',
    'origin',
    'content-type',
    'user-agent',
    'referer',
    'sec-fetch-site',
    'sec-fetch-mode',
    'sec-fetch-dest',
  ]) {
    const value = request.headers[name];
    if (typeof value === 'string') headers.set(name, value);
  }
  headers.set(addressHeader, request.ip);
  const body = typeof request.body === 'string' && request.body !== '' ? request.body : null;
  if (body === null && request.method === 'POST') headers.set('content-type', 'application/json');
  return new Request(new URL(request.url, publicUrl), {
    method: request.method,
    headers,
    body: body ?? (request.method === 'POST' ? '{}' : null),
  });
}

async function send(reply: FastifyReply, response: Response): Promise<FastifyReply> {
  reply.code(response.status).header('cache-control', 'no-store');
  const retryAfter = response.headers.get('x-retry-after');
  if (retryAfter) reply.header('retry-after', retryAfter);
  const type = response.headers.get('content-type');
  if (type) reply.header('content-type', type);
  for (const cookie of response.headers.getSetCookie()) reply.header('set-cookie', cookie);
  return reply.send(await response.text());
}

/**
 * The first administrator: of the installation and of these fleets. Made once; somebody who exists keeps their password
 * and roles.
 */
export async function ensureAdministrator(
  database: Pick<Database, 'asSystem'>,
  administrator: { email: string; password: string; name: string; fleetIds: readonly FleetId[] },
  now: Date,
): Promise<void> {
  const { email, password, name, fleetIds } = administrator;
  const passwordHash = await hash(password, argon2);
  const id = randomBytes(16).toString('hex');
  await database.asSystem(async (tx) => {
    const person = { id, name, email: email.toLowerCase(), passwordHash, installationAdministrator: true };
    const userId = await ensurePerson(tx, person, now);
    for (const fleetId of fleetIds) await addMember(tx, { fleetId, userId, role: 'administrator' }, now);
  });
}
