import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { migrate, MigrationError } from '../../src/store/migrate.ts';
import { createDatabase, createEmptyDatabase, type TestDatabase } from '../support/database.ts';
import { testServers, type TestServer } from '../support/servers.ts';
import { temporaryFolder } from '../support/start-servers.ts';

const MIGRATING = fileURLToPath(new URL('./migrating.ts', import.meta.url));
const REAL = fileURLToPath(new URL('../../src/store/migrations/', import.meta.url));

let folder: string;
before(async () => (folder = await temporaryFolder()));
after(() => rmSync(folder, { recursive: true, force: true }));

/** A folder of migrations from name and text. */
function migrations(name: string, files: Record<string, string>): string {
  const made = join(folder, name);
  rmSync(made, { recursive: true, force: true });
  mkdirSync(made);
  for (const [file, text] of Object.entries(files)) writeFileSync(join(made, file), text);
  return made;
}

async function withEmpty(server: TestServer | undefined, work: (made: TestDatabase) => Promise<void>): Promise<void> {
  const made = await createEmptyDatabase(server);
  try {
    await work(made);
  } finally {
    await made.drop();
  }
}

async function rowsOf(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

async function migrateInProcess(url: string, from: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [MIGRATING, url, from]);
  return JSON.parse(stdout) as string[]; // printed by migrating.ts
}

for (const server of await testServers()) {
  describe(`migrations on ${server.name}`, () => {
    // First of all, while the server doesn't have the roles yet, which belong to all its databases.
    test('two databases of one server are migrated at once', async () => {
      await withEmpty(server, (one) =>
        withEmpty(server, async (other) => {
          const [first, second] = await Promise.all([one, other].map(({ url }) => migrateInProcess(url, REAL)));
          assert.deepEqual(first, second);
        }),
      );
    });

    test('all of them apply to an empty database, and nothing is left for the second time', async () => {
      await withEmpty(server, async ({ url }) => {
        const applied = await migrate({ url });
        assert.equal(applied[0], '0001-roles.sql');
        assert.deepEqual(await migrate({ url }), []);
      });
    });

    test('processes that start at once apply each file once', async () => {
      const from = migrations('slow', {
        '0001-first.sql': 'create table first (); select pg_sleep(0.3)',
        '0002-second.sql': 'create table second ()',
      });
      await withEmpty(server, async ({ url }) => {
        const applied = await Promise.all([1, 2, 3].map(() => migrateInProcess(url, from)));
        assert.deepEqual(applied.flat().sort(), ['0001-first.sql', '0002-second.sql']);
        assert.deepEqual(await rowsOf(url, 'select count(*)::int as many from graphile_worker.migrations'), [
          { many: 20 },
        ]);
      });
    });
  });
}

test('a file that fails leaves nothing of itself, and says its name', async () => {
  const from = migrations('failing', {
    '0001-good.sql': 'create table good ()',
    '0002-bad.sql': 'create table half (); select no_such_function()',
  });
  await withEmpty(undefined, async ({ url }) => {
    await assert.rejects(migrate({ url, folder: from }), (error) => {
      assert.ok(error instanceof MigrationError);
      assert.match(error.message, /0002-bad\.sql failed: function no_such_function\(\) does not exist/);
      return true;
    });
    assert.deepEqual(await rowsOf(url, `select to_regclass('good') is not null as good, to_regclass('half') as half`), [
      { good: true, half: null },
    ]);
  });
});

test('a file that was changed after it was applied is an error', async () => {
  await withEmpty(undefined, async ({ url }) => {
    await migrate({ url, folder: migrations('changed', { '0001-table.sql': 'create table one ()' }) });
    const changed = migrations('changed', { '0001-table.sql': 'create table two ()' });
    await assert.rejects(migrate({ url, folder: changed }), /0001-table\.sql was changed after it was applied/);
  });
});

test('a database of a newer version is not touched', async () => {
  await withEmpty(undefined, async ({ url }) => {
    await migrate({ url, folder: migrations('newer', { '0001-a.sql': 'select 1', '0002-b.sql': 'select 1' }) });
    const older = migrations('newer', { '0001-a.sql': 'select 1' });
    await assert.rejects(migrate({ url, folder: older }), /0002-b\.sql, which this version doesn't have/);
  });
});

test('an owner who is no superuser can migrate, and step down to both roles', async () => {
  const [server] = await testServers();
  await withEmpty(server, async ({ url }) => {
    const name = `towline_test_owner_${process.pid}`;
    await rowsOf(url, `create role ${name} login createrole; grant towline_app, towline_system to ${name}`).catch(
      async () => rowsOf(url, `create role ${name} login createrole`),
    );
    const [row] = (await rowsOf(url, 'select current_database() as database')) as { database: string }[];
    await rowsOf(url, `alter database ${row?.database} owner to ${name}`);
    const asOwner = url.replace('towline@', `${name}@`);
    try {
      await migrate({ url: asOwner });
      assert.deepEqual(await rowsOf(asOwner, 'set role towline_app; select 1').then(() => 'may'), 'may');
      assert.deepEqual(await rowsOf(asOwner, 'set role towline_system; select 1').then(() => 'may'), 'may');
    } finally {
      await rowsOf(url, `drop owned by ${name} cascade`);
      await rowsOf(url, `alter database ${row?.database} owner to towline; drop role ${name}`);
    }
  });
});

test('every table that knows a fleet keeps it from the others', async () => {
  const made = await createDatabase();
  try {
    assert.deepEqual(await unprotectedTables(made.url), []);
  } finally {
    await made.drop();
  }
});

test('a fleet table whose policy was forgotten is named', async () => {
  const made = await createDatabase();
  try {
    await rowsOf(
      made.url,
      `create table open_parcel (fleet_id text not null);
       create table half_parcel (fleet_id text not null); alter table half_parcel enable row level security;
       create table wide_parcel (fleet_id text not null); select protect_fleet_table('wide_parcel');
       create policy everybody on wide_parcel for select to towline_app using (true);
       create table good_parcel (fleet_id text not null); select protect_fleet_table('good_parcel');
       grant select on open_parcel, half_parcel to towline_app;`,
    );
    assert.deepEqual(await unprotectedTables(made.url), ['half_parcel', 'open_parcel', 'wide_parcel']);
  } finally {
    await made.drop();
  }
});

/**
 * Tables that towline_app may use though something keeps them open to other fleets: no row-level security, not forced,
 * no policy at all, or one that doesn't ask for the fleet.
 */
async function unprotectedTables(url: string): Promise<string[]> {
  const rows = await rowsOf(
    url,
    `with app_table as (
       select c.oid, c.relname, c.relrowsecurity and c.relforcerowsecurity as guarded,
         exists (select from pg_attribute where attrelid = c.oid and attname = 'fleet_id') as of_fleet
       from pg_class c
       where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
     ), app_policy as (
       select tablename, (coalesce(qual, 'current_fleet()') || ' and ' || coalesce(with_check, 'current_fleet()'))
         ~ 'current_fleet\(\).*current_fleet\(\)' as by_fleet
       from pg_policies where schemaname = 'public' and roles && array['towline_app', 'public']::name[]
     )
     select relname as name from app_table t
     where (has_table_privilege('towline_app', oid, 'select')
         or of_fleet and has_table_privilege('towline_app', oid, 'insert, update, delete'))
       and not (guarded and coalesce((select bool_and(by_fleet) from app_policy where tablename = t.relname), false))
     order by 1`,
  );
  return rows.map((row) => (row as { name: string }).name); // the column selected above
}
