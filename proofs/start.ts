/** How long it takes from a clean clone to the ready line, with an empty package cache, and the second time. */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { npmStart, ownFolder, type Started } from './command.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const firstGoalS = 90;
const secondGoalS = 20;

/** What the start script says at its steps, and what nobody wants to read; nothing else goes into the proof. */
const steps = /^(Installing packages|Building the dashboard|Connecting|Towline is ready)|error|fail|could not/i;

export async function proveStart(tell: (line: string) => void): Promise<void> {
  const folder = await ownFolder();
  const clone = join(folder, 'towline');
  const cache = join(folder, 'npm-cache');
  mkdirSync(cache);
  git(['clone', '--quiet', '--no-hardlinks', root, clone]);
  tell(`clean clone of ${git(['-C', clone, 'log', '-1', '--format=%h %s'])}`);
  const env = { npm_config_cache: cache };
  await proveOnce('first start, empty package cache', firstGoalS, () => npmStart(clone, env), tell);
  await proveOnce('second start', secondGoalS, () => npmStart(clone, env), tell);
  const changed = git(['-C', clone, 'status', '--porcelain']);
  tell(changed === '' ? 'the clone is as clean as before' : `changed in the clone:\n${changed}`);
}

async function proveOnce(
  name: string,
  goalS: number,
  start: () => Promise<Started>,
  tell: (line: string) => void,
): Promise<void> {
  const started = await start();
  for (const { atS, text } of started.lines) {
    if (steps.test(text))
      tell(
        `  ${atS.toFixed(1).padStart(6)} s  ${text.replace(/:\d{4,5}\b/g, '').replaceAll(/\/[^\s:]*(?=\/towline\/)/g, '')}`,
      );
  }
  const stoppedS = await started.stop();
  const { readyS } = started;
  tell(
    `${name}: ready after ${readyS.toFixed(1)} s (aim ${goalS} s: ${readyS <= goalS ? 'met' : 'missed'}), stopped by Ctrl-C in ${stoppedS.toFixed(1)} s`,
  );
}

function git(args: string[]): string {
  const { status, stdout, stderr } = spawnSync('git', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`git ${args[0] ?? ''} failed: ${stderr}`);
  return stdout.trim();
}
