/** Readings: what is newest, what is history, and where history lies. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { sql } from 'kysely';
import type { FleetId, VehicleId } from '../../src/domain/ids.ts';
import { merge } from '../../src/domain/reading.ts';
import type { Reading } from '../../src/domain/reading.ts';
import type { Tx } from '../../src/store/database.ts';
import { ensurePartitions, readLatest, writeReadings } from '../../src/store/telemetry.ts';
import { onEveryServer } from './on-every-server.ts';
import { aReading, addVehicle, answers, atOnce, inSeconds, makeFleet, now } from './records.ts';

await onEveryServer('a reading', (opened) => {
  let fleet: FleetId;
  before(async () => {
    fleet = await makeFleet(opened.database);
  });

  const vehicle = () => opened.database.asFleet(fleet, (tx) => addVehicle(tx, fleet));

  async function keep(tx: Tx, id: VehicleId, readings: Reading[]): Promise<void> {
    const known = await readLatest(tx, id, true);
    await writeReadings(tx, fleet, id, known, merge(known, readings).accepted);
  }
  const receive = (id: VehicleId, ...readings: Reading[]) =>
    opened.database.asFleet(fleet, (tx) => keep(tx, id, readings));
  const latest = async (id: VehicleId) => [
    ...(await opened.database.asFleet(fleet, (tx) => readLatest(tx, id, false))).values(),
  ];
  const history = (id: VehicleId) =>
    opened.database.asFleet(fleet, (tx) =>
      tx
        .selectFrom('reading')
        .select(['value', 'received_at'])
        .where('vehicle_id', '=', id)
        .orderBy('received_at')
        .execute(),
    );

  test('an older one never replaces a newer one, whichever comes first', async () => {
    const id = await vehicle();
    const [older, newer] = [aReading(100, inSeconds(-600)), aReading(120, inSeconds(-60))];
    await receive(id, newer);
    await receive(id, older);
    assert.deepEqual(await latest(id), [newer]);
    const { newest_at } = await opened.database.asFleet(fleet, (tx) =>
      tx.selectFrom('vehicle_state').select('newest_at').where('vehicle_id', '=', id).executeTakeFirstOrThrow(),
    );
    assert.deepEqual(newest_at, newer.measuredAt);
    assert.deepEqual(
      (await history(id)).map(({ value }) => value),
      [120],
    );
  });

  test('what never changes, fetched a minute ago, does not make a car fresh that has been silent for hours', async () => {
    const id = await vehicle();
    const odometer = aReading(100, inSeconds(-36_000));
    const vin = {
      ...aReading(0, inSeconds(-60)),
      code: 'vehicleidentification-vin',
      value: 'WVWZZZ1KZAW000001',
      unit: null,
    };
    const capacity = { ...aReading(77, inSeconds(-60)), code: 'tractionbattery-nominalcapacity', unit: 'kwh' };
    await receive(id, odometer, vin, capacity);
    const { newest_at } = await opened.database.asFleet(fleet, (tx) =>
      tx.selectFrom('vehicle_state').select('newest_at').where('vehicle_id', '=', id).executeTakeFirstOrThrow(),
    );
    assert.deepEqual(newest_at, odometer.measuredAt);
  });

  test('the first two that come at once: the newer one stays', async () => {
    for (const order of [
      [100, 120],
      [120, 100],
    ]) {
      const id = await vehicle();
      const works = order.map((value) => (tx: Tx) => keep(tx, id, [aReading(value, inSeconds(value))]));
      answers(await atOnce(opened.database, fleet, works));
      assert.deepEqual(await latest(id), [aReading(120, inSeconds(120))]);
    }
  });

  test('two signals that come at once are both kept', async () => {
    const id = await vehicle();
    await receive(id, aReading(100, now));
    const fuel = aReading(50, inSeconds(10), { code: 'internalcombustionengine-fuellevel', unit: 'percent' });
    const odometer = aReading(101, inSeconds(10));
    answers(await atOnce(opened.database, fleet, [(tx) => keep(tx, id, [fuel]), (tx) => keep(tx, id, [odometer])]));
    assert.deepEqual(new Set(await latest(id)), new Set([odometer, fuel]));
  });

  test('history holds news only: the same value with the same time is not written again', async () => {
    const id = await vehicle();
    const first = aReading(100, now);
    await receive(id, first);
    await receive(id, { ...first, fetchedAt: inSeconds(60), receivedAt: inSeconds(60) });
    assert.equal((await history(id)).length, 1, 'read again out of the cache');
    await receive(id, aReading(100, inSeconds(120)));
    assert.equal((await history(id)).length, 2, 'measured again');
  });

  test('a value of several fields is the same value whatever the order of its fields', async () => {
    const id = await vehicle();
    const value = { longitude: 9.99, latitude: 53.55, heading: 12 };
    const place = aReading(0, now, { code: 'location-preciselocation', value, unit: null });
    await receive(id, place);
    await receive(id, { ...place, fetchedAt: inSeconds(60), receivedAt: inSeconds(60) });
    assert.equal((await history(id)).length, 1);
  });

  test('nothing accepted, nothing written', async () => {
    const id = await vehicle();
    await opened.database.asFleet(fleet, (tx) => writeReadings(tx, fleet, id, new Map(), []));
    assert.deepEqual(await latest(id), []);
    assert.deepEqual(await history(id), []);
  });
});

await onEveryServer('the history', (opened) => {
  const day = new Date('2031-03-30T23:30:00.000Z');
  const partitions = async (): Promise<string[]> => {
    const { rows } = await sql<{ name: string }>`select inhrelid::regclass::text as name from pg_inherits
      where inhparent = 'reading'::regclass order by 1`.execute(opened.database.owner);
    return rows.map(({ name }) => name);
  };

  test('its partitions are made ahead, by several processes at once and again', async () => {
    await Promise.all([1, 2, 3].map(() => ensurePartitions(opened.database, day)));
    await ensurePartitions(opened.database, day);
    assert.deepEqual(await partitions(), [
      'reading_20310330',
      'reading_20310331',
      'reading_20310401',
      'reading_default',
    ]);
  });

  test('a row lies in the partition of the day it was received, by UTC', async () => {
    const fleet = await makeFleet(opened.database);
    const received = [
      '2031-03-30T00:00:00Z',
      '2031-03-30T23:59:59.999Z',
      '2031-03-31T00:00:00Z',
      '2031-04-02T00:00:00Z',
    ].map((at) => new Date(at));
    await opened.database.asFleet(fleet, async (tx) => {
      const id = await addVehicle(tx, fleet);
      for (const at of received) await writeReadings(tx, fleet, id, new Map(), [aReading(1, at)]);
    });
    const { rows } = await sql<{
      place: string;
      many: number;
    }>`select tableoid::regclass::text as place, count(*) as many from reading group by 1 order by 1`.execute(
      opened.database.owner,
    );
    assert.deepEqual(rows, [
      { place: 'reading_20310330', many: 2 },
      { place: 'reading_20310331', many: 1 },
      { place: 'reading_default', many: 1 },
    ]);
  });

  test('a day that began without its partition goes on in the default one', async () => {
    await ensurePartitions(opened.database, new Date('2031-04-02T01:00:00Z'));
    assert.deepEqual(await partitions(), [
      'reading_20310330',
      'reading_20310331',
      'reading_20310401',
      'reading_20310403',
      'reading_20310404',
      'reading_default',
    ]);
  });

  test('the application can not reach a partition past the table', async () => {
    await assert.rejects(sql`select * from reading_20310330`.execute(opened.database.app), /permission denied/);
    await assert.rejects(
      sql`select ensure_reading_partition('2031-05-01')`.execute(opened.database.app),
      /permission denied/,
    );
  });
});
