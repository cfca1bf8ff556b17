/**
 * The PostgreSQL servers that database tests run on: the packaged one always, the machine's own where it is installed.
 * The test command starts them once for all files; a file run by itself starts its own and ends it.
 */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/store/embedded-postgres.ts';

export interface TestServer {
  /** `embedded` or `postgresql-15`. */
  readonly name: string;
  /** As the superuser, to the server's own database; tests make theirs with `createDatabase`. */
  readonly url: string;
}

export interface StartedServers {
  readonly servers: TestServer[];
  stop(): Promise<void>;
}

const HANDED_OVER = 'TOWLINE_TEST_SERVERS';

let own: Promise<StartedServers> | undefined;

/** The servers to run a database suite on. */
export async function testServers(): Promise<TestServer[]> {
  const handedOver = process.env[HANDED_OVER];
  // Written by the test command as the text of StartedServers.servers.
  if (handedOver) return JSON.parse(handedOver) as TestServer[];
  own ??= startServers();
  return (await own).servers;
}

after(async () => {
  await (await own)?.stop();
});

/** Starts every server this machine has; used by the test command. */
export async function startServers(): Promise<StartedServers> {
  const started = [await startTestServer()];
  const servers = [{ name: 'embedded', url: started[0]?.postgres.url ?? '' }];
  for (const { version, binDir } of installedServers()) {
    const installed = await startTestServer(binDir);
    started.push(installed);
    servers.push({ name: `postgresql-${version}`, url: installed.postgres.url });
  }
  return {
    servers,
    async stop() {
      for (const server of started) await server.stop();
    },
  };
}

/** The environment that hands started servers to the processes of test files. */
export function handOver(started: StartedServers): Record<string, string> {
  return { [HANDED_OVER]: JSON.stringify(started.servers) };
}

async function startTestServer(binDir?: string): Promise<{ postgres: EmbeddedPostgres; stop(): Promise<void> }> {
  const dataDir = await temporaryFolder();
  const postgres = await startEmbeddedPostgres({
    dataDir,
    durable: false,
    maxConnections: 300,
    ...(binDir === undefined ? {} : { binDir }),
  });
  return {
    postgres,
    async stop() {
      await postgres.stop();
      rmSync(postgres.dataDir, { recursive: true, force: true });
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** A folder that PostgreSQL's account may enter, which the one that mkdtemp makes is not. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'towline-test-'));
  await chmod(folder, 0o711);
  return folder;
}

/** Debian's and Ubuntu's places, from PostgreSQL 15 on. */
export function installedServers(): { version: number; binDir: string }[] {
  const root = '/usr/lib/postgresql';
  if (!existsSync(root)) return [];
  return readdirSync(root)
    .map((name) => ({ version: Number(name), binDir: join(root, name, 'bin') }))
    .filter(({ version, binDir }) => version >= 15 && existsSync(join(binDir, 'initdb')));
}
