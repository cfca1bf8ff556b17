/** A real server on a real database with two fleets. Flows are what a test hands over; none is there unasked. */
import type { FastifyInstance } from 'fastify';
import pino from 'pino';

import type { Status, Cause } from '../../src/domain/cause.ts';
import { defaultPlan, defaultSettings } from '../../src/domain/fleet.ts';
import { newId } from '../../src/domain/ids.ts';
import type {
  ConnectionId,
  FleetId,
  OwnerId,
  SmartcarUserId,
  SmartcarVehicleId,
  VehicleId,
} from '../../src/domain/ids.ts';
import { defaultRequiredPermissions } from '../../src/domain/permission.ts';
import type { Role } from '../../src/domain/role.ts';
import { ensureBootstrapKey } from '../../src/flows/bootstrap.ts';
import type { Flows } from '../../src/http/needs.ts';
import { ensureAdministrator } from '../../src/http/people.ts';
import { createHttpServer } from '../../src/http/server.ts';
import type { HttpConfig } from '../../src/http/server-needs.ts';
import { addApiKey } from '../../src/store/api-key.ts';
import { openDatabase } from '../../src/store/database.ts';
import type { Database } from '../../src/store/database.ts';
import { addFleet } from '../../src/store/fleet.ts';
import { holdGrant } from '../../src/store/loose-grant.ts';
import { openVault } from '../../src/vault/vault.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { createDatabase } from '../support/database.ts';

export const now = new Date('2026-11-20T12:00:00.000Z');
export const publicUrl = 'http://127.0.0.1:4000';
export const password = 'a long enough password';
const bootstrapKey = 'bootstrap-key-of-the-tests-0123456789';

export interface TestFleet {
  id: FleetId;
  /** An administrator's key. */
  key: string;
}

export interface TestServer {
  app: FastifyInstance;
  database: Database;
  vault: Vault;
  north: TestFleet;
  south: TestFleet;
  /** Of the installation; its own fleet is north. */
  installationKey: string;
  /** What was logged, as JSON lines. */
  logged: string[];
  /** The database is away from now on. */
  loseDatabase(): Promise<void>;
  close(): Promise<void>;
}

export async function startServer(flows: Partial<Flows> = {}, config: Partial<HttpConfig> = {}): Promise<TestServer> {
  const { url, drop } = await createDatabase();
  const database = openDatabase({ url, maxConnections: 4 });
  const vault = openVault([{ id: 'test', key: Buffer.alloc(32, 7) }]);
  const logged: string[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void logged.push(line) });
  const north = await makeFleet(database, vault, 'North');
  const south = await makeFleet(database, vault, 'South');
  await ensureAdministrator(database, { email: 'Ada@north.example', password, name: 'Ada', fleetIds: [north.id] }, now);
  await ensureBootstrapKey({ database, vault }, bootstrapKey, north.id, now);
  const app = await createHttpServer({
    flows: { ...absent, ...flows },
    database,
    vault,
    log,
    clock: () => now,
    config: {
      publicUrl,
      demo: true,
      mode: 'simulated',
      simulatorUrl: 'http://127.0.0.1:4010',
      connectOrigin: 'http://127.0.0.1:4010',
      missingForV3: [],
      requestLimits: { capacity: 120, perMinute: 2, perMonth: null },
      signatureHeader: 'sc-signature',
      dashboardDir: '/nowhere/dist/web',
      ...config,
    },
  });
  let lost: Promise<void> | null = null;
  const loseDatabase = (): Promise<void> => (lost ??= drop());
  const close = async (): Promise<void> => {
    await app.close();
    await database.close();
    await loseDatabase();
  };
  return { app, database, vault, north, south, installationKey: bootstrapKey, logged, loseDatabase, close };
}

/** A flow that a test did not hand over fails loudly. */
const absent = new Proxy({} as Flows, {
  get: (_target, name) => () => Promise.reject(new Error(`The flow ${String(name)} is not part of this test.`)),
  ownKeys: () => [
    'addVehicle',
    'changeVehicle',
    'previewImport',
    'startImport',
    'undoImport',
    'discardImport',
    'addOwner',
    'changeOwner',
    'sendConnectLink',
    'reconnect',
    'disconnect',
    'check',
    'confirmGrant',
    'refuseGrant',
    'acknowledgeAlert',
    'resolveAlert',
    'planMove',
    'startMove',
    'pauseMove',
    'resumeMove',
    'finishMove',
    'rollBackMove',
    'previewReconnects',
    'sendReconnects',
    'pauseReconnects',
    'resumeReconnects',
    'cancelReconnects',
    'receiveWebhook',
    'viewLink',
    'startFromLink',
    'returnFromConnect',
  ],
  getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
});

async function makeFleet(database: Database, vault: Vault, name: string): Promise<TestFleet> {
  const id = newId('flt', now);
  await database.asSystem((tx) => addFleet(tx, { id, name, plan: defaultPlan, settings: defaultSettings(name) }, now));
  return { id, key: await makeKey({ database, vault }, id, 'administrator') };
}

export async function makeKey(
  { database, vault }: Pick<TestServer, 'database' | 'vault'>,
  fleetId: FleetId,
  role: Role,
): Promise<string> {
  const key = vault.newSecret();
  const kept = {
    fleetId,
    name: `Key of a ${role}`,
    digest: vault.fingerprint(key),
    hint: key.slice(0, 4),
    role,
    installation: false,
  };
  await database.asFleet(fleetId, (tx) => addApiKey(tx, kept, now));
  return key;
}

export interface VehicleGiven {
  number: string;
  make?: string;
  status?: Status;
  cause?: Cause;
  /** Hours before now of its newest reading; absent: none. */
  newsH?: number;
  ownerName?: string;
}

export async function makeVehicle(
  { database, vault }: Pick<TestServer, 'database' | 'vault'>,
  fleet: FleetId,
  given: VehicleGiven,
): Promise<{ vehicleId: VehicleId; ownerId: OwnerId; connectionId: ConnectionId | null }> {
  const { number, make = 'VOLKSWAGEN', status, cause = null, newsH, ownerName = `Owner of ${number}` } = given;
  const [vehicleId, ownerId, connectionId] = [newId('veh', now), newId('own', now), newId('con', now)];
  const email = `${number.toLowerCase()}@owners.example`;
  await database.asFleet(fleet, async (tx) => {
    await tx
      .insertInto('owner')
      .values({
        id: ownerId,
        fleet_id: fleet,
        name: ownerName,
        email_sealed: vault.seal(email, { fleetId: fleet, row: ownerId, kind: 'owner.email' }),
        email_index: vault.digest(email, 'owner.email'),
        phone_sealed: null,
        language: 'en',
        time_zone: null,
        country: 'DE',
        created_at: now,
      })
      .execute();
    await tx
      .insertInto('vehicle')
      .values({
        id: vehicleId,
        fleet_id: fleet,
        number,
        plate: `HH-${number}`,
        vin: null,
        make,
        model: 'ID.3',
        year: 2023,
        powertrain: 'BEV',
        country: 'DE',
        owner_id: ownerId,
        created_at: now,
      })
      .execute();
    if (newsH !== undefined) {
      const at = new Date(now.getTime() - newsH * 3_600_000);
      const times = { measuredAt: at.toISOString(), fetchedAt: at.toISOString(), receivedAt: at.toISOString() };
      const signals = {
        'odometer-traveleddistance': { value: 12_345, unit: 'km', ...times },
        'location-preciselocation': { value: { latitude: 53.55, longitude: 9.99 }, unit: null, ...times },
      };
      await tx
        .insertInto('vehicle_state')
        .values({ vehicle_id: vehicleId, fleet_id: fleet, signals: JSON.stringify(signals), newest_at: at })
        .execute();
    }
    if (status)
      await tx
        .insertInto('connection')
        .values(connectionRow({ fleet, vehicleId, ownerId, connectionId, status, cause }))
        .execute();
  });
  return { vehicleId, ownerId, connectionId: status ? connectionId : null };
}

interface ConnectionGiven {
  fleet: FleetId;
  vehicleId: VehicleId;
  ownerId: OwnerId;
  connectionId: ConnectionId;
  status: Status;
  cause: Cause | null;
}

function connectionRow({ fleet, vehicleId, ownerId, connectionId, status, cause }: ConnectionGiven) {
  return {
    id: connectionId,
    fleet_id: fleet,
    vehicle_id: vehicleId,
    owner_id: ownerId,
    platform: 'v3' as const,
    smartcar_vehicle_id: `sc-${vehicleId}` as SmartcarVehicleId, // Smartcar's ids are opaque
    smartcar_user_id: `user-${ownerId}` as SmartcarUserId, // the same
    smartcar_connection_id: null,
    status,
    cause,
    since: now,
    connected_at: now,
    judged_at: now,
    proved_at: null,
    pending_deadline_at: null,
    permissions: [...defaultRequiredPermissions].filter((name) => name !== 'control_security'),
    suspicion: null,
    vehicle_state: null,
    trouble: null,
    trouble_since: null,
    held_by: null,
    failures: 0,
    resolution_url: null,
    last_success_kind: null,
    last_success_at: null,
    last_telemetry_at: null,
    next_poll_at: null,
    subscribed_at: now,
    revoked_at: null,
    ended_at: null,
    version: 1,
  };
}

export const bearer = (key: string): { authorization: string } => ({ authorization: `Bearer ${key}` });

/** Signs Ada in as a browser does; answers the cookies it keeps. */
export async function signIn(app: FastifyInstance, given = { email: 'ada@north.example', password }): Promise<string> {
  const answer = await app.inject({
    method: 'POST',
    url: '/api/auth/sign-in/email',
    headers: { origin: publicUrl },
    payload: given,
  });
  if (answer.statusCode !== 200) throw new Error(`Sign-in was answered ${answer.statusCode}: ${answer.body}`);
  return answer.cookies.map(({ name, value }) => `${name}=${encodeURIComponent(value)}`).join('; ');
}

/** One of everything else a fleet can have, each naming the vehicle's number; answers their addresses in the API. */
export async function makeRecords(
  { database }: Pick<TestServer, 'database'>,
  fleet: FleetId,
  of: { vehicleId: VehicleId; ownerId: OwnerId; number: string },
): Promise<string[]> {
  const { vehicleId, ownerId, number } = of;
  const [alert, notification, event, happening] = [
    newId('alt', now),
    newId('ntf', now),
    newId('whk', now),
    newId('evt', now),
  ];
  await database.asSystem((tx) =>
    tx
      .insertInto('webhook_inbox')
      .values({
        id: event,
        body: Buffer.from('{}'),
        received_at: now,
        state: 'applied',
        reason: number,
        event_id: `event-${number}`,
        event_type: 'VEHICLE_STATE',
        smartcar_vehicle_id: null,
        fleet_id: fleet,
        vehicle_id: vehicleId,
        applied_at: now,
        lease_until: null,
      })
      .execute(),
  );
  await database.asFleet(fleet, async (tx) => {
    await tx
      .insertInto('alert')
      .values({
        id: alert,
        fleet_id: fleet,
        key: number,
        kind: 'notification.failed',
        severity: 'critical',
        state: 'open',
        vehicle_ids: [vehicleId],
        detail: JSON.stringify({ reason: number }),
        opened_at: now,
        acknowledged_at: null,
        acknowledged_by: null,
        resolved_at: null,
      })
      .execute();
    await tx
      .insertInto('notification')
      .values({
        id: notification,
        fleet_id: fleet,
        owner_id: ownerId,
        kind: 'reconnect',
        channel: 'email',
        request_id: null,
        link_id: null,
        vehicle_ids: [vehicleId],
        cause: 'signedOut',
        state: 'sent',
        message_id: `<${notification}@towline>`,
        subject: number,
        last_error: null,
        created_at: now,
        due_at: null,
        sent_at: now,
      })
      .execute();
    await tx
      .insertInto('mailbox_message')
      .values({
        message_id: `<${notification}@towline>`,
        fleet_id: fleet,
        notification_id: notification,
        sender: 'a@x.example',
        recipient: 'b@x.example',
        reply_to: null,
        subject: number,
        html: '<p>Hello</p>',
        text: 'Hello',
        at: now,
      })
      .execute();
    await tx
      .insertInto('timeline')
      .values({
        id: happening,
        fleet_id: fleet,
        vehicle_id: vehicleId,
        connection_id: null,
        kind: 'connection.changed',
        at: now,
        via: 'poll',
        actor: JSON.stringify({ kind: 'towline', id: null, name: 'Towline' }),
        request_id: null,
        data: JSON.stringify({
          from: { status: 'active', cause: null },
          to: { status: 'expired', cause: 'signedOut' },
        }),
      })
      .execute();
  });
  return [
    `/alerts/${alert}`,
    `/notifications/${notification}`,
    `/webhook-events/${event}`,
    `/grants/${await makeHeldGrant({ database }, fleet, vehicleId)}`,
  ];
}

/** A car that its owner connected and nobody has confirmed. */
export async function makeHeldGrant(
  { database }: Pick<TestServer, 'database'>,
  fleetId: FleetId,
  vehicleId: VehicleId,
): Promise<string> {
  const id = await database.asFleet(fleetId, (tx) =>
    holdGrant(
      tx,
      {
        fleetId,
        vehicleId,
        sessionId: null,
        platform: 'v3',
        smartcarVehicleId: `other-${vehicleId}` as SmartcarVehicleId, // Smartcar's ids are opaque
        smartcarUserId: `other-${vehicleId}` as SmartcarUserId, // the same
        smartcarConnectionId: null,
        tokenSetId: null,
        permissions: [...defaultRequiredPermissions],
        make: 'VOLKSWAGEN',
        model: 'ID.3',
        year: 2023,
        powertrain: null,
        vin: null,
        grantedAt: now,
      },
      { reason: 'noVin', expiresAt: new Date(now.getTime() + 86_400_000), looksAt: new Date(now.getTime() + 600_000) },
      now,
    ),
  );
  if (!id) throw new Error('The grant is held already.');
  return id;
}
