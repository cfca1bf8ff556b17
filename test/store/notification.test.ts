/** The outbox of messages: one attempt at a time, and a message's end is final. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { sql } from 'kysely';
import type { FleetId, NotificationId, OwnerId, RequestId, VehicleId } from '../../src/domain/ids.ts';
import { newId } from '../../src/domain/ids.ts';
import type { Tx } from '../../src/store/database.ts';
import {
  claimNotification,
  insertMailboxMessage,
  insertNotification,
  joinQueued,
  listDueNotifications,
  markAttemptFailed,
  markSent,
  withdrawQueued,
} from '../../src/store/notification.ts';
import { onEveryServer } from './on-every-server.ts';
import { addOwner, addVehicle, answers, atOnce, inSeconds, makeFleet, now } from './records.ts';

await onEveryServer('a message', (opened) => {
  let fleet: FleetId;
  let owner: OwnerId;
  let vehicle: VehicleId;
  before(async () => {
    fleet = await makeFleet(opened.database);
    await opened.database.asFleet(fleet, async (tx) => {
      owner = await addOwner(tx, fleet);
      vehicle = await addVehicle(tx, fleet);
    });
  });
  const inFleet = <T>(work: (tx: Tx) => Promise<T>) => opened.database.asFleet(fleet, work);

  async function queue(requestId: RequestId = newId('rrq', now)): Promise<NotificationId> {
    const message = {
      fleetId: fleet,
      ownerId: owner,
      kind: 'reconnect',
      requestId,
      linkId: null,
      vehicleIds: [vehicle],
      cause: 'signedOut',
    } as const;
    await inFleet((tx) => insertNotification(tx, { ...message, vehicleIds: [vehicle] }, now));
    const { id } = await inFleet((tx) =>
      tx.selectFrom('notification').select('id').where('request_id', '=', requestId).executeTakeFirstOrThrow(),
    );
    return id;
  }
  const read = (id: NotificationId) =>
    inFleet((tx) =>
      tx
        .selectFrom('notification')
        .select(['state', 'due_at', 'attempts', 'last_error', 'vehicle_ids'])
        .where('id', '=', id)
        .executeTakeFirstOrThrow(),
    );

  test('its delivery is queued with it, or neither is there', async () => {
    const id = await queue();
    const jobs = async (key: string) =>
      (await sql`select 1 from graphile_worker.jobs where key = ${key}`.execute(opened.database.owner)).rows.length;
    assert.equal(await jobs(`deliver:${id}`), 1);
    const before = await sql<{ many: number }>`select count(*) as many from graphile_worker.jobs`.execute(
      opened.database.owner,
    );
    const undone = inFleet(async (tx) => {
      await insertNotification(
        tx,
        {
          fleetId: fleet,
          ownerId: owner,
          kind: 'repaired',
          requestId: null,
          linkId: null,
          vehicleIds: [],
          cause: null,
        },
        now,
      );
      throw new Error('changed our mind');
    });
    await assert.rejects(undone, /changed our mind/);
    const after = await sql<{ many: number }>`select count(*) as many from graphile_worker.jobs`.execute(
      opened.database.owner,
    );
    assert.deepEqual(after.rows, before.rows);
  });

  test('of five who want to deliver it at once, one gets it', async () => {
    const id = await queue();
    const claims = answers(
      await atOnce(
        opened.database,
        fleet,
        Array.from({ length: 5 }, () => (tx: Tx) => claimNotification(tx, id, inSeconds(30), now)),
      ),
    );
    assert.deepEqual(
      claims.filter(Boolean).map((row) => row?.attempts),
      [1],
    );
    assert.equal((await read(id)).attempts, 1);
  });

  test('whoever dies with it is replaced when its time comes again, and not before', async () => {
    const id = await queue();
    await inFleet((tx) => claimNotification(tx, id, inSeconds(30), now));
    assert.equal(await inFleet((tx) => claimNotification(tx, id, inSeconds(60), inSeconds(29))), undefined);
    const dueAt = async (at: Date) =>
      (await listDueNotifications(opened.database, 50, at)).some(({ notificationId }) => notificationId === id);
    assert.deepEqual([await dueAt(inSeconds(29)), await dueAt(inSeconds(30))], [false, true]);
    assert.equal((await inFleet((tx) => claimNotification(tx, id, inSeconds(60), inSeconds(30))))?.attempts, 2);
  });

  test('once sent it is never due, and a late failure of whoever was replaced changes nothing', async () => {
    const id = await queue();
    await inFleet((tx) => claimNotification(tx, id, inSeconds(30), now));
    await inFleet((tx) => claimNotification(tx, id, inSeconds(60), inSeconds(30)));
    await inFleet((tx) => markSent(tx, id, 'Please sign in again', inSeconds(31)));
    for (const dueAt of [inSeconds(90), null]) await inFleet((tx) => markAttemptFailed(tx, id, 'timed out', dueAt));
    assert.deepEqual(await read(id), {
      state: 'sent',
      due_at: null,
      attempts: 2,
      last_error: null,
      vehicle_ids: [vehicle],
    });
    assert.equal(await inFleet((tx) => claimNotification(tx, id, inSeconds(90), inSeconds(80))), undefined);
  });

  test('one that was withdrawn while an attempt ran stays withdrawn when the attempt fails', async () => {
    const request = newId('rrq', now);
    const id = await queue(request);
    await inFleet((tx) => claimNotification(tx, id, inSeconds(30), now));
    await inFleet((tx) => withdrawQueued(tx, request));
    for (const dueAt of [inSeconds(90), null]) await inFleet((tx) => markAttemptFailed(tx, id, 'timed out', dueAt));
    assert.deepEqual(await read(id), {
      state: 'withdrawn',
      due_at: null,
      attempts: 1,
      last_error: null,
      vehicle_ids: [vehicle],
    });
  });

  test('a failed attempt is due again when told; the last one ends it', async () => {
    const id = await queue();
    await inFleet((tx) => markAttemptFailed(tx, id, 'mailbox full', inSeconds(120)));
    assert.deepEqual(await read(id), {
      state: 'queued',
      due_at: inSeconds(120),
      attempts: 0,
      last_error: 'mailbox full',
      vehicle_ids: [vehicle],
    });
    await inFleet((tx) => markAttemptFailed(tx, id, 'no such mailbox', null));
    assert.deepEqual(await read(id), {
      state: 'failed',
      due_at: null,
      attempts: 0,
      last_error: 'no such mailbox',
      vehicle_ids: [vehicle],
    });
  });

  test('one that waits takes another vehicle along, once, and one that has left does not', async () => {
    const request = newId('rrq', now);
    const id = await queue(request);
    const other = await inFleet((tx) => addVehicle(tx, fleet));
    assert.deepEqual(
      answers(
        await atOnce(
          opened.database,
          fleet,
          [1, 2].map(() => (tx: Tx) => joinQueued(tx, request, other)),
        ),
      ),
      [true, true],
    );
    assert.deepEqual((await read(id)).vehicle_ids, [vehicle, other]);
    await inFleet((tx) => markSent(tx, id, 'Please sign in again', now));
    assert.equal(await inFleet((tx) => joinQueued(tx, request, other)), false);
  });

  test('the demo mailbox keeps a message once, however often it arrives', async () => {
    const mail = {
      message_id: '<once@towline>',
      fleet_id: fleet,
      notification_id: newId('ntf', now),
      sender: 'a',
      recipient: 'b',
      reply_to: null,
      subject: 's',
      html: 'h',
      text: 't',
      at: now,
    };
    answers(
      await atOnce(
        opened.database,
        fleet,
        [1, 2].map(() => (tx: Tx) => insertMailboxMessage(tx, mail)),
      ),
    );
    const kept = await inFleet((tx) => tx.selectFrom('mailbox_message').select('message_id').execute());
    assert.deepEqual(kept, [{ message_id: '<once@towline>' }]);
  });
});
