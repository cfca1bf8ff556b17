/** The client on real sockets, against servers that break HTTP itself: each call ends as an answer, and as its own. */
import assert from 'node:assert/strict';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { Answer } from '../../src/smartcar/answer.ts';
import { openSmartcar, type Smartcar } from '../../src/smartcar/smartcar.ts';
import { applicationId, connectionId, fixture, receivedAt, userId, vehicleId } from './fixture.ts';
import { fuzzSeed, fuzzTimes } from './fuzz-drawn.ts';
import * as shape from './fuzz-shapes.ts';

/** What the server does once a request has arrived. */
type Behaviour = (socket: Socket, requests: number) => void;

const brief = { connectMs: 200, headersMs: 250, bodyMs: 250, commandHeadersMs: 250, commandBodyMs: 250 };

/** A server without manners, and a client that speaks to it; both end with the test. */
async function against(
  t: TestContext,
  behaviour: Behaviour,
  timeouts = brief,
): Promise<{ smartcar: Smartcar; requests: () => number }> {
  let requests = 0;
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined); // the client hangs up whenever it has had enough
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk) => {
      if (!chunk.includes('\r\n\r\n')) return;
      requests += 1;
      behaviour(socket, requests);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // it listens on TCP
  const smartcar = openSmartcar({
    origins: { connect: origin, iam: origin, apiV3: origin, managementApiV3: origin },
    credentials: { applicationId, apiClientId: 'client_01', apiClientSecret: 'the-secret' },
    mode: 'live',
    timeouts,
    maxConnections: 4,
  });
  t.after(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await smartcar.close();
  });
  return { smartcar, requests: () => requests };
}

const ids = { vehicleId, userId };
const head = (...headers: string[]): string =>
  ['HTTP/1.1 200 OK', 'content-type: application/json', ...headers, '', ''].join('\r\n');
const body = Buffer.from(JSON.stringify(fixture('signals'))).toString('latin1'); // as many characters as bytes
const whole = `${head(`content-length: ${body.length}`)}${body}`;
const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;

/** Writes again and again until the client has had enough. */
function forEver(socket: Socket, what: string | Buffer): void {
  const on = (): void => {
    while (!socket.destroyed && socket.write(what));
    if (!socket.destroyed) socket.once('drain', on);
  };
  on();
}

/** A little at a time, each before any pause is long enough to be noticed. */
function trickle(socket: Socket, what: string): void {
  const timer = setInterval(() => (socket.destroyed ? clearInterval(timer) : socket.write(what)), 40);
  socket.once('close', () => clearInterval(timer));
}

const send =
  (...parts: (string | Buffer)[]): Behaviour =>
  (socket) =>
    socket.end(Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part))));

const outcomes: [name: string, behaviour: Behaviour, comesTo: RegExp][] = [
  [
    'a body that trickles',
    (socket) => (socket.write(head('content-length: 100000')), trickle(socket, ' ')),
    /^smartcarUnreachable/,
  ],
  [
    'headers that trickle',
    (socket) => (socket.write('HTTP/1.1 200 OK\r\n'), trickle(socket, 'x: y\r\n')),
    /^(smartcarUnreachable|nonsense)/,
  ],
  ['nothing at all', () => undefined, /^smartcarUnreachable/],
  [
    'a body in pieces without an end',
    (socket) => (socket.write(head('transfer-encoding: chunked')), forEver(socket, chunk(' '.repeat(60_000)))),
    /^nonsense/,
  ],
  [
    'a body without a length and without an end',
    (socket) => (socket.write(head('connection: close')), forEver(socket, ' '.repeat(60_000))),
    /^nonsense/,
  ],
  [
    'headers without an end',
    (socket) => (socket.write('HTTP/1.1 200 OK\r\n'), forEver(socket, `x-${'y'.repeat(500)}: z\r\n`)),
    /^(smartcarUnreachable|nonsense)/,
  ],
  [
    'a hundred thousand hints before nothing',
    (socket) => forEver(socket, 'HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n'),
    /^(smartcarUnreachable|nonsense)/,
  ],
  [
    'trailers without an end',
    (socket) => (
      socket.write(`${head('transfer-encoding: chunked')}${chunk(body)}0\r\n`),
      forEver(socket, `x-${'y'.repeat(500)}: z\r\n`)
    ),
    /^(smartcarUnreachable|nonsense)/,
  ],
  ['less than was announced', send(head(`content-length: ${body.length + 9}`), body), /^smartcarUnreachable/],
  ['more than was announced', send(head('content-length: 20'), body), /^(nonsense|smartcarUnreachable)/],
  [
    'two lengths',
    send(head('content-length: 5', `content-length: ${body.length}`), body),
    /^(nonsense|smartcarUnreachable)/,
  ],
  ['a length below nothing', send(head('content-length: -1'), body), /^nonsense/],
  [
    'a length beyond all numbers',
    send(head(`content-length: ${'9'.repeat(40)}`), body),
    /^(nonsense|smartcarUnreachable)/,
  ],
  [
    'a length and pieces',
    send(head(`content-length: ${body.length}`, 'transfer-encoding: chunked'), body),
    /^(nonsense|smartcarUnreachable)/,
  ],
  [
    'a piece beyond all numbers',
    send(head('transfer-encoding: chunked'), `${'F'.repeat(40)}\r\n${body}`),
    /^(nonsense|smartcarUnreachable)/,
  ],
  ['gzip that is none', send(head('content-encoding: gzip', `content-length: ${body.length}`), body), /^1 readings/],
  [
    'gzip that nobody asked for',
    send(head('content-encoding: gzip', 'connection: close'), gzipSync(body)),
    /^nonsense NOT_JSON/,
  ],
  ['go on, then the answer', send('HTTP/1.1 103 Early Hints\r\n\r\n', whole), /^1 readings/],
  [
    'continue, which nobody asked for',
    send('HTTP/1.1 100 Continue\r\n\r\n', whole),
    /^(1 readings|nonsense|smartcarUnreachable)/,
  ],
  [
    'another protocol',
    send('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n', body),
    /^(nonsense|smartcarUnreachable)/,
  ],
  ['the HTTP of 1991', send(body), /^nonsense/],
  ['HTTP of tomorrow', send('HTTP/9.9 200 OK\r\n\r\n', body), /^nonsense/],
  ['the bytes of TLS', send(Buffer.from('15030100020250', 'hex')), /^nonsense/],
  ['a status that is none', send('HTTP/1.1 99999 OK\r\ncontent-length: 0\r\n\r\n'), /^nonsense/],
  ['a status below all', send('HTTP/1.1 007 OK\r\ncontent-length: 0\r\n\r\n'), /^(nonsense|smartcarUnreachable)/],
  ['a header with a NUL in it', send(head('x: a\0b'), body), /^nonsense/],
  ['a header without a name', send(head(': x'), body), /^nonsense/],
  [
    'a request id that is a poem',
    send(head(`sc-request-id: ${'roses are red '.repeat(40)}`, 'connection: close'), body),
    /^1 readings/,
  ],
  [
    'a body that is no UTF-8',
    send(head('connection: close'), Buffer.from([0xff, 0xfe, 0x00, 0x7b])),
    /^nonsense NOT_JSON/,
  ],
  ['an end before the beginning', (socket) => socket.end(), /^smartcarUnreachable/],
  ['a reset', (socket) => socket.resetAndDestroy(), /^smartcarUnreachable/],
  [
    'a reset in the middle',
    (socket) => void socket.write(head('content-length: 900'), () => socket.resetAndDestroy()),
    /^smartcarUnreachable/,
  ],
];

const wordOf = (answer: Awaited<ReturnType<Smartcar['readSignals']>>): string =>
  answer.ok
    ? `${answer.value.readings.length} readings`
    : `${answer.failure.meaning} ${answer.failure.code ?? ''}`.trim();

for (const [name, behaviour, comesTo] of outcomes) {
  test(`${name}, instead of an answer, comes to an answer in time`, async (t) => {
    const { smartcar, requests } = await against(t, behaviour);
    const answer = await smartcar.readSignals('the-token', ids, receivedAt);
    shape.isAnswer(answer, shape.isReadSignals);
    assert.match(wordOf(answer), comesTo);
    assert.equal(requests(), 1, 'asked once');
  });
}

test('a redirect leads nowhere, wherever it points', async (t) => {
  for (const status of [301, 302, 303, 307, 308]) {
    const { smartcar, requests } = await against(t, (socket) => {
      socket.end(`HTTP/1.1 ${status} Moved\r\nlocation: /v3/elsewhere\r\ncontent-length: 0\r\n\r\n`);
    });
    assert.match(wordOf(await smartcar.readSignals('t', ids, receivedAt)), /^nonsense/);
    assert.equal(requests(), 1);
  }
});

test('an answer that came unasked behind another one is never taken for the answer to the next question', async (t) => {
  const answer = (name: string): string => {
    const text = JSON.stringify({ data: [{ id: 'w', attributes: { name } }] });
    return `${head(`content-length: ${text.length}`)}${text}`;
  };
  const { smartcar, requests } = await against(t, (socket, requests) => {
    socket.write(answer(`asked ${requests}`) + answer('unasked').repeat(3));
  });
  for (const turn of [1, 2, 3]) {
    const listed = await smartcar.listWebhooks('t');
    assert.deepEqual(listed.ok && listed.value.map(({ name }) => name), [`asked ${turn}`]);
  }
  assert.equal(requests(), 3);
});

const calls: ((smartcar: Smartcar) => Promise<Answer<unknown>>)[] = [
  (smartcar) => smartcar.fetchApplicationToken(),
  (smartcar) => smartcar.listConnections('t', { userId }),
  (smartcar) => smartcar.deleteConnection('t', { connectionId: connectionId }),
  (smartcar) => smartcar.readVehicle('t', vehicleId, userId),
  (smartcar) => smartcar.readSignals('t', ids, receivedAt),
  (smartcar) => smartcar.readSignal('t', ids, 'odometer-traveleddistance', receivedAt),
  (smartcar) => smartcar.listWebhooks('t'),
  (smartcar) => smartcar.listSubscriptions('t', { vehicleId }),
  (smartcar) => smartcar.createSubscription('t', { ...ids, webhookId: 'w1' }),
];

/** An answer as bytes, broken somewhere. */
const brokenBytes = fc
  .record({
    start: fc.constantFrom(
      'HTTP/1.1 200 OK',
      'HTTP/1.1 404 Not Found',
      'HTTP/1.0 200',
      'HTTP/1.1 500 ',
      'HTTP/1.1 204 No Content',
    ),
    headers: fc.array(
      fc.oneof(
        fc.constantFrom(
          `content-length: ${body.length}`,
          'content-length: 3',
          'transfer-encoding: chunked',
          'transfer-encoding: gzip',
        ),
        fc.constantFrom(
          'connection: close',
          'connection: upgrade',
          'retry-after: 99999999999',
          'retry-after: -1',
          ' folded',
        ),
        fc.tuple(fc.string({ maxLength: 8 }), fc.string({ maxLength: 20 })).map((pair) => pair.join(': ')),
      ),
      { maxLength: 4 },
    ),
    body: fc.constantFrom(body, chunk(body), `${chunk(body)}0\r\n\r\n`, '', '{}'),
    at: fc.nat(),
    byte: fc.option(fc.integer({ min: 0, max: 255 })),
  })
  .map((drawn) => {
    const bytes = Buffer.from([drawn.start, ...drawn.headers, '', drawn.body].join('\r\n'), 'latin1');
    if (drawn.byte !== null) bytes[drawn.at % bytes.length] = drawn.byte;
    return bytes;
  });

test('whatever bytes come back, every call ends as an answer', async (t) => {
  let bytes = Buffer.alloc(0);
  const { smartcar } = await against(t, (socket) => socket.end(bytes), { ...brief, headersMs: 5_000, bodyMs: 5_000 });
  const property = fc.asyncProperty(fc.constantFrom(...calls), brokenBytes, async (call, drawn) => {
    bytes = drawn;
    shape.isAnswer(await call(smartcar), shape.isPlain);
    shape.isUnpolluted();
  });
  await fc.assert(property, { seed: fuzzSeed, numRuns: 250 * fuzzTimes });
});
