/** What a person does with the import of a list of vehicles that was previewed: start it, take back what it added; and its work, until it is done. */
import type { FleetId, ImportId } from '../domain/ids.ts';
import { importKeptD, previewKeptD, undoReason } from '../domain/import-state.ts';
import { Refusal } from '../domain/refusal.ts';
import { after } from '../domain/schedule.ts';
import type { Tasks } from '../domain/task.ts';
import { listFleets } from '../store/fleet.ts';
import { announce, enqueue } from '../store/outbox.ts';
import { changeImport, findImport, forgetImports, listOpenImports, lockImport } from '../store/vehicle-import.ts';
import type { KeptImport } from '../store/vehicle-import.ts';
import { isLostRace } from '../store/violation.ts';
import type { Tx } from '../store/database.ts';
import type { Context } from './context.ts';
import type { ImportNeeds } from './import-preview.ts';
import { takeBackSome } from './import-undo.ts';
import { writeSome } from './import-write.ts';

/** Somebody adds the same vehicle at the same moment, several times in a row. */
const mostRaces = 10;

/** Writes what was previewed, and nothing else. @throws Refusal `not_found`, `import_not_now`, `import_not_previewed` */
export async function startImport(
  needs: ImportNeeds,
  context: Context,
  id: ImportId,
  hash: string,
  now: Date,
): Promise<void> {
  await needs.database.asFleet(context.fleetId, async (tx) => {
    const kept = await locked(tx, id);
    if (kept.state !== 'previewed') throw new Refusal('import_not_now');
    if (kept.hash !== hash) throw new Refusal('import_not_previewed');
    if (kept.adds + kept.updates === 0)
      throw new Refusal('import_not_now', 'No line of this file would change anything.');
    const change = { state: 'running', started_at: now, started_by: JSON.stringify(context.actor) } as const;
    await changeImport(tx, id, change);
    await goOnSoon(tx, context.fleetId, id);
  });
}

/** Takes back what it added and nothing has happened to. @throws Refusal `not_found`, `import_not_now` */
export async function undoImport(needs: ImportNeeds, context: Context, id: ImportId, now: Date): Promise<void> {
  await needs.database.asFleet(context.fleetId, async (tx) => {
    const kept = await locked(tx, id);
    if (undoReason(kept) !== null) throw new Refusal('import_not_now');
    const change = { state: 'undoing', undo_started_at: now, undo_started_by: JSON.stringify(context.actor) } as const;
    await changeImport(tx, id, change);
    await goOnSoon(tx, context.fleetId, id);
  });
}

async function locked(tx: Tx, id: ImportId): Promise<KeptImport> {
  const kept = await lockImport(tx, id);
  if (!kept) throw new Refusal('not_found');
  return kept;
}

async function goOnSoon(tx: Tx, fleetId: FleetId, importId: ImportId): Promise<void> {
  await enqueue(tx, [{ name: 'go-on-with-import', payload: { fleetId, importId }, key: `import:${importId}` }]);
  await announce(tx, fleetId, [], ['imports']);
}

/** Batch after batch until nothing is left. Safe at any time and twice at once: a batch belongs to whoever holds its import. */
export async function goOnWithImport(needs: ImportNeeds, task: Tasks['go-on-with-import'], now: Date): Promise<void> {
  const { fleetId, importId } = task;
  const state = (await needs.database.asFleet(fleetId, (tx) => findImport(tx, importId)))?.state;
  const step = state === 'undoing' ? takeBackSome : writeSome;
  while (await unlessRaced(() => step(needs, fleetId, importId, now)));
}

/** Where somebody else wrote the same at the same moment, the batch is judged again by what they wrote. */
async function unlessRaced(step: () => Promise<boolean>): Promise<boolean> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await step();
    } catch (error) {
      if (!isLostRace(error) || tried === mostRaces) throw error;
    }
  }
}

/** Goes on with what nobody works on: whoever did has died. */
export async function importDue(
  needs: ImportNeeds & { onFault: (error: unknown, what: string) => void },
  now: Date,
): Promise<void> {
  for (const { id: fleetId } of await needs.database.asSystem(listFleets)) {
    const open = await needs.database.asFleet(fleetId, listOpenImports);
    for (const importId of open)
      await goOnWithImport(needs, { fleetId, importId }, now).catch((error: unknown) => needs.onFault(error, 'import'));
  }
}

/** Owners' addresses stand in what is kept of a file, so it is not kept for longer than it is of use. */
export async function forgetOldImports({ database }: Pick<ImportNeeds, 'database'>, now: Date): Promise<void> {
  const before = { previews: after(now, -previewKeptD * 86_400), imports: after(now, -importKeptD * 86_400) };
  for (const { id } of await database.asSystem(listFleets))
    await database.asFleet(id, (tx) => forgetImports(tx, before));
}
