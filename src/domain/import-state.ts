/** How far the import of a list of vehicles is, and each of its lines. */
import type { OwnerId } from './ids.ts';
import type { Effect, ImportPlan } from './import-judge.ts';
import type { RowValues } from './import-row.ts';
import type { Vehicle } from './vehicle.ts';

export const importStates = ['previewed', 'running', 'done', 'undoing', 'undone'] as const;
export type ImportState = (typeof importStates)[number];

export const importLineStates = ['none', 'waiting', 'applied', 'missed', 'undone', 'kept'] as const;
export type ImportLineState = (typeof importLineStates)[number];

/** Days that an import's lines are kept, to be mended or taken back. */
export const importKeptD = 30;
/** Days that a preview waits for somebody to start it. */
export const previewKeptD = 1;

export type UndoReason = 'not_done' | 'nothing_added' | 'undone_already';

/** Why what it added can't be taken back now; null when it can. */
export function undoReason({
  state,
  adds,
  applied,
}: {
  state: ImportState;
  adds: number;
  applied: number;
}): UndoReason | null {
  if (state === 'undoing' || state === 'undone') return 'undone_already';
  if (state !== 'done') return 'not_done';
  return adds === 0 || applied === 0 ? 'nothing_added' : null;
}

export const stateOfPlan = (plan: ImportPlan): ImportLineState =>
  plan === 'add' || plan === 'update' ? 'waiting' : 'none';

/** Whether a vehicle still is what the line that added it made of it. */
export function isAsImported(vehicle: Vehicle, values: RowValues, ownerId: OwnerId | null): boolean {
  const columns = ['number', 'plate', 'vin', 'make', 'model', 'year', 'powertrain', 'country'] as const;
  return vehicle.ownerId === ownerId && columns.every((column) => vehicle[column] === (values[column] ?? null));
}

/** Where Towline's own numbers begin. */
const beforeFirst = 100;

/** Counts on from the highest number of the form `CAR-104` that is used; one far away, which somebody chose, doesn't move it. */
export function nextNumberAfter(numbers: readonly string[]): number {
  const taken = numbers.flatMap((number) => {
    const [, digits] = /^CAR-(\d{1,6})$/i.exec(number) ?? [];
    return digits === undefined ? [] : [Number(digits)];
  });
  return taken.reduce((highest, one) => Math.max(highest, one), beforeFirst) + 1;
}

/** A number for each line that adds a vehicle and names none, so that the preview says it. */
export function numbersFor(
  verdicts: readonly { line: number; values: RowValues; effect: Effect }[],
  taken: readonly string[],
): Map<number, string> {
  let next = nextNumberAfter([...taken, ...verdicts.flatMap(({ values }) => values.number ?? [])]);
  const chosen = new Map<number, string>();
  for (const { line, values, effect } of verdicts) {
    if (effect.plan !== 'add' || values.number !== undefined) continue;
    chosen.set(line, `CAR-${next}`);
    next += 1;
  }
  return chosen;
}
