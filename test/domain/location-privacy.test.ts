import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';

import { minimise, rounded } from '../../src/domain/location-privacy.ts';
import type { Reading } from '../../src/domain/reading.ts';
import type { SignalValue } from '../../src/domain/signal.ts';

const at = new Date('2026-05-04T08:00:00Z');
const reading = (code: string, value: SignalValue): Reading => ({
  code,
  value,
  unit: null,
  measuredAt: at,
  fetchedAt: at,
  receivedAt: at,
});
const here = { latitude: 48.137154, longitude: 11.576124 };
const position = reading('location-preciselocation', here);

test('what of a position is kept, by setting and by rental', () => {
  const precise = { reading: position, isHistory: true };
  const coarse = { reading: { ...position, value: { latitude: 48.14, longitude: 11.58 } }, isHistory: false };
  assert.deepEqual(minimise(position, 'always', false), precise);
  assert.deepEqual(minimise(position, 'always', true), precise);
  assert.deepEqual(minimise(position, 'rentalsOnly', true), precise);
  assert.deepEqual(minimise(position, 'rentalsOnly', false), coarse);
});

test('what holds no position is kept as it is, whatever the setting', () => {
  for (const value of [62, true, 'WVWZZZ1KZAW000001', { values: [{ isOpen: true }] }, [1, 2]] as SignalValue[]) {
    const other = reading('closure-doors', value);
    assert.deepEqual(minimise(other, 'rentalsOnly', false), { reading: other, isHistory: true });
  }
});

test('a position that a signal of another name holds, however deep, is rounded too', () => {
  const charged = reading('charge-records', { records: [{ place: { lat: 48.137154, lng: 11.576124 }, kwh: 12.3456 }] });
  assert.deepEqual(minimise(charged, 'rentalsOnly', false), {
    reading: { ...charged, value: { records: [{ place: { lat: 48.14, lng: 11.58 }, kwh: 12.3456 }] } },
    isHistory: false,
  });
});

test('no rounded position is more than a kilometre from the car, and none tells which house it stands at', () => {
  const degrees = (most: number) => fc.double({ min: -most, max: most, noNaN: true });
  fc.assert(
    fc.property(degrees(89), degrees(179), (latitude, longitude) => {
      const kept = rounded({ latitude, longitude }) as typeof here; // the same shape
      const north = Math.abs(kept.latitude - latitude) * 111_320;
      const east = Math.abs(kept.longitude - longitude) * 111_320 * Math.cos((latitude * Math.PI) / 180);
      assert.ok(Math.hypot(north, east) < 1_000, `${Math.hypot(north, east)} m`);
      assert.deepEqual(rounded(kept), kept, 'rounding again changes nothing');
      assert.ok(Math.abs(kept.latitude * 100 - Math.round(kept.latitude * 100)) < 1e-6);
    }),
  );
});
