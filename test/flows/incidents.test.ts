/** Many that fail together: one incident, no word to any owner, and everything closes without hands. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import type { VehicleId } from '../../src/domain/ids.ts';
import type { IncidentView } from '../../src/http/contract/incidents.ts';
import { make, ofMake, ofOthers, play, startFleet } from '../support/incident-fleet.ts';
import type { Fleet } from '../support/incident-fleet.ts';
import type { SimulatedCar, World } from '../support/world.ts';

async function statuses(world: World): Promise<Record<string, number>> {
  const { statuses: counted } = (await world.api('GET', '/overview')).body as { statuses: Record<string, number> };
  return Object.fromEntries(Object.entries(counted).filter(([, count]) => count > 0));
}

const incidents = async (world: World): Promise<IncidentView[]> =>
  (await world.api('GET', '/incidents')).body['items'] as IncidentView[];
const alertKinds = async (world: World): Promise<string[]> =>
  ((await world.api('GET', '/alerts')).body['items'] as { kind: string }[]).map(({ kind }) => kind).sort();
const kindsOfTimeline = async (world: World, id: VehicleId): Promise<string[]> =>
  ((await world.api('GET', `/vehicles/${id}/timeline`)).body['items'] as { kind: string }[]).map(({ kind }) => kind);

describe('a manufacturer whose machines fail', () => {
  let fleet: Fleet;
  before(async () => {
    fleet = await startFleet();
  });
  after(() => fleet.world.close());

  test('opens one incident with one alert, and nobody is written to', async () => {
    const { world } = fleet;
    await world.sim('POST', `/sim/api/makes/${make}/outage`, { share: 1, code: 'NO_RESPONSE' });
    await play(world, 1_800);
    const [incident, ...others] = await incidents(world);
    assert.ok(incident);
    assert.deepEqual(others, []);
    assert.deepEqual(incident.scope, { make, region: null });
    assert.equal(incident.state, 'open');
    assert.equal(incident.vehicleCount, ofMake);
    assert.match(incident.text, /^Volkswagen: 8 vehicles fail/);
    assert.deepEqual(await alertKinds(world), ['incident.open']);
    assert.deepEqual(await world.mails(), []);
  });

  test('its vehicles say so, and are read once an hour', async () => {
    const { world, cars, ids } = fleet;
    const first = cars[0];
    assert.ok(first);
    const id = ids.get(first.vin);
    assert.ok(id);
    const { body } = await world.api('GET', `/vehicles/${id}`);
    const connection = body['connection'] as {
      incident: { name: string } | null;
      nextPollAt: string;
      status: string;
      cause: string;
    };
    assert.equal(connection.incident?.name, 'Volkswagen');
    assert.deepEqual([connection.status, connection.cause], ['error', 'manufacturerFailing']);
    assert.ok((await kindsOfTimeline(world, id)).includes('incident.joined'));
    const [incident] = await incidents(world);
    const listed = await world.api('GET', `/vehicles?incident=${incident?.id}&limit=50`);
    assert.equal((listed.body['items'] as unknown[]).length, ofMake);
    const before = await requests(world);
    await play(world, 3_600);
    const perCar = ((await requests(world)) - before - ofOthers * 12) / ofMake;
    assert.ok(perCar <= 6, `${perCar} reads of each car in an hour`);
  });

  test('when it works again everything closes by itself, and still nobody was written to', async () => {
    const { world } = fleet;
    await world.sim('DELETE', `/sim/api/makes/${make}/outage`);
    await play(world, 3_600);
    const [incident, ...others] = await incidents(world);
    assert.deepEqual(others, []);
    assert.deepEqual([incident?.state, incident?.end], ['closed', 'recovered']);
    assert.deepEqual(await statuses(world), { active: ofMake + ofOthers });
    assert.deepEqual(await alertKinds(world), []);
    assert.deepEqual(await world.mails(), []);
    assert.deepEqual(world.faults, []);
  });
});

async function requests(world: World): Promise<number> {
  const { routes } = await world.sim('GET', '/sim/api/requests');
  const counted = routes as Record<string, { count: number }>; // its documented shape
  return Object.entries(counted).reduce((sum, [route, { count }]) => sum + (route.includes('/signals') ? count : 0), 0);
}

describe('a manufacturer that refuses every account at once', () => {
  let fleet: Fleet;
  const signOut = async (cars: readonly SimulatedCar[]): Promise<void> => {
    for (const { vin } of cars) await fleet.world.sim('POST', `/sim/api/cars/${vin}/faults`, { kind: 'signed-out' });
  };
  before(async () => {
    fleet = await startFleet();
  });
  after(() => fleet.world.close());

  test('is an incident too: nobody is asked to sign in again, however long the claims stand', async () => {
    const { world, cars } = fleet;
    await signOut(cars.slice(0, ofMake));
    await play(world, 6 * 3_600, 120);
    const [incident] = await incidents(world);
    assert.equal(incident?.state, 'open');
    assert.equal(incident?.vehicleCount, ofMake);
    assert.deepEqual(await alertKinds(world), ['incident.open']);
    assert.deepEqual(await world.mails(), []);
  });

  test('ended by hand, each car is read, and its owner asked once', async () => {
    const { world } = fleet;
    const [incident] = await incidents(world);
    const ended = await world.api('POST', `/incidents/${incident?.id}/end`, {});
    assert.equal(ended.status, 200);
    assert.equal(ended.body['end'], 'byHand');
    await play(world, 1_800);
    assert.deepEqual(await statuses(world), { active: ofOthers, expired: ofMake });
    assert.deepEqual(await alertKinds(world), Array(ofMake).fill('connection.expired'));
    assert.equal((await world.mails()).length, ofMake);
    assert.equal((await incidents(world)).length, 1);
    const again = await world.api('POST', `/incidents/${incident?.id}/end`, {});
    assert.deepEqual([again.status, again.body['code']], [409, 'incident_closed']);
    assert.deepEqual(world.faults, []);
  });
});

describe('an owner who changed the password', () => {
  test('is no incident: asked once, some minutes after it was found out', async () => {
    const { world, cars } = await startFleet();
    try {
      const [first] = cars;
      assert.ok(first);
      await world.sim('POST', `/sim/api/cars/${first.vin}/faults`, { kind: 'signed-out' });
      await play(world, 240);
      assert.deepEqual(await statuses(world), { active: cars.length - 1, expired: 1 });
      assert.deepEqual(await world.mails(), []);
      await play(world, 300);
      assert.equal((await world.mails()).length, 1);
      assert.deepEqual(await incidents(world), []);
    } finally {
      await world.close();
    }
  });
});

describe('a fleet that was just connected', () => {
  test('and fails at once is set up badly, which is no incident: each owner is asked', async () => {
    const { world, cars } = await startFleet(60);
    try {
      for (const { vin } of cars) await world.sim('POST', `/sim/api/cars/${vin}/faults`, { kind: 'signed-out' });
      await play(world, 900);
      assert.deepEqual(await statuses(world), { expired: cars.length });
      assert.deepEqual(await incidents(world), []);
      assert.equal((await world.mails()).length, cars.length);
    } finally {
      await world.close();
    }
  });
});

describe('Smartcar itself', () => {
  test('that fails for hours is one incident of all makes, and what broke meanwhile is found as soon as it is back', async () => {
    const { world, cars, ids } = await startFleet();
    const [first, ...rest] = cars;
    assert.ok(first);
    try {
      // More cars sleep than may still fail when it is over.
      for (const { vin } of rest.slice(0, 4))
        await world.sim('POST', `/sim/api/cars/${vin}/faults`, { kind: 'asleep' });
      await play(world, 600);
      const { id } = await world.sim('POST', '/sim/api/faults', { kind: 'garbage', status: 502 });
      await world.sim('PATCH', '/sim/api/knobs', { webhook: { isDelivering: false } });
      await play(world, 3_600);
      const [incident, ...others] = await incidents(world);
      assert.deepEqual(others, []);
      assert.deepEqual([incident?.state, incident?.scope], ['open', { make: null, region: null }]);
      await world.sim('POST', `/sim/api/cars/${first.vin}/faults`, { kind: 'signed-out' });
      await play(world, 3_600);
      await world.sim('DELETE', `/sim/api/faults/${String(id)}`);
      await world.sim('PATCH', '/sim/api/knobs', { webhook: { isDelivering: true } });
      await play(world, 3_600);
      assert.deepEqual(await statuses(world), { active: cars.length - 1, expired: 1 });
      const { body } = await world.api('GET', `/vehicles/${ids.get(first.vin)}`);
      assert.equal((body['connection'] as { cause: string }).cause, 'signedOut');
      assert.deepEqual(await alertKinds(world), ['connection.expired']);
      assert.equal((await world.mails()).length, 1);
      assert.equal((await incidents(world)).length, 1);
      assert.deepEqual(world.faults, []);
    } finally {
      await world.close();
    }
  });
});
