/** Who waits for a family's tokens in this process, and is woken when the database says that they changed. */
import type { TokenSetId } from '../domain/ids.ts';

export interface Expected {
  /** Resolves when the family's tokens changed since it was expected. */
  readonly heard: Promise<void>;
  /** To be called when nobody waits any more. */
  forget(): void;
}

export class TokenSignals {
  readonly #waiting = new Map<TokenSetId, Set<() => void>>();

  /** To be called before the row is read, so that no change falls between reading and waiting. */
  expect(id: TokenSetId): Expected {
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiting = this.#waiting.get(id) ?? new Set();
    this.#waiting.set(id, waiting.add(resolve));
    const forget = (): void => {
      waiting.delete(resolve);
      if (waiting.size === 0 && this.#waiting.get(id) === waiting) this.#waiting.delete(id);
    };
    return { heard: promise, forget };
  }

  wake(id: TokenSetId): void {
    this.#waiting.get(id)?.forEach((resolve) => resolve());
  }

  /** What was said while nobody listened may have been about any of them. */
  wakeAll(): void {
    for (const id of this.#waiting.keys()) this.wake(id);
  }
}
