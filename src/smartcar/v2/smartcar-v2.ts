/**
 * Smartcar's v2 API as calls, as far as a car that is still on it is read, kept alive and moved to v3. It knows no
 * commands: such a car is moved first.
 */
import { inspect } from 'node:util';
import type { SmartcarUserId, SmartcarVehicleId } from '../../domain/ids.ts';
import type { CompatibilityFound } from '../../domain/compatibility.ts';
import type { Permission } from '../../domain/permission.ts';
import type { FoundCar } from '../../domain/vehicle.ts';
import { mapAnswer, type Answer } from '../answer.ts';
import { readPages, type Page, type PageQuery } from '../read.ts';
import { openWire, type Wire } from '../send.ts';
import type { Mode, ReadSignals } from '../smartcar.ts';
import { batchRequest, pathsFor, readBatchAnswer, type Wanted } from './batch.ts';
import { compatibilityRequest, readCompatibility, type CompatibilityQuestion } from './compatibility.ts';
import {
  deletionRequest,
  listingRequest,
  onlyOurs,
  readDeleted,
  readListing,
  type ManagementFilter,
} from './management.ts';
import { codeRequest, readExchange, readRefresh, refreshRequest } from './tokens.ts';
import {
  attributesRequest,
  disconnectRequest,
  permissionsRequest,
  readAttributes,
  readDisconnect,
  readPermissionsPage,
  readUserAnswer,
  readVehiclesPage,
  readVinAnswer,
  userRequest,
  vehiclesRequest,
  vinRequest,
} from './vehicle.ts';

/**
 * What stands for an owner's consent on v2. Each refresh gives a new pair and ends the refresh token that was used, a
 * minute or ten later; access tokens live on until their own end.
 *
 * @see docs/smartcar.md §1.7
 */
export interface TokenPair {
  accessToken: string;
  refreshToken: string;
  /** Of the access token; the refresh token's end is never said. @see refreshLifeS */
  expiresInS: number;
}

/** A refresh token that isn't used for 60 days is no use any more. @see docs/smartcar.md §1.6 */
export const refreshLifeS = 60 * 24 * 3_600;

/**
 * The longest that a call for tokens can take, with the default timeouts: connecting (5 s), waiting for the answer (20 s)
 * and reading it (5 s). Whoever holds a lease for a refresh holds it for longer than this.
 */
export const longestTokenCallS = 30;

/** Calls for tokens that run at once; more wait for a connection, and that time counts. */
export const tokenConnections = 64;

/** A connection as v2's management lists it; it has no id of its own there. */
export interface ListedConnectionV2 {
  smartcarVehicleId: SmartcarVehicleId;
  smartcarUserId: SmartcarUserId;
  connectedAt: Date | null;
}

export interface SmartcarV2Options {
  /** Smartcar's hosts, without a trailing slash. */
  origins: { auth: string; api: string; managementApi: string };
  credentials: { applicationId: string; clientSecret: string };
  /** Which connections the management lists. */
  mode: Mode;
  /**
   * Milliseconds until a connection (5 000), the first header (100 000) and the next piece of a body (10 000) must have
   * come. Smartcar advises 300 s for v2 (§2.1), but a poll's lease ends after 120: a car that takes longer would be asked
   * twice, and each request is paid for. Tokens wait 5 000, 20 000 and 5 000 at most.
   */
  timeouts?: { connectMs?: number; headersMs?: number; bodyMs?: number };
  /** The most connections to the vehicle API (64). */
  maxConnections?: number;
}

export interface SmartcarV2 {
  /** `redirectUri` is the one of the authorize URL, to the letter. A code is good for ten minutes, once. */
  exchangeCode(code: string, redirectUri: string): Promise<Answer<TokenPair>>;
  /** Anything but a success may have used the token up all the same: it can be tried again inside the grace, and no longer. */
  refresh(refreshToken: string): Promise<Answer<TokenPair>>;
  /** Whose account the token reads. */
  readUser(token: string): Promise<Answer<SmartcarUserId>>;
  /** Every car of the grant, at most 1000; a list that goes on after that is nonsense. */
  listVehicles(token: string): Promise<Answer<SmartcarVehicleId[]>>;
  /** The vehicle's attributes. v2 tells no powertrain, and the VIN by itself: both are null here. */
  readVehicle(token: string, vehicleId: SmartcarVehicleId): Promise<Answer<FoundCar>>;
  /** Null where this car tells none, or the owner did not grant it. */
  readVin(token: string, vehicleId: SmartcarVehicleId): Promise<Answer<string | null>>;
  /** What the owner granted for this car. */
  readPermissions(token: string, vehicleId: SmartcarVehicleId): Promise<Answer<Permission[]>>;
  /**
   * One request for everything that the grant allows and the car can have, under v3's signal codes; none, and no
   * readings, when that is nothing. What it costs: `requestCount`. A part that failed is a failure of each of its signals,
   * fetched when we received it: v2 answers for itself (INF §2.1).
   */
  readSignals(
    token: string,
    vehicleId: SmartcarVehicleId,
    wanted: Wanted,
    receivedAt: Date,
  ): Promise<Answer<ReadSignals>>;
  /** `gone` when the car was not connected any more. */
  disconnect(token: string, vehicleId: SmartcarVehicleId): Promise<Answer<'deleted' | 'gone'>>;
  /** Every connection that fits, at most 2000; a list that goes on after that, or is unreadable in part, is nonsense. */
  listConnections(
    managementToken: string,
    filter: { userId?: SmartcarUserId; vehicleId?: SmartcarVehicleId },
  ): Promise<Answer<ListedConnectionV2[]>>;
  /** One page of the application's whole list; the first one with an empty query. */
  listConnectionsPage(managementToken: string, page: PageQuery): Promise<Answer<Page<ListedConnectionV2>>>;
  /** Ends the connections of a user or of a car, and answers which those were; an empty list when there were none. */
  deleteConnections(
    managementToken: string,
    filter: ManagementFilter,
  ): Promise<Answer<Pick<ListedConnectionV2, 'smartcarVehicleId' | 'smartcarUserId'>[]>>;
  /** Whether a car could be connected, and with which permissions; asked as the application, without any grant. */
  checkCompatibility(question: CompatibilityQuestion): Promise<Answer<CompatibilityFound>>;
  /** Ends the connections after the calls under way. */
  close(): Promise<void>;
}

interface Wires {
  auth: Wire;
  api: Wire;
  management: Wire;
}

/** Opens the pools; connections are made when they are first needed. What it holds shows in no inspection. */
export function openSmartcarV2(options: SmartcarV2Options): SmartcarV2 {
  const { auth, api, management } = openWires(options);
  const { credentials, mode } = options;
  const smartcar: SmartcarV2 = {
    exchangeCode: async (code, redirectUri) =>
      readExchange(await auth.send(codeRequest(credentials, code, redirectUri))),
    refresh: async (refreshToken) => readRefresh(await auth.send(refreshRequest(credentials, refreshToken))),
    ...vehicleCalls(api),
    ...managementCalls(management, mode),
    checkCompatibility: async (question) =>
      readCompatibility(await api.send(compatibilityRequest(credentials, question, mode))),
    async close() {
      await Promise.all([auth.close(), api.close(), management.close()]);
    },
  };
  return Object.defineProperty(smartcar, inspect.custom, { value: () => '[SmartcarV2]' });
}

function openWires({ origins, timeouts = {}, maxConnections = 64 }: SmartcarV2Options): Wires {
  const { connectMs = 5_000, headersMs = 100_000, bodyMs = 10_000 } = timeouts;
  return {
    auth: openWire(origins.auth, {
      connectMs: Math.min(connectMs, 5_000),
      headersMs: Math.min(headersMs, 20_000),
      bodyMs: Math.min(bodyMs, 5_000),
      maxConnections: tokenConnections,
      // A refresh token is used up by a request that arrived, so none goes out on a connection that may be closing.
      isFresh: true,
    }),
    api: openWire(origins.api, { connectMs, headersMs, bodyMs, maxConnections }),
    management: openWire(origins.managementApi, { connectMs, headersMs, bodyMs, maxConnections: 2 }),
  };
}

type TokenCall = 'exchangeCode' | 'refresh';
type ApplicationCall = 'checkCompatibility';
type ManagementCall = 'listConnections' | 'listConnectionsPage' | 'deleteConnections';

function vehicleCalls({ send }: Wire): Omit<SmartcarV2, TokenCall | ManagementCall | ApplicationCall | 'close'> {
  return {
    readUser: async (token) => readUserAnswer(await send(userRequest(token))),
    listVehicles: (token) => readPages(send, (page) => vehiclesRequest(token, page), readVehiclesPage),
    readVehicle: async (token, vehicleId) => readAttributes(await send(attributesRequest(token, vehicleId))),
    readVin: async (token, vehicleId) => readVinAnswer(await send(vinRequest(token, vehicleId))),
    readPermissions: (token, vehicleId) =>
      readPages(send, (page) => permissionsRequest(token, vehicleId, page), readPermissionsPage),
    async readSignals(token, vehicleId, wanted, receivedAt) {
      const paths = pathsFor(wanted);
      if (paths.length === 0) return { ok: true, value: { readings: [], failures: [] }, requestId: null };
      return readBatchAnswer(await send(batchRequest(token, vehicleId, paths)), paths, receivedAt);
    },
    disconnect: async (token, vehicleId) => readDisconnect(await send(disconnectRequest(token, vehicleId))),
  };
}

function managementCalls({ send }: Wire, mode: Mode): Pick<SmartcarV2, ManagementCall> {
  return {
    async listConnections(managementToken, filter) {
      const all = await readPages(send, (page) => listingRequest(managementToken, filter, mode, page), readListing);
      return mapAnswer(all, (listed) => onlyOurs(listed, filter, mode));
    },
    async listConnectionsPage(managementToken, page) {
      const answer = readListing(await send(listingRequest(managementToken, {}, mode, page)));
      return mapAnswer(answer, ({ items, next }) => ({ items: onlyOurs(items, {}, mode), next }));
    },
    deleteConnections: async (managementToken, filter) =>
      readDeleted(await send(deletionRequest(managementToken, filter))),
  };
}
