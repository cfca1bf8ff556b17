/** What a link gives its holder: one vehicle, or everything of one owner's. Nothing is used up by looking. */
import type { Connection } from '../domain/connection.ts';
import { isId } from '../domain/ids.ts';
import type { FleetId, OwnerId } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Actor } from '../domain/role.ts';
import { findLatestConnection, findLivingConnection, listConnectionsOfOwner } from '../store/connection.ts';
import type { Database, Tx } from '../store/database.ts';
import { findLink } from '../store/link.ts';
import type { LinkRow } from '../store/link.ts';
import { findOwner } from '../store/owner.ts';
import { findVehicle } from '../store/vehicle.ts';
import type { Vault } from '../vault/vault.ts';
import { isOfFormerOwner } from './start-connect.ts';

export interface OpenedLink {
  link: LinkRow;
  /** Who holds it, as far as anybody knows. */
  actor: Actor;
}

/** @throws Refusal `link_unknown`, `link_expired` */
export async function openLink(
  needs: { database: Database; vault: Vault },
  token: string,
  now: Date,
): Promise<OpenedLink> {
  const id = needs.vault.readLinkToken(token);
  const link = id && (await findLink(needs.database, id));
  if (!link || link.revoked_at) throw new Refusal('link_unknown');
  if (now >= link.expires_at) throw new Refusal('link_expired');
  const { owner_id: ownerId } = link;
  const owner = ownerId && (await needs.database.asFleet(link.fleet_id, (tx) => findOwner(tx, ownerId)));
  return { link, actor: { kind: 'owner', id: owner ? owner.id : null, name: owner ? owner.name : 'Owner' } };
}

/**
 * Whose data a link opens: a link to connect one vehicle may be in anybody's hands on its way to the owner, so it opens
 * that vehicle and nothing else.
 */
export const ownerBehind = ({ kind, owner_id: ownerId }: LinkRow): OwnerId | null =>
  kind === 'connect' ? null : ownerId;

/** @throws Refusal `link_unknown` also where it opens nobody's data, `link_expired` */
export async function ownerOfLink(
  needs: { database: Database; vault: Vault },
  token: string,
  now: Date,
): Promise<{ fleetId: FleetId; ownerId: OwnerId; actor: Actor }> {
  const { link, actor } = await openLink(needs, token, now);
  const ownerId = ownerBehind(link);
  if (!ownerId) throw new Refusal('link_unknown');
  return { fleetId: link.fleet_id, ownerId, actor };
}

/** Every connection that the holder may see, latest first. */
export async function connectionsOf(tx: Tx, link: LinkRow): Promise<Connection[]> {
  const ownerId = ownerBehind(link);
  if (ownerId) return listConnectionsOfOwner(tx, ownerId);
  const vehicle = link.vehicle_id && (await findVehicle(tx, link.vehicle_id));
  if (!vehicle || isOfFormerOwner(link, vehicle)) return [];
  const latest = await findLatestConnection(tx, vehicle.id);
  return latest && latest.ownerId === link.owner_id ? [latest] : [];
}

/** The vehicle's living connection, where it is the holder's to end. */
export async function livingOf(tx: Tx, link: LinkRow, vehicleId: string): Promise<Connection | null> {
  if (!isId('veh', vehicleId)) return null;
  const living = await findLivingConnection(tx, vehicleId);
  if (!living) return null;
  const ownerId = ownerBehind(link);
  if (ownerId) return living.ownerId === ownerId ? living : null;
  const mine = await connectionsOf(tx, link);
  return mine.some(({ id }) => id === living.id) ? living : null;
}
