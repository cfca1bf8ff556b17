/**
 * What is known of single makes, as data: numbers that something is decided by, and quirks that people have to know. Each
 * row is one fact with its source; what has no source isn't here. A make that no row names has the usual habits.
 */
import type { DiagnosedCause } from './diagnosis.ts';
import type { Region } from './make.ts';

/** A row of docs/smartcar.md. */
export type FactId = `§${string}`;

/**
 * `documented`: Smartcar's own documentation says so. `older`: it used to, and does not say otherwise now. `disputed`: its
 * pages disagree. `concluded`: our reading of what they say.
 */
export type Sureness = 'documented' | 'older' | 'disputed' | 'concluded';

export interface Source {
  source: FactId;
  sure: Sureness;
}

/** Numbers of a make; each of them can be set otherwise by a fleet. */
export interface MakeNumbers {
  /** Minutes in which the manufacturer's data is usually renewed; polling faster re-reads the same value. */
  freshnessMin: number;
  /** Hours without news after which a value counts as stale. */
  staleAfterH: number;
  /** Minutes between two reads at least; null when no limit is documented. */
  leastPollMin: number | null;
  /** Requests to one car in 24 hours that its maker takes; null when no limit is documented. */
  requestsPerDay: number | null;
  /** Days parked after which the car sleeps so deeply that only a driver wakes it; null when not known. */
  deepSleepAfterD: number | null;
  /** Days after which the manufacturer wants its owner to sign in again, whatever is used; null when no limit is documented. */
  signInAgainAfterD: number | null;
}

export type NumberName = keyof MakeNumbers;

/** What holds where no row names the make. @see docs/smartcar.md §5-35 */
export const usualNumbers: MakeNumbers = {
  freshnessMin: 10,
  staleAfterH: 12,
  leastPollMin: null,
  requestsPerDay: null,
  deepSleepAfterD: null,
  signInAgainAfterD: null,
};
export const usualSource: Source = { source: '§5-35', sure: 'concluded' };

export interface NumberFact extends Source {
  number: NumberName;
  value: number;
  makes: readonly string[];
}

const gm = ['BUICK', 'CADILLAC', 'CHEVROLET', 'GMC'];
const hyundaiKia = ['HYUNDAI', 'KIA'];

export const numberFacts: readonly NumberFact[] = [
  { number: 'freshnessMin', value: 3, makes: ['POLESTAR', 'VOLVO'], source: '§5-6', sure: 'documented' },
  { number: 'freshnessMin', value: 5, makes: ['AUDI', 'SKODA', 'TESLA'], source: '§5-6', sure: 'documented' },
  { number: 'freshnessMin', value: 10, makes: ['BMW', 'FORD', 'VOLKSWAGEN'], source: '§5-6', sure: 'documented' },
  { number: 'freshnessMin', value: 45, makes: gm, source: '§5-6', sure: 'documented' },
  { number: 'freshnessMin', value: 60, makes: ['ACURA', 'RENAULT', 'TOYOTA'], source: '§5-6', sure: 'documented' },
  { number: 'freshnessMin', value: 3, makes: ['BYD'], source: '§5-17', sure: 'documented' },
  { number: 'freshnessMin', value: 5, makes: ['RIVIAN'], source: '§5-17', sure: 'documented' },
  {
    number: 'freshnessMin',
    value: 10,
    makes: [
      ...['ALFA_ROMEO', 'CHRYSLER', 'CITROEN', 'CUPRA', 'DODGE', 'DS', 'FIAT', 'INFINITI', 'JEEP', 'LEXUS', 'LINCOLN'],
      ...['MAZDA', 'MERCEDES_BENZ', 'NISSAN', 'OPEL', 'PEUGEOT', 'RAM', 'SUBARU', 'VAUXHALL'],
    ],
    source: '§5-17',
    sure: 'documented',
  },
  { number: 'freshnessMin', value: 30, makes: ['HONDA', 'JAGUAR', 'LAND_ROVER'], source: '§5-17', sure: 'documented' },
  { number: 'freshnessMin', value: 60, makes: ['DACIA', 'MG', 'MINI', 'PORSCHE'], source: '§5-17', sure: 'documented' },
  { number: 'freshnessMin', value: 72, makes: hyundaiKia, source: '§5-13', sure: 'disputed' },
  { number: 'leastPollMin', value: 72, makes: hyundaiKia, source: '§5-13', sure: 'disputed' },
  { number: 'requestsPerDay', value: 20, makes: hyundaiKia, source: '§5-13', sure: 'disputed' },
  { number: 'leastPollMin', value: 30, makes: gm, source: '§5-18', sure: 'documented' },
  { number: 'deepSleepAfterD', value: 4, makes: gm, source: '§5-7', sure: 'documented' },
  { number: 'deepSleepAfterD', value: 7, makes: ['ACURA'], source: '§5-7', sure: 'documented' },
  { number: 'signInAgainAfterD', value: 14, makes: ['RIVIAN'], source: '§5-10', sure: 'documented' },
  { number: 'staleAfterH', value: 6, makes: ['TESLA'], source: '§5-35', sure: 'concluded' },
  { number: 'staleAfterH', value: 24, makes: ['ACURA', ...gm, ...hyundaiKia], source: '§5-35', sure: 'concluded' },
];

/** What its owners need Smartcar's mobile SDK for, inside an app: to sign in at all, or to allow commands. */
export type AppNeed = 'signIn' | 'commands';

export interface AppFact extends Source {
  app: AppNeed;
  makes: readonly string[];
}

export const appFacts: readonly AppFact[] = [
  { app: 'signIn', makes: ['FORD', 'LINCOLN'], source: '§5-12', sure: 'documented' },
  { app: 'commands', makes: ['RIVIAN'], source: '§5-20', sure: 'documented' },
];

export const quirkNames = [
  'appToSignIn',
  'appToCommand',
  'virtualKey',
  'slowWithoutKey',
  'remoteAccessSlow',
  'keyUser',
  'primaryUser',
  'identForLocks',
  'subscriptionReviewed',
  'softwareForLocation',
  'chargeCommandsLimited',
  'singleSession',
  'secondFactorAgain',
  'oldDataLooksLapsed',
  'deepSleep',
  'weekSleep',
  'appCountsToo',
  'carAskedRarely',
  'tellsByEvents',
  'locksLimited',
  'tellsOwnerOfLocation',
  'silentWhileDriven',
  'relocks',
  'signInByEmail',
  'someModelsNever',
  'vinAsked',
  'electricOnly',
  'noLocks',
] as const;
export type Quirk = (typeof quirkNames)[number];

export interface QuirkFact extends Source {
  quirk: Quirk;
  makes: readonly string[];
  /** The markets it is said of; all of them where absent. */
  regions?: readonly Region[];
  /** What an operator may see for it, and would otherwise look for elsewhere; what owners are told first is in before-connect.ts. */
  explains: readonly DiagnosedCause[];
}

export const quirkFacts: readonly QuirkFact[] = [
  {
    quirk: 'appToSignIn',
    makes: ['FORD', 'LINCOLN'],
    explains: ['signedOut', 'revokedByOwner'],
    source: '§5-12',
    sure: 'documented',
  },
  { quirk: 'appToCommand', makes: ['RIVIAN'], explains: ['revokedByOwner'], source: '§5-20', sure: 'documented' },
  { quirk: 'virtualKey', makes: ['TESLA'], explains: ['virtualKeyMissing'], source: '§2.5-3', sure: 'documented' },
  {
    quirk: 'slowWithoutKey',
    makes: ['TESLA'],
    explains: ['virtualKeyMissing', 'silent'],
    source: '§5-26',
    sure: 'documented',
  },
  {
    quirk: 'remoteAccessSlow',
    makes: ['TESLA'],
    explains: ['remoteAccessDisabled'],
    source: '§5-27',
    sure: 'documented',
  },
  {
    quirk: 'keyUser',
    makes: ['AUDI'],
    explains: ['accountIssue', 'permissionMissing', 'someMissing'],
    source: '§2.5-4',
    sure: 'documented',
  },
  {
    quirk: 'primaryUser',
    makes: ['VOLKSWAGEN'],
    explains: ['accountIssue', 'permissionMissing', 'someMissing'],
    source: '§5-21',
    sure: 'documented',
  },
  { quirk: 'identForLocks', makes: ['VOLKSWAGEN'], explains: ['accountIssue'], source: '§5-22', sure: 'documented' },
  {
    quirk: 'subscriptionReviewed',
    makes: ['VOLKSWAGEN'],
    regions: ['EUROPE'],
    explains: ['subscriptionLapsed'],
    source: '§5-23',
    sure: 'documented',
  },
  {
    quirk: 'softwareForLocation',
    makes: ['VOLKSWAGEN'],
    explains: ['someMissing', 'incompatible'],
    source: '§5-24',
    sure: 'documented',
  },
  { quirk: 'chargeCommandsLimited', makes: ['VOLKSWAGEN'], explains: [], source: '§10-1', sure: 'documented' },
  { quirk: 'singleSession', makes: ['BYD'], explains: ['signedOut'], source: '§5-9', sure: 'documented' },
  { quirk: 'secondFactorAgain', makes: ['RIVIAN'], explains: ['signedOut'], source: '§5-10', sure: 'documented' },
  {
    quirk: 'oldDataLooksLapsed',
    makes: ['BMW', 'MINI'],
    explains: ['subscriptionLapsed'],
    source: '§5-8',
    sure: 'documented',
  },
  { quirk: 'deepSleep', makes: gm, explains: ['asleep', 'deepSleep', 'silent'], source: '§5-7', sure: 'documented' },
  {
    quirk: 'weekSleep',
    makes: ['ACURA'],
    explains: ['asleep', 'deepSleep', 'silent'],
    source: '§5-7',
    sure: 'documented',
  },
  {
    quirk: 'appCountsToo',
    makes: gm,
    explains: ['throttledVehicle', 'throttledManufacturer'],
    source: '§5-18',
    sure: 'documented',
  },
  {
    quirk: 'carAskedRarely',
    makes: hyundaiKia,
    explains: ['throttledVehicle', 'throttledManufacturer'],
    source: '§5-13',
    sure: 'disputed',
  },
  { quirk: 'tellsByEvents', makes: hyundaiKia, explains: ['silent'], source: '§5-25', sure: 'documented' },
  {
    quirk: 'locksLimited',
    makes: ['HYUNDAI'],
    regions: ['US'],
    explains: ['throttledVehicle', 'throttledManufacturer'],
    source: '§5-19',
    sure: 'older',
  },
  { quirk: 'tellsOwnerOfLocation', makes: ['NISSAN'], explains: [], source: '§5-11', sure: 'documented' },
  { quirk: 'silentWhileDriven', makes: ['ACURA'], explains: ['silent'], source: '§5-28', sure: 'documented' },
  { quirk: 'relocks', makes: ['POLESTAR', 'VOLVO'], explains: [], source: '§2.5-5', sure: 'documented' },
  { quirk: 'signInByEmail', makes: ['VOLVO'], explains: [], source: '§5-29', sure: 'documented' },
  {
    quirk: 'someModelsNever',
    makes: ['VOLVO'],
    explains: ['neverConnected', 'vehicleRemoved'],
    source: '§5-30',
    sure: 'documented',
  },
  {
    quirk: 'vinAsked',
    makes: ['MERCEDES_BENZ'],
    regions: ['EUROPE'],
    explains: [],
    source: '§5-31',
    sure: 'documented',
  },
  {
    quirk: 'electricOnly',
    makes: ['MERCEDES_BENZ'],
    regions: ['EUROPE'],
    explains: ['neverConnected', 'signedOut'],
    source: '§5-32',
    sure: 'documented',
  },
  {
    quirk: 'noLocks',
    makes: ['MERCEDES_BENZ'],
    regions: ['EUROPE'],
    explains: ['incompatible', 'permissionMissing', 'someMissing'],
    source: '§5-33',
    sure: 'documented',
  },
];

const all: readonly { makes: readonly string[] }[] = [...numberFacts, ...appFacts, ...quirkFacts];

/** Every make of which anything is known, by name. */
export const knownMakes: readonly string[] = [...new Set(all.flatMap(({ makes }) => makes))].sort();
