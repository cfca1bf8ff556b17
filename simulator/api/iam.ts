/** `iam.smartcar.com`: one bearer token for the whole application. @see docs/smartcar.md §1.8 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { uuidFrom } from '../random.ts';
import { nextNumber, type Simulation } from '../simulation.ts';

/** An application token lives one hour. */
const lifetimeS = 3600;

const tokenRequest = z.object({
  grant_type: z.string().optional(),
  client_id: z.string().optional(),
  client_secret: z.string().optional(),
});

export function registerIam(app: FastifyInstance, sim: Simulation): void {
  app.post('/oauth2/token', (request, reply) => {
    const parsed = isUnderstood(sim, request)
      ? tokenRequest.safeParse(request.body ?? {})
      : { success: false as const };
    if (!parsed.success) return refuse(reply, 400, 'invalid_request', 'The body must be JSON or a form.');
    const { grant_type: grantType } = parsed.data;
    if (grantType === undefined) return refuse(reply, 400, 'invalid_request', 'grant_type is missing.');
    if (grantType !== 'client_credentials')
      return refuse(reply, 400, 'unsupported_grant_type', 'grant_type must be client_credentials.');
    const given = clientOf(request, parsed.data);
    if (given === null) return refuse(reply, 400, 'invalid_request', 'client_id or client_secret is missing.');
    if (!isSame(given.id, sim.credentials.apiClientId) || !isSame(given.secret, sim.credentials.apiClientSecret)) {
      return refuse(reply, 401, 'invalid_client', 'Client authentication failed.');
    }
    void reply.header('cache-control', 'no-store');
    return reply.send({ access_token: newToken(sim), token_type: 'Bearer', expires_in: lifetimeS });
  });
}

/** The specification says JSON, the prose a form. @see docs/smartcar.md §1.8 */
function isUnderstood(sim: Simulation, request: FastifyRequest): boolean {
  const { iamAccepts } = sim.state.knobs;
  const isForm = (request.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');
  return iamAccepts === 'both' || isForm === (iamAccepts === 'form');
}

function refuse(reply: FastifyReply, status: number, error: string, description: string): FastifyReply {
  return reply.code(status).send({ error, error_description: description });
}

function clientOf(request: FastifyRequest, body: z.infer<typeof tokenRequest>): { id: string; secret: string } | null {
  const basic = /^Basic (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (basic !== undefined) {
    const [id = '', ...secret] = Buffer.from(basic, 'base64').toString('utf8').split(':');
    return { id: decodeURIComponent(id), secret: decodeURIComponent(secret.join(':')) };
  }
  const { client_id: id, client_secret: secret } = body;
  return id === undefined || secret === undefined ? null : { id, secret };
}

/** A signed token that carries its own times, so that it outlives a restart of the simulator. */
function newToken(sim: Simulation): string {
  const now = sim.clock().getTime();
  const claims = {
    iss: 'simulator',
    iat: now,
    exp: now + lifetimeS * 1000,
    jti: uuidFrom(sim.state.seed, 'token', nextNumber(sim)),
  };
  const text = [{ alg: 'HS256', typ: 'JWT' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${text}.${sealOf(sim, text)}`;
}

/** Whether an `Authorization` header carries a token that is ours and still good. */
export function isGoodBearer(sim: Simulation, authorization: string | undefined): boolean {
  const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1] ?? '';
  const [head = '', claims = '', seal = ''] = token.split('.');
  if (!isSame(seal, sealOf(sim, `${head}.${claims}`))) return false;
  // Sealed by newToken.
  const { iat, exp } = JSON.parse(Buffer.from(claims, 'base64url').toString('utf8')) as { iat: number; exp: number };
  return sim.clock().getTime() < exp && iat >= sim.state.tokensValidFrom;
}

function sealOf(sim: Simulation, text: string): string {
  return createHmac('sha256', `token ${sim.credentials.apiClientSecret}`).update(text).digest('base64url');
}

function isSame(given: string, expected: string): boolean {
  const a = Buffer.from(given);
  const b = Buffer.from(expected);
  return a.length === b.length && timingSafeEqual(a, b);
}
