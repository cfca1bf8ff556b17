/** `npm start` as somebody at a terminal runs it: what it says and when, and Ctrl-C. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { temporaryFolder } from '../test/support/start-servers.ts';

export interface Started {
  /** npm itself; everything else comes from it. */
  pid: number;
  /** Each line it said, with the seconds since it was started. */
  lines: { atS: number; text: string }[];
  /** Seconds until the ready line. */
  readyS: number;
  /** Ctrl-C. @returns seconds until the last process had ended */
  stop(): Promise<number>;
}

const running = new Map<ChildProcess, Promise<unknown>>();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    for (const child of running.keys()) interrupt(child);
    void Promise.allSettled(running.values()).then(() => process.exit(130));
  });
}

/** Starts the demo in this folder on free ports, and resolves when it is ready. */
export async function npmStart(folder: string, env: Record<string, string>): Promise<Started> {
  const startedAt = performance.now();
  const elapsedS = (): number => (performance.now() - startedAt) / 1_000;
  const lines: Started['lines'] = [];
  const child = spawn('npm', ['start'], {
    cwd: folder,
    env: { ...environmentOfAUser(), PORT: '0', SIMULATOR_PORT: '0', ...env },
    // A group of its own, which Ctrl-C reaches as a whole.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close');
  running.set(child, closed);
  void closed.then(() => running.delete(child));
  const readyS = await new Promise<number>((resolve, reject) => {
    for (const input of [child.stdout, child.stderr]) {
      createInterface({ input }).on('line', (text) => {
        lines.push({ atS: elapsedS(), text });
        if (text.startsWith('Towline is ready')) resolve(elapsedS());
      });
    }
    child.once('error', reject);
    child.once('close', () => reject(new Error(`npm start ended early:\n${lines.map(({ text }) => text).join('\n')}`)));
  });
  return {
    pid: child.pid ?? 0,
    lines,
    readyS,
    async stop() {
      const stoppedAt = performance.now();
      interrupt(child);
      await closed;
      return (performance.now() - stoppedAt) / 1_000;
    },
  };
}

function interrupt({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGINT');
  } catch {
    // It has ended.
  }
}

/** Without what `npm run` adds for its own script, of which the Node in our own packages is the one that matters. */
function environmentOfAUser(): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    ([name]) =>
      !/^(npm_(package|lifecycle|config_local|config_npm|node|exec|command)|INIT_CWD|NODE$|SMARTCAR_|TOWLINE_|DATABASE_URL|SMTP_URL)/.test(
        name,
      ),
  );
  const env = Object.fromEntries(kept.map(([name, value]) => [name, value ?? '']));
  env['PATH'] = (env['PATH'] ?? '')
    .split(':')
    .filter((entry) => !/node_modules|node-gyp-bin/.test(entry))
    .join(':');
  return env;
}

/** A folder that PostgreSQL's account may enter, and that is gone with this process. */
export async function ownFolder(): Promise<string> {
  const folder = await temporaryFolder();
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
