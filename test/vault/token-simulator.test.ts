/** v2's tokens against the simulator, which was built by other hands: every grace and every replay that documents allow. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { newId, type FleetId, type SmartcarUserId } from '../../src/domain/ids.ts';
import { openDatabase, type Database } from '../../src/store/database.ts';
import { makeFleet } from '../store/records.ts';
import { redirectUri } from '../simulator/stand.ts';
import { applicationId, clientSecret, standV2 } from '../simulator/v2-stand.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { openTokens, usedAt } from './token-open.ts';

describe("v2's tokens and the simulator", { timeout: 60_000 }, () => {
  let place: TestDatabase;
  let database: Database;
  let fleetId: FleetId;
  before(async () => {
    place = await createDatabase();
    database = openDatabase({ url: place.url });
    fleetId = await makeFleet(database);
  });
  after(async () => {
    await database.close();
    await place.drop();
  });

  for (const graceS of [0, 60, 600]) {
    for (const replay of ['same-pair', 'new-pair', 'error'] as const) {
      const survives = graceS > 0 && replay !== 'error';
      const what = survives ? 'does not end the family' : 'is known to have lost it';
      test(`an answer that is lost on the way, with a grace of ${graceS} s and ${replay} for a replay, ${what} [§1.7-8, §1.7-9]`, async (t) => {
        const { sim, codeFor, carOf, clock, running } = await standV2(t);
        await sim('PATCH', '/knobs', { refreshGraceS: graceS, refreshReplay: replay });
        const { origin } = running.simulator;
        const credentials = { applicationId, clientSecret };
        const one = await openTokens(origin, database, Buffer.alloc(32, 1), { retryAfterMs: [30_000] }, credentials);
        t.after(async () => {
          await one.access.stop();
          await one.smartcar.close();
        });
        const at = (): Date => new Date(clock.now);
        const car = await carOf(({ fleet, activity }) => fleet === 'first' && activity === 'parked');
        const given = await one.smartcar.exchangeCode(await codeFor(car.account.email, [car.vin]), redirectUri);
        assert.ok(given.ok);
        const user = await one.smartcar.readUser(given.value.accessToken);
        assert.ok(user.ok);
        const family = { fleetId, tokenSetId: newId('tok', at()) };
        const kept = { id: family.tokenSetId, fleetId, smartcarUserId: user.value, pair: given.value };
        await database.asFleet(fleetId, (tx) => one.access.keep(tx, kept, at()));
        const asked = (): Promise<string> => usedAt(one, at(), family);
        assert.equal(await asked(), user.value satisfies SmartcarUserId);

        clock.now += 7_200_000;
        await sim('POST', '/faults', { kind: 'refresh-answer-lost' });
        assert.match(await asked(), /^smartcarUnreachable /);
        clock.now += graceS === 600 ? 599_000 : 59_000;
        assert.equal(await asked(), survives ? user.value : 'tokensLost invalid_grant');
        if (!survives) return;
        // What is stored now is good for the next renewal, long after every grace.
        clock.now += 7_200_000;
        assert.equal(await asked(), user.value);
      });
    }
  }
});
