/** What stands behind a link, for whoever opens it. Looking never uses a link up. */
import { stepsBefore } from '../domain/before-connect.ts';
import type { Connection } from '../domain/connection.ts';
import { askedPermissions } from '../domain/fleet.ts';
import type { Fleet } from '../domain/fleet.ts';
import { makePolicy } from '../domain/make-policy.ts';
import type { ReturnProblem } from '../domain/returned-car.ts';
import type { Vehicle } from '../domain/vehicle.ts';
import { findConnection, findLatestConnection, wasDisconnectedSince } from '../store/connection.ts';
import { findLastSession } from '../store/connect-session.ts';
import type { Database, Tx } from '../store/database.ts';
import { ownFleet } from '../store/fleet.ts';
import { findLink } from '../store/link.ts';
import type { LinkRow } from '../store/link.ts';
import { isHeld } from '../store/loose-grant.ts';
import { findOwner } from '../store/owner.ts';
import { findRequest, listRequestConnections } from '../store/reauthentication-request.ts';
import type { RequestConnectionRow, RequestRow } from '../store/reauthentication-request.ts';
import { findVehicle } from '../store/vehicle.ts';
import type { Vault } from '../vault/vault.ts';
import { isOfFormerOwner } from './start-connect.ts';
import type { LinkPage, PageCar, SharingLink } from './link-page.ts';
import { wayBack } from './way-back.ts';
import type { RouteNeeds } from './way-back.ts';

type ViewNeeds = RouteNeeds & { database: Database; vault: Pick<Vault, 'readLinkToken'> };

export async function viewLink(needs: ViewNeeds, token: string, now: Date): Promise<LinkPage | SharingLink> {
  const id = needs.vault.readLinkToken(token);
  const link = id && (await findLink(needs.database, id));
  if (!link || link.revoked_at) return { page: 'closed', reason: 'unknown', fleet: null, language: 'en' };
  if (link.kind === 'owner' && now < link.expires_at) return { page: 'sharing' };
  return needs.database.asFleet(link.fleet_id, async (tx) =>
    pageOf({ tx, needs, link, fleet: await ownFleet(tx) }, now),
  );
}

/** One look at a link. */
interface Look {
  tx: Tx;
  needs: ViewNeeds;
  link: LinkRow;
  fleet: Fleet;
}

async function pageOf(look: Look, now: Date): Promise<LinkPage> {
  const { tx, link } = look;
  const { name, settings } = look.fleet;
  const fleet = { name: settings.ownerMail.fromName || name, supportContact: settings.ownerMail.supportContact };
  const owner = link.owner_id ? await findOwner(tx, link.owner_id) : undefined;
  const language = owner?.language ?? 'en';
  const request = link.request_id ? await findRequest(tx, link.request_id) : undefined;
  const cars = request ? await carsOfRequest(look, request) : await carOfLink(look);
  const closed = closedReason(look.link, request, cars, now);
  if (closed) return { page: 'closed', reason: closed, fleet, language };
  const { requiredPermissions: required, optionalPermissions: optional } = settings;
  return {
    page: 'work',
    kind: link.kind === 'connect' ? 'connect' : 'repair',
    fleet,
    ownerName: owner?.name ?? null,
    cars: cars.map(({ car }) => car),
    permissions: { required, optional },
    problem: cars.find(({ problem }) => problem !== null)?.problem ?? null,
    language,
  };
}

interface SeenCar {
  car: PageCar;
  problem: ReturnProblem | null;
}

/** Work that is done stays visible; only what is still to do can be too late. */
function closedReason(
  link: LinkRow,
  request: RequestRow | undefined,
  cars: readonly SeenCar[],
  now: Date,
): (LinkPage & { page: 'closed' })['reason'] | null {
  if (link.kind === 'owner') return 'expired';
  if (cars.length === 0) return request?.state === 'withdrawn' ? 'withdrawn' : request ? null : 'unknown';
  if (cars.every(({ car }) => car.state === 'ended')) return 'ended';
  if (request?.state === 'withdrawn') return 'withdrawn';
  if (!cars.some(({ car }) => car.state === 'toDo')) return null;
  if (link.kind === 'connect' && link.used_at) return 'used';
  return now >= link.expires_at ? 'expired' : null;
}

async function carOfLink(look: Look): Promise<SeenCar[]> {
  const { tx, link } = look;
  const vehicle = link.vehicle_id && (await findVehicle(tx, link.vehicle_id));
  if (!vehicle || isOfFormerOwner(link, vehicle)) return [];
  const connection = await findLatestConnection(tx, vehicle.id);
  const living = connection && !connection.endedAt ? connection : null;
  const isEnded = !living && !link.used_at && (await wasDisconnectedSince(tx, vehicle.id, link.created_at));
  const state = isEnded ? 'ended' : stateOfLink(link, living);
  const endedAt = living?.status === 'active' ? living.since : null;
  return [await seen(look, vehicle, living, { state, endedAt })];
}

/** A later disconnect must not let an old link show the car as done. */
function stateOfLink(link: LinkRow, living: Connection | null): PageCar['state'] {
  if (living && link.used_at) return stateOfLiving(living);
  if (living?.status !== 'active') return 'toDo';
  // It was made to repair what works again by itself.
  return living.connectedAt < link.created_at ? 'withdrawn' : 'done';
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
  if (entry.state === 'withdrawn') return connection.endedAt ? 'ended' : 'withdrawn';
  return connection.status === 'pending' ? 'checking' : 'toDo';
}

async function seen(
  { tx, needs, link, fleet: { settings } }: Look,
  vehicle: Vehicle,
  connection: Connection | null,
  so: { state: PageCar['state']; endedAt: Date | null },
): Promise<SeenCar> {
  const session = await findLastSession(tx, link.id, vehicle.id);
  const way = await wayBack(tx, needs, { connection, ownerId: vehicle.ownerId, settings });
  const state = so.state === 'toDo' ? await stateNow(tx, vehicle, session?.state) : so.state;
  const { number, plate, make, model, year, country } = vehicle;
  const asked = askedPermissions(settings);
  return {
    car: {
      connectionId: connection?.id ?? null,
      ...{ number, plate, make, model, year, state },
      cause: connection?.cause ?? null,
      starts: way.starts,
      endedAt: so.endedAt,
      steps: stepsBefore({ make: makePolicy(make, settings), country, delivery: 'link', asked }),
    },
    // The reason was written by endSession, in the shape of ReturnProblem.
    problem: state === 'toDo' && session?.reason ? (session.reason as unknown as ReturnProblem) : null,
  };
}

/** What is to do, unless the owner has been in Connect for it already. */
async function stateNow(tx: Tx, vehicle: Vehicle, lastWay: string | undefined): Promise<PageCar['state']> {
  if (lastWay === 'returned') return 'checking';
  return (await isHeld(tx, vehicle.id)) ? 'confirming' : 'toDo';
}
