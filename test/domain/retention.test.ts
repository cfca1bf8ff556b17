import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';

import { dayOf, firstKeptDay, pieces } from '../../src/domain/retention.ts';

test('the first day that is kept is so many days before today, in UTC, whatever the hour', () => {
  for (const hour of ['00:00:00.000', '23:59:59.999'])
    assert.equal(firstKeptDay(30, new Date(`2026-03-31T${hour}Z`)), '2026-03-01');
});

test('a span is cut into what is older than any partition, and single days', () => {
  assert.deepEqual(pieces({ from: null, before: '2026-03-02' }, '2026-02-28'), [
    { from: null, before: '2026-02-28' },
    { from: '2026-02-28', before: '2026-03-01' },
    { from: '2026-03-01', before: '2026-03-02' },
  ]);
  assert.deepEqual(pieces({ from: '2026-03-01', before: '2026-03-02' }, '2026-02-28'), [
    { from: '2026-03-01', before: '2026-03-02' },
  ]);
  assert.deepEqual(pieces({ from: null, before: '2026-03-02' }, null), [{ from: null, before: '2026-03-02' }]);
  assert.deepEqual(pieces({ from: null, before: '2026-03-02' }, '2026-06-01'), [{ from: null, before: '2026-03-02' }]);
});

test('the pieces cover the span without a gap, and none is longer than a day but the first', () => {
  const day = fc.date({ min: new Date('2026-01-01'), max: new Date('2026-12-31'), noInvalidDate: true }).map(dayOf);
  fc.assert(
    fc.property(fc.option(day), day, fc.option(day), (from, before, first) => {
      const found = pieces({ from, before }, first);
      if (from !== null && from >= before) return assert.deepEqual(found, []);
      assert.equal(found[0]?.from, from);
      assert.equal(found.at(-1)?.before, before);
      for (const [place, piece] of found.entries()) if (place > 0) assert.equal(piece.from, found[place - 1]?.before);
    }),
  );
});
