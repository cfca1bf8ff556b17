/** Whatever v2 answers: an answer, never a throw, nothing polluted, nothing without bounds. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Answer } from '../../src/smartcar/answer.ts';
import type { Sent } from '../../src/smartcar/send.ts';
import { pathsFor, readBatchAnswer } from '../../src/smartcar/v2/batch.ts';
import { readCompatibility } from '../../src/smartcar/v2/compatibility.ts';
import { readDeleted, readListing } from '../../src/smartcar/v2/management.ts';
import { readExchange, readRefresh } from '../../src/smartcar/v2/tokens.ts';
import {
  readAttributes,
  readDisconnect,
  readPermissionsPage,
  readUserAnswer,
  readVehiclesPage,
  readVinAnswer,
} from '../../src/smartcar/v2/vehicle.ts';
import { fixture, notReceived, received, receivedAt } from './fixture.ts';

const granted = ['location', 'odometer', 'security', 'battery', 'charge', 'fuel', 'tires'].map(
  (what) => `read_${what}`,
);
const everything = pathsFor({ permissions: granted, powertrain: null });

const readers: [name: string, read: (sent: Sent) => Answer<unknown>][] = [
  ['tokens for a code', readExchange],
  ['tokens for a token', readRefresh],
  ['a user', readUserAnswer],
  ['a list of cars', readVehiclesPage],
  ['a car', readAttributes],
  ['a VIN', readVinAnswer],
  ['permissions', readPermissionsPage],
  ['a disconnect', readDisconnect],
  ['a batch', (sent) => readBatchAnswer(sent, everything, receivedAt)],
  ['a list of connections', readListing],
  ['a deletion', readDeleted],
  ['a compatibility', readCompatibility],
];

const bodies = readdirSync(new URL('../fixtures/smartcar', import.meta.url))
  .filter((name) => name.startsWith('v2-'))
  .map((name) => fixture(name.replace(/\.json$/, '')));

/** A body with something else in some of its places, `__proto__` and numbers without end among it. */
function mutated(body: unknown, choose: () => number, intruder: string): string {
  const walk = (value: unknown): string => {
    if (choose() === 0) return intruder;
    if (Array.isArray(value)) return `[${value.map(walk).join(',')}]`;
    if (typeof value !== 'object' || value === null) return JSON.stringify(value);
    const entries = Object.entries(value).map(([key, inner]) => {
      const name = choose() === 0 ? '"__proto__"' : JSON.stringify(key);
      return `${name}:${walk(inner)}`;
    });
    return `{${entries.join(',')}}`;
  };
  return walk(body);
}

const intruders = fc.oneof(
  fc.constantFrom(
    '1e999',
    '-0',
    'null',
    '""',
    '{}',
    '[]',
    '{"__proto__":{"polluted":true}}',
    '{"constructor":{"prototype":{"polluted":true}}}',
    '"\\u0000\\ud800"',
    `"${'x'.repeat(70_000)}"`,
    `${'['.repeat(5_000)}${']'.repeat(5_000)}`,
  ),
  fc.json(),
);

const mutation = fc
  .tuple(fc.constantFrom(...bodies), fc.infiniteStream(fc.nat({ max: 9 })), intruders)
  .map(([body, choices, intruder]) => mutated(body, () => choices.next().value ?? 1, intruder));

const texts = fc.oneof({ weight: 4, arbitrary: mutation }, fc.json(), fc.string());
const statuses = fc.constantFrom(200, 200, 200, 204, 302, 400, 401, 403, 404, 409, 429, 430, 500, 501, 502);

for (const [name, read] of readers) {
  test(`no answer makes reading ${name} throw, pollutes anything or grows`, () => {
    fc.assert(
      fc.property(texts, statuses, (text, status) => {
        const answer = read(received(text, { status }));
        assert.equal(typeof answer.ok, 'boolean');
        assert.equal(Reflect.get({}, 'polluted'), undefined);
        const shown = JSON.stringify(answer);
        assert.ok(shown.length <= text.length * 4 + 10_000, `${shown.length} of ${text.length}`);
        assert.equal(JSON.stringify(JSON.parse(shown)), shown);
      }),
      { numRuns: 300 },
    );
    assert.equal(read(notReceived('ECONNRESET')).ok, false);
  });

  test(`HTML, half of a JSON, nothing, or another shape in place of ${name} is nonsense`, () => {
    for (const text of [
      '<html>It works!</html>',
      '{"vehicles":[',
      '',
      '7',
      'null',
      '[]',
      '{}',
      '{"status":"failed"}',
    ]) {
      const answer = read(received(text));
      assert.ok(!answer.ok, text);
      const { meaning, status, requestId } = answer.failure;
      assert.deepEqual([meaning, status, requestId], ['nonsense', 200, 'req-1'], text);
    }
  });
}

test('no number without end, and nothing but plain values, comes out of a batch', () => {
  const item = fc.record({
    path: fc.constantFrom(...everything.map(({ path }) => path)),
    code: fc.constantFrom(200, 200, 409),
    body: fc.oneof(
      fc.dictionary(
        fc.constantFrom('distance', 'latitude', 'longitude', 'range', 'percentRemaining', 'state', 'isLocked', 'doors'),
        fc.oneof(fc.double(), fc.boolean(), fc.string(), fc.jsonValue()),
      ),
      fc.jsonValue(),
    ),
  });
  fc.assert(
    fc.property(fc.array(item, { maxLength: 20 }), (responses) => {
      const text = JSON.stringify({ responses }).replaceAll('"distance":null', '"distance":1e999');
      const answer = readBatchAnswer(received(text), everything, receivedAt);
      for (const { value, code } of answer.ok ? answer.value.readings : []) {
        assert.ok(value !== null && (typeof value !== 'number' || Number.isFinite(value)), code);
      }
    }),
  );
});
