/** What a car has cost of its own requests, as its connection's row holds it. */
import type { Selectable } from 'kysely';

import type { Connection } from '../domain/connection.ts';
import { inMonth } from '../domain/usage.ts';
import type { Usage } from '../domain/usage.ts';
import type { Tx } from './database.ts';
import type { Tables } from './schema.ts';

const usageColumns = ['request_month', 'requests', 'requests_used_up', 'asked_at', 'asked_last_day'] as const;

export function toUsage(row: Pick<Selectable<Tables['connection']>, (typeof usageColumns)[number]>): Usage {
  return {
    month: row.request_month ?? '',
    requests: row.requests,
    isUsedUp: row.requests_used_up,
    lastAt: row.asked_at,
    lastDay: (row.asked_last_day ?? []).map(({ at, requests }) => ({ at: new Date(at), requests })),
  };
}

/** As it is written. */
export const fromUsage = ({ month, requests, isUsedUp, lastAt, lastDay }: Usage) => ({
  request_month: month || null,
  requests,
  requests_used_up: isUsedUp,
  asked_at: lastAt,
  asked_last_day: lastDay.length > 0 ? JSON.stringify(lastDay) : null,
});

/** Smartcar counts by the car: a new grant of it begins where the one before it ended. */
export async function usageBefore(tx: Tx, { smartcarVehicleId, connectedAt, usage }: Connection): Promise<Usage> {
  const row = await tx
    .selectFrom('connection')
    .select(usageColumns)
    .where('smartcar_vehicle_id', '=', smartcarVehicleId)
    .where('ended_at', 'is not', null)
    .orderBy('ended_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row ? inMonth(toUsage(row), connectedAt) : usage;
}
