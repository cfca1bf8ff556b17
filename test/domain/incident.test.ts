/** Who is in trouble, when so many are that it is an incident, and how one ends. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { IncidentId } from '../../src/domain/ids.ts';
import {
  atLeast,
  endOf,
  judgeCount,
  judgeScopes,
  leastNormal,
  normalOf,
  normalShare,
} from '../../src/domain/incident.ts';
import type { Course, ScopeCount } from '../../src/domain/incident.ts';
import { isSheltered } from '../../src/domain/trouble.ts';
import { transition } from '../../src/domain/transition.ts';
import type { Policy } from '../../src/domain/transition.ts';
import { allMeanings } from './arbitraries.ts';
import {
  aBrokenConnection,
  aConnection,
  chargeCode,
  claimed,
  cleared,
  data,
  failed,
  hours,
  locationCode,
  minutes,
  policy,
  refused,
  repaired,
} from './builders.ts';
import { tell } from './story.ts';

const incident: Partial<Policy> = { incident: { id: 'inc_1' as IncidentId, from: minutes(-60) } };
const trouble = (events: Parameters<typeof tell>[1]) => tell(aConnection(), events).connection.trouble;

// — trouble —

test('a car is in trouble from the first word of it, whoever says it, and keeps the time at which it began', () => {
  assert.deepEqual(trouble([claimed(5, 'signedOut'), failed(6, 'signedOut')]), {
    meaning: 'signedOut',
    since: minutes(5),
  });
  assert.deepEqual(trouble([failed(5, 'manufacturerFailing')]), { meaning: 'manufacturerFailing', since: minutes(5) });
  assert.deepEqual(trouble([refused(5, 'manufacturerFailing', 4)]), {
    meaning: 'manufacturerFailing',
    since: minutes(5),
  });
});

test('what concerns nothing that is required, passes by itself, or names its own cure is no trouble', () => {
  assert.equal(trouble([claimed(5, 'signedOut', { signals: [chargeCode] })]), null);
  assert.equal(trouble([failed(5, 'asleep')]), null);
  assert.equal(trouble([failed(5, 'throttledVehicle')]), null);
  assert.equal(trouble([failed(5, 'platformMigrated')]), null);
  const counted = allMeanings.filter(isSheltered);
  assert.ok(counted.includes('revoked') && counted.includes('nonsense') && !isSheltered('tokensLost'));
});

test('it ends with what was fetched after it began, with a repair, or when the claimant takes it back', () => {
  const broken = [claimed(5, 'signedOut')];
  assert.equal(trouble([...broken, data(8, 7)]), null);
  assert.ok(trouble([...broken, data(8, 4)]), 'fetched before');
  assert.equal(trouble([...broken, cleared(8, 'signedOut')]), null);
  assert.ok(trouble([...broken, cleared(8, 'revoked')]), 'something else');
  assert.equal(trouble([...broken, repaired(8)]), null);
});

test('any answer ends a trouble of Smartcar itself', () => {
  assert.equal(trouble([failed(5, 'smartcarFailing'), data(8, -20)]), null);
  assert.ok(trouble([failed(5, 'manufacturerFailing'), data(8, -20)]));
});

test('what Smartcar answers after its own trouble is what counts from then on', () => {
  const down = failed(5, 'smartcarFailing');
  assert.equal(trouble([down, refused(8, 'asleep', 7)]), null);
  assert.deepEqual(trouble([down, refused(8, 'signedOut', 7)]), { meaning: 'signedOut', since: minutes(8) });
  assert.deepEqual(trouble([down, failed(8, 'signedOut')]), { meaning: 'signedOut', since: minutes(8) });
  assert.deepEqual(trouble([down, refused(8, 'manufacturerFailing', 7)]), {
    meaning: 'manufacturerFailing',
    since: minutes(8),
  });
  assert.deepEqual(trouble([down, failed(8, 'throttledApplication')]), {
    meaning: 'smartcarFailing',
    since: minutes(5),
  });
});

test('who says that a car is asleep was let in to its account, by machines that work', () => {
  for (const meaning of ['manufacturerFailing', 'signedOut'] as const) {
    const down = refused(5, meaning, 4);
    assert.equal(trouble([down, refused(8, 'asleep', 7)]), null);
    assert.ok(trouble([down, refused(8, 'asleep', 4)]), 'said before');
  }
});

test('a car that sleeps when Smartcar is back is active again, and nothing holds it', () => {
  const broken = aBrokenConnection('smartcarFailing', { judgedAt: hours(-9), failures: 3 });
  const held = { trouble: { meaning: 'smartcarFailing', since: hours(-1) }, heldBy: 'inc_1' as IncidentId } as const;
  const { connection } = tell({ ...broken, ...held }, [refused(8, 'asleep', 7)], incident);
  assert.deepEqual([connection.status, connection.trouble, connection.heldBy], ['active', null, null]);
  assert.equal(connection.vehicleState?.meaning, 'asleep');
});

// — shelter —

test('in an incident, accounts that are refused stay suspected past their deadline, and nobody is asked', () => {
  const { states, lines } = tell(
    aConnection(),
    [claimed(5, 'signedOut'), failed(6, 'signedOut'), failed(600, 'signedOut')],
    incident,
  );
  assert.deepEqual(states, Array(3).fill('active, suspected signedOut'));
  assert.deepEqual(lines, ['5: connection.suspected signedOut']);
});

test('in an incident the first failure of somebody’s machine is the cause, without an alert of its own', () => {
  const { lines } = tell(aConnection(), [failed(5, 'manufacturerFailing'), data(70, 69)], incident);
  assert.deepEqual(lines, [
    '5: active → error (manufacturerFailing)',
    '70: error (manufacturerFailing) → active',
    '70: settled with the owner',
  ]);
});

test('the first read after an incident lets go: what still fails is told and asked about like any other', () => {
  const held = tell(aConnection(), [failed(5, 'signedOut')], incident).connection;
  assert.equal(held.heldBy, 'inc_1');
  const { lines, connection } = tell(held, [claimed(290, 'revoked'), failed(300, 'signedOut')]);
  assert.equal(connection.heldBy, null);
  assert.deepEqual(lines, [
    '290: connection.suspected revoked',
    '300: active → expired (signedOut)',
    '300: alert opens: connection.expired',
    '300: the owner is asked: signedOut',
  ]);
});

test('an error that an incident covered is told when it goes on afterwards', () => {
  const held = tell(aConnection(), [failed(5, 'manufacturerFailing')], incident).connection;
  const { alerts, happenings } = transition(held, failed(300, 'manufacturerFailing'), policy, minutes(300));
  assert.deepEqual(
    alerts.filter(({ change }) => change === 'open').map(({ key }) => key),
    ['con_1:connection.error'],
  );
  assert.deepEqual(happenings, []);
});

test('clocks stand still in an incident, and begin anew after it', () => {
  const held = tell(aConnection(), [claimed(5, 'signedOut')], incident).connection;
  const { states } = tell(held, [failed(300, 'asleep'), failed(330, 'asleep'), failed(341, 'asleep')]);
  assert.deepEqual(states, ['active, suspected signedOut', 'active, suspected signedOut', 'expired (signedOut)']);
});

test('trouble from before an incident is its own, and is decided as ever', () => {
  const old = aBrokenConnection('signedOut', { trouble: { meaning: 'signedOut', since: hours(-9) } });
  const { connection } = tell(old, [failed(5, 'signedOut')], incident);
  assert.equal(connection.heldBy, null);
});

test('an incident holds what it can explain: a manufacturer that moved its accounts says so itself', () => {
  const { states } = tell(aConnection(), [failed(5, 'platformMigrated')], incident);
  assert.deepEqual(states, ['expired (platformMigrated)']);
});

test('a required permission that is missing is no outage', () => {
  const { connection } = tell(aConnection(), [claimed(5, 'permission', { signals: [locationCode] })], incident);
  assert.equal(connection.heldBy, null);
});

// — how unlikely —

test('the chance of so many or more is that of the binomial distribution', () => {
  assert.ok(Math.abs(atLeast(3, 8, 0.01) - 5.393e-5) < 1e-8);
  assert.ok(Math.abs(atLeast(7, 100, 0.01) - 7.109e-5) < 1e-8);
  assert.equal(atLeast(0, 5, 0.2), 1);
  assert.equal(atLeast(6, 5, 0.2), 0);
  assert.ok(Math.abs(atLeast(1, 3, 0.5) - 0.875) < 1e-9);
});

test('more is never likelier, and a chance is a chance', () => {
  const share = fc.double({ min: 0.001, max: 0.999, noNaN: true });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50_000 }), fc.integer({ min: 0, max: 50_000 }), share, (n, k, p) => {
      const [one, more] = [atLeast(k, n, p), atLeast(k + 1, n, p)];
      assert.ok(one >= 0 && one <= 1 && more <= one + 1e-9, `${k} of ${n} at ${p}: ${one}, ${more}`);
    }),
  );
});

const table: [accounts: number, troubled: number, normal: number, is: string][] = [
  [2, 2, 0.01, 'usual'],
  [8, 2, 0.01, 'look'],
  [8, 3, 0.01, 'unusual'],
  [20, 3, 0.01, 'look'],
  [20, 4, 0.01, 'unusual'],
  [100, 7, 0.01, 'unusual'],
  [100, 7, 0.05, 'usual'],
  [1_000, 49, 0.01, 'look'],
  [1_000, 50, 0.01, 'unusual'],
  [20_000, 1_500, 0.05, 'look'],
  [20_000, 2_000, 0.05, 'unusual'],
];
for (const [accounts, troubled, normal, is] of table) {
  test(`${troubled} of ${accounts} where ${normal * 100} % are normal on bad days: ${is}`, () => {
    assert.equal(judgeCount({ accounts, troubled }, normal), is);
  });
}

test('what is normal is the fourth worst hour of two weeks, one in a hundred at least', () => {
  assert.equal(normalShare([], 100), 0.01);
  assert.equal(normalShare([90, 80, 70], 100), 0.01);
  assert.equal(normalShare([90, 80, 70, 6, 5], 100), 0.06);
  assert.equal(normalShare([5], 0), 0.01);
});

test('hours of parts are added up for the whole', () => {
  const hour = minutes(0);
  const four = [0, 60, 120, 180].map((minute) => minutes(minute));
  const hoursOf = (region: string) => four.map((at) => ({ make: 'FORD', region, hour: at, most: 3 }));
  const normal = normalOf([...hoursOf('DE'), ...hoursOf('FR'), { make: 'KIA', region: null, hour, most: 50 }]);
  assert.equal(normal({ make: 'FORD', region: null }, 100), 0.06);
  assert.equal(normal({ make: 'FORD', region: 'DE' }, 100), 0.03);
});

// — whose —

const count = (
  make: string,
  region: string | null,
  accounts: number,
  troubled: number,
  atSmartcar = 0,
): ScopeCount => ({
  make,
  region,
  accounts,
  troubled,
  atSmartcar,
});
const judged = (counts: ScopeCount[]) => judgeScopes(counts, () => leastNormal);

test('one make that fails is that make’s incident', () => {
  const counts = [count('FORD', 'DE', 20, 9), count('FORD', 'FR', 10, 4), count('KIA', 'DE', 40, 0)];
  assert.deepEqual(judged(counts), { open: [{ make: 'FORD', region: null }], look: [] });
});

test('where nearly all of it is in one country, and others could have failed, it is that country’s', () => {
  const counts = [count('FORD', 'DE', 20, 9), count('FORD', 'FR', 10, 0), count('KIA', 'DE', 40, 0)];
  assert.deepEqual(judged(counts).open, [{ make: 'FORD', region: 'DE' }]);
  const few = [count('FORD', 'DE', 20, 9), count('FORD', 'FR', 3, 0)];
  assert.deepEqual(judged(few).open, [{ make: 'FORD', region: null }]);
});

test('a small country of a large make stands out by itself', () => {
  const counts = [count('FORD', 'DE', 2_000, 1), count('FORD', 'NL', 20, 12)];
  assert.deepEqual(judged(counts).open, [{ make: 'FORD', region: 'NL' }]);
});

test('many makes that fail together are one incident of all makes', () => {
  const counts = [count('FORD', 'DE', 20, 6), count('KIA', null, 20, 6), count('BMW', 'DE', 20, 5)];
  assert.deepEqual(judged(counts), { open: [{ make: null, region: null }], look: [] });
});

test('what fails at Smartcar’s own machines is of all makes, even in a fleet of one make', () => {
  assert.deepEqual(judged([count('FORD', 'DE', 20, 6, 6)]).open, [{ make: null, region: null }]);
});

test('two at once are worth a look at others, and open nothing', () => {
  assert.deepEqual(judged([count('FORD', 'DE', 9, 2), count('KIA', 'DE', 200, 0)]), {
    open: [],
    look: [{ make: 'FORD', region: null }],
  });
});

test('nobody in trouble, nothing to do; and fewer in trouble never open more', () => {
  assert.deepEqual(judged([count('FORD', 'DE', 20, 0)]), { open: [], look: [] });
  const counts = fc.array(
    fc.record({
      make: fc.constantFrom('FORD', 'KIA'),
      region: fc.constantFrom('DE', 'FR', null),
      accounts: fc.integer({ min: 0, max: 300 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    { maxLength: 6 },
  );
  fc.assert(
    fc.property(counts, (drawn) => {
      const all = drawn.map(({ share, ...one }) => ({
        ...one,
        troubled: Math.floor(one.accounts * share),
        atSmartcar: 0,
      }));
      const { open } = judged(all);
      for (const scope of open) assert.ok(scope.make === null ? scope.region === null : true);
      if (open.some(({ make }) => make === null)) assert.equal(open.length, 1);
      if (all.reduce((sum, { troubled }) => sum + troubled, 0) < 3) assert.deepEqual(open, []);
    }),
  );
});

// — how it ends —

const course = (change: Partial<Course>): Course => ({
  ...{ openedAt: minutes(0), lastJoinedAt: minutes(10), joined: 20, failing: 20, refused: 0 },
  ...change,
});

test('it is over when four in five work again and nothing has failed anew for ten minutes', () => {
  assert.equal(endOf(course({ failing: 4 }), minutes(19)), null);
  assert.equal(endOf(course({ failing: 5 }), minutes(25)), null);
  assert.equal(endOf(course({ failing: 4 }), minutes(20)), 'recovered');
  assert.equal(endOf(course({ joined: 3, failing: 1 }), minutes(20)), null);
  assert.equal(endOf(course({ joined: 3, failing: 0 }), minutes(20)), 'recovered');
});

test('accounts that are refused for twelve hours are the owners’ turn; machines may fail for two weeks', () => {
  assert.equal(endOf(course({ refused: 11 }), hours(11.9)), null);
  assert.equal(endOf(course({ refused: 11 }), hours(12)), 'lasting');
  assert.equal(endOf(course({ refused: 10 }), hours(12)), null);
  assert.equal(endOf(course({}), hours(14 * 24)), 'lasting');
});
