import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import type { VehicleId } from '../../src/domain/ids.ts';
import { keepHouse } from '../../src/flows/keep-house.ts';
import { startWorld } from '../support/world.ts';
import type { SimulatedCar, World } from '../support/world.ts';

interface Position {
  value: { latitude: number; longitude: number };
  rounded: boolean;
}

async function until(world: World, id: VehicleId, status: string): Promise<void> {
  for (let waited = 0; waited < 3_600; waited += 15) {
    if ((await world.vehicle(id)).connection?.status === status) return;
    await world.advance(15);
  }
  assert.equal((await world.vehicle(id)).connection?.status, status);
}

async function positionOf(world: World, id: VehicleId): Promise<Position> {
  const { body } = await world.api('GET', `/vehicles/${id}/signals`);
  const found = (body['items'] as ({ code: string } & Position)[]).find(({ code }) => code.startsWith('location'));
  assert.ok(found);
  return found;
}

const isRounded = ({ latitude, longitude }: Position['value']): boolean =>
  [latitude, longitude].every((degrees) => Math.abs(degrees * 100 - Math.round(degrees * 100)) < 1e-9);

describe('a fleet that knows precisely only where rented cars are', () => {
  let world: World;
  let cars: SimulatedCar[];
  let former: VehicleId;
  let id: VehicleId;

  before(async () => {
    world = await startWorld();
    cars = (await world.cars('first')).filter(({ make }) => ['VOLKSWAGEN', 'HYUNDAI'].includes(make));
    former = await world.connectCar(cars[0] as SimulatedCar);
    await until(world, former, 'active');
  });
  after(() => world.close());

  const kept = async (of: VehicleId): Promise<Position['value'] | undefined> => {
    const { rows } = await world.ground.database.ownerPool.query<{ value: Position['value'] }>(
      `select signals -> 'location-preciselocation' -> 'value' as value from vehicle_state where vehicle_id = $1`,
      [of],
    );
    return rows[0]?.value;
  };
  const history = async (of: VehicleId): Promise<Record<string, number>> => {
    const { rows } = await world.ground.database.ownerPool.query<{ code: string; count: number }>(
      'select code, count(*)::int as count from reading where vehicle_id = $1 group by code',
      [of],
    );
    return Object.fromEntries(rows.map(({ code, count }) => [code, count]));
  };

  test('as long as the setting says always, positions are precise and make history', async () => {
    const { value, rounded } = await positionOf(world, former);
    assert.deepEqual([isRounded(value), rounded], [false, false]);
    assert.ok(((await history(former))['location-preciselocation'] ?? 0) > 0);
    assert.equal((await world.api('GET', '/settings')).body['preciseLocation'], 'always');
  });

  test('from the setting on, what is shown is rounded at once, whenever it was kept', async () => {
    const before_ = await history(former);
    const { status, body } = await world.api('PATCH', '/settings', { preciseLocation: 'rentalsOnly' });
    assert.deepEqual([status, body['preciseLocation']], [200, 'rentalsOnly']);
    const shown = await positionOf(world, former);
    assert.deepEqual([isRounded(shown.value), shown.rounded], [true, true]);
    assert.deepEqual(await history(former), before_, 'what was history stays until its time is over');
  });

  test('nothing precise is kept any more: not as the newest value, not in history', async () => {
    id = await world.connectCar(cars[1] as SimulatedCar);
    await until(world, id, 'active');
    for (let hour = 0; hour < 6; hour += 1) await world.advance(3_600);
    const value = await kept(id);
    assert.ok(value && isRounded(value));
    const codes = await history(id);
    assert.equal(codes['location-preciselocation'], undefined);
    assert.ok((codes['odometer-traveleddistance'] ?? 0) > 0, 'the rest makes history as before');
    assert.equal((await world.vehicle(id)).connection?.status, 'active');
    assert.equal((await world.vehicle(id)).freshness.state, 'fresh');
  });

  test('in a rental positions are precise and make history, and rounded again for those who look after its end', async () => {
    const begun = await world.api('POST', '/rentals', { vehicleId: id, reference: 'B-1' });
    assert.equal(begun.status, 201);
    for (let hour = 0; hour < 24; hour += 1) await world.advance(3_600);
    const value = await kept(id);
    assert.ok(value && !isRounded(value));
    assert.equal((await positionOf(world, id)).rounded, false);
    assert.ok(((await history(id))['location-preciselocation'] ?? 0) > 0);
    const { body } = await world.api('POST', `/rentals/${String(begun.body['id'])}/end`, {});
    const at = (snapshot: string) =>
      (body[snapshot] as { signals: ({ code: string } & Position)[] }).signals.find(({ code }) =>
        code.startsWith('location'),
      );
    assert.deepEqual(
      [at('start'), at('end')].map((one) => one && isRounded(one.value)),
      [true, false],
    );
    assert.deepEqual([(await positionOf(world, id)).rounded, await kept(id)], [true, value]);
  });

  test('what Smartcar sent is emptied once it is settled, and stays listed', async () => {
    const bodies = async (): Promise<number> => {
      const { rows } = await world.ground.database.ownerPool.query<{ count: number }>(
        "select count(*)::int as count from webhook_inbox where length(body) > 0 and state = 'applied'",
      );
      return rows[0]?.count ?? 0;
    };
    const listed = async (): Promise<number> =>
      ((await world.api('GET', '/webhook-events?limit=200')).body['items'] as object[]).length;
    const before_ = await listed();
    assert.ok((await bodies()) > 0);
    await keepHouse(world.ground, world.now());
    assert.equal(await bodies(), 0);
    assert.equal(await listed(), before_);
    assert.deepEqual(world.faults, []);
  });

  test('a fleet that was made before there was such a setting, and every other one, keeps positions as ever', async () => {
    const [, second] = world.fleets;
    await world.ground.database.ownerPool.query(
      "update fleet set settings = settings - 'preciseLocation' where id = $1",
      [second],
    );
    const { body } = await world.api('GET', '/settings', undefined, second);
    assert.equal(body['preciseLocation'], 'always');
  });
});
