/** Readings, ids, and the match of a car. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isId, newId } from '../../src/domain/ids.ts';
import type { SmartcarVehicleId } from '../../src/domain/ids.ts';
import { merge } from '../../src/domain/reading.ts';
import type { Reading } from '../../src/domain/reading.ts';
import { refusals, Refusal } from '../../src/domain/refusal.ts';
import { matchCar } from '../../src/domain/vehicle.ts';
import { readingOfAnyAge } from './arbitraries.ts';
import { chargeCode, locationCode, minutes, odometerCode, reading } from './builders.ts';

const known = (...readings: Reading[]) => new Map(readings.map((one) => [one.code, one]));
const odometer = (value: number, measured: number | null, fetched: number, received = fetched) =>
  reading(odometerCode, {
    ...{ value, fetchedAt: minutes(fetched), receivedAt: minutes(received) },
    measuredAt: measured === null ? null : minutes(measured),
  });

test("a newer value replaces an older one, by the car's clock first [§6.9-2]", () => {
  assert.deepEqual(merge(known(odometer(100, 5, 9)), [odometer(101, 6, 8)]).accepted, [odometer(101, 6, 8)]);
  assert.deepEqual(merge(known(odometer(101, 6, 8)), [odometer(100, 5, 9)]), {
    accepted: [],
    setAside: [{ reading: odometer(100, 5, 9), reason: 'older' }],
  });
});

test("without the car's clock Smartcar's decides", () => {
  assert.equal(merge(known(odometer(100, null, 9)), [odometer(99, null, 8)]).setAside[0]?.reason, 'older');
  assert.equal(merge(known(odometer(100, null, 9)), [odometer(101, null, 10)]).accepted.length, 1);
});

test('of several readings of one signal in one answer the newest is kept', () => {
  const { accepted, setAside } = merge(known(), [odometer(100, 5, 9), odometer(102, 7, 9), odometer(101, 6, 9)]);
  assert.deepEqual([accepted.map(({ value }) => value), setAside.map(({ reading: one }) => one.value)], [[102], [101]]);
});

test('values that can not be are set aside, and never replace a good one', () => {
  const impossible = [
    reading(odometerCode, { value: -1 }),
    reading(odometerCode, { value: 'many' }),
    reading(chargeCode, { value: 101 }),
    reading(locationCode, { value: { latitude: 0, longitude: 0 } }),
    reading(locationCode, { value: { latitude: 91, longitude: 0 } }),
    reading(locationCode, { value: { locationType: 'LAST_PARKED' } }),
    reading(locationCode, { value: [52, 13] }),
  ];
  const { accepted, setAside } = merge(known(), impossible);
  assert.deepEqual(accepted, []);
  assert.deepEqual(new Set(setAside.map(({ reason }) => reason)), new Set(['impossible']));
  assert.equal(setAside.length, impossible.length);
});

test('a value from the future is set aside; a clock may be ten minutes ahead', () => {
  assert.equal(merge(known(), [odometer(100, 10, 0)]).accepted.length, 1);
  assert.equal(merge(known(), [odometer(100, 10.1, 0)]).setAside[0]?.reason, 'future');
});

test('a signal that nobody has heard of is kept as it is [§3.5-11]', () => {
  const odd = reading('never-heard-of', { value: { deep: [1, 2] } });
  assert.deepEqual(merge(known(), [odd]).accepted, [odd]);
});

const answers = fc.array(readingOfAnyAge([odometerCode, chargeCode]), { maxLength: 8 });
const store = (before: ReadonlyMap<string, Reading>, fresh: readonly Reading[]) =>
  new Map([...before, ...merge(before, fresh).accepted.map((one) => [one.code, one] as const)]);

// Readings of one signal of which each carries other clocks have no order among themselves; an answer has one of each signal.
const once = fc.uniqueArray(readingOfAnyAge([odometerCode, chargeCode, 'never-heard-of']), {
  selector: ({ code }) => code,
});

test('a newer value is never replaced by an older one, whatever comes in whatever order', () => {
  fc.assert(
    fc.property(answers, once, (first, second) => {
      const before = store(new Map(), first);
      for (const [code, after] of store(before, second)) {
        const old = before.get(code);
        if (old?.measuredAt && after.measuredAt) assert.ok(after.measuredAt >= old.measuredAt);
        else if (old?.fetchedAt && after.fetchedAt) assert.ok(after.fetchedAt >= old.fetchedAt);
      }
    }),
  );
});

test('the same answer twice is stored as once, and each reading is either accepted or set aside', () => {
  fc.assert(
    fc.property(answers, once, (earlier, answer) => {
      const before = store(new Map(), earlier);
      const after = store(before, answer);
      assert.deepEqual(store(after, answer), after);
      const { accepted, setAside } = merge(before, answer);
      assert.equal(accepted.length + setAside.length, answer.length);
    }),
  );
});

test('an id shows its kind, has 26 characters that can be read out on the phone, and is not made twice', () => {
  const moment = fc.date({ min: new Date(0), max: new Date('2300-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(moment, (at) => {
      const id = newId('veh', at);
      assert.match(id, /^veh_[0-9a-hjkmnp-tv-z]{26}$/);
      assert.ok(isId('veh', id) && !isId('con', id));
      assert.notEqual(newId('veh', at), id);
    }),
  );
});

test('ids sort by the millisecond they were made in', () => {
  const ms = fc.integer({ min: 0, max: Date.UTC(2300, 0) });
  fc.assert(
    fc.property(ms, ms, (one, other) => {
      if (one !== other) assert.equal(newId('veh', new Date(one)) < newId('veh', new Date(other)), one < other);
    }),
  );
});

test('ids of one millisecond follow each other in the order in which they were made', () => {
  const ids = Array.from({ length: 1_000 }, () => newId('evt', minutes(3)));
  assert.deepEqual([...new Set(ids)].sort(), ids);
});

test('what only looks like an id is none', () => {
  for (const text of [
    'veh_',
    'veh_01',
    `veh_${'i'.repeat(26)}`,
    `veh_${'0'.repeat(27)}`,
    `VEH_${'0'.repeat(26)}`,
    `veh_${'0'.repeat(26)}\n`,
  ]) {
    assert.equal(isId('veh', text), false, text);
  }
});

const found = (change: object = {}) => ({
  smartcarVehicleId: 'car-1' as SmartcarVehicleId, // Smartcar's ids are opaque
  ...{ make: 'TESLA', model: 'Model 3', year: 2023, powertrain: null, vin: '5YJ3E1EA7KF317000' },
  ...change,
});
const record = { vin: '5YJ3E1EA7KF317000', make: 'TESLA', model: 'Model 3', year: 2023 };

test('a VIN decides alone, in any spelling', () => {
  assert.deepEqual(matchCar({ ...record, model: 'Model Y', year: 1999 }, found({ vin: '5yj3e1ea7kf 317000' })), {
    matches: true,
  });
  assert.deepEqual(matchCar(record, found({ vin: 'WVWZZZ1KZAW000001' })), {
    ...{ matches: false, field: 'vin' },
    ...{ expected: '5YJ3E1EA7KF317000', found: 'WVWZZZ1KZAW000001' },
  });
});

test('without a VIN on both sides make, model and year have to agree, as far as they are known', () => {
  assert.deepEqual(matchCar(record, found({ vin: null, make: 'Tesla', model: 'model-3' })), { matches: true });
  assert.deepEqual(matchCar({ ...record, vin: null }, found({ model: null, year: null })), { matches: true });
  for (const [field, other] of [
    ['make', 'KIA'],
    ['model', 'Model Y'],
    ['year', 2022],
  ] as const) {
    const match = matchCar(record, found({ vin: null, [field]: other }));
    assert.deepEqual(match, { matches: false, field, expected: String(record[field]), found: String(other) });
  }
});

test('a car matches itself, however its record is spelled', () => {
  const word = fc.string({ minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(
      fc.option(word),
      fc.option(word),
      fc.option(fc.integer({ min: 1990, max: 2030 })),
      (make, model, year) => {
        const spelled = { vin: null, make: make?.toLowerCase() ?? null, model: model && ` ${model}-`, year };
        const upper = make?.toLowerCase().toUpperCase() ?? null;
        assert.deepEqual(matchCar(spelled, found({ vin: null, make: upper, model, year })), { matches: true });
      },
    ),
  );
});

test('a refusal says the remedy of its code unless it has more to say', () => {
  assert.equal(new Refusal('not_connected').message, refusals.not_connected.title);
  assert.equal(new Refusal('invalid_input', 'The year is in the future.').message, 'The year is in the future.');
  for (const { status, title } of Object.values(refusals))
    assert.ok(status >= 400 && status < 600 && title.endsWith('.'));
});
