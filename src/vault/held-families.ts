/** What this process remembers of families of tokens: the least recently used goes when there are too many. */
import type { Failure } from '../domain/failure.ts';
import type { TokenSetId } from '../domain/ids.ts';
import type { HeldTokenSet } from './held-token-set.ts';

export interface Remembered {
  held: HeldTokenSet | null;
  /** The last failure to renew this version, answered again until its time is over. */
  failure: { failure: Failure; version: number; until: Date } | null;
  /** Failures since the last pair. */
  failures: number;
}

export class HeldFamilies {
  readonly #families = new Map<TokenSetId, Remembered>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  /** What is remembered; made when nothing is. */
  of(id: TokenSetId): Remembered {
    const found = this.#families.get(id) ?? { held: null, failure: null, failures: 0 };
    // A Map remembers the order of its keys: taken out and put in again, this one goes last.
    this.#families.delete(id);
    this.#families.set(id, found);
    const [oldest] = this.#families.keys();
    if (this.#families.size > this.#most && oldest !== undefined) this.#families.delete(oldest);
    return found;
  }

  /** Drops a pair that another process has replaced. */
  dropOlder(id: TokenSetId, version: number): void {
    const found = this.#families.get(id);
    if (found?.held && found.held.version < version) found.held = null;
  }
}
