/** A vehicle's values, as a terminal shows them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { valueText } from '../../src/cli/vehicle-lines.ts';

const doors = (...open: boolean[]): object => ({ values: open.map((isOpen, column) => ({ row: 0, column, isOpen })) });

const rows: readonly (readonly [value: unknown, unit: string | null, text: string])[] = [
  [61_894.6, 'km', '61894.6 km'],
  [true, null, 'true'],
  ['WVWZZZE1ZMP000001', null, 'WVWZZZE1ZMP000001'],
  [{ latitude: 48.2254381, longitude: 11.5373, locationType: 'LAST_PARKED' }, null, '48.22544, 11.53730'],
  [doors(false, false), null, 'all closed'],
  [doors(true, false), null, '1 of 2 open'],
  [
    {
      values: [
        { row: 0, tirePressure: 247 },
        { row: 1, tirePressure: 241 },
      ],
    },
    'kPa',
    '247, 241 kPa',
  ],
  [{ values: [] }, null, 'reported'],
];

for (const [value, unit, text] of rows) {
  test(`a terminal shows ${text}, and no JSON`, () => {
    assert.equal(valueText(value, unit), text);
  });
}
