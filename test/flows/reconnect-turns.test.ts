/** Turns of many reconnects: of two batches at once, held, taken back, and while the mail server is away. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';

import { deliverDue } from '../../src/flows/deliver.ts';
import { reconnectDue } from '../../src/flows/reconnect-due.ts';
import { addBroken, allMails, passMinute, passMinutes } from '../support/broken-fleet.ts';
import type { BrokenCar } from '../support/broken-fleet.ts';
import { carsOf, deskOf, recipients } from '../support/reconnect-desk.ts';
import type { Batch } from '../support/reconnect-desk.ts';
import { startWorld } from '../support/world.ts';
import type { World } from '../support/world.ts';

describe('two batches that overlap', () => {
  let world: World;
  before(async () => {
    world = await startWorld();
  });
  after(() => world.close());

  test('each owner is written to once, with the cars of both', async () => {
    const cars = await addBroken(
      world,
      carsOf('TWO', 40, () => 2),
    );
    const { preview, sendToken, batch, items } = deskOf(world);
    const of = (end: string) => cars.filter(({ number }) => number.endsWith(end)).map(({ vehicleId }) => vehicleId);
    const all = await preview({ vehicleIds: cars.map(({ vehicleId }) => vehicleId) });
    const some = await preview({ vehicleIds: of('-0') });
    const others = await preview({ vehicleIds: of('-1') });
    const first = await sendToken(some.token);
    const second = await sendToken(others.token);
    const third = await sendToken(all.token).catch((error: unknown) => error);
    assert.match(String(third), /nothing_to_send/, 'every car waits already');
    const turn = () => reconnectDue(world.ground, world.now());
    for (let minute = 0; minute < 3; minute += 1) {
      world.pass(60);
      // Two processes at the same moment.
      await Promise.all([turn(), turn()]);
      await world.settle();
      assert.ok((await allMails(world)).length <= 30 * (minute + 1), 'the limit holds over both');
    }
    const mails = await allMails(world);
    assert.equal(mails.length, 40);
    assert.equal(new Set(recipients(mails)).size, 40);
    for (const { to, text } of mails) {
      const owner = to.slice(0, to.indexOf('@')).toUpperCase();
      assert.ok(text.includes(`${owner}-0`) && text.includes(`${owner}-1`), to);
    }
    for (const { id } of [first, second]) {
      const done = await batch(id);
      assert.deepEqual([done.state, done.counts.sent], ['finished', 40]);
      assert.ok((await items(id)).every(({ deliveredAt }) => deliveredAt !== null));
    }
    assert.deepEqual(world.faults, []);
  });

  test('a turn that has begun when somebody takes back is finished first, and what leaves is what is told', async () => {
    const [car] = await addBroken(world, [{ number: 'RACE-1', owner: 'race@owners.example' }]);
    assert.ok(car);
    const { send, act, batch } = deskOf(world);
    const { id } = await send({ vehicleIds: [car.vehicleId] });
    world.pass(60);
    const { database } = world.ground;
    const held = Promise.withResolvers<void>();
    const holding = Promise.withResolvers<void>();
    const holder = database.asFleet(world.context.fleetId, async (tx) => {
      await tx.selectFrom('connection').select('id').where('id', '=', car.connectionId).forUpdate().execute();
      holding.resolve();
      await held.promise;
    });
    await holding.promise;
    const turn = reconnectDue(world.ground, world.now());
    await untilWaiting(world, 1);
    const taken = act(id, 'cancel');
    await untilWaiting(world, 2);
    held.resolve();
    await Promise.all([holder, turn, taken]);
    await world.settle();
    const { counts } = await batch(id);
    const sent = recipients(await allMails(world)).filter((to) => to === 'race@owners.example');
    assert.deepEqual([counts.sent, counts.withdrawn, sent.length], [1, 0, 1]);
  });
});

describe('held and taken back', () => {
  let world: World;
  let cars: BrokenCar[];
  before(async () => {
    world = await startWorld();
    cars = await addBroken(
      world,
      carsOf('UNDO', 80, () => 2),
    );
  });
  after(() => world.close());

  test('nothing leaves in the first seconds, so that all of it can be taken back', async () => {
    const { send, act, batch } = deskOf(world);
    const { id } = await send({ filter: { status: 'expired' } });
    world.pass(9);
    await reconnectDue(world.ground, world.now());
    const { body } = await act(id, 'cancel');
    assert.equal((body as Batch).state, 'cancelled');
    await passMinutes(world, 3);
    assert.deepEqual((await batch(id)).counts.withdrawn, 160);
    assert.deepEqual(await allMails(world), []);
    assert.equal((await act(id, 'cancel')).body['code'], 'reconnects_over');
  });

  test('paused it waits, goes on where it stood, and cancelled in the middle keeps what was sent', async () => {
    const { send, act, batch } = deskOf(world);
    const { id } = await send({ filter: { status: 'expired' } });
    await passMinute(world);
    assert.equal((await allMails(world)).length, 30);
    assert.equal((await act(id, 'pause')).status, 200);
    assert.equal((await act(id, 'pause')).body['code'], 'reconnects_not_now');
    await passMinutes(world, 5);
    assert.equal((await allMails(world)).length, 30);
    assert.equal((await act(id, 'resume')).status, 200);
    await passMinute(world);
    assert.equal((await allMails(world)).length, 60);
    assert.equal((await act(id, 'cancel')).status, 200);
    await passMinutes(world, 5);
    assert.equal((await allMails(world)).length, 60, 'and nothing else');
    const { counts, state } = await batch(id);
    assert.deepEqual([state, counts.sent, counts.withdrawn, counts.queued], ['cancelled', 120, 40, 0]);
  });

  test('who was taken back can be asked by another batch', async () => {
    const preview = await deskOf(world).preview({ vehicleIds: cars.map(({ vehicleId }) => vehicleId) });
    assert.deepEqual([preview.ask.owners, preview.ask.vehicles, preview.skip.vehicles], [20, 40, 120]);
  });

  test('while the mail server takes nothing, no more is written than can be waited for', async () => {
    await world.api('PATCH', '/settings', { messagesPerMinute: 5 });
    const { send, batch } = deskOf(world);
    const { id } = await send({ filter: { status: 'expired' } });
    const away = { ...world.ground, mailbox: false, mail: unreachable };
    for (let minute = 0; minute < 6; minute += 1) {
      world.pass(60);
      await reconnectDue(world.ground, world.now());
      await deliverDue(away, world.now());
    }
    const held = await batch(id);
    assert.deepEqual([held.owners, held.waitsFor], [{ queued: 15, asked: 5 }, 'mailServer']);
    await passMinutes(world, 300);
    const done = await batch(id);
    assert.deepEqual([done.state, done.waitsFor, done.funnel.delivered], ['finished', null, 40]);
    assert.equal((await allMails(world)).length, 80);
  });
});

/** So many of this database's sessions wait for a lock. */
async function untilWaiting(world: World, wanted: number): Promise<void> {
  for (let waited = 0; waited < 200; waited += 1) {
    const { rows } = await sql<{ count: number }>`
      select count(*) as count from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`.execute(world.ground.database.owner);
    if ((rows[0]?.count ?? 0) >= wanted) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.fail(`There were never ${wanted} waiting.`);
}

const unreachable = {
  send: () => Promise.resolve({ sent: false, permanent: false, reason: '421 try again later' } as const),
  close: () => undefined,
};
