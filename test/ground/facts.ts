/**
 * `docs/smartcar.md` as data, and what can be wrong with it. Each of its rows is a fact, a conflict of sources, or
 * something that was not found; tests name facts at the end of their titles: `… [§6.5-3]`, `… [§6.5-3, §6.5-4]`.
 */
import ts from 'typescript';

export const labels = ['GOLD', 'SPEC', 'DOC', 'CAP', 'OBS', 'OLD', 'INF'] as const;

interface Row {
  /** `§6.5-3`. */
  id: string;
  /** `6.5`. */
  section: string;
}

export interface Fact extends Row {
  kind: 'fact';
  text: string;
  label: string;
  source: string;
  reliedOnBy: string;
}

export interface Conflict extends Row {
  kind: 'conflict';
  text: string;
  client: string;
  knob: string;
  source: string;
}

export interface NotFound extends Row {
  kind: 'not found';
  text: string;
  assumed: string;
  ifWrong: string;
  reliedOnBy: string;
}

export type Entry = Fact | Conflict | NotFound;

export interface FactDocument {
  entries: Entry[];
  sections: Set<string>;
  /** Rows that are none: a wrong number of cells, or of no known table. */
  broken: string[];
}

const heading = /^#+ §([\dA-Z]+(?:\.\d+)?) /;

export function parseFacts(markdown: string): FactDocument {
  const document: FactDocument = { entries: [], sections: new Set(), broken: [] };
  let columns: string[] = [];
  for (const line of markdown.split('\n')) {
    const section = heading.exec(line)?.[1];
    if (section !== undefined) document.sections.add(section);
    if (!line.startsWith('|')) continue;
    const cells = line
      .slice(1, line.lastIndexOf('|'))
      .split('|')
      .map((cell) => cell.trim());
    if (cells[0] === 'Id') columns = cells;
    if (!cells[0]?.startsWith('§')) continue;
    const entry = cells.length === columns.length ? entryOf(cells, columns[1] ?? '') : null;
    if (entry) document.entries.push(entry);
    else document.broken.push(line);
  }
  return document;
}

function entryOf(cells: readonly string[], second: string): Entry | null {
  const [id = '', text = '', third = '', fourth = '', fifth = ''] = cells;
  const row = { id, text, section: id.slice(1).split('-')[0] ?? '' };
  if (cells.length !== 5) return null;
  if (second === 'Fact') return { kind: 'fact', ...row, label: third, source: fourth, reliedOnBy: fifth };
  if (second === 'Conflict') return { kind: 'conflict', ...row, client: third, knob: fourth, source: fifth };
  if (second === 'Not found') return { kind: 'not found', ...row, assumed: third, ifWrong: fourth, reliedOnBy: fifth };
  return null;
}

/** A title of a test, and the ids that it names. */
export interface Named {
  path: string;
  title: string;
  ids: string[];
}

/** The tests of a file that name facts. Of a template only its last words can name any. */
export function namedIn(path: string, text: string): Named[] {
  if (!text.includes('§')) return [];
  const found: Named[] = [];
  const visit = (node: ts.Node): void => {
    const title = ts.isCallExpression(node) && isTest(node.expression) ? titleOf(node.arguments[0]) : null;
    const ids = title === null ? null : /\[(§[^\]]*)\]$/.exec(title)?.[1];
    if (title !== null && ids) found.push({ path, title, ids: ids.split(',').map((id) => id.trim()) });
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, false));
  return found;
}

const isTest = (called: ts.Expression): boolean =>
  (ts.isIdentifier(called) && called.text === 'test') ||
  (ts.isPropertyAccessExpression(called) && called.name.text === 'test');

function titleOf(argument: ts.Expression | undefined): string | null {
  if (!argument) return null;
  if (ts.isStringLiteralLike(argument)) return argument.text;
  return ts.isTemplateExpression(argument) ? (argument.templateSpans.at(-1)?.literal.text ?? null) : null;
}

/** What the document is held against. */
export interface World {
  named: readonly Named[];
  /** Every knob of the simulator, nested ones as `webhook.shape`. */
  knobs: ReadonlySet<string>;
  exists: (path: string) => boolean;
}

/** Every rule of the document that is broken, as sentences; empty when it stands. */
export function problemsOf(document: FactDocument, world: World): string[] {
  return [
    ...document.broken.map((line) => `This row is none: ${line}`),
    ...orderProblems(document),
    ...document.entries.flatMap((entry) => entryProblems(entry, world)),
    ...testProblems(document, world.named),
  ];
}

function orderProblems({ entries, sections }: FactDocument): string[] {
  const problems: string[] = [];
  const used = new Set<string>();
  const last = new Map<string, number>();
  for (const { id, section, kind } of entries) {
    const number = Number(/^§[\dA-Z]+(?:\.\d+)?-([1-9]\d*)$/.exec(id)?.[1] ?? Number.NaN);
    const table = `${section} ${kind}`;
    if (Number.isNaN(number)) problems.push(`${id} is no id.`);
    if (!sections.has(section)) problems.push(`${id}: there is no section §${section}.`);
    if (used.has(id)) problems.push(`${id} is used twice.`);
    else if (number <= (last.get(table) ?? 0)) problems.push(`${id} is out of order.`);
    used.add(id);
    last.set(table, number);
  }
  return problems;
}

function entryProblems(entry: Entry, { knobs, exists }: World): string[] {
  const problems: string[] = [];
  const need = (is: boolean, what: string): unknown => is || problems.push(`${entry.id} ${what}`);
  need(entry.text !== '', 'says nothing.');
  if (entry.kind === 'fact')
    need(labels.includes(entry.label as (typeof labels)[number]), `has no known label: ${entry.label}`); // only to ask
  if (entry.kind === 'conflict') {
    const knob = /^`([\w.]+)`$/.exec(entry.knob)?.[1];
    need(entry.client !== '', 'does not say what the client does.');
    need(knob !== undefined, 'names no knob of the simulator.');
    if (knob !== undefined) need(knobs.has(knob), `names a knob that the simulator lacks: ${knob}`);
  }
  if (entry.kind === 'not found') {
    need(entry.assumed !== '', 'assumes nothing.');
    need(entry.ifWrong !== '', 'does not say what breaks.');
  }
  if (entry.kind !== 'not found') need(entry.source !== '', 'has no source.');
  if (entry.kind !== 'conflict') {
    const paths = [...entry.reliedOnBy.matchAll(/`([^`]+)`/g)].map(([, path = '']) => path);
    need(paths.length > 0, 'is relied on by no file.');
    for (const path of paths) need(exists(path), `is relied on by a file that is not there: ${path}`);
  }
  return problems;
}

function testProblems({ entries }: FactDocument, named: readonly Named[]): string[] {
  const known = new Set(entries.map(({ id }) => id));
  const tested = new Set(named.flatMap(({ ids }) => ids));
  return [
    ...entries
      .filter(({ kind, id }) => kind !== 'not found' && !tested.has(id))
      .map(({ id, text }) => `${id} is named by no test: ${text}`),
    ...named.flatMap(({ path, ids, title }) =>
      ids.filter((id) => !known.has(id)).map((id) => `${path}: "${title}" names ${id}, which is no fact.`),
    ),
  ];
}

/** Sections and facts that a docstring points to and that are not there: `docs/smartcar.md §6.5, §6.7-2`. */
export function lostReferences({ entries, sections }: FactDocument, text: string): string[] {
  const ids = new Set(entries.map(({ id }) => id));
  return [...text.matchAll(/docs\/smartcar\.md`?((?:,? ?(?:and |to )?§[\dA-Z]+(?:\.\d+)?(?:-\d+(?!\.?\d))?)+)/g)]
    .flatMap(([, list = '']) => list.match(/§[\dA-Z]+(?:\.\d+)?(?:-\d+(?!\.?\d))?/g) ?? [])
    .filter((place) => !(place.includes('-') ? ids.has(place) : sections.has(place.slice(1))));
}

const start = '<!-- counts: npm run generate -->';
const end = '<!-- /counts -->';

/** The document with its counts as they are. */
export function withCounts(markdown: string): string {
  const before = markdown.indexOf(start);
  const after = markdown.indexOf(end);
  if (before < 0 || after < before) throw new Error('docs/smartcar.md has no place for its counts.');
  const table = countsTable(parseFacts(markdown));
  return `${markdown.slice(0, before + start.length)}\n\n${table}\n\n${markdown.slice(after)}`;
}

function countsTable({ entries }: FactDocument): string {
  const count = (fits: (entry: Entry) => boolean): number => entries.filter(fits).length;
  const rows: [string, number][] = [
    ...labels.map((label): [string, number] => [label, count((row) => row.kind === 'fact' && row.label === label)]),
    ['Facts', count(({ kind }) => kind === 'fact')],
    ['Conflicts', count(({ kind }) => kind === 'conflict')],
    ['Not found', count(({ kind }) => kind === 'not found')],
  ];
  return ['| What | Rows |', '|---|---|', ...rows.map(([name, number]) => `| ${name} | ${number} |`)].join('\n');
}

/** A row of §4.2's table of errors. */
export interface DocumentedError {
  type: string;
  code: string | null;
  status: number;
  resolution: string | null;
}

/** The errors that the document lists, each with its status and resolution. */
export function documentedErrors(markdown: string): DocumentedError[] {
  const orNull = (cell: string): string | null => (cell === 'null' ? null : cell);
  const rows = markdown.matchAll(/^\| ([A-Z_]+) \| ([A-Z_]+|null) \| (\d{3}) \| ([A-Z_]+|null) \|$/gm);
  return [...rows].map(([, type = '', code = '', status, resolution = '']) => ({
    type,
    code: orNull(code),
    status: Number(status),
    resolution: orNull(resolution),
  }));
}
