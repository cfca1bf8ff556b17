/** Real HTTP round trips: the client against a server that behaves as badly as servers do. */
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, test } from 'node:test';
import { inspect } from 'node:util';
import { maxBodyBytes } from '../../src/smartcar/send.ts';
import { openSmartcar, type Smartcar } from '../../src/smartcar/smartcar.ts';
import { applicationId, connectionId, fixture, receivedAt, userId, vehicleId } from './fixture.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

const open: { server: Server; smartcar: Smartcar }[] = [];

afterEach(async () => {
  for (const { server, smartcar } of open.splice(0)) {
    await smartcar.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function against(handler: Handler, timeouts = {}): Promise<{ smartcar: Smartcar; asked: string[] }> {
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
  const smartcar = openSmartcar({
    origins: { connect: origin, iam: origin, apiV3: origin, managementApiV3: origin },
    credentials: { applicationId, apiClientId: 'client_01', apiClientSecret: 'the-secret' },
    mode: 'live',
    timeouts,
  });
  open.push({ server, smartcar });
  return { smartcar, asked };
}

const json = (response: ServerResponse, status: number, body: unknown, headers = {}): void => {
  response.writeHead(status, { 'content-type': 'application/json', 'sc-request-id': 'req-7', ...headers });
  response.end(JSON.stringify(body));
};

const ids = { vehicleId, userId };
const signals = async (smartcar: Smartcar): Promise<string> => {
  const answer = await smartcar.readSignals('the-token', ids, receivedAt);
  return answer.ok
    ? `${answer.value.readings.length} readings`
    : `${answer.failure.meaning} ${answer.failure.code ?? ''}`.trim();
};

test('signals are read over HTTP, as the user, with the request id kept [§2.1-7, §3.1-1, §3.1-2]', async () => {
  let headers: IncomingMessage['headers'] = {};
  const { smartcar, asked } = await against((request, response) => {
    headers = request.headers;
    json(response, 200, fixture('signals'));
  });
  const answer = await smartcar.readSignals('the-token', ids, receivedAt);
  assert.ok(answer.ok && answer.requestId === 'req-7');
  assert.equal(answer.value.readings.length, 1);
  assert.deepEqual([headers['authorization'], headers['sc-user-id']], ['Bearer the-token', userId]);
  assert.deepEqual(asked, [`GET /v3/vehicles/${vehicleId}/signals`]);
});

test('pages are followed, on our own path', async () => {
  const list = fixture('connections') as { data: unknown[] }; // a fixture of ours
  const { smartcar, asked } = await against((request, response) => {
    const page = Number(new URL(request.url ?? '', 'http://x').searchParams.get('page[number]'));
    const next = page < 3 ? `https://evil.example/?page[number]=${page + 1}` : null;
    json(response, 200, { ...list, links: { next } });
  });
  const answer = await smartcar.listConnections('t', { userId });
  assert.ok(answer.ok && answer.value.length === 3);
  assert.deepEqual(
    asked,
    [1, 2, 3].map((page) => `GET /v3/connections?filter[userId]=${userId}&page[number]=${page}&page[size]=100`),
  );
});

test('a list without an end is nonsense after twenty pages, and one that repeats itself at once', async () => {
  const list = fixture('connections') as { data: unknown[] }; // a fixture of ours
  let isStuck = false;
  const { smartcar, asked } = await against((_request, response) => {
    json(response, 200, { ...list, links: { next: `/v3/connections?page[number]=${isStuck ? 1 : asked.length + 1}` } });
  });
  const endless = await smartcar.listConnections('t', {});
  assert.ok(!endless.ok && endless.failure.meaning === 'nonsense' && endless.failure.code === 'ENDLESS_LIST');
  assert.equal(asked.length, 20);
  isStuck = true;
  const stuck = await smartcar.listConnections('t', {});
  assert.ok(!stuck.ok && stuck.failure.code === 'ENDLESS_LIST');
  assert.equal(asked.length, 21);
});

test('every other call finds its path [§3.2-6, §3.3-1, §3.4-1, §3.8-1, §3.8-2]', async () => {
  const { smartcar, asked } = await against((request, response) => {
    const url = request.url ?? '';
    if (request.method === 'DELETE') return void response.writeHead(204).end();
    if (request.method === 'POST') return json(response, url === '/oauth2/token' ? 200 : 202, fixture('token'));
    const name = url.includes('/signals/')
      ? 'signal-unwrapped'
      : url.includes('/webhooks')
        ? 'webhooks'
        : url.includes('/subs')
          ? 'subscriptions'
          : 'vehicle-wrapped';
    json(response, 200, fixture(name));
  });
  const answers = [
    await smartcar.fetchApplicationToken(),
    await smartcar.deleteConnection('t', { connectionId: connectionId }),
    await smartcar.readVehicle('t', vehicleId, userId),
    await smartcar.readSignal('t', ids, 'odometer-traveleddistance', receivedAt),
    await smartcar.listWebhooks('t'),
    await smartcar.listSubscriptions('t', { vehicleId }),
    await smartcar.createSubscription('t', { ...ids, webhookId: 'w1' }),
  ];
  assert.ok(answers.every(({ ok }) => ok));
  assert.deepEqual(asked, [
    'POST /oauth2/token',
    `DELETE /v3/connections/${connectionId}`,
    `GET /v3/vehicles/${vehicleId}`,
    `GET /v3/vehicles/${vehicleId}/signals/odometer-traveleddistance`,
    'GET /v3/webhooks',
    `GET /v3/subscriptions?filter[vehicleId]=${vehicleId}&page[number]=1&page[size]=100`,
    'POST /v3/subscriptions',
  ]);
});

test('retry-after is kept in seconds [§2.1-8, §3.7-6, §5-3]', async () => {
  const { smartcar } = await against((_request, response) =>
    json(response, 429, { errors: [{ type: 'RATE_LIMIT', code: 'VEHICLE' }] }, { 'retry-after': '120' }),
  );
  const answer = await smartcar.readVehicle('t', vehicleId, userId);
  assert.ok(!answer.ok);
  assert.deepEqual(
    [answer.failure.meaning, answer.failure.retryAfterS, answer.failure.requestId],
    ['throttledVehicle', 120, 'req-7'],
  );
});

test('a redirect is not followed', async () => {
  const { smartcar, asked } = await against((_request, response) => {
    response.writeHead(302, { location: '/elsewhere' }).end();
  });
  assert.equal(await signals(smartcar), 'nonsense');
  assert.equal(asked.length, 1);
});

test('HTML with a status of success is nonsense', async () => {
  const { smartcar } = await against(
    (_request, response) => void response.writeHead(200).end('<html>Maintenance</html>'),
  );
  assert.equal(await signals(smartcar), 'nonsense NOT_JSON');
});

test('an answer that is slow to begin, or stops half-way, is given up', async () => {
  const silent = await against(() => undefined, { headersMs: 100, bodyMs: 100 });
  assert.equal(await signals(silent.smartcar), 'smartcarUnreachable UND_ERR_HEADERS_TIMEOUT');
  const halting = await against((_request, response) => void response.writeHead(200).write('{"data":['), {
    headersMs: 100,
    bodyMs: 100,
  });
  assert.equal(await signals(halting.smartcar), 'smartcarUnreachable UND_ERR_BODY_TIMEOUT');
});

test('an answer that trickles for ever is given up', async () => {
  const { smartcar } = await against(
    (_request, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(timer));
    },
    { connectMs: 100, headersMs: 200, bodyMs: 200 },
  );
  assert.match(await signals(smartcar), /^smartcarUnreachable/);
});

test('an answer that is cut off is no answer', async () => {
  const { smartcar } = await against((_request, response) => {
    response.writeHead(200, { 'content-length': '1000' });
    response.write('{"data":[', () => response.socket?.destroy());
  });
  assert.match(await signals(smartcar), /^smartcarUnreachable/);
  const reset = await against((request) => void request.socket.resetAndDestroy());
  assert.match(await signals(reset.smartcar), /^smartcarUnreachable/);
});

test('an answer larger than a mebibyte is nonsense', async () => {
  const { smartcar } = await against(
    (_request, response) => void response.writeHead(200).end('x'.repeat(maxBodyBytes + 1)),
  );
  assert.equal(await signals(smartcar), 'nonsense UND_ERR_RES_EXCEEDED_MAX_SIZE');
});

test('something that is no HTTP is nonsense', async () => {
  const { smartcar } = await against((request) => void request.socket.end('SSH-2.0-OpenSSH\r\n\r\n'));
  assert.match(await signals(smartcar), /^nonsense /);
});

test('nobody listening is unreachable', async () => {
  const { smartcar } = await against(() => undefined);
  open[0]?.server.close();
  assert.equal(await signals(smartcar), 'smartcarUnreachable ECONNREFUSED');
});

test('no secret shows in what the client is, nor in what it answers', async () => {
  const { smartcar } = await against(
    (_request, response) => void response.writeHead(400).end('{"error":"the-token the-secret"}'),
  );
  const shown = inspect(smartcar, { depth: 10, showHidden: true }) + JSON.stringify(smartcar);
  const answers = [await smartcar.readSignals('the-token', ids, receivedAt), await smartcar.fetchApplicationToken()];
  assert.doesNotMatch(shown + JSON.stringify(answers), /the-secret|the-token/);
});
