import assert from 'node:assert/strict';
import { test } from 'node:test';

import { age, distance, kilometresOf, lasting, percent, signalText } from '../../web/format.ts';
import { parse } from '../../web/live.ts';
import { paths } from '../../web/paths.ts';
import { carName, titled } from '../../web/words.ts';

const now = Date.parse('2026-11-21T12:00:00Z');
const ago = (seconds: number): string => new Date(now - seconds * 1_000).toISOString();
const signal = (code: string, value: unknown, unit: string | null = null): Parameters<typeof signalText>[0] => ({
  code,
  name: code,
  value,
  unit,
  measuredAt: null,
  fetchedAt: null,
  receivedAt: ago(0),
  freshness: 'fresh',
  rounded: false,
});

test('an age says minutes, then hours, then days, and never seconds', () => {
  assert.deepEqual(
    [10, 50, 240, 3_700, 47 * 3_600, 3 * 86_400].map((seconds) => age(ago(seconds), now)),
    ['just now', '1 min ago', '4 min ago', '1 h ago', '47 h ago', '3 d ago'],
  );
});

test('how long something took is said in seconds, then in minutes and seconds, and roughly where it was long', () => {
  assert.deepEqual([0.4, 4.2, 59.4, 59.6, 61, 120, 599, 601, 3_500, 7_300, 300_000].map(lasting), [
    'under 1 s',
    '4 s',
    '59 s',
    '1 min',
    '1 min 1 s',
    '2 min',
    '9 min 59 s',
    '10 min',
    '58 min',
    '2 h',
    '3 d',
  ]);
});

test('what is due lies ahead, and is due now once its time has come', () => {
  assert.deepEqual(
    [-720, -20, 5].map((seconds) => age(ago(seconds), now, true)),
    ['in 12 min', 'in a moment', 'due now'],
  );
});

test('a clock that runs a little ahead of ours does not put the past into the future', () => {
  assert.equal(age(ago(-8), now), 'just now');
});

test('what is not known is an en dash and never zero', () => {
  assert.equal(percent(null), '–');
  assert.equal(distance(null, 'metric'), '–');
  assert.equal(signalText(signal('x', null), 'metric'), '–');
});

test('miles are for those who prefer them, whatever the car reports', () => {
  assert.equal(distance(48_213, 'metric'), '48,213 km');
  assert.equal(distance(100, 'imperial'), '62 mi');
  assert.equal(Math.round(kilometresOf(signal('odometer-traveleddistance', 62.1371, 'miles')) ?? 0), 100);
});

test('kilopascals that a make calls bar are shown as bar, and its mark for "not measured" as a dash', () => {
  const tires = {
    values: [258, 2.6, 699.9].map((tirePressure, column) => ({ row: 0, column, tirePressure })),
    unit: 'bar',
  };
  assert.equal(signalText(signal('wheel-tires', tires), 'metric'), '2.6 · 2.6 · – bar');
});

test('a lock and doors are said in words', () => {
  assert.equal(signalText(signal('closure-islocked', false), 'metric'), 'Unlocked');
  const doors = { values: [{ isOpen: true }, { isOpen: false }] };
  assert.equal(signalText(signal('closure-doors', doors), 'metric'), '1 of 2 open');
});

test('makes are written as people write them', () => {
  assert.deepEqual(['VOLKSWAGEN', 'BMW', 'LAND_ROVER', 'SKODA'].map(titled), [
    'Volkswagen',
    'BMW',
    'Land-Rover',
    'Škoda',
  ]);
  assert.equal(carName({ make: null, model: null }), null);
});

test('filters stand in the address, and empty ones do not', () => {
  assert.equal(paths.vehicles({ status: 'expired', q: 'B-TL 104', make: '' }), '/vehicles?status=expired&q=B-TL+104');
  assert.equal(paths.vehicles(), '/vehicles');
});

test('a change in the stream is read, a heartbeat and nonsense are passed over', () => {
  assert.deepEqual(parse('event: change\ndata: {"topics":["vehicles"],"vehicles":["veh_1"]}'), {
    topics: ['vehicles'],
    vehicles: ['veh_1'],
  });
  assert.equal(parse(': still here'), null);
  assert.equal(parse('data: {broken'), null);
});
