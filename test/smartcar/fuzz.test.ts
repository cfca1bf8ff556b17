/**
 * What is read out of bytes that nobody sends on purpose: an outcome of the closed union, whatever comes; nothing throws,
 * reaches a prototype, or becomes a success that means something else.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { factsOf } from '../../src/domain/cause.ts';
import { nextMonthStart } from '../../src/domain/month.ts';
import type { Outcome } from '../../src/domain/outcome.ts';
import { transition } from '../../src/domain/transition.ts';
import { readCallback } from '../../src/smartcar/connect-callback.ts';
import { authorizeUrl, reauthenticateUrl } from '../../src/smartcar/connect-url.ts';
import { readConnections } from '../../src/smartcar/connections.ts';
import { failureOf } from '../../src/smartcar/error-body.ts';
import { instantOf } from '../../src/smartcar/fields.ts';
import { parseJson } from '../../src/smartcar/json.ts';
import type { Sent } from '../../src/smartcar/send.ts';
import { readSignalItem } from '../../src/smartcar/signal-item.ts';
import { readSignalsPage } from '../../src/smartcar/signals.ts';
import { readSubscriptions } from '../../src/smartcar/subscriptions.ts';
import { readChallenge } from '../../src/smartcar/webhook/challenge.ts';
import { parseWebhook } from '../../src/smartcar/webhook/parse-webhook.ts';
import { verifySignature } from '../../src/smartcar/webhook/signature.ts';
import { connection, policyOf } from '../domain/arbitraries.ts';
import { applicationId, fixture, received, vehicleId } from './fixture.ts';
import { broken, rawBodies } from './fuzz-bodies.ts';
import { answers, holds, namesLike, receivedAt } from './fuzz-drawn.ts';
import * as shape from './fuzz-shapes.ts';

const webhookNames = namesLike('webhook-');
const signalNames = namesLike('signal');

test('whatever is delivered as a webhook is one of the kinds, and its reading ends', () => {
  holds(
    rawBodies(webhookNames),
    (raw) => {
      shape.isParsedWebhook(parseWebhook(raw, receivedAt));
      const challenge = readChallenge(raw);
      if (challenge !== null) assert.match(challenge, /^[A-Za-z0-9_-]{1,64}$/);
      assert.equal(verifySignature(raw, '0'.repeat(64), ['amt']), false);
    },
    3_000,
  );
});

test('a signature header of any form is refused without a word', () => {
  const hex = fc.stringMatching(/^[0-9a-fA-F]{60,68}$/);
  holds(fc.tuple(fc.uint8Array(), fc.oneof(fc.string({ unit: 'binary' }), hex)), ([bytes, header]) => {
    assert.equal(verifySignature(Buffer.from(bytes), header, ['', 'amt', 'older']), false);
  });
});

// — no success with another meaning —

const stated = (body: string, status: string): string => `{"code":"odometer-traveleddistance"${status},"body":${body}}`;

test('a value is a reading only where its status says so or says nothing at all', () => {
  const status = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.record({ value: fc.jsonValue({ maxDepth: 1 }), error: fc.jsonValue({ maxDepth: 2 }) }, { requiredKeys: [] }),
    fc.record({ value: fc.constantFrom('SUCCESS', 'success', 'ERROR', 'ERROR ', 'UNAVAILABLE', '', null, 7) }),
  );
  holds(status, (given) => {
    const item: unknown = parseJson(stated('{"value":7}', `,"status":${JSON.stringify(given)}`));
    const { kind } = readSignalItem(item, { receivedAt, requestId: null });
    assert.notEqual(kind, 'unknown');
    if (kind === 'reading') assert.ok(saysSuccess(given), JSON.stringify(given));
  });
});

function saysSuccess(status: unknown): boolean {
  if (status === null) return true;
  if (typeof status === 'string') return status.toUpperCase() === 'SUCCESS';
  if (typeof status !== 'object' || Array.isArray(status)) return false;
  const { value, error } = status as Record<string, unknown>; // an object that is no list
  if (typeof value === 'string') return value.toUpperCase() === 'SUCCESS';
  return (value ?? null) === null && (error ?? null) === null;
}

interface Resource {
  id?: unknown;
  relationships?: Record<string, { data?: { id?: unknown } } | null> | null;
}

test('each connection and subscription of a list keeps its own ids, and none is left out', () => {
  holds(broken(['connections', 'subscriptions']), (text) => {
    const sent = received(text);
    const body = parseJson(text) as { data: Resource[] }; // looked at only when it was read as one
    const connections = readConnections(sent);
    const subscriptions = readSubscriptions(sent);
    if (connections.ok) {
      const ids = body.data.map(({ id, relationships }) => [
        id,
        relationships?.['vehicle']?.data?.id,
        relationships?.['user']?.data?.id,
      ]);
      const read = connections.value.items.map((one) => [one.id, one.smartcarVehicleId, one.smartcarUserId]);
      assert.deepEqual(read, ids);
    }
    if (subscriptions.ok)
      assert.deepEqual(
        subscriptions.value.items.map(({ id }) => id),
        body.data.map(({ id }) => id),
      );
  });
});

test('a claim about some signals never becomes one about the whole vehicle, nor one that stands one that is over', () => {
  holds(
    broken(namesLike('webhook-error')),
    (text) => {
      const parsed = parseWebhook(Buffer.from(text), receivedAt);
      if (parsed.kind !== 'error') return;
      const { data } = parseJson(text) as { data: { errors: Record<string, unknown>[] } }; // it was read as one
      const whole = data.errors.filter(
        ({ signals }) => (signals ?? null) === null || (Array.isArray(signals) && signals.length === 0),
      );
      const over = data.errors.filter(({ state }) => typeof state === 'string' && state.toUpperCase() === 'RESOLVED');
      const all = [...parsed.claimed, ...parsed.cleared];
      assert.ok(all.filter(({ signals }) => signals.length === 0).length <= whole.length);
      assert.ok(parsed.cleared.length <= over.length && all.length <= data.errors.length);
    },
    1_000,
  );
});

// — instants, addresses, the callback —

const spelled = fc.oneof(
  fc.string(),
  fc.date({ noInvalidDate: true }).map((at) => at.toISOString()),
  fc.stringMatching(/^[0-9+-]{1,6}-[0-9]{1,2}-[0-9]{1,2}[T ]?[0-9:.,]{0,12}[ZUTC+-]{0,3}[0-9:]{0,5}$/),
  fc.stringMatching(/^(Mon|Sep|soon|T)[ ,0-9:-]{1,20}(GMT|Z)?$/),
);

test('an instant is near our time or none, however it is written [§3.4-10]', () => {
  holds(
    fc.oneof(spelled, fc.double(), fc.integer(), fc.bigInt(), fc.jsonValue(), fc.constant(undefined)),
    (value) => shape.isInstant(instantOf(value)),
    2_000,
  );
});

test('an instant is the same wherever the machine stands', () => {
  const zone = process.env['TZ'];
  const readIn = (place: string, text: string): string | undefined => {
    process.env['TZ'] = place;
    return instantOf(text)?.toISOString();
  };
  try {
    holds(spelled, (text) => assert.equal(readIn('Asia/Tokyo', text), readIn('America/Los_Angeles', text)));
  } finally {
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
  }
});

const connect = { origin: 'https://connect.smartcar.com', applicationId, mode: 'live' } as const;

const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
  fc
    .tuple(
      fc.constantFrom('https://', 'HTTPS:\\\\', 'http://', '//', 'javascript:', 'blob:https://', 'data:', ' https://'),
      fc.constantFrom('', 'user@', 'connect.smartcar.com@', 'a:b@'),
      fc.constantFrom(
        'connect.smartcar.com',
        'connect.smartcar.com.',
        'connect。smartcar.com',
        'connect.smartcar.com:444',
        'evil.example',
      ),
      fc.constantFrom(
        '',
        '/',
        '/oauth/reauthenticate',
        '/oauth/../oauth/reauthenticate',
        '/oauth/reauthenticate/..',
        '//evil.example',
      ),
      fc.constantFrom(
        '',
        '?vehicle_id=v-2',
        '?redirect_uri=https://evil.example',
        '?state=theirs&state=theirs2',
        '?client_id=theirs#x',
      ),
      fc.string({ maxLength: 5 }),
    )
    .map((parts) => parts.join('')),
);

test('an address out of an error leads an owner to Connect and back to us, or nowhere else', () => {
  const request = {
    state: 'ours',
    externalId: 'veh_1',
    redirectUri: 'https://fleet.example/back',
    smartcarVehicleId: vehicleId,
  };
  holds(
    hostile,
    (resolutionUrl) => {
      const url = new URL(reauthenticateUrl(connect, { ...request, resolutionUrl }));
      assert.deepEqual(
        [url.protocol, url.host, url.pathname, url.username, url.password, url.hash],
        ['https:', 'connect.smartcar.com', '/oauth/reauthenticate', '', '', ''],
      );
      for (const [name, own] of Object.entries({
        state: 'ours',
        redirect_uri: request.redirectUri,
        client_id: applicationId,
      })) {
        assert.deepEqual(url.searchParams.getAll(name), [own]);
      }
    },
    1_500,
  );
});

test('whatever is on record, the way to Connect says each thing once', () => {
  const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 });
  const request = fc.record({
    make: fc.option(text),
    vin: fc.option(text),
    country: fc.option(text),
    force: fc.boolean(),
  });
  holds(request, (drawn) => {
    const own = { state: 'ours', externalId: 'veh_1', redirectUri: 'https://fleet.example/back' };
    const url = new URL(authorizeUrl(connect, { ...own, ...drawn, required: ['read_location'], optional: [] }));
    assert.equal(url.origin + url.pathname, 'https://connect.smartcar.com/oauth/authorize');
    const names = [...url.searchParams.keys()];
    assert.equal(new Set(names).size, names.length);
    assert.equal(url.searchParams.get('state'), 'ours');
  });
});

test('whatever stands in the callback, it is one of its kinds and binds nothing without a state', () => {
  const parameters = [
    'state',
    'error',
    'error_description',
    'vin',
    'make',
    'user_id',
    'vehicle_id',
    'external_id',
    'code',
    '__proto__',
    'virtual_key_url',
  ];
  const word = fc.oneof(
    fc.string(),
    fc.constantFrom('', '\0', '..', 'access_denied', 'constructor', 'x'.repeat(501), vehicleId),
  );
  const query = fc.array(
    fc.tuple(fc.constantFrom(...parameters), fc.oneof({ weight: 9, arbitrary: word }, fc.array(word))),
    { maxLength: 8 },
  );
  holds(
    query,
    (entries) => {
      // What a query parser makes of a name that comes twice is a list, whatever the type says.
      const given = Object.fromEntries(entries) as Record<string, string>;
      const callback = readCallback(given);
      shape.isCallback(callback);
      if (callback.kind !== 'unreadable') assert.equal(callback.state, given['state']);
    },
    1_500,
  );
});

// — to the end —

const longestWaitMs = (24 * 1.1 + 1) * 3_600_000;

function outcomesOf(raw: Buffer): Outcome[] {
  const parsed = parseWebhook(raw, receivedAt);
  if (parsed.kind !== 'state' && parsed.kind !== 'error') return [];
  const seen = {
    via: 'webhook',
    at: parsed.at < receivedAt ? parsed.at : receivedAt,
    requestId: parsed.deliveryId,
  } as const;
  if (parsed.kind === 'state')
    return [{ kind: 'signals', ...seen, readings: parsed.readings, failures: parsed.failures }];
  return [
    { kind: 'claimed', ...seen, claims: parsed.claimed },
    { kind: 'cleared', ...seen, claims: parsed.cleared },
  ];
}

function outcomeOf(sent: Sent): Outcome {
  const read = readSignalsPage(sent, receivedAt);
  const seen = { via: 'poll', at: receivedAt } as const;
  if (!read.ok) return { kind: 'failed', ...seen, requestId: read.failure.requestId, failure: read.failure };
  const signals = {
    readings: read.value.items.flatMap((page) => page.readings),
    failures: read.value.items.flatMap((page) => page.failures),
  };
  return { kind: 'signals', ...seen, requestId: read.requestId, ...signals };
}

const observed = fc.oneof(
  rawBodies(webhookNames).map(outcomesOf),
  answers(signalNames, namesLike('error')).map((sent) => [outcomeOf(sent)]),
);

test('whatever came, a connection stays one: a cause exactly when not active, a next read in reach, and data throughout', () => {
  holds(
    fc.tuple(connection, policyOf, fc.array(observed, { minLength: 1, maxLength: 4 })),
    ([start, policy, observations]) => {
      let current = start;
      for (const outcome of observations.flat()) {
        const step = transition(current, outcome, policy, receivedAt);
        shape.isPlain(step);
        const { status, cause, nextPollAt, provedAt } = step.connection;
        assert.equal(cause === null, status === 'active');
        if (cause) assert.equal(status, factsOf(cause).status);
        // Whose month is used up waits for the next one.
        const reach = nextMonthStart(receivedAt).getTime() + longestWaitMs;
        if (nextPollAt) assert.ok(nextPollAt > receivedAt || nextPollAt === current.nextPollAt);
        if (nextPollAt) assert.ok(nextPollAt.getTime() <= reach, 'a next read in reach');
        const soon = receivedAt.getTime() + 10 * 60_000;
        if (provedAt) assert.ok(provedAt.getTime() <= soon, 'nothing is proved by what is still to come');
        current = step.connection;
      }
    },
    1_000,
  );
});

// — bugs that were found here —

const item = (more: string): ReturnType<typeof readSignalItem> =>
  readSignalItem(parseJson(`{"code":"odometer-traveleddistance","body":{"value":7}${more}}`), {
    receivedAt,
    requestId: null,
  });

test('a failed signal with the value of before is no reading, though its status is no object or its error a list [§3.4-7]', () => {
  assert.equal(item(',"status":"ERROR"').kind, 'failure');
  assert.equal(item(',"status":["ERROR"]').kind, 'neither');
  assert.equal(item(',"status":{"value":"AN ERROR"}').kind, 'neither');
  assert.equal(item(',"status":{"error":[{"type":"PERMISSION"}]}').kind, 'failure');
  assert.equal(item('').kind, 'reading');
});

test('a fetch that is still to come was not told: it can prove nothing', () => {
  for (const [at, told] of [
    ['2026-05-04T09:35:00Z', true],
    ['2199-01-01T00:00:00Z', false],
  ] as const) {
    const read = item(`,"meta":{"retrievedAt":"${at}"}`);
    assert.equal(read.kind === 'reading' && read.reading.fetchedAt !== null, told, at);
    const failure = item(`,"status":{"value":"ERROR"},"meta":{"retrievedAt":"${at}"}`);
    assert.equal(failure.kind === 'failure' && failure.failure.fetchedAt !== null, told, at);
  }
});

test('a value that holds a number beyond all numbers is no reading', () => {
  const read = readSignalsPage(
    received('{"data":[{"code":"wheel-tires","body":{"values":[{"tirePressure":1e999}]}}]}'),
    receivedAt,
  );
  assert.ok(read.ok && read.value.items[0]?.readings.length === 0);
});

test('text that only looks like a date is none, and one without a zone is of no zone of the machine', () => {
  for (const text of ['foo 2026', 'Sep 2, 2026', '1 2 2026', '2026-02-30T10:00:00Z', '2026-13-01', '2026'])
    assert.equal(instantOf(text), null, text);
  assert.equal(instantOf('2026-03-01 08:12:53')?.toISOString(), '2026-03-01T08:12:53.000Z');
  assert.equal(instantOf('2026-03-01T08:12:53.820+02:00')?.toISOString(), '2026-03-01T06:12:53.820Z');
});

test('an error of nothing but a colon has neither type nor code', () => {
  const { type, code, meaning } = failureOf(received('{"type":":"}', { status: 403 }));
  assert.deepEqual([type, code, meaning], [null, null, 'smartcarFailing']);
});

test('a list whose next page can not be asked for is not taken for the whole list', () => {
  const list = fixture('connections') as object; // a fixture of ours
  for (const next of [{ href: '/v3/connections?page[number]=2' }, '/v3/connections?cursor=abc', 'x'.repeat(5_000), 7]) {
    const answer = readConnections(received({ ...list, meta: null, links: { next } }));
    assert.ok(
      typeof next === 'object' ? answer.ok && answer.value.next !== null : !answer.ok,
      JSON.stringify(next).slice(0, 40),
    );
  }
});
