/** Towline and the simulator in this process, on one clock that the proof moves: real database, real HTTP, no sleeping. */
import { Logger, runOnce } from 'graphile-worker';
import { sql } from 'kysely';
import { seeded } from '../../simulator/random.ts';
import type { RunningSimulator } from '../../simulator/server.ts';
import { bindFlows, bindTasks, closeGround, listen, openGround, type AppOptions, type Ground } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import type { FleetId } from '../../src/domain/ids.ts';
import { applyWebhooks } from '../../src/flows/apply-webhooks.ts';
import { ensureFleets } from '../../src/flows/bootstrap.ts';
import { CallFailed, NotThereYet } from '../../src/flows/call-failed.ts';
import { deliverDue } from '../../src/flows/deliver.ts';
import { pollDue } from '../../src/flows/poll.ts';
import type { Flows } from '../../src/http/needs.ts';
import { taskListOf } from '../../src/jobs/runner.ts';
import { createLog } from '../../src/log.ts';
import { ensurePartitions } from '../../src/store/telemetry.ts';
import { plenty, simulatedSmartcar } from '../../test/support/simulated-smartcar.ts';
import { openWorld, type World } from '../world.ts';
import { newRota } from './rota.ts';

export interface Stage {
  ground: Ground;
  flows: Flows;
  fleetId: FleetId;
  publicUrl: string;
  /** Where Connect is. */
  simulatorOrigin: string;
  now(): Date;
  /** What went wrong on our side; what Smartcar is asked again is not in it. */
  faults: { what: string; error: unknown }[];
  /** A call of the simulator's controls. @throws when it refuses */
  sim(method: string, path: string, body?: unknown): Promise<Record<string, unknown>>;
  /** Moves the clock to that time; whatever is due on the way has happened by then. */
  moveTo(at: number): Promise<void>;
  /** Something was done from outside: what follows from it happens at the next move. */
  touch(): void;
  close(): Promise<void>;
}

/** Nothing is finer than this. */
const grainS = 15;
/** Regular reads and news of cars that nothing is the matter with are worked together at these marks. */
const quietGrainMs = 300_000;

export async function openStage(seed: number, cars: number): Promise<Stage> {
  // Cars that sleep for days by themselves are in no truth; those of the plan are.
  const world = await openWorld(seed, cars, { makesDiffer: false });
  const { clock, publicUrl, simulator } = world;
  const options = appOptions(world);
  const faults: Stage['faults'] = [];
  const ground: Ground = {
    ...(await openGround(options)),
    onFault: (error, what) =>
      error instanceof CallFailed || error instanceof NotThereYet || faults.push({ what, error }),
  };
  await ensurePartitions(ground.database, clock.now);
  const [fleetId] = await ensureFleets(ground, true, clock.now);
  const bound = bindFlows(ground);
  const hand = newHand(ground, simulator, clock);
  const flows: Flows = {
    ...bound,
    receiveWebhook: (body, ...given) => {
      if (body.includes('VEHICLE_STATE')) hand.touchQuietly();
      else hand.touch();
      return bound.receiveWebhook(body, ...given);
    },
  };
  const server = await listen(ground, flows, options);
  return {
    ground,
    flows,
    fleetId,
    publicUrl,
    simulatorOrigin: simulator.origin,
    now: () => clock.now,
    faults,
    sim: world.sim,
    moveTo: hand.moveTo,
    touch: hand.touch,
    async close() {
      await server.close();
      await closeGround(ground);
      await world.close();
    },
  };
}

function appOptions({ databaseUrl, port, publicUrl, simulator, seed, clock }: World): AppOptions {
  const { origin } = simulator;
  const config = readConfig({
    PORT: String(port),
    TOWLINE_PUBLIC_URL: publicUrl,
    TOWLINE_DEMO: 'true',
    ...simulatedSmartcar('v3', { connect: origin, api: origin }),
    ...plenty,
  });
  return {
    config,
    databaseUrl,
    keys: [{ id: 'proof', key: Buffer.alloc(32, 7) }],
    clock: () => clock.now,
    chance: seeded(seed, 'polls'),
    log: createLog({ level: 'silent' }),
  };
}

/** The clock's hand: goes on grain by grain, and stops only where something is due. */
function newHand(
  ground: Ground,
  simulator: RunningSimulator,
  clock: { now: Date },
): Pick<Stage, 'moveTo' | 'touch'> & { touchQuietly(): void } {
  const rota = newRota(ground, clock.now);
  let touched = true;
  let nextDue = 0;
  return {
    touch: () => {
      touched = true;
    },
    touchQuietly: () => {
      nextDue = Math.min(nextDue, Math.ceil(clock.now.getTime() / quietGrainMs) * quietGrainMs);
    },
    async moveTo(given) {
      // A date keeps whole milliseconds only.
      const at = Math.ceil(given);
      while (clock.now.getTime() < at) {
        clock.now = new Date(Math.min(at, clock.now.getTime() + grainS * 1_000));
        await simulator.advanceTo(clock.now);
        const swept = await rota.run(clock.now, touched);
        if (!touched && !swept && clock.now.getTime() < nextDue) continue;
        touched = false;
        await settle(ground, simulator, clock.now);
        nextDue = await earliestDue(ground, clock.now);
      }
    },
  };
}

/** Rounds until nothing more happens at this instant. */
async function settle(ground: Ground, simulator: RunningSimulator, now: Date): Promise<void> {
  for (let round = 0; round < 40; round += 1) {
    await simulator.advanceTo(now);
    const due = await dueNow(ground, now);
    if (due.webhooks) await applyWebhooks(ground, now);
    if (due.polls) await pollDue(ground, now);
    if (due.jobs) await runJobs(ground);
    if (due.mail) await deliverDue(ground, now);
    if (!due.webhooks && !due.polls && !due.jobs && !due.mail) return;
  }
}

interface DueNow {
  webhooks: boolean;
  polls: boolean;
  jobs: boolean;
  mail: boolean;
}

async function dueNow({ database }: Ground, now: Date): Promise<DueNow> {
  const { rows } = await sql<DueNow>`select
    exists(select from webhook_inbox where state = 'pending' and (lease_until is null or lease_until <= ${now})) as webhooks,
    exists(select from connection_due where due_at <= ${now} and (lease_until is null or lease_until <= ${now})) as polls,
    exists(select from graphile_worker._private_jobs where locked_at is null and attempts < max_attempts
      and run_at <= clock_timestamp()) as jobs,
    exists(select from notification where due_at <= ${now}) as mail`.execute(database.owner);
  return rows[0] ?? { webhooks: false, polls: false, jobs: false, mail: false };
}

/** Epoch milliseconds, the next mark at the latest. What is in question is worked at its own time, the rest at the mark. */
async function earliestDue({ database }: Ground, now: Date): Promise<number> {
  const mark = new Date((Math.floor(now.getTime() / quietGrainMs) + 1) * quietGrainMs);
  const { rows } = await sql<{ at: Date | null }>`select least((select min(due_at) from notification),
    (select min(greatest(d.due_at, coalesce(d.lease_until, d.due_at))) from connection_due d
      join connection c on c.id = d.connection_id
      where d.due_at < ${mark}
        and (c.status <> 'active' or coalesce(c.suspicion, 'null'::jsonb) <> 'null'::jsonb))) as at`.execute(
    database.owner,
  );
  return Math.min(rows[0]?.at?.getTime() ?? Infinity, mark.getTime());
}

const quiet = new Logger(() => () => undefined);

async function runJobs(ground: Ground): Promise<void> {
  const taskList = taskListOf(bindTasks(ground));
  await runOnce({ pgPool: ground.database.ownerPool, taskList, noHandleSignals: true, logger: quiet });
}
