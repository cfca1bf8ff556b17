import assert from 'node:assert/strict';
import { test } from 'node:test';

import { successRate } from '../../src/domain/command-figures.ts';

const none = {
  asked: 0,
  underWay: 0,
  confirmed: 0,
  unconfirmed: 0,
  failed: 0,
  expired: 0,
  cancelled: 0,
  superseded: 0,
};

test('success is what was confirmed of what ended by itself; what was taken back, replaced or is under way is left out', () => {
  assert.equal(successRate(none), null);
  assert.equal(successRate({ ...none, asked: 9, underWay: 4, cancelled: 2, superseded: 3 }), null);
  assert.equal(successRate({ ...none, confirmed: 6, cancelled: 50, superseded: 50, underWay: 50 }), 1);
  for (const other of ['unconfirmed', 'failed', 'expired'] as const)
    assert.equal(successRate({ ...none, confirmed: 3, [other]: 1 }), 0.75, other);
});
