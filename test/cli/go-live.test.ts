/** The command line on the way to real cars: what is missing, keys of programs, and what is set for makes. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { startWorld } from '../support/world.ts';
import type { World } from '../support/world.ts';
import { towline } from './command.ts';
import type { Ended } from './command.ts';

let world: World;

const run = (...args: string[]): Promise<Ended> =>
  towline(args, { TOWLINE_URL: world.publicUrl, TOWLINE_API_KEY: world.key });

async function lines(...args: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await run(...args);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  return stdout.trimEnd().split('\n');
}

describe('the command line of an installation that is set up', () => {
  before(async () => {
    world = await startWorld();
    await world.api('POST', '/vehicles', { number: 'K-1', make: 'KIA' });
  });
  after(() => world.close());

  test('what is missing is told step by step with what to copy, and the exit code says that something is', async () => {
    const first = await run('go-live');
    assert.deepEqual([first.code, first.stderr], [1, '3 things are missing before real cars can be managed.\n']);
    assert.match(first.stdout, /^unknown +API client secret: Smartcar was not asked yet\.$/m);
    assert.match(first.stdout, /not asked yet with what is set now: add --check\.\n$/);
    const checked = await run('go-live', '--check');
    assert.equal(checked.code, 1);
    assert.match(checked.stdout, /^done +API client secret: Smartcar accepts it\.$/m);
    assert.match(checked.stdout, /^missing +Messages arrive: Nothing has come from Smartcar yet\.\n +Let Smartcar/m);
    assert.match(checked.stdout, /^ +Permissions: read_vehicle_info read_location/m);
    assert.doesNotMatch(checked.stdout, /Callback URI/, 'what is done needs no copying');
    await world.sim('POST', '/sim/api/webhooks/verify');
    const asJson = await run('go-live', '--json');
    assert.deepEqual([asJson.code, (JSON.parse(asJson.stderr) as { code: string }).code], [1, 'not_ready']);
    const { verdict } = JSON.parse(asJson.stdout) as { verdict: { says: string; count: number } };
    assert.deepEqual([verdict.says, verdict.count], ['missing', 2]);
  });

  test('who looks after one fleet alone is told that it is not theirs', async () => {
    const { body } = await world.api('POST', '/api-keys', { name: 'Fleet', role: 'administrator' });
    const env = { TOWLINE_URL: world.publicUrl, TOWLINE_API_KEY: String(body['key']) };
    const { code, stderr } = await towline(['go-live'], env);
    assert.equal(code, 4);
    assert.match(stderr, /Only the installation's administrator sets it up\./);
  });

  test('a key is made, printed once and alone, and ends when it is revoked', async () => {
    const made = await run('keys', 'create', 'Night job', '--role', 'technician');
    assert.equal(made.code, 0);
    assert.match(made.stderr, /^Night job, technician\. Keep it now: it is not shown again\.\n$/);
    const key = made.stdout.trim();
    const asIt = (...args: string[]) => towline(args, { TOWLINE_URL: world.publicUrl, TOWLINE_API_KEY: key });
    assert.equal((await asIt('status')).code, 0);
    assert.equal((await asIt('keys')).code, 4);
    const listed = await lines('keys');
    assert.match(listed[0] ?? '', /^NAME +ROLE +BEGINS +MADE +REVOKED +ID$/);
    assert.match(listed.find((line) => line.startsWith('Night job')) ?? '', /^Night job +technician /);
    assert.ok(!listed.join().includes(key));
    const unasked = await run('keys', 'revoke', 'Night job');
    assert.deepEqual([unasked.code, unasked.stdout], [2, '']);
    assert.match(unasked.stderr, /Nothing was done: add --yes/);
    assert.deepEqual(await lines('keys', 'revoke', 'Night job', '--yes'), ['Revoked: Night job']);
    assert.equal((await asIt('status')).code, 4);
    assert.equal((await run('keys', 'revoke', 'Night job', '--yes')).code, 3);
    assert.equal((await run('keys', 'create', 'Odd', '--role', 'king')).code, 2);
  });

  test('a number of a make is set beside others, and taken back alone or with all', async () => {
    const own = async (): Promise<unknown> => (await world.api('GET', '/settings')).body['makes'];
    assert.deepEqual(
      (await lines('makes')).map((line) => line.split(/ {2,}/)[0]),
      ['MAKE', 'Kia'],
    );
    assert.ok((await lines('makes', '--all')).length > 20);
    const shown = await lines('makes', 'show', 'kia');
    assert.ok(shown.includes('What it comes to'));
    assert.ok(shown.some((line) => line.startsWith('leastPollMin')));
    await lines('makes', 'set', 'Kia', 'leastPollMin', '120');
    await lines('makes', 'set', 'KIA', 'requestsPerDay', 'none');
    assert.deepEqual(await own(), { KIA: { leastPollMin: 120, requestsPerDay: null } });
    await lines('makes', 'reset', 'KIA', 'leastPollMin');
    assert.deepEqual(await own(), { KIA: { requestsPerDay: null } });
    await lines('makes', 'reset', 'KIA');
    assert.deepEqual(await own(), {});
    assert.equal((await run('makes', 'set', 'KIA', 'horsepower', '1')).code, 2);
    assert.equal((await run('makes', 'set', 'KIA', 'leastPollMin', 'often')).code, 2);
    assert.equal((await run('makes', 'set', 'KIA', 'leastPollMin', '999999')).code, 2);
    assert.equal((await run('makes', 'show', 'Trabant')).code, 3);
    assert.deepEqual(await own(), {}, 'what was refused changed nothing');
  });
});
