import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { inspect } from 'node:util';
import { sql } from 'kysely';
import { newId } from '../../src/domain/ids.ts';
import type { TokenAccessOptions } from '../../src/vault/token-sets.ts';
import { HeldFamilies } from '../../src/vault/held-families.ts';
import { makeFleet } from '../store/records.ts';
import { tokenAt, usedAt } from './token-open.ts';
import { later, now, TokenStage } from './token-stage.ts';

const stage = new TokenStage();
/** Past the end of a pair that was given now. */
const expired = later(7_200);

describe("v2's tokens", { timeout: 60_000 }, () => {
  before(() => stage.open());
  after(() => stage.close());
  beforeEach(() => stage.begin());
  afterEach(() => stage.end());

  test('a pair that was given for a code is used until its end, and stands sealed in the row', async () => {
    const one = await stage.process();
    const family = await stage.family(one);
    assert.equal(await tokenAt(one, later(7_100 * 0.7), family), 'access-a-1');
    assert.deepEqual(stage.rotation.refreshes, []);
    const { sealed, ...row } = await stage.row(family);
    assert.ok(sealed && !/access|refresh/.test(sealed.toString('latin1')));
    assert.deepEqual(row, {
      issuedAt: now,
      accessExpiresAt: later(7_200),
      refreshExpiresAt: later(60 * 86_400),
      refreshSentAt: null,
      leaseUntil: null,
      version: 1,
    });
  });

  test('a hundred calls at once renew once, and the new pair stands in the row [§1.7-1]', async () => {
    const one = await stage.process();
    const family = await stage.family(one);
    const tokens = await Promise.all(Array.from({ length: 100 }, () => usedAt(one, expired, family)));
    assert.deepEqual([...new Set(tokens)], ['access-a-2']);
    assert.deepEqual(stage.rotation.refreshes, ['refresh-a-1']);
    const { refreshSentAt, leaseUntil, version, issuedAt } = await stage.row(family);
    assert.deepEqual([refreshSentAt, leaseUntil, version], [null, null, 2]);
    assert.ok(issuedAt >= expired && issuedAt < later(7_205));
  });

  test('a pair is renewed ahead of its end while the old one is used, and by one process only', async () => {
    const [one, other] = [await stage.process(), await stage.process()];
    const family = await stage.family(one);
    await tokenAt(one, now, family);
    await tokenAt(other, now, family);
    assert.equal(await tokenAt(one, later(7_200 * 0.79), family), 'access-a-1');
    await one.access.settled();
    assert.deepEqual(stage.rotation.refreshes, []);
    assert.equal(await tokenAt(one, later(7_200 * 0.81), family), 'access-a-1');
    await one.access.settled();
    assert.equal(await tokenAt(one, later(7_200 * 0.81), family), 'access-a-2');
    await tokenAt(other, later(7_200 * 0.82), family);
    await other.access.settled();
    assert.equal(await tokenAt(other, later(7_200 * 0.82), family), 'access-a-2');
    assert.equal(stage.rotation.refreshes.length, 1);
  });

  test('a renewal ahead that is refused leaves the old access token in use until its end [§1.7-2]', async () => {
    const one = await stage.process();
    const family = await stage.family(one);
    await tokenAt(one, now, family);
    stage.rotation.behaviour = { status: 400, body: { error: 'invalid_grant' } };
    for (const s of [6_000, 6_100, 6_500, 7_000]) {
      assert.equal(await tokenAt(one, later(s), family), 'access-a-1');
      await one.access.settled();
    }
    assert.equal(stage.rotation.refreshes.length, 1);
    assert.equal(await tokenAt(one, expired, family), 'tokensRefused invalid_grant');
  });

  test('two real processes with twenty callers each renew a family once', async () => {
    const one = await stage.process();
    const family = await stage.family(one);
    stage.rotation.behaviour = 'hold-request';
    const started = [stage.start(family, expired, 20), stage.start(family, expired, 20)];
    await Promise.all(started.map(({ asking }) => asking));
    await stage.rotation.held();
    stage.rotation.release();
    assert.deepEqual(await Promise.all(started.map(({ end }) => end)), ['access-a-2', 'access-a-2']);
    assert.deepEqual(stage.rotation.refreshes, ['refresh-a-1']);
    assert.equal(stage.rotation.used.length, 40);
  });

  test('four processes renew forty families at a slow endpoint, each of them once', async () => {
    const processes = await Promise.all(Array.from({ length: 4 }, () => stage.process()));
    const [one] = processes;
    assert.ok(one);
    const names = Array.from({ length: 40 }, (_, i) => `f${i}`);
    const families = await Promise.all(names.map((name) => stage.family(one, name)));
    stage.rotation.delayMs = 150;
    const asked = processes.flatMap((each) => families.map((family) => tokenAt(each, expired, family)));
    const tokens = await Promise.all(asked);
    assert.deepEqual(new Set(tokens), new Set(names.map((name) => `access-${name}-2`)));
    assert.deepEqual([...stage.rotation.refreshes].sort(), names.map((name) => `refresh-${name}-1`).sort());
  });

  /** A database whose caller has read a row when `read` resolves. */
  function watched(listen: TokenAccessOptions['database']['listen']) {
    const { promise: read, resolve } = Promise.withResolvers<void>();
    const asFleet: TokenAccessOptions['database']['asFleet'] = (fleetId, work) =>
      stage.database.asFleet(fleetId, work).finally(resolve);
    return { database: { asFleet, listen }, read };
  }
  const never = 3_600_000;

  test('who waits for another process is woken by the database, long before they would look again', async () => {
    const one = await stage.process();
    const { database, read } = watched((channel, handler) => stage.database.listen(channel, handler));
    const waiter = await stage.process({ firstWaitMs: never, longestWaitMs: never }, database);
    const family = await stage.family(one);
    stage.rotation.behaviour = 'hold-answer';
    const first = tokenAt(one, expired, family);
    await stage.rotation.held();
    const start = performance.now();
    const second = tokenAt(waiter, expired, family);
    await read;
    stage.rotation.release();
    assert.deepEqual(await Promise.all([first, second]), ['access-a-2', 'access-a-2']);
    assert.ok(performance.now() - start < 30_000, 'the lease ends after 40 s');
    assert.equal(stage.rotation.refreshes.length, 1);
  });

  test('a process that hears nothing looks again by itself', async () => {
    const one = await stage.process();
    const { database, read } = watched(() => Promise.resolve({ stop: () => Promise.resolve() }));
    const deaf = await stage.process({ firstWaitMs: 10 }, database);
    const family = await stage.family(one);
    stage.rotation.behaviour = 'hold-answer';
    const first = tokenAt(one, expired, family);
    await stage.rotation.held();
    const second = tokenAt(deaf, expired, family);
    await read;
    stage.rotation.release();
    assert.deepEqual(await Promise.all([first, second]), ['access-a-2', 'access-a-2']);
    assert.equal(stage.rotation.refreshes.length, 1);
  });

  test('after a gap in what was heard, who waits looks again', async () => {
    const one = await stage.process();
    let onGap = (): void => undefined;
    const { database, read } = watched((_channel, _handler, given) => {
      if (given) onGap = given;
      return Promise.resolve({ stop: () => Promise.resolve() });
    });
    const waiter = await stage.process({ firstWaitMs: never, longestWaitMs: never }, database);
    const family = await stage.family(one);
    stage.rotation.behaviour = 'hold-answer';
    const first = tokenAt(one, expired, family);
    await stage.rotation.held();
    const start = performance.now();
    const second = tokenAt(waiter, expired, family);
    await read;
    stage.rotation.release();
    await first;
    onGap();
    assert.equal(await second, 'access-a-2');
    assert.ok(performance.now() - start < 30_000);
  });

  test('while Smartcar is asked nothing is open in the database', async () => {
    const one = await stage.process();
    const family = await stage.family(one);
    stage.rotation.behaviour = 'hold-answer';
    const asked = tokenAt(one, expired, family);
    await stage.rotation.held();
    const { rows } = await sql`select state from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and xact_start is not null`.execute(
      stage.database.owner,
    );
    assert.deepEqual(rows, []);
    stage.rotation.release();
    assert.equal(await asked, 'access-a-2');
  });

  test('a family whose renewal takes its time holds up no other', async () => {
    const one = await stage.process();
    const [slow, quick] = [await stage.family(one, 'slow'), await stage.family(one, 'quick')];
    stage.rotation.behaviour = 'hold-answer';
    const asked = tokenAt(one, expired, slow);
    await stage.rotation.held();
    stage.rotation.behaviour = 'ok';
    assert.equal(await tokenAt(one, expired, quick), 'access-quick-2');
    stage.rotation.release();
    assert.equal(await asked, 'access-slow-2');
  });

  test('a process that died while renewing is replaced when its lease ends', async () => {
    const one = await stage.process();
    const family = await stage.family(one);
    stage.rotation.behaviour = 'hold-request';
    const dying = stage.start(family, expired, 1);
    await stage.rotation.held();
    await dying.kill();
    stage.rotation.behaviour = 'ok';
    assert.equal(await tokenAt(one, later(7_200 + 41), family), 'access-a-2');
    assert.deepEqual(stage.rotation.refreshes, ['refresh-a-1', 'refresh-a-1']);
  });

  test('a lease that ends in a far future was written by a wrong clock, and is not waited for', async () => {
    const one = await stage.process();
    const family = await stage.family(one);
    await sql`update token_set set lease_until = ${later(864_000)} where id = ${family.tokenSetId}`.execute(
      stage.database.owner,
    );
    assert.equal(await tokenAt(one, expired, family), 'access-a-2');
  });

  test('who comes too late with a pair drops it, and uses the one that was stored', async () => {
    const [slow, quick] = [await stage.process(), await stage.process()];
    const family = await stage.family(slow);
    stage.rotation.replay = 'new-pair';
    stage.rotation.behaviour = 'hold-answer';
    const asked = tokenAt(slow, expired, family);
    await stage.rotation.held();
    stage.rotation.behaviour = 'ok';
    assert.equal(await tokenAt(quick, later(7_200 + 41), family), 'access-a-3');
    stage.rotation.release();
    assert.equal(await asked, 'access-a-3');
    assert.equal((await stage.row(family)).version, 2);
  });

  test('who is refused because another process was quicker uses what that one got', async () => {
    const [slow, quick] = [await stage.process(), await stage.process()];
    const family = await stage.family(slow);
    stage.rotation.graceS = 0;
    stage.rotation.behaviour = 'hold-request';
    const asked = tokenAt(slow, expired, family);
    await stage.rotation.held();
    stage.rotation.behaviour = 'ok';
    assert.equal(await tokenAt(quick, later(7_200 + 41), family), 'access-a-2');
    stage.rotation.release();
    assert.equal(await asked, 'access-a-2');
    assert.deepEqual(slow.faults, []);
  });

  test('an access token that is refused is replaced once, for all calls that met the refusal', async () => {
    const one = await stage.process();
    const family = await stage.family(one);
    stage.rotation.revoked.add('access-a-1');
    const used = await Promise.all(Array.from({ length: 20 }, () => usedAt(one, later(60), family)));
    assert.deepEqual([...new Set(used)], ['access-a-2']);
    assert.deepEqual(stage.rotation.refreshes, ['refresh-a-1']);
  });

  test('an access token that is refused is replaced by the one another process has', async () => {
    const [one, other] = [await stage.process(), await stage.process()];
    const family = await stage.family(one);
    await usedAt(one, now, family);
    await usedAt(other, now, family);
    stage.rotation.revoked.add('access-a-1');
    assert.equal(await usedAt(other, later(60), family), 'access-a-2');
    assert.equal(await usedAt(one, later(61), family), 'access-a-2');
    assert.equal(stage.rotation.refreshes.length, 1);
  });

  test('when every access token is refused it is the family, and Smartcar is not asked for more each time', async () => {
    const one = await stage.process();
    const family = await stage.family(one);
    stage.rotation.revoked.add('all');
    for (let s = 600; s < 650; s += 10) assert.equal(await usedAt(one, later(s), family), 'accessRefused');
    assert.equal(stage.rotation.refreshes.length, 1);
    const answer = await one.access.withTokens(later(650), family, (token) => one.smartcar.readUser(token));
    assert.deepEqual(answer.ok ? null : [answer.failure.type, answer.failure.status, answer.failure.requestId], [
      'AUTHENTICATION',
      401,
      'request-1',
    ]);
    assert.equal(await usedAt(one, later(700), family), 'accessRefused');
    assert.equal(stage.rotation.refreshes.length, 2);
  });

  test('a family without tokens, of another fleet, or that nobody knows is refused, and Smartcar is not asked', async () => {
    const one = await stage.process();
    const [erased, ours] = [await stage.family(one), await stage.family(one, 'b')];
    assert.equal(await tokenAt(one, now, erased), 'access-a-1');
    const isErased = await stage.database.asFleet(stage.fleetId, (tx) => one.access.eraseUnused(tx, erased.tokenSetId));
    assert.equal(isErased, true);
    assert.equal((await stage.row(erased)).sealed, null);
    const other = { ...ours, fleetId: await makeFleet(stage.database, 'South') };
    const unknown = { ...ours, tokenSetId: newId('tok', now) };
    const fresh = await stage.process();
    for (const family of [erased, other, unknown])
      assert.equal(await tokenAt(fresh, expired, family), 'tokensRefused TOKENS_ERASED');
    assert.deepEqual(stage.rotation.refreshes, []);
    assert.equal((await one.access.renew(now, erased, 0)).ok, false);
  });

  test('a pair is kept alive by its age, however long its access token lives [§1.7-4]', async () => {
    const one = await stage.process();
    const family = await stage.family(one);
    const fiftyDaysS = 50 * 86_400;
    const renewed = async (s: number): Promise<unknown> => {
      const answer = await one.access.renew(later(s), family, fiftyDaysS);
      return answer.ok && answer.value;
    };
    assert.equal(await renewed(fiftyDaysS - 1), 'fresh');
    assert.equal(await renewed(fiftyDaysS), 'renewed');
    assert.equal(await renewed(fiftyDaysS + 60), 'fresh');
    assert.deepEqual(stage.rotation.refreshes, ['refresh-a-1']);
    assert.equal((await one.access.renew(later(fiftyDaysS + 60), family, 0)).ok, true);
    assert.deepEqual(stage.rotation.refreshes, ['refresh-a-1', 'refresh-a-2']);
  });

  test('the end of a process waits for a renewal that has left, and begins none', async () => {
    const order: string[] = [];
    const listen = () => Promise.resolve({ stop: () => Promise.resolve(void order.push('listens no more')) });
    const one = await stage.process({}, watched(listen).database);
    const [family, other] = [await stage.family(one), await stage.family(one, 'b')];
    stage.rotation.behaviour = 'hold-answer';
    const asked = tokenAt(one, expired, family);
    await stage.rotation.held();
    const stopped = one.access.stop();
    await assert.rejects(tokenAt(one, expired, other), /No tokens are renewed any more/);
    order.push('Smartcar answers');
    stage.rotation.release();
    await stopped;
    assert.equal(await asked, 'access-a-2');
    assert.deepEqual(order, ['Smartcar answers', 'listens no more']);
    assert.equal((await stage.row(family)).version, 2);
    assert.deepEqual(stage.rotation.refreshes, ['refresh-a-1']);
  });

  test('tokens sealed under a key that is gone are a fault: no owner is asked to sign in for that', async () => {
    const one = await stage.process();
    const family = await stage.family(one);
    const strangers = new TokenStage();
    assert.notDeepEqual(strangers.key, stage.key);
    Object.assign(strangers, { database: stage.database, fleetId: stage.fleetId, rotation: stage.rotation });
    const stranger = await strangers.process();
    await assert.rejects(tokenAt(stranger, expired, family), /sealed|changed/);
    assert.deepEqual(stage.rotation.refreshes, []);
    await stranger.access.stop();
    await stranger.smartcar.close();
  });

  test('tokens show in no inspection, and in no fault', async () => {
    const broken: TokenAccessOptions['database'] = {
      listen: (channel, handler) => stage.database.listen(channel, handler),
      asFleet: (fleetId, work) =>
        stage.rotation.refreshes.length > 0
          ? Promise.reject(new Error('The database is gone.'))
          : stage.database.asFleet(fleetId, work),
    };
    const one = await stage.process({ leaseMs: 250, retryAfterMs: [] }, broken);
    const family = await stage.family(one);
    assert.equal(await tokenAt(one, now, family), 'access-a-1');
    await assert.rejects(tokenAt(one, expired, family));
    const shown = inspect([one.access, one.faults], { depth: 9, showHidden: true });
    assert.match(shown, /token access/);
    assert.ok(one.faults.length > 0 && !/access-a|refresh-a/.test(shown), shown);
  });

  test('a process remembers so many families and no more: the one that was used longest ago goes', () => {
    const families = new HeldFamilies(2);
    const [first, second, third] = [newId('tok', now), newId('tok', now), newId('tok', now)];
    families.of(first).failures = 1;
    families.of(second).failures = 2;
    families.of(first);
    families.of(third).failures = 3;
    assert.deepEqual([families.of(first).failures, families.of(third).failures], [1, 3]);
    assert.equal(families.of(second).failures, 0);
  });
});
