/** A grant becomes the vehicle's connection: bound, waiting for the first data, and told to everybody. */
import type { Connection } from '../domain/connection.ts';
import { newId } from '../domain/ids.ts';
import type { Actor } from '../domain/role.ts';
import { noUsage } from '../domain/usage.ts';
import { after } from '../domain/schedule.ts';
import type { FoundCar, Vehicle } from '../domain/vehicle.ts';
import { applyAlertChanges } from '../store/alert.ts';
import { findLivingConnection, insertConnection, wasDisconnectedSince } from '../store/connection.ts';
import type { ConnectSessionRow } from '../store/connect-session.ts';
import type { Database, Tx } from '../store/database.ts';
import { isBeingRemoved } from '../store/loose-grant.ts';
import { announce, enqueue } from '../store/outbox.ts';
import { insertHappenings } from '../store/timeline.ts';
import { fillVehicle, keepVin } from '../store/vehicle.ts';
import { isLostRace } from '../store/violation.ts';
import { NotThereYet } from './call-failed.ts';
import { sharedAgain } from './disconnect.ts';
import { finishSession, isUnsettled } from './end-session.ts';
import type { Granted } from './grants.ts';
import { freeGrant, letOthersGo } from './hold-grant.ts';
import { recordGiven, witnessOf } from './record-consent.ts';
import { connectSolved } from './refuse-connect.ts';

/** While pending: how long the first data may take. */
const firstDataS = 24 * 3_600;

export interface Binding {
  session: ConnectSessionRow;
  vehicle: Vehicle;
  granted: Granted;
  car: FoundCar;
}

/**
 * Binds the car to the vehicle, which has no connection.
 *
 * @returns `again` when something else happened to the vehicle or the car meanwhile, and it has to be judged anew
 * @throws NotThereYet while the very grant is being deleted at Smartcar
 */
export async function bindGrant(
  needs: { database: Database },
  { session, vehicle, granted, car }: Binding,
  now: Date,
): Promise<'settled' | 'again'> {
  if (await isBeingRemoved(needs.database, granted, now)) throw new NotThereYet('The grant is being deleted.');
  const connection = newConnection(session, vehicle, granted, now);
  try {
    return await needs.database.asFleet(session.fleet_id, async (tx) => {
      if (!(await isUnsettled(tx, session.id))) return 'settled';
      const isOvertaken =
        (await findLivingConnection(tx, vehicle.id)) !== undefined ||
        (await wasDisconnectedSince(tx, vehicle.id, session.created_at));
      if (isOvertaken) return 'again';
      await settleMatters(tx, connection, now);
      await insertConnection(tx, connection);
      await recordGiven(tx, connection, session.actor, await witnessOf(tx, session, granted.createdAt));
      await fillRecord(tx, vehicle, car);
      await tellConnected(tx, connection, session.actor, now);
      await applyAlertChanges(
        tx,
        session.fleet_id,
        [vehicle.id],
        [...connectSolved(vehicle.id), sharedAgain(vehicle.id)],
        now,
      );
      await finishSession(tx, session, now);
      return 'settled';
    });
  } catch (error) {
    if (isLostRace(error)) return 'again';
    throw error;
  }
}

/** What was open about this grant or this vehicle is settled by it. */
export async function settleMatters(
  tx: Tx,
  c: Pick<Connection, 'vehicleId' | 'smartcarVehicleId' | 'smartcarUserId'>,
  now: Date,
): Promise<void> {
  await freeGrant(tx, c, c.vehicleId, now);
  await letOthersGo(tx, c.vehicleId, now);
}

/** What the record does not say, Smartcar says. */
export async function fillRecord(tx: Tx, vehicle: Pick<Vehicle, 'id'>, car: FoundCar): Promise<void> {
  await fillVehicle(tx, vehicle.id, car);
  if (car.vin) await keepVin(tx, vehicle.id, car.vin);
}

/** Connected now, and waiting for the first data. */
export function newConnection(
  session: Pick<ConnectSessionRow, 'fleet_id'>,
  vehicle: Pick<Vehicle, 'id' | 'ownerId'>,
  own: Granted,
  now: Date,
): Connection {
  return {
    id: newId('con', now),
    fleetId: session.fleet_id,
    vehicleId: vehicle.id,
    ownerId: vehicle.ownerId,
    platform: own.platform,
    smartcarVehicleId: own.smartcarVehicleId,
    smartcarUserId: own.smartcarUserId,
    smartcarConnectionId: own.id,
    tokenSetId: own.tokenSetId,
    status: 'pending',
    cause: 'waitingForFirstData',
    since: now,
    connectedAt: now,
    // Smartcar may have fetched the first data before its redirect reached us; its own list says when the grant began.
    judgedAt: own.createdAt && own.createdAt < now ? own.createdAt : now,
    provedAt: null,
    pendingDeadlineAt: after(now, firstDataS),
    permissions: own.permissions,
    refusedPermissions: [],
    suspicion: null,
    vehicleState: null,
    trouble: null,
    heldBy: null,
    failures: 0,
    resolutionUrl: null,
    listed: null,
    lastSuccess: null,
    lastTelemetryAt: null,
    newsAt: null,
    nextPollAt: after(now, 3),
    notBeforeAt: null,
    usage: noUsage(now),
    subscribedAt: null,
    revokedAt: null,
    endedAt: null,
    version: 1,
  };
}

/** The line of the timeline, the subscription, when it lapses, and word to the screens. */
export async function tellConnected(tx: Tx, c: Connection, actor: Actor, now: Date): Promise<void> {
  const line = { kind: 'connection.connected', at: now, via: 'connect', requestId: null } as const;
  await insertHappenings(tx, { fleetId: c.fleetId, vehicleId: c.vehicleId, connectionId: c.id }, actor, [line]);
  const payload = { fleetId: c.fleetId, connectionId: c.id };
  await enqueue(tx, [
    { name: 'ensure-subscription', payload, key: `subscribe:${c.id}` },
    { name: 'forecast-lapse', payload, key: `forecast:${c.id}` },
  ]);
  await announce(tx, c.fleetId, [c.vehicleId], ['vehicles', 'alerts']);
}
