/** A migrated database of a test's own, under a random name: a copy of a template that is migrated once for a server. */
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import pg from 'pg';
import { migrate } from '../../src/store/migrate.ts';
import { testServers, type TestServer } from './servers.ts';

export interface TestDatabase {
  /** As the owner of the tables; hand it to `openDatabase`. */
  readonly url: string;
  /** Removes it, cutting off whoever is still connected. Close pools first: they would report lost connections. */
  drop(): Promise<void>;
}

const MIGRATIONS = new URL('../../src/store/migrations/', import.meta.url);

/** A copy of the migrated template, in about 50 ms; on the packaged server unless another one is named. */
export async function createDatabase(server?: TestServer): Promise<TestDatabase> {
  const chosen = server ?? (await testServers())[0];
  if (!chosen) throw new Error('No PostgreSQL to run tests on.');
  const template = await migratedTemplate(chosen);
  return createFrom(chosen, `template ${template}`);
}

/** A database without any of our tables. */
export async function createEmptyDatabase(server?: TestServer): Promise<TestDatabase> {
  const chosen = server ?? (await testServers())[0];
  if (!chosen) throw new Error('No PostgreSQL to run tests on.');
  return createFrom(chosen, '');
}

async function createFrom(server: TestServer, clause: string): Promise<TestDatabase> {
  const name = `towline_test_${randomBytes(8).toString('hex')}`;
  await onServer(server, (client) => client.query(`create database ${name} ${clause}`));
  return {
    url: urlOf(server, name),
    drop: () => onServer(server, (client) => client.query(`drop database ${name} with (force)`)).then(() => undefined),
  };
}

const templates = new Map<string, Promise<string>>();

function migratedTemplate(server: TestServer): Promise<string> {
  const known = templates.get(server.url);
  if (known) return known;
  const made = makeTemplate(server);
  templates.set(server.url, made);
  return made;
}

/** Test files are processes of their own: who comes first makes the template, the others wait for it. */
async function makeTemplate(server: TestServer): Promise<string> {
  const name = `towline_template_${migrationsHash()}`;
  await onServer(server, async (client) => {
    await client.query('select pg_advisory_lock(1954511, 2)');
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
    if (rowCount !== 0) return;
    const half = `${name}_half`;
    await client.query(`drop database if exists ${half} with (force)`);
    await client.query(`create database ${half}`);
    await migrate({ url: urlOf(server, half) });
    await client.query(`alter database ${half} rename to ${name}`);
  });
  return name;
}

function migrationsHash(): string {
  const hash = createHash('sha256');
  for (const file of readdirSync(MIGRATIONS).sort()) hash.update(file).update(readFileSync(new URL(file, MIGRATIONS)));
  return hash.digest('hex').slice(0, 12);
}

async function onServer<T>(server: TestServer, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** The same server, another database: the url's path is all that differs. */
function urlOf(server: TestServer, database: string): string {
  return server.url.replace(/^(postgres(?:ql)?:\/\/[^/]*\/)[^?]*/, `$1${database}`);
}
