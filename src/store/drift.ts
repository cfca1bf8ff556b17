/** What comparisons with Smartcar's lists found out about a fleet's own connections. */
import type { Selectable } from 'kysely';

import type { DriftKind } from '../domain/drift.ts';
import type { ConnectionId, FleetId, ReconciliationId, VehicleId } from '../domain/ids.ts';
import { newId } from '../domain/ids.ts';
import type { Tx } from './database.ts';
import { behind } from './paging.ts';
import type { NewestFirst } from './paging.ts';
import type { Tables } from './schema.ts';

export type DriftRow = Selectable<Tables['drift']>;

export interface NewDrift {
  fleetId: FleetId;
  vehicleId: VehicleId;
  connectionId: ConnectionId;
  reconciliationId: ReconciliationId;
  kind: DriftKind;
  detail: Record<string, unknown>;
}

export async function insertDrifts(tx: Tx, drifts: readonly NewDrift[], now: Date): Promise<void> {
  if (drifts.length === 0) return;
  await tx
    .insertInto('drift')
    .values(
      drifts.map((drift) => ({
        id: newId('dft', now),
        fleet_id: drift.fleetId,
        vehicle_id: drift.vehicleId,
        connection_id: drift.connectionId,
        reconciliation_id: drift.reconciliationId,
        kind: drift.kind,
        detail: JSON.stringify(drift.detail),
        at: now,
      })),
    )
    .execute();
}

/** Newest first; one more than `limit`. */
export async function listDrifts(tx: Tx, page: NewestFirst): Promise<DriftRow[]> {
  return tx
    .selectFrom('drift')
    .selectAll()
    .where(behind(page, 'at', 'id'))
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(page.limit + 1)
    .execute();
}

export async function forgetDrifts(tx: Tx, before: Date): Promise<void> {
  await tx.deleteFrom('drift').where('at', '<', before).execute();
}
