/** What Smartcar says about us, and not about a car: the token endpoint's errors, and a token that is refused. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { rowFor, table } from '../../src/smartcar/classify.ts';
import { startWorld, type World } from '../support/world.ts';
import {
  assertEnding,
  assertNothingOpen,
  assertUntouched,
  connectFleet,
  panels,
  promisedFor,
  type FleetCar,
  type Panel,
} from './every-error-fleet.ts';
import { startGateway, type Gateway } from './every-error-gateway.ts';
import { ownRefusals, type Ending, type OwnRefusal } from './every-error-table.ts';

interface Alert {
  kind: string;
  severity: string;
  vehicleIds: string[];
}

const endings: Readonly<Record<string, Ending>> = {
  requestRefused: ['error', 'requestRefused'],
  smartcarFailing: ['error', 'smartcarFailing'],
  smartcarUnreachable: ['error', 'smartcarUnreachable'],
};

describe('what is refused to us, and not to an owner', () => {
  let gateway: Gateway;
  let world: World;
  let car: FleetCar;

  before(async () => {
    gateway = await startGateway();
    world = await startWorld({ smartcarOrigin: gateway.origin });
    gateway.target = world.simulator.origin;
    await world.sim('PATCH', '/sim/api/knobs', { fillAfterS: 1, makesDiffer: false, limitsVehicles: false });
    [car] = (await connectFleet(world, 1)) as [FleetCar]; // so many were asked for
    await world.sim('PATCH', '/sim/api/knobs', { webhook: { isEnabled: false } });
  });
  after(async () => {
    await world.close();
    await gateway.close();
  });

  const panel = async (): Promise<Panel | undefined> => (await panels(world)).get(car.id);
  const alerts = async (): Promise<Alert[]> => (await world.api('GET', '/alerts')).body['items'] as Alert[];

  /** Long enough for the token to end, and for the third answer that counts; then long enough to forget it. */
  async function refuse({ at, answer }: OwnRefusal): Promise<void> {
    gateway.answers.set(at === 'signals' ? '/signals' : '/oauth2/token', answer);
    await world.advance(2 * 3_600);
    for (const seconds of [61, 121, 241]) await world.advance(seconds);
  }

  async function relent(): Promise<void> {
    gateway.answers.clear();
    await world.advance(120);
    await world.advance(6 * 3_600);
    await assertNothingOpen(world);
    assert.deepEqual(await world.mails(), []);
  }

  for (const line of ownRefusals.filter(({ meaning }) => meaning === 'credentials')) {
    test(`${line.name} is one alert for the installation, and no connection is doubted${shown(line)}`, async () => {
      const promised = promisedFor(rowFor(line.told ?? assert.fail()));
      assert.equal(promised.outcome, '`credentials`');
      await refuse(line);
      assertUntouched(await panel());
      const [alert, ...more] = await alerts();
      assert.deepEqual([alert?.kind, alert?.severity, more], ['smartcar.credentials-refused', 'critical', []]);
      await relent();
    });
  }

  for (const line of ownRefusals.filter(({ meaning }) => meaning !== 'credentials')) {
    test(`${line.name} ends in ${line.meaning}, and nobody is written to${shown(line)}`, async () => {
      const row = line.told ? rowFor(line.told) : (table.at(-1) ?? assert.fail());
      const ending = endings[line.meaning] ?? assert.fail();
      await refuse(line);
      assertEnding(await panel(), { meaning: line.meaning, ending }, promisedFor(row));
      assert.deepEqual(
        (await alerts()).map(({ kind, vehicleIds }) => ({ kind, vehicleIds })),
        [{ kind: 'connection.error', vehicleIds: [car.id] }],
      );
      await relent();
    });
  }
});

function shown({ fact }: OwnRefusal): string {
  return fact === null ? '' : ` (${fact})`;
}
