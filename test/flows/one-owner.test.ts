import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import type { VehicleId } from '../../src/domain/ids.ts';
import { startWorld } from '../support/world.ts';
import type { SimulatedCar, World } from '../support/world.ts';

async function until(world: World, id: VehicleId, status: string): Promise<void> {
  for (let waited = 0; waited < 1_800; waited += 15) {
    if ((await world.vehicle(id)).connection?.status === status) return;
    await world.advance(15);
  }
  assert.equal((await world.vehicle(id)).connection?.status, status);
}

async function connect(world: World, car: SimulatedCar, ownerId: unknown): Promise<VehicleId> {
  const { vin, make, model, year, account } = car;
  const { body } = await world.api('POST', '/vehicles', { vin, make, model, year, ownerId });
  const id = body['id'] as VehicleId;
  const link = await world.api('POST', `/vehicles/${id}/connect`, {});
  await world.throughLink(String(link.body['url']), { ...account, vins: [vin] });
  await until(world, id, 'active');
  return id;
}

/** A Volvo and an Audi, of two accounts of one owner. */
async function connectBoth(world: World): Promise<{ cars: [SimulatedCar, SimulatedCar]; ids: [VehicleId, VehicleId] }> {
  const all = await world.cars('first');
  const [one, other] = ['VOLVO', 'AUDI'].map((make) => all.find((car) => car.make === make));
  assert.ok(one && other);
  const { body } = await world.api('POST', '/owners', { name: 'Two Cars', email: 'two@cars.example' });
  const ids: [VehicleId, VehicleId] = [await connect(world, one, body['id']), await connect(world, other, body['id'])];
  return { cars: [one, other], ids };
}

describe('one owner with two cars at two manufacturers', () => {
  let world: World;
  let cars: [SimulatedCar, SimulatedCar];
  let ids: [VehicleId, VehicleId];

  const changePassword = (car: SimulatedCar) =>
    world.sim('POST', `/sim/api/accounts/${encodeURIComponent(car.account.email)}/password`, {});

  before(async () => {
    world = await startWorld();
    ({ cars, ids } = await connectBoth(world));
  });
  after(() => world.close());

  test('the first car that breaks is written about at once', async () => {
    await changePassword(cars[0]);
    await until(world, ids[0], 'expired');
    await world.advance(60);
    assert.deepEqual(
      (await world.mails()).map(({ to }) => to),
      ['two@cars.example'],
    );
  });

  test('the second one, minutes later, is behind the same link at once, and in a mail after a day of quiet', async () => {
    const link = /http:\/\/\S+\/o\/\S+/.exec((await world.mails())[0]?.text ?? '')?.[0] ?? '';
    await changePassword(cars[1]);
    await until(world, ids[1], 'expired');
    assert.match(await (await fetch(link)).text(), /Audi/);
    await world.advance(3_600);
    assert.equal((await world.mails()).length, 1);
    await world.advance(24 * 3_600);
    const mails = await world.mails();
    assert.equal(mails.length, 2);
    assert.match(mails[0]?.text ?? '', /Audi[^]*Volvo|Volvo[^]*Audi/);
    await world.advance(24 * 3_600);
    assert.equal((await world.mails()).length, 2, 'and nothing else');
    assert.deepEqual(world.faults, []);
  });
});

test('a mail that waited for a day is not sent about a car that works again, though no word of that came', async () => {
  const world = await startWorld();
  try {
    const { cars, ids } = await connectBoth(world);
    const [first, second] = cars;
    const signOut = (car: SimulatedCar) => world.sim('POST', `/sim/api/cars/${car.vin}/faults`, { kind: 'signed-out' });
    await signOut(first);
    await until(world, ids[0], 'expired');
    await world.advance(600);
    await signOut(second);
    await until(world, ids[1], 'expired');
    await world.sim('PATCH', '/sim/api/knobs', { webhook: { isDelivering: false } });
    for (const { vin } of cars) {
      await world.sim('DELETE', `/sim/api/cars/${vin}/faults/signed-out`);
      await world.sim('POST', `/sim/api/cars/${vin}/fetch`, {});
    }
    // The first one's daily read is over then, and the second one's still to come.
    await world.advance(24 * 3_600 - 300);
    await world.advance(300);
    await world.advance(300);
    const asked = (await world.mails()).filter(({ subject }) => /reconnect/i.test(subject));
    assert.equal(asked.length, 1, JSON.stringify(asked.map(({ subject }) => subject)));
    assert.equal((await world.vehicle(ids[1])).connection?.status, 'active');
    assert.deepEqual(world.faults, []);
  } finally {
    await world.close();
  }
});
