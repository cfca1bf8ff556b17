/** Links for people without a login. Only ids are kept; the secret half is derived by the vault. */
import type { Selectable } from 'kysely';

import type { FleetId, LinkId, OwnerId, RequestId, VehicleId } from '../domain/ids.ts';
import { newId } from '../domain/ids.ts';
import type { Database, Tx } from './database.ts';
import type { LinkKind, Tables } from './schema.ts';

/** An owner's, or one on its way to them. */
export type LinkRow = Omit<Selectable<Tables['link']>, 'kind' | 'rental_id'> & { kind: LinkKind };

/** An owner's link, found across fleets: whoever holds a link does not know its fleet. A renter's is none. */
export async function findLink(database: Database, id: LinkId): Promise<LinkRow | undefined> {
  return database.system
    .selectFrom('link')
    .selectAll()
    .where('id', '=', id)
    .where('kind', '<>', 'renter')
    .$narrowType<{ kind: LinkKind }>()
    .executeTakeFirst();
}

export type NewLink = { fleetId: FleetId; expiresAt: Date } & (
  | { kind: 'connect'; vehicleId: VehicleId; ownerId: OwnerId | null }
  | { kind: 'repair'; requestId: RequestId; ownerId: OwnerId }
  | { kind: 'owner'; ownerId: OwnerId }
);

export async function insertLink(tx: Tx, link: NewLink, now: Date): Promise<LinkRow> {
  return tx
    .insertInto('link')
    .values({
      id: newId('lnk', now),
      fleet_id: link.fleetId,
      kind: link.kind,
      vehicle_id: link.kind === 'connect' ? link.vehicleId : null,
      owner_id: link.ownerId,
      request_id: link.kind === 'repair' ? link.requestId : null,
      rental_id: null,
      created_at: now,
      expires_at: link.expiresAt,
      used_at: null,
      revoked_at: null,
    })
    .returningAll()
    .$narrowType<{ kind: LinkKind }>()
    .executeTakeFirstOrThrow();
}

/** Null when there is none any more. */
export async function linkKindOf(tx: Tx, id: LinkId): Promise<LinkKind | null> {
  const row = await tx
    .selectFrom('link')
    .select('kind')
    .where('id', '=', id)
    .where('kind', '<>', 'renter')
    .$narrowType<{ kind: LinkKind }>()
    .executeTakeFirst();
  return row?.kind ?? null;
}

/** It has served; the first time counts. */
export async function markLinkUsed(tx: Tx, id: LinkId, at: Date): Promise<void> {
  await tx.updateTable('link').set({ used_at: at }).where('id', '=', id).where('used_at', 'is', null).execute();
}
