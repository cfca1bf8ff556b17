/** The columns that a list of vehicles can have when it is brought in, and the names that people give them. */

export const importColumns = [
  'number',
  'plate',
  'vin',
  'make',
  'model',
  'year',
  'powertrain',
  'country',
  'ownerName',
  'ownerEmail',
  'ownerPhone',
  'ownerLanguage',
] as const;
export type ImportColumn = (typeof importColumns)[number];

/** As the template and the export head them. */
export const columnHeads: Readonly<Record<ImportColumn, string>> = {
  number: 'Number',
  plate: 'Plate',
  vin: 'VIN',
  make: 'Make',
  model: 'Model',
  year: 'Year',
  powertrain: 'Powertrain',
  country: 'Country',
  ownerName: 'Owner name',
  ownerEmail: 'Owner e-mail',
  ownerPhone: 'Owner phone',
  ownerLanguage: 'Owner language',
};

/** Other names, English and German, in small letters without accents, spaces and signs. */
const otherNames: Readonly<Record<ImportColumn, readonly string[]>> = {
  number: [
    ...[
      'vehicle',
      'vehiclenumber',
      'vehicleno',
      'vehicleid',
      'car',
      'carnumber',
      'carno',
      'carid',
      'unit',
      'fleetnumber',
    ],
    ...['no', 'nr', 'nummer', 'fahrzeug', 'fahrzeugnummer', 'fahrzeugnr', 'wagen', 'wagennummer', 'flottennummer'],
  ],
  plate: [
    ...['numberplate', 'licenseplate', 'licenceplate', 'license', 'licence', 'platenumber', 'registration'],
    ...[
      'registrationnumber',
      'registrationplate',
      'reg',
      'kennzeichen',
      'amtlicheskennzeichen',
      'amtlkennzeichen',
      'nummernschild',
    ],
  ],
  vin: [
    ...['vinnumber', 'vehicleidentificationnumber', 'chassis', 'chassisnumber'],
    ...['fin', 'fahrgestellnummer', 'fahrgestellnr', 'fahrzeugidentifikationsnummer', 'fahrzeugidentnummer'],
  ],
  make: ['brand', 'manufacturer', 'oem', 'marke', 'hersteller', 'fabrikat'],
  model: ['modelname', 'carmodel', 'vehiclemodel', 'modell', 'typ', 'fahrzeugmodell'],
  year: ['modelyear', 'yearofmanufacture', 'yearofconstruction', 'my', 'jahr', 'baujahr', 'modelljahr'],
  powertrain: ['drive', 'fuel', 'fueltype', 'propulsion', 'enginetype', 'antrieb', 'antriebsart', 'kraftstoff'],
  country: ['countrycode', 'nation', 'land', 'landercode', 'laendercode', 'staat'],
  ownerName: ['owner', 'ownersname', 'keeper', 'halter', 'haltername', 'besitzer', 'eigentumer', 'eigentuemer'],
  ownerEmail: ['email', 'mail', 'emailaddress', 'ownersemail', 'owneremailaddress', 'halteremail', 'emailadresse'],
  ownerPhone: [
    ...['phone', 'phonenumber', 'mobile', 'telephone', 'ownersphone', 'ownerphonenumber', 'ownermobile'],
    ...['telefon', 'telefonnummer', 'handy', 'mobil', 'mobilnummer', 'haltertelefon'],
  ],
  ownerLanguage: ['language', 'lang', 'locale', 'ownerslanguage', 'sprache', 'haltersprache'],
};

/** Small letters and digits alone: `E-Mail (Owner's)` is `emailowners`. */
export const plainWord = (text: string): string =>
  text
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll('ß', 'ss')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '');

const byName = new Map(
  importColumns.flatMap((column) =>
    [plainWord(columnHeads[column]), ...otherNames[column]].map((name) => [name, column] as const),
  ),
);

/** What a head of a column means; null for what Towline does not keep. */
export const columnNamed = (head: string): ImportColumn | null => byName.get(plainWord(head)) ?? null;

/** A file's line of heads, read. */
export interface Heads {
  /** For each place of a row what stands there; null where it is ignored. */
  columns: readonly (ImportColumn | null)[];
  /** Heads that are not known, as they are written. */
  ignored: readonly string[];
  /** Columns that two heads claim; empty in a file that can be read. */
  twice: readonly ImportColumn[];
}

export function readHeads(cells: readonly string[]): Heads {
  const columns = cells.map(columnNamed);
  return {
    columns,
    ignored: cells.filter((cell, place) => columns[place] === null && cell.trim() !== '').map((cell) => cell.trim()),
    twice: importColumns.filter((column) => columns.filter((one) => one === column).length > 1),
  };
}

/** Without one of these no line could be told from another. */
export const isHeadLine = ({ columns }: Pick<Heads, 'columns'>): boolean =>
  columns.includes('number') || columns.includes('vin');
