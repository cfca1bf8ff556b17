/** A list of vehicles as spreadsheets make it: separators, quotes, heads and line numbers. What the cells mean is the domain's. */
import { Readable } from 'node:stream';
import { setImmediate as breath } from 'node:timers/promises';
import { CsvError, parse } from 'csv-parse';
import type { Options } from 'csv-parse';
import { parse as parseAtOnce } from 'csv-parse/sync';

import { columnHeads, isHeadLine, readHeads } from '../../domain/import-column.ts';
import type { Heads } from '../../domain/import-column.ts';
import type { Cells, ImportLine } from '../../domain/import-row.ts';
import { Refusal } from '../../domain/refusal.ts';
import { importFileText } from '../../texts/import-words.ts';
import { decode } from './decode.ts';
import type { Encoding } from './decode.ts';
import { withoutGuard } from './write-csv.ts';

export const mostLines = 20_000;
/** Characters; a longer line is a quotation mark that nobody closed. */
const longestLine = 20_000;
/** Lines above the heads that a title may take. */
const headsWithin = 10;
/** Characters that are parsed without letting others have their turn: some milliseconds. */
const pieceLength = 64 * 1_024;
const beginning = 200_000;

export const separators = [',', ';', '\t', '|'] as const;
export type Separator = (typeof separators)[number];

export interface ReadList {
  encoding: Encoding;
  separator: Separator;
  heads: Heads;
  lines: ImportLine[];
}

/** @throws Refusal `file_unreadable`, with what to do */
export async function readList(bytes: Uint8Array): Promise<ReadList> {
  const decoded = decode(bytes);
  if ('problem' in decoded) throw unreadable(decoded.problem);
  const list = withoutSeparatorLine(decoded.text);
  const { separator, at, heads } = findHeads(list);
  if (heads.twice.length > 0)
    throw unreadable('twice', { columns: heads.twice.map((column) => columnHeads[column]).join(', ') });
  const lines: ImportLine[] = [];
  for await (const { line, cells } of recordsOf(list, separator)) {
    if (line <= at || cells.every((cell) => cell === '')) continue;
    if (lines.length === mostLines) throw unreadable('tooMany', { most: mostLines });
    lines.push({ line, cells: named(cells, heads), isShifted: cells.slice(heads.columns.length).some(Boolean) });
  }
  if (lines.length === 0) throw unreadable('onlyHeads');
  return { encoding: decoded.encoding, separator, heads, lines };
}

type FileProblem = Parameters<typeof importFileText>[0];

const unreadable = (problem: FileProblem, params: Record<string, string | number> = {}): Refusal =>
  new Refusal('file_unreadable', importFileText(problem, params));

interface Text {
  text: string;
  /** Lines of the file before it. */
  offset: number;
  among: readonly Separator[];
}

/** Excel's own first line `sep=;` says what separates the cells, and is none of the list. */
function withoutSeparatorLine(text: string): Text {
  const [line = '', sign] = /^"?sep=(.)"?\r?\n/i.exec(text) ?? [];
  const wished = separators.filter((one) => one === sign);
  return wished.length === 0
    ? { text, offset: 0, among: separators }
    : { text: text.slice(line.length), offset: 1, among: wished };
}

interface FoundHeads {
  separator: Separator;
  /** The line that the heads end in. */
  at: number;
  heads: Heads;
}

/** The separator by which the most heads are known. */
function findHeads(list: Text): FoundHeads {
  const found = list.among.flatMap((separator) => headsBy(list, separator) ?? []);
  const [best] = found.sort((one, other) => knownHeads(other) - knownHeads(one));
  if (!best) throw unreadable('noHeads');
  return best;
}

const knownHeads = ({ heads }: FoundHeads): number => heads.columns.filter((column) => column !== null).length;

function headsBy({ text, offset }: Text, separator: Separator): FoundHeads | null {
  let found: FoundHeads | null = null;
  const look = ({ record, info: { lines } }: Parsed): void => {
    const heads = readHeads(record.map(cellOf));
    if (!found && isHeadLine(heads)) found = { separator, at: lines + offset, heads };
  };
  try {
    parseAtOnce(text.slice(0, beginning), { ...optionsFor(separator, look), to: headsWithin });
  } catch {
    // What breaks below the heads is told with its line when all is read.
  }
  return found;
}

/** As `info: true` has the parser answer. */
interface Parsed {
  record: string[];
  info: { lines: number };
}

/** `look` sees each record as soon as it is parsed: what comes before a mistake, too. */
const optionsFor = (separator: Separator, look: (parsed: Parsed) => void): Options => ({
  delimiter: separator,
  record_delimiter: ['\r\n', '\n', '\r'],
  relax_column_count: true,
  // Quotation marks inside a cell that doesn't begin with one are letters like others.
  relax_quotes: true,
  max_record_size: longestLine,
  info: true,
  on_record(record) {
    look(record as unknown as Parsed); // the library's type leaves out what `info` does to it
    return record;
  },
});

/** Every line with the number an editor gives it; a cell may hold several lines, and its line is the first. */
async function* recordsOf(
  { text, offset }: Text,
  separator: Separator,
): AsyncGenerator<{ line: number; cells: string[] }> {
  let line = 1 + offset;
  let broken = line;
  const look = ({ info }: Parsed): void => void (broken = info.lines + offset + 1);
  try {
    const parsed = Readable.from(piecesOf(text)).pipe(parse(optionsFor(separator, look)));
    for await (const { record, info } of parsed as AsyncIterable<Parsed>) {
      yield { line, cells: record.map(cellOf) };
      line = info.lines + offset + 1;
    }
  } catch (error) {
    if (error instanceof CsvError) throw unreadable('quotes', { line: broken });
    throw error;
  }
}

/** Other requests have their turn between two pieces. */
async function* piecesOf(text: string): AsyncGenerator<string> {
  for (let from = 0; from < text.length; from += pieceLength) {
    yield text.slice(from, from + pieceLength);
    await breath();
  }
}

const cellOf = (text: string): string => withoutGuard(text.trim());

function named(cells: readonly string[], { columns }: Heads): Cells {
  const known: Cells = {};
  for (const [place, column] of columns.entries()) {
    const cell = cells[place];
    if (column !== null && cell) known[column] = cell;
  }
  return known;
}
