/** The due table: which connections are to be read now, across all fleets, and whose car a Smartcar id is. */
import { sql } from 'kysely';

import type { Platform } from '../domain/connection.ts';
import type { ConnectionId, FleetId, SmartcarUserId, SmartcarVehicleId, TokenSetId } from '../domain/ids.ts';
import type { Database } from './database.ts';

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

/**
 * Claims what is due, longest waiting first. A claim is a lease: whoever dies is replaced when it ends. Two claimants at
 * once never get the same row.
 */
export async function claimDue(database: Database, limit: number, leaseS: number, now: Date): Promise<DueConnection[]> {
  const { rows } = await sql<DueConnection>`
    with due as materialized (
      select connection_id from connection_due
      where due_at <= ${now} and (lease_until is null or lease_until <= ${now})
      order by due_at limit ${limit} for update skip locked),
    claimed as (
      update connection_due c set lease_until = ${new Date(now.getTime() + leaseS * 1_000)}, fence = fence + 1
      from due where due.connection_id = c.connection_id
      returning c.*)
    select connection_id as "connectionId", fleet_id as "fleetId", smartcar_vehicle_id as "smartcarVehicleId",
      smartcar_user_id as "smartcarUserId", platform, token_set_id as "tokenSetId", fence
    from claimed order by due_at, connection_id`.execute(database.system);
  return rows;
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
