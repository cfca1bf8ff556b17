/** Everything the simulator must remember; motion of the cars isn't among it. All times are epoch milliseconds. */
import { unchangedApplication, type ApplicationChanges } from './application.ts';
import type { Fault } from './faults.ts';
import { defaultKnobs, type Knobs } from './knobs.ts';
import type { SignalBody } from './signal-catalogue.ts';
import { newV2State, type V2State } from './v2/state.ts';

/** A signal in Smartcar's store. */
export interface CachedSignal {
  status: 'SUCCESS' | 'ERROR';
  error: { type: string; code: string | null } | null;
  body: SignalBody | null;
  /** When Smartcar last tried; null: the error carries no times. */
  retrievedAt: number | null;
  /** When the car said it. */
  oemUpdatedAt: number | null;
}

export interface Connection {
  id: string;
  vehicleId: string;
  userId: string;
  vin: string;
  email: string;
  mode: 'live' | 'simulated';
  /** What the owner granted. */
  permissions: string[];
  /** What the session asked for; null: everything. */
  requested: string[] | null;
  createdAt: number;
  signals: Record<string, CachedSignal>;
  /** Error keys that webhooks have told and not yet called resolved, with their signals. */
  toldErrors: Record<string, string[]>;
  /** When each of them was told last; absent: nothing was told yet. */
  toldErrorsAt?: Record<string, number>;
}

export interface Subscription {
  id: string;
  webhookId: string;
  userId: string;
  vehicleId: string;
  createdAt: number;
  isReady: boolean;
  hasDelivered: boolean;
}

/** An event on its way to the application. */
export interface Delivery {
  eventId: string;
  eventType: 'VERIFY' | 'VEHICLE_STATE' | 'VEHICLE_ERROR';
  vehicleId: string | null;
  url: string;
  /** The event without what is new on every attempt. */
  event: Record<string, unknown>;
  attempt: number;
  firstAt: number;
}

/** One line of the log of deliveries. */
export interface DeliveryRecord {
  at: number;
  eventId: string;
  deliveryId: string;
  eventType: string;
  vehicleId: string | null;
  what: string;
  attempt: number;
  /** HTTP status, or why there is none. */
  outcome: string;
  isDelivered: boolean;
}

/** Work that waits for its time. */
export type Due = { at: number; order: number } & (
  | { kind: 'refresh'; connectionId: string }
  | { kind: 'subscribe'; subscriptionId: string }
  | { kind: 'deliver'; delivery: Delivery }
);

export interface State {
  version: 1;
  seed: number;
  /** World time runs from here; before, it equals real time. */
  worldStartedAt: number;
  counter: number;
  passwords: Record<string, string>;
  /** Cars that were sold: VIN to the e-mail of the new owner's account. */
  owners: Record<string, string>;
  externalIds: Record<string, string>;
  connections: Connection[];
  subscriptions: Subscription[];
  faults: Fault[];
  /** Remote commands that changed a car's locks; `wasLocked` until the command takes effect. */
  locks: Record<string, { isLocked: boolean; effectiveAt: number; wasLocked?: boolean; isTrunkOpened?: boolean }>;
  /** When a command last woke a car. */
  wokenAt: Record<string, number>;
  knobs: Knobs;
  due: Due[];
  deliveries: DeliveryRecord[];
  /** Application tokens issued before this are refused. */
  tokensValidFrom: number;
  v2: V2State;
  /** How far `POST /sim/api/clock` has moved the clock ahead of the one the simulator was started with. */
  clockAheadMs: number;
  /** Answered requests about a vehicle in one billing period; an older period counts nothing. */
  usage: { period: string; byVehicle: Record<string, number> };
  /** A management token that replaced the one of the start; null: none did. */
  managementToken: string | null;
  application: ApplicationChanges;
  /** The last VERIFY. */
  verification: Verified | null;
  /** Count of VEHICLE_STATE and VEHICLE_ERROR events, for `meta.sequence`. */
  sequence: number;
  /** What drivers were told by their manufacturers because their location was asked for, by VIN. */
  ownerNotices: Record<string, { count: number; lastAt: number }>;
  /** When a login that lasts for two weeks only began, by e-mail; null: it has ended and the owner hasn't signed in since. */
  sessions: Record<string, number | null>;
  /** Charge commands since the car last drove, by VIN. */
  chargeCommands: Record<string, { count: number; since: number }>;
}

/** An answer to VERIFY. */
export interface Verified {
  at: number;
  url: string;
  isVerified: boolean;
  outcome: string;
}

/** A world that begins now. */
export function newState(seed: number, now: number): State {
  return {
    version: 1,
    seed,
    worldStartedAt: now,
    counter: 0,
    passwords: {},
    owners: {},
    externalIds: {},
    connections: [],
    subscriptions: [],
    faults: [],
    locks: {},
    wokenAt: {},
    knobs: defaultKnobs(),
    due: [],
    deliveries: [],
    tokensValidFrom: 0,
    v2: newV2State(),
    clockAheadMs: 0,
    usage: { period: '', byVehicle: {} },
    managementToken: null,
    application: unchangedApplication(),
    verification: null,
    sequence: 0,
    ownerNotices: {},
    sessions: {},
    chargeCommands: {},
  };
}
