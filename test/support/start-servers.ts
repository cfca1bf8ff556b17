/** Starts the PostgreSQL servers that tests run on, without durability; used by whoever keeps them. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../../src/store/embedded-postgres.ts';

export interface TestServer {
  /** `embedded` or `postgresql-15`. */
  readonly name: string;
  /** As the superuser, to the server's own database; tests make theirs with `createDatabase`. */
  readonly url: string;
}

export interface StartedServers {
  readonly servers: TestServer[];
  /** Ends them and removes their files. */
  stop(): Promise<void>;
}

/** The packaged server, and each one that is installed on this machine. */
export async function startServers(): Promise<StartedServers> {
  const wanted = [{ name: 'embedded', binDir: undefined }, ...installedServers()];
  const started = await Promise.all(wanted.map(({ name, binDir }) => startServer(name, binDir)));
  return {
    servers: started.map(({ name, url }) => ({ name, url })),
    async stop() {
      await Promise.all(started.map((server) => server.stop()));
    },
  };
}

async function startServer(name: string, binDir: string | undefined): Promise<TestServer & { stop(): Promise<void> }> {
  const folder = await temporaryFolder();
  const options = { dataDir: folder, durable: false, maxConnections: 300 };
  const postgres = await startEmbeddedPostgres(binDir === undefined ? options : { ...options, binDir });
  return {
    name,
    url: postgres.url,
    async stop() {
      await postgres.stop();
      rmSync(postgres.dataDir, { recursive: true, force: true });
      rmSync(folder, { recursive: true, force: true });
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
export function installedServers(): { name: string; binDir: string }[] {
  const root = '/usr/lib/postgresql';
  if (!existsSync(root)) return [];
  return readdirSync(root)
    .filter((version) => Number(version) >= 15 && existsSync(join(root, version, 'bin', 'initdb')))
    .map((version) => ({ name: `postgresql-${version}`, binDir: join(root, version, 'bin') }));
}
