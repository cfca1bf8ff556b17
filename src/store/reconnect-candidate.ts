/** Cars as the decision about many reconnects sees them, with what a person reads of them. It changes nothing. */
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';

import type { Cause, Status } from '../domain/cause.ts';
import type { OwnerId, VehicleId } from '../domain/ids.ts';
import type { AskableOwner, Candidate } from '../domain/reconnect-batch.ts';
import type { Tx } from './database.ts';
import type { VehicleFilter } from './vehicle-filter.ts';
import { joined, matching } from './vehicle-list.ts';
import type { FreshnessLimits } from './vehicle-list.ts';

/** Vehicles that were chosen one by one, or all that match but some. */
export type Selection =
  | { vehicleIds: readonly string[] }
  | { filter: VehicleFilter; /** Taken out of those that match. */ except: readonly string[] };

export interface ReconnectCandidate extends Pick<Candidate, 'vehicleId' | 'connection' | 'isUnderway' | 'hasOutage'> {
  number: string;
  make: string | null;
  model: string | null;
  country: string | null;
  owner: (AskableOwner & { name: string }) | null;
}

/** By owner, then by number, those without an owner last; `limit` at most. Ids of nobody's are passed over. */
export async function listCandidates(
  tx: Tx,
  selection: Selection,
  limits: FreshnessLimits & { limit: number },
): Promise<ReconnectCandidate[]> {
  const rows = await joined(tx)
    .leftJoin('owner as g', 'g.id', 'c.owner_id')
    .leftJoinLateral(sql<LastMessage>`(${lastMessage})`.as('m'), (join) => join.onTrue())
    .select(['v.id', 'v.number', 'v.make', 'v.model', 'v.country', 'c.status', 'c.cause', 'c.ended_at'])
    .select(['g.id as owner_id', 'g.name as owner_name', 'm.at', 'm.state'])
    .select([sql<boolean>`g.email_index is not null`.as('has_address'), sql<boolean>`${isUnderway}`.as('is_underway')])
    .select(sql<boolean>`c.held_by is not null`.as('is_held'))
    .where(await conditionOf(tx, selection, limits))
    .orderBy(sql`lower(g.name), g.id, lower(v.number), v.id`)
    .limit(limits.limit)
    .execute();
  return rows.map(fromRow);
}

async function conditionOf(tx: Tx, selection: Selection, limits: FreshnessLimits): Promise<RawBuilder<boolean>> {
  if ('vehicleIds' in selection) return sql<boolean>`v.id = any(${[...selection.vehicleIds]})`;
  const matches = await matching(tx, selection.filter, limits);
  if (selection.except.length === 0) return matches;
  return sql<boolean>`(${matches} and not v.id = any(${[...selection.except]}))`;
}

interface LastMessage {
  at: Date;
  state: 'queued' | 'sent' | 'failed' | null;
}

/**
 * The newest message that asked the owner and was not taken back. One that failed counts while its alert is open: whoever
 * mended the address closes the alert.
 */
const lastMessage = sql`
  select coalesce(n.sent_at, n.created_at) as at,
    case when n.state <> 'failed' then n.state
      when exists (select from alert a where a.fleet_id = n.fleet_id and a.key = 'notification:' || n.id
        and a.state <> 'resolved') then 'failed' end as state
  from notification n where n.owner_id = c.owner_id and n.kind = 'reconnect' and n.state <> 'withdrawn'
  order by n.created_at desc limit 1`;

const isUnderway = sql`exists (select from reconnect_item i where i.vehicle_id = v.id and i.state = 'queued')`;

interface Row {
  id: VehicleId;
  number: string;
  make: string | null;
  model: string | null;
  country: string | null;
  status: Status | null;
  cause: Cause | null;
  ended_at: Date | null;
  owner_id: OwnerId | null;
  owner_name: string | null;
  has_address: boolean;
  at: Date | null;
  state: LastMessage['state'];
  is_underway: boolean;
  is_held: boolean;
}

function fromRow(row: Row): ReconnectCandidate {
  const { id: vehicleId, number, make, model, country, status, cause } = row;
  return {
    vehicleId,
    number,
    make,
    model,
    country,
    connection: status && { status, cause, endedAt: row.ended_at },
    owner: ownerFrom(row),
    isUnderway: row.is_underway,
    hasOutage: row.is_held,
  };
}

function ownerFrom({
  owner_id: id,
  owner_name: name,
  has_address: hasAddress,
  at,
  state,
}: Row): ReconnectCandidate['owner'] {
  if (!id || name === null) return null;
  return { id, name, hasAddress, lastMessage: at && state && { at, state } };
}
