import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planMonth, type ProvedCar } from '../../proofs/month/faults.ts';
import { judge, type Change, type Judgement, type JudgeInput, type Message } from '../../proofs/month/judge.ts';
import { tooFewCases } from '../../proofs/month/report.ts';
import { kinds, Truth } from '../../proofs/month/truth.ts';

const minute = 60_000;
const hour = 60 * minute;
const vin = 'WVWZZZ1KZAW000001';
const sameMake = 'WVWZZZ1KZAW000002';
const otherMake = 'KNAZZZ1KZAW000003';
const email = 'anna@mail.example';

interface Given {
  truth?: (truth: Truth) => void;
  changes?: Partial<Change>[];
  messages?: Partial<Message>[];
}

/** A week of one car, whose trouble is to be told within an hour. */
function judged({ truth = () => undefined, changes = [], messages = [] }: Given): Judgement {
  const kept = new Truth();
  truth(kept);
  const input: JudgeInput = {
    episodes: kept.episodes,
    changes: changes.map((change) => ({ vin, at: 0, from: 'active', to: 'expired', cause: 'signedOut', ...change })),
    messages: messages.map((message) => ({ email, vins: [vin], at: 0, ...message })),
    byOperator: [],
    emailOf: new Map([[vin, email]]),
    makeOf: new Map([
      [vin, 'VOLKSWAGEN'],
      [sameMake, 'VOLKSWAGEN'],
      [otherMake, 'KIA'],
    ]),
    deadlineS: () => 3_600,
    endAt: 7 * 24 * hour,
  };
  return judge(input);
}

const signedOut = (truth: Truth): void => void truth.begin(vin, kinds.signedOut, 10 * hour, 10 * hour + 2 * minute);
const figures = ({ causes }: Judgement) => causes.map(({ said, right, due, told }) => ({ said, right, due, told }));

test('a cause that is told in time, with a message, is right in every figure', () => {
  const at = 10 * hour + 5 * minute;
  const judgement = judged({ truth: signedOut, changes: [{ at }], messages: [{ at }] });
  assert.deepEqual(figures(judgement), [{ said: 1, right: 1, due: 1, told: 1 }]);
  assert.deepEqual(judgement.causes[0]?.detectS, [180]);
  assert.deepEqual(judgement.mistakes, []);
});

test('a cause without a trouble is wrong, and as expired the worst there is', () => {
  const judgement = judged({ changes: [{ at: 10 * hour }], messages: [{ at: 10 * hour }] });
  assert.deepEqual(figures(judgement), [{ said: 1, right: 0, due: 0, told: 0 }]);
  assert.equal(judgement.falselyExpired, 1);
  assert.equal(judgement.unmendable, 1);
});

test('a cause before its trouble, or long after its end, is wrong', () => {
  const ended = (truth: Truth): void => {
    signedOut(truth);
    truth.end(vin, 'signedOut', 12 * hour, 12 * hour, 'itself');
  };
  const judgement = judged({ truth: ended, changes: [{ at: 9 * hour }, { at: 13 * hour }] });
  assert.equal(judgement.falselyExpired, 2);
});

test('a trouble that is told late, or not at all, was not told, and its owner was not written to', () => {
  const late = judged({ truth: signedOut, changes: [{ at: 12 * hour }], messages: [{ at: 12 * hour }] });
  assert.deepEqual(figures(late), [{ said: 1, right: 1, due: 1, told: 0 }]);
  assert.equal(late.missingMessages, 0);
  const never = judged({ truth: signedOut });
  assert.deepEqual(figures(never), [{ said: 0, right: 0, due: 1, told: 0 }]);
  assert.equal(never.missingMessages, 1);
});

test('a trouble that ended before its deadline is owed no word', () => {
  const short = (truth: Truth): void => {
    signedOut(truth);
    truth.end(vin, 'signedOut', 10 * hour + 30 * minute, 10 * hour + 30 * minute, 'itself');
  };
  assert.deepEqual(figures(judged({ truth: short })), [{ said: 0, right: 0, due: 0, told: 0 }]);
});

const outageOf = (truth: Truth, car: string, from: number, to: number): void => {
  truth.begin(car, kinds.outage, from, from);
  truth.end(car, 'manufacturerFailing', to, to, 'itself');
};

test("what begins in an outage of its make is to be told once that is over; another make's is no excuse", () => {
  const within = (car: string) => (truth: Truth) => {
    outageOf(truth, car, 9 * hour, 15 * hour);
    signedOut(truth);
  };
  const after: Given = { changes: [{ at: 15 * hour + 40 * minute }], messages: [{ at: 16 * hour }] };
  const own = (judgement: Judgement) => figures({ ...judgement, causes: judgement.causes.filter(({ said }) => said) });
  assert.deepEqual(own(judged({ truth: within(sameMake), ...after })), [{ said: 1, right: 1, due: 1, told: 1 }]);
  assert.deepEqual(own(judged({ truth: within(otherMake), ...after })), [{ said: 1, right: 1, due: 1, told: 0 }]);
  const late: Given = { changes: [{ at: 17 * hour }], messages: [{ at: 17 * hour }] };
  assert.deepEqual(own(judged({ truth: within(sameMake), ...late })), [{ said: 1, right: 1, due: 1, told: 0 }]);
  const never = judged({ truth: within(sameMake) });
  assert.ok(never.mistakes.some((line) => line.includes('signedOut') && line.includes('not at all')));
  assert.equal(never.missingMessages, 1);
});

test('an outage that an account hides before its deadline is owed no word, unless it outlasts what hides it', () => {
  const hidden = (until: number | null) => (truth: Truth) => {
    outageOf(truth, vin, 9.5 * hour, 15 * hour);
    signedOut(truth);
    if (until) truth.end(vin, 'signedOut', until, until, 'owner');
  };
  const outage = ({ causes }: Judgement) => causes.find(({ cause }) => cause === 'manufacturerFailing');
  assert.equal(outage(judged({ truth: hidden(null) }))?.due, 0);
  assert.deepEqual(outage(judged({ truth: hidden(12 * hour) }))?.due, 1);
  const before = outage(judged({ truth: hidden(null), changes: [{ at: 9.6 * hour, cause: 'manufacturerFailing' }] }));
  assert.deepEqual([before?.due, before?.told], [1, 1]);
});

test('what stays told a day and a half after it ended is stuck', () => {
  const ended = (truth: Truth): void => {
    signedOut(truth);
    truth.end(vin, 'signedOut', 20 * hour, 20 * hour, 'owner');
  };
  const changes: Partial<Change>[] = [{ at: 10 * hour + 5 * minute }];
  assert.equal(judged({ truth: ended, changes }).stuck, 1);
  const healed = judged({ truth: ended, changes: [...changes, { at: 20 * hour + minute, to: 'active', cause: null }] });
  assert.equal(healed.stuck, 0);
  assert.deepEqual(healed.healedByOwnerS, [60]);
});

test('two messages within a day to the same owner are one too many', () => {
  const at = 10 * hour + 5 * minute;
  const judgement = judged({ truth: signedOut, changes: [{ at }], messages: [{ at }, { at: at + 5 * hour }] });
  assert.equal(judgement.duplicates, 1);
});

test('a seed draws the same month again, and an account has one trouble at most', () => {
  const cars: ProvedCar[] = Array.from({ length: 90 }, (_, index) => ({
    vin: `VIN${index}`,
    make: ['TESLA', 'KIA', 'BMW', 'FORD'][index % 4] ?? '',
    model: '',
    year: 2022,
    email: `${Math.floor(index / 2)}@mail.example`,
    freshnessS: 300,
  }));
  const plan = planMonth(5, cars, 0, 30);
  assert.deepEqual(planMonth(5, cars, 0, 30), plan);
  assert.equal(new Set(plan.troubles.map((trouble) => trouble.email)).size, plan.troubles.length);
  assert.equal(new Set(plan.outages.map(({ make }) => make)).size, 3);
});

test('a cause with too few cases is named, and so is one that never came up', () => {
  const one = judged({ truth: signedOut });
  assert.deepEqual(tooFewCases([one, one], ['signedOut', 'vehicleRemoved']), ['signedOut 2', 'vehicleRemoved 0']);
  assert.deepEqual(tooFewCases(Array<Judgement>(34).fill(one), ['signedOut']), []);
});
