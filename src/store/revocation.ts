/** What is still to be ended at Smartcar: which connections are due, and what became of each try. */
import type { Insertable } from 'kysely';

import type { Failure } from '../domain/failure.ts';
import type { ConnectionId, FleetId } from '../domain/ids.ts';
import type { Standing } from '../domain/revocation.ts';
import type { Tx } from './database.ts';
import type { Tables } from './schema.ts';

export interface DueBy {
  /** What nobody has tried yet is due when it was disconnected before this: its task comes first. */
  untriedBefore: Date;
  /** There are credentials by which even what was handed over for want of any can be ended. */
  holdsMeans: boolean;
}

/** Connections that were disconnected here and are to be ended at Smartcar now, oldest first. */
export async function listDueRevocations(tx: Tx, by: DueBy, limit: number, now: Date): Promise<ConnectionId[]> {
  const rows = await tx
    .selectFrom('connection as c')
    .leftJoin('revocation as r', 'r.connection_id', 'c.id')
    .select('c.id')
    .where('c.cause', '=', 'disconnectedHere')
    .where('c.revoked_at', 'is', null)
    .where((where) =>
      where.or([
        where.and([where('r.connection_id', 'is', null), where('c.ended_at', '<', by.untriedBefore)]),
        where('r.due_at', '<=', now),
        ...(by.holdsMeans ? [where('r.handed_over_because', '=', 'nothingHeld')] : []),
      ]),
    )
    .orderBy('c.ended_at')
    .limit(limit)
    .execute();
  return rows.map(({ id }) => id);
}

export interface Claim {
  /** This try counted. */
  tries: number;
  /** When the try before this one was made; null for the first. */
  triedBefore: Date | null;
}

/**
 * Takes it for one try and puts the next one ahead, so that whoever dies in mid-try is replaced then.
 *
 * @returns null when it is not due, or in somebody's hands
 */
export async function claimRevocation(
  tx: Tx,
  { fleetId, connectionId, holdsMeans }: { fleetId: FleetId; connectionId: ConnectionId; holdsMeans: boolean },
  until: Date,
  now: Date,
): Promise<Claim | null> {
  const known = await tx
    .selectFrom('revocation')
    .select(['tries', 'tried_at', 'due_at', 'handed_over_because'])
    .where('connection_id', '=', connectionId)
    .forUpdate()
    .executeTakeFirst();
  const taken = { tried_at: now, due_at: until };
  if (known) {
    const isDue = known.due_at !== null && known.due_at <= now;
    if (!isDue && !(holdsMeans && known.handed_over_because === 'nothingHeld')) return null;
    const tries = known.tries + 1;
    const waiting = { state: 'waiting', handed_over_because: null } as const;
    await tx
      .updateTable('revocation')
      .set({ ...taken, ...waiting, tries })
      .where('connection_id', '=', connectionId)
      .execute();
    return { tries, triedBefore: known.tried_at };
  }
  const row: Insertable<Tables['revocation']> = {
    ...taken,
    connection_id: connectionId,
    fleet_id: fleetId,
    state: 'waiting',
    handed_over_because: null,
    tries: 1,
    failure: null,
  };
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('revocation')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows === 1n ? { tries: 1, triedBefore: null } : null;
}

/** Where it stands after a try that did not end it. */
export async function noteTry(tx: Tx, id: ConnectionId, standing: Standing, failure: Failure | null): Promise<void> {
  const { state, handedOverBecause, dueAt } = standing;
  const kept = failure && { meaning: failure.meaning, code: failure.code, requestId: failure.requestId };
  await tx
    .updateTable('revocation')
    .set({
      state,
      handed_over_because: handedOverBecause,
      due_at: dueAt,
      ...(kept ? { failure: JSON.stringify(kept) } : {}),
    })
    .where('connection_id', '=', id)
    .execute();
}

/** Whether an operator is waited for. */
export async function isHandedOver(tx: Tx, id: ConnectionId): Promise<boolean> {
  const row = await tx.selectFrom('revocation').select('state').where('connection_id', '=', id).executeTakeFirst();
  return row?.state === 'handedOver';
}
