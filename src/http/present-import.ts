/** Imports and their lines as the contract shows them. */
import { columnHeads } from '../domain/import-column.ts';
import type { ImportColumn } from '../domain/import-column.ts';
import type { ImportChange } from '../domain/import-judge.ts';
import { readRow } from '../domain/import-row.ts';
import type { Cells, ImportLine, ImportProblem } from '../domain/import-row.ts';
import { importKeptD, previewKeptD, undoReason } from '../domain/import-state.ts';
import { after } from '../domain/schedule.ts';
import { openLine } from '../flows/import-known.ts';
import type { ListedOwner } from '../store/owner-list.ts';
import type { KeptImport, ListedImportLine } from '../store/vehicle-import.ts';
import {
  applyReasonText,
  importNoteText,
  importProblemText,
  separatorText,
  undoReasonText,
} from '../texts/import-words.ts';
import type { ImportLineView, ImportView } from './contract/imports.ts';
import { iso, maybeIso } from './present.ts';
import type { Sealing } from './server-needs.ts';

export function presentImport(kept: KeptImport): ImportView {
  const { id, name, state, hash, encoding, columns, ignored, applied, missed, undone, kept: stayed } = kept;
  const keptD = state === 'previewed' ? previewKeptD : importKeptD;
  const reasons = {
    apply: state !== 'previewed' ? 'started' : kept.adds + kept.updates === 0 ? 'nothing_to_do' : null,
    undo: undoReason(kept),
  } as const;
  return {
    ...{ id, name, state, hash, encoding, columns, ignored },
    separator: separatorText(kept.separator),
    lines: { add: kept.adds, update: kept.updates, unchanged: kept.unchanged, refused: kept.refused },
    newOwners: kept.new_owners,
    progress: { applied, missed, undone, kept: stayed },
    madeAt: iso(kept.made_at),
    madeBy: kept.made_by.name,
    startedAt: maybeIso(kept.started_at),
    startedBy: kept.started_by?.name ?? null,
    endedAt: maybeIso(kept.ended_at),
    undoneAt: maybeIso(kept.undone_at),
    keptUntil: iso(after(kept.made_at, keptD * 86_400)),
    apply: { allowed: reasons.apply === null, reason: reasons.apply && applyReasonText(reasons.apply) },
    undo: { allowed: reasons.undo === null, reason: reasons.undo && undoReasonText(reasons.undo) },
  };
}

type Owners = ReadonlyMap<string, ListedOwner>;

/** Owners whose names a page of lines needs. */
export const ownersIn = (rows: readonly ListedImportLine[]): string[] =>
  rows.flatMap(({ effect }) =>
    effect.plan === 'update'
      ? effect.changes.flatMap(({ column, from, to }) =>
          column === 'owner' ? [from, to].filter((id): id is string => typeof id === 'string') : [],
        )
      : [],
  );

export function presentImportLine(row: ListedImportLine, owners: Owners, vault: Pick<Sealing, 'open'>): ImportLineView {
  const { line, plan, state, effect } = row;
  const opened = openLine(vault, row);
  const { cells } = opened;
  const problems: ImportProblem[] = effect.plan === 'refused' ? effect.problems : [];
  if (state === 'missed') problems.push({ column: null, code: 'changed_meanwhile' });
  return {
    line,
    plan,
    state,
    vehicle: presentVehicle(row, opened),
    owner: presentOwner(row, cells),
    changes: effect.plan === 'update' ? effect.changes.map((change) => presentChange(change, owners, cells)) : [],
    problems: problems.map((problem) => presentProblem(problem, cells)),
    notes: row.notes.map((note) => importNoteText(note)),
  };
}

/** As the record has it once there is one; before, as it would be written, and what can't be read as it stands there. */
function presentVehicle(row: ListedImportLine, opened: ImportLine): ImportLineView['vehicle'] {
  const said = { ...opened.cells, ...readRow(opened).values };
  const { number, plate, vin, make, model, year } = row.vehicle_id === null ? said : row;
  return {
    id: row.vehicle_id,
    number: number ?? null,
    plate: plate ?? null,
    vin: vin ?? null,
    make: make ?? null,
    model: model ?? null,
    year: year === undefined || year === null ? null : String(year),
  };
}

function presentOwner({ effect }: ListedImportLine, cells: Cells): ImportLineView['owner'] {
  const isNew = 'owner' in effect && effect.owner?.plan === 'new';
  const { ownerName: name = null, ownerEmail: email } = cells;
  return email === undefined ? null : { name, email, isNew };
}

function presentChange(change: ImportChange, owners: Owners, cells: Cells): ImportLineView['changes'][number] {
  const { column, from, to } = change;
  const shown = (value: string | number | null): string | null => (value === null ? null : String(value));
  if (column !== 'owner') return { column, name: columnHeads[column], from: shown(from), to: shown(to) };
  const nameOf = (id: string | number | null): string | null =>
    id === null ? null : (owners.get(String(id))?.name ?? null);
  return { column, name: 'Owner', from: nameOf(from), to: nameOf(to) ?? cells.ownerName ?? cells.ownerEmail ?? null };
}

function presentProblem(problem: ImportProblem, cells: Cells): ImportLineView['problems'][number] {
  const { column, code } = problem;
  return {
    column,
    code,
    name: column === null ? null : columnHeads[column],
    text: importProblemText(problem),
    value: column === null ? null : (cells[column] ?? null),
  };
}

/** What is wrong with a line as one text, for the table that is mended and imported again. */
export const problemsOf = ({ effect, state }: Pick<ListedImportLine, 'effect' | 'state'>): string =>
  [...(effect.plan === 'refused' ? effect.problems : []), ...(state === 'missed' ? [changed] : [])]
    .map((problem) => `${nameBefore(problem.column)}${importProblemText(problem)}`)
    .join(' ');

const changed: ImportProblem = { column: null, code: 'changed_meanwhile' };
const nameBefore = (column: ImportColumn | null): string => (column === null ? '' : `${columnHeads[column]}: `);

/** The cells of a line in the order of the template. */
export const cellsOf = ({ cells }: ImportLine, columns: readonly ImportColumn[]): string[] =>
  columns.map((column) => cells[column] ?? '');
