/** Every table, tried from the other fleet, from no fleet, and by the loops that serve all fleets. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { sql } from 'kysely';
import pg from 'pg';
import type { Tx } from '../../src/store/database.ts';
import { insertConnectSession } from '../../src/store/connect-session.ts';
import { newId } from '../../src/domain/ids.ts';
import { towline } from '../../src/domain/role.ts';
import { createDatabase } from '../support/database.ts';
import { onEveryServer } from '../store/on-every-server.ts';
import { inSeconds, now } from '../store/records.ts';
import { gaps, readTables, systemTables } from './catalogue.ts';
import type { TableFacts } from './catalogue.ts';
import { fillEveryTable, snapshot } from './every-table.ts';
import type { FullFleet } from './every-table.ts';

/** Insufficient privilege: not granted, or refused by a policy. */
const refused = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === '42501';

/** What a statement came to: how many rows it saw or changed, or `refused`. Whatever it changed is undone. */
async function tried(
  work: (run: (tx: Tx) => Promise<void>) => Promise<void>,
  statement: ReturnType<typeof sql<unknown>>,
): Promise<number | 'refused'> {
  let rows = 0;
  class Undo extends Error {}
  try {
    await work(async (tx) => {
      const result = await statement.execute(tx);
      rows = Number(result.numAffectedRows ?? result.rows.length);
      throw new Undo();
    });
  } catch (error) {
    if (refused(error)) return 'refused';
    if (!(error instanceof Undo)) throw error;
  }
  return rows;
}

await onEveryServer('isolation', (opened) => {
  let client: pg.Client;
  let tables: TableFacts[];
  let north: FullFleet;
  let south: FullFleet;
  let untouched: Record<string, string[]>;
  const ofFleets = (): TableFacts[] =>
    tables.filter(({ fleetColumn, isPartition }) => fleetColumn !== null && !isPartition);
  const fromSouth = (work: (tx: Tx) => Promise<void>) => opened.database.asFleet(south.id, work);
  const fromNowhere = (work: (tx: Tx) => Promise<void>) => opened.database.app.transaction().execute(work);
  const fromSystem = (work: (tx: Tx) => Promise<void>) => opened.database.asSystem(work);
  const nothing = (answer: number | 'refused'): boolean => answer === 0 || answer === 'refused';

  before(async () => {
    north = await fillEveryTable(opened.database, 'North');
    south = await fillEveryTable(opened.database, 'South');
    client = new pg.Client({ connectionString: opened.url });
    await client.connect();
    tables = await readTables(client);
    untouched = await snapshot(opened.database, ofFleets(), north.id);
  });
  after(() => client.end());

  test('there is a row of each fleet in every table that knows fleets, so that what follows proves something', () => {
    assert.ok(
      ofFleets().length >= 19,
      ofFleets()
        .map(({ name }) => name)
        .join(' '),
    );
    assert.deepEqual(
      Object.entries(untouched).filter(([, rows]) => rows.length === 0),
      [],
    );
  });

  test('each fleet sees its own row in every table it may read', async () => {
    for (const { name, fleetColumn, app } of ofFleets()) {
      if (!app.includes('select')) continue;
      const seen = await tried(
        fromSouth,
        sql`select * from ${sql.table(name)} where ${sql.ref(fleetColumn ?? '')} = ${south.id}`,
      );
      assert.ok(typeof seen === 'number' && seen > 0, name);
    }
  });

  test('from the other fleet and from no fleet no row of any table is seen, changed or deleted', async () => {
    for (const [who, from] of [
      ['the other fleet', fromSouth],
      ['no fleet', fromNowhere],
    ] as const) {
      for (const { name, fleetColumn } of ofFleets()) {
        const [table, fleet] = [sql.table(name), sql.ref(fleetColumn ?? '')];
        const attempts = {
          select: sql`select * from ${table} where ${fleet} = ${north.id}`,
          update: sql`update ${table} set ${fleet} = ${fleet} where ${fleet} = ${north.id}`,
          delete: sql`delete from ${table} where ${fleet} = ${north.id}`,
        };
        for (const [act, statement] of Object.entries(attempts))
          assert.ok(nothing(await tried(from, statement)), `${who}: ${act} ${name}`);
        assert.equal(await tried(from, sql`truncate ${table} cascade`), 'refused', `${who}: truncate ${name}`);
      }
    }
    assert.deepEqual(await snapshot(opened.database, ofFleets(), north.id), untouched, 'and nothing else');
  });

  test('from the other fleet and from no fleet no row can be put into a fleet, or moved there', async () => {
    for (const { name, fleetColumn } of ofFleets()) {
      const [table, fleet] = [sql.table(name), sql.ref(fleetColumn ?? '')];
      // A copy of the row that is there: what is wrong with it can only be whose it is, or that it is there twice.
      const row = sql`select (jsonb_populate_record(null::${table}, ${await oneRow(name, fleetColumn ?? '')}::jsonb)).*`;
      for (const from of [fromSouth, fromNowhere])
        assert.equal(await tried(from, sql`insert into ${table} ${row}`), 'refused', `insert ${name}`);
      const moved = await tried(fromSouth, sql`update ${table} set ${fleet} = ${north.id}`);
      assert.equal(moved, 'refused', `move ${name}`);
    }
    assert.deepEqual(await snapshot(opened.database, ofFleets(), north.id), untouched, 'and nothing else');
  });

  const oneRow = async (name: string, column: string): Promise<string> => {
    const { rows } = await sql<{
      row: string;
    }>`select to_jsonb(t)::text as row from ${sql.table(name)} t where ${sql.ref(column)} = ${north.id} limit 1`.execute(
      opened.database.owner,
    );
    return rows[0]?.row ?? '{}';
  };

  test('what belongs to no fleet is closed to fleets', async () => {
    const closed = tables.filter(({ fleetColumn }) => fleetColumn === null);
    assert.ok(closed.length >= 9);
    for (const { name } of closed) {
      assert.equal(await tried(fromSouth, sql`select * from ${sql.table(name)}`), 'refused', name);
      assert.equal(await tried(fromSouth, sql`delete from ${sql.table(name)}`), 'refused', name);
    }
  });

  test('the job engine’s tables are closed to both roles', async () => {
    const { rows } = await client.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'graphile_worker'`,
    );
    assert.ok(rows.length > 0);
    for (const { name } of rows) {
      for (const from of [fromSouth, fromSystem])
        assert.equal(await tried(from, sql`select * from ${sql.raw(name)}`), 'refused', name);
    }
  });

  test('the loops of all fleets reach the tables on the list, in the ways on the list, and no others', async () => {
    assert.deepEqual(
      new Set(tables.filter(({ system }) => system !== '').map(({ name }) => name)),
      new Set(Object.keys(systemTables)),
    );
    for (const { name } of tables) {
      const table = sql.table(name);
      const column = systemTables[name]?.column;
      const attempts = {
        select: sql`select ${column ? sql.ref(column) : sql.raw('*')} from ${table}`,
        insert: sql`insert into ${table} select * from ${table} where false`,
        delete: sql`delete from ${table} where false`,
        truncate: sql`truncate ${table}`,
      };
      const may = (systemTables[name]?.acts ?? '').split(' ');
      for (const [act, statement] of Object.entries(attempts)) {
        const needed = act === 'insert' ? ['insert', 'select'] : act === 'delete' ? ['delete'] : [act];
        const answer = await tried(fromSystem, statement);
        assert.equal(
          answer !== 'refused',
          needed.every((need) => may.includes(need)),
          `${act} ${name}`,
        );
      }
    }
  });

  test('of a table with one open column the loops can read no other', async () => {
    const single = Object.entries(systemTables).filter(([, { column }]) => column);
    assert.ok(single.length > 0);
    for (const [name] of single)
      assert.equal(await tried(fromSystem, sql`select * from ${sql.table(name)}`), 'refused', name);
  });

  test('the loops see of messages only what is due', async () => {
    const seen = () => tried(fromSystem, sql`select * from notification where fleet_id = ${south.id}`);
    assert.equal(await seen(), 1);
    await opened.database.asFleet(south.id, (tx) =>
      sql`update notification set state = 'sent', due_at = null`.execute(tx),
    );
    assert.equal(await seen(), 0);
  });

  test('the loops see of events only which are due for whom', async () => {
    const seen = () => tried(fromSystem, sql`select * from event_delivery where fleet_id = ${south.id}`);
    assert.equal(await seen(), 1);
    await opened.database.asFleet(south.id, (tx) =>
      sql`update event_delivery set state = 'stopped', due_at = null`.execute(tx),
    );
    assert.equal(await seen(), 0);
  });

  test('the timeline and the audit log can be changed or deleted by neither role, not even one’s own', async () => {
    for (const name of ['timeline', 'audit']) {
      for (const from of [fromSouth, fromNowhere, fromSystem]) {
        for (const statement of [
          sql`update ${sql.table(name)} set at = at`,
          sql`delete from ${sql.table(name)}`,
          sql`truncate ${sql.table(name)}`,
        ]) {
          assert.equal(await tried(from, statement), 'refused', name);
        }
      }
    }
  });

  test('a vehicle or an owner that no import is taking back can not be deleted, not even one’s own', async () => {
    for (const name of ['vehicle', 'owner'])
      assert.equal(await tried(fromSouth, sql`delete from ${sql.table(name)}`), 0, name);
  });

  test('a way through Connect can not name another fleet’s link', async () => {
    const borrowed = opened.database.asFleet(south.id, (tx) =>
      insertConnectSession(
        tx,
        {
          id: newId('cns', now),
          fleetId: south.id,
          vehicleId: south.vehicleId,
          connectionId: null,
          linkId: north.linkId,
          purpose: 'connect',
          stateDigest: Buffer.from('borrowed'),
          browserDigest: Buffer.from('b'),
          actor: towline,
          expiresAt: inSeconds(60),
          shown: null,
        },
        now,
      ),
    );
    await assert.rejects(borrowed, /foreign key/);
  });

  test('neither role may log in, rule, make roles or databases, or look past row-level security', async () => {
    const { rows } =
      await client.query(`select rolname, rolcanlogin or rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication as powerful,
      (select count(*)::int from pg_auth_members where member = pg_roles.oid) as memberships from pg_roles where rolname in ('towline_app', 'towline_system') order by 1`);
    assert.deepEqual(rows, [
      { rolname: 'towline_app', powerful: false, memberships: 0 },
      { rolname: 'towline_system', powerful: false, memberships: 0 },
    ]);
  });

  test('neither role owns anything or can make tables, and only these functions run with their owner’s rights for them', async () => {
    for (const from of [fromSouth, fromSystem])
      assert.equal(await tried(from, sql`create table public.mine (id text)`), 'refused');
    const { rows } = await client.query<{ name: string; app: boolean; system: boolean }>(`
      select p.proname as name, has_function_privilege('towline_app', p.oid, 'execute') as app, has_function_privilege('towline_system', p.oid, 'execute') as system
      from pg_proc p where p.prosecdef and p.pronamespace = 'public'::regnamespace order by 1`);
    assert.deepEqual(rows, [
      { name: 'drop_reading_partition', app: false, system: true },
      { name: 'enqueue', app: true, system: true },
      { name: 'ensure_reading_partition', app: false, system: true },
    ]);
    const { rows: pinned } =
      await client.query(`select proname from pg_proc where prosecdef and pronamespace = 'public'::regnamespace
      and not exists (select from unnest(proconfig) as setting where setting like 'search_path=%')`);
    assert.deepEqual(pinned, [], 'each pins its search path');
  });

  test('RESET ROLE inside a fleet leads nowhere', async () => {
    for (const statement of ['reset role', 'reset all', 'discard all']) {
      const role = await opened.database.asFleet(south.id, async (tx) => {
        if (statement === 'discard all') await sql`reset session authorization`.execute(tx);
        else await sql.raw(statement).execute(tx);
        const { rows } = await sql<{
          role: string;
          seen: number;
        }>`select current_user as role, (select count(*) from vehicle where fleet_id = ${north.id}) as seen`.execute(
          tx,
        );
        return rows[0];
      });
      assert.deepEqual(role, { role: 'towline_app', seen: 0 }, statement);
    }
  });

  test('row_security = off makes a query fail rather than see more', async () => {
    const looking = opened.database.asFleet(south.id, async (tx) => {
      await sql`set local row_security = off`.execute(tx);
      await sql`select * from vehicle`.execute(tx);
    });
    await assert.rejects(looking, refused);
  });

  // PostgreSQL asks the session's user whether SET ROLE is allowed, and that is the owner, who stepped down; a setting of
  // our own name anybody may set. So SQL that somebody else wrote could climb. Two things stand before it: no statement is
  // ever put together from what came from outside, and the two words are spoken in one file.
  test('what can not be prevented is known: SQL itself may change role and fleet, for its transaction alone', async () => {
    const climbed = await opened.database.asFleet(south.id, async (tx) => {
      await sql`select set_config('towline.fleet_id', ${north.id}, true)`.execute(tx);
      const { rows } = await sql<{
        seen: number;
      }>`select count(*) as seen from vehicle where fleet_id = ${north.id}`.execute(tx);
      await sql`set local role towline_system`.execute(tx);
      return [rows[0]?.seen, (await sql<{ role: string }>`select current_user as role`.execute(tx)).rows[0]?.role];
    });
    assert.deepEqual(climbed, [1, 'towline_system']);
    assert.equal(
      await tried(fromSouth, sql`select * from vehicle where fleet_id = ${north.id}`),
      0,
      'the next transaction knows nothing of it',
    );
    const { rows } = await sql<{
      role: string;
      fleet: string | null;
    }>`select current_user as role, current_fleet() as fleet`.execute(opened.database.app);
    assert.deepEqual(rows, [{ role: 'towline_app', fleet: null }]);
  });

  test('every table keeps to the convention', async () => {
    assert.deepEqual(await gaps(client), []);
  });
});

test('role and fleet are set in one file, and no other speaks of them', () => {
  const root = new URL('../../src/', import.meta.url);
  const speakers = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .filter((path) =>
      /set_config|set\s+(local\s+|session\s+)?role\b|reset\s+role|session\s+authorization|row_security|towline\.fleet_id/i.test(
        code(readFileSync(new URL(path, root), 'utf8')),
      ),
    );
  assert.deepEqual(speakers, ['store/database.ts']);
});

test('no statement is put together from text', () => {
  const root = new URL('../../src/', import.meta.url);
  const speakers = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .filter((path) => /\bsql\.(raw|lit)\b/.test(code(readFileSync(new URL(path, root), 'utf8'))));
  assert.deepEqual(speakers, []);
});

/** A file without its comments. */
const code = (text: string): string => text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '');

const planted: [what: string, sql: string, gap: string][] = [
  [
    'a planted table without a policy',
    `create table parcel (fleet_id text not null); alter table parcel enable row level security;
    alter table parcel force row level security; grant select on parcel to towline_app`,
    'parcel: has no policy for towline_app',
  ],
  [
    'a planted table without row-level security',
    `create table parcel (fleet_id text not null); grant select on parcel to towline_app`,
    'parcel: row-level security is not enabled',
  ],
  [
    'a planted table whose owner is not bound',
    `create table parcel (fleet_id text not null); select protect_fleet_table('parcel');
    alter table parcel no force row level security`,
    'parcel: row-level security is not forced',
  ],
  [
    'a planted policy that lets everybody read',
    `create table parcel (fleet_id text not null); select protect_fleet_table('parcel');
    create policy wide on parcel for select to towline_app using (true)`,
    'parcel: has a policy that does not ask for the fleet',
  ],
  [
    'a planted policy for everybody',
    `create table parcel (fleet_id text not null); select protect_fleet_table('parcel');
    create policy wide on parcel for select using (true)`,
    'parcel: has a policy that does not ask for the fleet',
  ],
  [
    'a planted policy with a way around the fleet',
    `create table parcel (fleet_id text not null); select protect_fleet_table('parcel');
    create policy wide on parcel for select to towline_app using (fleet_id = current_fleet() or fleet_id is not null)`,
    'parcel: has a policy that does not ask for the fleet',
  ],
  [
    'a planted policy with a condition beside the fleet that undoes it',
    `create table parcel (fleet_id text not null); select protect_fleet_table('parcel');
    create policy wide on parcel for select to towline_app using (fleet_id = current_fleet() and false or true)`,
    'parcel: has a policy that does not ask for the fleet',
  ],
  [
    'a planted policy that reads the fleet and writes anything',
    `create table parcel (fleet_id text not null); select protect_fleet_table('parcel');
    create policy wide on parcel for update to towline_app using (fleet_id = current_fleet()) with check (true)`,
    'parcel: has a policy that does not ask for the fleet',
  ],
  [
    'a planted grant to the loops',
    `create table parcel (fleet_id text not null); select protect_fleet_table('parcel');
    grant select on parcel to towline_system`,
    'parcel: towline_system may "select", and the list says ""',
  ],
  [
    'a planted grant to the loops on a known table',
    `grant delete on link to towline_system`,
    'link: towline_system may "select delete", and the list says "select"',
  ],
  ['a planted grant to everybody', `grant select on vehicle to public`, 'vehicle: anybody may select'],
  [
    'a planted grant of one column',
    `grant select (password) on auth_account to towline_app`,
    'auth_account: towline_app may "select" in a table without a fleet',
  ],
  [
    'a planted view',
    `create view every_vehicle as select * from vehicle; grant select on every_vehicle to towline_app`,
    'every_vehicle: row-level security is not enabled',
  ],
  [
    'a planted partition that can be reached past its table',
    `grant select on reading_default to towline_app`,
    'reading_default: is a partition that can be reached past its table',
  ],
  [
    'a planted table for all fleets',
    `create table notice (id text); alter table notice enable row level security; alter table notice force row level security;
    grant select on notice to towline_app`,
    'notice: towline_app may "select" in a table without a fleet',
  ],
  [
    'a planted reference without the fleet',
    `create table parcel (fleet_id text not null, vehicle_id text references vehicle_state); select protect_fleet_table('parcel')`,
    'parcel: its reference to vehicle_state does not carry the fleet',
  ],
];

for (const [what, statements, gap] of planted) {
  test(`${what} is caught`, async () => {
    const made = await createDatabase();
    const client = new pg.Client({ connectionString: made.url });
    await client.connect();
    try {
      await client.query(statements);
      const found = await gaps(client);
      assert.ok(found.includes(gap), `found: ${found.join('; ')}`);
    } finally {
      await client.end();
      await made.drop();
    }
  });
}
