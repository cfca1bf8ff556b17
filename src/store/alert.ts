/** Alerts: at most one unresolved for each problem. */
import { sql } from 'kysely';

import type { AlertChange } from '../domain/alert.ts';
import type { AlertId, FleetId, VehicleId } from '../domain/ids.ts';
import { newId } from '../domain/ids.ts';
import type { Tx } from './database.ts';

export async function applyAlertChanges(
  tx: Tx,
  fleetId: FleetId,
  vehicleIds: VehicleId[],
  changes: readonly AlertChange[],
  now: Date,
): Promise<void> {
  // What is over is written together, up to the next that opens: a name may be among both, and their order counts.
  let over: string[] = [];
  for (const change of changes) {
    if (change.change === 'resolve') over.push(change.key);
    else {
      await resolveAlerts(tx, over, now);
      over = [];
      await openProblem(tx, fleetId, vehicleIds, change, now);
    }
  }
  await resolveAlerts(tx, over, now);
}

/** Problems of these names that are open are over. */
export async function resolveAlerts(tx: Tx, keys: readonly string[], now: Date): Promise<void> {
  if (keys.length === 0) return;
  await tx
    .updateTable('alert')
    .set({ state: 'resolved', resolved_at: now })
    .where('key', '=', sql<string>`any(${[...keys]}::text[])`)
    .where('state', '<>', 'resolved')
    .execute();
}

/** A problem that is known already is brought up to date; it does not alert twice. */
async function openProblem(
  tx: Tx,
  fleetId: FleetId,
  vehicleIds: VehicleId[],
  change: AlertChange & { change: 'open' },
  now: Date,
): Promise<void> {
  const detail = JSON.stringify(change.detail);
  await tx
    .insertInto('alert')
    .values({
      id: newId('alt', now),
      fleet_id: fleetId,
      key: change.key,
      kind: change.kind,
      severity: change.severity,
      state: 'open',
      vehicle_ids: vehicleIds,
      detail,
      opened_at: now,
      acknowledged_at: null,
      acknowledged_by: null,
      resolved_at: null,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['fleet_id', 'key'])
        .where('state', '<>', 'resolved')
        .doUpdateSet({ detail, severity: change.severity, vehicle_ids: vehicleIds }),
    )
    .execute();
}

/** @returns `missing` when this fleet has no such alert, `closed` when it is resolved already */
export async function acknowledge(tx: Tx, id: AlertId, by: string, now: Date): Promise<'done' | 'missing' | 'closed'> {
  const { numUpdatedRows } = await tx
    .updateTable('alert')
    .set({ state: 'acknowledged', acknowledged_at: now, acknowledged_by: by })
    .where('id', '=', id)
    .where('state', '<>', 'resolved')
    .executeTakeFirst();
  return numUpdatedRows > 0n ? 'done' : missingOrClosed(tx, id);
}

/** What an alert is about: its kind and the name of its problem; undefined when this fleet has none. */
export async function findProblem(tx: Tx, id: AlertId): Promise<{ kind: string; key: string } | undefined> {
  return tx.selectFrom('alert').select(['kind', 'key']).where('id', '=', id).executeTakeFirst();
}

/** @returns as `acknowledge` does */
export async function resolve(tx: Tx, id: AlertId, now: Date): Promise<'done' | 'missing' | 'closed'> {
  const { numUpdatedRows } = await tx
    .updateTable('alert')
    .set({ state: 'resolved', resolved_at: now })
    .where('id', '=', id)
    .where('state', '<>', 'resolved')
    .executeTakeFirst();
  return numUpdatedRows > 0n ? 'done' : missingOrClosed(tx, id);
}

async function missingOrClosed(tx: Tx, id: AlertId): Promise<'missing' | 'closed'> {
  const known = await tx.selectFrom('alert').select('id').where('id', '=', id).executeTakeFirst();
  return known ? 'closed' : 'missing';
}
