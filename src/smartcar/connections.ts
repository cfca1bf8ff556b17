/** Connections as Smartcar lists and deletes them: the requests, and their answers. @see docs/smartcar.md §3.2 */
import { z } from 'zod';
import type { SmartcarConnectionId, SmartcarUserId, SmartcarVehicleId } from '../domain/ids.ts';
import type { Answer } from './answer.ts';
import { failureOf } from './error-body.ts';
import { instantOf, label, make, modelYear, opaqueId, powertrain } from './fields.ts';
import { failed, headersFor, isSuccess, type Page, type PageQuery, pathOf, readPage } from './read.ts';
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

const connection = z
  .object({
    id: opaqueId,
    attributes,
    meta: z.object({ createdAt: z.unknown() }).partial().nullish().catch(null),
    relationships: z.object({ vehicle: related, user: related }),
  })
  .transform(({ id, attributes: { permissions, vehicle }, meta, relationships }): ListedConnection => ({
    // Smartcar's ids are opaque; they get their brand here, where they come in.
    id: id as SmartcarConnectionId,
    smartcarVehicleId: relationships.vehicle.data.id as SmartcarVehicleId,
    smartcarUserId: relationships.user.data.id as SmartcarUserId,
    permissions: permissions ?? [],
    make: vehicle?.make ?? null,
    model: vehicle?.model ?? null,
    year: vehicle?.year ?? null,
    powertrain: vehicle?.powertrainType ?? null,
    createdAt: instantOf(meta?.createdAt),
  }));

export const readConnections = (sent: Sent): Answer<Page<ListedConnection>> => readPage(sent, connection);

/** Holds the list to what was asked for: a filter that Smartcar doesn't know by this name would answer everyone's. */
export function onlyAsked(connections: ListedConnection[], filter: ConnectionFilter): ListedConnection[] {
  return connections.filter(
    ({ smartcarUserId, smartcarVehicleId }) =>
      (filter.userId === undefined || smartcarUserId === filter.userId) &&
      (filter.vehicleId === undefined || smartcarVehicleId === filter.vehicleId),
  );
}

export function deleteConnectionRequest(token: string, connectionId: SmartcarConnectionId): Request {
  return {
    method: 'DELETE',
    path: pathOf(`/v3/connections/${encodeURIComponent(connectionId)}`),
    headers: headersFor(token),
  };
}

/** A 404 about the path is no proof that the connection is gone: it must not look revoked when we asked in the wrong place. */
export function readDeletion(sent: Sent): Answer<'deleted' | 'gone'> {
  if (!sent.came) return failed(sent);
  if (isSuccess(sent)) return { ok: true, value: 'deleted', requestId: sent.requestId };
  const { status, code, requestId } = failureOf(sent);
  const isAboutPath = ['PATH', 'INVALID_PATH', 'VERSION'].includes(code ?? '');
  return status === 404 && !isAboutPath ? { ok: true, value: 'gone', requestId } : failed(sent);
}
