/** What was asked of cars, from a terminal: of all, of one, and how well it works. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import type { VehicleId } from '../../src/domain/ids.ts';
import { startWorld } from '../support/world.ts';
import type { World } from '../support/world.ts';
import { towline } from './command.ts';

describe('commands on the command line', () => {
  let world: World;
  const run = (...args: string[]) => towline(args, { TOWLINE_URL: world.publicUrl, TOWLINE_API_KEY: world.key });

  before(async () => {
    world = await startWorld();
    const wishes: [VehicleId, 'lock' | 'unlock'][] = [];
    for (const [make, type] of [
      ['VOLKSWAGEN', 'unlock'],
      ['HYUNDAI', 'lock'],
    ] as const) {
      const car = (await world.cars('first')).find((one) => one.make === make) ?? assert.fail(make);
      wishes.push([await world.connectCar(car), type]);
      await world.advance(30);
      if (make === 'HYUNDAI') await world.sim('POST', `/sim/api/cars/${car.vin}/faults`, { kind: 'door-open' });
    }
    for (const [id, type] of wishes) await world.api('POST', `/vehicles/${id}/commands`, { type });
    await world.settle();
    for (let minute = 0; minute < 5; minute += 1) await world.advance(60);
  });
  after(() => world.close());

  test('the fleet’s are listed with their cars, and narrowed down', async () => {
    const all = await run('commands');
    assert.deepEqual([all.code, all.stderr], [0, '']);
    assert.match(all.stdout, /^VEHICLE +WHAT +STATE +ASKED +BY +TOOK S +ID +WHY\n/);
    assert.match(all.stdout, /\nCAR-102 +lock +failed +.* A door is open\.\n/);
    assert.match(all.stdout, /\nCAR-101 +unlock +confirmed +.* \d+(\.\d)? +cmd_\w{26} +–\n/);
    const failed = await run('commands', '--state', 'failed,expired', '--json');
    const { items } = JSON.parse(failed.stdout) as { items: { vehicle: { number: string } }[] };
    assert.deepEqual(
      items.map(({ vehicle }) => vehicle.number),
      ['CAR-102'],
    );
    const one = await run('commands', 'CAR-101');
    assert.match(one.stdout, /^WHAT +STATE .*\nunlock +confirmed .*\n$/);
    assert.equal((await run('commands', '--make', 'tesla')).stdout, 'No commands.\n');
  });

  test('they are counted by make, and what does not belong together is said', async () => {
    const { code, stdout } = await run('commands', '--summary', '--days', '7');
    assert.equal(code, 0);
    assert.match(stdout, /\nHyundai +1 +0 +0 +1 +0 +0 % +– +–\n/);
    assert.match(stdout, /\nVolkswagen +1 +1 +0 +0 +0 +100 % +[\d.]+ \/ [\d.]+ +[\d.]+ \/ [\d.]+\n/);
    assert.match(stdout, /\nall +2 +1 +0 +1 +0 +50 % /);
    assert.match(stdout, /\nSuccess: confirmed, of all that ended by itself\./);
    for (const args of [
      ['CAR-101', '--summary'],
      ['--summary', '--make', 'KIA'],
      ['--days', '7'],
      ['--since', 'soon'],
    ])
      assert.equal((await run('commands', ...args)).code, 2, args.join(' '));
    assert.equal((await run('commands', '--state', 'done')).code, 2);
  });
});
