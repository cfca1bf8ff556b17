/**
 * v2's token endpoint, as slow as it is told to be: `POST /latency/LEAST/MOST` in milliseconds. `GET /count` answers how
 * many refreshes came since it was asked last, and how many of them brought a token that had come before.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

let [least, most] = [0, 0];
let calls = 0;
let repeated = 0;
let made = 0;
const seen = new Set<string>();

function send(response: ServerResponse, body: object): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function refresh(body: string, response: ServerResponse): void {
  const token = new URLSearchParams(body).get('refresh_token') ?? '';
  calls += 1;
  if (seen.has(token)) repeated += 1;
  seen.add(token);
  made += 1;
  const pair = { access_token: `access-${made}`, refresh_token: `refresh-${made}` };
  const waitMs = least + Math.random() * (most - least);
  setTimeout(() => send(response, { ...pair, token_type: 'Bearer', expires_in: 7_200 }), waitMs);
}

const server = createServer((request, response) => {
  const { url = '' } = request;
  let body = '';
  request.on('data', (chunk: Buffer) => (body += chunk.toString()));
  request.on('end', () => {
    if (url === '/oauth/token') return refresh(body, response);
    const [, what, from, to] = url.split('/');
    if (what === 'latency') [least, most] = [Number(from), Number(to)];
    send(response, { calls, repeated });
    if (what === 'count') [calls, repeated] = [0, 0];
  });
});
server.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port }); // a server on a port, not on a pipe
});
process.once('SIGTERM', () => process.exit(0));
