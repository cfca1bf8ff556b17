/** Lists of vehicles through the API: previewed, written exactly so, taken back. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';

import { goOnWithImport, importDue } from '../../src/flows/import.ts';
import { takeBackSome } from '../../src/flows/import-undo.ts';
import { writeSome } from '../../src/flows/import-write.ts';
import { keepHouse } from '../../src/flows/keep-house.ts';
import type { FleetId, ImportId } from '../../src/domain/ids.ts';
import type { ImportLineView, ImportView } from '../../src/http/contract/imports.ts';
import type { VehicleView } from '../../src/http/contract/vehicles.ts';
import { makeKey } from '../http/server.ts';
import { startWorld } from '../support/world.ts';
import type { World } from '../support/world.ts';

const vin = (last: number): string => `WVWZZZE1ZMP0${String(last).padStart(5, '0')}`;

interface Answered<T> {
  status: number;
  body: T;
}

describe('a list of vehicles', () => {
  let world: World;
  before(async () => {
    world = await startWorld();
  });
  after(() => world.close());

  let fleet: FleetId;
  beforeEach(async () => {
    const { body } = await world.api('POST', '/fleets', { name: 'A fresh fleet' });
    fleet = body['id'] as FleetId;
  });

  const api = async <T>(method: string, path: string, body?: unknown): Promise<Answered<T>> =>
    (await world.api(method, path, body, fleet)) as Answered<T>;

  async function upload(
    text: string | Buffer,
    name = 'list.csv',
    key = world.key,
  ): Promise<Answered<ImportView & { detail?: string }>> {
    const response = await fetch(`${world.publicUrl}/api/v1/vehicles/import?name=${encodeURIComponent(name)}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'towline-fleet': fleet, 'content-type': 'text/csv' },
      body: Buffer.from(text) as unknown as ArrayBuffer, // fetch takes any bytes; its type knows fewer
    });
    return { status: response.status, body: (await response.json()) as ImportView };
  }

  async function preview(text: string): Promise<ImportView> {
    const { status, body } = await upload(text);
    assert.equal(status, 201, JSON.stringify(body));
    return body;
  }

  const apply = ({ id, hash }: ImportView) => api<ImportView>('POST', `/imports/${id}/apply`, { hash });
  const show = async ({ id }: Pick<ImportView, 'id'>): Promise<ImportView> =>
    (await api<ImportView>('GET', `/imports/${id}`)).body;
  const settle = (): Promise<void> => world.settle();

  async function lines({ id }: Pick<ImportView, 'id'>, query = ''): Promise<ImportLineView[]> {
    const all: ImportLineView[] = [];
    for (let cursor = ''; ;) {
      const path = `/imports/${id}/lines?limit=200${query}${cursor}`;
      const { body } = await api<{ items: ImportLineView[]; nextCursor: string | null }>('GET', path);
      all.push(...body.items);
      if (!body.nextCursor) return all;
      cursor = `&cursor=${body.nextCursor}`;
    }
  }

  /** The whole directory as text, so that "nothing else" can be said. */
  async function directory(): Promise<string[]> {
    const { database } = world.ground;
    return database.asFleet(fleet, async (tx) => {
      const vehicles = await tx.selectFrom('vehicle').selectAll().orderBy('number').execute();
      const owners = await tx.selectFrom('owner').selectAll().orderBy('id').execute();
      const told = await tx.selectFrom('timeline').select(['vehicle_id', 'kind']).orderBy('id').execute();
      return [...vehicles, ...owners, ...told].map((row) => JSON.stringify(row));
    });
  }

  async function vehicles(): Promise<VehicleView[]> {
    const { body } = await api<{ items: VehicleView[] }>('GET', '/vehicles?limit=200');
    return body.items;
  }
  const numbers = async (): Promise<string[]> => (await vehicles()).map(({ number }) => number);

  const twoOwners =
    'Number;Plate;VIN;Make;Model;Year;Owner;E-mail;Phone\r\n' +
    `CAR-1;HH TL 1;${vin(1)};VW;ID.3;2023;Jana Meyer;jana@example.com;+49 170 1\r\n` +
    `CAR-2;HH TL 2;${vin(2)};VW;ID.3;2023;Jana Meyer;JANA@example.com;\r\n` +
    `;HH TL 3;${vin(3)};Škoda;Enyaq;2022;Otto;otto@example.com;\r\n` +
    'CAR-4;;12345;BMW;i3;2019;;;\r\n';

  test('is previewed line by line, and nothing is written', async () => {
    const before = await directory();
    const seen = await preview(twoOwners);
    assert.deepEqual(
      [seen.state, seen.lines, seen.newOwners, seen.encoding, seen.separator, seen.ignored],
      ['previewed', { add: 3, update: 0, unchanged: 0, refused: 1 }, 2, 'UTF-8', 'semicolon', []],
    );
    const shown = await lines(seen);
    assert.deepEqual(
      shown.map(({ line, plan, vehicle, owner }) => [
        line,
        plan,
        vehicle.number,
        vehicle.make,
        owner?.name,
        owner?.isNew,
      ]),
      [
        [2, 'add', 'CAR-1', 'VOLKSWAGEN', 'Jana Meyer', true],
        [3, 'add', 'CAR-2', 'VOLKSWAGEN', 'Jana Meyer', true],
        [4, 'add', 'CAR-101', 'SKODA', 'Otto', true],
        [5, 'refused', 'CAR-4', 'BMW', undefined, undefined],
      ],
    );
    const [problem] = shown[3]?.problems ?? [];
    assert.deepEqual([problem?.name, problem?.code, problem?.value], ['VIN', 'vin_shape', '12345']);
    assert.match(problem?.text ?? '', /17 letters and digits/);
    assert.deepEqual(await directory(), before, 'and nothing else');
  });

  test('is written exactly as it was previewed, each vehicle with its timeline, each owner once', async () => {
    const seen = await preview(twoOwners);
    const started = await apply(seen);
    assert.deepEqual([started.status, started.body.state], [200, 'running']);
    await settle();
    const done = await show(seen);
    assert.deepEqual([done.state, done.progress], ['done', { applied: 3, missed: 0, undone: 0, kept: 0 }]);
    const found = await vehicles();
    assert.deepEqual(
      found.map(({ number, plate, vin: id, make, model, year, owner }) => [
        number,
        plate,
        id,
        make,
        model,
        year,
        owner?.name,
      ]),
      [
        ['CAR-1', 'HH TL 1', vin(1), 'VOLKSWAGEN', 'ID.3', 2023, 'Jana Meyer'],
        ['CAR-101', 'HH TL 3', vin(3), 'SKODA', 'Enyaq', 2022, 'Otto'],
        ['CAR-2', 'HH TL 2', vin(2), 'VOLKSWAGEN', 'ID.3', 2023, 'Jana Meyer'],
      ],
    );
    const { body: owners } = await api<{ items: { name: string; email: string; phone: string | null }[] }>(
      'GET',
      '/owners',
    );
    assert.deepEqual(
      owners.items.map(({ name, email, phone }) => [name, email, phone]),
      [
        ['Jana Meyer', 'jana@example.com', '+49 170 1'],
        ['Otto', 'otto@example.com', null],
      ],
    );
    for (const { id } of found) {
      const { body } = await api<{ items: { kind: string; actor: { name: string } }[] }>(
        'GET',
        `/vehicles/${id}/timeline`,
      );
      assert.deepEqual(
        body.items.map(({ kind }) => kind),
        ['vehicle.added'],
      );
    }
    assert.deepEqual(
      (await lines(seen)).map(({ state }) => state),
      ['applied', 'applied', 'applied', 'none'],
    );
    const { body: audit } = await api<{ items: { act: string; subject: string }[] }>('GET', '/audit');
    assert.deepEqual(
      audit.items.filter(({ subject }) => subject === seen.id).map(({ act }) => act),
      ['applyImport', 'importVehicles'],
    );
  });

  test('imported a second time changes nothing, and there is nothing to start', async () => {
    await apply(await preview(twoOwners));
    await settle();
    const before = await directory();
    const again = await preview(twoOwners);
    assert.deepEqual(again.lines, { add: 0, update: 0, unchanged: 3, refused: 1 });
    assert.deepEqual([again.apply.allowed, (await apply(again)).status], [false, 409]);
    assert.deepEqual(await directory(), before);
  });

  test('updates what it finds by VIN, else by number, says from what to what, and leaves empty cells alone', async () => {
    await apply(await preview(twoOwners));
    await settle();
    const seen = await preview(
      'Number,Plate,VIN,Model,Country,Owner email\n' +
        `CAR-9,,${vin(1)},,DE,otto@example.com\n` +
        'CAR-2,HH TL 22,,ID.4,,\n',
    );
    const shown = await lines(seen);
    assert.deepEqual(
      shown.map(({ plan, changes }) => [plan, changes.map(({ name, from, to }) => [name, from, to])]),
      [
        [
          'update',
          [
            ['Number', 'CAR-1', 'CAR-9'],
            ['Country', null, 'DE'],
            ['Owner', 'Jana Meyer', 'Otto'],
          ],
        ],
        [
          'update',
          [
            ['Plate', 'HH TL 2', 'HH TL 22'],
            ['Model', 'ID.3', 'ID.4'],
          ],
        ],
      ],
    );
    await apply(seen);
    await settle();
    assert.deepEqual(
      (await vehicles()).map(({ number, plate, model, country, owner }) => [
        number,
        plate,
        model,
        country,
        owner?.name,
      ]),
      [
        ['CAR-101', 'HH TL 3', 'Enyaq', null, 'Otto'],
        ['CAR-2', 'HH TL 22', 'ID.4', null, 'Jana Meyer'],
        ['CAR-9', 'HH TL 1', 'ID.3', 'DE', 'Otto'],
      ],
    );
  });

  test('of which a line would do something else by now leaves that line alone and tells it, and writes the others', async () => {
    await api('POST', '/vehicles', { number: 'CAR-7', plate: 'OLD' });
    const seen = await preview('Number,Plate\nCAR-6,A\nCAR-7,B\nCAR-8,C\n');
    await api('POST', '/vehicles', { number: 'CAR-6', plate: 'BY HAND' });
    const [{ id } = { id: '' }] = (await vehicles()).filter(({ number }) => number === 'CAR-7');
    await api('PATCH', `/vehicles/${id}`, { plate: 'BY HAND, TOO' });
    await apply(seen);
    await settle();
    assert.deepEqual((await show(seen)).progress, { applied: 1, missed: 2, undone: 0, kept: 0 });
    assert.deepEqual(
      (await vehicles()).map(({ number, plate }) => [number, plate]),
      [
        ['CAR-6', 'BY HAND'],
        ['CAR-7', 'BY HAND, TOO'],
        ['CAR-8', 'C'],
      ],
    );
    const missed = await lines(seen, '&state=missed');
    assert.deepEqual(
      missed.map(({ line, problems }) => [line, problems[0]?.code]),
      [
        [2, 'changed_meanwhile'],
        [3, 'changed_meanwhile'],
      ],
    );
  });

  test('is started only by who saw the preview, only once, and a discarded one not at all', async () => {
    const seen = await preview('Number\nA\n');
    const wrong = await api<{ code: string }>('POST', `/imports/${seen.id}/apply`, { hash: 'something else' });
    assert.deepEqual([wrong.status, wrong.body.code], [409, 'import_not_previewed']);
    assert.equal((await apply(seen)).status, 200);
    assert.equal((await apply(seen)).status, 409);
    assert.equal((await api('DELETE', `/imports/${seen.id}`)).status, 409);
    await settle();
    const other = await preview('Number\nB\n');
    assert.equal((await api('DELETE', `/imports/${other.id}`)).status, 200);
    assert.equal((await apply(other)).status, 404);
    assert.deepEqual(await numbers(), ['A']);
  });

  test('needs the role that changes vehicles, and is refused to others before it is read', async () => {
    const viewer = await makeKey(world.ground, fleet, 'viewer');
    assert.equal((await upload('Number\nA\n', 'list.csv', viewer)).status, 403);
  });

  test('that is no list, or too large, is refused, and nothing is kept of it', async () => {
    const refused: [string | Buffer, number, RegExp][] = [
      ['', 400, /./],
      ['Colour\nred\n', 400, /“Number” or “VIN”/],
      [Buffer.from('PK\u0003\u0004', 'latin1'), 400, /as CSV/],
      [Buffer.alloc(5 * 1_024 * 1_024 + 1, 'x'), 413, /./],
    ];
    for (const [text, status, detail] of refused) {
      const answer = await upload(text);
      assert.equal(answer.status, status);
      assert.match(answer.body.detail ?? ' ', detail);
    }
    const json = await api<{ code: string; detail: string }>('POST', '/vehicles/import', { a: 1 });
    assert.deepEqual([json.status, json.body.code], [415, 'unsupported_media_type']);
    assert.match(json.body.detail, /text\/csv/);
    assert.deepEqual((await api<{ items: object[] }>('GET', '/imports')).body.items, []);
  });

  // — trouble —

  const many = (count: number, plate = 'P'): string =>
    `Number,Plate,Owner,Owner email\n${Array.from({ length: count }, (_, index) => `N-${index},${plate}${index},O${index % 40},o${index % 40}@example.com\n`).join('')}`;
  const id = ({ id: of }: ImportView): ImportId => of as ImportId;

  test('whose writer dies between two batches is gone on with, and every line is written once', async () => {
    const seen = await preview(many(350));
    await apply(seen);
    assert.equal(await writeSome(world.ground, fleet, id(seen), world.now()), true);
    assert.equal((await show(seen)).progress.applied, 100);
    // The process dies in the middle of the next batch: its transaction is gone, and so is its job.
    await assert.rejects(
      writeSome(
        { ...world.ground, database: { ...world.ground.database, asFleet: dying } },
        fleet,
        id(seen),
        world.now(),
      ),
      /died/,
    );
    assert.equal((await show(seen)).progress.applied, 100);
    await importDue(world.ground, world.now());
    const done = await show(seen);
    assert.deepEqual([done.state, done.progress.applied, done.progress.missed], ['done', 350, 0]);
    assert.equal((await api<{ vehicles: number }>('GET', '/overview')).body.vehicles, 350);
    assert.equal((await api<{ items: object[] }>('GET', '/owners?limit=200')).body.items.length, 40);
    assert.deepEqual(world.faults, []);
  });

  /** As a transaction goes whose process is killed before it commits. */
  const dying: World['ground']['database']['asFleet'] = (fleetId, work) =>
    world.ground.database.asFleet(fleetId, async (tx) => {
      await work(tx);
      throw new Error('died');
    });

  test('is written once by however many work on it at the same time', async () => {
    const seen = await preview(many(350));
    await apply(seen);
    const task = { fleetId: fleet, importId: id(seen) };
    await Promise.all([1, 2, 3].map(() => goOnWithImport(world.ground, task, world.now())));
    await importDue(world.ground, world.now());
    const done = await show(seen);
    assert.deepEqual([done.state, done.progress.applied, done.progress.missed], ['done', 350, 0]);
    assert.equal((await api<{ vehicles: number }>('GET', '/overview')).body.vehicles, 350);
  });

  test('and another of the same vehicles at the same time: each vehicle and owner is added once, and the rest is told', async () => {
    const both = [await preview(many(250, 'A')), await preview(many(250, 'B'))];
    for (const seen of both) await apply(seen);
    await Promise.all(
      both.map((seen) => goOnWithImport(world.ground, { fleetId: fleet, importId: id(seen) }, world.now())),
    );
    const done = await Promise.all(both.map(show));
    assert.deepEqual(
      done.map(({ state }) => state),
      ['done', 'done'],
    );
    const applied = done.map(({ progress }) => progress.applied);
    const missed = done.map(({ progress }) => progress.missed);
    assert.equal(
      applied.reduce((sum, one) => sum + one, 0),
      250,
    );
    assert.equal(
      missed.reduce((sum, one) => sum + one, 0),
      250,
    );
    assert.equal((await api<{ vehicles: number }>('GET', '/overview')).body.vehicles, 250);
    assert.equal((await api<{ items: object[] }>('GET', '/owners?limit=200')).body.items.length, 40);
  });

  // — taking back —

  const undo = (seen: ImportView) => api<ImportView>('POST', `/imports/${seen.id}/undo`);

  test('is taken back: what it added is gone with its owners, and what it changed stays changed', async () => {
    await api('POST', '/vehicles', { number: 'CAR-2', plate: 'OLD' });
    const before = await directory();
    const seen = await preview('Number,Plate,Owner,E-mail\nCAR-1,A,Jana,jana@example.com\nCAR-2,B,,\n');
    await apply(seen);
    await settle();
    assert.equal((await show(seen)).undo.allowed, true);
    assert.equal((await undo(seen)).body.state, 'undoing');
    await settle();
    const undone = await show(seen);
    assert.deepEqual([undone.state, undone.progress], ['undone', { applied: 2, missed: 0, undone: 1, kept: 0 }]);
    assert.deepEqual(
      await directory(),
      before.map((row) => row.replace('"plate":"OLD"', '"plate":"B"')),
    );
    assert.deepEqual([undone.undo.allowed, (await undo(seen)).status], [false, 409]);
  });

  test('is taken back but for what something has happened to: a link, a change by hand, an owner of other cars', async () => {
    const seen = await preview(
      'Number,Owner,E-mail\nA,Anna,anna@example.com\nB,Bert,bert@example.com\nC,Cleo,cleo@example.com\nD,Dora,dora@example.com\nE,Emil,emil@example.com\n',
    );
    await apply(seen);
    await settle();
    const byNumber = new Map((await vehicles()).map((one) => [one.number, one]));
    const at = (number: string): VehicleView => byNumber.get(number) ?? assert.fail(number);
    assert.equal((await api('POST', `/vehicles/${at('A').id}/connect`, {})).status, 200);
    assert.equal((await api('PATCH', `/vehicles/${at('B').id}`, { plate: 'X' })).status, 200);
    assert.equal((await api('POST', '/vehicles', { number: 'OTHER', ownerId: at('D').owner?.id })).status, 201);
    await undo(seen);
    await settle();
    const undone = await show(seen);
    assert.deepEqual([undone.state, undone.progress.undone, undone.progress.kept], ['undone', 3, 2]);
    assert.deepEqual(await numbers(), ['A', 'B', 'OTHER']);
    const { body } = await api<{ items: { name: string }[] }>('GET', '/owners');
    assert.deepEqual(
      body.items.map(({ name }) => name),
      ['Anna', 'Bert', 'Dora'],
    );
    assert.deepEqual(
      (await lines(seen)).map(({ state }) => state),
      ['kept', 'kept', 'undone', 'undone', 'undone'],
    );
    assert.deepEqual(world.faults, []);
  });

  test('whose taking back is broken off is taken back to the end by the next round', async () => {
    const seen = await preview(many(250));
    await apply(seen);
    await settle();
    await undo(seen);
    assert.equal(await takeBackSome(world.ground, fleet, id(seen), world.now()), true);
    assert.deepEqual((await show(seen)).progress.undone, 100);
    await Promise.all([importDue(world.ground, world.now()), importDue(world.ground, world.now())]);
    await importDue(world.ground, world.now());
    assert.deepEqual([(await show(seen)).state, await directory()], ['undone', []]);
  });

  // — out and in again —

  async function download(path: string): Promise<string> {
    const response = await fetch(`${world.publicUrl}/api/v1${path}`, {
      headers: { authorization: `Bearer ${world.key}`, 'towline-fleet': fleet },
    });
    assert.equal(response.status, 200);
    // A text would lose its byte order mark.
    return Buffer.from(await response.arrayBuffer()).toString();
  }

  test('that was exported and is imported again changes nothing, whatever stands in it', async () => {
    await apply(await preview(twoOwners));
    await settle();
    await apply(await preview('Number,Plate,Owner,E-mail,Phone\n"=A,1","-P ""1""","@Ida; Dr.",ida@example.com,+1\n'));
    await settle();
    for (const separator of ['comma', 'semicolon', 'tab']) {
      const again = await preview(await download(`/vehicles/export?separator=${separator}`));
      assert.deepEqual(again.lines, { add: 0, update: 0, unchanged: 4, refused: 0 }, separator);
      assert.deepEqual(again.ignored, ['Status', 'Cause', 'Next action', 'Freshness', 'Last telemetry', 'Lapses']);
    }
  });

  test('whose refused lines are taken, mended and imported again brings in the rest, and only the rest', async () => {
    const seen = await preview(twoOwners.replaceAll(/^(?=.)/gm, 'red;').replace('red;', 'Colour;'));
    await apply(seen);
    await settle();
    const problems = await download(`/imports/${seen.id}/problems.csv?separator=semicolon`);
    const [heads, line, ...rest] = problems.split('\r\n');
    assert.equal(heads, '\uFEFFNumber;Plate;VIN;Make;Model;Year;Owner name;Owner e-mail;Owner phone;Problem');
    assert.match(line ?? '', /^CAR-4;;12345;BMW;i3;2019;;;;VIN: A VIN has 17/);
    assert.deepEqual(rest, ['']);
    const mended = await preview(problems.replace('12345', vin(4)));
    assert.deepEqual([mended.lines, mended.ignored], [{ add: 1, update: 0, unchanged: 0, refused: 0 }, ['Problem']]);
  });

  // — what is kept —

  test('is kept sealed, a preview for a day and what was imported for thirty, and no longer', async () => {
    const secret = 'Number,Owner,E-mail,Phone\nA,Nobody Knows,nobody.knows@example.com,+49 170 0815\nB,,,\n';
    const left = await preview(secret);
    const used = await preview(secret);
    await apply(used);
    await settle();
    const { rows } = await world.ground.database.ownerPool.query<{ text: string }>(
      'select i::text || l::text as text from vehicle_import i join import_line l on l.import_id = i.id where i.fleet_id = $1',
      [fleet],
    );
    assert.equal(rows.length, 4);
    const hex = Buffer.from('obody').toString('hex');
    for (const { text } of rows) assert.doesNotMatch(text, new RegExp(`nobody|170 0815|${hex}`, 'i'));
    world.pass(86_400 + 60);
    await keepHouse(world.ground, world.now());
    assert.equal((await api('GET', `/imports/${left.id}`)).status, 404);
    assert.equal((await api('GET', `/imports/${used.id}`)).status, 200);
    world.pass(30 * 86_400);
    await keepHouse(world.ground, world.now());
    assert.equal((await api('GET', `/imports/${used.id}`)).status, 404);
    assert.deepEqual(await numbers(), ['A', 'B']);
  });

  test('that nobody starts gives way: the ten newest previews of a fleet are kept', async () => {
    for (let made = 0; made < 12; made += 1) {
      world.pass(1);
      await preview(`Number\nX-${made}\n`);
    }
    const { body } = await api<{ items: ImportView[] }>('GET', '/imports');
    assert.equal(body.items.length, 10);
    const [newest] = await lines(body.items[0] ?? assert.fail());
    assert.equal(newest?.vehicle.number, 'X-11');
  });
});
