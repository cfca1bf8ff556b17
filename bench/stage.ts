/** What a measurement stands on: the embedded database in a folder of its own, durable as in use, and Towline on it. */
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { closeGround, openGround, type AppOptions, type Ground } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { createLog } from '../src/log.ts';
import { startEmbeddedPostgres } from '../src/store/embedded-postgres.ts';
import { migrate } from '../src/store/migrate.ts';
import { freePort } from '../test/support/ports.ts';
import { temporaryFolder } from '../test/support/start-servers.ts';

export interface Stage {
  databaseUrl: string;
  /** PostgreSQL's first process; the others come from it. */
  postgresPid: number;
  /** Signs webhooks. */
  managementToken: string;
  /** An installation's API key, once a ground was opened and it was made. */
  apiKey: string;
  /** Ends the database and removes its files; once, however often it is called. */
  stop(): Promise<void>;
}

export async function openStage(): Promise<Stage> {
  const folder = await temporaryFolder();
  const postgres = await startEmbeddedPostgres({ dataDir: folder });
  await migrate({ url: postgres.url });
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    await postgres.stop();
    for (const path of [postgres.dataDir, folder]) rmSync(path, { recursive: true, force: true });
  };
  return {
    databaseUrl: postgres.url,
    postgresPid: postgres.pid,
    managementToken: randomBytes(16).toString('hex'),
    apiKey: randomBytes(24).toString('hex'),
    stop: () => (stopping ??= stop()),
  };
}

const sealingKey = Buffer.alloc(32, 7);

/** The environment of a Towline on this stage, all of whose requests to Smartcar go to `smartcarPort` on this machine. */
export function environment(stage: Stage, smartcarPort: number): Record<string, string> {
  const origin = `http://127.0.0.1:${smartcarPort}`;
  return {
    DATABASE_URL: stage.databaseUrl,
    TOWLINE_SECRET_KEYS: `bench:${sealingKey.toString('base64')}`,
    TOWLINE_BOOTSTRAP_API_KEY: stage.apiKey,
    TOWLINE_DEMO: 'false',
    SMARTCAR_APPLICATION_ID: '8229df9f-91a0-4ff0-a1ae-a1f38ee24d07',
    SMARTCAR_API_CLIENT_ID: 'client_bench',
    SMARTCAR_API_CLIENT_SECRET: 'bench',
    SMARTCAR_MANAGEMENT_TOKEN: stage.managementToken,
    SMARTCAR_REQUEST_BURST: '9999999',
    SMARTCAR_REQUESTS_PER_MINUTE: '9999999',
    SMARTCAR_IAM_ORIGIN: origin,
    SMARTCAR_API_V3_ORIGIN: origin,
    SMARTCAR_MANAGEMENT_API_V3_ORIGIN: origin,
  };
}

export interface OpenedGround {
  ground: Ground;
  options: AppOptions;
  /** What went wrong on our side. */
  faults: unknown[];
  close(): Promise<void>;
}

/** Opens in this process what flows stand on, as the app does. */
export async function groundOn(stage: Stage, smartcarPort: number): Promise<OpenedGround> {
  const faults: unknown[] = [];
  const port = await freePort();
  const options: AppOptions = {
    config: readConfig({ ...environment(stage, smartcarPort), PORT: String(port) }),
    databaseUrl: stage.databaseUrl,
    keys: [{ id: 'bench', key: sealingKey }],
    clock: () => new Date(),
    chance: Math.random,
    log: createLog({ level: 'silent' }),
  };
  const ground = { ...(await openGround(options)), onFault: (error: unknown) => void faults.push(error) };
  return { ground, options, faults, close: () => closeGround(ground) };
}
