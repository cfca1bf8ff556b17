/** The application's bucket: all processes together get what Smartcar allows, and no more. */
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { BucketLimits } from '../../src/domain/bucket.ts';
import type { Purpose } from '../../src/domain/purpose.ts';
import { obey, takeFor } from '../../src/flows/budget.ts';
import { flushUsage, openMeter } from '../../src/flows/meter.ts';
import { listApplicationUsage } from '../../src/store/request-usage.ts';
import { failed } from '../domain/builders.ts';
import { onEveryServer } from './on-every-server.ts';
import { makeFleet, inSeconds, now } from './records.ts';

const limits: BucketLimits = { capacity: 20, perMinute: 6, perMonth: null };

await onEveryServer('the bucket', (opened) => {
  const needs = (budget = limits) => ({ database: opened.database, budget, meter: openMeter() });
  beforeEach(() => opened.database.owner.deleteFrom('request_bucket').execute());

  /** What two processes that start together are granted, ten takes each. */
  async function twoProcesses(purpose: Purpose, at: Date): Promise<number[]> {
    const takers = [1, 2].map(() =>
      fork(fileURLToPath(new URL('taking.ts', import.meta.url)), [
        opened.url,
        JSON.stringify(limits),
        purpose,
        at.toISOString(),
      ]),
    );
    await Promise.all(takers.map((taker) => once(taker, 'message')));
    const granted = takers.map(async (taker) => {
      const answer = once(taker, 'message');
      taker.send('go');
      const [grants] = (await answer) as [number[]]; // what taking.ts sends
      return grants;
    });
    const all = (await Promise.all(granted)).flat();
    await Promise.all(takers.map((taker) => taker.exitCode ?? once(taker, 'exit')));
    return all;
  }
  const sum = (numbers: number[]): number => numbers.reduce((a, b) => a + b, 0);
  const tokens = async (): Promise<number | undefined> =>
    (await opened.database.system.selectFrom('request_bucket').select('tokens').executeTakeFirst())?.tokens;

  test('twenty takers at once in two processes get exactly what it held, and later what came since', async () => {
    const granted = await twoProcesses('command', now);
    assert.deepEqual([granted.length, sum(granted), await tokens()], [20, 20, 0]);
    assert.equal(sum(await twoProcesses('command', now)), 0, 'nothing twice');
    assert.equal(sum(await twoProcesses('command', inSeconds(60))), 6, 'one minute');
    assert.equal(sum(await twoProcesses('command', inSeconds(3_600))), 20, 'never more than it holds');
  });

  test('what is kept for commands is left by everybody else, in every process', async () => {
    await makeFleet(opened.database);
    assert.equal(sum(await twoProcesses('routine', now)), 16, 'a tenth for commands, a tenth for what comes before');
    assert.equal(sum(await twoProcesses('person', now)), 2);
    assert.equal(sum(await twoProcesses('command', now)), 2);
  });

  test('the largest reserve of any fleet counts, since the bucket is one for all of them', async () => {
    const fleet = await makeFleet(opened.database);
    const plan = { name: 'x', pollIntervalS: 60, retentionDays: 1, requestBudget: { reserveForCommands: 0.5 } };
    await opened.database.asFleet(fleet, (tx) =>
      tx
        .updateTable('fleet')
        .set({ plan: JSON.stringify(plan) })
        .where('id', '=', fleet)
        .execute(),
    );
    assert.equal(await takeFor(needs(), 'person', 20, 1, now), 10);
    await opened.database.asFleet(fleet, (tx) =>
      tx
        .updateTable('fleet')
        .set({ plan: JSON.stringify({ ...plan, requestBudget: { reserveForCommands: 0.1 } }) })
        .where('id', '=', fleet)
        .execute(),
    );
  });

  test('two processes whose clocks differ are not granted the difference again and again', async () => {
    const granted: number[] = [];
    for (let i = 0; i < 40; i += 1)
      granted.push(await takeFor(needs(), 'command', 20, 1, inSeconds(i % 2 === 0 ? 10 : 0)));
    assert.equal(sum(granted), 20);
  });

  test('who could take nothing is saved up for, in the sight of all processes', async () => {
    await takeFor(needs(), 'routine', 16, 1, now);
    assert.equal(await takeFor(needs(), 'routine', 1, 7, now), 0);
    assert.equal(await takeFor(needs(), 'routine', 1, 1, inSeconds(60)), 0, 'six came, and are not for this one');
    assert.equal(await takeFor(needs(), 'person', 1, 1, inSeconds(60)), 1);
    assert.equal(await takeFor(needs(), 'routine', 1, 7, inSeconds(80)), 1);
    assert.equal(await takeFor(needs(), 'routine', 1, 1, inSeconds(90)), 1, 'and nobody is saved up for any more');
  });

  test('Smartcar says that the application has to wait: everybody does, for as long as told [§5-2]', async () => {
    await takeFor(needs(), 'routine', 1, 1, now);
    const told = { ...failed(0, 'throttledApplication', { retryAfterS: 120 }), at: now };
    await obey(needs(), { make: null, isProbe: false }, told);
    assert.equal(await takeFor(needs(), 'command', 9, 1, inSeconds(120)), 0);
    assert.equal(await takeFor(needs(), 'command', 9, 1, inSeconds(180)), 6);
  });

  test('requests are counted in all processes, by what they were for, and what nobody took is paid for', async () => {
    const fleetId = await makeFleet(opened.database);
    const [one, other] = [needs(), needs()];
    const subject = { fleetId, make: 'Kia', purpose: 'routine' } as const;
    await takeFor(one, 'routine', 3, 1, now);
    one.meter.note(subject, 3, 0, now);
    other.meter.note(subject, 2, 2, now);
    other.meter.note({ fleetId: null, make: null, purpose: 'upkeep' }, 4, 4, now);
    assert.deepEqual([await flushUsage(one, now), await flushUsage(other, now)], [1, 2]);
    assert.deepEqual([await flushUsage(one, now), await flushUsage(other, now)], [0, 0], 'once');
    const day = now.toISOString().slice(0, 10);
    const counted = await opened.database.asFleet(fleetId, (tx) =>
      tx.selectFrom('request_usage').select(['day', 'make', 'purpose', 'requests']).execute(),
    );
    assert.deepEqual(counted, [{ day, make: 'KIA', purpose: 'routine', requests: 5 }]);
    assert.deepEqual(await opened.database.asSystem((tx) => listApplicationUsage(tx, day)), [
      { day, purpose: 'routine', requests: 5 },
      { day, purpose: 'upkeep', requests: 4 },
    ]);
    assert.equal(await tokens(), 11);
  });

  test('what could not be written is counted with the next', async () => {
    const broken = needs();
    broken.meter.note({ fleetId: null, make: null, purpose: 'proof' }, 5, 1, now);
    const away = { ...broken, database: { ...opened.database, asSystem: () => Promise.reject(new Error('away')) } };
    await assert.rejects(flushUsage(away, now), /away/);
    assert.deepEqual(broken.meter.drain(), {
      counted: [{ fleetId: null, day: now.toISOString().slice(0, 10), make: '', purpose: 'proof', requests: 5 }],
      untaken: 1,
    });
  });
});
