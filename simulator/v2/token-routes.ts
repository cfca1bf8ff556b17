/** `auth.smartcar.com`: `POST /oauth/token`. @see docs/smartcar.md §1.6 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { cutAnswers, faultsOnTheWay, hangUp, meetFaults } from '../api/gate.ts';
import type { Fault } from '../faults.ts';
import { countTokenRequest } from '../request-counts.ts';
import { reaches, type Simulation } from '../simulation.ts';
import { isApplication } from './credentials.ts';
import type { TokenFamily } from './state.ts';
import { exchangeCode, exchangeRefreshToken, familyOfRefresh, type TokenReply } from './tokens.ts';

export async function registerTokens(app: FastifyInstance, sim: Simulation): Promise<void> {
  await app.register(async (auth) => {
    cutAnswers(auth, sim);
    auth.post('/oauth/token', async (request, reply) => {
      const form = formOf(request);
      const grant = form['grant_type'] ?? '';
      countTokenRequest(sim.counts, grant);
      const throttle = (): FastifyReply => refuse(reply, 429, 'temporarily_unavailable', 'Too many requests.');
      if (await meetFaults(reply, faultsOnTheWay(sim, null), throttle)) return reply;
      if (!isApplication(sim, request)) return refuse(reply, 401, 'invalid_client', 'Client authentication failed.');
      if (grant === 'authorization_code') return answerCode(sim, reply, form);
      if (grant === 'refresh_token') return answerRefresh(sim, reply, form);
      return grant === ''
        ? refuse(reply, 400, 'invalid_request', 'grant_type is missing.')
        : refuse(reply, 400, 'unsupported_grant_type', `Unsupported grant type: ${grant}.`);
    });
  });
}

function answerCode(sim: Simulation, reply: FastifyReply, form: Record<string, string>): FastifyReply {
  const { code, redirect_uri: redirectUri } = form;
  if (code === undefined) return refuse(reply, 400, 'invalid_request', 'code is missing.');
  if (redirectUri === undefined) return refuse(reply, 400, 'invalid_request', 'redirect_uri is missing.');
  const result = exchangeCode(sim, code, redirectUri, sim.clock().getTime());
  if (!('wrong' in result)) return give(reply, result);
  return result.wrong === 'code'
    ? refuse(reply, 400, 'invalid_request', `Invalid code: ${code}.`)
    : refuse(reply, 400, 'invalid_request', `Invalid redirect_uri: ${redirectUri}.`);
}

function answerRefresh(sim: Simulation, reply: FastifyReply, form: Record<string, string>): FastifyReply {
  const { refresh_token: token } = form;
  if (token === undefined) return refuse(reply, 400, 'invalid_request', 'refresh_token is missing.');
  const result = exchangeRefreshToken(sim, token, sim.clock().getTime());
  const { status, error } = sim.state.knobs.refreshRefusal;
  if (result === null) return refuse(reply, status, error, 'Invalid or expired refresh token.');
  const family = familyOfRefresh(sim, token);
  return family !== null && losesAnswer(sim, family) ? hangUp(reply) : give(reply, result);
}

/** The fault happens once: the rotation stands, the answer is gone. @see docs/smartcar.md §1.7 */
function losesAnswer(sim: Simulation, family: TokenFamily): boolean {
  const fault = sim.state.faults.find(
    (item) => item.what.kind === 'refresh-answer-lost' && reachesFamily(sim, item, family),
  );
  if (fault === undefined) return false;
  sim.state.faults = sim.state.faults.filter((item) => item !== fault);
  sim.save();
  return true;
}

function reachesFamily(sim: Simulation, fault: Fault, family: TokenFamily): boolean {
  if (fault.scope === 'all') return true;
  return sim.state.connections.some(
    (connection) => family.grant.vehicleIds.includes(connection.vehicleId) && reaches(sim, fault, connection),
  );
}

function give(reply: FastifyReply, tokens: TokenReply): FastifyReply {
  return reply.header('cache-control', 'no-store').send(tokens);
}

function refuse(reply: FastifyReply, status: number, error: string, description: string): FastifyReply {
  return reply.code(status).send({ error, error_description: description });
}

/** The fields of a form; a body of another type has none. */
function formOf(request: FastifyRequest): Record<string, string> {
  const type = request.headers['content-type'] ?? '';
  if (!type.toLowerCase().startsWith('application/x-www-form-urlencoded')) return {};
  const fields = Object.entries((request.body ?? {}) as Record<string, string | string[]>); // a parsed form
  return Object.fromEntries(fields.map(([name, value]) => [name, Array.isArray(value) ? (value.at(-1) ?? '') : value]));
}
