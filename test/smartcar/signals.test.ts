/** Every signal whose body is known, in every state it can be in, with every kind of time. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Reading } from '../../src/domain/reading.ts';
import type { SignalFailure } from '../../src/domain/failure.ts';
import { readSignalAnswer, readSignalsPage } from '../../src/smartcar/signals.ts';
import { against, json } from './badly-behaved-server.ts';
import { fixture, received, receivedAt, userId, vehicleId } from './fixture.ts';

const ids = { vehicleId, userId };
const read = (body: unknown): { readings: Reading[]; failures: SignalFailure[] } => {
  const answer = readSignalsPage(received(body), receivedAt);
  return (answer.ok ? answer.value.items[0] : undefined) ?? assert.fail();
};

const cells = (more: object): object[] =>
  [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ].map(([row, column]) => ({ row, column, ...more }));
const grid = (values: object[]): object => ({ values, rowCount: 2, columnCount: 2 });

const known: [code: string, value: unknown, unit: string | null][] = [
  [
    'location-preciselocation',
    { latitude: 52.52, longitude: 13.405, heading: 94, direction: 'E', locationType: 'CURRENT' },
    null,
  ],
  ['location-isathome', false, null],
  ['odometer-traveleddistance', 48213.4, 'km'],
  ['internalcombustionengine-fuellevel', 41, 'percent'],
  ['internalcombustionengine-amountremaining', 20.5, 'liters'],
  ['internalcombustionengine-range', 420, 'km'],
  ['internalcombustionengine-oillife', 86, 'percent'],
  ['tractionbattery-stateofcharge', 64, 'percent'],
  ['tractionbattery-range', 301, 'km'],
  [
    'tractionbattery-nominalcapacity',
    { capacity: 58, source: 'SMARTCAR', availableCapacities: [{ capacity: 58, description: 'Pro' }] },
    'kWh',
  ],
  ['closure-islocked', true, null],
  ['closure-doors', grid(cells({ isOpen: false, isLocked: true })), null],
  ['closure-windows', grid(cells({ isOpen: false })), null],
  ['closure-enginecover', { isOpen: false }, null],
  ['closure-fronttrunk', { isOpen: false, isLocked: true }, null],
  ['closure-reartrunk', { isOpen: false }, null],
  ['charge-ischarging', true, null],
  ['charge-ischargingcableconnected', true, null],
  ['charge-isfastchargerpresent', false, null],
  ['charge-detailedchargingstatus', 'CHARGING', null],
  ['charge-chargelimits', { values: [{ type: 'GLOBAL', limit: 80, condition: null }], activeLimit: 80 }, 'percent'],
  ['charge-wattage', 10800, 'watts'],
  ['charge-amperage', 16, 'ampere'],
  ['charge-voltage', 230, 'volts'],
  ['charge-timetocomplete', 95, null],
  // A unit that doesn't fit its values, and the manufacturer's number for "not known": nothing here guesses.
  [
    'wheel-tires',
    grid([
      { row: 0, column: 0, tirePressure: 258 },
      { row: 0, column: 1, tirePressure: 699.9 },
    ]),
    'bar',
  ],
  ['connectivitystatus-isonline', true, null],
  ['connectivitystatus-isasleep', false, null],
  ['connectivitystatus-isdigitalkeypaired', false, null],
  ['vehicleidentification-vin', 'WVWZZZE1ZMP000001', null],
  ['vehicleidentification-nickname', 'Blue one', null],
  ['vehicleidentification-trim', 'Pro S', null],
  ['vehicleidentification-exteriorcolor', 'Blue', null],
  ['vehicleidentification-packages', { values: ['Comfort', 'Winter'] }, null],
  ['lowvoltagebattery-stateofcharge', 92, 'percent'],
  ['service-isinservice', false, null],
];

test('every code whose body is known becomes a reading, but for one that is null [§3.5-1, §3.5-2, §3.5-3, §3.5-4, §3.5-5, §3.5-6, §3.5-7, §3.5-8]', () => {
  const { readings, failures } = read(fixture('signals-catalogue'));
  assert.deepEqual(
    readings.map(({ code, value, unit }) => [code, value, unit]),
    known,
  );
  assert.deepEqual(failures, []);
});

test('the same codes one by one are the same readings [§3.4-1, §3.4-9, §3.4-11]', () => {
  const { data, included } = fixture('signals-catalogue') as { data: unknown[]; included: unknown }; // a fixture of ours
  const one = data.flatMap((item) => {
    const answer = readSignalAnswer(received({ data: item, links: {}, included }), receivedAt);
    return answer.ok && answer.value ? [answer.value] : [];
  });
  assert.deepEqual(one, read(fixture('signals-catalogue')).readings);
});

test('a code that is not known is kept as it is [§3.5-11]', () => {
  const attributes = { code: 'seat-isheated', status: { value: 'SUCCESS' }, body: { value: true } };
  assert.deepEqual(
    read({ data: [{ attributes }] }).readings.map(({ code, value }) => [code, value]),
    [['seat-isheated', true]],
  );
});

test('a failed signal is a failure with its own reason, cached body and times or not [§3.4-6, §3.4-7, §3.4-16, §3.4-17, §3.9-2]', () => {
  const { readings, failures } = read(fixture('signals-states'));
  const at = new Date('2026-09-02T08:15:31Z');
  assert.deepEqual(
    failures.map(({ signal, meaning, fetchedAt }) => [signal, meaning, fetchedAt]),
    [
      ['odometer-traveleddistance', 'signedOut', at],
      ['closure-islocked', 'signedOut', at],
      ['tractionbattery-stateofcharge', 'signedOut', null],
      ['charge-chargetimers', 'smartcarFailing', null],
      ['location-isathome', 'incompatible', null],
      ['vehicleuseraccount-role', 'permission', null],
    ],
  );
  assert.deepEqual(
    readings.map(({ code, value }) => [code, value]),
    [['charge-ischarging', false]],
  );
});

test('one failed signal is a failure; one that is unavailable is not there [§3.4-4, §3.4-6]', () => {
  const { data } = fixture('signals-states') as { data: unknown[] }; // a fixture of ours
  const shown = data.map((item) => {
    const answer = readSignalAnswer(received({ data: item }), receivedAt);
    return answer.ok ? (answer.value?.value ?? null) : answer.failure.meaning;
  });
  assert.deepEqual(shown, [
    'signedOut',
    'signedOut',
    'signedOut',
    'smartcarFailing',
    'incompatible',
    null,
    null,
    'permission',
    false,
  ]);
});

const at = new Date('2026-09-02T07:58:10Z');
for (const [how, time, expected] of [
  ['ISO text', '2026-09-02T07:58:10Z', at],
  ['ISO text with a zone', '2026-09-02T09:58:10+02:00', at],
  ['seconds', 1788335890, at],
  ['milliseconds', 1788335890000, at],
  ['zero', 0, null],
  ['nothing', undefined, null],
] as const) {
  test(`times as ${how} are read alike, both of them [§3.4-8, §3.4-10, §6.7-6]`, () => {
    const attributes = { code: 'odometer-traveleddistance', body: { value: 1, unit: 'km' } };
    const [reading] = read({ data: [{ attributes, meta: { oemUpdatedAt: time, retrievedAt: time } }] }).readings;
    assert.deepEqual([reading?.measuredAt, reading?.fetchedAt], [expected, expected]);
  });
}

test('a store that is empty, and one of failures alone, are told apart [§3.4-3]', () => {
  assert.deepEqual(read(fixture('signals-empty')), { readings: [], failures: [] });
  const failed = (fixture('signals-states') as { data: unknown[] }).data.slice(0, 1); // a fixture of ours
  const { readings, failures } = read({ data: failed });
  assert.deepEqual([readings.length, failures.length], [0, 1]);
});

test('signals on several pages are one answer, whatever the link before is called [§3.4-12, §3.4-14]', async (t) => {
  const { data } = fixture('signals-catalogue') as { data: unknown[] }; // a fixture of ours
  const { smartcar, asked } = await against(t, (request, response) => {
    const isSecond = request.url?.includes('page') ?? false;
    const half = isSecond ? data.slice(20) : data.slice(0, 20);
    const next = isSecond ? null : '/v3/vehicles/x/signals?page=2&pageSize=20';
    const links = isSecond ? { previous: '/v3/vehicles/x/signals?page=1&pageSize=20', next } : { prev: null, next };
    json(response, 200, { data: half, meta: { page: isSecond ? 2 : 1, pageSize: 20, totalCount: 37 }, links });
  });
  const answer = await smartcar.readSignals('t', ids, receivedAt);
  assert.ok(answer.ok);
  assert.deepEqual(
    answer.value.readings.map(({ code }) => code),
    known.map(([code]) => code),
  );
  assert.deepEqual(asked, [
    `GET /v3/vehicles/${vehicleId}/signals`,
    `GET /v3/vehicles/${vehicleId}/signals?page=2&pageSize=20`,
  ]);
});

test('pages that are only counted are counted through [§3.2-2]', async (t) => {
  const { data } = fixture('signals-catalogue') as { data: unknown[] }; // a fixture of ours
  const { smartcar, asked } = await against(t, (request, response) => {
    const pageNumber = Number(new URL(request.url ?? '', 'http://x').searchParams.get('page[number]') ?? 1);
    const items = data.slice((pageNumber - 1) * 20, pageNumber * 20);
    json(response, 200, { data: items, meta: { pageNumber, pageSize: 20, totalCount: data.length } });
  });
  const answer = await smartcar.readSignals('t', ids, receivedAt);
  assert.ok(answer.ok && answer.value.readings.length === known.length);
  assert.equal(asked.length, 2);
});
