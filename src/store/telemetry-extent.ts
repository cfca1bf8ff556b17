/** How much of a car's history there is of a time, without its values. */
import { sql } from 'kysely';

import type { VehicleId } from '../domain/ids.ts';
import type { SignalCode } from '../domain/signal.ts';
import type { Tx } from './database.ts';

export interface Extent {
  code: SignalCode;
  count: number;
  from: Date;
  until: Date;
}

/** What a car told between two instants, both included, by signal. */
export async function extentOfHistory(tx: Tx, vehicleId: VehicleId, from: Date, until: Date): Promise<Extent[]> {
  return tx
    .selectFrom('reading')
    .select([
      'code',
      sql<number>`count(*)`.as('count'),
      sql<Date>`min(received_at)`.as('from'),
      sql<Date>`max(received_at)`.as('until'),
    ])
    .where('vehicle_id', '=', vehicleId)
    .where('received_at', '>=', from)
    .where('received_at', '<=', until)
    .groupBy('code')
    .orderBy('code')
    .execute();
}
