/** Imports of lists of vehicles: previewed, started, taken back. */
import { columnHeads } from '../../domain/import-column.ts';
import type { ImportId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import { ownersById } from '../../store/owner-list.ts';
import { findImport, listImportLines, listImports } from '../../store/vehicle-import.ts';
import type { Call, HandlerNeeds, Handlers } from '../call.ts';
import type { CallName } from '../contract/paths.ts';
import type { Answer } from '../contract/routes.ts';
import { readList } from '../csv/read-list.ts';
import { pageOf, textCursor, timeCursor } from '../cursor.ts';
import { ownId } from '../own-id.ts';
import { ownersIn, presentImport, presentImportLine } from '../present-import.ts';

type ImportCalls =
  'importVehicles' | 'listImports' | 'getImport' | 'listImportLines' | 'applyImport' | 'undoImport' | 'discardImport';

export function importHandlers({ flows, vault }: HandlerNeeds): Pick<Handlers, ImportCalls> {
  return {
    async importVehicles(call) {
      const { encoding, separator, heads, lines } = await readList(call.body);
      const columns = heads.columns.flatMap((column) => (column === null ? [] : columnHeads[column]));
      const list = {
        encoding,
        separator,
        columns,
        ignored: heads.ignored,
        lines,
        name: call.query.name ?? 'vehicles.csv',
      };
      return view(call, await flows.previewImport(call.context, list, call.now));
    },
    async listImports({ query, inFleet }) {
      const after = timeCursor(query.cursor);
      const found = await inFleet((tx) => listImports(tx, { after, limit: query.limit }));
      const { rows, nextCursor } = pageOf(found, query.limit, ({ made_at, id }) => [made_at, id]);
      return { items: rows.map(presentImport), nextCursor };
    },
    getImport: (call) => view(call, ownId('imp', call.params.id)),
    async listImportLines({ params, query, inFleet }) {
      const id = ownId('imp', params.id);
      const [seen] = textCursor(query.cursor) ?? [];
      const after = seen === undefined ? 0 : lineOf(seen);
      return inFleet(async (tx) => {
        if (!(await findImport(tx, id))) throw new Refusal('not_found');
        const found = await listImportLines(tx, id, { ...query, after });
        const { rows, nextCursor } = pageOf(found, query.limit, ({ line }) => [String(line), id]);
        const owners = await ownersById(tx, ownersIn(rows));
        return { items: rows.map((row) => presentImportLine(row, owners, vault)), nextCursor };
      });
    },
    async applyImport(call) {
      const id = ownId('imp', call.params.id);
      await flows.startImport(call.context, id, call.body.hash, call.now);
      return view(call, id);
    },
    async undoImport(call) {
      const id = ownId('imp', call.params.id);
      await flows.undoImport(call.context, id, call.now);
      return view(call, id);
    },
    async discardImport(call) {
      const id = ownId('imp', call.params.id);
      await flows.discardImport(call.context, id);
      return { id };
    },
  };
}

function lineOf(seen: string): number {
  if (!/^\d{1,9}$/.test(seen)) throw new Refusal('invalid_cursor');
  return Number(seen);
}

async function view<N extends CallName>({ inFleet }: Call<N>, id: ImportId): Promise<Answer<'getImport'>> {
  const kept = await inFleet((tx) => findImport(tx, id));
  if (!kept) throw new Refusal('not_found');
  return presentImport(kept);
}
