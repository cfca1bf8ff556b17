/** Victims by the dozen: started ahead, since most of a start is reading modules; whoever survives is used again. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Done, Order } from './orders.ts';

const program = fileURLToPath(new URL('./victim.ts', import.meta.url));

export class Died extends Error {
  override readonly name = 'Died';
}

export interface Victim {
  /** @throws Died when it is killed before it has answered */
  ask(order: Order): Promise<Done>;
  isAlive(): boolean;
  kill(): void;
  /** When it is gone. */
  readonly gone: Promise<void>;
}

export interface Victims {
  take(): Promise<Victim>;
  /** Back with it, if it lives. */
  giveBack(victim: Victim): void;
  end(): Promise<void>;
}

export function openVictims(): Victims {
  const cache = mkdtempSync(join(tmpdir(), 'towline-crash-cache-'));
  const idle: Victim[] = [];
  const all = new Set<Victim>();
  let spare: Promise<Victim> | null = null;
  const start = async (): Promise<Victim> => {
    const victim = await startVictim(cache);
    all.add(victim);
    void victim.gone.then(() => all.delete(victim));
    return victim;
  };
  return {
    async take() {
      const known = idle.pop();
      if (known) return known;
      const started = spare ?? start();
      spare = start();
      return started;
    },
    giveBack: (victim) => void (victim.isAlive() && idle.push(victim)),
    async end() {
      await spare;
      const left = [...all];
      for (const victim of left) victim.kill();
      await Promise.all(left.map(({ gone }) => gone));
      rmSync(cache, { recursive: true, force: true });
    },
  };
}

async function startVictim(cache: string): Promise<Victim> {
  const env = { ...process.env, NODE_COMPILE_CACHE: cache };
  const child = spawn(process.execPath, [program], { env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const gone = once(child, 'exit').then(() => undefined);
  await Promise.race([once(child, 'message'), gone.then(() => Promise.reject(new Error('A victim did not start.')))]);
  return {
    ask: askerOf(child),
    gone,
    isAlive: () => child.exitCode === null && child.signalCode === null,
    kill: () => void child.kill('SIGKILL'),
  };
}

function askerOf(child: ChildProcess): Victim['ask'] {
  const waiting = new Map<number, { resolve: (done: Done) => void; reject: (error: Error) => void }>();
  let last = 0;
  let isGone = false;
  child.on('message', (done: Done) => {
    waiting.get(done.id)?.resolve(done);
    waiting.delete(done.id);
  });
  child.once('exit', () => {
    isGone = true;
    for (const { reject } of waiting.values()) reject(new Died());
  });
  return (order) => {
    if (isGone) return Promise.reject(new Died());
    const id = (last += 1);
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      child.send({ ...order, id }, (error) => error && reject(new Died()));
    });
  };
}
