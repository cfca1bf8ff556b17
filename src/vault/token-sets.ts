/**
 * v2's tokens: a family's pair is renewed by one process for all of them, ahead of its end, and stored before it is used.
 *
 * In a process, one renewal of a family at a time, and everybody waits for that one. Across processes, the row's lease:
 * who has it renews, the others wait until the database tells them. Whoever dies while renewing is replaced when the
 * lease ends, and tries the old refresh token again, which Smartcar takes for a minute or ten.
 *
 * @see docs/decisions/0014-token-sets.md
 */
import { setTimeout as pause } from 'node:timers/promises';
import { inspect } from 'node:util';
import { isAccountMeaning, type Failure } from '../domain/failure.ts';
import type { TokenSetId } from '../domain/ids.ts';
import type { Answer } from '../smartcar/answer.ts';
import { longestTokenCallS, tokenConnections, type SmartcarV2 } from '../smartcar/v2/smartcar-v2.ts';
import type { Database, Tx } from '../store/database.ts';
import {
  claimIdleTokenSets,
  endsOfTokenSets,
  eraseUnusedTokenSet,
  eraseUnusedTokenSets,
  insertTokenSet,
  listUnanswered,
  isLeased,
  readTokenSet,
  readTold,
  tokensChannel,
  type TokenSetRow,
} from '../store/token-set.ts';
import { HeldFamilies } from './held-families.ts';
import { hold, openTokens, sealTokens, type HeldTokenSet } from './held-token-set.ts';
import { limitAtOnce, startClock } from './renewal-limits.ts';
import type { GivenTokens, TokenAccess, TokenFamily } from './token-access.ts';
import { renewOnce, timesOf, TokensNotStoredError, type Renewal, type RenewalGround } from './token-renewal.ts';
import { TokenRetries } from './token-retries.ts';
import { TokenSignals } from './token-signals.ts';
import type { Vault } from './vault.ts';

export type { GivenTokens, TokenAccess, TokenFamily } from './token-access.ts';

export interface TokenAccessOptions {
  smartcar: Pick<SmartcarV2, 'refresh'>;
  vault: Pick<Vault, 'seal' | 'open'>;
  database: Pick<Database, 'asFleet' | 'listen'>;
  /** From 0 to 1, for the jitter (Math.random). */
  random?: () => number;
  /** Told what nobody is answered: a renewal ahead that broke, and tokens that could not be stored. */
  onFault: (error: unknown, what: string) => void;
  limits?: Partial<TokenLimits>;
}

export interface TokenLimits {
  /** Longer than a request for tokens can take, with time left to store its answer. */
  leaseMs: number;
  /** Waiting for another process: the database wakes us, and this is for when it doesn't. Doubles up to the longest. */
  firstWaitMs: number;
  longestWaitMs: number;
  /**
   * After an answer that may be lost, the same token is tried again after these, one after the other: inside the shorter
   * grace of a minute as well as the longer one of ten.
   */
  retryAfterMs: readonly number[];
  /** Renewals at once in a process; no more than the client has connections for tokens, or they would wait for one. */
  atOnce: number;
  /** Families whose access token is remembered. */
  held: number;
}

const usualLimits: TokenLimits = {
  leaseMs: (longestTokenCallS + 10) * 1000,
  firstWaitMs: 500,
  longestWaitMs: 5_000,
  retryAfterMs: [2_000, 5_000, 15_000, 60_000, 120_000, 240_000],
  atOnce: tokenConnections,
  held: 10_000,
};

/** What Smartcar refuses does not become right by asking more often. */
const refusedForMs = 60_000;
/** A replacement that is refused too is not replaced again before this. */
const replaceEveryMs = 60_000;
type Obtained = { ok: true; held: HeldTokenSet } | { ok: false; failure: Failure };

/** Listens to the other processes on a connection of its own. What it holds shows in no inspection. */
export async function openTokenAccess(options: TokenAccessOptions): Promise<TokenAccess> {
  const holder = new TokenHolder(options);
  const listening = await options.database.listen(
    tokensChannel,
    (payload) => holder.hear(payload),
    () => holder.hearGap(),
  );
  const access: TokenAccess = {
    withTokens: (now, family, call) => holder.withTokens(now, family, call),
    renew: (now, family, olderThanS) => holder.renew(now, family, olderThanS),
    keep: (tx, given, now) => keepTokens(options.vault, tx, given, now),
    eraseUnused: eraseUnusedTokenSet,
    eraseAllUnused: eraseUnusedTokenSets,
    claimIdle: claimIdleTokenSets,
    endsOf: endsOfTokenSets,
    listUnanswered,
    async unansweredSince({ fleetId, tokenSetId }) {
      const row = await options.database.asFleet(fleetId, (tx) => readTokenSet(tx, tokenSetId));
      return row?.refreshSentAt ?? null;
    },
    settled: () => holder.settled(),
    async stop() {
      await holder.stop();
      await listening.stop();
    },
  };
  return Object.defineProperty(access, inspect.custom, { value: () => '[token access]' });
}

async function keepTokens(vault: Pick<Vault, 'seal'>, tx: Tx, given: GivenTokens, now: Date): Promise<void> {
  const { id, fleetId, smartcarUserId, pair } = given;
  const sealed = sealTokens(vault, { fleetId, tokenSetId: id }, pair);
  await insertTokenSet(tx, { id, fleetId, smartcarUserId, sealed, ...timesOf(pair, now) });
}

class TokenHolder {
  readonly #ground: RenewalGround;
  readonly #limits: TokenLimits;
  readonly #onFault: TokenAccessOptions['onFault'];
  readonly #families: HeldFamilies;
  readonly #signals = new TokenSignals();
  readonly #underway = new Map<TokenSetId, Promise<Obtained>>();
  readonly #retries: TokenRetries;
  readonly #inTurn: <T>(work: () => Promise<T>) => Promise<T>;
  #isStopping = false;

  constructor({ smartcar, vault, database, random = Math.random, onFault, limits }: TokenAccessOptions) {
    this.#limits = { ...usualLimits, ...limits };
    this.#ground = { smartcar, vault, database, random, leaseMs: this.#limits.leaseMs };
    this.#onFault = onFault;
    this.#families = new HeldFamilies(this.#limits.held);
    this.#retries = new TokenRetries(this.#limits.retryAfterMs);
    this.#inTurn = limitAtOnce(this.#limits.atOnce);
  }

  async withTokens<T>(
    now: Date,
    family: TokenFamily,
    call: (accessToken: string) => Promise<Answer<T>>,
  ): Promise<Answer<T>> {
    const clock = startClock(now);
    const first = await this.#current(now, family);
    if (!first.ok) return first;
    const answer = await call(first.held.accessToken);
    if (!isTokenRefused(answer)) return answer;
    const second = await this.#replacement(first.held, clock(), family);
    if (!second) return asRefused(answer);
    return second.ok ? asRefused(await call(second.held.accessToken)) : second;
  }

  async renew(now: Date, family: TokenFamily, olderThanS: number): Promise<Answer<'renewed' | 'fresh'>> {
    const row = await this.#read(family);
    if (!row) return erased;
    const isFresh = now.getTime() - row.issuedAt.getTime() < olderThanS * 1000;
    if (isFresh) return { ok: true, value: 'fresh', requestId: null };
    const got = await this.#obtain(now, family, row.version);
    return got.ok ? { ok: true, value: 'renewed', requestId: null } : got;
  }

  hear(payload: string): void {
    const told = readTold(payload);
    if (!told) return;
    this.#families.dropOlder(told.id, told.version);
    this.#signals.wake(told.id);
  }

  hearGap(): void {
    this.#signals.wakeAll();
  }

  async settled(): Promise<void> {
    while (this.#underway.size > 0) await Promise.allSettled(this.#underway.values());
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#retries.stop();
    await this.settled();
  }

  async #current(now: Date, family: TokenFamily): Promise<Obtained> {
    const { held, failure } = this.#families.of(family.tokenSetId);
    if (!held || now >= held.staleAt) return this.#obtain(now, family, null);
    const isAhead = now >= held.renewAt && !(failure && now < failure.until);
    // Ahead of its end nobody waits: this one is still good, and a failure is tried again while it is.
    if (isAhead && !this.#underway.has(family.tokenSetId)) this.#renewAhead(now, family, held.version);
    return { ok: true, held };
  }

  #renewAhead(now: Date, family: TokenFamily, version: number): void {
    this.#obtain(now, family, version).catch((error: unknown) => this.#report(error, 'renewing tokens ahead'));
  }

  /** Tokens that could not be stored were reported when that was given up. */
  #report(error: unknown, what: string): void {
    if (!(error instanceof TokensNotStoredError)) this.#onFault(error, what);
  }

  /** Another token than the one that was refused; null when that has just been tried. */
  async #replacement(refused: HeldTokenSet, now: Date, family: TokenFamily): Promise<Obtained | null> {
    const { held } = this.#families.of(family.tokenSetId);
    if (held && held.version !== refused.version) return { ok: true, held };
    const wasRenewed = refused.version > 1;
    const ageMs = now.getTime() - refused.issuedAt.getTime();
    // One from the future was dated by a clock that is wrong, and may be as old as any.
    if (wasRenewed && ageMs > -replaceEveryMs && ageMs < replaceEveryMs) return null;
    return this.#obtain(now, family, refused.version);
  }

  /** One renewal of a family at a time. `exceptVersion`: a pair of this version won't do; null: any that is not stale. */
  async #obtain(now: Date, family: TokenFamily, exceptVersion: number | null): Promise<Obtained> {
    const clock = startClock(now);
    for (;;) {
      const running = this.#underway.get(family.tokenSetId);
      const got = await (running ?? this.#start(clock, family, exceptVersion));
      // Who was waited for may have been content with the very pair that won't do.
      if (!running || !got.ok || got.held.version !== exceptVersion) return got;
    }
  }

  #start(clock: () => Date, family: TokenFamily, exceptVersion: number | null): Promise<Obtained> {
    const { tokenSetId } = family;
    if (this.#isStopping) return Promise.reject(new Error('No tokens are renewed any more.'));
    const started = this.#fromRowOrSmartcar(clock, family, exceptVersion).finally(() => {
      this.#underway.delete(tokenSetId);
    });
    this.#underway.set(tokenSetId, started);
    return started;
  }

  async #fromRowOrSmartcar(clock: () => Date, family: TokenFamily, exceptVersion: number | null): Promise<Obtained> {
    const { vault, random } = this.#ground;
    const remembered = this.#families.of(family.tokenSetId);
    for (let waitMs = this.#limits.firstWaitMs; ; waitMs = Math.min(waitMs * 2, this.#limits.longestWaitMs)) {
      const expected = this.#signals.expect(family.tokenSetId);
      try {
        const row = await this.#read(family);
        if (!row) return erased;
        const held = hold(openTokens(vault, family, row.sealed).accessToken, row, random());
        if (held.version !== exceptVersion && clock() < held.staleAt) return this.#keep(family, held);
        const { failure } = remembered;
        if (failure && failure.version === row.version && clock() < failure.until)
          return { ok: false, failure: failure.failure };
        const isTaken = isLeased(row.leaseUntil, clock());
        const renewal: Renewal = isTaken ? { came: 'taken' } : await this.#renewInTurn(clock, family, row);
        const obtained = this.#conclude(renewal, family, row.version, clock);
        if (obtained) return obtained;
        if (renewal.came === 'taken') await this.#wait(expected.heard, Math.min(waitMs, leftMs(row, clock())));
      } finally {
        expected.forget();
      }
    }
  }

  async #renewInTurn(clock: () => Date, family: TokenFamily, row: TokenSetRow & { sealed: Buffer }): Promise<Renewal> {
    try {
      return await this.#inTurn(() => renewOnce(this.#ground, family, row, clock));
    } catch (error) {
      if (error instanceof TokensNotStoredError) {
        this.#onFault(error, 'storing new tokens');
        this.#tryAgain(clock(), family, row.version);
      }
      throw error;
    }
  }

  /** Null: the row is to be read again. */
  #conclude(renewal: Renewal, family: TokenFamily, version: number, clock: () => Date): Obtained | null {
    switch (renewal.came) {
      case 'pair':
        return this.#keep(family, renewal.held);
      case 'taken':
      case 'overtaken':
        return null;
      case 'refused': {
        const remembered = this.#families.of(family.tokenSetId);
        // What is still good is used to its end; it won't be followed by another.
        if (remembered.held) remembered.held.renewAt = remembered.held.staleAt;
        return this.#remember(family, renewal.failure, version, clock());
      }
      case 'failed':
        if (renewal.mayBeLost) this.#tryAgain(clock(), family, version);
        return this.#remember(family, renewal.failure, version, clock());
    }
  }

  #keep(family: TokenFamily, held: HeldTokenSet): Obtained {
    Object.assign(this.#families.of(family.tokenSetId), { held, failure: null, failures: 0 });
    return { ok: true, held };
  }

  #remember(family: TokenFamily, failure: Failure, version: number, now: Date): Obtained {
    const remembered = this.#families.of(family.tokenSetId);
    const isFinal = isAccountMeaning(failure.meaning) || isOurs(failure);
    const retryMs = this.#limits.retryAfterMs[remembered.failures] ?? refusedForMs;
    const waitMs = Math.max((failure.retryAfterS ?? 0) * 1000, retryMs);
    const until = new Date(now.getTime() + (isFinal ? refusedForMs : Math.min(waitMs, refusedForMs)));
    remembered.failure = { failure, version, until };
    remembered.failures += 1;
    return { ok: false, failure };
  }

  /** Tries the same token again while Smartcar's grace may last; the next poll of the family may come too late for that. */
  #tryAgain(now: Date, family: TokenFamily, version: number): void {
    const clock = startClock(now);
    this.#retries.begin(family.tokenSetId, async () => {
      this.#families.of(family.tokenSetId).failure = null;
      try {
        const got = await this.#obtain(clock(), family, version);
        return got.ok || isAccountMeaning(got.failure.meaning);
      } catch (error) {
        this.#report(error, 'trying tokens again');
        return false;
      }
    });
  }

  async #wait(heard: Promise<void>, waitMs: number): Promise<void> {
    const waited = new AbortController();
    const late = pause(waitMs, undefined, { signal: waited.signal }).catch(() => undefined);
    await Promise.race([heard, late]);
    waited.abort();
  }

  /** Null when this fleet has no such family, or its tokens are erased. */
  async #read({ fleetId, tokenSetId }: TokenFamily): Promise<(TokenSetRow & { sealed: Buffer }) | null> {
    const row = await this.#ground.database.asFleet(fleetId, (tx) => readTokenSet(tx, tokenSetId));
    return row?.sealed ? { ...row, sealed: row.sealed } : null;
  }
}

const erased = {
  ok: false,
  failure: {
    meaning: 'tokensRefused',
    type: null,
    code: 'TOKENS_ERASED',
    status: null,
    requestId: null,
    retryAfterS: null,
    resolutionUrl: null,
  },
} as const;

const isOurs = ({ meaning }: Failure): boolean => meaning === 'credentials' || meaning === 'requestRefused';

/** On v2 an API's 401 is about the token: nothing else of ours goes with a call. @see docs/smartcar.md §1.6 */
const isTokenRefused = (answer: Answer<unknown>): boolean =>
  !answer.ok && answer.failure.meaning === 'credentials' && answer.failure.status === 401;

/** Refused although it is new: not this token then, but the family, or the API itself, which a single read can't tell. */
function asRefused<T>(answer: Answer<T>): Answer<T> {
  if (answer.ok || !isTokenRefused(answer)) return answer;
  return { ok: false, failure: { ...answer.failure, meaning: 'accessRefused' } };
}

/** Until the lease ends, and no less than a moment. */
const leftMs = ({ leaseUntil }: TokenSetRow, now: Date): number =>
  leaseUntil ? Math.max(50, leaseUntil.getTime() - now.getTime()) : Infinity;
