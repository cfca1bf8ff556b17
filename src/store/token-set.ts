/** Families of v2's tokens: one row each, sealed, renewed by one process at a time. */
import { sql } from 'kysely';

import type { Cause } from '../domain/cause.ts';
import { isId, type FleetId, type SmartcarUserId, type TokenSetId } from '../domain/ids.ts';
import type { Tx } from './database.ts';

export interface TokenSetRow {
  /** Null once the tokens are erased. */
  sealed: Buffer | null;
  issuedAt: Date;
  accessExpiresAt: Date;
  refreshExpiresAt: Date;
  /** When the first renewal left whose answer was never stored; null when there is none. */
  refreshSentAt: Date | null;
  /** Until when a process that is renewing is waited for; null when none is. @see isLeased */
  leaseUntil: Date | null;
  /** One more with each pair; what is worked out from one version is refused when another came meanwhile. */
  version: number;
}

export interface NewTokenSet {
  id: TokenSetId;
  fleetId: FleetId;
  /** As it was claimed; null when it was not. */
  smartcarUserId: SmartcarUserId | null;
  sealed: Buffer;
  issuedAt: Date;
  accessExpiresAt: Date;
  refreshExpiresAt: Date;
}

/** Told when a family's tokens changed or its lease ended early; `readTold` reads what is said. */
export const tokensChannel = 'towline_tokens';

/** Null for what this file did not say. */
export function readTold(payload: string): { id: TokenSetId; version: number } | null {
  const [id = '', version] = payload.split(' ');
  return isId('tok', id) && /^\d{1,15}$/.test(version ?? '') ? { id, version: Number(version) } : null;
}

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
      leaseUntil: row.lease_until,
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

/** Whether a process has the right to renew, as `leaseTokenSet` sees it. */
export function isLeased(leaseUntil: Date | null, now: Date): leaseUntil is Date {
  return leaseUntil !== null && leaseUntil > now && leaseUntil.getTime() <= now.getTime() + longestLeaseMs;
}

/**
 * Takes the right to renew, and writes down that a request may leave now; null when another process has it, or new tokens
 * came meanwhile. `lostAt`: when an earlier request left whose answer was never stored; null when there was none.
 */
export async function leaseTokenSet(
  tx: Tx,
  claim: Claimed & { now: Date; until: Date },
): Promise<{ lostAt: Date | null } | null> {
  const latest = new Date(claim.now.getTime() + longestLeaseMs);
  const leased = await tx
    .updateTable('token_set')
    .from(({ selectFrom }) =>
      selectFrom('token_set')
        .select(['id as same_id', 'refresh_sent_at as lost_at'])
        .where('id', '=', claim.id)
        .forUpdate()
        .as('before'),
    )
    .set((eb) => ({ lease_until: claim.until, refresh_sent_at: eb.fn.coalesce('refresh_sent_at', eb.val(claim.now)) }))
    .whereRef('id', '=', 'before.same_id')
    .where('version', '=', claim.version)
    .where((where) =>
      where.or([
        where('lease_until', 'is', null),
        where('lease_until', '<=', claim.now),
        where('lease_until', '>', latest),
      ]),
    )
    .returning('before.lost_at')
    .executeTakeFirst();
  return leased ? { lostAt: leased.lost_at } : null;
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
  if (numUpdatedRows === 1n) await tell(tx, { id: claim.id, version: claim.version + 1 });
  return numUpdatedRows === 1n;
}

/**
 * Ends a lease that came to nothing. `until` names it: another process's lease is left alone. `answered`: Smartcar said
 * that it gave no tokens, so this request has lost none, and only what `leaseTokenSet` knew of earlier ones stays.
 */
export async function releaseTokenSet(
  tx: Tx,
  claim: Claimed & { until: Date; answered: boolean; lostAt: Date | null },
): Promise<void> {
  const { numUpdatedRows } = await tx
    .updateTable('token_set')
    .set({ lease_until: null, ...(claim.answered ? { refresh_sent_at: claim.lostAt } : {}) })
    .where('id', '=', claim.id)
    .where('version', '=', claim.version)
    .where('lease_until', '=', claim.until)
    .executeTakeFirst();
  if (numUpdatedRows === 1n) await tell(tx, claim);
}

/**
 * Families whose renewal left after `since` and was never answered, with nobody at work on them. Of several that were not
 * answered the first is known, and of the last one its lease, if whoever had it died.
 */
export async function listUnanswered(tx: Tx, since: Date, now: Date): Promise<TokenSetId[]> {
  const rows = await tx
    .selectFrom('token_set')
    .select('id')
    .where('refresh_sent_at', 'is not', null)
    .where((where) => where.or([where('refresh_sent_at', '>', since), where('lease_until', '>', since)]))
    .where('sealed', 'is not', null)
    .where((where) => where.or([where('lease_until', 'is', null), where('lease_until', '<=', now)]))
    .orderBy('refresh_sent_at')
    .limit(50)
    .execute();
  return rows.map(({ id }) => id);
}

/** No refresh makes such a family whole again: only its owner can. */
const lost: readonly Cause[] = ['grantLapsed', 'tokensRefused', 'tokensLost'];

/** As `TokenAccess.claimIdle` says. */
export async function claimIdleTokenSets(
  tx: Tx,
  { idleSince, triedBefore, limit }: { idleSince: Date; triedBefore: Date; limit: number },
  now: Date,
): Promise<TokenSetId[]> {
  const { rows } = await sql<{ id: TokenSetId }>`
    with idle as materialized (
      select t.id from token_set t
      where t.sealed is not null and t.issued_at < ${idleSince}
        and (t.kept_alive_at is null or t.kept_alive_at < ${triedBefore})
        and (t.lease_until is null or t.lease_until <= ${now})
        and exists (select from connection c where c.token_set_id = t.id and c.ended_at is null
          and (c.cause is null or c.cause <> all(${lost}::text[])))
      order by coalesce(t.kept_alive_at, t.issued_at) limit ${limit} for update of t skip locked)
    update token_set t set kept_alive_at = ${now} from idle where idle.id = t.id returning t.id`.execute(tx);
  return rows.map(({ id }) => id);
}

/** As `TokenAccess.endsOf` says. */
export async function endsOfTokenSets(tx: Tx, ids: readonly TokenSetId[]): Promise<Map<TokenSetId, Date>> {
  if (ids.length === 0) return new Map();
  const rows = await tx
    .selectFrom('token_set')
    .select(['id', 'refresh_expires_at'])
    .where('id', 'in', [...ids])
    .where('sealed', 'is not', null)
    .execute();
  return new Map(rows.map((row) => [row.id, row.refresh_expires_at]));
}

/** Erases the family's tokens when no connection uses them any more that lives or is still to be ended at Smartcar. @returns whether it erased them */
export async function eraseUnusedTokenSet(tx: Tx, id: TokenSetId): Promise<boolean> {
  const { numUpdatedRows } = await erasing(tx).where('id', '=', id).executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** Erases every family that no such connection uses, but for those that came later than this: they may be about to. */
export async function eraseUnusedTokenSets(tx: Tx, before: Date): Promise<void> {
  await erasing(tx).where('created_at', '<', before).execute();
}

function erasing(tx: Tx) {
  return tx
    .updateTable('token_set')
    .set((eb) => ({ sealed: null, lease_until: null, version: eb('version', '+', 1) }))
    .where('sealed', 'is not', null)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('connection')
            .select('connection.id')
            .whereRef('connection.token_set_id', '=', 'token_set.id')
            .where((connection) =>
              connection.or([
                connection('connection.ended_at', 'is', null),
                // Still to be ended at Smartcar, which takes these very tokens.
                connection.and([
                  connection('connection.cause', '=', 'disconnectedHere'),
                  connection('connection.revoked_at', 'is', null),
                ]),
              ]),
            ),
        ),
      ),
    )
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('loose_grant')
            .select('loose_grant.id')
            .whereRef('loose_grant.token_set_id', '=', 'token_set.id')
            .where('loose_grant.state', 'in', ['held', 'removing']),
        ),
      ),
    );
}

async function tell(tx: Tx, { id, version }: Claimed): Promise<void> {
  await sql`select pg_notify(${tokensChannel}, ${`${id} ${version}`})`.execute(tx);
}
