/** Answers given under an Idempotency-Key, sealed by the caller, for a day. */
import { sql } from 'kysely';

import type { FleetId } from '../domain/ids.ts';
import type { Tx } from './database.ts';

/** After this a claim whose process died may be claimed again. */
const abandonedAfterMs = 60_000;
const keptForMs = 24 * 3_600_000;

export type Claimed =
  | { claim: 'ours' }
  | { claim: 'otherRequest' }
  | { claim: 'running' }
  | { claim: 'answered'; status: number; sealed: Buffer };

/** Takes the key for this request, or says who has it. Commit it before acting. */
export async function claimKey(
  tx: Tx,
  request: { fleetId: FleetId; key: string; digest: Buffer },
  now: Date,
): Promise<Claimed> {
  const { fleetId, key, digest } = request;
  const abandoned = new Date(now.getTime() - abandonedAfterMs);
  const expired = new Date(now.getTime() - keptForMs);
  const { rows } = await sql`
    insert into idempotency (fleet_id, key, request_digest, created_at) values (${fleetId}, ${key}, ${digest}, ${now})
    on conflict (fleet_id, key) do update
      set request_digest = excluded.request_digest, status = null, response = null, created_at = excluded.created_at
      where idempotency.created_at < ${expired}
         or (idempotency.status is null and idempotency.created_at < ${abandoned}
             and idempotency.request_digest = excluded.request_digest)
    returning 1`.execute(tx);
  if (rows.length > 0) return { claim: 'ours' };
  const row = await tx.selectFrom('idempotency').selectAll().where('key', '=', key).executeTakeFirst();
  if (!row) return { claim: 'running' };
  if (!row.request_digest.equals(digest)) return { claim: 'otherRequest' };
  if (row.status === null) return { claim: 'running' };
  return { claim: 'answered', status: row.status, sealed: Buffer.from(String(row.response), 'base64') };
}

export async function keepAnswer(tx: Tx, key: string, answer: { status: number; sealed: Buffer }): Promise<void> {
  await tx
    .updateTable('idempotency')
    .set({ status: answer.status, response: JSON.stringify(answer.sealed.toString('base64')) })
    .where('key', '=', key)
    .execute();
}

/** Nothing was done under it: the same request may come again. */
export async function releaseKey(tx: Tx, key: string): Promise<void> {
  await tx.deleteFrom('idempotency').where('key', '=', key).where('status', 'is', null).execute();
}

/** Drops answers of all fleets that are older. As towline_system. */
export async function forgetAnswers(tx: Tx, before: Date): Promise<void> {
  await tx.deleteFrom('idempotency').where('created_at', '<', before).execute();
}
