/**
 * What bringing in a list of vehicles would do, line by line. Pure: the same lines and the same records always come to the
 * same verdicts. It is asked twice, for the preview and again when a line is written: what differs then is not written.
 *
 * @see docs/decisions/0025-import.md
 */
import type { OwnerId, VehicleId } from './ids.ts';
import type { ImportLine, ImportProblem, RowOwner, RowValues } from './import-row.ts';
import { readRow } from './import-row.ts';
import { SeenLines } from './import-seen.ts';
import { makeKey } from './make.ts';
import type { Vehicle } from './vehicle.ts';

/** A vehicle of the fleet that a line may be about. */
export interface KnownVehicle extends Omit<Vehicle, 'fleetId' | 'createdAt'> {
  /** Its make, model, year and drive are then the manufacturer's word. */
  isConnected: boolean;
}

export interface KnownOwner {
  id: OwnerId;
  name: string;
  language: string;
  /** Null where there is none. */
  phone: string | null;
  /** This very import has added them, a few lines before. */
  isNew: boolean;
}

/** What the fleet has of what the file names. */
export interface Known {
  vehicles: readonly KnownVehicle[];
  /** By their address in small letters. */
  owners: ReadonlyMap<string, KnownOwner>;
}

/** Values that are the fleet's own to say. */
const ours = ['number', 'plate', 'vin', 'country'] as const;
/** Values that the manufacturer gives of a connected car, whose record therefore keeps them. */
const manufacturers = ['make', 'model', 'year', 'powertrain'] as const;

export type ChangedColumn = (typeof ours)[number] | (typeof manufacturers)[number] | 'owner';

export interface ImportChange {
  column: ChangedColumn;
  /** As it is on record; an owner's id for `owner`. Null where there is nothing. */
  from: string | number | null;
  /** An owner's id for `owner`; null there for one who is added. */
  to: string | number | null;
}

/** What is told and stops nothing. */
export const importNotes = ['owner_stays', 'manufacturer_says'] as const;
export type ImportNote = (typeof importNotes)[number];

/** A new owner is added, or was by a line before. */
export type OwnerPlan = { plan: 'known'; ownerId: OwnerId } | { plan: 'new' };

export type Effect =
  | { plan: 'add'; owner: OwnerPlan | null }
  | { plan: 'update'; vehicleId: VehicleId; owner: OwnerPlan | null; changes: ImportChange[] }
  | { plan: 'unchanged'; vehicleId: VehicleId }
  | { plan: 'refused'; problems: ImportProblem[] };
export const importPlans = ['add', 'update', 'unchanged', 'refused'] as const satisfies readonly Effect['plan'][];
export type ImportPlan = (typeof importPlans)[number];

export interface Verdict {
  line: number;
  values: RowValues;
  effect: Effect;
  notes: ImportNote[];
}

/**
 * Judges one line after the other, in the order of the file. The lines are told what others say of their owners
 * (`withWholeOwners`).
 */
export function openJudge(known: Known): (line: ImportLine) => Verdict {
  const records = indexed(known);
  const seen = new SeenLines();
  return (line) => judge({ line: line.line, ...readRow(line) }, records, seen);
}

/** One verdict a line. */
export const judgeLines = (lines: readonly ImportLine[], known: Known): Verdict[] => lines.map(openJudge(known));

/** Whether a line would still do what was said. */
export const isSameEffect = (one: Effect, other: Effect): boolean => fingerprintOf(one) === fingerprintOf(other);

/** The same for effects that do the same, however their parts are ordered. */
export function fingerprintOf(effect: Effect): string {
  if (effect.plan === 'refused') return JSON.stringify([effect.plan, effect.problems.map(({ code }) => code)]);
  if (effect.plan === 'unchanged') return JSON.stringify([effect.plan, effect.vehicleId]);
  const owner = effect.owner && [effect.owner.plan, effect.owner.plan === 'known' ? effect.owner.ownerId : null];
  if (effect.plan === 'add') return JSON.stringify([effect.plan, owner]);
  const changes = effect.changes.map(({ column, from, to }) => [column, from, to]);
  return JSON.stringify([effect.plan, effect.vehicleId, owner, changes]);
}

interface Indexed {
  byVin: ReadonlyMap<string, KnownVehicle>;
  byNumber: ReadonlyMap<string, KnownVehicle>;
  owners: Known['owners'];
}

function indexed({ vehicles, owners }: Known): Indexed {
  return {
    byVin: new Map(vehicles.flatMap((one) => (one.vin ? [[one.vin, one] as const] : []))),
    byNumber: new Map(vehicles.map((one) => [one.number.toLowerCase(), one])),
    owners,
  };
}

interface Line {
  line: number;
  values: RowValues;
  problems: ImportProblem[];
}

function judge(row: Line, records: Indexed, seen: SeenLines): Verdict {
  const { line, values } = row;
  const found = matchOf(values, records);
  const email = values.owner?.email?.toLowerCase();
  const known = email === undefined ? undefined : records.owners.get(email);
  const problems = [
    ...row.problems,
    ...against(found, values, records),
    ...seen.problemsOf(line, values, found?.id ?? null),
    ...(email !== undefined && !known && values.owner?.name === undefined ? [nameMissing] : []),
  ];
  if (problems.length > 0) return { line, values, notes: [], effect: { plan: 'refused', problems } };
  const owner = email === undefined ? null : ownerPlan(known);
  return { line, values, notes: notesOf(values, found, known), effect: effectOf(values, found, owner) };
}

const nameMissing: ImportProblem = { column: 'ownerName', code: 'owner_name_missing' };

const ownerPlan = (known: KnownOwner | undefined): OwnerPlan =>
  known && !known.isNew ? { plan: 'known', ownerId: known.id } : { plan: 'new' };

function effectOf(values: RowValues, found: KnownVehicle | null, owner: OwnerPlan | null): Effect {
  if (!found) return { plan: 'add', owner };
  const changes = changesOf(values, found, owner);
  return changes.length === 0
    ? { plan: 'unchanged', vehicleId: found.id }
    : { plan: 'update', vehicleId: found.id, owner, changes };
}

/** By VIN, which is the car itself; else by number. */
function matchOf({ vin, number }: RowValues, { byVin, byNumber }: Indexed): KnownVehicle | null {
  return (vin && byVin.get(vin)) || (number && byNumber.get(number.toLowerCase())) || null;
}

/** What is on record and speaks against the line. */
function against(found: KnownVehicle | null, { vin, number }: RowValues, { byNumber }: Indexed): ImportProblem[] {
  const problems: ImportProblem[] = [];
  if (found?.vin && vin && found.vin !== vin) problems.push({ column: 'vin', code: 'vin_differs' });
  const holder = number === undefined ? undefined : byNumber.get(number.toLowerCase());
  if (found && holder && holder.id !== found.id) problems.push({ column: 'number', code: 'number_taken' });
  return problems;
}

function changesOf(values: RowValues, found: KnownVehicle, owner: OwnerPlan | null): ImportChange[] {
  const open = manufacturers.filter((column) => !found.isConnected || found[column] === null);
  const changes: ImportChange[] = [...ours, ...open].flatMap((column) => {
    const [from, to] = [found[column], values[column]];
    return to !== undefined && isChanged(column, from, to) ? [{ column, from, to }] : [];
  });
  if (!owner) return changes;
  const to = owner.plan === 'known' ? owner.ownerId : null;
  return to !== null && to === found.ownerId ? changes : [...changes, { column: 'owner', from: found.ownerId, to }];
}

/** Numbers and plates are the fleet's own writing, to the letter; a make or a model is the same in any spelling. */
function isChanged(column: ChangedColumn, from: string | number | null, to: string | number): boolean {
  if (column !== 'make' && column !== 'model') return from !== to;
  return from === null || plainName(column, from) !== plainName(column, to);
}

const plainName = (column: 'make' | 'model', name: string | number): string =>
  (column === 'make' ? makeKey(String(name)) : String(name).toUpperCase()).replaceAll(/[\s._-]/g, '');

/** An owner who is known is never changed by a list of vehicles, nor what the manufacturer says of a connected car. */
function notesOf(values: RowValues, found: KnownVehicle | null, known: KnownOwner | undefined): ImportNote[] {
  const notes: ImportNote[] = [];
  if (known && !known.isNew && saysOtherwise(values.owner, known)) notes.push('owner_stays');
  const isOther = (column: (typeof manufacturers)[number]): boolean => {
    const [from, to] = [found?.[column] ?? null, values[column]];
    return from !== null && to !== undefined && isChanged(column, from, to);
  };
  if (found?.isConnected && manufacturers.some(isOther)) notes.push('manufacturer_says');
  return notes;
}

const saysOtherwise = ({ name, phone, language }: RowOwner = {}, known: KnownOwner): boolean =>
  (name !== undefined && name !== known.name) ||
  (phone !== undefined && phone !== known.phone) ||
  (language !== undefined && language !== known.language);
