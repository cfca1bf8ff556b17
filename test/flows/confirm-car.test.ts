/** Cars that come back from Connect without a VIN to compare, or through another account: held, confirmed, refused, given up. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import type { SmartcarUserId, SmartcarVehicleId, VehicleId } from '../../src/domain/ids.ts';
import { holdGrant } from '../../src/store/loose-grant.ts';
import {
  hasButton,
  isActive,
  look,
  ownerWay,
  plainRecordOf,
  recordOf,
  signIn,
  signInWithoutVin,
} from '../support/owner-way.ts';
import type { OwnerWay } from '../support/owner-way.ts';
import { startWorld } from '../support/world.ts';
import type { SimulatedCar, World } from '../support/world.ts';

const day = 86_400;

let world: World;
let way: OwnerWay;
/** Each test takes cars that no other one has. */
const taken = new Set<string>();

async function take(isWanted: (car: SimulatedCar) => boolean): Promise<SimulatedCar> {
  const cars = [...(await world.cars('spare')), ...(await world.cars('first')), ...(await world.cars('second'))];
  const car = cars.find((one) => !taken.has(one.vin) && isWanted(one)) ?? assert.fail('no such car is left');
  taken.add(car.vin);
  return car;
}

/** The only one of its make, model and year in its account. */
async function takeSingle(): Promise<SimulatedCar> {
  const all = [...(await world.cars('spare')), ...(await world.cars('first')), ...(await world.cars('second'))];
  const key = ({ make, model, year }: SimulatedCar): string => `${make} ${model} ${year}`;
  const isSingle = (car: SimulatedCar): boolean => all.filter((one) => key(one) === key(car)).length === 1;
  return take((car) => isSingle(car) && car.make !== 'TESLA');
}

async function held(id: VehicleId): Promise<string> {
  const grant = (await way.grants('held')).find(({ vehicle }) => vehicle.id === id);
  return grant?.id ?? assert.fail('nothing is held');
}

/** What is offered of a vehicle while an operator's word is waited for. */
const confirmFirst = { allowed: false, reason: 'The owner came back with a car. Confirm or refuse it first.' };

const stateOf = async (grantId: string): Promise<string> =>
  String((await world.api('GET', `/grants/${grantId}`)).body['state']);

/** A car without a VIN to compare, like another one of the fleet: held. */
async function makeHeld(): Promise<{ id: VehicleId; link: string; car: SimulatedCar; grantId: string }> {
  const car = await takeSingle();
  await way.add(plainRecordOf(car));
  const { id } = await way.add(plainRecordOf(car));
  const link = await way.linkFor(id);
  await way.walk(link, signInWithoutVin(car));
  await world.settle();
  return { id, link, car, grantId: await held(id) };
}

before(async () => {
  world = await startWorld();
  way = ownerWay(world);
});
after(async () => {
  await world.close();
  assert.deepEqual(world.faults, []);
});

describe('a car without a VIN to compare', () => {
  test('is connected at once where it can be no other one', async () => {
    const car = await takeSingle();
    const { id } = await way.add(recordOf(car));
    await way.walk(await way.linkFor(id), signInWithoutVin(car));
    await way.waitOut();
    await way.until(id, isActive);
    assert.deepEqual(await way.alerts(id), []);
  });

  test('waits for an operator where another vehicle is like it: nothing is bound, the owner reads that the fleet is checking, operators have a task', async () => {
    const { id, link, car, grantId } = await makeHeld();
    const page = await look(link);
    assert.match(page.text, /Thank you, your part is done.* is checking that it is your car/s);
    assert.ok(!hasButton(page));
    assert.equal((await world.vehicle(id)).connection, null);
    assert.deepEqual(await way.alerts(id), ['connect.to-confirm']);
    const { body } = await world.api('GET', `/grants/${grantId}`);
    assert.deepEqual(
      (body['facts'] as { field: string; agrees: boolean | null }[]).map(({ field, agrees }) => [field, agrees]),
      [
        ['vin', null],
        ['make', true],
        ['model', true],
        ['year', true],
      ],
    );
    assert.equal((await world.api('GET', '/overview')).body['toConfirm'], 1);
    // Another press, or another link, would only make a second one.
    assert.equal((await fetch(link, { method: 'POST', body: new URLSearchParams() })).status, 409);
    assert.equal((await world.api('POST', `/vehicles/${id}/connect`, {})).body['code'], 'grant_held');
    const { toConfirm, capabilities } = (await world.api('GET', `/vehicles/${id}`)).body;
    assert.equal(toConfirm, true);
    assert.deepEqual((capabilities as { connect: object }).connect, confirmFirst);
    assert.ok((await way.carOf(car.vin)).connection, 'at Smartcar it stays as the owner granted it');
    await world.api('POST', `/grants/${grantId}/refuse`, {});
    await world.settle();
  });

  test('is the vehicle’s once it is confirmed, and the owner’s page goes on by itself', async () => {
    const { id, link, grantId } = await makeHeld();
    const { status, body } = await world.api('POST', `/grants/${grantId}/confirm`, {});
    assert.deepEqual([status, body['state'], body['decidedBy'] !== null], [200, 'bound', true]);
    assert.match((await look(link)).text, /waiting for the first data/);
    await way.until(id, isActive);
    assert.match((await look(link)).text, /It works/);
    assert.deepEqual(await way.alerts(id), []);
    const lines = await way.timeline(id);
    for (const sentence of [/^Confirmed as the right car\.$/, /an operator has to confirm it\.$/])
      assert.equal(lines.filter((line) => sentence.test(line)).length, 1, lines.join('\n'));
    assert.equal((await world.api('POST', `/grants/${grantId}/confirm`, {})).body['code'], 'grant_decided');
    assert.equal((await world.api('POST', `/grants/${grantId}/refuse`, {})).body['code'], 'grant_decided');
  });

  test('is deleted at Smartcar once it is refused, the owner’s page says so, and the same link leads to Connect again', async () => {
    const { id, link, car, grantId } = await makeHeld();
    assert.equal((await world.api('POST', `/grants/${grantId}/refuse`, {})).status, 200);
    await world.settle();
    assert.equal(await stateOf(grantId), 'removed');
    assert.equal((await way.carOf(car.vin)).connection, null);
    const page = await look(link);
    assert.match(page.text, /That was another car.*it is not the one named here/s);
    assert.ok(hasButton(page));
    assert.equal((await world.vehicle(id)).connection, null);
    assert.deepEqual(await way.alerts(id), []);
    await way.walk(link, signInWithoutVin(car));
    await world.settle();
    assert.ok(await held(id));
  });

  test('that nobody confirms in a week is refused by itself', async () => {
    const { id, link, car, grantId } = await makeHeld();
    for (let days = 0; days < 7; days += 1) await world.advance(day);
    await world.advance(60);
    assert.equal(await stateOf(grantId), 'removed');
    assert.equal((await way.carOf(car.vin)).connection, null);
    assert.deepEqual(await way.alerts(id), []);
    // The link, too, has had its week.
    assert.match((await look(link)).text, /This link has expired/);
    assert.match((await way.timeline(id)).join('\n'), /nobody confirmed the car in time/);
  });

  test('that its owner takes back meanwhile can not be confirmed any more', async () => {
    const { id, car, grantId } = await makeHeld();
    await world.sim('DELETE', `/sim/api/cars/${car.vin}/connection`);
    assert.equal(await stateOf(grantId), 'held');
    const confirmed = await world.api('POST', `/grants/${grantId}/confirm`, {});
    assert.deepEqual([confirmed.status, confirmed.body['code']], [409, 'grant_gone']);
    await world.settle();
    assert.equal((await world.vehicle(id)).connection, null);
    assert.deepEqual(await way.alerts(id), []);
    assert.equal(await stateOf(grantId), 'removed');
  });

  test('decides by itself when its VIN comes after all: the right one is bound, another one is refused', async () => {
    for (const isRight of [true, false]) {
      const car = await takeSingle();
      await way.add(plainRecordOf(car));
      const { id } = await way.add({ ...recordOf(car), ...(isRight ? {} : { vin: 'WVWZZZE1ZPP000001' }) });
      const link = await way.linkFor(id);
      // Smartcar has no data of the car for a while.
      await world.sim('POST', `/sim/api/cars/${car.vin}/faults`, { kind: 'empty-store' });
      await way.walk(link, signIn(car));
      await way.waitOut();
      const grantId = await held(id);
      await world.sim('DELETE', `/sim/api/cars/${car.vin}/faults`);
      await world.sim('POST', `/sim/api/cars/${car.vin}/fetch`, {});
      await world.advance(660);
      assert.equal(await stateOf(grantId), isRight ? 'bound' : 'removed');
      assert.equal((await world.vehicle(id)).connection !== null, isRight);
      if (!isRight) assert.match((await look(link)).text, /That was another car/);
      assert.deepEqual(await way.alerts(id), isRight ? [] : ['connect.wrong-vehicle']);
    }
  });

  test('that says another VIN once it is connected is operators’ matter, until the record agrees or the car is disconnected', async () => {
    const other = 'WVWZZZE1ZPP000002';
    for (const ends of ['corrected', 'disconnected', 'another has it'] as const) {
      const car = await takeSingle();
      const { id } = await way.add(ends === 'another has it' ? plainRecordOf(car) : { ...recordOf(car), vin: other });
      await world.sim('POST', `/sim/api/cars/${car.vin}/faults`, { kind: 'empty-store' });
      await way.walk(await way.linkFor(id), signIn(car));
      await way.waitOut();
      assert.ok((await world.vehicle(id)).connection, 'it could be no other one');
      if (ends === 'another has it') await way.add({ vin: car.vin, make: 'FORD', model: 'Fiesta', year: 2012 });
      await world.sim('DELETE', `/sim/api/cars/${car.vin}/faults`);
      await world.sim('POST', `/sim/api/cars/${car.vin}/fetch`, {});
      await way.until(id, isActive, 3_600);
      assert.deepEqual(await way.alerts(id), ['connection.other-car']);
      const { body } = await world.api('GET', `/alerts?vehicle=${id}`);
      const [{ text } = { text: '' }] = body['items'] as { text: string }[];
      const record = ends === 'another has it' ? 'which another vehicle of the fleet has' : `the record says ${other}`;
      assert.ok(
        text.includes(`reports the VIN ${car.vin}, ${ends === 'another has it' ? '' : 'and '}${record}.`),
        text,
      );
      if (ends === 'corrected') await world.api('PATCH', `/vehicles/${id}`, { vin: car.vin });
      else await world.api('POST', `/vehicles/${id}/disconnect`, {});
      await world.advance(3_600);
      assert.deepEqual(await way.alerts(id), []);
      await world.api('PATCH', `/vehicles/${id}`, { vin: null });
    }
  });

  test('is accepted or confirmed as the fleet’s setting says', async () => {
    const setting = (confirmWithoutVin: string) => world.api('PATCH', '/settings', { confirmWithoutVin });
    const [alone, alike] = [await takeSingle(), await takeSingle()];
    await setting('always');
    const single = await way.add(plainRecordOf(alone));
    await way.walk(await way.linkFor(single.id), signInWithoutVin(alone));
    assert.ok(await held(single.id));
    await setting('never');
    await way.add(plainRecordOf(alike));
    const twin = await way.add(plainRecordOf(alike));
    await way.walk(await way.linkFor(twin.id), signInWithoutVin(alike));
    await way.until(twin.id, isActive);
    assert.equal((await setting('sometimes')).status, 400);
    await setting('whenUnclear');
  });
});

describe('the same car through another account', () => {
  /** A connected car that was sold: in another account of its make from now on. */
  async function sold(): Promise<{
    id: VehicleId;
    car: SimulatedCar;
    buyer: SimulatedCar;
    before: string | undefined;
  }> {
    const car = await take(({ make }) => make === 'VOLKSWAGEN' || make === 'BMW');
    const buyer = await take(({ make, account }) => make === car.make && account.email !== car.account.email);
    const { id } = await way.add(recordOf(car));
    await way.walk(await way.linkFor(id), signIn(car));
    const { connection } = await way.until(id, isActive);
    await world.sim('POST', `/sim/api/cars/${car.vin}/owner`, { email: buyer.account.email });
    await way.until(id, (vehicle) => vehicle.connection?.cause === 'vehicleRemoved', 7_200);
    return { id, car, buyer, before: connection?.id };
  }

  const signInAs = (buyer: SimulatedCar, { vin }: SimulatedCar): object => ({ ...signIn(buyer), vins: [vin] });

  test('is accepted only after an operator confirms; the old connection stays as it was until then, and is superseded and removed then', async () => {
    const { id, car, buyer, before } = await sold();
    const { body } = await world.api('POST', `/vehicles/${id}/reconnect`, {});
    assert.equal(body['route'], 'authorize');
    const link = String(body['url']);
    const standing = await world.vehicle(id);
    await way.walk(link, signInAs(buyer, car));
    await way.waitOut();
    assert.match((await look(link)).text, /is checking that it is your car/);
    const now = await world.vehicle(id);
    assert.deepEqual([now.connection?.id, now.connection?.cause], [before, standing.connection?.cause]);
    assert.equal((await world.api('POST', `/vehicles/${id}/reconnect`, {})).body['code'], 'grant_held');
    const { connection, capabilities } = (await world.api('GET', `/vehicles/${id}`)).body;
    assert.deepEqual((capabilities as { reconnect: object }).reconnect, confirmFirst);
    const { body: diagnosis } = await world.api('GET', `/vehicles/${id}/diagnosis`);
    for (const { nextAction } of [connection, diagnosis] as { nextAction: { who: string; text: string } }[])
      assert.deepEqual([nextAction.who, nextAction.text], ['operator', 'You: confirm the car']);
    assert.equal((diagnosis['wording'] as { owner: string | null }).owner, null);
    const grantId = await held(id);
    const { body: grant } = await world.api('GET', `/grants/${grantId}`);
    assert.equal(grant['heldFor'], 'otherAccount');
    assert.ok(grant['replaces']);
    assert.deepEqual((grant['facts'] as { field: string; agrees: boolean }[])[0]?.agrees, true, 'the VIN agrees');
    assert.equal((await world.api('POST', `/grants/${grantId}/confirm`, {})).status, 200);
    const active = await way.until(id, isActive);
    assert.notEqual(active.connection?.id, before);
    const superseded = (await way.grants()).find(
      ({ removedFor, vehicle }) => removedFor === 'superseded' && vehicle.id === id,
    );
    assert.equal(superseded?.state, 'removed');
    assert.match((await look(link)).text, /It works|Repaired/);
    assert.deepEqual(await way.alerts(id), []);
    assert.match((await way.timeline(id)).join('\n'), /A newer connection of this car has taken its place/);
  });

  test('that an operator refuses changes nothing, and the new grant is deleted', async () => {
    const { id, car, buyer, before } = await sold();
    const { body } = await world.api('POST', `/vehicles/${id}/reconnect`, {});
    await way.walk(String(body['url']), signInAs(buyer, car));
    await way.waitOut();
    const grantId = await held(id);
    await world.api('POST', `/grants/${grantId}/refuse`, {});
    await world.settle();
    assert.equal(await stateOf(grantId), 'removed');
    const now = await world.vehicle(id);
    assert.deepEqual([now.connection?.id, now.connection?.cause], [before, 'vehicleRemoved']);
    assert.match((await look(String(body['url']))).text, /That was another car/);
  });

  /** The manufacturer moved its accounts: at Smartcar the same car has another user from now on. Answers the link to sign in again. */
  async function moved(): Promise<{ id: VehicleId; ownerId: string; car: SimulatedCar; link: string }> {
    const car = await take(({ make }) => make === 'VOLVO' || make === 'NISSAN');
    const { id, ownerId } = await way.add(recordOf(car));
    await way.walk(await way.linkFor(id), signIn(car));
    await way.until(id, isActive);
    await world.sim('POST', `/sim/api/cars/${car.vin}/faults`, { kind: 'password-changed' });
    await way.until(id, (vehicle) => vehicle.connection?.status === 'expired', 3_600);
    for (const table of ['connection', 'connection_due'] as const)
      await world.ground.database.owner
        .updateTable(table)
        .set({ smartcar_user_id: 'former-user' as never }) // any id will do
        .where('smartcar_vehicle_id', '=', car.vehicleId as never) // the same
        .execute();
    const { body } = await world.api('POST', `/vehicles/${id}/reconnect`, {});
    assert.equal(body['route'], 'reauthenticate');
    return { id, ownerId, car, link: String(body['url']) };
  }

  test('under the same id at Smartcar, too, and the old grant alone is removed', async () => {
    const { id, car, link } = await moved();
    await way.walk(link, { email: car.account.email });
    await way.waitOut();
    const grantId = await held(id);
    assert.equal((await world.vehicle(id)).connection?.status, 'expired');
    assert.equal((await world.api('POST', `/grants/${grantId}/confirm`, {})).status, 200);
    await way.until(id, isActive);
    assert.ok((await way.carOf(car.vin)).connection, 'the grant that it lives on was not touched');
  });

  test('that waits for a word about another vehicle already is refused, and nobody waits for it for ever', async () => {
    const { id, ownerId, car, link } = await moved();
    const other = await way.add(plainRecordOf(car), { ownerId });
    const [fleetId] = world.fleets;
    const { userId } = (await way.carOf(car.vin)) as { userId: SmartcarUserId | null }; // Smartcar's ids are opaque
    await world.ground.database.asFleet(fleetId, (tx) =>
      holdGrant(
        tx,
        {
          ...{ fleetId, vehicleId: other.id, sessionId: null, platform: 'v3', smartcarConnectionId: null },
          ...{ tokenSetId: null, permissions: [], make: null, model: null, year: null, powertrain: null },
          ...{ vin: null, grantedAt: null, smartcarVehicleId: car.vehicleId as SmartcarVehicleId }, // the same
          smartcarUserId: userId ?? assert.fail('it was never connected'),
        },
        { reason: 'noVin', expiresAt: new Date('2030-01-01'), looksAt: new Date('2030-01-01') },
        world.now(),
      ),
    );
    const grantId = await held(other.id);
    await way.walk(link, { email: car.account.email });
    await way.waitOut();
    const page = await look(link);
    assert.match(page.text, /This car is connected already/);
    assert.ok(hasButton(page), 'its owner can try again');
    const waiting = world.ground.database.owner.selectFrom('connect_session').where('state', '=', 'returned');
    assert.deepEqual(await waiting.selectAll().execute(), []);
    assert.equal((await world.vehicle(id)).connection?.status, 'expired');
    assert.equal(await stateOf(grantId), 'held', 'and nothing else');
  });
});
