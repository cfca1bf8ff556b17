/** Into Connect and out again: the button behind a link, and the redirect that comes back. */
import type { Connection } from '../domain/connection.ts';
import { isId, newId } from '../domain/ids.ts';
import type { ConnectSessionId, FleetId } from '../domain/ids.ts';
import type { Settings } from '../domain/fleet.ts';
import type { ReconnectRoute } from '../domain/reconnect-route.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Actor } from '../domain/role.ts';
import { after } from '../domain/schedule.ts';
import type { ReturnProblem } from '../domain/returned-car.ts';
import type { Vehicle } from '../domain/vehicle.ts';
import { readCallback } from '../smartcar/connect-callback.ts';
import type { Callback } from '../smartcar/connect-callback.ts';
import { authorizeUrl, reauthenticateUrl } from '../smartcar/connect-url.ts';
import type { Smartcar } from '../smartcar/smartcar.ts';
import { findConnection, findLivingConnection, wasDisconnectedSince } from '../store/connection.ts';
import {
  bindToBrowser,
  findByState,
  insertConnectSession,
  lockConnectSession,
  markSessionReturned,
} from '../store/connect-session.ts';
import type { ConnectSessionRow } from '../store/connect-session.ts';
import type { Database, Tx } from '../store/database.ts';
import { ownFleet } from '../store/fleet.ts';
import { findLink } from '../store/link.ts';
import type { LinkRow } from '../store/link.ts';
import { isHeld } from '../store/loose-grant.ts';
import { announce, enqueue } from '../store/outbox.ts';
import { findOwner } from '../store/owner.ts';
import { listRequestConnections, markOpened } from '../store/reauthentication-request.ts';
import { findVehicle } from '../store/vehicle.ts';
import type { Vault } from '../vault/vault.ts';
import { externalIdOf } from './external-id.ts';
import { codeContext } from './grants-v2.ts';
import { keepShown } from './record-consent.ts';
import type { SeenWording } from './record-consent.ts';
import { endRefused } from './refuse-connect.ts';
import { wayBack } from './way-back.ts';

export interface StartNeeds {
  database: Database;
  vault: Vault;
  smartcar: Smartcar;
  publicUrl: string;
  /** There are no credentials for v3. */
  grantsOnV2: boolean;
}

/** Minutes in which the owner has to come back from Connect. */
const sessionLifeMin = 60;

/** The address that Connect sends owners back to. */
export const redirectUriOf = (publicUrl: string): string => `${publicUrl}/connect/callback`;

/**
 * The owner pressed the button.
 *
 * @returns Connect's address for this browser
 * @throws Refusal `link_unknown`, `link_expired`, `link_used`, `link_ended`, `nothing_to_repair`, `grant_held`
 */
export async function startFromLink(
  needs: StartNeeds,
  token: string,
  choice: { connectionId: string | null; browser: string; wording?: SeenWording | null },
  now: Date,
): Promise<string> {
  const id = needs.vault.readLinkToken(token);
  const link = id && (await findLink(needs.database, id));
  if (!link || link.revoked_at) throw new Refusal('link_unknown');
  if (now >= link.expires_at) throw new Refusal('link_expired');
  if (link.kind === 'connect' && link.used_at) throw new Refusal('link_used');
  return needs.database.asFleet(link.fleet_id, async (tx) => {
    const { vehicle, connection } = await chosenCar(tx, link, choice.connectionId);
    const actor = await actorOf(tx, link);
    const { browser, wording = null } = choice;
    return begin(tx, needs, { link, vehicle, connection, actor, browser, wording }, now);
  });
}

async function chosenCar(
  tx: Tx,
  link: LinkRow,
  chosen: string | null,
): Promise<{ vehicle: Vehicle; connection: Connection | null }> {
  const connection = link.request_id ? await connectionOfRequest(tx, link, chosen) : null;
  const vehicleId = connection?.vehicleId ?? link.vehicle_id;
  const vehicle = vehicleId && (await findVehicle(tx, vehicleId));
  // A link was made for one owner; the car may be another's by now.
  if (!vehicle || isOfFormerOwner(link, vehicle)) throw new Refusal('link_unknown');
  const living = connection ?? (await findLivingConnection(tx, vehicle.id)) ?? null;
  if (living && ['active', 'pending'].includes(living.status)) throw new Refusal('nothing_to_repair');
  if (await isHeld(tx, vehicle.id)) throw new Refusal('grant_held');
  // Whoever disconnects a vehicle does not expect an old link to connect it again.
  if (!living && (await wasDisconnectedSince(tx, vehicle.id, link.created_at))) throw new Refusal('link_ended');
  return { vehicle, connection: living };
}

/** A link to connect was made for an owner whom the vehicle has no longer. */
export const isOfFormerOwner = (link: LinkRow, vehicle: Vehicle): boolean =>
  link.kind === 'connect' && link.owner_id !== null && link.owner_id !== vehicle.ownerId;

/** The connection that was pressed, or the only one there is. */
async function connectionOfRequest(tx: Tx, link: LinkRow, chosen: string | null): Promise<Connection> {
  const entries = link.request_id ? await listRequestConnections(tx, link.request_id) : [];
  const open = entries.filter(({ state }) => state === 'open');
  const entry = chosen && isId('con', chosen) ? open.find(({ connection_id }) => connection_id === chosen) : open[0];
  const connection = entry && (await findConnection(tx, entry.connection_id));
  if (!connection) throw new Refusal('nothing_to_repair');
  return connection;
}

async function actorOf(tx: Tx, link: LinkRow): Promise<Actor> {
  const owner = link.owner_id ? await findOwner(tx, link.owner_id) : undefined;
  return { kind: 'owner', id: owner?.id ?? null, name: owner?.name ?? 'Owner' };
}

interface Beginning {
  link: LinkRow;
  vehicle: Vehicle;
  connection: Connection | null;
  actor: Actor;
  browser: string;
  wording: SeenWording | null;
}

async function begin(tx: Tx, needs: StartNeeds, from: Beginning, now: Date): Promise<string> {
  const { link, vehicle, connection, actor } = from;
  const id = newId('cns', now);
  const state = needs.vault.newSecret();
  const { settings } = await ownFleet(tx);
  const way = await wayBack(tx, needs, { connection, ownerId: vehicle.ownerId, settings });
  const purpose = purposeOf(way);
  const session = {
    id,
    fleetId: link.fleet_id,
    vehicleId: vehicle.id,
    connectionId: connection?.id ?? null,
    linkId: link.id,
    purpose,
    actor,
    stateDigest: needs.vault.fingerprint(state),
    browserDigest: needs.vault.fingerprint(from.browser),
    expiresAt: after(now, sessionLifeMin * 60),
    shown: await keepShown(tx, { link, purpose, wording: from.wording }, now),
  };
  await insertConnectSession(tx, session, now);
  if (link.request_id) await markOpened(tx, link.request_id, now);
  await announce(tx, link.fleet_id, [vehicle.id], ['vehicles']);
  return addressOf(needs, { ...from, state, way, settings });
}

function purposeOf({ starts }: ReconnectRoute): ConnectSessionRow['purpose'] {
  switch (starts) {
    case 'signIn':
      return 'reauthenticate';
    case 'widen':
      return 'widen';
    case 'grant':
    // An owner who is here already need not wait for an operator: what they grant anew is read over v3.
    case 'moveToV3':
      return 'connect';
    case 'read':
    case 'explain':
    case 'nothing':
      throw new Refusal('nothing_to_repair');
  }
}

/** Our id of the owner goes along as the external id: only who went through Connect from here carries it in Smartcar's list. */
function addressOf(
  needs: StartNeeds,
  at: Beginning & { state: string; way: ReconnectRoute; settings: Settings },
): string {
  const { connection, settings } = at;
  const shared = { state: at.state, externalId: externalIdOf(at.vehicle), redirectUri: redirectUriOf(needs.publicUrl) };
  if (at.way.starts === 'signIn' && connection) {
    const { smartcarVehicleId } = connection;
    const resolutionUrl = at.way.address === 'resolution' ? connection.resolutionUrl : null;
    return reauthenticateUrl(needs.smartcar.connect, { ...shared, smartcarVehicleId, resolutionUrl });
  }
  // One car alone can be chosen, whatever the owner has.
  return authorizeUrl(needs.smartcar.connect, {
    ...shared,
    required: settings.requiredPermissions,
    optional: settings.optionalPermissions,
    make: at.vehicle.make,
    country: at.vehicle.country,
    force: at.way.forced,
  });
}

export interface ReturnNeeds extends StartNeeds {
  /** Settles what came back against Smartcar's own list. */
  complete: (task: { fleetId: FleetId; sessionId: ConnectSessionId }, now: Date) => Promise<void>;
  onFault: (error: unknown, what: string) => void;
}

/** What the browser is shown next. `over`: the sign-in was used up, and this browser had no part in it. */
export type Returned = { next: 'page'; token: string } | { next: 'confirm' } | { next: 'over' };

/**
 * Connect sent the browser back. What its query says is written down as a claim; Smartcar's list decides.
 *
 * @param browser the secret in its cookie; one that confirms has one
 * @returns `confirm` when another browser came back than the one that left, as phones do
 * @throws Refusal `session_unknown`, `session_expired`
 */
export async function returnFromConnect(
  needs: ReturnNeeds,
  query: Record<string, string>,
  browser: string | null,
  confirmed: boolean,
  now: Date,
): Promise<Returned> {
  const callback = readCallback(query);
  if (callback.kind === 'unreadable') throw new Refusal('session_unknown');
  const session = await findByState(needs.database, needs.vault.fingerprint(callback.state));
  if (!session?.link_id) throw new Refusal('session_unknown');
  const token = needs.vault.linkToken(session.link_id);
  const digest = browser === null ? null : needs.vault.fingerprint(browser);
  const same = digest?.equals(session.browser_digest) ?? false;
  // A used address is in histories and logs: it opens the owner's page for nobody but the browser that used it.
  if (session.state !== 'started') return same ? { next: 'page', token } : { next: 'over' };
  if (now >= session.expires_at) throw new Refusal('session_expired');
  if (!same && !confirmed) return { next: 'confirm' };
  if (!same && digest) await needs.database.asFleet(session.fleet_id, (tx) => bindToBrowser(tx, session.id, digest));
  await takeBack(needs, session, callback, now);
  return { next: 'page', token };
}

async function takeBack(
  needs: ReturnNeeds,
  session: ConnectSessionRow,
  callback: Exclude<Callback, { kind: 'unreadable' }>,
  now: Date,
): Promise<void> {
  const task = { fleetId: session.fleet_id, sessionId: session.id };
  const claimed = await needs.database.asFleet(session.fleet_id, async (tx) => {
    await announce(tx, session.fleet_id, [session.vehicle_id], ['vehicles']);
    if (callback.kind === 'error') {
      const isOpen = (await lockConnectSession(tx, session.id))?.state === 'started';
      if (isOpen) await endRefused(tx, session, problemOf(callback), session.actor, now);
      return false;
    }
    const { userId, vehicleId, code } = callback;
    // Only v2 has a use for the code, and it opens an account: it is sealed, and forgotten when it was exchanged.
    const codeSealed = needs.grantsOnV2 && code ? needs.vault.seal(code, codeContext(session)) : null;
    return markSessionReturned(tx, session.id, { userId, vehicleId, codeSealed }, now);
  });
  if (claimed) await settle(needs, task, now);
}

/** What Smartcar says about a configuration is for operators to read; its other words are left to ours. */
function problemOf({ error, detail: { statusCode, message } }: Callback & { kind: 'error' }): ReturnProblem {
  const words = [statusCode, message].filter((word) => word !== null).join(': ');
  const isOurs = error === 'configuration_error' && words !== '';
  return { problem: 'connectError', error, ...(isOurs ? { detail: words.slice(0, 300) } : {}) };
}

/**
 * At once, so that the next page can say how it went; what can't be settled yet is a task. Dying in between leaves a
 * returned session, which the sweep takes up.
 */
async function settle(
  needs: ReturnNeeds,
  task: { fleetId: FleetId; sessionId: ConnectSessionId },
  now: Date,
): Promise<void> {
  try {
    await needs.complete(task, now);
  } catch (error) {
    needs.onFault(error, 'complete connect');
    await needs.database.asFleet(task.fleetId, (tx) =>
      enqueue(tx, [{ name: 'complete-connect', payload: task, key: `complete:${task.sessionId}` }]),
    );
  }
}
