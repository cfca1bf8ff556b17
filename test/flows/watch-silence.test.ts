import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { newId } from '../../src/domain/ids.ts';
import type { FleetId, VehicleId } from '../../src/domain/ids.ts';
import { watchSilence } from '../../src/flows/watch-silence.ts';
import { insertConnection } from '../../src/store/connection.ts';
import { aConnection, addVehicle } from '../store/records.ts';
import { startWorld } from '../support/world.ts';
import type { World } from '../support/world.ts';

const hour = 3_600;

let world: World;
let fleetId: FleetId;
const cars: { id: VehicleId; make: string }[] = [];

/** As the inbox has them once they were dealt with. */
async function deliver(which: typeof cars, change: { eventType?: string; state?: 'applied' | 'quarantined' } = {}) {
  const { eventType = 'VEHICLE_STATE', state = 'applied' } = change;
  const isKnown = state === 'applied';
  for (const { id } of which)
    await world.ground.database.owner
      .insertInto('webhook_inbox')
      .values({
        id: newId('whk', world.now()),
        body: Buffer.from('{}'),
        received_at: world.now(),
        state,
        reason: null,
        event_id: null,
        event_type: eventType,
        smartcar_vehicle_id: `car-of-${id}`,
        fleet_id: isKnown ? fleetId : null,
        vehicle_id: isKnown ? id : null,
        applied_at: world.now(),
        lease_until: null,
      })
      .execute();
}

async function open(): Promise<string[]> {
  const { body } = await world.api('GET', '/alerts');
  return (body['items'] as { text: string; kind: string }[])
    .filter(({ kind }) => kind.startsWith('webhooks.'))
    .map(({ kind, text }) => `${kind}: ${/ for (\w+) for longer/.exec(text)?.[1] ?? ''}`)
    .sort();
}

const ofMake = (make: string) => cars.filter((car) => car.make === make);

/** Days in which all cars report by day, and none does by night. */
async function live(days: number, which = cars): Promise<void> {
  for (let passed = 0; passed < days * 24; passed += 2) {
    world.pass(2 * hour);
    const hours = world.now().getUTCHours();
    if (hours >= 6 && hours < 22) await deliver(which);
    await watchSilence(world.ground, world.now());
  }
}

describe('what Smartcar sends, and what it does not', () => {
  before(async () => {
    world = await startWorld();
    fleetId = world.fleets[0];
    for (const make of [
      'VOLVO',
      'VOLVO',
      'KIA',
      'KIA',
      'KIA',
      'KIA',
      'KIA',
      'KIA',
      'KIA',
      'KIA',
      'KIA',
      'KIA',
      'KIA',
      'KIA',
    ])
      await world.ground.database.asFleet(fleetId, async (tx) => {
        const id = await addVehicle(tx, fleetId, { make });
        await insertConnection(tx, aConnection(fleetId, id, { subscribedAt: world.now(), nextPollAt: null }));
        cars.push({ id, make });
      });
  });
  after(() => world.close());

  test('a fleet whose cars rest at night is never called silent', async () => {
    await live(8);
    assert.deepEqual(await open(), []);
  });

  test('one make that falls silent is told by its name, and heals with its next word', async () => {
    await live(2, ofMake('KIA'));
    assert.deepEqual(await open(), ['webhooks.silent: Volvo']);
    await live(1);
    assert.deepEqual(await open(), []);
  });

  test('a fleet that falls silent is one alert, and not one a make', async () => {
    await live(2, []);
    assert.deepEqual(await open(), ['webhooks.silent: ']);
    await live(1);
    assert.deepEqual(await open(), []);
  });

  test('errors of more than a tenth of the cars within an hour are told, and those of a handful are not', async () => {
    await deliver(cars.slice(0, 1), { eventType: 'VEHICLE_ERROR' });
    await watchSilence(world.ground, world.now());
    assert.deepEqual(await open(), []);
    await deliver(cars.slice(0, 6), { eventType: 'VEHICLE_ERROR' });
    await watchSilence(world.ground, world.now());
    assert.deepEqual(await open(), ['webhooks.error-rate: ']);
    world.pass(hour + 60);
    await deliver(cars);
    await watchSilence(world.ground, world.now());
    assert.deepEqual(await open(), []);
  });

  test('more than one in twenty that can not be understood is told to every fleet', async () => {
    await deliver(cars.slice(0, 6), { state: 'quarantined' });
    await watchSilence(world.ground, world.now());
    assert.deepEqual(await open(), ['webhooks.processing-errors: ']);
    const other = (await world.api('GET', '/alerts', undefined, world.fleets[1])).body['items'] as { kind: string }[];
    assert.ok(other.some(({ kind }) => kind === 'webhooks.processing-errors'));
    world.pass(hour + 60);
    await deliver(cars);
    await watchSilence(world.ground, world.now());
    assert.deepEqual(await open(), []);
  });
});
