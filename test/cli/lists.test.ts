/** Lists of vehicles from a terminal: looked at, imported, written out. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { makeKey } from '../http/server.ts';
import { startWorld } from '../support/world.ts';
import type { World } from '../support/world.ts';
import { towline } from './command.ts';
import type { Ended } from './command.ts';

describe('lists of vehicles on the command line', () => {
  let world: World;
  const folder = mkdtempSync(join(tmpdir(), 'towline-lists-'));
  const at = (name: string): string => join(folder, name);
  before(async () => {
    world = await startWorld();
    writeFileSync(
      at('list.csv'),
      'Nummer;Kennzeichen;FIN;Farbe\r\nA-1;HH 1;;rot\r\n"A,2";HH 2;WVWZZZE1ZMP000001;\r\nA-3;;123;\r\n',
    );
  });
  after(async () => {
    await world.close();
    rmSync(folder, { recursive: true });
  });

  const run = (args: string[], key = world.key): Promise<Ended> =>
    towline(args, { TOWLINE_URL: world.publicUrl, TOWLINE_API_KEY: key });
  /** Runs it while the world's work goes on. */
  async function runWhileWorking(...args: string[]): Promise<Ended> {
    const ended = run(args);
    let isOver = false;
    void ended.finally(() => (isOver = true));
    while (!isOver) await world.settle();
    return ended;
  }
  const numbers = async (): Promise<string[]> =>
    ((await world.api('GET', '/vehicles')).body['items'] as { number: string }[]).map(({ number }) => number);

  test('a list is shown first, with what has to be mended, and nothing is written', async () => {
    const { code, stdout, stderr } = await run(['import', at('list.csv')]);
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /^Add +2\nUpdate +0\nUnchanged +0\nNot imported +1\n/);
    assert.match(stdout, /Read as +UTF-8, semicolon between the cells\nNot read +Farbe/);
    assert.match(stdout, / {3}4 {2}A-3 +VIN: A VIN has 17 letters/);
    assert.match(stdout, /Nothing was written\. With --apply it is imported\.\n$/);
    assert.deepEqual(await numbers(), []);
  });

  test('with --apply what was shown is imported, and the lines to mend are written into a file', async () => {
    const { code, stdout, stderr } = await runWhileWorking(
      'import',
      at('list.csv'),
      '--apply',
      '--problems',
      at('mend.csv'),
    );
    assert.equal(code, 0, stderr);
    assert.match(stdout, /Imported: 2 added or updated, 0 unchanged, 1 refused\.\n$/);
    assert.match(stderr, /^0 of 2 …/);
    assert.deepEqual(await numbers(), ['A,2', 'A-1']);
    assert.match(
      readFileSync(at('mend.csv'), 'utf8'),
      /^\uFEFFNumber,Plate,VIN,Problem\r\nA-3,,123,"VIN: A VIN has 17/,
    );
  });

  test('with --json the answer is the API’s own, and what can not be imported ends with 4', async () => {
    const { code, stdout } = await run(['import', at('list.csv'), '--json']);
    const { state, lines } = JSON.parse(stdout) as { state: string; lines: object };
    assert.deepEqual([code, state, lines], [0, 'previewed', { add: 0, update: 0, unchanged: 2, refused: 1 }]);
    const nothing = await run(['import', at('list.csv'), '--apply', '--json']);
    assert.deepEqual([nothing.code, (JSON.parse(nothing.stderr) as { code: string }).code], [4, 'import_not_now']);
  });

  test('a file that is no list, or is not there, ends with 2 and what to do', async () => {
    writeFileSync(at('workbook.xlsx'), Buffer.from('PK\u0003\u0004', 'latin1'));
    const workbook = await run(['import', at('workbook.xlsx')]);
    assert.deepEqual([workbook.code, workbook.stdout], [2, '']);
    assert.match(workbook.stderr, /Save the sheet as CSV/);
    const gone = await run(['import', at('nothing.csv')]);
    assert.deepEqual([gone.code, gone.stderr.includes('can not be read')], [2, true]);
    const viewer = await makeKey(world.ground, world.fleets[0], 'viewer');
    assert.equal((await run(['import', at('list.csv')], viewer)).code, 4);
  });

  test('vehicles are written to the terminal or into a file, whole or not at all', async () => {
    const { code, stdout } = await run(['export', '--q', 'A-1', '--separator', 'semicolon']);
    assert.equal(code, 0);
    assert.match(stdout, /^\uFEFFNumber;Plate;[^\n]*\r\nA-1;HH 1;[^\n]*;Not connected;;[^\n]*\r\n$/);
    const file = await run(['export', '--out', at('all.csv')]);
    assert.deepEqual([file.code, file.stdout], [0, `Written to ${at('all.csv')}.\n`]);
    assert.equal(readFileSync(at('all.csv'), 'utf8').split('\r\n').length, 4);
    const wrong = await run(['export', '--status', 'broken', '--out', at('wrong.csv')]);
    assert.equal(wrong.code, 2);
    assert.equal((await run(['export', '--json'])).code, 2);
    assert.equal((await run(['export', '--out', at('no/such/folder.csv')])).code, 2);
    assert.deepEqual(
      readdirSync(folder).sort(),
      ['all.csv', 'list.csv', 'mend.csv', 'workbook.xlsx'],
      'and no half file',
    );
  });
});
