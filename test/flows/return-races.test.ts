/** Returns from Connect that meet something else: another return, a disconnect, a connection that healed, a move to v3. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import type { VehicleId } from '../../src/domain/ids.ts';
import { moveDue } from '../../src/flows/move-due.ts';
import {
  follow,
  hasButton,
  isActive,
  look,
  ownerWay,
  plainRecordOf,
  press,
  recordOf,
  signIn,
  signInWithoutVin,
} from '../support/owner-way.ts';
import type { OwnerWay } from '../support/owner-way.ts';
import { startV2Fleet } from '../support/v2-fleet.ts';
import { startWorld } from '../support/world.ts';
import type { SimulatedCar, World } from '../support/world.ts';

let world: World;
let way: OwnerWay;
let cars: SimulatedCar[];

const take = (isWanted: (car: SimulatedCar) => boolean = () => true): SimulatedCar => {
  const car = cars.find(isWanted) ?? assert.fail('no such car is left');
  cars = cars.filter(({ account }) => account.email !== car.account.email);
  return car;
};

/** Every connection of the vehicle, oldest first. */
const connectionsOf = (id: VehicleId) =>
  world.ground.database.owner
    .selectFrom('connection')
    .select(['status', 'cause', 'ended_at', 'smartcar_vehicle_id'])
    .where('vehicle_id', '=', id)
    .orderBy('connected_at')
    .execute();

const sessionsOf = async (id: VehicleId): Promise<string[]> => {
  const { owner } = world.ground.database;
  const rows = await owner
    .selectFrom('connect_session')
    .select('state')
    .where('vehicle_id', '=', id)
    .orderBy('id')
    .execute();
  return rows.map(({ state }) => state);
};

before(async () => {
  world = await startWorld();
  way = ownerWay(world);
  cars = [...(await world.cars('first')), ...(await world.cars('spare'))].filter(({ make }) => make !== 'TESLA');
});
after(async () => {
  await world.close();
  assert.deepEqual(world.faults, []);
});

describe('two returns at once', () => {
  test('of one car in two browsers are one connection, and both pages say that it works', async () => {
    for (let round = 0; round < 3; round += 1) {
      const car = take();
      const { id } = await way.add(recordOf(car));
      const lefts = [await press(await way.linkFor(id)), await press(await way.linkFor(id))] as const;
      const backs = [await way.goThrough(lefts[0], signIn(car)), await way.goThrough(lefts[1], signIn(car))] as const;
      // Smartcar's store has the VIN by then, so that both are judged at the same moment.
      await world.advance(10);
      await Promise.all([follow(backs[0], lefts[0].cookie), follow(backs[1], lefts[1].cookie)]);
      // The one that finds the other still settling is settled a moment later.
      await way.waitOut();
      await way.until(id, isActive);
      assert.equal((await connectionsOf(id)).length, 1);
      assert.deepEqual(await sessionsOf(id), ['done', 'done']);
      for (const { link } of lefts) assert.match((await look(link)).text, /It works/);
      assert.ok((await way.carOf(car.vin)).connection);
      assert.deepEqual((await way.grants('open')).length, 0);
    }
  });

  test('of two cars that could both be it: one is bound, the other waits for an operator, and nothing is lost', async () => {
    await world.api('PATCH', '/settings', { confirmWithoutVin: 'never' });
    const alike = (a: SimulatedCar) => (b: SimulatedCar) =>
      `${a.make} ${a.model} ${a.year}` === `${b.make} ${b.model} ${b.year}` && a.account.email !== b.account.email;
    const one = take((car) => cars.some(alike(car)));
    const two = take(alike(one));
    const { id } = await way.add(plainRecordOf(one));
    const lefts = [await press(await way.linkFor(id)), await press(await way.linkFor(id))] as const;
    const backs = [
      await way.goThrough(lefts[0], signInWithoutVin(one)),
      await way.goThrough(lefts[1], signInWithoutVin(two)),
    ] as const;
    await Promise.all([follow(backs[0], lefts[0].cookie), follow(backs[1], lefts[1].cookie)]);
    await way.waitOut();
    await way.until(id, isActive);
    const [connection, ...others] = await connectionsOf(id);
    assert.equal(others.length, 0);
    const [held, ...more] = (await way.grants('held')).filter(({ vehicle }) => vehicle.id === id);
    assert.deepEqual([held?.heldFor, more.length], ['otherAccount', 0]);
    assert.deepEqual((await sessionsOf(id)).sort(), ['done', 'held']);
    const bound = [one, two].find(({ vehicleId }) => vehicleId === connection?.smartcar_vehicle_id);
    assert.ok(bound && (await way.carOf(one.vin)).connection && (await way.carOf(two.vin)).connection);
    await world.api('PATCH', '/settings', { confirmWithoutVin: 'whenUnclear' });
  });

  test('that both have to be confirmed are both shown; confirming one refuses the other', async () => {
    await world.api('PATCH', '/settings', { confirmWithoutVin: 'always' });
    const alike = (a: SimulatedCar) => (b: SimulatedCar) =>
      `${a.make} ${a.model} ${a.year}` === `${b.make} ${b.model} ${b.year}` && a.account.email !== b.account.email;
    const one = take((car) => cars.some(alike(car)));
    const two = take(alike(one));
    const { id } = await way.add(plainRecordOf(one));
    const lefts = [await press(await way.linkFor(id)), await press(await way.linkFor(id))] as const;
    const backs = [
      await way.goThrough(lefts[0], signInWithoutVin(one)),
      await way.goThrough(lefts[1], signInWithoutVin(two)),
    ] as const;
    await Promise.all([follow(backs[0], lefts[0].cookie), follow(backs[1], lefts[1].cookie)]);
    await world.settle();
    const held = (await way.grants('held')).filter(({ vehicle }) => vehicle.id === id);
    assert.equal(held.length, 2);
    // Two operators at the same moment, each for another one: one of them is told that it was decided.
    const answers = await Promise.all(held.map((grant) => world.api('POST', `/grants/${grant.id}/confirm`, {})));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409]);
    await world.settle();
    await way.until(id, isActive);
    assert.equal((await connectionsOf(id)).length, 1);
    assert.deepEqual((await sessionsOf(id)).sort(), ['done', 'refused']);
    const connected = await Promise.all([one, two].map(async ({ vin }) => (await way.carOf(vin)).connection !== null));
    assert.equal(connected.filter(Boolean).length, 1);
    assert.deepEqual(await way.alerts(id), []);
    await world.api('PATCH', '/settings', { confirmWithoutVin: 'whenUnclear' });
  });

  test('two operators who say different things at once: one word counts', async () => {
    await world.api('PATCH', '/settings', { confirmWithoutVin: 'always' });
    const car = take();
    const { id } = await way.add(plainRecordOf(car));
    await way.walk(await way.linkFor(id), signInWithoutVin(car));
    await world.settle();
    const [grant] = (await way.grants('held')).filter(({ vehicle }) => vehicle.id === id);
    assert.ok(grant);
    const words = await Promise.all(
      ['confirm', 'refuse', 'confirm'].map((word) => world.api('POST', `/grants/${grant.id}/${word}`, {})),
    );
    assert.equal(words.filter(({ status }) => status === 200).length, 1);
    await world.settle();
    const isBound = (await connectionsOf(id)).length === 1;
    assert.equal((await way.carOf(car.vin)).connection !== null, isBound);
    await world.api('PATCH', '/settings', { confirmWithoutVin: 'whenUnclear' });
  });
});

describe('a return against a disconnect', () => {
  test('an owner who signed in again comes back to a connection that was ended: it stays ended, and the page says so', async () => {
    for (const first of ['disconnect', 'return', 'both'] as const) {
      const car = take();
      const { id } = await way.add(recordOf(car));
      await way.walk(await way.linkFor(id), signIn(car));
      await way.until(id, isActive);
      await world.sim('POST', `/sim/api/cars/${car.vin}/faults`, { kind: 'password-changed' });
      await way.until(id, ({ connection }) => connection?.status === 'expired', 3_600);
      const link = String((await world.api('POST', `/vehicles/${id}/reconnect`, {})).body['url']);
      const left = await press(link);
      const back = await way.goThrough(left, { email: car.account.email });
      const comeBack = () => follow(back, left.cookie);
      const disconnect = () => world.api('POST', `/vehicles/${id}/disconnect`, {});
      if (first === 'both') await Promise.all([comeBack(), disconnect()]);
      else if (first === 'disconnect') await disconnect().then(comeBack);
      else await comeBack().then(disconnect);
      await world.settle();
      await way.waitOut();
      const { connection } = await world.vehicle(id);
      assert.deepEqual([connection?.status, connection?.cause], ['disconnected', 'disconnectedHere'], first);
      assert.equal((await connectionsOf(id)).length, 1, first);
      assert.equal((await way.carOf(car.vin)).connection, null, first);
      const page = await look(link);
      assert.ok(!hasButton(page), first);
      assert.match(page.text, /No longer connected/, first);
    }
  });

  test('a new authorization that was begun before the disconnect does not connect the car again, and is taken back', async () => {
    for (const first of ['disconnect', 'both'] as const) {
      const car = take();
      const { id } = await way.add(recordOf(car));
      await way.walk(await way.linkFor(id), signIn(car));
      await way.until(id, isActive);
      await world.sim('POST', `/sim/api/cars/${car.vin}/faults`, { kind: 'car-removed' });
      await way.until(id, ({ connection }) => connection?.cause === 'vehicleRemoved', 3_600);
      await world.sim('DELETE', `/sim/api/cars/${car.vin}/faults`);
      const { body } = await world.api('POST', `/vehicles/${id}/reconnect`, {});
      assert.equal(body['route'], 'authorize');
      const left = await press(String(body['url']));
      const back = await way.goThrough(left, signIn(car));
      world.pass(1);
      const comeBack = () => follow(back, left.cookie);
      const disconnect = () => world.api('POST', `/vehicles/${id}/disconnect`, {});
      if (first === 'both') await Promise.all([comeBack(), disconnect()]);
      else await disconnect().then(comeBack);
      await world.settle();
      await way.waitOut();
      const { connection } = await world.vehicle(id);
      assert.equal(connection?.cause, 'disconnectedHere', first);
      assert.equal((await way.carOf(car.vin)).connection, null, first);
      assert.equal((await connectionsOf(id)).filter(({ ended_at }) => ended_at === null).length, 0);
    }
  });

  test('a link from before the disconnect leads nowhere, and one that was made since connects the car', async () => {
    const car = take();
    const { id } = await way.add(recordOf(car));
    const old = await way.linkFor(id);
    await way.walk(await way.linkFor(id), signIn(car));
    await way.until(id, isActive);
    await world.api('POST', `/vehicles/${id}/disconnect`, {});
    await world.settle();
    const page = await look(old);
    assert.deepEqual([page.status, hasButton(page), /No longer connected/.test(page.text)], [410, false, true]);
    const pressed = await fetch(old, { method: 'POST', redirect: 'manual', body: new URLSearchParams() });
    assert.equal(pressed.status, 410);
    await world.advance(5);
    await way.walk(await way.linkFor(id), signIn(car));
    await way.until(id, isActive);
    assert.equal((await connectionsOf(id)).length, 2);
  });
});

describe('a return for what healed meanwhile', () => {
  test('leaves it active; what was asked is withdrawn, the link says so, and nobody is thanked for nothing', async () => {
    const car = take();
    const { id } = await way.add(recordOf(car));
    await way.walk(await way.linkFor(id), signIn(car));
    await way.until(id, isActive);
    await world.sim('POST', `/sim/api/cars/${car.vin}/faults`, { kind: 'signed-out' });
    await way.until(id, ({ connection }) => connection?.status === 'expired', 3_600);
    const link = String((await world.api('POST', `/vehicles/${id}/reconnect`, {})).body['url']);
    const left = await press(link);
    await world.sim('DELETE', `/sim/api/cars/${car.vin}/faults`);
    await way.until(id, isActive, 2 * 86_400);
    const mails = (await world.mails()).length;
    // The way through Connect takes an hour at most; this one was begun anew in the same browser.
    const { rows } = await world.ground.database.ownerPool.query<{ id: string }>(
      "update connect_session set expires_at = $1 where state = 'started' returning id",
      [new Date(world.now().getTime() + 600_000)],
    );
    assert.ok(rows.length > 0);
    const back = await way.goThrough(left, { email: car.account.email });
    const page = await follow(back, left.cookie);
    assert.match(page.text, /healed by itself/);
    assert.equal((await world.vehicle(id)).connection?.status, 'active', 'it was not put back to waiting');
    await world.advance(600);
    assert.equal((await world.vehicle(id)).connection?.status, 'active');
    assert.equal((await world.mails()).length, mails);
    assert.deepEqual(await way.alerts(id), []);
  });

  /** The mail server is away as long as this works: what is to be said stays in the outbox. */
  async function withoutMail(work: () => Promise<void>): Promise<void> {
    const { ground } = world;
    const { mail, mailbox } = ground;
    ground.mailbox = false;
    ground.mail = {
      send: () => Promise.resolve({ sent: false, permanent: false, reason: 'away' }),
      verify: () => Promise.resolve({ sent: false, permanent: false, reason: 'away' }),
      close: () => undefined,
    };
    await work();
    Object.assign(ground, { mail, mailbox });
    await world.advance(3_600);
  }

  const messagesTo = (ownerId: string) =>
    world.ground.database.owner
      .selectFrom('notification')
      .select(['kind', 'state', 'subject'])
      .where('owner_id', '=', ownerId as never) // the API's own id
      .orderBy('id')
      .execute();

  test('a message about two cars, of which one heals before it leaves, names the other one alone', async () => {
    const pair = cars.filter((car) =>
      cars.some(
        ({ vin, make, account }) => vin !== car.vin && make === car.make && account.email === car.account.email,
      ),
    );
    const one = pair[0] ?? assert.fail();
    const two = pair.find((car) => car.account.email === one.account.email && car.vin !== one.vin) ?? assert.fail();
    cars = cars.filter(({ account }) => account.email !== one.account.email);
    const first = await way.add(recordOf(one));
    const second = await way.add(recordOf(two), { ownerId: first.ownerId });
    for (const [{ id }, car] of [
      [first, one],
      [second, two],
    ] as const) {
      await way.walk(await way.linkFor(id), signIn(car));
      await way.until(id, isActive);
    }
    await withoutMail(async () => {
      await world.sim('POST', `/sim/api/cars/${one.vin}/faults`, { kind: 'signed-out' });
      for (const { id } of [first, second])
        await way.until(id, ({ connection }) => connection?.status === 'expired', 3_600);
      // In the world both would heal together, so one is written.
      await world.ground.database.owner
        .updateTable('request_connection')
        .set({ state: 'withdrawn', closed_at: world.now() })
        .where('connection_id', 'in', (eb) =>
          eb.selectFrom('connection').select('id').where('vehicle_id', '=', first.id),
        )
        .execute();
    });
    const [message, ...others] = await messagesTo(first.ownerId);
    assert.deepEqual([message?.kind, message?.state, others.length], ['reconnect', 'sent', 0]);
    assert.doesNotMatch(message?.subject ?? '', /more car/);
  });

  test('a message about what healed before it left never leaves, and neither does an invitation to a car that is connected', async () => {
    const [lost, invited] = [take(), take()];
    const { id, ownerId } = await way.add(recordOf(lost));
    await way.walk(await way.linkFor(id), signIn(lost));
    await way.until(id, isActive);
    const guest = await way.add(recordOf(invited));
    await withoutMail(async () => {
      await world.sim('POST', `/sim/api/cars/${lost.vin}/faults`, { kind: 'signed-out' });
      await way.until(id, ({ connection }) => connection?.status === 'expired', 3_600);
      await world.sim('DELETE', `/sim/api/cars/${lost.vin}/faults`);
      await way.until(id, isActive, 2 * 86_400);
      await world.api('POST', `/vehicles/${guest.id}/connect`, { deliver: 'email' });
      await world.settle();
      await way.walk(await way.linkFor(guest.id), signIn(invited));
      await way.until(guest.id, isActive);
    });
    for (const owner of [ownerId, guest.ownerId])
      assert.deepEqual(
        (await messagesTo(owner)).map(({ state }) => state),
        ['withdrawn'],
      );
  });
});

describe('a return during a move to v3', () => {
  test('an owner who grants anew while v3 is being proved is read on v3 at once; the move leaves the car alone', async () => {
    const fleet = await startV2Fleet((all) => all.filter(({ make }) => make === 'VOLKSWAGEN').slice(0, 1));
    try {
      const [made] = fleet.cars;
      assert.ok(made);
      const { id, car } = made;
      const there = ownerWay(fleet.world);
      fleet.world.ground.grantsOnV2 = true;
      await fleet.world.sim('DELETE', '/sim/api/v2/families');
      await fleet.world.advance(3 * 3_600);
      await there.until(id, ({ connection }) => connection?.cause === 'tokensRefused', 6 * 3_600);
      const link = String((await fleet.world.api('POST', `/vehicles/${id}/reconnect`, {})).body['url']);
      const left = await press(link);
      fleet.world.ground.grantsOnV2 = false;
      // v3 shows nothing yet, so the move waits for proof.
      await fleet.world.sim('POST', `/sim/api/cars/${car.vin}/faults`, { kind: 'empty-store' });
      const { body: move } = await fleet.world.api('POST', '/moves', { dryRun: false });
      await moveDue(fleet.world.ground, fleet.world.now());
      const stateOf = async (): Promise<string[]> => {
        const { body } = await fleet.world.api('GET', `/moves/${String(move['id'])}/vehicles`);
        return (body['items'] as { state: string; reason: string }[]).map(({ state, reason }) => `${state} ${reason}`);
      };
      assert.deepEqual(await stateOf(), ['proving null']);
      await follow(await there.goThrough(left, signIn(car)), left.cookie);
      await fleet.world.sim('DELETE', `/sim/api/cars/${car.vin}/faults`);
      await there.until(id, isActive);
      await fleet.passMinutes(30);
      assert.deepEqual(await stateOf(), ['skipped notOnV2']);
      const { body } = await fleet.world.api('GET', `/vehicles/${id}`);
      const { platform, status } = body['connection'] as { platform: string; status: string };
      assert.deepEqual([platform, status], ['v3', 'active']);
      assert.deepEqual(fleet.world.faults, []);
    } finally {
      await fleet.close();
    }
  });

  test('a car that waits for an operator does not stop its old connection from being moved, and takes its place after it', async () => {
    const fleet = await startV2Fleet((all) => all.filter(({ make }) => make === 'VOLKSWAGEN').slice(0, 1));
    try {
      const [made] = fleet.cars;
      assert.ok(made);
      const { id, car } = made;
      const there = ownerWay(fleet.world);
      const buyer = (await fleet.world.cars('first')).find(
        ({ make, account }) => make === car.make && account.email !== car.account.email,
      );
      assert.ok(buyer);
      await fleet.world.sim('POST', `/sim/api/cars/${car.vin}/owner`, { email: buyer.account.email });
      await there.until(id, ({ connection }) => connection?.cause === 'vehicleRemoved', 86_400);
      const { body: move } = await fleet.world.api('POST', '/moves', { dryRun: false });
      const { body } = await fleet.world.api('POST', `/vehicles/${id}/reconnect`, {});
      await there.walk(String(body['url']), { ...signIn(buyer), vins: [car.vin] });
      await there.waitOut();
      const [grant] = await there.grants('held');
      assert.ok(grant);
      assert.equal((await fleet.world.api('POST', `/grants/${grant.id}/confirm`, {})).status, 200);
      await there.until(id, isActive);
      await fleet.passMinutes(30);
      const { body: moved } = await fleet.world.api('GET', `/moves/${String(move['id'])}/vehicles`);
      assert.deepEqual(
        (moved['items'] as { state: string; reason: string }[]).map(({ state, reason }) => `${state} ${reason}`),
        ['skipped ended'],
      );
      assert.deepEqual(fleet.world.faults, []);
    } finally {
      await fleet.close();
    }
  });
});
