/** Node processes of ours for a measurement: they end when they are told to, and with their parent. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const endWithParent = new URL('../scripts/end-with-parent.mjs', import.meta.url).href;

export interface Child {
  pid: number;
  port: number;
  stop(): Promise<void>;
}

/** Starts a file beside this one that sends `{ port }` once it listens. */
export async function startChild(file: string, env: Record<string, string> = {}): Promise<Child> {
  const child = spawn(process.execPath, ['--import', endWithParent, fileURLToPath(new URL(file, import.meta.url))], {
    env: { ...process.env, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const port = await new Promise<number>((resolve, reject) => {
    child.once('message', (message: { port: number }) => resolve(message.port));
    child.once('exit', (code) => reject(new Error(`${file} ended with ${code} before it listened.`)));
  });
  return { pid: pidOf(child), port, stop: () => endChild(child) };
}

/** Starts Towline itself, and waits until it says that it is ready. What it logs is only shown when that fails. */
export async function startTowline(port: number, env: Record<string, string>): Promise<Child> {
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', endWithParent, main], {
    env: { PATH: process.env['PATH'] ?? '', NODE_ENV: 'production', PORT: String(port), ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        // Read on until the end, or a full pipe would stop the process that is being measured.
        if (said.length < 20_000) said += chunk.toString();
        if (said.includes('is ready')) resolve();
      });
    }
    child.once('exit', (code) => reject(new Error(`Towline ended with ${code}:\n${said}`)));
  });
  return { pid: pidOf(child), port, stop: () => endChild(child) };
}

function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error('The process could not be started.');
  return pid;
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}
