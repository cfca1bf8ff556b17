/** Facts about Smartcar that only the whole of Towline can keep to. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, describe, test } from 'node:test';

import { demoCredentials } from '../../simulator/credentials.ts';
import { keepHouse } from '../../src/flows/keep-house.ts';
import type { VehicleId } from '../../src/domain/ids.ts';
import { fixture, userId, vehicleId } from '../smartcar/fixture.ts';
import { startWorld } from '../support/world.ts';
import type { SimulatedCar, VehicleNow, World } from '../support/world.ts';

describe('what Smartcar advises', () => {
  let world: World;
  let car: SimulatedCar;
  let id: VehicleId;

  before(async () => {
    world = await startWorld();
    car = (await world.cars('first')).find(({ make }) => make === 'VOLKSWAGEN') ?? assert.fail();
    id = await world.connectCar(car);
    await until((vehicle) => vehicle.connection?.status === 'active');
  });
  after(() => world.close());

  async function until(isSo: (vehicle: VehicleNow) => boolean): Promise<void> {
    for (let waited = 0; waited < 7_200 && !isSo(await world.vehicle(id)); waited += 30) await world.advance(30);
    const now = await world.vehicle(id);
    assert.ok(isSo(now), `it did not come to that in time: ${JSON.stringify(now.connection)}`);
  }

  test('an event id is known for seven days and more, and forgotten in the end [§6.9-5]', async () => {
    const { database } = world.ground;
    const text = JSON.stringify(fixture('webhook-state-documented'))
      .replaceAll(vehicleId, car.vehicleId)
      .replaceAll(userId, car.userId ?? '');
    const signature = createHmac('sha256', demoCredentials.managementToken).update(text).digest('hex');
    const send = async (): Promise<string> => {
      const headers = { 'content-type': 'application/json', 'sc-signature': signature };
      const response = await fetch(`${world.publicUrl}/webhooks/smartcar`, { method: 'POST', headers, body: text });
      assert.equal(response.status, 200);
      await world.settle();
      const { state } = await database.system
        .selectFrom('webhook_inbox')
        .select('state')
        .orderBy('received_at', 'desc')
        .orderBy('id', 'desc')
        .limit(1)
        .executeTakeFirstOrThrow();
      return state;
    };
    const inDays = (days: number): Date => new Date(world.now().getTime() + days * 86_400_000);
    assert.equal(await send(), 'applied');
    await world.advance(1);
    await keepHouse({ database, v2: null }, inDays(8));
    assert.equal(await send(), 'duplicate');
    await world.advance(1);
    await keepHouse({ database, v2: null }, inDays(30));
    assert.equal(await send(), 'applied');
  });

  test('a permission that is missing is asked for by a new authorize that shows them all, not by signing in again [§1.4-4, §9.1-4]', async () => {
    await world.sim('POST', `/sim/api/cars/${car.vin}/faults`, {
      kind: 'permission-missing',
      permission: 'read_location',
    });
    await until((vehicle) => vehicle.connection?.cause === 'permissionMissing');
    const { status, body } = await world.api('POST', `/vehicles/${id}/reconnect`, {});
    assert.equal(status, 200, JSON.stringify(body));
    const pressed = await fetch(String(body['url']), {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams(),
    });
    const address = new URL(pressed.headers.get('location') ?? '');
    const scope = address.searchParams.get('scope')?.split(' ') ?? [];
    assert.deepEqual(
      [address.pathname, address.searchParams.get('approval_prompt'), scope.includes('required:read_location')],
      ['/oauth/authorize', 'force', true],
    );
  });
});
