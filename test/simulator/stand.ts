/** A simulator on a clock of the test, an application that speaks to it, and a receiver of its webhooks. */
import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { demoCredentials } from '../../simulator/credentials.ts';
import { startSimulator, type SimulatorOptions } from '../../simulator/server.ts';

/** JSON whose shape the test asserts. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a witness looks at what really came, whatever its type
export type Json = any;

export interface Answer {
  status: number;
  headers: Headers;
  body: Json;
  text: string;
}

export interface Received {
  headers: IncomingHttpHeaders;
  bytes: Buffer;
  event: Json;
  /** The test's time when it came. */
  at: number;
}

export const redirectUri = 'http://127.0.0.1:4000/connect/callback';
export const noon = Date.UTC(2026, 10, 20, 12);

const everything =
  'read_vehicle_info read_vin read_location read_odometer read_fuel read_battery read_charge read_security read_tires control_security';

export type Stand = Awaited<ReturnType<typeof stand>>;

/** Starts everything; it ends with the test. */
export async function stand(t: TestContext, options: SimulatorOptions = {}) {
  const clock = { now: noon };
  const received: Received[] = [];
  const receiver = { status: 200, answers: [] as number[], knowsToken: false };
  const hook = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const bytes = Buffer.concat(chunks);
      const event: Json = JSON.parse(bytes.toString('utf8'));
      received.push({ headers: request.headers, bytes, event, at: clock.now });
      const challenge = receiver.knowsToken && event.eventType === 'VERIFY' ? hashOf(event.data.challenge) : null;
      response.writeHead(receiver.answers.shift() ?? receiver.status, { location: '/elsewhere' });
      response.end(JSON.stringify({ challenge }));
    });
  });
  await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
  // Listening on TCP, the address is never a pipe's name.
  const webhookUrl = `http://127.0.0.1:${String((hook.address() as AddressInfo).port)}/hook`;
  const start = () =>
    startSimulator({
      clock: () => new Date(clock.now),
      webhookUrl,
      bucket: null,
      redirectUris: [redirectUri],
      ...options,
    });
  t.after(() => {
    hook.closeAllConnections();
    hook.close();
  });
  const running = { simulator: await start() };
  t.after(() => running.simulator.close());

  const call = async (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> => {
    const hasBody = body !== undefined;
    const response = await fetch(`${running.simulator.origin}${path}`, {
      method,
      redirect: 'manual',
      headers: { ...(hasBody && typeof body !== 'string' ? { 'content-type': 'application/json' } : {}), ...headers },
      ...(hasBody ? { body: typeof body === 'string' ? body : JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parsed(text) };
  };
  let bearer: string | null = null;
  let bearerUntil = 0;
  const sim = async (method: string, path: string, body?: unknown): Promise<Json> => {
    // An application token doesn't outlive a jump of the clock.
    if (path === '/clock') bearer = null;
    const answer = await call(method, `/sim/api${path}`, body);
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${String(answer.status)} ${answer.text}`);
    return answer.body;
  };
  const token = async (): Promise<string> => {
    const { apiClientId, apiClientSecret } = demoCredentials;
    const body = { grant_type: 'client_credentials', client_id: apiClientId, client_secret: apiClientSecret };
    return (await call('POST', '/oauth2/token', body)).body.access_token;
  };
  const api = async (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> => {
    if (bearer === null || clock.now >= bearerUntil) {
      bearer = await token();
      bearerUntil = clock.now + 3_500_000;
    }
    return call(method, `/v3${path}`, body, { authorization: `Bearer ${bearer}`, ...headers });
  };
  const advance = async (seconds: number): Promise<void> => {
    clock.now += seconds * 1000;
    await running.simulator.advanceTo(new Date(clock.now));
  };
  const connectUrl = (query: Record<string, string> = {}): string => {
    const all = {
      response_type: 'code',
      client_id: demoCredentials.applicationId,
      redirect_uri: redirectUri,
      scope: everything,
      state: 's1',
      ...query,
    };
    return `${running.simulator.origin}/oauth/authorize?${new URLSearchParams(all).toString()}`;
  };
  const reconnectUrl = (vehicleId: string, query: Record<string, string> = {}): string => {
    const all = {
      response_type: 'vehicle_id',
      client_id: demoCredentials.applicationId,
      redirect_uri: redirectUri,
      vehicle_id: vehicleId,
      state: 'r1',
      ...query,
    };
    return `${running.simulator.origin}/oauth/reauthenticate?${new URLSearchParams(all).toString()}`;
  };
  const world = async (): Promise<Json> => sim('GET', '/world');
  const carOf = async (fits: (car: Json) => boolean): Promise<Json> => {
    const { cars } = await world();
    const car = cars.find(fits);
    if (car === undefined) throw new Error('no such car in this world');
    return car;
  };
  /** Connects one car by its owner, without a browser. */
  const connected = async (
    fits: (car: Json) => boolean = (car) => car.fleet === 'first' && car.activity === 'parked',
    query: Record<string, string> = {},
  ): Promise<Json> => {
    const car = await carOf(fits);
    await sim('POST', '/authorize', { url: connectUrl(query), email: car.account.email, vins: [car.vin] });
    return { ...car, user: { 'sc-user-id': car.userId } };
  };
  const subscribe = async (car: Json): Promise<Answer> => {
    const webhookId = (await api('GET', '/webhooks')).body.data[0].id;
    return api('POST', '/subscriptions', {
      data: { attributes: { webhookId, userId: car.userId, vehicleId: car.vehicleId } },
    });
  };
  /** A car with data and a working subscription; its first delivery is forgotten. */
  const watched = async (fits?: (car: Json) => boolean, query?: Record<string, string>): Promise<Json> => {
    const car = await connected(fits, query);
    await subscribe(car);
    await advance(10);
    received.length = 0;
    return car;
  };
  const restart = async (): Promise<void> => {
    await running.simulator.close();
    running.simulator = await start();
  };
  return {
    clock,
    received,
    receiver,
    running,
    call,
    sim,
    api,
    token,
    advance,
    connectUrl,
    reconnectUrl,
    world,
    carOf,
    connected,
    subscribe,
    watched,
    restart,
  };
}

function hashOf(challenge: string): string {
  return createHmac('sha256', demoCredentials.managementToken).update(challenge).digest('hex');
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
