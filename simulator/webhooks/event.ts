/**
 * Webhook events in the forms that are documented and the forms that were captured.
 *
 * @see docs/smartcar.md §6.6-6.8
 */
import { errorDocUrl, errorRow } from '../error-table.ts';
import { signalKind } from '../signal-catalogue.ts';
import { carOf, nextUuid, reauthenticateUrl, vehicleAlias, webhookOf, type Simulation } from '../simulation.ts';
import type { CachedSignal, Connection, Delivery } from '../state.ts';
import { legacyEvent } from '../v2/legacy-webhook.ts';

/** An error and the signals it stops; no signals: the whole vehicle. */
export interface SignalError {
  type: string;
  code: string | null;
  signals: string[];
}

export interface ToldError extends SignalError {
  state: 'ERROR' | 'RESOLVED';
}

/** An event without the parts that are new on every attempt, and where it goes. */
export type Event = Pick<Delivery, 'eventId' | 'eventType' | 'vehicleId' | 'event'>;

type Json = Record<string, unknown>;

interface Name {
  code: string;
  name: string;
  group: string;
}

/** A VEHICLE_STATE for these triggers. */
export function stateEvent(
  sim: Simulation,
  connection: Connection,
  triggers: 'FIRST_DELIVERY' | readonly string[],
  at: number,
): Event {
  const { shape } = sim.state.knobs.webhook;
  if (shape === 'legacy') return legacyEvent(sim, connection, triggers, at);
  if (shape === 'keyed') return keyedEvent(sim, connection, triggers);
  const entries = configured(sim, connection);
  const signals = entries.map(([code, signal]) => stateSignal(shape, code, signal));
  const eventId = nextUuid(sim, 'event');
  const base = { eventId, eventType: 'VEHICLE_STATE' as const };
  const subject = subjectOf(sim, connection, shape);
  const mode = sim.state.knobs.webhook.mode;
  const event =
    shape === 'documented'
      ? {
          ...base,
          vehicleId: connection.vehicleId,
          data: { ...subject, triggers: documentedTriggers(triggers), signals },
          meta: { ...webhookMeta(sim), signalCount: signals.length, mode },
        }
      : {
          ...base,
          data: { ...subject, signals },
          triggers: capturedTriggers(shape, triggers),
          meta:
            shape === 'captured'
              ? { ...webhookMeta(sim), mode, signalCount: signals.length }
              : { deliveryTime: at, mode, signalCount: signals.length },
        };
  return { ...base, vehicleId: connection.vehicleId, event };
}

/** The sample of the page on delivery behaviour, which nobody has seen on the wire: names for triggers, signals by name. */
function keyedEvent(sim: Simulation, connection: Connection, triggers: 'FIRST_DELIVERY' | readonly string[]): Event {
  const base = { eventId: nextUuid(sim, 'event'), eventType: 'VEHICLE_STATE' as const };
  const signals = configured(sim, connection).map(([code, signal]) => {
    const { body, meta, status } = stateSignal('documented', code, signal);
    return [dotted(code), status === undefined ? { body, meta } : { status }];
  });
  const { user } = subjectOf(sim, connection, 'keyed');
  const event = {
    ...base,
    vehicleId: connection.vehicleId,
    data: {
      user,
      triggers: triggers === 'FIRST_DELIVERY' ? [triggers] : triggers.map(dotted),
      signals: Object.fromEntries(signals) as Json,
    },
    meta: { version: '4.0', mode: sim.state.knobs.webhook.mode },
  };
  return { ...base, vehicleId: connection.vehicleId, event };
}

/** What the webhook's data are, as far as this car has them. @see docs/smartcar.md §6.7 */
function configured(sim: Simulation, { signals }: Connection): [code: string, signal: CachedSignal][] {
  const { data } = sim.state.knobs.webhook;
  return Object.entries(signals).filter(([code]) => data?.includes(code) ?? true);
}

function stateSignal(shape: string, code: string, signal: CachedSignal): Json {
  const name = nameOf(code);
  // Failed signals carry neither body nor times in the captures.
  if (signal.error !== null) return { ...name, status: { value: 'ERROR', error: { ...signal.error } } };
  const isStatic = signalKind(code)?.isStatic ?? false;
  const oemUpdatedAt = isStatic ? 0 : signal.oemUpdatedAt;
  const fetchedAt = isStatic ? 0 : signal.retrievedAt;
  if (shape === 'documented') return { ...name, body: signal.body, meta: { oemUpdatedAt, fetchedAt } };
  const captured = { ...name, body: signal.body, meta: { oemUpdatedAt, retrievedAt: fetchedAt } };
  return shape === 'captured' ? { ...captured, status: { value: 'SUCCESS' } } : captured;
}

function documentedTriggers(triggers: 'FIRST_DELIVERY' | readonly string[]): Json[] {
  return triggers === 'FIRST_DELIVERY' ? [{ code: 'FIRST_DELIVERY' }] : triggers.map((code) => ({ ...nameOf(code) }));
}

function capturedTriggers(shape: string, triggers: 'FIRST_DELIVERY' | readonly string[]): Json[] {
  if (triggers === 'FIRST_DELIVERY') return [{ type: 'FIRST_DELIVERY' }];
  return triggers.map((code) => {
    const { name, group } = nameOf(code);
    return { type: 'SIGNAL_UPDATED', signal: shape === 'captured' ? { name, code, group } : `${group}.${name}` };
  });
}

/** A VEHICLE_ERROR that tells or resolves one error. */
export function errorEvent(sim: Simulation, connection: Connection, told: ToldError): Event {
  const { shape, errorShape, mode } = sim.state.knobs.webhook;
  const base = { eventId: nextUuid(sim, 'event'), eventType: 'VEHICLE_ERROR' as const };
  const isThird = errorShape === 'third';
  const subject = subjectOf(sim, connection, shape);
  const event: Json = {
    ...base,
    ...(isThird || isCaptured(shape) ? {} : { vehicleId: connection.vehicleId }),
    data: {
      ...subject,
      errors: [isThird ? thirdError(sim, connection, told) : documentedError(sim, connection, told, shape)],
    },
    meta: { ...webhookMeta(sim), mode },
  };
  return { ...base, vehicleId: connection.vehicleId, event };
}

function isCaptured(shape: string): boolean {
  return shape === 'captured' || shape === 'captured-2025-09';
}

function documentedError(sim: Simulation, connection: Connection, told: ToldError, shape: string): Json {
  const { type, code, state } = told;
  const signals =
    shape === 'captured-2025-09' ? told.signals.map((signal) => dotted(signal)) : told.signals.map(nameOf);
  const which = signals.length > 0 ? { signals } : {};
  if (state === 'RESOLVED') return { type, code, state, description: resolvedSentence(type, code), ...which };
  return { type, code, state, ...wordsOf(sim, connection, told), ...which };
}

/** No state, the request id inside, and a vehicle id in the address that isn't the event's. */
function thirdError(sim: Simulation, connection: Connection, told: ToldError): Json {
  if (told.state === 'RESOLVED') return documentedError(sim, connection, told, 'documented');
  const { type, code } = told;
  const words = wordsOf(sim, connection, told);
  const row = errorRow(type, code);
  const resolution = { ...words.resolution };
  if (resolution.url !== undefined) resolution.url = reauthenticateUrl(sim, vehicleAlias(connection.vehicleId));
  return { type, code, ...words, resolution, statusCode: row?.status ?? 500, requestId: nextUuid(sim, 'request') };
}

interface Words {
  description: string;
  suggestedUserMessage?: string;
  docURL: string;
  resolution: { type: string | null; url?: string };
}

function wordsOf(sim: Simulation, connection: Connection, { type, code }: SignalError): Words {
  const row = errorRow(type, code);
  const resolution: Words['resolution'] = { type: row?.resolution ?? null };
  if (type === 'CONNECTED_SERVICES_ACCOUNT' && code === 'AUTHENTICATION_FAILED')
    resolution.url = reauthenticateUrl(sim, connection.vehicleId);
  if (
    type === 'COMPATIBILITY' &&
    resolution.type === null &&
    sim.state.knobs.webhook.compatibilityResolution !== 'null'
  )
    resolution.type = 'CONTACT_SUPPORT';
  if (code === 'VIRTUAL_KEY_REQUIRED') resolution.url = 'https://www.tesla.com/_ak/smartcar.com';
  const message = row?.suggestedUserMessage ?? null;
  return {
    description: row?.description ?? 'Unknown error.',
    ...(message === null ? {} : { suggestedUserMessage: message }),
    docURL: errorDocUrl(type, code),
    resolution,
  };
}

function resolvedSentence(type: string, code: string | null): string {
  if (code === 'UNREACHABLE') return 'The vehicle is now reachable.';
  if (code === 'ASLEEP') return 'The vehicle is now awake.';
  return type === 'CONNECTED_SERVICES_ACCOUNT'
    ? 'The connected services account is working again.'
    : 'The error has been resolved.';
}

function subjectOf(sim: Simulation, connection: Connection, shape: string): { user: Json; vehicle: Json } {
  const car = carOf(sim, connection);
  const vehicle = { id: connection.vehicleId, make: car.make.make, model: car.model.name, year: car.year };
  if (shape !== 'documented') return { user: { id: connection.userId }, vehicle };
  const externalId = sim.state.externalIds[connection.userId];
  return {
    user: { id: connection.userId, ...(externalId === undefined ? {} : { externalId }) },
    vehicle: { ...vehicle, mode: connection.mode, powertrainType: car.powertrain },
  };
}

function webhookMeta(sim: Simulation): Json {
  const { id, name } = webhookOf(sim);
  return { version: '4.0', webhookId: id, webhookName: name };
}

function nameOf(code: string): Name {
  const kind = signalKind(code);
  if (kind !== null) return { code, name: kind.name, group: kind.group };
  // A false claim may name a signal that no simulated car answers.
  const [group = '', name = ''] = code.split('-').map((part) => part.charAt(0).toUpperCase() + part.slice(1));
  return { code, name, group };
}

function dotted(code: string): string {
  const { group, name } = nameOf(code);
  return `${group}.${name}`;
}
