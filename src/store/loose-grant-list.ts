/** Loose grants as lists show them, with their vehicle, its owner and what it has; it changes nothing. */
import { sql } from 'kysely';

import type { Cause, Status } from '../domain/cause.ts';
import type { ConnectionId, OwnerId } from '../domain/ids.ts';
import type { GrantState } from '../domain/returned-car.ts';
import type { Tx } from './database.ts';
import type { LooseGrantRow } from './loose-grant.ts';
import { behind } from './paging.ts';
import type { NewestFirst } from './paging.ts';

export interface ListedGrant extends LooseGrantRow {
  number: string;
  recordVin: string | null;
  recordMake: string | null;
  recordModel: string | null;
  recordYear: number | null;
  ownerId: OwnerId | null;
  ownerName: string | null;
  /** Of the vehicle's living connection; null when it has none. */
  livingId: ConnectionId | null;
  livingStatus: Status | null;
  livingCause: Cause | null;
  livingSince: Date | null;
}

export interface GrantFilter {
  state: GrantState | 'open' | 'all';
  vehicle?: string | undefined;
}

function select(tx: Tx) {
  return tx
    .selectFrom('loose_grant as g')
    .innerJoin('vehicle as v', 'v.id', 'g.vehicle_id')
    .leftJoin('owner as o', 'o.id', 'v.owner_id')
    .leftJoin('connection as c', (join) => join.onRef('c.vehicle_id', '=', 'v.id').on('c.ended_at', 'is', null))
    .selectAll('g')
    .select([
      'v.number',
      'v.vin as recordVin',
      'v.make as recordMake',
      'v.model as recordModel',
      'v.year as recordYear',
      'o.id as ownerId',
      'o.name as ownerName',
      'c.id as livingId',
      'c.status as livingStatus',
      'c.cause as livingCause',
      'c.since as livingSince',
    ]);
}

/** Newest first; one more than `limit`. */
export async function listLooseGrants(tx: Tx, filter: GrantFilter, page: NewestFirst): Promise<ListedGrant[]> {
  const { state, vehicle } = filter;
  let query = select(tx).where(behind(page, 'g.created_at', 'g.id'));
  if (state === 'open') query = query.where('g.state', 'in', ['held', 'removing']);
  else if (state !== 'all') query = query.where('g.state', '=', state);
  if (vehicle) query = query.where(sql<boolean>`g.vehicle_id = ${vehicle}`);
  return query
    .orderBy('g.created_at', 'desc')
    .orderBy('g.id', 'desc')
    .limit(page.limit + 1)
    .execute();
}

/** Null when this fleet has no such grant. */
export async function looseGrantById(tx: Tx, id: string): Promise<ListedGrant | null> {
  const row = await select(tx)
    .where(sql<boolean>`g.id = ${id}`)
    .executeTakeFirst();
  return row ?? null;
}

/** How many wait for an operator's word. */
export async function countHeld(tx: Tx): Promise<number> {
  const row = await tx
    .selectFrom('loose_grant')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('state', '=', 'held')
    .executeTakeFirstOrThrow();
  return row.count;
}
