/** Lists over a fleet of three hundred: pages, filters, search and counts, each against a naive answer. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { factsOf } from '../../src/domain/cause.ts';
import type { Cause, Status } from '../../src/domain/cause.ts';
import { defaultSettings } from '../../src/domain/fleet.ts';
import type { FleetId, OwnerId } from '../../src/domain/ids.ts';
import { newId } from '../../src/domain/ids.ts';
import { makePolicy } from '../../src/domain/make-policy.ts';
import { applyAlertChanges } from '../../src/store/alert.ts';
import { insertConnection } from '../../src/store/connection.ts';
import type { Tx } from '../../src/store/database.ts';
import { listOwners, ownerById } from '../../src/store/owner-list.ts';
import { overviewCounts } from '../../src/store/overview.ts';
import { addToRequest, insertRequest, markOpened } from '../../src/store/reauthentication-request.ts';
import { writeReadings } from '../../src/store/telemetry.ts';
import { insertHappenings } from '../../src/store/timeline.ts';
import { listTimeline } from '../../src/store/timeline-list.ts';
import { countVehicles, listVehicles, vehicleById } from '../../src/store/vehicle-list.ts';
import type { VehicleFilter } from '../../src/store/vehicle-filter.ts';
import type { ListedVehicle } from '../../src/store/listed-vehicle.ts';
import { towline } from '../../src/domain/role.ts';
import { onEveryServer } from './on-every-server.ts';
import { aConnection, aReading, addOwner, addVehicle, inSeconds, makeFleet, now } from './records.ts';

const makes = ['VOLKSWAGEN', 'HYUNDAI', 'TESLA', null] as const;
const states: [Status, Cause | null][] = [
  ['active', null],
  ['pending', 'waitingForFirstData'],
  ['expired', 'signedOut'],
  ['error', 'permissionMissing'],
  ['disconnected', 'revokedByOwner'],
];
const odd = ['100% Car', 'under_score', 'underXscore', String.raw`back\slash`, 'Émile-7', 'émile-8', "o'hara"];

/** Deterministic, and every combination of make, state and age comes up. */
async function seed(tx: Tx, fleet: FleetId): Promise<void> {
  const owners: OwnerId[] = [];
  for (const name of ['Grace', 'Ada 50%', 'Linus_T']) owners.push(await addOwner(tx, fleet, name));
  for (let i = 0; i < 300; i += 1) {
    const number = odd[i] ?? `${i % 2 === 0 ? 'CAR' : 'car'}-${(i * 7919) % 1_000}`;
    const ownerId = i % 5 === 0 ? null : (owners[i % 3] ?? null);
    const id = await addVehicle(tx, fleet, {
      number,
      make: makes[i % 4] ?? null,
      plate: i % 9 === 0 ? `HH_${i}` : null,
      ownerId,
    });
    if (i % 7 !== 0) await writeReadings(tx, fleet, id, new Map(), [aReading(i, inSeconds(-((i * 613) % 40) * 3_600))]);
    const [status, cause] = states[i % 6] ?? [];
    if (i % 11 === 0) {
      const over = {
        status: 'disconnected',
        cause: 'superseded',
        endedAt: now,
        nextPollAt: null,
        connectedAt: inSeconds(-9_000),
      } as const;
      await insertConnection(tx, aConnection(fleet, id, over));
    }
    if (status) await insertConnection(tx, aConnection(fleet, id, { status, cause: cause ?? null, ownerId }));
  }
}

await onEveryServer('the list of vehicles', (opened) => {
  let fleet: FleetId;
  let all: ListedVehicle[];
  const inFleet = <T>(work: (tx: Tx) => Promise<T>) => opened.database.asFleet(fleet, work);
  const page = { after: null, limit: 1_000, settings: {}, v3: false, now };
  const numbers = async (filter: VehicleFilter, different = {}): Promise<string[]> =>
    (await inFleet((tx) => listVehicles(tx, filter, { ...page, ...different }))).map(({ number }) => number);
  const naive = (keep: (vehicle: ListedVehicle) => boolean): string[] => all.filter(keep).map(({ number }) => number);
  const ageH = ({ newestAt }: ListedVehicle): number | null =>
    newestAt && (now.getTime() - newestAt.getTime()) / 3_600_000;

  before(async () => {
    fleet = await makeFleet(opened.database);
    const other = await makeFleet(opened.database, 'South');
    await inFleet((tx) => seed(tx, fleet));
    await opened.database.asFleet(other, (tx) => addVehicle(tx, other, { number: 'CAR-1 of the south' }));
    all = await inFleet((tx) => listVehicles(tx, {}, page));
  });

  test('shows each vehicle once, with its living connection and nobody else’s vehicles', async () => {
    assert.deepEqual([all.length, new Set(all.map(({ id }) => id)).size], [300, 300]);
    const living = await inFleet((tx) =>
      tx.selectFrom('connection').select(['id', 'vehicle_id']).where('ended_at', 'is', null).execute(),
    );
    const shown = new Map(all.map(({ id, connection }) => [id, connection?.id]));
    assert.ok(living.length > 200);
    for (const { id, vehicle_id } of living) assert.equal(shown.get(vehicle_id), id);
  });

  test('pages of any size follow each other without a gap or a repetition', async () => {
    for (const [limit, filter] of [
      [1, { make: 'tesla' }],
      [7, {}],
      [100, {}],
      [299, {}],
      [300, {}],
      [13, { q: 'car' }],
    ] as const) {
      const seen: string[] = [];
      for (let after: readonly [string, string] | null = null; ;) {
        const rows = await inFleet((tx) => listVehicles(tx, filter, { ...page, after, limit }));
        assert.ok(rows.length <= limit + 1);
        const shown = rows.slice(0, limit);
        seen.push(...shown.map(({ id }) => id));
        const last = shown.at(-1);
        if (rows.length <= limit || !last) break;
        after = [last.sortKey, last.id];
      }
      const whole = await inFleet((tx) => listVehicles(tx, filter, page));
      assert.deepEqual(
        seen,
        whole.map(({ id }) => id),
        `pages of ${limit}`,
      );
    }
  });

  test('filters agree with a look at every vehicle', async () => {
    const cases: [VehicleFilter, (vehicle: ListedVehicle) => boolean][] = [
      [{ status: 'unconnected' }, ({ connection }) => connection === null],
      [{ status: 'expired' }, ({ connection }) => connection?.status === 'expired'],
      [{ status: 'disconnected' }, ({ connection }) => connection?.status === 'disconnected'],
      [{ cause: 'superseded' }, ({ connection }) => connection?.cause === 'superseded'],
      [
        { who: 'operator' },
        ({ connection }) => (connection?.cause ? factsOf(connection.cause).who === 'operator' : false),
      ],
      [{ make: 'hyundai' }, ({ make }) => make === 'HYUNDAI'],
      [
        { make: 'tesla', status: 'active' },
        ({ make, connection }) => make === 'TESLA' && connection?.status === 'active',
      ],
    ];
    for (const [filter, keep] of cases) {
      const expected = naive(keep);
      assert.ok(expected.length > 0, JSON.stringify(filter));
      assert.deepEqual(await numbers(filter), expected, JSON.stringify(filter));
    }
    const owner = all.find((vehicle) => vehicle.owner)?.owner;
    assert.deepEqual(
      await numbers({ owner: owner?.id }),
      naive((vehicle) => vehicle.owner?.id === owner?.id),
    );
    assert.deepEqual(await numbers({ owner: newId('own', now) }), []);
  });

  test('what an owner did not allow is found by its name, or by what the fleet requires, in living connections', async () => {
    const [partly] = all.filter(({ connection }) => connection?.status === 'active');
    const wanted = defaultSettings('North').requiredPermissions;
    await inFleet((tx) =>
      tx
        .updateTable('connection')
        .set({ permissions: ['read_vin', ...wanted] })
        .where('id', '=', partly?.connection?.id ?? newId('con', now))
        .execute(),
    );
    const living = ({ connection }: ListedVehicle): boolean => connection !== null && connection.endedAt === null;
    assert.deepEqual(await numbers({ permissionMissing: 'read_location' }), []);
    assert.deepEqual(
      await numbers({ permissionMissing: 'read_vin' }),
      naive((vehicle) => living(vehicle) && vehicle !== partly),
    );
    assert.deepEqual(
      await numbers({ permissionMissing: 'any', status: 'active' }),
      naive((vehicle) => living(vehicle) && vehicle.connection?.status === 'active' && vehicle !== partly),
    );
  });

  test('the longest in their status come first where that is asked for, and those without a connection last', async () => {
    const [, second] = await inFleet((tx) => listVehicles(tx, { status: 'error' }, page));
    await inFleet((tx) =>
      tx
        .updateTable('connection')
        .set({ since: inSeconds(-90_000) })
        .where('id', '=', second?.connection?.id ?? newId('con', now))
        .execute(),
    );
    const sorted = await inFleet((tx) => listVehicles(tx, {}, { ...page, sort: 'since' }));
    assert.equal(sorted[0]?.id, second?.id);
    assert.equal(sorted.length, 300);
    const without = sorted.findIndex(({ connection }) => connection === null);
    assert.ok(without > 0 && sorted.slice(without).every(({ connection }) => connection === null));
  });

  test('vehicles are counted as they are listed', async () => {
    for (const filter of [{}, { status: 'expired' }, { q: 'CAR-1' }, { freshness: 'stale', make: 'tesla' }] as const) {
      const counted = await inFleet((tx) => countVehicles(tx, filter, page));
      assert.equal(counted, (await numbers(filter)).length, JSON.stringify(filter));
    }
  });

  test('freshness goes by the makes, or by the fleet’s own limit', async () => {
    const makes = { VOLKSWAGEN: { staleAfterH: 30 }, other: { staleAfterH: 3 } };
    for (const settings of [{}, { staleAfterS: 5 * 3_600 }, { makes }, { makes, staleAfterS: 5 * 3_600 }]) {
      const limitH = ({ make }: ListedVehicle): number => makePolicy(make, settings).staleAfterH;
      const isFresh = (vehicle: ListedVehicle): boolean => (ageH(vehicle) ?? Infinity) <= limitH(vehicle);
      const found = {
        fresh: naive(isFresh),
        stale: naive((v) => v.newestAt !== null && !isFresh(v)),
        never: naive((v) => v.newestAt === null),
      };
      for (const state of ['fresh', 'stale', 'never'] as const) {
        assert.ok(found[state].length > 0);
        assert.deepEqual(await numbers({ freshness: state }, { settings }), found[state], state);
      }
    }
  });

  test('search takes what was typed literally, in any case, over number, plate, make, model and owner', async () => {
    assert.deepEqual(await numbers({ q: '100%' }), ['100% Car']);
    assert.deepEqual(await numbers({ q: 'under_' }), ['under_score']);
    assert.deepEqual(await numbers({ q: String.raw`k\s` }), [String.raw`back\slash`]);
    assert.deepEqual(await numbers({ q: "O'H" }), ["o'hara"]);
    const naiveSearch = (q: string): string[] =>
      naive(({ number, plate, make, model, owner }) =>
        [number, plate, make, model, owner?.name].some((text) => text?.toLowerCase().includes(q.toLowerCase())),
      );
    for (const q of [
      '%',
      '_',
      'HH_',
      '50%',
      'linus_',
      'volks',
      'id.3',
      'CAR-1',
      'nothing like it',
      '%%',
      "' or true --",
    ]) {
      assert.deepEqual(await numbers({ q }), naiveSearch(q), q);
    }
  });

  test('the overview counts what a look at every vehicle counts', async () => {
    const [owner] = await inFleet((tx) => tx.selectFrom('owner').select('id').orderBy('name').execute());
    const broken = all.find(({ connection }) => connection?.status === 'expired');
    assert.ok(owner && broken?.connection);
    await inFleet(async (tx) => {
      const request = await insertRequest(tx, fleet, owner.id, inSeconds(-60));
      await addToRequest(tx, request, broken.connection?.id ?? newId('con', now), 'signedOut');
      await markOpened(tx, request.id, now);
      for (const [key, severity] of [
        ['a', 'warning'],
        ['b', 'critical'],
        ['c', 'critical'],
      ] as const) {
        await applyAlertChanges(
          tx,
          fleet,
          [],
          [{ change: 'open', key, kind: 'connection.error', severity, detail: {} }],
          now,
        );
      }
      await applyAlertChanges(tx, fleet, [], [{ change: 'resolve', key: 'c' }], now);
    });
    const counts = await inFleet((tx) => overviewCounts(tx, { settings: {}, now }));
    const tally = new Map<string, number>();
    for (const { connection } of all) {
      const key = JSON.stringify([connection?.status ?? null, connection?.cause ?? null]);
      tally.set(key, (tally.get(key) ?? 0) + 1);
    }
    assert.deepEqual(
      new Map(counts.connections.map(({ status, cause, count }) => [JSON.stringify([status, cause]), count])),
      tally,
    );
    const count = (freshness: 'fresh' | 'stale' | 'never') => numbers({ freshness }).then(({ length }) => length);
    assert.deepEqual(
      { ...counts, connections: [] },
      {
        vehicles: 300,
        connections: [],
        freshness: { fresh: await count('fresh'), stale: await count('stale'), never: await count('never') },
        owners: { asked: 1, opened: 1, oldestAskedAt: inSeconds(-60) },
        lapsing: 0,
        onV2: 0,
        toConfirm: 0,
        alerts: { open: 2, critical: 1 },
        webhooks: { lastReceivedAt: null, pending: 0, quarantined: 0 },
      },
    );
    const shown = await inFleet((tx) => vehicleById(tx, broken.id));
    assert.deepEqual(
      [shown?.connection?.request?.askedAt, shown?.connection?.request?.openedAt],
      [inSeconds(-60), now],
    );
  });

  test('owners are listed and searched in the same way', async () => {
    const names = async (q?: string) =>
      (await inFleet((tx) => listOwners(tx, { q }, { after: null, limit: 10 }))).map(({ name }) => name);
    assert.deepEqual(await names(), ['Ada 50%', 'Grace', 'Linus_T']);
    assert.deepEqual([await names('%'), await names('_'), await names('RA')], [['Ada 50%'], ['Linus_T'], ['Grace']]);
    const [first] = await inFleet((tx) => listOwners(tx, {}, { after: null, limit: 1 }));
    assert.ok(first);
    const next = await inFleet((tx) => listOwners(tx, {}, { after: [first.sort_key, first.id], limit: 1 }));
    assert.deepEqual(
      next.map(({ name }) => name),
      ['Grace', 'Linus_T'],
    );
    assert.equal((await inFleet((tx) => ownerById(tx, first.id)))?.name, 'Ada 50%');
  });

  test('a timeline is paged from the newest, though many lines share an instant', async () => {
    const vehicle = all[0];
    assert.ok(vehicle);
    const subject = { fleetId: fleet, vehicleId: vehicle.id, connectionId: null };
    const lines = Array.from(
      { length: 25 },
      (_, i) => ({ kind: 'check.run', at: inSeconds(Math.floor(i / 10)), via: 'check', requestId: String(i) }) as const,
    );
    await inFleet((tx) => insertHappenings(tx, subject, towline, lines));
    const seen: string[] = [];
    for (let after: readonly [Date, string] | null = null; ;) {
      const rows = await inFleet((tx) => listTimeline(tx, vehicle.id, { after, limit: 4 }));
      const shown = rows.slice(0, 4);
      seen.push(...shown.map(({ request_id }) => request_id ?? ''));
      const last = shown.at(-1);
      if (rows.length <= 4 || !last) break;
      after = [last.at, last.id];
    }
    assert.deepEqual([seen.length, new Set(seen).size], [25, 25]);
    assert.ok(
      seen.slice(0, 5).every((id) => Number(id) >= 20),
      'the newest five come first',
    );
  });
});
