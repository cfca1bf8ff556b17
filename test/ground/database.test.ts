import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import pg from 'pg';
import { openDatabase, type Database } from '../../src/store/database.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { testServers } from '../support/servers.ts';

for (const server of await testServers()) {
  describe(`the database on ${server.name}`, () => {
    let made: TestDatabase;
    let database: Database;

    before(async () => {
      made = await createDatabase(server);
      database = openDatabase({ url: made.url, maxConnections: 3 });
      await sql`create table parcel (fleet_id text not null, label text not null)`.execute(database.owner);
      await sql`select protect_fleet_table('parcel')`.execute(database.owner);
    });

    after(async () => {
      await database.close();
      await made.drop();
    });

    const labels = async (fleet: string): Promise<string[]> =>
      database.asFleet(fleet, async (tx) => {
        const { rows } = await sql<{ label: string }>`select label from parcel order by label`.execute(tx);
        return rows.map((row) => row.label);
      });

    test('a fleet sees its own rows, and nothing of another fleet', async () => {
      await database.asFleet('flt_one', (tx) => sql`insert into parcel values ('flt_one', 'mine')`.execute(tx));
      await database.asFleet('flt_two', (tx) => sql`insert into parcel values ('flt_two', 'theirs')`.execute(tx));
      assert.deepEqual(await labels('flt_one'), ['mine']);
      assert.deepEqual(await labels('flt_two'), ['theirs']);
    });

    test('a fleet can neither write into another fleet nor move a row there', async () => {
      const foreign = database.asFleet('flt_one', (tx) =>
        sql`insert into parcel values ('flt_two', 'smuggled')`.execute(tx),
      );
      await assert.rejects(foreign, /row-level security/);
      const moved = database.asFleet('flt_one', (tx) => sql`update parcel set fleet_id = 'flt_two'`.execute(tx));
      await assert.rejects(moved, /row-level security/);
      assert.deepEqual(await labels('flt_two'), ['theirs']);
    });

    test('without a fleet the application sees no row at all', async () => {
      const { rows } = await sql`select * from parcel`.execute(database.app);
      assert.deepEqual(rows, []);
    });

    test('the fleet of one transaction is gone in the next on the same connection', async () => {
      const single = openDatabase({ url: made.url, maxConnections: 1 });
      try {
        await single.asFleet('flt_one', (tx) => sql`select 1`.execute(tx));
        const { rows } = await sql<{ fleet: string | null }>`select current_fleet() as fleet`.execute(single.app);
        assert.deepEqual(rows, [{ fleet: null }]);
      } finally {
        await single.close();
      }
    });

    test('the system role sees no table that has no policy for it', async () => {
      await assert.rejects(
        database.asSystem((tx) => sql`select * from parcel`.execute(tx)),
        /permission denied/,
      );
    });

    test('RESET ROLE does not lead back to the owner', async () => {
      const { rows } = await database.app.connection().execute(async (connection) => {
        await sql`reset role`.execute(connection);
        return sql<{ role: string }>`select current_user as role`.execute(connection);
      });
      assert.deepEqual(rows, [{ role: 'towline_app' }]);
    });

    test('options in the url do not replace the role', async () => {
      const url = `${made.url}&options=${encodeURIComponent('-c work_mem=1MB')}`;
      const other = openDatabase({ url, maxConnections: 1 });
      try {
        const { rows } = await sql`select current_user as role, current_setting('work_mem') as memory`.execute(
          other.app,
        );
        assert.deepEqual(rows, [{ role: 'towline_app', memory: '1MB' }]);
      } finally {
        await other.close();
      }
    });

    test('counts arrive as numbers, instants as dates, days as text', async () => {
      const { rows } = await sql`select count(*) as many, sum(x) as total, array[1::int8, null] as list,
        timestamptz '2026-03-29 01:30:00+00' as at, date '2026-03-29' as day
        from unnest(array[1, 2]) as x`.execute(database.app);
      assert.deepEqual(rows, [
        { many: 2, total: 3, list: [1, null], at: new Date('2026-03-29T01:30:00Z'), day: '2026-03-29' },
      ]);
    });

    test('an integer that a number cannot hold is refused', async () => {
      await assert.rejects(sql`select 9007199254740993::int8 as big`.execute(database.app), /integer too large/);
    });

    test('a job is enqueued with the transaction that caused it, or not at all', async () => {
      const enqueue = (key: string) => sql`select enqueue('tell', '{"to":"own_1"}', job_key => ${key})`;
      await database.asFleet('flt_one', (tx) => enqueue('kept').execute(tx));
      await database.asFleet('flt_one', (tx) => enqueue('kept').execute(tx));
      const failing = database.asFleet('flt_one', async (tx) => {
        await enqueue('lost').execute(tx);
        throw new Error('changed our mind');
      });
      await assert.rejects(failing, /changed our mind/);
      const { rows } = await sql`select key, task_identifier from graphile_worker.jobs`.execute(database.owner);
      assert.deepEqual(rows, [{ key: 'kept', task_identifier: 'tell' }]);
    });

    test('the application can not read the jobs', async () => {
      await assert.rejects(sql`select * from graphile_worker.jobs`.execute(database.app), /permission denied/);
    });

    test('a connection cut off in the middle of nothing is replaced, and said', async () => {
      const lost: string[] = [];
      const fragile = openDatabase({ url: made.url, maxConnections: 1, onConnectionLost: (e) => lost.push(e.message) });
      try {
        const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(fragile.system);
        await sql`select pg_terminate_backend(${rows[0]?.pid})`.execute(database.owner);
        while (lost.length === 0) await new Promise((resolve) => setImmediate(resolve));
        assert.equal(await fragile.ping(5_000), true);
        await sql`select 1`.execute(fragile.system);
      } finally {
        await fragile.close();
      }
    });

    test('a listener hears what was sent, and hears again after its connection was cut', async () => {
      const heard: string[] = [];
      let gap = Promise.withResolvers<void>();
      let word = Promise.withResolvers<void>();
      const listening = await database.listen(
        'towline_test',
        (payload) => {
          heard.push(payload);
          word.resolve();
        },
        () => gap.resolve(),
      );
      await sql`select pg_notify('towline_test', 'one')`.execute(database.owner);
      await word.promise;
      word = Promise.withResolvers();
      await sql`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and query = 'listen towline_test'`.execute(database.owner);
      await gap.promise;
      gap = Promise.withResolvers();
      await sql`select pg_notify('towline_test', 'two')`.execute(database.owner);
      await word.promise;
      await listening.stop();
      assert.deepEqual(heard, ['one', 'two']);
    });
  });
}

test('a database that is not there is answered with false, in time', async () => {
  const database = openDatabase({ url: 'postgres://towline@/towline?host=/nowhere' });
  assert.equal(await database.ping(1_000), false);
  await database.close();
});

test('the two roles can not log in, rule, or look past row-level security', async () => {
  const made = await createDatabase();
  const client = new pg.Client({ connectionString: made.url });
  await client.connect();
  const { rows } = await client.query(
    `select rolname, rolcanlogin, rolsuper, rolbypassrls from pg_roles where rolname like 'towline\\_%' order by 1`,
  );
  await client.end();
  await made.drop();
  const powerless = { rolcanlogin: false, rolsuper: false, rolbypassrls: false };
  assert.deepEqual(rows, [
    { rolname: 'towline_app', ...powerless },
    { rolname: 'towline_system', ...powerless },
  ]);
});
