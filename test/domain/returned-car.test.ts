/** Which car came back from Connect, and what becomes of it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';

import type { SmartcarUserId, SmartcarVehicleId } from '../../src/domain/ids.ts';
import { compareCar, heldForD, judgeReturn, looksAgainAfterS, nextRemovalS } from '../../src/domain/returned-car.ts';
import type { Return, ReturnedCar, ReturnVerdict } from '../../src/domain/returned-car.ts';

const vin = 'WVWZZZE1ZPP004711';
const otherVin = 'WVWZZZE1ZPP009999';
const record = { vin, make: 'VOLKSWAGEN', model: 'ID.3', year: 2023 };
const plain = { ...record, vin: null };

const pair = (vehicle: string, user: string) => ({
  smartcarVehicleId: vehicle as SmartcarVehicleId, // Smartcar's ids are opaque
  smartcarUserId: user as SmartcarUserId, // the same
});

/** A new ID.3 of 2023 that is nobody's, whose VIN is not known. */
function car(change: Partial<Omit<ReturnedCar, 'car'>> & { car?: Partial<ReturnedCar['car']> } = {}): ReturnedCar {
  const ids = pair('car-1', 'user-1');
  return {
    ...ids,
    ...{ awaitsVin: false, boundTo: 'nobody', isLivedOn: false, isNew: true, isRenewed: false },
    ...{ twins: [], isOtherVehicle: false },
    ...change,
    car: { smartcarVehicleId: ids.smartcarVehicleId, powertrain: null, ...plain, ...change.car },
  };
}

const back = (cars: readonly ReturnedCar[], change: Partial<Return<ReturnedCar>> = {}): Return<ReturnedCar> => ({
  vehicle: record,
  living: null,
  cars,
  stillLacks: false,
  mayLag: false,
  confirmWithoutVin: 'whenUnclear',
  ...change,
});

/** The verdict in a word, with what it is about. */
function word(verdict: ReturnVerdict<ReturnedCar>): string {
  if (verdict.verdict === 'hold') return `hold ${verdict.reason}`;
  if (verdict.verdict !== 'refuse') return verdict.verdict;
  const { problem, unwanted } = verdict;
  return `refuse ${problem.problem}${unwanted.length > 0 ? `, take ${unwanted.length} back` : ''}`;
}

const living = pair('car-0', 'user-0');
const bus = { model: 'ID. Buzz', year: 2024 };

const cases: readonly (readonly [title: string, given: Return<ReturnedCar>, verdict: string])[] = [
  ['the VIN on record is its VIN', back([car({ car: { vin } })]), 'bind'],
  ['the VIN decides, however make and model are spelled', back([car({ car: { vin, model: 'ID3 Pro', year: 2022 } })]), 'bind'],
  ['the VIN is another one', back([car({ car: { vin: otherVin } })]), 'refuse wrongCar, take 1 back'],
  ['its VIN is another vehicle’s of the fleet', back([car({ car: { vin }, isOtherVehicle: true })], { vehicle: plain }), 'refuse otherVehicle, take 1 back'],
  ['its VIN may still come, and there is one to compare it with', back([car({ awaitsVin: true })]), 'wait'],
  ['its VIN may still come, and there is none to compare it with', back([car({ awaitsVin: true })], { vehicle: plain }), 'bind'],
  ['its VIN may still come, and would tell it from its twin', back([car({ awaitsVin: true, twins: [otherVin] })], { vehicle: plain }), 'wait'],
  ['no VIN, and it can be no other car', back([car()]), 'bind'],
  ['no VIN, and the fleet has another car like it', back([car({ twins: [null] })]), 'hold noVin'],
  ['no VIN, and the other car like it has one', back([car({ twins: [otherVin] })]), 'hold noVin'],
  ['its VIN is known, not on record, and not that of the other car like it', back([car({ car: { vin }, twins: [otherVin] })], { vehicle: plain }), 'bind'],
  ['its VIN is known, and another record like it has none', back([car({ car: { vin }, twins: [null] })], { vehicle: plain }), 'hold noVin'],
  ['no VIN, and the owner has another one like it', back([car(), car({ ...pair('car-2', 'user-1'), boundTo: 'other', isNew: false })]), 'hold noVin'],
  ['no VIN, and the record does not say the year', back([car()], { vehicle: { ...plain, year: null } }), 'hold noVin'],
  ['no VIN, and Smartcar does not say the model', back([car({ car: { model: null } })]), 'hold noVin'],
  ['no VIN, and the model is another one', back([car({ car: bus })]), 'refuse wrongCar, take 1 back'],
  ['no VIN, in a fleet that wants to confirm each', back([car()], { confirmWithoutVin: 'always' }), 'hold noVin'],
  ['a VIN that fits, in a fleet that wants to confirm each', back([car({ car: { vin } })], { confirmWithoutVin: 'always' }), 'bind'],
  ['no VIN and a twin, in a fleet that trusts make, model and year', back([car({ twins: [null] })], { confirmWithoutVin: 'never' }), 'bind'],

  ['it is connected as another vehicle', back([car({ boundTo: 'other', isLivedOn: true, isNew: false })]), 'refuse alreadyConnected'],
  ['v2 tells no times, and it is connected as another vehicle', back([car({ boundTo: 'other', isLivedOn: true })]), 'refuse alreadyConnected'],
  ['another vehicle has it, through another account', back([car({ boundTo: 'other' })]), 'refuse alreadyConnected, take 1 back'],
  ['the owner’s other cars are connected, and this one is new', back([car({ ...pair('car-2', 'user-1'), boundTo: 'other', isLivedOn: true, isNew: false, car: bus }), car({ car: { vin } })]), 'bind'],
  ['two new ones, and one has the VIN', back([car({ car: { vin } }), car({ ...pair('car-2', 'user-1'), car: { vin: otherVin } })]), 'bind'],
  ['two new ones alike, without a VIN', back([car(), car({ ...pair('car-2', 'user-1') })]), 'refuse severalCars, take 2 back'],
  ['an old one alike that nobody has, and a new one', back([car(), car({ ...pair('car-2', 'user-1'), isNew: false })]), 'hold noVin'],
  ['only an old one, and the list may lag', back([car({ isNew: false })], { mayLag: true }), 'wait'],
  ['only an old one with the VIN', back([car({ isNew: false, car: { vin } })], { mayLag: true }), 'bind'],
  ['only an old one of another model, and the list lags no more', back([car({ isNew: false, car: bus })]), 'refuse wrongCar'],

  ['what the vehicle has came back', back([car({ ...living, isNew: false, boundTo: 'this' })], { living }), 'repair'],
  ['… changed, beside a new one', back([car({ ...living, isNew: false, isRenewed: true, boundTo: 'this' }), car({ car: { vin: otherVin } })], { living }), 'repair'],
  ['… unchanged, beside a new one with another VIN: that one was chosen', back([car({ ...living, isNew: false, boundTo: 'this' }), car({ car: { vin: otherVin } })], { living }), 'refuse wrongCar, take 1 back'],
  ['… unchanged, beside a new one with the VIN: the account was moved', back([car({ ...living, isNew: false, boundTo: 'this' }), car({ car: { vin } })], { living }), 'hold otherAccount'],
  ['… unchanged, beside two new ones: nobody can tell', back([car({ ...living, isNew: false, boundTo: 'this' }), car({ car: { vin } }), car({ ...pair('car-2', 'user-1') })], { living }), 'repair'],
  ['… unchanged, though more should have been allowed', back([car({ ...living, isNew: false, boundTo: 'this' })], { living, stillLacks: true }), 'refuse notWidened'],
  ['… with more than before, though something lacks still', back([car({ ...living, isNew: false, isRenewed: true, boundTo: 'this' })], { living, stillLacks: true }), 'repair'],
  ['the VIN under another user', back([car({ car: { vin } })], { living }), 'hold otherAccount'],
  ['the same id at Smartcar under another user', back([car({ ...pair('car-0', 'user-1'), boundTo: 'this' })], { living }), 'hold otherAccount'],
  ['another user, and no VIN to compare', back([car()], { living }), 'hold otherAccount'],
  ['another user, in a fleet that trusts make, model and year', back([car()], { living, confirmWithoutVin: 'never' }), 'hold otherAccount'],
  ['another user, and another VIN', back([car({ car: { vin: otherVin } })], { living }), 'refuse wrongCar, take 1 back'],
]; // prettier-ignore

describe('a return from Connect', () => {
  for (const [title, given, verdict] of cases) {
    test(`${title}: ${verdict}`, () => {
      assert.equal(word(judgeReturn(given)), verdict);
    });
  }

  test('the wrong car is told by the first thing that differs, as it stands on both sides', () => {
    const verdict = judgeReturn(back([car({ car: { make: 'BMW', year: 2020 } })]));
    assert.deepEqual(verdict.verdict === 'refuse' && verdict.problem, {
      ...{ problem: 'wrongCar', field: 'make', expected: 'VOLKSWAGEN', found: 'BMW' },
    });
  });

  const anyCar = (id: number): fc.Arbitrary<ReturnedCar> =>
    fc
      .record({
        user: fc.constantFrom('user-0', 'user-1'),
        vin: fc.constantFrom(vin, otherVin, null),
        model: fc.constantFrom('ID.3', 'id 3', 'ID. Buzz', null),
        awaitsVin: fc.boolean(),
        boundTo: fc.constantFrom('other', 'nobody'),
        isLivedOn: fc.boolean(),
        isNew: fc.boolean(),
        isRenewed: fc.boolean(),
        twins: fc.constantFrom([], [null], [otherVin]),
        isOtherVehicle: fc.boolean(),
      })
      .map(({ user, vin: found, model, isLivedOn, boundTo, awaitsVin, ...rest }) =>
        car({
          ...pair(`car-${id}`, user),
          ...rest,
          boundTo,
          awaitsVin: awaitsVin && found === null,
          isLivedOn: isLivedOn && boundTo === 'other',
          car: { vin: found, model },
        }),
      );

  const anyReturn: fc.Arbitrary<Return<ReturnedCar>> = fc.record({
    vehicle: fc.constantFrom(record, plain),
    living: fc.constantFrom(null, living),
    cars: fc
      .integer({ min: 1, max: 3 })
      .chain((count) => fc.tuple(...Array.from({ length: count }, (_, id) => anyCar(id)))),
    stillLacks: fc.boolean(),
    mayLag: fc.boolean(),
    confirmWithoutVin: fc.constantFrom('always', 'whenUnclear', 'never'),
  });

  test('whatever comes back: no other VIN is ever bound or held, nobody’s connection is taken, nothing is superseded without a word', () => {
    fc.assert(
      fc.property(anyReturn, (given) => {
        const verdict = judgeReturn(given);
        if (verdict.verdict === 'bind' || verdict.verdict === 'hold') {
          const { car: chosen } = verdict;
          const found = chosen.car.vin;
          assert.ok(given.vehicle.vin === null || found === null || found === given.vehicle.vin);
          assert.ok(!chosen.isOtherVehicle && chosen.boundTo !== 'other');
          if (verdict.verdict === 'bind') assert.equal(given.living, null);
        }
        if (verdict.verdict === 'refuse')
          assert.ok(verdict.unwanted.every(({ isNew, isLivedOn }) => isNew && !isLivedOn));
        // What nothing can be waited for is not waited for.
        if (verdict.verdict === 'wait') assert.ok(given.mayLag || given.cars.some(({ awaitsVin }) => awaitsVin));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('a held grant', () => {
  test('shows each fact as it is on record and as it was found', () => {
    assert.deepEqual(
      compareCar({ ...plain, year: 2022 }, { vin, make: 'Volkswagen', model: null, year: 2023 }).map(
        ({ field, agrees }) => [field, agrees],
      ),
      [
        ['vin', null],
        ['make', true],
        ['model', null],
        ['year', false],
      ],
    );
  });

  test('is looked at again less and less often, and given up after a week', () => {
    assert.deepEqual(
      [...looksAgainAfterS].sort((a, b) => a - b),
      looksAgainAfterS,
    );
    assert.ok(looksAgainAfterS.reduce((sum, waitS) => sum + waitS, 0) < heldForD * 86_400);
  });

  test('that is not wanted is tried to be deleted after one minute first, and every six hours at last, for ever', () => {
    const waits = [0, 1, 2, 3, 4, 5, 1_000].map(nextRemovalS);
    assert.deepEqual(waits, [60, 300, 900, 3_600, 21_600, 21_600, 21_600]);
  });
});
