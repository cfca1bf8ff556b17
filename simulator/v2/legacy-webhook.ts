/**
 * Events of the generation before v4: `verify`, charging events, and `scheduled` as a bare envelope, because what
 * its items carry is published nowhere. It has no errors.
 *
 * @see docs/smartcar.md §6.1, §6.2
 */
import { nextUuid, webhookOf, type Simulation } from '../simulation.ts';
import type { Connection } from '../state.ts';
import type { Event } from '../webhooks/event.ts';

type Json = Record<string, unknown>;

/** Whether an event is of that generation: it says `eventName` where v4 says `eventType`. */
export function isLegacy(event: Json): boolean {
  return 'eventName' in event;
}

/** What the older generation sends when v4 sends a VEHICLE_STATE: a charging event if charging changed, else `scheduled`. */
export function legacyEvent(
  sim: Simulation,
  connection: Connection,
  triggers: 'FIRST_DELIVERY' | readonly string[],
  at: number,
): Event {
  const eventId = nextUuid(sim, 'event');
  const { vehicleId } = connection;
  const isCharging = triggers !== 'FIRST_DELIVERY' && triggers.includes('charge-ischarging');
  const event = isCharging
    ? envelope(sim, 'eventBased', chargingPayload(connection, eventId, at))
    : envelope(sim, 'scheduled', { vehicles: [{ vehicleId }] });
  return { eventId, eventType: 'VEHICLE_STATE', vehicleId, event };
}

/** The request to prove that the receiver knows the management token. */
export function legacyVerify(sim: Simulation, challenge: string): Json {
  return { version: '2.0', webhookId: webhookOf(sim).id, eventName: 'verify', payload: { challenge } };
}

/** The same event under another id. */
export function renamed(event: Json, eventId: string): Json {
  if (!isLegacy(event)) return { ...event, eventId };
  const { payload } = event;
  const hasId = typeof payload === 'object' && payload !== null && 'eventId' in payload;
  return hasId ? { ...event, payload: { ...payload, eventId } } : event;
}

/** A word about it for the log of deliveries. */
export function legacySummary(event: Json): string {
  const { eventName, payload } = event;
  const kind = typeof payload === 'object' && payload !== null && 'eventType' in payload ? payload.eventType : '';
  return `${String(eventName)} ${String(kind)}`.trim();
}

function envelope(sim: Simulation, eventName: string, payload: Json): Json {
  const mode = sim.state.knobs.webhook.mode.toLowerCase();
  return { version: '2.0', webhookId: webhookOf(sim).id, eventName, mode, payload };
}

/** Charging that ends while the cable is still in has reached its goal. */
function chargingPayload({ signals, vehicleId }: Connection, eventId: string, at: number): Json {
  const { 'charge-ischarging': charging, 'charge-ischargingcableconnected': cable } = signals;
  const ended = cable?.body?.['value'] === true ? 'CHARGING_COMPLETED' : 'CHARGING_STOPPED';
  return {
    eventId,
    vehicleId,
    eventType: charging?.body?.['value'] === true ? 'CHARGING_STARTED' : ended,
    eventTime: new Date(charging?.oemUpdatedAt ?? at).toISOString(),
  };
}
