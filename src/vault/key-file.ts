/** The sealing key of an installation that was given none: made once, kept beside the database and outside its folder. */
import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const fileName = 'secret-key';

/** Reads the key of this data directory, or makes it. Two processes at once end up with the same one. */
export function keepKey(dataDir: string): { id: string; key: Buffer } {
  mkdirSync(dataDir, { recursive: true });
  const file = join(dataDir, fileName);
  const fresh = `${file}.${process.pid}`;
  writeFileSync(fresh, `k1:${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
  try {
    // Unlike a rename, a link never replaces a key that is there.
    linkSync(fresh, file);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    rmSync(fresh);
  }
  return parseKey(readFileSync(file, 'utf8').trim(), file);
}

function parseKey(text: string, file: string): { id: string; key: Buffer } {
  const [id, base64] = text.split(':');
  const key = Buffer.from(base64 ?? '', 'base64');
  if (!id || key.length !== 32)
    throw new Error(`The sealing key in ${file} can't be read. Put the file back from a backup.`);
  return { id, key };
}
