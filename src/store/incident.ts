/** Incidents of a fleet, the vehicles that failed in them, and what is normal. Sets of vehicles are written in one statement. */
import { sql } from 'kysely';
import type { RawBuilder, Selectable } from 'kysely';

import { settlingS, windowS } from '../domain/incident.ts';
import type { Hour, Incident, IncidentEnd, Scope, ScopeCount } from '../domain/incident.ts';
import type { ConnectionId, FleetId, IncidentId, VehicleId } from '../domain/ids.ts';
import { newId } from '../domain/ids.ts';
import { hurryReads } from './connection-due.ts';
import type { Tx } from './database.ts';
import type { Tables } from './schema.ts';

export type IncidentRow = Selectable<Tables['incident']>;

// — counting —

/** Whether any car's trouble began after this and goes on. */
export async function hasTroubleSince(tx: Tx, since: Date): Promise<boolean> {
  const row = await tx
    .selectFrom('connection')
    .select('id')
    .where('trouble_since', '>', since)
    .where('ended_at', 'is', null)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Accounts by make and region, with those whose trouble began after this. */
export async function countTroubles(tx: Tx, since: Date, atSmartcar: readonly string[]): Promise<ScopeCount[]> {
  const { rows } = await sql<ScopeCount>`
    select v.make, v.country as region, count(distinct c.smartcar_user_id)::int as accounts,
      (count(distinct c.smartcar_user_id) filter (where c.trouble_since > ${since}))::int as troubled,
      (count(distinct c.smartcar_user_id) filter (where c.trouble_since > ${since} and c.trouble = any(${atSmartcar})))::int
        as "atSmartcar"
    from connection c join vehicle v on v.id = c.vehicle_id
    where c.ended_at is null
      and (c.trouble_since > greatest(${since}, c.connected_at + make_interval(secs => ${settlingS}))
      or (c.trouble_since is null and c.status in ('active', 'pending')))
    group by v.make, v.country`.execute(tx);
  return rows;
}

/** Keeps the most of this hour. */
export async function raiseHours(tx: Tx, fleetId: FleetId, counts: readonly ScopeCount[], hour: Date): Promise<void> {
  const some = counts.filter(({ troubled }) => troubled > 0);
  if (some.length === 0) return;
  await sql`insert into trouble_hour as h (fleet_id, make, region, hour, most)
    select ${fleetId}, make, region, ${hour}, most
    from unnest(${some.map(({ make }) => make ?? '')}::text[], ${some.map(({ region }) => region ?? '')}::text[],
      ${some.map(({ troubled }) => troubled)}::int[]) as t (make, region, most)
    on conflict (fleet_id, make, region, hour) do update set most = greatest(h.most, excluded.most)`.execute(tx);
}

/** Hours from one on up to another, without the latter. */
export async function readHours(tx: Tx, from: Date, to: Date): Promise<Hour[]> {
  const rows = await tx
    .selectFrom('trouble_hour')
    .select(['make', 'region', 'hour', 'most'])
    .where('hour', '>=', from)
    .where('hour', '<', to)
    .execute();
  return rows.map(({ make, region, ...hour }) => ({ make: make || null, region: region || null, ...hour }));
}

export async function forgetHours(tx: Tx, before: Date): Promise<void> {
  await tx.deleteFrom('trouble_hour').where('hour', '<', before).execute();
}

// — opening and closing —

export interface NewIncident {
  fleetId: FleetId;
  scope: Scope;
  from: Date;
  accounts: number;
  troubled: number;
  normalShare: number;
}

/** @returns null when one of this scope is open already */
export async function insertIncident(tx: Tx, incident: NewIncident, now: Date): Promise<IncidentRow | null> {
  const { fleetId, scope, from, accounts, troubled, normalShare } = incident;
  const row = await tx
    .insertInto('incident')
    .values({
      id: newId('inc', now),
      fleet_id: fleetId,
      make: scope.make,
      region: scope.region,
      opened_at: now,
      from_at: from,
      accounts,
      troubled,
      normal_share: normalShare,
      joined_at: now,
      left_at: null,
      sampled_at: null,
      closed_at: null,
      ended: null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst();
  return row ?? null;
}

export async function listOpenIncidents(tx: Tx): Promise<IncidentRow[]> {
  return tx.selectFrom('incident').selectAll().where('closed_at', 'is', null).orderBy('opened_at').execute();
}

/** Scopes whose incident an operator ended after this: what goes on there does not open another. */
export async function listEndedByHand(tx: Tx, since: Date): Promise<Scope[]> {
  return tx
    .selectFrom('incident')
    .select(['make', 'region'])
    .where('ended', '=', 'byHand')
    .where('closed_at', '>', since)
    .execute();
}

/** @returns false when it is closed already, or not this fleet's */
export async function closeIncident(tx: Tx, id: IncidentId, ended: IncidentEnd, now: Date): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('incident')
    .set({ closed_at: now, ended })
    .where('id', '=', id)
    .where('closed_at', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

export async function markSampled(tx: Tx, id: IncidentId, now: Date): Promise<void> {
  await tx.updateTable('incident').set({ sampled_at: now }).where('id', '=', id).execute();
}

export async function findIncident(tx: Tx, id: IncidentId): Promise<IncidentRow | undefined> {
  return tx.selectFrom('incident').selectAll().where('id', '=', id).executeTakeFirst();
}

// — its vehicles —

export interface Member {
  vehicleId: VehicleId;
  connectionId: ConnectionId;
}

/**
 * Holds every car of the scope whose trouble began since the incident did, and names those that are new to it. What a
 * transition held already is among them.
 */
export async function joinIncident(tx: Tx, incident: IncidentRow, now: Date): Promise<Member[]> {
  const { id, fleet_id: fleetId } = incident;
  await sql`update connection c set held_by = ${id}, version = version + 1
    from vehicle v where v.id = c.vehicle_id and c.ended_at is null and c.held_by is null
      and c.trouble_since >= ${incident.from_at} and ${isInScope(incident)}`.execute(tx);
  const { rows } = await sql<Member>`
    with joined as (
      insert into incident_vehicle as m (incident_id, vehicle_id, fleet_id, joined_at, left_at)
      select ${id}, c.vehicle_id, ${fleetId}, ${now}, null from connection c
      where c.held_by = ${id} and c.ended_at is null and not exists (select from incident_vehicle k
        where k.incident_id = ${id} and k.vehicle_id = c.vehicle_id and k.left_at is null)
      on conflict (incident_id, vehicle_id) do update set left_at = null
      returning m.vehicle_id)
    select c.vehicle_id as "vehicleId", c.id as "connectionId" from joined j
    join connection c on c.vehicle_id = j.vehicle_id and c.ended_at is null`.execute(tx);
  if (rows.length > 0) await tx.updateTable('incident').set({ joined_at: now }).where('id', '=', id).execute();
  return rows;
}

/** Vehicles that the incident does not hold any more. */
export async function leaveIncident(tx: Tx, id: IncidentId, now: Date): Promise<VehicleId[]> {
  const { rows } = await sql<{ vehicle_id: VehicleId }>`
    update incident_vehicle m set left_at = ${now}
    where m.incident_id = ${id} and m.left_at is null and not exists (select from connection c
      where c.vehicle_id = m.vehicle_id and c.ended_at is null and c.held_by = ${id})
    returning m.vehicle_id`.execute(tx);
  if (rows.length > 0) await tx.updateTable('incident').set({ left_at: now }).where('id', '=', id).execute();
  return rows.map((row) => row.vehicle_id);
}

/** It is over: nothing is part of it any more, whenever its cars are read again. @returns how many still failed */
export async function leaveAll(tx: Tx, id: IncidentId, now: Date): Promise<number> {
  const { numUpdatedRows } = await tx
    .updateTable('incident_vehicle')
    .set({ left_at: now })
    .where('incident_id', '=', id)
    .where('left_at', 'is', null)
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

export interface MemberCounts {
  joined: number;
  failing: number;
  /** Of those that fail, the ones whose account is refused. */
  refused: number;
}

export async function countMembers(tx: Tx, id: IncidentId, refusals: readonly string[]): Promise<MemberCounts> {
  const { rows } = await sql<MemberCounts>`
    select count(*)::int as joined, (count(*) filter (where m.left_at is null))::int as failing,
      (count(*) filter (where m.left_at is null and c.trouble = any(${refusals})))::int as refused
    from incident_vehicle m left join connection c on c.vehicle_id = m.vehicle_id and c.ended_at is null
    where m.incident_id = ${id}`.execute(tx);
  return rows[0] ?? { joined: 0, failing: 0, refused: 0 };
}

/** Some of its vehicles, for an alert that names them. */
export async function someMembers(tx: Tx, id: IncidentId, limit: number): Promise<VehicleId[]> {
  const rows = await tx
    .selectFrom('incident_vehicle')
    .select('vehicle_id')
    .where('incident_id', '=', id)
    .orderBy('joined_at')
    .orderBy('vehicle_id')
    .limit(limit)
    .execute();
  return rows.map((row) => row.vehicle_id);
}

/** The open incident that a vehicle's make and region is in, the oldest of several; null when there is none. */
export async function openScopeOf(tx: Tx, vehicleId: VehicleId): Promise<Scope | null> {
  const { rows } = await sql<Scope>`select i.make, i.region from incident i, vehicle v
    where v.id = ${vehicleId} and i.closed_at is null and (i.make is null or i.make = v.make)
      and (i.region is null or i.region = v.country)
    order by i.opened_at limit 1`.execute(tx);
  return rows[0] ?? null;
}

/** Which of these vehicles an incident holds now. */
export async function heldAmong(tx: Tx, ids: readonly VehicleId[]): Promise<Set<VehicleId>> {
  const rows = await tx
    .selectFrom('connection')
    .select('vehicle_id')
    .where('vehicle_id', '=', sql<VehicleId>`any(${[...ids]}::text[])`)
    .where('ended_at', 'is', null)
    .where('held_by', 'is not', null)
    .execute();
  return new Set(rows.map((row) => row.vehicle_id));
}

// — cars that are read sooner —

/** Cars of a scope that are not in trouble, of as many accounts, those first whose news is oldest. */
export async function listOthers(tx: Tx, scope: Scope, limit: number): Promise<ConnectionId[]> {
  const { rows } = await sql<{ id: ConnectionId }>`
    select id from (
      select distinct on (c.smartcar_user_id) c.id, c.last_telemetry_at
      from connection c join vehicle v on v.id = c.vehicle_id
      where c.ended_at is null and c.trouble_since is null and c.status in ('active', 'pending')
        and c.next_poll_at is not null and ${isInScope(scope)}
      order by c.smartcar_user_id, c.last_telemetry_at nulls first) one
    order by last_telemetry_at nulls first, id limit ${limit}`.execute(tx);
  return rows.map(({ id }) => id);
}

/** Cars that an incident holds, the longest waiting for their next read first. */
export async function listHeld(tx: Tx, id: IncidentId, limit: number): Promise<ConnectionId[]> {
  const rows = await tx
    .selectFrom('connection')
    .select('id')
    .where('held_by', '=', id)
    .where('ended_at', 'is', null)
    .orderBy(sql`next_poll_at desc nulls last`)
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map((row) => row.id);
}

/** Cars that an incident which is over still holds: their first read lets go of them. */
export async function hurryHeld(tx: Tx, id: IncidentId, secondsApart: number, now: Date): Promise<void> {
  await hurryReads(tx, await listHeld(tx, id, 100_000), secondsApart, now);
}

const isInScope = ({ make, region }: Scope): RawBuilder<boolean> =>
  sql<boolean>`((${make}::text is null or v.make = ${make}) and (${region}::text is null or v.country = ${region}))`;

/** Trouble that began after this is fresh. */
export const freshSince = (now: Date): Date => new Date(now.getTime() - windowS * 1_000);

export const toIncident = (row: IncidentRow, vehicleCount: number): Incident => ({
  id: row.id,
  fleetId: row.fleet_id,
  scope: { make: row.make, region: row.region },
  openedAt: row.opened_at,
  from: row.from_at,
  closedAt: row.closed_at,
  end: row.ended,
  vehicleCount,
});
