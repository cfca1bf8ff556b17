/**
 * A Smartcar that takes as little of the processors as it can: it hands out a token, and every read of a vehicle's
 * signals takes the same time and brings newer values than the one before. `POST /latency/MS` sets that time.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

let latencyMs = 0;
let reads = 0;

const signal = (group: string, name: string, body: object): object => ({
  id: `${group}-${name}`.toLowerCase(),
  type: 'signal',
  attributes: { code: `${group}-${name}`.toLowerCase(), name, group, status: { value: 'SUCCESS' }, body },
  meta: { retrievedAt: '@at', oemUpdatedAt: '@at', ingestedAt: '@at' },
});
/** Split where the instant and the count stand, so that an answer is a few concatenations. */
const parts = JSON.stringify({
  data: [
    signal('Odometer', 'TraveledDistance', { unit: 'km', value: '#count' }),
    signal('TractionBattery', 'StateOfCharge', { unit: 'percent', value: 55 }),
    signal('TractionBattery', 'Range', { unit: 'km', value: 220 }),
    signal('Location', 'PreciseLocation', {
      latitude: 52.5,
      longitude: 13.4,
      heading: 90,
      locationType: 'LAST_PARKED',
    }),
    signal('Charge', 'IsCharging', { value: false }),
    signal('Charge', 'IsChargingCableConnected', { value: false }),
    signal('Closure', 'IsLocked', { value: true }),
    signal('ConnectivityStatus', 'IsOnline', { value: true }),
  ],
  meta: { pageNumber: 1, pageSize: 100, totalCount: 8 },
  links: { next: null },
})
  .replace('"#count"', '#count')
  .split(/(@at|#count)/);

function signals(): string {
  const at = new Date().toISOString();
  reads += 1;
  return parts.map((part) => (part === '@at' ? at : part === '#count' ? String(10_000 + reads) : part)).join('');
}

const token = JSON.stringify({ access_token: 'bench', token_type: 'Bearer', expires_in: 36_000 });

const server = createServer((request, response) => {
  const send = (body: string): void => {
    response.writeHead(200, {
      'content-type': 'application/json',
      'sc-request-id': 'bench',
      'content-length': Buffer.byteLength(body),
    });
    response.end(body);
  };
  request.resume();
  const { url = '' } = request;
  if (url.startsWith('/latency/')) {
    latencyMs = Number(url.slice('/latency/'.length));
    send('{}');
  } else if (url === '/oauth2/token') send(token);
  else setTimeout(() => send(signals()), latencyMs);
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port }); // a server on a port, not on a pipe
});
process.once('SIGTERM', () => process.exit(0));
