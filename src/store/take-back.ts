/**
 * Deletes what an import added, where nothing has happened to it since. What may have happened stands in a table that refers to
 * it, and whatever refers to it, in whatever table, keeps it. The policies of 0016-imports.sql let nothing else be deleted.
 */
import { sql } from 'kysely';

import type { OwnerId, VehicleId } from '../domain/ids.ts';
import type { Tx } from './database.ts';
import { isReferenced } from './violation.ts';

/** With the line of its timeline that says it was added. @returns false when it stays */
export const takeBackVehicle = (tx: Tx, id: VehicleId): Promise<boolean> =>
  unlessReferenced(tx, tx.deleteFrom('vehicle').where('id', '=', id));

/** @returns false when they stay */
export const takeBackOwner = (tx: Tx, id: OwnerId): Promise<boolean> =>
  unlessReferenced(tx, tx.deleteFrom('owner').where('id', '=', id));

interface Deletion {
  executeTakeFirst(): Promise<{ numDeletedRows: bigint }>;
}

async function unlessReferenced(tx: Tx, deletion: Deletion): Promise<boolean> {
  await sql`savepoint taken_back`.execute(tx);
  try {
    const { numDeletedRows } = await deletion.executeTakeFirst();
    await sql`release savepoint taken_back`.execute(tx);
    return numDeletedRows > 0n;
  } catch (error) {
    if (!isReferenced(error)) throw error;
    await sql`rollback to savepoint taken_back`.execute(tx);
    return false;
  }
}
