/** Owners who are being forgotten: how far it is, and the proof that remains. What is erased, and how, is in forget-owner.ts. */
import type { Selectable } from 'kysely';

import type { ErasureCounts, ErasureKind, ErasurePhase } from '../domain/erasure.ts';
import type { ErasureId, FleetId, OwnerId } from '../domain/ids.ts';
import { newId } from '../domain/ids.ts';
import type { Actor } from '../domain/role.ts';
import type { Tx } from './database.ts';
import type { Tables } from './schema.ts';

export type ErasureRow = Selectable<Tables['erasure']>;

/** Throws a unique violation (`erasure_of_owner`) when they are being forgotten already. */
export async function insertErasure(
  tx: Tx,
  erasure: { fleetId: FleetId; ownerId: OwnerId; actor: Actor },
  now: Date,
): Promise<ErasureRow> {
  return tx
    .insertInto('erasure')
    .values({
      id: newId('ers', now),
      fleet_id: erasure.fleetId,
      owner_id: erasure.ownerId,
      state: 'running',
      phase: 'access',
      asked_at: now,
      asked_by: JSON.stringify(erasure.actor),
      counts: '{}',
      due_at: now,
      ended_at: null,
      digest: null,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Undefined where nobody asked for it. */
export async function findErasure(tx: Tx, ownerId: OwnerId): Promise<ErasureRow | undefined> {
  return tx.selectFrom('erasure').selectAll().where('owner_id', '=', ownerId).executeTakeFirst();
}

export async function listDueErasures(tx: Tx, limit: number, now: Date): Promise<ErasureId[]> {
  const rows = await tx
    .selectFrom('erasure')
    .select('id')
    .where('due_at', '<=', now)
    .orderBy('due_at')
    .limit(limit)
    .execute();
  return rows.map(({ id }) => id);
}

/** Takes it for some steps; whoever dies over them is replaced at `until`. Undefined when it is not due, or in somebody's hands. */
export async function claimErasure(tx: Tx, id: ErasureId, until: Date, now: Date): Promise<ErasureRow | undefined> {
  return tx
    .updateTable('erasure')
    .set({ due_at: until })
    .where('id', '=', id)
    .where('due_at', '<=', now)
    .returningAll()
    .executeTakeFirst();
}

/** It goes on then, unless somebody else has ended it. */
export async function postponeErasure(tx: Tx, id: ErasureId, dueAt: Date): Promise<void> {
  await tx.updateTable('erasure').set({ due_at: dueAt }).where('id', '=', id).where('state', '=', 'running').execute();
}

/** Held until the transaction ends, so that a step is counted once. Undefined once another process has gone on from this phase. */
export async function lockErasure(tx: Tx, id: ErasureId, phase: ErasurePhase): Promise<ErasureRow | undefined> {
  return tx
    .selectFrom('erasure')
    .selectAll()
    .where('id', '=', id)
    .where('phase', '=', phase)
    .where('state', '=', 'running')
    .forUpdate()
    .executeTakeFirst();
}

/** What a step came to, in the transaction that did it. */
export async function noteErased(
  tx: Tx,
  row: ErasureRow,
  step: { erased?: ErasureCounts; phase?: ErasurePhase; dueAt?: Date },
): Promise<ErasureRow> {
  const { erased = {}, phase = row.phase, dueAt } = step;
  return tx
    .updateTable('erasure')
    .set({ counts: JSON.stringify(added(row.counts, erased)), phase, ...(dueAt ? { due_at: dueAt } : {}) })
    .where('id', '=', row.id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Kinds of which nothing was found are not named. */
function added(counts: ErasureCounts, erased: ErasureCounts): ErasureCounts {
  const sum: ErasureCounts = { ...counts };
  for (const [kind, count] of Object.entries(erased) as [ErasureKind, number][])
    // keys of a partial record are its keys
    if (count > 0) sum[kind] = (sum[kind] ?? 0) + count;
  return sum;
}

export async function endErasure(tx: Tx, id: ErasureId, digest: Buffer, at: Date): Promise<void> {
  await tx
    .updateTable('erasure')
    .set({ state: 'done', due_at: null, ended_at: at, digest })
    .where('id', '=', id)
    .where('state', '=', 'running')
    .execute();
}
