/** What is on record of what lines of a file name; and the lines themselves, opened. */
import type { FleetId, ImportId } from '../domain/ids.ts';
import type { Known, KnownOwner } from '../domain/import-judge.ts';
import { readRow } from '../domain/import-row.ts';
import type { ImportLine } from '../domain/import-row.ts';
import type { Tx } from '../store/database.ts';
import { knownOwners, knownVehicles } from '../store/import-known.ts';
import type { KeptKnownOwner } from '../store/import-known.ts';
import type { KeptImportLine } from '../store/vehicle-import.ts';
import type { Vault } from '../vault/vault.ts';
import { mapInTurns } from './in-turns.ts';
import { emailPurpose } from './owners.ts';

interface Of {
  fleetId: FleetId;
  /** The import that is written, whose own owners count as new; null for a preview. */
  importId: ImportId | null;
  /** Nobody changes what is found before the transaction ends. */
  lock: boolean;
}

export async function knownOf(tx: Tx, vault: Vault, lines: readonly ImportLine[], of: Of): Promise<Known> {
  const { fleetId, importId, lock } = of;
  const rows = await mapInTurns(lines, (line) => readRow(line).values);
  const emails = [...new Set(rows.flatMap(({ owner }) => owner?.email?.toLowerCase() ?? []))];
  const digests = await mapInTurns(emails, (email) => ({ email, of: vault.digests(email, emailPurpose(fleetId)) }));
  const emailOf = new Map(
    digests.flatMap(({ email, of }) => of.map((digest) => [digest.toString('hex'), email] as const)),
  );
  const named = {
    vins: rows.flatMap(({ vin }) => vin ?? []),
    numbers: rows.flatMap(({ number }) => number?.toLowerCase() ?? []),
    emails: digests.flatMap((one) => one.of),
  };
  const vehicles = await knownVehicles(tx, named, lock);
  const kept = await knownOwners(tx, named, importId, lock);
  const owners = await mapInTurns(kept, (owner): [string, KnownOwner] => {
    const { id, name, language, email_index: index, is_new: isNew } = owner;
    return [
      emailOf.get(index.toString('hex')) ?? '',
      { id, name, language, isNew, phone: phoneOf(vault, fleetId, owner) },
    ];
  });
  return { vehicles, owners: new Map(owners) };
}

const phoneOf = (vault: Vault, fleetId: FleetId, { id, phone_sealed: sealed }: KeptKnownOwner): string | null =>
  sealed && vault.open(sealed, { fleetId, row: id, kind: 'owner.phone' });

const contextOf = (fleetId: FleetId, importId: ImportId, line: number) => ({
  fleetId,
  row: `${importId}:${line}`,
  kind: 'import.line',
});

export const sealLine = (vault: Vault, fleetId: FleetId, id: ImportId, { line, ...cells }: ImportLine): Buffer =>
  vault.seal(JSON.stringify(cells), contextOf(fleetId, id, line));

export function openLine(vault: Pick<Vault, 'open'>, kept: KeptImportLine): ImportLine {
  const { fleet_id: fleetId, import_id: id, line, sealed } = kept;
  const opened = JSON.parse(vault.open(sealed, contextOf(fleetId, id, line))) as Omit<ImportLine, 'line'>; // sealed above
  return { line, ...opened };
}
