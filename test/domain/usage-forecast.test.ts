/** What a month's requests will come to, and what is told of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { budgetAlert, firstDayFor, forecastMonth, usedIn } from '../../src/domain/usage-forecast.ts';
import type { DayCount, MonthStanding } from '../../src/domain/usage-forecast.ts';

/** So many requests on each of these days of May, or of April where the number is below one. */
const days = (from: number, counts: readonly number[]): DayCount[] =>
  counts.map((requests, index) => ({
    day: new Date(Date.UTC(2026, 4, from + index)).toISOString().slice(0, 10),
    requests,
  }));
const at = (day: number, hour: number): Date => new Date(Date.UTC(2026, 4, day, hour));

test('in the first hours nothing is forecast, nor where nothing was ever counted', () => {
  assert.equal(forecastMonth([], at(4, 20)), null);
  assert.equal(forecastMonth(days(4, [900]), at(4, 23)), null, 'when in the day it began is not known');
  assert.equal(forecastMonth(days(4, [900, 50]), at(5, 11)), null);
  assert.notEqual(forecastMonth(days(4, [900, 50]), at(5, 12)), null);
});

test('days that are alike go on so, and the range is narrow', () => {
  assert.deepEqual(forecastMonth(days(-6, Array(17).fill(100)), at(11, 0)), {
    expected: 3_100,
    low: 2_995,
    high: 3_205,
  });
});

test('days that differ make the range wide, and it is never below what was used', () => {
  const steady = forecastMonth(days(1, Array(20).fill(100)), at(21, 0));
  const uneven = forecastMonth(
    days(
      1,
      Array.from({ length: 20 }, (_, i) => (i % 2 ? 200 : 0)),
    ),
    at(21, 0),
  );
  assert.ok(steady && uneven);
  assert.ok(uneven.high - uneven.low > 5 * (steady.high - steady.low));
  assert.ok(uneven.low >= 2_000);
});

test('the last seven days count, so that last month is a forecast on the first of this', () => {
  const april = days(-20, [...Array(15).fill(10_000), ...Array(6).fill(100)]);
  const known = forecastMonth([...april, { day: '2026-05-01', requests: 50 }], at(1, 12));
  assert.ok(known && known.expected > 3_000 && known.expected < 48_000);
  assert.equal(firstDayFor(at(1, 12)), '2026-04-24');
  assert.equal(firstDayFor(at(20, 0)), '2026-05-01');
  assert.equal(usedIn([...april, ...days(1, [50, 60])], at(2, 12)), 110);
});

test('whatever was counted, the range holds the forecast, and nothing is below what was used', () => {
  const counts = fc.array(fc.integer({ min: 0, max: 100_000 }), { minLength: 1, maxLength: 31 });
  fc.assert(
    fc.property(counts, fc.integer({ min: 0, max: 23 }), (requests, hour) => {
      const now = at(requests.length, hour);
      const counted = days(1, requests);
      const forecast = forecastMonth(counted, now);
      if (!forecast) return;
      const used = usedIn(counted, now);
      assert.ok(used <= forecast.low && forecast.low <= forecast.expected && forecast.expected <= forecast.high);
    }),
  );
});

const standing = (change: Partial<MonthStanding>): MonthStanding => ({
  used: 10,
  quota: 100,
  forecast: null,
  ...change,
});
const expecting = (expected: number) => ({ forecast: { expected, low: expected, high: expected } });
const none = standing({ quota: null });

test('a fleet is told when more is expected than there is, and critically when it is used up', () => {
  const cases: [MonthStanding, MonthStanding, string][] = [
    [standing({}), none, 'resolve'],
    [standing(expecting(100)), none, 'resolve'],
    [standing(expecting(101)), none, 'warning'],
    [standing({ used: 100, ...expecting(101) }), none, 'critical'],
    [standing({}), standing(expecting(101)), 'warning'],
    [standing(expecting(101)), standing({ used: 100 }), 'critical'],
    [standing({ quota: 0 }), none, 'resolve'],
  ];
  for (const [fleet, application, told] of cases) {
    const change = budgetAlert(fleet, application);
    assert.equal(change.key, 'budget.forecast');
    assert.equal(change.change === 'open' ? change.severity : change.change, told);
  }
});
