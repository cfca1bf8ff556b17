/** What is known of makes: every fact has its source, and what decides is the fact with a fleet's own number over it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';

import { stepFacts } from '../../src/domain/before-connect.ts';
import { lapseOf } from '../../src/domain/lapse.ts';
import { makeKey, regionOf } from '../../src/domain/make.ts';
import { appFacts, knownMakes, numberFacts, quirkFacts, quirkNames, usualSource } from '../../src/domain/make-facts.ts';
import type { Source, Sureness } from '../../src/domain/make-facts.ts';
import { leastPollS, makePolicy, numberBounds, quirksBehind, quirksOf } from '../../src/domain/make-policy.ts';
import type { MakeOverride } from '../../src/domain/make-policy.ts';
import { transition } from '../../src/domain/transition.ts';
import { parseFacts } from '../ground/facts.ts';
import type { Entry } from '../ground/facts.ts';
import type { Connection } from '../../src/domain/connection.ts';
import type { Outcome } from '../../src/domain/outcome.ts';
import {
  aBrokenConnection,
  aConnection,
  aNewConnection,
  claimed,
  data,
  failed,
  hours,
  minutes,
  policy,
  signals,
} from './builders.ts';

const document = parseFacts(readFileSync('docs/smartcar.md', 'utf8'));
const rows = new Map(document.entries.map((entry) => [entry.id, entry]));

const surenessOf = (entry: Entry): Sureness | null => {
  if (entry.kind === 'conflict') return 'disputed';
  if (entry.kind === 'not found') return null;
  const byLabel: Partial<Record<string, Sureness>> = { DOC: 'documented', OLD: 'older', INF: 'concluded' };
  return byLabel[entry.label] ?? null;
};

test('every fact about a make has its source in docs/smartcar.md, and is as sure as that says', () => {
  const facts: (Source & { makes: readonly string[] })[] = [...numberFacts, ...appFacts, ...quirkFacts, ...stepFacts];
  for (const { source, sure, makes } of [...facts, { ...usualSource, makes: ['ANY'] }]) {
    const entry = rows.get(source) ?? assert.fail(`${source} is no row of docs/smartcar.md`);
    assert.equal(surenessOf(entry), sure, source);
    assert.ok(makes.length > 0, source);
    for (const make of makes) assert.equal(makeKey(make), make, `${source} names ${make} by the name it is found by`);
  }
});

test('a source names the makes that rest on it', () => {
  const groups: Record<string, string[]> = {
    GM: ['BUICK', 'CADILLAC', 'CHEVROLET', 'GMC'],
    VW: ['VOLKSWAGEN'],
  };
  for (const { source, makes } of [...numberFacts, ...appFacts, ...quirkFacts, ...stepFacts]) {
    const text = makeKey(rows.get(source)?.text ?? '').replaceAll('`', '');
    for (const make of makes) {
      const names = [make, ...Object.keys(groups).filter((group) => groups[group]?.includes(make))];
      assert.ok(
        names.some((name) => text.includes(name)),
        `${source} says nothing of ${make}`,
      );
    }
  }
});

test('no fact stands twice, and every quirk is some make’s', () => {
  const numbers = numberFacts.flatMap(({ number, makes }) => makes.map((make) => `${make} ${number}`));
  assert.deepEqual(numbers, [...new Set(numbers)]);
  assert.deepEqual([...new Set(quirkFacts.map(({ quirk }) => quirk))].sort(), [...quirkNames].sort());
  const steps = stepFacts.flatMap(({ makes }) => makes);
  assert.deepEqual(steps, [...new Set(steps)], 'of one make there is one step at most');
  assert.deepEqual(knownMakes, [...knownMakes].sort());
});

test('a make is known however it is written, and one that is not known has the usual habits [§5-35, §5-36]', () => {
  for (const written of ['kia', ' Kia ', 'KIA']) assert.equal(makeKey(written), 'KIA');
  for (const written of ['Mercedes-Benz', 'MERCEDES BENZ', 'MERCEDES_BENZ', 'mercedes'])
    assert.equal(makeKey(written), 'MERCEDES_BENZ');
  assert.deepEqual(['VW', 'Škoda', 'Citroën', 'Land Rover'].map(makeKey), [
    'VOLKSWAGEN',
    'SKODA',
    'CITROEN',
    'LAND_ROVER',
  ]);
  assert.deepEqual({ ...makePolicy('NEVERHEARDOF'), make: null }, makePolicy(null));
  assert.deepEqual(makePolicy('kia'), {
    make: 'KIA',
    freshnessMin: 72,
    staleAfterH: 24,
    leastPollMin: 72,
    requestsPerDay: 20,
    deepSleepAfterD: null,
    signInAgainAfterD: null,
    app: null,
  });
});

test('each make has the pace that is documented of it [§5-17]', () => {
  const pace = (make: string): number => makePolicy(make).freshnessMin;
  assert.deepEqual(['BYD', 'RIVIAN', 'NISSAN', 'MERCEDES', 'JAGUAR', 'MINI'].map(pace), [3, 5, 10, 10, 30, 60]);
});

test('what a fleet sets comes before what is documented, that before what it sets for all others, and that before what is usual', () => {
  const choices = { makes: { KIA: { leastPollMin: 30 }, other: { freshnessMin: 20, leastPollMin: 15 } } };
  const numbers = (make: string | null): unknown[] => {
    const { freshnessMin, leastPollMin, requestsPerDay } = makePolicy(make, choices);
    return [freshnessMin, leastPollMin, requestsPerDay];
  };
  assert.deepEqual(numbers('Kia'), [72, 30, 20]);
  assert.deepEqual(numbers('HYUNDAI'), [72, 72, 20]);
  assert.deepEqual(numbers('VOLVO'), [3, 15, null]);
  assert.deepEqual(numbers(null), [20, 15, null]);
});

test("a fleet's own age of news holds for every make but those it set one for", () => {
  const choices = { staleAfterS: 2 * 3_600, makes: { KIA: { staleAfterH: 48 } } };
  assert.deepEqual(
    ['KIA', 'CHEVROLET', null].map((make) => makePolicy(make, choices).staleAfterH),
    [48, 2, 2],
  );
});

test('a limit can be set to none', () => {
  const none: MakeOverride = { leastPollMin: null, requestsPerDay: null, signInAgainAfterD: null };
  assert.equal(leastPollS(makePolicy('KIA', { makes: { KIA: none } })), 0);
  assert.equal(makePolicy('RIVIAN', { makes: { RIVIAN: none } }).signInAgainAfterD, null);
  assert.equal(makePolicy('FORD', { makes: { FORD: { connectsInBrowser: true } } }).app, null);
});

test('the longer of two limits decides how soon a car is read again [§5-13, §5-18]', () => {
  assert.deepEqual(
    ['HYUNDAI', 'BUICK', 'VOLVO'].map((make) => leastPollS(makePolicy(make)) / 60),
    [72, 30, 0],
  );
  const often = { makes: { KIA: { leastPollMin: 10 } } };
  assert.equal(leastPollS(makePolicy('KIA', often)) / 60, 72, 'twenty requests a day are one in 72 minutes');
});

test('no number of the table is outside of what a fleet may set', () => {
  for (const { number, value } of numberFacts)
    assert.ok(value >= numberBounds[number].min && value <= numberBounds[number].max, `${number} ${value}`);
});

// — what it decides —

interface Drawn {
  make: string;
  least: number | null;
  intervalS: number;
  chance: number;
}

const drawnPolicy: fc.Arbitrary<Drawn> = fc.record({
  make: fc.constantFrom('KIA', 'CHEVROLET', 'VOLVO'),
  least: fc.option(fc.integer({ min: 1, max: 1_440 })),
  intervalS: fc.integer({ min: 60, max: 7_200 }),
  chance: fc.double({ min: 0, max: 0.999, noNaN: true }),
});

const nextReadS = (start: Connection, read: Outcome, drawn: Drawn): number => {
  const { make, least, intervalS, chance } = drawn;
  const resolved = makePolicy(make, { makes: { [make]: { leastPollMin: least, requestsPerDay: null } } });
  const { nextPollAt } = transition(
    start,
    read,
    { ...policy, make: resolved, intervalS, chance },
    minutes(0),
  ).connection;
  return ((nextPollAt ?? assert.fail('it is read again')).getTime() - minutes(0).getTime()) / 1_000;
};

test('a car that is well is not read again before its make’s limit, whatever told of it last [§5-18]', () => {
  const told = [data(0, -1), signals(0), data(0, -1, { via: 'webhook' })];
  fc.assert(
    fc.property(
      drawnPolicy,
      fc.constantFrom(...told),
      fc.constantFrom('v3' as const, 'v2' as const),
      (drawn, outcome, platform) =>
        assert.ok(nextReadS(aConnection({ platform }), outcome, drawn) >= (drawn.least ?? 0) * 60),
    ),
  );
});

test('on v2, where each read asks the car, no read follows another before its make’s limit', () => {
  const reads = [data(0, -1), signals(0), failed(0, 'manufacturerFailing'), failed(0, 'smartcarFailing')];
  const starts = [
    aConnection(),
    aBrokenConnection('manufacturerFailing'),
    aConnection({ failures: 2 }),
    aNewConnection(),
  ];
  fc.assert(
    fc.property(drawnPolicy, fc.constantFrom(...reads), fc.constantFrom(...starts), (drawn, read, start) =>
      assert.ok(nextReadS({ ...start, platform: 'v2' }, read, drawn) >= (drawn.least ?? 0) * 60),
    ),
  );
});

test('whether a maker’s outage is over is looked up in Smartcar’s store at once, whatever the make allows', () => {
  const { nextPollAt } = transition(
    aBrokenConnection('manufacturerFailing'),
    failed(0, 'manufacturerFailing'),
    { ...policy, make: makePolicy('KIA') },
    minutes(0),
  ).connection;
  assert.ok(nextPollAt && nextPollAt < minutes(30));
});

test('a claim is looked at in Smartcar’s store at once; on v2, where each read asks the car, once and then at the make’s pace', () => {
  const kia = { ...policy, make: makePolicy('KIA') };
  const nextMin = (platform: 'v3' | 'v2', outcome: ReturnType<typeof claimed> | ReturnType<typeof signals>): number => {
    const { connection } = transition(aConnection({ platform }), claimed(0, 'signedOut'), kia, minutes(0));
    const next = outcome.kind === 'claimed' ? connection : transition(connection, outcome, kia, minutes(1)).connection;
    return ((next.nextPollAt ?? assert.fail()).getTime() - outcome.at.getTime()) / 60_000;
  };
  assert.ok(nextMin('v3', claimed(0, 'signedOut')) < 1);
  assert.ok(nextMin('v2', claimed(0, 'signedOut')) < 1);
  assert.ok(nextMin('v3', signals(1)) < 1);
  assert.ok(nextMin('v2', signals(1)) >= 72);
});

test('a make’s pace set otherwise moves the deadline of a claim', () => {
  const deadlineMin = (freshnessMin: number): number => {
    const make = makePolicy('VOLVO', { makes: { VOLVO: { freshnessMin } } });
    const { suspicion } = transition(
      aConnection(),
      claimed(0, 'signedOut'),
      { ...policy, make },
      minutes(0),
    ).connection;
    return ((suspicion ?? assert.fail()).deadlineAt.getTime() - minutes(0).getTime()) / 60_000;
  };
  assert.deepEqual([deadlineMin(3), deadlineMin(60)], [30, 240]);
});

test('a fleet whose owners use no second factor forecasts no lapse of a Rivian', () => {
  const grant = { status: 'active', signedInAt: hours(0), tokensEndAt: null } as const;
  const without = makePolicy('RIVIAN', { makes: { RIVIAN: { signInAgainAfterD: null } } });
  assert.deepEqual(lapseOf({ ...grant, make: makePolicy('RIVIAN') })?.at, hours(14 * 24));
  assert.equal(lapseOf({ ...grant, make: without }), null);
});

// — quirks —

test('a quirk is told in the market it is said of, and where the market is not known', () => {
  const isTold = (country: string | null): boolean =>
    quirksOf('HYUNDAI', country).some(({ quirk }) => quirk === 'locksLimited');
  assert.deepEqual([isTold('US'), isTold('DE'), isTold('CA'), isTold(null)], [true, false, false, true]);
  assert.deepEqual(['US', 'CA', 'DE', 'GB', null].map(regionOf), ['US', 'CA', 'EUROPE', 'EUROPE', null]);
  assert.deepEqual(quirksOf(null, 'DE'), []);
});

test('what a make is known for is told exactly where it explains what is seen [§5-8, §5-9, §5-10, §5-11, §5-19, §5-21, §5-22, §5-23, §5-24, §5-25, §5-26, §5-27, §5-28, §5-30, §5-31, §5-32, §5-33, §10-1, §2.5-5]', () => {
  const told = (make: string, country: string, cause: Parameters<typeof quirksBehind>[2]): string[] =>
    quirksBehind(make, country, cause).map(({ quirk }) => quirk);
  assert.deepEqual(told('BMW', 'DE', 'subscriptionLapsed'), ['oldDataLooksLapsed']);
  assert.deepEqual(told('MINI', 'US', 'subscriptionLapsed'), ['oldDataLooksLapsed']);
  assert.deepEqual(told('VOLKSWAGEN', 'DE', 'subscriptionLapsed'), ['subscriptionReviewed']);
  assert.deepEqual(told('VOLKSWAGEN', 'US', 'subscriptionLapsed'), []);
  assert.deepEqual(told('VOLKSWAGEN', 'DE', 'accountIssue'), ['primaryUser', 'identForLocks']);
  assert.deepEqual(told('VOLKSWAGEN', 'DE', 'someMissing'), ['primaryUser', 'softwareForLocation']);
  assert.deepEqual(told('BYD', 'NO', 'signedOut'), ['singleSession']);
  assert.deepEqual(told('RIVIAN', 'US', 'signedOut'), ['secondFactorAgain']);
  assert.deepEqual(told('CHEVROLET', 'US', 'deepSleep'), ['deepSleep']);
  assert.deepEqual(told('ACURA', 'US', 'silent'), ['weekSleep', 'silentWhileDriven']);
  assert.deepEqual(told('TESLA', 'DE', 'remoteAccessDisabled'), ['remoteAccessSlow']);
  assert.deepEqual(told('TESLA', 'DE', 'virtualKeyMissing'), ['virtualKey', 'slowWithoutKey']);
  assert.deepEqual(told('KIA', 'DE', 'throttledManufacturer'), ['carAskedRarely']);
  assert.deepEqual(told('HYUNDAI', 'US', 'throttledVehicle'), ['carAskedRarely', 'locksLimited']);
  assert.deepEqual(told('KIA', 'DE', 'silent'), ['tellsByEvents']);
  assert.deepEqual(told('VOLVO', 'SE', 'vehicleRemoved'), ['someModelsNever']);
  assert.deepEqual(told('MERCEDES-BENZ', 'DE', 'neverConnected'), ['electricOnly']);
  assert.deepEqual(told('MERCEDES-BENZ', 'DE', 'incompatible'), ['noLocks']);
  for (const make of knownMakes)
    assert.deepEqual(told(make, 'DE', null), [], 'nothing is wrong, so nothing is explained');
  const never = quirkFacts.filter(({ explains }) => explains.length === 0).map(({ quirk }) => quirk);
  assert.deepEqual(never, ['chargeCommandsLimited', 'tellsOwnerOfLocation', 'relocks', 'signInByEmail', 'vinAsked']);
});
