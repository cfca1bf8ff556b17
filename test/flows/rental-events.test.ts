/** What a booking system is told of its rentals, and of cars that become ready for one or are it no longer. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';

import type { VehicleId } from '../../src/domain/ids.ts';
import { watchReadiness } from '../../src/flows/watch-readiness.ts';
import { startReceiver } from '../support/event-receiver.ts';
import type { EventReceiver, HeardEvent } from '../support/event-receiver.ts';
import { startWorld } from '../support/world.ts';
import type { SimulatedCar, World } from '../support/world.ts';

describe('events about rentals', () => {
  let world: World;
  let receiver: EventReceiver;
  let car: SimulatedCar;
  let id: VehicleId;

  before(async () => {
    world = await startWorld();
    receiver = await startReceiver();
    const found = (await world.cars('first')).find(({ make }) => make === 'VOLKSWAGEN');
    assert.ok(found);
    car = found;
    id = await world.connectCar(car);
    await world.advance(60);
    const types = [
      ...['rental.started', 'rental.changed', 'rental.ended', 'rental.cancelled'],
      ...['connection.broken_in_rental', 'vehicle.readiness_changed'],
    ];
    const { status } = await world.api('POST', '/event-endpoints', { url: receiver.url, types });
    assert.equal(status, 201);
  });
  after(async () => {
    await receiver.close();
    await world.close();
  });
  beforeEach(() => void (receiver.heard.length = 0));

  const start = async (reference: string): Promise<string> => {
    const { status, body } = await world.api('POST', '/rentals', { vehicleId: id, reference });
    assert.equal(status, 201);
    return String(body['id']);
  };
  const heard = async (): Promise<HeardEvent[]> => {
    await world.advance(10);
    return receiver.heard.map(({ event }) => event);
  };
  const watch = () =>
    watchReadiness({ database: world.ground.database, onFault: (error) => assert.fail(String(error)) }, world.now());

  test('a rental is told from its start to its end, by its id and the booking system’s reference', async () => {
    const rental = await start('B-1');
    await world.api('PATCH', `/rentals/${rental}`, { endsAt: null });
    await world.api('POST', `/rentals/${rental}/end`, {});
    await world.api('POST', `/rentals/${rental}/end`, {});
    const events = await heard();
    assert.deepEqual(events.map(({ type }) => type).sort(), ['rental.changed', 'rental.ended', 'rental.started']);
    for (const { data } of events)
      assert.deepEqual(
        [data['rentalId'], data['reference'], data['vehicleId'], data['causedBy']],
        [rental, 'B-1', id, 'apiKey'],
      );
    const log = (await world.api('GET', '/events?type=rental.started')).body['items'] as HeardEvent[];
    assert.deepEqual(
      log,
      events.filter(({ type }) => type === 'rental.started'),
    );
  });

  test('a car that breaks while it is rented out is told with its rental', async () => {
    const rental = await start('B-2');
    await world.sim('POST', `/sim/api/accounts/${encodeURIComponent(car.account.email)}/password`, {});
    await world.advance(4 * 3_600);
    const broken = (await heard()).filter(({ type }) => type === 'connection.broken_in_rental');
    assert.equal(broken.length, 1);
    assert.deepEqual(broken[0]?.data['rental'], { rentalId: rental, reference: 'B-2' });
    assert.equal(broken[0]?.data['status'], 'expired');
    const log = (await world.api('GET', '/events?type=connection.broken_in_rental')).body['items'] as HeardEvent[];
    assert.deepEqual(log, broken);
    await world.api('POST', `/rentals/${rental}/cancel`, {});
  });

  test('that a car is ready no longer is told once, and nothing of the first look or of cars in a rental', async () => {
    const cars = (await world.cars('first')).filter(({ account }) => account.email !== car.account.email);
    const other = cars.find(({ make }) => make === 'TESLA');
    assert.ok(other);
    const ready = await world.connectCar(other);
    await world.advance(60);
    await watch();
    const changes = async () =>
      (await heard())
        .filter(({ type }) => type === 'vehicle.readiness_changed')
        .map(({ data }) => [data['vehicleId'], data['isReady']]);
    assert.deepEqual(await changes(), [], 'the first look finds how things stand');
    const rental = await world.api('POST', '/rentals', { vehicleId: ready, reference: 'B-3' });
    await world.api('PATCH', '/settings', { leastEnergyPercent: 100 });
    await watch();
    assert.deepEqual(await changes(), [], 'in a rental nobody asks');
    await world.api('POST', `/rentals/${String(rental.body['id'])}/end`, {});
    await watch();
    await watch();
    assert.deepEqual(await changes(), [[ready, false]]);
    await world.api('PATCH', '/settings', { leastEnergyPercent: 0 });
    await watch();
    assert.deepEqual((await changes()).at(-1), [ready, true]);
    assert.deepEqual(world.faults, []);
  });
});
