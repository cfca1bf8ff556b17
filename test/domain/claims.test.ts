/** What webhooks claim changes nothing but the next read, until something confirms or refutes it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makePolicy } from '../../src/domain/make-policy.ts';
import type { Outcome } from '../../src/domain/outcome.ts';
import {
  aBrokenConnection,
  aConnection,
  chargeCode,
  claimed,
  claimOf,
  cleared,
  data,
  failed,
  hours,
  locationCode,
  minutes,
  odometerCode,
  reading,
  refused,
  repaired,
  signalFailure,
  signals,
  withoutLocation,
} from './builders.ts';
import { tell } from './story.ts';

test('a changed password is claimed, suspected, confirmed by a read, and tells the owner once', () => {
  const claim = claimed(5, 'signedOut', {
    requestId: 'req-5',
    resolutionUrl: 'https://connect.smartcar.com/oauth/reauthenticate',
  });
  const { lines, states, connection } = tell(aConnection(), [
    claim,
    data(6, -10),
    refused(8, 'signedOut', 7),
    refused(30, 'signedOut', 29),
    failed(60, 'signedOut'),
  ]);
  assert.deepEqual(lines, [
    '5: connection.suspected signedOut',
    '8: active → expired (signedOut)',
    '8: alert opens: connection.expired',
    '8: the owner is asked: signedOut',
  ]);
  assert.deepEqual(states.slice(0, 2), Array(2).fill('active, suspected signedOut'));
  assert.equal(connection.resolutionUrl, 'https://connect.smartcar.com/oauth/reauthenticate');
  assert.deepEqual(connection.judgedAt, minutes(60));
});

test('a claim brings the next read forward to seconds from now', () => {
  const { connection } = tell(aConnection(), [claimed(5, 'signedOut')]);
  assert.deepEqual(connection.nextPollAt, new Date(minutes(5).getTime() + 5_000));
});

test('the same claim again changes nothing at all [§6.8-11, §6.9-4]', () => {
  const once = tell(aConnection(), [claimed(5, 'signedOut')]);
  const again = tell(once.connection, [claimed(6, 'signedOut'), claimed(7, 'signedOut')]);
  assert.deepEqual(again.lines, []);
  assert.deepEqual(again.connection, once.connection);
});

test('a success fetched after the claim refutes it, and nothing else happens', () => {
  const { lines, states } = tell(aConnection(), [claimed(5, 'signedOut'), data(7, 6)]);
  assert.deepEqual(lines, ['5: connection.suspected signedOut', '7: connection.suspicion-withdrawn signedOut']);
  assert.equal(states.at(-1), 'active');
});

test('a success fetched in the very moment of the claim does not refute it', () => {
  assert.equal(tell(aConnection(), [claimed(5, 'signedOut'), data(7, 5)]).states.at(-1), 'active, suspected signedOut');
});

test('a claim of a missing permission for a signal that nobody requires is ignored [§6.8-4]', () => {
  const before = aConnection();
  const { lines, connection } = tell(before, [claimed(5, 'permission', { signals: [chargeCode] })]);
  assert.deepEqual(lines, []);
  assert.deepEqual(connection, before);
});

test('claims that concern no account and no permission are ignored', () => {
  for (const meaning of [
    'smartcarFailing',
    'manufacturerFailing',
    'throttledVehicle',
    'credentials',
    'planLimit',
    'incompatible',
  ] as const) {
    const { connection, lines } = tell(aConnection(), [claimed(5, meaning)]);
    assert.deepEqual(lines, [], meaning);
    // That somebody's machine is said to fail is counted, in case many are.
    assert.deepEqual({ ...connection, trouble: null }, aConnection(), meaning);
    const isCounted = meaning === 'smartcarFailing' || meaning === 'manufacturerFailing';
    assert.deepEqual(connection.trouble, isCounted ? { meaning, since: minutes(5) } : null);
  }
});

test('a claimed permission that is required, and refused when read, becomes an error that has to be widened', () => {
  const claim = claimed(5, 'permission', { signals: [locationCode, chargeCode] });
  const { lines, connection, states } = tell(aConnection(), [claim, withoutLocation(8, 7)]);
  assert.deepEqual(lines, [
    '5: connection.suspected permission',
    '8: active → error (permissionMissing)',
    '8: alert opens: connection.error',
  ]);
  assert.equal(states[0], 'active, suspected permission');
  assert.deepEqual(tell(aConnection(), [claim]).connection.suspicion?.signals, [locationCode]);
  assert.equal(connection.suspicion, null);
});

test('a missing permission is repaired when the refused signal comes again', () => {
  const broken = aBrokenConnection('permissionMissing');
  const { states, lines } = tell(broken, [withoutLocation(5, 4), data(9, 8)]);
  assert.deepEqual(states, ['error (permissionMissing)', 'active']);
  assert.deepEqual(lines, [
    '9: error (permissionMissing) → active',
    '9: alert closes: connection.error',
    '9: settled with the owner',
  ]);
});

test('a permission that only reads find missing is suspected first, and an error once a newer fetch agrees', () => {
  const { lines, states } = tell(aConnection(), [
    withoutLocation(5, 4),
    withoutLocation(6, 4),
    withoutLocation(20, 18),
  ]);
  assert.deepEqual(states.slice(0, 2), Array(2).fill('active, suspected permission'));
  assert.deepEqual(lines, [
    '5: connection.suspected permission',
    '20: active → error (permissionMissing)',
    '20: alert opens: connection.error',
  ]);
});

test('a false AUTHENTICATION claim, while required signals go on succeeding, changes nothing but the next read', () => {
  const day: Outcome[] = Array.from({ length: 24 }, (_, n) => [
    claimed(n * 60, 'signedOut'),
    data(n * 60 + 12, n * 60 + 11),
  ]).flat();
  const { lines, states } = tell(aConnection(), day);
  assert.ok(states.every((state) => state.startsWith('active')));
  assert.ok(
    lines.every((line) => line.includes('connection.susp')),
    lines.join('\n'),
  );
  assert.equal(lines.length, 48);
});

test('a claim that nothing decides holds when its deadline passes [§6.8-10]', () => {
  const { lines } = tell(aConnection(), [claimed(5, 'signedOut'), signals(25), data(44, -10), signals(45)]);
  assert.deepEqual(lines, [
    '5: connection.suspected signedOut',
    '45: active → expired (signedOut)',
    '45: alert opens: connection.expired',
    '45: the owner is asked: signedOut',
  ]);
});

test('a claim that nobody could be asked about is not believed at its deadline; the first answer decides', () => {
  const waits = [20, 44, 45, 90].map((minute) => failed(minute, 'throttledApplication'));
  const down = failed(100, 'smartcarUnreachable');
  const held = Array(6).fill('active, suspected signedOut') as string[];
  const told = tell(aConnection(), [claimed(5, 'signedOut'), ...waits, down, data(110, 80)]);
  assert.deepEqual(told.states, [...held, 'active']);
  assert.deepEqual(told.lines, ['5: connection.suspected signedOut', '110: connection.suspicion-withdrawn signedOut']);
  const silent = tell(aConnection(), [claimed(5, 'signedOut'), ...waits, down, signals(110)]);
  assert.deepEqual(silent.states, [...held, 'expired (signedOut)']);
});

test('an answer of which every part was told to wait, or met a machine that fails, is none', () => {
  const car = aBrokenConnection('permissionMissing', { platform: 'v2' });
  for (const meaning of ['throttledVehicle', 'manufacturerFailing'] as const) {
    const { states } = tell(car, [claimed(5, 'signedOut'), refused(45, meaning, 45), refused(90, meaning, 90)]);
    assert.deepEqual(states, Array(3).fill('error (permissionMissing), suspected signedOut'), meaning);
  }
  const { states } = tell(aConnection({ platform: 'v2' }), [
    claimed(5, 'signedOut'),
    refused(45, 'throttledVehicle', 45),
    data(50, 49),
  ]);
  assert.deepEqual(states, [...Array(2).fill('active, suspected signedOut'), 'active']);
});

test('a claim that nobody could be asked about holds a day after its deadline', () => {
  const { states } = tell(aConnection(), [
    claimed(5, 'signedOut'),
    failed(45 + 24 * 60 - 1, 'throttledApplication'),
    failed(45 + 24 * 60, 'throttledApplication'),
  ]);
  assert.deepEqual(states, [...Array(2).fill('active, suspected signedOut'), 'expired (signedOut)']);
});

test('how long a claim may stay undecided depends on the make, and on whether the car is subscribed', () => {
  const wait = (make: string, subscribed: boolean): number => {
    const start = aConnection(subscribed ? {} : { subscribedAt: null });
    const { suspicion } = tell(start, [claimed(0, 'signedOut')], { make: makePolicy(make) }).connection;
    return (suspicion!.deadlineAt.getTime() - minutes(0).getTime()) / 60_000;
  };
  assert.deepEqual(
    [wait('VOLVO', true), wait('VOLKSWAGEN', true), wait('KIA', true), wait('KIA', false)],
    [30, 40, 288, 36 * 60],
  );
});

test('a refusal without a fetch time is suspected by a first read and believed by a second [§3.4-17]', () => {
  const { states } = tell(aConnection(), [refused(5, 'signedOut', null), refused(6, 'signedOut', null)]);
  assert.deepEqual(states, ['active, suspected signedOut', 'expired (signedOut)']);
});

test('a refusal fetched since the last proof is believed from one read', () => {
  assert.deepEqual(tell(aConnection(), [refused(5, 'revoked', 4)]).states, ['disconnected (revokedByOwner)']);
});

test('a refusal fetched before the last proof is old news', () => {
  assert.deepEqual(tell(aConnection(), [refused(5, 'revoked', -11), refused(6, 'revoked', -10)]).states, [
    'active',
    'active',
  ]);
});

test('one required signal that is refused while another comes decides nothing', () => {
  const mixed = refused(6, 'signedOut', 5, {
    readings: [reading('odometer-traveleddistance', { fetchedAt: minutes(-10) })],
  });
  const [location, , lock] = mixed.failures;
  const outcome = { ...mixed, failures: [location!, lock!] };
  assert.deepEqual(tell(aConnection(), [outcome, claimed(7, 'signedOut'), outcome]).states, [
    'active',
    ...Array(2).fill('active, suspected signedOut'),
  ]);
});

test('webhooks alone never expire anything before the deadline', () => {
  const { states } = tell(aConnection(), [
    claimed(5, 'signedOut'),
    refused(6, 'signedOut', 6, { via: 'webhook' }),
    refused(7, 'signedOut', null, { via: 'webhook' }),
    failed(8, 'signedOut', {}, { via: 'webhook' }),
    claimed(9, 'signedOut'),
  ]);
  assert.deepEqual(states, Array(5).fill('active, suspected signedOut'));
});

test('a claim is not settled by an answer that only shows that Smartcar answers again', () => {
  const down = aBrokenConnection('smartcarFailing', { judgedAt: hours(-24) });
  const { states } = tell(down, [claimed(5, 'signedOut'), data(6, -10), data(16, 15)]);
  assert.deepEqual(states, ['error (smartcarFailing), suspected signedOut', 'active, suspected signedOut', 'active']);
  const silent = tell(down, [claimed(5, 'signedOut'), data(6, -10), data(45, -10)]);
  assert.equal(silent.states.at(-1), 'expired (signedOut)');
  const lacking = tell({ ...down, permissions: [] }, [claimed(5, 'permission'), data(6, -10)]);
  assert.equal(lacking.states.at(-1), 'error (permissionMissing)', 'what was claimed has shown');
});

test('claims never put a read off, however many come', () => {
  const start = aConnection({ nextPollAt: minutes(1) });
  const flood = Array.from({ length: 50 }, (_, n) => claimed(n / 60, n % 2 ? 'signedOut' : 'revoked'));
  assert.ok(tell(start, flood).connection.nextPollAt! <= minutes(1));
});

test('a claim of something else takes the place of the one that is being checked', () => {
  const { states, lines } = tell(aConnection(), [claimed(5, 'signedOut'), claimed(6, 'revoked')]);
  assert.deepEqual(states, ['active, suspected signedOut', 'active, suspected revoked']);
  assert.deepEqual(lines, ['5: connection.suspected signedOut', '6: connection.suspected revoked']);
});

test('claims that take turns are decided when the first one is due, however many come', () => {
  const turns = [5, 15, 25, 35].map((minute, n) => claimed(minute, n % 2 ? 'revoked' : 'signedOut'));
  const { states } = tell(aConnection(), [...turns, data(44, -10), data(45, -10)]);
  assert.deepEqual(states.slice(-2), ['active, suspected revoked', 'disconnected (revokedByOwner)']);
});

test('claims that take turns while data comes are never believed', () => {
  const day = Array.from({ length: 144 }, (_, n) => {
    const claim = claimed(10 * n + 5, n % 2 ? 'revoked' : 'signedOut');
    return [claim, data(10 * n + 9, 10 * n + 3)];
  }).flat();
  assert.ok(tell(aConnection(), day).states.every((state) => state.startsWith('active')));
});

test('a claim of a missing permission does not take the place of one that doubts the account; the other way round it does', () => {
  const location = claimed(6, 'permission', { signals: [locationCode] });
  const first = tell(aConnection(), [claimed(5, 'signedOut'), location]);
  assert.deepEqual(first.lines, ['5: connection.suspected signedOut']);
  assert.deepEqual(first.connection.suspicion?.deadlineAt, minutes(45));
  const then = tell(aConnection(), [location, claimed(9, 'signedOut')]);
  assert.equal(then.states.at(-1), 'active, suspected signedOut');
  assert.deepEqual(then.connection.suspicion?.deadlineAt, minutes(49), 'it has its own time');
});

test('a permission found missing by a read does not take the place of a claim that is being checked', () => {
  assert.equal(
    tell(aConnection(), [claimed(5, 'signedOut'), withoutLocation(6, -10)]).states.at(-1),
    'active, suspected signedOut',
  );
});

test('what is confirmed already is not suspected again', () => {
  const broken = aBrokenConnection('signedOut');
  const { connection } = tell(broken, [claimed(5, 'signedOut')]);
  assert.deepEqual(connection, { ...broken, trouble: { meaning: 'signedOut', since: broken.since } });
});

test('one webhook may claim several things; what can be ignored in it is', () => {
  const both = {
    ...claimed(5, 'smartcarFailing'),
    claims: [claimOf('smartcarFailing'), claimOf('asleep'), claimOf('accountIssue')],
  };
  const { states, connection } = tell(aConnection(), [both]);
  assert.deepEqual(states, ['active, suspected accountIssue']);
  assert.deepEqual(connection.vehicleState, { meaning: 'asleep', since: minutes(5) });
});

test('a claim that is taken back is withdrawn, and read about at once', () => {
  const { lines, connection } = tell(aConnection(), [claimed(5, 'signedOut'), cleared(6, 'signedOut')]);
  assert.deepEqual(lines, ['5: connection.suspected signedOut', '6: connection.suspicion-withdrawn signedOut']);
  assert.equal(connection.suspicion, null);
  assert.ok(connection.nextPollAt! < minutes(7));
});

test('taking back something else leaves the suspicion', () => {
  assert.equal(
    tell(aConnection(), [claimed(5, 'signedOut'), cleared(6, 'revoked')]).states.at(-1),
    'active, suspected signedOut',
  );
});

test('a claim from before a repair that arrives late does not throw the repair back', () => {
  const { states } = tell(aBrokenConnection('signedOut'), [
    repaired(10),
    { late: claimed(5, 'signedOut'), heardAt: 12 },
    refused(13, 'signedOut', 4),
    data(20, 15),
  ]);
  assert.deepEqual(states, [...Array(3).fill('pending (waitingForFirstData)'), 'active']);
});

test('a claim after a repair is not confirmed by a failure fetched before it', () => {
  const { states } = tell(aBrokenConnection('signedOut'), [
    repaired(10),
    claimed(12, 'signedOut'),
    refused(13, 'signedOut', 4),
  ]);
  assert.equal(states.at(-1), 'pending (waitingForFirstData), suspected signedOut');
});

test('a claim about the account that arrives after newer data is refuted already', () => {
  const start = aConnection({ provedAt: minutes(8) });
  assert.deepEqual(tell(start, [{ late: claimed(5, 'signedOut'), heardAt: 9 }]).connection, start);
});

test('a claim that was under way for days is asked about like any other before it is believed', () => {
  const days = 3 * 24 * 60;
  const { states, connection } = tell(aConnection(), [
    { late: claimed(5, 'signedOut'), heardAt: days },
    signals(days + 1),
    { late: claimed(6, 'signedOut'), heardAt: days + 2 },
  ]);
  assert.deepEqual(states, Array(3).fill('active, suspected signedOut'));
  assert.deepEqual(connection.suspicion?.deadlineAt, minutes(days + 40));
  assert.deepEqual(connection.suspicion?.claimedAt, minutes(5));
});

test('what is over is over from when it was said: a later claim stands', () => {
  const start = tell(aConnection(), [claimed(8, 'signedOut'), claimed(9, 'asleep')]).connection;
  const late = [cleared(5, 'signedOut'), cleared(5, 'asleep')].map((one) => ({ late: one, heardAt: 10 }));
  const { connection } = tell(start, late);
  assert.deepEqual(
    [connection.suspicion, connection.trouble, connection.vehicleState],
    [start.suspicion, start.trouble, start.vehicleState],
  );
});

test('a car that has sent since is not asleep by what arrives late, and not awake by it either', () => {
  const sent = tell(aConnection(), [data(8, 7, { via: 'webhook' })]).connection;
  const told = tell(sent, [{ late: claimed(5, 'asleep'), heardAt: 10 }]).connection;
  assert.deepEqual([told.vehicleState, told.lastTelemetryAt], [null, minutes(8)]);
  const late = tell(told, [{ late: data(6, 5, { via: 'webhook' }), heardAt: 10 }]).connection;
  assert.deepEqual([late.lastTelemetryAt, late.lastSuccess?.at], [minutes(8), minutes(8)]);
  const slept = tell(sent, [claimed(9, 'asleep'), { late: data(6, 5, { via: 'webhook' }), heardAt: 10 }]).connection;
  assert.equal(slept.vehicleState?.meaning, 'asleep');
});

test('a late claim of a missing permission is checked, since other signals say nothing about it', () => {
  const late = { late: claimed(5, 'permission', { signals: [locationCode] }), heardAt: 9 };
  assert.deepEqual(tell(aConnection({ provedAt: minutes(8) }), [late]).states, ['active, suspected permission']);
});

test('a claim about a revoked grant does not bring its polling back, nor make it something else', () => {
  const revoked = aBrokenConnection('revokedByOwner', { nextPollAt: null });
  const { connection } = tell(revoked, [claimed(5, 'signedOut'), claimed(6, 'permission')]);
  assert.deepEqual({ ...connection, trouble: null }, revoked);
});

test('what was reported stands in the timeline as Smartcar wrote it', () => {
  const claim = claimed(5, 'signedOut', {
    type: 'CONNECTED_SERVICES_ACCOUNT',
    code: 'AUTHENTICATION_FAILED',
    requestId: 'req-5',
  });
  const { connection } = tell(aConnection(), [claim]);
  assert.deepEqual(connection.suspicion, {
    ...{ meaning: 'signedOut', signals: [], claimedAt: minutes(5), deadlineAt: minutes(45) },
    ...{ requestId: 'req-5', resolutionUrl: null },
  });
  assert.deepEqual(connection.since, hours(-24));
});

test('a claim about the account of a sleeping car is withdrawn when the car is said to sleep after it', () => {
  const asleep = aConnection({ vehicleState: { meaning: 'asleep', since: minutes(-90) } });
  const { lines, states } = tell(asleep, [claimed(5, 'signedOut'), refused(6, 'asleep', 4), refused(7, 'asleep', 6.5)]);
  assert.deepEqual(states, ['active, suspected signedOut', 'active, suspected signedOut', 'active']);
  assert.deepEqual(lines, ['5: connection.suspected signedOut', '7: connection.suspicion-withdrawn signedOut']);
});

test('it stands while another signal is refused; a claim about a permission, or a lapsed service, stands in any case', () => {
  const mixed = refused(7, 'asleep', 6.5);
  const refusal = signalFailure('signedOut', odometerCode, minutes(6.5));
  const [, ...others] = mixed.failures;
  const { states } = tell(aConnection(), [claimed(5, 'signedOut'), { ...mixed, failures: [refusal, ...others] }]);
  assert.notEqual(states[1], 'active');
  for (const meaning of ['permission', 'subscriptionLapsed', 'virtualKeyMissing'] as const)
    assert.equal(tell(aConnection(), [claimed(5, meaning), mixed]).states[1], `active, suspected ${meaning}`);
});

test('on v2 an answer about the state of the car was let in too', () => {
  const v2 = aConnection({ platform: 'v2' });
  const { states, connection } = tell(v2, [claimed(5, 'signedOut'), failed(6, 'asleep')]);
  assert.deepEqual(states, ['active, suspected signedOut', 'active']);
  assert.equal(connection.vehicleState?.meaning, 'asleep');
});
