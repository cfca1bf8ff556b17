import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const TOWLINE = fileURLToPath(new URL('../../scripts/towline.mjs', import.meta.url));

test('the command line starts from any folder, and hands its exit code on', async () => {
  const start = (...args: string[]) =>
    promisify(execFile)(process.execPath, [TOWLINE, ...args], {
      cwd: tmpdir(),
      env: { PATH: process.env['PATH'] ?? '' },
    });
  const { stdout, stderr } = await start('--help');
  assert.match(stdout, /^towline COMMAND \[OPTIONS\]\n/);
  assert.equal(stderr, '');
  await assert.rejects(start('status'), { code: 2, stderr: /^There is no API key\./ });
});
