/** From a grant to a working connection: nothing but fresh data proves it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  aConnection,
  aNewConnection,
  aBrokenConnection,
  chargeCode,
  data,
  failed,
  hours,
  minutes,
  reading,
  refused,
  repaired,
  signals,
} from './builders.ts';
import { tell } from './story.ts';

test('the first fresh data proves a new connection, and nothing else', () => {
  const { connection, lines } = tell(aNewConnection(), [data(3, 2)]);
  assert.deepEqual(lines, ['3: pending (waitingForFirstData) → active', '3: settled with the owner']);
  assert.deepEqual(connection, {
    ...aNewConnection(),
    ...{ status: 'active', cause: null, since: minutes(3), provedAt: minutes(2), pendingDeadlineAt: null },
    ...{ lastTelemetryAt: minutes(3), lastSuccess: { kind: 'telemetry', at: minutes(3) }, nextPollAt: minutes(33) },
    newsAt: minutes(2),
    usage: { ...aNewConnection().usage, requests: 1, lastAt: minutes(3) },
  });
});

test('an empty store leaves a new connection waiting until its deadline, then it is an error that Smartcar has to mend', () => {
  const { lines, states } = tell(aNewConnection(), [signals(1), signals(600), signals(24 * 60 - 1), signals(24 * 60)]);
  assert.deepEqual(states.slice(0, 3), Array(3).fill('pending (waitingForFirstData)'));
  assert.deepEqual(lines, [
    '1440: pending (waitingForFirstData) → error (noFirstData)',
    '1440: alert opens: connection.error',
  ]);
});

test('data that comes after the deadline still proves the connection and closes the alert', () => {
  const { lines } = tell(aBrokenConnection('noFirstData', { provedAt: null }), [data(5, 4)]);
  assert.deepEqual(lines, [
    '5: error (noFirstData) → active',
    '5: alert closes: connection.error',
    '5: settled with the owner',
  ]);
});

test('cached data from before the grant, or of its very moment, proves nothing', () => {
  const { lines, states, connection } = tell(aNewConnection(), [data(1, -5), data(2, 0)]);
  assert.deepEqual(lines, []);
  assert.deepEqual(states, Array(2).fill('pending (waitingForFirstData)'));
  assert.equal(connection.provedAt, null);
});

test('data without a fetch time proves nothing', () => {
  const undated = signals(4, { readings: [reading('odometer-traveleddistance', { fetchedAt: null })] });
  assert.deepEqual(tell(aNewConnection(), [undated]).lines, []);
});

test('fresh data that nobody requires proves nothing', () => {
  const charge = signals(4, { readings: [reading(chargeCode, { fetchedAt: minutes(3) })] });
  assert.deepEqual(tell(aNewConnection(), [charge]).lines, []);
});

test('a webhook with fresh data proves as well as a read does', () => {
  const { lines } = tell(aNewConnection(), [data(2, 1, { via: 'webhook' })]);
  assert.deepEqual(lines, ['2: pending (waitingForFirstData) → active', '2: settled with the owner']);
});

test('a new connection without a required permission ends as an error that names it, though data flows', () => {
  const granted = aNewConnection({
    permissions: ['read_vehicle_info', 'read_location', 'read_odometer', 'read_security'],
  });
  const { lines, connection } = tell(granted, [data(3, 2)]);
  assert.deepEqual(lines, [
    '3: pending (waitingForFirstData) → error (permissionMissing)',
    '3: alert opens: connection.error',
  ]);
  assert.equal(connection.pendingDeadlineAt, null);
});

test('first data is waited for quickly at first, then ever more calmly', () => {
  const waits = [0, 1, 5, 60, 600].map((minute) => {
    const { connection } = tell(aNewConnection(), [signals(minute)]);
    return (connection.nextPollAt!.getTime() - minutes(minute).getTime()) / 1_000;
  });
  assert.deepEqual(waits, [5, 20, 120, 600, 600]);
});

test("the owner's return leads over pending and proof to active; the alert closes only then", () => {
  const { lines, connection } = tell(aBrokenConnection('signedOut'), [
    repaired(10),
    signals(11),
    data(12, 8),
    data(15, 14),
  ]);
  assert.deepEqual(lines, [
    '10: owner.returned',
    '10: expired (signedOut) → pending (waitingForFirstData)',
    '10: task ensure-subscription',
    '15: pending (waitingForFirstData) → active',
    '15: alert closes: connection.expired',
    '15: settled with the owner',
  ]);
  assert.equal(connection.smartcarConnectionId, 'grant-2');
});

test('a failure that the store still holds from before a repair does not throw it back', () => {
  const stale = refused(12, 'signedOut', -70);
  const undated = refused(13, 'signedOut', null);
  const { states } = tell(aBrokenConnection('signedOut'), [repaired(10), stale, undated, data(30, 25)]);
  assert.deepEqual(states.slice(1), [...Array(2).fill('pending (waitingForFirstData)'), 'active']);
});

test('a failure fetched after a repair does throw it back, and the owner is asked again', () => {
  const { lines } = tell(aBrokenConnection('signedOut'), [repaired(10), refused(20, 'signedOut', 18)]);
  assert.deepEqual(lines.slice(3), [
    '20: pending (waitingForFirstData) → expired (signedOut)',
    '20: the owner is asked: signedOut',
  ]);
});

test('a whole request that is refused inside ten minutes of a repair is not held against it; later it is [§1.4-9]', () => {
  const { states } = tell(aBrokenConnection('signedOut'), [
    repaired(10),
    failed(19.9, 'signedOut'),
    failed(20, 'signedOut'),
  ]);
  assert.deepEqual(states.slice(1), ['pending (waitingForFirstData)', 'expired (signedOut)']);
});

test('a repair that hits a limit of the plan still needs proof; an answer alone does not make it active', () => {
  const { states } = tell(aBrokenConnection('signedOut'), [
    repaired(10),
    failed(11, 'planLimit'),
    data(30, -90),
    data(40, 35),
  ]);
  assert.deepEqual(states.slice(1), ['error (planLimit)', 'pending (waitingForFirstData)', 'active']);
});

test('data that is no newer than the last proof leaves an active connection as it is', () => {
  const before = aConnection();
  const { connection, lines } = tell(before, [data(5, -10)]);
  assert.deepEqual(lines, []);
  assert.deepEqual(
    { status: connection.status, provedAt: connection.provedAt, nextPollAt: connection.nextPollAt },
    { status: 'active', provedAt: minutes(-10), nextPollAt: minutes(35) },
  );
});

test('late data never moves the last proof back', () => {
  const { connection } = tell(aBrokenConnection('manufacturerFailing', { judgedAt: hours(-9), provedAt: hours(-1) }), [
    data(5, -120),
  ]);
  assert.deepEqual(connection.provedAt, hours(-1));
});

test('a permission that was missing before the repair, as the store still says, does not throw the repair back', () => {
  const stale = [refused(11, 'permission', -70), refused(12, 'permission', null), refused(80, 'permission', null)];
  const { states, lines } = tell(aBrokenConnection('permissionMissing'), [repaired(10), ...stale, data(90, 85)]);
  assert.deepEqual(states, [...Array(4).fill('pending (waitingForFirstData)'), 'active']);
  assert.deepEqual(lines.slice(3), [
    '90: pending (waitingForFirstData) → active',
    '90: alert closes: connection.error',
    '90: settled with the owner',
  ]);
});
