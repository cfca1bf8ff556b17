/** Who asks: HTTP Basic of the application or of its management token, and bearer tokens. */
import { timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { Simulation } from '../simulation.ts';

/** Whether `Authorization` is Basic with the application id and the v2 secret. */
export function isApplication(sim: Simulation, request: FastifyRequest): boolean {
  const { applicationId, clientSecret } = sim.credentials;
  return isBasic(request, applicationId, clientSecret);
}

/** Whether `Authorization` is Basic `default:` and the application management token. @see docs/smartcar.md §7 */
export function isManagement(sim: Simulation, request: FastifyRequest): boolean {
  return isBasic(request, 'default', sim.credentials.managementToken);
}

/** The token of `Authorization: Bearer …`, or the empty string. */
export function bearerOf(request: FastifyRequest): string {
  return /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
}

/** Compares in the same time wherever the difference is. */
export function isSame(given: string, expected: string): boolean {
  const a = Buffer.from(given);
  const b = Buffer.from(expected);
  return a.length === b.length && timingSafeEqual(a, b);
}

function isBasic(request: FastifyRequest, user: string, password: string): boolean {
  const basic = /^Basic (\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
  return isSame(Buffer.from(basic, 'base64').toString('utf8'), `${user}:${password}`);
}
