/** History beyond retention, on every server. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { sql } from 'kysely';

import { defaultPlan, defaultSettings } from '../../src/domain/fleet.ts';
import { newId } from '../../src/domain/ids.ts';
import type { FleetId, VehicleId } from '../../src/domain/ids.ts';
import { forgetReadings } from '../../src/flows/forget-readings.ts';
import { addFleet } from '../../src/store/fleet.ts';
import { ensurePartitions, readLatest, writeReadings } from '../../src/store/telemetry.ts';
import { onEveryServer } from './on-every-server.ts';
import { aReading, addVehicle, now } from './records.ts';

const day = 86_400_000;
const daysAgo = (days: number): Date => new Date(now.getTime() - days * day);

await onEveryServer('history beyond retention', (opened) => {
  let short: { fleet: FleetId; car: VehicleId };
  let long: { fleet: FleetId; car: VehicleId };

  async function fleetWith(retentionDays: number): Promise<{ fleet: FleetId; car: VehicleId }> {
    const fleet = newId('flt', now);
    const plan = { ...defaultPlan, retentionDays };
    await opened.database.asSystem((tx) =>
      addFleet(tx, { id: fleet, name: 'Fleet', plan, settings: defaultSettings('Fleet') }, now),
    );
    const car = await opened.database.asFleet(fleet, async (tx) => {
      const id = await addVehicle(tx, fleet);
      // The newest of another car that has been silent for a hundred days.
      const silent = await addVehicle(tx, fleet);
      await writeReadings(tx, fleet, silent, new Map(), [aReading(7, daysAgo(100))]);
      for (let ago = 100; ago >= 0; ago -= 5)
        await writeReadings(tx, fleet, id, await readLatest(tx, id, true), [aReading(ago, daysAgo(ago))]);
      return id;
    });
    return { fleet, car };
  }

  before(async () => {
    for (let ago = 100; ago >= 0; ago -= 1) if (ago !== 50) await ensurePartitions(opened.database, daysAgo(ago));
    short = await fleetWith(30);
    long = await fleetWith(60);
  });

  const kept = async ({ fleet, car }: typeof short): Promise<number[]> =>
    opened.database.asFleet(fleet, async (tx) => {
      const rows = await tx
        .selectFrom('reading')
        .select('received_at')
        .where('vehicle_id', '=', car)
        .orderBy('received_at', 'desc')
        .execute();
      return rows.map(({ received_at: at }) => Math.round((now.getTime() - at.getTime()) / day));
    });
  const partitions = async (): Promise<string[]> =>
    (
      await sql<{ name: string }>`select relname as name from pg_inherits join pg_class on pg_class.oid = inhrelid
        where inhparent = 'reading'::regclass order by 1`.execute(opened.database.owner)
    ).rows.map(({ name }) => name);

  test('each fleet keeps what its plan says, and days that no fleet keeps are dropped', async () => {
    const was = (await partitions()).length;
    await forgetReadings(opened.database, now);
    assert.deepEqual(await kept(short), [0, 5, 10, 15, 20, 25, 30]);
    assert.deepEqual(await kept(long), [0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60]);
    const [first] = (await partitions()).filter((name) => name !== 'reading_default');
    assert.equal(first, `reading_${daysAgo(60).toISOString().slice(0, 10).replaceAll('-', '')}`);
    assert.ok(was - (await partitions()).length >= 39);
  });

  test('the newest value of a car that has been silent for longer is gone too, and of others it stays', async () => {
    for (const { fleet, car } of [short, long]) {
      const states = await opened.database.asFleet(fleet, (tx) =>
        tx.selectFrom('vehicle_state').select(['vehicle_id', 'signals', 'newest_at']).execute(),
      );
      for (const { vehicle_id: id, signals, newest_at: newestAt } of states)
        assert.deepEqual([Object.keys(signals).length, newestAt !== null], id === car ? [1, true] : [0, false]);
    }
  });

  test('run again the same day it finds nothing to do; a day later the next day goes', async () => {
    const was = [await kept(short), await kept(long), await partitions()];
    await forgetReadings(opened.database, now);
    assert.deepEqual([await kept(short), await kept(long), await partitions()], was);
    await forgetReadings(opened.database, new Date(now.getTime() + day));
    assert.deepEqual(await kept(short), [0, 5, 10, 15, 20, 25]);
    assert.deepEqual((await kept(long)).at(-1), 55);
  });

  const plan = (retentionDays: number): string => JSON.stringify({ ...defaultPlan, retentionDays });

  test('a shorter span takes what it no longer covers, and a longer one brings nothing back', async () => {
    const { owner } = opened.database;
    await owner
      .updateTable('fleet')
      .set({ plan: plan(10) })
      .where('id', '=', short.fleet)
      .execute();
    const later = new Date(now.getTime() + day);
    await forgetReadings(opened.database, later);
    assert.deepEqual(await kept(short), [0, 5]);
    await owner
      .updateTable('fleet')
      .set({ plan: plan(365) })
      .where('id', '=', short.fleet)
      .execute();
    await forgetReadings(opened.database, later);
    assert.deepEqual(await kept(short), [0, 5]);
    assert.equal((await kept(long)).length, 12, 'and nothing else');
  });

  test('while somebody reads a day for long, its drop gives up and comes back', async () => {
    const tomorrow = new Date(now.getTime() + 3 * day);
    await opened.database.owner
      .updateTable('fleet')
      .set({ plan: plan(60) })
      .execute();
    const reading = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    const reader = opened.database.asFleet(long.fleet, async (tx) => {
      await tx.selectFrom('reading').select('code').execute();
      reading.resolve();
      await held.promise;
    });
    await reading.promise;
    const was = await partitions();
    await forgetReadings(opened.database, tomorrow);
    assert.deepEqual(await partitions(), was);
    held.resolve();
    await reader;
    await forgetReadings(opened.database, tomorrow);
    assert.ok((await partitions()).length < was.length);
  });

  test('the application can drop no day', async () => {
    await assert.rejects(
      opened.database.asFleet(long.fleet, (tx) => sql`select drop_reading_partition('2026-11-20')`.execute(tx)),
      /permission denied/,
    );
  });
});
