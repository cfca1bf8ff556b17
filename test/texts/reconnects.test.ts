import assert from 'node:assert/strict';
import { test } from 'node:test';

import { causeNames } from '../../src/domain/cause.ts';
import { itemStates, skipReasons } from '../../src/domain/reconnect-batch.ts';
import { causeName, itemText, selectionText, skipText } from '../../src/texts/reconnect-words.ts';

test('every cause has a short name of its own, and every reason and state its sentence', () => {
  const names = causeNames.map((cause) => causeName(cause));
  assert.equal(new Set(names).size, names.length);
  assert.ok(names.every((name) => name.length <= 28 && !name.endsWith('.')));
  for (const reason of skipReasons) assert.match(skipText(reason), /^[A-Z].+\.$/);
  for (const state of itemStates) assert.match(itemText({ state, reason: null }), /^[A-Z].+\.$/);
  assert.equal(itemText({ state: 'skipped', reason: 'active' }), 'Works: there is nothing to repair.');
});

test('what was chosen is told in the words of the filters', () => {
  const cases: [Parameters<typeof selectionText>[0], string][] = [
    [{ chosen: 1 }, '1 chosen vehicle'],
    [{ chosen: 1_200 }, '1,200 chosen vehicles'],
    [{ filter: {}, except: 0 }, 'All vehicles'],
    [{ filter: {}, except: 3 }, 'All vehicles, without 3'],
    [{ filter: { make: 'VOLKSWAGEN', status: 'expired' }, except: 0 }, 'Expired · Volkswagen'],
    [{ filter: { status: 'unconnected', q: 'M-TL' }, except: 0 }, 'Never connected · “M-TL”'],
    [{ filter: { cause: 'revokedByOwner', who: 'owner' }, except: 0 }, 'Ended by the owner · Owner’s turn'],
    [{ filter: { cause: 'heardOfLater' }, except: 0 }, 'heardOfLater'],
    [{ filter: { freshness: 'stale', owner: 'own_1' }, except: 0 }, 'Stale data · One owner'],
    [{ filter: { lapsesBefore: '2026-05-18T00:00:00.000Z' }, except: 0 }, 'Lapsing before 18 May'],
    [{ filter: { permissionMissing: 'read_location' }, except: 0 }, 'Not allowed: Location'],
    [{ filter: { permissionMissing: 'any' }, except: 0 }, 'Something required is not allowed'],
  ];
  for (const [selection, expected] of cases) assert.equal(selectionText(selection), expected);
});
