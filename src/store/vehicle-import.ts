/** Imports of lists of vehicles, and where each line of a file stands. */
import { sql } from 'kysely';
import type { Insertable, Selectable, Updateable } from 'kysely';

import type { FleetId, ImportId, OwnerId, VehicleId } from '../domain/ids.ts';
import type { ImportPlan } from '../domain/import-judge.ts';
import type { ImportLineState, ImportState } from '../domain/import-state.ts';
import type { Tx } from './database.ts';
import { behind } from './paging.ts';
import type { NewestFirst } from './paging.ts';
import type { Tables } from './schema.ts';

export type KeptImport = Selectable<Tables['vehicle_import']>;
export type KeptImportLine = Selectable<Tables['import_line']>;
export type NewImportLine = Omit<
  Insertable<Tables['import_line']>,
  'import_id' | 'fleet_id' | 'owner_id' | 'owner_new'
>;

export async function insertImport(tx: Tx, row: Insertable<Tables['vehicle_import']>): Promise<void> {
  await tx.insertInto('vehicle_import').values(row).execute();
}

/** Some hundred at once. */
export async function insertImportLines(
  tx: Tx,
  { id, fleetId }: { id: ImportId; fleetId: FleetId },
  lines: readonly NewImportLine[],
): Promise<void> {
  if (lines.length === 0) return;
  const rows = lines.map((line) => ({ ...line, import_id: id, fleet_id: fleetId }));
  await tx.insertInto('import_line').values(rows).execute();
}

export async function findImport(tx: Tx, id: ImportId): Promise<KeptImport | undefined> {
  return tx.selectFrom('vehicle_import').selectAll().where('id', '=', id).executeTakeFirst();
}

/** For a change of it. */
export async function lockImport(tx: Tx, id: ImportId): Promise<KeptImport | undefined> {
  return tx.selectFrom('vehicle_import').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
}

/** For a step of its work; undefined when it is in another state, or somebody else is working on it. */
export async function claimImport(tx: Tx, id: ImportId, state: ImportState): Promise<KeptImport | undefined> {
  return tx
    .selectFrom('vehicle_import')
    .selectAll()
    .where('id', '=', id)
    .where('state', '=', state)
    .forUpdate()
    .skipLocked()
    .executeTakeFirst();
}

export async function changeImport(tx: Tx, id: ImportId, change: Updateable<Tables['vehicle_import']>): Promise<void> {
  await tx.updateTable('vehicle_import').set(change).where('id', '=', id).execute();
}

/** Adds to the counts of what became of its lines. */
export async function countImported(
  tx: Tx,
  id: ImportId,
  counts: Partial<Record<'applied' | 'missed' | 'undone' | 'kept', number>>,
): Promise<void> {
  const { applied = 0, missed = 0, undone = 0, kept = 0 } = counts;
  await tx
    .updateTable('vehicle_import')
    .set((eb) => ({
      applied: eb('applied', '+', applied),
      missed: eb('missed', '+', missed),
      undone: eb('undone', '+', undone),
      kept: eb('kept', '+', kept),
    }))
    .where('id', '=', id)
    .execute();
}

/** Newest first; one more than `limit`. */
export async function listImports(tx: Tx, page: NewestFirst): Promise<KeptImport[]> {
  return tx
    .selectFrom('vehicle_import')
    .selectAll()
    .where(behind(page, 'made_at', 'id'))
    .orderBy('made_at', 'desc')
    .orderBy('id', 'desc')
    .limit(page.limit + 1)
    .execute();
}

/** Those of this fleet that somebody has to go on with. */
export async function listOpenImports(tx: Tx): Promise<ImportId[]> {
  const rows = await tx
    .selectFrom('vehicle_import')
    .select('id')
    .where('state', 'in', ['running', 'undoing'])
    .execute();
  return rows.map(({ id }) => id);
}

/** Lines as a person looks at them, with what the vehicles and their owners are called now. */
export interface ListedImportLine extends KeptImportLine {
  number: string | null;
  plate: string | null;
  vin: string | null;
  make: string | null;
  model: string | null;
  year: number | null;
}

export interface ImportLinePage {
  /** The line already seen; 0 for the first page. */
  after: number;
  limit: number;
  plan?: ImportPlan | undefined;
  state?: ImportLineState | undefined;
}

/** In the order of the file; one more than `limit`. */
export async function listImportLines(tx: Tx, id: ImportId, page: ImportLinePage): Promise<ListedImportLine[]> {
  return tx
    .selectFrom('import_line as l')
    .leftJoin('vehicle as v', 'v.id', 'l.vehicle_id')
    .selectAll('l')
    .select(['v.number', 'v.plate', 'v.vin', 'v.make', 'v.model', 'v.year'])
    .where('l.import_id', '=', id)
    .where('l.line', '>', page.after)
    .$if(page.plan !== undefined, (query) => query.where(sql<boolean>`l.plan = ${page.plan}`))
    .$if(page.state !== undefined, (query) => query.where(sql<boolean>`l.state = ${page.state}`))
    .orderBy('l.line')
    .limit(page.limit + 1)
    .execute();
}

/** The next in this state, in the order of the file. */
export async function nextImportLines(
  tx: Tx,
  id: ImportId,
  { state, plan }: { state: ImportLineState; plan?: ImportPlan },
  limit: number,
): Promise<KeptImportLine[]> {
  return tx
    .selectFrom('import_line')
    .selectAll()
    .where('import_id', '=', id)
    .where('state', '=', state)
    .$if(plan !== undefined, (query) => query.where(sql<boolean>`plan = ${plan}`))
    .orderBy('line')
    .limit(limit)
    .execute();
}

/** Lines that can't be imported as they are: refused, or overtaken by something else. */
export async function listUnfitLines(tx: Tx, id: ImportId, after: number, limit: number): Promise<KeptImportLine[]> {
  return tx
    .selectFrom('import_line')
    .selectAll()
    .where('import_id', '=', id)
    .where('line', '>', after)
    .where((eb) => eb.or([eb('plan', '=', 'refused'), eb('state', '=', 'missed')]))
    .orderBy('line')
    .limit(limit)
    .execute();
}

export interface SettledLine {
  line: number;
  state: ImportLineState;
  vehicleId: VehicleId | null;
  ownerId: OwnerId | null;
  ownerNew: boolean;
}

export async function settleImportLines(tx: Tx, id: ImportId, settled: readonly SettledLine[]): Promise<void> {
  if (settled.length === 0) return;
  const column = <K extends keyof SettledLine>(key: K): SettledLine[K][] => settled.map((one) => one[key]);
  await sql`update import_line l set state = s.state, vehicle_id = s.vehicle_id, owner_id = s.owner_id, owner_new = s.owner_new
    from unnest(${column('line')}::int[], ${column('state')}::text[], ${column('vehicleId')}::text[],
      ${column('ownerId')}::text[], ${column('ownerNew')}::boolean[]) as s (line, state, vehicle_id, owner_id, owner_new)
    where l.import_id = ${id} and l.line = s.line`.execute(tx);
}

/** The lines that added an owner who is there still. */
export async function linesWithOwnersAdded(tx: Tx, id: ImportId, limit: number): Promise<KeptImportLine[]> {
  return tx
    .selectFrom('import_line')
    .selectAll()
    .where('import_id', '=', id)
    .where('owner_new', '=', true)
    .where('owner_id', 'is not', null)
    .orderBy('line')
    .limit(limit)
    .execute();
}

/** @returns false when it is not one that was previewed and nothing more */
export async function deletePreview(tx: Tx, id: ImportId): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom('vehicle_import')
    .where('id', '=', id)
    .where('state', '=', 'previewed')
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

/** Drops previews beyond the newest `most`: a fleet does not fill the disk with what it only looked at. */
export async function dropOldPreviews(tx: Tx, most: number): Promise<void> {
  await sql`delete from vehicle_import where state = 'previewed' and id in (
    select id from vehicle_import where state = 'previewed' order by made_at desc, id desc offset ${most})`.execute(tx);
}

/** Drops what is over, with its lines: previews that nobody started, and imports that were made before. */
export async function forgetImports(tx: Tx, before: { previews: Date; imports: Date }): Promise<void> {
  await sql`delete from vehicle_import where (state = 'previewed' and made_at < ${before.previews})
    or (state in ('done', 'undone') and made_at < ${before.imports})`.execute(tx);
}
