/** Many at once: what would become of each car, and that a preview adds up and is never exceeded. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';

import { causeNames, factsOf } from '../../src/domain/cause.ts';
import type { Cause, Route } from '../../src/domain/cause.ts';
import type { OwnerId, VehicleId } from '../../src/domain/ids.ts';
import { grouped, judge, narrowed, skipReasons, stateOfSkipped } from '../../src/domain/reconnect-batch.ts';
import type { AskableOwner, Candidate, SkipReason, Verdict } from '../../src/domain/reconnect-batch.ts';
import { routeOf, starts } from '../../src/domain/reconnect-route.ts';
import type { Held, Start } from '../../src/domain/reconnect-route.ts';
import { hours, minutes } from './builders.ts';

const now = hours(48);
const grace = 'own_grace' as OwnerId; // short ids read better
const anOwner = (change: Partial<AskableOwner> = {}): AskableOwner => ({
  id: grace,
  hasAddress: true,
  lastMessage: null,
  ...change,
});
const broken = (cause: Cause): Candidate['connection'] => ({ status: factsOf(cause).status, cause, endedAt: null });
/** On v3, with nothing else the matter. */
const held: Held = {
  platform: 'v3',
  tokens: true,
  resolution: 'none',
  listed: null,
  missing: [],
  ownerKnown: true,
  v3: true,
};
const startOf = (cause: Cause): Start => routeOf({ cause }, held).starts;
/** Signed out, with an owner who can be asked. */
const aCar = (change: Partial<Candidate> = {}): Candidate => ({
  vehicleId: 'veh_1' as VehicleId, // the same
  connection: broken('signedOut'),
  starts: change.connection?.cause ? startOf(change.connection.cause) : 'signIn',
  owner: anOwner(),
  isToConfirm: false,
  isUnderway: false,
  hasOutage: false,
  isMailable: true,
  ...change,
});
const word = (verdict: Verdict): string => (verdict.act === 'skip' ? verdict.reason : verdict.act);
const said = (change: Partial<Candidate>): string => word(judge(aCar(change), now));
const message = (state: 'queued' | 'sent' | 'failed', hoursAgo: number): AskableOwner =>
  anOwner({ lastMessage: { at: hours(48 - hoursAgo), state } });

describe('what would become of a car', () => {
  test('every cause goes the way of its route, and none that has no way is asked about', () => {
    const byRoute: Record<Route, string> = {
      automatic: 'retry',
      reauthenticate: 'ask',
      authorize: 'ask',
      widen: 'ask',
      ownerAction: 'ownerAction',
      none: 'nothingHelps',
    };
    for (const cause of causeNames) {
      const { status, route } = factsOf(cause);
      const expected = status === 'pending' ? 'pending' : byRoute[route];
      assert.equal(said({ connection: broken(cause) }), expected, cause);
    }
  });

  test('a verdict names the owner and the cause, so that both can be held to it', () => {
    assert.deepEqual(judge(aCar(), now), { act: 'ask', ownerId: grace, cause: 'signedOut' });
    assert.deepEqual(judge(aCar({ connection: broken('smartcarFailing') }), now), {
      act: 'retry',
      cause: 'smartcarFailing',
    });
    assert.deepEqual(judge(aCar({ owner: null }), now), { act: 'skip', reason: 'noOwner', cause: 'signedOut' });
  });

  test('a car without a grant, with one that was ended here, and one that works have nothing to reconnect', () => {
    assert.equal(said({ connection: null }), 'neverConnected');
    assert.equal(
      said({ connection: { status: 'disconnected', cause: 'disconnectedHere', endedAt: minutes(0) } }),
      'disconnectedHere',
    );
    assert.equal(said({ connection: { status: 'active', cause: null, endedAt: null } }), 'active');
  });

  test('an owner who can not be reached by mail is not asked', () => {
    assert.equal(said({ owner: null }), 'noOwner');
    assert.equal(said({ owner: anOwner({ hasAddress: false }) }), 'noAddress');
    assert.equal(said({ connection: broken('revokedByOwner'), isMailable: false }), 'notByMail');
    assert.equal(said({ connection: broken('signedOut'), isMailable: false }), 'ask', 'who granted before, signs in');
    assert.equal(said({ owner: message('failed', 300) }), 'mailFails');
  });

  test('an owner has a day of quiet after a message, and none while one has not left', () => {
    assert.equal(said({ owner: message('sent', 23.9) }), 'askedLately');
    assert.equal(said({ owner: message('sent', 24) }), 'ask');
    assert.equal(said({ owner: message('queued', 300) }), 'askedLately');
  });

  test('an outage, and another batch, hold both a message and a read', () => {
    for (const cause of ['signedOut', 'manufacturerFailing'] as const) {
      assert.equal(said({ connection: broken(cause), hasOutage: true }), 'outage');
      assert.equal(said({ connection: broken(cause), isUnderway: true }), 'underway');
    }
    assert.equal(said({ connection: { status: 'active', cause: null, endedAt: null }, hasOutage: true }), 'active');
  });

  test('what comes back on v3 without its owner, and what an operator has to confirm, is asked of nobody', () => {
    assert.equal(said({ connection: broken('grantLapsed'), starts: 'moveToV3' }), 'movable');
    assert.equal(said({ isToConfirm: true }), 'toConfirm');
    assert.equal(said({ isToConfirm: true, connection: broken('smartcarFailing') }), 'retry');
  });

  test('a read without the owner needs no owner', () => {
    assert.equal(said({ connection: broken('smartcarFailing'), owner: null, isMailable: false }), 'retry');
  });
});

describe('what is left of a preview when the turn comes', () => {
  const ask = (ownerId = grace, cause: Cause = 'signedOut'): Verdict => ({ act: 'ask', ownerId, cause });
  const retry: Verdict = { act: 'retry', cause: 'smartcarFailing' };
  const skip = (reason: SkipReason): Verdict => ({ act: 'skip', reason, cause: 'signedOut' });

  test('what is as it was seen is done; another cause of the same turn is no change', () => {
    assert.deepEqual(narrowed(ask(), ask(grace, 'grantLapsed')), ask(grace, 'grantLapsed'));
    assert.deepEqual(narrowed(retry, retry), retry);
  });

  test('what may not be done any more is left out, with the reason of now', () => {
    assert.deepEqual(narrowed(ask(), skip('askedLately')), skip('askedLately'));
    assert.deepEqual(narrowed(skip('noOwner'), skip('active')), skip('active'));
  });

  test('nobody is asked who was not seen to be', () => {
    for (const seen of [retry, skip('noAddress'), ask('own_other' as OwnerId)])
      assert.deepEqual(narrowed(seen, ask()), skip('changedSince'));
    for (const seen of [ask(), skip('outage')]) assert.equal(word(narrowed(seen, retry)), 'changedSince');
  });

  test('a car that works again by itself before its turn is repaired, and one that always worked was left out', () => {
    assert.equal(stateOfSkipped(ask(), 'active'), 'repaired');
    assert.equal(stateOfSkipped(skip('active'), 'active'), 'skipped');
    assert.equal(stateOfSkipped(ask(), 'askedLately'), 'skipped');
  });
});

const owners = ['own_a', 'own_b', 'own_c'].map((id) => id as OwnerId); // the same
const owner: fc.Arbitrary<AskableOwner> = fc.record({
  id: fc.constantFrom(...owners),
  hasAddress: fc.boolean(),
  lastMessage: fc.option(
    fc.record({
      at: fc.integer({ min: 0, max: 48 }).map(hours),
      state: fc.constantFrom('queued' as const, 'sent' as const, 'failed' as const),
    }),
  ),
});
const connection = fc.option(
  fc.oneof(
    fc.constant({ status: 'active' as const, cause: null, endedAt: null }),
    fc.record({ cause: fc.constantFrom(...causeNames), ended: fc.boolean() }).map(({ cause, ended }) => ({
      status: factsOf(cause).status,
      cause,
      endedAt: ended ? minutes(0) : null,
    })),
  ),
);
const candidates: fc.Arbitrary<Candidate[]> = fc
  .array(
    fc.record({
      connection,
      starts: fc.constantFrom(...starts),
      owner: fc.option(owner),
      isToConfirm: fc.boolean(),
      isUnderway: fc.boolean(),
      hasOutage: fc.boolean(),
      isMailable: fc.boolean(),
    }),
    { maxLength: 60 },
  )
  .map((cars) => cars.map((car, at) => ({ ...car, vehicleId: `veh_${at}` as VehicleId }))); // the same

describe('for any cars', () => {
  const judged = (cars: readonly Candidate[]) => cars.map((car) => ({ car, verdict: judge(car, now) }));

  test('each is in exactly one group, the groups add up, and an owner gets one message at most', () => {
    fc.assert(
      fc.property(candidates, (cars) => {
        const { asks, retries, skips } = grouped(judged(cars));
        const all = [...asks.flatMap(({ cars: own }) => own), ...retries, ...skips.flatMap(({ cars: left }) => left)];
        assert.equal(all.length, cars.length);
        assert.deepEqual(new Set(all.map(({ vehicleId }) => vehicleId)).size, cars.length);
        assert.equal(new Set(asks.map(({ ownerId }) => ownerId)).size, asks.length);
        for (const { ownerId, cars: own } of asks) assert.ok(own.every((car) => car.owner?.id === ownerId));
        for (const group of [...asks, ...skips]) assert.ok(group.cars.length > 0);
        assert.deepEqual(
          skips.map(({ reason }) => reason),
          skipReasons.filter((reason) => skips.some((group) => group.reason === reason)),
        );
      }),
    );
  });

  test('nothing is done that was not seen, whatever changed since', () => {
    fc.assert(
      fc.property(candidates, candidates, (before, since) => {
        for (const [at, { verdict: seen }] of judged(before).entries()) {
          const later = since[at];
          if (!later) continue;
          const done = narrowed(seen, judge(later, now));
          if (done.act === 'skip') continue;
          assert.equal(done.act, seen.act);
          if (done.act === 'ask') assert.equal(done.ownerId, seen.act === 'ask' && seen.ownerId);
        }
      }),
    );
  });
});
