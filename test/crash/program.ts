/** The real program as a child process, on a database and a simulator that the test keeps. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { plenty, simulatedSmartcar } from '../support/simulated-smartcar.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

export interface ProgramOptions {
  databaseUrl: string;
  simulatorOrigin: string;
  port: number;
  role?: 'all' | 'worker' | 'ingest';
  /** A file that holds the time; absent: real time. */
  clockFile?: string;
}

export interface Program {
  readonly url: string;
  /** What it printed and logged. */
  readonly said: readonly string[];
  kill(signal: 'SIGKILL' | 'SIGTERM'): void;
  /** Code and signal of its end. */
  readonly ended: Promise<[number | null, string | null]>;
}

/** Resolves with the ready line. */
export async function startProgram(options: ProgramOptions): Promise<Program> {
  const dataDir = mkdtempSync(join(tmpdir(), 'towline-crash-data-'));
  const child = spawn(process.execPath, [main], {
    env: environment(options, dataDir),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  const ended = once(child, 'close') as Promise<[number | null, string | null]>; // an exit's two arguments
  void ended.then(() => rmSync(dataDir, { recursive: true, force: true }));
  createInterface({ input: child.stderr }).on('line', (line) => said.push(line));
  const ready = Promise.withResolvers<void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    said.push(line);
    if (line.includes('is ready')) ready.resolve();
  });
  await Promise.race([
    ready.promise,
    ended.then(() => Promise.reject(new Error(`Towline did not start:\n${said.join('\n')}`))),
  ]);
  return { url: `http://127.0.0.1:${options.port}`, said, ended, kill: (signal) => void child.kill(signal) };
}

function environment(
  { databaseUrl, simulatorOrigin, port, role = 'all', clockFile }: ProgramOptions,
  dataDir: string,
): NodeJS.ProcessEnv {
  const clean = Object.entries(process.env).filter(
    ([name]) => !/^(SMARTCAR|TOWLINE|DATABASE|SMTP|MAIL|PORT|HOST|NODE_TEST)/.test(name),
  );
  return {
    ...Object.fromEntries(clean),
    PORT: String(port),
    DATABASE_URL: databaseUrl,
    TOWLINE_ROLE: role,
    TOWLINE_DEMO: 'true',
    TOWLINE_DATA_DIR: dataDir,
    TOWLINE_SECRET_KEYS: `test:${Buffer.alloc(32, 7).toString('base64')}`,
    ...(clockFile === undefined ? {} : { TOWLINE_TEST_CLOCK: clockFile }),
    ...simulatedSmartcar('v3', { connect: simulatorOrigin, api: simulatorOrigin }),
    ...plenty,
  };
}

/** Waits for something that another process brings about. @throws when it has not come after a minute */
export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`In a minute it did not come about that ${what}.`);
    await pause(50);
  }
}
