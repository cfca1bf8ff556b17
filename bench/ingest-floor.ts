/** The floor of a webhook receiver in Node: read the body, verify its signature, answer. It keeps nothing. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const token = process.env['BENCH_TOKEN'] ?? '';
const answer = JSON.stringify({ status: 'kept' });

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
    const given = Buffer.from(String(request.headers['sc-signature']), 'hex');
    const fits = timingSafeEqual(createHmac('sha256', token).update(body).digest(), given);
    response.writeHead(fits ? 200 : 401, { 'content-type': 'application/json', 'content-length': answer.length });
    response.end(answer);
  });
});
server.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port }); // a server on a port, not on a pipe
});
process.once('SIGTERM', () => process.exit(0));
