/** What stands behind a link, for whoever opens it. Looking never uses a link up. */
import { stepsBefore } from '../domain/before-connect.ts';
import type { Connection } from '../domain/connection.ts';
import { askedPermissions } from '../domain/fleet.ts';
import type { Settings } from '../domain/fleet.ts';
import { makePolicy } from '../domain/make-policy.ts';
import type { Vehicle } from '../domain/vehicle.ts';
import { findConnection, findLatestConnection } from '../store/connection.ts';
import { findLastSession } from '../store/connect-session.ts';
import type { Database, Tx } from '../store/database.ts';
import { ownFleet } from '../store/fleet.ts';
import { findLink } from '../store/link.ts';
import type { LinkRow } from '../store/link.ts';
import { findOwner } from '../store/owner.ts';
import { findRequest, listRequestConnections } from '../store/reauthentication-request.ts';
import type { RequestConnectionRow, RequestRow } from '../store/reauthentication-request.ts';
import { findVehicle } from '../store/vehicle.ts';
import type { Vault } from '../vault/vault.ts';
import { isOfFormerOwner } from './start-connect.ts';
import type { LinkPage, PageCar, ReturnProblem } from './link-page.ts';

export async function viewLink(
  needs: { database: Database; vault: Vault },
  token: string,
  now: Date,
): Promise<LinkPage> {
  const id = needs.vault.readLinkToken(token);
  const link = id && (await findLink(needs.database, id));
  if (!link || link.revoked_at) return { page: 'closed', reason: 'unknown', fleet: null, language: 'en' };
  return needs.database.asFleet(link.fleet_id, (tx) => pageOf(tx, link, now));
}

async function pageOf(tx: Tx, link: LinkRow, now: Date): Promise<LinkPage> {
  const { name, settings } = await ownFleet(tx);
  const fleet = { name: settings.ownerMail.fromName || name, supportContact: settings.ownerMail.supportContact };
  const owner = link.owner_id ? await findOwner(tx, link.owner_id) : undefined;
  const language = owner?.language ?? 'en';
  const request = link.request_id ? await findRequest(tx, link.request_id) : undefined;
  if (request?.state === 'withdrawn') return { page: 'closed', reason: 'withdrawn', fleet, language };
  const look = { tx, link, settings };
  const cars = request ? await carsOfRequest(look, request) : await carOfLink(look);
  if (!request && cars.length === 0) return { page: 'closed', reason: 'unknown', fleet, language };
  const closed = closedReason(link, cars, now);
  if (closed) return { page: 'closed', reason: closed, fleet, language };
  const { requiredPermissions: required, optionalPermissions: optional } = settings;
  return {
    page: 'work',
    kind: link.kind,
    fleet,
    ownerName: owner?.name ?? null,
    cars: cars.map(({ car }) => car),
    permissions: { required, optional },
    problem: cars.find(({ problem }) => problem !== null)?.problem ?? null,
    language,
  };
}

interface Look {
  tx: Tx;
  link: LinkRow;
  settings: Settings;
}

interface SeenCar {
  car: PageCar;
  problem: ReturnProblem | null;
}

/** Work that is done stays visible; only what is still to do can be too late. */
function closedReason(link: LinkRow, cars: readonly SeenCar[], now: Date): 'expired' | 'used' | null {
  const stillToDo = cars.some(({ car }) => car.state === 'toDo');
  if (!stillToDo) return null;
  if (link.kind === 'connect' && link.used_at) return 'used';
  return now >= link.expires_at ? 'expired' : null;
}

async function carOfLink(look: Look): Promise<SeenCar[]> {
  const { tx, link } = look;
  const vehicle = link.vehicle_id && (await findVehicle(tx, link.vehicle_id));
  if (!vehicle || isOfFormerOwner(link, vehicle)) return [];
  const connection = await findLatestConnection(tx, vehicle.id);
  const living = connection && !connection.endedAt ? connection : null;
  // A later disconnect must not let an old link show the car as done.
  const state = living && link.used_at ? stateOfLiving(living) : living?.status === 'active' ? 'done' : 'toDo';
  return [await seen(look, vehicle, living, { state, endedAt: living?.status === 'active' ? living.since : null })];
}

const stateOfLiving = (connection: Connection): PageCar['state'] =>
  connection.status === 'active' ? 'done' : connection.status === 'pending' ? 'checking' : 'toDo';

async function carsOfRequest(look: Look, request: RequestRow): Promise<SeenCar[]> {
  const { tx } = look;
  const cars: SeenCar[] = [];
  for (const entry of await listRequestConnections(tx, request.id)) {
    const connection = await findConnection(tx, entry.connection_id);
    const vehicle = connection && (await findVehicle(tx, connection.vehicleId));
    if (vehicle)
      cars.push(
        await seen(look, vehicle, connection, { state: stateOfEntry(entry, connection), endedAt: entry.closed_at }),
      );
  }
  return cars;
}

function stateOfEntry(entry: RequestConnectionRow, connection: Connection): PageCar['state'] {
  if (entry.state === 'repaired') return 'done';
  if (entry.state === 'withdrawn') return 'withdrawn';
  return connection.status === 'pending' ? 'checking' : 'toDo';
}

async function seen(
  { tx, link, settings }: Look,
  vehicle: Vehicle,
  connection: Connection | null,
  so: { state: PageCar['state']; endedAt: Date | null },
): Promise<SeenCar> {
  const session = await findLastSession(tx, link.id, vehicle.id);
  const checking = session?.state === 'returned' && so.state === 'toDo';
  const { number, plate, make, model, year, country } = vehicle;
  const asked = askedPermissions(settings);
  return {
    car: {
      connectionId: connection?.id ?? null,
      number,
      plate,
      make,
      model,
      year,
      state: checking ? 'checking' : so.state,
      cause: connection?.cause ?? null,
      endedAt: so.endedAt,
      steps: stepsBefore({ make: makePolicy(make, settings), country, delivery: 'link', asked }),
    },
    // The reason was written by endSession, in the shape of ReturnProblem.
    problem: so.state === 'toDo' && session?.reason ? (session.reason as unknown as ReturnProblem) : null,
  };
}
