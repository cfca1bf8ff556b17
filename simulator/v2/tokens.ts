/**
 * v2's tokens: codes that are exchanged once, and pairs that replace each other with every refresh.
 * Everything is in the state, so that it outlives a kill as soon as it was answered.
 *
 * @see docs/smartcar.md §1.6, §1.7
 */
import { nextUuid, type Simulation } from '../simulation.ts';
import type { AccessToken, RefreshToken, TokenFamily, V2Grant } from './state.ts';

const codeLifeMs = 10 * 60_000;
const refreshLifeMs = 60 * 86_400_000;
/** Used tokens are kept as long as the longest grace that the knob allows. */
const longestGraceMs = 3_600_000;

/** A token reply, exactly these four keys. */
export interface TokenReply {
  access_token: string;
  token_type: 'Bearer';
  expires_in: number;
  refresh_token: string;
}

/** A code for what the owner agreed to; the caller saves. */
export function issueCode(sim: Simulation, redirectUri: string, grant: V2Grant, now: number): string {
  const code = nextUuid(sim, 'code');
  const { v2 } = sim.state;
  v2.codes = v2.codes.filter((item) => item.expiresAt > now);
  v2.codes.push({ code, redirectUri, expiresAt: now + codeLifeMs, grant });
  return code;
}

/** Exchanges a code, once; answers which part of the request is wrong. A wrong address leaves the code as it was. */
export function exchangeCode(
  sim: Simulation,
  code: string,
  redirectUri: string,
  now: number,
): TokenReply | { wrong: 'code' | 'redirect_uri' } {
  const { v2 } = sim.state;
  const found = v2.codes.find((item) => item.code === code && item.expiresAt > now);
  if (found === undefined) return { wrong: 'code' };
  if (found.redirectUri !== redirectUri) return { wrong: 'redirect_uri' };
  v2.codes = v2.codes.filter((item) => item !== found);
  const family: TokenFamily = { id: nextUuid(sim, 'family'), createdAt: now, isRevoked: false, grant: found.grant };
  v2.families.push(family);
  const pair = issuePair(sim, family, now);
  sim.save();
  return replyOf(pair.access, pair.refresh.token, now);
}

/** Refreshes, or replays inside the grace as the knob says; null: refused, whatever the reason. */
export function exchangeRefreshToken(sim: Simulation, token: string, now: number): TokenReply | null {
  const found = sim.state.v2.refreshTokens.find((item) => item.token === token);
  const family = sim.state.v2.families.find((item) => item.id === found?.familyId);
  if (found === undefined || family === undefined || family.isRevoked || now >= found.expiresAt) return null;
  if (found.usedAt !== null) return replay(sim, family, found, found.usedAt, now);
  const { access, refresh } = issuePair(sim, family, now);
  found.usedAt = now;
  found.successor = { accessToken: access.token, refreshToken: refresh.token };
  sim.save();
  return replyOf(access, refresh.token, now);
}

function replay(
  sim: Simulation,
  family: TokenFamily,
  used: RefreshToken,
  usedAt: number,
  now: number,
): TokenReply | null {
  const { refreshGraceS, refreshReplay } = sim.state.knobs;
  if (refreshReplay === 'error' || now - usedAt >= refreshGraceS * 1000) return null;
  const earlier = sim.state.v2.accessTokens.find((item) => item.token === used.successor?.accessToken);
  if (refreshReplay === 'same-pair' && earlier !== undefined && used.successor !== null)
    return replyOf(earlier, used.successor.refreshToken, now);
  const { access, refresh } = issuePair(sim, family, now);
  sim.save();
  return replyOf(access, refresh.token, now);
}

function issuePair(sim: Simulation, family: TokenFamily, now: number): { access: AccessToken; refresh: RefreshToken } {
  const { v2, knobs } = sim.state;
  const familyId = family.id;
  const access = { token: nextUuid(sim, 'access'), familyId, expiresAt: now + knobs.accessTokenLifeS * 1000 };
  const refresh = { token: nextUuid(sim, 'refresh'), familyId, expiresAt: now + refreshLifeMs, usedAt: null };
  v2.accessTokens = [...v2.accessTokens.filter((item) => item.expiresAt > now), access];
  const kept = v2.refreshTokens.filter(
    ({ expiresAt, usedAt }) => expiresAt > now && (usedAt === null || usedAt + longestGraceMs > now),
  );
  const pair = { access, refresh: { ...refresh, successor: null } };
  v2.refreshTokens = [...kept, pair.refresh];
  return pair;
}

function replyOf(access: AccessToken, refreshToken: string, now: number): TokenReply {
  const expiresIn = Math.max(0, Math.round((access.expiresAt - now) / 1000));
  return { access_token: access.token, token_type: 'Bearer', expires_in: expiresIn, refresh_token: refreshToken };
}

/** The family of a bearer token that is still good, or null. Tokens issued earlier live to their own end. */
export function familyOf(sim: Simulation, token: string, now: number): TokenFamily | null {
  const found = sim.state.v2.accessTokens.find((item) => item.token === token && item.expiresAt > now);
  const family = sim.state.v2.families.find((item) => item.id === found?.familyId);
  return family === undefined || family.isRevoked ? null : family;
}

/** The family that a refresh token belongs to, good or not. */
export function familyOfRefresh(sim: Simulation, token: string): TokenFamily | null {
  const found = sim.state.v2.refreshTokens.find((item) => item.token === token);
  return sim.state.v2.families.find((item) => item.id === found?.familyId) ?? null;
}

/** Ends families with all their tokens, as some migrations of manufacturers do. Answers how many. */
export function revokeFamilies(sim: Simulation, wanted: (family: TokenFamily) => boolean): number {
  const ended = sim.state.v2.families.filter((family) => !family.isRevoked && wanted(family));
  for (const family of ended) family.isRevoked = true;
  sim.save();
  return ended.length;
}

/** No token opens these vehicles any more; the tokens themselves stay good. The caller saves. */
export function closeVehicles(sim: Simulation, vehicleIds: ReadonlySet<string>): void {
  const { codes, families } = sim.state.v2;
  for (const { grant } of [...codes, ...families])
    grant.vehicleIds = grant.vehicleIds.filter((id) => !vehicleIds.has(id));
}
