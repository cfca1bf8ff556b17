/**
 * Stands between Towline and the simulator: counts what is asked, stops Towline at answers, and makes v3 differ from v2
 * where the simulator has one truth for both.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Points } from '../../test/crash/points.ts';

/** How v3 shows one car, where that isn't what v2 knows of it. */
export interface Twist {
  /** v3's list doesn't have it. */
  isUnlisted?: boolean;
  /** v3's list has it without this permission. */
  lostPermission?: string;
  /** v3 never tells this signal. */
  lacking?: string;
  /** v3 refuses this signal for want of a permission. */
  forbidden?: string;
  /** v3 answers so whatever it is asked about the car. */
  failing?: Failing;
}

/** An answer that is no answer. */
export type Failing = 'error' | 'garbage' | 'hang-up' | 'throttle';

export interface Asked {
  at: Date;
  method: string;
  platform: 'v3' | 'v2' | 'token';
  /** The path without ids. */
  route: string;
  /** The car that it is about, as far as its path, query or body says. */
  smartcarVehicleId: string | null;
  status: number;
}

export interface Gateway {
  readonly origin: string;
  readonly asked: readonly Asked[];
  /** By Smartcar's id of the vehicle. */
  readonly twists: Map<string, Twist>;
  /** Nothing is answered. */
  isAway: boolean;
  /** No application token is given. */
  isIamDown: boolean;
  /** Cuts every connection that there is. */
  cut(): void;
  close(): Promise<void>;
}

export async function startGateway(options: { target: string; points: Points; now: () => Date }): Promise<Gateway> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => void serve(request, response).catch(() => response.destroy()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // a server on a port, not on a pipe
  const gateway: Gateway = {
    origin: `http://127.0.0.1:${port}`,
    asked,
    twists: new Map(),
    isAway: false,
    isIamDown: false,
    cut: () => server.closeAllConnections(),
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Buffer.concat((await request.toArray()) as Buffer[]); // a request without an encoding yields buffers
    const call = callOf(request, body);
    const answer = await answerTo(gateway, options.target, call, request, body);
    const status = answer?.status ?? 0;
    const { method, platform, route, smartcarVehicleId } = call;
    asked.push({ at: options.now(), method, platform, route, smartcarVehicleId, status });
    if (!options.points.pass(`the answer ${status === 0 ? 'none' : status} to ${method} ${route}`)) return;
    if (!answer) return void response.destroy();
    response.writeHead(answer.status, answer.headers).end(answer.text);
  }
  return gateway;
}

type Call = Omit<Asked, 'at' | 'status'> & { path: string };

const idPattern = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/;

function callOf({ method = 'GET', url = '/' }: IncomingMessage, body: Buffer): Call {
  const [path = '', query = ''] = url.split('?');
  const isToken = path.startsWith('/oauth');
  return {
    method,
    path,
    route: path
      .split('/')
      .map((part) => (/[0-9a-f-]{18,}/.test(part) ? '…' : part))
      .join('/'),
    platform: isToken ? 'token' : path.startsWith('/v3') ? 'v3' : 'v2',
    smartcarVehicleId: isToken ? null : vehicleOf(path, query, body),
  };
}

/** A vehicle stands in the path, in the filter of a list, or in a wish for a subscription. */
function vehicleOf(path: string, query: string, body: Buffer): string | null {
  const inPath = /\/vehicles\/([^/]+)/.exec(path)?.[1];
  const inFilter = new URLSearchParams(query).get('filter[vehicleId]');
  const inBody = /"vehicleId":"([^"]+)"/.exec(body.toString())?.[1];
  const found = inPath ?? inFilter ?? inBody ?? null;
  return found && idPattern.test(found) ? found : null;
}

interface Answer {
  status: number;
  headers: Record<string, string>;
  text: string;
}

const json = (status: number, document: object, headers: Record<string, string> = {}): Answer => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  text: JSON.stringify(document),
});

const failures: Record<Failing, Answer | null> = {
  error: json(500, { errors: [{ status: '500', type: 'SERVER', code: 'INTERNAL', detail: 'Something went wrong.' }] }),
  garbage: { status: 502, headers: { 'content-type': 'text/html' }, text: '<h1>Bad Gateway</h1>' },
  throttle: json(
    429,
    { errors: [{ status: '429', type: 'RATE_LIMIT', code: 'SMARTCAR_API', detail: 'Too many requests.' }] },
    { 'retry-after': '600' },
  ),
  'hang-up': null,
};

/** Null: the connection ends without an answer. */
async function answerTo(
  gateway: Gateway,
  target: string,
  call: Call,
  request: IncomingMessage,
  body: Buffer,
): Promise<Answer | null> {
  if (gateway.isAway) return failures.garbage;
  if (gateway.isIamDown && call.path.startsWith('/oauth2')) return failures.garbage;
  const twist = call.smartcarVehicleId ? gateway.twists.get(call.smartcarVehicleId) : undefined;
  const isAboutCar = call.platform === 'v3' && call.path.includes('/vehicles/');
  if (twist?.failing && isAboutCar) return failures[twist.failing];
  const answer = await forward(target, request, body);
  return call.platform === 'v3' && answer.status === 200 ? twisted(gateway, call, answer) : answer;
}

const passedOn = ['authorization', 'content-type', 'accept', 'sc-user-id', 'sc-unit-system', 'user-agent'];
const kept = ['content-type', 'sc-request-id', 'retry-after', 'cache-control'];

async function forward(target: string, request: IncomingMessage, body: Buffer): Promise<Answer> {
  const headers = passedOn.flatMap((name): [string, string][] => {
    const value = request.headers[name];
    return typeof value === 'string' ? [[name, value]] : [];
  });
  const answer = await fetch(`${target}${request.url ?? '/'}`, {
    method: request.method ?? 'GET',
    redirect: 'manual',
    headers,
    ...(body.length > 0 ? { body: new Uint8Array(body) } : {}),
  });
  const back = kept.flatMap((name): [string, string][] => {
    const value = answer.headers.get(name);
    return value === null ? [] : [[name, value]];
  });
  return { status: answer.status, headers: Object.fromEntries(back), text: await answer.text() };
}

/** As the simulator's documents have them. */
interface Listed {
  attributes: { permissions: string[] };
  relationships: { vehicle: { data: { id: string } } };
}
interface Told {
  attributes: { code: string; status: object; body?: object };
  meta?: object;
}

function twisted({ twists }: Gateway, { path, method, smartcarVehicleId }: Call, answer: Answer): Answer {
  if (method === 'GET' && path === '/v3/connections') {
    return rewritten<Listed>(answer, (item) => {
      const twist = twists.get(item.relationships.vehicle.data.id);
      if (twist?.isUnlisted) return [];
      const permissions = item.attributes.permissions.filter((permission) => permission !== twist?.lostPermission);
      return [{ ...item, attributes: { ...item.attributes, permissions } }];
    });
  }
  const twist = smartcarVehicleId ? twists.get(smartcarVehicleId) : undefined;
  if (!twist || !path.endsWith('/signals')) return answer;
  return rewritten<Told>(answer, (item) => {
    const { code } = item.attributes;
    if (code === twist.lacking) return [];
    if (code !== twist.forbidden) return [item];
    const status = { value: 'ERROR', error: { type: 'PERMISSION', code: null, description: 'Not allowed.' } };
    const { meta: _meta, ...rest } = item;
    return [{ ...rest, attributes: { code, status } }];
  });
}

function rewritten<T>(answer: Answer, change: (item: T) => unknown[]): Answer {
  const document = JSON.parse(answer.text) as { data: T[] }; // the simulator's own list
  return { ...answer, text: JSON.stringify({ ...document, data: document.data.flatMap(change) }) };
}
