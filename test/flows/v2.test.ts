import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import type { VehicleId } from '../../src/domain/ids.ts';
import { keepHouse } from '../../src/flows/keep-house.ts';
import { startWorld } from '../support/world.ts';
import type { SimulatedCar, World } from '../support/world.ts';

const day = 86_400;

async function until(world: World, id: VehicleId, status: string): Promise<void> {
  for (let waited = 0; waited < 3_600; waited += 15) {
    if ((await world.vehicle(id)).connection?.status === status) return;
    await world.advance(15);
  }
  const { connection } = await world.vehicle(id);
  assert.equal(connection?.status, status, JSON.stringify({ connection, faults: world.faults.map(String) }));
}

const isConnectedAtSmartcar = async (world: World, car: SimulatedCar): Promise<boolean> =>
  Boolean((await world.sim('GET', `/sim/api/cars/${car.vin}`))['connection']);

/** How often the simulator was asked for tokens since its counts began. */
async function tokenRequests(world: World): Promise<number> {
  const { routes } = (await world.sim('GET', '/sim/api/requests')) as {
    routes?: Record<string, { count?: number } | number>;
  };
  const counted = routes?.['POST /oauth/token'] ?? 0;
  return typeof counted === 'number' ? counted : (counted.count ?? 0);
}

async function timeline(world: World, id: VehicleId): Promise<string[]> {
  const { body } = await world.api('GET', `/vehicles/${id}/timeline?limit=50`);
  return (body['items'] as { text: string }[]).map(({ text }) => text);
}

/** The owner follows the last mail that went to them. */
async function followMail(world: World, car: SimulatedCar): Promise<void> {
  const mail = (await world.mails()).find(({ to }) => to.includes(car.account.email));
  const url = /https?:\/\/\S+\/o\/[\w-]+/.exec(mail?.text ?? '')?.[0];
  assert.ok(url, `a mail with a link to ${car.account.email}`);
  await world.throughLink(url, { email: car.account.email, vins: [car.vin] });
}

describe('a fleet that is still on v2', () => {
  let world: World;
  let cars: SimulatedCar[];

  before(async () => {
    world = await startWorld({ speaks: 'v2' });
    const accounts = new Set<string>();
    cars = (await world.cars('first')).filter(({ make, account: { email } }) => {
      const first = ['VOLKSWAGEN', 'VOLVO', 'SKODA'].includes(make) && !accounts.has(email);
      accounts.add(email);
      return first;
    });
  });
  after(() => world.close());

  const carAt = (place: number): SimulatedCar => {
    const car = cars[place];
    assert.ok(car);
    return car;
  };

  test("connects a car by its code, reads it under v3's names, and says why it can't be locked yet", async () => {
    const id = await world.connectCar(carAt(0));
    await until(world, id, 'active');
    const { body } = await world.api('GET', `/vehicles/${id}`);
    const { connection, signals, capabilities } = body as unknown as {
      connection: { platform: string; permissions: { missing: unknown[] } };
      signals: { code: string; measuredAt: string | null; fetchedAt: string | null }[];
      capabilities: { lock: { allowed: boolean; reason: string } };
    };
    assert.equal(connection.platform, 'v2');
    assert.deepEqual(connection.permissions.missing, []);
    const codes = signals.map(({ code }) => code);
    for (const code of ['location-preciselocation', 'odometer-traveleddistance', 'closure-islocked'])
      assert.ok(codes.includes(code), code);
    assert.ok(signals.every(({ measuredAt, fetchedAt }) => measuredAt !== null && fetchedAt !== null));
    assert.match(capabilities.lock.reason, /moved to v3 first/);
    assert.deepEqual(world.faults, []);
  });

  test('renews its tokens ahead of their end, once each time, and stays active for days', async () => {
    const { items } = (await world.api('GET', '/vehicles?status=active')).body as { items: { id: VehicleId }[] };
    const [{ id }] = items as [{ id: VehicleId }];
    const before = await tokenRequests(world);
    for (let hour = 0; hour < 24; hour += 1) await world.advance(3_600);
    const renewals = (await tokenRequests(world)) - before;
    assert.ok(renewals >= 11 && renewals <= 24, `${renewals} renewals in a day`);
    assert.equal((await world.vehicle(id)).connection?.status, 'active');
  });

  test('an owner who changed the password signs in again, and the same tokens go on', async () => {
    const car = carAt(1);
    const id = await world.connectCar(car);
    await until(world, id, 'active');
    const before = await tokenRequests(world);
    await world.sim('POST', `/sim/api/cars/${car.vin}/faults`, { kind: 'password-changed' });
    await until(world, id, 'expired');
    assert.equal((await world.vehicle(id)).connection?.cause, 'signedOut');
    await followMail(world, car);
    await until(world, id, 'active');
    assert.ok((await tokenRequests(world)) - before <= 1, 'no code was exchanged');
    assert.deepEqual(world.faults, []);
  });

  test('disconnecting ends the grant at Smartcar and erases its tokens', async () => {
    const car = carAt(2);
    const id = await world.connectCar(car);
    await until(world, id, 'active');
    await world.api('POST', `/vehicles/${id}/disconnect`, {});
    await world.advance(10);
    assert.equal(await isConnectedAtSmartcar(world, car), false);
    const rows = await world.ground.database.owner
      .selectFrom('token_set')
      .innerJoin('connection', 'connection.token_set_id', 'token_set.id')
      .select('token_set.sealed')
      .where('connection.vehicle_id', '=', id)
      .execute();
    assert.deepEqual(rows, [{ sealed: null }]);
    assert.deepEqual(world.faults, []);
  });

  test('tokens that Smartcar takes no longer are the owner’s turn, and a new grant goes on where the old one ended', async () => {
    const car = carAt(3);
    const id = await world.connectCar(car);
    await until(world, id, 'active');
    const { connection } = await world.vehicle(id);
    await world.ground.database.owner
      .updateTable('token_set')
      .set({ access_expires_at: world.now() })
      .where('id', 'in', (query) =>
        query
          .selectFrom('connection')
          .select('token_set_id')
          .where('vehicle_id', '=', id)
          .$narrowType<{ token_set_id: never }>(),
      )
      .execute();
    await world.sim('DELETE', '/sim/api/v2/families');
    await until(world, id, 'expired');
    const { body } = await world.api('GET', `/vehicles/${id}`);
    const expired = body['connection'] as { cause: string; nextAction: { who: string; action: string } };
    assert.deepEqual(
      [expired.cause, expired.nextAction.who, expired.nextAction.action],
      ['tokensRefused', 'owner', 'authorize'],
    );
    await followMail(world, car);
    await until(world, id, 'active');
    assert.equal((await world.vehicle(id)).connection?.id, connection?.id);
    assert.deepEqual((await timeline(world, id)).filter((line) => /^Expired/.test(line)).length, 1);
  });

  test('another car than the one on record is refused, and the grant is taken back at Smartcar', async () => {
    const [wanted, chosen] = [carAt(4), carAt(5)];
    const { vin, make, model, year } = wanted;
    const owner = await world.api('POST', '/owners', { name: 'Wrong Car', email: 'wrong-car@example.com' });
    const added = await world.api('POST', '/vehicles', { vin, make, model, year, ownerId: owner.body['id'] });
    const id = added.body['id'] as VehicleId;
    const link = await world.api('POST', `/vehicles/${id}/connect`, {});
    const { email, password } = chosen.account;
    await world.throughLink(String(link.body['url']), { email, password, vins: [chosen.vin] });
    await world.advance(10);
    assert.equal((await world.vehicle(id)).connection, null);
    assert.equal(await isConnectedAtSmartcar(world, chosen), false);
    await world.advance(2 * day);
    await keepHouse(world.ground, world.now());
    const kept = await world.ground.database.owner
      .selectFrom('token_set')
      .leftJoin('connection', 'connection.token_set_id', 'token_set.id')
      .select('token_set.sealed')
      .where('connection.id', 'is', null)
      .execute();
    assert.ok(
      kept.every(({ sealed }) => sealed === null),
      'no tokens are kept of it',
    );
  });

  test('a grant that nobody used for 60 days has lapsed, and says so', async () => {
    const car = carAt(5);
    const id = await world.connectCar(car);
    await until(world, id, 'active');
    world.pass(61 * day);
    await until(world, id, 'expired');
    const { connection } = await world.vehicle(id);
    assert.equal(connection?.cause, 'grantLapsed');
  });
});

describe('an installation with credentials for both', () => {
  test('makes new grants on v3', async () => {
    const world = await startWorld({ speaks: 'both' });
    try {
      const [car] = await world.cars('first');
      assert.ok(car);
      const id = await world.connectCar(car);
      const { body } = await world.api('GET', `/vehicles/${id}`);
      assert.equal((body['connection'] as { platform: string }).platform, 'v3');
      assert.equal(await tokenRequests(world), 0);
    } finally {
      await world.close();
    }
  });
});
