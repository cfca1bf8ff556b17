/** What forgetting an owner would take away, counted; it changes nothing. */
import { sql } from 'kysely';

import type { ErasureCounts } from '../domain/erasure.ts';
import type { OwnerId, VehicleId } from '../domain/ids.ts';
import type { Tx } from './database.ts';

export async function countErasable(tx: Tx, ownerId: OwnerId): Promise<ErasureCounts> {
  const theirs = sql`(select id from connection where owner_id = ${ownerId})`;
  const { rows } = await sql<ErasureCounts>`select
    1 as contact,
    (select count(*) from connection where owner_id = ${ownerId} and ended_at is null) as connections,
    (select count(*) from link where owner_id = ${ownerId}) as links,
    (select count(*) from notification where owner_id = ${ownerId} and subject is not null) as messages,
    (select count(*) from mailbox_message m join notification n on n.id = m.notification_id where n.owner_id = ${ownerId}) as mails,
    (select count(*) from vehicle_import where state in ('previewed', 'done', 'undone')) as imports,
    (select count(*) from timeline where actor ->> 'kind' = 'owner' and actor ->> 'id' = ${ownerId}) as timeline,
    (select count(*) from consent where connection_id in ${theirs}) as consents,
    (select count(*) from vehicle where owner_id = ${ownerId}) as vehicles,
    (select count(*) from connection c join reading r on r.vehicle_id = c.vehicle_id and r.received_at >= c.connected_at
      and (c.ended_at is null or r.received_at <= c.ended_at) where c.owner_id = ${ownerId}) as readings`.execute(tx);
  return rows[0] ?? {};
}

export interface KeptCar {
  id: VehicleId;
  number: string;
  plate: string | null;
  make: string | null;
  model: string | null;
  year: number | null;
  willBeDisconnected: boolean;
}

/** The cars that are theirs, or whose present grant is. */
export async function listKeptCars(tx: Tx, ownerId: OwnerId): Promise<KeptCar[]> {
  const { rows } = await sql<KeptCar>`select v.id, v.number, v.plate, v.make, v.model, v.year,
      coalesce(c.owner_id = ${ownerId}, false) as "willBeDisconnected"
    from vehicle v left join connection c on c.vehicle_id = v.id and c.ended_at is null
    where v.owner_id = ${ownerId} or c.owner_id = ${ownerId} order by lower(v.number), v.id limit 500`.execute(tx);
  return rows;
}
