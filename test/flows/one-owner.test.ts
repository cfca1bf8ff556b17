import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import type { VehicleId } from '../../src/domain/ids.ts';
import { startWorld } from '../support/world.ts';
import type { SimulatedCar, World } from '../support/world.ts';

describe('one owner with two cars at two manufacturers', () => {
  let world: World;
  let cars: [SimulatedCar, SimulatedCar];
  let ids: [VehicleId, VehicleId];

  async function until(id: VehicleId, status: string): Promise<void> {
    for (let waited = 0; waited < 1_800; waited += 15) {
      if ((await world.vehicle(id)).connection?.status === status) return;
      await world.advance(15);
    }
    assert.equal((await world.vehicle(id)).connection?.status, status);
  }

  async function connect(car: SimulatedCar, ownerId: unknown): Promise<VehicleId> {
    const { vin, make, model, year, account } = car;
    const { body } = await world.api('POST', '/vehicles', { vin, make, model, year, ownerId });
    const id = body['id'] as VehicleId;
    const link = await world.api('POST', `/vehicles/${id}/connect`, {});
    await world.throughLink(String(link.body['url']), { ...account, vins: [vin] });
    await until(id, 'active');
    return id;
  }

  const changePassword = (car: SimulatedCar) =>
    world.sim('POST', `/sim/api/accounts/${encodeURIComponent(car.account.email)}/password`, {});

  before(async () => {
    world = await startWorld();
    const all = await world.cars('first');
    const [one, other] = ['VOLVO', 'AUDI'].map((make) => all.find((car) => car.make === make));
    assert.ok(one && other);
    cars = [one, other];
    const owner = await world.api('POST', '/owners', { name: 'Two Cars', email: 'two@cars.example' });
    ids = [await connect(one, owner.body['id']), await connect(other, owner.body['id'])];
  });
  after(() => world.close());

  test('the first car that breaks is written about at once', async () => {
    await changePassword(cars[0]);
    await until(ids[0], 'expired');
    await world.advance(60);
    assert.deepEqual(
      (await world.mails()).map(({ to }) => to),
      ['two@cars.example'],
    );
  });

  test('the second one, minutes later, is behind the same link at once, and in a mail after a day of quiet', async () => {
    const link = /http:\/\/\S+\/o\/\S+/.exec((await world.mails())[0]?.text ?? '')?.[0] ?? '';
    await changePassword(cars[1]);
    await until(ids[1], 'expired');
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
