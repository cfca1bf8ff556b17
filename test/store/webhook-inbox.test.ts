/** The inbox: durable before it is answered, worked off in order, each event applied once. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { sql } from 'kysely';
import type { FleetId, VehicleId } from '../../src/domain/ids.ts';
import { openDatabase } from '../../src/store/database.ts';
import type { Tx } from '../../src/store/database.ts';
import { inboxChannel } from '../../src/store/outbox.ts';
import {
  claimDeliveries,
  countBadSignatures,
  countRefused,
  forgetOldDeliveries,
  labelDelivery,
  markApplied,
  openInboxWriter,
  settleDelivery,
} from '../../src/store/webhook-inbox.ts';
import { onEveryServer } from './on-every-server.ts';
import { addVehicle, answers, atOnce, inSeconds, makeFleet, now } from './records.ts';

await onEveryServer('the inbox', (opened) => {
  let fleet: FleetId;
  let vehicle: VehicleId;
  before(async () => {
    fleet = await makeFleet(opened.database);
    vehicle = await opened.database.asFleet(fleet, (tx) => addVehicle(tx, fleet));
  });
  const clear = () => sql`delete from webhook_inbox`.execute(opened.database.owner);
  const write = (text: string, at = now) => openInboxWriter(opened.database).write(Buffer.from(text), at);

  test('what was written at once is all there, byte for byte, in two commits', async () => {
    await clear();
    const writer = openInboxWriter(opened.database);
    let commits = 0;
    const awaited = Promise.withResolvers<void>();
    const listening = await opened.database.listen(inboxChannel, () => (commits += 1) === 2 && awaited.resolve());
    const bodies = Array.from({ length: 200 }, (_, i) => Buffer.from([i, 0, 255, 10, 13, 195, 40]));
    await Promise.all(bodies.map((body, i) => writer.write(body, inSeconds(i))));
    await awaited.promise;
    await listening.stop();
    const rows = await opened.database.system
      .selectFrom('webhook_inbox')
      .select(['body', 'received_at', 'state'])
      .orderBy('received_at')
      .execute();
    assert.deepEqual(
      rows,
      bodies.map((body, i) => ({ body, received_at: inSeconds(i), state: 'pending' })),
    );
    const { rows: groups } = await sql<{
      groups: number;
    }>`select count(distinct xmin::text) as groups from webhook_inbox`.execute(opened.database.owner);
    assert.deepEqual([groups, commits], [[{ groups: 2 }], 2], 'the first alone, the rest together');
  });

  test('more than one statement takes is still all there', async () => {
    await clear();
    const writer = openInboxWriter(opened.database);
    await Promise.all(Array.from({ length: 1_201 }, (_, i) => writer.write(Buffer.from(String(i)), now)));
    const { rows } = await sql<{
      many: number;
      groups: number;
    }>`select count(*) as many, count(distinct xmin::text) as groups from webhook_inbox`.execute(opened.database.owner);
    assert.deepEqual(rows, [{ many: 1_201, groups: 4 }]);
  });

  test('when the database is gone the writer says so, and writes again once it is back', async () => {
    await clear();
    const lost = openDatabase({ url: 'postgres://towline@/towline?host=/nowhere', maxConnections: 1 });
    let gone = true;
    const writer = openInboxWriter({
      ...opened.database,
      get system() {
        return gone ? lost.system : opened.database.system;
      },
    });
    const [first, second] = await Promise.allSettled([
      writer.write(Buffer.from('a'), now),
      writer.write(Buffer.from('b'), now),
    ]);
    assert.deepEqual([first?.status, second?.status], ['rejected', 'rejected']);
    gone = false;
    await writer.write(Buffer.from('c'), now);
    const rows = await opened.database.system.selectFrom('webhook_inbox').select('body').execute();
    assert.deepEqual(rows, [{ body: Buffer.from('c') }], 'and nothing else');
    await lost.close();
  });

  test('deliveries are claimed oldest first, by one claimant each, and again when a lease ended', async () => {
    await clear();
    for (const i of [3, 1, 4, 0, 2]) await write(String(i), inSeconds(i));
    const texts = (claimed: { body: Buffer }[]) => claimed.map(({ body }) => body.toString());
    assert.deepEqual(texts(await claimDeliveries(opened.database, 3, 60, now)), ['0', '1', '2']);
    const rest = await Promise.all([1, 2, 3].map(() => claimDeliveries(opened.database, 2, 60, now)));
    assert.deepEqual(texts(rest.flat()).sort(), ['3', '4']);
    assert.deepEqual(await claimDeliveries(opened.database, 10, 60, inSeconds(59)), []);
    const again = await claimDeliveries(opened.database, 10, 60, inSeconds(60));
    assert.deepEqual(
      [texts(again), again.map(({ attempts }) => attempts)],
      [
        ['0', '1', '2', '3', '4'],
        [2, 2, 2, 2, 2],
      ],
    );
  });

  test('an event that was delivered twice is applied once, though two work on it at once', async () => {
    await clear();
    await write('one');
    await write('two', inSeconds(1));
    const claimed = await claimDeliveries(opened.database, 10, 60, now);
    for (const { id } of claimed)
      await labelDelivery(opened.database, id, {
        eventId: 'event-1',
        eventType: 'VEHICLE_STATE',
        smartcarVehicleId: 'car',
        fleetId: fleet,
      });
    const note = { state: 'applied', reason: null } as const;
    const marked = answers(
      await atOnce(
        opened.database,
        fleet,
        claimed.map(
          ({ id }) =>
            (tx: Tx) =>
              markApplied(tx, id, 'event-1', vehicle, note, inSeconds(2)),
        ),
      ),
    );
    assert.deepEqual([...marked].sort(), [false, true]);
    const late = claimed[marked[0] ? 1 : 0];
    assert.ok(late);
    await settleDelivery(opened.database, late.id, 'duplicate', 'this event was applied before', inSeconds(3));
    const rows = await opened.database.system
      .selectFrom('webhook_inbox')
      .select(['state', 'vehicle_id', 'applied_at'])
      .orderBy('applied_at')
      .execute();
    assert.deepEqual(rows, [
      { state: 'applied', vehicle_id: vehicle, applied_at: inSeconds(2) },
      { state: 'duplicate', vehicle_id: null, applied_at: inSeconds(3) },
    ]);
  });

  test('one delivery that two claimed one after another is applied once', async () => {
    await clear();
    await write('slow');
    const [delivery] = await claimDeliveries(opened.database, 1, 60, now);
    assert.ok(delivery);
    assert.equal((await claimDeliveries(opened.database, 1, 60, inSeconds(60)))[0]?.id, delivery.id);
    await labelDelivery(opened.database, delivery.id, {
      eventId: 'event-2',
      eventType: 'VEHICLE_STATE',
      smartcarVehicleId: 'car',
      fleetId: fleet,
    });
    const note = { state: 'applied', reason: null } as const;
    const both = [1, 2].map(() => (tx: Tx) => markApplied(tx, delivery.id, 'event-2', vehicle, note, inSeconds(61)));
    assert.deepEqual([...answers(await atOnce(opened.database, fleet, both))].sort(), [false, true]);
    await settleDelivery(opened.database, delivery.id, 'duplicate', 'late', inSeconds(62));
    const rows = await opened.database.system.selectFrom('webhook_inbox').select(['state', 'reason']).execute();
    assert.deepEqual(rows, [{ state: 'applied', reason: null }], 'what was applied stays applied');
  });

  test('what was undone with its transaction may be applied later', async () => {
    await clear();
    await write('undone');
    const [delivery] = await claimDeliveries(opened.database, 1, 60, now);
    assert.ok(delivery);
    await labelDelivery(opened.database, delivery.id, {
      eventId: 'event-3',
      eventType: 'VEHICLE_STATE',
      smartcarVehicleId: 'car',
      fleetId: fleet,
    });
    const mark = (tx: Tx) => markApplied(tx, delivery.id, 'event-3', vehicle, { state: 'applied', reason: null }, now);
    await assert.rejects(
      opened.database.asFleet(fleet, async (tx) => {
        await mark(tx);
        throw new Error('the car could not be written');
      }),
    );
    assert.equal(await opened.database.asFleet(fleet, mark), true);
  });

  test('another fleet can not mark it', async () => {
    await clear();
    await write('theirs');
    const [delivery] = await claimDeliveries(opened.database, 1, 60, now);
    assert.ok(delivery);
    await labelDelivery(opened.database, delivery.id, {
      eventId: 'event-4',
      eventType: 'VEHICLE_STATE',
      smartcarVehicleId: 'car',
      fleetId: fleet,
    });
    const other = await makeFleet(opened.database, 'South');
    const marked = await opened.database.asFleet(other, (tx) =>
      markApplied(tx, delivery.id, 'event-5', vehicle, { state: 'applied', reason: null }, now),
    );
    assert.equal(marked, false);
  });

  test('what was refused at the door is counted by minute and reason, and forgotten in time', async () => {
    const counts = new Map([
      ['signature', 2],
      ['size', 1],
    ]);
    await Promise.all([1, 2, 3].map(() => countRefused(opened.database, counts, now)));
    assert.deepEqual(
      [
        await countBadSignatures(opened.database, inSeconds(-60)),
        await countBadSignatures(opened.database, inSeconds(60)),
      ],
      [6, 0],
    );
    await forgetOldDeliveries(opened.database, inSeconds(3_600));
    assert.equal(await countBadSignatures(opened.database, inSeconds(-60)), 0);
  });
});
