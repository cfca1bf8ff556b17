/**
 * Lines of a list of vehicles are written, a batch in a transaction, exactly as they were previewed: what would do something
 * else by now is left alone and told. Whoever dies between two batches is replaced by whoever comes next.
 */
import { newId } from '../domain/ids.ts';
import type { FleetId, ImportId, OwnerId } from '../domain/ids.ts';
import { isSameEffect, judgeLines } from '../domain/import-judge.ts';
import type { Effect, Known, Verdict } from '../domain/import-judge.ts';
import type { Vehicle } from '../domain/vehicle.ts';
import type { Actor } from '../domain/role.ts';
import { nameOwner } from '../store/connection.ts';
import type { Tx } from '../store/database.ts';
import { announce } from '../store/outbox.ts';
import { insertOwners } from '../store/owner.ts';
import { insertForMany } from '../store/timeline.ts';
import { insertVehicles, updateVehicle } from '../store/vehicle.ts';
import {
  changeImport,
  claimImport,
  countImported,
  nextImportLines,
  settleImportLines,
} from '../store/vehicle-import.ts';
import type { KeptImport, KeptImportLine, SettledLine } from '../store/vehicle-import.ts';
import type { Vault } from '../vault/vault.ts';
import { asKnown, lookUp, namesIn, openLine } from './import-known.ts';
import type { ImportNeeds } from './import-preview.ts';
import { sealedContact } from './owners.ts';

/** Lines of one transaction: a tenth of a second, in which others wait at most for the vehicles it touches. */
const batch = 100;

/** @returns whether somebody should go on; false too where somebody else does already */
export async function writeSome(
  { database, vault }: ImportNeeds,
  fleetId: FleetId,
  id: ImportId,
  now: Date,
): Promise<boolean> {
  return database.asFleet(fleetId, async (tx) => {
    const kept = await claimImport(tx, id, 'running');
    if (!kept) return false;
    const lines = await nextImportLines(tx, id, { state: 'waiting' }, batch);
    await announce(tx, fleetId, [], lines.length === 0 ? ['imports', 'vehicles'] : ['imports']);
    if (lines.length === 0) {
      await changeImport(tx, id, { state: 'done', ended_at: now });
      return false;
    }
    await writeBatch(tx, vault, kept, lines, now);
    return true;
  });
}

interface Writing {
  kept: KeptImportLine;
  verdict: Verdict;
}

async function writeBatch(
  tx: Tx,
  vault: Vault,
  kept: KeptImport,
  lines: readonly KeptImportLine[],
  now: Date,
): Promise<void> {
  const { id, fleet_id: fleetId } = kept;
  const opened = lines.map((line) => openLine(vault, line));
  const names = await namesIn(vault, fleetId, opened);
  const known = await asKnown(vault, fleetId, names, await lookUp(tx, names, { importId: id, lock: true }));
  const all = judgeLines(opened, known).flatMap((verdict, index): Writing[] => {
    const line = lines[index];
    return line ? [{ kept: line, verdict }] : [];
  });
  const same = all.filter(({ kept: line, verdict }) => isSameEffect(line.effect, verdict.effect));
  const missed = all.filter((one) => !same.includes(one)).map((one) => missedLine(one.kept));
  const owners = await addOwners(tx, vault, fleetId, same, known, now);
  const applied = same.map((one) => appliedLine(one, owners, now));
  await addVehicles(tx, fleetId, same, applied, actorOf(kept), now);
  await changeVehicles(tx, same, applied);
  await settleImportLines(tx, id, [...applied, ...missed]);
  await countImported(tx, id, { applied: applied.length, missed: missed.length });
}

const actorOf = ({ started_by: startedBy, made_by: madeBy }: KeptImport): Actor => startedBy ?? madeBy;

const missedLine = ({ line, vehicle_id: vehicleId }: KeptImportLine): SettledLine => ({
  line,
  state: 'missed',
  vehicleId,
  ownerId: null,
  ownerNew: false,
});

/** The owners of these lines by their address, and the line that adds each that is new. */
interface Owners {
  ids: ReadonlyMap<string, OwnerId>;
  addedIn: ReadonlyMap<OwnerId, number>;
}

const emailOf = ({ values }: Verdict): string => values.owner?.email?.toLowerCase() ?? '';
const ownerOf = (effect: Effect) => ('owner' in effect ? effect.owner : null);

async function addOwners(
  tx: Tx,
  vault: Vault,
  fleetId: FleetId,
  writing: readonly Writing[],
  known: Known,
  now: Date,
): Promise<Owners> {
  const ids = new Map([...known.owners].map(([email, { id }]) => [email, id]));
  const addedIn = new Map<OwnerId, number>();
  const rows = writing.flatMap(({ verdict }) => {
    const email = emailOf(verdict);
    const { name = '', language = 'en', ...contact } = verdict.values.owner ?? {};
    if (ownerOf(verdict.effect)?.plan !== 'new' || ids.has(email)) return [];
    const id = newId('own', now);
    ids.set(email, id);
    addedIn.set(id, verdict.line);
    const blank = { email_sealed: null, email_index: null, phone_sealed: null, time_zone: null, country: null };
    const sealed = sealedContact(vault, fleetId, id, contact);
    return [{ ...blank, ...sealed, id, fleet_id: fleetId, name, language, created_at: now }];
  });
  await insertOwners(tx, rows);
  return { ids, addedIn };
}

function appliedLine({ kept, verdict }: Writing, { ids, addedIn }: Owners, now: Date): SettledLine {
  const { line, effect } = verdict;
  const ownerId = ownerOf(effect) ? (ids.get(emailOf(verdict)) ?? null) : null;
  const vehicleId = effect.plan === 'add' ? newId('veh', now) : kept.vehicle_id;
  return { line, state: 'applied', vehicleId, ownerId, ownerNew: ownerId !== null && addedIn.get(ownerId) === line };
}

async function addVehicles(
  tx: Tx,
  fleetId: FleetId,
  writing: readonly Writing[],
  applied: readonly SettledLine[],
  actor: Actor,
  now: Date,
): Promise<void> {
  const vehicles = writing.flatMap(({ verdict }, index): Vehicle[] => {
    const { vehicleId: id, ownerId } = applied[index] ?? { vehicleId: null, ownerId: null };
    if (verdict.effect.plan !== 'add' || !id) return [];
    const { owner: _owner, number = '', ...values } = verdict.values;
    const blank = { plate: null, vin: null, make: null, model: null, year: null, powertrain: null, country: null };
    return [{ ...blank, ...values, id, fleetId, number, ownerId, createdAt: now }];
  });
  await insertVehicles(tx, vehicles);
  const happening = { kind: 'vehicle.added', at: now, via: 'operator', requestId: null } as const;
  await insertForMany(
    tx,
    fleetId,
    vehicles.map(({ id }) => id),
    actor,
    happening,
  );
}

async function changeVehicles(tx: Tx, writing: readonly Writing[], applied: readonly SettledLine[]): Promise<void> {
  for (const [index, { verdict }] of writing.entries()) {
    const { effect } = verdict;
    if (effect.plan !== 'update') continue;
    const ownerId = applied[index]?.ownerId ?? null;
    const changes = effect.changes.map(({ column, to }) => (column === 'owner' ? ['ownerId', ownerId] : [column, to]));
    await updateVehicle(tx, effect.vehicleId, Object.fromEntries(changes) as Partial<Vehicle>); // columns are the record's
    if (ownerId !== null) await nameOwner(tx, effect.vehicleId, ownerId);
  }
}
