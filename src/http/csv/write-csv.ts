/** Tables for other programs: quoted where it is needed, and nothing in them that a spreadsheet would run. */

/** What a spreadsheet takes for the beginning of a formula, also behind apostrophes that were there before. */
const guardable = /^'*[=+\-@\t\r]/;

/** One line, with its end. */
export const csvLine = (values: readonly (string | number | null)[], separator = ','): string =>
  `${values.map((value) => cell(value === null ? '' : String(value), separator)).join(separator)}\r\n`;

/** An apostrophe before it makes a formula a text; spreadsheets don't show it. What has one already gets another, and keeps its own. */
const guarded = (value: string): string => (guardable.test(value) ? `'${value}` : value);

/** The other way round, for what was exported and comes back. */
export const withoutGuard = (value: string): string =>
  value.startsWith("'") && guardable.test(value) ? value.slice(1) : value;

function cell(value: string, separator: string): string {
  const harmless = guarded(value);
  const isPlain = !/["\r\n]/.test(harmless) && !harmless.includes(separator);
  return isPlain ? harmless : `"${harmless.replaceAll('"', '""')}"`;
}

/** Excel takes a file without it for Windows-1252. */
export const byteOrderMark = '\uFEFF';

/** The sign by its name. */
export const separatorOf = (name: 'comma' | 'semicolon' | 'tab'): string =>
  ({ comma: ',', semicolon: ';', tab: '\t' })[name];
