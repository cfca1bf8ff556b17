/** What the database itself lets through when an owner is forgotten, and at no other time. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { sql } from 'kysely';

import { erasedOwner } from '../../src/domain/erasure.ts';
import type { FleetId, OwnerId } from '../../src/domain/ids.ts';
import { towline } from '../../src/domain/role.ts';
import type { Actor } from '../../src/domain/role.ts';
import { writeAudit } from '../../src/store/audit.ts';
import { insertConnection } from '../../src/store/connection.ts';
import { insertConsent } from '../../src/store/consent.ts';
import type { Tx } from '../../src/store/database.ts';
import { endErasure, insertErasure } from '../../src/store/erasure.ts';
import { eraseAudit, eraseConsents, eraseTimeline } from '../../src/store/forget-owner.ts';
import { insertHappenings } from '../../src/store/timeline.ts';
import { onEveryServer } from '../store/on-every-server.ts';
import { aConnection, addOwner, addVehicle, makeFleet, now } from '../store/records.ts';
import { readTables } from './catalogue.ts';
import { personalTables } from './personal.ts';

const refused = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === '42501';

await onEveryServer('forgetting', (opened) => {
  let fleetId: FleetId;
  let grace: OwnerId;
  let ada: OwnerId;

  before(async () => {
    fleetId = await makeFleet(opened.database, 'North');
    [grace, ada] = await opened.database.asFleet(fleetId, async (tx) => [
      await ownerWithTraces(tx, 'Grace'),
      await ownerWithTraces(tx, 'Ada'),
    ]);
  });

  async function ownerWithTraces(tx: Tx, name: string): Promise<OwnerId> {
    const ownerId = await addOwner(tx, fleetId, name);
    const vehicleId = await addVehicle(tx, fleetId, { ownerId });
    const c = aConnection(fleetId, vehicleId, { ownerId });
    const actor: Actor = { kind: 'owner', id: ownerId, name };
    await insertConnection(tx, c);
    await insertHappenings(tx, { fleetId, vehicleId, connectionId: c.id }, actor, [
      { kind: 'owner.returned', at: now, via: 'owner', requestId: null },
    ]);
    await insertHappenings(tx, { fleetId, vehicleId, connectionId: c.id }, towline, [
      { kind: 'owner.asked', at: now, via: 'poll', requestId: null },
    ]);
    await writeAudit(tx, {
      fleetId,
      at: now,
      actor,
      act: 'stopSharing',
      subject: vehicleId,
      detail: {},
      requestId: null,
    });
    await insertConsent(tx, {
      ...{ fleetId, vehicleId, connectionId: c.id, actor },
      ...{ smartcarUserId: c.smartcarUserId, smartcarConnectionId: c.smartcarConnectionId },
      ...{ kind: 'given', way: 'link', at: now, permissions: ['read_location'], via: 'connect', requestId: null },
      ...{ shown: null, linkKind: 'connect', sessionId: null, grantedAt: null },
    });
    return ownerId;
  }

  const inFleet = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => opened.database.asFleet(fleetId, work);
  const all = (tx: Tx, id: OwnerId): Promise<number[]> =>
    (async () => [await eraseTimeline(tx, id), await eraseAudit(tx, id), await eraseConsents(tx, id)])();
  const names = async (): Promise<unknown[]> =>
    (
      await sql<{ name: string }>`select actor ->> 'name' as name from timeline union all
        select actor ->> 'name' from audit union all select actor ->> 'name' from consent order by 1`.execute(
        opened.database.owner,
      )
    ).rows.map(({ name }) => name);

  test('while nobody is being forgotten no name changes, and no consent is touched or deleted', async () => {
    const was = await names();
    assert.deepEqual(await inFleet((tx) => all(tx, grace)), [0, 0, 0]);
    await assert.rejects(
      inFleet((tx) => sql`delete from consent`.execute(tx)),
      refused,
    );
    await assert.rejects(
      inFleet((tx) => sql`update consent set permissions = '{}'`.execute(tx)),
      refused,
    );
    await assert.rejects(
      inFleet((tx) => sql`update wording set sentences = array['Other words']`.execute(tx)),
      refused,
    );
    await assert.rejects(
      inFleet((tx) => sql`delete from erasure`.execute(tx)),
      refused,
    );
    assert.deepEqual(await names(), was);
  });

  test('while one owner is being forgotten their name can become one word, and no other, and no other owner’s', async () => {
    const id = await inFleet(
      async (tx) => (await insertErasure(tx, { fleetId, ownerId: grace, actor: towline }, now)).id,
    );
    const forged = JSON.stringify({ kind: 'owner', id: ada, name: 'Ada' });
    for (const table of ['timeline', 'audit']) {
      await assert.rejects(
        inFleet((tx) =>
          sql`update ${sql.table(table)} set actor = ${forged}::jsonb where actor ->> 'id' = ${grace}`.execute(tx),
        ),
        refused,
        table,
      );
      await assert.rejects(
        inFleet((tx) => sql`update ${sql.table(table)} set at = at`.execute(tx)),
        refused,
        table,
      );
    }
    await assert.rejects(
      inFleet((tx) =>
        sql`update consent set actor = ${forged}::jsonb, smartcar_user_id = null, smartcar_connection_id = null`.execute(
          tx,
        ),
      ),
      refused,
    );
    assert.deepEqual(await inFleet((tx) => all(tx, ada)), [0, 0, 0], 'Ada is not being forgotten');
    assert.deepEqual(await inFleet((tx) => all(tx, grace)), [1, 1, 1]);
    assert.deepEqual(await names(), [
      'Ada',
      'Ada',
      'Ada',
      ...Array<string>(3).fill(erasedOwner.name),
      'Towline',
      'Towline',
    ]);
    await inFleet((tx) => endErasure(tx, id, Buffer.from('d'), now));
  });

  test('after it nothing can be changed again', async () => {
    const again = JSON.stringify({ kind: 'owner', id: grace, name: 'Grace' });
    const changed = await inFleet((tx) =>
      sql`update timeline set actor = ${again}::jsonb where actor ->> 'name' = ${erasedOwner.name}`.execute(tx),
    );
    assert.equal(changed.numAffectedRows, 0n);
  });

  test('the database and the code call somebody who is forgotten the same', async () => {
    const { rows } = await sql<{ actor: Actor }>`select erased_owner() as actor`.execute(opened.database.owner);
    assert.deepEqual(rows, [{ actor: erasedOwner }]);
  });

  test('of every table it is written down what it knows of a person', async () => {
    const client = await opened.database.ownerPool.connect();
    const tables = (await readTables(client)).filter(({ isPartition }) => !isPartition);
    client.release();
    const unsaid = tables.map(({ name }) => name).filter((name) => !(name in personalTables));
    assert.deepEqual(
      unsaid,
      [],
      'say in test/isolation/personal.ts what they hold, and take it away in forget-owner.ts',
    );
    const known = new Set(tables.map(({ name }) => name));
    assert.deepEqual(
      Object.keys(personalTables).filter((name) => !known.has(name)),
      [],
    );
  });
});
