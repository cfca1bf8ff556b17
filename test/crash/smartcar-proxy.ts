/** Stands between a victim and the simulator, and counts each answer once Smartcar's side of it is done. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Points, Proxy } from './points.ts';

export async function startSmartcarProxy(origin: string, points: Points): Promise<Proxy> {
  const server = createServer(
    (request, response) => void forward(origin, points, request, response).catch(() => response.destroy()),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // a server on a port, not on a pipe
  return {
    port,
    cut: () => server.closeAllConnections(),
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function forward(
  origin: string,
  points: Points,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = 'GET', url = '/' } = request;
  const body = Buffer.concat((await request.toArray()) as Buffer[]); // a request without an encoding yields buffers
  const answer = await fetch(`${origin}${url}`, {
    method,
    redirect: 'manual',
    headers: headersOf(request),
    ...(body.length > 0 ? { body } : {}),
  }).catch(() => null);
  const text = answer && (await answer.arrayBuffer().then(Buffer.from, () => null));
  if (!answer || !text) {
    points.pass(`no answer to ${method} ${routeOf(url)}`);
    return void response.destroy();
  }
  if (!points.pass(`the answer ${answer.status} to ${method} ${routeOf(url)}`)) return;
  const headers = [...answer.headers].filter(([name]) => !hopByHop.has(name));
  response.writeHead(answer.status, Object.fromEntries(headers)).end(text);
}

const hopByHop = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'content-encoding',
  'host',
]);

function headersOf(request: IncomingMessage): [string, string][] {
  return Object.entries(request.headers).flatMap(([name, value]): [string, string][] =>
    typeof value === 'string' && !hopByHop.has(name) ? [[name, value]] : [],
  );
}

/** The path without ids, so that a point has the same name in every run. */
const routeOf = (url: string): string =>
  (url.split('?')[0] ?? '')
    .split('/')
    .map((part) => (/[0-9a-f-]{20,}/.test(part) ? '…' : part))
    .join('/');
