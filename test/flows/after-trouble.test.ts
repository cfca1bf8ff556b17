import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import type { VehicleId } from '../../src/domain/ids.ts';
import { revokeDue } from '../../src/flows/disconnect.ts';
import { subscribeDue } from '../../src/flows/ensure-subscription.ts';
import { startWorld } from '../support/world.ts';
import type { SimulatedCar, World } from '../support/world.ts';

async function until(world: World, id: VehicleId, status: string): Promise<void> {
  for (let waited = 0; waited < 1_800; waited += 15) {
    if ((await world.vehicle(id)).connection?.status === status) return;
    await world.advance(15);
  }
  assert.equal((await world.vehicle(id)).connection?.status, status);
}

const isConnectedAtSmartcar = async (world: World, car: SimulatedCar): Promise<boolean> => {
  const seen = await world.sim('GET', `/sim/api/cars/${car.vin}`);
  return Boolean(seen['connection']);
};

async function connectAgain(world: World, id: VehicleId, car: SimulatedCar): Promise<void> {
  const { body } = await world.api('POST', `/vehicles/${id}/connect`, {});
  const { email, password } = car.account;
  await world.throughLink(String(body['url']), { email, password, vins: [car.vin] });
}

describe('what could not be done at Smartcar at once', () => {
  let world: World;
  let cars: SimulatedCar[];

  before(async () => {
    world = await startWorld();
    cars = (await world.cars('first')).filter(({ make }) => ['VOLKSWAGEN', 'HYUNDAI'].includes(make));
  });
  after(() => world.close());

  test('a late revocation spares the grant that the owner has given since', async () => {
    const [car] = cars;
    assert.ok(car);
    const id = await world.connectCar(car);
    await until(world, id, 'active');
    const fault = await world.sim('POST', '/sim/api/faults', { kind: 'hang-up' });
    await world.api('POST', `/vehicles/${id}/disconnect`, {});
    await world.advance(5);
    await world.sim('DELETE', `/sim/api/faults/${String(fault['id'])}`);
    await connectAgain(world, id, car);
    await until(world, id, 'active');
    await world.advance(600);
    await revokeDue(world.ground, world.now());
    assert.equal(await isConnectedAtSmartcar(world, car), true);
    await world.advance(600);
    assert.equal((await world.vehicle(id)).connection?.status, 'active');
    assert.deepEqual(world.faults, []);
  });

  test('a revocation whose task is lost is done by the sweep', async () => {
    const car = cars.find((one) => one.vin !== cars[0]?.vin);
    assert.ok(car);
    const id = await world.connectCar(car);
    await until(world, id, 'active');
    const fault = await world.sim('POST', '/sim/api/faults', { kind: 'hang-up' });
    await world.api('POST', `/vehicles/${id}/disconnect`, {});
    await world.advance(5);
    await world.sim('DELETE', `/sim/api/faults/${String(fault['id'])}`);
    assert.equal((await world.vehicle(id)).connection?.disconnecting, true);
    assert.equal(await isConnectedAtSmartcar(world, car), true);
    world.pass(600);
    await revokeDue(world.ground, world.now());
    assert.equal(await isConnectedAtSmartcar(world, car), false);
    assert.equal((await world.vehicle(id)).connection?.disconnecting, false);
  });

  test('a car that could not be subscribed when it was connected is subscribed later', async () => {
    const car = cars.at(-1);
    assert.ok(car);
    const id = await world.connectCar(car);
    await world.ground.database.owner
      .updateTable('connection')
      .set({ subscribed_at: null })
      .where('vehicle_id', '=', id)
      .execute();
    await world.advance(60);
    await subscribeDue(world.ground, world.now());
    assert.equal((await world.vehicle(id)).connection?.subscribed, false, 'its own task comes first');
    world.pass(600);
    await subscribeDue(world.ground, world.now());
    assert.equal((await world.vehicle(id)).connection?.subscribed, true);
  });
});
