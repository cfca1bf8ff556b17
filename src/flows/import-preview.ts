/** A list of vehicles is looked at: what each line would do is written down, and nothing of the fleet is changed. */
import { newId } from '../domain/ids.ts';
import type { FleetId, ImportId } from '../domain/ids.ts';
import { fingerprintOf, openJudge } from '../domain/import-judge.ts';
import type { Verdict } from '../domain/import-judge.ts';
import type { ImportLine } from '../domain/import-row.ts';
import { withWholeOwners } from '../domain/import-seen.ts';
import { numbersFor, stateOfPlan } from '../domain/import-state.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Database } from '../store/database.ts';
import { announce } from '../store/outbox.ts';
import { ownNumbers } from '../store/vehicle.ts';
import {
  deletePreview,
  dropOldPreviews,
  findImport,
  insertImport,
  insertImportLines,
} from '../store/vehicle-import.ts';
import type { NewImportLine } from '../store/vehicle-import.ts';
import type { Vault } from '../vault/vault.ts';
import type { Context } from './context.ts';
import { asKnown, lookUp, namesIn, sealLine } from './import-known.ts';
import { mapInTurns } from './in-turns.ts';

export interface ImportNeeds {
  database: Database;
  vault: Vault;
}

/** A file as it was read. */
export interface ListOfVehicles {
  name: string;
  encoding: string;
  separator: string;
  /** Known columns, by their names. */
  columns: readonly string[];
  /** Heads of columns that are not known. */
  ignored: readonly string[];
  lines: readonly ImportLine[];
}

/** Previews of a fleet that wait for somebody to start them. */
const mostPreviews = 10;
/** Lines of one statement. */
const atOnce = 250;

interface Judged {
  verdict: Verdict;
  line: ImportLine;
}

/** A transaction before and one after the work: it takes seconds for the largest file, and starting it judges again anyway. */
export async function previewImport(
  { database, vault }: ImportNeeds,
  context: Context,
  list: ListOfVehicles,
  now: Date,
): Promise<ImportId> {
  const { fleetId } = context;
  const id = newId('imp', now);
  const judged = await judgeAll({ database, vault }, fleetId, list.lines);
  const rows = await mapInTurns(judged, (one) => rowOf(vault, fleetId, id, one));
  const { name, encoding, separator, columns, ignored } = list;
  await database.asFleet(fleetId, async (tx) => {
    await insertImport(tx, {
      ...{ id, fleet_id: fleetId, name, encoding, separator, state: 'previewed' },
      ...{ columns: [...columns], ignored: [...ignored] },
      hash: hashOf(vault, id, judged),
      ...countsOf(judged.map(({ verdict }) => verdict)),
      made_at: now,
      made_by: JSON.stringify(context.actor),
    });
    for (let from = 0; from < rows.length; from += atOnce)
      await insertImportLines(tx, { id, fleetId }, rows.slice(from, from + atOnce));
    await dropOldPreviews(tx, mostPreviews);
    await announce(tx, fleetId, [], ['imports']);
  });
  return id;
}

/** What each line would do, with the numbers that Towline chooses written into it. */
async function judgeAll(
  { database, vault }: ImportNeeds,
  fleetId: FleetId,
  given: readonly ImportLine[],
): Promise<Judged[]> {
  const lines = withWholeOwners(given);
  const names = await namesIn(vault, fleetId, lines);
  const { found, numbers } = await database.asFleet(fleetId, async (tx) => ({
    found: await lookUp(tx, names, { importId: null, lock: false }),
    numbers: await ownNumbers(tx),
  }));
  const verdicts = await mapInTurns(lines, openJudge(await asKnown(vault, fleetId, names, found)));
  const chosen = numbersFor(verdicts, numbers);
  return verdicts.flatMap((verdict, index) => {
    const line = lines[index];
    const number = chosen.get(verdict.line);
    return line ? [{ verdict, line: number === undefined ? line : { ...line, cells: { ...line.cells, number } } }] : [];
  });
}

function rowOf(vault: Vault, fleetId: FleetId, id: ImportId, { verdict, line }: Judged): NewImportLine {
  const { effect, notes } = verdict;
  return {
    line: line.line,
    plan: effect.plan,
    state: stateOfPlan(effect.plan),
    effect: JSON.stringify(effect),
    notes,
    sealed: sealLine(vault, fleetId, id, line),
    vehicle_id: 'vehicleId' in effect ? effect.vehicleId : null,
  };
}

/** Stands for every line with what is in it and what it would do. */
function hashOf(vault: Vault, id: ImportId, judged: readonly Judged[]): string {
  const parts = judged.map(({ verdict, line }) => [
    line.line,
    Object.entries(line.cells),
    fingerprintOf(verdict.effect),
  ]);
  return vault.fingerprint(JSON.stringify([id, parts])).toString('base64url');
}

function countsOf(verdicts: readonly Verdict[]) {
  const count = (plan: Verdict['effect']['plan']): number =>
    verdicts.filter(({ effect }) => effect.plan === plan).length;
  const added = verdicts.flatMap(({ effect, values }) =>
    'owner' in effect && effect.owner?.plan === 'new' ? (values.owner?.email?.toLowerCase() ?? []) : [],
  );
  return {
    adds: count('add'),
    updates: count('update'),
    unchanged: count('unchanged'),
    refused: count('refused'),
    new_owners: new Set(added).size,
  };
}

/** Drops a preview that nobody wants. @throws Refusal `not_found`, `import_not_now` */
export async function discardImport({ database }: ImportNeeds, { fleetId }: Context, id: ImportId): Promise<void> {
  await database.asFleet(fleetId, async (tx) => {
    if (await deletePreview(tx, id)) return announce(tx, fleetId, [], ['imports']);
    throw new Refusal((await findImport(tx, id)) ? 'import_not_now' : 'not_found');
  });
}
