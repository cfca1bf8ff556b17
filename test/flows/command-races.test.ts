/** Commands where two things happen at once: two processes, a wish that comes while another is about to leave. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { VehicleId } from '../../src/domain/ids.ts';
import { after as later } from '../../src/domain/schedule.ts';
import { sendDue } from '../../src/flows/send-commands.ts';
import type { CommandView } from '../../src/http/contract/commands.ts';
import { readByPlan, startWorld } from '../support/world.ts';
import type { SimulatedCar, World } from '../support/world.ts';
import { startGateway, type Gateway } from './every-error-gateway.ts';

describe('commands, and two things at once', () => {
  let world: World;
  let gateway: Gateway;
  let car: SimulatedCar;
  let id: VehicleId;
  const ids: VehicleId[] = [];
  before(async () => {
    gateway = await startGateway();
    world = await startWorld({ smartcarOrigin: gateway.origin });
    gateway.target = world.simulator.origin;
    await readByPlan(world);
    await world.sim('PATCH', '/sim/api/knobs', { limitsVehicles: false });
    const cars = await world.cars('first');
    for (const one of cars.filter(({ make }) => make !== 'TESLA').slice(0, 3)) ids.push(await world.connectCar(one));
    await world.advance(60);
    const seen = await Promise.all(ids.map((one) => world.vehicle(one)));
    const at = seen.findIndex((one) => one.connection?.status === 'active' && ids.includes(one.id));
    id = ids[at] ?? assert.fail();
    car = cars.filter(({ make }) => make !== 'TESLA')[at] ?? assert.fail();
  });
  after(async () => {
    await world.close();
    await gateway.close();
    assert.deepEqual(world.faults, []);
  });
  beforeEach(async () => {
    await world.sim('DELETE', '/sim/api/faults');
    for (let minutes = 0; minutes < 30; minutes += 10) await world.advance(600);
    await world.sim('DELETE', '/sim/api/requests');
  });

  const ask = async (type: 'lock' | 'unlock', more: object = {}): Promise<CommandView> => {
    const { status, body } = await world.api('POST', `/vehicles/${id}/commands`, { type, ...more });
    assert.equal(status, 202, JSON.stringify(body));
    return body as unknown as CommandView; // by its status
  };
  const told = async (command: CommandView): Promise<string> => {
    const { state, cause } = (await world.api('GET', `/commands/${command.id}`)).body as unknown as CommandView;
    return cause ? `${state}: ${cause}` : state;
  };
  async function arrived(): Promise<{ lock: number; unlock: number }> {
    const routes = (await world.sim('GET', '/sim/api/requests'))['routes'] as Record<string, { count: number }>;
    const of = (type: string): number => routes[`POST /v3/vehicles/:vehicleId/commands/security/${type}`]?.count ?? 0;
    return { lock: of('lock'), unlock: of('unlock') };
  }
  const answered = async (): Promise<void> => world.ground.commandsUnderway.settled();

  test('what is due is taken up by one of several processes, though their clocks differ', async () => {
    const command = await ask('unlock');
    const now = world.now();
    await Promise.all([0, 0, 9, 30].map((aheadS) => sendDue(world.ground, later(now, aheadS))));
    await answered();
    assert.deepEqual([await told(command), (await arrived()).unlock], ['sent', 1]);
  });

  test('a command is taken back, or it is sent, and never both', async () => {
    for (let time = 0; time < 10; time += 1) {
      await world.sim('DELETE', '/sim/api/requests');
      const command = await ask('unlock');
      const [taken] = await Promise.all([
        world.api('POST', `/commands/${command.id}/cancel`, {}),
        sendDue(world.ground, world.now()),
      ]);
      await answered();
      const { unlock } = await arrived();
      assert.equal(taken.status === 200 ? 0 : 1, unlock, `${taken.status}, and ${unlock} sent`);
      await world.advance(120);
    }
  });

  test('what is not sent after all costs the application no request', async () => {
    await ask('unlock', { deadlineS: 10 });
    world.pass(10);
    world.ground.meter.drain();
    await sendDue(world.ground, world.now());
    assert.equal(world.ground.meter.drain().untaken, -1, 'what was taken for it is given back');
  });

  describe('while the token is fetched', () => {
    /** The next token is not given before this is called. */
    let release: () => void;
    let isAsked: Promise<void>;
    beforeEach(async () => {
      await world.sim('POST', '/sim/api/tokens/revoke', {});
      world.pass(3_700);
      const asked = Promise.withResolvers<void>();
      const held = Promise.withResolvers<void>();
      isAsked = asked.promise;
      release = held.resolve;
      gateway.meet = async ({ path }) => {
        if (!path.startsWith('/oauth2/token')) return;
        asked.resolve();
        await held.promise;
      };
    });

    /** The unlock is written down as sent, and waits for the token to leave with. */
    async function aboutToLeave(): Promise<CommandView> {
      const command = await ask('unlock', { deadlineS: 600 });
      await sendDue(world.ground, world.now());
      await isAsked;
      return command;
    }

    test('an unlock that another wish took the place of does not leave any more', async () => {
      const unlock = await aboutToLeave();
      world.pass(100);
      const lock = await ask('lock');
      release();
      await answered();
      await world.settle();
      assert.deepEqual(await arrived(), { lock: 1, unlock: 0 });
      assert.equal(await told(unlock), 'unconfirmed: superseded');
      await world.advance(60);
      assert.equal(await told(lock), 'confirmed');
    });

    test('an unlock that was due before its deadline and could leave only after it does not', async () => {
      const unlock = await aboutToLeave();
      world.pass(600);
      release();
      await answered();
      assert.deepEqual([await told(unlock), (await arrived()).unlock], ['expired: deadlinePassed', 0]);
    });

    test('what the car said before it really left does not confirm it', async () => {
      await world.sim('POST', `/sim/api/cars/${car.vin}/faults`, { kind: 'lock-ignored' });
      const unlock = await aboutToLeave();
      world.pass(30);
      release();
      await answered();
      const { sentAt } = (await world.api('GET', `/commands/${unlock.id}`)).body as unknown as CommandView;
      assert.equal(sentAt, world.now().toISOString());
    });
  });

  test('a car that is disconnected over an unlock is asked nothing more, and the unlock comes to its end', async () => {
    await world.sim('PATCH', '/sim/api/knobs', { commandMode: 'stream', streamAfterS: 100 });
    const unlock = await ask('unlock');
    await world.settle();
    assert.equal((await world.api('POST', `/vehicles/${id}/disconnect`, {})).status, 200);
    await world.advance(200);
    assert.equal((await arrived()).unlock, 1);
    for (let minutes = 0; minutes < 40; minutes += 10) await world.advance(600);
    assert.match(await told(unlock), /^unconfirmed: /);
  });
});
