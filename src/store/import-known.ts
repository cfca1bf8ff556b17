/** What a fleet has of what a file names: vehicles by VIN and number, owners by their address. */
import { sql } from 'kysely';

import type { ImportId, OwnerId } from '../domain/ids.ts';
import type { KnownVehicle } from '../domain/import-judge.ts';
import type { Tx } from './database.ts';

export interface Named {
  vins: readonly string[];
  /** In small letters. */
  numbers: readonly string[];
  /** Digests of addresses, under every key. */
  emails: readonly Buffer[];
}

/** `lock`: nobody changes them before this transaction ends. In the order of their ids, so that two never wait for each other. */
export async function knownVehicles(tx: Tx, { vins, numbers }: Named, lock: boolean): Promise<KnownVehicle[]> {
  const { rows } = await sql<KnownVehicle>`
    select v.id, v.number, v.plate, v.vin, v.make, v.model, v.year, v.powertrain, v.country, v.owner_id as "ownerId",
      exists (select from connection c where c.vehicle_id = v.id and c.ended_at is null) as "isConnected"
    from vehicle v where v.fleet_id = current_fleet() and (v.vin = any(${vins}) or lower(v.number) = any(${numbers}))
    order by v.id ${lock ? sql`for update of v` : sql``}`.execute(tx);
  return rows;
}

export interface KeptKnownOwner {
  id: OwnerId;
  name: string;
  language: string;
  email_index: Buffer;
  phone_sealed: Buffer | null;
  /** This import added them. */
  is_new: boolean;
}

/** `of`: the import whose own owners are to be told from the others; null for none. */
export async function knownOwners(
  tx: Tx,
  { emails }: Named,
  of: ImportId | null,
  lock: boolean,
): Promise<KeptKnownOwner[]> {
  const { rows } = await sql<KeptKnownOwner>`
    select o.id, o.name, o.language, o.email_index, o.phone_sealed,
      exists (select from import_line l where l.owner_id = o.id and l.owner_new and l.import_id = ${of}) as is_new
    from owner o where o.fleet_id = current_fleet() and o.email_index = any(${emails})
    order by o.id ${lock ? sql`for update of o` : sql``}`.execute(tx);
  return rows;
}
