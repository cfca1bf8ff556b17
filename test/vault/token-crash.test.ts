/** Processes that die in the middle of a renewal, and those that come after them. */
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { startDatabaseProxy, throughProxy } from '../crash/database-proxy.ts';
import { countPoints } from '../crash/points.ts';
import { usedAt } from './token-open.ts';
import { later, TokenStage } from './token-stage.ts';

const stage = new TokenStage();
const expired = later(7_200);
/** When the lease of a process that died has ended. */
const afterLease = later(7_200 + 41);

describe("v2's tokens, when a process dies", { timeout: 60_000 }, () => {
  before(() => stage.open());
  after(() => stage.close());
  beforeEach(() => stage.begin());
  afterEach(() => stage.end());

  for (const [graceS, replay] of [
    [60, 'same-pair'],
    [600, 'new-pair'],
  ] as const) {
    test(`killed after its request had left, inside a grace of ${graceS} s with the ${replay}: the next one gets tokens [§1.7-8]`, async () => {
      const one = await stage.process();
      const family = await stage.family(one);
      Object.assign(stage.rotation, { graceS, replay, behaviour: 'hold-answer' });
      const dying = stage.start(family, expired, 5);
      await stage.rotation.held();
      await dying.kill();
      assert.equal((await stage.row(family)).version, 1);
      Object.assign(stage.rotation, { behaviour: 'ok', now: later(41) });
      const next = stage.start(family, afterLease, 5);
      assert.equal(await next.end, replay === 'same-pair' ? 'access-a-2' : 'access-a-3');
      assert.deepEqual(stage.rotation.refreshes, ['refresh-a-1', 'refresh-a-1']);
      assert.equal(stage.rotation.used.length, 5);
      const { version, refreshSentAt } = await stage.row(family);
      assert.deepEqual([version, refreshSentAt], [2, null]);
    });
  }

  test('killed after its request had left, and the grace is over: the tokens were lost on our side [§1.7-8]', async () => {
    const one = await stage.process();
    const family = await stage.family(one);
    stage.rotation.behaviour = 'hold-answer';
    const dying = stage.start(family, expired, 1);
    await stage.rotation.held();
    await dying.kill();
    Object.assign(stage.rotation, { behaviour: 'ok', now: later(61) });
    assert.equal(await stage.start(family, later(7_270), 1).end, 'tokensLost invalid_grant');
    assert.deepEqual(stage.rotation.used, []);
  });

  /** A process that is killed when the database has answered so many of its writes, before it hears the last answer. */
  async function killedAtWrite(count: number): Promise<{ point: string | null; next: string }> {
    const one = await stage.process();
    const family = await stage.family(one);
    const killed = Promise.withResolvers<void>();
    const points = countPoints(count, () => void dying.kill().then(killed.resolve));
    const proxy = await startDatabaseProxy(stage.url, points);
    const dying = stage.start(family, expired, 1, throughProxy(stage.url, proxy.port));
    await killed.promise;
    await proxy.close();
    return { point: points.stoppedAt, next: await usedAt(one, afterLease, family) };
  }

  test('killed when it had the lease and had not asked yet: the next one asks for the first time', async () => {
    const { point, next } = await killedAtWrite(1);
    assert.deepEqual([point, next], ['the commit of update token_set', 'access-a-2']);
    assert.deepEqual(stage.rotation.refreshes, ['refresh-a-1']);
  });

  test('killed when the pair was stored: it was not used before, and the next one uses it and asks for nothing', async () => {
    const { point, next } = await killedAtWrite(2);
    assert.deepEqual([point, next], ['the commit of update token_set', 'access-a-2']);
    assert.deepEqual(stage.rotation.refreshes, ['refresh-a-1']);
    assert.deepEqual(stage.rotation.used, ['access-a-2']);
  });
});
