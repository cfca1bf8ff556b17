/** The application's token for Smartcar v3: one row, sealed, which all processes share. For `towline_system`. */
import type { Tx } from './database.ts';

export interface TokenRow {
  /** Null when none was fetched yet, or the last one was discarded. */
  sealed: Buffer | null;
  expiresAt: Date | null;
  /** Until when a process that is fetching a new one is waited for; null when none is. */
  leaseUntil: Date | null;
  /** One more with each token; what is worked out from one version is refused when another came meanwhile. */
  version: number;
}

/** The row, made when it is not there yet. */
export async function readTokenRow(tx: Tx, applicationId: string): Promise<TokenRow> {
  await tx
    .insertInto('application_token')
    .values({ application_id: applicationId, sealed: null, expires_at: null, lease_until: null })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const row = await tx
    .selectFrom('application_token')
    .select(['sealed', 'expires_at', 'lease_until', 'version'])
    .where('application_id', '=', applicationId)
    .executeTakeFirstOrThrow();
  return { sealed: row.sealed, expiresAt: row.expires_at, leaseUntil: row.lease_until, version: row.version };
}

interface Claimed {
  applicationId: string;
  /** The version it is worked out from. */
  version: number;
}

/** No lease is given for so long: one that ends later was written by a clock that is wrong. */
const longestLeaseMs = 60_000;

/** Takes the right to fetch; false when another process has it, or a new token came meanwhile. */
export async function leaseToken(tx: Tx, claim: Claimed & { now: Date; until: Date }): Promise<boolean> {
  const latest = new Date(claim.now.getTime() + longestLeaseMs);
  const { numUpdatedRows } = await tx
    .updateTable('application_token')
    .set({ lease_until: claim.until })
    .where('application_id', '=', claim.applicationId)
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

/** Keeps a new token and ends the lease; false, and nothing written, when another token came first. */
export async function storeToken(tx: Tx, claim: Claimed & { sealed: Buffer; expiresAt: Date }): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('application_token')
    .set({ sealed: claim.sealed, expires_at: claim.expiresAt, lease_until: null, version: claim.version + 1 })
    .where('application_id', '=', claim.applicationId)
    .where('version', '=', claim.version)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** Ends a lease that came to nothing. `until` names it: another process's lease is left alone. */
export async function releaseToken(tx: Tx, claim: Claimed & { until: Date }): Promise<void> {
  await tx
    .updateTable('application_token')
    .set({ lease_until: null })
    .where('application_id', '=', claim.applicationId)
    .where('version', '=', claim.version)
    .where('lease_until', '=', claim.until)
    .execute();
}
