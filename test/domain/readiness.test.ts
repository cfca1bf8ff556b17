/** Whether a car can be handed to a renter: each reason by itself, and that nothing else stops it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readinessOf, type ReadinessQuestion } from '../../src/domain/readiness.ts';

const ready: ReadinessQuestion = {
  connection: {
    status: 'active',
    cause: null,
    platform: 'v3',
    permissions: ['control_security', 'read_location'],
    refusedPermissions: [],
    endedAt: null,
    isSuspected: false,
    isHeld: false,
  },
  isInRental: false,
  freshness: 'fresh',
  known: { 'tractionbattery-stateofcharge': { value: 60 } },
  isUsedUp: false,
  leastEnergyPercent: 15,
};
const { connection } = ready;
assert.ok(connection);

const told = (different: Partial<ReadinessQuestion>): string => {
  const { isReady, reasons } = readinessOf({ ...ready, ...different });
  return [isReady ? 'ready' : 'not ready', ...reasons.map(({ code }) => code)].join(' ');
};

test('a car that works, is known and has enough left is ready, and nothing is to be said', () => {
  assert.equal(told({}), 'ready');
});

for (const [what, different, expected] of [
  ['never connected', { connection: null }, 'not ready notConnected'],
  ['disconnected', { connection: { ...connection, endedAt: new Date(0) } }, 'not ready notConnected'],
  ['broken', { connection: { ...connection, status: 'expired', cause: 'signedOut' } }, 'not ready connectionBroken'],
  ['just connected', { connection: { ...connection, status: 'pending' } }, 'not ready connectionPending'],
  ['on v2, where nothing can be locked', { connection: { ...connection, platform: 'v2' } }, 'not ready onV2'],
  ['not allowed to be locked', { connection: { ...connection, permissions: [] } }, 'not ready lockNotAllowed'],
  [
    'refused to be locked',
    { connection: { ...connection, refusedPermissions: ['control_security'] } },
    'not ready lockNotAllowed',
  ],
  ['in an outage', { connection: { ...connection, isHeld: true } }, 'not ready incident'],
  ['doubted', { connection: { ...connection, isSuspected: true } }, 'ready connectionSuspected'],
  ['rented out', { isInRental: true }, 'not ready inRental'],
  ['silent for long', { freshness: 'stale' }, 'not ready dataOld'],
  ['never heard', { freshness: 'never', known: {} }, 'not ready noData energyUnknown'],
  ['nearly empty', { known: { 'internalcombustionengine-fuellevel': { value: 14.9 } } }, 'not ready lowEnergy'],
  ['just full enough', { known: { 'internalcombustionengine-fuellevel': { value: 15 } } }, 'ready'],
  ['out of requests', { isUsedUp: true }, 'ready requestsUsedUp'],
] as const satisfies [string, Partial<ReadinessQuestion>, string][])
  test(`a car that is ${what}: ${expected}`, () => assert.equal(told(different), expected));

test('a hybrid with an empty battery drives on its tank', () => {
  const known = { 'tractionbattery-stateofcharge': { value: 2 }, 'internalcombustionengine-fuellevel': { value: 80 } };
  assert.equal(told({ known }), 'ready');
});

test('what is low is told with its number', () => {
  const { reasons } = readinessOf({ ...ready, known: { 'tractionbattery-stateofcharge': { value: 7 } } });
  assert.deepEqual(reasons, [{ code: 'lowEnergy', stops: true, percent: 7 }]);
});
