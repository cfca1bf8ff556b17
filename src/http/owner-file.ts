/** The file that an owner can take along: what is kept about them, and no secret. */
import type { Connection } from '../domain/connection.ts';
import { listConnectionsOfOwner } from '../store/connection.ts';
import { listConsents } from '../store/consent.ts';
import type { Tx } from '../store/database.ts';
import { ownFleet } from '../store/fleet.ts';
import { listNotifications } from '../store/notification-list.ts';
import type { ListedOwner } from '../store/owner-list.ts';
import { listRequests } from '../store/request-list.ts';
import { extentOfHistory } from '../store/telemetry-extent.ts';
import { findVehicles, listVehiclesOfOwner } from '../store/vehicle.ts';
import type { Vehicle } from '../domain/vehicle.ts';
import { signalName } from '../texts/words.ts';
import type { OwnerFile } from './contract/owners.ts';
import { presentConsent, presentRequest } from './present-owner.ts';
import { iso, maybeIso, presentNotification, presentOwner } from './present.ts';
import type { Sealing } from './server-needs.ts';

/** Of each list; more than a person with a hundred cars gathers in years. */
const mostLines = 5_000;
const whole = { after: null, limit: mostLines };

export async function ownerFileOf(
  tx: Tx,
  owner: ListedOwner,
  vault: Pick<Sealing, 'open'>,
  now: Date,
): Promise<OwnerFile> {
  const { settings, name } = await ownFleet(tx);
  const connections = await listConnectionsOfOwner(tx, owner.id);
  const own = await listVehiclesOfOwner(tx, owner.id);
  const vehicles = await findVehicles(tx, [...new Set([...own, ...connections.map(({ vehicleId }) => vehicleId)])]);
  const consents = await listConsents(tx, owner.id, whole);
  const requests = await listRequests(tx, owner.id, whole);
  const messages = await listNotifications(tx, { owner: owner.id }, whole);
  const shared: OwnerFile['shared'] = [];
  for (const connection of connections) shared.push(await sharedOf(tx, connection, vehicles, now));
  const { vehicleCount: _count, erasedAt: _at, ...contact } = presentOwner(owner, vault);
  return {
    exportedAt: iso(now),
    fleet: settings.ownerMail.fromName || name,
    owner: contact,
    vehicles: vehicles
      .filter(({ id }) => own.includes(id))
      .map((vehicle) => ({ ...labelOf(vehicle), vin: vehicle.vin })),
    shared,
    consents: consents.slice(0, mostLines).map(presentConsent),
    requests: requests.slice(0, mostLines).map(presentRequest),
    messages: messages.slice(0, mostLines).map((row) => {
      const { owner: _owner, attempts: _attempts, lastError: _error, ...message } = presentNotification(row);
      return message;
    }),
    isWhole: [consents, requests, messages].every(({ length }) => length <= mostLines),
  };
}

function labelOf({ id, number, plate, make, model, year }: Vehicle): OwnerFile['shared'][number]['vehicle'] {
  return { id, number, plate, make, model, year };
}

async function sharedOf(
  tx: Tx,
  c: Connection,
  vehicles: readonly Vehicle[],
  now: Date,
): Promise<OwnerFile['shared'][number]> {
  const vehicle = vehicles.find(({ id }) => id === c.vehicleId);
  if (!vehicle) throw new Error(`The vehicle ${c.vehicleId} of a connection is gone.`);
  const extent = await extentOfHistory(tx, c.vehicleId, c.connectedAt, c.endedAt ?? now);
  return {
    connectionId: c.id,
    vehicle: labelOf(vehicle),
    since: iso(c.connectedAt),
    until: maybeIso(c.endedAt),
    permissions: c.permissions,
    readings: extent.map(({ code, count, from, until }) => ({
      code,
      name: signalName(code),
      count,
      from: iso(from),
      until: iso(until),
    })),
  };
}
