/** An application of v2 before the simulator: exchanges codes, refreshes, asks with a vehicle's own token. */
import type { TestContext } from 'node:test';
import { demoCredentials } from '../../simulator/credentials.ts';
import type { SimulatorOptions } from '../../simulator/server.ts';
import { redirectUri, stand, type Answer, type Json } from './stand.ts';

export const { applicationId, clientSecret, managementToken } = demoCredentials;

export function basic(user: string, password: string): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}

/** Permissions for every path of v2. */
export const everyPermission =
  'read_vehicle_info read_vin read_location read_odometer read_fuel read_battery read_charge read_security read_tires ' +
  'read_engine_oil read_diagnostics read_service_history control_security control_charge control_navigation';

export type StandV2 = Awaited<ReturnType<typeof standV2>>;

/** Starts everything; it ends with the test. */
export async function standV2(t: TestContext, options: SimulatorOptions = {}) {
  const base = await stand(t, options);
  const { call, sim, connectUrl, carOf } = base;

  const tokenRequest = (
    form: Record<string, string>,
    headers: Record<string, string> = basic(applicationId, clientSecret),
  ): Promise<Answer> =>
    call('POST', '/oauth/token', new URLSearchParams(form).toString(), {
      'content-type': 'application/x-www-form-urlencoded',
      ...headers,
    });
  const exchange = (code: string, uri = redirectUri): Promise<Answer> =>
    tokenRequest({ grant_type: 'authorization_code', code, redirect_uri: uri });
  const refresh = (token: string): Promise<Answer> =>
    tokenRequest({ grant_type: 'refresh_token', refresh_token: token });
  /** Goes through Connect without a browser; answers where it ends. */
  const through = async (wish: Json): Promise<URL> => new URL((await sim('POST', '/authorize', wish)).redirect);
  /** Connects cars of one owner; answers the code. */
  const codeFor = async (email: string, vins: string[], query: Record<string, string> = {}): Promise<string> => {
    const url = connectUrl({ scope: everyPermission, ...query });
    return (await through({ url, email, vins })).searchParams.get('code') ?? '';
  };
  /** Connects one car with its own tokens; answers it with them, and a way to ask about it. */
  const connectedV2 = async (
    fits: (car: Json) => boolean = (car) => car.fleet === 'first' && car.activity === 'parked',
    query: Record<string, string> = {},
  ): Promise<Json> => {
    const found = await carOf(fits);
    const code = await codeFor(found.account.email, [found.vin], query);
    const tokens = (await exchange(code)).body;
    const car = await carOf((item) => item.vin === found.vin);
    const ask = (path: string, headers: Record<string, string> = {}): Promise<Answer> =>
      call('GET', `/v2.0/vehicles/${car.vehicleId}${path}`, undefined, { ...bearer(tokens.access_token), ...headers });
    const send = (method: string, path: string, body?: unknown): Promise<Answer> =>
      call(method, `/v2.0/vehicles/${car.vehicleId}${path}`, body, bearer(tokens.access_token));
    return { ...car, tokens, ask, send };
  };
  return { ...base, tokenRequest, exchange, refresh, through, codeFor, connectedV2 };
}

export function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}

/** Keys and types of a body; of lists the first entry; null is a type of its own that anything may replace. */
export function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0])];
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
  const entries = Object.entries(value).sort(([a], [b]) => a.localeCompare(b));
  return Object.fromEntries(entries.map(([key, item]) => [key, shapeOf(item)]));
}
