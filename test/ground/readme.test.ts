/** The documents say what is: variables, files, links and numbers of facts exist. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { VARIABLES } from '../../src/config-variables.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const filesIn = (folder: string, ending: RegExp): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => ending.test(name))
    .map((name) => join(folder, name));

const documents = [
  ...[
    'README.md',
    'ARCHITECTURE.md',
    'CONTRIBUTING.md',
    'CHANGELOG.md',
    'SECURITY.md',
    'docs/glossary.md',
    'docs/smartcar.md',
  ],
  ...filesIn('docs/decisions', /^\d{4}-.*\.md$/),
];

/** What matches in each document, as `document: match`, where `isThere` says no. */
function missing(pattern: RegExp, isThere: (match: string, document: string) => boolean): string[] {
  return documents.flatMap((document) =>
    [...textOf(document).matchAll(pattern)]
      .map(([, match = '']) => match)
      .filter((match) => !isThere(match, document))
      .map((match) => `${document}: ${match}`),
  );
}

test("README's table has every environment variable, and no other", () => {
  const table = [...textOf('README.md').matchAll(/^\| `([A-Z][A-Z0-9_]+)` \|/gm)].map(([, name]) => name);
  assert.deepEqual(table.sort(), Object.keys(VARIABLES).sort());
});

test("README's defaults are those of the configuration", () => {
  const table = textOf('README.md').matchAll(/^\| `([A-Z0-9_]+)` \| (.*) \|$/gm);
  const rows = new Map([...table].map(([, name = '', row = '']) => [name, row]));
  const wrong = Object.entries(VARIABLES).flatMap(([name, [meaning]]) => {
    const [, told = ''] = /\(([^()]+)\)$/.exec(meaning) ?? [];
    const values = told.includes(' ') ? (told.match(/\d{2,}/g) ?? []) : [told];
    return values.filter((value) => !rows.get(name)?.includes(value)).map((value) => `${name}: ${value}`);
  });
  assert.deepEqual(wrong, []);
});

test('every file that a document names exists', () => {
  const named = /`((?:src|web|simulator|scripts|test|docs)\/[\w./-]+)`/g;
  assert.deepEqual(
    missing(named, (path) => existsSync(join(ROOT, path))),
    [],
  );
});

test('every link in a document leads to a file', () => {
  // Pictures are made from a running Towline, by `npm run pictures`.
  const link = /\]\((?!https?:|mailto:|docs\/pictures\/)([^)#\s]+)/g;
  assert.deepEqual(
    missing(link, (target, document) => existsSync(join(ROOT, dirname(document), target))),
    [],
  );
});

test('no document names a line number, or says what is to be done later', () => {
  assert.deepEqual(
    missing(/(\b[\w-]+\.(?:ts|tsx|mjs|sql):\d+|\bTODO\b)/g, () => false),
    [],
  );
});

test('every fact that the code points to stands in docs/smartcar.md', () => {
  const headings = new Set(
    [...textOf('docs/smartcar.md').matchAll(/^#+ §([\dA]+(?:\.\d+)?)/gm)].map(([, number]) => number),
  );
  const sources = ['src', 'simulator', 'test/fixtures', 'web'].flatMap((folder) => filesIn(folder, /\.(tsx?|json)$/));
  const lost = sources.flatMap((path) =>
    [...textOf(path).matchAll(/docs\/smartcar\.md((?:,? (?:and |to )?§[\d.]+\d|,? §\d+)+)/g)]
      .flatMap(([, list = '']) => [...list.matchAll(/§(\d+(?:\.\d+)?)/g)].map(([, number = '']) => number))
      .filter((number) => !headings.has(number))
      .map((number) => `${path}: §${number}`),
  );
  assert.deepEqual(lost, []);
});

test('every row by which errors are classified names a fact that is there', () => {
  const headings = textOf('docs/smartcar.md');
  const rows = [...textOf('src/smartcar/classify.ts').matchAll(/source: '(?:INF )?(§[\d.]+)/g)].map(
    ([, source = '']) => source,
  );
  assert.ok(rows.length > 30, 'the rows are found');
  assert.deepEqual(
    rows.filter((source) => !new RegExp(`^#+ ${source.replace('.', '\\.')} `, 'm').test(headings)),
    [],
  );
});

test('decisions are numbered once each', () => {
  const numbers = filesIn('docs/decisions', /^\d{4}-.*\.md$/).map((path) =>
    path.slice('docs/decisions/'.length, 'docs/decisions/'.length + 4),
  );
  assert.deepEqual(numbers, [...new Set(numbers)]);
});
