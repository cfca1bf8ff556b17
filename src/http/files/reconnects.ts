/** What became of each car of many reconnects, with whom to call: for staff who go after those who have not acted. */
import type { ReconnectBatchId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import { ownersById } from '../../store/owner-list.ts';
import { findBatch } from '../../store/reconnect-batch.ts';
import { listItems } from '../../store/reconnect-list.ts';
import type { ListedItem } from '../../store/reconnect-list.ts';
import { causeName, itemText } from '../../texts/reconnect-words.ts';
import { byteOrderMark, csvLine } from '../csv/write-csv.ts';
import type { CsvFile, FileCall } from '../files.ts';
import { ownId } from '../own-id.ts';
import { maybeIso, presentOwner } from '../present.ts';
import type { HttpNeeds, Sealing } from '../server-needs.ts';

const head = [
  ...['number', 'plate', 'make', 'model', 'cause', 'owner', 'email', 'phone', 'state', 'text'],
  ...['askedAt', 'deliveredAt', 'openedAt', 'returnedAt', 'repairedAt'],
];
const atOnce = 500;

export async function reconnectsReport(call: FileCall<'reconnectsReport'>, { vault }: HttpNeeds): Promise<CsvFile> {
  const id = ownId('rcb', call.params.id);
  if (!(await call.inFleet((tx) => findBatch(tx, id)))) throw new Refusal('not_found');
  return { name: `reconnects-${id}.csv`, pieces: lines(call, id, vault) };
}

async function* lines(
  call: FileCall<'reconnectsReport'>,
  id: ReconnectBatchId,
  vault: Sealing,
): AsyncGenerator<string> {
  const { state = null } = call.query;
  yield byteOrderMark + csvLine(head);
  for (let after: number | null = null; ;) {
    const page = { after, limit: atOnce, state };
    const { rows, owners } = await call.inFleet(async (tx) => {
      const items: ListedItem[] = await listItems(tx, id, page);
      return {
        rows: items,
        owners: await ownersById(
          tx,
          items.flatMap(({ owner }) => owner?.id ?? []),
        ),
      };
    });
    const contacts = new Map([...owners].map(([owner, listed]) => [owner, presentOwner(listed, vault)]));
    const shown = rows.slice(0, atOnce);
    yield shown.map((row) => lineOf(row, contacts.get(row.owner?.id ?? '') ?? null)).join('');
    after = shown.at(-1)?.place ?? null;
    if (rows.length <= atOnce) return;
  }
}

const lineOf = (row: ListedItem, contact: ReturnType<typeof presentOwner> | null): string =>
  csvLine([
    ...[row.number, row.plate, row.make, row.model, row.cause && causeName(row.cause)],
    ...[contact?.name ?? null, contact?.email ?? null, contact?.phone ?? null, row.state, itemText(row)],
    ...[row.actedAt, row.deliveredAt, row.openedAt, row.returnedAt, row.repairedAt].map(maybeIso),
  ]);
