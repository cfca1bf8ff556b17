/** How soon a car may be read again, and how often it is worth it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Connection } from '../../src/domain/connection.ts';
import { defaultPlan } from '../../src/domain/fleet.ts';
import type { Outcome } from '../../src/domain/outcome.ts';
import { makePolicy } from '../../src/domain/make-policy.ts';
import { carLimits, earliest, pacedIntervalS, readPurpose } from '../../src/domain/pace.ts';
import { after } from '../../src/domain/schedule.ts';
import { transition } from '../../src/domain/transition.ts';
import type { Policy } from '../../src/domain/transition.ts';
import { countAsked, noUsage } from '../../src/domain/usage.ts';
import type { Usage } from '../../src/domain/usage.ts';
import { aConnection, aNewConnection, claimed, data, failed, hours, minutes, policy, reading } from './builders.ts';
import { outcomeAt } from './arbitraries.ts';

const may1 = new Date('2026-05-01T00:00:00Z');
const dayMs = 86_400_000;
const { requestBudget } = defaultPlan;
const ofMake = (make: string | null): Policy => ({ ...policy, make: makePolicy(make), requestBudget });
const used = (requests: number, change: Partial<Usage> = {}): Usage => ({
  ...noUsage(minutes(0)),
  requests,
  ...change,
});
const nextAfter = (c: Connection, outcome: Outcome, by: Policy): Date | null =>
  transition(c, outcome, by, outcome.at).connection.nextPollAt;
/** Minutes to the next read. */
const waitMin = (c: Connection, outcome: Outcome, by: Policy): number | null => {
  const next = nextAfter(c, outcome, by);
  return next && Math.round((next.getTime() - outcome.at.getTime()) / 60_000);
};

describe('the month of a car', () => {
  const limits = carLimits(makePolicy('SKODA'), defaultPlan);

  test('500 requests, of which routine reads leave a fifth, last the month: one read in 112 minutes', () => {
    const ask = { purpose: 'routine', cost: 1 } as const;
    assert.equal(Math.round(pacedIntervalS(noUsage(may1), limits, ask, may1) / 60), 112);
    const v2 = { purpose: 'routine', cost: 7 } as const;
    assert.equal(Math.round(pacedIntervalS(noUsage(may1), limits, v2, may1) / 3_600), 13);
  });

  test('the plan says how often, until its own requests would not last', () => {
    const c = aConnection({ usage: used(40) });
    assert.equal(waitMin(c, data(0, -1), { ...ofMake('SKODA'), intervalS: 6 * 3_600 }), 360);
    const wait = waitMin(c, data(0, -1, { requests: 1 }), ofMake('SKODA')) ?? 0;
    assert.ok(wait > 100 && wait < 125, `${wait}`);
  });

  test('what was not used is there for later', () => {
    const on = (day: number, requests: number): number => {
      const at = new Date(may1.getTime() + day * dayMs);
      return pacedIntervalS({ ...noUsage(at), requests }, limits, { purpose: 'routine', cost: 1 }, at);
    };
    assert.ok(on(15, 100) < on(15, 200) && on(15, 200) < on(15, 390));
  });

  test('a month that is used up is waited for, spread over the first reads of the next, and no status changes', () => {
    const spent = aConnection({ usage: used(400) });
    const june = new Date('2026-06-01T00:00:00Z').getTime();
    const waits = [0, 0.5, 0.99].map((chance) => {
      const { connection, happenings, alerts } = transition(
        spent,
        data(0, -1),
        { ...ofMake('SKODA'), chance },
        minutes(0),
      );
      assert.deepEqual([connection.status, connection.cause, happenings, alerts], ['active', null, [], []]);
      return ((connection.nextPollAt?.getTime() ?? 0) - june) / 60_000;
    });
    assert.equal(waits[0], 0);
    assert.ok(waits.every((wait) => wait >= 0 && wait <= 112));
    assert.ok((waits[2] ?? 0) > 100);
  });

  test('a claim is still checked then, with what routine reads leave; and when that is used up too, it waits', () => {
    const proving = claimed(1, 'signedOut');
    const c = (requests: number) =>
      aConnection({ usage: used(requests, { lastAt: hours(-3) }), nextPollAt: hours(700) });
    assert.equal(waitMin(c(400), proving, ofMake('SKODA')), 0, 'in five seconds');
    assert.equal(waitMin(c(434), proving, ofMake('SKODA')), 0);
    assert.ok((waitMin(c(435), proving, ofMake('SKODA')) ?? 0) > 26 * 24 * 60);
    const again = aConnection({ usage: used(400, { lastAt: minutes(-3) }), nextPollAt: hours(700) });
    assert.equal(waitMin(again, proving, ofMake('SKODA')), 95, 'who is ahead of the month is not asked every minute');
  });

  test('the next month begins at nothing', () => {
    const june = new Date('2026-06-01T00:00:01Z');
    const counted = countAsked(used(400, { isUsedUp: true }), 1, null, june);
    assert.deepEqual([counted.month, counted.requests, counted.isUsedUp], ['2026-06', 1, false]);
  });

  test('a message from the month before that arrives late leaves the count as it is', () => {
    const usage = { ...used(400, { isUsedUp: true }), month: '2026-06' };
    const late = claimed(0, 'asleep');
    const { connection } = transition(aConnection({ usage }), late, policy, new Date('2026-06-01T00:00:01Z'));
    assert.deepEqual(connection.usage, usage);
  });

  test('where Smartcar itself says so it is asked once a day, and the first answer of a read ends it [§5-5]', () => {
    const refused = transition(aConnection(), failed(1, 'requestLimit', {}, { requests: 1 }), policy, minutes(1));
    const { connection } = refused;
    assert.deepEqual([connection.status, connection.usage.isUsedUp, refused.alerts], ['active', true, []]);
    const hoursLeft = ((connection.nextPollAt?.getTime() ?? 0) - minutes(1).getTime()) / 3_600_000;
    assert.ok(hoursLeft >= 24 && hoursLeft < 24.1, `${hoursLeft}`);
    const byWebhook = transition(connection, data(5, 4, { via: 'webhook' }), policy, minutes(5)).connection;
    assert.equal(byWebhook.usage.isUsedUp, true, 'a webhook costs nothing, and says nothing about it');
    assert.deepEqual(byWebhook.nextPollAt, connection.nextPollAt);
    const pressed = data(5, 4, { via: 'check', requests: 1 });
    const answered = transition(connection, pressed, policy, minutes(5)).connection;
    assert.equal(answered.usage.isUsedUp, false);
    assert.ok((answered.nextPollAt?.getTime() ?? 0) < hours(2).getTime());
  });
});

describe('what a read is for', () => {
  const lastAt = minutes(-30);
  const read = (newsAt: Date | null, change: Partial<Connection> = {}) =>
    readPurpose(aConnection({ newsAt, usage: used(1, { lastAt }), ...change }));

  const cases: [what: string, found: string, expected: string][] = [
    ['a car that waits for first data', readPurpose(aNewConnection()), 'proof'],
    ['a car that was in use when it was read', read(minutes(-35)), 'routine'],
    ['a car that stood when it was read', read(minutes(-300)), 'quiet'],
    ['a car whose news came by webhook since', read(minutes(-5)), 'quiet'],
    ['a car of which nothing is known', read(null), 'routine'],
    ['a car that sleeps', read(minutes(-35), { vehicleState: { meaning: 'asleep', since: minutes(-60) } }), 'quiet'],
    [
      'a car with an open door',
      read(minutes(-35), { vehicleState: { meaning: 'doorOpen', since: minutes(-60) } }),
      'routine',
    ],
  ];
  for (const [what, found, expected] of cases) test(`${what}: ${expected}`, () => assert.equal(found, expected));

  test('a claim is checked before anything else', () => {
    const suspected = transition(aConnection(), claimed(1, 'signedOut'), policy, minutes(1)).connection;
    assert.equal(readPurpose(suspected), 'proof');
  });

  const measured = (minute: number, via: 'poll' | 'webhook') =>
    data(0, 0, {
      via,
      requests: via === 'poll' ? 1 : 0,
      readings: [reading('odometer-traveleddistance', { measuredAt: minutes(minute) })],
    });
  const c = aConnection({ usage: used(1, { lastAt }), newsAt: minutes(-31) });

  test('a car that webhooks feed is read six times before its data would be stale, if they stopped', () => {
    assert.equal(waitMin(c, measured(-1, 'webhook'), policy), 120);
    assert.equal(waitMin(c, measured(-1, 'poll'), policy), 30, 'a read is not followed by a longer wait');
    assert.equal(
      waitMin(c, measured(-1, 'webhook'), { ...policy, make: { ...policy.make, staleAfterH: 1 } }),
      30,
      'the plan is not undercut',
    );
  });

  test('a car that nobody watches is read as the plan says, even while it stands', () => {
    const unwatched = { ...c, subscribedAt: null, newsAt: hours(-9) };
    assert.equal(waitMin(unwatched, measured(-540, 'poll'), policy), 30);
    assert.equal(waitMin({ ...unwatched, subscribedAt: hours(-24) }, measured(-540, 'poll'), policy), 120);
  });

  test('the time that the manufacturer says is never believed to lie ahead', () => {
    const { connection } = transition(c, measured(500, 'poll'), policy, minutes(0));
    assert.deepEqual(connection.newsAt, minutes(0));
  });
});

describe('quick reads', () => {
  test('a flood of claims that are taken back costs a car at most four days ahead of its month', () => {
    const cleared: Outcome = { ...claimed(0, 'signedOut'), kind: 'cleared' };
    let c = aConnection({ status: 'error', cause: 'manufacturerFailing', usage: noUsage(may1), nextPollAt: hours(1) });
    let asked = 0;
    for (let now = may1; now < new Date(may1.getTime() + 12 * 3_600_000); now = after(now, 10)) {
      c = transition(c, { ...cleared, at: now }, ofMake('SKODA'), now).connection;
      if (!c.nextPollAt || c.nextPollAt > now) continue;
      asked += 1;
      c = transition(c, { ...failed(0, 'manufacturerFailing'), at: now, requests: 1 }, ofMake('SKODA'), now).connection;
    }
    assert.ok(asked > 50 && asked < 66, `${asked}`);
  });
});

describe('what we were told to wait for', () => {
  test('a claim does not bring a read forward that a vehicle was told to wait for [§5-3]', () => {
    const waits = transition(aConnection(), failed(1, 'throttledVehicle', { retryAfterS: 5_400 }), policy, minutes(1));
    const suspected = transition(waits.connection, claimed(2, 'signedOut'), policy, minutes(2)).connection;
    assert.ok(suspected.suspicion);
    assert.deepEqual(suspected.nextPollAt, minutes(91));
  });

  test('a shorter wait does not shorten a longer one', () => {
    const long = transition(aConnection(), failed(1, 'throttledVehicle', { retryAfterS: 5_400 }), policy, minutes(1));
    const short = transition(
      long.connection,
      failed(2, 'throttledApplication', {}, { via: 'check' }),
      policy,
      minutes(2),
    );
    assert.deepEqual(short.connection.notBeforeAt, minutes(91));
  });
});

// — the makes' own limits, whatever happens —

const makes = ['HYUNDAI', 'KIA', 'CHEVROLET', 'CADILLAC'] as const;
/** A car that is read whenever it is due, while anything at all happens to it. */
const lives = fc.record({
  make: fc.constantFrom(...makes),
  platform: fc.constantFrom('v3' as const, 'v2' as const),
  perMonth: fc.constantFrom(500, 5_000, 100_000),
  chance: fc.double({ min: 0, max: 0.999, noNaN: true }),
  events: fc.array(fc.tuple(fc.integer({ min: 1, max: 120 }), fc.integer({ min: 0, max: 3 })), { maxLength: 150 }),
  drawn: fc.array(
    outcomeAt(0, false).filter(({ kind }) => kind === 'signals' || kind === 'failed'),
    { minLength: 1, maxLength: 12 },
  ),
});

interface Sent {
  at: Date;
  requests: number;
  /** By a person. */
  isPressed: boolean;
  /** A routine read, or one that may ask the car itself: on v3 a look at what is broken is a look in Smartcar's store. */
  keepsPace: boolean;
}

test("a Hyundai's or Kia's day never has more than twenty requests, and a GM is never asked twice within half an hour [§5-13, §5-18]", () => {
  fc.assert(
    fc.property(lives, ({ make, platform, perMonth, chance, events, drawn }) => {
      const plan = { requestBudget: { perVehiclePerMonth: perMonth, reserveForCommands: 0.1 } };
      const by: Policy = { ...policy, make: makePolicy(make), intervalS: 60, chance, ...plan };
      const cost = platform === 'v2' ? 7 : 1;
      const sent: Sent[] = [];
      let c: Connection = aNewConnection({ platform });
      let now = minutes(0);
      const observe = (outcome: Outcome): void => {
        c = transition(c, outcome, by, outcome.at).connection;
      };
      for (const [gap, kind] of events) {
        const until = after(now, gap * 60);
        // Whatever is due until then is read, each time with another answer.
        while (c.nextPollAt && c.nextPollAt <= until) {
          now = c.nextPollAt > now ? c.nextPollAt : now;
          const isWell = c.status === 'active' && !c.suspicion && c.failures === 0;
          sent.push({ at: now, requests: cost, isPressed: false, keepsPace: isWell || platform === 'v2' });
          const answer = drawn[sent.length % drawn.length] ?? data(0, -1);
          observe({ ...answer, via: 'poll', at: now, requests: cost });
        }
        now = until;
        if (kind === 0) observe({ ...claimed(0, 'signedOut'), at: now });
        if (kind === 1) {
          const ask = { purpose: 'person', cost, keepsPace: false } as const;
          const possible = earliest(c.usage, carLimits(by.make, by), ask, now);
          if (!possible || possible <= now) {
            sent.push({ at: now, requests: cost, isPressed: true, keepsPace: false });
            observe({ ...data(0, -1, { via: 'check' }), at: now, requests: cost });
          }
        }
      }
      assertLimits(make, sent);
    }),
    { numRuns: 200 },
  );
});

function assertLimits(make: (typeof makes)[number], sent: readonly Sent[]): void {
  for (const { at, isPressed, keepsPace } of sent) {
    const day = sent.filter((one) => one.at <= at && at.getTime() - one.at.getTime() < dayMs);
    const requests = day.reduce((sum, one) => sum + one.requests, 0);
    const isKorean = make === 'HYUNDAI' || make === 'KIA';
    if (isKorean) assert.ok(requests <= (isPressed ? 18 : 17), `${requests} within a day`);
    const [before] = day.filter((one) => one.at < at).slice(-1);
    if (!isKorean && before && keepsPace) assert.ok(at.getTime() - before.at.getTime() >= 1_800_000);
  }
}
