/** What a delivery to our webhook address can be: a closed union, whatever its bytes are. */
import type { Claim, SignalFailure } from '../../domain/failure.ts';
import type { SmartcarUserId, SmartcarVehicleId } from '../../domain/ids.ts';
import type { Reading } from '../../domain/reading.ts';

interface VehicleEvent {
  /** The same on every attempt of one event; duplicates are known by it. */
  eventId: string;
  /** New on each attempt; null when it was not given. */
  deliveryId: string | null;
  /**
   * `meta.sequence`, which the newest documents mention and don't explain; null when it was not given, as in every capture.
   * Kept for people: nothing is ordered by it.
   */
  sequence: number | null;
  smartcarVehicleId: SmartcarVehicleId;
  smartcarUserId: SmartcarUserId | null;
  /** When Smartcar sent it; when it reached us, if Smartcar did not say. */
  at: Date;
  /** A test payload of Smartcar's dashboard: its values are made up. */
  test: boolean;
}

/** VEHICLE_STATE: every configured signal, not only the changed one. */
export interface StateWebhook extends VehicleEvent {
  kind: 'state';
  /** The first delivery after a subscription or re-enabling. */
  first: boolean;
  readings: Reading[];
  failures: SignalFailure[];
}

/** VEHICLE_ERROR: what is said to be wrong, and what is said to be over. */
export interface ErrorWebhook extends VehicleEvent {
  kind: 'error';
  claimed: Claim[];
  cleared: Claim[];
}

export type ParsedWebhook =
  | {
      kind: 'verify';
      /** Null when there is none that is safe to sign. */
      challenge: string | null;
    }
  | StateWebhook
  | ErrorWebhook
  /** Of the generation before version 4, a challenge included; `reason` is a sentence with the remedy. */
  | { kind: 'legacy'; reason: string }
  | { kind: 'unreadable'; reason: string; eventId: string | null };
