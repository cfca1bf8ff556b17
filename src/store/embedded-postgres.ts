/**
 * The PostgreSQL that Towline brings along: started, kept running and stopped with it, reachable by a socket that only
 * its own account can enter. Behind DATABASE_URL there is a server of somebody's own instead.
 *
 * @see docs/decisions (embedded PostgreSQL)
 */
import { rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { binariesIn, findBinaries } from './embedded-postgres-binaries.ts';
import { isAlive, lockDirectory, type DirectoryLock } from './embedded-postgres-lock.ts';
import { choosePlace, type Place } from './embedded-postgres-place.ts';
import {
  giveCluster,
  makeCluster,
  startServer,
  stopServer,
  type RunningServer,
  type ServerOptions,
} from './embedded-postgres-server.ts';

export { DataDirectoryInUse } from './embedded-postgres-lock.ts';
export { EmbeddedPostgresFailed } from './embedded-postgres-server.ts';

const DATABASE = 'towline';
const WATCH_MS = 250;
const RESTART_WAIT_MS = 1_000;

export interface EmbeddedPostgresOptions {
  /** Towline's data directory; PostgreSQL gets a folder in it. Made when missing. */
  dataDir: string;
  /** False for tests only: a crash of the machine loses everything (true). */
  durable?: boolean;
  /** How many connections the server allows (60). */
  maxConnections?: number;
  /** The bin folder of an installed PostgreSQL to use instead of the packaged one. */
  binDir?: string;
  /** Replaces /var/lib/towline, where root's data goes when others can't reach `dataDir`. */
  rootPlace?: string;
  /** Told when the server ended without being asked, and when it runs again. */
  onEvent?: (event: EmbeddedPostgresEvent) => void;
}

export type EmbeddedPostgresEvent =
  { kind: 'lost'; pid: number } | { kind: 'restarted'; pid: number } | { kind: 'restart failed'; error: unknown };

export interface EmbeddedPostgres {
  /** `postgres://towline@/towline?host=…`, as the owner of the database. */
  readonly url: string;
  /** Where PostgreSQL's socket is; the same after a restart. */
  readonly socketDir: string;
  /** Where the data really is: `/var/lib/towline/…` when root can't use the one asked for. Sealing keys go here. */
  readonly dataDir: string;
  /** The server's process; another one after it had to be restarted. */
  readonly pid: number;
  /** It ran already: the Towline before died without stopping it. */
  readonly adopted: boolean;
  /** Ends the server in order and leaves nothing running. */
  stop(): Promise<void>;
}

/**
 * Starts the server on a data directory, or takes over the one that a killed Towline left running there, and restarts
 * it should it die. The database `towline` exists afterwards.
 *
 * @throws DataDirectoryInUse when another Towline runs there.
 * @throws EmbeddedPostgresFailed with PostgreSQL's own words.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  if (process.platform === 'win32') {
    throw new Error('The embedded PostgreSQL runs on Linux and macOS. Set DATABASE_URL to a PostgreSQL server.');
  }
  const place = choosePlace(options.dataDir, options.rootPlace);
  const lock = await lockDirectory(place.dataDir);
  try {
    const server: ServerOptions = {
      place,
      binaries: options.binDir === undefined ? findBinaries(place) : binariesIn(options.binDir),
      durable: options.durable ?? true,
      maxConnections: options.maxConnections ?? 60,
    };
    const firstStart = makeCluster(server);
    giveCluster(place.clusterDir, place.account);
    const running = await startServer(server, firstStart);
    await makeDatabase(place);
    return supervise(server, running, lock, options.onEvent ?? (() => undefined));
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function makeDatabase({ socketDir }: Place): Promise<void> {
  const client = new pg.Client({ host: socketDir, user: 'towline', database: 'postgres' });
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`create database ${DATABASE}`);
  } finally {
    await client.end();
  }
}

function supervise(
  server: ServerOptions,
  first: RunningServer,
  lock: DirectoryLock,
  onEvent: (event: EmbeddedPostgresEvent) => void,
): EmbeddedPostgres {
  const { place } = server;
  const stopping = new AbortController();
  let { pid } = first;
  const watching = watch();

  async function watch(): Promise<void> {
    while (await waited(WATCH_MS)) {
      if (isAlive(pid)) continue;
      onEvent({ kind: 'lost', pid });
      while (!(await restarted()) && (await waited(RESTART_WAIT_MS)));
    }
  }

  async function restarted(): Promise<boolean> {
    try {
      ({ pid } = await startServer(server, false));
      onEvent({ kind: 'restarted', pid });
      return true;
    } catch (error) {
      onEvent({ kind: 'restart failed', error });
      return false;
    }
  }

  /** False when it is time to stop. */
  function waited(ms: number): Promise<boolean> {
    return pause(ms, true, { signal: stopping.signal, ref: false }).catch(() => false);
  }

  return {
    url: `postgres://towline@/${DATABASE}?host=${encodeURIComponent(place.socketDir)}`,
    socketDir: place.socketDir,
    dataDir: place.dataDir,
    get pid() {
      return pid;
    },
    adopted: first.adopted,
    async stop() {
      stopping.abort();
      await watching;
      await stopServer(pid);
      rmSync(place.socketDir, { recursive: true, force: true });
      lock.release();
    },
  };
}
