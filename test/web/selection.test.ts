import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';

import { everything, isChosen, nothing, rangeOf, selectionBody, sizeOf, withThese } from '../../web/selection.ts';

const ids = ['a', 'b', 'c', 'd', 'e'];

test('a press on one chooses it, another takes it back, and a range goes either way', () => {
  assert.deepEqual(rangeOf(ids, 'b', 'd'), ['b', 'c', 'd']);
  assert.deepEqual(rangeOf(ids, 'd', 'b'), ['b', 'c', 'd']);
  assert.deepEqual(rangeOf(ids, null, 'c'), ['c']);
  assert.deepEqual(rangeOf(ids, 'gone', 'c'), ['c']);
});

test('what is asked of the server names the chosen ones, or the filter and those taken out', () => {
  assert.equal(selectionBody(nothing, {}), null);
  assert.deepEqual(selectionBody(withThese(nothing, ['b', 'a'], true), { status: 'expired' }), {
    vehicleIds: ['a', 'b'],
  });
  assert.deepEqual(selectionBody(withThese(everything, ['c'], false), { status: 'expired' }), {
    filter: { status: 'expired' },
    except: ['c'],
  });
});

test('however they are pressed, as many are counted as are chosen', () => {
  const presses = fc.array(fc.record({ ids: fc.subarray(ids), chosen: fc.boolean() }));
  fc.assert(
    fc.property(fc.constantFrom(nothing, everything), presses, (start, done) => {
      const end = done.reduce((so, press) => withThese(so, press.ids, press.chosen), start);
      assert.equal(sizeOf(end, ids.length), ids.filter((id) => isChosen(end, id)).length);
      const last = done.at(-1);
      for (const id of last?.ids ?? []) assert.equal(isChosen(end, id), last?.chosen);
    }),
  );
  assert.equal(sizeOf(everything, null), null);
});
