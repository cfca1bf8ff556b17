/**
 * Reads a delivery, in any of the shapes that are documented or were seen. Pure and bounded: never throws, whatever the
 * bytes; whether they came from Smartcar was asked before.
 *
 * @see docs/smartcar.md §6.2, §6.6 to §6.8
 */
import { z } from 'zod';
import type { Claim } from '../../domain/failure.ts';
import type { SmartcarUserId, SmartcarVehicleId } from '../../domain/ids.ts';
import type { SignalCode } from '../../domain/signal.ts';
import { failureInside } from '../error-body.ts';
import { constant, instantOf, opaqueId, optionalId, signalCodeOf } from '../fields.ts';
import { isRecord, parseJson } from '../json.ts';
import { readSignalItems } from '../signal-item.ts';
import { challengeOf } from './challenge.ts';
import { isLegacy, legacyReason } from './legacy.ts';
import type { ErrorWebhook, ParsedWebhook, StateWebhook } from './parsed-webhook.ts';

/** Larger than Smartcar's own limit of 50 KB. */
const longestBody = 64 * 1024;
const toleratedSkewMs = 10 * 60_000;

const withId = z.object({ id: optionalId }).nullish().catch(null);

const sequence = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^\d{1,15}$/)
      .transform(Number),
  ])
  .pipe(z.number().int().nonnegative())
  .nullish()
  .catch(null);

const envelope = z.object({
  eventId: opaqueId,
  vehicleId: optionalId,
  data: z.object({
    user: withId,
    vehicle: withId,
    triggers: z.unknown().optional(),
    signals: z.unknown().optional(),
    errors: z.unknown().optional(),
  }),
  triggers: z.unknown().optional(),
  meta: z
    .object({ deliveryId: optionalId, deliveredAt: z.unknown(), mode: constant, sequence })
    .partial()
    .nullish()
    .catch(null),
});
type Envelope = z.output<typeof envelope>;

export function parseWebhook(raw: Buffer, receivedAt: Date): ParsedWebhook {
  if (raw.length > longestBody) return unreadable('tooLarge');
  const body = parseJson(raw.toString('utf8'));
  if (!isRecord(body)) return unreadable('notJson');
  // A legacy challenge was answered at the door, or is none that is safe to answer; here it is news of a webhook.
  if (isLegacy(body)) return { kind: 'legacy', reason: legacyReason(body) };
  if (body['eventType'] === 'VERIFY') return { kind: 'verify', challenge: challengeOf(body) };
  return parseEvent(body, receivedAt);
}

function parseEvent(body: Record<string, unknown>, receivedAt: Date): ParsedWebhook {
  const eventId = optionalId.parse(body['eventId']);
  const read = envelope.safeParse(body);
  if (!read.success) return unreadable(eventId ? 'unexpectedShape' : 'noEventId', eventId);
  const event = eventOf(read.data, receivedAt);
  if (typeof event === 'string') return unreadable(event, eventId);
  if (body['eventType'] === 'VEHICLE_STATE') return stateOf(event, read.data, receivedAt);
  if (body['eventType'] === 'VEHICLE_ERROR') return errorOf(event, read.data);
  return unreadable('unknownEventType', eventId);
}

const unreadable = (reason: string, eventId: string | null = null): ParsedWebhook => ({
  kind: 'unreadable',
  reason,
  eventId,
});

type Event = Omit<ErrorWebhook, 'kind' | 'claimed' | 'cleared'>;

/** What all events have in common, or why it can't be said. */
function eventOf({ eventId, vehicleId, data, meta }: Envelope, receivedAt: Date): Event | 'noVehicle' | 'twoVehicles' {
  const named = data.vehicle?.id ?? null;
  if (named && vehicleId && named !== vehicleId) return 'twoVehicles';
  const id = named ?? vehicleId;
  if (!id) return 'noVehicle';
  const sentAt = instantOf(meta?.deliveredAt);
  const isCredible = sentAt !== null && sentAt.getTime() <= receivedAt.getTime() + toleratedSkewMs;
  return {
    eventId,
    deliveryId: meta?.deliveryId ?? null,
    sequence: meta?.sequence ?? null,
    // Smartcar's ids are opaque; they get their brand here, where they come in.
    smartcarVehicleId: id as SmartcarVehicleId,
    smartcarUserId: (data.user?.id ?? null) as SmartcarUserId | null,
    at: isCredible ? sentAt : receivedAt,
    test: meta?.mode?.toUpperCase() === 'TEST',
  };
}

function stateOf(event: Event, { data, triggers }: Envelope, receivedAt: Date): StateWebhook | ParsedWebhook {
  const items = signalItems(data.signals);
  if (!items) return unreadable('unexpectedShape', event.eventId);
  // Each signal's own request is unknown; the delivery's id leads to all of them.
  const { readings, failures, isNonsense } = readSignalItems(items, { receivedAt, requestId: event.deliveryId });
  if (isNonsense) return unreadable('unexpectedShape', event.eventId);
  return { kind: 'state', ...event, first: isFirst(data.triggers) || isFirst(triggers), readings, failures };
}

const mostItems = 500;

/** A list, or an object keyed by `Group.Name`; null when it is neither, or longer than there are signals. */
function signalItems(signals: unknown): unknown[] | null {
  if (signals === undefined || signals === null) return [];
  if (Array.isArray(signals)) return signals.length <= mostItems ? signals : null;
  if (!isRecord(signals)) return null;
  const items = Object.entries(signals).map(([name, item]) =>
    isRecord(item) ? { code: signalCodeOf(name), ...item } : item,
  );
  return items.length <= mostItems ? items : null;
}

/** @see docs/smartcar.md §6.7, the table of conflicts */
function isFirst(triggers: unknown): boolean {
  const isFirstDelivery = (trigger: unknown): boolean =>
    trigger === 'FIRST_DELIVERY' ||
    (isRecord(trigger) && (trigger['code'] === 'FIRST_DELIVERY' || trigger['type'] === 'FIRST_DELIVERY'));
  return Array.isArray(triggers) && triggers.some(isFirstDelivery);
}

const mostErrors = 100;

function errorOf(event: Event, { data }: Envelope): ParsedWebhook {
  const { errors } = data;
  if (!Array.isArray(errors) || errors.length === 0 || errors.length > mostErrors || !errors.every(isRecord)) {
    return unreadable('unexpectedShape', event.eventId);
  }
  const claimsIn = (state: 'ERROR' | 'RESOLVED'): Claim[] =>
    errors.filter((error) => stateIn(error) === state).flatMap((error) => claimOf(error, event.deliveryId));
  return { kind: 'error', ...event, claimed: claimsIn('ERROR'), cleared: claimsIn('RESOLVED') };
}

/** Absent means that it stands. A state we don't know says neither. */
function stateIn(error: Record<string, unknown>): string | null {
  if (error['state'] === undefined || error['state'] === null) return 'ERROR';
  return constant.parse(error['state'])?.toUpperCase() ?? null;
}

/** Nothing when it names signals and none of them can be read: it must not grow into a claim about the whole vehicle. */
function claimOf(error: Record<string, unknown>, requestId: string | null): Claim[] {
  const named = error['signals'] ?? [];
  if (!Array.isArray(named) || named.length > mostItems) return [];
  const signals = named.flatMap(claimedSignal);
  if (named.length > 0 && signals.length === 0) return [];
  const status = typeof error['statusCode'] === 'number' ? error['statusCode'] : null;
  return [{ ...failureInside(error, requestId, status), signals: [...new Set(signals)] }];
}

function claimedSignal(signal: unknown): SignalCode[] {
  const name = isRecord(signal) ? signal['code'] : signal;
  return typeof name === 'string' && /^[\w.-]{1,100}$/.test(name) ? [signalCodeOf(name)] : [];
}
