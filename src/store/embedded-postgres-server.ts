/** One run of the embedded server: make its cluster, start or adopt it, wait until it answers, stop it. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { Binaries } from './embedded-postgres-binaries.ts';
import { isAlive } from './embedded-postgres-lock.ts';
import { SOCKET, type Account, type Place } from './embedded-postgres-place.ts';

/** The embedded server didn't start; the message ends with what PostgreSQL itself said. */
export class EmbeddedPostgresFailed extends Error {
  override name = 'EmbeddedPostgresFailed';
}

export interface ServerOptions {
  readonly place: Place;
  readonly binaries: Binaries;
  /** False for tests only: nothing is synced to disk, so a crash of the machine loses everything. */
  readonly durable: boolean;
  readonly maxConnections: number;
}

/** A server that answers. */
export interface RunningServer {
  readonly pid: number;
  /** It ran before us: its Towline died, and it did not. */
  readonly adopted: boolean;
}

const POLL_MS = 25;
/** Recovery after a crash can take minutes on a large database; a server that gives up ends by itself. */
const START_POLLS = 300_000 / POLL_MS;
/** A server makes its socket long before it answers. */
const SOCKET_POLLS = 5_000 / POLL_MS;
const STOP_POLLS = 30_000 / POLL_MS;
const LOG_LIMIT_BYTES = 5_000_000;

/** Whether the last failure passes by itself: backends of a killed server hold its memory for some seconds. */
const LINGERING = /pre-existing shared memory block|lock file ".*" already exists|is still in use/;
const LINGERING_RETRIES = 40;
const LINGERING_WAIT_MS = 500;

/** Starts the server, or adopts the one that runs on this directory. The cluster must exist. */
export async function startServer(options: ServerOptions, firstStart: boolean): Promise<RunningServer> {
  const running = await adopt(options.place);
  if (running !== null) return { pid: running, adopted: true };
  let retries = 0;
  // A first start once failed early without a reason seen.
  let mayRetryOnce = firstStart;
  for (;;) {
    const result = await spawnServer(options);
    if ('pid' in result) return { pid: result.pid, adopted: false };
    if (LINGERING.test(result.said) && retries < LINGERING_RETRIES) retries += 1;
    else if (mayRetryOnce) mayRetryOnce = false;
    else throw new EmbeddedPostgresFailed(`PostgreSQL didn't start on ${options.place.clusterDir}:\n${result.said}`);
    await pause(LINGERING_WAIT_MS);
  }
}

/** Makes the cluster unless it exists; made beside its place and renamed, so half a cluster is never found. */
export function makeCluster(options: ServerOptions): boolean {
  const { clusterDir, account } = options.place;
  removeHalfMade(clusterDir);
  if (existsSync(join(clusterDir, 'PG_VERSION'))) {
    checkVersion(options);
    return false;
  }
  const half = `${clusterDir}.new-${process.pid}`;
  mkdirSync(half, { mode: 0o700 });
  if (account) chownSync(half, account.uid, account.gid);
  const provider = options.binaries.majorVersion >= 17 ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8'] : [];
  const made = spawnSync(
    options.binaries.initdb,
    ['-D', half, '-U', 'towline', '-E', 'UTF8', '--locale=C', ...provider, '-A', 'trust', '--no-instructions'].concat(
      options.durable ? [] : ['--no-sync'],
    ),
    { encoding: 'utf8', cwd: half, env: environment(), ...account },
  );
  if (made.status !== 0) {
    rmSync(half, { recursive: true, force: true });
    const said = [made.error?.message, made.stdout, made.stderr].filter(Boolean).join('\n');
    throw new EmbeddedPostgresFailed(`PostgreSQL's files can't be made in ${clusterDir}:\n${said}`);
  }
  renameSync(half, clusterDir);
  return true;
}

function removeHalfMade(clusterDir: string): void {
  const folder = dirname(clusterDir);
  for (const name of readdirSync(folder)) {
    if (name.startsWith('postgres.new-')) rmSync(join(folder, name), { recursive: true, force: true });
  }
}

function checkVersion({ place, binaries }: ServerOptions): void {
  const version = Number(readFileSync(join(place.clusterDir, 'PG_VERSION'), 'utf8'));
  if (version === binaries.majorVersion) return;
  throw new EmbeddedPostgresFailed(
    `The database in ${place.clusterDir} was made by PostgreSQL ${version}, and this version brings ` +
      `${binaries.majorVersion}. Start the earlier version of Towline, and move to a server with DATABASE_URL.`,
  );
}

/** Nothing of Towline's environment, secrets least of all, reaches PostgreSQL's processes. */
function environment(): NodeJS.ProcessEnv {
  return { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/bin:/bin' };
}

interface Failed {
  readonly said: string;
}

async function spawnServer(options: ServerOptions): Promise<{ pid: number } | Failed> {
  const { place, binaries } = options;
  removeForeignPid(place);
  const logFile = join(place.dataDir, 'postgres.log');
  const logStart = startLog(logFile);
  const log = openSync(logFile, 'a', 0o600);
  const child = spawn(binaries.postgres, ['-D', place.clusterDir, ...settings(options)], {
    // Its own session: Ctrl-C in the terminal must reach us first, who stop it in order.
    detached: true,
    stdio: ['ignore', 'ignore', log],
    cwd: place.clusterDir,
    env: environment(),
    ...place.account,
  });
  closeSync(log);
  child.unref();
  const ready = await waitUntilReady(child, place);
  if (ready && child.pid !== undefined) return { pid: child.pid };
  if (child.pid !== undefined && child.exitCode === null) await stopServer(child.pid);
  return { said: readFileSync(logFile).subarray(logStart).toString('utf8').slice(-4_000) };
}

function startLog(logFile: string): number {
  const size = existsSync(logFile) ? statSync(logFile).size : 0;
  if (size < LOG_LIMIT_BYTES) return size;
  renameSync(logFile, `${logFile}.1`);
  return 0;
}

function settings({ place, durable, maxConnections, binaries }: ServerOptions): string[] {
  const values: Record<string, string> = {
    listen_addresses: '',
    unix_socket_directories: place.socketDir,
    unix_socket_permissions: '0700',
    max_connections: String(maxConnections),
    shared_buffers: '64MB',
    work_mem: '8MB',
    max_wal_size: '512MB',
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // A refused statement is the caller's to report, with its context.
    log_min_error_statement: 'panic',
    log_min_messages: 'fatal',
    log_checkpoints: 'off',
    logging_collector: 'off',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
    ...(binaries.majorVersion >= 18 ? { io_method: 'sync' } : {}),
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

async function waitUntilReady(child: ChildProcess, place: Place): Promise<boolean> {
  let gone = false;
  child.once('exit', () => (gone = true));
  child.once('error', () => (gone = true));
  for (let polls = 0; polls < START_POLLS && !gone; polls += 1) {
    if (await answers(place.socketDir, place.clusterDir)) return true;
    await pause(POLL_MS);
  }
  return false;
}

/** Whether a server on this cluster answers on its socket. */
export async function answers(socketDir: string, clusterDir: string): Promise<boolean> {
  if (!existsSync(join(socketDir, SOCKET))) return false;
  const client = new pg.Client({
    host: socketDir,
    user: 'towline',
    database: 'postgres',
    connectionTimeoutMillis: 2_000,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ directory: string }>(`select current_setting('data_directory') as directory`);
    return realpathSync(rows[0]?.directory ?? '') === realpathSync(clusterDir);
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The pid of the server that runs on this cluster, once it answers; null when there is none. */
async function adopt(place: Place): Promise<number | null> {
  for (let polls = 0; polls < START_POLLS; polls += 1) {
    const pid = runningPid(place.clusterDir);
    if (pid === null) return null;
    // It may be starting, recovering or shutting down: then it answers or goes.
    if (await answers(place.socketDir, place.clusterDir)) return pid;
    // Something cleaned the folder away: it can't be reached any more, and must be started again.
    if (polls > SOCKET_POLLS && !existsSync(join(place.socketDir, SOCKET))) await stopServer(pid);
    await pause(POLL_MS);
  }
  throw new EmbeddedPostgresFailed(
    `A PostgreSQL runs on ${place.clusterDir} (process ${runningPid(place.clusterDir)}) but doesn't answer in ${place.socketDir}.`,
  );
}

/** By PostgreSQL's own pid file, believed only when that process works in the cluster's directory. */
export function runningPid(clusterDir: string): number | null {
  const pid = writtenPid(clusterDir);
  return pid !== null && isAlive(pid) && worksIn(pid, clusterDir) ? pid : null;
}

function writtenPid(clusterDir: string): number | null {
  try {
    const pid = Number(readFileSync(join(clusterDir, 'postmaster.pid'), 'utf8').split('\n')[0]);
    return Number.isSafeInteger(pid) && pid > 1 ? pid : null;
  } catch {
    return null;
  }
}

function worksIn(pid: number, folder: string): boolean {
  if (process.platform === 'linux') {
    try {
      return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(folder);
    } catch {
      return false;
    }
  }
  return (spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout ?? '').includes(folder);
}

/** After a reboot the written number may belong to somebody else, and PostgreSQL would refuse to start for ever. */
function removeForeignPid({ clusterDir }: Place): void {
  const pid = writtenPid(clusterDir);
  if (pid !== null && isAlive(pid) && !worksIn(pid, clusterDir))
    rmSync(join(clusterDir, 'postmaster.pid'), { force: true });
}

/** Fast shutdown: open transactions are rolled back, everything committed is on disk. Resolves when it is gone. */
export async function stopServer(pid: number): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    if (!isAlive(pid)) return;
    try {
      process.kill(pid, signal);
    } catch {
      return;
    }
    for (let polls = 0; polls < STOP_POLLS && isAlive(pid); polls += 1) await pause(POLL_MS);
  }
}

/** After an older Towline ran as another account. */
export function giveCluster(clusterDir: string, account: Account | null): void {
  chmodSync(clusterDir, 0o700);
  if (account && statSync(clusterDir).uid !== account.uid) chownTree(clusterDir, account);
}

function chownTree(path: string, account: Account): void {
  chownSync(path, account.uid, account.gid);
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const inner = join(path, entry.name);
    if (entry.isDirectory()) chownTree(inner, account);
    else if (!entry.isSymbolicLink()) chownSync(inner, account.uid, account.gid);
  }
}
