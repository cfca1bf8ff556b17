/** Numbers out of samples, and tables out of numbers. */

/** The value below which this share (0 to 1) of the samples lies; NaN for none. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

export const median = (samples: readonly number[]): number => {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = NaN, high = NaN] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[middle]];
  return (low + high) / 2;
};

/** The median of what each round came to against the same round's floor, and its spread. */
export function ratios(
  values: readonly number[],
  floors: readonly number[],
): { median: number; least: number; most: number } {
  const each = values.map((value, round) => value / (floors[round] ?? NaN));
  return { median: median(each), least: Math.min(...each), most: Math.max(...each) };
}

/** Three significant figures, and thousands in groups. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return '-';
  if (Math.abs(value) >= 1_000) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(3)));
}

/** Columns as wide as they need to be; the first one to the left, the others to the right. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const lines = [head, ...rows.map((row) => row.map((cell) => (typeof cell === 'number' ? figure(cell) : cell)))];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  const cells = (line: readonly string[]): string[] =>
    line.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)));
  return lines.map((line) => `  ${cells(line).join('  ').trimEnd()}`).join('\n');
}
