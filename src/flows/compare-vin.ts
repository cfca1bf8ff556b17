/** What a connected car says of itself is compared with its record: not every car could be asked before it was bound. */
import type { AlertChange } from '../domain/alert.ts';
import type { Connection } from '../domain/connection.ts';
import { otherCarKey } from '../domain/transition-effects.ts';
import { applyAlertChanges } from '../store/alert.ts';
import type { Tx } from '../store/database.ts';
import { keepVin } from '../store/vehicle.ts';

/** A record without a VIN gets it; one that says another is operators' matter until they agree. Nothing else changes. */
export async function compareVin(tx: Tx, c: Connection, found: string, now: Date): Promise<void> {
  const expected = await keepVin(tx, c.vehicleId, found);
  const key = otherCarKey(c.id);
  const change: AlertChange =
    expected === found
      ? { change: 'resolve', key }
      : { change: 'open', key, kind: 'connection.other-car', severity: 'warning', detail: detailOf(found, expected) };
  await applyAlertChanges(tx, c.fleetId, [c.vehicleId], [change], now);
}

const detailOf = (found: string, expected: string | null): Record<string, string> =>
  expected === null ? { found } : { found, expected };
