import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';

import { upstreamMeanings } from '../../src/domain/failure.ts';
import type { Failure } from '../../src/domain/failure.ts';
import { afterTry, becameLong } from '../../src/domain/revocation.ts';
import { after } from '../../src/domain/schedule.ts';

const now = new Date('2026-05-04T08:00:00Z');
const failure = (change: Partial<Failure> = {}): Failure => ({
  meaning: 'smartcarUnreachable',
  type: null,
  code: null,
  status: null,
  requestId: null,
  retryAfterS: null,
  resolutionUrl: null,
  ...change,
});
const waitS = (tries: number, change: Partial<Failure> = {}): number => {
  const { dueAt } = afterTry({ came: 'failed', failure: failure(change) }, tries, now);
  assert.ok(dueAt);
  return (dueAt.getTime() - now.getTime()) / 1_000;
};

test('tries follow after a minute, then ever later, and never more than six hours apart', () => {
  assert.deepEqual(
    [1, 2, 3, 4, 5, 6, 7, 500].map((tries) => waitS(tries)),
    [60, 300, 900, 3_600, 10_800, 21_600, 21_600, 21_600],
  );
});

test('however often it fails, and at whatever, it is tried again by itself and never sooner than it was told', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 10_000 }),
      fc.constantFrom(...upstreamMeanings),
      fc.option(fc.integer({ min: 0, max: 86_400 })),
      (tries, meaning, retryAfterS) => {
        const standing = afterTry({ came: 'failed', failure: failure({ meaning, retryAfterS }) }, tries, now);
        assert.equal(standing.state, 'waiting');
        assert.equal(standing.handedOverBecause, null);
        assert.ok(waitS(tries, { meaning, retryAfterS }) >= (retryAfterS ?? 0));
      },
    ),
  );
});

test('what nothing of ours can end is not tried again; what others share is looked at once a day', () => {
  assert.deepEqual(afterTry({ came: 'stuck', because: 'nothingHeld' }, 3, now), {
    state: 'handedOver',
    handedOverBecause: 'nothingHeld',
    dueAt: null,
  });
  assert.deepEqual(afterTry({ came: 'stuck', because: 'othersShareIt' }, 3, now), {
    state: 'handedOver',
    handedOverBecause: 'othersShareIt',
    dueAt: after(now, 86_400),
  });
});

test('operators are told once, at the first try after three days', () => {
  const day = 86_400;
  const told = (before: number | null, at: number): boolean =>
    becameLong(now, before === null ? null : after(now, before), after(now, at));
  assert.equal(told(null, 2 * day), false);
  assert.equal(told(2 * day, 2.9 * day), false);
  assert.equal(told(2.9 * day, 3.1 * day), true);
  assert.equal(told(3.1 * day, 3.4 * day), false);
  assert.equal(told(null, 4 * day), true, 'nobody was there to try it before');
});
