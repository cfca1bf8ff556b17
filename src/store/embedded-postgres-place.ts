/**
 * Where the embedded PostgreSQL lives and as whom it runs. PostgreSQL refuses root: then it runs as the directory's
 * owner or as `nobody`, who must be able to reach both the data and the binaries.
 */
import { createHash } from 'node:crypto';
import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** The name PostgreSQL gives its socket. */
export const SOCKET = '.s.PGSQL.5432';

/** Socket paths are limited to 107 bytes on Linux and 103 on macOS, the terminating zero included. */
const LONGEST_SOCKET_PATH = 100;

/** Where data goes when root runs Towline below a folder that others can't enter. */
const PLACE_OF_ROOT = '/var/lib/towline';

export interface Account {
  readonly uid: number;
  readonly gid: number;
}

export interface Place {
  /** Towline's data directory: the one that was asked for, or the one below /var/lib/towline. */
  readonly dataDir: string;
  /** PostgreSQL's own directory, in it. Nothing of ours lies inside. */
  readonly clusterDir: string;
  /** Open to PostgreSQL's account alone. */
  readonly socketDir: string;
  /** The account to run as when we are root; null: our own. */
  readonly account: Account | null;
}

/** Chooses and makes the directories. `rootPlace` replaces /var/lib/towline in tests. */
export function choosePlace(wantedDataDir: string, rootPlace: string = PLACE_OF_ROOT): Place {
  const wanted = resolve(wantedDataDir);
  const name = createHash('sha256').update(wanted).digest('hex').slice(0, 12);
  const asRoot = process.getuid?.() === 0;
  const dataDir = asRoot ? placeForRoot(wanted, join(rootPlace, name)) : makeFolder(wanted);
  const clusterDir = join(dataDir, 'postgres');
  const account = asRoot ? accountFor(clusterDir) : null;
  return { dataDir, clusterDir, account, socketDir: makeSocketDir(dataDir, name, account) };
}

function placeForRoot(wanted: string, elsewhere: string): string {
  // Data that exists decides: a changed permission must never lead to a second, empty database.
  if (existsSync(join(elsewhere, 'postgres', 'PG_VERSION'))) return elsewhere;
  const reachable = isReachable(existsSync(wanted) ? wanted : dirname(existingPart(wanted)));
  if (existsSync(join(wanted, 'postgres', 'PG_VERSION')) && !reachable) {
    throw new Error(
      `The database in ${wanted} can't be reached by the account PostgreSQL runs as. ` +
        'Start Towline as the user who made it, let others enter the folders above it (chmod o+x), or give another ' +
        'TOWLINE_DATA_DIR.',
    );
  }
  if (reachable) return makeFolder(wanted, 0o711);
  makeFolder(dirname(elsewhere), 0o755);
  return makeFolder(elsewhere, 0o711);
}

/** The path with what doesn't exist yet cut off, and one missing name left on it. */
function existingPart(path: string): string {
  const parent = dirname(path);
  return parent === path || existsSync(parent) ? path : existingPart(parent);
}

/** A mask like 077 would make folders that PostgreSQL's account can't enter, so new ones get their mode by name. */
function makeFolder(path: string, mode?: number): string {
  const first = mkdirSync(path, { recursive: true });
  if (first !== undefined && mode !== undefined) {
    for (let made = path; made.length >= first.length; made = dirname(made)) chmodSync(made, mode);
  }
  return path;
}

/** Whether any account may enter the folder, so also every folder above it. */
export function isReachable(folder: string): boolean {
  for (let path = realpathSync(folder); ; path = dirname(path)) {
    if ((statSync(path).mode & 0o001) === 0) return false;
    if (path === dirname(path)) return true;
  }
}

/** Made by an ordinary user before: goes on as that user, so that both can start it. Otherwise nobody. */
function accountFor(clusterDir: string): Account {
  if (existsSync(clusterDir)) {
    const { uid, gid } = statSync(clusterDir);
    if (uid !== 0) return { uid, gid };
  }
  return nobody();
}

/** The account without rights, as the system's list of accounts numbers it. */
export function nobody(): Account {
  const line = readFileSync('/etc/passwd', 'utf8').split('\n');
  const [, , uid = '65534', gid = '65534'] = line.find((entry) => entry.startsWith('nobody:'))?.split(':') ?? [];
  // macOS writes -2 and means the unsigned number.
  return { uid: Number(uid) >>> 0, gid: Number(gid) >>> 0 };
}

function makeSocketDir(dataDir: string, name: string, account: Account | null): string {
  const near = join(dataDir, 'socket');
  const path = fits(near) ? near : [join(tmpdir(), `towline-${name}`), `/tmp/towline-${name}`].find(fits);
  if (path === undefined) throw new Error(`No folder with a short enough path for the database's socket: ${near}`);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const found = lstatSync(path);
  const ours = [process.getuid?.(), account?.uid].includes(found.uid);
  if (!found.isDirectory() || !ours) {
    throw new Error(`${path} belongs to somebody else. Remove it: the database's socket goes there.`);
  }
  chmodSync(path, 0o700);
  if (account) chownSync(path, account.uid, account.gid);
  return path;
}

function fits(socketDir: string): boolean {
  return Buffer.byteLength(join(socketDir, SOCKET)) < LONGEST_SOCKET_PATH;
}
