/** What was asked and seen of the installation on its way to real cars. Everything as towline_system, but for the fleet's own. */
import { sql } from 'kysely';

import type { Asked, Seen } from '../domain/go-live.ts';
import type { Permission } from '../domain/permission.ts';
import type { Actor } from '../domain/role.ts';
import type { Tx } from './database.ts';
import type { Sighting } from './schema.ts';

export interface GoLiveCheck {
  asked: Asked;
  checkedAt: Date;
  checkedBy: Actor;
}

/** The last check with this configuration; null when there is none. */
export async function findGoLiveCheck(tx: Tx, configuration: Buffer): Promise<GoLiveCheck | null> {
  const row = await tx
    .selectFrom('go_live_check')
    .selectAll()
    .where('configuration', '=', configuration)
    .executeTakeFirst();
  return row ? { asked: row.asked, checkedAt: row.checked_at, checkedBy: row.checked_by } : null;
}

/** Puts a check in the place of the one before. */
export async function keepGoLiveCheck(tx: Tx, check: GoLiveCheck & { configuration: Buffer }): Promise<void> {
  const values = {
    checked_at: check.checkedAt,
    checked_by: JSON.stringify(check.checkedBy),
    configuration: check.configuration,
    asked: JSON.stringify(check.asked),
  };
  await tx
    .insertInto('go_live_check')
    .values(values)
    .onConflict((conflict) => conflict.column('only_one').doUpdateSet(values))
    .execute();
}

/** Keeps the later of the two. */
export async function noteSighting(tx: Tx, what: Sighting, at: Date): Promise<void> {
  await sql`insert into sighting (what, at) values (${what}, ${at})
    on conflict (what) do update set at = greatest(sighting.at, excluded.at)`.execute(tx);
}

/** Everything that was seen of all fleets, deliveries that were refused since this instant among it. */
export async function readSeen(tx: Tx, refusedSince: Date): Promise<Seen> {
  // Ids sort by the time they were made, so the newest are the last of their keys.
  const { rows } = await sql<Seen>`
    select (select returned_at from connect_session where returned_at is not null order by id desc limit 1) as "returnedAt",
      (select at from sighting where what = 'challenge') as "challengedAt",
      (select at from sighting where what = 'testMessage') as "mailedAt",
      (select received_at from webhook_inbox order by id desc limit 1) as "heardAt",
      coalesce(bad.count, 0)::int as "badSignatures", bad.at as "badSignatureAt"
    from (select sum(count) as count, max(minute) as at from webhook_refused
      where reason = 'signature' and minute >= ${refusedSince}) bad`.execute(tx);
  const [seen] = rows;
  if (!seen) throw new Error('An aggregate has no row.');
  return seen;
}

/** Living connections of this fleet, and how many of them have each permission. As towline_app. */
export async function countGranted(tx: Tx): Promise<{ connections: number; granted: Record<Permission, number> }> {
  const { rows } = await sql<{ permission: Permission | null; count: number }>`
    select null as permission, count(*)::int as count from connection where ended_at is null
    union all
    select permission, count(*)::int from connection, unnest(permissions) as permission
    where ended_at is null group by permission`.execute(tx);
  const granted = rows.flatMap(({ permission, count }) => (permission === null ? [] : [[permission, count] as const]));
  const connections = rows.find(({ permission }) => permission === null)?.count ?? 0;
  return { connections, granted: Object.fromEntries(granted) };
}
