/** Stands between Towline and the simulator, and answers in its place what the simulator never would. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { WireAnswer } from './every-error-table.ts';

export interface Gateway {
  origin: string;
  /** Where everything goes that isn't answered here. */
  target: string;
  /** By a part of the path; a vehicle's id, or the token endpoint's path. */
  answers: Map<string, WireAnswer>;
  /** Told of each request before anything becomes of it; what it waits for holds the request up. */
  meet: (request: { method: string; path: string }) => Promise<void>;
  /** False: nobody takes a connection any more. */
  listen(isListening: boolean): Promise<void>;
  close(): Promise<void>;
}

export async function startGateway(): Promise<Gateway> {
  const server = createServer((request, response) => void serve(request, response).catch(() => response.destroy()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // it listens on TCP
  const gateway: Gateway = {
    origin: `http://127.0.0.1:${port}`,
    target: '',
    answers: new Map(),
    meet: () => Promise.resolve(),
    async listen(isListening) {
      if (isListening === server.listening) return;
      if (isListening) await once(server.listen(port, '127.0.0.1'), 'listening');
      else await gateway.close();
    },
    close: async () => {
      if (!server.listening) return;
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Buffer.concat((await request.toArray()) as Buffer[]); // a request without an encoding yields buffers
    await gateway.meet({ method: request.method ?? 'GET', path: request.url ?? '/' });
    const instead = [...gateway.answers].find(([part]) => request.url?.includes(part))?.[1];
    return instead ? say(response, instead) : forward(gateway.target, request, body, response);
  }
  return gateway;
}

function say(response: ServerResponse, answer: WireAnswer): void {
  if (answer === 'hangs up') {
    response.destroy();
  } else if (answer === 'breaks off in its body') {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
    response.write('{"data":[', () => response.destroy());
  } else {
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers }).end(answer.body);
  }
}

const passedOn = ['authorization', 'content-type', 'accept', 'sc-user-id', 'user-agent'];

async function forward(
  target: string,
  request: IncomingMessage,
  body: Buffer<ArrayBuffer>,
  response: ServerResponse,
): Promise<void> {
  const headers = passedOn.flatMap((name): [string, string][] => {
    const value = request.headers[name];
    return typeof value === 'string' ? [[name, value]] : [];
  });
  const answer = await fetch(`${target}${request.url ?? '/'}`, {
    method: request.method ?? 'GET',
    headers,
    ...(body.length > 0 ? { body } : {}),
  });
  const kept = ['content-type', 'sc-request-id', 'retry-after'].flatMap((name): [string, string][] => {
    const value = answer.headers.get(name);
    return value === null ? [] : [[name, value]];
  });
  response.writeHead(answer.status, Object.fromEntries(kept)).flushHeaders();
  // fetch yields bytes; only its type leaves that open.
  for await (const piece of (answer.body ?? []) as AsyncIterable<Uint8Array>) response.write(piece);
  response.end();
}
