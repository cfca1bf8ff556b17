/** The job engine: graphile-worker, which runs what the outbox holds and what recurs. */
import { Logger, run } from 'graphile-worker';
import type { Runner, RunnerOptions, Task, TaskList } from 'graphile-worker';

import { crontab } from './tasks.ts';
import type { EnqueuedTasks, RecurringTasks } from './tasks.ts';

export interface RunnerNeeds {
  /** As the owner of the job engine's tables. */
  pgPool: NonNullable<RunnerOptions['pgPool']>;
  enqueued: EnqueuedTasks;
  recurring: RecurringTasks;
  clock: () => Date;
  onFault: (error: unknown, what: string) => void;
  log: { warn(message: string): void; error(message: string): void };
}

export async function startRunner(needs: RunnerNeeds): Promise<Runner> {
  const runner = await run({
    pgPool: needs.pgPool,
    taskList: taskListOf(needs),
    crontab,
    concurrency: 4,
    pollInterval: 1_000,
    noHandleSignals: true,
    logger: new Logger(() => (level, message) => {
      if (level === 'warning') needs.log.warn(message);
      // A task that failed is told by `told`; here only what goes wrong with the engine itself.
      if (level === 'error' && !message.startsWith('Failed task')) needs.log.error(message);
    }),
  });
  runner.promise.catch((error: unknown) => needs.onFault(error, 'job engine'));
  return runner;
}

/** What the engine runs, bound to the flows that do it. */
export type BoundTasks = Pick<RunnerNeeds, 'enqueued' | 'recurring' | 'clock' | 'onFault'>;

/** Every task that is bound, under its name: none can be enqueued or be due that the engine doesn't know. */
export function taskListOf(needs: BoundTasks): TaskList {
  const { clock } = needs;
  // Payloads are written by store/outbox.ts alone, in the shape that domain/task.ts gives each name.
  const enqueued = Object.entries<(payload: never, now: Date) => Promise<void>>(needs.enqueued);
  const recurring = Object.entries<(now: Date) => Promise<void>>({ ...needs.recurring });
  return Object.fromEntries([
    ...enqueued.map(([name, run]): [string, Task] => [
      name,
      (payload) => told(needs, name, run(payload as never, clock())),
    ]),
    ...recurring.map(([name, run]): [string, Task] => [name, () => told(needs, name, run(clock()))]),
  ]);
}

/** A task that throws is run again later by the engine; it is told here, once a run. */
async function told({ onFault }: Pick<RunnerNeeds, 'onFault'>, name: string, run: Promise<void>): Promise<void> {
  try {
    await run;
  } catch (error) {
    onFault(error, name);
    throw error;
  }
}
