/** Families of v2's tokens: one row each, sealed, renewed by one process at a time. */
import { sql } from 'kysely';

import type { FleetId, SmartcarUserId, TokenSetId } from '../domain/ids.ts';
import type { Tx } from './database.ts';

export interface TokenSetRow {
  /** Null once the tokens are erased. */
  sealed: Buffer | null;
  issuedAt: Date;
  accessExpiresAt: Date;
  refreshExpiresAt: Date;
  /** When the first renewal left whose answer was never stored; null when there is none. */
  refreshSentAt: Date | null;
  /** One more with each pair; what is worked out from one version is refused when another came meanwhile. */
  version: number;
}

export interface NewTokenSet {
  id: TokenSetId;
  fleetId: FleetId;
  smartcarUserId: SmartcarUserId;
  sealed: Buffer;
  issuedAt: Date;
  accessExpiresAt: Date;
  refreshExpiresAt: Date;
}

/** Told, with the id of the family, when its tokens changed or its lease ended early. */
export const tokensChannel = 'towline_tokens';

export async function insertTokenSet(tx: Tx, set: NewTokenSet): Promise<void> {
  await tx
    .insertInto('token_set')
    .values({
      id: set.id,
      fleet_id: set.fleetId,
      smartcar_user_id: set.smartcarUserId,
      sealed: set.sealed,
      issued_at: set.issuedAt,
      access_expires_at: set.accessExpiresAt,
      refresh_expires_at: set.refreshExpiresAt,
      refresh_sent_at: null,
      lease_until: null,
      created_at: set.issuedAt,
    })
    .execute();
}

/** Undefined when this fleet has no such family. */
export async function readTokenSet(tx: Tx, id: TokenSetId): Promise<TokenSetRow | undefined> {
  const row = await tx.selectFrom('token_set').selectAll().where('id', '=', id).executeTakeFirst();
  return (
    row && {
      sealed: row.sealed,
      issuedAt: row.issued_at,
      accessExpiresAt: row.access_expires_at,
      refreshExpiresAt: row.refresh_expires_at,
      refreshSentAt: row.refresh_sent_at,
      version: row.version,
    }
  );
}

interface Claimed {
  id: TokenSetId;
  /** The version it is worked out from. */
  version: number;
}

/** No lease is given for so long: one that ends later was written by a clock that is wrong. */
const longestLeaseMs = 120_000;

/**
 * Takes the right to renew, and writes down that a request may leave now; false when another process has it, or new tokens
 * came meanwhile.
 */
export async function leaseTokenSet(tx: Tx, claim: Claimed & { now: Date; until: Date }): Promise<boolean> {
  const latest = new Date(claim.now.getTime() + longestLeaseMs);
  const { numUpdatedRows } = await tx
    .updateTable('token_set')
    .set((eb) => ({ lease_until: claim.until, refresh_sent_at: eb.fn.coalesce('refresh_sent_at', eb.val(claim.now)) }))
    .where('id', '=', claim.id)
    .where('version', '=', claim.version)
    .where((where) =>
      where.or([
        where('lease_until', 'is', null),
        where('lease_until', '<=', claim.now),
        where('lease_until', '>', latest),
      ]),
    )
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** Keeps a new pair and ends the lease; false, and nothing written, when another pair came first. */
export async function storeTokenSet(
  tx: Tx,
  claim: Claimed & Pick<NewTokenSet, 'sealed' | 'issuedAt' | 'accessExpiresAt' | 'refreshExpiresAt'>,
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('token_set')
    .set({
      sealed: claim.sealed,
      issued_at: claim.issuedAt,
      access_expires_at: claim.accessExpiresAt,
      refresh_expires_at: claim.refreshExpiresAt,
      refresh_sent_at: null,
      lease_until: null,
      version: claim.version + 1,
    })
    .where('id', '=', claim.id)
    .where('version', '=', claim.version)
    .executeTakeFirst();
  if (numUpdatedRows === 1n) await tell(tx, claim.id);
  return numUpdatedRows === 1n;
}

/**
 * Ends a lease that came to nothing. `until` names it: another process's lease is left alone. `answered`: Smartcar said
 * that it gave no tokens, so none can have been lost by this request.
 */
export async function releaseTokenSet(tx: Tx, claim: Claimed & { until: Date; answered: boolean }): Promise<void> {
  const { numUpdatedRows } = await tx
    .updateTable('token_set')
    .set({ lease_until: null, ...(claim.answered ? { refresh_sent_at: null } : {}) })
    .where('id', '=', claim.id)
    .where('version', '=', claim.version)
    .where('lease_until', '=', claim.until)
    .executeTakeFirst();
  if (numUpdatedRows === 1n) await tell(tx, claim.id);
}

/** Erases the tokens where no living connection uses the family any more. @returns whether they are erased now */
export async function eraseUnusedTokenSet(tx: Tx, id: TokenSetId): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('token_set')
    .set((eb) => ({ sealed: null, lease_until: null, version: eb('version', '+', 1) }))
    .where('id', '=', id)
    .where('sealed', 'is not', null)
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('connection').select('id').where('token_set_id', '=', id).where('ended_at', 'is', null))),
    )
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

async function tell(tx: Tx, id: TokenSetId): Promise<void> {
  await sql`select pg_notify(${tokensChannel}, ${id})`.execute(tx);
}
