/** Every error that v2 has, met by the application while it reads cars that are still on v2. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { isAccountMeaning, isUpstreamMeaning, isVehicleMeaning } from '../../src/domain/failure.ts';
import { rowFor, type Row, type Wrong } from '../../src/smartcar/classify.ts';
import { startWorld, type World } from '../support/world.ts';
import {
  assertEnding,
  assertNothingOpen,
  assertUntouched,
  connectFleet,
  ownerReturns,
  panels,
  promisedFor,
  type Expected,
  type FleetCar,
  type Panel,
} from './every-error-fleet.ts';
import { holdsUpOthers, keyOf, published, type PublishedError } from './every-error-table.ts';

/** §3.7's codes are v3's own. */
const lines = published.filter((line) => !line.fact.startsWith('§3.7') && !holdsUpOthers(line));

const rowOf = ({ type, code, status }: PublishedError): Row =>
  rowFor({ came: 'answer', status, type, code, resolution: null });
const endingIn = ({ meaning, ending }: PublishedError): string =>
  (meaning === 'credentials' ? lost.ending : ending)?.join(', ') ?? 'a trouble that passes';
const isDoubted = ({ meaning }: PublishedError): boolean => isAccountMeaning(meaning) || meaning === 'permission';

/** A token stands for one owner: refused again and again when it was just renewed, it is that owner's access that is lost. */
const lost: Expected = { meaning: 'tokensRefused', ending: ['expired', 'tokensRefused'] };
const refusedRenewal: Wrong = { came: 'refresh', status: 400, type: null, code: 'INVALID_GRANT', resolution: null };

describe('every published error, met while cars on v2 are read', () => {
  let world: World;
  let fleet: FleetCar[];

  before(async () => {
    world = await startWorld({ speaks: 'v2' });
    await world.sim('PATCH', '/sim/api/knobs', { fillAfterS: 1, makesDiffer: false, limitsVehicles: false });
    fleet = await connectFleet(world, lines.length);
    await world.sim('PATCH', '/sim/api/knobs', { webhook: { isEnabled: false } });
  });
  after(() => world.close());

  const carOf = (index: number): FleetCar => fleet[index] ?? assert.fail();

  async function breakAll(isWholeRequest: boolean): Promise<void> {
    const fault = ({ type, code }: PublishedError) => ({ kind: 'error', type, code, isWholeRequest });
    await Promise.all(
      lines.map((line, index) => world.sim('POST', `/sim/api/cars/${carOf(index).vin}/faults`, fault(line))),
    );
    await world.advance(600);
    await world.advance(61);
    await world.advance(121);
  }

  async function mendAll(): Promise<void> {
    await world.sim('DELETE', '/sim/api/faults');
    const broken = await panels(world);
    for (const car of fleet)
      if (/expired|disconnected/.test(broken.get(car.id)?.connection.status ?? '')) await ownerReturns(world, car);
    await world.advance(30);
    await world.advance(25 * 3_600);
    await assertNothingOpen(world);
  }

  describe('as the answer to the whole batch', () => {
    let seen: Map<string, Panel>;
    let late: Map<string, Panel>;
    before(async () => {
      await breakAll(true);
      seen = await panels(world);
      await world.advance(longestPatienceS);
      late = await panels(world);
    });

    for (const [index, line] of lines.entries()) {
      test(`${keyOf(line)} (${line.fact}) ends in ${endingIn(line)}`, () => {
        const { id } = carOf(index);
        if (line.meaning !== 'credentials') return assertEnding(seen.get(id), line, promisedFor(rowOf(line)));
        const { status, suspicion } = seen.get(id)?.connection ?? assert.fail();
        assert.equal(status, 'active');
        assert.match(suspicion?.text ?? '', /access was renewed, and is refused all the same/);
        assertEnding(late.get(id), lost, promisedFor(rowFor(refusedRenewal)));
      });
    }

    test('when it is over, every car is active again', mendAll);
  });

  describe('as the answer to each part of the batch', () => {
    let early: Map<string, Panel>;
    let late: Map<string, Panel>;
    before(async () => {
      await breakAll(false);
      early = await panels(world);
      await world.advance(longestPatienceS);
      late = await panels(world);
    });

    for (const [index, line] of lines.entries()) {
      const isOutage = isUpstreamMeaning(line.meaning);
      const ends = isOutage || isDoubted(line) || isVehicleMeaning(line.meaning);
      const ending = line.ending?.join(', ') ?? 'a note';
      test(`${keyOf(line)} (${line.fact}) ${ends ? `ends in ${ending}` : 'changes nothing'}${isOutage ? ', when it lasts' : ''}`, () => {
        const { id } = carOf(index);
        if (isOutage) assertUntouched(early.get(id));
        if (ends) assertEnding(late.get(id), line, promisedFor(rowOf(line)));
        else assertUntouched(late.get(id));
      });
    }

    test('when it is over, every car is active again', mendAll);
  });
});

/** Four rounds of the slowest make's pace, and more. */
const longestPatienceS = 6 * 3_600;
