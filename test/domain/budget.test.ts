/** Who may spend of the application's bucket, what is given up first, and that everybody has their turn. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { admit } from '../../src/domain/admission.ts';
import type { Waiting } from '../../src/domain/admission.ts';
import { correct, emptied, fullBucket, pay, refill, saveUp } from '../../src/domain/bucket.ts';
import type { Bucket, BucketLimits, Piece } from '../../src/domain/bucket.ts';
import { purposes, untouched, yieldsTo } from '../../src/domain/purpose.ts';
import type { Purpose } from '../../src/domain/purpose.ts';
import { minutes } from './builders.ts';

const reserve = 0.1;
const limits: BucketLimits = { capacity: 120, perMinute: 2, perMonth: null };
const full = fullBucket(limits, minutes(0));
const seconds = (n: number): Date => new Date(minutes(0).getTime() + n * 1_000);

/** How many pieces go at once. */
function most(bucket: Bucket, piece: Piece, of: BucketLimits = limits, at = minutes(0)): number {
  let count = 0;
  for (let left = pay(bucket, of, piece, reserve, at); left; left = pay(left, of, piece, reserve, at)) count += 1;
  return count;
}

const inTurn: [purpose: Purpose, atOnce: number][] = [
  ['quiet', 84],
  ['routine', 96],
  ['upkeep', 100],
  ['proof', 104],
  ['person', 108],
  ['command', 120],
];
for (const [purpose, atOnce] of inTurn) {
  test(`of 120 requests ${purpose} may use ${atOnce} at once, and leaves the rest to what comes before it`, () => {
    assert.equal(most(full, { purpose, cost: 1 }), atOnce);
  });
}

test('what is given up first leaves most, and only commands touch their reserve', () => {
  assert.deepEqual(
    inTurn.map(([purpose]) => purpose),
    purposes,
  );
  for (const [lower, higher] of purposes.slice(1).map((name, index) => [purposes[index] ?? name, name] as const)) {
    assert.ok(yieldsTo(lower, higher) && !yieldsTo(higher, lower));
    assert.ok(untouched(lower, reserve) > untouched(higher, reserve), `${lower} leaves more than ${higher}`);
  }
});

const anyLimits = fc.record({
  capacity: fc.integer({ min: 1, max: 300 }),
  perMinute: fc.integer({ min: 1, max: 60 }),
  perMonth: fc.option(fc.integer({ min: 1, max: 3_000 })),
});
const anyPurpose = fc.constantFrom(...purposes);

test('a bucket never gives more than it holds and what comes since, nor what is kept for others', () => {
  const asks = fc.array(
    fc.record({ gap: fc.integer({ min: -2, max: 15 }), purpose: anyPurpose, cost: fc.integer({ min: 1, max: 9 }) }),
  );
  fc.assert(
    fc.property(anyLimits, asks, fc.double({ min: 0, max: 0.5, noNaN: true }), (of, asked, kept) => {
      let bucket = fullBucket(of, minutes(0));
      let [minute, passed, total] = [0, 0, 0];
      for (const { gap, ...piece } of asked) {
        minute += gap;
        passed = Math.max(passed, minute);
        const before = refill(bucket, of, minutes(minute));
        const paid = pay(bucket, of, piece, kept, minutes(minute));
        if (!paid) bucket = saveUp(before, piece, minutes(minute));
        else {
          const floor = of.capacity * untouched(piece.purpose, kept);
          const isWhole = before.tokens >= of.capacity;
          assert.ok(isWhole || paid.tokens >= floor - 1e-9, 'what others are kept is there');
          total += piece.cost;
          bucket = paid;
        }
        assert.ok(of.perMonth === null || bucket.spent <= of.perMonth);
      }
      const whole = Math.max(of.capacity, 9);
      assert.ok(total <= whole + passed * of.perMinute + 1e-6);
    }),
  );
});

test('clocks that differ are not granted the difference', () => {
  let bucket: Bucket | null = full;
  let granted = 0;
  for (let i = 0; i < 400; i += 1) {
    const next: Bucket | null = pay(bucket, limits, { purpose: 'command', cost: 1 }, reserve, seconds(i % 2 ? 30 : 0));
    if (!next) continue;
    bucket = next;
    granted += 1;
  }
  assert.equal(granted, 121, 'what it held, and what half a minute brings');
});

test('when Smartcar says that nothing is left nothing is taken, not even by commands, until it comes back', () => {
  const empty = emptied(full, limits, 300, minutes(0));
  for (const purpose of purposes) assert.equal(pay(empty, limits, { purpose, cost: 1 }, reserve, minutes(5)), null);
  assert.ok(pay(empty, limits, { purpose: 'command', cost: 1 }, reserve, minutes(5.5)), 'commands come first');
  assert.equal(pay(empty, limits, { purpose: 'routine', cost: 1 }, reserve, minutes(16.9)), null);
  assert.ok(pay(empty, limits, { purpose: 'routine', cost: 1 }, reserve, minutes(17.6)), 'their part is full again');
});

test('what nobody could refuse is paid for afterwards, and what was not sent is given back', () => {
  assert.deepEqual([correct(full, limits, 130).tokens, correct(full, limits, 130).spent], [-10, 130]);
  const spent = { ...full, tokens: 50, spent: 70 };
  assert.deepEqual([correct(spent, limits, -20).tokens, correct(spent, limits, -20).spent], [70, 50]);
  assert.equal(correct(full, limits, -20).tokens, 120);
});

test('the contract of a month is spread over it by routine reads, and never passed by anything', () => {
  const of = { ...limits, capacity: 100_000, perMonth: 31_000 };
  const start = new Date('2026-05-01T00:00:00Z');
  const fresh = fullBucket(of, start);
  assert.equal(most(fresh, { purpose: 'routine', cost: 1 }, of, start), 800, 'a day of what is for routine reads');
  assert.equal(most(fresh, { purpose: 'routine', cost: 1 }, of, new Date('2026-05-16T12:00:00Z')), 13_200);
  assert.equal(most(fresh, { purpose: 'proof', cost: 1 }, of, start), 26_970);
  assert.equal(most(fresh, { purpose: 'person', cost: 1 }, of, start), 27_900);
  assert.equal(most(fresh, { purpose: 'command', cost: 1 }, of, start), 31_000);
  const used = { ...fresh, spent: 31_000 };
  assert.equal(pay(used, of, { purpose: 'command', cost: 1 }, reserve, new Date('2026-05-31T23:59:59Z')), null);
  const next = pay(used, of, { purpose: 'routine', cost: 1 }, reserve, new Date('2026-06-01T00:00:00Z'));
  assert.deepEqual([next?.month, next?.spent], ['2026-06', 1]);
});

// — saving up —

test('while one saves for seven requests, those who need one do not eat them up', () => {
  const low = { ...full, tokens: 24 };
  const v2: Piece = { purpose: 'routine', cost: 7 };
  const v3: Piece = { purpose: 'routine', cost: 1 };
  assert.equal(pay(low, limits, v2, reserve, minutes(0)), null);
  let bucket = saveUp(low, v2, minutes(0));
  for (let minute = 0.5; minute < 3.5; minute += 0.5) {
    assert.equal(pay(bucket, limits, v3, reserve, minutes(minute)), null, `at minute ${minute}`);
    bucket = saveUp(refill(bucket, limits, minutes(minute)), v2, minutes(minute));
  }
  assert.ok(pay(bucket, limits, { purpose: 'person', cost: 3 }, reserve, minutes(3)), 'a person does not wait for it');
  const paid = pay(bucket, limits, v2, reserve, minutes(3.5));
  assert.ok(paid);
  assert.equal(paid.saving, null);
});

test('who saved and did not come back holds nobody up for longer than two minutes', () => {
  const saving = saveUp({ ...full, tokens: 30 }, { purpose: 'routine', cost: 50 }, minutes(0));
  assert.equal(pay(saving, limits, { purpose: 'routine', cost: 1 }, reserve, minutes(1.9)), null);
  assert.ok(pay(saving, limits, { purpose: 'routine', cost: 1 }, reserve, minutes(2)));
});

test('what is more than the bucket ever holds goes when it is full', () => {
  const small = { capacity: 5, perMinute: 1, perMonth: null };
  const bucket = fullBucket(small, minutes(0));
  const paid = pay(bucket, small, { purpose: 'routine', cost: 7 }, reserve, minutes(0));
  assert.equal(paid?.tokens, -2);
});

// — whose turn it is —

let made = 0;
const due = (minute: number, change: Partial<Waiting> = {}): Waiting & { id: number } => ({
  id: (made += 1),
  purpose: 'routine',
  cost: 1,
  dueAt: minutes(minute),
  make: null,
  isProbe: false,
  ...change,
});
const admitted = (waiting: readonly Waiting[], bucket = full, at = minutes(0), atMost = 50) =>
  admit(bucket, limits, waiting, { reserveForCommands: reserve, most: atMost }, at).admitted;

test('first what has to be proved, then routine, then quiet cars; among them who waits longest', () => {
  const [late, early] = [due(-1), due(-5)];
  const [quiet, proof] = [due(-60, { purpose: 'quiet' }), due(0, { purpose: 'proof' })];
  assert.deepEqual(admitted([late, quiet, early, proof]), [proof, early, late, quiet]);
});

test('a quiet car that has waited for more than six hours waits among the others', () => {
  const [forgotten, recent] = [due(-361, { purpose: 'quiet' }), due(-60, { purpose: 'quiet' })];
  const routine = due(-200);
  assert.deepEqual(admitted([recent, routine, forgotten]), [forgotten, routine, recent]);
  const low = { ...full, tokens: 30 };
  assert.deepEqual(admitted([recent, routine, forgotten], low), [forgotten, routine], 'and is paid for as they are');
});

test('nobody overtakes a read that can not be paid yet', () => {
  const [v2, v3] = [due(-5, { cost: 7 }), due(-1)];
  const { admitted: none, bucket } = admit(
    { ...full, tokens: 26 },
    limits,
    [v3, v2],
    { reserveForCommands: reserve, most: 50 },
    minutes(0),
  );
  assert.deepEqual(none, []);
  assert.deepEqual([bucket.saving?.purpose, bucket.saving?.cost], ['routine', 7]);
  assert.deepEqual(admitted([v3, v2], bucket, minutes(2.5)), [v2]);
});

test('no more than are wanted at once', () => {
  assert.equal(
    admitted(
      Array.from({ length: 9 }, () => due(0)),
      full,
      minutes(0),
      4,
    ).length,
    4,
  );
});

test('one car of a make tries whether it still has to wait; its others wait for that', () => {
  const fords = [1, 2, 3].map((n) => due(-n, { make: 'FORD', isProbe: true }));
  const kias = [due(-9, { make: 'KIA', isProbe: true }), due(-8, { make: 'KIA', isProbe: true })];
  const other = due(0, { make: 'SKODA' });
  assert.deepEqual(admitted([...fords, ...kias, other]), [kias[0], fords[2], other]);
});

/**
 * Cars that are each due again as soon as they were read: the queue never ends. The bucket is asked each second, as the
 * loop does. @returns how often each was read, and the longest that one waited, in seconds
 */
function rush(
  of: BucketLimits,
  cars: readonly { purpose: 'quiet' | 'routine' | 'proof'; cost: number }[],
  hours: number,
) {
  const waiting = cars.map((car, index) => ({ ...due(0, car), index, reads: 0, longestS: 0 }));
  let bucket = fullBucket(of, minutes(0));
  for (let second = 0; second < hours * 3_600; second += 1) {
    const now = seconds(second);
    const round = admit(bucket, of, waiting, { reserveForCommands: reserve, most: 50 }, now);
    bucket = round.bucket;
    for (const one of round.admitted) {
      one.longestS = Math.max(one.longestS, (now.getTime() - one.dueAt.getTime()) / 1_000);
      one.reads += 1;
      one.dueAt = new Date(now.getTime() + 1);
    }
  }
  return { waiting, bucket };
}

test('with any small bucket, cars that cost seven and cars that cost one are read equally often, and none starves', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 3, max: 60 }),
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 12 }),
      (capacity, perMinute, v2, v3) => {
        const cars = [
          ...Array.from({ length: v2 }, () => ({ purpose: 'routine', cost: 7 }) as const),
          ...Array.from({ length: v3 }, () => ({ purpose: 'routine', cost: 1 }) as const),
        ];
        const roundS = ((v2 * 7 + v3) / perMinute) * 60;
        const { waiting } = rush({ capacity, perMinute, perMonth: null }, cars, Math.max(1, (4 * roundS) / 3_600));
        const reads = waiting.map((one) => one.reads);
        assert.ok(Math.max(...reads) - Math.min(...reads) <= 1, reads.join(' '));
        assert.ok(Math.max(...waiting.map(({ longestS }) => longestS)) <= roundS + 600, 'no longer than one round');
      },
    ),
    { numRuns: 25 },
  );
});

test('quiet cars are given up while others need everything, and still read some time', () => {
  const cars = [
    ...Array.from({ length: 30 }, () => ({ purpose: 'routine', cost: 1 }) as const),
    ...Array.from({ length: 10 }, () => ({ purpose: 'quiet', cost: 7 }) as const),
  ];
  const { waiting } = rush({ capacity: 40, perMinute: 2, perMonth: null }, cars, 24);
  const [routine, quiet] = [waiting.slice(0, 30), waiting.slice(30)];
  assert.ok(Math.min(...routine.map(({ reads }) => reads)) > 5 * Math.max(...quiet.map(({ reads }) => reads)));
  for (const { reads, longestS } of quiet) assert.ok(reads >= 2 && longestS < 7 * 3_600, `${reads}, ${longestS} s`);
});

test('whatever polls want, the reserve of commands and people stays whole', () => {
  const cars = Array.from({ length: 60 }, (_, i) => ({ purpose: 'proof', cost: i % 2 ? 7 : 1 }) as const);
  const { bucket } = rush(limits, cars, 6);
  assert.ok(bucket.tokens >= 12, `${bucket.tokens}`);
  assert.ok(most(bucket, { purpose: 'command', cost: 1 }, limits, bucket.filledAt) >= 12);
});
