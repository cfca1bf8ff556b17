/** One line of a list of vehicles, read cell by cell into values, or into what has to be mended. Pure. */
import type { ImportColumn } from './import-column.ts';
import { plainWord } from './import-column.ts';
import { makeKey } from './make.ts';
import type { Powertrain } from './vehicle.ts';

/** What stands in the known columns of a line, as it was written. Empty cells are absent. */
export type Cells = Partial<Record<ImportColumn, string>>;

/** A line of the file; the heads stand in one before it. */
export interface ImportLine {
  /** As an editor counts, from 1. */
  line: number;
  cells: Cells;
  /** It has more cells than there are heads, so nobody knows which of them belongs where. */
  isShifted: boolean;
}

export interface RowOwner {
  name?: string;
  email?: string;
  phone?: string;
  /** BCP 47. */
  language?: string;
}

/** A line as it is understood. What is absent says nothing: what is on record stays. */
export interface RowValues {
  number?: string;
  plate?: string;
  vin?: string;
  make?: string;
  model?: string;
  year?: number;
  powertrain?: Powertrain;
  country?: string;
  owner?: RowOwner;
}

/** Why a line is not brought in. Each has a sentence with its remedy. */
export const importProblems = [
  'too_many_cells',
  'too_long',
  'control_characters',
  'vin_shape',
  'year_range',
  'powertrain_unknown',
  'country_unknown',
  'email_shape',
  'language_unknown',
  'no_number_or_vin',
  'owner_email_missing',
  'owner_name_missing',
  'owner_differs_in_file',
  'twice_in_file',
  'vin_differs',
  'number_taken',
  'changed_meanwhile',
] as const;
export type ImportProblemCode = (typeof importProblems)[number];

export interface ImportProblem {
  /** Null for what concerns the whole line. */
  column: ImportColumn | null;
  code: ImportProblemCode;
  /** The line of the file that speaks against this one; absent where there is none. */
  otherLine?: number;
}

export interface ReadRow {
  values: RowValues;
  problems: ImportProblem[];
}

type Read<T> = { value: T } | { problem: ImportProblemCode };
type Reader<T> = (text: string) => Read<T>;

/** Characters, as the record takes them. */
const longest: Readonly<Record<ImportColumn, number>> = {
  number: 60,
  plate: 20,
  vin: 40,
  make: 60,
  model: 100,
  year: 20,
  powertrain: 60,
  country: 60,
  ownerName: 200,
  ownerEmail: 254,
  ownerPhone: 40,
  ownerLanguage: 35,
};

export function readRow({ cells, isShifted }: Pick<ImportLine, 'cells' | 'isShifted'>): ReadRow {
  if (isShifted) return { values: {}, problems: [{ column: null, code: 'too_many_cells' }] };
  const problems: ImportProblem[] = [];
  const read = <T>(column: ImportColumn, reader: Reader<T>): T | undefined => {
    const text = cells[column];
    if (text === undefined) return undefined;
    const result = readCell(column, text, reader);
    if ('value' in result) return result.value;
    problems.push({ column, code: result.problem });
    return undefined;
  };
  const values: RowValues = filled({
    number: read('number', asWritten),
    plate: read('plate', asWritten),
    vin: read('vin', readVin),
    make: read('make', readMake),
    model: read('model', asWritten),
    year: read('year', readYear),
    powertrain: read('powertrain', readPowertrain),
    country: read('country', readCountry),
  });
  const owner = filled({
    name: read('ownerName', asWritten),
    email: read('ownerEmail', readEmail),
    phone: read('ownerPhone', asWritten),
    language: read('ownerLanguage', readLanguage),
  });
  if (Object.keys(owner).length > 0) values.owner = owner;
  if (!cells.number && !cells.vin) problems.push({ column: null, code: 'no_number_or_vin' });
  if (values.owner && !cells.ownerEmail) problems.push({ column: 'ownerEmail', code: 'owner_email_missing' });
  return { values, problems };
}

function readCell<T>(column: ImportColumn, text: string, reader: Reader<T>): Read<T> {
  if (/\p{Cc}/u.test(text)) return { problem: 'control_characters' };
  return text.length > longest[column] ? { problem: 'too_long' } : reader(text);
}

/** Without the absent ones, so that a value that is there is one that was written. */
function filled<T extends object>(values: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T; // only the undefined are gone
}

const asWritten: Reader<string> = (text) => ({ value: text });

const readVin: Reader<string> = (text) => {
  const vin = text.toUpperCase().replaceAll(/[\s-]/g, '');
  return /^[A-HJ-NPR-Z0-9]{17}$/.test(vin) ? { value: vin } : { problem: 'vin_shape' };
};

/** As Smartcar writes it. */
const readMake: Reader<string> = (text) => ({ value: makeKey(text) });

/** Spreadsheets write whole numbers as `2023.0` and `2023,00`, too. */
const readYear: Reader<number> = (text) => {
  const [, digits = ''] = /^(\d{4})(?:[.,]0+)?$/.exec(text) ?? [];
  const year = Number(digits);
  return year >= 1950 && year <= 2100 ? { value: year } : { problem: 'year_range' };
};

const powertrainNames: Readonly<Record<Powertrain, readonly string[]>> = {
  BEV: ['bev', 'ev', 'electric', 'fullyelectric', 'batteryelectric', 'elektro', 'elektrisch', 'strom', 'e'],
  PHEV: ['phev', 'pluginhybrid', 'plugin', 'pluginhybridelectric'],
  HEV: ['hev', 'hybrid', 'fullhybrid', 'mildhybrid', 'mhev', 'vollhybrid'],
  ICE: ['ice', 'petrol', 'gasoline', 'gas', 'diesel', 'benzin', 'super', 'verbrenner', 'combustion', 'petrolordiesel'],
};

const readPowertrain: Reader<Powertrain> = (text) => {
  const word = plainWord(text);
  const found = (Object.keys(powertrainNames) as Powertrain[]) // the keys of the record
    .find((powertrain) => powertrainNames[powertrain].includes(word));
  return found ? { value: found } : { problem: 'powertrain_unknown' };
};

const readCountry: Reader<string> = (text) => {
  const code = text.toUpperCase();
  if (codesOfCountries().has(code)) return { value: code };
  const named = countriesByName().get(plainWord(text));
  return named ? { value: named } : { problem: 'country_unknown' };
};

let countries: ReadonlyMap<string, string> | null = null;
let codes: ReadonlySet<string> | null = null;

const codesOfCountries = (): ReadonlySet<string> => (codes ??= new Set(countriesByName().values()));

/** Countries by their English and German names. `EU` and the like are groups of countries, and codes without a name are none. */
function countriesByName(): ReadonlyMap<string, string> {
  if (countries) return countries;
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  const known = letters
    .flatMap((first) => letters.map((second) => first + second))
    .filter((code) => !['EU', 'EZ', 'UN', 'QO', 'XA', 'XB', 'ZZ'].includes(code));
  const names = new Map<string, string>();
  for (const language of ['en', 'de']) {
    const display = new Intl.DisplayNames([language], { type: 'region', fallback: 'none' });
    for (const code of known) {
      const name = display.of(code);
      // Former codes share a name with the present one, which comes first: `DD` is Germany as well.
      if (name && new Intl.Locale(`und-${code}`).region === code) names.set(plainWord(name), code);
    }
  }
  for (const [name, code] of [
    ['uk', 'GB'],
    ['usa', 'US'],
    ['brd', 'DE'],
  ] as const)
    names.set(name, code);
  return (countries = names);
}

/** As an owner's address is taken everywhere else. */
const readEmail: Reader<string> = (text) =>
  /^(?!\.)(?!.*\.\.)[\w'+.-]*[\w+-]@(?:[A-Za-z0-9][A-Za-z0-9-]*\.)+[A-Za-z]{2,}$/.test(text)
    ? { value: text }
    : { problem: 'email_shape' };

/** A map, since a word of somebody's file may be the name of something that every object has. */
const languageNames: ReadonlyMap<string, string> = new Map([
  ['english', 'en'],
  ['englisch', 'en'],
  ['german', 'de'],
  ['deutsch', 'de'],
  ['french', 'fr'],
  ['franzosisch', 'fr'],
  ['francais', 'fr'],
]);

const readLanguage: Reader<string> = (text) => {
  const named = languageNames.get(plainWord(text));
  if (named) return { value: named };
  try {
    const [tag] = Intl.getCanonicalLocales(text.replaceAll('_', '-'));
    return tag && /^[a-z]{2,3}(-|$)/.test(tag) ? { value: tag } : { problem: 'language_unknown' };
  } catch {
    return { problem: 'language_unknown' };
  }
};
