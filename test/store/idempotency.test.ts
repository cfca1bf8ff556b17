/** Acting once: who holds an Idempotency-Key, and for how long. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { FleetId } from '../../src/domain/ids.ts';
import type { Tx } from '../../src/store/database.ts';
import { claimKey, keepAnswer, releaseKey } from '../../src/store/idempotency.ts';
import { onEveryServer } from './on-every-server.ts';
import { answers, atOnce, inSeconds, makeFleet, now } from './records.ts';

await onEveryServer('an Idempotency-Key', (opened) => {
  let fleet: FleetId;
  before(async () => {
    fleet = await makeFleet(opened.database);
  });
  const request = (key: string, body = 'body') => ({ fleetId: fleet, key, digest: Buffer.from(body) });
  const claim = (key: string, at = now, body = 'body') =>
    opened.database.asFleet(fleet, (tx) => claimKey(tx, request(key, body), at));
  const inFleet = <T>(work: (tx: Tx) => Promise<T>) => opened.database.asFleet(fleet, work);
  const answer = { status: 201, sealed: Buffer.from([0, 1, 255]) };

  test('of five at once one acts, and the others are told that it runs', async () => {
    const claims = answers(
      await atOnce(
        opened.database,
        fleet,
        Array.from({ length: 5 }, () => (tx: Tx) => claimKey(tx, request('five'), now)),
      ),
    );
    assert.deepEqual(claims.map((one) => one.claim).sort(), ['ours', 'running', 'running', 'running', 'running']);
  });

  test('the answer is given again for a day, and then it may be done anew', async () => {
    await claim('answered');
    await inFleet((tx) => keepAnswer(tx, 'answered', answer));
    const given = { claim: 'answered', ...answer };
    assert.deepEqual(
      [await claim('answered', inSeconds(1)), await claim('answered', inSeconds(86_400))],
      [given, given],
    );
    assert.deepEqual(await claim('answered', inSeconds(86_401)), { claim: 'ours' });
    assert.deepEqual(await claim('answered', inSeconds(86_402)), { claim: 'running' }, 'the old answer is gone');
  });

  test('another request under the same key is told so, whether the first runs or was answered', async () => {
    await claim('other');
    assert.deepEqual(await claim('other', inSeconds(1), 'another body'), { claim: 'otherRequest' });
    await inFleet((tx) => keepAnswer(tx, 'other', answer));
    assert.deepEqual(await claim('other', inSeconds(1), 'another body'), { claim: 'otherRequest' });
    assert.deepEqual(
      await claim('other', inSeconds(90_000), 'another body'),
      { claim: 'ours' },
      'a day later the key is free',
    );
  });

  test('whoever died with it is replaced after a minute, by the same request alone', async () => {
    await claim('died');
    assert.deepEqual(await claim('died', inSeconds(60)), { claim: 'running' });
    assert.deepEqual(await claim('died', inSeconds(61), 'another body'), { claim: 'otherRequest' });
    const claims = answers(
      await atOnce(
        opened.database,
        fleet,
        [1, 2].map(() => (tx: Tx) => claimKey(tx, request('died'), inSeconds(61))),
      ),
    );
    assert.deepEqual(claims.map((one) => one.claim).sort(), ['ours', 'running']);
  });

  test('released, it may be used again; what was answered is not released', async () => {
    await claim('released');
    await inFleet((tx) => releaseKey(tx, 'released'));
    assert.deepEqual(await claim('released'), { claim: 'ours' });
    await inFleet((tx) => keepAnswer(tx, 'released', answer));
    await inFleet((tx) => releaseKey(tx, 'released'));
    assert.equal((await claim('released')).claim, 'answered');
  });

  test('two fleets may use the same key', async () => {
    const other = await makeFleet(opened.database, 'South');
    await claim('same');
    const theirs = await opened.database.asFleet(other, (tx) =>
      claimKey(tx, { ...request('same'), fleetId: other }, now),
    );
    assert.deepEqual(theirs, { claim: 'ours' });
  });
});
