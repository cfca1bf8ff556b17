/**
 * `npm start`: Towline, and with it Smartcar's stand-in when there are no Smartcar credentials. Each is a process of
 * its own; they start in order, end in order, and never outlive this one.
 *
 * --only-simulator  the stand-in alone; everything after it goes to the simulator
 * --watch           start again, and build the dashboard again, when a source changes
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { exitCode, prepare, ROOT, run, viteArguments } from './prepare.mjs';

const args = process.argv.slice(2);
const END_WITH_PARENT = pathToFileURL(join(ROOT, 'scripts', 'end-with-parent.mjs')).href;
const SIMULATOR_RESTARTS = 5;
const RESTART_WAIT_MS = 1_000;

if (args.includes('--only-simulator')) {
  const node = prepare({ dashboard: 'none' });
  const rest = args.filter((arg) => arg !== '--only-simulator');
  process.exit(await run(node, [join(ROOT, 'simulator', 'main.ts'), ...rest]));
}
await start(prepare({ dashboard: 'needed' }), args.includes('--watch'));

async function start(node, watch) {
  const env = { ...process.env };
  const children = new Set();
  let ending = false;
  const begin = (programArgs, stdout, more = {}) => {
    const child = spawn(node, ['--import', END_WITH_PARENT, ...programArgs], {
      cwd: ROOT,
      env: { ...env, ...more },
      // A session of its own: Ctrl-C reaches this process alone, which tells the others once and in order.
      detached: true,
      stdio: ['ignore', stdout, 'inherit', 'ipc'],
    });
    children.add(child);
    child.once('exit', () => children.delete(child));
    return child;
  };

  const simulator = isDemo(env) ? { child: null, restarts: 0 } : null;
  const runSimulator = () => {
    const child = begin(simulatorArguments(env), 'pipe');
    simulator.child = child;
    let said = false;
    child.stdout.once('data', () => (said = true));
    child.once('exit', (code, signal) => {
      // One that never ran (its port is taken) would only fail again.
      if (ending || !said || simulator.restarts >= SIMULATOR_RESTARTS) return;
      simulator.restarts += 1;
      console.error(`The simulator ended (${signal ?? code}); it is started again.`);
      setTimeout(() => ending || runSimulator(), RESTART_WAIT_MS);
    });
    return firstLine(child);
  };

  let main = null;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      ending = true;
      if (main) main.kill('SIGTERM');
      else endAll(children);
    });
  }

  if (simulator) await demoEnvironment(env);
  process.exitCode = await checkConfig(node, env);
  if (process.exitCode) return;
  if (simulator) {
    await runSimulator();
    if (simulator.child.exitCode !== null) process.exitCode = 1;
  }
  if (ending || process.exitCode) return;
  if (watch) begin([...viteArguments(), '--watch'], 'inherit');
  main = begin([...(watch ? ['--watch'] : []), join(ROOT, 'src', 'main.ts')], simulator ? 'pipe' : 'inherit');
  if (simulator) passOn(main, () => seed(begin, env));
  const [code, signal] = await once(main, 'exit');
  if (!ending && signal) console.error(`Towline was ended by ${signal}. Nothing is lost; start it again.`);
  ending = true;
  endAll(children);
  // The channels to the children hold this process until each has ended.
  process.exitCode = exitCode(code, signal);
}

function endAll(children) {
  for (const child of children) child.kill('SIGTERM');
}

/**
 * Passes on what Towline says. It is ready when it listens; the demo is ready when its fleets are seeded too, so from
 * that line on everything waits for the seeding.
 */
function passOn(child, whenListening) {
  let seeded = null;
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.startsWith('Towline is ready')) seeded = whenListening();
    if (seeded) seeded.then(() => console.log(line));
    else console.log(line);
  });
}

/** Seeds the demo's fleets; resolves when that has ended, well or not. */
function seed(begin, env) {
  const more = {
    SEED_TOWLINE: `http://127.0.0.1:${env.PORT || '4000'}`,
    SEED_SIMULATOR: `http://127.0.0.1:${env.SIMULATOR_PORT || '4010'}`,
    SEED_KEY: env.TOWLINE_BOOTSTRAP_API_KEY,
  };
  const child = begin([join(ROOT, 'scripts', 'seed-demo.ts')], 'inherit', more);
  return new Promise((done) => child.once('exit', done));
}

/** The environment is checked as a whole before the first process starts. @returns 0, or the code to end with */
async function checkConfig(node, env) {
  const file = join(ROOT, 'scripts', 'check-config.ts');
  if (!existsSync(file)) return 0;
  const child = spawn(node, [file], { cwd: ROOT, env, stdio: ['ignore', 'inherit', 'inherit'] });
  return new Promise((done) => child.once('exit', (code, signal) => done(exitCode(code, signal))));
}

/** The same rule as in src/config.ts: the demo is what runs when nobody gave Smartcar credentials. */
function isDemo(env) {
  if (env.TOWLINE_DEMO) return env.TOWLINE_DEMO === 'true';
  const credentials = ['APPLICATION_ID', 'API_CLIENT_ID', 'API_CLIENT_SECRET', 'CLIENT_SECRET'];
  return !credentials.some((name) => env[`SMARTCAR_${name}`]);
}

/** The well-known credentials of the simulator, for it and for Towline. */
async function demoEnvironment(env) {
  const known = JSON.parse(readFileSync(join(ROOT, 'simulator', 'demo-credentials.json'), 'utf8'));
  env.TOWLINE_DEMO = 'true';
  env.SMARTCAR_APPLICATION_ID ||= known.applicationId;
  env.SMARTCAR_API_CLIENT_ID ||= known.apiClientId;
  env.SMARTCAR_API_CLIENT_SECRET ||= known.apiClientSecret;
  env.SMARTCAR_MANAGEMENT_TOKEN ||= known.managementToken;
  env.TOWLINE_BOOTSTRAP_API_KEY ||= demoKey(join(dataFolder(env), 'demo-api-key'));
  // Each must know the other's port before it starts.
  if (env.PORT === '0') env.PORT = String(await freePort());
  if (env.SIMULATOR_PORT === '0') env.SIMULATOR_PORT = String(await freePort());
}

function simulatorArguments(env) {
  const port = env.PORT || '4000';
  const host = !env.HOST || ['0.0.0.0', '::', 'localhost'].includes(env.HOST) ? '127.0.0.1' : env.HOST;
  const publicUrl = (env.TOWLINE_PUBLIC_URL || `http://127.0.0.1:${port}`).replace(/\/$/, '');
  const local = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  return [
    join(ROOT, 'simulator', 'main.ts'),
    ...['--port', env.SIMULATOR_PORT || '4010'],
    ...['--state', join(dataFolder(env), 'simulator.json')],
    // Sixty cars that connect in the same minute; as a contract with Smartcar would allow it, and as src/config.ts expects.
    ...['--bucket', '3000'],
    ...['--webhook-url', `${local}/webhooks/smartcar`],
    ...['--redirect-uri', `${publicUrl}/connect/callback`],
  ];
}

/** The key under which the demo is seeded; made once, and good for trying the API. */
function demoKey(file) {
  if (!existsSync(file)) writeFileSync(file, `${randomBytes(24).toString('hex')}\n`, { mode: 0o600 });
  return readFileSync(file, 'utf8').trim();
}

function dataFolder(env) {
  const folder = resolve(ROOT, env.TOWLINE_DATA_DIR || 'data');
  if (!existsSync(folder)) {
    mkdirSync(folder, { recursive: true });
    // PostgreSQL runs as another account under root, and must be able to go through.
    chmodSync(folder, 0o711);
  }
  return folder;
}

/** Resolves with the first line it says, or when it has ended; everything it says is passed on. */
function firstLine(child) {
  return new Promise((done) => {
    const lines = createInterface({ input: child.stdout });
    lines.on('line', (line) => {
      console.log(line);
      done();
    });
    child.once('exit', () => done());
  });
}

function freePort() {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}
