/**
 * Smartcar's own SDK, asking the simulator for everything, with a look at what it really sends. It has no types: the
 * interfaces here are the one door to it.
 *
 * @see docs/smartcar.md §12
 */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import type { TestContext } from 'node:test';
import { demoCredentials } from '../../simulator/credentials.ts';
import type { SimulatorOptions } from '../../simulator/server.ts';
import { redirectUri, type Json } from './stand.ts';
import { standV2 } from './v2-stand.ts';

type Reply = Promise<Json>;

/** What `new AuthClient` is told; all of it may be left out. */
export interface ClientOptions {
  clientId?: string;
  clientSecret?: string;
  redirectUri?: string;
  mode?: string;
}

export interface SdkClient {
  getAuthUrl(scope?: string[], options?: Record<string, unknown>): string;
  exchangeCode(code: string, options?: Record<string, unknown>): Reply;
  exchangeRefreshToken(token: string, options?: Record<string, unknown>): Reply;
}

/** Methods of a vehicle that take nothing and only read; each with the permission that it needs. */
export const sdkReads = {
  attributes: 'read_vehicle_info',
  vin: 'read_vin',
  location: 'read_location',
  odometer: 'read_odometer',
  fuel: 'read_fuel',
  battery: 'read_battery',
  batteryCapacity: 'read_battery',
  nominalCapacity: 'read_battery',
  charge: 'read_charge',
  getChargeLimit: 'read_charge',
  tirePressure: 'read_tires',
  engineOil: 'read_engine_oil',
  lockStatus: 'read_security',
  diagnosticSystemStatus: 'read_diagnostics',
  diagnosticTroubleCodes: 'read_diagnostics',
  serviceHistory: 'read_service_history',
} as const;

export type SdkRead = keyof typeof sdkReads;

/** Methods of a vehicle that take nothing and act. */
type SdkAct = 'lock' | 'unlock' | 'startCharge' | 'stopCharge' | 'disconnect';

export interface SdkVehicle extends Record<Exclude<SdkRead, 'serviceHistory'> | SdkAct, () => Reply> {
  serviceHistory(startDate?: string, endDate?: string): Reply;
  permissions(paging?: { limit?: number; offset?: number }): Reply;
  setChargeLimit(limit: number | string): Reply;
  sendDestination(latitude: number, longitude: number): Reply;
  batch(paths: string[]): Promise<Record<string, () => Json>>;
  subscribe(webhookId: string): Reply;
  unsubscribe(managementToken: string, webhookId: string): Reply;
  getSignals(): Reply;
  getSignal(code: string): Reply;
  request(method: string, path: string, body?: unknown, headers?: Record<string, string>, version?: string): Reply;
}

type Filter = { userId?: string; vehicleId?: string };

export interface Sdk {
  AuthClient: new (options?: ClientOptions) => SdkClient;
  Vehicle: (new (id: string, token: string, options?: Record<string, unknown>) => SdkVehicle) & { prototype: object };
  SmartcarError: new (status: number, body: Json, headers: Record<string, string>) => Error & Record<string, unknown>;
  setApiVersion(version: string): void;
  getApiVersion(): string;
  getUser(token: string): Reply;
  getVehicles(token: string, paging?: { limit?: number; offset?: number }): Reply;
  getVehicle(token: string, vehicleId: string): Reply;
  getCompatibility(
    vin: string,
    scope: string[],
    country?: string | Record<string, unknown>,
    options?: Record<string, unknown>,
  ): Reply;
  getCompatibilityMatrix(region: string, options?: Record<string, unknown>): Reply;
  getConnections(managementToken: string, filter?: Filter, paging?: { limit?: number; cursor?: string }): Reply;
  deleteConnections(managementToken: string, filter: Filter): Reply;
  hashChallenge(managementToken: string, challenge: string): string;
  verifyPayload(managementToken: string, signature: string, body: unknown): boolean;
}

/** One request as the SDK sent it. */
export interface Asked {
  method: string;
  /** With its query. */
  path: string;
  /** By lower-case name. */
  headers: Record<string, string>;
  body: string;
}

export const origins = ['API', 'AUTH', 'API_V3', 'MANAGEMENT_API'].map((name) => `SMARTCAR_${name}_ORIGIN`);
export const { applicationId, clientSecret, managementToken } = demoCredentials;

const load = createRequire(import.meta.url);

/** The SDK itself, wherever it asks. */
export const sdk: Sdk = load('smartcar');

/** Its settings, shared by everything in it: the version of the API, and the milliseconds that a request may take. */
export const sdkConfig: { version: string; timeout: number } = load('smartcar/lib/config.json');

/** Puts variables of the environment where the SDK looks; they are as before when the test ends. */
export function setEnvironment(t: TestContext, values: Record<string, string>): void {
  for (const [name, value] of Object.entries(values)) {
    const before = process.env[name];
    process.env[name] = value;
    t.after(() => {
      if (before === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = before;
    });
  }
}

/** What is sent from now on; `userId`, while there is one, is put into `sc-user-id`, which the SDK never sends. */
function watchRequests(t: TestContext, origin: () => string) {
  const asked: Asked[] = [];
  const onTheWay: { userId: string | null } = { userId: null };
  const real = globalThis.fetch;
  t.mock.method(globalThis, 'fetch', async (input: string | Request, init?: RequestInit): Promise<Response> => {
    if (typeof input === 'string') return real(input, init);
    const { method, url, headers } = input;
    asked.push({
      method,
      path: url.replace(origin(), ''),
      headers: Object.fromEntries(headers),
      body: await input.clone().text(),
    });
    if (onTheWay.userId !== null) headers.set('sc-user-id', onTheWay.userId);
    return real(input, init);
  });
  return { asked, onTheWay };
}

export type StandSdk = Awaited<ReturnType<typeof standSdk>>;

/** Starts everything; it ends with the test. */
export async function standSdk(t: TestContext, options: SimulatorOptions = {}) {
  const home = await standV2(t, options);
  const { origin } = home.running.simulator;
  setEnvironment(t, Object.fromEntries(origins.map((name) => [name, origin])));
  const { asked, onTheWay } = watchRequests(t, () => origin);
  const client = (more: ClientOptions = {}): SdkClient =>
    new sdk.AuthClient({ clientId: applicationId, clientSecret, redirectUri, ...more });
  const vehicle = (car: Json, more?: Record<string, unknown>): SdkVehicle =>
    new sdk.Vehicle(car.vehicleId, car.tokens.access_token, more);
  /** The last request that the SDK sent. */
  const lastAsked = (): Asked => {
    const last = asked.at(-1);
    assert.ok(last, 'the SDK has sent something');
    return last;
  };
  return { ...home, origin, asked, onTheWay, client, vehicle, lastAsked };
}

/** What a call is refused with. */
export async function refusal(call: Promise<unknown> | (() => unknown)): Promise<Json> {
  try {
    await (typeof call === 'function' ? call() : call);
  } catch (error) {
    return error;
  }
  throw new assert.AssertionError({ message: 'It was not refused.' });
}

/** What a SmartcarError says first: status, type, and the code or undefined. */
export function briefly(error: Json): [name: string, status: unknown, type: unknown, code: unknown] {
  return [error.name, error.statusCode, error.type, error.code];
}

export const parked = (car: Json): boolean => car.fleet === 'first' && car.activity === 'parked';
export const electric = (car: Json): boolean => car.fleet === 'first' && car.powertrain === 'BEV';
export const plugIn = (car: Json): boolean => car.fleet === 'first' && car.powertrain === 'PHEV';
export const burning = (car: Json): boolean => car.fleet === 'first' && car.powertrain === 'ICE';
export const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
