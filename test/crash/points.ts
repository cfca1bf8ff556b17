/** Counts what a victim is answered, and stops the world at the Nth answer, before the victim hears it. */

export interface Points {
  /** Every point so far, by name, in order. */
  readonly seen: readonly string[];
  /** Where the victim was stopped; null while it was not. */
  readonly stoppedAt: string | null;
  /**
   * An answer is about to be passed on.
   *
   * @returns false when the victim must not hear it: it is being killed
   */
  pass(name: string): boolean;
}

/**
 * @param limit the victim is stopped at this point, counted from 1; null: never
 * @param stop kills it; called once
 */
export function countPoints(limit: number | null, stop: () => void): Points {
  const seen: string[] = [];
  let stoppedAt: string | null = null;
  return {
    seen,
    get stoppedAt() {
      return stoppedAt;
    },
    pass(name) {
      if (stoppedAt !== null) return true;
      seen.push(name);
      if (seen.length !== limit) return true;
      stoppedAt = name;
      stop();
      return false;
    },
  };
}

/** A place between the victim and what it talks to. */
export interface Proxy {
  readonly port: number;
  /** Cuts every connection that there is; new ones are welcome. */
  cut(): void;
  close(): Promise<void>;
}
