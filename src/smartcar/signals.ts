/** A vehicle's signals out of Smartcar's store: the requests, and their answers. @see docs/smartcar.md §3.4 */
import { z } from 'zod';
import type { Reading } from '../domain/reading.ts';
import type { SignalCode } from '../domain/signal.ts';
import type { Answer } from './answer.ts';
import { headersFor, type Page, type PageQuery, pathOf, readAs, readLoosePage, unreadable, unwrapped } from './read.ts';
import { readSignalItem, readSignalItems } from './signal-item.ts';
import type { Request, Sent } from './send.ts';
import type { ReadSignals, VehicleAndUser } from './smartcar.ts';

/** No paging parameters on the first page: none are documented here, though answers have been seen to have pages. */
export function signalsRequest(token: string, { vehicleId, userId }: VehicleAndUser, page: PageQuery): Request {
  const path = pathOf(`/v3/vehicles/${encodeURIComponent(vehicleId)}/signals`, page);
  return { method: 'GET', path, headers: headersFor(token, userId) };
}

/** One page; `data: []` is a store that is still empty, which is no failure. */
export function readSignalsPage(sent: Sent, receivedAt: Date): Answer<Page<ReadSignals>> {
  const page = readLoosePage(sent);
  if (!page.ok) return page;
  const items = page.value.items.map(flat);
  const { isNonsense, ...read } = readSignalItems(items, { receivedAt, requestId: page.requestId });
  if (isNonsense) return unreadable({ status: 200, requestId: page.requestId }, 'NO_SIGNALS');
  return { ok: true, value: { items: [read], next: page.value.next }, requestId: page.requestId };
}

export function joined(pages: readonly ReadSignals[]): ReadSignals {
  return {
    readings: pages.flatMap((page) => page.readings),
    failures: pages.flatMap((page) => page.failures),
  };
}

const resource = z.object({ attributes: z.record(z.string(), z.unknown()), meta: z.unknown().optional() });

/** A JSON:API resource as webhooks write signals: the attributes beside `meta`. */
function flat(given: unknown): unknown {
  const read = resource.safeParse(given);
  return read.success ? { ...read.data.attributes, meta: read.data.meta } : given;
}

export function signalRequest(token: string, { vehicleId, userId }: VehicleAndUser, code: SignalCode): Request {
  const path = pathOf(`/v3/vehicles/${encodeURIComponent(vehicleId)}/signals/${encodeURIComponent(code)}`);
  return { method: 'GET', path, headers: headersFor(token, userId) };
}

/**
 * Null when the store doesn't hold it; a 404 that is about the vehicle is a failure. Another signal in its place is
 * nonsense: a nickname must not be taken for a VIN.
 */
export function readSignalAnswer(sent: Sent, receivedAt: Date, asked?: SignalCode): Answer<Reading | null> {
  const answer = readAs(sent, z.preprocess(unwrapped, z.unknown()));
  if (!answer.ok)
    return isMissingSignal(answer) ? { ok: true, value: null, requestId: answer.failure.requestId } : answer;
  const item = readSignalItem(flat(answer.value), { receivedAt, requestId: answer.requestId });
  if (item.kind === 'failure') return { ok: false, failure: item.failure };
  if (item.kind === 'unknown') return unreadable({ status: 200, requestId: answer.requestId }, 'NO_SIGNALS');
  const reading = item.kind === 'reading' ? item.reading : null;
  if (asked !== undefined && reading !== null && reading.code !== asked)
    return unreadable({ status: 200, requestId: answer.requestId }, 'ANOTHER_SIGNAL');
  return { ok: true, value: reading, requestId: answer.requestId };
}

function isMissingSignal(answer: Answer<unknown> & { ok: false }): boolean {
  const { status, code } = answer.failure;
  return status === 404 && code?.toUpperCase() !== 'VEHICLE_NOT_FOUND';
}
