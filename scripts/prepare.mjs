/**
 * What every command does first: install what is missing or stale, build the dashboard when its sources changed, and
 * find a Node that runs Towline. Plain JavaScript that Node 20 reads, since it may run before anything is installed;
 * the second time it touches no network.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const MODULES = join(ROOT, 'node_modules');
const OLDEST_NODE = 24;

/**
 * Makes everything ready and answers the path of the Node to run TypeScript with. A dashboard that can't be built ends
 * the process when it is needed, is said when it is wanted, and is left alone with 'none'.
 */
export function prepare({ dashboard = 'wanted' } = {}) {
  install();
  // Whatever is started from here finds its sources compiled from the second time on; Node looks after the folder itself.
  process.env.NODE_COMPILE_CACHE ??= join(MODULES, '.cache', 'node');
  const node = findNode();
  if (dashboard === 'none' || buildDashboard(node)) return node;
  console.error('The dashboard could not be built. See the lines above.');
  if (dashboard === 'needed') process.exit(1);
  return node;
}

/** Runs a program to its end with our terminal; answers its exit code. SIGINT and SIGTERM go on to it. */
export function run(program, args, options = {}) {
  const child = spawn(program, args, { cwd: ROOT, stdio: 'inherit', ...options });
  const forward = (signal) => child.kill(signal);
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, forward);
  return new Promise((resolve) => {
    const done = (code) => {
      for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, forward);
      resolve(code);
    };
    child.once('error', (error) => {
      console.error(`${program} can't be run: ${error.message}`);
      done(1);
    });
    child.once('exit', (code, signal) => done(exitCode(code, signal)));
  });
}

/** As a shell counts: 128 and the signal's number for a process that a signal ended. */
export function exitCode(code, signal) {
  const numbers = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGKILL: 9, SIGTERM: 15 };
  return code ?? 128 + (numbers[signal] ?? 0);
}

function install() {
  const lock = readFileSync(join(ROOT, 'package-lock.json'));
  const wanted = createHash('sha256').update(lock).digest('hex');
  const stamp = join(MODULES, '.towline-stamp');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  if (!isInstalled(JSON.parse(lock.toString('utf8')))) installPackages();
  writeFileSync(stamp, wanted);
}

/** Whether somebody ran `npm ci` by hand: npm's own list of what it installed agrees with the lockfile. */
function isInstalled(lock) {
  const list = join(MODULES, '.package-lock.json');
  if (!existsSync(list)) return false;
  const installed = JSON.parse(readFileSync(list, 'utf8')).packages;
  return Object.entries(lock.packages).every(([path, entry]) => {
    if (path === '') return true;
    return installed[path] ? installed[path].version === entry.version : entry.optional === true || entry.peer === true;
  });
}

/** With the machine's own Node and npm: the packaged Node lies in the folder that is being replaced. */
function installPackages() {
  console.log('Installing packages (once, about a minute)…');
  const path = (process.env.PATH ?? '').split(delimiter).filter((entry) => !entry.startsWith(MODULES));
  const env = { ...process.env, PATH: path.join(delimiter) };
  const npm = process.env.npm_execpath;
  const machineNode = [process.env.npm_node_execpath, process.execPath].find((node) => node && !isOurs(node)) ?? 'node';
  const args = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
  const [program, ...before] = npm?.endsWith('.js') ? [machineNode, npm] : ['npm'];
  const { status } = spawnSync(program, [...before, ...args], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status === 0) return;
  console.error('The packages could not be installed. See the lines above; a network is needed the first time.');
  process.exit(1);
}

function isOurs(path) {
  return path.startsWith(MODULES + sep);
}

function findNode() {
  if (Number(process.versions.node.split('.')[0]) >= OLDEST_NODE) return process.execPath;
  const { platform, arch } = process;
  const system = platform === 'win32' ? 'win' : platform;
  const program = platform === 'win32' ? 'node.exe' : 'node';
  const packages = [`node-${system}-${arch}`, `node-bin-${system}-${arch}`];
  const found = packages.map((name) => join(MODULES, name, 'bin', program)).find((path) => existsSync(path));
  if (found) return found;
  console.error(
    `Towline runs on Node ${OLDEST_NODE} or newer; this is ${process.version}, and there is no packaged one for ` +
      `${platform} on ${arch}. Install Node ${OLDEST_NODE} and try again.`,
  );
  process.exit(1);
}

/** What the dashboard is built from; a change in any of it builds it again. */
const DASHBOARD_SOURCES = [
  'web',
  'src/http/contract',
  'src/http/contract.ts',
  'src/domain',
  'src/texts',
  'vite.config.ts',
  'package-lock.json',
];

/** False when it can't be built. */
function buildDashboard(node) {
  if (!existsSync(join(ROOT, 'web', 'index.html'))) return true;
  const stamp = join(ROOT, 'dist', '.web-stamp');
  const wanted = hashOf(DASHBOARD_SOURCES);
  const isBuilt = existsSync(join(ROOT, 'dist', 'web', 'index.html')) && existsSync(stamp);
  if (isBuilt && readFileSync(stamp, 'utf8') === wanted) return true;
  console.log('Building the dashboard…');
  const env = { ...process.env, NODE_ENV: 'production' };
  const { status } = spawnSync(node, viteArguments(), { cwd: ROOT, env, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) return false;
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, wanted);
  return true;
}

/** The arguments with which Vite builds the dashboard into dist/web; its configuration lies in web/ or beside it. */
export function viteArguments() {
  const config = ['vite.config.ts', 'web/vite.config.ts'].find((path) => existsSync(join(ROOT, path)));
  const vite = join(MODULES, 'vite', 'bin', 'vite.js');
  const output = ['--outDir', join(ROOT, 'dist', 'web'), '--emptyOutDir', '--logLevel', 'warn'];
  return [
    vite,
    'build',
    ...(config === 'vite.config.ts' ? [] : ['web']),
    ...(config ? ['--config', config] : []),
    ...output,
  ];
}

function hashOf(paths) {
  const hash = createHash('sha256');
  for (const path of paths) addTo(hash, join(ROOT, path));
  return hash.digest('hex');
}

function addTo(hash, path) {
  if (!existsSync(path)) return;
  if (statSync(path).isDirectory()) {
    for (const name of readdirSync(path).sort()) addTo(hash, join(path, name));
    return;
  }
  hash.update(relative(ROOT, path)).update('\0').update(readFileSync(path)).update('\0');
}
