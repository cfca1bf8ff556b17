/**
 * What forgetting an owner takes away, table by table; each answers how many rows it was. Every one may run again at any
 * time and then finds nothing. Which tables hold what is also a test's business: test/isolation/personal.ts.
 */
import { sql } from 'kysely';

import { erasedOwner } from '../domain/erasure.ts';
import type { Connection } from '../domain/connection.ts';
import type { ConnectionId, FleetId, OwnerId, SmartcarVehicleId } from '../domain/ids.ts';
import { dayOf, endOf, startOf } from '../domain/retention.ts';
import type { Tx } from './database.ts';
import { forgetLatest } from './telemetry.ts';

const nobody = JSON.stringify(erasedOwner);

const affected = (result: { numAffectedRows?: bigint }): number => Number(result.numAffectedRows ?? 0n);

/** Name, address and phone, at once and first. The row stays, as the empty place that others refer to. */
export async function eraseContact(tx: Tx, ownerId: OwnerId, at: Date): Promise<number> {
  const { numUpdatedRows } = await tx
    .updateTable('owner')
    .set({
      name: erasedOwner.name,
      email_sealed: null,
      email_index: null,
      phone_sealed: null,
      language: 'en',
      time_zone: null,
      country: null,
      erased_at: at,
    })
    .where('id', '=', ownerId)
    .where('erased_at', 'is', null)
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

/** Links open nothing from now on. */
export async function closeLinks(tx: Tx, ownerId: OwnerId, at: Date): Promise<void> {
  await tx
    .updateTable('link')
    .set({ revoked_at: at })
    .where('owner_id', '=', ownerId)
    .where('revoked_at', 'is', null)
    .execute();
}

/** Messages that have not left stay here. */
export async function withdrawMessages(tx: Tx, ownerId: OwnerId): Promise<void> {
  await tx
    .updateTable('notification')
    .set({ state: 'withdrawn', due_at: null })
    .where('owner_id', '=', ownerId)
    .where('state', '=', 'queued')
    .execute();
}

/** What was asked of them is asked no longer. */
export async function withdrawRequests(tx: Tx, ownerId: OwnerId, at: Date): Promise<void> {
  await sql`update request_connection e set state = 'withdrawn', closed_at = ${at} from reauthentication_request r
    where r.id = e.request_id and r.owner_id = ${ownerId} and e.state = 'open'`.execute(tx);
  await tx
    .updateTable('reauthentication_request')
    .set({ state: 'withdrawn', closed_at: at })
    .where('owner_id', '=', ownerId)
    .where('state', '=', 'open')
    .execute();
}

/** Ways through Connect that nobody came back from lead nowhere. @returns how many of the others are still to be settled */
export async function endWays(tx: Tx, ownerId: OwnerId, at: Date): Promise<number> {
  await sql`update connect_session set state = 'failed', ended_at = ${at}
    where actor ->> 'id' = ${ownerId} and state = 'started'`.execute(tx);
  const { rows } = await sql<{ returned: number }>`select count(*) as returned from connect_session
    where actor ->> 'id' = ${ownerId} and state = 'returned'`.execute(tx);
  return rows[0]?.returned ?? 0;
}

/** What messages said, and what mail servers said of them; that they were sent, and when, stays. */
export async function eraseMessages(tx: Tx, ownerId: OwnerId): Promise<number> {
  return affected(
    await sql`update notification set subject = null, last_error = null
      where owner_id = ${ownerId} and (subject is not null or last_error is not null)`.execute(tx),
  );
}

export async function eraseMails(tx: Tx, ownerId: OwnerId): Promise<number> {
  return affected(
    await sql`delete from mailbox_message m using notification n where n.id = m.notification_id and n.owner_id = ${ownerId}`.execute(
      tx,
    ),
  );
}

/** Before the links, since those are how a way is known to be theirs where they were not on record. */
export async function eraseWays(tx: Tx, ownerId: OwnerId): Promise<number> {
  await sql`update token_set set smartcar_user_id = null where smartcar_user_id is not null and id in (
    select token_set_id from connection where owner_id = ${ownerId}
    union select token_set_id from connect_session where actor ->> 'id' = ${ownerId})`.execute(tx);
  return affected(
    await sql`update connect_session s set actor = ${nobody}::jsonb, claimed_user_id = null, claimed_vehicle_id = null,
        reason = null, code_sealed = null, link_id = null
      where s.actor ->> 'id' = ${ownerId} or s.link_id in (select id from link where owner_id = ${ownerId})`.execute(
      tx,
    ),
  );
}

export async function eraseLinks(tx: Tx, ownerId: OwnerId): Promise<number> {
  await sql`update notification set link_id = null where owner_id = ${ownerId} and link_id is not null`.execute(tx);
  return affected(await sql`delete from link where owner_id = ${ownerId}`.execute(tx));
}

/** Their name in what happened; the lines stay. The database lets through no other change, and this one only now. */
export async function eraseTimeline(tx: Tx, ownerId: OwnerId): Promise<number> {
  return affected(
    await sql`update timeline set actor = ${nobody}::jsonb where actor ->> 'kind' = 'owner' and actor ->> 'id' = ${ownerId}`.execute(
      tx,
    ),
  );
}

/** As in the timeline. */
export async function eraseAudit(tx: Tx, ownerId: OwnerId): Promise<number> {
  return affected(
    await sql`update audit set actor = ${nobody}::jsonb where actor ->> 'kind' = 'owner' and actor ->> 'id' = ${ownerId}`.execute(
      tx,
    ),
  );
}

/** What mail servers said of their address, and which other car of theirs was chosen by mistake. */
export async function eraseAlerts(tx: Tx, ownerId: OwnerId): Promise<number> {
  return affected(
    await sql`update alert set detail = '{}' where detail <> '{}' and (
      key in (select 'notification:' || id from notification where owner_id = ${ownerId})
      or (kind in ('connect.wrong-vehicle', 'connection.other-car', 'connect.to-confirm', 'connect.grant-left') and vehicle_ids && array(
        select vehicle_id from connection where owner_id = ${ownerId} union select id from vehicle where owner_id = ${ownerId})))`.execute(
      tx,
    ),
  );
}

/** What was agreed to stays, and nobody can tell any more by whom. */
export async function eraseConsents(tx: Tx, ownerId: OwnerId): Promise<number> {
  return affected(
    await sql`update consent set smartcar_user_id = null, smartcar_connection_id = null,
        actor = case when actor ->> 'kind' = 'owner' then ${nobody}::jsonb else actor end
      where connection_id in (select id from connection where owner_id = ${ownerId})
        and (smartcar_user_id is not null or smartcar_connection_id is not null
          or actor ->> 'kind' = 'owner' and actor <> ${nobody}::jsonb)`.execute(tx),
  );
}

/** Checks of their cars that were made in their time. */
export async function eraseChecks(tx: Tx, ownerId: OwnerId): Promise<number> {
  return affected(
    await sql`delete from vehicle_check k using connection c where c.vehicle_id = k.vehicle_id and c.owner_id = ${ownerId}
      and k.started_at >= c.connected_at and (c.ended_at is null or k.started_at <= c.ended_at)`.execute(tx),
  );
}

/** The cars stay, and belong to nobody known. */
export async function letGoOfVehicles(tx: Tx, ownerId: OwnerId): Promise<number> {
  return affected(await sql`update vehicle set owner_id = null where owner_id = ${ownerId}`.execute(tx));
}

type Granted = Pick<Connection, 'id' | 'vehicleId' | 'connectedAt' | 'endedAt'>;

/** Rows of one statement; a company may have granted thousands of cars, year after year. */
export const grantsAtOnce = 200;

/** What they granted and has not ended; `grantsAtOnce` at most. */
export async function listLivingGrants(tx: Tx, ownerId: OwnerId): Promise<ConnectionId[]> {
  const rows = await tx
    .selectFrom('connection')
    .select('id')
    .where('owner_id', '=', ownerId)
    .where('ended_at', 'is', null)
    .orderBy('id')
    .limit(grantsAtOnce)
    .execute();
  return rows.map(({ id }) => id);
}

/** Everything that they ever granted, in the order of the ids behind one of them; `grantsAtOnce` at most. */
export async function listGrants(tx: Tx, ownerId: OwnerId, behind: ConnectionId | null): Promise<Granted[]> {
  let query = tx
    .selectFrom('connection')
    .select(['id', 'vehicle_id as vehicleId', 'connected_at as connectedAt', 'ended_at as endedAt'])
    .where('owner_id', '=', ownerId);
  if (behind) query = query.where('id', '>', behind);
  return query.orderBy('id').limit(grantsAtOnce).execute();
}

/**
 * What a car told in the time of one grant, whole days of it, oldest first, until so many rows are gone: nothing is held up
 * for long. A day is one partition, so each is found by its index.
 */
export async function eraseReadings(
  tx: Tx,
  { vehicleId, connectedAt, endedAt }: Granted,
  enough: number,
): Promise<number> {
  const inTime = sql`vehicle_id = ${vehicleId} and received_at >= ${connectedAt}
    and received_at <= coalesce(${endedAt}::timestamptz, 'infinity')`;
  let erased = 0;
  while (erased < enough) {
    const { rows } = await sql<{ at: Date }>`select received_at as at from reading where ${inTime}
      order by received_at limit 1`.execute(tx);
    const [first] = rows;
    if (!first) break;
    const day = dayOf(first.at);
    erased += affected(
      await sql`delete from reading where ${inTime} and received_at >= ${startOf(day)} and received_at < ${endOf(day)}`.execute(
        tx,
      ),
    );
  }
  return erased;
}

/** The newest values of that time, and what rentals have kept of them. @returns how many signals of the newest */
export async function eraseLatest(tx: Tx, c: Granted): Promise<number> {
  await tx
    .updateTable('rental')
    .set({ start_snapshot: null, end_snapshot: null })
    .where('vehicle_id', '=', c.vehicleId)
    .where('started_at', '>=', c.connectedAt)
    .where(sql<boolean>`started_at <= coalesce(${c.endedAt}::timestamptz, 'infinity')`)
    .execute();
  return forgetLatest(
    tx,
    c.vehicleId,
    ({ receivedAt }) => receivedAt >= c.connectedAt && (c.endedAt === null || receivedAt <= c.endedAt),
  );
}

/** A car at Smartcar in the time of one owner: from their grant to the next one's, which may be long after its end here. */
export interface CarInTime {
  /** The grant. */
  id: ConnectionId;
  fleetId: FleetId;
  smartcarVehicleId: SmartcarVehicleId;
  from: Date;
  /** Null while nobody else has granted it. */
  until: Date | null;
}

/** In the order of the grants' ids behind one of them; `grantsAtOnce` at most. */
export async function listCarsInTime(tx: Tx, ownerId: OwnerId, behind: ConnectionId | null): Promise<CarInTime[]> {
  const { rows } =
    await sql<CarInTime>`select c.id, c.fleet_id as "fleetId", c.smartcar_vehicle_id as "smartcarVehicleId",
      c.connected_at as "from", (select min(o.connected_at) from connection o where o.vehicle_id = c.vehicle_id
        and o.connected_at > c.connected_at and o.owner_id is distinct from c.owner_id) as "until"
    from connection c where c.owner_id = ${ownerId} and c.id > ${behind ?? ''} order by c.id limit ${grantsAtOnce}`.execute(
      tx,
    );
  return rows;
}

/** What Smartcar sent of a car in that time and this fleet applied; what still waits is left to a later look. */
export async function eraseDeliveries(tx: Tx, car: CarInTime): Promise<number> {
  return affected(
    await sql`delete from webhook_inbox where ${sentInTime(car)} and fleet_id = ${car.fleetId}`.execute(tx),
  );
}

/** What came after its end here, and so belongs to no fleet. As towline_system. */
export async function eraseStrayDeliveries(tx: Tx, car: CarInTime): Promise<void> {
  await sql`delete from webhook_inbox where ${sentInTime(car)} and fleet_id is null`.execute(tx);
}

const sentInTime = ({ smartcarVehicleId, from, until }: CarInTime) => sql`smartcar_vehicle_id = ${smartcarVehicleId}
  and state <> 'pending' and received_at >= ${from} and received_at < coalesce(${until}::timestamptz, 'infinity')`;

/** Smartcar's ids of their accounts, once they are needed no more for ending anything there. */
export async function eraseAccounts(tx: Tx, ownerId: OwnerId): Promise<number> {
  return affected(
    await sql`update connection set smartcar_user_id = 'erased', smartcar_connection_id = null, resolution_url = null,
        suspicion = null, version = version + 1
      where owner_id = ${ownerId} and smartcar_user_id <> 'erased'`.execute(tx),
  );
}

/** Which car came back from Connect and was no connection: what of it is over. */
export async function eraseGrants(tx: Tx, ownerId: OwnerId): Promise<number> {
  return affected(
    await sql`update loose_grant set smartcar_user_id = 'erased', smartcar_connection_id = null, vin = null, last_error = null
      where owner_id = ${ownerId} and ended_at is not null and smartcar_user_id <> 'erased'`.execute(tx),
  );
}

/**
 * Lists that were imported by then: their lines are sealed, and nobody can tell which of those that were refused name whom.
 * What they added stays.
 */
export async function eraseImports(tx: Tx, until: Date): Promise<number> {
  return affected(
    await sql`delete from vehicle_import where made_at <= ${until} and state in ('previewed', 'done', 'undone')`.execute(
      tx,
    ),
  );
}

/** Lists that were imported by then, or are taken back, and have not come to their end. */
export async function countOpenImports(tx: Tx, until: Date): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) as count from vehicle_import
    where made_at <= ${until} and state in ('running', 'undoing')`.execute(tx);
  return rows[0]?.count ?? 0;
}

/** Connections of theirs, and cars that they came back with, whose end Smartcar has not confirmed yet. */
export async function countUnrevoked(tx: Tx, ownerId: OwnerId): Promise<number> {
  const { rows } = await sql<{ count: number }>`select (select count(*) from connection
      where owner_id = ${ownerId} and cause = 'disconnectedHere' and revoked_at is null)
    + (select count(*) from loose_grant where owner_id = ${ownerId} and ended_at is null) as count`.execute(tx);
  return rows[0]?.count ?? 0;
}
