/** The template of a list of vehicles, and the lines of one that were not imported. */
import { columnHeads, columnNamed, importColumns } from '../../domain/import-column.ts';
import { isId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import { openLine } from '../../flows/import-known.ts';
import { findImport, listUnfitLines } from '../../store/vehicle-import.ts';
import type { KeptImport } from '../../store/vehicle-import.ts';
import { problemHead } from '../../texts/import-words.ts';
import { byteOrderMark, csvLine, separatorOf } from '../csv/write-csv.ts';
import type { CsvFile, FileCall } from '../files.ts';
import { cellsOf, problemsOf } from '../present-import.ts';
import type { HttpNeeds, Sealing } from '../server-needs.ts';

const atOnce = 500;

/** The names of the columns alone: an example below them would be imported by somebody. */
export async function importTemplate({ query }: FileCall<'importTemplate'>): Promise<CsvFile> {
  const heads = importColumns.map((column) => columnHeads[column]);
  return { name: 'vehicles-template.csv', pieces: only(byteOrderMark + csvLine(heads, separatorOf(query.separator))) };
}

async function* only(text: string): AsyncGenerator<string> {
  yield text;
}

/** With the cells as they were written, so that they can be mended here and imported again; the last column is not read then. */
export async function importProblems(call: FileCall<'importProblems'>, { vault }: HttpNeeds): Promise<CsvFile> {
  const { id } = call.params;
  const kept = isId('imp', id) ? await call.inFleet((tx) => findImport(tx, id)) : undefined;
  if (!kept) throw new Refusal('not_found');
  return { name: `problems-${id}.csv`, pieces: unfit(call, kept, vault) };
}

async function* unfit(call: FileCall<'importProblems'>, kept: KeptImport, vault: Sealing): AsyncGenerator<string> {
  const separator = separatorOf(call.query.separator);
  const columns = kept.columns.flatMap((head) => columnNamed(head) ?? []);
  yield byteOrderMark + csvLine([...columns.map((column) => columnHeads[column]), problemHead()], separator);
  for (let after = 0; ;) {
    const rows = await call.inFleet((tx) => listUnfitLines(tx, kept.id, after, atOnce));
    yield rows.map((row) => csvLine([...cellsOf(openLine(vault, row), columns), problemsOf(row)], separator)).join('');
    const last = rows.at(-1);
    if (!last || rows.length < atOnce) return;
    after = last.line;
  }
}
