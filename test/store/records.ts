/** Records to begin with; each takes the one visible difference. */
import { sql } from 'kysely';
import type { Connection } from '../../src/domain/connection.ts';
import { newCommand } from '../../src/domain/command.ts';
import type { Command, CommandState } from '../../src/domain/command.ts';
import { defaultPlan, defaultSettings } from '../../src/domain/fleet.ts';
import { newId } from '../../src/domain/ids.ts';
import type {
  CommandId,
  ConnectionId,
  FleetId,
  OwnerId,
  SmartcarUserId,
  SmartcarVehicleId,
  VehicleId,
} from '../../src/domain/ids.ts';
import type { Reading } from '../../src/domain/reading.ts';
import type { Vehicle } from '../../src/domain/vehicle.ts';
import { noUsage } from '../../src/domain/usage.ts';
import { towline } from '../../src/domain/role.ts';
import { insertCommand } from '../../src/store/command.ts';
import { insertConnection } from '../../src/store/connection.ts';
import type { Database, Tx } from '../../src/store/database.ts';
import { addFleet } from '../../src/store/fleet.ts';
import { insertOwner } from '../../src/store/owner.ts';
import { insertVehicle } from '../../src/store/vehicle.ts';

export const now = new Date('2026-11-20T12:00:00.000Z');
export const inSeconds = (seconds: number): Date => new Date(now.getTime() + seconds * 1_000);

export async function makeFleet(database: Database, name = 'North'): Promise<FleetId> {
  const id = newId('flt', now);
  const settings = defaultSettings(name);
  await database.asSystem((tx) => addFleet(tx, { id, name, plan: defaultPlan, settings }, now));
  return id;
}

export async function addOwner(tx: Tx, fleetId: FleetId, name = 'Grace'): Promise<OwnerId> {
  const id = newId('own', now);
  await insertOwner(tx, {
    id,
    fleet_id: fleetId,
    name,
    email_sealed: null,
    email_index: null,
    phone_sealed: null,
    language: 'en',
    time_zone: null,
    country: null,
    created_at: now,
  });
  return id;
}

let made = 0;

export async function addVehicle(tx: Tx, fleetId: FleetId, different: Partial<Vehicle> = {}): Promise<VehicleId> {
  const id = newId('veh', now);
  await insertVehicle(tx, {
    id,
    fleetId,
    number: `CAR-${(made += 1)}`,
    plate: null,
    vin: null,
    make: 'VOLKSWAGEN',
    model: 'ID.3',
    year: 2023,
    powertrain: 'BEV',
    country: 'DE',
    ownerId: null,
    createdAt: now,
    ...different,
  });
  return id;
}

/** Active, and due now. */
export function aConnection(fleetId: FleetId, vehicleId: VehicleId, different: Partial<Connection> = {}): Connection {
  return {
    id: newId('con', now),
    fleetId,
    vehicleId,
    ownerId: null,
    platform: 'v3',
    smartcarVehicleId: `car-of-${vehicleId}` as SmartcarVehicleId, // Smartcar's ids are opaque
    smartcarUserId: `user-of-${vehicleId}` as SmartcarUserId, // the same
    smartcarConnectionId: null,
    tokenSetId: null,
    status: 'active',
    cause: null,
    since: now,
    connectedAt: now,
    judgedAt: now,
    provedAt: now,
    pendingDeadlineAt: null,
    permissions: ['read_location'],
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
    nextPollAt: now,
    notBeforeAt: null,
    usage: noUsage(now),
    subscribedAt: null,
    revokedAt: null,
    endedAt: null,
    version: 1,
    ...different,
  };
}

/** A vehicle with a living connection. */
export async function addConnected(
  database: Database,
  fleetId: FleetId,
  different: Partial<Connection> = {},
): Promise<Connection> {
  return database.asFleet(fleetId, async (tx) => {
    const connection = aConnection(fleetId, await addVehicle(tx, fleetId), different);
    await insertConnection(tx, connection);
    return connection;
  });
}

/** An odometer reading, measured, fetched and received at one instant. */
export function aReading(value: number, at: Date, different: Partial<Reading> = {}): Reading {
  return {
    code: 'odometer-traveleddistance',
    value,
    unit: 'km',
    measuredAt: at,
    fetchedAt: at,
    receivedAt: at,
    ...different,
  };
}

/** Two pieces of work in two transactions of a fleet that have both begun before either goes on. */
export async function atOnce<T>(
  database: Database,
  fleetId: FleetId,
  works: readonly ((tx: Tx) => Promise<T>)[],
): Promise<PromiseSettledResult<T>[]> {
  let waiting = works.length;
  const all = Promise.withResolvers<void>();
  return Promise.allSettled(
    works.map((work) =>
      database.asFleet(fleetId, async (tx) => {
        // A statement of its own, so that the transaction has begun at the server, too.
        await sql`select 1`.execute(tx);
        waiting -= 1;
        if (waiting === 0) all.resolve();
        await all.promise;
        return work(tx);
      }),
    ),
  );
}

/** What was answered; a rejected one makes the test fail with its reason. */
export function answers<T>(settled: readonly PromiseSettledResult<T>[]): T[] {
  return settled.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
}

export interface CommandedCar {
  fleetId: FleetId;
  vehicleId: VehicleId;
  connectionId: ConnectionId;
}

export interface CommandGiven extends Partial<Pick<Command, 'type' | 'cause'>> {
  /** Seconds before now. */
  agoS: number;
  state: CommandState;
  /** Seconds from asked. */
  acceptedS?: number;
  endedS?: number;
}

/** A command as it has come to stand. */
export async function addCommand(tx: Tx, car: CommandedCar, given: CommandGiven): Promise<CommandId> {
  const { agoS, state, type = 'lock', cause = null, acceptedS, endedS } = given;
  const at = (seconds: number): Date => inSeconds(seconds - agoS);
  const asked = { ...car, id: newId('cmd', at(0)), type, requestedBy: towline, deadlineS: 600 };
  const isOpen = state === 'queued' || state === 'sent';
  const left = state === 'queued' || state === 'expired' || state === 'cancelled' ? null : at(1);
  await insertCommand(tx, {
    ...newCommand(asked, at(0)),
    state,
    cause,
    sends: left ? 1 : 0,
    sentAt: left,
    acceptedAt: acceptedS === undefined ? null : at(acceptedS),
    confirmBy: left && at(120),
    dueAt: isOpen ? at(8) : null,
    endedAt: isOpen ? null : at(endedS ?? 60),
  });
  return asked.id;
}
