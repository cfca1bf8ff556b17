import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fleetOf, type Car } from '../../simulator/seed/fleet.ts';
import { checkDigit } from '../../simulator/seed/vin.ts';
import { worldStateAt } from '../../simulator/world.ts';
import { noon, stand, type Json } from './stand.ts';

const minute = 60_000;
const own = (seed: number): readonly Car[] => fleetOf(seed).cars.filter((car) => car.fleet !== 'test');

test('a seed makes the same fleet again, and another seed another', () => {
  assert.deepEqual(fleetOf(7), fleetOf(7));
  assert.notDeepEqual(
    own(7).map((car) => car.vin),
    own(8).map((car) => car.vin),
  );
});

test('the first fleet has sixty cars of ten makes, the second twelve, eight are spare, and one is of each further make', () => {
  for (const seed of [1, 2, 3]) {
    const cars = own(seed);
    const count = (fleet: string): number => cars.filter((car) => car.fleet === fleet).length;
    assert.deepEqual([count('first'), count('second'), count('spare'), count('further')], [60, 12, 8, 11]);
    assert.equal(new Set(cars.filter((car) => car.fleet === 'first').map((car) => car.make.make)).size, 10);
    assert.equal(new Set(cars.map((car) => car.vin)).size, 91);
    for (const { vin } of cars) {
      assert.match(vin, /^[A-HJ-NPR-Z0-9]{17}$/);
      assert.equal(vin.charAt(8), checkDigit(vin));
    }
  }
});

test('a thousand more cars change nothing about the others, and each has a VIN of its own', () => {
  const few = fleetOf(7);
  const { cars, accounts } = fleetOf(7, 1_000);
  assert.deepEqual(cars.slice(0, few.cars.length), few.cars);
  assert.deepEqual(accounts.slice(0, few.accounts.length), few.accounts);
  assert.equal(cars.length, few.cars.length + 1_000);
  assert.equal(new Set(cars.map(({ vin }) => vin)).size, cars.length);
  assert.equal(new Set(accounts.map(({ email }) => email)).size, accounts.length);
});

test('cars drive on the road of time: no jumps, no odometer that turns back, no battery beyond its ends', () => {
  for (const car of own(1).filter((_, index) => index % 9 === 0)) {
    let before = worldStateAt(1, car, noon);
    for (let at = noon; at < noon + 15 * 86_400_000; at += 5 * minute) {
      const now = worldStateAt(1, car, at);
      const km = Math.hypot((now.latitude - before.latitude) * 111, (now.longitude - before.longitude) * 70);
      assert.ok(km < 15, `${car.vin} flew ${String(km)} km in five minutes`);
      assert.ok(now.odometerKm >= before.odometerKm, 'the odometer only grows');
      assert.ok(now.spokeAt <= at && now.spokeAt >= before.spokeAt, 'a car speaks forwards');
      for (const share of [now.stateOfChargePercent, now.fuelPercent])
        assert.ok(share === null || (share >= 0 && share <= 100));
      before = now;
    }
  }
});

test('at any hour some cars drive, some charge, and some have slept for more than a day', () => {
  for (let hour = 0; hour < 24; hour += 4) {
    const at = noon + hour * 3_600_000;
    const states = own(1)
      .filter((car) => car.fleet === 'first')
      .map((car) => worldStateAt(1, car, at));
    assert.ok(
      states.some((state) => state.isDriving),
      `driving at +${String(hour)} h`,
    );
    assert.ok(
      states.some((state) => at - state.spokeAt > 86_400_000),
      `asleep at +${String(hour)} h`,
    );
  }
});

test('two simulators of one seed that are asked the same say the same, ids included', async (t) => {
  const tell = async (): Promise<Json> => {
    const { advance, api, received, watched } = await stand(t);
    const car = await watched((item) => item.activity === 'driving' && item.fleet === 'first');
    await advance(3600);
    const signals = await api('GET', `/vehicles/${car.vehicleId as string}/signals`, undefined, car.user);
    return {
      signals: signals.body,
      events: received.map(({ event }) => event).sort((a, b) => a.eventId.localeCompare(b.eventId)),
    };
  };
  const [one, two] = [await tell(), await tell()];
  assert.ok(one.events.length > 0);
  assert.deepEqual(one.signals.data, two.signals.data);
  const ids = (story: Json): string[] => story.events.map((event: Json) => event.eventId);
  assert.deepEqual(ids(one), ids(two));
});

test('speed makes the world faster but leaves the times of signals alone', async (t) => {
  const slow = await stand(t);
  const fast = await stand(t, { speed: 60 });
  const odometers = async (home: typeof slow): Promise<number> =>
    (await home.world()).cars.reduce((sum: number, car: Json) => sum + Number(car.odometerKm), 0);
  const [before, beforeFast] = [await odometers(slow), await odometers(fast)];
  await slow.advance(3600);
  await fast.advance(3600);
  assert.ok((await odometers(fast)) - beforeFast > 5 * ((await odometers(slow)) - before));
  const { cars } = await fast.world();
  assert.ok(cars.every((car: Json) => Date.parse(car.spokeAt) <= fast.clock.now));
});
