/** What people read on a terminal: aligned tables, ages, and colours that say nothing which the words don't. */
import { styleText } from 'node:util';

export type Tone = 'good' | 'bad' | 'wait' | 'faint' | 'strong';
export interface Cell {
  text: string;
  tone?: Tone;
}
export interface Column<T> {
  head: string;
  of(item: T): string | Cell;
  /** Numbers stand right. */
  right?: boolean;
}

/** Where lines go. `print` and `json` are the result (stdout); `note` is what goes on meanwhile (stderr). */
export interface Output {
  print(...lines: string[]): void;
  json(value: unknown): void;
  /** A table for other programs, as it is. */
  bytes(piece: Uint8Array): Promise<void>;
  note(line: string): void;
  paint(tone: Tone, text: string): string;
}

const styles = { good: 'green', bad: 'red', wait: 'yellow', faint: 'dim', strong: 'bold' } as const;

/** Colours only where the stream is a terminal that wants them: NO_COLOR and FORCE_COLOR are heeded by Node. */
export const painter =
  (stream: NodeJS.WriteStream) =>
  (tone: Tone, text: string): string =>
    text === '' ? '' : styleText(styles[tone], text, { stream });

/** Text from outside on one line, without what steers a terminal or turns the direction of writing. */
export const clean = (text: string): string =>
  text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').replace(/[\u202a-\u202e\u2066-\u2069]/g, '');

const widthOf = (text: string): number => [...text].length;

/** Lines of a table, its head first; no line has blanks at its end. */
export function table<T>(columns: readonly Column<T>[], items: readonly T[], paint: Output['paint']): string[] {
  const heads: Cell[] = columns.map(({ head }) => ({ text: head, tone: 'faint' }));
  const rows = [heads, ...items.map((item) => columns.map(({ of }) => cellOf(of(item))))];
  const widths = columns.map((_, at) => Math.max(...rows.map((row) => widthOf(row[at]?.text ?? ''))));
  return rows.map((row) => lineOf(row, columns, widths, paint));
}

function lineOf<T>(row: Cell[], columns: readonly Column<T>[], widths: number[], paint: Output['paint']): string {
  const cells = row.map(({ text, tone }, at) => {
    const blanks = ' '.repeat((widths[at] ?? 0) - widthOf(text));
    const painted = tone ? paint(tone, text) : text;
    if (columns[at]?.right) return blanks + painted;
    return at === row.length - 1 ? painted : painted + blanks;
  });
  return cells.join('  ').trimEnd();
}

function cellOf(given: string | Cell): Cell {
  const { text, ...rest } = typeof given === 'string' ? { text: given } : given;
  return { text: clean(text) || '–', ...rest };
}

/** `Name  value` lines, aligned; what is null is left out. */
export function facts(pairs: readonly (readonly [string, string | null])[], paint: Output['paint']): string[] {
  const shown = pairs.flatMap(([name, value]) => (value === null ? [] : [[name, value] as const]));
  const width = Math.max(0, ...shown.map(([name]) => widthOf(name)));
  return shown.map(([name, value]) => `${paint('faint', name.padEnd(width))}  ${value}`);
}

const units = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
] as const;

/** How long ago, or with `in` before it how far ahead, in the largest unit that fits; `never` for null. */
export function ageOf(instant: string | null, now: Date): string {
  if (instant === null) return 'never';
  const seconds = Math.round((now.getTime() - new Date(instant).getTime()) / 1_000);
  const far = Math.abs(seconds);
  const [unit, size] = units.find(([, each]) => far >= each * 2) ?? ['s', 1];
  const length = `${Math.floor(far / size)} ${unit}`;
  return seconds < 0 ? `in ${length}` : `${length} ago`;
}

const tones: Readonly<Record<string, Tone>> = {
  active: 'good',
  fresh: 'good',
  passed: 'good',
  moved: 'good',
  confirmed: 'good',
  pending: 'wait',
  stale: 'wait',
  warning: 'wait',
  acknowledged: 'wait',
  expired: 'bad',
  error: 'bad',
  failed: 'bad',
  unconfirmed: 'bad',
  critical: 'bad',
  overdue: 'bad',
  open: 'bad',
  disconnected: 'faint',
  unconnected: 'faint',
  never: 'faint',
  skipped: 'faint',
  resolved: 'faint',
  completed: 'faint',
  cancelled: 'faint',
};

/** A word of the API in its colour. */
export function word(text: string): Cell {
  const tone = tones[text];
  return tone ? { text, tone } : { text };
}

/** `active 210 · expired 12`, largest first. */
export const countsText = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .filter(([, count]) => count > 0)
    .sort(([, one], [, other]) => other - one)
    .map(([name, count]) => `${clean(name)} ${count}`)
    .join(' · ') || 'none';
