import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import type { Connection, Suspicion } from '../../src/domain/connection.ts';
import type { SignalFailure } from '../../src/domain/failure.ts';
import type { SmartcarConnectionId, SmartcarUserId, TokenSetId } from '../../src/domain/ids.ts';
import { isProvedOnV3, nextLook, planMove, proofDeadline } from '../../src/domain/move.ts';
import type { ListedOnV3 } from '../../src/domain/move.ts';
import type { MovedOutcome } from '../../src/domain/outcome.ts';
import { defaultRequiredPermissions } from '../../src/domain/permission.ts';
import type { Reading } from '../../src/domain/reading.ts';
import { transition } from '../../src/domain/transition.ts';
import {
  aConnection,
  hours,
  locationCode,
  lockCode,
  minutes,
  odometerCode,
  policy,
  requiredCodes,
} from './builders.ts';

const onV2 = (change: Partial<Connection> = {}): Connection =>
  aConnection({ platform: 'v2', tokenSetId: 'tok_1' as TokenSetId, smartcarConnectionId: null, ...change }); // a short id reads better

const listed = (change: Partial<ListedOnV3> = {}): ListedOnV3 => {
  const { smartcarVehicleId, smartcarUserId, permissions } = onV2();
  return { id: 'grant-9' as SmartcarConnectionId, smartcarVehicleId, smartcarUserId, permissions, ...change };
};

describe('a plan says of each car what would happen to it', () => {
  const verdict = (connection: Connection, list: readonly ListedOnV3[] = [listed()]): unknown => {
    const [planned] = planMove([connection], list, [...defaultRequiredPermissions, 'read_battery']);
    return [planned?.verdict, planned?.reason];
  };

  test('a working car that v3 lists under the same user is ready [§7-7]', () => {
    assert.deepEqual(verdict(onV2()), ['ready', null]);
  });

  test("v2's broken tokens do not stop a car, since v3 needs none", () => {
    for (const cause of ['tokensLost', 'tokensRefused', 'grantLapsed'] as const)
      assert.deepEqual(verdict(onV2({ status: 'expired', cause })), ['ready', null]);
  });

  test('what waits for data, is suspected or is broken waits', () => {
    assert.deepEqual(verdict(onV2({ status: 'pending', cause: 'waitingForFirstData' })), ['waits', 'pending']);
    const suspicion: Suspicion = {
      meaning: 'signedOut',
      signals: [],
      claimedAt: minutes(0),
      deadlineAt: minutes(30),
      requestId: null,
      resolutionUrl: null,
    };
    assert.deepEqual(verdict(onV2({ suspicion })), ['waits', 'suspected']);
    assert.deepEqual(verdict(onV2({ status: 'expired', cause: 'signedOut' })), ['waits', 'broken']);
  });

  test('a car that v3 does not list, or lists under another user, is left out', () => {
    assert.deepEqual(verdict(onV2(), []), ['notListed', 'notListed']);
    const anothers = listed({ smartcarUserId: 'user-2' as SmartcarUserId });
    assert.deepEqual(verdict(onV2(), [anothers]), ['notListed', 'notListed']);
  });

  test('a permission that would be lost leaves a car out, and is named; one that nobody uses does not', () => {
    const connection = onV2({ permissions: [...defaultRequiredPermissions, 'read_battery', 'read_engine_oil'] });
    const [fine] = planMove([connection], [listed()], [...defaultRequiredPermissions, 'read_battery']);
    assert.equal(fine?.verdict, 'ready');
    const fewer = listed({ permissions: [...defaultRequiredPermissions] });
    const [less] = planMove([connection], [fewer], [...defaultRequiredPermissions, 'read_battery']);
    assert.deepEqual([less?.verdict, less?.lostPermissions], ['permissionsDiffer', ['read_battery']]);
  });

  test('a car on v3, moved or made there, and one that has ended have nothing to move', () => {
    assert.deepEqual(verdict(onV2({ platform: 'v3' })), ['alreadyMoved', 'alreadyMoved']);
    assert.deepEqual(verdict(aConnection()), ['notOnV2', 'notOnV2']);
    assert.deepEqual(verdict(onV2({ endedAt: minutes(0) })), ['ended', 'ended']);
  });
});

describe('v3 is proved by what it shows beside v2', () => {
  const since = minutes(0);
  const reading = (code: string, measured: number, fetched: number): Reading => ({
    ...{ code, value: 1, unit: null, receivedAt: minutes(5) },
    ...{ measuredAt: minutes(measured), fetchedAt: minutes(fetched) },
  });
  const all = (measured: number, fetched: number): Reading[] =>
    requiredCodes.map((code) => reading(code, measured, fetched));
  const known = new Map(all(-30, -20).map((one) => [one.code, one]));
  const proved = (readings: Reading[], question: Partial<Parameters<typeof isProvedOnV3>[0]> = {}): boolean =>
    isProvedOnV3({ connection: onV2(), since, signals: requiredCodes, known, ...question }, readings, []);

  test('values as new as those of v2 prove it, whenever Smartcar fetched them', () => {
    assert.equal(proved(all(-30, -600)), true);
  });

  test('values that were fetched since prove it, though the car dates them before', () => {
    assert.equal(proved(all(-60, 1)), true);
  });

  test('older values from the store do not', () => {
    assert.equal(proved(all(-31, -600)), false);
  });

  test('one required signal that v2 told and v3 does not leaves it unproved', () => {
    assert.equal(proved(all(-30, 1).filter(({ code }) => code !== lockCode)), false);
  });

  test('a signal that v2 never told is not asked of v3', () => {
    const without = new Map([...known].filter(([code]) => code !== odometerCode));
    const readings = all(-30, -20).filter(({ code }) => code !== odometerCode);
    assert.equal(proved(readings, { known: without }), true);
  });

  test('a car that never told anything has to be fetched since', () => {
    assert.equal(proved(all(-30, -20), { known: new Map() }), false);
    assert.equal(proved([reading(locationCode, -30, 1)], { known: new Map() }), true);
  });

  test('a car that is expired needs something fetched after what broke it', () => {
    const connection = onV2({ status: 'expired', cause: 'tokensLost', judgedAt: minutes(-10) });
    assert.equal(proved(all(-30, -20), { connection }), false);
    assert.equal(proved(all(-30, -5), { connection }), true);
  });

  test('of a car that v2 says sleeps, v3 may say the same, if it asked since; of another one, or from memory, it may not', () => {
    const sleeps = (fetched: number): SignalFailure[] =>
      requiredCodes.map((signal) => ({ signal, meaning: 'asleep', fetchedAt: minutes(fetched) }) as never); // only these are looked at
    const asked = (connection: Connection, fetched: number): boolean =>
      isProvedOnV3({ connection, since, signals: requiredCodes, known }, [], sleeps(fetched));
    const asleep = { meaning: 'asleep', since: minutes(-40) } as const;
    assert.equal(asked(onV2({ vehicleState: asleep }), 1), true);
    assert.equal(asked(onV2({ vehicleState: asleep }), -1), false);
    assert.equal(asked(onV2({ vehicleState: null }), 1), false);
    const expired = onV2({ status: 'expired', cause: 'tokensLost', vehicleState: asleep });
    assert.equal(asked(expired, 1), false, 'what is broken is mended by data alone');
  });

  test('a required signal that is refused for the account or a permission is no proof', () => {
    const refused = { signal: lockCode, meaning: 'permission', fetchedAt: null } as never; // only these are looked at
    const question = { connection: onV2(), since, signals: requiredCodes, known: new Map() };
    assert.equal(isProvedOnV3(question, [reading(locationCode, 0, 1)], [refused]), false);
  });

  test('it is looked at sooner at the beginning, less often later, and once at the deadline', () => {
    const deadline = proofDeadline(since);
    assert.deepEqual(deadline, hours(36 + 0));
    const looks: Date[] = [];
    for (let at = since; at < deadline; at = nextLook(since, deadline, at)) looks.push(at);
    assert.ok(looks.length > 10 && looks.length < 25, `${looks.length} looks`);
    const beforeLast = looks.at(-1);
    assert.ok(beforeLast);
    assert.deepEqual(nextLook(since, deadline, beforeLast), deadline);
  });
});

describe('the switch', () => {
  const moved = (platform: 'v3' | 'v2'): MovedOutcome => ({
    ...{ kind: 'moved', via: 'operator', at: minutes(0), requestId: null, platform },
    permissions: ['read_location'],
    smartcarConnectionId: 'grant-9' as SmartcarConnectionId,
  });

  test('changes how a car is read and nothing that anybody is told', () => {
    const before = onV2();
    const { connection, alerts, ask, settled, happenings } = transition(before, moved('v3'), policy, minutes(0));
    const { platform, permissions, smartcarConnectionId, nextPollAt, ...rest } = connection;
    assert.deepEqual([platform, permissions, smartcarConnectionId], ['v3', ['read_location'], 'grant-9']);
    assert.ok(nextPollAt && nextPollAt < minutes(1), 'it is read soon');
    const { platform: _p, permissions: _q, smartcarConnectionId: _r, nextPollAt: _n, ...kept } = before;
    assert.deepEqual(rest, kept, 'and nothing else');
    assert.deepEqual([alerts, ask, settled], [[], null, false]);
    assert.deepEqual(
      happenings.map(({ kind }) => kind),
      ['connection.moved'],
    );
  });

  test('of a car that lacked nothing but v2’s tokens lets go of them: there is no way back', () => {
    for (const cause of ['tokensLost', 'tokensRefused', 'grantLapsed'] as const) {
      const before = onV2({ status: 'expired', cause });
      assert.equal(transition(before, moved('v3'), policy, minutes(0)).connection.tokenSetId, null, cause);
    }
  });

  test('once more changes nothing, and one that has ended stays', () => {
    const there = onV2({ platform: 'v3' });
    assert.deepEqual(transition(there, moved('v3'), policy, minutes(0)).happenings, []);
    const ended = onV2({ endedAt: minutes(-1), status: 'disconnected', cause: 'disconnectedHere', nextPollAt: null });
    assert.equal(transition(ended, moved('v3'), policy, minutes(0)).connection, ended);
  });
});
