/** What Towline said and did in the month, as its database tells it. */
import { sql } from 'kysely';
import type { Cause, Status } from '../../src/domain/cause.ts';
import type { Change, Message } from './judge.ts';
import type { EnrolledCar } from './script.ts';
import type { Stage } from './stage.ts';

export async function changesOf(stage: Stage, cars: readonly EnrolledCar[]): Promise<Change[]> {
  const vins = new Map<string, string>(cars.map(({ id, vin }) => [id, vin]));
  interface Side {
    status: Status;
    cause: Cause | null;
  }
  const { rows } = await sql<{ vehicle_id: string; at: Date; data: { from?: Side; to?: Side } }>`
    select vehicle_id, at, data from timeline where kind = 'connection.changed' order by id`.execute(
    stage.ground.database.owner,
  );
  return rows.flatMap(({ vehicle_id: id, at, data: { from, to } }) =>
    to
      ? [{ vin: vins.get(id) ?? '', at: at.getTime(), from: from?.status ?? null, to: to.status, cause: to.cause }]
      : [],
  );
}

/** Messages that ask an owner for something. */
export async function messagesOf(stage: Stage, cars: readonly EnrolledCar[]): Promise<Message[]> {
  const vins = new Map<string, string>(cars.map(({ id, vin }) => [id, vin]));
  const { rows } = await sql<{ recipient: string; at: Date; vehicle_ids: string[] }>`
    select m.recipient, m.at, n.vehicle_ids from mailbox_message m join notification n on n.id = m.notification_id
    where n.kind = 'reconnect' order by m.at`.execute(stage.ground.database.owner);
  return rows.map(({ recipient, at, vehicle_ids: ids }) => ({
    email: recipient,
    at: at.getTime(),
    vins: ids.map((id) => vins.get(id) ?? ''),
  }));
}

/** Alerts and incidents that were opened after a time, by kind. */
export async function openedSince(stage: Stage, since: Date): Promise<{ kind: string; count: number }[]> {
  const { owner } = stage.ground.database;
  const { rows } = await sql<{ kind: string; count: number }>`
    select kind, count(*)::int as count from alert where opened_at > ${since} group by kind order by 2 desc`.execute(
    owner,
  );
  return rows;
}

/** Null while Towline knows no incidents. */
export async function incidentsSince(stage: Stage, since: Date): Promise<number | null> {
  const { owner } = stage.ground.database;
  const { rows } = await sql<{ there: boolean }>`select to_regclass('incident') is not null as there`.execute(owner);
  if (!rows[0]?.there) return null;
  const counted = await sql<{ count: number }>`
    select count(*)::int as count from incident where opened_at > ${since}`.execute(owner);
  return counted.rows[0]?.count ?? 0;
}

/** Requests that Smartcar answered, by what they were for. */
export async function requestsOf(stage: Stage): Promise<{ what: string; count: number; refused: number }[]> {
  const { routes } = await stage.sim('GET', '/sim/api/requests');
  const counts = routes as Record<string, { count: number; byStatus: Record<string, number> }>; // its documented shape
  return Object.entries(counts)
    .filter(([route]) => /\/(v2\.0|v3|oauth2)\//.test(route))
    .map(([what, { count, byStatus }]) => ({
      what,
      count,
      refused: Object.entries(byStatus).reduce((sum, [status, times]) => sum + (Number(status) >= 400 ? times : 0), 0),
    }))
    .sort((a, b) => b.count - a.count);
}
