/** What is on record of what lines of a file name; and the lines themselves, opened. */
import type { FleetId, ImportId } from '../domain/ids.ts';
import type { Known, KnownOwner, KnownVehicle } from '../domain/import-judge.ts';
import { readRow } from '../domain/import-row.ts';
import type { ImportLine } from '../domain/import-row.ts';
import type { Tx } from '../store/database.ts';
import { knownOwners, knownVehicles } from '../store/import-known.ts';
import type { KeptKnownOwner, Named } from '../store/import-known.ts';
import type { KeptImportLine } from '../store/vehicle-import.ts';
import type { Vault } from '../vault/vault.ts';
import { mapInTurns } from './in-turns.ts';
import { emailPurpose } from './owners.ts';

/** What lines name, as it is looked up by. */
interface Names {
  named: Named;
  /** Addresses in small letters by their digest, as hexadecimal. */
  emails: ReadonlyMap<string, string>;
}

interface Of {
  /** The import that is written, whose own owners count as new; null for a preview. */
  importId: ImportId | null;
  /** Nobody changes what is found before the transaction ends. */
  lock: boolean;
}

interface Found {
  vehicles: KnownVehicle[];
  owners: KeptKnownOwner[];
}

/** Before a transaction: for thousands of lines it is a second's work. */
export async function namesIn(vault: Vault, fleetId: FleetId, lines: readonly ImportLine[]): Promise<Names> {
  const rows = await mapInTurns(lines, (line) => readRow(line).values);
  const emails = [...new Set(rows.flatMap(({ owner }) => owner?.email?.toLowerCase() ?? []))];
  const digests = await mapInTurns(emails, (email) => ({ email, of: vault.digests(email, emailPurpose(fleetId)) }));
  return {
    named: {
      vins: rows.flatMap(({ vin }) => vin ?? []),
      numbers: rows.flatMap(({ number }) => number?.toLowerCase() ?? []),
      emails: digests.flatMap((one) => one.of),
    },
    emails: new Map(digests.flatMap(({ email, of }) => of.map((digest) => [digest.toString('hex'), email] as const))),
  };
}

export async function lookUp(tx: Tx, { named }: Names, { importId, lock }: Of): Promise<Found> {
  return { vehicles: await knownVehicles(tx, named, lock), owners: await knownOwners(tx, named, importId, lock) };
}

/** After a transaction, for the same reason; a few lines are opened at any time. */
export async function asKnown(vault: Vault, fleetId: FleetId, { emails }: Names, found: Found): Promise<Known> {
  const owners = await mapInTurns(found.owners, (owner): [string, KnownOwner] => {
    const { id, name, language, email_index: index, is_new: isNew } = owner;
    const phone = phoneOf(vault, fleetId, owner);
    return [emails.get(index.toString('hex')) ?? '', { id, name, language, isNew, phone }];
  });
  return { vehicles: found.vehicles, owners: new Map(owners) };
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
