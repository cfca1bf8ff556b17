/**
 * The shape of the house as rules over a map of files (path from the root to text). Each broken rule is a sentence that
 * names the file. The table is ARCHITECTURE.md's; a change of either is a decision record.
 */
import ts from 'typescript';

export type Files = ReadonlyMap<string, string>;

interface Room {
  /** The rooms it may import; `*`: every one. */
  readonly rooms: readonly string[];
  /** The packages it may import; one that ends in `/` stands for its scope. */
  readonly packages: readonly string[];
  /** The modules of Node it may import, or all of them. */
  readonly builtins: 'all' | readonly string[];
}

const BROWSER_PACKAGES = ['react', 'react-dom', '@mantine/', '@tanstack/', 'lucide-react'];
const PEOPLE = ['better-auth', '@better-auth/', '@node-rs/argon2'];

const ROOMS: Readonly<Record<string, Room>> = {
  domain: { rooms: [], packages: [], builtins: [] },
  smartcar: { rooms: ['domain'], packages: ['zod', 'undici'], builtins: 'all' },
  store: { rooms: ['domain'], packages: ['kysely', 'pg', 'graphile-worker'], builtins: 'all' },
  texts: { rooms: ['domain'], packages: ['intl-messageformat'], builtins: [] },
  notify: {
    rooms: ['domain', 'texts'],
    packages: ['nodemailer', '@react-email/', 'react', 'undici'],
    // A name is looked up here, so that what was judged is what is connected to.
    builtins: ['node:dns', 'node:net'],
  },
  vault: {
    rooms: ['domain', 'smartcar', 'store'],
    packages: [],
    // The file system for the one key that an installation without a configured one keeps.
    builtins: ['node:crypto', 'node:fs', 'node:path', 'node:util', 'node:timers/promises'],
  },
  flows: { rooms: ['domain', 'smartcar', 'vault', 'store', 'notify'], packages: [], builtins: [] },
  jobs: { rooms: ['domain', 'flows'], packages: ['graphile-worker'], builtins: [] },
  http: {
    rooms: ['domain', 'texts', 'flows', 'store', 'http/contract'],
    // React writes the owner's pages on the server, as it writes mail.
    packages: [
      'fastify',
      '@fastify/',
      'fastify-type-provider-zod',
      'zod',
      'prom-client',
      // Tables come in by one call.
      'csv-parse',
      'react',
      'react-dom',
      ...PEOPLE,
    ],
    builtins: 'all',
  },
  'http/contract': { rooms: ['domain', 'texts'], packages: ['zod'], builtins: [] },
  // A client of the API, as the browser is: it may run where no database can be reached.
  cli: { rooms: ['domain', 'texts', 'http/contract'], packages: [], builtins: 'all' },
  'config.ts': { rooms: ['config-variables.ts'], packages: ['zod'], builtins: 'all' },
  'config-variables.ts': { rooms: [], packages: ['zod'], builtins: 'all' },
  'log.ts': { rooms: [], packages: ['pino'], builtins: 'all' },
  'app.ts': { rooms: ['*'], packages: ['*'], builtins: 'all' },
  'main.ts': { rooms: ['app.ts', 'config.ts', 'log.ts', 'store'], packages: [], builtins: 'all' },
  web: {
    rooms: ['http/contract', 'domain', 'texts'],
    packages: [...BROWSER_PACKAGES, 'zod', 'intl-messageformat', 'maplibre-gl', 'uplot'],
    builtins: [],
  },
  simulator: { rooms: [], packages: ['fastify', '@fastify/', 'zod', 'undici'], builtins: 'all' },
};

/** The room of a file; null for what is in none (tests, scripts, the build's own configuration). */
function roomOf(path: string): string | null {
  if (/(^|\/)[^/]+\.config\.ts$/.test(path)) return null;
  const [top, next = '', third = ''] = path.split('/');
  if (top === 'web' || top === 'simulator') return top;
  if (top !== 'src') return null;
  return next === 'http' && /^contract(\.ts)?$/.test(third) ? 'http/contract' : next;
}

/** Every rule broken by these files, in the order of their paths; empty when the house stands. */
export function brokenRules(files: Files): string[] {
  const paths = [...files.keys()].sort();
  return paths.flatMap((path) => {
    const text = files.get(path) ?? '';
    if (path.endsWith('.sql')) return [...nameRule(path), ...sqlClockRule(path, text.replace(/--.*$/gm, ''))];
    const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
    return [...nameRule(path), ...importRules(path, text), ...barrelRule(path, source), ...contentRules(path, source)];
  });
}

const EMPTY_NAME = /(^|-)(utils?|helpers?|common|manager|service|base)(?=\.|$)/;

function nameRule(path: string): string[] {
  const empty = path.split('/').find((part) => EMPTY_NAME.test(part));
  const broken = empty === undefined ? [] : [`${path}: "${empty}" says nothing; name it after what it holds.`];
  if (path.endsWith('.tsx') && !path.startsWith('web/')) broken.push(`${path}: .tsx is for what the browser gets.`);
  return broken;
}

function importRules(path: string, text: string): string[] {
  const name = roomOf(path);
  if (name === null) return [];
  const room = ROOMS[name];
  if (!room) return [`${path}: the room ${name} is not in the table.`];
  const { importedFiles } = ts.preProcessFile(text, true, true);
  return importedFiles.flatMap(({ fileName }) => {
    const problem = importProblem(path, name, room, fileName);
    return problem === null ? [] : [`${path}: ${problem}`];
  });
}

function importProblem(path: string, name: string, room: Room, specifier: string): string | null {
  if (specifier.startsWith('.')) return roomProblem(name, room, resolve(path, specifier));
  if (specifier.startsWith('node:')) {
    const isAllowed = room.builtins === 'all' || room.builtins.includes(specifier);
    return isAllowed ? null : `${name} may not import ${specifier}.`;
  }
  if (specifier.startsWith('/')) return `an absolute import, ${specifier}.`;
  const isListed = room.packages.some((listed) =>
    listed.endsWith('/')
      ? specifier.startsWith(listed)
      : listed === '*' || specifier.split('/', listed.split('/').length).join('/') === listed,
  );
  return isListed ? null : `${name} may not import the package ${specifier}.`;
}

function roomProblem(name: string, room: Room, target: string): string | null {
  const other = roomOf(target);
  if (other === null) return `${name} may not import ${target}, which is in no room.`;
  // A token file of the store is the vault's alone; the app puts the two together.
  if (/^src\/store\/[^/]*token[^/]*$/.test(target) && !['vault', 'store', 'app.ts'].includes(name)) {
    return `only the vault may import ${target}.`;
  }
  if (other === name || room.rooms.includes('*') || room.rooms.includes(other)) return null;
  return `${name} may not import ${other} (${target}).`;
}

function resolve(path: string, specifier: string): string {
  const parts = path.split('/').slice(0, -1);
  for (const part of specifier.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/');
}

function barrelRule(path: string, source: ts.SourceFile): string[] {
  const { statements } = source;
  const isReExport = (node: ts.Statement): boolean =>
    ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined;
  const isBarrel = statements.length > 0 && statements.every(isReExport);
  return isBarrel || /(^|\/)index\.tsx?$/.test(path) ? [`${path}: a barrel; import from the file that has it.`] : [];
}

/** What stands in the code itself: SQL, the environment, the clock, Smartcar's wire words, token tables. */
function contentRules(path: string, source: ts.SourceFile): string[] {
  const broken = new Set<string>();
  const visit = (node: ts.Node): void => {
    for (const problem of nodeProblems(path, node)) broken.add(`${path}: ${problem}`);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return [...broken];
}

const SQL =
  /^\s*(?:(?:select|SELECT)\s[^]*\s(?:from|FROM)\s|(?:insert|INSERT)\s+(?:into|INTO)\s|(?:update|UPDATE)\s+\w+\s+(?:set|SET)\s|(?:delete|DELETE)\s+(?:from|FROM)\s|(?:with|WITH)\s+\w+\s+(?:as|AS)\s*\(|(?:create|alter|drop|CREATE|ALTER|DROP)\s+(?:table|index|role|TABLE|INDEX|ROLE)\s)/;
const SQL_CLOCK =
  /\b(now|clock_timestamp|statement_timestamp|transaction_timestamp)\s*\(\s*\)|\b(current_timestamp|localtimestamp|current_date)\b/i;
const WIRE_FIELDS = new Set([
  'sc-user-id',
  'sc-signature',
  'sc-request-id',
  'retrievedAt',
  'oemUpdatedAt',
  'oem_updated_at',
]);
const WIRE_PATH = /\/oauth2?\/(token|authorize|reauthenticate)|^\/?v3\//;
const TOKEN_TABLE = /\b(application_token|connection_token|access_token_of|refresh_token_of)\b/;

function nodeProblems(path: string, node: ts.Node): string[] {
  const isOurs = path.startsWith('src/');
  const isCode = isOurs || path.startsWith('web/') || path.startsWith('simulator/');
  const room = roomOf(path);
  if (!isCode || room === null) return [];
  const text = literalText(node);
  const problems: string[] = [];
  if (readsEnvironment(node) && !READS_ENVIRONMENT.test(path)) {
    problems.push('process.env is read by src/config.ts alone.');
  }
  if (readsClock(node) && !HOLDS_CLOCK.test(path)) {
    problems.push('the real clock is read by main.ts alone; take `now` as a parameter.');
  }
  if (isOurs && room !== 'store' && ((text !== null && SQL.test(text)) || isSqlTag(node))) {
    problems.push('SQL is written in src/store alone.');
  }
  if (room === 'store' && text !== null) problems.push(...sqlClockRule('', text).map(() => SQL_CLOCK_PROBLEM));
  if (room !== 'smartcar' && room !== 'simulator' && isWireWord(node, text)) {
    problems.push(`"${text ?? node.getText()}" is a word of Smartcar's wire; it stays in src/smartcar.`);
  }
  if (room !== 'store' && room !== 'vault' && text !== null && TOKEN_TABLE.test(text)) {
    problems.push("the token tables are the vault's.");
  }
  return problems;
}

/** Each program's own: the server's configuration, the simulator, the command line. */
const READS_ENVIRONMENT = /^src\/config\.ts$|^simulator\/main\.ts$|^src\/cli\/main\.ts$/;

/** The browser shows ages by its own clock, and the simulator's server hands its clock on. */
const HOLDS_CLOCK = /^web\/|^(src|simulator|src\/cli)\/main\.ts$|^simulator\/server\.ts$/;

const SQL_CLOCK_PROBLEM = "SQL may not read the server's clock; pass the instant.";

function sqlClockRule(path: string, text: string): string[] {
  return SQL_CLOCK.test(text) ? [`${path}: ${SQL_CLOCK_PROBLEM}`] : [];
}

/** The text of a string or of a template with its values left out; null for everything else, imports included. */
function literalText(node: ts.Node): string | null {
  if (ts.isImportDeclaration(node.parent ?? node) || ts.isExportDeclaration(node.parent ?? node)) return null;
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (ts.isTemplateExpression(node)) {
    return node.head.text + node.templateSpans.map((span) => ` $ ${span.literal.text}`).join('');
  }
  return null;
}

function readsEnvironment(node: ts.Node): boolean {
  return ts.isPropertyAccessExpression(node) && node.expression.getText() === 'process' && node.name.text === 'env';
}

function readsClock(node: ts.Node): boolean {
  if (ts.isNewExpression(node)) return node.expression.getText() === 'Date' && (node.arguments?.length ?? 0) === 0;
  return ts.isCallExpression(node) && /^(globalThis\.)?Date(\.now)?$/.test(node.expression.getText());
}

function isSqlTag(node: ts.Node): boolean {
  return ts.isTaggedTemplateExpression(node) && /^sql\b/.test(node.tag.getText());
}

function isWireWord(node: ts.Node, text: string | null): boolean {
  if (ts.isIdentifier(node)) return WIRE_FIELDS.has(node.text);
  return text !== null && (WIRE_FIELDS.has(text) || WIRE_PATH.test(text));
}
