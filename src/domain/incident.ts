/**
 * Incidents: when so many vehicles of a make, of a region or of all makes fall into trouble together that it is somebody's
 * machine and nobody's account. Pure: whoever looks brings the counts, and acts on what is answered.
 *
 * Accounts are counted and not vehicles: one password that changes takes all cars of its account along, and is no outage.
 *
 * @see docs/decisions/0018-incidents.md (how the numbers here were chosen)
 */
import { isUpstreamMeaning } from './failure.ts';
import type { FleetId, IncidentId } from './ids.ts';
import type { ShelteredMeaning } from './trouble.ts';

/** Whom an incident is about. */
export interface Scope {
  /** As Smartcar writes it; null: all makes. */
  make: string | null;
  /** ISO 3166-1 alpha-2; null: wherever the car is. */
  region: string | null;
}

export type IncidentEnd =
  /** Nearly all that failed works again. */
  | 'recovered'
  /** It lasts so long that it looks like the owners' turn after all. */
  | 'lasting'
  /** An operator ended it. */
  | 'byHand';

export interface Incident {
  id: IncidentId;
  fleetId: FleetId;
  scope: Scope;
  openedAt: Date;
  /** Trouble that began from here on belongs to it. */
  from: Date;
  /** Null while it is open. */
  closedAt: Date | null;
  end: IncidentEnd | null;
  /** Vehicles that failed in it, whether or not they work again. */
  vehicleCount: number;
}

/** Accounts of one make in one region. */
export interface ScopeCount extends Scope {
  /** Whose grant lives, and which were not in trouble before the window began. */
  accounts: number;
  /** Whose trouble began within the window and goes on. */
  troubled: number;
  /** Those of them whose trouble is at Smartcar's own machines, whatever the make. */
  atSmartcar: number;
}

/** How many accounts of a scope were in fresh trouble at once: the most of each hour; hours without any are left out. */
export interface Hour extends Scope {
  hour: Date;
  most: number;
}

/** Trouble is fresh for so long. A car that is read every half hour is read twice in it. */
export const windowS = 3_600;
/** Trouble that begins so soon after a connect is the connect's own: a fleet that is being set up is no outage. */
export const settlingS = 600;
/** Hours that tell what is normal: two weeks, so that habits of each weekday are in it twice. */
export const normalHours = 14 * 24;
/** The worst hours of two weeks are not what is normal: outages are among them. */
const worstLeftOut = 3;
/** Less than this share of accounts in trouble at once is never held to be unusual for want of a past. */
export const leastNormal = 0.01;
/** Two owners who change their passwords in one hour are no outage. */
const fewestAccounts = 3;
/** Of a large fleet this share has to fail, however unlikely fewer would be: less is not worth holding messages for. */
const leastShare = 0.05;
/** Nor is less than so many times what is normal: bad days differ from each other by more than chance. */
const timesNormal = 2;
/** How unlikely so many must be when each fails by itself. */
const chanceOfFalse = 1e-4;
/** How unlikely so many must be for a closer look at others of the same scope. */
const chanceOfLook = 0.1;
/** An incident of all makes is one in which the largest make has no more than this share of what failed. */
const oneMake = 0.8;
/** Trouble at Smartcar's own machines is nobody else's when this share of what failed says so. */
const smartcarsOwn = 0.8;
/** What failed is a region's when this share of it is there. */
const oneRegion = 0.9;
/** Fewer accounts elsewhere don't tell that it is a region's. */
const fewestElsewhere = 5;

/**
 * The share of accounts that are in fresh trouble at once in an ordinary bad hour: the fourth worst of two weeks.
 *
 * @returns from 0.01 to 1
 */
export function normalShare(mostOfHours: readonly number[], accounts: number): number {
  const fourth = [...mostOfHours].sort((a, b) => b - a)[worstLeftOut] ?? 0;
  return Math.min(1, Math.max(leastNormal, accounts > 0 ? fourth / accounts : 0));
}

export type Suspense = 'usual' | 'look' | 'unusual';

/** Whether `troubled` of `accounts` at once is usual where `normal` of them are on bad days; `look`: others are worth a read. */
export function judgeCount(
  { accounts, troubled }: Pick<ScopeCount, 'accounts' | 'troubled'>,
  normal: number,
): Suspense {
  if (troubled < 2 || accounts < fewestAccounts) return 'usual';
  const chance = atLeast(troubled, accounts, normal);
  const isEnough = troubled >= Math.max(fewestAccounts, accounts * Math.max(leastShare, timesNormal * normal));
  if (isEnough && chance <= chanceOfFalse) return 'unusual';
  return chance <= chanceOfLook ? 'look' : 'usual';
}

/** The chance of `k` or more of `n` where each has the chance `p`. */
export function atLeast(k: number, n: number, p: number): number {
  if (k <= 0) return 1;
  if (k > n) return 0;
  if (p >= 1) return 1;
  // The terms below the largest one grow, so they are summed from whichever end is the shorter.
  const [from, to] = k > n * p ? [k, n] : [0, k - 1];
  let term = Math.exp(logTerm(from, n, p));
  let sum = 0;
  for (let i = from; i <= to; i += 1) {
    sum += term;
    if (k > n * p && term < sum * 1e-15) break;
    term *= ((n - i) / (i + 1)) * (p / (1 - p));
  }
  // Below the mean a first term that is too small for a number makes the sum too small too, never too large.
  return Math.min(1, k > n * p ? sum : 1 - sum);
}

const logTerm = (i: number, n: number, p: number): number =>
  logFactorial(n) - logFactorial(i) - logFactorial(n - i) + i * Math.log(p) + (n - i) * Math.log(1 - p);

/** Stirling's series; its error is below 1e-8 from 10 on, and smaller ones are multiplied out. */
function logFactorial(n: number): number {
  if (n < 10) return Math.log(Array.from({ length: n }, (_, i) => i + 1).reduce((so, factor) => so * factor, 1));
  return n * Math.log(n) - n + Math.log(2 * Math.PI * n) / 2 + 1 / (12 * n) - 1 / (360 * n ** 3);
}

/** What is unusual now, as few and as wide as fits, and of what others should be looked at. */
export interface Verdict {
  open: Scope[];
  look: Scope[];
}

/** The share of a scope's accounts that is normally in fresh trouble at once; asked only where more are than ever go unseen. */
export type Normal = (scope: Scope, accounts: number) => number;

/** What two weeks of hours say is normal. */
export const normalOf =
  (hours: readonly Hour[]): Normal =>
  (scope, accounts) =>
    normalShare(mostOf(hours, scope), accounts);

/** All counts of an installation at one moment. */
export function judgeScopes(counts: readonly ScopeCount[], normal: Normal): Verdict {
  const everywhere: Scope = { make: null, region: null };
  const whole = judged(everywhere, counts, normal);
  if (whole.is === 'unusual' && isOfAllMakes(counts, whole)) return { open: [everywhere], look: [] };
  const found = makesOf(counts).map((make) => judgeMake(make, counts, normal));
  const open = found.flatMap((one) => one.open);
  // A scope that opens has what it needs; all makes together are looked at only where no single one stands out.
  const look = found.flatMap((one) => one.look);
  return { open, look: open.length + look.length === 0 && whole.is === 'look' ? [everywhere] : look };
}

interface Judged {
  scope: Scope;
  is: Suspense;
  troubled: number;
  atSmartcar: number;
}

function judged(scope: Scope, counts: readonly ScopeCount[], normal: Normal): Judged {
  const own = counts.filter((count) => isWithin(count, scope));
  const sum = (pick: (count: ScopeCount) => number): number => own.reduce((so, count) => so + pick(count), 0);
  const accounts = sum((count) => count.accounts);
  const troubled = sum((count) => count.troubled);
  // What is usual for the least of what is normal is usual for all of it; most minutes end here.
  const isUsual = judgeCount({ accounts, troubled }, leastNormal) === 'usual';
  const is = isUsual ? 'usual' : judgeCount({ accounts, troubled }, normal(scope, accounts));
  return { scope, is, troubled, atSmartcar: sum((count) => count.atSmartcar) };
}

/** The most of each hour, its parts added up. */
function mostOf(hours: readonly Hour[], scope: Scope): number[] {
  const most = new Map<number, number>();
  for (const one of hours) {
    if (isWithin(one, scope)) most.set(one.hour.getTime(), (most.get(one.hour.getTime()) ?? 0) + one.most);
  }
  return [...most.values()];
}

/** Whether what is counted, or a car, belongs to a scope. */
export const isWithin = (one: Scope, scope: Scope): boolean =>
  (scope.make === null || one.make === scope.make) && (scope.region === null || one.region === scope.region);

function isOfAllMakes(counts: readonly ScopeCount[], { troubled, atSmartcar }: Judged): boolean {
  if (atSmartcar >= troubled * smartcarsOwn) return true;
  const byMake = makesOf(counts).map((make) =>
    counts.reduce((so, count) => so + (count.make === make ? count.troubled : 0), 0),
  );
  return Math.max(...byMake) < troubled * oneMake;
}

const makesOf = (counts: readonly ScopeCount[]): string[] => [...new Set(counts.flatMap(({ make }) => make ?? []))];

function judgeMake(make: string, counts: readonly ScopeCount[], normal: Normal): Verdict {
  const whole = judged({ make, region: null }, counts, normal);
  const regions = [...new Set(counts.flatMap((count) => (count.make === make ? (count.region ?? []) : [])))];
  const parts = regions.map((region) => judged({ make, region }, counts, normal));
  if (whole.is === 'unusual') {
    const [only] = parts.filter((part) => part.is === 'unusual' && isItsOwn(part, whole, counts));
    return { open: [only?.scope ?? whole.scope], look: [] };
  }
  const open = parts.filter(({ is }) => is === 'unusual').map(({ scope }) => scope);
  return { open, look: open.length === 0 && whole.is === 'look' ? [whole.scope] : [] };
}

/** Nearly all of it is in this region, although there are enough accounts elsewhere that could have failed. */
function isItsOwn({ scope, troubled }: Judged, whole: Judged, counts: readonly ScopeCount[]): boolean {
  const elsewhere = counts
    .filter((count) => count.make === scope.make && count.region !== scope.region)
    .reduce((so, count) => so + count.accounts, 0);
  return troubled >= whole.troubled * oneRegion && elsewhere >= fewestElsewhere;
}

// — how it ends —

/** What an open incident looks like now, over all fleets that have it. */
export interface Course {
  openedAt: Date;
  /** Vehicles that failed in it so far. */
  joined: number;
  /** Those that still fail. */
  failing: number;
  /** Those whose trouble could be an owner's: a manufacturer that refuses to let us in. */
  refused: number;
  /** When the last vehicle joined it. */
  lastJoinedAt: Date;
}

/** At most this share may still fail when it is over: what is left has troubles of its own. */
const stillFailing = 0.2;
/** So long nothing new may fail before it can be over. */
const quietS = 600;
/** After so long an outage that refuses owners' accounts is one that owners have to end. */
const lastingS = 12 * 3_600;
/** After so long nobody waits for the end of anything. */
const longestS = 14 * 86_400;

/** Whether and how it ends; null while it goes on. */
export function endOf(course: Course, now: Date): IncidentEnd | null {
  const sinceS = (at: Date): number => (now.getTime() - at.getTime()) / 1_000;
  const isQuiet = sinceS(course.lastJoinedAt) >= quietS;
  if (isQuiet && course.failing <= course.joined * stillFailing) return 'recovered';
  const openS = sinceS(course.openedAt);
  const looksLikeOwners = course.refused * 2 > course.failing;
  return openS >= (looksLikeOwners ? lastingS : longestS) ? 'lasting' : null;
}

/** Trouble that only an owner could end, if it isn't an outage. */
export const isRefusal = (meaning: ShelteredMeaning): boolean => !isUpstreamMeaning(meaning);
