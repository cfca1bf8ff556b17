/** Sentences of single pages whose parts the catalogue has to put together. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { CompatibilityCheck } from '../../src/domain/compatibility.ts';
import { goLiveFoundText } from '../../src/texts/go-live-words.ts';
import { compatibilityText } from '../../src/texts/make-words.ts';

const now = new Date('2026-05-04T09:00:00Z');

test('how long ago is said in the largest unit of which there are two', () => {
  const place = { publicUrl: 'https://t.example', webhookAddress: 'https://t.example/hook' };
  const told = (seconds: number): string =>
    goLiveFoundText({ says: 'heard', at: new Date(now.getTime() - seconds * 1_000) }, place, now);
  assert.deepEqual(
    [-5, 59, 60, 119, 7_199, 7_200, 2 * 86_400].map(told),
    ['just now', 'just now', '1 minute ago', '1 minute ago', '119 minutes ago', '2 hours ago', '2 days ago'].map(
      (age) => `The last signed message came ${age}.`,
    ),
  );
});

test('what is not known of a car that can not be connected is not named', () => {
  const check: CompatibilityCheck = {
    ...{ checkedAt: now, vin: 'WVWZZZE1ZMP000001', country: 'DE', requestId: null },
    ...{ answer: 'incompatible', reason: 'make', lacking: null },
  };
  const [named, nameless] = ['VOLKSWAGEN', null].map((make) => compatibilityText(check, { make }));
  assert.match(named ?? '', /connect Volkswagen in this country/);
  assert.match(nameless ?? '', /connect cars of this make in this country/);
});
