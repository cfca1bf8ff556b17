/**
 * Brings a database to the schema this version needs: the job engine's own schema, then `migrations/*.sql` in the
 * order of their names. Forward only; what was applied is never edited.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Logger, runMigrations } from 'graphile-worker';
import pg from 'pg';

/** Any two 32-bit numbers, the same in every version: who holds them is migrating this database. */
const MIGRATION_LOCK = [1_954_511, 1];

const MIGRATIONS_FOLDER = fileURLToPath(new URL('./migrations/', import.meta.url));

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly sha256: string;
}

/** The schema can't be brought up to date; the message names the migration and what is wrong with it. */
export class MigrationError extends Error {
  override name = 'MigrationError';
}

/**
 * Applies what is missing, each file in a transaction of its own. Several processes may call it at the same time:
 * one applies, the others wait and find it done. The url's role must own the database.
 *
 * @returns the names of the files this call applied, in order; empty when there was nothing to do.
 * @throws MigrationError when an applied file was changed or removed since, or a file fails.
 */
export async function migrate(options: { url: string; folder?: string }): Promise<string[]> {
  const migrations = await readMigrations(options.folder ?? MIGRATIONS_FOLDER);
  const client = new pg.Client({ connectionString: options.url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1, $2)', MIGRATION_LOCK);
    await migrateJobs(options.url);
    return await applyMissing(client, migrations);
  } finally {
    // Ending the session gives the lock back, whatever happened before.
    await client.end();
  }
}

/** On a pool of ours: the engine doesn't wait for its own to close, and a connection cut off then would end the process. */
async function migrateJobs(url: string): Promise<void> {
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  try {
    await runMigrations({ pgPool: pool, logger: quietLogger() });
  } finally {
    await pool.end();
  }
}

async function readMigrations(folder: string): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  const migrations: Migration[] = [];
  for (const name of names) {
    if (!/^\d{4}-[a-z0-9-]+\.sql$/.test(name)) {
      throw new MigrationError(`The migration ${name} isn't named like 0001-what-it-makes.sql.`);
    }
    const sql = await readFile(`${folder}/${name}`, 'utf8');
    migrations.push({ name, sql, sha256: createHash('sha256').update(sql).digest('hex') });
  }
  return migrations;
}

async function applyMissing(client: pg.Client, migrations: Migration[]): Promise<string[]> {
  await client.query(
    'create table if not exists public.towline_migrations (name text primary key, sha256 text not null)',
  );
  const { rows } = await client.query<{ name: string; sha256: string }>(
    'select name, sha256 from public.towline_migrations order by name',
  );
  const missing = missingMigrations(migrations, rows);
  for (const migration of missing) await apply(client, migration);
  return missing.map((migration) => migration.name);
}

function missingMigrations(migrations: Migration[], applied: { name: string; sha256: string }[]): Migration[] {
  const known = new Map(migrations.map((migration) => [migration.name, migration]));
  for (const row of applied) {
    const file = known.get(row.name);
    if (!file) {
      throw new MigrationError(
        `The database was migrated by ${row.name}, which this version doesn't have. Start the newer version.`,
      );
    }
    if (file.sha256 !== row.sha256) {
      throw new MigrationError(`The migration ${row.name} was changed after it was applied. Put it back as it was.`);
    }
  }
  const done = new Set(applied.map((row) => row.name));
  return migrations.filter((migration) => !done.has(migration.name));
}

async function apply(client: pg.Client, migration: Migration): Promise<void> {
  await client.query('begin');
  try {
    await client.query(migration.sql);
    await client.query('insert into public.towline_migrations (name, sha256) values ($1, $2)', [
      migration.name,
      migration.sha256,
    ]);
    await client.query('commit');
  } catch (cause) {
    await client.query('rollback').catch(() => undefined);
    throw new MigrationError(`The migration ${migration.name} failed: ${sqlMessage(cause)}`, { cause });
  }
}

function sqlMessage(cause: unknown): string {
  if (!(cause instanceof pg.DatabaseError)) return String(cause);
  return [cause.message, cause.detail, cause.hint && `Hint: ${cause.hint}`].filter(Boolean).join(' ');
}

function quietLogger(): Logger {
  return new Logger(() => () => undefined);
}
