/** What leaves for a system of the fleet's, and what never does. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, describe, test } from 'node:test';

import { openEventChannel } from '../../src/notify/event-channel.ts';
import {
  anyLookup,
  fewAtOnce,
  isPublicAddress,
  privateAddressCode,
  publicLookup,
} from '../../src/notify/public-address.ts';
import type { Resolve } from '../../src/notify/public-address.ts';

const leadsTo =
  (...addresses: string[]): Resolve =>
  (_host, _options, done) =>
    done(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );

const privateAddresses = [
  ...['127.0.0.1', '127.255.255.254', '0.0.0.0', '10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.1.1'],
  ...['169.254.169.254', '100.64.0.1', '100.127.255.255', '192.0.0.192', '198.18.0.1', '224.0.0.1', '255.255.255.255'],
  ...['::', '::1', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '::127.0.0.1', '64:ff9b::a00:1', 'fc00::1', 'fd00:ec2::254'],
  ...['fe80::1', 'fec0::1', 'ff02::1', '2001::1', '2001:db8::1', '2002:7f00:1::', '100::1', '3fff::1'],
  ...['168.63.129.16', '192.31.196.1', '192.52.193.1', '192.175.48.6', '2620:4f:8000::6'],
];
const publicAddresses = [
  '8.8.8.8',
  '1.1.1.1',
  '172.15.0.1',
  '172.32.0.1',
  '100.63.255.255',
  '100.128.0.1',
  '168.63.129.17',
];
const publicAddresses6 = ['2606:4700::1111', '2620:4f:8001::1', '2a00:1450:4001::1', '2001:4860:4860::8888'];

test('this machine, private networks, metadata, multicast and their IPv6 disguises are not public', () => {
  for (const address of privateAddresses) assert.equal(isPublicAddress(address), false, address);
  for (const address of [...publicAddresses, ...publicAddresses6])
    assert.equal(isPublicAddress(address), true, address);
  for (const word of ['', 'localhost', '127.1', '0x7f000001', '8.8.8.8.'])
    assert.equal(isPublicAddress(word), false, word);
});

describe('looking a name up', () => {
  const look = (resolve: Resolve, all = true) =>
    new Promise<unknown>((settled) =>
      publicLookup(resolve)('receiver.example', { all }, (error, found) => settled(error?.code ?? found)),
    );

  test('answers exactly what was judged, so that nothing is looked up again before the connection is made', async () => {
    let asked = 0;
    const rebinding: Resolve = (host, options, done) => {
      asked += 1;
      leadsTo(asked === 1 ? '8.8.8.8' : '127.0.0.1')(host, options, done);
    };
    assert.deepEqual(await look(rebinding), [{ address: '8.8.8.8', family: 4 }]);
    assert.equal(asked, 1);
    assert.equal(await look(leadsTo('8.8.8.8'), false), '8.8.8.8');
  });

  test('refuses a name of which any address is not public, and one that leads nowhere', async () => {
    for (const addresses of [['127.0.0.1'], ['8.8.8.8', '10.0.0.1'], ['2606:4700::1111', '::1'], []])
      for (const all of [true, false])
        assert.equal(await look(leadsTo(...addresses), all), privateAddressCode, addresses.join());
    const unknown: Resolve = (_host, _options, done) => done(Object.assign(new Error('x'), { code: 'ENOTFOUND' }), []);
    assert.equal(await look(unknown), 'ENOTFOUND');
  });
});

test('two names are looked up at once, the others wait their turn, and whose time is over is not looked up', () => {
  const asked: { host: string; done: Parameters<Resolve>[2] }[] = [];
  const late = new AbortController();
  let patience = new AbortController().signal;
  const look = fewAtOnce(
    (host, _options, done) => void asked.push({ host, done }),
    () => patience,
  );
  const found: string[] = [];
  const begin = (host: string): void =>
    look(host, { all: true }, (error, addresses) =>
      found.push(`${host} ${error?.code ?? String(addresses[0]?.address)}`),
    );
  const hosts = (): string[] => asked.map(({ host }) => host);
  begin('slow.example');
  begin('slower.example');
  patience = late.signal;
  begin('late.example');
  patience = new AbortController().signal;
  begin('next.example');
  begin('last.example');
  assert.deepEqual(hosts(), ['slow.example', 'slower.example']);
  late.abort();
  asked[1]?.done(null, [{ address: '8.8.8.8', family: 4 }]);
  assert.deepEqual(hosts().slice(2), ['next.example']);
  asked[0]?.done(Object.assign(new Error('x'), { code: 'ENOTFOUND' }), []);
  assert.deepEqual(hosts().slice(3), ['last.example']);
  for (const { done } of asked.slice(2)) done(null, [{ address: '1.1.1.1', family: 4 }]);
  assert.deepEqual(found.sort(), [
    'last.example 1.1.1.1',
    'late.example ETIMEDOUT',
    'next.example 1.1.1.1',
    'slow.example ENOTFOUND',
    'slower.example 8.8.8.8',
  ]);
});

test('with leave a name may lead anywhere', async () => {
  const found = await new Promise((settled) =>
    anyLookup(leadsTo('10.0.0.8'))('receiver.example', { all: true }, (_error, addresses) => settled(addresses)),
  );
  assert.deepEqual(found, [{ address: '10.0.0.8', family: 4 }]);
});

describe('the channel', () => {
  let server: Server;
  let origin: string;
  let port: number;
  let connections = 0;
  let asked: { path: string; headers: IncomingMessage['headers']; body: string }[] = [];
  let answer: (response: ServerResponse) => void;
  before(async () => {
    server = createServer((request, response) => {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => {
        const body = Buffer.concat(pieces).toString();
        asked.push({ path: request.url ?? '', headers: request.headers, body });
        answer(response);
      });
    });
    server.on('connection', () => (connections += 1));
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    port = (server.address() as AddressInfo).port; // it listens on a port
    origin = `http://127.0.0.1:${port}`;
  });
  after(() => void server.close());
  beforeEach(() => {
    asked = [];
    connections = 0;
    answer = (response) => response.writeHead(204).end();
  });
  async function send(url: string, options: Parameters<typeof openEventChannel>[0]) {
    const channel = openEventChannel(options);
    try {
      return await channel.send({ url, headers: { 'webhook-id': 'evt_1' }, body: '{"a":1}' });
    } finally {
      await channel.close();
    }
  }
  const open = { allowPrivate: true };

  test('the body and the headers arrive as they were given', async () => {
    assert.deepEqual(await send(`${origin}/events?of=us`, open), {
      came: true,
      status: 204,
      retryAfterS: null,
      text: '',
    });
    const [one] = asked;
    assert.deepEqual([asked.length, one?.path, one?.body], [1, '/events?of=us', '{"a":1}']);
    assert.equal(one?.headers['webhook-id'], 'evt_1');
    assert.equal(one.headers['content-type'], 'application/json');
  });

  test('a redirect is an answer, and not followed', async () => {
    answer = (response) => response.writeHead(307, { location: `${origin}/elsewhere` }).end('moved');
    const sent = await send(`${origin}/events`, open);
    assert.deepEqual(sent, { came: true, status: 307, retryAfterS: null, text: 'moved' });
    assert.deepEqual(
      asked.map(({ path }) => path),
      ['/events'],
    );
  });

  test('of a long answer the first kilobyte is kept, and the rest is not waited for', async () => {
    answer = (response) => void response.writeHead(200, { 'retry-after': '17' }).write('x'.repeat(100_000)); // and never ends
    const sent = await send(`${origin}/events`, open);
    assert.deepEqual(sent, { came: true, status: 200, retryAfterS: 17, text: 'x'.repeat(1_024) });
    server.closeAllConnections();
  });

  test('who breaks off, is not there or speaks no HTTP is told apart', async () => {
    answer = (response) => response.destroy();
    assert.deepEqual(await send(`${origin}/`, open), { came: false, problem: 'unreachable' });
    assert.deepEqual(await send('http://127.0.0.1:1/', open), { came: false, problem: 'unreachable' });
    assert.deepEqual(await send('http://nowhere.invalid/', open), { came: false, problem: 'nameUnknown' });
    assert.deepEqual(await send(`https://127.0.0.1:${port}/`, open), { came: false, problem: 'certificate' });
  });

  test('without leave nothing reaches this machine: by address, by disguise, by a name, or unencrypted', async () => {
    const closed = { allowPrivate: false, resolve: leadsTo('127.0.0.1') };
    const ways = ['127.0.0.1', '127.1', '2130706433', '[::1]', '[::ffff:127.0.0.1]', 'receiver.example', 'localhost'];
    for (const host of ways)
      assert.deepEqual(
        await send(`https://${host}:${port}/`, closed),
        { came: false, problem: 'privateAddress' },
        host,
      );
    assert.deepEqual(await send(`http://receiver.example:${port}/`, closed), {
      came: false,
      problem: 'privateAddress',
    });
    assert.deepEqual([asked.length, connections], [0, 0]);
  });
});
