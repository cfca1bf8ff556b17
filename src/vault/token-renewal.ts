/**
 * One renewal of a family of v2's tokens: the lease, the request, and what is made of its answer. A refresh token works
 * once. So nothing is open in the database while Smartcar is asked, nothing gives up between the request and the storing
 * of its answer, and what was not stored is not used.
 *
 * @see docs/decisions/0014-token-sets.md
 */
import { setTimeout as pause } from 'node:timers/promises';
import { isUpstreamMeaning, type Failure } from '../domain/failure.ts';
import type { Database } from '../store/database.ts';
import { leaseTokenSet, readTokenSet, releaseTokenSet, storeTokenSet, type TokenSetRow } from '../store/token-set.ts';
import { refreshLifeS, type SmartcarV2, type TokenPair } from '../smartcar/v2/smartcar-v2.ts';
import { hold, openTokens, sealTokens, type HeldTokenSet } from './held-token-set.ts';
import type { TokenFamily } from './token-access.ts';
import type { Vault } from './vault.ts';

export interface RenewalGround {
  smartcar: Pick<SmartcarV2, 'refresh'>;
  vault: Pick<Vault, 'seal' | 'open'>;
  database: Pick<Database, 'asFleet'>;
  /** From 0 to 1, for the jitter. */
  random: () => number;
  /** Longer than a request can take, so that its answer can be stored while the right to it lasts. */
  leaseMs: number;
}

/** What a renewal came to. */
export type Renewal =
  | { came: 'pair'; held: HeldTokenSet }
  /** Another process is renewing. */
  | { came: 'taken' }
  /** Another process's pair came first. */
  | { came: 'overtaken' }
  /** These tokens are no use any more, and why. */
  | { came: 'refused'; failure: Failure }
  /** No pair this time. `mayBeLost`: Smartcar may have given one that never arrived. */
  | { came: 'failed'; failure: Failure; mayBeLost: boolean };

/** New tokens came and could not be stored; `errors` are the first and the last reason why. */
export class TokensNotStoredError extends AggregateError {
  override readonly name = 'TokensNotStoredError';
}

const firstStoringPauseMs = 100;
const longestStoringPauseMs = 2_000;

interface Leased {
  id: TokenFamily['tokenSetId'];
  version: number;
  /** When the request left. */
  now: Date;
  until: Date;
  lostAt: Date | null;
}

/**
 * @param clock the time, going on while this runs
 * @throws TokensNotStoredError, and whatever the database throws before a request has left
 */
export async function renewOnce(
  ground: RenewalGround,
  family: TokenFamily,
  row: TokenSetRow & { sealed: Buffer },
  clock: () => Date,
): Promise<Renewal> {
  const { refreshToken } = openTokens(ground.vault, family, row.sealed);
  const now = clock();
  const claim = { id: family.tokenSetId, version: row.version, now, until: new Date(now.getTime() + ground.leaseMs) };
  const lease = await ground.database.asFleet(family.fleetId, (tx) => leaseTokenSet(tx, claim));
  if (!lease) return { came: 'taken' };
  const leased = { ...claim, ...lease };
  const answer = await ground.smartcar.refresh(refreshToken);
  if (answer.ok) return store(ground, family, leased, answer.value, clock);
  if (answer.failure.meaning === 'tokensRefused') return refused(ground, family, leased, answer.failure, row);
  return failed(ground, family, leased, answer.failure);
}

async function store(
  ground: RenewalGround,
  family: TokenFamily,
  leased: Leased,
  pair: TokenPair,
  clock: () => Date,
): Promise<Renewal> {
  const { database, vault, random } = ground;
  const times = timesOf(pair, leased.now);
  const row = { id: leased.id, version: leased.version, sealed: sealTokens(vault, family, pair), ...times };
  const errors: unknown[] = [];
  for (let waitMs = firstStoringPauseMs; ; waitMs = Math.min(waitMs * 2, longestStoringPauseMs)) {
    try {
      const isStored = await database.asFleet(family.fleetId, (tx) => storeTokenSet(tx, row));
      // Stored by an attempt whose commit was not heard, it also reads as overtaken: the row has it then.
      if (!isStored) return { came: 'overtaken' };
      return { came: 'pair', held: hold(pair.accessToken, { ...times, version: leased.version + 1 }, random()) };
    } catch (error) {
      errors.splice(1, 1, error);
      const text = `New tokens of ${leased.id} came and could not be stored.`;
      if (clock() >= leased.until) throw new TokensNotStoredError([...errors], text);
    }
    await pause(waitMs);
  }
}

/** Counted from when the request left: never later than Smartcar counts. */
export function timesOf(
  pair: Pick<TokenPair, 'expiresInS'>,
  at: Date,
): Pick<TokenSetRow, 'issuedAt' | 'accessExpiresAt' | 'refreshExpiresAt'> {
  const after = (s: number): Date => new Date(at.getTime() + s * 1000);
  return { issuedAt: at, accessExpiresAt: after(pair.expiresInS), refreshExpiresAt: after(refreshLifeS) };
}

/** Another process may have renewed meanwhile; if none has, an earlier answer was lost, or the time is over, or neither is known. */
async function refused(
  { database }: RenewalGround,
  family: TokenFamily,
  leased: Leased,
  failure: Failure,
  row: TokenSetRow,
): Promise<Renewal> {
  const current = await database.asFleet(family.fleetId, async (tx) => {
    await releaseTokenSet(tx, { ...leased, answered: true });
    return readTokenSet(tx, leased.id);
  });
  if (current?.version !== leased.version) return { came: 'overtaken' };
  const lapsed = leased.now >= row.refreshExpiresAt;
  const meaning = leased.lostAt ? 'tokensLost' : lapsed ? 'grantLapsed' : 'tokensRefused';
  return { came: 'refused', failure: { ...failure, meaning } };
}

async function failed(
  { database }: RenewalGround,
  family: TokenFamily,
  leased: Leased,
  failure: Failure,
): Promise<Renewal> {
  const answered = isAnswered(failure) || hasNeverLeft(failure);
  // A lease that can't be given back ends by itself; what Smartcar said matters more.
  await database.asFleet(family.fleetId, (tx) => releaseTokenSet(tx, { ...leased, answered })).catch(() => undefined);
  return { came: 'failed', failure, mayBeLost: !answered };
}

/** Smartcar itself said no. What stands between us and it may say no after it said yes. */
function isAnswered({ status, meaning }: Failure): boolean {
  return status !== null && status >= 400 && status < 500 && !isUpstreamMeaning(meaning);
}

/** Nobody has the name, or nobody took the connection. */
function hasNeverLeft({ status, code }: Failure): boolean {
  return status === null && /^(ECONNREFUSED|ENOTFOUND|EAI_[A-Z]+|UND_ERR_CONNECT_TIMEOUT)$/.test(code ?? '');
}
