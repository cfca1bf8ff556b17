/**
 * Settles a return from Connect against Smartcar's own list of connections: binds the car, repairs the connection, or
 * refuses and takes the new grant back. May run any number of times; the session's state decides once.
 */
import type { Connection } from '../domain/connection.ts';
import type { ConnectSessionId, FleetId, SmartcarUserId } from '../domain/ids.ts';
import { newId } from '../domain/ids.ts';
import type { Actor } from '../domain/role.ts';
import { after } from '../domain/schedule.ts';
import { matchCar } from '../domain/vehicle.ts';
import type { FoundCar, Vehicle } from '../domain/vehicle.ts';
import type { ListedConnection, Smartcar } from '../smartcar/smartcar.ts';
import { applyAlertChanges } from '../store/alert.ts';
import { findConnection, findLivingConnection, insertConnection } from '../store/connection.ts';
import { findByCar } from '../store/connection-due.ts';
import { endSession, findConnectSession, listReturnedSessions, lockConnectSession } from '../store/connect-session.ts';
import type { ConnectSessionRow } from '../store/connect-session.ts';
import type { Database, Tx } from '../store/database.ts';
import { markLinkUsed } from '../store/link.ts';
import { announce, enqueue } from '../store/outbox.ts';
import { markReturned, moveToConnection } from '../store/reauthentication-request.ts';
import { insertHappenings } from '../store/timeline.ts';
import { fillVehicle, findVehicle } from '../store/vehicle.ts';
import { violatedIndex } from '../store/violation.ts';
import type { Access } from '../vault/access.ts';
import { NotThereYet, valueOf } from './call-failed.ts';
import { externalIdOf } from './external-id.ts';
import { observe } from './observe.ts';
import type { ObserveNeeds } from './observe.ts';
import { refuseConnect, wrongCarSolved } from './refuse-connect.ts';
import { supersede } from './supersede.ts';

export interface CompleteNeeds extends ObserveNeeds {
  database: Database;
  smartcar: Smartcar;
  access: Access;
}

/** Smartcar's list may lag behind its redirect; after this long what is not listed is refused. */
const listLagS = 120;
/** While pending: how long the first data may take. */
const firstDataS = 24 * 3_600;

/** Takes up every return that is not settled yet, of all fleets. One that can't be settled now does not stop the others. */
export async function completeDue(
  needs: CompleteNeeds & { onFault: (error: unknown, what: string) => void },
  now: Date,
): Promise<void> {
  for (const task of await listReturnedSessions(needs.database, 50)) {
    await completeConnect(needs, task, now).catch((error: unknown) => needs.onFault(error, 'complete connect'));
  }
}

/** @throws CallFailed, NotThereYet to be run again */
export async function completeConnect(
  needs: CompleteNeeds,
  task: { fleetId: FleetId; sessionId: ConnectSessionId },
  now: Date,
): Promise<void> {
  const found = await needs.database.asFleet(task.fleetId, async (tx) => {
    const session = await findConnectSession(tx, task.sessionId);
    const vehicle = session && (await findVehicle(tx, session.vehicle_id));
    const connection = session?.connection_id ? await findConnection(tx, session.connection_id) : undefined;
    const living = session && (await findLivingConnection(tx, session.vehicle_id));
    return session?.state === 'returned' && vehicle ? { session, vehicle, connection, living: living ?? null } : null;
  });
  if (!found) return;
  const { session, vehicle, connection, living } = found;
  if (session.purpose === 'reauthenticate' && connection) return settleRepair(needs, session, connection, now);
  return settleGrant(needs, { session, vehicle, living }, now);
}

// — signed in again —

async function settleRepair(
  needs: CompleteNeeds,
  session: ConnectSessionRow,
  connection: Connection,
  now: Date,
): Promise<void> {
  const { smartcarVehicleId: vehicleId, smartcarUserId: userId } = connection;
  if (session.claimed_vehicle_id !== null && session.claimed_vehicle_id !== vehicleId) {
    return refuseConnect(needs, session, { problem: 'wrongCar', field: 'car', expected: '', found: '' }, now);
  }
  const listed = valueOf(
    await needs.access.withAccess(now, (token) => needs.smartcar.listConnections(token, { vehicleId, userId })),
  );
  const own = listed.find((one) => one.smartcarVehicleId === vehicleId);
  if (!own) return notListed(needs, session, now);
  await repaired(needs, session, connection, own, now);
}

/** The grant works again, says Smartcar's list; proof is awaited. */
async function repaired(
  needs: CompleteNeeds,
  session: ConnectSessionRow,
  c: Connection,
  own: ListedConnection,
  now: Date,
): Promise<void> {
  await observe(
    needs,
    {
      fleetId: c.fleetId,
      connectionId: c.id,
      outcomes: [
        {
          kind: 'repaired',
          via: 'owner',
          at: now,
          requestId: null,
          permissions: own.permissions,
          smartcarConnectionId: own.id,
        },
      ],
      actor: session.actor,
      together: async (tx) => {
        if (!(await isStillReturned(tx, session.id))) return false;
        await markReturned(tx, c.id, now);
        await applyAlertChanges(tx, c.fleetId, [c.vehicleId], [wrongCarSolved(c.vehicleId)], now);
        await finishSession(tx, session, now);
        return true;
      },
    },
    now,
  );
}

// — a new grant —

interface Grant {
  session: ConnectSessionRow;
  vehicle: Vehicle;
  living: Connection | null;
}

async function settleGrant(needs: CompleteNeeds, grant: Grant, now: Date): Promise<void> {
  const { session, vehicle, living } = grant;
  const userId = session.claimed_user_id as SmartcarUserId | null; // written by markSessionReturned alone
  if (!userId) return notListed(needs, session, now);
  const filter = { userId, externalId: externalIdOf(vehicle) };
  const listed = valueOf(await needs.access.withAccess(now, (token) => needs.smartcar.listConnections(token, filter)));
  if (listed.length === 0) return notListed(needs, session, now);
  const own = listed.find(
    (one) => one.smartcarVehicleId === living?.smartcarVehicleId && one.smartcarUserId === living.smartcarUserId,
  );
  if (own && living) return repaired(needs, session, living, own, now);
  const free = await unbound(needs, listed);
  if (free.length === 0) return refuseConnect(needs, session, { problem: 'alreadyConnected' }, now);
  await bindMatching(needs, grant, free, vehicle, now);
}

/** Connections whose car is nobody's yet, in any fleet. */
async function unbound(needs: CompleteNeeds, listed: readonly ListedConnection[]): Promise<ListedConnection[]> {
  const owners = await Promise.all(listed.map((one) => findByCar(needs.database, one.smartcarVehicleId)));
  return listed.filter((_, index) => !owners[index]);
}

/** Exactly one of the new cars must be the one on record. */
async function bindMatching(
  needs: CompleteNeeds,
  grant: Grant,
  free: readonly ListedConnection[],
  vehicle: Vehicle,
  now: Date,
): Promise<void> {
  const found = await Promise.all(free.map(async (one) => ({ one, car: await carOf(needs, one, vehicle, now) })));
  const judged = found.map(({ one, car }) => ({ one, car, match: matchCar(vehicle, car) }));
  const matching = judged.filter(({ match }) => match.matches);
  if (matching.some(({ one, car }) => car.vin === null && awaitsVin(grant, one, now)))
    throw new NotThereYet('The VIN is not in the store yet.');
  const [only] = matching;
  if (only && matching.length === 1) return bind(needs, grant, only.one, only.car, now);
  await takeBackOnlyNew(needs, grant.session, free, now);
  const mismatch = judged.find(({ match }) => !match.matches)?.match;
  if (matching.length > 1 || !mismatch || mismatch.matches)
    return refuseConnect(needs, grant.session, { problem: 'severalCars' }, now);
  const { field, expected, found: actual } = mismatch;
  await refuseConnect(needs, grant.session, { problem: 'wrongCar', field, expected, found: actual }, now);
}

/**
 * Where the record has a VIN, the car's own decides: one owner may have two cars alike. Smartcar's store gets it a moment
 * after the grant; where it does not come in time, make, model and year decide.
 */
function awaitsVin({ session, vehicle }: Grant, one: ListedConnection, now: Date): boolean {
  const inTime = session.returned_at !== null && now < after(session.returned_at, listLagS);
  return inTime && vehicle.vin !== null && one.permissions.includes('read_vin');
}

/** The VIN is asked for only where it can decide something; Smartcar's store may not have it yet. */
async function carOf(needs: CompleteNeeds, one: ListedConnection, vehicle: Vehicle, now: Date): Promise<FoundCar> {
  const { smartcarVehicleId, make, model, year, powertrain } = one;
  const ids = { vehicleId: smartcarVehicleId, userId: one.smartcarUserId };
  const answer = vehicle.vin
    ? await needs.access.withAccess(now, (token) =>
        needs.smartcar.readSignal(token, ids, 'vehicleidentification-vin', now),
      )
    : null;
  const vin = answer?.ok && typeof answer.value?.value === 'string' ? answer.value.value : null;
  return { smartcarVehicleId, make, model, year, powertrain, vin };
}

/**
 * The grant this way made is taken back, where it can be told which one it was: with several new ones, another way through
 * Connect may be under way for the same owner, and its grant must not be lost.
 */
async function takeBackOnlyNew(
  needs: CompleteNeeds,
  session: ConnectSessionRow,
  free: readonly ListedConnection[],
  now: Date,
): Promise<void> {
  const [only, ...others] = free.filter(({ createdAt }) => createdAt === null || createdAt >= session.created_at);
  if (!only || others.length > 0) return;
  valueOf(await needs.access.withAccess(now, (token) => needs.smartcar.deleteConnection(token, only.id)));
}

async function bind(
  needs: CompleteNeeds,
  grant: Grant,
  own: ListedConnection,
  car: FoundCar,
  now: Date,
): Promise<void> {
  const { session, vehicle } = grant;
  const connection = newConnection(session, vehicle, own, now);
  try {
    await needs.database.asFleet(session.fleet_id, async (tx) => {
      if (!(await isStillReturned(tx, session.id))) return;
      const before = await findLivingConnection(tx, vehicle.id);
      if (before) await supersede(tx, before, now);
      await insertConnection(tx, connection);
      if (before) await moveToConnection(tx, before.id, connection.id, now);
      await fillVehicle(tx, vehicle.id, car);
      await tellConnected(tx, connection, session.actor, now);
      await applyAlertChanges(tx, session.fleet_id, [vehicle.id], [wrongCarSolved(vehicle.id)], now);
      await finishSession(tx, session, now);
    });
  } catch (error) {
    if (violatedIndex(error) !== 'connection_car') throw error;
    await refuseConnect(needs, session, { problem: 'alreadyConnected' }, now);
  }
}

function newConnection(session: ConnectSessionRow, vehicle: Vehicle, own: ListedConnection, now: Date): Connection {
  return {
    id: newId('con', now),
    fleetId: session.fleet_id,
    vehicleId: vehicle.id,
    ownerId: vehicle.ownerId,
    platform: 'v3',
    smartcarVehicleId: own.smartcarVehicleId,
    smartcarUserId: own.smartcarUserId,
    smartcarConnectionId: own.id,
    tokenSetId: null,
    status: 'pending',
    cause: 'waitingForFirstData',
    since: now,
    connectedAt: now,
    // Smartcar may have fetched the first data before its redirect reached us; its own list says when the grant began.
    judgedAt: own.createdAt && own.createdAt < now ? own.createdAt : now,
    provedAt: null,
    pendingDeadlineAt: after(now, firstDataS),
    permissions: own.permissions,
    suspicion: null,
    vehicleState: null,
    failures: 0,
    resolutionUrl: null,
    lastSuccess: null,
    lastTelemetryAt: null,
    nextPollAt: after(now, 3),
    subscribedAt: null,
    revokedAt: null,
    endedAt: null,
    version: 1,
  };
}

async function tellConnected(tx: Tx, c: Connection, actor: Actor, now: Date): Promise<void> {
  const line = { kind: 'connection.connected', at: now, via: 'connect', requestId: null } as const;
  await insertHappenings(tx, { fleetId: c.fleetId, vehicleId: c.vehicleId, connectionId: c.id }, actor, [line]);
  const payload = { fleetId: c.fleetId, connectionId: c.id };
  await enqueue(tx, [{ name: 'ensure-subscription', payload, key: `subscribe:${c.id}` }]);
  await announce(tx, c.fleetId, [c.vehicleId], ['vehicles']);
}

// — endings —

/** Whoever comes second waits here, and finds it settled. */
async function isStillReturned(tx: Tx, id: ConnectSessionId): Promise<boolean> {
  return (await lockConnectSession(tx, id))?.state === 'returned';
}

async function finishSession(tx: Tx, session: ConnectSessionRow, now: Date): Promise<void> {
  await endSession(tx, session.id, 'done', null, now);
  if (session.link_id) await markLinkUsed(tx, session.link_id, now);
}

async function notListed(needs: CompleteNeeds, session: ConnectSessionRow, now: Date): Promise<void> {
  const lags = session.returned_at !== null && now < after(session.returned_at, listLagS);
  if (lags && session.claimed_user_id !== null) throw new NotThereYet('The connection is not in the list yet.');
  await refuseConnect(needs, session, { problem: 'notListed' }, now);
}
