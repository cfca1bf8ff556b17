/**
 * The application's token: fetched by one process for all of them, ahead of its end, and stored before it is used.
 *
 * In a process, one fetch at a time, and everybody waits for that one. Across processes, the row's lease: who has it
 * fetches, the others read the row again until the new token stands there. No transaction is open while Smartcar is
 * asked. Whoever dies while fetching is replaced when the lease ends.
 *
 * @see docs/decisions/0003-application-token.md
 */
import { setTimeout as pause } from 'node:timers/promises';
import { inspect } from 'node:util';
import type { Failure } from '../domain/failure.ts';
import type { Answer } from '../smartcar/answer.ts';
import type { Smartcar } from '../smartcar/smartcar.ts';
import { leaseToken, readTokenRow, releaseToken, storeToken } from '../store/application-token.ts';
import type { Database } from '../store/database.ts';
import type { Access } from './access.ts';
import { openToken, sealToken, type HeldToken } from './held-token.ts';
import type { Vault } from './vault.ts';

export interface AccessOptions {
  smartcar: Pick<Smartcar, 'fetchApplicationToken'>;
  vault: Pick<Vault, 'seal' | 'open'>;
  database: Pick<Database, 'asSystem'>;
  applicationId: string;
  /** From 0 to 1, for the jitter (Math.random). */
  random?: () => number;
}

/** Longer than a fetch can take: its timeouts together come to 15 s. */
const leaseMs = 20_000;
const firstWaitMs = 50;
const longestWaitMs = 800;
/** A wrong secret does not become right by asking more often. */
const refusedForMs = 60_000;
const failedForMs = 2_000;
/** A replacement that is refused too is not replaced again before this. */
const replaceEveryMs = 60_000;

type Obtained = { ok: true; held: HeldToken } | { ok: false; failure: Failure };

/** Holds the token in memory; it shows in no inspection. */
export function openAccess(options: AccessOptions): Access {
  const holder = new TokenHolder(options);
  const access: Access = {
    withAccess: (now, call) => holder.withAccess(now, call),
    settled: () => holder.settled(),
  };
  return Object.defineProperty(access, inspect.custom, { value: () => '[application access]' });
}

class TokenHolder {
  readonly #options: AccessOptions;
  #held: HeldToken | null = null;
  #underway: Promise<Obtained> | null = null;
  /** The last failure to get one, answered again until its time is over. */
  #refused: { failure: Failure; until: number } | null = null;
  #replacedAt: number | null = null;

  constructor(options: AccessOptions) {
    this.#options = options;
  }

  async withAccess<T>(now: Date, call: (token: string) => Promise<Answer<T>>): Promise<Answer<T>> {
    const first = await this.#current(now);
    if (!first.ok) return first;
    const answer = await call(first.held.token);
    if (answer.ok || answer.failure.meaning !== 'credentials' || answer.failure.status !== 401) return answer;
    const second = await this.#replacement(first.held, now);
    if (!second) return answer;
    return second.ok ? call(second.held.token) : second;
  }

  async settled(): Promise<void> {
    await this.#underway?.catch(() => undefined);
  }

  async #current(now: Date): Promise<Obtained> {
    const held = this.#held;
    if (!held || now >= held.staleAt) return this.#obtain(now, null);
    // Ahead of its end nobody waits: this one is still good, and a failure is tried again while it is.
    if (now >= held.renewAt) this.#obtain(now, held.version).catch(() => undefined);
    return { ok: true, held };
  }

  /** Another token than the one that was refused; null when that has just been tried. */
  async #replacement(refused: HeldToken, now: Date): Promise<Obtained | null> {
    if (this.#held && this.#held.version !== refused.version) return { ok: true, held: this.#held };
    if (this.#underway) return this.#underway;
    if (this.#replacedAt !== null && now.getTime() - this.#replacedAt < replaceEveryMs) return null;
    this.#replacedAt = now.getTime();
    return this.#obtain(now, refused.version);
  }

  /** One fetch at a time. `exceptVersion`: a token of this version won't do; null: any that is not stale. */
  #obtain(now: Date, exceptVersion: number | null): Promise<Obtained> {
    if (this.#refused && now.getTime() < this.#refused.until) {
      return Promise.resolve({ ok: false, failure: this.#refused.failure });
    }
    this.#underway ??= this.#fromRowOrSmartcar(now, exceptVersion).finally(() => {
      this.#underway = null;
    });
    return this.#underway;
  }

  async #fromRowOrSmartcar(start: Date, exceptVersion: number | null): Promise<Obtained> {
    let now = start;
    let waitMs = firstWaitMs;
    for (;;) {
      const { database, applicationId, vault, random = Math.random } = this.#options;
      const row = await database.asSystem((tx) => readTokenRow(tx, applicationId));
      const held = openToken(vault, applicationId, row, random());
      if (held && held.version !== exceptVersion && now < held.staleAt) return this.#keep(held);
      const until = new Date(now.getTime() + leaseMs);
      const claim = { applicationId, version: row.version, now, until };
      if (await database.asSystem((tx) => leaseToken(tx, claim))) {
        const fetched = await this.#fetch(now, claim);
        if (fetched) return fetched;
      } else {
        // The row's lease ends by `leaseMs` at the latest, and so does this loop.
        await pause(waitMs);
        now = new Date(now.getTime() + waitMs);
        waitMs = Math.min(waitMs * 2, longestWaitMs);
      }
    }
  }

  /** Null when another process's token came first: then that one is used. */
  async #fetch(now: Date, claim: { applicationId: string; version: number; until: Date }): Promise<Obtained | null> {
    const { database, smartcar, vault, applicationId, random = Math.random } = this.#options;
    const answer = await smartcar.fetchApplicationToken();
    if (!answer.ok) {
      // A lease that can't be given back ends by itself; what Smartcar said matters more.
      await database.asSystem((tx) => releaseToken(tx, claim)).catch(() => undefined);
      return this.#remember(answer.failure, now);
    }
    const { accessToken, expiresInS } = answer.value;
    const sealed = sealToken(vault, applicationId, { token: accessToken, issuedAt: now });
    const expiresAt = new Date(now.getTime() + expiresInS * 1000);
    const isStored = await database.asSystem((tx) => storeToken(tx, { ...claim, sealed, expiresAt }));
    if (!isStored) return null;
    const row = { sealed, expiresAt, leaseUntil: null, version: claim.version + 1 };
    const held = openToken(vault, applicationId, row, random());
    if (!held) throw new Error('A token that was just sealed does not open.');
    return this.#keep(held);
  }

  #keep(held: HeldToken): Obtained {
    this.#held = held;
    this.#refused = null;
    return { ok: true, held };
  }

  #remember(failure: Failure, now: Date): Obtained {
    const isOurs = failure.meaning === 'credentials' || failure.meaning === 'requestRefused';
    const waitMs = isOurs
      ? refusedForMs
      : Math.max(failedForMs, Math.min((failure.retryAfterS ?? 0) * 1000, refusedForMs));
    this.#refused = { failure, until: now.getTime() + waitMs };
    return { ok: false, failure };
  }
}
