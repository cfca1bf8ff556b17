import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { brokenRules } from './ground/architecture-rules.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/** The project's own sources, by path from the root. */
function sources(): Map<string, string> {
  const files = new Map<string, string>();
  for (const top of ['src', 'web', 'simulator', 'test', 'scripts', 'bench', 'proofs']) {
    for (const entry of entries(top)) {
      if (/\.(tsx?|sql)$/.test(entry) && !entry.endsWith('.d.ts'))
        files.set(entry, readFileSync(join(ROOT, entry), 'utf8'));
    }
  }
  return files;
}

function entries(folder: string): string[] {
  try {
    return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
  } catch {
    // A room is made with its first file.
    return [];
  }
}

test('every file keeps to its room', () => {
  const files = sources();
  assert.ok(files.size > 10, 'the sources are found');
  assert.deepEqual(brokenRules(files), []);
});

test('every fixture names its source', () => {
  const fixtures = entries('test/fixtures').filter((path) => /\.(json|ts|txt)$/.test(path));
  const nameless = fixtures.filter((path) => !/source|@see/i.test(readFileSync(join(ROOT, path), 'utf8')));
  assert.deepEqual(nameless, []);
});

const planted: [what: string, path: string, text: string, rule: string][] = [
  [
    'the domain imports the store',
    'src/domain/rent.ts',
    `import { x } from '../store/rental.ts';`,
    'domain may not import store (src/store/rental.ts).',
  ],
  [
    'the domain imports a package',
    'src/domain/rent.ts',
    `import { z } from 'zod';`,
    'domain may not import the package zod.',
  ],
  [
    'the domain imports a module of Node',
    'src/domain/rent.ts',
    `import { join } from 'node:path';`,
    'domain may not import node:path.',
  ],
  [
    'a type is imported against the table',
    'src/domain/rent.ts',
    `import type { X } from '../http/app.ts';`,
    'domain may not import http (src/http/app.ts).',
  ],
  [
    'a room is imported late',
    'src/notify/mail.ts',
    `const x = await import('../store/owner.ts');`,
    'notify may not import store (src/store/owner.ts).',
  ],
  [
    'a file passes on what another room has',
    'src/texts/all.ts',
    `const a = 1;\nexport { x } from '../flows/poll.ts';`,
    'texts may not import flows (src/flows/poll.ts).',
  ],
  [
    'a flow imports a package',
    'src/flows/poll.ts',
    `import { sql } from 'kysely';`,
    'flows may not import the package kysely.',
  ],
  [
    'the handlers import the vault',
    'src/http/cars.ts',
    `import { open } from '../vault/open.ts';`,
    'http may not import vault (src/vault/open.ts).',
  ],
  [
    'the dashboard imports a handler',
    'web/api.ts',
    `import { x } from '../src/http/cars.ts';`,
    'web may not import http (src/http/cars.ts).',
  ],
  [
    'the contract imports a handler',
    'src/http/contract/car.ts',
    `import { x } from '../cars.ts';`,
    'http/contract may not import http (src/http/cars.ts).',
  ],
  [
    'the simulator imports ours',
    'simulator/api.ts',
    `import { x } from '../src/domain/ids.ts';`,
    'simulator may not import domain (src/domain/ids.ts).',
  ],
  [
    'ours imports the simulator',
    'src/app.ts',
    `import { x } from '../test/ports.ts';`,
    'app.ts may not import test/ports.ts, which is in no room.',
  ],
  [
    'a flow reads a token by itself',
    'src/flows/poll.ts',
    `import { x } from '../store/application-token.ts';`,
    'only the vault may import src/store/application-token.ts.',
  ],
  ['a room nobody planned', 'src/billing/price.ts', '', 'the room billing is not in the table.'],
  [
    'SQL outside the store',
    'src/flows/poll.ts',
    'const q = `select id from vehicle where x = ${1}`;',
    'SQL is written in src/store alone.',
  ],
  [
    'the environment read elsewhere',
    'src/http/app.ts',
    `const p = process.env['PORT'];`,
    'process.env is read by src/config.ts alone.',
  ],
  [
    'the real clock',
    'src/domain/age.ts',
    'const a = Date.now();',
    'the real clock is read by main.ts alone; take `now` as a parameter.',
  ],
  [
    'the real clock as a date',
    'src/flows/poll.ts',
    'const a = new Date();',
    'the real clock is read by main.ts alone; take `now` as a parameter.',
  ],
  [
    'the clock of the database',
    'src/store/due.ts',
    'const q = sql`update due set at = now()`;',
    "SQL may not read the server's clock; pass the instant.",
  ],
  [
    'the clock of the database in a migration',
    'src/store/migrations/0009-x.sql',
    'create table x (at timestamptz default now());',
    "SQL may not read the server's clock; pass the instant.",
  ],
  [
    'a field of the wire',
    'src/flows/read.ts',
    'const at = answer.meta.retrievedAt;',
    '"retrievedAt" is a word of Smartcar\'s wire; it stays in src/smartcar.',
  ],
  [
    'a header of the wire',
    'src/http/hook.ts',
    `const s = headers['sc-signature'];`,
    '"sc-signature" is a word of Smartcar\'s wire; it stays in src/smartcar.',
  ],
  [
    'a path of the wire',
    'src/flows/connect.ts',
    'const u = `${origin}/oauth/authorize`;',
    '" $ /oauth/authorize" is a word of Smartcar\'s wire; it stays in src/smartcar.',
  ],
  [
    'a name that says nothing',
    'src/flows/poll-utils.ts',
    '',
    '"poll-utils.ts" says nothing; name it after what it holds.',
  ],
  ['a barrel', 'src/texts/all.ts', `export { x } from './mail.ts';`, 'a barrel; import from the file that has it.'],
  ['markup on the server', 'src/notify/mail.tsx', '', '.tsx is for what the browser gets.'],
];

describe('what breaks a rule is named', () => {
  for (const [what, path, text, rule] of planted) {
    test(what, () => assert.deepEqual(brokenRules(new Map([[path, text]])), [`${path}: ${rule}`]));
  }
});

describe('what keeps the rules is left alone', () => {
  const kept: [what: string, path: string, text: string][] = [
    [
      'a listed room and package',
      'src/smartcar/read.ts',
      `import { z } from 'zod';\nimport type { X } from '../domain/ids.ts';`,
    ],
    ['a package below a listed scope', 'src/http/app.ts', `import cookie from '@fastify/cookie';`],
    ['a part of a listed package', 'src/http/people.ts', `import { admin } from 'better-auth/plugins';`],
    ['the contract in the dashboard', 'web/api.ts', `import { x } from '../src/http/contract/car.ts';`],
    ['a date made from an instant', 'src/domain/age.ts', 'const a = new Date(now.getTime() - 5);'],
    ['a sentence that begins like SQL', 'src/texts/english.ts', `const s = 'Select a car from the list';`],
    ['words in a comment', 'src/flows/poll.ts', '// select x from y at Date.now(), see process.env\nconst a = 1;'],
    ['a comment of a migration', 'src/store/migrations/0009-x.sql', '-- never now()\nselect 1;'],
    ['everything in the app', 'src/app.ts', `import { x } from './vault/open.ts';\nimport pg from 'pg';`],
  ];
  for (const [what, path, text] of kept) {
    test(what, () => assert.deepEqual(brokenRules(new Map([[path, text]])), []));
  }
});
