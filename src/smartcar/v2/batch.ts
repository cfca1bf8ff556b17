/** Several of v2's reads in one request: what to ask, and what each part of the answer comes to. @see docs/smartcar.md §2.6 */
import { z } from 'zod';
import type { SignalFailure } from '../../domain/failure.ts';
import type { SmartcarVehicleId } from '../../domain/ids.ts';
import type { Permission } from '../../domain/permission.ts';
import type { Reading } from '../../domain/reading.ts';
import type { Powertrain } from '../../domain/vehicle.ts';
import type { Answer } from '../answer.ts';
import { failureInside } from '../error-body.ts';
import { fetchedAtOf, instantOf } from '../fields.ts';
import { isRecord } from '../json.ts';
import { headersFor, readAs, unreadable } from '../read.ts';
import { longestRetryAfterS, type Request, type Sent } from '../send.ts';
import type { ReadSignals } from '../smartcar.ts';
import { readPaths, type ReadPath, type Units } from './readings.ts';
import { vehiclePath } from './vehicle.ts';

/** What there may be to read: what the owner granted, and what kind of car it is (null: not known). */
export interface Wanted {
  permissions: readonly Permission[];
  powertrain: Powertrain | null;
}

export function pathsFor({ permissions, powertrain }: Wanted): ReadPath[] {
  return readPaths.filter(
    ({ permission, notFor }) =>
      permissions.includes(permission) && !(powertrain !== null && notFor.includes(powertrain)),
  );
}

/** How many requests a read counts against limits and the bill: every part of a batch is one. */
export const requestCount = (wanted: Wanted): number => pathsFor(wanted).length;

export function batchRequest(token: string, vehicleId: SmartcarVehicleId, paths: readonly ReadPath[]): Request {
  return {
    method: 'POST',
    path: vehiclePath(vehicleId, '/batch'),
    headers: { ...headersFor(token), 'content-type': 'application/json', 'sc-unit-system': 'metric' },
    body: JSON.stringify({ requests: paths.map(({ path }) => ({ path })) }),
  };
}

const batch = z.object({ responses: z.array(z.unknown()).max(1_000) });

const item = z.object({
  path: z
    .string()
    .max(200)
    .transform((path) => `/${path.replace(/^\/+/, '')}`),
  code: z.number().int().min(100).max(599),
  body: z.unknown().optional(),
  // A part that failed has none at all.
  headers: z.record(z.string(), z.unknown()).nullish().catch(null),
});
type Item = z.output<typeof item>;

interface Arrival {
  receivedAt: Date;
  requestId: string | null;
}

/** Parts that were not asked for, or come a second time, are passed over; when not one can be read it is nonsense. */
export function readBatchAnswer(sent: Sent, asked: readonly ReadPath[], receivedAt: Date): Answer<ReadSignals> {
  const answer = readAs(sent, batch);
  if (!answer.ok) return answer;
  const { requestId } = answer;
  const items = itemsByPath(answer.value.responses);
  const read = asked.flatMap((path) => {
    const found = items.get(path.path);
    const part = found && readItem(path, found, { receivedAt, requestId });
    return part ? [part] : [];
  });
  if (read.length === 0) return unreadable({ status: 200, requestId }, 'NO_SIGNALS');
  const value = {
    readings: read.flatMap(({ readings }) => readings),
    failures: read.flatMap(({ failures }) => failures),
  };
  return { ok: true, value, requestId };
}

function itemsByPath(responses: readonly unknown[]): Map<string, Item> {
  const items = new Map<string, Item>();
  for (const response of responses) {
    const read = item.safeParse(response);
    if (read.success && !items.has(read.data.path)) items.set(read.data.path, read.data);
  }
  return items;
}

/** Null when it is a success without a body to read. */
function readItem(path: ReadPath, found: Item, arrival: Arrival): ReadSignals | null {
  if (found.code < 200 || found.code > 299) return { readings: [], failures: failuresOf(path, found, arrival) };
  return isRecord(found.body) ? { readings: readingsOf(path, found.body, found, arrival), failures: [] } : null;
}

function readingsOf(path: ReadPath, body: Record<string, unknown>, found: Item, arrival: Arrival): Reading[] {
  const units: Units = /^imperial$/i.test(text(found, 'sc-unit-system')) ? 'imperial' : 'metric';
  const measuredAt = instantOf(text(found, 'sc-data-age'));
  const fetchedAt = fetchedAtOf(text(found, 'sc-fetched-at'), arrival.receivedAt);
  return path.parts.flatMap(({ code, value: valueOf, unit }) => {
    const value = valueOf(body);
    if (value === null) return [];
    return [{ code, value, unit: unit?.(units) ?? null, measuredAt, fetchedAt, receivedAt: arrival.receivedAt }];
  });
}

/** Each of its signals failed, just now: it has no headers to say when, and v2 answers for itself (INF). */
function failuresOf({ parts }: ReadPath, found: Item, { receivedAt, requestId }: Arrival): SignalFailure[] {
  const wait = text(found, 'retry-after');
  const retryAfterS = /^\d{1,9}$/.test(wait) ? Math.min(Number(wait), longestRetryAfterS) : null;
  const failure = { ...failureInside(found.body, requestId, found.code), status: found.code, retryAfterS };
  return parts.map(({ code }) => ({ ...failure, signal: code, fetchedAt: receivedAt }));
}

/** A header of the part, whose names are lower case; empty when it isn't there. */
function text({ headers }: Item, name: string): string {
  const value = headers?.[name];
  return typeof value === 'string' ? value : '';
}
