/** Cars as the decision about many reconnects sees them, with what a person reads of them. It changes nothing. */
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';

import type { Cause, Status } from '../domain/cause.ts';
import type { Connection, Platform } from '../domain/connection.ts';
import type { OwnerId, TokenSetId, VehicleId } from '../domain/ids.ts';
import type { AskableOwner, Candidate } from '../domain/reconnect-batch.ts';
import type { Tx } from './database.ts';
import type { VehicleFilter } from './vehicle-filter.ts';
import { joined, matching } from './vehicle-list.ts';
import type { ListTerms } from './vehicle-list.ts';

/** Vehicles that were chosen one by one, or all that match but some. */
export type Selection =
  | { vehicleIds: readonly string[] }
  | { filter: VehicleFilter; /** Taken out of those that match. */ except: readonly string[] };

/** What the way back depends on. */
type OnItsWay = Pick<
  Connection,
  | 'status'
  | 'cause'
  | 'endedAt'
  | 'platform'
  | 'tokenSetId'
  | 'resolutionUrl'
  | 'listed'
  | 'permissions'
  | 'refusedPermissions'
>;

export interface ReconnectCandidate extends Pick<Candidate, 'vehicleId' | 'isUnderway' | 'hasOutage' | 'isToConfirm'> {
  connection: OnItsWay | null;
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
  terms: ListTerms & { limit: number },
): Promise<ReconnectCandidate[]> {
  const rows = await joined(tx)
    .leftJoin('owner as g', 'g.id', 'c.owner_id')
    .leftJoinLateral(sql<LastMessage>`(${lastMessage})`.as('m'), (join) => join.onTrue())
    .select(['v.id', 'v.number', 'v.make', 'v.model', 'v.country', 'c.status', 'c.cause', 'c.ended_at'])
    .select(['g.id as owner_id', 'g.name as owner_name', 'm.at', 'm.state'])
    .select([sql<boolean>`g.email_index is not null`.as('has_address'), sql<boolean>`${isUnderway}`.as('is_underway')])
    .select(['c.platform', 'c.token_set_id', 'c.resolution_url', 'c.listed', 'c.permissions', 'c.refused_permissions'])
    .select([sql<boolean>`c.held_by is not null`.as('is_held'), sql<boolean>`${isToConfirm}`.as('is_to_confirm')])
    .where(await conditionOf(tx, selection, terms))
    .orderBy(sql`lower(g.name), g.id, lower(v.number), v.id`)
    .limit(terms.limit)
    .execute();
  return rows.map(fromRow);
}

async function conditionOf(tx: Tx, selection: Selection, terms: ListTerms): Promise<RawBuilder<boolean>> {
  if ('vehicleIds' in selection) return sql<boolean>`v.id = any(${[...selection.vehicleIds]})`;
  const matches = await matching(tx, selection.filter, terms);
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

const isToConfirm = sql`exists (select from loose_grant l where l.vehicle_id = v.id and l.state = 'held')`;

interface Row {
  id: VehicleId;
  number: string;
  make: string | null;
  model: string | null;
  country: string | null;
  status: Status | null;
  cause: Cause | null;
  ended_at: Date | null;
  platform: Platform | null;
  token_set_id: TokenSetId | null;
  resolution_url: string | null;
  listed: boolean | null;
  permissions: string[] | null;
  refused_permissions: string[] | null;
  owner_id: OwnerId | null;
  owner_name: string | null;
  has_address: boolean;
  at: Date | null;
  state: LastMessage['state'];
  is_underway: boolean;
  is_held: boolean;
  is_to_confirm: boolean;
}

function fromRow(row: Row): ReconnectCandidate {
  const { id: vehicleId, number, make, model, country } = row;
  return {
    vehicleId,
    number,
    make,
    model,
    country,
    connection: connectionFrom(row),
    owner: ownerFrom(row),
    isUnderway: row.is_underway,
    hasOutage: row.is_held,
    isToConfirm: row.is_to_confirm,
  };
}

function connectionFrom(row: Row): OnItsWay | null {
  const { status, platform } = row;
  if (!status || !platform) return null;
  return {
    status,
    platform,
    cause: row.cause,
    endedAt: row.ended_at,
    tokenSetId: row.token_set_id,
    resolutionUrl: row.resolution_url,
    listed: row.listed,
    permissions: row.permissions ?? [],
    refusedPermissions: row.refused_permissions ?? [],
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
