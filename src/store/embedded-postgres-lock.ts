/**
 * Who holds a data directory. Each starter writes a file of its own that names its process by pid and start, so that
 * a process that died, or another one that got its number, is never taken for the holder; nobody removes a file of a
 * living process, so two starters at once can't both win.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** The data directory belongs to a running process; the message is meant for the person who started the second one. */
export class DataDirectoryInUse extends Error {
  override name = 'DataDirectoryInUse';
  readonly holderPid: number;

  constructor(dataDir: string, holderPid: number) {
    super(
      `Towline is already running on ${dataDir} (process ${holderPid}). ` +
        'Stop it first, or give this one another TOWLINE_DATA_DIR.',
    );
    this.holderPid = holderPid;
  }
}

export interface DirectoryLock {
  release(): void;
}

interface Claim {
  readonly file: string;
  readonly pid: number;
  readonly held: boolean;
}

/** @throws DataDirectoryInUse when a living process holds the directory, this one included. */
export async function lockDirectory(dataDir: string): Promise<DirectoryLock> {
  const folder = join(dataDir, 'running');
  mkdirSync(folder, { recursive: true });
  const file = `${process.pid}-${processStart(process.pid) ?? 'unknown'}.json`;
  const own = claims(folder).find((claim) => claim.file === file);
  if (own) throw new DataDirectoryInUse(dataDir, process.pid);
  for (;;) {
    writeClaim(folder, file, false);
    const others = claims(folder).filter((claim) => claim.file !== file);
    const holder = others.find((claim) => claim.held);
    if (holder) {
      rmSync(join(folder, file), { force: true });
      throw new DataDirectoryInUse(dataDir, holder.pid);
    }
    if (others.length === 0) break;
    // Two starters at the same instant: the smaller name waits for the other to step back or to hold.
    if (others.some((claim) => claim.file < file)) rmSync(join(folder, file), { force: true });
    await pause(25 + Math.random() * 50);
  }
  writeClaim(folder, file, true);
  return { release: () => rmSync(join(folder, file), { force: true }) };
}

function writeClaim(folder: string, file: string, held: boolean): void {
  const path = join(folder, file);
  writeFileSync(`${path}.new`, JSON.stringify({ pid: process.pid, held }));
  renameSync(`${path}.new`, path);
}

/** The claims of living processes; what the dead left is removed on the way. */
function claims(folder: string): Claim[] {
  const living: Claim[] = [];
  for (const file of readdirSync(folder)) {
    const match = /^(\d+)-(.+)\.json$/.exec(file);
    if (!match) continue;
    const pid = Number(match[1]);
    if (!isAlive(pid) || (processStart(pid) ?? 'unknown') !== match[2]) {
      rmSync(join(folder, file), { force: true });
      continue;
    }
    living.push({ file, pid, held: isHeld(join(folder, file)) });
  }
  return living;
}

function isHeld(path: string): boolean {
  try {
    return readFileSync(path, 'utf8').includes('"held":true');
  } catch {
    // Its process stepped back between the listing and this.
    return false;
  }
}

/** Whether a process runs under this number; one that ended but wasn't collected by its parent doesn't. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false; // the only kind of error that kill throws
  }
  const state = linuxStat(pid)?.[0];
  return state !== 'Z' && state !== 'X';
}

/** When a process started, as text to compare; numbers are used again, starts are not. Null when it can't be read. */
function processStart(pid: number): string | null {
  if (process.platform === 'linux') {
    const started = linuxStat(pid)?.[19];
    return started === undefined ? null : `${bootId()}-${started}`;
  }
  const listed = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' });
  const text = listed.stdout?.trim();
  return text ? text.replace(/[^A-Za-z0-9]+/g, '-') : null;
}

/** The fields of /proc/<pid>/stat from the state on: the name before them may hold spaces and parentheses. */
function linuxStat(pid: number): string[] | null {
  if (process.platform !== 'linux') return null;
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8);
  } catch {
    return 'boot';
  }
}
