/** What is known as tables: causes, freshness, permissions, roles, signals. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { causeNames, causeOf, causes, factsOf, statuses } from '../../src/domain/cause.ts';
import type { Cause } from '../../src/domain/cause.ts';
import { can } from '../../src/domain/connection.ts';
import { accountMeanings, isThrottleMeaning, ourMeanings, upstreamMeanings } from '../../src/domain/failure.ts';
import type { Meaning } from '../../src/domain/failure.ts';
import { defaultPlan, defaultSettings } from '../../src/domain/fleet.ts';
import { freshness } from '../../src/domain/freshness.ts';
import type { FreshnessInput } from '../../src/domain/freshness.ts';
import { makePolicy } from '../../src/domain/make-policy.ts';
import { defaultRequiredPermissions, knownPermissions, missingPermissions } from '../../src/domain/permission.ts';
import { mayDo, needs, roles } from '../../src/domain/role.ts';
import type { Act } from '../../src/domain/role.ts';
import { requiredSignals, signals } from '../../src/domain/signal.ts';
import { allMeanings } from './arbitraries.ts';
import {
  aBrokenConnection,
  aConnection,
  claimed,
  failed,
  hours,
  locationCode,
  lockCode,
  minutes,
  odometerCode,
  signals as answer,
} from './builders.ts';
import { tell } from './story.ts';

test('every confirmed failure has a cause, and none of them is "unknown"', () => {
  for (const meaning of [...accountMeanings, ...ourMeanings, ...upstreamMeanings]) {
    const named: Partial<Record<Meaning, Cause>> = { revoked: 'revokedByOwner', accessRefused: 'tokensRefused' };
    assert.equal(causeOf(meaning), named[meaning] ?? meaning);
    assert.ok(causeNames.includes(causeOf(meaning)));
  }
  assert.ok(!causeNames.some((cause) => /unknown|other/i.test(cause)));
});

test('every meaning lands somewhere: a cause, a suspicion, a state of the car, or a wait', () => {
  for (const meaning of allMeanings) {
    const { connection } = tell(aConnection(), [failed(5, meaning), failed(6, meaning), failed(7, meaning)]);
    const { cause, suspicion, vehicleState, nextPollAt } = connection;
    assert.ok(cause || suspicion || vehicleState || (isThrottleMeaning(meaning) && nextPollAt! > minutes(7)), meaning);
  }
});

test('every cause is reached by something, so that none is only a word', () => {
  const byFailure = allMeanings.map((meaning) =>
    tell(aConnection(), [failed(5, meaning), failed(6, meaning), failed(7, meaning)]),
  );
  const waited = tell(aBrokenConnection('waitingForFirstData', { pendingDeadlineAt: minutes(1) }), [
    answer(0),
    answer(2),
  ]);
  const reached = new Set([...byFailure.map(({ connection }) => connection.cause), waited.connection.cause]);
  const elsewhere = ['waitingForFirstData', 'disconnectedHere', 'superseded'];
  assert.deepEqual(
    causeNames.filter((cause) => !reached.has(cause) && !elsewhere.includes(cause)),
    [],
  );
});

test('what only an owner can repair is asked of the owner, and by a way that exists [§9.1-6]', () => {
  for (const cause of causeNames) {
    const { status, who, route, retryAfterS } = factsOf(cause);
    assert.ok(statuses.includes(status));
    if (['reauthenticate', 'authorize', 'ownerAction'].includes(route) && cause !== 'disconnectedHere')
      assert.equal(who, 'owner', cause);
    const tokensAreGone = ['grantLapsed', 'tokensRefused', 'tokensLost'].includes(cause);
    if (status === 'expired') assert.equal(route, tokensAreGone ? 'authorize' : 'reauthenticate', cause);
    if (status === 'disconnected' || tokensAreGone) assert.equal(retryAfterS, null, cause);
    else assert.ok(retryAfterS !== null && retryAfterS <= 86_400, cause);
  }
});

test('what a machine repairs is asked about at least every six hours', () => {
  for (const [cause, { route, retryAfterS }] of Object.entries(causes)) {
    if (route === 'automatic') assert.ok(retryAfterS <= 6 * 3_600, cause);
  }
});

test('what can be done follows the connection: none, working, broken, disconnected here', () => {
  const done = (c: Parameters<typeof can>[0]) =>
    Object.entries(can(c))
      .filter(([, { allowed }]) => allowed)
      .map(([act]) => act);
  assert.deepEqual(done(null), ['connect']);
  assert.deepEqual(done(aConnection()), ['disconnect', 'check', 'lock', 'unlock']);
  const onV2 = can(aConnection({ platform: 'v2' }));
  assert.deepEqual(onV2.unlock, { allowed: false, reason: 'capability.moveFirst' });
  const ungranted = can(aConnection({ permissions: ['read_location'] }));
  assert.deepEqual(ungranted.lock, { allowed: false, reason: 'capability.notAllowedToLock' });
  assert.deepEqual(done(aBrokenConnection('signedOut')), ['reconnect', 'disconnect', 'check']);
  assert.deepEqual(done(aBrokenConnection('disconnectedHere')), ['connect', 'reconnect']);
});

// — freshness —

const input = (change: Partial<FreshnessInput>): FreshnessInput => ({
  make: makePolicy('VOLVO'),
  connection: aConnection(),
  newestAt: minutes(0),
  isUsedUp: false,
  ...change,
});

test('how long a value stays fresh depends on the make, unless the fleet says otherwise', () => {
  for (const [make, limitH] of [
    ['TESLA', 6],
    ['tesla', 6],
    ['VOLVO', 12],
    ['KIA', 24],
    ['NEVERHEARDOF', 12],
    [null, 12],
  ] as const) {
    assert.equal(freshness(input({ make: makePolicy(make) }), hours(limitH)).state, 'fresh', `${make}`);
    assert.equal(
      freshness(input({ make: makePolicy(make) }), new Date(hours(limitH).getTime() + 1)).state,
      'stale',
      `${make}`,
    );
  }
  assert.equal(freshness(input({ make: makePolicy('VOLVO', { staleAfterS: 60 }) }), minutes(1.5)).state, 'stale');
});

const asleep = { meaning: 'asleep', since: minutes(0) } as const;
const away = { meaning: 'vehicleUnreachable', since: minutes(0) } as const;
const reasons: [string, Partial<FreshnessInput>, string, string, number][] = [
  ['a car that sleeps', { connection: aConnection({ vehicleState: asleep }) }, 'asleep', 'vehicle', 30],
  ['a car out of reach', { connection: aConnection({ vehicleState: away }) }, 'unreachable', 'vehicle', 30],
  ['a Chevrolet parked for four days', { make: makePolicy('CHEVROLET') }, 'deepSleep', 'vehicle', 96],
  ['a Chevrolet parked for three days', { make: makePolicy('CHEVROLET') }, 'silent', 'vehicle', 72],
  ['an Acura parked for a week', { make: makePolicy('ACURA') }, 'deepSleep', 'vehicle', 168],
  ['a car without a subscription', { connection: aConnection({ subscribedAt: null }) }, 'notSubscribed', 'us', 30],
  ['a car without requests left', { isUsedUp: true }, 'requestsUsedUp', 'operator', 30],
  ['a broken connection', { connection: aBrokenConnection('signedOut') }, 'connection', 'nobody', 30],
  ['a car never connected', { connection: null }, 'connection', 'nobody', 30],
  ['a car that says nothing', {}, 'silent', 'vehicle', 30],
];
for (const [title, change, reason, who, afterH] of reasons) {
  test(`stale data of ${title} is explained by "${reason}" [§3.5-12, §5-7]`, () => {
    const { state, since, ...why } = freshness(input(change), hours(afterH));
    assert.deepEqual({ state, since, ...why }, { state: 'stale', since: minutes(0), reason, who });
  });
}

test('a car that never reported is "never", and Smartcar is the one to ask', () => {
  assert.deepEqual(freshness(input({ newestAt: null }), hours(1)), {
    state: 'never',
    reason: 'silent',
    since: null,
    who: 'smartcar',
  });
});

test('fresh data needs no reason, whatever the connection', () => {
  const { state, reason, who } = freshness(input({ connection: aBrokenConnection('signedOut') }), hours(1));
  assert.deepEqual([state, reason, who], ['fresh', null, null]);
});

// — permissions, signals, roles, fleets —

test('what is missing is what is required and was not granted, in the order of what is required', () => {
  assert.deepEqual(missingPermissions(['c', 'a', 'b'], ['a', 'x']), ['c', 'b']);
  assert.deepEqual(missingPermissions(defaultRequiredPermissions, [...defaultRequiredPermissions].reverse()), []);
  assert.deepEqual(missingPermissions([], []), []);
});

test('the signals that prove a connection are those of the permissions that a fleet requires', () => {
  assert.deepEqual(requiredSignals(defaultRequiredPermissions), [locationCode, odometerCode, lockCode]);
  assert.deepEqual(requiredSignals(['read_odometer']), [odometerCode]);
  assert.deepEqual(requiredSignals(['control_security', 'read_vehicle_info']), [locationCode, odometerCode, lockCode]);
});

test('every signal needs a permission that can be asked for', () => {
  for (const [code, { permission }] of Object.entries(signals)) assert.ok(knownPermissions.includes(permission), code);
});

test('each role may do what the one before it may, and more', () => {
  const acts = Object.keys(needs) as Act[]; // keys of a const object are its type's keys
  const allowed = roles.map((role) => acts.filter((act) => mayDo(role, act)));
  assert.deepEqual(allowed, [
    ['read'],
    ['read', 'check', 'command', 'acknowledge'],
    ['read', 'check', 'command', 'rent', 'changeVehicles', 'connect', 'acknowledge'],
    [
      'read',
      'check',
      'command',
      'rent',
      'changeVehicles',
      'connect',
      'acknowledge',
      'disconnect',
      'endIncident',
      'exportOwner',
      'readEndpoints',
      'readAudit',
    ],
    acts,
  ]);
});

test('a new fleet requires what fleets require, and its settings are its own', () => {
  const settings = defaultSettings('City Cars');
  settings.requiredPermissions.push('read_vin');
  assert.ok(!defaultSettings('Other').requiredPermissions.includes('read_vin'));
  assert.equal(settings.ownerMail.fromName, 'City Cars');
  assert.ok(defaultPlan.pollIntervalS >= 60);
});

test('a claim of any meaning leaves the status of an active connection alone', () => {
  for (const meaning of allMeanings)
    assert.equal(tell(aConnection(), [claimed(5, meaning)]).connection.status, 'active', meaning);
});
