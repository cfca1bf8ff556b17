/**
 * What the move stands on: a database, the simulator over HTTP with the gateway before it, and Towline as a process that is
 * killed and replaced, all on one clock.
 */
import { startDatabaseProxy, throughProxy } from '../../test/crash/database-proxy.ts';
import type { Proxy } from '../../test/crash/points.ts';
import { freeTasks, letTasksRunAgain, rowsOf } from '../../test/crash/sql.ts';
import { Died, openVictims, type Victim } from '../../test/crash/victims.ts';
import type { World } from '../world.ts';
import { startGateway, type Gateway } from './gateway.ts';
import { newKiller, type Killer } from './kills.ts';
import { budget, type Place } from './towline.ts';
import type { Order } from './victim.ts';

export interface Stage extends World {
  readonly gateway: Gateway;
  readonly killer: Killer;
  /** What went wrong on Towline's side, its deaths apart. */
  readonly faults: readonly string[];
  now(): Date;
  rows(question: string): Promise<Record<string, unknown>[]>;
  /** A call of Towline's API. Null: it was killed over it, and a fresh process stands in its place. */
  api(method: string, path: string, body?: unknown): Promise<Answered | null>;
  /** The same; asked again until it is answered, as a person does who gets no page. */
  ask(method: string, path: string, body?: unknown): Promise<Answered>;
  /** The clock moves on, and everything happens that is due by then. */
  advance(seconds: number): Promise<void>;
}

export interface Answered {
  status: number;
  text: string;
  /** Of an answer in JSON. */
  body: Record<string, unknown>;
}

/** From a kill to the next start: the lease of the application's token ends in it; the others go on. */
const restartAfterS = 25;
/**
 * A refresh of v2's tokens whose answer died with Towline is asked for again in this time, or they are lost: so long Smartcar
 * answers a used token (docs/smartcar.md §1.7). A fresh process looks every few seconds, and is not killed meanwhile.
 */
const graceS = 60;
const key = 'k'.repeat(40);

export const placeOf = (world: World, speaks: Place['speaks'], at?: { database: Proxy; gateway: Gateway }): Place => ({
  databaseUrl: at ? throughProxy(world.databaseUrl, at.database.port) : world.databaseUrl,
  smartcarOrigin: at?.gateway.origin ?? world.simulator.origin,
  connectOrigin: world.simulator.origin,
  port: world.port,
  key,
  speaks,
  seed: world.seed,
});

/** From here on Smartcar limits the application, and Towline may be killed. */
export async function openStage(world: World, kills: number): Promise<Stage> {
  const { clock, databaseUrl, simulator, seed } = world;
  const now = (): Date => clock.now;
  await world.sim('PATCH', '/sim/api/knobs', { applicationBucket: budget });
  const victims = openVictims<Order>(new URL('./victim.ts', import.meta.url));
  let victim: Victim<Order> = await victims.take();
  const killer = newKiller(seed, kills, () => victim.kill(), now);
  const database = await startDatabaseProxy(databaseUrl, killer);
  const gateway = await startGateway({ target: simulator.origin, points: killer, now });
  const faults: string[] = [];
  const place = placeOf(world, 'both', { database, gateway });

  /** @throws Died */
  async function send(order: Order): Promise<void> {
    const done = await victim.ask(order);
    faults.push(...done.faults, ...(done.error === null ? [] : [done.error]));
  }
  const open = (): Promise<void> => send({ do: 'open', place, now: clock.now.toISOString() });
  async function replace(): Promise<void> {
    await victim.gone;
    for (const proxy of [database, gateway]) proxy.cut();
    pass(clock, restartAfterS);
    await freeTasks(databaseUrl);
    victim = await victims.take();
    killer.revived();
    await open();
    for (let lookedS = 0; lookedS < graceS - restartAfterS; lookedS += 10) {
      pass(clock, 10);
      await send({ do: 'work', now: clock.now.toISOString() });
    }
    killer.again();
  }
  /** @returns false when it was killed over it, and a fresh one stands in its place */
  async function order(what: 'tick' | 'work' | 'close'): Promise<boolean> {
    if (await lives(send({ do: what, now: clock.now.toISOString() }))) return true;
    await replace();
    return false;
  }
  const call = callerOf(`http://127.0.0.1:${world.port}/api/v1`);
  const api: Stage['api'] = (method, path, body) =>
    call(method, path, body).catch(async (error: unknown) => {
      if (await order('tick')) throw error;
      return null;
    });
  await open();
  return {
    ...world,
    gateway,
    killer,
    faults,
    now,
    rows: (question) => rowsOf(databaseUrl, question),
    api,
    ask: untilAnswered(api),
    async advance(seconds) {
      pass(clock, seconds);
      await order('tick');
      // Webhooks arrive in it, so Towline may die in it; then Smartcar has no answer, and sends again.
      await simulator.advanceTo(clock.now);
      await letTasksRunAgain(databaseUrl);
      while (!(await order('work')));
    },
    async close() {
      killer.rest();
      await order('close');
      await victims.end();
      await gateway.close();
      await database.close();
    },
  };
}

function untilAnswered(api: Stage['api']): Stage['ask'] {
  return async (method, path, body) => {
    for (;;) {
      const answered = await api(method, path, body);
      if (answered) return answered;
    }
  };
}

const pass = (clock: World['clock'], seconds: number): void => {
  clock.now = new Date(clock.now.getTime() + seconds * 1_000);
};

/** @returns false when it died over it */
const lives = (done: Promise<void>): Promise<boolean> =>
  done.then(
    () => true,
    (error: unknown) => {
      if (error instanceof Died) return false;
      throw error;
    },
  );

function callerOf(base: string): (method: string, path: string, body?: unknown) => Promise<Answered> {
  return async (method, path, body) => {
    const response = await fetch(`${base}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true;
    return { status: response.status, text, body: isJson ? (JSON.parse(text) as Answered['body']) : {} }; // an object, by contract
  };
}
