/** The report of a move: every car, one a line. */
import type { MoveId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import { findMove } from '../../store/move.ts';
import { listMoveVehicles } from '../../store/move-list.ts';
import type { ListedMoveVehicle } from '../../store/move-list.ts';
import { movedText } from '../../texts/words.ts';
import { byteOrderMark, csvLine } from '../csv/write-csv.ts';
import type { CsvFile, FileCall } from '../files.ts';
import { ownId } from '../own-id.ts';

const columns = ['vehicleId', 'number', 'make', 'model', 'state', 'reason', 'text', 'requestId', 'changedAt'] as const;
const atOnce = 1_000;

export async function moveReport(call: FileCall<'moveReport'>): Promise<CsvFile> {
  const id = ownId('mov', call.params.id);
  if (!(await call.inFleet((tx) => findMove(tx, id)))) throw new Refusal('not_found');
  return { name: `move-${id}.csv`, pieces: lines(call, id) };
}

async function* lines({ inFleet }: FileCall<'moveReport'>, id: MoveId): AsyncGenerator<string> {
  yield byteOrderMark + csvLine(columns);
  for (let after: string | null = null; ;) {
    const rows: ListedMoveVehicle[] = await inFleet((tx) =>
      listMoveVehicles(tx, id, { after, limit: atOnce, state: null }),
    );
    const shown = rows.slice(0, atOnce);
    yield shown.map(lineOf).join('');
    after = shown.at(-1)?.vehicleId ?? null;
    if (rows.length <= atOnce) return;
  }
}

function lineOf(row: ListedMoveVehicle): string {
  const values = { ...row, text: movedText(row), changedAt: row.changedAt.toISOString() };
  return csvLine(columns.map((column) => values[column]));
}
