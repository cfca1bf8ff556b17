/** A batch of v2's reads, as readings and failures under v3's signal codes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Powertrain } from '../../src/domain/vehicle.ts';
import type { Answer } from '../../src/smartcar/answer.ts';
import type { ReadSignals } from '../../src/smartcar/smartcar.ts';
import { pathsFor, readBatchAnswer } from '../../src/smartcar/v2/batch.ts';
import { fixture, received, receivedAt } from './fixture.ts';

const granted = ['location', 'odometer', 'security', 'battery', 'charge', 'fuel', 'tires'].map(
  (what) => `read_${what}`,
);
const everything = pathsFor({ permissions: granted, powertrain: null });
const fetchedAt = new Date('2026-05-03T07:20:01.120Z');
const measuredAt = new Date('2026-05-03T07:14:52Z');
const headers = { 'sc-fetched-at': fetchedAt.toISOString(), 'sc-data-age': measuredAt.toISOString() };

const read = (responses: unknown[], asked = everything): Answer<ReadSignals> =>
  readBatchAnswer(received({ responses }), asked, receivedAt);

function valuesOf(responses: unknown[]): [code: string, value: unknown, unit: string | null][] {
  const answer = read(responses);
  assert.ok(answer.ok, JSON.stringify(answer));
  return answer.value.readings.map(({ code, value, unit }) => [code, value, unit]);
}

const part = (path: string, body: unknown, more: object = { headers }): object => ({ path, code: 200, body, ...more });

test('a batch is read part by part: what came with its times, what failed without [§2.1-5, §2.1-9, §2.6-1, §2.6-2, §2.6-3]', () => {
  const answer = readBatchAnswer(received(fixture('v2-batch')), everything, receivedAt);
  assert.ok(answer.ok);
  assert.equal(answer.requestId, 'req-1');
  assert.deepEqual(answer.value.readings, [
    {
      code: 'location-preciselocation',
      value: { latitude: 50.11, longitude: 8.68 },
      unit: null,
      measuredAt,
      fetchedAt,
      receivedAt,
    },
    { code: 'odometer-traveleddistance', value: 48213.4, unit: 'km', measuredAt, fetchedAt, receivedAt },
  ]);
  assert.deepEqual(
    answer.value.failures,
    [
      'internalcombustionengine-fuellevel',
      'internalcombustionengine-amountremaining',
      'internalcombustionengine-range',
    ].map((signal) => ({
      signal,
      meaning: 'permission',
      type: 'PERMISSION',
      code: null,
      status: 403,
      requestId: '6a1c1c4e-2a0e-4a55-8a40-6d4b7f3f1b11',
      retryAfterS: null,
      resolutionUrl: null,
      fetchedAt: receivedAt,
    })),
  );
});

test('a batch all of whose parts failed is read, and brings nothing but failures [§2.6-1]', () => {
  const answer = readBatchAnswer(received(fixture('v2-batch-all-failed')), everything, receivedAt);
  assert.ok(answer.ok);
  assert.deepEqual(answer.value.readings, []);
  assert.deepEqual([...new Set(answer.value.failures.map(({ meaning }) => meaning))], ['incompatible']);
  assert.equal(answer.value.failures.length, 5);
});

test('a batch that fails as a whole is one failure [§2.6-5]', () => {
  const answer = readBatchAnswer(received(fixture('v2-error-authentication'), { status: 401 }), everything, receivedAt);
  assert.ok(!answer.ok && answer.failure.meaning === 'credentials' && answer.failure.status === 401);
});

test('every body becomes what v3 would say [§2.2-6, §2.2-7, §2.2-8, §2.2-9, §2.2-11, §2.2-14, §2.4-1, §A.5-1, §A.5-2, §A.5-3, §A.5-4, §A.5-5]', () => {
  const bodies = ['odometer', 'location', 'security', 'battery', 'charge', 'fuel'].map((name) =>
    part(`/${name}`, fixture(`v2-${name}`)),
  );
  assert.deepEqual(valuesOf([...bodies, part('/tires/pressure', fixture('v2-tires'))]), [
    ['location-preciselocation', { latitude: 50.11, longitude: 8.68 }, null],
    ['odometer-traveleddistance', 48213.4, 'km'],
    ['closure-islocked', true, null],
    [
      'closure-doors',
      {
        values: [
          { row: 0, column: 0, isOpen: false },
          { row: 0, column: 1, isOpen: false },
          { row: 1, column: 0, isOpen: false },
        ],
      },
      null,
    ],
    ['closure-windows', { values: [{ row: 0, column: 0, isOpen: false }] }, null],
    ['closure-sunroof', { isOpen: false }, null],
    ['closure-fronttrunk', { isOpen: false }, null],
    ['tractionbattery-stateofcharge', 77, 'percent'],
    ['tractionbattery-range', 301, 'km'],
    ['charge-ischarging', false, null],
    ['charge-ischargingcableconnected', true, null],
    ['charge-detailedchargingstatus', 'FULLY_CHARGED', null],
    ['internalcombustionengine-fuellevel', 57, 'percent'],
    ['internalcombustionengine-amountremaining', 28.5, 'liters'],
    ['internalcombustionengine-range', 480.5, 'km'],
    [
      'wheel-tires',
      {
        values: [
          { row: 0, column: 0, tirePressure: 219.3 },
          { row: 0, column: 1, tirePressure: 219.3 },
          { row: 1, column: 0, tirePressure: 219.3 },
          { row: 1, column: 1, tirePressure: 219.3 },
        ],
      },
      'kPa',
    ],
  ]);
});

test('the answer decides the unit: kilometres unless it says imperial [§2.1-4, §2.3-4]', () => {
  const unit = (system: unknown): unknown =>
    valuesOf([part('/odometer', { distance: 5 }, { headers: { 'sc-unit-system': system } })])[0]?.[2];
  assert.deepEqual(['metric', 'imperial', undefined, 7].map(unit), ['km', 'miles', 'km', 'km']);
  const imperial = { headers: { 'sc-unit-system': 'imperial' } };
  assert.deepEqual(
    valuesOf([
      part('/fuel', { amountRemaining: 7, range: 300 }, imperial),
      part('/tires/pressure', { frontLeft: 32 }, imperial),
    ]).map(([code, , unit]) => [code, unit]),
    [
      ['internalcombustionengine-amountremaining', 'gallons'],
      ['internalcombustionengine-range', 'miles'],
      ['wheel-tires', 'psi'],
    ],
  );
});

test('a share is shown in percent without the dust of multiplying [§2.3-1, §A.5-2]', () => {
  for (const [share, percent] of [
    [0, 0],
    [0.07, 7],
    [0.29, 29],
    [0.57, 57],
    [0.123456, 12.3456],
    [1, 100],
  ]) {
    assert.equal(valuesOf([part('/battery', { percentRemaining: share })])[0]?.[1], percent);
  }
});

test('null is no reading, nor is what has another type [§2.3-1, §2.4-3]', () => {
  const nothing = [
    part('/fuel', { range: null, percentRemaining: null, amountRemaining: null }),
    part('/location', { latitude: 50.11, longitude: null }),
    part('/odometer', { distance: '48213' }),
    part('/charge', { isPluggedIn: 'yes', state: null }),
    part('/tires/pressure', { frontLeft: null }),
    part('/security', { isLocked: null, doors: [], windows: null, sunroof: {}, storage: [null, 7] }),
  ];
  assert.deepEqual(valuesOf(nothing), []);
});

test('doors of which nobody knows are no value, and open ones are open [§2.4-2, §2.4-4, §A.5-4]', () => {
  const doors = (...statuses: string[]): unknown => {
    const list = ['frontLeft', 'frontRight', 'backLeft', 'backRight'].map((type, index) => ({
      type,
      status: statuses[index],
    }));
    return valuesOf([part('/security', { doors: list })])[0]?.[1];
  };
  assert.equal(doors('UNKNOWN', 'UNKNOWN', 'UNKNOWN', 'UNKNOWN'), undefined);
  assert.equal(doors('AJAR', '__proto__'), undefined);
  assert.deepEqual(doors('OPEN', 'CLOSED', 'UNKNOWN', 'LOCKED'), {
    values: [
      { row: 0, column: 0, isOpen: true },
      { row: 0, column: 1, isOpen: false },
      { row: 1, column: 1, isOpen: false },
    ],
  });
});

test('a state of charging that nobody knows is shown, and is neither charging nor not [§2.3-2, §A.5-3]', () => {
  const codes = (state: string): unknown =>
    valuesOf([part('/charge', { state })]).map(([code, value]) => [code, value]);
  assert.deepEqual(codes('CHARGING'), [
    ['charge-ischarging', true],
    ['charge-detailedchargingstatus', 'CHARGING'],
  ]);
  assert.deepEqual(codes('NOT_CHARGING'), [
    ['charge-ischarging', false],
    ['charge-detailedchargingstatus', 'NOT_CHARGING'],
  ]);
  assert.deepEqual(codes('PRECONDITIONING'), [['charge-detailedchargingstatus', 'PRECONDITIONING']]);
});

test('a value without times has none', () => {
  for (const more of [{}, { headers: {} }, { headers: null }, { headers: 7 }, { headers: { 'sc-data-age': 'old' } }]) {
    const answer = read([part('/odometer', { distance: 5 }, more)]);
    assert.ok(answer.ok);
    const [reading] = answer.value.readings;
    assert.deepEqual([reading?.measuredAt, reading?.fetchedAt, reading?.receivedAt], [null, null, receivedAt]);
  }
});

test('a part is known by its path, with or without the slash; what is missing, twice or unasked is passed over [§2.6-4]', () => {
  const asked = pathsFor({
    permissions: ['read_odometer', 'read_tires', 'read_location'],
    powertrain: 'BEV' as Powertrain,
  });
  const answer = read(
    [
      part('tires/pressure', { frontLeft: 219.3 }),
      part('/odometer', { distance: 5 }),
      part('/odometer', { distance: 6 }),
      part('/fuel', { percentRemaining: 0.5 }),
      { path: '/location' },
      null,
    ],
    asked,
  );
  assert.ok(answer.ok);
  assert.deepEqual(
    answer.value.readings.map(({ code, value }) => [code, value]),
    [
      ['odometer-traveleddistance', 5],
      ['wheel-tires', { values: [{ row: 0, column: 0, tirePressure: 219.3 }] }],
    ],
  );
  assert.deepEqual(answer.value.failures, []);
});

test('a batch of which nothing can be read is nonsense', () => {
  for (const responses of [
    [],
    [null],
    [part('/elsewhere', {})],
    [part('/odometer', 'five')],
    [{ path: '/odometer', code: 'OK', body: {} }],
  ]) {
    const answer = read(responses);
    assert.ok(!answer.ok && answer.failure.meaning === 'nonsense' && answer.failure.code === 'NO_SIGNALS');
  }
});

test('a part that failed says how long to wait when it has the header for it [§2.6-8]', () => {
  const failed = { path: '/odometer', code: 429, body: fixture('v2-error-rate-limit') };
  for (const [more, retryAfterS] of [
    [{}, null],
    [{ headers: { 'retry-after': '900' } }, 900],
    [{ headers: { 'retry-after': 'later' } }, null],
  ] as const) {
    const answer = read([{ ...failed, ...more }]);
    assert.ok(answer.ok);
    assert.deepEqual(
      answer.value.failures.map(({ signal, meaning, retryAfterS: waits }) => [signal, meaning, waits]),
      [['odometer-traveleddistance', 'throttledVehicle', retryAfterS]],
    );
  }
});

test('a part that failed without a word is known by its status', () => {
  const answer = read([{ path: '/odometer', code: 502 }]);
  assert.ok(answer.ok);
  assert.deepEqual(
    answer.value.failures.map(({ meaning, status, requestId }) => [meaning, status, requestId]),
    [['smartcarFailing', 502, 'req-1']],
  );
});
