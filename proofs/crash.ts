/** Real processes, killed at every single point of every scenario: at each commit, each answer of Smartcar's, each of the mail server's. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
/** What a scenario came to, and what failed. */
const telling = /points, same end each time$|^✖|^\s+point |end otherwise/;

/** @returns false when a run came to another end */
export const proveCrash = (tell: (line: string) => void): Promise<boolean> =>
  tellTest({ path: 'test/crash', env: { CRASH_POINTS: 'all' }, telling }, tell);

/** Tests at a size that is a proof. @returns whether all of them passed */
export async function tellTest(
  { path, env, telling }: { path: string; env: Record<string, string>; telling: RegExp },
  tell: (line: string) => void,
): Promise<boolean> {
  const started = Date.now();
  const child = spawn(process.execPath, ['scripts/test.mjs', path], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((done) => child.once('close', done));
  for await (const line of createInterface({ input: child.stdout })) if (telling.test(line)) tell(`  ${line}`);
  const code = await ended;
  tell(`${Math.round((Date.now() - started) / 1_000)} s`);
  return code === 0;
}
