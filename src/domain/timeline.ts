/** The timeline: everything that happened to a vehicle, for good. */
import type { Cause, Status } from './cause.ts';
import type { CommandCause, CommandType } from './command.ts';
import type { Meaning } from './failure.ts';
import type { CommandId, RentalId } from './ids.ts';
import type { Via } from './outcome.ts';

export const timelineKinds = [
  'vehicle.added',
  'connection.connecting',
  'connection.refused',
  'connection.held',
  'connection.confirmed',
  'connection.grant-removed',
  'connection.connected',
  'connection.changed',
  'connection.suspected',
  'connection.suspicion-withdrawn',
  'connection.revoked-at-smartcar',
  'connection.revoked-by-hand',
  'connection.subscribed',
  'connection.tokens-lost',
  'connection.move-begun',
  'connection.moved',
  'connection.move-failed',
  'connection.moved-back',
  'connection.move-finished',
  'connection.permissions-changed',
  'connection.listed-again',
  'incident.joined',
  'incident.left',
  'owner.asked',
  'owner.returned',
  'owner.told',
  'request.withdrawn',
  'check.run',
  'command.requested',
  'command.confirmed',
  'command.unconfirmed',
  'command.failed',
  'command.expired',
  'command.cancelled',
  'connection.broken-in-rental',
  'rental.started',
  'rental.changed',
  'rental.ended',
  'rental.cancelled',
  'rental.disconnect-wished',
  'rental.disconnect-withdrawn',
] as const;
export type TimelineKind = (typeof timelineKinds)[number];

/** One line of the timeline, before it has an id. */
export interface Happening {
  kind: TimelineKind;
  at: Date;
  via: Via;
  /** Smartcar's request id behind it; null when there is none. */
  requestId: string | null;
  from?: { status: Status; cause: Cause | null };
  to?: { status: Status; cause: Cause | null };
  meaning?: Meaning;
  /** What was asked of the car, and why it was not confirmed. */
  commandId?: CommandId;
  command?: CommandType;
  because?: CommandCause | null;
  /** The rental it is about, and its reference. */
  rentalId?: RentalId;
  rental?: string;
  /** Type and code as Smartcar wrote them. */
  reported?: string;
}
