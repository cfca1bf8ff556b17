/** Links that operators hand out: to connect a vehicle, and to repair a connection. */
import { beforeConnect } from '../domain/before-connect.ts';
import { can } from '../domain/connection.ts';
import type { Connection } from '../domain/connection.ts';
import type { Route } from '../domain/cause.ts';
import { askedPermissions } from '../domain/fleet.ts';
import type { VehicleId } from '../domain/ids.ts';
import { makePolicy } from '../domain/make-policy.ts';
import { isOwners } from '../domain/reconnect-route.ts';
import type { ReconnectRoute } from '../domain/reconnect-route.ts';
import { Refusal } from '../domain/refusal.ts';
import { after } from '../domain/schedule.ts';
import { requestsOfRead } from '../domain/usage.ts';
import type { Vehicle } from '../domain/vehicle.ts';
import { findLatestConnection } from '../store/connection.ts';
import type { Database, Tx } from '../store/database.ts';
import { ownFleet } from '../store/fleet.ts';
import { insertLink } from '../store/link.ts';
import { isHeld } from '../store/loose-grant.ts';
import { insertNotification } from '../store/notification.ts';
import { announce } from '../store/outbox.ts';
import { findOwner } from '../store/owner.ts';
import { insertHappenings } from '../store/timeline.ts';
import { findVehicle } from '../store/vehicle.ts';
import type { Vault } from '../vault/vault.ts';
import { askNow, openRequest, repairLink } from './ask-owner.ts';
import type { RepairLink } from './ask-owner.ts';
import { takeForPerson } from './budget.ts';
import { settleRead } from './check.ts';
import type { CheckNeeds } from './check.ts';
import type { Context } from './context.ts';
import { counted } from './meter.ts';
import { mendOnV3 } from './mend-on-v3.ts';
import type { MendNeeds } from './mend-on-v3.ts';
import { readVehicle } from './read-vehicle.ts';
import { wayBack } from './way-back.ts';
import type { RouteNeeds } from './way-back.ts';

export interface LinkNeeds {
  database: Database;
  vault: Vault;
  /** Without a trailing slash. */
  publicUrl: string;
}

/** Days a link to connect a vehicle works. */
const connectLinkLifeD = 7;

/** Where a link's page is. */
export const linkUrl = (needs: Pick<LinkNeeds, 'vault' | 'publicUrl'>, linkId: RepairLink['linkId']): string =>
  `${needs.publicUrl}/o/${needs.vault.linkToken(linkId)}`;

interface SentLink {
  url: string;
  expiresAt: Date;
  delivered: boolean;
}

/**
 * @throws Refusal `not_found`, `already_connected`, `owner_missing`, `grant_held`, `connect_needs_app`,
 *   `commands_need_app`
 */
export async function sendConnectLink(
  needs: LinkNeeds,
  context: Context,
  id: VehicleId,
  options: { deliver: boolean },
  now: Date,
): Promise<SentLink> {
  const link = await needs.database.asFleet(context.fleetId, async (tx) => {
    const vehicle = await vehicleOf(tx, id);
    const connection = (await findLatestConnection(tx, id)) ?? null;
    if (!can(connection).connect.allowed) throw new Refusal('already_connected');
    if (await isHeld(tx, id)) throw new Refusal('grant_held', heldDetail);
    return newConnectLink(tx, context, vehicle, options, now);
  });
  return { url: linkUrl(needs, link.linkId), expiresAt: link.expiresAt, delivered: options.deliver };
}

async function vehicleOf(tx: Tx, id: VehicleId): Promise<Vehicle> {
  const vehicle = await findVehicle(tx, id);
  if (!vehicle) throw new Refusal('not_found');
  return vehicle;
}

async function newConnectLink(
  tx: Tx,
  context: Context,
  vehicle: Vehicle,
  options: { deliver: boolean },
  now: Date,
): Promise<RepairLink> {
  const expiresAt = after(now, connectLinkLifeD * 86_400);
  const { fleetId, actor } = context;
  const { ownerId } = vehicle;
  const link = await insertLink(tx, { kind: 'connect', fleetId, vehicleId: vehicle.id, ownerId, expiresAt }, now);
  if (options.deliver) {
    await requireBrowser(tx, vehicle);
    await requireAddress(tx, vehicle);
    if (ownerId) {
      const message = {
        fleetId,
        ownerId,
        kind: 'connect-invitation',
        requestId: null,
        linkId: link.id,
        vehicleIds: [vehicle.id],
        cause: null,
      } as const;
      await insertNotification(tx, { ...message, vehicleIds: [vehicle.id] }, now);
    }
  }
  const line = { kind: 'connection.connecting', at: now, via: 'operator', requestId: null } as const;
  await insertHappenings(tx, { fleetId, vehicleId: vehicle.id, connectionId: null }, actor, [line]);
  await announce(tx, fleetId, [vehicle.id], ['vehicles', 'notifications']);
  return { linkId: link.id, expiresAt };
}

const refusedAs = { connectNeedsApp: 'connect_needs_app', commandsNeedApp: 'commands_need_app' } as const;

/** An invitation is mailed only where a browser leads to the end. */
async function requireBrowser(tx: Tx, { make, country }: Vehicle): Promise<void> {
  const { settings } = await ownFleet(tx);
  const asked = askedPermissions(settings);
  const before = beforeConnect({ make: makePolicy(make, settings), country, delivery: 'email', asked });
  if (before.answer === 'refuse') throw new Refusal(refusedAs[before.reason]);
}

async function requireAddress(tx: Tx, vehicle: Vehicle): Promise<void> {
  const owner = vehicle.ownerId && (await findOwner(tx, vehicle.ownerId));
  if (!owner?.email_index) throw new Refusal('owner_missing');
}

export interface Reconnected {
  route: Route;
  url: string | null;
  expiresAt: Date | null;
  delivered: boolean;
}

export type ReconnectNeeds = LinkNeeds & RouteNeeds & CheckNeeds & MendNeeds;

/**
 * Starts what repairs a connection: at once where no owner is needed, with a link where the owner has to act.
 *
 * @throws Refusal `not_found`, `not_connected`, `nothing_to_repair`, `owner_missing`, `grant_held`, `too_many_requests`,
 *   `smartcar_unavailable`, and of a new grant `connect_needs_app`, `commands_need_app`
 */
export async function reconnect(
  needs: ReconnectNeeds,
  context: Context,
  id: VehicleId,
  options: { deliver: boolean },
  now: Date,
): Promise<Reconnected> {
  const { way, connection, make, link } = await begin(needs, context, id, options, now);
  const { route } = way;
  const without = { route, url: null, expiresAt: null, delivered: false };
  if (link) return { route, url: linkUrl(needs, link.linkId), expiresAt: link.expiresAt, delivered: options.deliver };
  if (way.starts === 'read') await readNow(needs, context, { connection, make }, now);
  if (way.starts !== 'moveToV3' || (await mendOnV3(needs, context, connection, now)) === 'mended') return without;
  // v3 does not list it: the table leads to the owner now.
  return reconnect(needs, context, id, options, now);
}

interface Begun {
  way: ReconnectRoute;
  connection: Connection;
  make: string | null;
  link: RepairLink | null;
}

async function begin(
  needs: ReconnectNeeds,
  context: Context,
  id: VehicleId,
  options: { deliver: boolean },
  now: Date,
): Promise<Begun> {
  return needs.database.asFleet(context.fleetId, async (tx) => {
    const vehicle = await vehicleOf(tx, id);
    const connection = await findLatestConnection(tx, id);
    if (!connection) throw new Refusal('not_connected');
    if (!can(connection).reconnect.allowed) throw new Refusal('nothing_to_repair');
    const { settings } = await ownFleet(tx);
    const way = await wayBack(tx, needs, { connection, ownerId: vehicle.ownerId, settings });
    const { make } = vehicle;
    if (!isOwners(way.starts)) return { way, connection, make, link: null };
    if (await isHeld(tx, id)) throw new Refusal('grant_held', heldDetail);
    return { way, connection, make, link: await linkFor(tx, context, vehicle, connection, options, now) };
  });
}

const heldDetail = 'The owner has connected a car already, which you have to confirm or refuse first.';

/** Nobody has to sign in: Smartcar is asked once more, at once. */
async function readNow(
  needs: ReconnectNeeds,
  context: Context,
  { connection, make }: Pick<Begun, 'connection' | 'make'>,
  now: Date,
): Promise<void> {
  if (!(await takeForPerson(needs, requestsOfRead[connection.platform], now))) throw new Refusal('too_many_requests');
  const asking = counted(needs, { fleetId: context.fleetId, make, purpose: 'person' }, true);
  const outcome = await readVehicle(asking, { ...connection, connectionId: connection.id }, 'check');
  await settleRead(needs, context, { connection, make }, outcome);
}

/** An owner with an open connection gets a page for all they were asked; otherwise the link is for this one car. */
async function linkFor(
  tx: Tx,
  context: Context,
  vehicle: Vehicle,
  connection: Connection,
  options: { deliver: boolean },
  now: Date,
): Promise<RepairLink> {
  const { cause } = connection;
  if (options.deliver) await requireAddress(tx, vehicle);
  if (connection.endedAt || !connection.ownerId || !cause) return newConnectLink(tx, context, vehicle, options, now);
  if (!options.deliver) {
    const { request } = await openRequest(tx, connection, connection.ownerId, cause, now);
    return repairLink(tx, request, now);
  }
  const { request } = await askNow(tx, connection.ownerId, [{ connection, cause }], context.actor, now);
  await announce(tx, vehicle.fleetId, [vehicle.id], ['vehicles', 'notifications']);
  return repairLink(tx, request, now);
}
