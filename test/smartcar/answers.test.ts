import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { SmartcarUserId } from '../../src/domain/ids.ts';
import {
  connectionsRequest,
  deleteConnectionRequest,
  onlyAsked,
  readConnections,
} from '../../src/smartcar/connections.ts';
import { instantOf } from '../../src/smartcar/fields.ts';
import { readDeletion } from '../../src/smartcar/found.ts';
import type { Sent } from '../../src/smartcar/send.ts';
import { readSignalAnswer, readSignalsPage, signalRequest, signalsRequest } from '../../src/smartcar/signals.ts';
import {
  createSubscriptionRequest,
  readSubscriptionCreated,
  readSubscriptions,
  readWebhooks,
  subscriptionsRequest,
} from '../../src/smartcar/subscriptions.ts';
import { applicationTokenRequest, readApplicationToken } from '../../src/smartcar/token.ts';
import { readVehicleAnswer, vehicleRequest } from '../../src/smartcar/vehicle.ts';
import { connectionId, fixture, notReceived, received, receivedAt, userId, vehicleId } from './fixture.ts';

const ids = { vehicleId, userId };

test('the token is asked for with the API credentials in a JSON body [§1.8-1]', () => {
  const request = applicationTokenRequest({ apiClientId: 'client_01', apiClientSecret: 's' });
  assert.equal(`${request.method} ${request.path}`, 'POST /oauth2/token');
  assert.deepEqual(JSON.parse(request.body ?? ''), {
    client_id: 'client_01',
    client_secret: 's',
    grant_type: 'client_credentials',
  });
});

test('a list of connections is asked for by page, filter, and mode where it is not live [§3.2-1, §3.2-3]', () => {
  const live = connectionsRequest('t', { userId, externalId: 'own_1&x' }, 'live', {});
  assert.equal(
    decodeURIComponent(live.path),
    `/v3/connections?filter[userId]=${userId}&filter[user.externalId]=own_1&x&page[number]=1&page[size]=100`,
  );
  assert.equal(live.headers['authorization'], 'Bearer t');
  const simulated = connectionsRequest('t', { vehicleId }, 'simulated', { 'page[number]': '2' });
  assert.match(
    decodeURIComponent(simulated.path),
    /filter\[vehicle\.mode\]=simulated&page\[number\]=2&page\[size\]=100$/,
  );
});

test('vehicles and signals are asked for as their user [§3.1-2]', () => {
  for (const request of [
    vehicleRequest('t', ids),
    signalsRequest('t', ids, {}),
    signalRequest('t', ids, 'closure-islocked'),
  ]) {
    assert.equal(request.headers['sc-user-id'], userId);
    assert.ok(request.path.startsWith(`/v3/vehicles/${vehicleId}`));
  }
  assert.equal(signalsRequest('t', ids, {}).path, `/v3/vehicles/${vehicleId}/signals`);
});

test('an id can not lead to another path', () => {
  const request = deleteConnectionRequest('t', '../users/x?y#z' as typeof connectionId); // an id as bad as they come
  assert.equal(request.path, '/v3/connections/..%2Fusers%2Fx%3Fy%23z');
});

test('a subscription is asked for as documented [§3.8-2, §3.8-3]', () => {
  const request = createSubscriptionRequest('t', { ...ids, webhookId: 'w1' });
  assert.deepEqual(JSON.parse(request.body ?? ''), { data: { attributes: { webhookId: 'w1', userId, vehicleId } } });
  assert.match(
    decodeURIComponent(subscriptionsRequest('t', { webhookId: 'w1' }, 'live', {}).path),
    /\?filter\[webhookId\]=w1&/,
  );
});

test('a token and its life are read [§1.8-2]', () => {
  const answer = readApplicationToken(received(fixture('token')));
  assert.deepEqual(answer.ok && answer.value, { accessToken: 'eyJhbGciOiJub25lIn0.e30.', expiresInS: 3600 });
});

test('a wrong secret is told apart by meaning and code [§1.8-5]', () => {
  const answer = readApplicationToken(received(fixture('token-invalid-client'), { status: 401 }));
  assert.ok(!answer.ok);
  assert.deepEqual([answer.failure.meaning, answer.failure.code], ['credentials', 'invalid_client']);
});

test('a token that can not stand in a header is nonsense', () => {
  for (const access_token of ['a\r\nx: y', '', 7, null]) {
    const answer = readApplicationToken(received({ access_token, expires_in: 3600 }));
    assert.ok(!answer.ok && answer.failure.meaning === 'nonsense');
  }
});

test('a connection is read with its vehicle, its user and what was granted [§3.1-4, §3.2-4]', () => {
  const answer = readConnections(received(fixture('connections')));
  assert.deepEqual(answer.ok && answer.value, {
    items: [
      {
        id: connectionId,
        smartcarVehicleId: vehicleId,
        smartcarUserId: userId,
        externalId: null,
        permissions: ['read_location', 'read_odometer', 'read_security', 'control_security'],
        make: 'VOLKSWAGEN',
        model: 'ID.3',
        year: 2023,
        powertrain: 'BEV',
        createdAt: new Date('2026-06-02T10:11:12Z'),
      },
    ],
    next: null,
  });
});

test('a list with one connection that can not be read is nonsense, not a shorter list', () => {
  const list = fixture('connections') as { data: unknown[] }; // a fixture of ours
  const answer = readConnections(received({ ...list, data: [...list.data, { id: 'conn-2' }] }));
  assert.ok(!answer.ok && answer.failure.meaning === 'nonsense' && answer.failure.requestId === 'req-1');
});

test("other people's connections are left out when a filter was not understood [§3.2-9]", () => {
  const answer = readConnections(received(fixture('connections')));
  assert.ok(answer.ok);
  assert.equal(onlyAsked(answer.value.items, { userId: 'someone-else' as SmartcarUserId }).length, 0); // any other id
  assert.equal(onlyAsked(answer.value.items, { userId }).length, 1);
});

test('the next page is named by its link, or else by the counts [§3.2-2]', () => {
  const list = fixture('connections') as { data: unknown[] }; // a fixture of ours
  const nextOf = (change: object): unknown => {
    const answer = readConnections(received({ ...list, ...change }));
    return answer.ok && answer.value.next;
  };
  const linked = {
    links: { next: 'https://evil.example/v3/connections?filter[userId]=x&page[number]=2&page[size]=10' },
  };
  assert.deepEqual(nextOf(linked), { 'page[number]': '2', 'page[size]': '10' });
  assert.deepEqual(nextOf({ meta: { pageNumber: 1, pageSize: 1, totalCount: 3 } }), {
    'page[number]': '2',
    'page[size]': '1',
  });
  assert.equal(nextOf({}), null);
  assert.equal(nextOf({ ...linked, data: [] }), null);
});

test('a connection that was deleted, or was gone already, is no failure [§3.2-10]', () => {
  const valueOf = (sent: Sent): unknown => {
    const answer = readDeletion(sent);
    return answer.ok ? answer.value : answer.failure.meaning;
  };
  assert.equal(valueOf(received('', { status: 204 })), 'deleted');
  assert.equal(
    valueOf(received({ errors: [{ type: 'RESOURCE_NOT_FOUND', code: 'NOT_FOUND' }] }, { status: 404 })),
    'gone',
  );
  assert.equal(
    valueOf(received({ errors: [{ type: 'RESOURCE_NOT_FOUND', code: 'INVALID_PATH' }] }, { status: 404 })),
    'notFound',
  );
  assert.equal(valueOf(received('', { status: 500 })), 'smartcarFailing');
});

test('a vehicle is read wrapped and unwrapped, and never has a VIN [§3.3-1, §3.3-2]', () => {
  const wrapped = readVehicleAnswer(received(fixture('vehicle-wrapped')));
  const car = {
    smartcarVehicleId: vehicleId,
    make: 'VOLKSWAGEN',
    model: 'ID.3',
    year: 2023,
    powertrain: 'BEV',
    vin: null,
  };
  assert.deepEqual(wrapped.ok && wrapped.value, car);
  const unwrapped = readVehicleAnswer(received(fixture('vehicle-unwrapped')));
  assert.deepEqual(unwrapped.ok && [unwrapped.value.make, unwrapped.value.powertrain], ['TESLA', null]);
});

test('signals become readings with three times, and failures that are no readings [§3.4-5, §3.4-8]', () => {
  const answer = readSignalsPage(received(fixture('signals')), receivedAt);
  assert.ok(answer.ok);
  const [page] = answer.value.items;
  assert.deepEqual(page?.readings, [
    {
      code: 'odometer-traveleddistance',
      value: 48213.4,
      unit: 'km',
      measuredAt: new Date('2026-09-02T07:58:10Z'),
      fetchedAt: new Date('2026-09-02T08:15:31Z'),
      receivedAt,
    },
  ]);
  assert.deepEqual(
    page?.failures.map(({ signal, meaning, fetchedAt, requestId }) => ({ signal, meaning, fetchedAt, requestId })),
    [{ signal: 'closure-islocked', meaning: 'incompatible', fetchedAt: null, requestId: 'req-1' }],
  );
});

test('a store that is still empty is no failure [§3.4-3, §11-2]', () => {
  const answer = readSignalsPage(received(fixture('signals-empty')), receivedAt);
  assert.deepEqual(answer.ok && answer.value, { items: [{ readings: [], failures: [] }], next: null });
});

test('the cached value of a failed signal is no reading, and an unavailable signal is nothing at all [§3.4-6, §3.4-7]', () => {
  const answer = readSignalsPage(received(fixture('signals-cached-error')), receivedAt);
  const page = answer.ok ? answer.value.items[0] : undefined;
  assert.deepEqual(page?.readings, []);
  assert.deepEqual(
    page?.failures.map(({ meaning, fetchedAt }) => [meaning, fetchedAt]),
    [['signedOut', new Date('2026-09-02T08:15:31Z')]],
  );
  assert.match(page?.failures[0]?.resolutionUrl ?? '', /^https:\/\/connect\.smartcar\.com\//);
});

test('odd bodies: what is there is read, what is null is not [§3.5-7, §3.5-8, §3.5-9, §3.5-10]', () => {
  const answer = readSignalsPage(received(fixture('signals-odd-bodies')), receivedAt);
  const readings = answer.ok ? (answer.value.items[0]?.readings ?? []) : [];
  assert.deepEqual(
    readings.map(({ code, value, unit }) => ({ code, value, unit })),
    [
      {
        code: 'location-preciselocation',
        value: { latitude: 52.52, longitude: 13.405, heading: 94, locationType: 'LAST_PARKED' },
        unit: null,
      },
      { code: 'closure-reartrunk', value: { isOpen: false }, unit: null },
      { code: 'internalcombustionengine-fuellevel', value: 0.77, unit: null },
      { code: 'vehicleidentification-vin', value: 'WVWZZZE1ZMP000001', unit: null },
      { code: 'tractionbattery-range', value: 301, unit: 'km' },
      {
        code: 'wheel-tires',
        value: { values: [{ row: 0, column: 0, tirePressure: 258 }], rowCount: 2, columnCount: 2 },
        unit: 'kPa',
      },
    ],
  );
  assert.deepEqual(
    readings.map(({ fetchedAt }) => fetchedAt?.toISOString() ?? null),
    [
      '2026-03-01T08:12:51.820Z',
      '2026-03-01T08:12:51.820Z',
      '2026-03-01T08:12:51.000Z',
      null,
      '2026-03-01T08:12:51.820Z',
      null,
    ],
  );
});

test('a location without both coordinates, and numbers without end, are dropped [§3.5-1, §3.5-9]', () => {
  const one = (code: string, body: string): unknown => {
    const answer = readSignalsPage(received(`{"data":[{"attributes":{"code":"${code}","body":${body}}}]}`), receivedAt);
    return answer.ok && answer.value.items[0]?.readings.length;
  };
  assert.equal(one('location-preciselocation', '{"locationType":"LAST_PARKED"}'), 0);
  assert.equal(one('location-preciselocation', '{"latitude":52.5,"longitude":null}'), 0);
  assert.equal(one('odometer-traveleddistance', '{"value":1e999}'), 0);
  assert.equal(one('odometer-traveleddistance', '{"value":12}'), 1);
});

test('one signal: early and late shape, missing, failed [§3.4-4, §3.4-9, §3.4-11]', () => {
  const early = readSignalAnswer(received(fixture('signal-unwrapped')), receivedAt);
  assert.deepEqual(early.ok && [early.value?.value, early.value?.fetchedAt], [48213.4, new Date(1696156800000)]);
  const late = readSignalAnswer(received({ data: fixture('signal-unwrapped'), included: {} }), receivedAt);
  assert.equal(late.ok && late.value?.value, 48213.4);
  const missing = received({ errors: [{ type: 'RESOURCE_NOT_FOUND', code: 'PATH' }] }, { status: 404 });
  assert.deepEqual(readSignalAnswer(missing, receivedAt), { ok: true, value: null, requestId: 'req-1' });
  const gone = readSignalAnswer(received(fixture('error-v3'), { status: 404 }), receivedAt);
  assert.ok(!gone.ok && gone.failure.meaning === 'notFound');
  const [, failed] = (fixture('signals') as { data: unknown[] }).data; // a fixture of ours
  const error = readSignalAnswer(received({ data: failed }), receivedAt);
  assert.ok(!error.ok && error.failure.meaning === 'incompatible');
});

test('webhooks and subscriptions are read [§3.8-5, §3.8-11]', () => {
  const webhooks = readWebhooks(received(fixture('webhooks')));
  assert.deepEqual(webhooks.ok && webhooks.value.items, [
    {
      id: '4e0a3a3e-1b2c-4d5e-8f90-a1b2c3d4e5f6',
      name: 'Fleet signals',
      sendsTo: 'https://towline.example/webhooks/smartcar',
      sendsErrorsTo: null,
      isEnabled: true,
      triggers: ['closure-islocked'],
      signals: ['closure-islocked', 'location-preciselocation'],
    },
  ]);
  const subscriptions = readSubscriptions(received(fixture('subscriptions')));
  assert.deepEqual(subscriptions.ok && subscriptions.value.items, [
    {
      id: 'sub-01',
      webhookId: '4e0a3a3e-1b2c-4d5e-8f90-a1b2c3d4e5f6',
      smartcarUserId: userId,
      smartcarVehicleId: vehicleId,
    },
  ]);
});

test('what is not told of a webhook is null, and so is a list of signals that can not be read whole', () => {
  const told = (attributes: unknown): unknown => {
    const read = readWebhooks(received({ data: [{ id: 'w1', attributes }] }));
    return read.ok && read.value.items[0];
  };
  const nothing = { sendsTo: null, sendsErrorsTo: null, isEnabled: null, triggers: null, signals: null };
  for (const attributes of [undefined, null, {}, { name: 7, callbackUri: 7, isEnabled: 'yes', data: 'all' }])
    assert.deepEqual(told(attributes), { id: 'w1', name: null, ...nothing });
  assert.deepEqual(told({ data: [{ code: 'closure-islocked' }, 'Odometer.TraveledDistance'], triggers: [{ id: 7 }] }), {
    ...{ id: 'w1', name: null, ...nothing },
    signals: ['closure-islocked', 'odometer-traveleddistance'],
  });
});

test('a subscription that exists already is a wish fulfilled [§3.8-3, §3.8-4]', () => {
  const created = readSubscriptionCreated(
    received({ meta: { message: 'subscription creation in progress' } }, { status: 202 }),
  );
  assert.ok(created.ok && created.value === 'created');
  const exists = readSubscriptionCreated(received({ errors: [{ type: 'SOMETHING' }] }, { status: 409 }));
  assert.ok(exists.ok && exists.value === 'exists');
});

test('an instant is read as text, seconds or milliseconds; 0 and nonsense are no instant [§3.4-10, §6.6-3, §6.7-6]', () => {
  const at = new Date('2026-03-01T08:12:51Z');
  for (const value of [
    '2026-03-01T08:12:51Z',
    '2026-03-01T09:12:51+01:00',
    '2026-03-01T08:12:51',
    1772352771,
    1772352771000,
    '1772352771',
  ]) {
    assert.deepEqual(instantOf(value), at, String(value));
  }
  for (const value of [0, '0', null, undefined, '', 'yesterday', -1, Number.NaN, 1e300, {}, '9'.repeat(500)]) {
    assert.equal(instantOf(value), null, String(value));
  }
});

const readers: [name: string, read: (sent: Sent) => { ok: boolean }][] = [
  ['a token', readApplicationToken],
  ['connections', readConnections],
  ['a deletion', readDeletion],
  ['a vehicle', readVehicleAnswer],
  ['signals', (sent) => readSignalsPage(sent, receivedAt)],
  ['a signal', (sent) => readSignalAnswer(sent, receivedAt)],
  ['webhooks', readWebhooks],
  ['subscriptions', readSubscriptions],
  ['a created subscription', readSubscriptionCreated],
];

const bodyless = new Set(['a deletion', 'a created subscription']);

for (const [name, read] of readers) {
  test(`no answer makes reading ${name} throw`, () => {
    const body = fc.oneof(
      fc.json(),
      fc.string(),
      fc.jsonValue().map((data) => JSON.stringify({ data, meta: data, links: data })),
    );
    const status = fc.constantFrom(200, 202, 204, 302, 400, 401, 403, 404, 409, 429, 430, 500, 503);
    fc.assert(
      fc.property(body, status, (text, code) => typeof read(received(text, { status: code })).ok === 'boolean'),
    );
    assert.equal(read(notReceived('ECONNRESET')).ok, false);
  });
}

for (const [name, read] of readers.filter(([reader]) => !bodyless.has(reader))) {
  test(`HTML, half of a JSON, nothing, or another shape in place of ${name} is nonsense`, () => {
    for (const text of [
      '<html>It works!</html>',
      '{"data":[{"id":',
      '',
      '7',
      'null',
      '[]',
      '{}',
      '{"data":"x"}',
      '{"data":[7]}',
    ]) {
      const answer = read(received(text)) as ReturnType<typeof readVehicleAnswer>; // the failure's side is the same for all
      assert.ok(!answer.ok, text);
      assert.deepEqual(
        [answer.failure.meaning, answer.failure.status, answer.failure.requestId],
        ['nonsense', 200, 'req-1'],
        text,
      );
    }
  });
}
