/** What a list of vehicles means: names of columns, cells, and what bringing it in would do. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';

import { columnHeads, columnNamed, importColumns, readHeads } from '../../src/domain/import-column.ts';
import { fingerprintOf, isSameEffect, judgeLines } from '../../src/domain/import-judge.ts';
import type { Effect, Known, KnownOwner, KnownVehicle, Verdict } from '../../src/domain/import-judge.ts';
import { readRow } from '../../src/domain/import-row.ts';
import type { Cells, ImportLine } from '../../src/domain/import-row.ts';
import { newId } from '../../src/domain/ids.ts';
import type { OwnerId } from '../../src/domain/ids.ts';
import { withWholeOwners } from '../../src/domain/import-seen.ts';

const now = new Date('2026-11-20T12:00:00Z');
const vin = (last: number): string => `WVWZZZE1ZMP0${String(last).padStart(5, '0')}`;
const rowOf = (cells: Cells) => readRow({ cells, isShifted: false });

describe('the names of columns', () => {
  test('are known in any spelling, in English and German, and every one by the template’s own', () => {
    for (const column of importColumns) assert.equal(columnNamed(columnHeads[column]), column);
    const known: Record<string, string> = {
      'Number plate': 'plate',
      LICENSE_PLATE: 'plate',
      'Amtl. Kennzeichen': 'plate',
      'Fahrgestell-Nr.': 'vin',
      'Vehicle no.': 'number',
      'E-Mail': 'ownerEmail',
      "Owner's e-mail": 'ownerEmail',
      'owner email': 'ownerEmail',
      Eigentümer: 'ownerName',
      'Länder-Code': 'country',
      'Baujahr ': 'year',
      'Fuel type': 'powertrain',
    };
    for (const [head, column] of Object.entries(known)) assert.equal(columnNamed(head), column, head);
    for (const head of ['', 'Colour', 'Status', 'Next action', 'Seats']) assert.equal(columnNamed(head), null, head);
  });

  test('that are not known are named, empty ones are not, and two of one meaning are told', () => {
    const heads = readHeads(['Colour', 'VIN', '', ' Note ', 'FIN']);
    assert.deepEqual(heads, { columns: [null, 'vin', null, null, 'vin'], ignored: ['Colour', 'Note'], twice: ['vin'] });
  });
});

describe('a cell', () => {
  test('is read as people write it', () => {
    const read = rowOf({
      number: 'CAR-1',
      plate: 'M-ÜB 104',
      vin: 'wvw zzz-e1zmp000001',
      make: 'Mercedes-Benz',
      model: 'EQA 250+',
      year: '2023,00',
      powertrain: 'Plug-in-Hybrid',
      country: 'Deutschland',
      ownerName: 'Jürgen Müßig',
      ownerEmail: 'J.Muessig+car@Example.de',
      ownerPhone: '+49 170 1',
      ownerLanguage: 'DE_at',
    });
    assert.deepEqual(read, {
      problems: [],
      values: {
        number: 'CAR-1',
        plate: 'M-ÜB 104',
        vin: vin(1),
        make: 'MERCEDES_BENZ',
        model: 'EQA 250+',
        year: 2023,
        powertrain: 'PHEV',
        country: 'DE',
        owner: { name: 'Jürgen Müßig', email: 'J.Muessig+car@Example.de', phone: '+49 170 1', language: 'de-AT' },
      },
    });
  });

  test('of a make is written as Smartcar writes it', () => {
    const makes = {
      VW: 'VOLKSWAGEN',
      Škoda: 'SKODA',
      'Land Rover': 'LAND_ROVER',
      Citroën: 'CITROEN',
      mercedes: 'MERCEDES_BENZ',
      BMW: 'BMW',
    };
    for (const [written, make] of Object.entries(makes))
      assert.equal(rowOf({ number: 'A', make: written }).values.make, make);
  });

  test('of a drive or a country is read by code and by name, and what is neither is told', () => {
    const drives = {
      bev: 'BEV',
      Electric: 'BEV',
      Elektro: 'BEV',
      Diesel: 'ICE',
      Benzin: 'ICE',
      hybrid: 'HEV',
      PHEV: 'PHEV',
    };
    for (const [written, drive] of Object.entries(drives))
      assert.equal(rowOf({ number: 'A', powertrain: written }).values.powertrain, drive);
    const countries = {
      de: 'DE',
      Germany: 'DE',
      Österreich: 'AT',
      UK: 'GB',
      USA: 'US',
      'United Kingdom': 'GB',
      'Côte d’Ivoire': 'CI',
    };
    for (const [written, country] of Object.entries(countries))
      assert.equal(rowOf({ number: 'A', country: written }).values.country, country, written);
    const { problems } = rowOf({ number: 'A', powertrain: 'steam', country: 'EU' });
    assert.deepEqual(
      problems.map(({ code }) => code),
      ['powertrain_unknown', 'country_unknown'],
    );
    for (const country of ['DD', 'ZZ', 'XX', 'Atlantis'])
      assert.equal(rowOf({ number: 'A', country }).problems.length, 1, country);
  });

  test('that does not fit is told with its column, and the others are read', () => {
    const wrong: [Cells, string, string | null][] = [
      [{ vin: 'WVWZZZE1ZMP00000' }, 'vin_shape', 'vin'],
      [{ vin: 'WVWZZZE1ZMPO00001' }, 'vin_shape', 'vin'],
      [{ number: 'A', year: '23' }, 'year_range', 'year'],
      [{ number: 'A', year: '01.03.2021' }, 'year_range', 'year'],
      [{ number: 'A', year: '1890' }, 'year_range', 'year'],
      [{ number: 'A', plate: 'x'.repeat(21) }, 'too_long', 'plate'],
      [{ number: 'A', ownerName: 'Two\nlines', ownerEmail: 'a@b.de' }, 'control_characters', 'ownerName'],
      [{ number: 'A', ownerName: 'A', ownerEmail: 'nobody' }, 'email_shape', 'ownerEmail'],
      [{ number: 'A', ownerName: 'A', ownerEmail: 'a@b.de, c@d.de' }, 'email_shape', 'ownerEmail'],
      [{ number: 'A', ownerName: 'A', ownerEmail: 'a@b.de', ownerLanguage: '??' }, 'language_unknown', 'ownerLanguage'],
      [
        { number: 'A', ownerName: 'A', ownerEmail: 'a@b.de', ownerLanguage: 'constructor' },
        'language_unknown',
        'ownerLanguage',
      ],
      [{ number: 'A', ownerName: 'A' }, 'owner_email_missing', 'ownerEmail'],
      [{ number: 'A', ownerPhone: '1' }, 'owner_email_missing', 'ownerEmail'],
      [{ plate: 'HH 1' }, 'no_number_or_vin', null],
    ];
    for (const [cells, code, column] of wrong)
      assert.deepEqual(rowOf(cells).problems, [{ column, code }], JSON.stringify(cells));
    assert.deepEqual(rowOf({ number: 'A', year: 'x' }).values, { number: 'A' });
  });
});

const aVehicle = (different: Partial<KnownVehicle> = {}): KnownVehicle => ({
  id: newId('veh', now),
  number: 'CAR-1',
  plate: 'HH 1',
  vin: vin(1),
  make: 'VOLKSWAGEN',
  model: 'ID.3',
  year: 2023,
  powertrain: 'BEV',
  country: 'DE',
  ownerId: null,
  isConnected: false,
  ...different,
});
const anOwner = (different: Partial<KnownOwner> = {}): KnownOwner => ({
  id: newId('own', now),
  name: 'Jana Meyer',
  language: 'de',
  phone: null,
  isNew: false,
  ...different,
});
const nothing: Known = { vehicles: [], owners: new Map() };
const lines = (...cells: Cells[]): ImportLine[] =>
  cells.map((one, index) => ({ line: index + 2, cells: one, isShifted: false }));
const judge = (known: Known, ...cells: Cells[]): Verdict[] => judgeLines(withWholeOwners(lines(...cells)), known);
const effects = (known: Known, ...cells: Cells[]): Effect[] => judge(known, ...cells).map(({ effect }) => effect);
const codes = (known: Known, ...cells: Cells[]): (string | (string | number | undefined)[])[][] =>
  effects(known, ...cells).map((effect) =>
    effect.plan === 'refused'
      ? effect.problems.map(({ code, column, otherLine }) =>
          [code, column ?? undefined, otherLine].filter((part) => part !== undefined),
        )
      : [effect.plan],
  );

describe('a line', () => {
  test('about a vehicle that the fleet has not adds it, with its owner where it names one', () => {
    const owner = anOwner();
    const known = { vehicles: [], owners: new Map([['jana@example.com', owner]]) };
    assert.deepEqual(
      effects(
        known,
        { number: 'A' },
        { vin: vin(2), ownerEmail: 'Jana@Example.com' },
        { number: 'C', ownerEmail: 'new@example.com', ownerName: 'New' },
      ),
      [
        { plan: 'add', owner: null },
        { plan: 'add', owner: { plan: 'known', ownerId: owner.id } },
        { plan: 'add', owner: { plan: 'new' } },
      ],
    );
  });

  test('is about the vehicle with its VIN, else the one with its number in whatever case', () => {
    const [byVin, byNumber] = [aVehicle(), aVehicle({ number: 'CAR-2', vin: null })];
    const known = { ...nothing, vehicles: [byVin, byNumber] };
    assert.deepEqual(
      effects(known, { vin: vin(1), plate: 'HH 1' }, { number: 'car-2' }).map(
        (effect) => 'vehicleId' in effect && [effect.plan, effect.vehicleId],
      ),
      [
        ['unchanged', byVin.id],
        ['update', byNumber.id],
      ],
    );
  });

  test('changes what it says otherwise, and what it leaves empty stays', () => {
    const vehicle = aVehicle({ vin: null, model: null });
    const [effect] = effects(
      { ...nothing, vehicles: [vehicle] },
      { number: 'CAR-1', plate: 'HH 2', vin: vin(9), make: 'VW', model: 'ID.3', year: '2024' },
    );
    assert.deepEqual(effect, {
      plan: 'update',
      vehicleId: vehicle.id,
      owner: null,
      changes: [
        { column: 'plate', from: 'HH 1', to: 'HH 2' },
        { column: 'vin', from: null, to: vin(9) },
        { column: 'model', from: null, to: 'ID.3' },
        { column: 'year', from: 2023, to: 2024 },
      ],
    });
  });

  test('may give a vehicle a new number by its VIN, but not one that another vehicle has', () => {
    const [one, other] = [aVehicle(), aVehicle({ number: 'CAR-2', vin: vin(2) })];
    const known = { ...nothing, vehicles: [one, other] };
    assert.deepEqual(codes(known, { vin: vin(1), number: 'CAR-9' }, { vin: vin(2), number: 'CAR-1' }), [
      ['update'],
      [['number_taken', 'number']],
    ]);
  });

  test('with a number whose vehicle has another VIN is refused: a car is not made another one by a list', () => {
    assert.deepEqual(codes({ ...nothing, vehicles: [aVehicle()] }, { number: 'CAR-1', vin: vin(2) }), [
      [['vin_differs', 'vin']],
    ]);
  });

  test('about a connected vehicle leaves what the manufacturer says, fills what is not known, and tells it', () => {
    const vehicle = aVehicle({ isConnected: true, year: null });
    const [verdict] = judge(
      { ...nothing, vehicles: [vehicle] },
      { number: 'CAR-1', model: 'Golf', year: '2021', plate: 'HH 3' },
    );
    assert.deepEqual(verdict?.notes, ['manufacturer_says']);
    assert.deepEqual(verdict?.effect.plan === 'update' && verdict.effect.changes.map(({ column }) => column), [
      'plate',
      'year',
    ]);
  });

  test('gives a vehicle its owner, or another one; the same one is no change', () => {
    const [jana, otto] = [anOwner(), anOwner({ name: 'Otto' })];
    const owners = new Map([
      ['jana@example.com', jana],
      ['otto@example.com', otto],
    ]);
    const known = (ownerId: OwnerId | null): Known => ({ owners, vehicles: [aVehicle({ ownerId })] });
    const change = (ownerId: OwnerId | null, ownerEmail: string) => {
      const [effect] = effects(known(ownerId), { number: 'CAR-1', ownerEmail, ownerName: 'N.' });
      return effect?.plan === 'update' ? effect.changes : effect?.plan;
    };
    assert.deepEqual(change(null, 'jana@example.com'), [{ column: 'owner', from: null, to: jana.id }]);
    assert.deepEqual(change(otto.id, 'JANA@example.com'), [{ column: 'owner', from: otto.id, to: jana.id }]);
    assert.deepEqual(change(otto.id, 'new@example.com'), [{ column: 'owner', from: otto.id, to: null }]);
    assert.equal(change(jana.id, 'jana@example.com'), 'unchanged');
  });

  test('never changes an owner who is known, and tells where it says something else of them', () => {
    const known = { vehicles: [], owners: new Map([['jana@example.com', anOwner()]]) };
    const notes = (cells: Cells) => judge(known, { number: 'A', ownerEmail: 'jana@example.com', ...cells })[0]?.notes;
    assert.deepEqual(notes({ ownerName: 'Jana Meyer', ownerLanguage: 'de' }), []);
    for (const cells of [{ ownerName: 'J. Meyer' }, { ownerLanguage: 'en' }, { ownerPhone: '1' }])
      assert.deepEqual(notes(cells), ['owner_stays']);
  });

  test('with an unknown owner needs their name in one line of the file; what one says of an owner holds for all', () => {
    const said = judge(
      nothing,
      { number: 'A', ownerEmail: 'x@example.com', ownerPhone: '1' },
      { number: 'B', ownerEmail: 'X@example.com', ownerName: 'X' },
      { number: 'C', ownerEmail: 'y@example.com' },
    );
    assert.deepEqual(
      said.map(({ effect, values: { owner } }) => [effect.plan, owner?.name, owner?.phone]),
      [
        ['add', 'X', '1'],
        ['add', 'X', '1'],
        ['refused', undefined, undefined],
      ],
    );
    assert.deepEqual(codes(nothing, { number: 'C', ownerEmail: 'y@example.com' }), [
      [['owner_name_missing', 'ownerName']],
    ]);
  });

  test('that says of an owner what another line contradicts is refused with that line', () => {
    assert.deepEqual(
      codes(
        nothing,
        { number: 'A', ownerEmail: 'x@example.com', ownerName: 'X' },
        { number: 'B', ownerEmail: 'X@example.com', ownerName: 'Y' },
        { number: 'C', ownerEmail: 'x@example.com', ownerName: 'X', ownerLanguage: 'de' },
        { number: 'D', ownerEmail: 'x@example.com', ownerName: 'X', ownerLanguage: 'en' },
      ),
      [['add'], [['owner_differs_in_file', 'ownerName', 2]], ['add'], [['owner_differs_in_file', 'ownerName', 2]]],
    );
  });

  test('about a car of a line before is refused with that line, also where one says the VIN and the other the number', () => {
    assert.deepEqual(
      codes(
        { ...nothing, vehicles: [aVehicle()] },
        { number: 'A', vin: vin(5) },
        { number: 'a' },
        { number: 'B', vin: vin(5).toLowerCase() },
        { vin: vin(1), plate: 'X' },
        { number: 'CAR-1', plate: 'Y' },
      ),
      [['add'], [['twice_in_file', 'number', 2]], [['twice_in_file', 'vin', 2]], ['update'], [['twice_in_file', 5]]],
    );
  });

  test('with more cells than heads is refused, and nothing in it counts', () => {
    const [first, second] = judgeLines(
      [
        { line: 2, cells: { number: 'A' }, isShifted: true },
        { line: 3, cells: { number: 'A' }, isShifted: false },
      ],
      nothing,
    );
    assert.deepEqual(first?.effect, { plan: 'refused', problems: [{ column: null, code: 'too_many_cells' }] });
    assert.deepEqual(second?.effect.plan, 'add');
  });
});

test('what an effect is compared by does not depend on the order of its parts', () => {
  const id = newId('veh', now);
  const update: Effect = {
    plan: 'update',
    vehicleId: id,
    owner: null,
    changes: [{ column: 'plate', from: null, to: 'A' }],
  };
  const turned = JSON.parse(
    `{"changes":[{"to":"A","from":null,"column":"plate"}],"owner":null,"vehicleId":"${id}","plan":"update"}`,
  ) as Effect;
  assert.ok(isSameEffect(update, turned));
  assert.ok(!isSameEffect(update, { ...update, changes: [{ column: 'plate', from: 'B', to: 'A' }] }));
  assert.notEqual(fingerprintOf({ plan: 'add', owner: null }), fingerprintOf({ plan: 'add', owner: { plan: 'new' } }));
});

// — properties —

const some = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 });
const cellsArbitrary = fc
  .record({
    number: some(fc.constantFrom('A', 'a', 'B', 'C', 'D', 'E')),
    vin: some(fc.integer({ min: 1, max: 5 }).map(vin)),
    plate: some(fc.constantFrom('P1', 'P2')),
    model: some(fc.constantFrom('ID.3', 'id3', 'Golf')),
    year: some(fc.constantFrom('2020', '2023', 'x')),
    ownerEmail: some(fc.constantFrom('x@example.com', 'Y@example.com', 'z@example.com', 'no address')),
    ownerName: some(fc.constantFrom('X', 'Y')),
  })
  .map((cells) => Object.fromEntries(Object.entries(cells).filter(([, cell]) => cell !== undefined)) as Cells);

const knownArbitrary: fc.Arbitrary<Known> = fc
  .tuple(
    fc.uniqueArray(
      fc.record({
        number: fc.constantFrom('A', 'B', 'c'),
        vin: fc.option(fc.integer({ min: 1, max: 4 }).map(vin)),
        isConnected: fc.boolean(),
      }),
      {
        comparator: (one, other) => one.number === other.number || (one.vin !== null && one.vin === other.vin),
      },
    ),
    fc.boolean(),
  )
  .map(([vehicles, hasOwner]) => {
    const owner = anOwner({ name: 'X' });
    return {
      vehicles: vehicles.map((one) => aVehicle({ ...one, ownerId: hasOwner ? owner.id : null })),
      owners: hasOwner ? new Map([['x@example.com', owner]]) : new Map<string, KnownOwner>(),
    };
  });

/** The records after every line was written that is to be written. */
function carriedOut(known: Known, verdicts: readonly Verdict[]): Known {
  const vehicles = new Map(known.vehicles.map((one) => [one.id, one]));
  const owners = new Map(known.owners);
  for (const { values, effect } of verdicts) {
    if (effect.plan !== 'add' && effect.plan !== 'update') continue;
    const email = values.owner?.email?.toLowerCase() ?? '';
    if (effect.owner?.plan === 'new' && !owners.has(email)) {
      const { name = '', language = 'en', phone = null } = values.owner ?? {};
      owners.set(email, anOwner({ name, language, phone }));
    }
    const ownerId = effect.owner ? (owners.get(email)?.id ?? null) : null;
    if (effect.plan === 'add') {
      const { owner: _owner, ...rest } = values;
      const blank = { plate: null, vin: null, make: null, model: null, year: null, powertrain: null, country: null };
      const vehicle = aVehicle({ ...blank, number: `CAR-${vehicles.size + 500}`, ...rest, ownerId });
      vehicles.set(vehicle.id, vehicle);
    } else {
      const before = vehicles.get(effect.vehicleId);
      assert.ok(before);
      const changes = effect.changes.map(({ column, to }) =>
        column === 'owner' ? ['ownerId', ownerId] : [column, to],
      );
      vehicles.set(before.id, { ...before, ...(Object.fromEntries(changes) as Partial<KnownVehicle>) });
    }
  }
  return { vehicles: [...vehicles.values()], owners };
}

test('whatever the file and the fleet: numbers, VINs and addresses stay unique, and no vehicle is touched twice', () => {
  fc.assert(
    fc.property(fc.array(cellsArbitrary, { maxLength: 8 }), knownArbitrary, (cells, known) => {
      const verdicts = judge(known, ...cells);
      const touched = verdicts.flatMap(({ effect }) => ('vehicleId' in effect ? [effect.vehicleId] : []));
      assert.equal(new Set(touched).size, touched.length);
      const after = carriedOut(known, verdicts);
      const numbers = after.vehicles.map(({ number }) => number.toLowerCase());
      const vins = after.vehicles.flatMap((one) => one.vin ?? []);
      assert.deepEqual([new Set(numbers).size, new Set(vins).size], [numbers.length, vins.length]);
    }),
  );
});

test('whatever the file and the fleet: brought in a second time, what was accepted changes nothing', () => {
  fc.assert(
    fc.property(fc.array(cellsArbitrary, { maxLength: 8 }), knownArbitrary, (cells, known) => {
      const verdicts = judge(known, ...cells);
      const accepted = cells.filter((_, index) => verdicts[index]?.effect.plan !== 'refused');
      const again = judge(carriedOut(known, verdicts), ...accepted);
      assert.deepEqual(
        again.map(({ effect }) => effect.plan),
        accepted.map(() => 'unchanged'),
      );
    }),
  );
});

test('whatever the file and the fleet: written line by line, each line still does what the preview said', () => {
  fc.assert(
    fc.property(fc.array(cellsArbitrary, { maxLength: 8 }), knownArbitrary, (cells, known) => {
      const before = new Set(known.owners.keys());
      let present = known;
      const verdicts = judge(known, ...cells);
      for (const verdict of verdicts.filter(({ effect }) => ['add', 'update'].includes(effect.plan))) {
        const line = withWholeOwners(lines(...cells))[verdict.line - 2];
        assert.ok(line);
        const owners = new Map(
          [...present.owners].map(([email, owner]) => [email, { ...owner, isNew: !before.has(email) }]),
        );
        const [again] = judgeLines([line], { ...present, owners });
        assert.ok(again && isSameEffect(verdict.effect, again.effect), JSON.stringify([verdict, again]));
        present = carriedOut(present, [verdict]);
      }
    }),
  );
});
