import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { answerChallenge, readChallenge } from '../../src/smartcar/webhook/challenge.ts';
import { parseWebhook } from '../../src/smartcar/webhook/parse-webhook.ts';
import { verifySignature } from '../../src/smartcar/webhook/signature.ts';
import { fixture, userId, vehicleId } from './fixture.ts';

const receivedAt = new Date('2026-03-01T08:12:53Z');
const raw = (body: unknown): Buffer => Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
const parse = (body: unknown): ReturnType<typeof parseWebhook> => parseWebhook(raw(body), receivedAt);

const key = 'amt-sim-0001';
const body = '{"eventId":"e1","eventType":"VEHICLE_STATE","data":{"n":1.0,"s":"é"}}';
const signature = '8af054e3815350d5aad1396afdb08beb615467dcde0c198c6303591034a6d8c9';

test('a planted bad signature is refused', () => {
  assert.equal(verifySignature(raw(body), `${signature.slice(0, -1)}8`, [key]), false);
  assert.equal(verifySignature(raw(body), signature, ['amt-sim-0002']), false);
  assert.equal(verifySignature(raw(body), signature, []), false);
  assert.equal(verifySignature(raw(body), null, [key]), false);
  assert.equal(verifySignature(raw(body), 'short', [key]), false);
  assert.equal(verifySignature(raw(`${body} `), signature, [key]), false);
});

test('the signature of a body that was parsed and written again is not that of the bytes [§6.5-4, §13-4]', () => {
  const written = JSON.stringify(JSON.parse(body));
  assert.equal(answerChallenge(written, key), '478638495470f4081aca090ea4f1b8741efb7d4b0ca0aac7615802cddb1ea5d2');
  assert.equal(verifySignature(raw(body), answerChallenge(written, key), [key]), false);
});

test('an empty management token signs nothing', () => {
  assert.equal(verifySignature(raw('x'), answerChallenge('x', ''), ['']), false);
});

for (const [name, challenge, kind] of [
  ['webhook-verify', 'qT7mZ2pLk9XwB4cD', 'verify'],
  ['webhook-verify-minimal', 'qT7mZ2pLk9XwB4cD', 'verify'],
  ['webhook-verify-legacy', '3a5c8f72-e6d9-4b1a-9f2e-8c7d6a5b4e3f', 'legacy'],
] as const) {
  test(`${name} has a challenge to answer [§6.2-1, §6.6-1, §6.6-2]`, () => {
    assert.equal(readChallenge(raw(fixture(name))), challenge);
    const parsed = parse(fixture(name));
    assert.equal(parsed.kind, kind);
    assert.equal(parsed.kind === 'verify' ? parsed.challenge : challenge, challenge);
  });
}

test('a challenge that could be an event is never signed', () => {
  for (const challenge of ['{"eventType":"VEHICLE_STATE"}', 'a'.repeat(65), '', ' x', 'x\n', 7, null, ['x']]) {
    assert.equal(readChallenge(raw({ eventType: 'VERIFY', data: { challenge } })), null);
  }
  assert.equal(readChallenge(raw({ eventType: 'VEHICLE_STATE', data: { challenge: 'abc' } })), null);
  assert.deepEqual(parse({ eventType: 'VERIFY', data: { challenge: '{}' } }), { kind: 'verify', challenge: null });
});

test('a state in its documented shape becomes readings with their times [§6.1-1, §6.7-1, §6.7-7, §6.7-9]', () => {
  assert.deepEqual(parse(fixture('webhook-state-documented')), {
    kind: 'state',
    eventId: 'b1c2d3e4-f5a6-4b7c-8d9e-0f1a2b3c4d5e',
    deliveryId: 'c3d4e5f6-a7b8-4c9d-8e0f-1a2b3c4d5e6f',
    sequence: null,
    smartcarVehicleId: vehicleId,
    smartcarUserId: userId,
    at: new Date(1772352772001),
    test: false,
    first: false,
    readings: [
      {
        code: 'closure-islocked',
        value: true,
        unit: null,
        measuredAt: new Date(1772352764000),
        fetchedAt: new Date(1772352771820),
        receivedAt,
      },
    ],
    failures: [],
  });
});

test('a state as captured becomes readings, and failures without a time [§6.7-3, §6.7-7, §6.7-9, §6.7-10]', () => {
  const state = parse(fixture('webhook-state-captured'));
  assert.ok(state.kind === 'state');
  assert.deepEqual(
    state.readings.map(({ code, fetchedAt }) => [code, fetchedAt]),
    [['closure-doors', new Date(1769937942652)]],
  );
  assert.deepEqual(
    state.failures.map(({ signal, meaning, fetchedAt, status }) => ({ signal, meaning, fetchedAt, status })),
    [{ signal: 'charge-chargetimers', meaning: 'smartcarFailing', fetchedAt: null, status: null }],
  );
});

test('a state of September 2025 is a first delivery, and a time of 0 is no time [§6.7-6, §6.7-8, §6.7-11]', () => {
  const state = parse(fixture('webhook-state-september'));
  assert.ok(state.kind === 'state' && state.first);
  assert.deepEqual(
    state.readings.map(({ value, measuredAt }) => [value, measuredAt?.getTime() ?? null]),
    [
      [12000.5, 1757000000000],
      ['WVWZZZE1ZMP000001', null],
    ],
  );
});

test('a state keyed by names, with the vehicle at the top, is read; a test payload says so [§6.7-4, §6.7-7, §6.7-12]', () => {
  const state = parse(fixture('webhook-state-keyed'));
  assert.ok(state.kind === 'state');
  assert.deepEqual([state.test, state.smartcarVehicleId], [true, vehicleId]);
  assert.deepEqual(
    state.readings.map(({ code, value }) => [code, value]),
    [['closure-islocked', false]],
  );
});

test('every way of naming a first delivery is one [§6.3-2, §6.7-8]', () => {
  const state = fixture('webhook-state-documented') as { data: object }; // a fixture of ours
  for (const triggers of [['FIRST_DELIVERY'], [{ code: 'FIRST_DELIVERY' }], [{ type: 'FIRST_DELIVERY' }]]) {
    for (const body of [
      { ...state, triggers },
      { ...state, data: { ...state.data, triggers } },
    ]) {
      const parsed = parse(body);
      assert.ok(parsed.kind === 'state' && parsed.first);
    }
  }
});

test('an error as documented claims something about its signals [§6.8-1]', () => {
  const error = parse(fixture('webhook-error-documented'));
  assert.ok(error.kind === 'error');
  assert.equal(error.cleared.length, 0);
  assert.deepEqual(
    error.claimed.map(({ meaning, signals }) => [meaning, signals]),
    [['signedOut', ['location-preciselocation']]],
  );
  assert.match(error.claimed[0]?.resolutionUrl ?? '', /\/oauth\/reauthenticate\?/);
});

test('an error without a state stands, is about the whole vehicle, and keeps the request id inside it [§6.8-3, §6.8-7]', () => {
  const error = parse(fixture('webhook-error-third'));
  assert.ok(error.kind === 'error');
  assert.equal(error.smartcarUserId, 'user_01HXYZ');
  assert.deepEqual(
    error.claimed.map(({ meaning, signals, requestId, status }) => ({ meaning, signals, requestId, status })),
    [{ meaning: 'signedOut', signals: [], requestId: '0b7e2f5c-93d4-4a1e-b1f7-6c5d4e3f2a1b', status: null }],
  );
});

test('errors of September 2025 name their signals as text, or with names that were swapped [§6.8-8]', () => {
  const error = parse(fixture('webhook-error-september'));
  assert.ok(error.kind === 'error');
  assert.deepEqual(
    error.claimed.map(({ meaning, signals }) => [meaning, signals]),
    [
      ['permission', ['vehicleuseraccount-role']],
      ['incompatible', ['closure-islocked']],
    ],
  );
});

test('a resolved error clears, though it has no resolution [§6.8-2]', () => {
  const error = parse(fixture('webhook-error-resolved'));
  assert.ok(error.kind === 'error');
  assert.equal(error.claimed.length, 0);
  assert.deepEqual(
    error.cleared.map(({ meaning, signals }) => [meaning, signals]),
    [['vehicleUnreachable', ['location-preciselocation']]],
  );
});

test('an error whose signals are unreadable does not become one about the whole vehicle', () => {
  const body = fixture('webhook-error-documented') as { data: { errors: object[] } }; // a fixture of ours
  const error = parse({
    ...body,
    data: { ...body.data, errors: [{ ...body.data.errors[0], signals: [{ name: 7 }, null] }] },
  });
  assert.ok(error.kind === 'error');
  assert.deepEqual(error.claimed, []);
});

test('what can not be read is unreadable, with its event id where it has one', () => {
  const state = fixture('webhook-state-documented') as { data: object }; // a fixture of ours
  const cases: [body: unknown, reason: string, eventId: string | null][] = [
    ['', 'notJson', null],
    ['<html>', 'notJson', null],
    ['[1]', 'notJson', null],
    ['{"eventType":"VEHICLE_STATE"', 'notJson', null],
    [{ eventType: 'VEHICLE_STATE', data: {} }, 'noEventId', null],
    [{ eventId: 'e1', eventType: 'VEHICLE_STATE' }, 'unexpectedShape', 'e1'],
    [{ eventId: 'e1', eventType: 'VEHICLE_STATE', data: {} }, 'noVehicle', 'e1'],
    [{ ...state, eventId: 'e1', vehicleId: 'another' }, 'twoVehicles', 'e1'],
    [{ ...state, eventId: 'e1', eventType: 'VEHICLE_SOLD' }, 'unknownEventType', 'e1'],
    [{ ...state, eventId: 'e1', data: { ...state.data, signals: 'none' } }, 'unexpectedShape', 'e1'],
    [{ ...state, eventId: 'e1', data: { ...state.data, signals: [1, 2] } }, 'unexpectedShape', 'e1'],
    [{ ...state, eventId: 'e1', eventType: 'VEHICLE_ERROR' }, 'unexpectedShape', 'e1'],
    [' '.repeat(64 * 1024 + 1), 'tooLarge', null],
  ];
  for (const [body, reason, eventId] of cases) assert.deepEqual(parse(body), { kind: 'unreadable', reason, eventId });
});

test('a delivery from the future was sent when it came', () => {
  const state = fixture('webhook-state-documented') as object; // a fixture of ours
  const parsed = parse({ ...state, meta: { deliveredAt: '2031-01-01T00:00:00Z' } });
  assert.ok(parsed.kind === 'state');
  assert.deepEqual(parsed.at, receivedAt);
});

test('no name in a payload reaches a prototype, and no character that the database refuses comes through', () => {
  const signal = (body: string): string =>
    `{"eventId":"e1","eventType":"VEHICLE_STATE","vehicleId":"v1","data":{"signals":[{"code":"x","body":${body}}]}}`;
  const parsed = parse(
    signal(
      '{"__proto__":{"bad":1},"constructor":{"bad":1},"\\u005f_proto__":{"bad":1},"a\\u0000":2,"b":"x\\u0000\\ud800y"}',
    ),
  );
  assert.ok(parsed.kind === 'state');
  const value = Object.assign({}, parsed.readings[0]?.value) as Record<string, unknown>; // the whole body
  assert.deepEqual(value, { b: 'x\uFFFDy' });
  assert.equal(({} as Record<string, unknown>)['bad'], undefined); // nothing was planted
});

test('nesting and length have an end', () => {
  const deep = `{"eventId":"e1","eventType":"VEHICLE_STATE","vehicleId":"v1","data":{"signals":[{"code":"x","body":{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}}]}}`;
  const parsed = parse(deep);
  assert.ok(parsed.kind === 'state' && parsed.readings.length === 0);
  assert.equal(parse('['.repeat(60_000)).kind, 'unreadable');
});

test('no bytes make parsing throw', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 300 }),
      (bytes) => typeof parseWebhook(Buffer.from(bytes), receivedAt).kind === 'string',
    ),
  );
});

test('no JSON makes parsing throw', () => {
  fc.assert(fc.property(fc.json(), (text) => typeof parse(text).kind === 'string'));
});

test('no change of a known event makes parsing throw', () => {
  const names = [
    'webhook-state-documented',
    'webhook-state-captured',
    'webhook-error-documented',
    'webhook-error-third',
  ];
  const change = fc.tuple(fc.constantFrom(...names), fc.nat(), fc.jsonValue({ maxDepth: 3 }));
  fc.assert(
    fc.property(change, ([name, place, value]) => {
      const kind = parse(replaceAt(fixture(name), place, value)).kind;
      return ['state', 'error', 'unreadable', 'verify', 'legacy'].includes(kind);
    }),
    { numRuns: 1_000 },
  );
});

/** The same with one of its values, counted through, replaced. */
function replaceAt(body: unknown, place: number, value: unknown): unknown {
  let count = 0;
  JSON.stringify(body, (_key, inner: unknown) => ((count += 1), inner));
  let at = 0;
  const text = JSON.stringify(body, (_key, inner: unknown) => ((at += 1) - 1 === place % count ? value : inner));
  return JSON.parse(text ?? 'null') as unknown;
}
