/** One row of a fleet in every table that rows of a fleet can be in; a table that is forgotten here makes the tests say so. */
import { sql } from 'kysely';
import { newCommand } from '../../src/domain/command.ts';
import type { Connection } from '../../src/domain/connection.ts';
import { newId } from '../../src/domain/ids.ts';
import type {
  ConnectionId,
  FleetId,
  LinkId,
  NotificationId,
  SmartcarUserId,
  SmartcarVehicleId,
  VehicleId,
} from '../../src/domain/ids.ts';
import { started } from '../../src/domain/rental.ts';
import { towline } from '../../src/domain/role.ts';
import { addApiKey } from '../../src/store/api-key.ts';
import { applyAlertChanges } from '../../src/store/alert.ts';
import { writeAudit } from '../../src/store/audit.ts';
import { insertCommand } from '../../src/store/command.ts';
import { insertRental } from '../../src/store/rental.ts';
import { writeCompatibility } from '../../src/store/compatibility-check.ts';
import { insertConnectSession } from '../../src/store/connect-session.ts';
import { insertConnection } from '../../src/store/connection.ts';
import { insertConsent, keepWording } from '../../src/store/consent.ts';
import type { Database, Tx } from '../../src/store/database.ts';
import { insertDrifts } from '../../src/store/drift.ts';
import { startCheck } from '../../src/store/diagnosis.ts';
import { insertErasure } from '../../src/store/erasure.ts';
import { insertEndpoint } from '../../src/store/event-endpoint.ts';
import { claimKey } from '../../src/store/idempotency.ts';
import { insertIncident, raiseHours } from '../../src/store/incident.ts';
import { insertLink } from '../../src/store/link.ts';
import { addMember, ensurePerson } from '../../src/store/member.ts';
import { holdGrant } from '../../src/store/loose-grant.ts';
import { insertMove } from '../../src/store/move.ts';
import { insertMailboxMessage, insertNotification } from '../../src/store/notification.ts';
import { insertBatch } from '../../src/store/reconnect-batch.ts';
import { addToRequest, insertRequest } from '../../src/store/reauthentication-request.ts';
import { claimRevocation } from '../../src/store/revocation.ts';
import { writeReadings } from '../../src/store/telemetry.ts';
import { insertHappenings } from '../../src/store/timeline.ts';
import { insertTokenSet } from '../../src/store/token-set.ts';
import { insertImport, insertImportLines } from '../../src/store/vehicle-import.ts';
import { addUsage } from '../../src/store/request-usage.ts';
import { addBeat } from '../../src/store/webhook-pulse.ts';
import { labelDelivery, openInboxWriter, claimDeliveries } from '../../src/store/webhook-inbox.ts';
import { aConnection, aReading, addOwner, addVehicle, inSeconds, makeFleet, now } from '../store/records.ts';

export interface FullFleet {
  id: FleetId;
  vehicleId: VehicleId;
  connectionId: ConnectionId;
  linkId: LinkId;
}

/** A fleet with a row in each table, made as the application makes them. */
export async function fillEveryTable(database: Database, name: string): Promise<FullFleet> {
  const id = await makeFleet(database, name);
  const keys = await database.asFleet(id, async (tx) => {
    const ownerId = await addOwner(tx, id);
    const vehicleId = await addVehicle(tx, id, { ownerId });
    const subject = { fleetId: id, vehicleId, connectionId: null };
    const connection = aConnection(id, vehicleId, { ownerId });
    await insertConnection(tx, connection);
    await insertTokenSet(tx, {
      id: newId('tok', now),
      fleetId: id,
      smartcarUserId: `user of ${id}` as SmartcarUserId, // Smartcar's ids are opaque
      sealed: Buffer.from('s'),
      issuedAt: now,
      accessExpiresAt: inSeconds(7_200),
      refreshExpiresAt: inSeconds(60 * 86_400),
    });
    await claimRevocation(tx, { fleetId: id, connectionId: connection.id, holdsMeans: true }, inSeconds(60), now);
    await writeReadings(tx, id, vehicleId, new Map(), [aReading(1, now)]);
    await startCheck(tx, { fleetId: id, vehicleId, startedAt: now });
    const check = { checkedAt: now, vin: 'WVWZZZE1ZPP004711', country: 'DE', answer: 'compatible' } as const;
    const nothing = { reason: null, lacking: null, requestId: null };
    await writeCompatibility(tx, { fleetId: id, vehicleId }, { ...check, ...nothing });
    const receiver = { id: newId('end', now), fleetId: id, url: 'https://fleet.example/events', types: null };
    await insertEndpoint(tx, { ...receiver, secretSealed: Buffer.from('s'), createdBy: towline }, now);
    const ended = { status: 'disconnected', cause: 'disconnectedHere' } as const;
    await insertHappenings(tx, subject, towline, [
      { kind: 'connection.changed', at: now, via: 'operator', requestId: null, to: ended },
      { kind: 'vehicle.added', at: now, via: 'operator', requestId: null },
    ]);
    await applyAlertChanges(
      tx,
      id,
      [vehicleId],
      [{ change: 'open', key: 'k', kind: 'connection.error', severity: 'warning', detail: {} }],
      now,
    );
    const request = await insertRequest(tx, id, ownerId, now);
    await addToRequest(tx, request, connection.id, 'signedOut');
    const link = await insertLink(
      tx,
      { kind: 'connect', fleetId: id, vehicleId, ownerId, expiresAt: inSeconds(60) },
      now,
    );
    await insertConnectSession(
      tx,
      {
        id: newId('cns', now),
        fleetId: id,
        vehicleId,
        connectionId: null,
        linkId: link.id,
        purpose: 'connect',
        stateDigest: Buffer.from(`state ${id}`),
        browserDigest: Buffer.from('b'),
        actor: towline,
        expiresAt: inSeconds(60),
        shown: null,
      },
      now,
    );
    await holdGrant(
      tx,
      {
        ...{ fleetId: id, vehicleId, sessionId: null, platform: 'v3', tokenSetId: null, permissions: [] },
        ...{ make: null, model: null, year: null, powertrain: null, vin: null, grantedAt: null },
        smartcarVehicleId: `held of ${id}` as SmartcarVehicleId, // Smartcar's ids are opaque
        smartcarUserId: `user of ${id}` as SmartcarUserId, // the same
        smartcarConnectionId: null,
      },
      { reason: 'noVin', expiresAt: inSeconds(60), looksAt: inSeconds(30) },
      now,
    );
    await fillConsents(tx, connection);
    const forgotten = await addOwner(tx, id, 'Forgotten');
    await insertErasure(tx, { fleetId: id, ownerId: forgotten, actor: towline }, now);
    await tx.insertInto('reading_retention').values({ fleet_id: id, gone_before: '2026-01-01' }).execute();
    await insertNotification(
      tx,
      {
        fleetId: id,
        ownerId,
        kind: 'reconnect',
        requestId: request.id,
        linkId: link.id,
        vehicleIds: [vehicleId],
        cause: null,
      },
      now,
    );
    await insertMailboxMessage(tx, {
      message_id: `<${id}>`,
      fleet_id: id,
      notification_id: newId('ntf', now) satisfies NotificationId,
      sender: 's',
      recipient: 'r',
      reply_to: null,
      subject: 's',
      html: 'h',
      text: 't',
      at: now,
    });
    await addApiKey(
      tx,
      { fleetId: id, name: 'key', digest: Buffer.from(id), hint: 'h', role: 'viewer', installation: false },
      now,
    );
    await insertMove(
      tx,
      {
        id: newId('mov', now),
        fleetId: id,
        actor: towline,
        vehicles: [{ connection, state: 'skipped', reason: 'notOnV2', lostPermissions: [] }],
      },
      now,
    );
    await insertBatch(
      tx,
      {
        id: newId('rcb', now),
        fleetId: id,
        selection: { chosen: 1 },
        previewedAt: now,
        previewDigest: Buffer.from(id),
        actor: towline,
        startsAt: now,
      },
      [{ vehicleId, act: 'ask', ownerId, cause: 'signedOut', state: 'queued', reason: null }],
      now,
    );
    await writeAudit(tx, {
      fleetId: id,
      at: now,
      actor: towline,
      act: 'getMe',
      subject: null,
      detail: {},
      requestId: null,
    });
    const asked = { fleetId: id, vehicleId, connectionId: connection.id, type: 'lock', requestedBy: towline } as const;
    const rental = { id: newId('rnt', now), fleetId: id, reference: `R ${name}` };
    const begin = { vehicleId, startedAt: now, startedBy: towline, endsAt: null, renterSealed: null };
    await insertRental(tx, started(rental, begin, { takenAt: now, readings: [] }, now));
    await tx
      .insertInto('vehicle_readiness')
      .values({ vehicle_id: vehicleId, fleet_id: id, ready: true, since: now })
      .execute();
    await insertCommand(tx, newCommand({ ...asked, id: newId('cmd', now), deadlineS: 60 }, now));
    await insertDrifts(
      tx,
      [
        {
          fleetId: id,
          vehicleId,
          connectionId: connection.id,
          reconciliationId: newId('rec', now),
          kind: 'renamed',
          detail: {},
        },
      ],
      now,
    );
    const incident = await insertIncident(
      tx,
      {
        ...{ fleetId: id, scope: { make: 'FORD', region: null }, from: now },
        ...{ accounts: 9, troubled: 5, normalShare: 0.01 },
      },
      now,
    );
    if (incident) {
      await tx
        .insertInto('incident_vehicle')
        .values({ incident_id: incident.id, vehicle_id: vehicleId, fleet_id: id, joined_at: now, left_at: null })
        .execute();
    }
    await raiseHours(tx, id, [{ make: 'FORD', region: null, accounts: 9, troubled: 5, atSmartcar: 0 }], now);
    const importId = newId('imp', now);
    await insertImport(tx, {
      ...{ id: importId, fleet_id: id, name, encoding: 'UTF-8', separator: ',', columns: [], ignored: [], hash: 'h' },
      ...{ state: 'previewed', adds: 0, updates: 0, unchanged: 1, refused: 0, new_owners: 0 },
      ...{ made_at: now, made_by: JSON.stringify(towline) },
    });
    await insertImportLines(tx, { id: importId, fleetId: id }, [
      {
        ...{ line: 2, plan: 'unchanged', state: 'none', notes: [], sealed: Buffer.from('s'), vehicle_id: vehicleId },
        effect: JSON.stringify({ plan: 'unchanged', vehicleId }),
      },
    ]);
    await addBeat(tx, id, { make: '', deliveries: 1, firstAt: now, lastAt: now, longestGapS: 0 });
    await claimKey(tx, { fleetId: id, key: 'key', digest: Buffer.from('d') }, now);
    return { vehicleId, connectionId: connection.id, linkId: link.id };
  });
  await fillForAllFleets(database, id, name);
  return { id, ...keys };
}

async function fillConsents(tx: Tx, c: Connection): Promise<void> {
  const { fleetId, vehicleId, id: connectionId, smartcarUserId, smartcarConnectionId } = c;
  const wording = { id: 'a'.repeat(64), language: 'en', sentences: ['May we?'] };
  await keepWording(tx, fleetId, wording, now);
  await insertConsent(tx, {
    ...{ fleetId, vehicleId, connectionId, smartcarUserId, smartcarConnectionId },
    ...{ kind: 'given', way: 'link', at: now, permissions: [], via: 'connect', requestId: null },
    shown: { wordingId: wording.id, language: 'en', asked: null },
    ...{ actor: towline, linkKind: 'connect', sessionId: null, grantedAt: null },
  });
}

async function fillForAllFleets(database: Database, id: FleetId, name: string): Promise<void> {
  await openInboxWriter(database).write(Buffer.from(name), now);
  for (const delivery of await claimDeliveries(database, 1, 60, now)) {
    await labelDelivery(database, delivery.id, {
      eventId: id,
      eventType: 'VEHICLE_STATE',
      smartcarVehicleId: null,
      fleetId: id,
    });
  }
  await database.asSystem(async (tx) => {
    const day = now.toISOString().slice(0, 10);
    await addUsage(tx, [{ fleetId: id, day, make: 'KIA', purpose: 'routine', requests: 1 }]);
    const person = {
      id: `person of ${id}`,
      name,
      email: `${id}@people.example`,
      passwordHash: 'x',
      installationAdministrator: false,
    };
    const userId = await ensurePerson(tx, person, now);
    await addMember(tx, { fleetId: id, userId, role: 'viewer' }, now);
  });
}

/** Everything a fleet has, as the owner of the tables sees it: by table, each row as text. */
export async function snapshot(
  database: Database,
  tables: readonly { name: string; fleetColumn: string | null }[],
  fleetId: FleetId,
): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (const { name, fleetColumn } of tables) {
    if (fleetColumn === null) continue;
    const { rows } = await sql<{
      row: string;
    }>`select t::text as row from ${sql.table(name)} t where ${sql.ref(fleetColumn)} = ${fleetId} order by 1`.execute(
      database.owner,
    );
    found[name] = rows.map(({ row }) => row);
  }
  return found;
}
