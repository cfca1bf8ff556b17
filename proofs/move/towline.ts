/** Towline as this proof runs it: in the process that enrols the cars, and in the ones that are killed. */
import { Logger, runOnce } from 'graphile-worker';
import { seeded } from '../../simulator/random.ts';
import { bindTasks, openGround, type AppOptions, type Ground } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { applyWebhooks } from '../../src/flows/apply-webhooks.ts';
import { CallFailed, NotThereYet } from '../../src/flows/call-failed.ts';
import { flushUsage } from '../../src/flows/meter.ts';
import { deliverDue } from '../../src/flows/deliver.ts';
import { pollDue } from '../../src/flows/poll.ts';
import { renewUnanswered } from '../../src/flows/renew-tokens.ts';
import { taskListOf } from '../../src/jobs/runner.ts';
import { createLog } from '../../src/log.ts';
import { told } from '../../test/crash/obey.ts';
import { simulatedSmartcar } from '../../test/support/simulated-smartcar.ts';

export interface Place {
  databaseUrl: string;
  /** Where all of Smartcar's hosts answer. */
  smartcarOrigin: string;
  /** Where Connect's pages are. */
  connectOrigin: string;
  /** Where it listens itself. */
  port: number;
  key: string;
  /** The platforms that it has credentials for. */
  speaks: 'v2' | 'both';
  seed: number;
}

/** What Smartcar allows the application: enough for a fleet of 200 cars that are read every two hours, and little more. */
export const budget = { capacity: 120, refillPerMinute: 40 };

export function optionsFor(place: Place, clock: () => Date): AppOptions {
  return {
    config: readConfig(environmentOf(place)),
    databaseUrl: place.databaseUrl,
    keys: [{ id: 'proof', key: Buffer.alloc(32, 7) }],
    clock,
    chance: seeded(place.seed, 'polls', clock().getTime()),
    log: createLog({ level: 'silent' }),
  };
}

function environmentOf({ port, key, speaks, smartcarOrigin, connectOrigin }: Place): Record<string, string> {
  return {
    PORT: String(port),
    TOWLINE_PUBLIC_URL: `http://127.0.0.1:${port}`,
    TOWLINE_BOOTSTRAP_API_KEY: key,
    TOWLINE_DEMO: 'true',
    ...simulatedSmartcar(speaks, { connect: connectOrigin, api: smartcarOrigin }),
    SMARTCAR_REQUEST_BURST: String(speaks === 'v2' ? 100_000 : budget.capacity),
    SMARTCAR_REQUESTS_PER_MINUTE: String(speaks === 'v2' ? 100_000 : budget.refillPerMinute),
  };
}

/** @param onFault what went wrong on our side; what Smartcar is asked again is not in it */
export async function openTowline(options: AppOptions, onFault: (sentence: string) => void): Promise<Ground> {
  const ground = await openGround(options);
  return {
    ...ground,
    onFault: (error, what) => {
      if (!(error instanceof CallFailed || error instanceof NotThereYet)) onFault(`${what}: ${told(error)}`);
    },
  };
}

const quiet = new Logger(() => () => undefined);
let hourlyAt = 0;
const hourly: ReadonlySet<string> = new Set(['forecast-lapses', 'keep-house']);

/** Everything that recurs, once, and then rounds of the loops and the enqueued tasks until nothing more happens. */
export async function workDue(ground: Ground, now: Date): Promise<void> {
  const { recurring, onFault } = bindTasks(ground);
  const isHourOver = now.getTime() - hourlyAt >= 3_600_000;
  if (isHourOver) hourlyAt = now.getTime();
  for (const [name, task] of Object.entries(recurring)) {
    if (hourly.has(name) && !isHourOver) continue;
    // In an installation without credentials for v3 nothing is moved.
    if (name === 'move-due' && ground.grantsOnV2) continue;
    await (task as (at: Date) => Promise<void>)(now).catch((error: unknown) => onFault(error, name)); // the list's one shape
  }
  await flushUsage(ground, now);
  const taskList = taskListOf(bindTasks(ground));
  for (let round = 0; round < 20; round += 1) {
    const applied = await applyWebhooks(ground, now);
    const polled = (await renewUnanswered(ground, now)) + (await pollDue(ground, now));
    await runOnce({ pgPool: ground.database.ownerPool, taskList, noHandleSignals: true, logger: quiet });
    const delivered = await deliverDue(ground, now);
    if (applied + polled + delivered === 0) return;
  }
}
