/** Lists of vehicles as people's spreadsheets make them, byte by byte. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';

import { Refusal } from '../../src/domain/refusal.ts';
import { mostLines, readList } from '../../src/http/csv/read-list.ts';
import type { ReadList } from '../../src/http/csv/read-list.ts';
import { byteOrderMark, csvLine } from '../../src/http/csv/write-csv.ts';

const read = (text: string): Promise<ReadList> => readList(Buffer.from(text));

/** Line numbers with what stands in them. */
const linesOf = ({ lines }: ReadList): [number, object][] => lines.map(({ line, cells }) => [line, cells]);

async function refusal(bytes: string | Uint8Array): Promise<string> {
  try {
    await readList(typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
  } catch (error) {
    assert.ok(error instanceof Refusal);
    assert.equal(error.code, 'file_unreadable');
    return error.detail ?? '';
  }
  return assert.fail('It was read.');
}

test('a German Excel file: semicolons, Windows-1252, CRLF, umlauts, an empty line of semicolons at the end', async () => {
  const text =
    'Fahrzeugnummer;Kennzeichen;FIN;Marke;Modell;Baujahr;Antrieb;Halter;E-Mail;Bemerkung\r\n' +
    'W-1;M-ÜB 104;WVWZZZE1ZMP000001;Škoda;Enyaq;2023;Elektro;Jürgen Müßig;j.muessig@example.de;Größe „XL“\r\n' +
    ';;;;;;;;;\r\n';
  const bytes = Buffer.from(text.replace('Š', 'S').replaceAll('„', '').replaceAll('“', ''), 'latin1');
  const list = await readList(bytes);
  assert.deepEqual([list.encoding, list.separator, list.heads.ignored], ['Windows-1252', ';', ['Bemerkung']]);
  assert.deepEqual(linesOf(list), [
    [
      2,
      {
        number: 'W-1',
        plate: 'M-ÜB 104',
        vin: 'WVWZZZE1ZMP000001',
        make: 'Skoda',
        model: 'Enyaq',
        year: '2023',
        powertrain: 'Elektro',
        ownerName: 'Jürgen Müßig',
        ownerEmail: 'j.muessig@example.de',
      },
    ],
  ]);
});

test('the characters that Windows-1252 has and Latin-1 has not are read', async () => {
  const list = await readList(
    Buffer.concat([Buffer.from('Number,Owner\nA,'), Buffer.from([0x8a, 0x80, 0x93]), Buffer.from('\n')]),
  );
  assert.equal(list.lines[0]?.cells.ownerName, 'Š€“');
});

test('a Google Sheets file: UTF-8, commas, LF, quotes with commas, quotes and line breaks in them, heads in any order', async () => {
  const text =
    'Owner email,"Owner\'s name",Number plate,VIN,Vehicle no.\n' +
    'a@example.com,"Meyer, ""Jana""",HH TL 1,wvw zzz-e1zmp000001,CAR-1\n' +
    '"b@example.com","Two\nlines",,,"CAR, 2"\n' +
    'c@example.com,Third,HH TL 3,,CAR-3';
  assert.deepEqual(linesOf(await read(text)), [
    [
      2,
      {
        ownerEmail: 'a@example.com',
        ownerName: 'Meyer, "Jana"',
        plate: 'HH TL 1',
        vin: 'wvw zzz-e1zmp000001',
        number: 'CAR-1',
      },
    ],
    [3, { ownerEmail: 'b@example.com', ownerName: 'Two\nlines', number: 'CAR, 2' }],
    [5, { ownerEmail: 'c@example.com', ownerName: 'Third', plate: 'HH TL 3', number: 'CAR-3' }],
  ]);
});

test('tabs, UTF-16 and a byte order mark, as Excel saves “Unicode text”', async () => {
  const text = '\uFEFFNumber\tModel\r\nÄ-1\tID.3 "Pro"\r\n';
  const little = await readList(Buffer.from(text, 'utf16le'));
  const big = await readList(Buffer.from(text, 'utf16le').swap16());
  for (const list of [little, big]) {
    assert.deepEqual([list.encoding, list.separator], ['UTF-16', '\t']);
    assert.deepEqual(linesOf(list), [[2, { number: 'Ä-1', model: 'ID.3 "Pro"' }]]);
  }
});

test('a byte order mark is no part of the first head', async () => {
  assert.deepEqual(linesOf(await read(`${byteOrderMark}VIN\nX`)), [[2, { vin: 'X' }]]);
});

test('Excel’s line sep=; is obeyed and none of the list, and line numbers stay those of the file', async () => {
  const list = await read('sep=;\r\nNumber;Model\r\nA;"e-up!, blue"\r\n');
  assert.equal(list.separator, ';');
  assert.deepEqual(linesOf(list), [[3, { number: 'A', model: 'e-up!, blue' }]]);
});

test('a title above the heads is passed over, and line numbers stay those of the file', async () => {
  const text = 'Vehicles of the north;;\n;;\n"as of\nMay";;\nNumber;Plate;VIN\nA;B;\n';
  assert.deepEqual(linesOf(await read(text)), [[6, { number: 'A', plate: 'B' }]]);
});

test('line ends may be of any kind, mixed in one file', async () => {
  const list = await read('Number,Model\rA,a\r\nB,b\nC,c\r');
  assert.deepEqual(linesOf(list), [
    [2, { number: 'A', model: 'a' }],
    [3, { number: 'B', model: 'b' }],
    [4, { number: 'C', model: 'c' }],
  ]);
});

test('a separator in the first values does not win against one by which the heads are known', async () => {
  const list = await read('Number;Plate;Owner\nA;"1,2,3,4,5,6";Meyer, Jana, Dr.\n');
  assert.deepEqual(linesOf(list), [[2, { number: 'A', plate: '1,2,3,4,5,6', ownerName: 'Meyer, Jana, Dr.' }]]);
});

test('a value with an unquoted separator is told from its neighbours: the line is marked as shifted, empty cells are not', async () => {
  const { lines } = await read('Number,Owner,Owner email\nA,Meyer, Jana,a@example.com\nB,Meyer,b@example.com,,,\n');
  assert.deepEqual(
    lines.map(({ isShifted }) => isShifted),
    [true, false],
  );
});

test('the apostrophe that keeps an exported value from being a formula is taken off again, and no other', async () => {
  const text = `Number,Owner phone,Model\r\n${csvLine(['=A-1', '+49 170 1', "'t Hooft"])}`;
  assert.match(text, /'=A-1,'\+49 170 1,'t Hooft/);
  assert.deepEqual(linesOf(await read(text)), [[2, { number: '=A-1', ownerPhone: '+49 170 1', model: "'t Hooft" }]]);
});

test('what is no list is refused with what to do: empty, only heads, a workbook, a picture, no known head', async () => {
  for (const empty of ['', ' \r\n\r\n ', byteOrderMark]) assert.match(await refusal(empty), /file is empty/);
  assert.match(await refusal('Number,VIN\r\n,,\r\n'), /no vehicle below/);
  assert.match(await refusal(Buffer.from('PK\u0003\u0004rest', 'latin1')), /Save the sheet as CSV/);
  assert.match(await refusal(Buffer.from('\u00d0\u00cf\u0011\u00e0\u00a1', 'latin1')), /Save the sheet as CSV/);
  assert.match(await refusal(Buffer.from('\u0089PNG\r\n\u001a\n\u0000\u0000\u0000\rIHDR', 'latin1')), /no text/);
  assert.match(await refusal('Colour;Seats\nred;4\n'), /“Number” or “VIN”/);
  assert.match(await refusal('<html><body>Sign in</body></html>'), /“Number” or “VIN”/);
});

test('two columns of one meaning are refused by name, since nobody knows which is meant', async () => {
  assert.match(await refusal('Number;FIN;VIN\nA;1;2\n'), /named alike: VIN/);
});

test('a quotation mark that is never closed is refused with the line it stands in', async () => {
  assert.match(await refusal('Number,Owner\nA,Fine\nB,"Meyer\nC,Schmidt\n'), /From line 3 on/);
  assert.match(await refusal(`Number,Owner\nA,"${'x,\n'.repeat(20_000)}`), /From line 2 on/);
});

test('as many lines as there may be are read, and one more is refused', async () => {
  const heads = 'Number\n';
  const list = await read(heads + Array.from({ length: mostLines }, (_, index) => `C-${index}\n`).join(''));
  assert.equal(list.lines.length, mostLines);
  assert.deepEqual(list.lines.at(-1)?.line, mostLines + 1);
  assert.match(await refusal(heads + 'A\n'.repeat(mostLines + 1)), /more than 20,000/);
});

test('others have their turn while a large file is read', async () => {
  const text = `Number,Owner\n${'CAR,"Meyer, Jana"\n'.repeat(mostLines)}`;
  let turns = 0;
  let isReading = true;
  const others = (async () => {
    for (; isReading; turns += 1) await new Promise((resolve) => setImmediate(resolve));
  })();
  await read(text).finally(() => (isReading = false));
  await others;
  assert.ok(turns > 3, `${turns} turns`);
});

test('whatever bytes come are read or refused, and nothing else happens', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.boolean(), async (bytes, withHeads) => {
      const given = withHeads ? Buffer.concat([Buffer.from('VIN;Number;Owner\n'), bytes]) : bytes;
      await readList(given).catch((error: unknown) => assert.ok(error instanceof Refusal, String(error)));
    }),
    { numRuns: 300 },
  );
});

test('what is written as a table is read back as it was, whatever it is', async () => {
  // Cells are trimmed, and a line of nothing is no line.
  const cell = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
    .filter((text) => text.trim() === text && !text.includes('\u0000'));
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 5 }),
      fc.constantFrom(',', ';', '\t'),
      async (rows, separator) => {
        const text = [['Number', 'Model'], ...rows].map((row) => csvLine(row, separator)).join('');
        const list = await read(byteOrderMark + text);
        assert.deepEqual(
          list.lines.map(({ cells }) => [cells.number, cells.model]),
          rows,
        );
      },
    ),
    { numRuns: 300 },
  );
});
