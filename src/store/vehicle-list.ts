/**
 * Vehicles as lists and panels show them: the record, its owner's name, the newest readings, the living connection (or
 * the latest ended one) and what its owner is asked. One query a page; it changes nothing.
 */
import { sql } from 'kysely';
import type { ExpressionBuilder, RawBuilder, SelectQueryBuilder } from 'kysely';

import { usualLeastEnergyPercent } from '../domain/fleet.ts';
import type { Settings } from '../domain/fleet.ts';
import type { FreshnessState } from '../domain/freshness.ts';
import type { ConnectionId } from '../domain/ids.ts';
import { makePolicy, staleAfterMs } from '../domain/make-policy.ts';
import type { MakeChoices } from '../domain/make-policy.ts';
import type { MonthUsage } from '../domain/usage.ts';
import type { Tx } from './database.ts';
import type { KeptIncident } from './listed-connection.ts';
import { fromRow } from './listed-vehicle.ts';
import type { KeptRental, ListedVehicle, VehicleRow } from './listed-vehicle.ts';
import type { Tables } from './schema.ts';
import { isInRental, isReady, plainConditions } from './vehicle-filter.ts';
import type { VehicleFilter } from './vehicle-filter.ts';

/** What the answer depends on besides the filter: what makes news old, and whose turn it is. */
export interface ListTerms {
  /** The fleet's settings, of which what it says about makes counts here. */
  settings: MakeChoices & Partial<Pick<Settings, 'leastEnergyPercent'>>;
  /** The installation has credentials for v3: cars that lack only v2's tokens wait for an operator. */
  v3: boolean;
  now: Date;
}

/**
 * What a list is ordered by. `since`: longest in its present status first. `lapsesAt`: soonest first, then those of which
 * none is known.
 */
export const vehicleSorts = ['number', 'since', 'lapsesAt'] as const;
export type VehicleSort = (typeof vehicleSorts)[number];

export interface VehiclePage extends ListTerms {
  /** Sort key and id of the last one already seen; null for the first page. */
  after: readonly [string, string] | null;
  limit: number;
  /** By number where it is not said. */
  sort?: VehicleSort;
}

/** One page; asks for one more than `limit`, so that the caller sees whether there is a next page. */
export async function listVehicles(tx: Tx, filter: VehicleFilter, page: VehiclePage): Promise<ListedVehicle[]> {
  const key = keys[page.sort ?? 'number'];
  let query = select(tx, key).where(await matching(tx, filter, page));
  if (page.after) query = query.where(sql<boolean>`(${key}, v.id) > (${page.after[0]}, ${page.after[1]})`);
  const rows = await query
    .orderBy(key)
    .orderBy('v.id')
    .limit(page.limit + 1)
    .execute();
  return rows.map(fromRow);
}

/** How many there are. */
export async function countVehicles(tx: Tx, filter: VehicleFilter, terms: ListTerms): Promise<number> {
  const row = await joined(tx)
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where(await matching(tx, filter, terms))
    .executeTakeFirstOrThrow();
  return row.count;
}

/** Every condition of a filter in one, over what `joined` joins. */
export async function matching(tx: Tx, filter: VehicleFilter, terms: ListTerms): Promise<RawBuilder<boolean>> {
  const conditions = plainConditions(filter, terms.v3);
  if (filter.freshness) conditions.push(await freshnessCondition(tx, filter.freshness, terms));
  if (filter.readiness) conditions.push(await readinessCondition(tx, filter.readiness, terms));
  return conditions.length === 0 ? sql<boolean>`true` : sql<boolean>`(${sql.join(conditions, sql` and `)})`;
}

/** Null when this fleet has no such vehicle. */
export async function vehicleById(tx: Tx, id: string): Promise<ListedVehicle | null> {
  const row = await select(tx)
    .where(sql<boolean>`v.id = ${id}`)
    .executeTakeFirst();
  return row ? fromRow(row) : null;
}

/**
 * The makes' limits as SQL, so that pages stay keyset pages: the fleet's makes (an index scan) with the instant before
 * which each one's news is old.
 */
async function freshnessCondition(tx: Tx, state: FreshnessState, terms: ListTerms): Promise<RawBuilder<boolean>> {
  if (state === 'never') return sql<boolean>`s.newest_at is null`;
  const before = await oldBefore(tx, terms);
  return state === 'fresh' ? sql<boolean>`s.newest_at >= ${before}` : sql<boolean>`s.newest_at < ${before}`;
}

async function readinessCondition(
  tx: Tx,
  wanted: 'ready' | 'notReady',
  terms: ListTerms,
): Promise<RawBuilder<boolean>> {
  return sql<boolean>`(not ${isInRental} and ${await readyCondition(tx, terms)} = ${wanted === 'ready'})`;
}

/** Whether a car could be handed to a renter if it is in no rental, over what `joined` joins; never null. */
export async function readyCondition(tx: Tx, terms: ListTerms): Promise<RawBuilder<boolean>> {
  const isFresh = await freshnessCondition(tx, 'fresh', terms);
  return isReady(isFresh, terms.settings.leastEnergyPercent ?? usualLeastEnergyPercent);
}

/** The instant before which a vehicle's news is old, as an expression over `v.make`. */
export async function oldBefore(tx: Tx, terms: { settings: MakeChoices; now: Date }): Promise<RawBuilder<Date>> {
  const { settings, now } = terms;
  const beforeOf = (make: string | null): Date => new Date(now.getTime() - staleAfterMs(makePolicy(make, settings)));
  const rows = await tx.selectFrom('vehicle').select('make').distinct().execute();
  const usual = beforeOf(null);
  const special = rows
    .map(({ make }) => ({ make, before: beforeOf(make) }))
    .filter(({ make, before }) => make !== null && before.getTime() !== usual.getTime());
  if (special.length === 0) return sql<Date>`${usual}::timestamptz`;
  const cases = special.map(({ make, before }) => sql`when ${make} then ${before}::timestamptz`);
  return sql<Date>`case v.make ${sql.join(cases, sql` `)} else ${usual}::timestamptz end`;
}

/** The builder's own type of these joins is pages long; conditions are written as SQL over v, o, s, c and r. */
type Select = SelectQueryBuilder<Tables & { v: Tables['vehicle'] }, 'v', VehicleRow>;

/** What lists are ordered by, as text, so that a cursor can carry it. */
const asText = (instant: RawBuilder<Date>): RawBuilder<string> =>
  sql<string>`coalesce(to_char(${instant} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), 'never') collate "C"`;
const keys: Readonly<Record<VehicleSort, RawBuilder<string>>> = {
  number: sql<string>`lower(v.number)`,
  since: asText(sql`c.since`),
  lapsesAt: asText(sql`case when c.ended_at is null then c.lapses_at end`),
};

const usage = sql<MonthUsage>`jsonb_build_object('month', coalesce(c.request_month, ''),
  'requests', coalesce(c.requests, 0), 'isUsedUp', coalesce(c.requests_used_up, false))`;

const toConfirm = sql<boolean>`exists (select from loose_grant g where g.vehicle_id = v.id and g.state = 'held')`;

/**
 * A vehicle (v) with its owner (o), its state (s) and its connection (c): for a page in the order of the numbers, which ends
 * after some hundred look-ups.
 */
function joinedForPage(tx: Tx) {
  return tx
    .selectFrom('vehicle as v')
    .leftJoin('owner as o', 'o.id', 'v.owner_id')
    .leftJoin('vehicle_state as s', 's.vehicle_id', 'v.id')
    .leftJoinLateral(currentConnection, (join) => join.onTrue());
}

/** The same for questions that look at every vehicle: one pass over the connections, a fifth of the time at 20,000. */
export function joined(tx: Tx) {
  return tx
    .selectFrom('vehicle as v')
    .leftJoin('owner as o', 'o.id', 'v.owner_id')
    .leftJoin('vehicle_state as s', 's.vehicle_id', 'v.id')
    .leftJoin('connection as c', (join) => join.onRef('c.vehicle_id', '=', 'v.id').on(isCurrent));
}

/** The living one, or the latest that ended where none lives. */
const isCurrent = sql<boolean>`(c.ended_at is null or not exists (
  select from connection d where d.vehicle_id = c.vehicle_id and d.id <> c.id
    and (d.ended_at is null or (d.connected_at, d.id) > (c.connected_at, c.id))))`;

function select(tx: Tx, key = keys.number): Select {
  // Both join the same columns under the same name.
  const from = key === keys.number ? joinedForPage(tx) : (joined(tx) as unknown as ReturnType<typeof joinedForPage>);
  const query = from
    .leftJoin('revocation as x', 'x.connection_id', 'c.id')
    .leftJoinLateral(openRequest, (join) => join.onTrue())
    .leftJoin('incident as i', 'i.id', 'c.held_by')
    .leftJoin('rental as n', (join) => join.onRef('n.vehicle_id', '=', 'v.id').on('n.state', '=', 'active'))
    .select([
      'v.id',
      'v.number',
      'v.plate',
      'v.vin',
      'v.make',
      'v.model',
      'v.year',
      'v.powertrain',
      'v.country',
      'v.owner_id',
      'v.created_at',
      'o.name as owner_name',
      sql<boolean>`o.email_index is not null`.as('has_address'),
      's.signals',
      's.newest_at',
      'c.id as c_id',
      'c.status',
      'c.cause',
      'c.since',
      'c.platform',
      'c.connected_at',
      'c.permissions',
      'c.refused_permissions',
      'c.token_set_id',
      'c.resolution_url',
      'c.listed',
      'c.suspicion',
      'c.vehicle_state',
      sql<KeptIncident | null>`case when i.id is not null then jsonb_build_object('id', i.id, 'make', i.make,
        'region', i.region, 'openedAt', i.opened_at) end`.as('incident'),
      sql<KeptRental | null>`case when n.id is not null then jsonb_build_object('id', n.id, 'reference', n.reference,
        'startedAt', n.started_at, 'endsAt', n.ends_at, 'disconnectsAfter', n.disconnect_by is not null) end`.as(
        'rental',
      ),
      'c.last_success_kind',
      'c.last_success_at',
      'c.last_telemetry_at',
      'c.next_poll_at',
      'c.subscribed_at',
      'c.revoked_at',
      'c.ended_at',
      'c.lapses_at',
      'x.state as x_state',
      'x.handed_over_because',
      'x.tries',
      'x.tried_at',
      'x.due_at',
      'x.failure',
      'r.id as request_id',
      'r.asked_at',
      'r.opened_at',
      'r.returned_at',
    ])
    .select([key.as('sort_key'), usage.as('usage'), toConfirm.as('to_confirm')]);
  return query as unknown as Select; // see Select
}

/** The living connection first, then the latest; at most a handful a vehicle, by connection_of_vehicle. */
function currentConnection(eb: ExpressionBuilder<Tables & { v: Tables['vehicle'] }, 'v'>) {
  return eb
    .selectFrom('connection')
    .selectAll('connection')
    .whereRef('connection.vehicle_id', '=', 'v.id')
    .orderBy(sql`(ended_at is null) desc, connected_at desc`)
    .limit(1)
    .as('c');
}

function openRequest(eb: ExpressionBuilder<Tables & { c: { id: ConnectionId | null } }, 'c'>) {
  return eb
    .selectFrom('request_connection as rc')
    .innerJoin('reauthentication_request as rr', 'rr.id', 'rc.request_id')
    .select(['rr.id', 'rr.asked_at', 'rr.opened_at', 'rc.returned_at'])
    .whereRef('rc.connection_id', '=', 'c.id')
    .where('rc.state', '=', 'open')
    .where('rr.state', '=', 'open')
    .limit(1)
    .as('r');
}
