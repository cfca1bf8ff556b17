/** Real HTTP round trips of v2's client. */
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { inspect } from 'node:util';
import { openSmartcarV2, type SmartcarV2 } from '../../src/smartcar/v2/smartcar-v2.ts';
import { applicationId, fixture, receivedAt, userId, vehicleId } from './fixture.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

async function against(t: TestContext, handler: Handler, timeouts = {}): Promise<{ v2: SmartcarV2; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      asked.push(`${request.method} ${decodeURIComponent(request.url ?? '')}`);
      handler(request, response, Buffer.concat(chunks).toString('utf8'));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // it listens on TCP
  const v2 = openSmartcarV2({
    origins: { auth: origin, api: origin, managementApi: origin },
    credentials: { applicationId, clientSecret: 'the-secret' },
    mode: 'live',
    timeouts,
  });
  t.after(async () => {
    await v2.close();
    server.closeAllConnections();
    server.close();
  });
  return { v2, asked };
}

const json = (response: ServerResponse, status: number, body: unknown, headers = {}): void => {
  response.writeHead(status, { 'content-type': 'application/json', 'sc-request-id': 'req-7', ...headers });
  response.end(JSON.stringify(body));
};

const wanted = { permissions: ['read_odometer', 'read_location', 'read_fuel'], powertrain: null };

test('every call finds its path and keeps the request id', async (t) => {
  const names: [pattern: RegExp, name: string][] = [
    [/oauth/, 'v2-token'],
    [/user\/$/, 'v2-user'],
    [/vehicles\/\?/, 'v2-vehicles'],
    [/\/vin$/, 'v2-vin'],
    [/\/permissions/, 'v2-permissions'],
    [/\/batch$/, 'v2-batch'],
    [/\/application$/, 'v2-disconnect'],
    [/\/management\//, 'v2-connections'],
  ];
  const { v2, asked } = await against(t, (request, response) => {
    const name = names.find(([pattern]) => pattern.test(request.url ?? ''))?.[1] ?? 'v2-vehicle';
    json(response, 200, fixture(request.method === 'DELETE' && /management/.test(name) ? `${name}-deleted` : name));
  });
  const answers = [
    await v2.exchangeCode('c', 'https://app.example/callback'),
    await v2.refresh('r'),
    await v2.readUser('t'),
    await v2.listVehicles('t'),
    await v2.readVehicle('t', vehicleId),
    await v2.readVin('t', vehicleId),
    await v2.readPermissions('t', vehicleId),
    await v2.readSignals('t', vehicleId, wanted, receivedAt),
    await v2.disconnect('t', vehicleId),
    await v2.listConnections('amt', { userId }),
    await v2.deleteConnections('amt', { vehicleId }),
  ];
  assert.deepEqual(
    answers.map((answer) => answer.ok && answer.requestId),
    answers.map(() => 'req-7'),
  );
  assert.deepEqual(asked, [
    'POST /oauth/token',
    'POST /oauth/token',
    'GET /v2.0/user/',
    'GET /v2.0/vehicles/?limit=50&offset=0',
    `GET /v2.0/vehicles/${vehicleId}/`,
    `GET /v2.0/vehicles/${vehicleId}/vin`,
    `GET /v2.0/vehicles/${vehicleId}/permissions?limit=50&offset=0`,
    `POST /v2.0/vehicles/${vehicleId}/batch`,
    `DELETE /v2.0/vehicles/${vehicleId}/application`,
    `GET /v2.0/management/connections?limit=100&user_id=${userId}&mode=live`,
    `DELETE /v2.0/management/connections?vehicle_id=${vehicleId}`,
  ]);
});

test('a grant of a hundred and twenty cars is listed in three pages [§2.1-2]', async (t) => {
  const cars = Array.from({ length: 120 }, (_, index) => `car-${index}`);
  const { v2, asked } = await against(t, (request, response) => {
    const offset = Number(new URL(request.url ?? '', 'http://x').searchParams.get('offset'));
    json(response, 200, { vehicles: cars.slice(offset, offset + 50), paging: { count: cars.length, offset } });
  });
  const answer = await v2.listVehicles('t');
  assert.deepEqual(answer.ok && answer.value, cars);
  assert.equal(asked.length, 3);
});

test('connections are followed by cursor, and a list without an end is nonsense [§7-2]', async (t) => {
  let pages = 2;
  const { v2, asked } = await against(t, (_request, response) => {
    const { connections } = fixture('v2-connections') as { connections: unknown[] }; // a fixture of ours
    const cursor = asked.length < pages ? `AES::${asked.length}` : null;
    json(response, 200, { connections, paging: { cursor } });
  });
  const two = await v2.listConnections('amt', {});
  assert.ok(two.ok && two.value.length === 2);
  assert.match(asked[1] ?? '', /&cursor=AES::1$/);
  pages = 1_000;
  const endless = await v2.listConnections('amt', {});
  assert.ok(!endless.ok && endless.failure.code === 'ENDLESS_LIST');
  assert.equal(asked.length, 2 + 20);
});

test('where there is nothing to read nothing is asked', async (t) => {
  const { v2, asked } = await against(t, (_request, response) => json(response, 500, {}));
  const answer = await v2.readSignals('t', vehicleId, { permissions: ['read_vin'], powertrain: null }, receivedAt);
  assert.deepEqual(answer, { ok: true, value: { readings: [], failures: [] }, requestId: null });
  assert.deepEqual(asked, []);
});

test('tokens are asked for on a connection of their own, once, and never a second time by themselves', async (t) => {
  const ports = new Set<number | undefined>();
  const { v2, asked } = await against(t, (request, response) => {
    ports.add(request.socket.remotePort);
    if (asked.length === 3) return void request.socket.resetAndDestroy();
    json(response, 200, fixture('v2-token'));
  });
  assert.ok((await v2.refresh('r')).ok && (await v2.refresh('r')).ok);
  assert.equal(ports.size, 2);
  const broken = await v2.refresh('r');
  assert.ok(!broken.ok && broken.failure.meaning === 'smartcarUnreachable');
  assert.equal(asked.length, 3);
});

test('a read that is slow to begin is given up', async (t) => {
  const { v2 } = await against(t, () => undefined, { headersMs: 100, bodyMs: 100 });
  const answer = await v2.readSignals('t', vehicleId, wanted, receivedAt);
  assert.ok(!answer.ok && answer.failure.code === 'UND_ERR_HEADERS_TIMEOUT');
});

test('no secret and no token shows in what the client is, nor in what it answers', async (t) => {
  const { v2 } = await against(t, (_request, response, body) =>
    json(response, 400, { error: 'invalid_request', error_description: `the-secret ${body}` }),
  );
  const shown = inspect(v2, { depth: 10, showHidden: true }) + JSON.stringify(v2);
  const answers = [
    await v2.refresh('the-refresh-token'),
    await v2.exchangeCode('the-code', 'https://app.example/callback'),
    await v2.readUser('the-token'),
    await v2.listConnections('the-management-token', {}),
  ];
  assert.doesNotMatch(shown + JSON.stringify(answers) + inspect(answers, { depth: 10 }), /the-/);
});
