/** Keys of programs. Only a digest is kept. */
import { sql } from 'kysely';
import type { Insertable, Selectable } from 'kysely';

import { newId } from '../domain/ids.ts';
import type { FleetId } from '../domain/ids.ts';
import type { Role } from '../domain/role.ts';
import type { Tx } from './database.ts';
import type { Tables } from './schema.ts';

export type KeptApiKey = Selectable<Tables['api_key']>;

export interface NewApiKey {
  fleetId: FleetId;
  name: string;
  digest: Buffer;
  /** Its first characters, so that a person can tell keys apart. */
  hint: string;
  role: Role;
  /** May name any fleet; only towline_system may add such a key. */
  installation: boolean;
}

/** The living key with this digest. As towline_system: its fleet isn't known yet. */
export async function apiKeyByDigest(tx: Tx, digest: Buffer): Promise<KeptApiKey | null> {
  const row = await tx
    .selectFrom('api_key')
    .selectAll()
    .where('digest', '=', digest)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  return row ?? null;
}

export async function addApiKey(tx: Tx, key: NewApiKey, now: Date): Promise<KeptApiKey> {
  return tx.insertInto('api_key').values(rowOf(key, now)).returningAll().executeTakeFirstOrThrow();
}

/** Adds it unless a key with this digest exists, living or ended. */
export async function ensureApiKey(tx: Tx, key: NewApiKey, now: Date): Promise<void> {
  const insert = tx.insertInto('api_key').values(rowOf(key, now));
  await insert.onConflict((conflict) => conflict.column('digest').doNothing()).execute();
}

function rowOf({ fleetId, ...key }: NewApiKey, now: Date): Insertable<Tables['api_key']> {
  return { id: newId('key', now), fleet_id: fleetId, ...key, created_at: now, revoked_at: null };
}

/** The fleet's own keys, newest first; at most 200. The installation's are not a fleet's to see or to end. */
export async function listApiKeys(tx: Tx): Promise<KeptApiKey[]> {
  return tx
    .selectFrom('api_key')
    .selectAll()
    .where('installation', '=', false)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(200)
    .execute();
}

/** Ends it; a key that ended before keeps its time. Null when this fleet has no such key of its own. */
export async function endApiKey(tx: Tx, id: string, now: Date): Promise<KeptApiKey | null> {
  const row = await tx
    .updateTable('api_key')
    .set({ revoked_at: sql<Date>`coalesce(revoked_at, ${now})` })
    .where(sql<boolean>`id = ${id}`)
    .where('installation', '=', false)
    .returningAll()
    .executeTakeFirst();
  return row ?? null;
}
