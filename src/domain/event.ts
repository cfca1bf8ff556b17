/**
 * Events for the fleet's own systems: the closed list of their types, and what each one says. Most are lines of the timeline
 * under the same name; one that is not is handed to `emitEvents` of the store, in the transaction in which it happens.
 *
 * @see docs/events.md (its catalogue is generated from this list)
 */
import type { Cause, Status } from './cause.ts';
import type { CommandCause, CommandType } from './command.ts';
import type { CommandId, ConnectionId, EventEndpointId, EventId, RentalId, VehicleId } from './ids.ts';
import type { Actor } from './role.ts';
import type { Happening } from './timeline.ts';

/** What an endpoint can ask for. A new type is a line here, and its sentence in the texts. */
export const eventTypes = [
  'connection.pending',
  'connection.active',
  'connection.expired',
  'connection.disconnected',
  'connection.error',
  'command.requested',
  'command.confirmed',
  'command.unconfirmed',
  'command.failed',
  'command.expired',
  'command.cancelled',
  'rental.started',
  'rental.changed',
  'rental.ended',
  'rental.cancelled',
  'connection.broken_in_rental',
  'vehicle.readiness_changed',
] as const;
export type EventType = (typeof eventTypes)[number];

/** Sent to one endpoint when somebody asks for it; nobody can ask for it otherwise. */
export const testEventType = 'endpoint.test';

export const isEventType = (word: string): word is EventType => (eventTypes as readonly string[]).includes(word); // widened only to ask

interface StatusAndCause {
  status: Status;
  cause: Cause | null;
}

/** A connection has this status and cause now. */
export interface ConnectionEventData extends StatusAndCause {
  connectionId: ConnectionId | null;
  /** Null for a connection that was just made. */
  previous: StatusAndCause | null;
  causedBy: Actor['kind'];
}

export interface CommandEventData {
  commandId: CommandId | null;
  connectionId: ConnectionId | null;
  command: CommandType | null;
  /** Why it was not confirmed; null when it was, and while nothing is known. */
  cause: CommandCause | null;
  causedBy: Actor['kind'];
}

export interface RentalEventData {
  rentalId: RentalId | null;
  /** The booking system's own. */
  reference: string | null;
  causedBy: Actor['kind'];
}

/** A car that somebody has rented can't be reached any more. */
export interface BrokenInRentalData extends StatusAndCause {
  connectionId: ConnectionId | null;
  previous: StatusAndCause | null;
  causedBy: Actor['kind'];
  rental: Pick<RentalEventData, 'rentalId' | 'reference'>;
}

/** Whether it can be handed to a renter now; why not is asked for. */
export interface ReadinessEventData {
  isReady: boolean;
}

export interface TestEventData {
  endpointId: EventEndpointId;
}

/** What an event says of its own, besides which vehicle it is about. */
export type EventDetail =
  ConnectionEventData | CommandEventData | RentalEventData | BrokenInRentalData | ReadinessEventData;
export type EventData = (EventDetail & { vehicleId: VehicleId; vehicleNumber: string }) | TestEventData;

/** An event before it is written down. */
export interface NewEvent {
  id: EventId;
  type: EventType;
  at: Date;
  data: EventDetail;
}

export interface FleetEvent {
  id: EventId;
  type: EventType | typeof testEventType;
  /** When it happened. */
  at: Date;
  /** Null for a test. */
  vehicleId: VehicleId | null;
  data: EventData;
}

interface Around {
  connectionId: ConnectionId | null;
  causedBy: Actor['kind'];
}

/**
 * What a line of the timeline tells the fleet's systems; null for the many that tell them nothing. A connection's event is
 * named after its new status, and comes again when the cause alone changes.
 */
export function eventOf(line: Happening, around: Around): Pick<NewEvent, 'type' | 'data'> | null {
  const { kind, to, from } = line;
  if (kind === 'connection.connected') return connectionEvent({ status: 'pending', cause: null }, null, around);
  if (kind === 'connection.changed') return to ? connectionEvent(to, from ?? null, around) : null;
  const rental = { rentalId: line.rentalId ?? null, reference: line.rental ?? null };
  if (kind === 'connection.broken-in-rental')
    return to
      ? { type: 'connection.broken_in_rental', data: { ...to, previous: from ?? null, ...around, rental } }
      : null;
  if (!isEventType(kind)) return null;
  if (kind.startsWith('rental.')) return { type: kind, data: { ...rental, causedBy: around.causedBy } };
  const { commandId = null, command = null, because = null } = line;
  return { type: kind, data: { commandId, command, cause: because, ...around } };
}

const connectionEvent = (to: StatusAndCause, previous: StatusAndCause | null, around: Around) => ({
  type: `connection.${to.status}` as const,
  data: { ...to, previous, ...around },
});

/** What its receivers read, as JSON. The same event is the same text each time. */
export const eventBody = ({ id, type, at, data }: Omit<FleetEvent, 'vehicleId'>): string =>
  JSON.stringify({ id, type, timestamp: at.toISOString(), data });
