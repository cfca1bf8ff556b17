/** One PostgreSQL channel heard on a connection of its own, which comes back by itself. */
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';

const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 5_000;

export interface Listening {
  /** Ends the connection; the handler isn't called any more. */
  stop(): Promise<void>;
}

export interface ListenOptions {
  connection: pg.ClientConfig;
  /** Lower-case letters, digits and underscores. */
  channel: string;
  handler: (payload: string) => void;
  /** Called after a lost connection is back: what was sent in between was not heard. */
  onGap: () => void;
  onConnectionLost: (error: Error) => void;
}

/** Resolves when the channel is heard; throws when the first connection can't be made. */
export async function listenOn(options: ListenOptions): Promise<Listening> {
  if (!/^[a-z_][a-z0-9_]*$/.test(options.channel)) throw new Error(`Not a channel name: ${options.channel}`);
  const stopping = new AbortController();
  let current = await hear(options);
  const keeping = keepHearing();

  async function keepHearing(): Promise<void> {
    while (!stopping.signal.aborted) {
      const lost = await Promise.race([current.lost, aborted(stopping.signal)]);
      if (!lost) return;
      options.onConnectionLost(lost);
      const next = await hearAgain(options, stopping.signal);
      if (!next) return;
      current = next;
      options.onGap();
    }
  }

  return {
    async stop() {
      stopping.abort();
      await keeping;
      await current.end();
    },
  };
}

interface Heard {
  readonly lost: Promise<Error>;
  end(): Promise<void>;
}

async function hear(options: ListenOptions): Promise<Heard> {
  const client = new pg.Client({ ...options.connection, keepAlive: true });
  const { promise: lost, resolve } = Promise.withResolvers<Error>();
  client.on('error', resolve);
  client.on('end', () => resolve(new Error('The connection that listens was closed.')));
  client.on('notification', (message) => options.handler(message.payload ?? ''));
  const end = (): Promise<void> => client.end().catch(() => undefined);
  try {
    await client.connect();
    await client.query(`listen ${options.channel}`);
  } catch (error) {
    await end();
    throw error;
  }
  return { lost, end };
}

async function hearAgain(options: ListenOptions, signal: AbortSignal): Promise<Heard | null> {
  for (let waitMs = FIRST_RETRY_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_RETRY_MS)) {
    try {
      await pause(waitMs, undefined, { signal });
    } catch {
      return null;
    }
    try {
      return await hear(options);
    } catch {
      // Reported once when it was lost; readiness says how the database is meanwhile.
    }
  }
}

function aborted(signal: AbortSignal): Promise<null> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(null);
    else signal.addEventListener('abort', () => resolve(null), { once: true });
  });
}
