import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { findBinaries } from '../../src/store/embedded-postgres-binaries.ts';
import { giveCluster } from '../../src/store/embedded-postgres-server.ts';
import { choosePlace, isReachable, nobody } from '../../src/store/embedded-postgres-place.ts';
import {
  DataDirectoryInUse,
  EmbeddedPostgresFailed,
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresEvent,
} from '../../src/store/embedded-postgres.ts';
import { temporaryFolder } from '../support/start-servers.ts';

const KEEPER = fileURLToPath(new URL('./database-keeper.ts', import.meta.url));
const PACKAGE = resolve(
  dirname(fileURLToPath(import.meta.resolve(`@embedded-postgres/${process.platform}-${process.arch}`))),
  '..',
);
const asRoot = process.getuid?.() === 0;
const onlyRoot = asRoot ? {} : { skip: 'needs root' };

interface Kept {
  readonly child: ChildProcess;
  readonly said: { url: string; pid: number; adopted: boolean; dataDir: string; socketDir: string; inUseBy?: number };
}

let folder: string;
let toEnd: (() => Promise<unknown>)[];

beforeEach(async () => {
  folder = await temporaryFolder();
  toEnd = [];
});

afterEach(async () => {
  for (const end of toEnd.reverse()) await end();
  rmSync(folder, { recursive: true, force: true });
});

async function start(options: Parameters<typeof startEmbeddedPostgres>[0]): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres(options);
  toEnd.push(() => postgres.stop());
  return postgres;
}

async function keep(args: (string | number)[]): Promise<Kept> {
  const child = spawn(process.execPath, [KEEPER, ...args.map(String)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  toEnd.push(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  for await (const line of createInterface({ input: child.stdout })) {
    return { child, said: JSON.parse(line) as Kept['said'] }; // written by the keeper
  }
  throw new Error('The keeper ended without a word.');
}

/** The programs where any account can run them, should the checkout lie where only root can go. */
function reachableBinaries(): string {
  const binDir = join(PACKAGE, 'native', 'bin');
  if (isReachable(binDir)) return binDir;
  cpSync(PACKAGE, join(folder, 'package'), { recursive: true, verbatimSymlinks: true });
  return join(folder, 'package', 'native', 'bin');
}

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

/** What has ended and waits to be reaped by the machine's first process runs no more. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    const file = `/proc/${pid}/status`;
    return !(existsSync(file) && /^State:\s+Z/m.test(readFileSync(file, 'utf8')));
  } catch {
    return false;
  }
}

describe('the embedded database', () => {
  test('starts in an empty folder, speaks UTF-8, and leaves nothing running when it stops', async () => {
    const postgres = await startEmbeddedPostgres({ dataDir: join(folder, 'data') });
    const rows = await query(
      postgres.url,
      `select current_database() as name, current_user as who, current_setting('server_encoding') as encoding,
         current_setting('listen_addresses') as addresses, current_setting('fsync') as fsync, upper('é') as upper`,
    );
    assert.deepEqual(rows, [
      { name: 'towline', who: 'towline', encoding: 'UTF8', addresses: '', fsync: 'on', upper: 'É' },
    ]);
    assert.equal(statSync(postgres.socketDir).mode & 0o777, 0o700);
    const { pid, socketDir } = postgres;
    await postgres.stop();
    assert.equal(isRunning(pid), false);
    assert.equal(existsSync(socketDir), false);
    assert.deepEqual(readdirSync(join(folder, 'data', 'running')), []);
  });

  test('keeps what was written from one start to the next', async () => {
    const first = await startEmbeddedPostgres({ dataDir: folder });
    await query(first.url, 'create table kept as select 1 as number');
    await first.stop();
    const second = await start({ dataDir: folder });
    assert.deepEqual(await query(second.url, 'select number from kept'), [{ number: 1 }]);
  });

  test('left running by a Towline that was killed, it is taken over with all its data', async () => {
    const { child, said } = await keep([folder]);
    await query(said.url, 'create table kept as select 7 as number');
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    const postgres = await start({ dataDir: folder });
    assert.equal(postgres.adopted, true);
    assert.equal(postgres.pid, said.pid);
    assert.deepEqual(await query(postgres.url, 'select number from kept'), [{ number: 7 }]);
  });

  test('left running with its socket cleaned away, it is stopped and started again', async () => {
    const { child, said } = await keep([folder]);
    await query(said.url, 'create table kept as select 7 as number');
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    rmSync(said.socketDir, { recursive: true });
    const postgres = await start({ dataDir: folder });
    assert.notEqual(postgres.pid, said.pid);
    assert.deepEqual(await query(postgres.url, 'select number from kept'), [{ number: 7 }]);
  });

  test('killed in the middle of work, it is restarted by itself and has lost nothing', async () => {
    const restarted = Promise.withResolvers<EmbeddedPostgresEvent>();
    const postgres = await start({
      dataDir: folder,
      onEvent: (event) => event.kind === 'restarted' && restarted.resolve(event),
    });
    await query(postgres.url, 'create table kept as select number from generate_series(1, 1000) number');
    const { pid } = postgres;
    process.kill(pid, 'SIGKILL');
    const event = await restarted.promise;
    assert.notEqual(postgres.pid, pid);
    assert.deepEqual(event, { kind: 'restarted', pid: postgres.pid });
    assert.deepEqual(await query(postgres.url, 'select count(*)::int as many from kept'), [{ many: 1000 }]);
  });

  test('killed together with its Towline, it starts again and has lost nothing', async () => {
    const { child, said } = await keep([folder]);
    await query(said.url, 'create table kept as select number from generate_series(1, 1000) number');
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    process.kill(said.pid, 'SIGKILL');
    await ended;
    const postgres = await start({ dataDir: folder });
    assert.deepEqual(await query(postgres.url, 'select count(*)::int as many from kept'), [{ many: 1000 }]);
  });

  test('a second Towline on the same folder is refused, and told which process is there', async () => {
    const { child } = await keep([folder]);
    await assert.rejects(startEmbeddedPostgres({ dataDir: folder }), (error) => {
      assert.ok(error instanceof DataDirectoryInUse);
      assert.equal(error.holderPid, child.pid);
      assert.match(error.message, new RegExp(`already running on ${folder} \\(process ${child.pid}\\)`));
      return true;
    });
  });

  test('a second start in the same process is refused too', async () => {
    await start({ dataDir: folder });
    await assert.rejects(startEmbeddedPostgres({ dataDir: folder }), { holderPid: process.pid });
  });

  test('of two that start at the same instant, one starts and the other is refused', async () => {
    const both = await Promise.all([keep([folder]), keep([folder])]);
    const [refused] = both.filter(({ said }) => said.inUseBy !== undefined);
    const [started] = both.filter(({ said }) => said.inUseBy === undefined);
    assert.ok(started && refused, 'exactly one of each');
    assert.equal(refused.said.inUseBy, started.child.pid);
  });

  test('a number that another process got since does not keep the folder locked', async () => {
    const first = await startEmbeddedPostgres({ dataDir: folder });
    await first.stop();
    // Both name a process that lives, and is somebody else: this one's parent.
    writeFileSync(join(folder, 'running', `${process.ppid}-then.json`), '{"held":true}');
    writeFileSync(join(folder, 'postgres', 'postmaster.pid'), `${process.ppid}\n${join(folder, 'postgres')}\n`);
    const second = await start({ dataDir: folder });
    assert.equal(second.adopted, false);
    assert.deepEqual(await query(second.url, 'select 1 as one'), [{ one: 1 }]);
  });

  test('in a folder with a very long path, its socket lies elsewhere and works', async () => {
    const long = join(folder, 'a-very-long-name-for-a-folder-indeed'.repeat(3));
    const postgres = await start({ dataDir: long });
    assert.ok(!postgres.socketDir.startsWith(long));
    assert.deepEqual(await query(postgres.url, 'select 1 as one'), [{ one: 1 }]);
  });

  test('when PostgreSQL can not start, its own words are in the error', async () => {
    const first = await startEmbeddedPostgres({ dataDir: folder });
    await first.stop();
    rmSync(join(folder, 'postgres', 'global', 'pg_control'));
    await assert.rejects(startEmbeddedPostgres({ dataDir: folder }), (error) => {
      assert.ok(error instanceof EmbeddedPostgresFailed);
      assert.match(error.message, /pg_control/);
      return true;
    });
  });

  test('files half made by a start that was killed are made anew', async () => {
    mkdirSync(join(folder, 'postgres.new-1', 'base'), { recursive: true });
    const postgres = await start({ dataDir: folder });
    assert.deepEqual(await query(postgres.url, 'select 1 as one'), [{ one: 1 }]);
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.includes('.new-')),
      [],
    );
  });

  test('for an ordinary user it runs as that user', async () => {
    const account = asRoot ? nobody() : { uid: statSync(folder).uid, gid: statSync(folder).gid };
    const own = join(folder, 'own');
    mkdirSync(own);
    if (asRoot) chownSync(own, account.uid, account.gid);
    const { child, said } = await keep([own, reachableBinaries(), account.uid, account.gid]);
    assert.deepEqual(await query(said.url, 'select 1 as one'), [{ one: 1 }]);
    assert.equal(statSync(join(own, 'postgres')).uid, account.uid);
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
    assert.equal(isRunning(said.pid), false);
  });

  test('for root it runs as nobody, who owns its files and not the folder above them', onlyRoot, async () => {
    const postgres = await start({ dataDir: join(folder, 'data') });
    assert.equal(statSync(`/proc/${postgres.pid}`).uid, nobody().uid);
    assert.equal(statSync(join(folder, 'data', 'postgres')).uid, nobody().uid);
    assert.equal(statSync(join(folder, 'data')).uid, 0);
    assert.equal(postgres.dataDir, join(folder, 'data'));
  });

  test('what an ordinary user made is run as that user when root starts it', onlyRoot, async () => {
    const first = await startEmbeddedPostgres({ dataDir: folder });
    await first.stop();
    const user = { uid: 12_345, gid: 12_345 };
    giveCluster(join(folder, 'postgres'), user);
    const second = await start({ dataDir: folder });
    assert.equal(statSync(`/proc/${second.pid}`).uid, user.uid);
  });

  test(
    'below a folder that others can not enter, root gets its data elsewhere, and again the next time',
    onlyRoot,
    async () => {
      const closed = join(folder, 'closed');
      mkdirSync(closed, { mode: 0o700 });
      const options = { dataDir: join(closed, 'data'), rootPlace: join(folder, 'var') };
      const first = await startEmbeddedPostgres(options);
      await query(first.url, 'create table kept as select 1 as number');
      await first.stop();
      assert.equal(dirname(first.dataDir), options.rootPlace);
      assert.equal(existsSync(join(closed, 'data')), false);
      chmodSync(closed, 0o755);
      const second = await start(options);
      assert.equal(second.dataDir, first.dataDir);
      assert.deepEqual(await query(second.url, 'select number from kept'), [{ number: 1 }]);
    },
  );

  test('programs that its account can not reach are copied once to where it can', onlyRoot, async () => {
    const closed = join(folder, 'closed');
    mkdirSync(closed, { mode: 0o700 });
    cpSync(PACKAGE, join(closed, 'package'), { recursive: true, verbatimSymlinks: true });
    const place = choosePlace(join(folder, 'data'));
    const binaries = findBinaries(place, join(closed, 'package'));
    assert.ok(binaries.postgres.startsWith(place.dataDir));
    assert.ok(isReachable(dirname(binaries.postgres)));
    assert.deepEqual(findBinaries(place, join(closed, 'package')), binaries);
    const postgres = await start({ dataDir: join(folder, 'data'), binDir: dirname(binaries.postgres) });
    assert.deepEqual(await query(postgres.url, 'select 1 as one'), [{ one: 1 }]);
  });

  test('the links that an install without scripts leaves out are made', () => {
    const unlinked = join(folder, 'package');
    cpSync(PACKAGE, unlinked, { recursive: true, filter: (path) => !lstatSync(path).isSymbolicLink() });
    const library = join(unlinked, 'native', 'lib', 'libicuuc.so.60');
    assert.equal(existsSync(library), false);
    const binaries = findBinaries(choosePlace(join(folder, 'data')), unlinked);
    assert.equal(lstatSync(library).isSymbolicLink(), true);
    assert.equal(binaries.majorVersion, 18);
  });
});
