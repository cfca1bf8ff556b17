/** Owners. Address and phone come and go sealed; this room can't read them. Lists are in owner-list.ts. */
import type { Insertable, Selectable, Updateable } from 'kysely';

import type { OwnerId } from '../domain/ids.ts';
import type { Tx } from './database.ts';
import type { Tables } from './schema.ts';

export type OwnerRow = Selectable<Tables['owner']>;

export async function findOwner(tx: Tx, id: OwnerId): Promise<OwnerRow | undefined> {
  return tx.selectFrom('owner').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Held until the transaction ends. */
export async function lockOwner(tx: Tx, id: OwnerId): Promise<OwnerRow | undefined> {
  return tx.selectFrom('owner').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
}

/** Throws a unique violation (`owner_email`) when the fleet has an owner with this address. */
export async function insertOwner(tx: Tx, owner: Insertable<Tables['owner']>): Promise<void> {
  await insertOwners(tx, [owner]);
}

/** Some hundred at once, or none. Throws as `insertOwner` does. */
export async function insertOwners(tx: Tx, owners: readonly Insertable<Tables['owner']>[]): Promise<void> {
  if (owners.length > 0)
    await tx
      .insertInto('owner')
      .values([...owners])
      .execute();
}

/** @returns false when this fleet has no such owner, or they are forgotten */
export async function updateOwner(tx: Tx, id: OwnerId, change: Updateable<Tables['owner']>): Promise<boolean> {
  if (Object.keys(change).length === 0) return (await findOwner(tx, id))?.erased_at === null;
  const { numUpdatedRows } = await tx
    .updateTable('owner')
    .set(change)
    .where('id', '=', id)
    .where('erased_at', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}
