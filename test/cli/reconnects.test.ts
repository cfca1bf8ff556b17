/** Many reconnects from a terminal: seen first, sent only when that was said, watched and taken back. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { addBroken, allMails, passMinute } from '../support/broken-fleet.ts';
import { startWorld } from '../support/world.ts';
import type { World } from '../support/world.ts';
import { towline } from './command.ts';
import type { Ended } from './command.ts';

let world: World;
const run = (...args: string[]): Promise<Ended> =>
  towline(args, { TOWLINE_URL: world.publicUrl, TOWLINE_API_KEY: world.key });

async function said(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(...args);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  return stdout;
}

before(async () => {
  world = await startWorld();
  await addBroken(world, [
    { number: 'VW-1', owner: 'anna@owners.example' },
    { number: 'VW-2', owner: 'anna@owners.example' },
    { number: 'VW-3', owner: 'ben@owners.example' },
    { number: 'VW-4', owner: 'ben@owners.example', cause: 'permissionMissing' },
    { number: 'VW-5', owner: 'calm@owners.example', cause: null },
    { number: 'BMW-1', owner: 'cleo@owners.example', make: 'BMW' },
    { number: 'BMW-2', owner: 'cleo@owners.example', make: 'BMW', cause: 'subscriptionLapsed' },
  ]);
});
after(() => world.close());

test('without --send it only says what would happen', async () => {
  const text = await said('reconnect', '--status', 'expired', '--make', 'volkswagen');
  assert.match(
    text,
    /^3 vehicles: 2 owners would be asked about 3, in one message each; 0 would be read again; 0 left out\./,
  );
  assert.match(text, /anna +never +VW-1, VW-2\nben +never +VW-3\n/);
  assert.match(text, /Nothing was sent: add --send\.\n$/);
  const seen = JSON.parse(await said('reconnect', '--make', 'BMW', '--json')) as {
    ask: { owners: number };
    skip: { reasons: { reason: string }[] };
  };
  assert.deepEqual([seen.ask.owners, seen.skip.reasons.map(({ reason }) => reason)], [1, ['ownerAction']]);
  await passMinute(world);
  assert.deepEqual(await allMails(world), []);
});

test('a vehicle or filters have to be given, not both and not neither', async () => {
  for (const args of [[], ['VW-1', '--make', 'BMW'], ['VW-1', '--send']]) {
    const { code, stderr } = await run('reconnect', ...args);
    assert.equal(code, 2, stderr);
  }
  assert.equal((await run('reconnect', '--lapses-before', 'tomorrow')).code, 2);
  assert.equal((await run('reconnect', '--lapses-before', '2026-05-18')).code, 0);
});

test('with --send nothing leaves before somebody said so; then it is watched, and can be taken back', async () => {
  const unasked = await run('reconnect', '--status', 'expired', '--send');
  assert.equal(unasked.code, 2);
  assert.match(unasked.stderr, /Write to 3 owners about 4 vehicles\? Nothing was done: add --yes/);
  const sent = await said('reconnect', '--status', 'expired', '--make', 'VOLKSWAGEN', '--send', '--yes');
  const [id = ''] = /rcb_\w+/.exec(sent) ?? [];
  await passMinute(world);
  assert.equal((await allMails(world)).length, 2);
  const shown = await said('reconnects', 'show', id);
  assert.match(shown, /^Expired · Volkswagen\n/);
  assert.match(shown, /Owners +2 written to, 0 to come/);
  assert.match(await said('reconnects'), /finished .* 3 .*Expired · Volkswagen/);
  const other = JSON.parse(await said('reconnect', '--make', 'BMW', '--send', '--yes', '--json')) as { id: string };
  assert.match(await said('reconnects', 'pause', other.id), /Paused; 1 owners wait/);
  assert.match(await said('reconnects', 'cancel', other.id), /Taken back for 1 vehicles; 0 messages stay sent/);
  await passMinute(world);
  assert.equal((await allMails(world)).length, 2);
  assert.equal((await run('reconnects', 'cancel', other.id)).code, 4);
});
