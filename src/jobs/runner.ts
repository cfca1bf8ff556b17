/** The job engine: graphile-worker, which runs what the outbox holds and what recurs. */
import { Logger, run } from 'graphile-worker';
import type { Runner, RunnerOptions, TaskList } from 'graphile-worker';

import type { Tasks } from '../domain/task.ts';
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

/** Every task the engine knows, bound to its flow. */
export function taskListOf(needs: Pick<RunnerNeeds, 'enqueued' | 'recurring' | 'clock' | 'onFault'>): TaskList {
  const { enqueued, recurring, clock } = needs;
  return {
    // Payloads are written by store/outbox.ts alone, in the shape that domain/task.ts gives each name.
    'ensure-subscription': (payload) =>
      told(
        needs,
        'ensure-subscription',
        enqueued['ensure-subscription'](payload as Tasks['ensure-subscription'], clock()),
      ),
    'revoke-at-smartcar': (payload) =>
      told(
        needs,
        'revoke-at-smartcar',
        enqueued['revoke-at-smartcar'](payload as Tasks['revoke-at-smartcar'], clock()),
      ),
    'complete-connect': (payload) =>
      told(needs, 'complete-connect', enqueued['complete-connect'](payload as Tasks['complete-connect'], clock())),
    'erase-owner': (payload) =>
      told(needs, 'erase-owner', enqueued['erase-owner'](payload as Tasks['erase-owner'], clock())),
    'deliver-notification': (payload) =>
      told(
        needs,
        'deliver-notification',
        enqueued['deliver-notification'](payload as Tasks['deliver-notification'], clock()),
      ),
    'go-on-with-import': (payload) =>
      told(needs, 'go-on-with-import', enqueued['go-on-with-import'](payload as Tasks['go-on-with-import'], clock())),
    'import-due': () => told(needs, 'import-due', recurring['import-due'](clock())),
    'keep-house': () => told(needs, 'keep-house', recurring['keep-house'](clock())),
    'complete-due': () => told(needs, 'complete-due', recurring['complete-due'](clock())),
    'deliver-due': () => told(needs, 'deliver-due', recurring['deliver-due'](clock())),
    'revoke-due': () => told(needs, 'revoke-due', recurring['revoke-due'](clock())),
    'erase-due': () => told(needs, 'erase-due', recurring['erase-due'](clock())),
    'subscribe-due': () => told(needs, 'subscribe-due', recurring['subscribe-due'](clock())),
    'move-due': () => told(needs, 'move-due', recurring['move-due'](clock())),
    'reconnect-due': () => told(needs, 'reconnect-due', recurring['reconnect-due'](clock())),
    'watch-signatures': () => told(needs, 'watch-signatures', recurring['watch-signatures'](clock())),
    reconcile: (payload) => told(needs, 'reconcile', enqueued.reconcile(payload as Tasks['reconcile'], clock())),
    'watch-silence': () => told(needs, 'watch-silence', recurring['watch-silence'](clock())),
    'reconcile-due': () => told(needs, 'reconcile-due', recurring['reconcile-due'](clock())),
    'watch-incidents': () => told(needs, 'watch-incidents', recurring['watch-incidents'](clock())),
    'keep-alive': () => told(needs, 'keep-alive', recurring['keep-alive'](clock())),
    'watch-budget': () => told(needs, 'watch-budget', recurring['watch-budget'](clock())),
    'forecast-lapses': () => told(needs, 'forecast-lapses', recurring['forecast-lapses'](clock())),
  };
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
