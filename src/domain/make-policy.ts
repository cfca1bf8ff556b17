/** What decides about a make: what is known of it, with what a fleet has set otherwise laid over it. */
import { makeKey, regionOf } from './make.ts';
import { appFacts, numberFacts, quirkFacts, usualNumbers } from './make-facts.ts';
import type { AppNeed, MakeNumbers, NumberName, QuirkFact } from './make-facts.ts';
import type { DiagnosedCause } from './diagnosis.ts';

export interface MakePolicy extends MakeNumbers {
  /** By the name of `makeKey`; null when the car's make is not known. */
  make: string | null;
  /** What its owners need an app with Smartcar's mobile SDK for; null: a browser will do. */
  app: AppNeed | null;
}

/** What a fleet has set otherwise for one make. Null: there is no such limit. */
export type MakeOverride = { [N in NumberName]?: MakeNumbers[N] } & {
  /** Its owners do connect in a browser, whatever is documented. */
  connectsInBrowser?: boolean;
};

/** By `makeKey`; `otherMakes` for what is known of no make in particular. */
export type MakeOverrides = Readonly<Record<string, MakeOverride>>;

/** Numbers set under this name stand for the usual ones, so they hold wherever nothing is documented of a make. */
export const otherMakes = 'other';

/** What a fleet's settings say about makes. */
export interface MakeChoices {
  makes?: MakeOverrides | undefined;
  /** A fleet's own limit in seconds for every make that has none of its own; null for the makes'. */
  staleAfterS?: number | null;
}

/** What a fleet may set. Ends included; `mayBeNone`: null says that there is no such limit. */
export const numberBounds = {
  freshnessMin: { min: 1, max: 1_440, mayBeNone: false },
  staleAfterH: { min: 1, max: 720, mayBeNone: false },
  leastPollMin: { min: 1, max: 1_440, mayBeNone: true },
  requestsPerDay: { min: 1, max: 1_440, mayBeNone: true },
  deepSleepAfterD: { min: 1, max: 90, mayBeNone: true },
  signInAgainAfterD: { min: 1, max: 730, mayBeNone: true },
} as const satisfies Record<NumberName, { min: number; max: number; mayBeNone: boolean }>;

export const numberNames = Object.keys(numberBounds) as NumberName[]; // keys of a const object are its type's keys

const documentedNumbers = new Map<string, Partial<MakeNumbers>>();
for (const { number, value, makes } of numberFacts)
  for (const make of makes) documentedNumbers.set(make, { ...documentedNumbers.get(make), [number]: value });

const documentedApps = new Map(appFacts.flatMap(({ app, makes }) => makes.map((make) => [make, app] as const)));

/** Pure, and cheap enough to be asked for each row of a list. */
export function makePolicy(make: string | null, choices: MakeChoices = {}): MakePolicy {
  const key = make === null ? null : makeKey(make);
  const { makes = {}, staleAfterS = null } = choices;
  const { connectsInBrowser = false, ...own } = (key !== null && makes[key]) || {};
  const { connectsInBrowser: _ofNone, ...others } = makes[otherMakes] ?? {};
  const ofFleet = staleAfterS === null ? {} : { staleAfterH: staleAfterS / 3_600 };
  const app = key === null || connectsInBrowser ? null : (documentedApps.get(key) ?? null);
  const documented = key === null ? {} : documentedNumbers.get(key);
  return { ...usualNumbers, ...others, ...documented, ...ofFleet, ...own, make: key, app };
}

/** Seconds between two reads of a car at least, by whichever limit is the longer; 0 when there is none. */
export const leastPollS = ({ leastPollMin, requestsPerDay }: MakeNumbers): number =>
  Math.max((leastPollMin ?? 0) * 60, requestsPerDay === null ? 0 : 86_400 / requestsPerDay);

/** How old news may be before it counts as stale. */
export const staleAfterMs = ({ staleAfterH }: MakeNumbers): number => staleAfterH * 3_600_000;

/** What there is to know of a make in a market, in the table's order; where the country is not known, all of it. */
export function quirksOf(make: string | null, country: string | null): QuirkFact[] {
  if (make === null) return [];
  const [key, region] = [makeKey(make), regionOf(country)];
  return quirkFacts.filter(
    ({ makes, regions }) => makes.includes(key) && (!regions || region === null || regions.includes(region)),
  );
}

/** What of it explains what is seen. */
export const quirksBehind = (make: string | null, country: string | null, cause: DiagnosedCause | null): QuirkFact[] =>
  cause === null ? [] : quirksOf(make, country).filter(({ explains }) => explains.includes(cause));
