import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isOver, silenceAfterS } from '../../src/domain/silence.ts';

const hour = 3_600;

test('nights are no silence, and neither is a habit that is not known yet', () => {
  assert.equal(
    silenceAfterS({ longestGapsS: [8, 7, 8, 9, 8, 7, 8].map((hours) => hours * hour), deliveries: 500 }),
    24 * hour,
  );
  assert.equal(silenceAfterS({ longestGapsS: [60, 60], deliveries: 500 }), null);
  assert.equal(silenceAfterS({ longestGapsS: [60, 60, 60], deliveries: 19 }), null);
});

test('a fleet that is never quiet is given an hour', () => {
  assert.equal(silenceAfterS({ longestGapsS: [30, 40, 20, 50, 30, 30, 30], deliveries: 100_000 }), hour);
});

test('one outage of a day does not make the next silence usual', () => {
  const usual = [600, 700, 600, 800, 700, 600];
  assert.equal(silenceAfterS({ longestGapsS: [...usual, 26 * hour], deliveries: 5_000 }), hour);
});

test('longer pauses never make silence be told sooner', () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 200_000 }), { minLength: 3, maxLength: 7 });
  fc.assert(
    fc.property(gaps, fc.integer({ min: 0, max: 50_000 }), (longestGapsS, more) => {
      const before = silenceAfterS({ longestGapsS, deliveries: 100 });
      const later = silenceAfterS({ longestGapsS: longestGapsS.map((gap) => gap + more), deliveries: 100 });
      assert.ok(before !== null && later !== null && later >= before);
    }),
  );
});

test('a share of a handful says nothing', () => {
  assert.ok(!isOver(4, 4, 0.1, 5));
  assert.ok(!isOver(10, 100, 0.1, 5));
  assert.ok(isOver(11, 100, 0.1, 5));
});
