/**
 * A grant that an operator has to confirm is held aside: nothing is bound, what the vehicle had stays as it was, the owner's
 * page says that the fleet is checking, and operators get a task.
 */
import type { AlertChange } from '../domain/alert.ts';
import type { GrantId, VehicleId } from '../domain/ids.ts';
import { heldForD, looksAgainAfterS } from '../domain/returned-car.ts';
import type { HoldReason, RemovalReason, ReturnProblem } from '../domain/returned-car.ts';
import { towline } from '../domain/role.ts';
import type { Actor } from '../domain/role.ts';
import { after } from '../domain/schedule.ts';
import type { FoundCar, Vehicle } from '../domain/vehicle.ts';
import { applyAlertChanges } from '../store/alert.ts';
import { endSession, lockConnectSession, markSessionHeld } from '../store/connect-session.ts';
import type { ConnectSessionRow } from '../store/connect-session.ts';
import type { Database, Tx } from '../store/database.ts';
import { endGrant, handOver, holdGrant, letGo, lockHeldOf, lockOpenGrant, noteDecision } from '../store/loose-grant.ts';
import type { LooseGrantRow, NewLooseGrant } from '../store/loose-grant.ts';
import { announce, enqueue } from '../store/outbox.ts';
import { insertHappenings } from '../store/timeline.ts';
import { NotThereYet } from './call-failed.ts';
import { finishSession } from './end-session.ts';
import type { Granted } from './grants.ts';
import { endRefused } from './refuse-connect.ts';

export interface Holding {
  session: ConnectSessionRow;
  vehicle: Vehicle;
  granted: Granted;
  car: FoundCar;
  reason: HoldReason;
}

/** Refused where the same grant is held for another vehicle of the fleet. @throws NotThereYet while it is being deleted */
export async function holdReturned(
  needs: { database: Database },
  { session, vehicle, granted, car, reason }: Holding,
  now: Date,
): Promise<void> {
  const { fleet_id: fleetId } = session;
  await needs.database.asFleet(fleetId, async (tx) => {
    if ((await lockConnectSession(tx, session.id))?.state !== 'returned') return;
    const known = await lockOpenGrant(tx, granted);
    if (known?.state === 'held' && known.vehicle_id !== vehicle.id)
      return endRefused(tx, session, { problem: 'alreadyConnected' }, session.actor, now);
    if (known?.state === 'removing') await freeGrant(tx, granted, vehicle.id, now);
    const grant = looseGrant(session, granted, car.vin);
    const times = { expiresAt: after(now, heldForD * 86_400), looksAt: after(now, looksAgainAfterS[0] ?? 0) };
    const id = await holdGrant(tx, grant, { reason, ...times }, now);
    await markSessionHeld(tx, session.id);
    if (id) await tellHeld(tx, { session, vehicle, reason, id }, now);
    else if (known) await goOnWith(tx, known, session, now);
    await announce(tx, fleetId, [vehicle.id], ['vehicles', 'alerts']);
  });
}

/** The same car again: it is one matter, which the first return has told of, and it waits with the last one. */
async function goOnWith(tx: Tx, known: LooseGrantRow, session: ConnectSessionRow, now: Date): Promise<void> {
  if (known.session_id) await endSession(tx, known.session_id, 'refused', null, now);
  await handOver(tx, known.id, session.id);
}

async function tellHeld(
  tx: Tx,
  { session, vehicle, reason, id }: Pick<Holding, 'session' | 'vehicle' | 'reason'> & { id: GrantId },
  now: Date,
): Promise<void> {
  const { fleet_id: fleetId, actor } = session;
  const line = { kind: 'connection.held', at: now, via: 'connect', requestId: null, reported: reason } as const;
  await insertHappenings(tx, { fleetId, vehicleId: vehicle.id, connectionId: null }, actor, [line]);
  const alert: AlertChange = {
    change: 'open',
    key: toConfirmKey(id),
    kind: 'connect.to-confirm',
    severity: 'warning',
    detail: { reason },
  };
  await applyAlertChanges(tx, fleetId, [vehicle.id], [alert], now);
}

/** A granted car as it is kept aside. */
export function looseGrant(
  session: Pick<ConnectSessionRow, 'id' | 'fleet_id' | 'vehicle_id'>,
  granted: Granted,
  vin: string | null,
): NewLooseGrant {
  const { id: smartcarConnectionId, createdAt: grantedAt, externalId: _externalId, ...grant } = granted;
  return {
    ...grant,
    fleetId: session.fleet_id,
    vehicleId: session.vehicle_id,
    sessionId: session.id,
    smartcarConnectionId,
    grantedAt,
    vin,
  };
}

const toConfirmKey = (id: GrantId): string => `${id}:connect.to-confirm`;
const leftKey = (id: GrantId): string => `${id}:connect.grant-left`;

export const confirmationOver = (id: GrantId): AlertChange => ({ change: 'resolve', key: toConfirmKey(id) });
export const grantGone = (id: GrantId): AlertChange => ({ change: 'resolve', key: leftKey(id) });
export const grantLeft = (id: GrantId, error: string): AlertChange => ({
  change: 'open',
  key: leftKey(id),
  kind: 'connect.grant-left',
  severity: 'warning',
  detail: { reason: error },
});

/**
 * Whatever was open about this very grant in the fleet gives way: it is wanted now, for this vehicle.
 *
 * @throws NotThereYet while it is being deleted
 */
export async function freeGrant(
  tx: Tx,
  pair: Pick<NewLooseGrant, 'smartcarVehicleId' | 'smartcarUserId'>,
  vehicleId: VehicleId,
  now: Date,
): Promise<void> {
  const row = await lockOpenGrant(tx, pair);
  if (!row) return;
  if (row.state === 'removing' && row.lease_until && row.lease_until > now)
    throw new NotThereYet('The grant is being deleted.');
  const isBound = row.state === 'held' && row.vehicle_id === vehicleId;
  await endGrant(tx, row.id, isBound ? 'bound' : 'kept', now);
  const alerts = [confirmationOver(row.id), grantGone(row.id)];
  await applyAlertChanges(tx, row.fleet_id, [row.vehicle_id], alerts, now);
  const session = row.state === 'held' ? await sessionOf(tx, row) : undefined;
  if (!session) return;
  if (isBound) await finishSession(tx, session, now);
  // By its VIN it is another vehicle's: it was not this one.
  else await endRefused(tx, session, { problem: 'otherVehicle' }, towline, now);
}

/** The way that waits with a held grant. */
const sessionOf = async (tx: Tx, { session_id: id }: LooseGrantRow): Promise<ConnectSessionRow | undefined> =>
  id === null ? undefined : lockConnectSession(tx, id);

/** What waits for an operator's word about this vehicle is not wanted any more. */
export async function letOthersGo(tx: Tx, vehicleId: VehicleId, now: Date): Promise<void> {
  for (const row of await lockHeldOf(tx, vehicleId))
    await letHeldGo(tx, row, { because: 'superseded', problem: { problem: 'alreadyConnected' } }, now);
}

/** A held grant is refused: its owner's page says why, and it is deleted at Smartcar. */
export async function letHeldGo(
  tx: Tx,
  row: LooseGrantRow,
  why: { because: RemovalReason; problem: ReturnProblem; by?: Actor },
  now: Date,
): Promise<void> {
  if (why.by) await noteDecision(tx, row.id, why.by, now);
  await letGo(tx, row.id, why.because, now);
  await applyAlertChanges(tx, row.fleet_id, [row.vehicle_id], [confirmationOver(row.id)], now);
  const session = await sessionOf(tx, row);
  if (session) await endRefused(tx, session, why.problem, why.by ?? towline, now);
  const { fleet_id: fleetId, id: grantId } = row;
  await enqueue(tx, [{ name: 'remove-grant', payload: { fleetId, grantId }, key: `remove:${grantId}` }]);
  await announce(tx, fleetId, [row.vehicle_id], ['vehicles', 'alerts']);
}
