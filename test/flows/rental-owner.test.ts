/** What an owner wants while somebody drives their car: it happens when the rental ends, and not before. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { VehicleId } from '../../src/domain/ids.ts';
import { eraseDue } from '../../src/flows/erase-owner.ts';
import { startWorld, type World } from '../support/world.ts';

describe('an owner, while the car is rented out', () => {
  let world: World;
  let id: VehicleId;
  let owner: { id: string; name: string };
  before(async () => {
    world = await startWorld();
    const car = (await world.cars('first')).find(({ make }) => make === 'VOLKSWAGEN');
    assert.ok(car);
    id = await world.connectCar(car);
    await world.advance(60);
    owner = (await world.api('GET', `/vehicles/${id}`)).body['owner'] as { id: string; name: string };
  });
  after(() => world.close());

  const start = async (reference: string): Promise<string> => {
    const { status, body } = await world.api('POST', '/rentals', { vehicleId: id, reference });
    assert.equal(status, 201);
    return String(body['id']);
  };
  const end = (rental: string) => world.api('POST', `/rentals/${rental}/end`, {});
  const status = async (): Promise<string> => (await world.vehicle(id)).connection?.status ?? '';
  const alerts = async (): Promise<string[]> =>
    ((await world.api('GET', '/alerts?state=open')).body['items'] as { kind: string; text: string }[])
      .filter(({ kind }) => kind === 'owner.stopped-sharing')
      .map(({ text }) => text);

  test('stops sharing it: the page says that it ends with the rental, an operator can not take that back', async () => {
    const rental = await start('B-1');
    const link = await world.api('POST', `/owners/${owner.id}/link`, {});
    const url = String(link.body['url']);
    const stop = () =>
      fetch(`${url}/stop`, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ car: id }) });
    assert.equal((await stop()).status, 303);
    assert.equal((await stop()).status, 303, 'pressed again it changes nothing');
    const page = await (await fetch(`${url}/sharing`)).text();
    assert.match(page, /sharing stops when it is back/);
    assert.doesNotMatch(page, /Stop sharing this car/);
    assert.equal(await status(), 'active');
    assert.deepEqual(
      (await alerts()).map((text) => text.includes('is disconnected when the rental B-1 ends')),
      [true],
    );
    const kept = await world.api('POST', `/rentals/${rental}/keep-connected`, {});
    assert.deepEqual([kept.status, kept.body['code']], [409, 'owner_stopped']);
    await end(rental);
    assert.equal(await status(), 'disconnected');
    assert.deepEqual(world.faults, []);
  });

  test('is to be forgotten: their name goes at once, and the car stays connected until the renter is back', async () => {
    const car = (await world.cars('first')).find(({ make }) => make === 'TESLA');
    assert.ok(car);
    id = await world.connectCar(car);
    await world.advance(60);
    owner = (await world.api('GET', `/vehicles/${id}`)).body['owner'] as { id: string; name: string };
    const rental = await start('B-2');
    assert.equal((await world.api('POST', `/owners/${owner.id}/erase`, { name: owner.name })).status, 202);
    const erase = async (): Promise<void> => {
      await world.advance(120);
      await eraseDue({ ...world.ground, onFault: (error) => assert.fail(String(error)) }, world.now());
    };
    await erase();
    assert.equal(await status(), 'active');
    const { status: answered } = await world.api('POST', `/vehicles/${id}/commands`, {
      type: 'unlock',
      rentalId: rental,
    });
    assert.equal(answered, 202, 'the renter can still get in');
    await world.advance(1_000);
    await end(rental);
    await erase();
    assert.equal(await status(), 'disconnected');
    assert.deepEqual(world.faults, []);
  });
});
