import assert from 'node:assert/strict';
import { test } from 'node:test';

import { taskListOf } from '../../src/jobs/runner.ts';
import { crontab } from '../../src/jobs/tasks.ts';
import type { EnqueuedTasks, RecurringTasks } from '../../src/jobs/tasks.ts';

const now = new Date('2026-05-04T09:00:00Z');
const done: unknown[][] = [];
const noted =
  (name: string) =>
  (...given: unknown[]): Promise<void> => {
    done.push([name, ...given]);
    return Promise.resolve();
  };

const enqueued: EnqueuedTasks = {
  'ensure-subscription': noted('ensure-subscription'),
  'revoke-at-smartcar': noted('revoke-at-smartcar'),
  'remove-grant': noted('remove-grant'),
  'complete-connect': noted('complete-connect'),
  'forecast-lapse': noted('forecast-lapse'),
  reconcile: noted('reconcile'),
  'erase-owner': noted('erase-owner'),
  'go-on-with-import': noted('go-on-with-import'),
  'deliver-notification': noted('deliver-notification'),
};
const recurring: RecurringTasks = {
  'keep-house': noted('keep-house'),
  'complete-due': noted('complete-due'),
  'grants-due': noted('grants-due'),
  'deliver-due': noted('deliver-due'),
  'revoke-due': noted('revoke-due'),
  'erase-due': noted('erase-due'),
  'subscribe-due': noted('subscribe-due'),
  'watch-signatures': noted('watch-signatures'),
  'import-due': noted('import-due'),
  'move-due': noted('move-due'),
  'reconnect-due': noted('reconnect-due'),
  'watch-silence': noted('watch-silence'),
  'reconcile-due': noted('reconcile-due'),
  'watch-incidents': noted('watch-incidents'),
  'watch-readiness': noted('watch-readiness'),
  'keep-alive': noted('keep-alive'),
  'forecast-lapses': noted('forecast-lapses'),
  'watch-budget': noted('watch-budget'),
};
const faults: unknown[] = [];
const bound = {
  enqueued,
  recurring,
  clock: () => now,
  onFault: (error: unknown, what: string) => faults.push([what, error]),
};
const tasks = taskListOf(bound);
/** The engine's own helpers, which no task of ours asks for. */
const helpers = {} as never;

test('a car that was refused at Connect is taken back at Smartcar: the engine runs every task that is enqueued', async () => {
  for (const name of Object.keys(enqueued)) {
    done.length = 0;
    await tasks[name]?.({ of: name }, helpers);
    assert.deepEqual(done, [[name, { of: name }, now]]);
  }
});

test('whatever is due by the clock is run, each under its own name, and nothing else is known', async () => {
  const inCrontab = crontab.split('\n').flatMap((line) => line.split(' ')[5] ?? []);
  assert.deepEqual(inCrontab.toSorted(), Object.keys(recurring).toSorted());
  for (const name of inCrontab) {
    done.length = 0;
    await tasks[name]?.({}, helpers);
    assert.deepEqual(done, [[name, now]]);
  }
  assert.equal(Object.keys(tasks).length, Object.keys(enqueued).length + Object.keys(recurring).length);
});

test('a task that throws is told, and runs again: the engine hears of it', async () => {
  const broken = { ...recurring, 'keep-alive': () => Promise.reject(new Error('away')) };
  await assert.rejects(async () => taskListOf({ ...bound, recurring: broken })['keep-alive']?.({}, helpers), /away/);
  assert.deepEqual(faults.map(String), ['keep-alive,Error: away']);
});
