import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { defaultKnobs } from '../../simulator/knobs.ts';
import { lostReferences, namedIn, parseFacts, problemsOf, type World } from './facts.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const textOf = (path: string): string => readFileSync(join(root, path), 'utf8');
const filesIn = (folder: string, fits: RegExp): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => fits.test(path));

/** The names of everything in it, `webhook.shape` for what is one level down. */
const namesOf = (knobs: object): string[] =>
  Object.entries(knobs).flatMap(([name, value]: [string, unknown]) => [
    name,
    ...(typeof value === 'object' && value !== null ? Object.keys(value).map((inner) => `${name}.${inner}`) : []),
  ]);

const document = parseFacts(textOf('docs/smartcar.md'));
const real: World = {
  named: filesIn('test', /\.test\.ts$/).flatMap((path) => namedIn(path, textOf(path))),
  knobs: new Set(namesOf(defaultKnobs())),
  exists: (path) => existsSync(join(root, path)),
};

test('each fact about Smartcar has its label, its source, its file and a test that names it', () => {
  assert.ok(document.entries.length > 200, 'the rows are found');
  assert.deepEqual(problemsOf(document, real), []);
});

test('every section and fact that a file points to is there', () => {
  const sources = ['src', 'simulator', 'web', 'test', 'scripts', 'docs'].flatMap((folder) =>
    filesIn(folder, /\.(tsx?|json|md)$/),
  );
  const lost = sources
    .filter((path) => path !== join('test', 'ground', 'facts.test.ts'))
    .flatMap((path) => lostReferences(document, textOf(path)).map((place) => `${path}: ${place}`));
  assert.deepEqual(lost, []);
});

const head = (second: string): string => `| Id | ${second} | x | y | z |\n|---|---|---|---|---|\n`;
const sound = '| §1.1-1 | A fact. | DOC | docs, 2026 | `src/a.ts` |\n';
const pinned = namedIn('test/a.test.ts', "test('it holds [§1.1-1]', () => {});");
const world: World = {
  named: pinned,
  knobs: new Set(['webhook.shape']),
  exists: (path) => path === 'src/a.ts',
};
const problems = (rows: string, given: Partial<World> = {}): string[] =>
  problemsOf(parseFacts(`### §1.1 A section\n\n${rows}`), { ...world, ...given });

describe('what is wrong with the facts is named', () => {
  const fact = head('Fact') + sound;
  const cases: [what: string, found: string[], problem: RegExp][] = [
    ['a fact that no test names', problems(fact, { named: [] }), /^§1\.1-1 is named by no test: A fact\.$/],
    [
      'a test that names no fact',
      problems(fact, { named: [...pinned, ...namedIn('test/b.test.ts', "test('gone [§9.9-9]', f);")] }),
      /^test\/b\.test\.ts: "gone \[§9\.9-9\]" names §9\.9-9, which is no fact\.$/,
    ],
    ['an id used twice', problems(fact + sound), /^§1\.1-1 is used twice\.$/],
    [
      'ids out of order',
      problems(head('Fact') + sound.replace('1.1-1', '1.1-2') + sound, {
        named: namedIn('t', "test('x [§1.1-1, §1.1-2]', f)"),
      }),
      /^§1\.1-1 is out of order\.$/,
    ],
    ['an unknown label', problems(fact.replace('DOC', 'SURE')), /^§1\.1-1 has no known label: SURE$/],
    ['a source that is missing', problems(fact.replace('docs, 2026', '')), /^§1\.1-1 has no source\.$/],
    [
      'a file that is gone',
      problems(fact.replace('a.ts', 'b.ts')),
      /^§1\.1-1 is relied on by a file that is not there: src\/b\.ts$/,
    ],
    ['a row in no table', problems(sound, { named: [] }), /^This row is none: /],
    [
      'a section that is not there',
      problems(fact.replaceAll('§1.1-1', '§1.2-1'), { named: namedIn('t', "test('x [§1.2-1]', f)") }),
      /^§1\.2-1: there is no section §1\.2\.$/,
    ],
    [
      'a conflict without a knob',
      problems(`${head('Conflict')}| §1.1-1 | One, or the other. | reads both | – | docs |\n`),
      /^§1\.1-1 names no knob of the simulator\.$/,
    ],
    [
      'a conflict with a knob that the simulator lacks',
      problems(`${head('Conflict')}| §1.1-1 | One, or the other. | reads both | \`sundial\` | docs |\n`),
      /^§1\.1-1 names a knob that the simulator lacks: sundial$/,
    ],
    [
      'something not found without an assumption',
      problems(`${head('Not found')}| §1.1-1 | A limit. | | much | \`src/a.ts\` |\n`),
      /^§1\.1-1 assumes nothing\.$/,
    ],
    [
      'something not found without a consequence',
      problems(`${head('Not found')}| §1.1-1 | A limit. | none | | \`src/a.ts\` |\n`),
      /^§1\.1-1 does not say what breaks\.$/,
    ],
  ];
  for (const [what, found, problem] of cases) {
    test(what, () => {
      assert.equal(found.length, 1, found.join('\n'));
      assert.match(found[0] ?? '', problem);
    });
  }

  test('a pointer to a section or a fact that is not there', () => {
    const there = parseFacts(`### §1.1 A section\n\n${fact}`);
    assert.deepEqual(
      lostReferences(there, 'See docs/smartcar.md §1.1, §1.1-1, §1.2 and §1.1-2; docs/smartcar.md §A.1'),
      ['§1.2', '§1.1-2', '§A.1'],
    );
  });
});

test('what is sound is left alone, and something not found needs no test', () => {
  assert.deepEqual(problems(head('Fact') + sound), []);
  assert.deepEqual(
    problems(`${head('Not found')}| §1.1-1 | A limit. | none | much | \`src/a.ts\` |\n`, { named: [] }),
    [],
  );
});

test('a test names facts at the end of its title, plain or made from parts, and nowhere else', () => {
  const text = [
    "test('a [§1.1-1]', f);",
    'test(`b ${x} [§1.1-2, §1.1-3]`, f);',
    "t.test('c [§A.4-1]', f);",
    "test('[§1.1-4] d', f);",
    "const e = 'e [§1.1-5]';",
  ].join('\n');
  assert.deepEqual(
    namedIn('t', text).map(({ ids }) => ids),
    [['§1.1-1'], ['§1.1-2', '§1.1-3'], ['§A.4-1']],
  );
});
