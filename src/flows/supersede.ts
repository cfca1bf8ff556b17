/** A confirmed grant takes the place of the connection that the vehicle had, which ends, and is taken back at Smartcar. */
import type { Connection } from '../domain/connection.ts';
import type { Actor } from '../domain/role.ts';
import { otherCarKey, problemKeys } from '../domain/transition-effects.ts';
import { applyAlertChanges } from '../store/alert.ts';
import { writeConnection } from '../store/connection.ts';
import type { Tx } from '../store/database.ts';
import { discardGrant } from '../store/loose-grant.ts';
import { enqueue } from '../store/outbox.ts';
import { insertHappenings } from '../store/timeline.ts';
import { recordSuperseded } from './record-consent.ts';

/** @returns false when somebody else wrote the connection first; nothing is to be kept of the transaction then */
export async function supersede(tx: Tx, before: Connection, by: Actor, now: Date): Promise<boolean> {
  const ended: Connection = {
    ...before,
    status: 'disconnected',
    cause: 'superseded',
    since: now,
    endedAt: now,
    nextPollAt: null,
    suspicion: null,
    trouble: null,
    heldBy: null,
    pendingDeadlineAt: null,
  };
  if (!(await writeConnection(tx, ended, before.version))) return false;
  await recordSuperseded(tx, ended, by, now);
  const { fleetId, vehicleId, id: connectionId, status, cause } = before;
  const line = {
    kind: 'connection.changed',
    at: now,
    via: 'operator',
    requestId: null,
    from: { status, cause },
    to: { status: 'disconnected', cause: 'superseded' },
  } as const;
  await insertHappenings(tx, { fleetId, vehicleId, connectionId }, by, [line]);
  const resolved = [...problemKeys(before.id), otherCarKey(before.id)].map(
    (key) => ({ change: 'resolve', key }) as const,
  );
  await applyAlertChanges(tx, fleetId, [vehicleId], resolved, now);
  await takeBackAtSmartcar(tx, before, now);
  return true;
}

/** Nobody lives on the old grant any more. */
async function takeBackAtSmartcar(tx: Tx, before: Connection, now: Date): Promise<void> {
  const { fleetId, vehicleId, platform, smartcarVehicleId, smartcarUserId, smartcarConnectionId, tokenSetId } = before;
  const ids = { smartcarVehicleId, smartcarUserId, smartcarConnectionId, tokenSetId };
  const car = { make: null, model: null, year: null, powertrain: null, vin: null };
  const grant = {
    fleetId,
    vehicleId,
    ownerId: before.ownerId,
    sessionId: null,
    platform,
    ...ids,
    permissions: before.permissions,
    ...car,
  };
  const grantId = await discardGrant(tx, { ...grant, grantedAt: before.connectedAt }, 'superseded', now, now);
  if (!grantId) return;
  await enqueue(tx, [{ name: 'remove-grant', payload: { fleetId, grantId }, key: `remove:${grantId}` }]);
}
