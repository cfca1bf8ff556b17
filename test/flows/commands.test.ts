/** Locking and unlocking, from the request to the car's own word, against the simulator. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { VehicleId } from '../../src/domain/ids.ts';
import type { CommandView } from '../../src/http/contract/commands.ts';
import { startWorld, type SimulatedCar, type World } from '../support/world.ts';

describe('commands', () => {
  let world: World;
  let car: SimulatedCar;
  let id: VehicleId;
  before(async () => {
    world = await startWorld();
    const found = (await world.cars('first')).find(({ make }) => make === 'VOLKSWAGEN');
    assert.ok(found);
    car = found;
    id = await world.connectCar(car);
    await world.advance(30);
  });
  after(() => world.close());
  beforeEach(async () => {
    // What was asked before is over, and no later press is the same.
    await world.advance(1_000);
    await world.sim('DELETE', '/sim/api/requests');
    assert.deepEqual(world.faults, []);
  });

  const ask = (type: 'lock' | 'unlock', more: object = {}) =>
    world.api('POST', `/vehicles/${id}/commands`, { type, ...more });
  async function asked(type: 'lock' | 'unlock', more: object = {}): Promise<string> {
    const { status, body } = await ask(type, more);
    assert.deepEqual([status, body['state']], [202, 'queued']);
    return String(body['id']);
  }
  /** Asked, and sent at once. */
  async function sent(type: 'lock' | 'unlock', more: object = {}): Promise<string> {
    const command = await asked(type, more);
    await world.settle();
    return command;
  }
  const read = async (command: string): Promise<CommandView> =>
    (await world.api('GET', `/commands/${command}`)).body as unknown as CommandView;
  const told = async (command: string): Promise<string> => {
    const { state, cause } = await read(command);
    return cause ? `${state}: ${cause}` : state;
  };
  /** How it ends, as long as the car is listened for. */
  async function ending(command: string): Promise<string> {
    for (let minute = 0; minute < 17 && (await told(command)).startsWith('sent'); minute += 1) await world.advance(60);
    return told(command);
  }
  /** How many of them Smartcar was asked for. */
  async function arrived(type: 'lock' | 'unlock'): Promise<number> {
    const routes = (await world.sim('GET', '/sim/api/requests'))['routes'] as Record<string, { count: number }>;
    return routes[`POST /v3/vehicles/:vehicleId/commands/security/${type}`]?.count ?? 0;
  }
  async function withFault<T>(fault: object, work: () => Promise<T>): Promise<T> {
    const { kind } = fault as { kind: string };
    await world.sim('POST', `/sim/api/cars/${car.vin}/faults`, fault);
    const done = await work();
    await world.sim('DELETE', `/sim/api/cars/${car.vin}/faults/${kind}`);
    return done;
  }
  const lines = async (): Promise<string[]> => {
    const items = (await world.api('GET', `/vehicles/${id}/timeline`)).body['items'] as {
      kind: string;
      text: string;
    }[];
    return items.filter(({ kind }) => kind.startsWith('command.')).map(({ text }) => text);
  };

  test('a car is unlocked: sent once, confirmed when the car says so, and told', async () => {
    const command = await sent('unlock');
    const accepted = await read(command);
    assert.deepEqual([accepted.state, accepted.sends, accepted.acceptedAt !== null], ['sent', 1, true]);
    await ending(command);
    const done = await read(command);
    assert.deepEqual([done.state, done.cause, done.retry, await arrived('unlock')], ['confirmed', null, null, 1]);
    assert.deepEqual((await lines()).slice(0, 2), ['The car confirmed that it is unlocked.', 'Unlock was asked for.']);
    const { lastSuccess } = (await world.vehicle(id)).connection as unknown as { lastSuccess: { kind: string } };
    assert.ok(lastSuccess);
  });

  test('twenty presses at once are one command', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask('lock')));
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([202]));
    assert.equal(new Set(answers.map(({ body }) => body['id'])).size, 1);
    await world.settle();
    await ask('lock');
    await world.advance(60);
    assert.equal(await arrived('lock'), 1);
  });

  test('of an unlock and a lock at the same moment one is taken and the other told to wait', async () => {
    const answers = await Promise.all([ask('unlock'), ask('lock')]);
    const codes = answers.map(({ status, body }) => `${status} ${String(body['code'] ?? body['state'])}`).sort();
    assert.deepEqual(codes, ['202 queued', '409 command_in_progress']);
    await world.settle();
    assert.equal((await arrived('lock')) + (await arrived('unlock')), 1);
  });

  test('a new wish takes the place of one that the car was not heard about yet', async () => {
    const first = await sent('unlock');
    const second = await sent('lock');
    assert.deepEqual([await ending(second), await told(first)], ['confirmed', 'unconfirmed: superseded']);
  });

  test('an unlock whose answer is lost is not sent again, and the car has the last word', async () => {
    const command = await withFault({ kind: 'answer-lost' }, async () => {
      const made = await sent('unlock');
      assert.equal(await told(made), 'sent');
      return made;
    });
    assert.deepEqual([await ending(command), await arrived('unlock')], ['confirmed', 1]);
  });

  test('a car that ignores it leaves it unconfirmed, and says so', async () => {
    await sent('lock');
    await world.advance(60);
    const command = await withFault({ kind: 'lock-ignored' }, async () => {
      const made = await sent('unlock');
      await ending(made);
      return made;
    });
    const { state, cause, retry } = await read(command);
    assert.ok(state === 'unconfirmed' && (cause === 'notHeard' || cause === 'notDone'), `${state} ${cause}`);
    assert.deepEqual([retry, await arrived('unlock')], ['now', 1]);
  });

  test('what the car refuses has failed, with its reason, and whether to try again', async () => {
    const command = await withFault({ kind: 'door-open' }, async () => {
      return sent('lock');
    });
    const { state, causeText, retry } = await read(command);
    assert.deepEqual([state, causeText, retry], ['failed', 'A door is open.', 'later']);
    assert.equal(await arrived('lock'), 1);
    assert.equal((await world.vehicle(id)).connection?.status, 'active');
  });

  test('told to wait, it leaves later inside its deadline, and not after it', async () => {
    const fault = await world.sim('POST', '/sim/api/faults', { kind: 'rate-limit', retryAfterS: 20 });
    const soon = await sent('unlock', { deadlineS: 60 });
    assert.equal(await told(soon), 'queued: throttledVehicle');
    await world.sim('DELETE', `/sim/api/faults/${String(fault['id'])}`);
    await world.advance(25);
    assert.deepEqual([await ending(soon), (await read(soon)).sends], ['confirmed', 2]);
  });

  test('what could not be sent before its deadline is never sent', async () => {
    const late = await asked('unlock', { deadlineS: 10 });
    world.pass(10);
    await world.settle();
    assert.deepEqual([await told(late), await arrived('unlock')], ['expired: deadlinePassed', 0]);
    await world.advance(600);
    assert.equal(await arrived('unlock'), 0);
  });

  test('what was not sent yet can be taken back; what has left can not', async () => {
    const queued = await asked('unlock');
    assert.equal((await world.api('POST', `/commands/${queued}/cancel`, {})).body['state'], 'cancelled');
    await world.settle();
    assert.equal(await arrived('unlock'), 0);
    const left = await sent('lock');
    assert.deepEqual((await world.api('POST', `/commands/${left}/cancel`, {})).body['code'], 'command_left');
  });

  test('an answer that is streamed minutes later is waited for; a stream that breaks tells nothing', async () => {
    await world.sim('PATCH', '/sim/api/knobs', { commandMode: 'stream' });
    const slow = await sent('unlock', { deadlineS: 60 });
    await world.advance(5);
    assert.deepEqual([await told(slow), (await read(slow)).acceptedAt], ['sent', null]);
    await world.advance(180);
    assert.deepEqual([await ending(slow), await arrived('unlock')], ['confirmed', 1]);
    await world.advance(1_000);
    const broken = await withFault({ kind: 'answer-lost' }, async () => {
      const made = await sent('lock');
      await world.advance(180);
      return made;
    });
    await world.sim('PATCH', '/sim/api/knobs', { commandMode: 'sync' });
    assert.deepEqual([await ending(broken), await arrived('lock')], ['confirmed', 1]);
  });

  test('who may not read it does not find it, and an id of nothing is not found', async () => {
    assert.equal((await world.api('GET', '/commands/cmd_00000000000000000000000000')).status, 404);
    assert.equal((await world.api('POST', `/vehicles/${id}/commands`, { type: 'honk' })).status, 400);
    assert.equal((await world.api('POST', `/vehicles/${id}/commands`, { type: 'lock', deadlineS: 5 })).status, 400);
  });

  test('a car whose connection does not work is reconnected first', async () => {
    await world.sim('POST', `/sim/api/accounts/${encodeURIComponent(car.account.email)}/password`, {});
    for (let minute = 0; minute < 30 && (await world.vehicle(id)).connection?.status === 'active'; minute += 1)
      await world.advance(60);
    assert.deepEqual((await ask('unlock')).body['code'], 'reconnect_first');
    const added = await world.api('POST', '/vehicles', { make: 'KIA' });
    const other = await world.api('POST', `/vehicles/${String(added.body['id'])}/commands`, { type: 'lock' });
    assert.equal(other.body['code'], 'not_connected');
  });
});
