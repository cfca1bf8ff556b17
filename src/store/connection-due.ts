/** The due table: which connections are to be read now, across all fleets, and whose car a Smartcar id is. */
import { sql } from 'kysely';

import type { Bucket } from '../domain/bucket.ts';
import type { Connection, Platform } from '../domain/connection.ts';
import type { ConnectionId, FleetId, SmartcarUserId, SmartcarVehicleId, TokenSetId } from '../domain/ids.ts';
import { readPurpose } from '../domain/pace.ts';
import type { ReadPurpose } from '../domain/purpose.ts';
import type { Database, Tx } from './database.ts';
import { columnsOfBucket } from './request-bucket.ts';

export interface DueConnection {
  connectionId: ConnectionId;
  fleetId: FleetId;
  smartcarVehicleId: SmartcarVehicleId;
  smartcarUserId: SmartcarUserId;
  platform: Platform;
  /** Null on v3. */
  tokenSetId: TokenSetId | null;
  fence: number;
}

/** A read that is due and that nobody has claimed. */
export interface WaitingConnection extends Omit<DueConnection, 'fence'> {
  purpose: ReadPurpose;
  dueAt: Date;
  /** In upper case; null where it is not known. */
  make: string | null;
  /** Its make let us wait, and the time is over. */
  isProbe: boolean;
}

/** Whether anything is due that nobody has claimed. */
export async function isAnyDue(database: Database, now: Date): Promise<boolean> {
  const { rows } = await sql<{ due: boolean }>`
    select exists (select from connection_due
      where due_at <= ${now} and (lease_until is null or lease_until <= ${now})) as due`.execute(database.system);
  return rows[0]?.due ?? false;
}

/**
 * Of each purpose the longest waiting, `most` at most, without makes that let us wait; locked until the transaction ends, and
 * never the same row for two at once.
 */
export async function listDue(tx: Tx, most: number, now: Date): Promise<WaitingConnection[]> {
  const waiting = (purpose: ReadPurpose) => sql`(
    select d.connection_id as "connectionId", d.fleet_id as "fleetId", d.smartcar_vehicle_id as "smartcarVehicleId",
      d.smartcar_user_id as "smartcarUserId", d.platform, d.token_set_id as "tokenSetId", d.purpose,
      d.due_at as "dueAt", d.make, p.make is not null as "isProbe"
    from connection_due d left join make_pause p on p.make = d.make
    where d.purpose = ${purpose} and d.due_at <= ${now} and (d.lease_until is null or d.lease_until <= ${now})
      and (p.make is null or (p.until <= ${now} and (p.probe_until is null or p.probe_until <= ${now})))
    order by d.due_at limit ${most} for update of d skip locked)`;
  const { rows } = await sql<WaitingConnection>`
    with proof as materialized ${waiting('proof')},
      routine as materialized ${waiting('routine')},
      quiet as materialized ${waiting('quiet')}
    select * from proof union all select * from routine union all select * from quiet`.execute(tx);
  return rows;
}

/**
 * Claims these, and writes what the bucket holds then. A claim is a lease, not a lock: whoever dies is replaced when it ends.
 *
 * @returns the fence of each
 */
export async function leaseDue(
  tx: Tx,
  ids: readonly ConnectionId[],
  until: Date,
  { key, bucket }: { key: string; bucket: Bucket },
): Promise<Map<ConnectionId, number>> {
  const { tokens, filled_at, month, spent, saving } = columnsOfBucket(bucket);
  const { rows } = await sql<{ id: ConnectionId; fence: number }>`
    with paid as (
      update request_bucket set tokens = ${tokens}, filled_at = ${filled_at}, month = ${month}, spent = ${spent},
        saving = ${saving}::jsonb where key = ${key})
    update connection_due set lease_until = ${until}, fence = fence + 1
    where connection_id = any(${[...ids]}) returning connection_id as id, fence`.execute(tx);
  return new Map(rows.map(({ id, fence }) => [id, fence]));
}

/** Brings reads forward: one after another, so many seconds apart; a read that is due sooner stays where it is. */
export async function hurryReads(tx: Tx, ids: readonly ConnectionId[], secondsApart: number, now: Date): Promise<void> {
  if (ids.length === 0) return;
  await sql`with wanted as (
      select id, ${now}::timestamptz + make_interval(secs => (place - 1) * ${secondsApart}::float8) as at
      from unnest(${[...ids]}::text[]) with ordinality as w (id, place)),
    moved as (
      update connection c set next_poll_at = w.at, version = version + 1 from wanted w
      where c.id = w.id and c.ended_at is null and (c.next_poll_at is null or c.next_poll_at > w.at)
      returning c.id, w.at)
    update connection_due d set due_at = m.at from moved m where d.connection_id = m.id`.execute(tx);
}

/** Puts claimed rows back for later, unless another claim has taken them over since. */
export async function postponeDue(database: Database, claimed: readonly DueConnection[], until: Date): Promise<void> {
  for (const { connectionId, fence } of claimed) {
    await database.system
      .updateTable('connection_due')
      .set({ lease_until: null, due_at: until })
      .where('connection_id', '=', connectionId)
      .where('fence', '=', fence)
      .execute();
  }
}

/** Whose living connection a car at Smartcar is; undefined when nobody's. */
export async function findByCar(database: Database, id: SmartcarVehicleId): Promise<DueConnection | undefined> {
  return database.system
    .selectFrom('connection_due')
    .select([
      'connection_id as connectionId',
      'fleet_id as fleetId',
      'smartcar_vehicle_id as smartcarVehicleId',
      'smartcar_user_id as smartcarUserId',
      'platform',
      'token_set_id as tokenSetId',
      'fence',
    ])
    .where('smartcar_vehicle_id', '=', id)
    .executeTakeFirst();
}

/**
 * A connection's line as it is written with it; nobody holds it then. The make, as makes are compared, is read in the statement
 * that is written anyway, so that one that is filled in later is known, too.
 */
export const dueColumns = (c: Connection) => ({
  due_at: c.nextPollAt,
  purpose: readPurpose(c),
  make: sql<string | null>`(select upper(make) from vehicle where id = ${c.vehicleId})`,
  lease_until: null,
  platform: c.platform,
  token_set_id: c.tokenSetId,
});
