/** Check and diagnosis at the command line. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import type { VehicleId } from '../../src/domain/ids.ts';
import { startWorld } from '../support/world.ts';
import type { World } from '../support/world.ts';
import { towline } from './command.ts';
import type { Ended } from './command.ts';

describe('a vehicle is checked at the command line', () => {
  let world: World;
  let id: VehicleId;
  before(async () => {
    world = await startWorld();
    const [car = assert.fail('There is no car.')] = await world.cars('first');
    id = await world.connectCar(car);
    await world.advance(60);
  });
  after(() => world.close());

  const run = (...args: string[]): Promise<Ended> =>
    towline(args, { TOWLINE_URL: world.publicUrl, TOWLINE_API_KEY: world.key });

  test('before the first check a diagnosis says so', async () => {
    const { code, stdout } = await run('diagnose', id);
    assert.equal(code, 0);
    assert.match(stdout, /^Status +active$/m);
    assert.match(stdout, /^Checked +never$/m);
  });

  test('each step is a line, and the diagnosis stands at the end', async () => {
    const { code, stdout, stderr } = await run('check', id);
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
    const [steps = '', found = ''] = stdout.split('\n\n');
    assert.ok(steps.split('\n').length >= 5, stdout);
    for (const line of steps.split('\n')) assert.match(line, /^(passed|warning|failed|skipped) +\S.*: \S/);
    assert.match(found, /^Status +active$/m);
    assert.match(found, /^How sure +\S/m);
  });

  test('a program has the vehicle with its diagnosis, and the one of the last check', async () => {
    const checked = await run('vehicles', 'check', id, '--json');
    const vehicle = JSON.parse(checked.stdout) as { id: string; diagnosis: { vehicleId: string } };
    assert.deepEqual([vehicle.id, vehicle.diagnosis.vehicleId], [id, id]);
    const last = JSON.parse((await run('diagnose', id, '--json')).stdout) as { vehicleId: string; steps: unknown[] };
    assert.equal(last.vehicleId, id);
    assert.ok(last.steps.length >= 5);
  });

  test("the hand-over for Smartcar's support is a text, and JSON for programs", async () => {
    const { code, stdout } = await run('diagnose', id, '--support');
    assert.equal(code, 0);
    const file = JSON.parse((await run('diagnose', id, '--support', '--json')).stdout) as { text: string };
    assert.equal(stdout.trimEnd().split('\n').length, file.text.trimEnd().split('\n').length);
  });

  test('a vehicle that is not there is not checked', async () => {
    assert.equal((await run('check', 'NO-SUCH-NUMBER')).code, 3);
    assert.deepEqual(world.faults, []);
  });
});
