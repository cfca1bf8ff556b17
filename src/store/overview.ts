/** Counts of a fleet for its overview; it changes nothing. */
import { sql } from 'kysely';

import { noticeUntil } from '../domain/lapse.ts';
import type { Tx } from './database.ts';
import { countLapses } from './lapse.ts';
import { countHeld } from './loose-grant-list.ts';
import { countOnV2 } from './move.ts';
import { oldBefore } from './vehicle-list.ts';
import type { VehiclePage } from './vehicle-list.ts';
import { isMendedOnV3 } from './vehicle-turn.ts';

export interface OverviewCounts {
  vehicles: number;
  /** By status and cause; status null: never connected. `isMendedOnV3`: where there are credentials for v3, that is all it needs. */
  connections: { status: string | null; cause: string | null; isMendedOnV3: boolean; count: number }[];
  freshness: { fresh: number; stale: number; never: number };
  owners: { asked: number; opened: number; oldestAskedAt: Date | null };
  /** Connections whose grant lapses within the notice. */
  lapsing: number;
  alerts: { open: number; critical: number };
  webhooks: { lastReceivedAt: Date | null; pending: number; quarantined: number };
  /** Living connections on v2. */
  onV2: number;
  /** Cars that wait for an operator's word. */
  toConfirm: number;
}

export async function overviewCounts(tx: Tx, limits: Pick<VehiclePage, 'settings' | 'now'>): Promise<OverviewCounts> {
  const connections = await connectionCounts(tx);
  return {
    vehicles: connections.reduce((sum, { count }) => sum + count, 0),
    connections,
    freshness: await freshnessCounts(tx, limits),
    owners: await ownerCounts(tx),
    lapsing: await countLapses(tx, noticeUntil(limits.now)),
    alerts: await alertCounts(tx),
    webhooks: await webhookCounts(tx),
    onV2: await countOnV2(tx),
    toConfirm: await countHeld(tx),
  };
}

/** Refused at the door since an instant, of all fleets: nobody knows whose they were. As towline_system. */
export async function webhooksRefusedSince(tx: Tx, since: Date): Promise<number> {
  const row = await tx
    .selectFrom('webhook_refused')
    .select(({ fn }) => fn.sum<number | null>('count').as('count'))
    .where('minute', '>=', since)
    .executeTakeFirst();
  return row?.count ?? 0;
}

async function connectionCounts(tx: Tx): Promise<OverviewCounts['connections']> {
  const { rows } = await sql<OverviewCounts['connections'][number]>`
    select c.status, c.cause, ${isMendedOnV3} as "isMendedOnV3", count(*) as count
    from vehicle v
    left join (
      select distinct on (vehicle_id) vehicle_id, status, cause, platform, listed from connection
      order by vehicle_id, (ended_at is null) desc, connected_at desc
    ) c on c.vehicle_id = v.id
    group by 1, 2, 3`.execute(tx);
  return rows;
}

async function freshnessCounts(
  tx: Tx,
  limits: Pick<VehiclePage, 'settings' | 'now'>,
): Promise<OverviewCounts['freshness']> {
  const before = await oldBefore(tx, limits);
  const { rows } = await sql<OverviewCounts['freshness']>`
    select count(*) filter (where s.newest_at >= ${before}) as fresh,
           count(*) filter (where s.newest_at < ${before}) as stale,
           count(*) filter (where s.newest_at is null) as never
    from vehicle v left join vehicle_state s on s.vehicle_id = v.id`.execute(tx);
  return rows[0] ?? { fresh: 0, stale: 0, never: 0 };
}

async function ownerCounts(tx: Tx): Promise<OverviewCounts['owners']> {
  const { rows } = await sql<OverviewCounts['owners']>`
    select count(*) as asked, count(opened_at) as opened, min(asked_at) as "oldestAskedAt"
    from reauthentication_request where state = 'open'`.execute(tx);
  return rows[0] ?? { asked: 0, opened: 0, oldestAskedAt: null };
}

async function alertCounts(tx: Tx): Promise<OverviewCounts['alerts']> {
  const { rows } = await sql<OverviewCounts['alerts']>`
    select count(*) as open, count(*) filter (where severity = 'critical') as critical
    from alert where state <> 'resolved'`.execute(tx);
  return rows[0] ?? { open: 0, critical: 0 };
}

async function webhookCounts(tx: Tx): Promise<OverviewCounts['webhooks']> {
  const { rows } = await sql<OverviewCounts['webhooks']>`
    select max(received_at) as "lastReceivedAt", count(*) filter (where state = 'pending') as pending,
           count(*) filter (where state = 'quarantined') as quarantined
    from webhook_inbox`.execute(tx);
  return rows[0] ?? { lastReceivedAt: null, pending: 0, quarantined: 0 };
}

/** Vehicles of the fleet, connected or not. */
export async function countVehicles(tx: Tx): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*)::int as count from vehicle`.execute(tx);
  return rows[0]?.count ?? 0;
}
