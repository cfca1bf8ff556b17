/**
 * What an import added is taken back, a batch in a transaction: each vehicle that nothing has happened to since, then the
 * owners it added who have nothing. What something has happened to stays.
 */
import type { FleetId, ImportId } from '../domain/ids.ts';
import { readRow } from '../domain/import-row.ts';
import { isAsImported } from '../domain/import-state.ts';
import type { Tx } from '../store/database.ts';
import { announce } from '../store/outbox.ts';
import { takeBackOwner, takeBackVehicle } from '../store/take-back.ts';
import { lockVehicle } from '../store/vehicle.ts';
import {
  changeImport,
  claimImport,
  countImported,
  nextImportLines,
  linesWithOwnersAdded,
  settleImportLines,
} from '../store/vehicle-import.ts';
import type { KeptImportLine, SettledLine } from '../store/vehicle-import.ts';
import type { Vault } from '../vault/vault.ts';
import { openLine } from './import-known.ts';
import type { ImportNeeds } from './import-preview.ts';

/** Vehicles, or owners, of one transaction. */
const batch = 100;

/** @returns whether somebody should go on; false too where somebody else does already */
export async function takeBackSome(
  { database, vault }: ImportNeeds,
  fleetId: FleetId,
  id: ImportId,
  now: Date,
): Promise<boolean> {
  return database.asFleet(fleetId, async (tx) => {
    if (!(await claimImport(tx, id, 'undoing'))) return false;
    const lines = await nextImportLines(tx, id, { state: 'applied', plan: 'add' }, batch);
    if (lines.length > 0) await takeBackVehicles(tx, vault, id, lines);
    const isMore = lines.length > 0 || (await takeBackOwners(tx, id));
    if (!isMore) await changeImport(tx, id, { state: 'undone', undone_at: now });
    await announce(tx, fleetId, [], isMore ? ['imports'] : ['imports', 'vehicles']);
    return isMore;
  });
}

async function takeBackVehicles(tx: Tx, vault: Vault, id: ImportId, lines: readonly KeptImportLine[]): Promise<void> {
  const settled: SettledLine[] = [];
  for (const kept of lines) {
    const isGone = await takeBack(tx, vault, kept);
    const { line, owner_id: ownerId, owner_new: ownerNew, vehicle_id: vehicleId } = kept;
    settled.push({ line, state: isGone ? 'undone' : 'kept', vehicleId: isGone ? null : vehicleId, ownerId, ownerNew });
  }
  await settleImportLines(tx, id, settled);
  const undone = settled.filter(({ state }) => state === 'undone').length;
  await countImported(tx, id, { undone, kept: settled.length - undone });
}

/** One that was changed by hand is no longer what the import made of it. */
async function takeBack(tx: Tx, vault: Vault, kept: KeptImportLine): Promise<boolean> {
  const vehicle = kept.vehicle_id && (await lockVehicle(tx, kept.vehicle_id));
  if (!vehicle) return true;
  const { values } = readRow(openLine(vault, kept));
  return isAsImported(vehicle, values, kept.owner_id) && takeBackVehicle(tx, vehicle.id);
}

/** @returns whether there may be more of them */
async function takeBackOwners(tx: Tx, id: ImportId): Promise<boolean> {
  const added = await linesWithOwnersAdded(tx, id, batch);
  const kept: SettledLine[] = [];
  for (const { line, owner_id: ownerId, vehicle_id: vehicleId, state } of added) {
    // Whom something keeps is not tried again: they are an owner like others from now on.
    if (ownerId && !(await takeBackOwner(tx, ownerId))) kept.push({ line, state, vehicleId, ownerId, ownerNew: false });
  }
  await settleImportLines(tx, id, kept);
  return added.length === batch;
}
