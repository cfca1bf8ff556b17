import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { statuses } from '../../src/domain/cause.ts';
import { lapseOf, noticeUntil } from '../../src/domain/lapse.ts';
import type { LapsingGrant } from '../../src/domain/lapse.ts';
import { makePolicy } from '../../src/domain/make-policy.ts';

const day = 86_400_000;
const start = new Date('2026-05-04T08:00:00Z');
const inDays = (days: number): Date => new Date(start.getTime() + days * day);
const grant = (change: Partial<LapsingGrant>): LapsingGrant => ({
  status: 'active',
  signedInAt: start,
  tokensEndAt: null,
  make: makePolicy('VOLKSWAGEN'),
  ...change,
});

test('on v3 no limit is documented, so none is made up', () => {
  assert.equal(lapseOf(grant({})), null);
});

test('on v2 a grant lapses when its tokens have been unused for too long [§1.7-4]', () => {
  assert.deepEqual(lapseOf(grant({ tokensEndAt: inDays(60) })), { at: inDays(60), because: 'unused' });
});

test('Rivian wants its owner to sign in again after two weeks, whatever the platform [§5-10]', () => {
  const due = { at: inDays(14), because: 'manufacturer' };
  assert.deepEqual(lapseOf(grant({ make: makePolicy('Rivian') })), due);
  assert.deepEqual(lapseOf(grant({ make: makePolicy('RIVIAN'), tokensEndAt: inDays(60) })), due);
  assert.deepEqual(lapseOf(grant({ make: makePolicy('RIVIAN'), tokensEndAt: inDays(3) })), {
    at: inDays(3),
    because: 'unused',
  });
});

test('what is gone does not lapse any more', () => {
  for (const status of ['expired', 'disconnected'] as const)
    assert.equal(lapseOf(grant({ status, make: makePolicy('RIVIAN'), tokensEndAt: inDays(60) })), null);
});

test('a forecast is never later than any limit that is known, and none is later than an earlier sign-in allows', () => {
  const days = fc.integer({ min: -100, max: 100 });
  const drawn = fc.record({
    status: fc.constantFrom(...statuses),
    signedInAt: days.map(inDays),
    tokensEndAt: fc.option(days.map(inDays)),
    make: fc.constantFrom(null, 'RIVIAN', 'VOLKSWAGEN').map((make) => makePolicy(make)),
  });
  fc.assert(
    fc.property(drawn, (one) => {
      const lapse = lapseOf(one);
      if (!lapse) return;
      if (one.tokensEndAt) assert.ok(lapse.at <= one.tokensEndAt);
      const later = lapseOf({ ...one, signedInAt: new Date(one.signedInAt.getTime() + day) });
      assert.ok(later && later.at >= lapse.at);
    }),
  );
});

test('operators are told a week ahead', () => {
  assert.deepEqual(noticeUntil(start), inDays(7));
});
