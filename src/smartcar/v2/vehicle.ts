/** v2's user, vehicles and what is granted: the requests, and their answers. @see docs/smartcar.md §2.2 */
import { z } from 'zod';
import { isGapMeaning } from '../../domain/failure.ts';
import type { SmartcarUserId, SmartcarVehicleId } from '../../domain/ids.ts';
import type { Permission } from '../../domain/permission.ts';
import type { FoundCar } from '../../domain/vehicle.ts';
import type { Answer } from '../answer.ts';
import { failureOf } from '../error-body.ts';
import { label, longestUntrimmed, make, modelYear, opaqueId } from '../fields.ts';
import { failed, headersFor, isSuccess, type Page, type PageQuery, pathOf, readAs } from '../read.ts';
import type { Request, Sent } from '../send.ts';

/** Below the vehicle's own address. */
export const vehiclePath = (vehicleId: SmartcarVehicleId, rest: string): string =>
  `/v2.0/vehicles/${encodeURIComponent(vehicleId)}${rest}`;

const get = (token: string, path: string): Request => ({ method: 'GET', path, headers: headersFor(token) });

/** The slash at the end of this and others is the SDK's. @see docs/smartcar.md §2.1 */
export const userRequest = (token: string): Request => get(token, '/v2.0/user/');

const user = z.object({ id: opaqueId }).transform(({ id }) => id as SmartcarUserId); // opaque; gets its brand where it comes in

export const readUserAnswer = (sent: Sent): Answer<SmartcarUserId> => readAs(sent, user);

const firstPage = { limit: '50', offset: '0' };

export const vehiclesRequest = (token: string, page: PageQuery): Request =>
  get(token, pathOf('/v2.0/vehicles/', { ...firstPage, ...page }));

export function readVehiclesPage(sent: Sent): Answer<Page<SmartcarVehicleId>> {
  const vehicle = opaqueId.transform((id) => id as SmartcarVehicleId); // opaque; gets its brand where it comes in
  const shape = z.object({ vehicles: z.array(vehicle).max(1_000), paging });
  return readAs(
    sent,
    shape.transform((body) => pageOf(body.vehicles, body.paging)),
  );
}

const paging = z.object({ count: z.number().int().min(0), offset: z.number().int().min(0) }).nullish();

/** `count` is the number of all, `offset` the place of this page's first. A page without paging is the only one. */
function pageOf<T>(items: T[], paged: z.output<typeof paging>): Page<T> {
  const seen = (paged?.offset ?? 0) + items.length;
  const isMore = paged !== undefined && paged !== null && items.length > 0 && seen < paged.count;
  return { items, next: isMore ? { limit: firstPage.limit, offset: String(seen) } : null };
}

export const attributesRequest = (token: string, vehicleId: SmartcarVehicleId): Request =>
  get(token, vehiclePath(vehicleId, '/'));

const attributes = z
  .object({ id: opaqueId, make: make.optional(), model: label.optional(), year: modelYear.optional() })
  .transform((body): FoundCar => ({
    smartcarVehicleId: body.id as SmartcarVehicleId, // opaque; gets its brand where it comes in
    make: body.make ?? null,
    model: body.model ?? null,
    year: body.year ?? null,
    powertrain: null,
    vin: null,
  }));

export const readAttributes = (sent: Sent): Answer<FoundCar> => readAs(sent, attributes);

export const vinRequest = (token: string, vehicleId: SmartcarVehicleId): Request =>
  get(token, vehiclePath(vehicleId, '/vin'));

/** Upper case. Simulated cars have VINs with letters that real ones avoid, so only the length is held to. */
const vin = z
  .string()
  .max(longestUntrimmed)
  .trim()
  .toUpperCase()
  .regex(/^[A-Z0-9]{17}$/);
const vinBody = z.object({ vin: vin.nullable() }).transform((body) => body.vin);

/** A permission that is missing and a car that can't are the same to whoever wants to compare VINs: there is none. */
export function readVinAnswer(sent: Sent): Answer<string | null> {
  const answer = readAs(sent, vinBody);
  if (answer.ok || !isGapMeaning(answer.failure.meaning)) return answer;
  return { ok: true, value: null, requestId: answer.failure.requestId };
}

export const permissionsRequest = (token: string, vehicleId: SmartcarVehicleId, page: PageQuery): Request =>
  get(token, pathOf(vehiclePath(vehicleId, '/permissions'), { ...firstPage, ...page }));

export function readPermissionsPage(sent: Sent): Answer<Page<Permission>> {
  const shape = z.object({ permissions: z.array(z.string().max(100)).max(1_000), paging });
  return readAs(
    sent,
    shape.transform((body) => pageOf(body.permissions, body.paging)),
  );
}

export function disconnectRequest(token: string, vehicleId: SmartcarVehicleId): Request {
  return { method: 'DELETE', path: vehiclePath(vehicleId, '/application'), headers: headersFor(token) };
}

const done = z.object({ status: z.string().regex(/^success$/i) }).transform(() => 'deleted' as const);

/**
 * Only Smartcar's own word ends it. Disconnecting needs no permission, so a refusal for want of one says that the car is
 * not connected (INF; §8.2 says so of simulated cars), and so does a 404 of Smartcar's that isn't about our path.
 */
export function readDisconnect(sent: Sent): Answer<'deleted' | 'gone'> {
  if (isSuccess(sent)) return readAs(sent, done);
  const { type, code, status, requestId } = failureOf(sent);
  const isAboutPath = ['PATH', 'INVALID_PATH', 'VERSION'].includes(code?.toUpperCase() ?? 'PATH');
  const isRefusal = status !== null && status >= 400 && status <= 499;
  const isGone = isRefusal && (type === 'PERMISSION' || (type === 'RESOURCE_NOT_FOUND' && !isAboutPath));
  return isGone ? { ok: true, value: 'gone', requestId } : failed(sent);
}
