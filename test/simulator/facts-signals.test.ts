import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stand, type Json } from './stand.ts';

/** The body of each signal that a car answers, and the whole answer. */
async function signalsOf(home: Awaited<ReturnType<typeof stand>>, car: Json): Promise<{ bodies: Json; answer: Json }> {
  const answer = (await home.api('GET', `/vehicles/${car.vehicleId as string}/signals`, undefined, car.user)).body;
  const entries = answer.data.map(({ attributes }: Json) => [attributes.code, attributes.body]);
  return { bodies: Object.fromEntries(entries), answer };
}

test('the bodies of a plug-in car are those that are documented or were captured [§3.5-1, §3.5-2, §3.5-3, §3.5-4, §3.5-5, §3.5-6, §3.5-7, §3.5-8]', async (t) => {
  const home = await stand(t);
  const { cars } = (await home.sim('GET', '/world')) as Json;
  assert.ok(cars.some((car: Json) => car.powertrain === 'PHEV'));
  const car = await home.watched(
    (item) => item.fleet === 'first' && item.powertrain === 'PHEV' && item.make !== 'VOLKSWAGEN',
  );
  const { bodies } = await signalsOf(home, car);
  const { latitude, longitude } = bodies['location-preciselocation'];
  assert.ok(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180);
  assert.deepEqual(
    [bodies['odometer-traveleddistance'].unit, bodies['odometer-traveleddistance'].value > 0],
    ['km', true],
  );
  for (const code of [
    'tractionbattery-stateofcharge',
    'internalcombustionengine-fuellevel',
    'lowvoltagebattery-stateofcharge',
  ]) {
    const { value, unit } = bodies[code] ?? { value: 50, unit: 'percent' };
    assert.ok(unit === 'percent' && value > 1 && value <= 100, code);
  }
  const { value, ...range } = bodies['tractionbattery-range'];
  assert.deepEqual([typeof value, range], ['number', { unit: 'km', type: 'DEFAULT', additionalValues: [] }]);
  assert.deepEqual(Object.keys(bodies['internalcombustionengine-range']), ['value', 'unit']);
  for (const code of [
    'closure-islocked',
    'charge-ischarging',
    'charge-ischargingcableconnected',
    'connectivitystatus-isonline',
    'connectivitystatus-isasleep',
  ])
    assert.deepEqual([Object.keys(bodies[code]), typeof bodies[code].value], [['value'], 'boolean'], code);
  const doors = bodies['closure-doors'];
  assert.deepEqual([doors.rowCount, doors.columnCount, doors.values.length], [2, 2, 4]);
  assert.deepEqual(Object.keys(doors.values[0]), ['row', 'column', 'isOpen', 'isLocked']);
  const tires = bodies['wheel-tires'];
  assert.deepEqual(Object.keys(tires).sort(), ['columnCount', 'rowCount', 'unit', 'values']);
  assert.deepEqual(Object.keys(tires.values[0]), ['row', 'column', 'tirePressure']);
  assert.deepEqual(bodies['vehicleidentification-vin'], { value: car.vin });
});

test('a signal is a resource with its vehicle beside it, alone or in the list [§3.4-5, §3.4-9]', async (t) => {
  const home = await stand(t);
  const car = await home.watched();
  const { answer } = await signalsOf(home, car);
  const one = (
    await home.api('GET', `/vehicles/${car.vehicleId as string}/signals/closure-islocked`, undefined, car.user)
  ).body;
  for (const [signal, body] of [
    [answer.data.find((item: Json) => item.attributes.code === 'closure-islocked'), answer],
    [one.data, one],
  ]) {
    assert.deepEqual([signal.type, typeof signal.id, typeof signal.links.self], ['signal', 'string', 'string']);
    const { code, name, group, status } = signal.attributes;
    assert.deepEqual([code, name, group, status], ['closure-islocked', 'IsLocked', 'Closure', { value: 'SUCCESS' }]);
    assert.ok(signal.meta.oemUpdatedAt <= signal.meta.retrievedAt);
    assert.equal(body.included.vehicle.id, car.vehicleId);
  }
});

test('what the owner never allowed is not in the store, and what the car can not do is an error of its own [§1.9-1, §3.9-2]', async (t) => {
  const home = await stand(t);
  const isParked = (car: Json): boolean => car.fleet === 'first' && car.activity === 'parked';
  const car = await home.watched(isParked, { scope: 'required:read_odometer required:read_vin' });
  const { bodies } = await signalsOf(home, car);
  assert.deepEqual(Object.keys(bodies).sort(), ['odometer-traveleddistance', 'vehicleidentification-vin']);
});
