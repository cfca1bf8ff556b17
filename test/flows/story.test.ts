import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { startWorld } from '../support/world.ts';
import type { SimulatedCar, World } from '../support/world.ts';
import type { VehicleId } from '../../src/domain/ids.ts';

/** Moves the clock in small steps until the vehicle is in this status; fails when it never is. */
async function until(world: World, id: VehicleId, status: string, limitS = 3_600): Promise<void> {
  for (let waited = 0; waited < limitS; waited += 15) {
    if ((await world.vehicle(id)).connection?.status === status) return;
    await world.advance(15);
  }
  assert.equal((await world.vehicle(id)).connection?.status, status);
}

async function carOf(world: World, make: string): Promise<SimulatedCar> {
  const car = (await world.cars('first')).find((one) => one.make === make);
  assert.ok(car);
  return car;
}

const openAlerts = async (world: World): Promise<{ kind: string; vehicleIds: string[] }[]> =>
  (await world.api('GET', '/alerts')).body['items'] as { kind: string; vehicleIds: string[] }[];

describe('the story of one car', () => {
  let world: World;
  let car: SimulatedCar;
  let id: VehicleId;

  before(async () => {
    world = await startWorld();
    car = await carOf(world, 'VOLKSWAGEN');
  });
  after(() => world.close());

  test('an owner connects it: it waits for first data, and is active on proof', async () => {
    id = await world.connectCar(car);
    const connected = await world.vehicle(id);
    assert.equal(connected.connection?.status, 'pending');
    assert.equal(connected.connection?.cause, 'waitingForFirstData');
    await until(world, id, 'active');
    const active = await world.vehicle(id);
    assert.equal(active.connection?.cause, null);
    assert.equal(active.connection?.subscribed, true);
    assert.equal(active.freshness.state, 'fresh');
    assert.ok(active.signals.some(({ code }) => code === 'odometer-traveleddistance'));
    assert.deepEqual(await openAlerts(world), []);
    assert.deepEqual(await world.mails(), []);
  });

  test('a claim about a signal nobody requires changes nothing', async () => {
    const before = await world.vehicle(id);
    await world.sim('POST', `/sim/api/cars/${car.vin}/claims`, {
      type: 'PERMISSION',
      code: null,
      signals: ['vehicleuseraccount-role'],
    });
    await world.advance(10);
    const now = await world.vehicle(id);
    assert.equal(now.connection?.status, 'active');
    assert.equal(now.connection?.suspicion, null);
    assert.equal(now.connection?.nextPollAt, before.connection?.nextPollAt);
    const events = (await world.api('GET', '/webhook-events')).body['items'] as { state: string }[];
    assert.equal(events[0]?.state, 'ignored');
  });

  test('a claim that the owner must sign in again, while required signals go on succeeding, changes nothing in the end', async () => {
    await world.sim('POST', `/sim/api/cars/${car.vin}/claims`, {
      type: 'CONNECTED_SERVICES_ACCOUNT',
      code: 'AUTHENTICATION_FAILED',
      signals: [],
    });
    await world.advance(3);
    const suspected = await world.vehicle(id);
    assert.equal(suspected.connection?.status, 'active');
    assert.ok(suspected.connection?.suspicion);
    for (let waited = 0; waited < 900 && (await world.vehicle(id)).connection?.suspicion; waited += 15)
      await world.advance(15);
    const now = await world.vehicle(id);
    assert.equal(now.connection?.status, 'active');
    assert.equal(now.connection?.suspicion, null);
    assert.deepEqual(await openAlerts(world), []);
    assert.deepEqual(await world.mails(), []);
  });

  test('the owner changes the password: it expires with its cause, one alert opens, and the owner is asked once', async () => {
    await world.sim('POST', `/sim/api/accounts/${encodeURIComponent(car.account.email)}/password`, {
      password: 'another-one',
    });
    await until(world, id, 'expired');
    const expired = await world.vehicle(id);
    assert.equal(expired.connection?.cause, 'signedOut');
    await world.advance(3_600);
    const alerts = await openAlerts(world);
    assert.deepEqual(
      alerts.map(({ kind, vehicleIds }) => ({ kind, vehicleIds })),
      [{ kind: 'connection.expired', vehicleIds: [id] }],
    );
    const mails = await world.mails();
    assert.equal(mails.length, 1);
    assert.equal(mails[0]?.to, car.account.email);
    assert.match(mails[0]?.text ?? '', new RegExp(`${world.publicUrl}/o/`));
  });

  test('looking at the link, as mail scanners do, uses nothing up', async () => {
    const url = await repairUrl(world);
    for (const method of ['GET', 'HEAD', 'GET']) assert.equal((await fetch(url, { method })).status, 200);
  });

  test('the owner signs in again: active after proof, the alert closes, the owner hears that it works', async () => {
    const url = await repairUrl(world);
    await world.throughLink(url, { email: car.account.email, password: 'another-one' });
    await world.settle();
    assert.equal((await world.vehicle(id)).connection?.status, 'pending');
    assert.equal((await openAlerts(world)).length, 1);
    await until(world, id, 'active');
    assert.deepEqual(await openAlerts(world), []);
    const subjects = (await world.mails()).map(({ subject }) => subject);
    assert.equal(subjects.length, 2);
    assert.match(await (await fetch(url)).text(), /repaired/i);
  });

  test('disconnected by an operator: final here, revoked at Smartcar, the record stays [§11-4]', async () => {
    const answer = await world.api('POST', `/vehicles/${id}/disconnect`, {});
    assert.equal(answer.status, 200);
    await world.settle();
    const now = await world.vehicle(id);
    assert.equal(now.connection?.status, 'disconnected');
    assert.equal(now.connection?.cause, 'disconnectedHere');
    assert.equal(now.connection?.disconnecting, false);
    const listed = (await world.cars('first')).find(({ vin }) => vin === car.vin);
    assert.equal((listed as unknown as { connection: unknown }).connection, null);
    assert.ok(now.signals.length > 0);
  });

  test('connected again, it is the same vehicle with a new connection', async () => {
    const link = await world.api('POST', `/vehicles/${id}/connect`, {});
    await world.throughLink(String(link.body['url']), {
      email: car.account.email,
      password: 'another-one',
      vins: [car.vin],
    });
    await until(world, id, 'active');
    assert.deepEqual(world.faults, []);
  });
});

async function repairUrl(world: World): Promise<string> {
  const mail = (await world.mails()).find(({ text }) => text.includes('/o/'));
  const url = /http:\/\/\S+\/o\/\S+/.exec(mail?.text ?? '')?.[0];
  assert.ok(url);
  return url;
}
