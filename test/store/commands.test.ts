/** A fleet's commands as they are listed and counted: known rows, and figures worked out by hand. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import type { FleetId } from '../../src/domain/ids.ts';
import { listCommands } from '../../src/store/command-list.ts';
import type { CommandFilter } from '../../src/store/command-list.ts';
import { summarizeCommands } from '../../src/store/command-summary.ts';
import { insertConnection } from '../../src/store/connection.ts';
import type { Database, Tx } from '../../src/store/database.ts';
import { onEveryServer } from './on-every-server.ts';
import { aConnection, addCommand, addVehicle, inSeconds, makeFleet, now } from './records.ts';
import type { CommandedCar } from './records.ts';

async function addCar(tx: Tx, fleetId: FleetId, number: string, make: string | null): Promise<CommandedCar> {
  const vehicleId = await addVehicle(tx, fleetId, { number, make });
  const connection = aConnection(fleetId, vehicleId);
  await insertConnection(tx, connection);
  return { fleetId, vehicleId, connectionId: connection.id };
}

const day = 86_400;

/** Five confirmed of a Volkswagen (10, 20, 30, 40, 100 s), and one of everything else. */
async function fill(database: Database): Promise<FleetId> {
  const [north, south] = [await makeFleet(database), await makeFleet(database, 'South')];
  await database.asFleet(north, async (tx) => {
    const volkswagen = await addCar(tx, north, 'VW', 'VOLKSWAGEN');
    for (const [index, endedS] of [40, 10, 100, 20, 30].entries())
      await addCommand(tx, volkswagen, { agoS: 5_000 + index, state: 'confirmed', acceptedS: 2 + index, endedS });
    await addCommand(tx, volkswagen, { agoS: 4_000, state: 'unconfirmed', cause: 'notHeard', acceptedS: 10 });
    await addCommand(tx, volkswagen, { agoS: 3_900, state: 'unconfirmed', cause: 'superseded', acceptedS: 8 });
    await addCommand(tx, volkswagen, { agoS: 3_900, state: 'cancelled' });
    await addCommand(tx, volkswagen, { agoS: 5, state: 'sent', type: 'unlock' });
    const kia = await addCar(tx, north, 'KIA', 'KIA');
    await addCommand(tx, kia, { agoS: 3_700, state: 'failed', cause: 'doorOpen', type: 'unlock' });
    await addCommand(tx, kia, { agoS: 3_600, state: 'expired', cause: 'deadlinePassed', type: 'unlock' });
    await addCommand(tx, kia, { agoS: 3, state: 'queued' });
    await addCommand(tx, kia, { agoS: 8 * day, state: 'confirmed', acceptedS: 3, endedS: 5 });
    await addCommand(tx, await addCar(tx, north, 'ODD', null), { agoS: 3_500, state: 'cancelled' });
  });
  await database.asFleet(south, async (tx) =>
    addCommand(tx, await addCar(tx, south, 'SOUTH', 'VOLKSWAGEN'), { agoS: 1, state: 'confirmed', endedS: 0.5 }),
  );
  return north;
}

const nothing = {
  asked: 0,
  underWay: 0,
  confirmed: 0,
  unconfirmed: 0,
  failed: 0,
  expired: 0,
  cancelled: 0,
  superseded: 0,
};
const untimed = { acceptedAfter: null, confirmedAfter: null };

await onEveryServer('the commands of a fleet', (opened) => {
  let fleet: FleetId;
  const inFleet = <T>(work: (tx: Tx) => Promise<T>) => opened.database.asFleet(fleet, work);
  before(async () => {
    fleet = await fill(opened.database);
  });

  test('are counted and timed by make, most asked first, and those of another fleet or before the window are not', async () => {
    const week = inSeconds(-7 * day);
    const found = await inFleet((tx) => summarizeCommands(tx, week));
    // Accepted after 2, 3, 4, 5, 6, 8 and 10 s; of seven, 95 % lie at 5.7 steps of six: 8 + 0.7 × (10 − 8).
    // Confirmed after 10, 20, 30, 40 and 100 s; of five, at 3.8 steps of four: 40 + 0.8 × (100 − 40).
    const timed = { acceptedAfter: { medianS: 5, p95S: 9.4 }, confirmedAfter: { medianS: 30, p95S: 88 } };
    const counted = { ...nothing, asked: 9, underWay: 1, confirmed: 5, unconfirmed: 1, cancelled: 1, superseded: 1 };
    assert.deepEqual(rounded(found), {
      from: week,
      isCut: false,
      all: { ...counted, asked: 13, underWay: 2, failed: 1, expired: 1, cancelled: 2, ...timed },
      makes: [
        { make: 'VOLKSWAGEN', ...counted, ...timed },
        { make: 'KIA', ...nothing, asked: 3, underWay: 1, failed: 1, expired: 1, ...untimed },
        { make: null, ...nothing, asked: 1, cancelled: 1, ...untimed },
      ],
    });
    const month = await inFleet((tx) => summarizeCommands(tx, inSeconds(-30 * day)));
    assert.deepEqual([month.all.asked, month.all.confirmed], [14, 6]);
    const kia = month.makes.find(({ make }) => make === 'KIA');
    assert.deepEqual(kia?.confirmedAfter, { medianS: 5, p95S: 5 }, 'one is its own median');
  });

  test('of which there are too many, the newest are counted, and it is said from when', async () => {
    const found = await inFleet((tx) => summarizeCommands(tx, inSeconds(-7 * day), { counted: 3 }));
    assert.deepEqual(found, {
      from: inSeconds(-3_500),
      isCut: true,
      all: { ...nothing, asked: 3, underWay: 2, cancelled: 1, ...untimed },
      makes: [
        { make: 'KIA', ...nothing, asked: 1, underWay: 1, ...untimed },
        { make: 'VOLKSWAGEN', ...nothing, asked: 1, underWay: 1, ...untimed },
        { make: null, ...nothing, asked: 1, cancelled: 1, ...untimed },
      ],
    });
  });

  test('of which there are none, come to nothing', async () => {
    const empty = await makeFleet(opened.database, 'Empty');
    const found = await opened.database.asFleet(empty, (tx) => summarizeCommands(tx, now));
    assert.deepEqual(found, { from: now, isCut: false, all: { ...nothing, ...untimed }, makes: [] });
  });

  test('are listed newest first, by state, type, make, vehicle and time, a page at a time', async () => {
    const agos = async (filter: CommandFilter): Promise<number[]> =>
      (await inFleet((tx) => listCommands(tx, filter, { after: null, limit: 50 }))).map(
        ({ requestedAt }) => (now.getTime() - requestedAt.getTime()) / 1_000,
      );
    const all = [3, 5, 3_500, 3_600, 3_700, 3_900, 3_900, 4_000, 5_000, 5_001, 5_002, 5_003, 5_004, 8 * day];
    assert.deepEqual(await agos({}), all);
    assert.deepEqual(await agos({ states: ['failed', 'expired', 'queued'] }), [3, 3_600, 3_700]);
    assert.deepEqual(await agos({ type: 'unlock' }), [5, 3_600, 3_700]);
    assert.deepEqual(await agos({ make: 'kia', type: 'lock' }), [3, 8 * day]);
    assert.deepEqual(await agos({ since: inSeconds(-3_600) }), [3, 5, 3_500, 3_600]);
    const [first] = await inFleet((tx) => listCommands(tx, { make: 'KIA' }, { after: null, limit: 1 }));
    assert.deepEqual(await agos({ vehicle: first?.vehicleId }), [3, 3_600, 3_700, 8 * day]);
    // Two were asked for at one instant, and a page ends between them.
    const seen: number[] = [];
    for (let after: readonly [Date, string] | null = null; ;) {
      const rows = await inFleet((tx) => listCommands(tx, {}, { after, limit: 3 }));
      const page = rows.slice(0, 3);
      seen.push(...page.map(({ requestedAt }) => (now.getTime() - requestedAt.getTime()) / 1_000));
      const last = page.at(-1);
      if (rows.length <= 3 || !last) break;
      after = [last.requestedAt, last.id];
    }
    assert.deepEqual(seen, all);
  });
});

/** Half a billionth of a second is no difference. */
const rounded = <T>(value: T): T =>
  JSON.parse(
    JSON.stringify(value, (_key, one: unknown) => (typeof one === 'number' ? Number(one.toFixed(6)) : one)),
    (key, one: unknown) => (key === 'from' ? new Date(String(one)) : one),
  ) as T; // the same shape
