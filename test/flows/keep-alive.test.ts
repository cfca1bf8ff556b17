import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import type { VehicleId } from '../../src/domain/ids.ts';
import { forecastLapses, keepAlive } from '../../src/flows/keep-alive.ts';
import { pollDue } from '../../src/flows/poll.ts';
import { startWorld } from '../support/world.ts';
import type { SimulatedCar, World } from '../support/world.ts';

const day = 86_400;

async function until(world: World, id: VehicleId, status: string): Promise<void> {
  for (let waited = 0; waited < 3_600; waited += 15) {
    if ((await world.vehicle(id)).connection?.status === status) return;
    await world.advance(15);
  }
  assert.equal((await world.vehicle(id)).connection?.status, status);
}

async function lapsesAt(world: World, id: VehicleId): Promise<string | null> {
  const { body } = await world.api('GET', `/vehicles/${id}`);
  return (body['connection'] as { lapsesAt: string | null }).lapsesAt;
}

async function lapsing(world: World, state = 'unresolved'): Promise<{ vehicleIds: string[]; text: string }[]> {
  const { body } = await world.api('GET', `/alerts?state=${state}`);
  return (body['items'] as { kind: string; vehicleIds: string[]; text: string }[]).filter(
    ({ kind }) => kind === 'connection.lapsing',
  );
}

/** Days in which nobody reads a car: only the sweeps run that look after what nobody uses. */
async function passUnused(world: World, days: number): Promise<void> {
  for (let passed = 0; passed < days; passed += 1) {
    world.pass(day + 300);
    await keepAlive(world.ground, world.now());
    await forecastLapses(world.ground, world.now());
  }
}

describe('cars on v2 that nobody uses', () => {
  let world: World;
  let cars: SimulatedCar[];
  let ids: VehicleId[];

  before(async () => {
    world = await startWorld({ speaks: 'v2' });
    const accounts = new Set<string>();
    cars = (await world.cars('first'))
      .filter(({ make, account: { email } }) => {
        const isFirst = ['VOLKSWAGEN', 'HYUNDAI', 'SKODA'].includes(make) && !accounts.has(email);
        accounts.add(email);
        return isFirst;
      })
      .slice(0, 3);
    ids = [];
    for (const car of cars) {
      const id = await world.connectCar(car);
      await until(world, id, 'active');
      ids.push(id);
    }
  });
  after(() => world.close());

  const idAt = (place: number): VehicleId => {
    const id = ids[place];
    assert.ok(id);
    return id;
  };

  test('when a grant lapses is known as soon as the car is connected', async () => {
    for (const id of ids) {
      const days = (Date.parse((await lapsesAt(world, id)) ?? '') - world.now().getTime()) / (day * 1_000);
      assert.ok(days > 59 && days <= 60, `${days} days`);
    }
  });

  test('for ninety days they are kept alive, each about once a day, and they are active afterwards [§1.7-4]', async () => {
    const before = await renewals(world);
    await passUnused(world, 90);
    const made = (await renewals(world)) - before;
    assert.ok(made >= 80 * ids.length && made <= 95 * ids.length, `${made} renewals`);
    assert.deepEqual(await lapsing(world, 'all'), [], 'nobody was told that a grant would lapse');
    while ((await pollDue(world.ground, world.now())) > 0) await world.settle();
    for (const id of ids) assert.equal((await world.vehicle(id)).connection?.status, 'active');
    assert.deepEqual(world.faults, []);
    assert.deepEqual(await world.mails(), []);
  });

  test('where the token endpoint is away, operators are told a week ahead, and it resolves itself', async () => {
    const fault = await world.sim('POST', '/sim/api/faults', { kind: 'hang-up' });
    await passUnused(world, 54);
    const told = await lapsing(world);
    assert.deepEqual(told.map(({ vehicleIds }) => vehicleIds[0]).sort(), [...ids].sort());
    assert.match(told[0]?.text ?? '', /lapses about 2026-/);
    const { body } = await world.api('GET', '/overview');
    assert.equal(body['lapsing'], ids.length);
    await world.sim('DELETE', `/sim/api/faults/${String(fault['id'])}`);
    await passUnused(world, 1);
    assert.deepEqual(await lapsing(world), []);
    assert.equal((await lapsing(world, 'resolved')).length, ids.length);
  });

  test('the list of vehicles is filtered and ordered by lapse', async () => {
    const soon = new Date(world.now().getTime() + 61 * 86_400_000).toISOString();
    const { body: all } = await world.api('GET', `/vehicles?lapsesBefore=${soon}&sort=lapsesAt&limit=2`);
    const first = all['items'] as { id: string }[];
    assert.equal(first.length, 2);
    const { body: rest } = await world.api(
      'GET',
      `/vehicles?lapsesBefore=${soon}&sort=lapsesAt&limit=2&cursor=${String(all['nextCursor'])}`,
    );
    const seen = [...first, ...(rest['items'] as { id: string }[])].map(({ id }) => id);
    assert.deepEqual([...seen].sort(), [...ids].sort());
    const { body: none } = await world.api('GET', `/vehicles?lapsesBefore=${world.now().toISOString()}`);
    assert.deepEqual(none['items'], []);
  });

  test('a family that Smartcar does not renew any more is known to be lost, and is not asked for again [§1.7-4]', async () => {
    world.pass(61 * day);
    await keepAlive(world.ground, world.now());
    for (const id of ids) {
      const { connection } = await world.vehicle(id);
      assert.deepEqual([connection?.status, connection?.cause], ['expired', 'grantLapsed']);
    }
    const before = await renewals(world);
    await passUnused(world, 3);
    assert.equal(await renewals(world), before);
    assert.equal(await lapsesAt(world, idAt(0)), null);
    assert.deepEqual(await lapsing(world), [], 'what has lapsed is not told ahead any more');
  });
});

/** How often the simulator was asked for tokens since its counts began. */
async function renewals(world: World): Promise<number> {
  const { routes } = (await world.sim('GET', '/sim/api/requests')) as {
    routes?: Record<string, { count?: number } | number>;
  };
  const counted = routes?.['POST /oauth/token'] ?? 0;
  return typeof counted === 'number' ? counted : (counted.count ?? 0);
}
