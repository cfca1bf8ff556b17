/** Re-authentication requests: what an owner was asked to repair. One open request an owner, any number of cars in it. */
import type { Selectable } from 'kysely';

import type { Cause } from '../domain/cause.ts';
import type { ConnectionId, FleetId, OwnerId, RequestId } from '../domain/ids.ts';
import { newId } from '../domain/ids.ts';
import type { Tx } from './database.ts';
import type { RequestState, Tables } from './schema.ts';

export type RequestRow = Selectable<Tables['reauthentication_request']>;
export type RequestConnectionRow = Selectable<Tables['request_connection']>;

export async function findRequest(tx: Tx, id: RequestId): Promise<RequestRow | undefined> {
  return tx.selectFrom('reauthentication_request').selectAll().where('id', '=', id).executeTakeFirst();
}

export async function findOpenRequest(tx: Tx, ownerId: OwnerId): Promise<RequestRow | undefined> {
  return tx
    .selectFrom('reauthentication_request')
    .selectAll()
    .where('owner_id', '=', ownerId)
    .where('state', '=', 'open')
    .forUpdate()
    .executeTakeFirst();
}

/** Throws a unique violation when the owner has an open one. */
export async function insertRequest(tx: Tx, fleetId: FleetId, ownerId: OwnerId, now: Date): Promise<RequestRow> {
  return tx
    .insertInto('reauthentication_request')
    .values({
      id: newId('rrq', now),
      fleet_id: fleetId,
      owner_id: ownerId,
      state: 'open',
      created_at: now,
      asked_at: now,
      opened_at: null,
      closed_at: null,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Puts a connection on the request's list; one that was closed on it is opened again. */
export async function addToRequest(
  tx: Tx,
  request: RequestRow,
  connectionId: ConnectionId,
  cause: Cause,
): Promise<void> {
  await tx
    .insertInto('request_connection')
    .values({
      request_id: request.id,
      connection_id: connectionId,
      fleet_id: request.fleet_id,
      state: 'open',
      cause,
      returned_at: null,
      closed_at: null,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['request_id', 'connection_id'])
        .doUpdateSet({ state: 'open', cause, returned_at: null, closed_at: null }),
    )
    .execute();
}

export async function markAsked(tx: Tx, id: RequestId, at: Date): Promise<void> {
  await tx.updateTable('reauthentication_request').set({ asked_at: at }).where('id', '=', id).execute();
}

/** The owner pressed the button; the first time counts. */
export async function markOpened(tx: Tx, id: RequestId, at: Date): Promise<void> {
  await tx
    .updateTable('reauthentication_request')
    .set({ opened_at: at })
    .where('id', '=', id)
    .where('opened_at', 'is', null)
    .execute();
}

/** The owner came back from Connect for this connection. */
export async function markReturned(tx: Tx, connectionId: ConnectionId, at: Date): Promise<void> {
  await tx
    .updateTable('request_connection')
    .set({ returned_at: at })
    .where('connection_id', '=', connectionId)
    .where('state', '=', 'open')
    .execute();
}

/** A new grant takes the place of the connection that was asked about; the asking goes on with the new one. */
export async function moveToConnection(tx: Tx, from: ConnectionId, to: ConnectionId, at: Date): Promise<void> {
  await tx
    .updateTable('request_connection')
    .set({ connection_id: to, returned_at: at })
    .where('connection_id', '=', from)
    .where('state', '=', 'open')
    .execute();
}

export async function listRequestConnections(tx: Tx, id: RequestId): Promise<RequestConnectionRow[]> {
  return tx
    .selectFrom('request_connection')
    .selectAll()
    .where('request_id', '=', id)
    .orderBy('connection_id')
    .execute();
}

/** The open entry for a connection; undefined when its owner is not asked about it. */
export async function findOpenEntry(tx: Tx, connectionId: ConnectionId): Promise<RequestConnectionRow | undefined> {
  return tx
    .selectFrom('request_connection')
    .selectAll()
    .where('connection_id', '=', connectionId)
    .where('state', '=', 'open')
    .executeTakeFirst();
}

export async function closeEntry(
  tx: Tx,
  entry: RequestConnectionRow,
  state: Exclude<RequestState, 'open'>,
  at: Date,
): Promise<void> {
  await tx
    .updateTable('request_connection')
    .set({ state, closed_at: at })
    .where('request_id', '=', entry.request_id)
    .where('connection_id', '=', entry.connection_id)
    .execute();
}

export async function closeRequest(
  tx: Tx,
  id: RequestId,
  state: Exclude<RequestState, 'open'>,
  at: Date,
): Promise<void> {
  await tx.updateTable('reauthentication_request').set({ state, closed_at: at }).where('id', '=', id).execute();
}
