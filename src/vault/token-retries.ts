/** Families of tokens that are tried again by themselves, a few times and further and further apart. */
import { setTimeout as pause } from 'node:timers/promises';
import type { TokenSetId } from '../domain/ids.ts';

/** Families that are tried again at the same time; of more than these, whoever comes next does it. */
const mostFamilies = 1_000;

export class TokenRetries {
  readonly #afterMs: readonly number[];
  readonly #trying = new Map<TokenSetId, Promise<void>>();
  readonly #pauses = new Set<AbortController>();
  #isStopping = false;

  constructor(afterMs: readonly number[]) {
    this.#afterMs = afterMs;
  }

  /** Nothing when the family is being tried already. `attempt` answers whether it is over; it never rejects. */
  begin(id: TokenSetId, attempt: () => Promise<boolean>): void {
    if (this.#trying.has(id) || this.#trying.size >= mostFamilies) return;
    const trying = this.#untilOver(attempt).finally(() => {
      this.#trying.delete(id);
    });
    this.#trying.set(id, trying);
  }

  /** Ends the pauses, and waits for attempts that are under way. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    for (const ending of this.#pauses) ending.abort();
    await Promise.all(this.#trying.values());
  }

  async #untilOver(attempt: () => Promise<boolean>): Promise<void> {
    for (const waitMs of this.#afterMs) {
      await this.#pause(waitMs);
      if (this.#isStopping || (await attempt())) return;
    }
  }

  async #pause(waitMs: number): Promise<void> {
    if (this.#isStopping) return;
    const ending = new AbortController();
    this.#pauses.add(ending);
    await pause(waitMs, undefined, { signal: ending.signal }).catch(() => undefined);
    this.#pauses.delete(ending);
  }
}
