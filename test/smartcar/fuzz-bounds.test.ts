/** How much a body can cost us: requests, work and memory, all bounded. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { readCallback } from '../../src/smartcar/connect-callback.ts';
import { reauthenticateUrl } from '../../src/smartcar/connect-url.ts';
import { connectionsRequest, readConnections } from '../../src/smartcar/connections.ts';
import { failureOf } from '../../src/smartcar/error-body.ts';
import { parseJson } from '../../src/smartcar/json.ts';
import { readPages } from '../../src/smartcar/read.ts';
import type { Sent } from '../../src/smartcar/send.ts';
import { readSignalsPage } from '../../src/smartcar/signals.ts';
import { readCommandAnswer } from '../../src/smartcar/commands.ts';
import { readVehicleAnswer } from '../../src/smartcar/vehicle.ts';
import { parseWebhook } from '../../src/smartcar/webhook/parse-webhook.ts';
import { applicationId, fixture, received, receivedAt, userId, vehicleId } from './fixture.ts';
import { bodies } from './fuzz-bodies.ts';
import { fuzzSeed, fuzzTimes } from './fuzz-drawn.ts';
import * as shape from './fuzz-shapes.ts';

// — requests —

const list = fixture('connections') as { data: unknown[] }; // a fixture of ours

const next = fc.oneof(
  fc.integer({ min: -3, max: 40 }).map((page) => `?page[number]=${page}`),
  fc.constantFrom('?', '?page', 'https://evil.example/?page[number]=2', '//evil.example?page=1', '?page[number]=1'),
  fc.constantFrom(
    '?filter[userId]=other&page[size]=1',
    '?page[number]=2&page[number]=3',
    '?page/../../x=1',
    '?page%00=1',
  ),
  fc.string({ unit: 'binary', maxLength: 30 }).map((text) => `?page[cursor]=${text}`),
);
const meta = fc.record({ pageNumber: fc.integer(), pageSize: fc.integer(), totalCount: fc.integer() });

const page: fc.Arbitrary<Sent> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .record({ next: fc.option(next, { freq: 8 }), meta: fc.option(meta) })
      .map((drawn) => received({ ...list, links: { next: drawn.next }, meta: drawn.meta })),
  },
  { weight: 1, arbitrary: bodies(['connections']).map((text) => received(text)) },
);

test('a list that never ends, repeats itself or points elsewhere is asked for twenty times at most, each time for ours', async () => {
  const property = fc.asyncProperty(fc.array(page, { minLength: 1, maxLength: 4 }), async (pages) => {
    const asked: string[] = [];
    const answer = await readPages(
      (request) => {
        asked.push(request.path);
        return Promise.resolve(pages[(asked.length - 1) % pages.length] ?? received({ data: [] }));
      },
      (query) => connectionsRequest('t', { userId }, 'live', query),
      readConnections,
    );
    shape.isAnswer(answer, (all) => all.forEach(shape.isListedConnection));
    assert.ok(asked.length <= 20 && new Set(asked).size === asked.length);
    for (const path of asked) {
      const url = new URL(path, 'https://ours.example');
      assert.equal(url.origin + url.pathname, 'https://ours.example/v3/connections');
      assert.deepEqual(url.searchParams.getAll('filter[userId]'), [userId]);
    }
  });
  await fc.assert(property, { seed: fuzzSeed, numRuns: 400 * fuzzTimes });
});

// — work —

const many = (text: string, length: number): string => text.repeat(Math.ceil(length / text.length)).slice(0, length);
const texts: [name: string, make: (length: number) => string][] = [
  ['open brackets', (length) => many('[', length)],
  ['open objects', (length) => many('{"a":', length)],
  ['nesting that closes', (length) => `${'['.repeat(length / 2)}${']'.repeat(length / 2)}`],
  ['escapes', (length) => `"${many('\\u0000', length)}"`],
  ['half pairs', (length) => `{"data":"${many('\\ud800', length - (length % 6))}"}`],
  ['a name again and again', (length) => `{${many('"__proto__":1,', length - (length % 14))}"a":1}`],
  [
    'many names',
    (length) => JSON.stringify(Object.fromEntries(Array.from({ length: length / 10 }, (_, at) => [`k${at}`, 1]))),
  ],
  ['spaces in a label', (length) => `{"id":"v","attributes":{"make":"${' '.repeat(length)}x${' '.repeat(length)}"}}`],
  ['colons in a type', (length) => `{"type":"${many('A:', length)}"}`],
  [
    'an address of many parts',
    (length) => `{"type":"X","resolution":{"type":"Y","url":"http://${many('a@', length)}"}}`,
  ],
  [
    'an address of many labels',
    (length) => `{"type":"X","resolution":{"type":"Y","url":"http://${many('a.', length)}"}}`,
  ],
  ['an id of a megabyte', (length) => `{"data":[{"id":"${many('x', length)}"}]}`],
  ['many signals', (length) => `{"data":[${many('{"code":"a"},', length - (length % 13))}{}]}`],
  [
    'one signal that is large',
    (length) => `{"data":[{"code":"a","body":{"values":[${many('[1],', length - (length % 4))}1]}}]}`,
  ],
  ['many errors', (length) => `{"errors":[${many('{"type":"A:B"},', length - (length % 15))}{}]}`],
  ['a next page of many parameters', (length) => `{"data":[1],"links":{"next":"?${many('page=1&', length)}"}}`],
  ['digits', (length) => `{"data":[{"code":"a","meta":{"retrievedAt":"${many('9', length)}"},"body":{"value":1}}]}`],
  ['a number', (length) => `{"data":[{"code":"a","body":{"value":${many('9', length)}}}]}`],
];

const connect = { origin: 'https://connect.smartcar.com', applicationId, mode: 'live' } as const;
const reauthenticate = { state: 's', externalId: 'e', redirectUri: 'https://x.example', smartcarVehicleId: vehicleId };

const readers: [name: string, read: (text: string) => unknown, most: number][] = [
  ['JSON', parseJson, 400_000],
  ['errors', (text) => failureOf(received(text, { status: 400 })), 400_000],
  ['signals', (text) => readSignalsPage(received(text), receivedAt), 400_000],
  ['connections', (text) => readConnections(received(text)), 400_000],
  ['a car', (text) => readVehicleAnswer(received(text)), 400_000],
  ['a command', (text) => readCommandAnswer(received(text)), 400_000],
  ['a webhook', (text) => parseWebhook(Buffer.from(text), receivedAt), 64_000],
  ['a callback', (text) => readCallback({ state: text, error: text, vin: text }), 400_000],
  ['an address', (text) => reauthenticateUrl(connect, { ...reauthenticate, resolutionUrl: text }), 400_000],
];

/** Milliseconds of the fastest of a few runs: what else the machine does can only make one slower. */
function fastest(run: () => unknown): number {
  const runs = Array.from({ length: 4 }, () => {
    const from = process.hrtime.bigint();
    run();
    return Number(process.hrtime.bigint() - from) / 1e6;
  });
  return Math.min(...runs);
}

for (const [name, read, most] of readers) {
  test(`reading ${name} of eight times the length takes eight times the work, not sixty-four`, () => {
    for (const [what, make] of texts) {
      const small = make(most / 8);
      const large = make(most);
      const ms = fastest(() => read(large));
      // Collecting what was read takes time, too, and is no work of ours; the square of so many characters takes minutes.
      assert.ok(ms < 250 + 32 * fastest(() => read(small)), `${what}: ${ms} ms`);
    }
  });
}

// — memory —

test('a hundred bodies of a megabyte leave nothing behind but their results', () => {
  const script = fileURLToPath(new URL('fuzz-memory.ts', import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', '--max-old-space-size=300', script], {
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  const grown = JSON.parse(stdout) as Record<string, number>; // the script's own line
  assert.ok(Object.keys(grown).length >= 8);
  for (const [name, megabytes] of Object.entries(grown)) assert.ok(megabytes < 10, `${name}: ${megabytes} MB`);
});
