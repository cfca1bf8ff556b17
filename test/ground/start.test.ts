import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../support/start-servers.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Stands in a project of its own where Towline and the simulator would: says what it was given, and holds a connection
 * to the test for as long as it lives.
 */
const PLACEHOLDER = `
import { connect } from 'node:net';
const name = process.argv[1].includes('simulator') ? 'simulator' : 'main';
const socket = connect(process.env.TEST_SOCKET, () => {
  socket.write(JSON.stringify({ name, pid: process.pid, args: process.argv.slice(2), env: process.env }) + '\\n');
  console.log(name + ' is ready');
});
process.on('SIGTERM', () => setTimeout(() => { console.log(name + ' ends'); process.exit(name === 'main' ? 7 : 0); }, 50));
`;

interface Seen {
  readonly name: string;
  readonly pid: number;
  readonly args: string[];
  readonly env: Record<string, string>;
  /** When its process is gone, however it went. */
  readonly gone: Promise<unknown>;
}

let project: string;
let seen: Seen[];
let waiting: { name: string; resolve: (seen: Seen) => void }[];
let server: ReturnType<typeof createServer>;
let script: ChildProcess | undefined;

beforeEach(async () => {
  project = await temporaryFolder();
  seen = [];
  waiting = [];
  cpSync(join(ROOT, 'scripts'), join(project, 'scripts'), { recursive: true });
  // The placeholders have no configuration to be checked.
  rmSync(join(project, 'scripts', 'check-config.ts'));
  for (const file of ['package.json', 'package-lock.json']) cpSync(join(ROOT, file), join(project, file));
  symlinkSync(resolve(ROOT, 'node_modules'), join(project, 'node_modules'));
  for (const room of ['src', 'simulator']) {
    mkdirSync(join(project, room));
    writeFileSync(join(project, room, 'main.ts'), PLACEHOLDER);
  }
  const credentials = {
    applicationId: 'app',
    apiClientId: 'client_demo',
    apiClientSecret: 's',
    managementToken: 'amt',
  };
  writeFileSync(join(project, 'simulator', 'demo-credentials.json'), JSON.stringify(credentials));
  server = createServer((socket) => void greet(socket)).listen(join(project, 'test.sock'));
  await once(server, 'listening');
});

afterEach(async () => {
  if (script && script.exitCode === null && script.signalCode === null) {
    const ended = once(script, 'exit');
    script.kill('SIGKILL');
    await ended;
  }
  await Promise.all(seen.map(({ gone }) => gone));
  server.close();
  rmSync(project, { recursive: true, force: true });
});

async function greet(socket: Socket): Promise<void> {
  socket.on('error', () => undefined);
  const gone = once(socket, 'close');
  for await (const line of createInterface({ input: socket })) {
    const one = { ...(JSON.parse(line) as Omit<Seen, 'gone'>), gone }; // written by the placeholder
    const index = waiting.findIndex(({ name }) => name === one.name);
    if (index >= 0) waiting.splice(index, 1)[0]?.resolve(one);
    seen.push(one);
  }
}

function next(name: string): Promise<Seen> {
  return new Promise((done) => waiting.push({ name, resolve: done }));
}

function startScript(env: Record<string, string> = {}): {
  ended: Promise<[number | null, string | null]>;
  said: string[];
} {
  const clean = Object.entries(process.env).filter(([name]) => !/^(SMARTCAR|TOWLINE|PORT|HOST|NODE_TEST)/.test(name));
  script = spawn(process.execPath, [join(project, 'scripts', 'start.mjs')], {
    env: { ...Object.fromEntries(clean), TEST_SOCKET: join(project, 'test.sock'), ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said: string[] = [];
  if (script.stdout) createInterface({ input: script.stdout }).on('line', (line) => said.push(line));
  return { ended: once(script, 'close') as Promise<[number | null, string | null]>, said }; // an exit's two arguments
}

describe('npm start', () => {
  test('without credentials the simulator starts first, and both know the same ones', async () => {
    const [simulatorSeen, mainSeen] = [next('simulator'), next('main')];
    const { said } = startScript({ PORT: '4555', SIMULATOR_PORT: '4556' });
    const [simulator, main] = await Promise.all([simulatorSeen, mainSeen]);
    assert.deepEqual(simulator.args, [
      ...['--port', '4556', '--state', join(project, 'data', 'simulator.json'), '--bucket', '3000'],
      ...['--webhook-url', 'http://127.0.0.1:4555/webhooks/smartcar'],
      ...['--redirect-uri', 'http://127.0.0.1:4555/connect/callback'],
    ]);
    const { TOWLINE_DEMO, SMARTCAR_APPLICATION_ID, SMARTCAR_API_CLIENT_ID, SMARTCAR_MANAGEMENT_TOKEN } = main.env;
    assert.deepEqual(
      [TOWLINE_DEMO, SMARTCAR_APPLICATION_ID, SMARTCAR_API_CLIENT_ID, SMARTCAR_MANAGEMENT_TOKEN],
      ['true', 'app', 'client_demo', 'amt'],
    );
    assert.equal(said[0], 'simulator is ready');
  });

  test('ports that are left open are settled before either starts', async () => {
    const [simulatorSeen, mainSeen] = [next('simulator'), next('main')];
    startScript({ PORT: '0', SIMULATOR_PORT: '0' });
    const [simulator, main] = await Promise.all([simulatorSeen, mainSeen]);
    assert.match(main.env['PORT'] ?? '', /^[1-9]\d+$/);
    assert.equal(simulator.args[1], main.env['SIMULATOR_PORT']);
    assert.ok(simulator.args.includes(`http://127.0.0.1:${main.env['PORT']}/webhooks/smartcar`));
  });

  test("with credentials of one's own there is no simulator", async () => {
    const mainSeen = next('main');
    const { ended } = startScript({ SMARTCAR_API_CLIENT_ID: 'client_own' });
    const main = await mainSeen;
    script?.kill('SIGTERM');
    await ended;
    assert.equal(main.env['TOWLINE_DEMO'], undefined);
    assert.deepEqual(
      seen.map(({ name }) => name),
      ['main'],
    );
    assert.equal(existsSync(join(project, 'data')), false);
  });

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    test(`${signal} ends Towline, then the simulator, and the code is Towline's`, async () => {
      const mainSeen = next('main');
      const { ended, said } = startScript();
      await mainSeen;
      script?.kill(signal);
      assert.deepEqual(await ended, [7, null]);
      await Promise.all(seen.map(({ gone }) => gone));
      assert.deepEqual(
        said.filter((line) => line.endsWith('ends')),
        ['main ends', 'simulator ends'],
      );
    });
  }

  test('when Towline is killed, the simulator is ended and the code says so', async () => {
    const mainSeen = next('main');
    const { ended } = startScript();
    process.kill((await mainSeen).pid, 'SIGKILL');
    assert.deepEqual(await ended, [137, null]);
    await Promise.all(seen.map(({ gone }) => gone));
  });

  test('when the script itself is killed, nothing it started lives on', async () => {
    const mainSeen = next('main');
    const { ended } = startScript();
    await mainSeen;
    script?.kill('SIGKILL');
    await ended;
    await Promise.all(seen.map(({ gone }) => gone));
    assert.deepEqual(seen.map(({ name }) => name).sort(), ['main', 'simulator']);
  });

  test('a simulator that dies is started again under the same address', async () => {
    const mainSeen = next('main');
    startScript({ SIMULATOR_PORT: '4556' });
    await mainSeen;
    const again = next('simulator');
    process.kill(seen.find(({ name }) => name === 'simulator')?.pid ?? 0, 'SIGKILL');
    assert.deepEqual((await again).args.slice(0, 2), ['--port', '4556']);
  });
});
