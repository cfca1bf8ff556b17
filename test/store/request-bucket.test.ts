/** The application's bucket: all processes together get what Smartcar allows, and no more. */
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { takeTokens } from '../../src/store/request-bucket.ts';
import { onEveryServer } from './on-every-server.ts';
import { inSeconds, now } from './records.ts';

const limits = { capacity: 17, perMinute: 6 };

await onEveryServer('the bucket', (opened) => {
  /** What two processes that start together are granted, ten takes each. */
  async function twoProcesses(key: string, at: Date): Promise<number[]> {
    const takers = [1, 2].map(() =>
      fork(fileURLToPath(new URL('taking.ts', import.meta.url)), [
        opened.url,
        key,
        JSON.stringify(limits),
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
  const tokens = async (key: string): Promise<number | undefined> =>
    (
      await opened.database.system
        .selectFrom('request_bucket')
        .select('tokens')
        .where('key', '=', key)
        .executeTakeFirst()
    )?.tokens;

  test('twenty takers at once in two processes get exactly what it held, and later what came since', async () => {
    const granted = await twoProcesses('shared', now);
    assert.deepEqual([granted.length, sum(granted), await tokens('shared')], [20, 17, 0]);
    assert.equal(sum(await twoProcesses('shared', now)), 0, 'nothing twice');
    assert.equal(sum(await twoProcesses('shared', inSeconds(60))), 6, 'one minute');
    assert.equal(sum(await twoProcesses('shared', inSeconds(3_600))), 17, 'never more than it holds');
  });

  test('a reserve is left for others', async () => {
    const grants = await Promise.all(
      Array.from({ length: 20 }, () => takeTokens(opened.database, 'reserved', limits, 1, 5, now)),
    );
    assert.equal(sum(grants), 12);
    assert.equal(await takeTokens(opened.database, 'reserved', limits, 9, 0, now), 5);
  });

  test('each key is a bucket of its own', async () => {
    await takeTokens(opened.database, 'one', limits, 17, 0, now);
    assert.equal(await takeTokens(opened.database, 'two', limits, 17, 0, now), 17);
  });

  test('two processes whose clocks differ are not granted the difference again and again', async () => {
    const granted: number[] = [];
    for (let i = 0; i < 40; i += 1)
      granted.push(await takeTokens(opened.database, 'skewed', limits, 17, 0, inSeconds(i % 2 === 0 ? 10 : 0)));
    assert.equal(sum(granted), 17);
  });
});
