/** Nothing arrives by webhook: the read that is due by schedule finds what happened. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import type { VehicleId } from '../../src/domain/ids.ts';
import { startWorld } from '../support/world.ts';
import type { SimulatedCar, World } from '../support/world.ts';

describe('with webhooks off', () => {
  let world: World;
  let car: SimulatedCar;
  let id: VehicleId;

  before(async () => {
    world = await startWorld();
    await world.sim('PATCH', '/sim/api/knobs', { webhook: { isDelivering: false } });
    car = (await world.cars('first')).find(({ make }) => make === 'VOLKSWAGEN') ?? assert.fail();
    id = await world.connectCar(car);
  });
  after(() => world.close());

  /** Seconds until the vehicle has this status. */
  async function until(status: string, limitS: number): Promise<number> {
    for (let waited = 0; waited < limitS; waited += 60) {
      if ((await world.vehicle(id)).connection?.status === status) return waited;
      await world.advance(60);
    }
    assert.fail(`not ${status} after ${limitS} s, but ${JSON.stringify((await world.vehicle(id)).connection)}`);
  }

  const keptDeliveries = async (): Promise<number> =>
    (await world.ground.database.system.selectFrom('webhook_inbox').select('id').execute()).length;

  test('a new connection is proved by a read', async () => {
    await until('active', 1_800);
    assert.equal(await keptDeliveries(), 0);
  });

  test('a changed password is found by the next read that is due, and the owner is asked once [§6.3-7]', async () => {
    await world.sim('POST', `/sim/api/accounts/${encodeURIComponent(car.account.email)}/password`, {
      password: 'another-one',
    });
    const tookS = await until('expired', 2 * 3_600);
    assert.ok(tookS <= 3_600, `found after ${tookS} s`);
    assert.equal((await world.vehicle(id)).connection?.cause, 'signedOut');
    await world.advance(600);
    const { items } = (await world.api('GET', '/alerts')).body as { items: { kind: string }[] };
    assert.deepEqual(
      items.map(({ kind }) => kind),
      ['connection.expired'],
    );
    assert.deepEqual(
      (await world.mails()).map(({ to }) => to),
      [car.account.email],
    );
    assert.equal(await keptDeliveries(), 0);
  });

  test('after the owner signed in again, a read proves it', async () => {
    const url = /http:\/\/\S+\/o\/\S+/.exec((await world.mails())[0]?.text ?? '')?.[0] ?? assert.fail();
    await world.throughLink(url, { email: car.account.email, password: 'another-one' });
    await until('active', 1_800);
    const { items } = (await world.api('GET', '/alerts')).body as { items: object[] };
    assert.deepEqual(items, []);
    assert.equal((await world.mails()).length, 2);
    assert.equal(await keptDeliveries(), 0);
    assert.deepEqual(world.faults, []);
  });
});
