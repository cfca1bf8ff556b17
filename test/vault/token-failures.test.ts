/** Renewals that get no pair, or can't keep the one they got. */
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import type { Database } from '../../src/store/database.ts';
import { leaseTokenSet, releaseTokenSet, storeTokenSet } from '../../src/store/token-set.ts';
import type { TokenAccessOptions, TokenFamily } from '../../src/vault/token-sets.ts';
import { tokenAt, usedAt } from './token-open.ts';
import { later, now, TokenStage } from './token-stage.ts';

const stage = new TokenStage();
const expired = later(7_200);
/** Nothing is tried again by itself. */
const byHand = { retryAfterMs: [] };

describe("v2's tokens, when renewing fails", { timeout: 60_000 }, () => {
  before(() => stage.open());
  after(() => stage.close());
  beforeEach(() => stage.begin());
  afterEach(() => stage.end());

  test('an answer that is lost is asked for again inside the grace, by itself, with the same token [§1.7-8]', async () => {
    const one = await stage.process({ retryAfterMs: [5] });
    const family = await stage.family(one);
    stage.rotation.behaviour = 'lose';
    assert.match(await tokenAt(one, expired, family), /^smartcarUnreachable /);
    // Nobody asks any more, and yet it comes again.
    stage.rotation.behaviour = 'hold-answer';
    await stage.rotation.held();
    stage.rotation.release();
    await one.access.settled();
    assert.equal(await tokenAt(one, later(7_201), family), 'access-a-2');
    const { version, refreshSentAt } = await stage.row(family);
    assert.deepEqual([version, refreshSentAt], [2, null]);
    assert.deepEqual(stage.rotation.refreshes, ['refresh-a-1', 'refresh-a-1']);
  });

  test('an answer that is lost for good is told apart: the tokens were lost on our side [§1.7-3]', async () => {
    const one = await stage.process(byHand);
    const family = await stage.family(one);
    stage.rotation.behaviour = 'lose';
    assert.match(await tokenAt(one, expired, family), /^smartcarUnreachable /);
    const { refreshSentAt, leaseUntil, version } = await stage.row(family);
    assert.ok(refreshSentAt && refreshSentAt >= expired && version === 1 && leaseUntil === null);
    [stage.rotation.behaviour, stage.rotation.now] = ['ok', later(61)];
    for (const s of [7_270, 7_400]) assert.equal(await tokenAt(one, later(s), family), 'tokensLost invalid_grant');
    assert.deepEqual((await stage.row(family)).refreshSentAt, refreshSentAt);
  });

  for (const [what, behaviour] of [
    ['failed with 503', { status: 503, body: {} }],
    ['answered nonsense', { status: 200, body: 'welcome' }],
  ] as const) {
    test(`an endpoint that ${what} may have given tokens all the same, and is tried again later`, async () => {
      const one = await stage.process(byHand);
      const family = await stage.family(one);
      stage.rotation.behaviour = behaviour;
      assert.match(await tokenAt(one, expired, family), /^(smartcarFailing|nonsense)/);
      assert.ok((await stage.row(family)).refreshSentAt);
      await tokenAt(one, later(7_201), family);
      assert.equal(stage.rotation.refreshes.length, 1);
      stage.rotation.behaviour = 'ok';
      assert.equal(await tokenAt(one, later(7_270), family), 'access-a-2');
      assert.equal((await stage.row(family)).refreshSentAt, null);
    });
  }

  test('an endpoint that asks us to wait is waited for, and has taken nothing', async () => {
    const one = await stage.process();
    const family = await stage.family(one);
    stage.rotation.behaviour = { status: 429, body: {}, headers: { 'retry-after': '30' } };
    for (const s of [0, 10, 29]) assert.equal(await tokenAt(one, later(7_200 + s), family), 'throttledApplication');
    assert.equal(stage.rotation.refreshes.length, 1);
    assert.equal((await stage.row(family)).refreshSentAt, null);
    stage.rotation.behaviour = 'ok';
    assert.equal(await tokenAt(one, later(7_231), family), 'access-a-2');
  });

  test('a wrong secret of ours is no reason to ask the owner, and not tried again for a minute [§1.6-9]', async () => {
    const one = await stage.process();
    const family = await stage.family(one);
    stage.rotation.behaviour = { status: 401, body: { error: 'invalid_client' } };
    for (const s of [0, 30, 59])
      assert.equal(await tokenAt(one, later(7_200 + s), family), 'credentials invalid_client');
    assert.equal(stage.rotation.refreshes.length, 1);
    assert.equal((await stage.row(family)).refreshSentAt, null);
    stage.rotation.behaviour = 'ok';
    assert.equal(await tokenAt(one, later(7_261), family), 'access-a-2');
  });

  test('an endpoint that is not there has taken nothing', async () => {
    const one = await stage.process(byHand);
    const family = await stage.family(one);
    await stage.rotation.close();
    assert.equal(await tokenAt(one, expired, family), 'smartcarUnreachable ECONNREFUSED');
    assert.equal((await stage.row(family)).refreshSentAt, null);
    await stage.begin();
  });

  for (const [status, error] of [
    [400, 'invalid_grant'],
    [400, 'invalid_request'],
    [401, 'invalid_token'],
    [403, 'access_denied'],
  ] as const) {
    test(`a refresh token that is refused with ${status} ${error} ends the family, and is not tried again for a minute [§1.6-8]`, async () => {
      const one = await stage.process();
      const family = await stage.family(one);
      stage.rotation.behaviour = { status, body: { error }, headers: { 'sc-request-id': 'request-9' } };
      const answers = await Promise.all(Array.from({ length: 20 }, () => one.access.withTokens(expired, family, used)));
      for (const answer of answers) {
        assert.ok(!answer.ok);
        const { meaning, code, requestId } = answer.failure;
        assert.deepEqual(
          [meaning, code, answer.failure.status, requestId],
          ['tokensRefused', error, status, 'request-9'],
        );
      }
      assert.equal(await tokenAt(one, later(7_259), family), `tokensRefused ${error}`);
      assert.equal(stage.rotation.refreshes.length, 1);
      assert.equal((await stage.row(family)).refreshSentAt, null);
      assert.equal(await tokenAt(one, later(7_262), family), `tokensRefused ${error}`);
      assert.equal(stage.rotation.refreshes.length, 2);
    });
  }
  const used = (): Promise<never> => Promise.reject(new Error('A call was made with tokens that are refused.'));

  test('a refresh token that was not used for sixty days has lapsed [§1.7-4]', async () => {
    const one = await stage.process();
    const family = await stage.family(one);
    stage.rotation.behaviour = { status: 400, body: { error: 'invalid_grant' } };
    assert.equal(await tokenAt(one, later(60 * 86_400 - 1), family), 'tokensRefused invalid_grant');
    assert.equal(await tokenAt(one, later(60 * 86_400 + 120), family), 'grantLapsed invalid_grant');
  });

  test('a refusal is forgotten as soon as the family has other tokens', async () => {
    const [one, other] = [await stage.process(), await stage.process()];
    const family = await stage.family(one);
    stage.rotation.behaviour = { status: 400, body: { error: 'invalid_grant' } };
    assert.equal(await tokenAt(one, expired, family), 'tokensRefused invalid_grant');
    stage.rotation.behaviour = 'ok';
    assert.equal(await tokenAt(other, expired, family), 'access-a-2');
    assert.equal(await tokenAt(one, later(7_201), family), 'access-a-2');
  });

  /** The real database, which rejects what `isDown` says. */
  function database(isDown: () => boolean): TokenAccessOptions['database'] {
    return {
      listen: (channel, handler) => stage.database.listen(channel, handler),
      asFleet: <T>(fleetId: string, work: Parameters<Database['asFleet']>[1]) =>
        isDown()
          ? Promise.reject<T>(new Error('The database is gone.'))
          : (stage.database.asFleet(fleetId, work) as Promise<T>), // the same work, and so the same result
    };
  }

  test('a pair that can not be stored for a moment is stored after it, and used only then', async () => {
    let downs = 0;
    const isDown = (): boolean => stage.rotation.refreshes.length > 0 && (downs += 1) <= 2;
    const one = await stage.process({}, database(isDown));
    const family = await stage.family(one);
    assert.equal(await usedAt(one, expired, family), 'access-a-2');
    assert.ok(downs > 2);
    assert.deepEqual([stage.rotation.refreshes.length, one.faults], [1, []]);
    assert.equal((await stage.row(family)).version, 2);
  });

  test('a pair that can not be stored is used by nobody: a fault says why, and the old token is tried again', async () => {
    let isDown = false;
    const one = await stage.process(
      { leaseMs: 300, retryAfterMs: [] },
      database(() => isDown),
    );
    const family = await stage.family(one);
    stage.rotation.behaviour = 'hold-answer';
    const asked = usedAt(one, expired, family);
    await stage.rotation.held();
    isDown = true;
    stage.rotation.release();
    await assert.rejects(asked, {
      name: 'TokensNotStoredError',
      message: `New tokens of ${family.tokenSetId} came and could not be stored.`,
    });
    const [fault, ...more] = one.faults;
    assert.ok(fault instanceof AggregateError && more.length === 0);
    assert.deepEqual(fault.errors.map(String), ['Error: The database is gone.', 'Error: The database is gone.']);
    assert.deepEqual(stage.rotation.used, []);
    isDown = false;
    assert.equal((await stage.row(family)).version, 1);
    assert.equal(await usedAt(one, later(7_230), family), 'access-a-2');
    assert.deepEqual(stage.rotation.refreshes, ['refresh-a-1', 'refresh-a-1']);
  });

  describe('the row of a family', () => {
    const inFleet = <T>(work: Parameters<typeof stage.database.asFleet<T>>[1]): Promise<T> =>
      stage.database.asFleet(stage.fleetId, work);
    const claimOf = async (): Promise<{ family: TokenFamily; claim: Parameters<typeof leaseTokenSet>[1] }> => {
      const family = await stage.family(await stage.process());
      return { family, claim: { id: family.tokenSetId, version: 1, now, until: later(40) } };
    };

    test('of ten who want the lease at once one gets it', async () => {
      const { claim } = await claimOf();
      const got = await Promise.all(Array.from({ length: 10 }, () => inFleet((tx) => leaseTokenSet(tx, claim))));
      assert.deepEqual(
        got.filter((lease) => lease !== null),
        [{ lostAt: null }],
      );
    });

    test('the next lease knows of a request whose answer was never stored, and of the first one only', async () => {
      const { claim } = await claimOf();
      await inFleet((tx) => leaseTokenSet(tx, claim));
      for (const s of [41, 90]) {
        const again = { ...claim, now: later(s), until: later(s + 40) };
        assert.deepEqual(await inFleet((tx) => leaseTokenSet(tx, again)), { lostAt: now });
      }
    });

    test('an answer without tokens forgets its own request, and none before it', async () => {
      const { family, claim } = await claimOf();
      await inFleet((tx) => leaseTokenSet(tx, claim));
      const second = { ...claim, now: later(41), until: later(81) };
      const lease = await inFleet((tx) => leaseTokenSet(tx, second));
      assert.ok(lease);
      await inFleet((tx) => releaseTokenSet(tx, { ...second, ...lease, answered: true }));
      const { refreshSentAt, leaseUntil } = await stage.row(family);
      assert.deepEqual([refreshSentAt, leaseUntil], [now, null]);
    });

    test('a lease of another process is left alone', async () => {
      const { family, claim } = await claimOf();
      await inFleet((tx) => leaseTokenSet(tx, claim));
      await inFleet((tx) => releaseTokenSet(tx, { ...claim, until: later(39), answered: true, lostAt: null }));
      assert.deepEqual((await stage.row(family)).leaseUntil, later(40));
    });

    test('an older pair never replaces a newer one', async () => {
      const { family, claim } = await claimOf();
      const pair = (text: string) => ({
        id: claim.id,
        version: 1,
        sealed: Buffer.from(text),
        issuedAt: now,
        accessExpiresAt: later(1),
        refreshExpiresAt: later(2),
      });
      assert.equal(await inFleet((tx) => storeTokenSet(tx, pair('new'))), true);
      assert.equal(await inFleet((tx) => storeTokenSet(tx, pair('old'))), false);
      const { sealed, version } = await stage.row(family);
      assert.deepEqual([String(sealed), version], ['new', 2]);
    });
  });

  test('a token that a wrong clock dated ahead is replaced when the API refuses it, and no owner is asked', async () => {
    const [ahead, one] = [await stage.process(), await stage.process()];
    const family = await stage.family(one);
    // Three hours ahead, this process renews what has just been given.
    assert.equal(await tokenAt(ahead, later(3 * 3_600), family), 'access-a-2');
    stage.rotation.revoked.add('access-a-2');
    stage.rotation.now = later(7_300);
    assert.equal(await usedAt(one, later(7_300), family), 'access-a-3');
  });
});
