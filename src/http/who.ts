/** Who asks, in which fleet, in which role. A key or a session; never both. */
import type { FastifyReply, FastifyRequest } from 'fastify';

import { isId } from '../domain/ids.ts';
import type { FleetId } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import { mayDo } from '../domain/role.ts';
import type { Act, Actor, Role } from '../domain/role.ts';
import type { Context } from '../flows/context.ts';
import { apiKeyByDigest } from '../store/api-key.ts';
import type { Tx } from '../store/database.ts';
import { fleetById, listFleets } from '../store/fleet.ts';
import { isInstallationAdministrator, membershipsOf } from '../store/member.ts';
import { mustBeTrusted } from './origin.ts';
import type { People } from './people.ts';
import type { HttpNeeds } from './server-needs.ts';

export interface Who {
  context: Context;
  fleetName: string;
  role: Role;
  /** Of the whole installation: may make fleets, and enter each. */
  installation: boolean;
  /** Null for a key. */
  email: string | null;
}

export type WhoNeeds = Pick<HttpNeeds, 'database' | 'vault' | 'config'> & { people: People };

const safeMethods = ['GET', 'HEAD', 'OPTIONS'];

/**
 * @throws Refusal not_signed_in, wrong_origin, or not_found for a fleet that isn't theirs.
 */
export async function whoAsks(needs: WhoNeeds, request: FastifyRequest, reply: FastifyReply | null): Promise<Who> {
  const { authorization, cookie } = request.headers;
  const wanted = request.headers['towline-fleet'];
  const fleet = typeof wanted === 'string' && wanted !== '' ? wanted : null;
  if (authorization !== undefined) return whoByKey(needs, authorization, fleet, request.id);
  if (cookie === undefined) throw new Refusal('not_signed_in');
  const reads = safeMethods.includes(request.method);
  if (!reads) mustBeTrusted(request, needs.config.publicUrl);
  const signedIn = await session(needs, cookie, reads && reply !== null);
  if (!signedIn) throw new Refusal('not_signed_in');
  for (const renewed of reply ? signedIn.setCookies : []) reply?.header('set-cookie', renewed);
  return needs.database.asSystem((tx) => whoByPerson(tx, signedIn.person, fleet, request.id));
}

/** @throws Refusal not_allowed */
export function mustBeAllowed(who: Who, act: Act): void {
  if (!mayDo(who.role, act)) throw new Refusal('not_allowed');
}

/** What is every fleet's is for the installation's administrator alone. @throws Refusal not_allowed, with `why` */
export function mustRunInstallation({ installation }: Pick<Who, 'installation'>, why: string): void {
  if (!installation) throw new Refusal('not_allowed', why);
}

async function session(needs: WhoNeeds, cookie: string, trustCache: boolean): ReturnType<People['signedIn']> {
  try {
    return await needs.people.signedIn(cookie, trustCache);
  } catch (error) {
    // The library wraps what the database said; ask it ourselves before calling this a fault of ours.
    if (await needs.database.ping(1_000)) throw error;
    throw new Refusal('database_unavailable');
  }
}

async function whoByKey(
  needs: WhoNeeds,
  authorization: string,
  wanted: string | null,
  requestId: string,
): Promise<Who> {
  const [, secret] = /^Bearer ([\x21-\x7e]{16,500})$/i.exec(authorization) ?? [];
  if (!secret) throw new Refusal('not_signed_in');
  return needs.database.asSystem(async (tx) => {
    const key = await apiKeyByDigest(tx, needs.vault.fingerprint(secret));
    if (!key) throw new Refusal('not_signed_in');
    if (wanted !== null && wanted !== key.fleet_id && !key.installation) throw new Refusal('not_found');
    const fleet = await fleetOr404(tx, wanted ?? key.fleet_id);
    const actor: Actor = { kind: 'apiKey', id: key.id, name: key.name };
    return {
      context: { fleetId: fleet.id, actor, requestId },
      fleetName: fleet.name,
      role: key.role,
      installation: key.installation,
      email: null,
    };
  });
}

async function whoByPerson(
  tx: Tx,
  person: { id: string; name: string; email: string },
  wanted: string | null,
  requestId: string,
): Promise<Who> {
  const memberships = await membershipsOf(tx, person.id);
  const installation = await isInstallationAdministrator(tx, person.id);
  const membership = wanted === null ? memberships[0] : memberships.find(({ fleetId }) => fleetId === wanted);
  const actor: Actor = { kind: 'operator', id: person.id, name: person.name };
  const base = { installation, email: person.email };
  if (membership) {
    return {
      ...base,
      context: { fleetId: membership.fleetId, actor, requestId },
      fleetName: membership.fleetName,
      role: membership.role,
    };
  }
  if (!installation) throw new Refusal('not_found');
  const fleet = await fleetOr404(tx, wanted ?? (await listFleets(tx))[0]?.id ?? '');
  return { ...base, context: { fleetId: fleet.id, actor, requestId }, fleetName: fleet.name, role: 'administrator' };
}

async function fleetOr404(tx: Tx, id: string): Promise<{ id: FleetId; name: string }> {
  const fleet = isId('flt', id) ? await fleetById(tx, id) : null;
  if (!fleet) throw new Refusal('not_found');
  return fleet;
}
