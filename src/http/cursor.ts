/** Cursors: opaque to the caller, two parts to us (what the list is ordered by, and an id). */
import { Refusal } from '../domain/refusal.ts';

const encode = (parts: readonly [string, string]): string => Buffer.from(JSON.stringify(parts)).toString('base64url');

/** @throws Refusal invalid_cursor for what we never made. */
export function textCursor(cursor: string | undefined): readonly [string, string] | null {
  if (cursor === undefined) return null;
  const parts = parse(cursor);
  const [key, id] = parts;
  if (parts.length !== 2 || typeof key !== 'string' || typeof id !== 'string') throw new Refusal('invalid_cursor');
  return [key, id];
}

/** @throws Refusal invalid_cursor for what we never made. */
export function timeCursor(cursor: string | undefined): readonly [Date, string] | null {
  const parts = textCursor(cursor);
  if (!parts) return null;
  const at = new Date(parts[0]);
  // Also far outside what the database can compare.
  if (Number.isNaN(at.getTime()) || at.getUTCFullYear() < 1 || at.getUTCFullYear() > 9_999)
    throw new Refusal('invalid_cursor');
  return [at, parts[1]];
}

/** Cuts off the one row too many that a list asked for, and says where the next page begins. */
export function pageOf<T>(
  rows: readonly T[],
  limit: number,
  keyOf: (row: T) => readonly [string | Date, string],
): { rows: T[]; nextCursor: string | null } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  if (rows.length <= limit || last === undefined) return { rows: shown, nextCursor: null };
  const [key, id] = keyOf(last);
  return { rows: shown, nextCursor: encode([typeof key === 'string' ? key : key.toISOString(), id]) };
}

function parse(cursor: string): unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(parts) && !cursor.includes('\0')) return parts;
  } catch {
    // Refused below, like everything else that we never made.
  }
  throw new Refusal('invalid_cursor');
}
