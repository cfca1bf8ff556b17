/** A fleet is moved from v2 to v3 at a terminal: looked at, planned, carried out, held, put back in part, and finished. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { startV2Fleet } from '../support/v2-fleet.ts';
import { startWorld } from '../support/world.ts';
import { towline } from './command.ts';
import type { Ended } from './command.ts';

test('three cars are moved: plan, start, pause, resume, watch, one back, report, finish', async (t) => {
  const fleet = await startV2Fleet((cars) => cars.filter(({ make }) => make !== 'FORD').slice(0, 3));
  t.after(() => fleet.close());
  const { world } = fleet;
  const run = (...args: string[]): Promise<Ended> =>
    towline(['move', ...args], { TOWLINE_URL: world.publicUrl, TOWLINE_API_KEY: world.key });
  const lines = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await run(...args);
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
    return stdout;
  };
  const counts = async (): Promise<Record<string, number>> => {
    const { items } = JSON.parse(await lines('show', '--json')) as { items: { counts: Record<string, number> }[] };
    return items[0]?.counts ?? {};
  };

  assert.match(await lines(), /^On v2 +3 connections\nNo move was planned: towline move plan\n$/);
  assert.equal((await run('start')).code, 3, 'there is nothing to start');
  assert.match(await lines('plan'), /^State +planned; nothing was changed.*\n.*\nWould be +moved 3$/m);
  assert.match(await lines('start'), /^State +running$/m);
  assert.match(await lines('pause'), /^State +paused/m);
  assert.equal((await run('pause')).code, 4, 'it is paused already');
  assert.match(await lines('resume'), /^State +running$/m);

  const watched = run('watch');
  for (let hour = 0; hour < 24 && ((await counts())['moved'] ?? 0) < 3; hour += 1) await fleet.passMinutes(60);
  const { code, stdout, stderr } = await watched;
  assert.equal(code, 0);
  assert.match(stdout, /^Cars +moved 3$/m);
  assert.match(stderr, /waiting 3|proving/, 'progress is told beside the result');

  const [first] = fleet.cars;
  const { body } = await world.api('GET', `/vehicles/${first?.id}`);
  const number = String(body['number']);
  const unasked = await run('roll-back', '--vehicle', number);
  assert.deepEqual([unasked.code, unasked.stdout], [2, '']);
  await lines('roll-back', '--vehicle', number, '--yes');
  await fleet.passMinutes(2);
  const { moved, rolledBack } = await counts();
  assert.deepEqual({ moved, rolledBack }, { moved: 2, rolledBack: 1 });

  const report = (await lines('report')).trimEnd().split('\n');
  assert.match(report[0] ?? '', /^NUMBER +CAR +STATE +REQUEST +WHAT$/);
  assert.equal(report.length, 4);
  assert.equal((await lines('report', '--state', 'moved')).trimEnd().split('\n').length, 3);
  assert.equal((await run('report', '--state', 'lost')).code, 2);
  const folder = mkdtempSync(join(tmpdir(), 'towline-report-'));
  t.after(() => rmSync(folder, { recursive: true }));
  await lines('report', '--out', join(folder, 'report.csv'));
  assert.equal(readFileSync(join(folder, 'report.csv'), 'utf8').trimEnd().split('\r\n').length, 4);

  const asked = await run('finish');
  assert.deepEqual([asked.code, asked.stdout], [2, '']);
  assert.match(asked.stderr, /Finish the move of 2 cars\? There is no way back/);
  assert.match(await lines('finish', '--yes'), /^State +finished$/m);
  assert.equal((await run('roll-back', '--yes')).code, 4, 'it is over');
  assert.equal((await run('show', 'mov_of_nobody')).code, 3);
  assert.match(await lines(), /^On v2 +1 connection$/m);
  assert.deepEqual(world.faults, []);
});

test('without credentials for v3 the command names what is missing', async () => {
  const world = await startWorld({ speaks: 'v2' });
  try {
    const env = { TOWLINE_URL: world.publicUrl, TOWLINE_API_KEY: world.key };
    const shown = await towline(['move'], env);
    assert.match(shown.stdout, /^Missing +SMARTCAR_API_CLIENT_ID, SMARTCAR_API_CLIENT_SECRET: set them first$/m);
    const plan = await towline(['move', 'plan'], env);
    assert.equal(plan.code, 4);
    assert.match(plan.stderr, /There are no credentials for Smartcar's v3/);
  } finally {
    await world.close();
  }
});
