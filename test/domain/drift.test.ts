import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cause } from '../../src/domain/cause.ts';
import { driftOf, isPlausible, permissionChange } from '../../src/domain/drift.ts';
import type { DriftKind, ListedGrant } from '../../src/domain/drift.ts';
import type { SmartcarConnectionId, SmartcarUserId, SmartcarVehicleId } from '../../src/domain/ids.ts';
import { transition } from '../../src/domain/transition.ts';
import { aBrokenConnection, aConnection, listed, minutes, policy, failed } from './builders.ts';

const grantId = (id: string): SmartcarConnectionId => id as SmartcarConnectionId; // Smartcar's ids are opaque
const there = (change: Partial<ListedGrant> = {}): ListedGrant => ({
  smartcarVehicleId: 'car-1' as SmartcarVehicleId, // the same
  smartcarUserId: 'user-1' as SmartcarUserId, // the same
  smartcarConnectionId: grantId('grant-1'),
  permissions: ['read_location'],
  ...change,
});
const here = { smartcarConnectionId: grantId('grant-1'), permissions: ['read_location'], cause: null };

test('what a listed grant differs in is named, and nothing else', () => {
  const rows: [string, Partial<ListedGrant>, Cause | null, DriftKind[]][] = [
    ['nothing', {}, null, []],
    ['the order of permissions', { permissions: ['read_location'] }, null, []],
    ['a permission less', { permissions: [] }, null, ['permissions-changed']],
    ['a permission more', { permissions: ['read_location', 'read_fuel'] }, null, ['permissions-changed']],
    ['permissions that the list of v2 does not say', { permissions: null }, null, []],
    ['another id', { smartcarConnectionId: grantId('grant-2') }, null, ['renamed']],
    ['no id, as on v2', { smartcarConnectionId: null }, null, []],
    ['that it is there again', {}, 'revokedByOwner', ['listed-again']],
    ['that the car is back', {}, 'vehicleRemoved', ['listed-again']],
    ['a sign-in that ended, which no list shows', {}, 'signedOut', []],
    [
      'all of it',
      { smartcarConnectionId: grantId('grant-2'), permissions: [] },
      'revokedByOwner',
      ['listed-again', 'renamed', 'permissions-changed'],
    ],
  ];
  for (const [what, change, cause, expected] of rows)
    assert.deepEqual(driftOf({ ...here, cause }, there(change)), expected, what);
});

test('permissions are compared as sets', () => {
  assert.deepEqual(permissionChange(['a', 'b'], ['b', 'a']), { added: [], removed: [] });
  assert.deepEqual(permissionChange(['a', 'b'], ['b', 'c']), { added: ['c'], removed: ['a'] });
});

test('a few may be gone at once, a fifth of a large fleet too; more than that is a list that is wrong', () => {
  assert.ok(isPlausible(10, 10));
  assert.ok(isPlausible(200, 1_000));
  assert.ok(!isPlausible(11, 20));
  assert.ok(!isPlausible(1_000, 1_000));
});

test('a list that lacks a required permission is a fact: the connection says so at once', () => {
  const { connection, happenings, alerts } = transition(
    aConnection(),
    listed(0, { permissions: [] }),
    policy,
    minutes(0),
  );
  assert.equal(connection.cause, 'permissionMissing');
  assert.deepEqual(connection.permissions, []);
  assert.ok(happenings.some(({ kind }) => kind === 'connection.permissions-changed'));
  assert.ok(alerts.some(({ change }) => change === 'open'));
});

test('a list that shows everything proves nothing: the car is read', () => {
  const lacking = aBrokenConnection('permissionMissing', { permissions: [] });
  const all = [...policy.requiredPermissions];
  const { connection } = transition(lacking, listed(0, { permissions: all }), policy, minutes(0));
  assert.equal(connection.cause, 'permissionMissing');
  assert.ok(connection.nextPollAt && connection.nextPollAt <= minutes(1));
});

test('a revoked connection that is listed again is read, and waits for proof', () => {
  const gone = aBrokenConnection('revokedByOwner', { nextPollAt: null });
  const { connection, happenings } = transition(gone, listed(0), policy, minutes(0));
  assert.equal(connection.status, 'disconnected');
  assert.ok(connection.nextPollAt);
  assert.deepEqual(
    happenings.map(({ kind }) => kind),
    ['connection.listed-again'],
  );
});

test('a list that shows a connection as it is changes nothing, not even when it is read next', () => {
  const kept = aConnection();
  assert.deepEqual(transition(kept, listed(0), policy, minutes(0)).connection, kept);
});

test('a grant that a direct look-up does not find any more is revoked, as one that a read was refused for', () => {
  const outcome = { ...failed(0, 'revoked'), via: 'reconciliation' as const };
  const { connection, ask } = transition(aConnection(), outcome, policy, minutes(0));
  assert.equal(connection.cause, 'revokedByOwner');
  assert.equal(connection.nextPollAt, null);
  assert.equal(ask, null);
});
