/** Connections as v2's management lists and deletes them: the requests, and their answers. @see docs/smartcar.md §7 */
import { z } from 'zod';
import type { SmartcarUserId, SmartcarVehicleId } from '../../domain/ids.ts';
import type { Answer } from '../answer.ts';
import { constant, instantOf, opaqueId } from '../fields.ts';
import { type Page, type PageQuery, pathOf, readAs } from '../read.ts';
import type { Request, Sent } from '../send.ts';
import type { Mode } from '../smartcar.ts';
import type { ListedConnectionV2 } from './smartcar-v2.ts';
import { basic } from './tokens.ts';

/** One of the two: Smartcar's SDK refuses both together, and what a deletion without any would do is not documented. */
export type ManagementFilter = { userId: SmartcarUserId } | { vehicleId: SmartcarVehicleId };

interface ListingFilter {
  userId?: SmartcarUserId;
  vehicleId?: SmartcarVehicleId;
}

const path = '/v2.0/management/connections';

const headersFor = (managementToken: string): Record<string, string> => ({
  accept: 'application/json',
  authorization: basic('default', managementToken),
  'user-agent': 'Towline',
});

export function listingRequest(token: string, filter: ListingFilter, mode: Mode, page: PageQuery): Request {
  const query = { limit: '100', user_id: filter.userId, vehicle_id: filter.vehicleId, mode, ...page };
  return { method: 'GET', path: pathOf(path, query), headers: headersFor(token) };
}

// Smartcar's ids are opaque; they get their brand here, where they come in.
const ids = { vehicleId: opaqueId, userId: opaqueId };
const branded = (given: { vehicleId: string; userId: string }): Ended => ({
  smartcarVehicleId: given.vehicleId as SmartcarVehicleId,
  smartcarUserId: given.userId as SmartcarUserId,
});

type Ended = Pick<ListedConnectionV2, 'smartcarVehicleId' | 'smartcarUserId'>;

/** With the mode it is in, for `onlyOurs`. */
type Listed = ListedConnectionV2 & { mode: string | null };

const connection = z
  .object({ ...ids, connectedAt: z.unknown().optional(), mode: constant.optional() })
  .transform((given): Listed => ({
    ...branded(given),
    connectedAt: instantOf(given.connectedAt),
    mode: given.mode ?? null,
  }));

const listing = z
  .object({
    connections: z.array(connection).max(1_000),
    // A cursor that can't be read is no end: half a list would look like connections that are gone.
    paging: z.object({ cursor: z.string().max(4_000).nullish() }).nullish(),
  })
  .transform(({ connections, paging }): Page<Listed> => ({
    items: connections,
    next: paging?.cursor ? { cursor: paging.cursor } : null,
  }));

export const readListing = (sent: Sent): Answer<Page<Listed>> => readAs(sent, listing);

/** Holds the list to what was asked for: a filter that Smartcar passes over would answer everyone's. */
export function onlyOurs(listed: readonly Listed[], filter: ListingFilter, mode: Mode): ListedConnectionV2[] {
  const fits = (one: Listed): boolean =>
    (filter.userId === undefined || one.smartcarUserId === filter.userId) &&
    (filter.vehicleId === undefined || one.smartcarVehicleId === filter.vehicleId) &&
    (one.mode === null || (one.mode.toLowerCase() === 'live') === (mode === 'live'));
  return listed.filter(fits).map(({ mode: _mode, ...connection }) => connection);
}

/** Never sent without whom or what it is about: nobody knows whether that would end every connection there is. */
export function deletionRequest(token: string, filter: ManagementFilter): Request {
  const [name, id] = 'userId' in filter ? ['user_id', filter.userId] : ['vehicle_id', filter.vehicleId];
  if (!id) throw new Error('A deletion of connections names a user or a car.');
  return { method: 'DELETE', path: pathOf(path, { [name]: id }), headers: headersFor(token) };
}

const deleted = z
  .object({ connections: z.array(z.object(ids).transform(branded)).max(10_000) })
  .transform(({ connections }) => connections);

export const readDeleted = (sent: Sent): Answer<Ended[]> => readAs(sent, deleted);
