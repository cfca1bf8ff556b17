/** Ways through Connect: OAuth's state, single use, bound to a browser. */
import type { Selectable } from 'kysely';

import type { Shown } from '../domain/consent.ts';
import type { ConnectionId, ConnectSessionId, FleetId, LinkId, OwnerId, TokenSetId, VehicleId } from '../domain/ids.ts';
import type { Actor } from '../domain/role.ts';
import type { Database, Tx } from './database.ts';
import type { Tables } from './schema.ts';

export type ConnectSessionRow = Selectable<Tables['connect_session']>;

export interface NewConnectSession {
  id: ConnectSessionId;
  fleetId: FleetId;
  vehicleId: VehicleId;
  connectionId: ConnectionId | null;
  linkId: LinkId;
  purpose: ConnectSessionRow['purpose'];
  stateDigest: Buffer;
  browserDigest: Buffer;
  actor: Actor;
  expiresAt: Date;
  /** What was on the page and asked for; null when nothing is known of it. */
  shown: Shown | null;
}

export async function insertConnectSession(tx: Tx, session: NewConnectSession, now: Date): Promise<void> {
  await tx
    .insertInto('connect_session')
    .values({
      id: session.id,
      fleet_id: session.fleetId,
      vehicle_id: session.vehicleId,
      connection_id: session.connectionId,
      link_id: session.linkId,
      purpose: session.purpose,
      state_digest: session.stateDigest,
      browser_digest: session.browserDigest,
      actor: JSON.stringify(session.actor),
      created_at: now,
      expires_at: session.expiresAt,
      returned_at: null,
      claimed_user_id: null,
      claimed_vehicle_id: null,
      code_sealed: null,
      token_set_id: null,
      error: null,
      state: 'started',
      reason: null,
      ended_at: null,
      shown: session.shown && JSON.stringify(session.shown),
    })
    .execute();
}

/** Found across fleets: a callback does not know its fleet. */
export async function findByState(database: Database, stateDigest: Buffer): Promise<ConnectSessionRow | undefined> {
  return database.system
    .selectFrom('connect_session')
    .selectAll()
    .where('state_digest', '=', stateDigest)
    .executeTakeFirst();
}

export async function findConnectSession(tx: Tx, id: ConnectSessionId): Promise<ConnectSessionRow | undefined> {
  return tx.selectFrom('connect_session').selectAll().where('id', '=', id).executeTakeFirst();
}

/** The same, held until the transaction ends. */
export async function lockConnectSession(tx: Tx, id: ConnectSessionId): Promise<ConnectSessionRow | undefined> {
  return tx.selectFrom('connect_session').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
}

/** The last way taken from this link for this vehicle; undefined when none was. */
export async function findLastSession(
  tx: Tx,
  linkId: LinkId,
  vehicleId: VehicleId,
): Promise<ConnectSessionRow | undefined> {
  return tx
    .selectFrom('connect_session')
    .selectAll()
    .where('link_id', '=', linkId)
    .where('vehicle_id', '=', vehicleId)
    .orderBy('created_at', 'desc')
    .limit(1)
    .executeTakeFirst();
}

/** Whether somebody is on their way through Connect for this vehicle, or came back and is not settled yet: also where an operator's word is awaited. */
export async function isOnTheWay(tx: Tx, vehicleId: VehicleId, now: Date): Promise<boolean> {
  const row = await tx
    .selectFrom('connect_session')
    .select('id')
    .where('vehicle_id', '=', vehicleId)
    .where((where) =>
      where.or([
        where('state', 'in', ['returned', 'held']),
        where.and([where('state', '=', 'started'), where('expires_at', '>', now)]),
      ]),
    )
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** @returns false when it had returned already; a state works once */
export async function markSessionReturned(
  tx: Tx,
  id: ConnectSessionId,
  claim: { userId: string | null; vehicleId: string | null; codeSealed: Buffer | null },
  at: Date,
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('connect_session')
    .set({
      state: 'returned',
      returned_at: at,
      claimed_user_id: claim.userId,
      claimed_vehicle_id: claim.vehicleId,
      code_sealed: claim.codeSealed,
    })
    .where('id', '=', id)
    .where('state', '=', 'started')
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** The code was exchanged: its tokens are this family's, and the code is forgotten. */
export async function markExchanged(tx: Tx, id: ConnectSessionId, tokenSetId: TokenSetId): Promise<void> {
  await tx
    .updateTable('connect_session')
    .set({ token_set_id: tokenSetId, code_sealed: null })
    .where('id', '=', id)
    .execute();
}

/** What came back waits for an operator's word. */
export async function markSessionHeld(tx: Tx, id: ConnectSessionId): Promise<void> {
  await tx
    .updateTable('connect_session')
    .set({ state: 'held', code_sealed: null })
    .where('id', '=', id)
    .where('state', '=', 'returned')
    .execute();
}

/** The browser that goes on with it, where another one than that which left has come back. */
export async function bindToBrowser(tx: Tx, id: ConnectSessionId, browserDigest: Buffer): Promise<void> {
  await tx.updateTable('connect_session').set({ browser_digest: browserDigest }).where('id', '=', id).execute();
}

/** When the last way of this owner that is still to come back runs out; null when there is none besides this one. */
export async function othersUnderwayUntil(
  tx: Tx,
  ownerId: OwnerId,
  except: ConnectSessionId,
  now: Date,
): Promise<Date | null> {
  const row = await tx
    .selectFrom('connect_session')
    .innerJoin('vehicle', 'vehicle.id', 'connect_session.vehicle_id')
    .select(({ fn }) => fn.max('connect_session.expires_at').as('until'))
    .where('vehicle.owner_id', '=', ownerId)
    .where('connect_session.id', '<>', except)
    .where('connect_session.state', 'in', ['started', 'returned'])
    .where('connect_session.expires_at', '>', now)
    .executeTakeFirst();
  return row?.until ?? null;
}

/** Ends it. `reason` is what the page behind the link tells; null when it went well. */
export async function endSession(
  tx: Tx,
  id: ConnectSessionId,
  state: 'done' | 'refused' | 'failed',
  reason: Record<string, string> | null,
  at: Date,
): Promise<void> {
  await tx
    .updateTable('connect_session')
    .set({ state, reason: reason && JSON.stringify(reason), ended_at: at, code_sealed: null })
    .where('id', '=', id)
    .where('state', 'in', ['started', 'returned', 'held'])
    .execute();
}

/** Returns of all fleets that are not settled yet, longest waiting first; those with a code only when it came before this. */
export async function listReturnedSessions(
  database: Database,
  codesBefore: Date,
  limit: number,
): Promise<{ fleetId: FleetId; sessionId: ConnectSessionId }[]> {
  return database.system
    .selectFrom('connect_session')
    .select(['fleet_id as fleetId', 'id as sessionId'])
    .where('state', '=', 'returned')
    .where((where) => where.or([where('code_sealed', 'is', null), where('returned_at', '<', codesBefore)]))
    .orderBy('returned_at')
    .limit(limit)
    .execute();
}
