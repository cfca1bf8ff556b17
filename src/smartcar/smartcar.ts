/** Smartcar's v3 API as calls: each sends one request (a list: one a page) and answers a value or a meaning. */
import { inspect } from 'node:util';
import type { SignalFailure } from '../domain/failure.ts';
import type { WebhookFacts } from '../domain/go-live.ts';
import type { SmartcarConnectionId, SmartcarUserId, SmartcarVehicleId } from '../domain/ids.ts';
import type { Permission } from '../domain/permission.ts';
import type { Reading } from '../domain/reading.ts';
import type { SignalCode } from '../domain/signal.ts';
import type { FoundCar, Powertrain } from '../domain/vehicle.ts';
import { mapAnswer, type Answer } from './answer.ts';
import { applicationsRequest, readApplications, type ListedApplication } from './applications.ts';
import { commandRequest, readCommandAnswer, type CommandAnswer } from './commands.ts';
import {
  connectionsRequest,
  deleteConnection,
  deleteUserRequest,
  findConnection,
  onlyAsked,
  readConnections,
  type WantedConnection,
} from './connections.ts';
import { readDeletion } from './found.ts';
import { readPages, type Page, type PageQuery } from './read.ts';
import { openWire, type Request, type Wire } from './send.ts';
import { joined, readSignalAnswer, readSignalsPage, signalRequest, signalsRequest } from './signals.ts';
import {
  byEitherPath,
  createSubscriptionRequest,
  readSubscription,
  readSubscriptionCreated,
  readSubscriptions,
  readWebhook,
  readWebhooks,
  subscriptionRequest,
  subscriptionsRequest,
  webhookRequest,
  webhooksRequest,
} from './subscriptions.ts';
import { applicationTokenCall } from './token.ts';
import { readVehicleAnswer, vehicleRequest } from './vehicle.ts';

/** Which of Smartcar's worlds we ask about: real cars, or its simulated ones. */
export type Mode = 'live' | 'simulated';

/** Where Connect is, and as whom we send owners there. */
export interface ConnectPlace {
  /** Origin without a trailing slash. */
  origin: string;
  /** Smartcar's Application ID, a UUID; the API client id (`client_…`) is refused by Connect. */
  applicationId: string;
  mode: Mode;
  /** The parameter that carries the application's id: `client_id` where it isn't said. Both mean the same UUID. */
  idParameter?: 'client_id' | 'application_id';
}

export interface SmartcarOptions {
  /** Smartcar's hosts, without a trailing slash. */
  origins: { connect: string; iam: string; apiV3: string; managementApiV3: string };
  credentials: { applicationId: string; apiClientId: string; apiClientSecret: string };
  mode: Mode;
  /** As `ConnectPlace` has it. */
  idParameter?: NonNullable<ConnectPlace['idParameter']>;
  /** Milliseconds until a connection, the first header (30 000) and the next piece of a body (60 000) must have come. */
  timeouts?: {
    connectMs?: number;
    headersMs?: number;
    bodyMs?: number;
    /** The same for commands (200 000 and 300 000): Smartcar answers a slow one after 175 s, and streams its end later. */
    commandHeadersMs?: number;
    commandBodyMs?: number;
  };
  /** The most connections to each origin (64). */
  maxConnections?: number;
}

/** A vehicle and the Smartcar user whose grant it is read under. */
export interface VehicleAndUser {
  vehicleId: SmartcarVehicleId;
  userId: SmartcarUserId;
}

/** A connection as Smartcar lists it: the only thing that binds a vehicle to us. */
export interface ListedConnection {
  id: SmartcarConnectionId;
  smartcarVehicleId: SmartcarVehicleId;
  smartcarUserId: SmartcarUserId;
  /** Ours, as stored with the user; null where the list doesn't show it. */
  externalId: string | null;
  permissions: Permission[];
  make: string | null;
  model: string | null;
  year: number | null;
  powertrain: Powertrain | null;
  createdAt: Date | null;
}

export interface ListedSubscription {
  id: string;
  webhookId: string | null;
  smartcarUserId: SmartcarUserId | null;
  smartcarVehicleId: SmartcarVehicleId | null;
}

/** @see docs/smartcar.md §3.8 */
export interface ListedWebhook extends WebhookFacts {
  id: string;
}

/** What a vehicle's signals came to; both empty while Smartcar's store is still empty. */
export interface ReadSignals {
  readings: Reading[];
  failures: SignalFailure[];
}

export interface Smartcar {
  /** For `authorizeUrl` and `reauthenticateUrl`. */
  readonly connect: ConnectPlace;
  fetchApplicationToken(): Promise<Answer<{ accessToken: string; expiresInS: number }>>;
  /** Every connection that fits, at most 2000; a list that goes on after that, or is unreadable in part, is nonsense. */
  listConnections(
    token: string,
    filter: { userId?: SmartcarUserId; vehicleId?: SmartcarVehicleId; externalId?: string },
  ): Promise<Answer<ListedConnection[]>>;
  /** One page of the application's whole list; the first one with an empty query. For lists that no memory should hold. */
  listConnectionsPage(token: string, page: PageQuery): Promise<Answer<Page<ListedConnection>>>;
  /** Null when it is not there. With a vehicle it is looked for by that one's id too: a second request, if need be. */
  findConnection(token: string, wanted: WantedConnection): Promise<Answer<ListedConnection | null>>;
  /** `gone` when it was no longer there. With a vehicle it is deleted by that one's id too: a second request, if need be. */
  deleteConnection(token: string, wanted: WantedConnection): Promise<Answer<'deleted' | 'gone'>>;
  /** Ends every connection of the user. `gone` when there was no such user any more. */
  deleteUser(token: string, userId: SmartcarUserId): Promise<Answer<'deleted' | 'gone'>>;
  /** The vehicle's attributes. The VIN is a signal of its own, so it is null here. */
  readVehicle(token: string, vehicleId: SmartcarVehicleId, userId: SmartcarUserId): Promise<Answer<FoundCar>>;
  /** Smartcar's store of the vehicle's signals; a read never makes Smartcar ask the car. */
  readSignals(token: string, ids: VehicleAndUser, receivedAt: Date): Promise<Answer<ReadSignals>>;
  /** One signal; null when the store doesn't hold it. A signal whose status is ERROR is a failure. */
  readSignal(token: string, ids: VehicleAndUser, code: SignalCode, receivedAt: Date): Promise<Answer<Reading | null>>;
  /** Sent once, whatever comes, and only if it may leave when the connection is there. May take minutes. */
  lock(token: string, ids: VehicleAndUser, mayLeave?: () => boolean): Promise<CommandAnswer>;
  /** The same. */
  unlock(token: string, ids: VehicleAndUser, mayLeave?: () => boolean): Promise<CommandAnswer>;
  listApplications(token: string): Promise<Answer<ListedApplication[]>>;
  listWebhooks(token: string): Promise<Answer<ListedWebhook[]>>;
  /** Null when there is none. */
  findWebhook(token: string, webhookId: string): Promise<Answer<ListedWebhook | null>>;
  listSubscriptions(
    token: string,
    filter: { userId?: SmartcarUserId; vehicleId?: SmartcarVehicleId; webhookId?: string },
  ): Promise<Answer<ListedSubscription[]>>;
  /** One page of a webhook's subscriptions; the first one with an empty query. */
  listSubscriptionsPage(token: string, webhookId: string, page: PageQuery): Promise<Answer<Page<ListedSubscription>>>;
  /** Null when there is none. With its webhook it is looked for below that one too. */
  findSubscription(token: string, id: string, webhookId?: string): Promise<Answer<ListedSubscription | null>>;
  /** `gone` when it was no longer there. With its webhook it is looked for below that one too. */
  deleteSubscription(token: string, id: string, webhookId?: string): Promise<Answer<'deleted' | 'gone'>>;
  /** `created` means that Smartcar accepted to create it; it takes effect a little later. */
  createSubscription(
    token: string,
    subscription: VehicleAndUser & { webhookId: string },
  ): Promise<Answer<'created' | 'exists'>>;
  /** Ends the connections after the calls under way, of which a command may take minutes. */
  close(): Promise<void>;
}

interface Wires {
  iam: Wire;
  vehicles: Wire;
  /** Apart, so that a slow command never holds up a read. */
  commands: Wire;
  management: Wire;
}

/** Opens the pools; connections are made when they are first needed. What it holds shows in no inspection. */
export function openSmartcar(options: SmartcarOptions): Smartcar {
  const wires = openWires(options);
  const { mode, credentials, idParameter = 'client_id' } = options;
  const smartcar: Smartcar = {
    connect: { origin: options.origins.connect, applicationId: credentials.applicationId, mode, idParameter },
    fetchApplicationToken: applicationTokenCall(wires.iam.send, credentials),
    ...connectionCalls(wires.vehicles, mode),
    ...vehicleCalls(wires.vehicles),
    ...commandCalls(wires.commands),
    ...managementCalls(wires.management, mode),
    async close() {
      await Promise.all(Object.values(wires).map((wire: Wire) => wire.close()));
    },
  };
  return Object.defineProperty(smartcar, inspect.custom, { value: () => '[Smartcar]' });
}

/** The token endpoint answers at once or not at all, and everybody waits for it. */
const longestTokenWaitMs = 5_000;

/** A command is answered after about 175 s at the latest, and its end streamed some minutes later. */
/** One that waits for a connection of its own would leave late. As many commands are under way at once. */
export const commandConnections = 256;
const commandWaits = { commandHeadersMs: 200_000, commandBodyMs: 300_000 };

function openWires({ origins, timeouts = {}, maxConnections = 64 }: SmartcarOptions): Wires {
  const { connectMs = 10_000, headersMs = 30_000, bodyMs = 60_000 } = timeouts;
  const { commandHeadersMs, commandBodyMs } = { ...commandWaits, ...timeouts };
  const ordinary = { connectMs, headersMs, bodyMs, maxConnections };
  const brief = (ms: number): number => Math.min(ms, longestTokenWaitMs);
  return {
    iam: openWire(origins.iam, {
      connectMs: brief(connectMs),
      headersMs: brief(headersMs),
      bodyMs: brief(bodyMs),
      maxConnections: 2,
    }),
    vehicles: openWire(origins.apiV3, ordinary),
    commands: openWire(origins.apiV3, {
      ...ordinary,
      headersMs: commandHeadersMs,
      bodyMs: commandBodyMs,
      isFresh: true,
      maxConnections: commandConnections,
    }),
    management: openWire(origins.managementApiV3, ordinary),
  };
}

type ConnectionCalls = Pick<
  Smartcar,
  'listConnections' | 'listConnectionsPage' | 'findConnection' | 'deleteConnection' | 'deleteUser'
>;

function connectionCalls({ send }: Wire, mode: Mode): ConnectionCalls {
  return {
    async listConnections(token, filter) {
      const all = await readPages(send, (page) => connectionsRequest(token, filter, mode, page), readConnections);
      return mapAnswer(all, (connections) => onlyAsked(connections, filter));
    },
    listConnectionsPage: async (token, page) => readConnections(await send(connectionsRequest(token, {}, mode, page))),
    findConnection: (token, wanted) => findConnection(send, token, wanted),
    deleteConnection: (token, wanted) => deleteConnection(send, token, wanted),
    deleteUser: async (token, userId) => readDeletion(await send(deleteUserRequest(token, userId))),
  };
}

function vehicleCalls({ send }: Wire): Pick<Smartcar, 'readVehicle' | 'readSignals' | 'readSignal'> {
  return {
    readVehicle: async (token, vehicleId, userId) =>
      readVehicleAnswer(await send(vehicleRequest(token, { vehicleId, userId }))),
    async readSignals(token, ids, receivedAt) {
      const read = (sent: Parameters<typeof readSignalsPage>[0]): ReturnType<typeof readSignalsPage> =>
        readSignalsPage(sent, receivedAt);
      return mapAnswer(await readPages(send, (page) => signalsRequest(token, ids, page), read), joined);
    },
    readSignal: async (token, ids, code, receivedAt) =>
      readSignalAnswer(await send(signalRequest(token, ids, code)), receivedAt, code),
  };
}

function commandCalls({ send }: Wire): Pick<Smartcar, 'lock' | 'unlock'> {
  const ask = async (request: Request, mayLeave: () => boolean = () => true): Promise<CommandAnswer> =>
    readCommandAnswer(await send({ ...request, mayLeave }));
  return {
    lock: (token, ids, mayLeave) => ask(commandRequest(token, ids, 'lock'), mayLeave),
    unlock: (token, ids, mayLeave) => ask(commandRequest(token, ids, 'unlock'), mayLeave),
  };
}

type ManagementCalls = Pick<
  Smartcar,
  | 'listApplications'
  | 'listWebhooks'
  | 'findWebhook'
  | 'listSubscriptions'
  | 'listSubscriptionsPage'
  | 'findSubscription'
  | 'createSubscription'
  | 'deleteSubscription'
>;

function managementCalls({ send }: Wire, mode: Mode): ManagementCalls {
  return {
    listApplications: (token) => readPages(send, (page) => applicationsRequest(token, page), readApplications),
    listWebhooks: (token) => readPages(send, (page) => webhooksRequest(token, page), readWebhooks),
    findWebhook: async (token, id) => readWebhook(await send(webhookRequest(token, id))),
    listSubscriptions: (token, filter) =>
      byEitherPath(filter.webhookId, (below) =>
        readPages(send, (page) => subscriptionsRequest(token, filter, mode, page, below), readSubscriptions),
      ),
    listSubscriptionsPage: (token, webhookId, page) =>
      byEitherPath(webhookId, async (below) =>
        readSubscriptions(await send(subscriptionsRequest(token, { webhookId }, mode, page, below))),
      ),
    createSubscription: (token, wish) =>
      byEitherPath(wish.webhookId, async (below) =>
        readSubscriptionCreated(await send(createSubscriptionRequest(token, wish, below))),
      ),
    findSubscription: (token, id, webhookId) =>
      byEitherPath(webhookId, async (below) =>
        readSubscription(await send(subscriptionRequest(token, id, 'GET', below))),
      ),
    deleteSubscription: (token, id, webhookId) =>
      byEitherPath(webhookId, async (below) =>
        readDeletion(await send(subscriptionRequest(token, id, 'DELETE', below))),
      ),
  };
}
