/**
 * Sending events: four attempts at 0, 25, 75 and 175 seconds, new delivery ids each time, then dropped for good.
 *
 * @see docs/smartcar.md §6.4, §6.9
 */
import { deliverAt } from '../due.ts';
import { chance } from '../random.ts';
import { nextNumber, nextUuid, type Simulation } from '../simulation.ts';
import type { Delivery, DeliveryRecord } from '../state.ts';
import type { Event } from './event.ts';
import { isLegacy, legacySummary, renamed } from '../v2/legacy-webhook.ts';
import { signatureOf } from './signature.ts';

const attemptsAfterMs = [0, 25_000, 75_000, 175_000];
const answerTimeoutMs = 15_000;
const longestLog = 200;

/** Puts an event on its way, doubled, late or mixed up as the knobs say. */
export function sendEvent(sim: Simulation, event: Event, at: number): void {
  const { webhook } = sim.state.knobs;
  const url = event.eventType === 'VEHICLE_ERROR' ? (webhook.errorUrl ?? webhook.url) : webhook.url;
  if (url === null || !webhook.isEnabled || !mayDeliver(sim)) return;
  if (webhook.shape === 'legacy' && event.eventType === 'VEHICLE_ERROR') return;
  const shuffle = webhook.isReordering ? Math.floor(chance(sim.state.seed, 'order', nextNumber(sim)) * 20_000) : 0;
  const start = at + webhook.delayS * 1000 + shuffle;
  const delivery: Delivery = { ...event, event: numbered(sim, event.event), url, attempt: 1, firstAt: start };
  deliverAt(sim, delivery, start);
  if (webhook.duplicates === 'same-event-id') deliverAt(sim, { ...delivery, firstAt: start + 500 }, start + 500);
  if (webhook.duplicates === 'new-event-id') {
    const eventId = nextUuid(sim, 'event');
    deliverAt(sim, { ...delivery, eventId, event: renamed(event.event, eventId), firstAt: start + 300 }, start + 300);
  }
}

/** Data flow from a webhook that was made, and only to a receiver that answered VERIFY, when the knob says so. @see docs/smartcar.md §6.3 */
function mayDeliver(sim: Simulation): boolean {
  const { isCreated, needsVerification, url } = sim.state.knobs.webhook;
  if (!isCreated) return false;
  const { verification } = sim.state;
  return !needsVerification || (verification !== null && verification.isVerified && verification.url === url);
}

function numbered(sim: Simulation, event: Event['event']): Event['event'] {
  if (!sim.state.knobs.webhook.hasSequence || isLegacy(event)) return event;
  sim.state.sequence += 1;
  return { ...event, meta: { ...metaOf(event), sequence: sim.state.sequence } };
}

function metaOf(event: Event['event']): object {
  return typeof event['meta'] === 'object' && event['meta'] !== null ? event['meta'] : {};
}

/** One attempt; a failed one plans the next. */
export async function runDelivery(sim: Simulation, delivery: Delivery, at: number): Promise<void> {
  const deliveryId = nextUuid(sim, 'delivery');
  const { webhook } = sim.state.knobs;
  const lost = !webhook.isDelivering;
  const result = lost ? { isDelivered: false, outcome: 'lost on the way' } : await post(sim, delivery, deliveryId, at);
  logDelivery(sim, { at, deliveryId, ...summary(delivery), ...result });
  const next = attemptsAfterMs[delivery.attempt];
  if (result.isDelivered || lost || next === undefined || !isStillWanted(sim, delivery)) return;
  deliverAt(sim, { ...delivery, attempt: delivery.attempt + 1 }, delivery.firstAt + next);
}

/** Disabling the webhook or ending the subscription stops retries too. */
function isStillWanted(sim: Simulation, delivery: Delivery): boolean {
  if (!sim.state.knobs.webhook.isEnabled) return false;
  return delivery.vehicleId === null || sim.state.subscriptions.some((item) => item.vehicleId === delivery.vehicleId);
}

async function post(
  sim: Simulation,
  delivery: Delivery,
  deliveryId: string,
  at: number,
): Promise<{ isDelivered: boolean; outcome: string }> {
  if (sim.state.knobs.webhook.isReceiverDown) return { isDelivered: false, outcome: 'ECONNREFUSED (knob)' };
  const bytes = bytesOf(sim, delivery, deliveryId, at);
  try {
    const response = await fetch(delivery.url, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Smartcar/4.0',
        'sc-signature': signatureOf(sim.credentials.managementToken, bytes),
      },
      body: new Uint8Array(bytes),
      signal: AbortSignal.timeout(answerTimeoutMs),
    });
    await response.body?.cancel();
    const isDelivered = sim.state.knobs.webhook.success === '200' ? response.status === 200 : response.ok;
    return { isDelivered, outcome: String(response.status) };
  } catch (error) {
    return { isDelivered: false, outcome: reasonOf(error) };
  }
}

/** Why there was no answer, in a word. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'failed';
  if (error.name === 'TimeoutError') return 'timeout';
  const { cause } = error;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : error.message;
}

function bytesOf(sim: Simulation, delivery: Delivery, deliveryId: string, at: number): Buffer {
  const { event } = delivery;
  const whole = isLegacy(event) ? event : { ...event, meta: { ...metaOf(event), deliveryId, deliveredAt: at } };
  return Buffer.from(sim.state.knobs.webhook.bytes === 'compact' ? JSON.stringify(whole) : unusualJson(whole), 'utf8');
}

/** The same JSON as another serialiser might write it: spaces, escapes and a 1.0. */
export function unusualJson(value: unknown): string {
  const pretty = JSON.stringify(value, null, 1);
  return pretty
    .replace(/(: )(\d+)(,?\n)/g, '$1$2.0$3')
    .replace(/[\u0080-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function summary(delivery: Delivery): Pick<DeliveryRecord, 'eventId' | 'eventType' | 'vehicleId' | 'what' | 'attempt'> {
  const { eventId, eventType, vehicleId, attempt } = delivery;
  return { eventId, eventType, vehicleId, attempt, what: whatIs(delivery.event) };
}

function whatIs(event: Record<string, unknown>): string {
  if (isLegacy(event)) return legacySummary(event);
  // Built in event.ts; only read here for the log.
  const data = event['data'] as
    { errors?: { type: string; code: string | null; state?: string }[]; triggers?: unknown[] } | undefined;
  const error = data?.errors?.[0];
  if (error !== undefined) return `${error.type}:${error.code ?? 'null'} ${error.state ?? ''}`.trim();
  const triggers = data?.triggers ?? (Array.isArray(event['triggers']) ? event['triggers'] : []);
  return JSON.stringify(triggers).includes('FIRST_DELIVERY') ? 'first delivery' : `${String(triggers.length)} changed`;
}

/** Puts a line on the log of deliveries; old lines fall off. */
export function logDelivery(sim: Simulation, record: DeliveryRecord): void {
  sim.state.deliveries.push(record);
  if (sim.state.deliveries.length > longestLog) sim.state.deliveries.shift();
  sim.touch();
}
