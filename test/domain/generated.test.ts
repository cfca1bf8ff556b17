import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { documents } from '../../scripts/generate.ts';

for (const [path, write] of Object.entries(documents)) {
  test(`${path} says what the code does; if not, run "npm run generate"`, () => {
    assert.equal(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'), write());
  });
}
