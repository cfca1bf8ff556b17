/** Connections and when they are due: races are lost cleanly, claims are leases. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { Connection } from '../../src/domain/connection.ts';
import { newId } from '../../src/domain/ids.ts';
import type { FleetId } from '../../src/domain/ids.ts';
import { claimReads } from '../../src/flows/budget.ts';
import { openMeter } from '../../src/flows/meter.ts';
import { findByCar, postponeDue } from '../../src/store/connection-due.ts';
import {
  findConnection,
  findLatestConnection,
  findLivingConnection,
  insertConnection,
  writeConnection,
} from '../../src/store/connection.ts';
import { endMakePause, endProbe, pauseMake } from '../../src/store/make-pause.ts';
import { violatedIndex } from '../../src/store/violation.ts';
import { onEveryServer } from './on-every-server.ts';
import { aConnection, addConnected, addVehicle, answers, atOnce, inSeconds, makeFleet, now } from './records.ts';

await onEveryServer('a connection', (opened) => {
  let fleet: FleetId;
  before(async () => {
    fleet = await makeFleet(opened.database);
  });

  test('reads back exactly as it was written', async () => {
    const suspicion = {
      meaning: 'signedOut' as const,
      signals: ['closure-islocked'],
      claimedAt: now,
      deadlineAt: inSeconds(60),
      requestId: 'r',
      resolutionUrl: null,
    };
    const written = await addConnected(opened.database, fleet, {
      suspicion,
      vehicleState: { meaning: 'asleep', since: now },
      lastSuccess: { kind: 'telemetry', at: now },
      newsAt: inSeconds(-50),
      notBeforeAt: inSeconds(900),
      usage: {
        ...{ month: '2026-11', requests: 41, isUsedUp: true, lastAt: inSeconds(-40) },
        lastDay: [{ at: inSeconds(-40), requests: 7 }],
      },
    });
    assert.deepEqual(await opened.database.asFleet(fleet, (tx) => findConnection(tx, written.id)), written);
  });

  test('two writers of one version: one wins, the other is told and writes nothing', async () => {
    const connection = await addConnected(opened.database, fleet);
    const write = (failures: number) => (tx: Parameters<typeof writeConnection>[0]) =>
      writeConnection(tx, { ...connection, failures, nextPollAt: inSeconds(failures) }, 1);
    const won = answers(await atOnce(opened.database, fleet, [write(1), write(2)]));
    assert.deepEqual([...won].sort(), [false, true]);
    const winner = won[0] ? 1 : 2;
    const kept = await opened.database.asFleet(fleet, (tx) => findConnection(tx, connection.id));
    assert.deepEqual(kept, { ...connection, failures: winner, nextPollAt: inSeconds(winner), version: 2 });
    const due = await opened.database.asFleet(fleet, (tx) =>
      tx.selectFrom('connection_due').select('due_at').where('connection_id', '=', connection.id).execute(),
    );
    assert.deepEqual(due, [{ due_at: inSeconds(winner) }], 'the due table says what the winner said');
  });

  test('a vehicle has one living connection, and a car at Smartcar one vehicle of the whole installation', async () => {
    const connection = await addConnected(opened.database, fleet);
    const second = { ...connection, id: newId('con', now) };
    await assert.rejects(
      opened.database.asFleet(fleet, (tx) => insertConnection(tx, second)),
      (error) => violatedIndex(error) === 'connection_living',
    );
    const other = await makeFleet(opened.database, 'South');
    const stolen = addConnected(opened.database, other, { smartcarVehicleId: connection.smartcarVehicleId });
    await assert.rejects(stolen, (error) => violatedIndex(error) === 'connection_car');
  });

  test('one that ended is no longer due, nor found by its car, and a new one may take its place', async () => {
    const connection = await addConnected(opened.database, fleet);
    const ended = {
      ...connection,
      status: 'disconnected',
      cause: 'disconnectedHere',
      nextPollAt: null,
      endedAt: now,
    } as const;
    const next = aConnection(fleet, connection.vehicleId);
    await opened.database.asFleet(fleet, async (tx) => {
      assert.equal(await writeConnection(tx, ended, 1), true);
      assert.equal(await findLivingConnection(tx, connection.vehicleId), undefined);
      assert.equal((await findLatestConnection(tx, connection.vehicleId))?.id, connection.id);
    });
    assert.equal(await findByCar(opened.database, connection.smartcarVehicleId), undefined);
    await opened.database.asFleet(fleet, (tx) => insertConnection(tx, next));
    assert.equal((await findByCar(opened.database, connection.smartcarVehicleId))?.connectionId, next.id);
    // Both were connected in the same millisecond: the living one is meant.
    const latest = await opened.database.asFleet(fleet, (tx) => findLatestConnection(tx, connection.vehicleId));
    assert.equal(latest?.id, next.id);
  });
});

await onEveryServer('the due table', (opened) => {
  let fleets: FleetId[];
  before(async () => {
    fleets = [await makeFleet(opened.database, 'North'), await makeFleet(opened.database, 'South')];
    for (const [index, fleet] of fleets.entries()) {
      await opened.database.asFleet(fleet, async (tx) => {
        for (let i = 0; i < 20; i += 1) {
          await insertConnection(
            tx,
            aConnection(fleet, await addVehicle(tx, fleet), { nextPollAt: inSeconds(-1_000 + i * 10 + index) }),
          );
        }
        await insertConnection(tx, aConnection(fleet, await addVehicle(tx, fleet), { nextPollAt: inSeconds(3_600) }));
      });
    }
  });

  const plenty = { capacity: 100_000, perMinute: 100_000, perMonth: null };
  const claim = (most: number, leaseS: number, at: Date) =>
    claimReads({ database: opened.database, budget: plenty, meter: openMeter() }, most, leaseS, at);
  const forgetClaims = () =>
    opened.database.system.updateTable('connection_due').set({ lease_until: null, fence: 0 }).execute();

  test('claimants at once never get the same row, and together all that is due', async () => {
    await forgetClaims();
    const claims = await Promise.all(Array.from({ length: 6 }, () => claim(7, 60, now)));
    assert.ok(
      claims.every((claimed) => claimed.length <= 7),
      'nobody gets more than was asked for',
    );
    const rest = await claim(100, 60, now);
    const ids = [...claims.flat(), ...rest].map(({ connectionId }) => connectionId);
    assert.deepEqual([ids.length, new Set(ids).size], [40, 40]);
    assert.deepEqual(await claim(100, 60, now), [], 'and nothing else');
  });

  test('who waits longest comes first, across fleets', async () => {
    await forgetClaims();
    const claimed = await claim(5, 60, now);
    const rows = await opened.database.system
      .selectFrom('connection_due')
      .select(['connection_id', 'due_at'])
      .where('due_at', '<=', now)
      .orderBy('due_at')
      .limit(5)
      .execute();
    assert.deepEqual(
      claimed.map(({ connectionId }) => connectionId),
      rows.map(({ connection_id }) => connection_id),
    );
    assert.deepEqual(new Set(claimed.map(({ fleetId }) => fleetId)), new Set(fleets));
  });

  test('a lease ends, and another takes over; the one who was late postpones nothing', async () => {
    await forgetClaims();
    const [late] = await claim(1, 60, now);
    assert.ok(late);
    const early = await claim(100, 60, inSeconds(59));
    assert.ok(!early.some(({ connectionId }) => connectionId === late.connectionId), 'the lease still holds');
    const taken = (await claim(100, 60, inSeconds(60))).find(({ connectionId }) => connectionId === late.connectionId);
    assert.equal(taken?.fence, late.fence + 1);
    await postponeDue(opened.database, [late], inSeconds(9_000));
    const read = () =>
      opened.database.system
        .selectFrom('connection_due')
        .select(['due_at', 'lease_until'])
        .where('connection_id', '=', late.connectionId)
        .executeTakeFirstOrThrow();
    assert.deepEqual(await read(), { due_at: inSeconds(-1_000), lease_until: inSeconds(120) });
    assert.ok(taken);
    await postponeDue(opened.database, [taken], inSeconds(9_000));
    assert.deepEqual(await read(), { due_at: inSeconds(9_000), lease_until: null });
    await opened.database.system
      .updateTable('connection_due')
      .set({ due_at: inSeconds(-1_000) })
      .where('connection_id', '=', late.connectionId)
      .execute();
  });

  test('what has to be proved is claimed before what is only due, and quiet cars come last', async () => {
    const made = await makeFleet(opened.database, 'Purposes');
    const car = (change: Partial<Connection>) =>
      addConnected(opened.database, made, { nextPollAt: inSeconds(-100_000), ...change });
    const quiet = await car({ vehicleState: { meaning: 'asleep', since: now }, nextPollAt: inSeconds(-20_000) });
    const routine = await car({ nextPollAt: inSeconds(-15_000) });
    const proof = await car({ status: 'pending', cause: 'waitingForFirstData', nextPollAt: inSeconds(-10_000) });
    const ids = (await claim(500, 60, now)).flatMap((one) => (one.fleetId === made ? [one.connectionId] : []));
    assert.deepEqual(ids, [proof.id, routine.id, quiet.id]);
  });

  test('a make that lets us wait is passed over; once its time is over one car tries, then all of them again', async () => {
    const made = await makeFleet(opened.database, 'Makes');
    const at = (seconds: number): Date => inSeconds(1_000_000 + seconds);
    for (let index = 0; index < 3; index += 1)
      await opened.database.asFleet(made, async (tx) => {
        const vehicle = await addVehicle(tx, made, { make: 'Lancia' });
        await insertConnection(tx, aConnection(made, vehicle, { nextPollAt: inSeconds(900_000 + index) }));
      });
    const lancias = async (seconds: number) =>
      (await claim(500, 60, at(seconds))).filter(({ make }) => make === 'LANCIA');
    await pauseMake(opened.database, 'LANCIA', 900, at(0));
    assert.equal((await lancias(899)).length, 0);
    const [probe, ...more] = await lancias(900);
    assert.deepEqual([probe?.isProbe, more], [true, []]);
    assert.deepEqual(await lancias(930), [], 'while it tries, no other does');
    await endProbe(opened.database, 'LANCIA');
    assert.equal((await lancias(931)).length, 1, 'what said nothing is tried again');
    await endMakePause(opened.database, 'LANCIA');
    assert.equal((await lancias(992)).length, 3);
  });

  test('a new grant of the same car goes on counting its requests, and begins anew with a month', async () => {
    const made = await makeFleet(opened.database, 'Quota');
    const usage = { month: '2026-11', requests: 41, isUsedUp: true, lastAt: now, lastDay: [] };
    const before = await addConnected(opened.database, made, { usage });
    await opened.database.asFleet(made, (tx) =>
      writeConnection(
        tx,
        { ...before, ...{ status: 'disconnected', cause: 'superseded', endedAt: now }, nextPollAt: null },
        1,
      ),
    );
    const again = async (change: Partial<Connection>) => {
      const { smartcarVehicleId, vehicleId } = before;
      const connection = { ...aConnection(made, vehicleId, { smartcarVehicleId, ...change }) };
      return opened.database.asFleet(made, async (tx) => {
        await insertConnection(tx, connection);
        const found = await findConnection(tx, connection.id);
        if (found)
          await writeConnection(
            tx,
            { ...found, ...{ status: 'disconnected', cause: 'superseded', endedAt: inSeconds(1) }, nextPollAt: null },
            1,
          );
        return found?.usage;
      });
    };
    assert.deepEqual(await again({}), usage);
    const december = await again({ connectedAt: new Date('2026-12-01T00:00:00Z') });
    assert.deepEqual([december?.month, december?.requests, december?.isUsedUp], ['2026-12', 0, false]);
  });

  test('writing a connection ends the lease under which it was read', async () => {
    await forgetClaims();
    const [claimed] = await claim(1, 60, now);
    assert.ok(claimed);
    const written = await opened.database.asFleet(claimed.fleetId, async (tx) => {
      const connection = await findConnection(tx, claimed.connectionId);
      assert.ok(connection);
      return writeConnection(tx, { ...connection, nextPollAt: inSeconds(30) }, connection.version);
    });
    assert.equal(written, true);
    const again = await claim(100, 60, inSeconds(31));
    assert.ok(again.some(({ connectionId }) => connectionId === claimed.connectionId));
  });
});
