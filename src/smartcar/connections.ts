/** Connections as Smartcar lists and deletes them: the requests, and their answers. @see docs/smartcar.md §3.2 */
import { z } from 'zod';
import type { SmartcarConnectionId, SmartcarUserId, SmartcarVehicleId } from '../domain/ids.ts';
import type { Answer } from './answer.ts';
import { instantOf, label, make, modelYear, opaqueId, powertrain } from './fields.ts';
import { readDeletion, readFound } from './found.ts';
import { isRecord } from './json.ts';
import { headersFor, type Page, type PageQuery, pathOf, readPage, unreadable, unwrapped } from './read.ts';
import type { Request, Sent } from './send.ts';
import type { ListedConnection, Mode } from './smartcar.ts';

export interface ConnectionFilter {
  userId?: SmartcarUserId;
  vehicleId?: SmartcarVehicleId;
  externalId?: string;
}

export function connectionsRequest(token: string, filter: ConnectionFilter, mode: Mode, page: PageQuery): Request {
  const query = {
    'filter[userId]': filter.userId,
    'filter[vehicleId]': filter.vehicleId,
    'filter[user.externalId]': filter.externalId,
    // Live is what Smartcar answers without being told.
    'filter[vehicle.mode]': mode === 'simulated' ? mode : undefined,
    'page[number]': '1',
    'page[size]': '100',
    ...page,
  };
  return { method: 'GET', path: pathOf('/v3/connections', query), headers: headersFor(token) };
}

const attributes = z.object({
  permissions: z.array(z.string().max(100)).max(500).nullish(),
  vehicle: z
    .object({ make, model: label, year: modelYear, powertrainType: powertrain })
    .partial()
    .nullish()
    .catch(null),
});

const related = z.object({ data: z.object({ id: opaqueId }) });
const user = z.object({ data: z.object({ id: opaqueId, externalId: label }) });

const connection = z
  .object({
    id: opaqueId,
    attributes,
    meta: z.object({ createdAt: z.unknown() }).partial().nullish().catch(null),
    relationships: z.object({ vehicle: related, user }),
  })
  .transform(({ id, attributes: { permissions, vehicle }, meta, relationships }): ListedConnection => ({
    // Smartcar's ids are opaque; they get their brand here, where they come in.
    id: id as SmartcarConnectionId,
    smartcarVehicleId: relationships.vehicle.data.id as SmartcarVehicleId,
    smartcarUserId: relationships.user.data.id as SmartcarUserId,
    externalId: relationships.user.data.externalId,
    permissions: permissions ?? [],
    make: vehicle?.make ?? null,
    model: vehicle?.model ?? null,
    year: vehicle?.year ?? null,
    powertrain: vehicle?.powertrainType ?? null,
    createdAt: instantOf(meta?.createdAt),
  }));

export const readConnections = (sent: Sent): Answer<Page<ListedConnection>> => readPage(sent, connection);

/**
 * Holds the list to what was asked for: a filter that Smartcar doesn't know by this name would answer everyone's. No
 * document shows the external id in the list, so only where it stands there can it be held to.
 */
export function onlyAsked(connections: ListedConnection[], filter: ConnectionFilter): ListedConnection[] {
  return connections.filter(
    ({ smartcarUserId, smartcarVehicleId, externalId }) =>
      (filter.userId === undefined || smartcarUserId === filter.userId) &&
      (filter.vehicleId === undefined || smartcarVehicleId === filter.vehicleId) &&
      (filter.externalId === undefined || externalId === null || externalId === filter.externalId),
  );
}

export function connectionRequest(token: string, id: SmartcarConnectionId | SmartcarVehicleId): Request {
  return { method: 'GET', path: pathOf(`/v3/connections/${encodeURIComponent(id)}`), headers: headersFor(token) };
}

/** A connection and, where it is known, its vehicle: the early announcement asks for a connection by the vehicle's id. */
export interface WantedConnection {
  connectionId: SmartcarConnectionId;
  vehicleId?: SmartcarVehicleId;
}

const listOfOne = z.preprocess(
  (body) => (isRecord(body) && Array.isArray(body['data']) ? body['data'] : [unwrapped(body)]),
  z.array(connection).max(100),
);

/** Null when it is not there. Somebody else's connection in its place is nonsense. */
export function readConnection(sent: Sent, wanted: WantedConnection): Answer<ListedConnection | null> {
  const answer = readFound(sent, listOfOne);
  if (!answer.ok) return answer;
  const listed = answer.value ?? [];
  const fits = listed.find(({ id }) => id === wanted.connectionId) ?? listed.find(isOf(wanted.vehicleId)) ?? null;
  if (!fits && listed.length > 0) return unreadable({ status: 200, requestId: answer.requestId }, 'ANOTHER_CONNECTION');
  return { ...answer, value: fits };
}

const isOf =
  (vehicleId: SmartcarVehicleId | undefined) =>
  (one: ListedConnection): boolean =>
    one.smartcarVehicleId === vehicleId;

/** By its own id, and where that finds nothing, by its vehicle's. */
export async function findConnection(
  ask: (request: Request) => Promise<Sent>,
  token: string,
  wanted: WantedConnection,
): Promise<Answer<ListedConnection | null>> {
  const byId = readConnection(await ask(connectionRequest(token, wanted.connectionId)), wanted);
  const isThere = byId.ok ? byId.value !== null : byId.failure.status !== 404;
  if (isThere || wanted.vehicleId === undefined) return byId;
  const byVehicle = readConnection(await ask(connectionRequest(token, wanted.vehicleId)), wanted);
  return byVehicle.ok || byVehicle.failure.status !== 404 ? byVehicle : byId;
}

/** By its own id, and where that finds nothing, by its vehicle's. */
export async function deleteConnection(
  ask: (request: Request) => Promise<Sent>,
  token: string,
  wanted: WantedConnection,
): Promise<Answer<'deleted' | 'gone'>> {
  const byId = readDeletion(await ask(deleteConnectionRequest(token, wanted.connectionId)));
  const isThere = byId.ok ? byId.value === 'deleted' : byId.failure.status !== 404;
  if (isThere || wanted.vehicleId === undefined) return byId;
  const byVehicle = readDeletion(await ask(deleteConnectionRequest(token, wanted.vehicleId)));
  return byVehicle.ok && byVehicle.value === 'deleted' ? byVehicle : byId;
}

export function deleteConnectionRequest(token: string, id: SmartcarConnectionId | SmartcarVehicleId): Request {
  return {
    method: 'DELETE',
    path: pathOf(`/v3/connections/${encodeURIComponent(id)}`),
    headers: headersFor(token),
  };
}

/** Ends every connection of a user, and forgets the user. */
export function deleteUserRequest(token: string, userId: SmartcarUserId): Request {
  return { method: 'DELETE', path: pathOf(`/v3/users/${encodeURIComponent(userId)}`), headers: headersFor(token) };
}
