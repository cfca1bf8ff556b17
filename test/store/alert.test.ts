/** Alerts, requests to owners, and messages: at most one of each, whoever asks at the same time. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { AlertChange } from '../../src/domain/alert.ts';
import type { AlertId, FleetId, OwnerId, VehicleId } from '../../src/domain/ids.ts';
import { newId } from '../../src/domain/ids.ts';
import { acknowledge, applyAlertChanges, resolve } from '../../src/store/alert.ts';
import { alertById, listAlerts } from '../../src/store/alert-list.ts';
import type { Tx } from '../../src/store/database.ts';
import {
  addToRequest,
  closeRequest,
  findOpenRequest,
  insertRequest,
  listRequestConnections,
  moveToConnection,
} from '../../src/store/reauthentication-request.ts';
import { isLostRace } from '../../src/store/violation.ts';
import { onEveryServer } from './on-every-server.ts';
import { addConnected, addOwner, addVehicle, answers, atOnce, inSeconds, makeFleet, now } from './records.ts';

const opening = (key: string, step = 1): AlertChange => ({
  change: 'open',
  key,
  kind: 'connection.expired',
  severity: 'warning',
  detail: { step: String(step) },
});

await onEveryServer('an alert', (opened) => {
  let fleet: FleetId;
  let vehicle: VehicleId;
  before(async () => {
    fleet = await makeFleet(opened.database);
    vehicle = await opened.database.asFleet(fleet, (tx) => addVehicle(tx, fleet));
  });
  const apply =
    (change: AlertChange, at = now) =>
    (tx: Tx) =>
      applyAlertChanges(tx, fleet, [vehicle], [change], at);
  const inFleet = <T>(work: (tx: Tx) => Promise<T>) => opened.database.asFleet(fleet, work);
  const ofKey = (key: string) =>
    inFleet((tx) => tx.selectFrom('alert').selectAll().where('key', '=', key).orderBy('opened_at').execute());

  test('one problem has one, though eight say so at once', async () => {
    answers(
      await atOnce(
        opened.database,
        fleet,
        Array.from({ length: 8 }, (_, step) => apply(opening('flood', step))),
      ),
    );
    const found = await ofKey('flood');
    assert.deepEqual(
      found.map(({ state, opened_at }) => [state, opened_at]),
      [['open', now]],
    );
  });

  test('a known problem is brought up to date, and its acknowledgement stays', async () => {
    await inFleet(apply(opening('known', 1)));
    const [first] = await ofKey('known');
    assert.ok(first);
    assert.equal(await inFleet((tx) => acknowledge(tx, first.id, 'Ada', inSeconds(5))), 'done');
    await inFleet(apply(opening('known', 2), inSeconds(10)));
    const [again, ...others] = await ofKey('known');
    assert.deepEqual(again, {
      ...first,
      detail: { step: '2' },
      state: 'acknowledged',
      acknowledged_at: inSeconds(5),
      acknowledged_by: 'Ada',
    });
    assert.deepEqual(others, []);
  });

  test('resolved and broken again: a new one, and the old one stays as it ended', async () => {
    await inFleet(apply(opening('again')));
    await inFleet(apply({ change: 'resolve', key: 'again' }, inSeconds(10)));
    await inFleet(apply({ change: 'resolve', key: 'again' }, inSeconds(15)));
    await inFleet(apply(opening('again'), inSeconds(20)));
    const found = await ofKey('again');
    assert.deepEqual(
      found.map(({ state, resolved_at }) => [state, resolved_at]),
      [
        ['resolved', inSeconds(10)],
        ['open', null],
      ],
    );
  });

  test('another fleet may have a problem of the same name', async () => {
    const other = await makeFleet(opened.database, 'South');
    await inFleet(apply(opening('shared')));
    await opened.database.asFleet(other, (tx) => applyAlertChanges(tx, other, [], [opening('shared')], now));
    await inFleet(apply({ change: 'resolve', key: 'shared' }));
    const theirs = await opened.database.asFleet(other, (tx) => tx.selectFrom('alert').select('state').execute());
    assert.deepEqual(theirs, [{ state: 'open' }]);
  });

  test('by hand it closes once, and an unknown one is missing', async () => {
    await inFleet(apply(opening('byHand')));
    const id = (await ofKey('byHand'))[0]?.id as AlertId; // made a line above
    const said = answers(
      await atOnce(opened.database, fleet, [
        (tx) => resolve(tx, id, inSeconds(1)),
        (tx) => resolve(tx, id, inSeconds(1)),
      ]),
    );
    assert.deepEqual([...said].sort(), ['closed', 'done']);
    assert.equal(await inFleet((tx) => acknowledge(tx, id, 'Ada', now)), 'closed');
    assert.equal(await inFleet((tx) => resolve(tx, newId('alt', now), now)), 'missing');
    assert.equal((await inFleet((tx) => alertById(tx, id)))?.state, 'resolved');
  });

  test('lists show the newest first, by state and vehicle, page by page', async () => {
    const own = await inFleet((tx) => addVehicle(tx, fleet));
    await inFleet(async (tx) => {
      for (let i = 0; i < 7; i += 1)
        await applyAlertChanges(tx, fleet, [own], [opening(`listed-${i}`)], inSeconds(Math.floor(i / 2)));
      await applyAlertChanges(tx, fleet, [own], [{ change: 'resolve', key: 'listed-3' }], inSeconds(9));
    });
    const seen: string[] = [];
    for (let after: readonly [Date, string] | null = null; ;) {
      const rows = await inFleet((tx) => listAlerts(tx, { state: 'unresolved', vehicle: own }, { after, limit: 2 }));
      const page = rows.slice(0, 2);
      seen.push(...page.map(({ key }) => key));
      const last = page.at(-1);
      if (rows.length <= 2 || !last) break;
      after = [last.opened_at, last.id];
    }
    assert.deepEqual(
      [...seen].sort(),
      [0, 1, 2, 4, 5, 6].map((i) => `listed-${i}`),
    );
    assert.equal(seen[0], 'listed-6');
  });
});

await onEveryServer('a request to an owner', (opened) => {
  let fleet: FleetId;
  before(async () => {
    fleet = await makeFleet(opened.database);
  });
  const owner = (): Promise<OwnerId> => opened.database.asFleet(fleet, (tx) => addOwner(tx, fleet));

  test('is the only open one of its owner, though several ask at once; the others are told to look again', async () => {
    const grace = await owner();
    const asked = await atOnce(
      opened.database,
      fleet,
      [1, 2, 3, 4].map(() => (tx: Tx) => insertRequest(tx, fleet, grace, now)),
    );
    const lost = asked.filter((one) => one.status === 'rejected');
    assert.equal(lost.length, 3);
    assert.ok(lost.every(({ reason }) => isLostRace(reason)));
    const open = await opened.database.asFleet(fleet, (tx) => findOpenRequest(tx, grace));
    assert.equal(open?.state, 'open');
    const rows = await opened.database.asFleet(fleet, (tx) =>
      tx.selectFrom('reauthentication_request').select('id').where('owner_id', '=', grace).execute(),
    );
    assert.deepEqual(rows, [{ id: open?.id }], 'and nothing else');
  });

  test('once closed, the next asking makes a new one', async () => {
    const grace = await owner();
    const first = await opened.database.asFleet(fleet, (tx) => insertRequest(tx, fleet, grace, now));
    await opened.database.asFleet(fleet, (tx) => closeRequest(tx, first.id, 'repaired', inSeconds(5)));
    assert.equal(await opened.database.asFleet(fleet, (tx) => findOpenRequest(tx, grace)), undefined);
    const second = await opened.database.asFleet(fleet, (tx) => insertRequest(tx, fleet, grace, inSeconds(10)));
    assert.notEqual(second.id, first.id);
  });

  test('holds a connection once, and goes on with the grant that takes its place', async () => {
    const grace = await owner();
    const [before, after] = [await addConnected(opened.database, fleet), await addConnected(opened.database, fleet)];
    const entries = await opened.database.asFleet(fleet, async (tx) => {
      const request = await insertRequest(tx, fleet, grace, now);
      await addToRequest(tx, request, before.id, 'signedOut');
      await addToRequest(tx, request, before.id, 'platformMigrated');
      await moveToConnection(tx, before.id, after.id, inSeconds(3));
      return listRequestConnections(tx, request.id);
    });
    assert.deepEqual(
      entries.map(({ connection_id, cause, state, returned_at }) => [connection_id, cause, state, returned_at]),
      [[after.id, 'platformMigrated', 'open', inSeconds(3)]],
    );
  });
});
