/**
 * Settles a return from Connect against Smartcar's own list of connections: binds the car, repairs the connection, or
 * refuses and takes the new grant back. May run any number of times; the session's state decides once.
 */
import type { Connection } from '../domain/connection.ts';
import type { ConnectSessionId, FleetId } from '../domain/ids.ts';
import { newId } from '../domain/ids.ts';
import type { Actor } from '../domain/role.ts';
import { after } from '../domain/schedule.ts';
import { matchCar } from '../domain/vehicle.ts';
import type { FoundCar, Vehicle } from '../domain/vehicle.ts';
import { applyAlertChanges } from '../store/alert.ts';
import { findConnection, findLivingConnection, insertConnection } from '../store/connection.ts';
import { findByCar } from '../store/connection-due.ts';
import { findConnectSession, listReturnedSessions } from '../store/connect-session.ts';
import type { ConnectSessionRow } from '../store/connect-session.ts';
import type { Tx } from '../store/database.ts';
import { announce, enqueue } from '../store/outbox.ts';
import { moveToConnection } from '../store/reauthentication-request.ts';
import { insertHappenings } from '../store/timeline.ts';
import { fillVehicle, findVehicle } from '../store/vehicle.ts';
import { violatedIndex } from '../store/violation.ts';
import type { Vault } from '../vault/vault.ts';
import { NotThereYet } from './call-failed.ts';
import { finishSession, isStillReturned, listLagS, notListed } from './end-session.ts';
import { grantsOnV3 } from './grants.ts';
import type { Granted, Grants } from './grants.ts';
import { grantsOnV2 } from './grants-v2.ts';
import { refuseConnect, wrongCarSolved } from './refuse-connect.ts';
import { repaired, settleRepair } from './settle-repair.ts';
import type { RepairNeeds } from './settle-repair.ts';
import { supersede } from './supersede.ts';

export interface CompleteNeeds extends RepairNeeds {
  vault: Pick<Vault, 'seal' | 'open'>;
  /** New grants are made on v2: the installation has no credentials for v3. */
  grantsOnV2: boolean;
  /** The address that Connect was told to come back to. */
  redirectUri: string;
}

/** While pending: how long the first data may take. */
const firstDataS = 24 * 3_600;

/**
 * A code is exchanged by whoever took the owner's return, and that may take this long; a second exchange of it meanwhile
 * would be refused, and may cost what the first one gave (RFC 6749 §4.1.2).
 */
const exchangeS = 45;

/** Takes up every return that is not settled yet, of all fleets. One that can't be settled now does not stop the others. */
export async function completeDue(
  needs: CompleteNeeds & { onFault: (error: unknown, what: string) => void },
  now: Date,
): Promise<void> {
  for (const task of await listReturnedSessions(needs.database, after(now, -exchangeS), 50)) {
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
  return settleGrant(needs, { session, vehicle, living, grants: grantsOf(needs, session, vehicle, now) }, now);
}

// — a new grant —

interface Grant {
  session: ConnectSessionRow;
  vehicle: Vehicle;
  living: Connection | null;
  /** Smartcar's own word on it. */
  grants: Grants;
}

/** An installation with credentials for v3 makes every new grant there. */
function grantsOf(needs: CompleteNeeds, session: ConnectSessionRow, vehicle: Vehicle, now: Date): Grants {
  const { v2 } = needs;
  return needs.grantsOnV2 && v2 ? grantsOnV2({ ...needs, v2 }, session, now) : grantsOnV3(needs, session, vehicle, now);
}

async function settleGrant(needs: CompleteNeeds, grant: Grant, now: Date): Promise<void> {
  const { session, vehicle, living, grants } = grant;
  const listed = await grants.list();
  if (listed.length === 0) return notListed(needs, session, now);
  const own = listed.find(
    (one) => one.smartcarVehicleId === living?.smartcarVehicleId && one.smartcarUserId === living.smartcarUserId,
  );
  if (own && living) {
    const { permissions, id: smartcarConnectionId, platform, tokenSetId } = own;
    const repair = { permissions, smartcarConnectionId, grant: { platform, tokenSetId } };
    return repaired(needs, session, living, repair, now);
  }
  const free = await unbound(needs, listed);
  if (free.length === 0) return refuseConnect(needs, session, { problem: 'alreadyConnected' }, now);
  await bindMatching(needs, grant, free, vehicle, now);
}

/** Cars that are nobody's yet, in any fleet. */
async function unbound(needs: CompleteNeeds, listed: readonly Granted[]): Promise<Granted[]> {
  const owners = await Promise.all(listed.map((one) => findByCar(needs.database, one.smartcarVehicleId)));
  return listed.filter((_, index) => !owners[index]);
}

/** Exactly one of the new cars must be the one on record. */
async function bindMatching(
  needs: CompleteNeeds,
  grant: Grant,
  free: readonly Granted[],
  vehicle: Vehicle,
  now: Date,
): Promise<void> {
  const found = await Promise.all(free.map(async (one) => ({ one, car: await carOf(grant.grants, one, vehicle) })));
  const judged = found.map(({ one, car }) => ({ one, car, match: matchCar(vehicle, car) }));
  const matching = judged.filter(({ match }) => match.matches);
  if (matching.some(({ one, car }) => car.vin === null && awaitsVin(grant, one, now)))
    throw new NotThereYet('The VIN is not in the store yet.');
  const [only] = matching;
  if (only && matching.length === 1) return bind(needs, grant, only.one, only.car, now);
  await takeBackOnlyNew(grant, free);
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
function awaitsVin({ session, vehicle }: Grant, one: Granted, now: Date): boolean {
  const inTime = session.returned_at !== null && now < after(session.returned_at, listLagS);
  return inTime && vehicle.vin !== null && one.permissions.includes('read_vin');
}

/** The VIN is asked for only where it can decide something; Smartcar may not know it yet. */
async function carOf(grants: Grants, one: Granted, vehicle: Vehicle): Promise<FoundCar> {
  const { smartcarVehicleId, make, model, year, powertrain } = one;
  const vin = vehicle.vin ? await grants.vinOf(one) : null;
  return { smartcarVehicleId, make, model, year, powertrain, vin };
}

/**
 * The grant this way made is taken back, where it can be told which one it was: with several new ones, another way through
 * Connect may be under way for the same owner, and its grant must not be lost.
 */
async function takeBackOnlyNew({ session, grants }: Grant, free: readonly Granted[]): Promise<void> {
  const [only, ...others] = free.filter(({ createdAt }) => createdAt === null || createdAt >= session.created_at);
  if (only && others.length === 0) await grants.takeBack(only);
}

async function bind(needs: CompleteNeeds, grant: Grant, own: Granted, car: FoundCar, now: Date): Promise<void> {
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

/** Connected now, and waiting for the first data. */
export function newConnection(
  session: Pick<ConnectSessionRow, 'fleet_id'>,
  vehicle: Vehicle,
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
    suspicion: null,
    vehicleState: null,
    trouble: null,
    heldBy: null,
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

/** The line of the timeline, the subscription, and word to the screens. */
export async function tellConnected(tx: Tx, c: Connection, actor: Actor, now: Date): Promise<void> {
  const line = { kind: 'connection.connected', at: now, via: 'connect', requestId: null } as const;
  await insertHappenings(tx, { fleetId: c.fleetId, vehicleId: c.vehicleId, connectionId: c.id }, actor, [line]);
  const payload = { fleetId: c.fleetId, connectionId: c.id };
  await enqueue(tx, [{ name: 'ensure-subscription', payload, key: `subscribe:${c.id}` }]);
  await announce(tx, c.fleetId, [c.vehicleId], ['vehicles']);
}
