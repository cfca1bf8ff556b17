/** Work that is under way and that nobody waits for, until the process ends. */

export interface Underway {
  run(work: () => Promise<void>, onFault: (error: unknown) => void): void;
  count(): number;
  /** Resolves when nothing is under way any more. Never rejects. */
  settled(): Promise<void>;
}

export function openUnderway(): Underway {
  const all = new Set<Promise<void>>();
  return {
    run(work, onFault) {
      const running = work()
        .catch(onFault)
        .finally(() => all.delete(running));
      all.add(running);
    },
    count: () => all.size,
    async settled() {
      while (all.size > 0) await Promise.all(all);
    },
  };
}
