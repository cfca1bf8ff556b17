/** Connections that Smartcar lists and no fleet has: to be adopted, and otherwise left alone. As towline_system. */
import { sql } from 'kysely';
import type { RawBuilder, Selectable } from 'kysely';

import type { Platform } from '../domain/connection.ts';
import type { SmartcarConnectionId, SmartcarUserId, SmartcarVehicleId } from '../domain/ids.ts';
import type { Permission } from '../domain/permission.ts';
import type { Powertrain } from '../domain/vehicle.ts';
import type { Tx } from './database.ts';
import { containing } from './like.ts';
import { behind } from './paging.ts';
import type { NewestFirst } from './paging.ts';
import type { Tables } from './schema.ts';

export type UnknownRow = Selectable<Tables['unknown_connection']>;

export interface UnknownConnection {
  smartcarVehicleId: SmartcarVehicleId;
  smartcarUserId: SmartcarUserId;
  smartcarConnectionId: SmartcarConnectionId | null;
  platform: Platform;
  permissions: readonly Permission[];
  make: string | null;
  model: string | null;
  year: number | null;
  powertrain: Powertrain | null;
  grantedAt: Date | null;
}

/** Writes down what is listed and nobody's; one that is known keeps the day on which it was first seen. */
export async function noteUnknown(tx: Tx, found: readonly UnknownConnection[], at: Date): Promise<void> {
  // One statement may not touch a row twice, and a list may name a pair twice.
  const pairs = new Map(found.map((one) => [`${one.smartcarVehicleId} ${one.smartcarUserId}`, one]));
  if (pairs.size === 0) return;
  await tx
    .insertInto('unknown_connection')
    .values(
      [...pairs.values()].map((one) => ({
        smartcar_vehicle_id: one.smartcarVehicleId,
        smartcar_user_id: one.smartcarUserId,
        smartcar_connection_id: one.smartcarConnectionId,
        platform: one.platform,
        permissions: [...one.permissions],
        make: one.make,
        model: one.model,
        year: one.year,
        powertrain: one.powertrain,
        granted_at: one.grantedAt,
        first_seen_at: at,
        seen_at: at,
      })),
    )
    .onConflict((conflict) =>
      conflict.columns(['smartcar_vehicle_id', 'smartcar_user_id']).doUpdateSet((eb) => ({
        smartcar_connection_id: eb.ref('excluded.smartcar_connection_id'),
        platform: eb.ref('excluded.platform'),
        permissions: eb.ref('excluded.permissions'),
        make: eb.ref('excluded.make'),
        model: eb.ref('excluded.model'),
        year: eb.ref('excluded.year'),
        powertrain: eb.ref('excluded.powertrain'),
        granted_at: eb.ref('excluded.granted_at'),
        seen_at: at,
      })),
    )
    .execute();
}

/** Forgets those of a platform that the list did not show any more. */
export async function forgetUnseen(tx: Tx, platform: Platform, before: Date): Promise<void> {
  await tx.deleteFrom('unknown_connection').where('platform', '=', platform).where('seen_at', '<', before).execute();
}

/** Forgets what is said of these cars: they are somebody's, or on their way out. */
export async function forgetCars(tx: Tx, cars: readonly SmartcarVehicleId[]): Promise<void> {
  if (cars.length === 0) return;
  await sql`delete from unknown_connection where smartcar_vehicle_id = any(${cars})`.execute(tx);
}

export interface UnknownFilter {
  /** Part of a make, a model, or one of Smartcar's ids. */
  q?: string | undefined;
  /** Those that can be adopted, or those that can't. */
  adoptable?: 'yes' | 'no' | undefined;
}

/** Those that no living connection has taken since, newest first; one more than `limit`. */
export async function listUnknown(tx: Tx, filter: UnknownFilter, page: NewestFirst): Promise<UnknownRow[]> {
  const { q, adoptable } = filter;
  return tx
    .selectFrom('unknown_connection')
    .selectAll()
    .where(free)
    .$if(q !== undefined && q !== '', (query) => query.where(matching(q ?? '')))
    .$if(adoptable !== undefined, (query) =>
      query.where(sql<boolean>`(platform = 'v3' and smartcar_connection_id is not null) = ${adoptable === 'yes'}`),
    )
    .where(behind(page, 'first_seen_at', 'smartcar_vehicle_id'))
    .orderBy('first_seen_at', 'desc')
    .orderBy('smartcar_vehicle_id', 'desc')
    .limit(page.limit + 1)
    .execute();
}

const matching = (q: string): RawBuilder<boolean> =>
  sql<boolean>`concat_ws(' ', make, model, year::text, smartcar_vehicle_id, smartcar_user_id, smartcar_connection_id)
    ilike ${containing(q)}`;

export async function countUnknown(tx: Tx): Promise<number> {
  const row = await tx
    .selectFrom('unknown_connection')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where(free)
    .executeTakeFirstOrThrow();
  return row.count;
}

/** By Smartcar's id of the connection; undefined when none is known under it, or somebody has the car by now. */
export async function findUnknown(tx: Tx, id: string): Promise<UnknownRow | undefined> {
  return tx
    .selectFrom('unknown_connection')
    .selectAll()
    .where(sql<boolean>`smartcar_connection_id = ${id}`)
    .where(free)
    .executeTakeFirst();
}

/** Users other than this one whose grant for a car is listed. */
export async function otherUsersOf(tx: Tx, car: SmartcarVehicleId, user: SmartcarUserId): Promise<SmartcarUserId[]> {
  const rows = await tx
    .selectFrom('unknown_connection')
    .select('smartcar_user_id')
    .where('smartcar_vehicle_id', '=', car)
    .where('smartcar_user_id', '<>', user)
    .execute();
  return rows.map((row) => row.smartcar_user_id);
}

/** Nobody's, and neither waiting for an operator's word nor on its way out. */
const free = sql<boolean>`not exists (select from connection_due d
  where d.smartcar_vehicle_id = unknown_connection.smartcar_vehicle_id)
  and not exists (select from loose_grant g
  where g.smartcar_vehicle_id = unknown_connection.smartcar_vehicle_id and g.smartcar_user_id = unknown_connection.smartcar_user_id)`;
