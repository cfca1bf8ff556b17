/** Failures of whole requests, the end of a connection, and what comes back from it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { vehicleMeanings } from '../../src/domain/failure.ts';
import type { AccountMeaning, Meaning } from '../../src/domain/failure.ts';
import type { Outcome } from '../../src/domain/outcome.ts';
import { transition } from '../../src/domain/transition.ts';
import {
  aBrokenConnection,
  aConnection,
  aNewConnection,
  claimed,
  cleared,
  data,
  disconnected,
  failed,
  locationCode,
  minutes,
  odometerCode,
  policy,
  reading,
  refused,
  repaired,
  signalFailure,
  signals,
} from './builders.ts';
import { tell } from './story.ts';

/** Seconds from the outcome to the next read; null when there is none. */
function wait(start: ReturnType<typeof aConnection>, outcome: Outcome): number | null {
  const { nextPollAt } = tell(start, [outcome]).connection;
  return nextPollAt && (nextPollAt.getTime() - outcome.at.getTime()) / 1_000;
}

test('a grant that the owner revoked is disconnected, alerts once, and is read no more', () => {
  const { lines, connection } = tell(aConnection(), [claimed(5, 'revoked'), refused(8, 'revoked', 7)]);
  assert.deepEqual(lines, [
    '5: connection.suspected revoked',
    '8: active → disconnected (revokedByOwner)',
    '8: alert opens: connection.disconnected',
  ]);
  assert.equal(connection.nextPollAt, null);
  assert.equal(connection.endedAt, null);
});

test('a revoked grant is revived by RESOLVED and the proof that is read then', () => {
  const revoked = aBrokenConnection('revokedByOwner', { nextPollAt: null });
  const resolved = tell(revoked, [cleared(5, 'revoked')]);
  assert.deepEqual(resolved.lines, []);
  assert.ok(resolved.connection.nextPollAt! < minutes(6));
  assert.deepEqual(tell(resolved.connection, [data(6, 5.5)]).lines, [
    '6: disconnected (revokedByOwner) → active',
    '6: alert closes: connection.disconnected',
    '6: settled with the owner',
  ]);
});

test('a revoked grant is not revived by old data', () => {
  const revoked = aBrokenConnection('revokedByOwner', { nextPollAt: null });
  const { states, connection } = tell(revoked, [cleared(5, 'revoked'), data(6, -61)]);
  assert.deepEqual(states, Array(2).fill('disconnected (revokedByOwner)'));
  assert.equal(connection.nextPollAt, null);
});

test('a grant revoked in the middle of an outage is read no more either', () => {
  const { connection } = tell(aConnection(), [
    failed(1, 'smartcarFailing'),
    failed(3, 'smartcarFailing'),
    failed(5, 'revoked'),
  ]);
  assert.deepEqual([connection.status, connection.nextPollAt, connection.failures], ['disconnected', null, 0]);
});

test('a failed check of a revoked grant does not bring its polling back', () => {
  const revoked = aBrokenConnection('revokedByOwner', { nextPollAt: null });
  assert.equal(wait(revoked, failed(5, 'smartcarFailing', {}, { via: 'check' })), null);
});

test('what was disconnected here is final, whatever comes', () => {
  const start = aConnection();
  const { lines, connection } = tell(start, [
    disconnected(1),
    data(2, 1.5),
    repaired(3),
    claimed(4, 'revoked'),
    disconnected(5),
  ]);
  assert.deepEqual(lines, [
    '1: active → disconnected (disconnectedHere)',
    '1: settled with the owner',
    '1: task revoke-at-smartcar',
  ]);
  assert.deepEqual(connection, {
    ...start,
    ...{ status: 'disconnected', cause: 'disconnectedHere', since: minutes(1), endedAt: minutes(1), nextPollAt: null },
  });
});

test('disconnecting here closes the alert that was open', () => {
  assert.deepEqual(tell(aBrokenConnection('signedOut'), [disconnected(1)]).lines, [
    '1: expired (signedOut) → disconnected (disconnectedHere)',
    '1: alert closes: connection.expired',
    '1: settled with the owner',
    '1: task revoke-at-smartcar',
  ]);
});

test('disconnecting a connection that waits for its first data ends the waiting', () => {
  assert.equal(tell(aNewConnection(), [disconnected(1)]).connection.pendingDeadlineAt, null);
});

for (const meaning of [
  'manufacturerFailing',
  'smartcarFailing',
  'smartcarUnreachable',
  'nonsense',
  'notFound',
] as const) {
  test(`three answers of ${meaning} in a row are an error, and one answer with data heals it`, () => {
    const { lines, states } = tell(aConnection(), [1, 3, 6].map((minute) => failed(minute, meaning)).concat());
    assert.deepEqual(states, ['active', 'active', `error (${meaning})`]);
    assert.deepEqual(lines, [`6: active → error (${meaning})`, '6: alert opens: connection.error']);
    const broken = aBrokenConnection(meaning, { judgedAt: minutes(-600), failures: 3 });
    const healed = tell(broken, [data(10, -120)]);
    assert.deepEqual(healed.lines, [
      `10: error (${meaning}) → active`,
      '10: alert closes: connection.error',
      '10: settled with the owner',
    ]);
    assert.equal(healed.connection.failures, 0);
  });
}

test('an answer between failures starts the count again', () => {
  const events = [
    failed(1, 'nonsense'),
    failed(2, 'nonsense'),
    data(3, -10),
    failed(4, 'nonsense'),
    failed(5, 'nonsense'),
  ];
  assert.deepEqual(new Set(tell(aConnection(), events).states), new Set(['active']));
});

test('each failure in a row doubles the wait, up to six hours [§4.4-3]', () => {
  const waits = [0, 1, 2, 8, 30].map((failures) => wait(aConnection({ failures }), failed(1, 'smartcarFailing')));
  assert.deepEqual(waits, [60, 120, 240, 15_360, 21_600]);
});

test('being throttled waits as told and counts nothing', () => {
  for (const meaning of ['throttledApplication', 'throttledVehicle', 'throttledManufacturer'] as const) {
    const { lines, connection } = tell(aConnection(), [failed(1, meaning, { retryAfterS: 5_400 })]);
    assert.deepEqual(lines, []);
    const { usage } = aConnection();
    const asked = { ...usage, requests: usage.requests + 1, lastAt: minutes(1) };
    const told = { nextPollAt: minutes(91), notBeforeAt: minutes(91), usage: asked };
    assert.deepEqual(connection, { ...aConnection(), ...told });
  }
});

test('being throttled without a time waits at least two minutes, even while a claim is checked [§5-2]', () => {
  const suspected = tell(aConnection(), [claimed(0, 'signedOut')]).connection;
  assert.equal(wait(suspected, failed(1, 'throttledApplication')), 120);
});

test('Retry-After puts the next read off after any failure, and never brings it forward [§4.4-4]', () => {
  assert.equal(wait(aConnection(), failed(1, 'smartcarFailing', { retryAfterS: 900 })), 900);
  assert.equal(wait(aConnection(), failed(1, 'smartcarFailing', { retryAfterS: 5 })), 60);
  assert.equal(wait(aConnection(), failed(1, 'asleep', { retryAfterS: 7_200 })), 7_200);
  assert.equal(wait(aConnection(), failed(1, 'requestLimit', { retryAfterS: 86_400 })), 86_400);
});

test('a car that sleeps or is out of reach never changes a status, however it is said [§4.4-6]', () => {
  for (const meaning of vehicleMeanings) {
    const ways: Outcome[] = [
      failed(1, meaning),
      failed(2, meaning),
      failed(3, meaning),
      claimed(4, meaning),
      refused(5, meaning, 5),
    ];
    for (const start of [aConnection(), aNewConnection(), aBrokenConnection('signedOut')]) {
      const { lines, connection } = tell(start, ways);
      assert.deepEqual(lines, [], meaning);
      assert.deepEqual(connection.vehicleState, { meaning, since: minutes(1) });
      assert.equal(connection.failures, 0);
    }
  }
});

test('a car that answers again is awake', () => {
  const asleep = aConnection({ vehicleState: { meaning: 'asleep', since: minutes(-60) } });
  assert.equal(tell(asleep, [data(1, 0)]).connection.vehicleState, null);
  assert.equal(tell(asleep, [cleared(1, 'asleep')]).connection.vehicleState, null);
  assert.equal(tell(asleep, [cleared(1, 'lowBattery')]).connection.vehicleState?.meaning, 'asleep');
});

test('a sleeping car whose odometer still comes keeps its connection and its state', () => {
  const outcome = signals(2, {
    readings: [reading(odometerCode, { fetchedAt: minutes(1) })],
    failures: [signalFailure('asleep', locationCode, minutes(1))],
  });
  const { connection, lines } = tell(aConnection(), [outcome]);
  assert.deepEqual(lines, []);
  assert.deepEqual(connection.vehicleState, { meaning: 'asleep', since: minutes(2) });
  assert.deepEqual(connection.provedAt, minutes(1));
});

const accountCauses: Record<Exclude<AccountMeaning, 'accessRefused'>, string> = {
  signedOut: 'expired (signedOut)',
  platformMigrated: 'expired (platformMigrated)',
  revoked: 'disconnected (revokedByOwner)',
  vehicleRemoved: 'disconnected (vehicleRemoved)',
  accountIssue: 'error (accountIssue)',
  subscriptionLapsed: 'error (subscriptionLapsed)',
  virtualKeyMissing: 'error (virtualKeyMissing)',
  remoteAccessDisabled: 'error (remoteAccessDisabled)',
  grantLapsed: 'expired (grantLapsed)',
  tokensRefused: 'expired (tokensRefused)',
  tokensLost: 'expired (tokensLost)',
};
for (const [meaning, state] of Object.entries(accountCauses)) {
  test(`a read that is refused as a whole with ${meaning} leads to ${state} at once`, () => {
    const outcome = failed(5, meaning as Meaning, { resolutionUrl: 'https://connect.smartcar.com/x' }); // a key of the table above
    const { states, connection, lines } = tell(aConnection(), [outcome]);
    assert.deepEqual(states, [state]);
    assert.equal(connection.resolutionUrl, 'https://connect.smartcar.com/x');
    assert.equal(
      lines.some((line) => line.includes('the owner is asked')),
      state.startsWith('expired'),
    );
    assert.deepEqual(tell(aConnection(), [failed(5, meaning as Meaning, {}, { via: 'webhook' })]).states, [
      `active, suspected ${meaning}`,
    ]);
  });
}

test('a token that v2 refuses although it was renewed just now is believed to be refused when that has lasted half an hour', () => {
  const v2 = aConnection({ platform: 'v2' });
  const refusals = [5, 15, 34, 36].map((minute) => failed(minute, 'accessRefused'));
  assert.deepEqual(tell(v2, refusals, { make: { ...policy.make, freshnessMin: 5 } }).states, [
    ...Array<string>(3).fill('active, suspected accessRefused'),
    'expired (tokensRefused)',
  ]);
  const passing = tell(v2, [failed(5, 'accessRefused'), data(6, 6)]);
  assert.deepEqual(passing.states, ['active, suspected accessRefused', 'active']);
  assert.ok(!passing.lines.some((line) => line.includes('the owner is asked')));
});

test('a read that is refused as a whole for want of a permission has to be widened', () => {
  assert.deepEqual(tell(aConnection(), [failed(5, 'permission')]).states, ['error (permissionMissing)']);
});

test('credentials that are refused become a cause only when they go on being refused', () => {
  const { states } = tell(
    aConnection(),
    [1, 2, 3].map((minute) => failed(minute, 'credentials')),
  );
  assert.deepEqual(states, ['active', 'active', 'error (credentials)']);
});

test('limits of the plan and a suspended account are causes at once, and end with the next answer', () => {
  for (const meaning of ['planLimit', 'accountSuspended'] as const) {
    const { lines } = tell(aConnection(), [failed(1, meaning), data(400, -10)]);
    assert.deepEqual(lines, [
      `1: active → error (${meaning})`,
      '1: alert opens: connection.error',
      `400: error (${meaning}) → active`,
      '400: alert closes: connection.error',
      '400: settled with the owner',
    ]);
  }
});

test('a car that can not do what is asked is an error that no one asks about often', () => {
  assert.deepEqual(tell(aConnection(), [failed(1, 'incompatible')]).states, ['error (incompatible)']);
  assert.equal(wait(aConnection(), failed(1, 'incompatible')), 86_400);
});

test('what a person has to repair is not covered up by limits, outages or incompatibility', () => {
  for (const cause of ['signedOut', 'revokedByOwner', 'accountIssue', 'permissionMissing'] as const) {
    for (const meaning of ['planLimit', 'accountSuspended', 'incompatible', 'nonsense', 'credentials'] as const) {
      const broken = aBrokenConnection(cause);
      const { lines, states } = tell(broken, [
        failed(1, meaning),
        failed(2, meaning),
        failed(3, meaning),
        data(4, -61),
      ]);
      assert.deepEqual([lines, states.at(-1)], [[], `${broken.status} (${cause})`], `${cause} and ${meaning}`);
    }
  }
});

test('an expired connection that is refused again is not read every other minute [§4.4-2]', () => {
  assert.equal(wait(aBrokenConnection('signedOut', { failures: 2 }), failed(1, 'signedOut')), 86_400);
});

test('a change of status keeps who brought it, and the request id behind it', () => {
  const step = transition(aConnection(), refused(5, 'signedOut', 4, { requestId: 'req-9' }), policy, minutes(5));
  assert.deepEqual(step.happenings, [
    {
      ...{ kind: 'connection.changed', at: minutes(5), via: 'poll', requestId: 'req-9' },
      ...{ from: { status: 'active', cause: null }, to: { status: 'expired', cause: 'signedOut' } },
    },
  ]);
  assert.deepEqual(
    step.alerts.filter(({ change }) => change === 'open'),
    [
      {
        ...{ change: 'open', key: 'con_1:connection.expired', kind: 'connection.expired' },
        ...{ severity: 'warning', detail: { cause: 'signedOut' } },
      },
    ],
  );
});
