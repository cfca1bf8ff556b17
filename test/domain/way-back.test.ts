/** What a connection remembers for its way back: which permissions are refused, whether Smartcar lists it, who is asked. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { TokenSetId } from '../../src/domain/ids.ts';
import type { NotOnV3Outcome } from '../../src/domain/outcome.ts';
import { defaultRequiredPermissions, lackingPermissions } from '../../src/domain/permission.ts';
import {
  aBrokenConnection,
  aConnection,
  claimed,
  data,
  failed,
  listed,
  locationCode,
  minutes,
  policy,
  refused,
  repaired,
  withoutLocation,
} from './builders.ts';
import { tell } from './story.ts';

const onV2 = { platform: 'v2', tokenSetId: 'tok_1' as TokenSetId, smartcarConnectionId: null } as const; // any id will do
const lacking = (c: Parameters<typeof lackingPermissions>[1]): string[] =>
  lackingPermissions(policy.requiredPermissions, c);

test('a required signal that is refused for want of a permission says which one is missing, though Smartcar lists it as granted', () => {
  for (const change of [{}, onV2]) {
    const { connection } = tell(aConnection(change), [withoutLocation(5, 4), withoutLocation(20, 18)]);
    assert.ok(connection.permissions.includes('read_location'));
    assert.deepEqual(connection.refusedPermissions, ['read_location']);
    assert.deepEqual(lacking(connection), ['read_location']);
  }
});

test('a webhook’s claim names its signals, and once its time is over the permissions behind them are what is missing', () => {
  const claim = claimed(0, 'permission', { signals: [locationCode] });
  const held = tell(aConnection(), [claim]).connection.suspicion?.deadlineAt ?? assert.fail();
  const minute = (held.getTime() - minutes(0).getTime()) / 60_000;
  const { connection } = tell(aConnection(), [claim, failed(minute + 1, 'asleep')]);
  assert.deepEqual([connection.cause, connection.refusedPermissions], ['permissionMissing', ['read_location']]);
});

test('all that is required refused at once names them all; a request refused as a whole names none, and forgets none', () => {
  const all = tell(aConnection(), [refused(5, 'permission', 4)]).connection;
  assert.deepEqual(all.refusedPermissions, ['read_location', 'read_odometer', 'read_security']);
  const whole = tell(aConnection(), [failed(5, 'permission')]).connection;
  assert.deepEqual([whole.cause, whole.refusedPermissions], ['permissionMissing', []]);
  assert.deepEqual(tell(all, [failed(30, 'permission')]).connection.refusedPermissions, all.refusedPermissions);
});

test('what is refused no longer is not missing any more: after the proof, and as soon as the owner came back', () => {
  const broken = aBrokenConnection('permissionMissing', { refusedPermissions: ['read_location'] });
  assert.deepEqual(tell(broken, [data(9, 8)]).connection.refusedPermissions, []);
  assert.deepEqual(tell(broken, [repaired(9)]).connection.refusedPermissions, []);
  const partly = tell({ ...broken, refusedPermissions: ['read_location', 'read_odometer'] }, [withoutLocation(9, 8)]);
  assert.deepEqual(partly.connection.refusedPermissions, ['read_location']);
});

test('whether Smartcar lists it is remembered as long as it is broken in the same way', () => {
  const gone = failed(0, 'revoked', {}, { via: 'reconciliation' });
  const lost = tell(aConnection(), [gone]).connection;
  assert.deepEqual([lost.cause, lost.listed], ['revokedByOwner', false]);
  const back = tell(lost, [listed(10)]).connection;
  assert.equal(back.listed, true);
  assert.equal(tell(back, [failed(12, 'revoked', {}, { via: 'check' })]).connection.listed, true);
  assert.equal(tell(back, [failed(12, 'signedOut', {}, { via: 'check' })]).connection.listed, null);
  assert.equal(tell(back, [repaired(20)]).connection.listed, null);
});

test('an owner who comes back for what healed by itself meanwhile leaves it active, and what they allowed is kept', () => {
  const permissions = [...defaultRequiredPermissions, 'read_fuel'];
  const { lines, connection } = tell(aConnection(), [repaired(5, { permissions })]);
  assert.deepEqual(lines, ['5: owner.returned', '5: task ensure-subscription']);
  assert.deepEqual([connection.status, connection.permissions], ['active', permissions]);
  assert.deepEqual(connection.provedAt, aConnection().provedAt);
});

test('what healed meanwhile is read by the tokens that were granted last; on another platform its proof is awaited', () => {
  const v2 = aConnection(onV2);
  const grant = { platform: 'v2', tokenSetId: 'tok_2' as TokenSetId } as const;
  const renewed = tell(v2, [repaired(5, { grant })]);
  assert.deepEqual([renewed.states, renewed.connection.tokenSetId], [['active'], 'tok_2']);
  const moved = tell(v2, [repaired(5, { grant: { platform: 'v3', tokenSetId: null } })]);
  assert.deepEqual([moved.states, moved.connection.platform], [['pending (waitingForFirstData)'], 'v3']);
});

test('an owner who comes back while a claim is being checked is waited for: the claim may be about what they repaired', () => {
  const { states } = tell(aConnection(), [claimed(1, 'signedOut'), repaired(5)]);
  assert.deepEqual(states, ['active, suspected signedOut', 'pending (waitingForFirstData)']);
});

for (const meaning of ['grantLapsed', 'tokensRefused', 'tokensLost'] as const) {
  test(`v2's ${meaning} is asked of the owner only where v3 can't mend it`, () => {
    const asked = (v3: boolean): boolean =>
      tell(aConnection(onV2), [failed(5, meaning)], { v3 }).lines.includes(`5: the owner is asked: ${meaning}`);
    assert.deepEqual([asked(false), asked(true)], [true, false]);
  });
}

test('v3 that does not list the car is no help: the owner is asked then, and once', () => {
  const notThere: NotOnV3Outcome = { kind: 'notOnV3', via: 'operator', at: minutes(10), requestId: null };
  const { lines, connection } = tell(aConnection(onV2), [failed(5, 'tokensLost'), notThere]);
  assert.deepEqual(lines, [
    '5: active → expired (tokensLost)',
    '5: alert opens: connection.expired',
    '10: the owner is asked: tokensLost',
  ]);
  assert.equal(connection.listed, false);
});

test('v3 that lists the car reads it from now on: proof is awaited, and the owner did nothing', () => {
  const grant = { platform: 'v3', tokenSetId: null } as const;
  const { lines, connection } = tell(aBrokenConnection('tokensLost', onV2), [repaired(5, { via: 'operator', grant })]);
  assert.deepEqual(lines, [
    '5: connection.moved',
    '5: expired (tokensLost) → pending (waitingForFirstData)',
    '5: task ensure-subscription',
  ]);
  assert.deepEqual([connection.platform, connection.tokenSetId], ['v3', null]);
});
