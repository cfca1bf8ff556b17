/**
 * `npm test [-- FILE or FOLDER…]`: every automated test, on the embedded database and on an installed PostgreSQL where
 * there is one. In CI a skipped test is a failure: there, everything that a test needs is installed.
 */
import { spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { exitCode, prepare, ROOT } from './prepare.mjs';

const node = prepare();
const servers = spawn(node, [join(ROOT, 'test', 'support', 'keep-servers.ts')], {
  cwd: ROOT,
  // Ctrl-C must not reach the databases before the tests that use them.
  detached: true,
  stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
});
const serversEnded = new Promise((done) => servers.once('exit', done));

const env = await new Promise((done) => {
  servers.once('message', done);
  servers.once('exit', () => done(null));
});
if (env === null) {
  console.error('The test databases did not start.');
  process.exit(1);
}

const { code, said } = await runTests(env);
if (servers.connected) servers.disconnect();
await serversEnded;
process.exit(verdict(code, said));

function runTests(databases) {
  const args = ['--test', '--test-concurrency=2', '--test-timeout=300000', '--test-reporter=spec', ...patterns()];
  const child = spawn(node, args, {
    cwd: ROOT,
    env: { ...process.env, ...databases },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  let said = '';
  child.stdout.on('data', (chunk) => {
    process.stdout.write(chunk);
    // The counts stand at the end.
    said = (said + chunk).slice(-2_000_000);
  });
  return new Promise((done) => child.once('close', (code, signal) => done({ code: exitCode(code, signal), said })));
}

function patterns() {
  const given = process.argv.slice(2);
  if (given.length === 0) return ['test/**/*.test.ts'];
  return given.map((path) => (existsSync(path) && statSync(path).isDirectory() ? `${path}/**/*.test.ts` : path));
}

function verdict(code, said) {
  const skipped = Number(/^.*\bskipped (\d+)\s*$/m.exec(said.slice(said.lastIndexOf('suites ')))?.[1] ?? NaN);
  if (process.env.CI !== 'true' || skipped === 0) return code;
  console.error(
    Number.isNaN(skipped)
      ? 'The runner printed no count of skipped tests.'
      : `In CI nothing may be skipped, and ${skipped} tests were. Install what they name, as .ci/run does.`,
  );
  return code || 1;
}
