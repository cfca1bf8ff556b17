/**
 * What the move stands on: a database, the simulator over HTTP with the gateway before it, and Towline as a process that is
 * killed and replaced, all on one clock.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { demoCredentials } from '../../simulator/credentials.ts';
import { startSimulator, type RunningSimulator } from '../../simulator/server.ts';
import { startEmbeddedPostgres } from '../../src/store/embedded-postgres.ts';
import { migrate } from '../../src/store/migrate.ts';
import { startDatabaseProxy } from '../../test/crash/database-proxy.ts';
import type { Proxy } from '../../test/crash/points.ts';
import { rowsOf, run } from '../../test/crash/sql.ts';
import { Died, openVictims, type Victim } from '../../test/crash/victims.ts';
import { freePort } from '../../test/support/ports.ts';
import { temporaryFolder } from '../../test/support/start-servers.ts';
import { startGateway, type Gateway } from './gateway.ts';
import { newKiller, type Killer } from './kills.ts';
import { budget, type Place } from './towline.ts';
import type { Order } from './victim.ts';

export interface Ground {
  readonly databaseUrl: string;
  readonly simulator: RunningSimulator;
  readonly seed: number;
  readonly port: number;
  clock: { now: Date };
  /** A call of the simulator's controls. @throws when it refuses */
  sim(method: string, path: string, body?: unknown): Promise<Record<string, unknown>>;
  close(): Promise<void>;
}

export interface Stage extends Ground {
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

const startAt = Date.UTC(2026, 4, 4, 6);
/** From a kill to the next start: the lease of the application's token ends in it; the others go on. */
const restartAfterS = 25;
/**
 * A refresh of v2's tokens whose answer died with Towline is asked for again in this time, or they are lost: so long Smartcar
 * answers a used token (docs/smartcar.md §1.7). A fresh process looks every few seconds, and is not killed meanwhile.
 */
const graceS = 60;
const key = 'k'.repeat(40);

export async function openGround(seed: number, cars: number): Promise<Ground> {
  const clock = { now: new Date(startAt) };
  const folder = await temporaryFolder();
  const postgres = await startEmbeddedPostgres({ dataDir: folder, durable: false });
  await migrate({ url: postgres.url });
  const port = await freePort();
  const publicUrl = `http://127.0.0.1:${port}`;
  const simulator = await startSimulator({
    ...demoCredentials,
    clock: () => clock.now,
    seed,
    many: cars,
    bucket: null,
    redirectUris: [`${publicUrl}/connect/callback`],
    webhookUrl: `${publicUrl}/webhooks/smartcar`,
  });
  return {
    databaseUrl: postgres.url,
    simulator,
    seed,
    port,
    clock,
    sim: controlsOf(simulator.origin),
    async close() {
      await simulator.close();
      await postgres.stop();
      for (const path of [postgres.dataDir, folder]) rmSync(path, { recursive: true, force: true });
    },
  };
}

function controlsOf(origin: string): Ground['sim'] {
  return async (method, path, body) => {
    const response = await fetch(`${origin}${path}`, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as Record<string, unknown>; // the controls answer objects alone
    if (!response.ok) throw new Error(`The simulator answered ${response.status}: ${JSON.stringify(answer)}`);
    return answer;
  };
}

export const placeOf = (
  ground: Ground,
  speaks: Place['speaks'],
  at?: { database: Proxy; gateway: Gateway },
): Place => ({
  databaseUrl: at ? throughProxy(ground.databaseUrl, at.database.port) : ground.databaseUrl,
  smartcarOrigin: at?.gateway.origin ?? ground.simulator.origin,
  connectOrigin: ground.simulator.origin,
  port: ground.port,
  key,
  speaks,
  seed: ground.seed,
});

/** From here on Smartcar limits the application, and Towline may be killed. */
export async function openStage(ground: Ground, kills: number): Promise<Stage> {
  const { clock, databaseUrl, simulator, seed } = ground;
  const now = (): Date => clock.now;
  await ground.sim('PATCH', '/sim/api/knobs', { applicationBucket: budget });
  const victims = openVictims<Order>(new URL('./victim.ts', import.meta.url));
  let victim: Victim<Order> = await victims.take();
  const killer = newKiller(seed, kills, () => victim.kill(), now);
  const socketDir = new URL(databaseUrl.replace('@/', '@local/')).searchParams.get('host') ?? '';
  const database = await startDatabaseProxy(join(socketDir, '.s.PGSQL.5432'), killer);
  const gateway = await startGateway({ target: simulator.origin, points: killer, now });
  const faults: string[] = [];
  const place = placeOf(ground, 'both', { database, gateway });

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
  const call = callerOf(`http://127.0.0.1:${ground.port}/api/v1`);
  const api: Stage['api'] = (method, path, body) =>
    call(method, path, body).catch(async (error: unknown) => {
      if (await order('tick')) throw error;
      return null;
    });
  await open();
  return {
    ...ground,
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

const pass = (clock: Ground['clock'], seconds: number): void => {
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

function throughProxy(databaseUrl: string, port: number): string {
  const { pathname, username } = new URL(databaseUrl.replace('@/', '@local/'));
  return `postgres://${username}@127.0.0.1:${port}${pathname}`;
}

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

/** The job engine lets go of a dead worker's tasks after four hours of its own clock; here by its own means, at once. */
const freeTasks = (url: string): Promise<void> =>
  run(
    url,
    `select graphile_worker.force_unlock_workers(array(select distinct locked_by from graphile_worker._private_jobs where locked_by is not null))`,
  );

/** The engine repeats a failed task after seconds of its own clock, which can't be moved. */
const letTasksRunAgain = (url: string): Promise<void> =>
  run(
    url,
    `select graphile_worker.reschedule_jobs(array(select id from graphile_worker._private_jobs where locked_at is null and attempts > 0), now())`,
  );
