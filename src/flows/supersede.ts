/** A new grant for a vehicle ends the connection it had. */
import type { Connection } from '../domain/connection.ts';
import { problemKeys } from '../domain/transition-effects.ts';
import { applyAlertChanges } from '../store/alert.ts';
import { writeConnection } from '../store/connection.ts';
import type { Tx } from '../store/database.ts';

export async function supersede(tx: Tx, before: Connection, now: Date): Promise<void> {
  const ended: Connection = {
    ...before,
    status: 'disconnected',
    cause: 'superseded',
    since: now,
    endedAt: now,
    nextPollAt: null,
    suspicion: null,
    pendingDeadlineAt: null,
  };
  await writeConnection(tx, ended, before.version);
  const resolved = problemKeys(before.id).map((key) => ({ change: 'resolve', key }) as const);
  await applyAlertChanges(tx, before.fleetId, [before.vehicleId], resolved, now);
}
