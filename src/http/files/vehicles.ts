/** The list of vehicles as a table: the columns of an import, and how each vehicle is connected. A precise location is not in it. */
import { columnHeads, importColumns } from '../../domain/import-column.ts';
import type { ImportColumn } from '../../domain/import-column.ts';
import type { Fleet } from '../../domain/fleet.ts';
import { ownFleet } from '../../store/fleet.ts';
import { ownersById } from '../../store/owner-list.ts';
import type { ListedOwner } from '../../store/owner-list.ts';
import { listVehicles } from '../../store/vehicle-list.ts';
import type { ListedVehicle } from '../../store/listed-vehicle.ts';
import { exportHeads, statusOrNone } from '../../texts/import-words.ts';
import { byteOrderMark, csvLine, separatorOf } from '../csv/write-csv.ts';
import type { CsvFile, FileCall } from '../files.ts';
import { presentOwner } from '../present.ts';
import { installationOf, presentListed } from '../present-vehicle.ts';
import type { Installation } from '../present-vehicle.ts';
import type { HttpNeeds, Sealing } from '../server-needs.ts';

/** A page in memory at a time, however large the fleet is. */
const atOnce = 500;

export async function exportVehicles(call: FileCall<'exportVehicles'>, { vault, config }: HttpNeeds): Promise<CsvFile> {
  const fleet = await call.inFleet(ownFleet);
  return {
    name: `vehicles-${call.now.toISOString().slice(0, 10)}.csv`,
    pieces: lines(call, { fleet, vault, installation: installationOf(config) }),
  };
}

interface Around {
  fleet: Fleet;
  vault: Sealing;
  installation: Installation;
}

async function* lines(call: FileCall<'exportVehicles'>, around: Around): AsyncGenerator<string> {
  const { query, now } = call;
  const { fleet, vault, installation } = around;
  const separator = separatorOf(query.separator);
  const heads = [...importColumns.map((column) => columnHeads[column]), ...exportHeads()];
  yield byteOrderMark + csvLine(heads, separator);
  for (let after: readonly [string, string] | null = null; ;) {
    const page = { after, limit: atOnce, settings: fleet.settings, v3: installation.v3, now };
    const { found, owners } = await call.inFleet(async (tx) => {
      const rows = await listVehicles(tx, query, page);
      return {
        found: rows,
        owners: await ownersById(
          tx,
          rows.flatMap(({ owner }) => owner?.id ?? []),
        ),
      };
    });
    const shown = found.slice(0, atOnce);
    const contacts = contactsOf(owners, vault);
    yield shown.map((row) => csvLine(valuesOf(row, contacts, around, now), separator)).join('');
    const last = shown.at(-1);
    if (!last || found.length <= atOnce) return;
    after = [last.sortKey, last.id];
  }
}

type Contact = ReturnType<typeof presentOwner>;

/** Each owner of a page is opened once, however many cars they have. */
const contactsOf = (owners: ReadonlyMap<string, ListedOwner>, vault: Sealing): Map<string, Contact> =>
  new Map([...owners].map(([id, owner]) => [id, presentOwner(owner, vault)]));

function valuesOf(
  row: ListedVehicle,
  contacts: ReadonlyMap<string, Contact>,
  { fleet, installation }: Around,
  now: Date,
): (string | number | null)[] {
  const { connection, freshness } = presentListed(row, fleet, installation, now);
  const contact = contacts.get(row.owner?.id ?? '');
  const own: Record<ImportColumn, string | number | null> = {
    number: row.number,
    plate: row.plate,
    vin: row.vin,
    make: row.make,
    model: row.model,
    year: row.year,
    powertrain: row.powertrain,
    country: row.country,
    ownerName: contact?.name ?? null,
    ownerEmail: contact?.email ?? null,
    ownerPhone: contact?.phone ?? null,
    ownerLanguage: contact?.language ?? null,
  };
  return [
    ...importColumns.map((column) => own[column]),
    statusOrNone(row.connection?.status ?? null),
    connection?.causeText ?? null,
    connection?.nextAction?.text ?? freshness.nextAction?.text ?? null,
    [freshness.state, freshness.text].filter(Boolean).join(': '),
    connection?.lastTelemetryAt ?? null,
    connection?.lapsesAt ?? null,
  ];
}
