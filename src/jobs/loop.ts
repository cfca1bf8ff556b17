/** A loop of ours: does a bounded piece of work, again at once while there is more, else after a pause or a nudge. */

export interface Loop {
  /** Makes the next round begin now; the rounds would come anyway. */
  nudge(): void;
  /** Resolves when the round that is under way has ended. */
  stop(): Promise<void>;
}

export interface LoopOptions {
  name: string;
  /** Milliseconds between rounds when there is nothing to do. */
  everyMs: number;
  /** @returns how much was done; more than nothing means that another round follows at once */
  round: (now: Date) => Promise<number>;
  clock: () => Date;
  /** Told once when it breaks and once when it works again. */
  onChange: (name: string, error: unknown) => void;
}

export function startLoop(options: LoopOptions): Loop {
  let stopped = false;
  let wake: () => void = () => undefined;
  let broken = false;

  async function round(): Promise<number> {
    try {
      const done = await options.round(options.clock());
      if (broken) options.onChange(options.name, null);
      broken = false;
      return done;
    } catch (error) {
      if (!broken) options.onChange(options.name, error);
      broken = true;
      return 0;
    }
  }

  const pause = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, options.everyMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  async function run(): Promise<void> {
    while (!stopped) if ((await round()) === 0 && !stopped) await pause();
  }

  const running = run();
  return {
    nudge: () => wake(),
    stop: () => {
      stopped = true;
      wake();
      return running;
    },
  };
}
