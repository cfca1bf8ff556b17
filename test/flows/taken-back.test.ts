/** What was granted in Connect and is not accepted: deleted at Smartcar, however long that takes, and never what somebody lives on. */
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';

import type { VehicleId } from '../../src/domain/ids.ts';
import { keepHouse } from '../../src/flows/keep-house.ts';
import { reconcileDue, requestReconciliation } from '../../src/flows/reconcile.ts';
import { follow, isActive, look, ownerWay, press, recordOf, signIn } from '../support/owner-way.ts';
import type { GrantNow, OwnerWay } from '../support/owner-way.ts';
import { startWorld } from '../support/world.ts';
import type { SimulatedCar, World } from '../support/world.ts';
import { startGateway } from './every-error-gateway.ts';
import type { Gateway } from './every-error-gateway.ts';

const down = { status: 503, body: '' };

interface Setting {
  world: World;
  way: OwnerWay;
  gateway: Gateway;
  /** A car that no other test has, of an account of its own. */
  take(): SimulatedCar;
  /** Two cars of one account. */
  takePair(): [SimulatedCar, SimulatedCar];
  close(): Promise<void>;
}

async function open(speaks: 'v3' | 'v2'): Promise<Setting> {
  const gateway = await startGateway();
  const world = await startWorld({ speaks, smartcarOrigin: gateway.origin });
  gateway.target = world.simulator.origin;
  const byAccount = new Map<string, SimulatedCar[]>();
  for (const car of await world.cars('first'))
    if (car.make !== 'TESLA') byAccount.set(car.account.email, [...(byAccount.get(car.account.email) ?? []), car]);
  const singles = [...byAccount.values()].filter((cars) => cars.length === 1).flat();
  const pairs = [...byAccount.values()].filter((cars) => cars.length > 1);
  return {
    world,
    gateway,
    way: ownerWay(world),
    take: () => singles.shift() ?? assert.fail('no car is left'),
    takePair() {
      const [one, two] = pairs.shift() ?? [];
      assert.ok(one && two, 'no pair is left');
      return [one, two];
    },
    async close() {
      await world.close();
      await gateway.close();
      assert.deepEqual(world.faults, []);
    },
  };
}

for (const speaks of ['v3', 'v2'] as const) {
  describe(`a car that is not accepted, on ${speaks}`, () => {
    let at: Setting;
    let world: World;
    let way: OwnerWay;
    const shut = (): void =>
      void at.gateway.answers.set(speaks === 'v3' ? '/v3/connections/conn-' : '/application', down);
    const isAtSmartcar = async ({ vin }: SimulatedCar): Promise<boolean> => (await way.carOf(vin)).connection !== null;
    const last = async (): Promise<GrantNow> => (await way.grants())[0] ?? assert.fail('there is none');

    before(async () => {
      at = await open(speaks);
      ({ world, way } = at);
    });
    afterEach(() => at.gateway.answers.clear());
    after(() => at.close());

    /** The owner of `chosen` goes through the link of a vehicle that is another car. */
    async function chooseWrong(chosen: SimulatedCar): Promise<{ id: VehicleId; link: string }> {
      const { id } = await way.add({ ...recordOf(chosen), vin: 'WVWZZZE1ZPP000001' });
      const link = await way.linkFor(id);
      await way.walk(link, signIn(chosen));
      await way.waitOut();
      assert.match((await look(link)).text, /That was another car/);
      await world.api('PATCH', `/vehicles/${id}`, { vin: null });
      return { id, link };
    }

    test('is deleted at once where Smartcar can be reached, and only its own line says so', async () => {
      const car = at.take();
      const { id } = await chooseWrong(car);
      assert.equal(await isAtSmartcar(car), false);
      const { state, removedFor, lastError } = await last();
      assert.deepEqual([state, removedFor, lastError], ['removed', 'wrongCar', null]);
      assert.deepEqual(await way.alerts(id), ['connect.wrong-vehicle']);
      const lines = await way.timeline(id);
      assert.equal(lines.filter((line) => /is no longer connected at Smartcar/.test(line)).length, 1);
    });

    test('is refused at once though Smartcar is down; operators are told, it is tried again, and the task closes itself', async () => {
      const car = at.take();
      shut();
      const { id } = await chooseWrong(car);
      assert.equal(await isAtSmartcar(car), true);
      const { state, lastError, attempts } = await last();
      assert.deepEqual([state, lastError], ['removing', 'Smartcar is failing']);
      assert.ok(attempts > 0);
      assert.deepEqual(await way.alerts(id), ['connect.grant-left', 'connect.wrong-vehicle']);
      // Days pass: what it needs is kept, and nobody else is offered the car.
      for (let days = 0; days < 3; days += 1) {
        await world.advance(86_400);
        await keepHouse(world.ground, world.now());
      }
      at.gateway.answers.clear();
      await requestReconciliation(world.ground, world.now());
      await reconcileDue(world.ground, world.now());
      const { body } = await world.api('GET', '/adoption');
      assert.deepEqual(body['items'], []);
      for (let hours = 0; hours < 7; hours += 1) await world.advance(3_600);
      assert.equal((await last()).state, 'removed');
      assert.equal(await isAtSmartcar(car), false);
      assert.deepEqual(await way.alerts(id), ['connect.wrong-vehicle']);
    });

    test('is left alone when its owner connects it to its own record meanwhile', async () => {
      const car = at.take();
      shut();
      await chooseWrong(car);
      const right = await way.add(recordOf(car));
      await way.walk(await way.linkFor(right.id), signIn(car));
      await way.until(right.id, isActive, 3_600);
      at.gateway.answers.clear();
      for (let hours = 0; hours < 7; hours += 1) await world.advance(3_600);
      assert.equal((await last()).state, 'kept');
      assert.equal(await isAtSmartcar(car), true);
      assert.equal((await world.vehicle(right.id)).connection?.status, 'active');
    });

    test('is left alone, too, when it is another fleet that it was connected to', async () => {
      const second = world.fleets[1] ?? assert.fail('there is a second fleet');
      const car = at.take();
      shut();
      await chooseWrong(car);
      const theirs = await way.add(recordOf(car), { fleet: second });
      await way.walk(await way.linkFor(theirs.id, second), signIn(car));
      await way.waitOut();
      const connection = async (): Promise<unknown> =>
        (await world.api('GET', `/vehicles/${theirs.id}`, undefined, second)).body['connection'];
      assert.ok(await connection());
      at.gateway.answers.clear();
      for (let hours = 0; hours < 7; hours += 1) await world.advance(3_600);
      assert.equal((await last()).state, 'kept');
      assert.equal(await isAtSmartcar(car), true);
    });

    test('is never the grant that another vehicle lives on: the owner chose a car that is connected already', async () => {
      const [connected, wanted] = at.takePair();
      const first = await way.add(recordOf(connected));
      await way.walk(await way.linkFor(first.id), signIn(connected));
      await way.until(first.id, isActive, 3_600);
      const matters = (await way.grants()).length;
      const { id } = await way.add(recordOf(wanted), { ownerId: first.ownerId });
      const link = await way.linkFor(id);
      await way.walk(link, signIn(connected));
      await way.waitOut();
      const page = await look(link);
      assert.match(page.text, /This car is connected already/);
      assert.equal(await isAtSmartcar(connected), true);
      assert.equal((await world.vehicle(first.id)).connection?.status, 'active');
      assert.equal((await way.grants()).length, matters, 'nothing is to be deleted');
      await way.walk(link, signIn(wanted));
      await way.until(id, isActive, 3_600);
    });
  });
}

describe('two ways of one owner at the same time', () => {
  test('what one of them refuses waits for the other, which may have been for it', async () => {
    const at = await open('v3');
    const { world, way } = at;
    try {
      const [one, two] = at.takePair();
      const first = await way.add(recordOf(one));
      const second = await way.add(recordOf(two), { ownerId: first.ownerId });
      const [left, slow] = [await press(await way.linkFor(first.id)), await press(await way.linkFor(second.id))];
      // On the first way the second car is chosen, and refused; the second way is still under way, for that very car.
      await follow(await way.goThrough(left, signIn(two)), left.cookie);
      await way.waitOut();
      const [grant] = await way.grants();
      assert.deepEqual([grant?.state, grant?.attempts], ['removing', 0]);
      assert.ok((await way.carOf(two.vin)).connection);
      await follow(await way.goThrough(slow, signIn(two)), slow.cookie);
      await way.until(second.id, isActive);
      for (let hours = 0; hours < 3; hours += 1) await world.advance(3_600);
      assert.equal((await way.grants())[0]?.state, 'kept');
      assert.ok((await way.carOf(two.vin)).connection);
    } finally {
      await at.close();
    }
  });
});
