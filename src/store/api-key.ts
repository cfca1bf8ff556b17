/** Keys of programs. Only a digest is kept. */
import { sql } from 'kysely';
import type { Selectable } from 'kysely';

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
  return tx
    .insertInto('api_key')
    .values({
      id: newId('key', now),
      fleet_id: key.fleetId,
      name: key.name,
      digest: key.digest,
      hint: key.hint,
      role: key.role,
      installation: key.installation,
      created_at: now,
      revoked_at: null,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Adds it unless a key with this digest exists, living or ended. */
export async function ensureApiKey(tx: Tx, key: NewApiKey, now: Date): Promise<void> {
  await tx
    .insertInto('api_key')
    .values({
      id: newId('key', now),
      fleet_id: key.fleetId,
      name: key.name,
      digest: key.digest,
      hint: key.hint,
      role: key.role,
      installation: key.installation,
      created_at: now,
      revoked_at: null,
    })
    .onConflict((conflict) => conflict.column('digest').doNothing())
    .execute();
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
