/** When grants lapse, as it is forecast, and the alerts about those that will soon. */
import { sql } from 'kysely';

import type { Status } from '../domain/cause.ts';
import type { ConnectionId, TokenSetId, VehicleId } from '../domain/ids.ts';
import type { Tx } from './database.ts';

/** What a forecast is made of. */
export interface ForecastRow {
  id: ConnectionId;
  status: Status;
  make: string | null;
  judgedAt: Date;
  tokenSetId: TokenSetId | null;
  lapsesAt: Date | null;
}

/** Living connections in the order of their ids, behind `after` (null: from the first). */
export async function listForForecast(tx: Tx, after: ConnectionId | null, limit: number): Promise<ForecastRow[]> {
  return forecastRows(tx)
    .where(sql<boolean>`(${after}::text is null or c.id > ${after})`)
    .orderBy('c.id')
    .limit(limit)
    .execute();
}

/** One of them, where it lives. */
export async function listOneForForecast(tx: Tx, id: ConnectionId): Promise<ForecastRow[]> {
  return forecastRows(tx).where('c.id', '=', id).execute();
}

function forecastRows(tx: Tx) {
  return tx
    .selectFrom('connection as c')
    .innerJoin('vehicle as v', 'v.id', 'c.vehicle_id')
    .select([
      'c.id',
      'c.status',
      'v.make',
      'c.judged_at as judgedAt',
      'c.token_set_id as tokenSetId',
      'c.lapses_at as lapsesAt',
    ])
    .where('c.ended_at', 'is', null);
}

/** Keeps forecasts; the rows' versions stay as they are. */
export async function keepForecasts(
  tx: Tx,
  forecasts: readonly { id: ConnectionId; lapsesAt: Date | null }[],
): Promise<void> {
  if (forecasts.length === 0) return;
  await sql`update connection c set lapses_at = f.at
    from unnest(${forecasts.map(({ id }) => id)}::text[], ${forecasts.map(({ lapsesAt }) => lapsesAt)}::timestamptz[]) as f (id, at)
    where c.id = f.id`.execute(tx);
}

export interface LapsingConnection {
  id: ConnectionId;
  vehicleId: VehicleId;
  lapsesAt: Date;
}

/** Living connections that lapse before this and have no alert about it yet, soonest first. */
export async function listUntoldLapses(tx: Tx, before: Date, limit: number): Promise<LapsingConnection[]> {
  const { rows } = await sql<LapsingConnection>`
    select c.id, c.vehicle_id as "vehicleId", c.lapses_at as "lapsesAt" from connection c
    where c.ended_at is null and c.lapses_at <= ${before}
      and not exists (select from alert a where a.fleet_id = c.fleet_id and a.key = c.id || ':connection.lapsing'
        and a.state <> 'resolved')
    order by c.lapses_at limit ${limit}`.execute(tx);
  return rows;
}

/** Resolves alerts about lapses that are not near any more. @returns how many */
export async function resolveLapseAlerts(tx: Tx, before: Date, now: Date): Promise<number> {
  const { numAffectedRows } = await sql`
    update alert a set state = 'resolved', resolved_at = ${now}
    where a.kind = 'connection.lapsing' and a.state <> 'resolved'
      and not exists (select from connection c where a.key = c.id || ':connection.lapsing'
        and c.ended_at is null and c.lapses_at <= ${before})`.execute(tx);
  return Number(numAffectedRows ?? 0);
}

/** Vehicles whose grant lapses before this. */
export async function countLapses(tx: Tx, before: Date): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from connection where ended_at is null and lapses_at <= ${before}`.execute(tx);
  return rows[0]?.count ?? 0;
}
