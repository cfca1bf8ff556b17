/**
 * Every error of Smartcar's, all the way: set in the simulator, met by the application, and read on the API as a person
 * reads it. Held against a list of our own and against what `docs/causes.md` promises.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { isAccountMeaning, isUpstreamMeaning, isVehicleMeaning, type Meaning } from '../../src/domain/failure.ts';
import { rowFor, table, type Row, type Wrong } from '../../src/smartcar/classify.ts';
import { errorRows } from '../../simulator/error-table.ts';
import { startWorld, type World } from '../support/world.ts';
import {
  assertEnding,
  assertNothingOpen,
  assertUntouched,
  connectFleet,
  fetchAll,
  isCatchAll,
  ofMake,
  ownerReturns,
  panels,
  promisedFor,
  promisedWaitS,
  type FleetCar,
  type Panel,
} from './every-error-fleet.ts';
import { startGateway, type Gateway } from './every-error-gateway.ts';
import {
  holdsUpOthers,
  keyOf,
  others,
  ownRefusals,
  published,
  type OtherAnswer,
  type PublishedError,
} from './every-error-table.ts';

const answered = ({ type, code, status }: PublishedError): Wrong => ({
  came: 'answer',
  status,
  type,
  code,
  resolution: null,
});
const rowOf = (line: PublishedError): Row => rowFor(answered(line));
const titleOf = (line: PublishedError): string => `${keyOf(line)} (${line.fact})`;

/** A person's to answer, so a webhook's or a single signal's word is worth a question. */
const isDoubted = (meaning: Meaning): boolean => isAccountMeaning(meaning) || meaning === 'permission';

describe('the three lists of published errors', () => {
  const ours = published.map(keyOf).sort();

  test("the simulator's is this one, with its statuses [§3.7-3, §3.7-4, §3.7-5]", () => {
    assert.deepEqual(errorRows.map(keyOf).sort(), ours);
    const status = new Map(errorRows.map((row) => [keyOf(row), row.status]));
    for (const line of published) assert.equal(status.get(keyOf(line)), line.status, keyOf(line));
  });

  test('the classification knows each of them, and as documented none besides [§4.2-1, §4.2-2, §4.2-3, §4.2-4, §4.2-5, §4.2-6, §4.2-7, §4.2-8, §4.2-9, §4.2-10, §4.2-11, §4.2-12, §4.2-13]', () => {
    const plain = ({ type, resolution, status, source }: Row): boolean =>
      typeof type === 'string' && resolution === undefined && status === undefined && !source.startsWith('INF');
    const known = table.filter(plain).map(({ type, code }) => keyOf({ type: type ?? '', code: code ?? null }));
    assert.deepEqual(known.sort(), ours);
  });

  test('no other row is left out: each is met by a read, or by a request for the application token', () => {
    const told = [...published.map(answered), ...[...others, ...ownRefusals].flatMap((line) => line.told ?? [])];
    const met = new Set([...told.map(rowFor), table.at(-1)]);
    // Only v2's tokens are refreshed.
    const left = table.filter((row) => !met.has(row) && row.came !== 'refresh');
    assert.deepEqual(left, []);
  });

  for (const line of published) {
    test(`${titleOf(line)} means ${line.meaning}, by a row of its own`, () => {
      const row = rowOf(line);
      assert.equal(row.meaning, line.meaning);
      assert.equal(isCatchAll(row), false);
    });
  }
});

describe('every published error, met by the application', () => {
  let gateway: Gateway;
  let world: World;
  let fleet: FleetCar[];

  before(async () => {
    gateway = await startGateway();
    world = await startWorld({ smartcarOrigin: gateway.origin, simulator: { many: 40 } });
    gateway.target = world.simulator.origin;
    await world.sim('PATCH', '/sim/api/knobs', { fillAfterS: 1, makesDiffer: false, limitsVehicles: false });
    fleet = await connectFleet(world, published.length);
  });
  after(async () => {
    await world.close();
    await gateway.close();
  });

  const carOf = (index: number): FleetCar => fleet[index] ?? assert.fail();
  const watch = (isEnabled: boolean) => world.sim('PATCH', '/sim/api/knobs', { webhook: { isEnabled } });
  const addresses = async (): Promise<string[]> => (await world.mails()).map(({ to }) => to);

  async function breakAll(lines: readonly PublishedError[], isWholeRequest: boolean): Promise<void> {
    const fault = ({ type, code }: PublishedError) => ({ kind: 'error', type, code, isWholeRequest });
    await Promise.all(
      lines.map((line, index) => world.sim('POST', `/sim/api/cars/${carOf(index).vin}/faults`, fault(line))),
    );
  }

  /** Ends what was broken; owners come back where only they can, and the rest is left to the next reads. */
  async function mendAll(): Promise<void> {
    gateway.answers.clear();
    await world.sim('DELETE', '/sim/api/faults');
    const broken = await panels(world);
    for (const car of fleet)
      if (/expired|disconnected/.test(broken.get(car.id)?.connection.status ?? '')) await ownerReturns(world, car);
    await world.advance(1);
    await fetchAll(world, fleet);
    await world.advance(10);
    await world.advance(25 * 3_600);
  }

  /** What polls alone make of it: at the first of them, and after three of those that are counted. */
  async function polled(): Promise<{ first: Map<string, Panel>; last: Map<string, Panel>; at: Date[] }> {
    await world.advance(2_000);
    const at = [world.now()];
    const first = await panels(world);
    await world.advance(61);
    await world.advance(121);
    at.push(world.now());
    return { first, last: await panels(world), at };
  }

  describe('when a poll is answered with it', () => {
    const lines = published.filter((line) => line.meaning !== 'credentials' && !holdsUpOthers(line));
    let seen: Awaited<ReturnType<typeof polled>>;

    before(async () => {
      await watch(false);
      await breakAll(lines, true);
      seen = await polled();
    });

    for (const [index, line] of lines.entries()) {
      test(`${titleOf(line)} ends in ${line.ending?.join(', ') ?? 'a trouble that passes'}`, () => {
        const { id } = carOf(index);
        const promised = promisedFor(rowOf(line));
        assertEnding(seen.last.get(id), line, promised);
        const isCounted = isUpstreamMeaning(line.meaning) || line.meaning === 'requestRefused';
        if (isCounted) assertUntouched(seen.first.get(id));
        else assertEnding(seen.first.get(id), line, promised);
        const nextPollAt = seen.first.get(id)?.connection.nextPollAt ?? null;
        const last = seen.last.get(id)?.connection.nextPollAt ?? null;
        const wait = isCounted ? secondsTo(last, seen.at[1]) : secondsTo(nextPollAt, seen.at[0]);
        assert.equal(wait, promisedWaitS(promised));
      });
    }

    test('only the owners who have to sign in again are written to, once, and in the words for owners', async () => {
      const mails = await world.mails();
      const asked = lines.flatMap((line, index) =>
        line.ending?.[0] === 'expired' ? [{ line, car: carOf(index) }] : [],
      );
      assert.deepEqual(mails.map(({ to }) => to).sort(), asked.map(({ car }) => car.account.email).sort());
      for (const { line, car } of asked) {
        const words = ofMake(promisedFor(rowOf(line)).owner ?? assert.fail(), car.make);
        const text = mails.find(({ to }) => to === car.account.email)?.text.replaceAll(/\s+/g, ' ');
        assert.ok(text?.includes(words), `${words} in ${text ?? ''}`);
      }
    });

    test('when it is over, every car is active again, no alert is open, and nobody is asked for anything', async () => {
      await mendAll();
      await assertNothingOpen(world);
    });
  });

  describe('when a poll is answered with something that is in no table', () => {
    const lines = others.filter((line) => !holdsUpOthers(line));
    let seen: Awaited<ReturnType<typeof polled>>;

    before(async () => {
      for (const [index, { answer }] of lines.entries())
        gateway.answers.set(`/vehicles/${carOf(index).vehicleId}/signals`, answer);
      seen = await polled();
    });

    for (const [index, line] of lines.entries()) {
      test(`${line.name}${line.fact ? ` (${line.fact})` : ''} ends in ${line.ending?.join(', ') ?? 'a trouble that passes'}`, () => {
        assertEnding(seen.last.get(carOf(index).id), line, promisedFor(rowOfOther(line)));
      });
    }

    test('what comes after it is data again, and every car is active', async () => {
      await mendAll();
      await assertNothingOpen(world);
    });
  });

  describe('when each of its signals says so, in an answer that is itself fine', () => {
    let early: Map<string, Panel>;
    let late: Map<string, Panel>;

    before(async () => {
      await fetchAll(world, fleet);
      await world.advance(400);
      await breakAll(published, false);
      await fetchAll(world, fleet);
      await world.advance(1);
      await world.advance(600);
      early = await panels(world);
      await world.advance(longestPatienceS);
      await world.advance(10);
      late = await panels(world);
    });

    for (const [index, line] of published.entries()) {
      const isOutage = isUpstreamMeaning(line.meaning);
      const ends = isOutage || isDoubted(line.meaning) || isVehicleMeaning(line.meaning);
      const ending = line.ending?.join(', ') ?? 'a note';
      test(`${titleOf(line)} ${ends ? `ends in ${ending}` : 'changes nothing'}${isOutage ? ', when it lasts' : ''}`, () => {
        const { id } = carOf(index);
        if (isOutage) assertUntouched(early.get(id));
        if (ends) assertEnding(late.get(id), line, promisedFor(rowOf(line)));
        else assertUntouched(late.get(id));
      });
    }

    test('when the signals come again, every car is active', async () => {
      await mendAll();
      await assertNothingOpen(world);
    });
  });

  describe('when a webhook says so, and it is true', () => {
    let seen: Map<string, Panel>;

    before(async () => {
      await watch(true);
      await world.advance(600);
      await assertNothingOpen(world);
      await breakAll(published, false);
      await world.advance(4);
      await world.advance(6);
      await world.advance(30);
      seen = await panels(world);
    });

    for (const [index, line] of published.entries()) {
      const ends = isDoubted(line.meaning) || isVehicleMeaning(line.meaning);
      test(`${titleOf(line)} ${ends ? `ends in ${line.ending?.join(', ') ?? 'a note'}` : 'is ignored'}`, async () => {
        const { id, vehicleId } = carOf(index);
        if (ends) assertEnding(seen.get(id), line, promisedFor(rowOf(line)));
        else assertUntouched(seen.get(id));
        assert.deepEqual(await errorDelivery(world, vehicleId), ends ? applied : ignored);
      });
    }

    test('when Smartcar takes it back, every car is active without anybody, and what was asked is withdrawn', async () => {
      const before = await addresses();
      await world.sim('DELETE', '/sim/api/faults');
      for (const seconds of [5, 10, 60, 120]) await world.advance(seconds);
      await assertNothingOpen(world);
      assert.deepEqual(await addresses(), before);
    });
  });

  describe('when a webhook says so, and it is not true', () => {
    let mailed: string[];
    let suspected: Map<string, Panel>;

    before(async () => {
      mailed = await addresses();
      for (const [index, { type, code }] of published.entries())
        await world.sim('POST', `/sim/api/cars/${carOf(index).vin}/claims`, { type, code });
      await world.advance(1);
      suspected = await panels(world);
    });

    for (const [index, line] of published.entries()) {
      const what = isDoubted(line.meaning)
        ? 'is suspected'
        : isVehicleMeaning(line.meaning)
          ? 'is noted'
          : 'is ignored';
      test(`${titleOf(line)} ${what}, and moves no status`, () => {
        const { connection } = suspected.get(carOf(index).id) ?? assert.fail();
        assert.deepEqual([connection.status, connection.cause], ['active', null]);
        assert.deepEqual(
          [connection.suspicion !== null, connection.note?.meaning ?? null],
          [isDoubted(line.meaning), isVehicleMeaning(line.meaning) ? line.meaning : null],
        );
      });
    }

    test('good data take every suspicion and every note away, and nobody was written to', async () => {
      for (const seconds of [10, 60, 300, 300, 600]) await world.advance(seconds);
      await assertNothingOpen(world);
      assert.deepEqual(await addresses(), mailed);
    });
  });
});

/** Four rounds of the slowest make's pace, and more. */
const longestPatienceS = 6 * 3_600;

const applied = { state: 'applied', reason: null };
const ignored = { state: 'ignored', reason: 'concerns nothing this fleet requires' };

/** What became of the last error that Smartcar told of this car. */
async function errorDelivery(world: World, vehicleId: string): Promise<object | undefined> {
  return world.ground.database.system
    .selectFrom('webhook_inbox')
    .select(['state', 'reason'])
    .where('smartcar_vehicle_id', '=', vehicleId)
    .where('event_type', '=', 'VEHICLE_ERROR')
    .orderBy('received_at', 'desc')
    .limit(1)
    .executeTakeFirst();
}

function rowOfOther({ told }: OtherAnswer): Row {
  return told ? rowFor(told) : (table.at(-1) ?? assert.fail());
}

const secondsTo = (at: string | null, from: Date | undefined): number | null =>
  at === null || !from ? null : Math.round((Date.parse(at) - from.getTime()) / 1_000);
