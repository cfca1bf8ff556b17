/** What the program says to somebody who starts it wrongly. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const main = new URL('../../simulator/main.ts', import.meta.url).pathname;

function said(...args: string[]): { status: number | null; lines: string[] } {
  const { status, stderr } = spawnSync(process.execPath, [main, ...args], { encoding: 'utf8', timeout: 20_000 });
  return { status, lines: stderr.trim().split('\n') };
}

test('an option that makes no sense is refused with its remedy, before anything listens', () => {
  const wrong: [args: string[], sentence: RegExp][] = [
    [['--port', '99999'], /^--port must be a whole number up to 65535, not "99999"\.$/],
    [['--webhook-url', 'localhost:4000'], /^--webhook-url must be a whole address/],
    [['--redirect-uri', 'callback'], /^--redirect-uri must be a whole address/],
    [['--public-origin', 'example.com'], /^--public-origin must be a whole address/],
    [['--bucket', 'many'], /^--bucket must be a number, not "many"\.$/],
    [['--prot', '1'], /--prot/],
  ];
  for (const [args, sentence] of wrong) {
    const { status, lines } = said(...args);
    assert.equal(status, 2, args.join(' '));
    assert.match(lines[0] ?? '', sentence);
    assert.ok(lines.includes('Smartcar simulator'), 'the options are listed');
  }
});

test('a taken port and a file that is no state are told without the list of options', async (t) => {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  t.after(() => holder.close());
  const address = holder.address();
  assert.ok(typeof address === 'object' && address !== null);
  const taken = said('--port', String(address.port));
  assert.deepEqual([taken.status, taken.lines.length], [2, 2]);
  assert.match(taken.lines[1] ?? '', /SIMULATOR_PORT, or --port/);
  const folder = mkdtempSync(join(tmpdir(), 'simulator-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'state.json');
  writeFileSync(file, 'not JSON');
  const other = said('--port', '0', '--state', file);
  assert.deepEqual([other.status, other.lines.length], [2, 1]);
  assert.ok(other.lines[0]?.startsWith(`${file} is not a state file`));
});
