/** What holds of every course of events. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { factsOf } from '../../src/domain/cause.ts';
import type { Cause } from '../../src/domain/cause.ts';
import type { Connection } from '../../src/domain/connection.ts';
import type { Outcome } from '../../src/domain/outcome.ts';
import { defaultRequiredPermissions } from '../../src/domain/permission.ts';
import { nextAfterFailure, nextConfirmation, nextFirstData } from '../../src/domain/schedule.ts';
import { transition } from '../../src/domain/transition.ts';
import type { Policy, Transition } from '../../src/domain/transition.ts';
import { connection, courseOfEvents, policyOf } from './arbitraries.ts';
import { data, disconnected, minuteOf, minutes, repaired } from './builders.ts';

interface Step {
  before: Connection;
  outcome: Outcome;
  step: Transition;
}

function live(start: Connection, events: readonly Outcome[], policy: Policy): Step[] {
  let before = start;
  return events.map((outcome) => {
    const step = transition(deepFreeze(before), deepFreeze(outcome), deepFreeze(policy), outcome.at);
    const taken = { before, outcome, step };
    before = step.connection;
    return taken;
  });
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}

/** Checks something of every step of every course of events. */
function always(check: (taken: Step, policy: Policy) => void): void {
  fc.assert(
    fc.property(connection, courseOfEvents(), policyOf, (start, events, policy) => {
      for (const taken of live(start, events, policy)) check(taken, policy);
    }),
    { numRuns: 400 },
  );
}

test('whatever comes, there is an answer; it is the same each time, and what was given stays as it was', () => {
  always(({ before, outcome, step }, policy) => {
    assert.deepEqual(transition(before, outcome, policy, outcome.at), step);
  });
});

test('there is no cause exactly when a connection is active, and a cause always has its own status', () => {
  always(({ step: { connection: c } }) => {
    assert.equal(c.cause === null, c.status === 'active');
    if (c.cause) assert.equal(c.status, factsOf(c.cause).status);
  });
});

test('a connection has a deadline for its first data only while it waits for it', () => {
  always(({ step: { connection: c } }) => assert.equal(c.pendingDeadlineAt !== null, c.status === 'pending'));
});

test('an active connection was proved after the event that it is judged by', () => {
  always(({ step: { connection: c } }) => {
    if (c.status === 'active') assert.ok(c.provedAt && c.provedAt > c.judgedAt);
  });
});

test('the last proof never moves back', () => {
  always(({ before, step }) => {
    if (before.provedAt) assert.ok(step.connection.provedAt! >= before.provedAt);
  });
});

test('what was disconnected here never moves, whatever comes', () => {
  fc.assert(
    fc.property(connection, courseOfEvents(), policyOf, (start, events, policy) => {
      const ended = transition(start, disconnected(0), policy, minutes(0)).connection;
      assert.deepEqual([ended.cause, ended.nextPollAt], ['disconnectedHere', null]);
      for (const { step } of live(ended, events, policy)) {
        assert.deepEqual(step, {
          connection: ended,
          happenings: [],
          alerts: [],
          tasks: [],
          consents: [],
          ask: null,
          settled: false,
        });
      }
    }),
  );
});

test('every alert that opens is closed by the proof after a repair, and there are never two of a connection', () => {
  fc.assert(
    fc.property(connection, courseOfEvents(false), policyOf, (start, events, policy) => {
      const first = events.length > 0 ? minuteOf(events.at(-1)!.at) : 0;
      const mended = [
        repaired(first + 1, { permissions: [...defaultRequiredPermissions] }),
        data(first + 3, first + 2),
      ];
      const steps = live(start, [...events, ...mended], policy);
      const open = new Set<string>();
      for (const { step } of steps) {
        for (const { change, key } of step.alerts) open[change === 'open' ? 'add' : 'delete'](key);
        assert.ok(open.size <= 1, [...open].join());
      }
      assert.equal(steps.at(-1)?.step.connection.status, 'active');
      assert.deepEqual([...open], []);
    }),
    { numRuns: 400 },
  );
});

test('what is open is what is broken: one alert of its status, and none of a connection that works, has ended or is held', () => {
  fc.assert(
    fc.property(connection, courseOfEvents(), policyOf, (start, events, policy) => {
      const keyOf = ({ id, status }: Connection): string => `${id}:connection.${status}`;
      const isBroken = ({ status }: Connection): boolean => !['active', 'pending'].includes(status);
      let open = new Set(isBroken(start) ? [keyOf(start)] : []);
      for (const { before, step } of live(start, events, policy)) {
        const { connection: c, alerts } = step;
        for (const { change, key } of alerts) open[change === 'open' ? 'add' : 'delete'](key);
        // Whoever joins an incident has its alert closed with it.
        if (before.heldBy === null && c.heldBy !== null) open = new Set();
        // A repair that waits for proof leaves what it was about open.
        if (c.status === 'pending' && !c.heldBy) continue;
        const isTold = isBroken(c) && c.endedAt === null && c.heldBy === null;
        assert.deepEqual([...open], isTold ? [keyOf(c)] : []);
      }
    }),
    { numRuns: 400 },
  );
});

test('an alert opens whenever a connection becomes expired, disconnected by its owner, or an error, unless an incident speaks for it', () => {
  always(({ before, step: { connection: c, alerts } }) => {
    const changed = before.status !== c.status || before.cause !== c.cause;
    const released = before.heldBy !== null && c.heldBy === null;
    const broken = !['active', 'pending'].includes(c.status) && c.endedAt === null && c.heldBy === null;
    assert.equal(alerts.filter(({ change }) => change === 'open').length, (changed || released) && broken ? 1 : 0);
  });
});

test('while an incident holds it, nothing is decided against its owner, and nobody is asked', () => {
  const itsOwn: readonly (Cause | null)[] = ['platformMigrated', 'grantLapsed', 'tokensLost'];
  always(({ before, step: { connection: c, ask } }) => {
    if (c.heldBy === null) return;
    assert.equal(ask, null);
    const decided = before.status !== c.status && ['expired', 'disconnected'].includes(c.status);
    assert.ok(!decided || itsOwn.includes(c.cause), `${before.status} → ${c.status} (${c.cause})`);
  });
});

test('what holds it is in trouble, and a car that no incident holds any more has its clocks ahead', () => {
  always(({ before, outcome, step: { connection: c } }) => {
    if (c.heldBy) assert.ok(c.trouble);
    if (before.heldBy === null || c.heldBy !== null || !c.suspicion) return;
    assert.ok(c.suspicion.deadlineAt.getTime() >= outcome.at.getTime() + 1_800_000);
  });
});

test('every change of status is one line of the timeline, and nothing else is one', () => {
  always(({ before, step }) => {
    const lines = step.happenings.filter(({ kind }) => kind === 'connection.changed');
    const changed = before.status !== step.connection.status || before.cause !== step.connection.cause;
    assert.equal(lines.length, changed ? 1 : 0);
    assert.equal(step.connection.since.getTime() === before.since.getTime() || changed, true);
  });
});

test('the owner is asked only when a connection becomes expired, an incident lets go of it, or v3 turns out to be no help', () => {
  always(({ before, outcome, step }) => {
    const released = before.heldBy !== null && step.connection.heldBy === null;
    const isNews = before.cause !== step.connection.cause || released || outcome.kind === 'notOnV3';
    if (step.ask) assert.ok(step.connection.status === 'expired' && isNews);
  });
});

test('what a webhook says leads to no bad end before a deadline', () => {
  always(({ before, outcome, step }) => {
    if (outcome.kind !== 'claimed' && outcome.kind !== 'cleared') return;
    const overdue = [before.suspicion?.deadlineAt, before.pendingDeadlineAt].some((at) => at && outcome.at >= at);
    if (!overdue) assert.deepEqual([step.connection.status, step.connection.cause], [before.status, before.cause]);
  });
});

test('a connection that is polled has its next read ahead, never in the past, unless claims found it overdue', () => {
  always(({ before, outcome, step }) => {
    const { nextPollAt } = step.connection;
    if (!nextPollAt) return;
    const overdue = before.nextPollAt !== null && before.nextPollAt <= outcome.at;
    const isSaid = outcome.kind === 'claimed' || outcome.kind === 'cleared' || outcome.kind === 'listed';
    if (isSaid) assert.ok(nextPollAt > outcome.at || overdue);
    else assert.ok(nextPollAt > outcome.at);
  });
});

test('a living connection is polled unless its grant is gone', () => {
  always(({ outcome, step: { connection: c } }) => {
    const reads = c.nextPollAt !== null;
    const isGone = c.cause !== null && factsOf(c.cause).retryAfterS === null;
    if (isGone) assert.ok(!reads || ['cleared', 'listed', 'moved'].includes(outcome.kind));
    else assert.ok(reads);
  });
});

test('claims never put a read off', () => {
  always(({ before, outcome, step: { connection: c } }) => {
    if (outcome.kind !== 'claimed' && outcome.kind !== 'cleared') return;
    if (before.nextPollAt && c.nextPollAt) assert.ok(c.nextPollAt <= before.nextPollAt);
  });
});

test('Retry-After is waited for', () => {
  always(({ outcome, step: { connection: c } }) => {
    if (outcome.kind !== 'failed' || outcome.failure.retryAfterS === null || !c.nextPollAt) return;
    const held = ['throttledApplication', 'asleep', 'smartcarFailing', 'planLimit', 'incompatible'].includes(
      outcome.failure.meaning,
    );
    if (held) assert.ok(c.nextPollAt.getTime() >= outcome.at.getTime() + outcome.failure.retryAfterS * 1_000);
  });
});

const chance = fc.double({ min: 0, max: 0.999, noNaN: true });
const waitS = (at: Date): number => (at.getTime() - minutes(0).getTime()) / 1_000;

test('back-off grows with each failure, whatever chance does, and never exceeds seven and a half hours', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100_000 }), chance, chance, (failures, one, other) => {
      const wait = waitS(nextAfterFailure(minutes(0), failures, one));
      assert.ok(wait >= 45 && wait <= 7.5 * 3_600);
      assert.ok(waitS(nextAfterFailure(minutes(0), failures + 1, one)) >= wait);
      if (failures < 8) assert.ok(waitS(nextAfterFailure(minutes(0), failures + 1, other)) > wait);
    }),
  );
});

test('waiting for data or for a confirmation grows calmer as time passes, and never exceeds eleven minutes, or an hour where nobody watches', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 100_000 }),
      fc.integer({ min: 0, max: 1_000 }),
      chance,
      (elapsed, more, spread) => {
        const confirmation = (isWatched: boolean) => (since: Date) =>
          nextConfirmation(minutes(0), since, spread, isWatched);
        const firstData = (since: Date) => nextFirstData(minutes(0), since, spread);
        for (const [next, longest] of [
          [confirmation(true), 660],
          [confirmation(false), 3_960],
          [firstData, 660],
        ] as const) {
          const early = waitS(next(minutes(-elapsed)));
          assert.ok(early >= 4.5 && early <= longest);
          assert.ok(waitS(next(minutes(-elapsed - more))) >= early);
        }
      },
    ),
  );
});
