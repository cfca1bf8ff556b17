/** Rentals as a booking system tells them: begun, told twice, out of order, ended, and what they keep from happening. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { VehicleId } from '../../src/domain/ids.ts';
import type { RentalView } from '../../src/http/contract/rentals.ts';
import { startWorld, type SimulatedCar, type World } from '../support/world.ts';

type Answer = { status: number; body: Record<string, unknown> };

describe('rentals', () => {
  let world: World;
  let car: SimulatedCar;
  let id: VehicleId;
  let otherId: VehicleId;
  let count = 0;
  before(async () => {
    world = await startWorld();
    const cars = await world.cars('first');
    const first = cars.find(({ make }) => make === 'VOLKSWAGEN');
    // Of another account, which does not break with the first.
    const other = cars.find(({ make, account }) => make === 'TESLA' && account.email !== first?.account.email);
    assert.ok(first && other);
    car = first;
    id = await world.connectCar(first);
    otherId = await world.connectCar(other);
    await world.advance(60);
  });
  after(() => world.close());
  beforeEach(async () => {
    const active = (await world.api('GET', '/rentals?state=active')).body['items'] as { id: string }[];
    for (const one of active) await end(one.id);
    await world.advance(60);
    assert.deepEqual(world.faults, []);
  });

  const reference = (): string => `B-${(count += 1)}`;
  const start = (ref: string, more: object = {}): Promise<Answer> =>
    world.api('POST', '/rentals', { vehicleId: id, reference: ref, ...more });
  const end = (key: string, more: object = {}): Promise<Answer> => world.api('POST', `/rentals/${key}/end`, more);
  const told = ({ status, body }: Answer): string => `${status} ${String(body['code'] ?? body['state'])}`;
  const rental = async (key: string): Promise<RentalView> =>
    (await world.api('GET', `/rentals/${key}`)).body as unknown as RentalView;
  const vehicle = async () =>
    (await world.api('GET', `/vehicles/${id}`)).body as Record<string, Record<string, unknown>>;
  const lines = async (): Promise<string[]> =>
    ((await world.api('GET', `/vehicles/${id}/timeline`)).body['items'] as { kind: string; text: string }[])
      .filter(({ kind }) => kind.startsWith('rental.'))
      .map(({ text }) => text);
  const alerts = async (): Promise<string[]> =>
    ((await world.api('GET', '/alerts?state=open')).body['items'] as { kind: string }[]).map(({ kind }) => kind);

  test('a rental begins and ends, and keeps what was known of the car at both, with its age', async () => {
    const ref = reference();
    const begun = await start(ref, { renter: { name: 'Rita Renter', phone: '+49 30 1' }, endsAt: later(world, 3_600) });
    assert.equal(told(begun), '201 active');
    const seen = await vehicle();
    assert.equal(seen['rental']?.['reference'], ref);
    assert.equal((seen['capabilities']?.['disconnect'] as { allowed: boolean }).allowed, false);
    await world.advance(7_200);
    const overdue = await rental(`reference:${ref}`);
    assert.deepEqual([overdue.overdue, overdue.renter?.name, overdue.state], [true, 'Rita Renter', 'active']);
    assert.equal(told(await end(String(begun.body['id']))), '200 completed');
    const done = await rental(String(begun.body['id']));
    for (const snapshot of [done.start, done.end]) {
      const codes = snapshot?.signals.map(({ code }) => code) ?? [];
      assert.ok(codes.includes('odometer-traveleddistance') && codes.includes('location-preciselocation'));
      assert.ok(snapshot?.signals.every(({ ageS }) => ageS !== null && ageS >= 0));
    }
    assert.equal((await vehicle())['rental'], null);
    assert.deepEqual((await lines()).slice(0, 2), [`The rental ${ref} ended.`, `The rental ${ref} began.`]);
  });

  test('the same start or end told again is one rental, and nothing more happens', async () => {
    const ref = reference();
    const answers = await Promise.all(Array.from({ length: 10 }, () => start(ref)));
    assert.deepEqual(new Set(answers.map(told)), new Set(['201 active']));
    assert.equal(new Set(answers.map(({ body }) => body['id'])).size, 1);
    const ends = await Promise.all(Array.from({ length: 10 }, () => end(`reference:${ref}`)));
    assert.deepEqual(new Set(ends.map(told)), new Set(['200 completed']));
    assert.equal((await lines()).filter((line) => line.includes(ref)).length, 2);
    assert.equal(told(await start(ref)), '201 completed', 'a start that is repeated late begins nothing');
  });

  test('an end that overtakes its start is kept, and the start begins nothing', async () => {
    const ref = reference();
    assert.equal(told(await end(`reference:${ref}`)), '200 completed');
    const late = await start(ref);
    assert.equal(told(late), '201 completed');
    assert.equal(late.body['vehicleId'], id);
    assert.equal((await vehicle())['rental'], null);
  });

  test('a car is in one rental, and the refusal names it', async () => {
    const ref = reference();
    await start(ref);
    const second = await start(reference());
    assert.equal(told(second), '409 rental_active');
    assert.match(String(second.body['detail']), new RegExp(ref));
    assert.equal(
      told(await world.api('POST', '/rentals', { vehicleId: otherId, reference: ref })),
      '409 reference_taken',
    );
  });

  test('twenty rentals that begin at once leave one', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => start(reference())));
    assert.deepEqual(answers.map(told).sort().slice(0, 2), ['201 active', '409 rental_active']);
    assert.equal(answers.filter(({ status }) => status === 201).length, 1);
  });

  test('what was cancelled did not take place, and is not ended after that', async () => {
    const ref = reference();
    const { body } = await start(ref);
    assert.equal(told(await world.api('POST', `/rentals/${String(body['id'])}/cancel`, {})), '200 cancelled');
    assert.equal(told(await end(`reference:${ref}`)), '409 rental_over');
    assert.equal((await rental(`reference:${ref}`)).state, 'cancelled');
  });

  test('a rental is prolonged, and not once it is over', async () => {
    const { body } = await start(reference(), { endsAt: later(world, 600) });
    const key = String(body['id']);
    const longer = await world.api('PATCH', `/rentals/${key}`, { endsAt: later(world, 7_200) });
    assert.deepEqual([longer.status, longer.body['overdue']], [200, false]);
    await world.advance(900);
    assert.equal((await rental(key)).overdue, false);
    await end(key);
    assert.equal(told(await world.api('PATCH', `/rentals/${key}`, { endsAt: null })), '409 rental_over');
  });

  test('what does not fit is refused with its reason', async () => {
    assert.equal(told(await start(reference(), { endsAt: later(world, -600) })), '400 invalid_input');
    assert.equal(told(await start(reference(), { startedAt: later(world, -30 * 86_400) })), '400 invalid_input');
    assert.equal(told(await start('')), '400 invalid_input');
    assert.equal(told(await end('rnt_nobody')), '404 not_found');
    assert.equal(told(await world.api('POST', `/vehicles/${id}/disconnect`, { when: 'afterRental' })), '409 no_rental');
  });

  test('a command in a rental is refused once that is over', async () => {
    const { body } = await start(reference());
    const rentalId = String(body['id']);
    const ask = () => world.api('POST', `/vehicles/${id}/commands`, { type: 'unlock', rentalId });
    assert.equal(told(await ask()), '202 queued');
    await world.advance(1_000);
    await end(rentalId);
    assert.equal(told(await ask()), '409 rental_over');
  });

  test('an unlock of a rental does not leave once that is over, and a lock does', async () => {
    const limit = { kind: 'rate-limit', retryAfterS: 5 };
    for (const [type, expected] of [
      ['unlock', 'failed rentalEnded'],
      ['lock', 'sent null'],
    ] as const) {
      const { body } = await start(reference());
      const rentalId = String(body['id']);
      await world.sim('POST', `/sim/api/cars/${car.vin}/faults`, limit);
      const asked = await world.api('POST', `/vehicles/${id}/commands`, { type, rentalId, deadlineS: 120 });
      await world.settle();
      await end(rentalId);
      await world.sim('DELETE', `/sim/api/cars/${car.vin}/faults/rate-limit`);
      await world.advance(20);
      const command = (await world.api('GET', `/commands/${String(asked.body['id'])}`)).body;
      assert.equal(`${String(command['state'])} ${String(command['cause'])}`, expected, type);
      await world.advance(1_000);
    }
  });

  test('a start that is told again after its planned end is the same rental, and a plan that ends before its start is refused', async () => {
    const ref = reference();
    const endsAt = later(world, 600);
    await start(ref, { endsAt });
    await world.advance(1_200);
    assert.equal(told(await start(ref, { endsAt })), '201 active');
    const key = `reference:${ref}`;
    const change = (body: object) => world.api('PATCH', `/rentals/${key}`, body);
    assert.equal(told(await change({ endsAt: later(world, -7_200) })), '400 invalid_input');
    assert.equal(told(await change({ endsAt: '9999-12-31T00:00:00Z' })), '400 invalid_input');
  });

  test('a reference means the same in an address as in a start, and a longer one is nobody’s', async () => {
    const ref = `${reference()} ä/%`;
    await start(` ${ref} `);
    assert.equal(told(await end(encodeURIComponent(`reference: ${ref} `))), '200 completed');
    assert.equal(told(await end('reference:%20')), '400 invalid_input');
    const longest = 'x'.repeat(200);
    assert.equal(told(await start(longest)), '201 active');
    assert.equal(told(await end(`reference:${longest}`)), '200 completed');
    assert.equal(told(await end(`reference:${'x'.repeat(300)}`)), '404 not_found');
  });

  test('two rentals of a car never overlap, however they are dated', async () => {
    const first = await start(reference());
    await world.advance(600);
    await end(String(first.body['id']));
    const { body } = await start(reference(), { startedAt: later(world, -300) });
    assert.equal(body['startedAt'], (await rental(String(first.body['id']))).endedAt);
  });

  test('a car that breaks in a rental raises the highest alert, until it works again or the rental ends', async () => {
    const { body } = await start(reference());
    await world.sim('POST', `/sim/api/accounts/${encodeURIComponent(car.account.email)}/password`, {});
    await world.advance(4 * 3_600);
    const open = (await world.api('GET', '/alerts?state=open')).body['items'] as Record<string, unknown>[];
    const broken = open.find(({ kind }) => kind === 'connection.broken-in-rental');
    assert.deepEqual(broken?.['severity'], 'critical');
    assert.match(String(broken?.['text']), /Tell the renter/);
    await end(String(body['id']));
    assert.ok(!(await alerts()).includes('connection.broken-in-rental'));
    assert.ok((await alerts()).includes('connection.expired'));
    await world.sim('POST', `/sim/api/accounts/${encodeURIComponent(car.account.email)}/app-opened`, {});
  });

  test('a car that can be handed over is ready, and one that can not says why', async () => {
    const of = async (vehicleId: string) =>
      (await world.api('GET', `/vehicles/${vehicleId}/readiness`)).body as {
        ready: boolean;
        reasons: { code: string; stops: boolean; text: string }[];
      };
    assert.deepEqual(await of(otherId), { ...(await of(otherId)), ready: true });
    const broken = await of(id);
    assert.equal(broken.ready, false);
    assert.ok(broken.reasons.some(({ code, stops }) => code === 'connectionBroken' && stops));
    const ids = async (readiness: string) =>
      ((await world.api('GET', `/vehicles?readiness=${readiness}&limit=200`)).body['items'] as { id: string }[]).map(
        (one) => one.id,
      );
    assert.ok((await ids('ready')).includes(otherId));
    assert.ok((await ids('notReady')).includes(id));
    await world.api('POST', '/rentals', { vehicleId: otherId, reference: reference() });
    assert.deepEqual(
      [(await ids('ready')).includes(otherId), (await ids('notReady')).includes(otherId)],
      [false, false],
      'a car in a rental is neither',
    );
    const rented = (await world.api('GET', '/vehicles?inRental=true')).body['items'] as { id: string }[];
    assert.deepEqual(
      rented.map((one) => one.id),
      [otherId],
    );
  });

  test('disconnecting waits for the end of the rental, if that is wished, and can be taken back before', async () => {
    const begun = await world.api('POST', '/rentals', { vehicleId: otherId, reference: reference() });
    const key = String(begun.body['id']);
    const disconnect = (when: string) => world.api('POST', `/vehicles/${otherId}/disconnect`, { when });
    const status = async () =>
      ((await world.api('GET', `/vehicles/${otherId}`)).body['connection'] as { status: string }).status;
    assert.equal(told(await disconnect('now')), '409 rental_active');
    assert.equal((await disconnect('afterRental')).status, 200);
    assert.equal((await rental(key)).disconnectsAfter, true);
    assert.equal((await world.api('POST', `/rentals/${key}/keep-connected`, {})).body['disconnectsAfter'], false);
    await disconnect('afterRental');
    assert.equal(await status(), 'active');
    await end(key);
    assert.equal(await status(), 'disconnected');
    const again = await world.api('POST', '/rentals', { vehicleId: otherId, reference: reference() });
    assert.equal(told(again), '409 not_connected');
  });
});

const later = (world: World, seconds: number): string =>
  new Date(world.now().getTime() + seconds * 1_000).toISOString();
