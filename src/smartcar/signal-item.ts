/** One signal as it stands in an answer or in a webhook. A value that isn't there is no reading: it replaces nothing. */
import { z } from 'zod';
import type { SignalFailure } from '../domain/failure.ts';
import type { Reading } from '../domain/reading.ts';
import type { SignalCode, SignalValue } from '../domain/signal.ts';
import { failureInside } from './error-body.ts';
import { constant, fetchedAtOf, instantOf } from './fields.ts';
import { isBounded, isRecord } from './json.ts';

/** How it reached us. */
export interface Arrival {
  receivedAt: Date;
  requestId: string | null;
}

/** `neither`: nobody has the value, and nothing failed either. `unknown`: no signal at all. */
export type SignalItem =
  | { kind: 'reading'; reading: Reading }
  | { kind: 'failure'; failure: SignalFailure }
  | { kind: 'neither' }
  | { kind: 'unknown' };

const item = z.object({
  code: z.string().regex(/^[\w-]{1,100}$/),
  status: z.unknown().optional(),
  body: z.unknown().optional(),
  meta: z
    .object({ oemUpdatedAt: z.unknown(), retrievedAt: z.unknown(), fetchedAt: z.unknown() })
    .partial()
    .nullish()
    .catch(null),
});

/**
 * A value stays as it came: no number is rescaled, no unit guessed. A fuel level of 0.77 without a unit, as it stands in a
 * test payload of the dashboard, may be a fraction or a percentage; such a payload is known by its mode and used for
 * nothing. A tire pressure of 258 called `bar` is likewise for whoever shows it to doubt.
 *
 * @see docs/smartcar.md §3.4, §3.5, §6.7
 */
export function readSignalItem(given: unknown, arrival: Arrival): SignalItem {
  const read = item.safeParse(given);
  if (!read.success) return { kind: 'unknown' };
  const { code, status, body, meta } = read.data;
  const { receivedAt } = arrival;
  const fetchedAt = fetchedAtOf(meta?.retrievedAt, receivedAt) ?? fetchedAtOf(meta?.fetchedAt, receivedAt);
  const word = wordOf(status);
  // A failed signal may still carry the value of before: it is no reading.
  if (word === 'ERROR') {
    return {
      kind: 'failure',
      failure: {
        ...failureInside(isRecord(status) ? status['error'] : null, arrival.requestId),
        signal: code,
        fetchedAt,
      },
    };
  }
  const value = word === 'SUCCESS' ? valueOf(code, body) : null;
  if (value === null) return { kind: 'neither' };
  const measuredAt = instantOf(meta?.oemUpdatedAt);
  return {
    kind: 'reading',
    reading: { code, value, unit: unitOf(body), measuredAt, fetchedAt, receivedAt },
  };
}

/** Only what says nothing at all passes for success: a status we can't read must not let the value of before through. */
function wordOf(status: unknown): string | null {
  if (status === undefined || status === null) return 'SUCCESS';
  if (!isRecord(status)) return constant.parse(status)?.toUpperCase() ?? null;
  const [value, error] = [status['value'] ?? null, status['error'] ?? null];
  if (value === null) return error === null ? 'SUCCESS' : 'ERROR';
  return constant.parse(value)?.toUpperCase() ?? null;
}

/** Readings and failures apart; `isNonsense` when there were items and not one of them was a signal. */
export function readSignalItems(
  items: readonly unknown[],
  arrival: Arrival,
): { readings: Reading[]; failures: SignalFailure[]; isNonsense: boolean } {
  const read = items.map((given) => readSignalItem(given, arrival));
  return {
    readings: read.flatMap((one) => (one.kind === 'reading' ? [one.reading] : [])),
    failures: read.flatMap((one) => (one.kind === 'failure' ? [one.failure] : [])),
    isNonsense: read.length > 0 && read.every(({ kind }) => kind === 'unknown'),
  };
}

const deepest = 6;
const longest = 16_000;

function valueOf(code: SignalCode, body: unknown): SignalValue | null {
  if (!isRecord(body) || !isBounded(body, deepest, longest)) return null;
  if (code === 'location-preciselocation') return locationValue(body);
  return 'value' in body ? single(body['value']) : whole(body);
}

function single(value: unknown): SignalValue | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'boolean') return value;
  if (typeof value === 'string') return value === '' ? null : value;
  return Array.isArray(value) || isRecord(value) ? value : null;
}

/** Without both coordinates (`locationType` alone and `heading` alone have been seen) it tells nothing. */
function locationValue(body: Record<string, unknown>): SignalValue | null {
  const { latitude, longitude } = body;
  return Number.isFinite(latitude) && Number.isFinite(longitude) ? withoutNulls(body) : null;
}

/** The body as it is, without what is null in it and without the unit, which stands beside it. */
function whole(body: Record<string, unknown>): SignalValue | null {
  const { unit: _unit, ...rest } = withoutNulls(body);
  return Object.keys(rest).length > 0 ? rest : null;
}

function withoutNulls(body: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
}

function unitOf(body: unknown): string | null {
  const unit = isRecord(body) ? body['unit'] : null;
  return typeof unit === 'string' && unit !== '' && unit.length <= 50 ? unit : null;
}
