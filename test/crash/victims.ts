/** Victims by the dozen: started ahead, since most of a start is reading modules; whoever survives is used again. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Done, Order } from './orders.ts';

const crashVictim = new URL('./victim.ts', import.meta.url);

export class Died extends Error {
  override readonly name = 'Died';
}

export interface Victim<O extends object = Order> {
  /** @throws Died when it is killed before it has answered */
  ask(order: O): Promise<Done>;
  isAlive(): boolean;
  kill(): void;
  /** When it is gone. */
  readonly gone: Promise<void>;
}

export interface Victims<O extends object = Order> {
  take(): Promise<Victim<O>>;
  /** Back with it, if it lives. */
  giveBack(victim: Victim<O>): void;
  end(): Promise<void>;
}

/** @param program what they run: a process that says when it is ready, and answers each order with what was done */
export function openVictims<O extends object = Order>(program: URL = crashVictim): Victims<O> {
  const idle: Victim<O>[] = [];
  const all = new Set<Victim<O>>();
  let spare: Promise<Victim<O>> | null = null;
  const start = async (): Promise<Victim<O>> => {
    const victim = await startVictim<O>(program);
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
    },
  };
}

async function startVictim<O extends object>(program: URL): Promise<Victim<O>> {
  const child = spawn(process.execPath, [fileURLToPath(program)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const gone = once(child, 'exit').then(() => undefined);
  await Promise.race([once(child, 'message'), gone.then(() => Promise.reject(new Error('A victim did not start.')))]);
  return {
    ask: askerOf(child),
    gone,
    isAlive: () => child.exitCode === null && child.signalCode === null,
    kill: () => void child.kill('SIGKILL'),
  };
}

function askerOf<O extends object>(child: ChildProcess): Victim<O>['ask'] {
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
