/** The process: reads the configuration, brings up the database, starts the app, and ends both in order when told to. */
import { readFileSync } from 'node:fs';

import { sealingKeys, startApp } from './app.ts';
import type { App } from './app.ts';
import { ConfigError, DEMO_LOGIN, readConfig } from './config.ts';
import type { Config } from './config.ts';
import { createLog } from './log.ts';
import type { Log } from './log.ts';
import { DataDirectoryInUse, startEmbeddedPostgres } from './store/embedded-postgres.ts';
import type { EmbeddedPostgres } from './store/embedded-postgres.ts';
import { migrate } from './store/migrate.ts';

/** How long an orderly stop may take. */
const stopDeadlineMs = 20_000;

/** The configuration, or the end of the process with every mistake in it. */
function configOrExit(): Config {
  try {
    return readConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    process.exit(2);
  }
}

/** The real time, or for tests of real processes: a fixed instant, or the one a file holds at each reading. */
function clockOf(testClock: string | null): () => Date {
  if (testClock === null) return () => new Date();
  const fixed = new Date(testClock);
  if (!Number.isNaN(fixed.getTime())) return () => fixed;
  return () => new Date(readFileSync(testClock, 'utf8').trim());
}

async function embedded(config: Config, log: Log): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({
    dataDir: config.dataDir,
    onEvent: (event) => log.warn(event, `the embedded database: ${event.kind}`),
  });
  if (postgres.dataDir !== config.dataDir) console.log(`Towline keeps its data in ${postgres.dataDir}`);
  if (postgres.adopted) log.info('the embedded database ran already and is used on');
  return postgres;
}

async function start(config: Config, log: Log): Promise<() => Promise<void>> {
  const postgres = config.databaseUrl ? null : await embedded(config, log);
  try {
    const databaseUrl = config.databaseUrl?.reveal() ?? postgres?.url ?? '';
    await migrate({ url: databaseUrl });
    const keys = sealingKeys(config, postgres?.dataDir ?? config.dataDir);
    const app = await startApp({
      config,
      databaseUrl,
      keys,
      clock: clockOf(config.testClock),
      chance: Math.random,
      log,
    });
    announce(config, app);
    return async () => {
      await app.stop();
      await postgres?.stop();
    };
  } catch (error) {
    await postgres?.stop();
    throw error;
  }
}

const isTaken = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';

function announce(config: Config, app: App): void {
  if (!app.address) {
    console.log(`Towline ${config.role} is ready`);
    return;
  }
  console.log(`Towline is ready at ${config.publicUrl}`);
  if (config.bootstrapAdmin?.email === DEMO_LOGIN.email)
    console.log(`Sign in as ${DEMO_LOGIN.email} with the password ${DEMO_LOGIN.password}`);
}

const config = configOrExit();
const log = createLog({ level: config.logLevel, role: config.role });
const ended = Promise.withResolvers<void>();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ended.resolve());
process.on('unhandledRejection', (error) => log.error({ err: error }, 'an error that nobody handled'));

try {
  const stop = await start(config, log);
  await ended.promise;
  // Whatever hangs (a database that is gone) must not keep the process; what is durable already is.
  setTimeout(() => process.exit(1), stopDeadlineMs).unref();
  await stop();
  process.exit(0);
} catch (error) {
  if (error instanceof DataDirectoryInUse) console.error(error.message);
  else if (isTaken(error))
    console.error(`Port ${config.port} on ${config.host} is taken by another process. Stop that one, or set PORT.`);
  else log.fatal({ err: error }, 'Towline could not start');
  process.exit(1);
}
