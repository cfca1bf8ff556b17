/**
 * What opens an incident, tried on fleets of 20 to 100,000 cars over months: how often it opens though nothing is wrong, and
 * how long an outage goes unseen. Pure and seeded: the same functions that judge, fed by a world of counts. No database.
 *
 * Ordinary days: each car gets into trouble by itself now and then (a forgotten password, a failed read), more in some
 * makes than in others and more by day than by night; an account may have several cars; and each make hiccups, so that for
 * some minutes a part of its reads fails.
 */
import { learn, normalRate, whereItOpens, windowsS } from '../src/domain/incident.ts';
import type { Counted, Normal } from '../src/domain/incident.ts';
import { table } from '../bench/figures.ts';

const sizes = [20, 100, 1_000, 10_000, 100_000] as const;
const minutesAMonth = 30 * 24 * 60;
/** Minutes between reads of one car, as the standard plan has it; webhooks would tell sooner. */
const intervalMin = 30;
const months = 12;
const outages = 200;

/** Shares of a mixed fleet. */
const shares = {
  VOLKSWAGEN: 0.35,
  TESLA: 0.2,
  FORD: 0.15,
  HYUNDAI: 0.1,
  VOLVO: 0.1,
  BMW: 0.06,
  RENAULT: 0.04,
} as const;
/** Troubles for each car and hour; Smartcar publishes none, so these are chosen wide apart. */
const rates = { VOLKSWAGEN: 0.003, TESLA: 0.001, FORD: 0.004, HYUNDAI: 0.002, VOLVO: 0.002, BMW: 0.006, RENAULT: 0.01 };
type Make = keyof typeof shares;
const makes = Object.keys(shares) as Make[]; // keys of a const object

/** Numbers in [0, 1) from a seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function poisson(mean: number, random: () => number): number {
  if (mean > 50) {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal));
  }
  let count = 0;
  for (let left = Math.exp(-mean), product = random(); product > left; product *= random()) count += 1;
  return count;
}

/** How many of `number` reads fail when each does with this chance. */
function binomial(number: number, chance: number, random: () => number): number {
  if (number > 200) return Math.min(number, poisson(number * chance, random));
  let hits = 0;
  for (let at = 0; at < number; at += 1) if (random() < chance) hits += 1;
  return hits;
}

/** Machines that fail, or everybody being signed out. */
type Kind = 'failing' | 'signed out';

interface Watched {
  make: Make;
  cars: number;
  /** Troubles that began in each of the last sixty minutes, the newest last: those of machines, and of accounts. */
  ofMachines: number[];
  ofAccounts: number[];
  hour: number;
  history: Normal;
  /** The share of its reads that fails at the moment, and the minutes that this lasts. */
  hiccup: { share: number; leftMin: number };
  /** Cars that an outage has not reached yet, and reached ones that are still to be read; null without an outage. */
  outage: { unread: number; kind: Kind } | null;
}

const quietHour = (): number[] => Array.from({ length: 60 }, () => 0);

const fleetOf = (size: number): Watched[] =>
  makes.map((make) => ({
    make,
    cars: Math.max(1, Math.round(size * shares[make])),
    ofMachines: quietHour(),
    ofAccounts: quietHour(),
    hour: 0,
    history: { begun: 0, carHours: 0 },
    hiccup: { share: 0, leftMin: 0 },
    outage: null,
  }));

function step(one: Watched, minute: number, random: () => number): void {
  const byDay = 1 + 0.8 * Math.sin((2 * Math.PI * minute) / 1_440);
  const ordinary = poisson((one.cars * rates[one.make] * byDay) / 60, random);
  // Half of what is ordinary is a failed read, half a person's matter.
  let ofMachines = binomial(ordinary, 0.5, random);
  let ofAccounts = ordinary - ofMachines;
  ofMachines += hiccups(one, random);
  if (one.outage) {
    const read = Math.min(one.outage.unread, binomial(one.outage.unread, 1 / intervalMin, random));
    one.outage.unread -= read;
    if (one.outage.kind === 'failing') ofMachines += read;
    else ofAccounts += read;
  }
  push(one.ofMachines, Math.min(ofMachines, one.cars));
  push(one.ofAccounts, Math.min(ofAccounts, one.cars));
  one.hour += ofMachines + ofAccounts;
  if (minute % 60 !== 59) return;
  if (!one.outage) one.history = learn(one.history, { begun: one.hour, cars: one.cars, hours: 1 });
  one.hour = 0;
}

function push(hour: number[], count: number): void {
  hour.shift();
  hour.push(count);
}

/** Once in three days, for one to five minutes, up to a third of a make's reads fail. */
function hiccups(one: Watched, random: () => number): number {
  if (one.hiccup.leftMin === 0 && random() < 1 / (3 * 1_440))
    one.hiccup = { share: random() / 3, leftMin: 1 + Math.floor(5 * random()) };
  if (one.hiccup.leftMin === 0) return 0;
  one.hiccup.leftMin -= 1;
  return binomial(poisson(one.cars / intervalMin, random), one.hiccup.share, random);
}

/** What the store would count. Every car is read once in an interval, so a window hears its share of them. */
const counted = ({ make, cars, ofMachines: machines, ofAccounts: accounts, history }: Watched): Counted => ({
  make,
  country: null,
  total: cars,
  normalRate: normalRate(history),
  windows: windowsS.map((windowS) => {
    const minutes = windowS / 60;
    const sum = (hour: readonly number[]): number => hour.slice(-minutes).reduce((so, count) => so + count, 0);
    const ofMachines = Math.min(cars, sum(machines));
    const failing = Math.min(cars, ofMachines + sum(accounts));
    const heard = Math.max(failing, Math.round(cars * Math.min(1, minutes / intervalMin)));
    return { windowS, failing, ofMachines, heard };
  }),
});

function opens(fleet: readonly Watched[]): string[] {
  return whereItOpens(fleet.map(counted)).map(({ scope }) => scope.make ?? 'all');
}

/** Incidents that opened over the months though there was no outage; one that goes on is one. */
function falseOpenings(size: number, random: () => number): { count: number; grown: Watched[] } {
  const fleet = fleetOf(size);
  const lastSeen = new Map<string, number>();
  let count = 0;
  for (let minute = 0; minute < months * minutesAMonth; minute += 1) {
    for (const one of fleet) step(one, minute, random);
    if (fleet.every((one) => one.ofMachines.at(-1) === 0 && one.ofAccounts.at(-1) === 0)) continue;
    for (const scope of opens(fleet)) {
      if (minute - (lastSeen.get(scope) ?? -Infinity) > 60) count += 1;
      lastSeen.set(scope, minute);
    }
  }
  return { count, grown: fleet };
}

interface Outage {
  make: Make;
  share: number;
  kind: Kind;
}

/** Minutes until an outage opens an incident; null when it does not within three hours. */
function timeToDetect(grown: readonly Watched[], { make, share, kind }: Outage, random: () => number): number | null {
  const fleet = grown.map((one): Watched => ({
    ...one,
    ...{ ofMachines: quietHour(), ofAccounts: quietHour(), hour: 0, outage: null },
    hiccup: { share: 0, leftMin: 0 },
  }));
  for (let minute = -60; minute < 180; minute += 1) {
    for (const one of fleet) {
      if (minute === 0 && one.make === make) one.outage = { unread: Math.round(one.cars * share), kind };
      step(one, minute + 1_440, random);
    }
    if (minute >= 0 && opens(fleet).some((scope) => scope === make || scope === 'all')) return minute + 1;
  }
  return null;
}

function detection(grown: readonly Watched[], outage: Outage, random: () => number): string {
  const times = Array.from({ length: outages }, () => timeToDetect(grown, outage, random));
  const seen = times.filter((one) => one !== null).sort((a, b) => a - b);
  const at = (part: number): string => String(seen[Math.min(seen.length - 1, Math.floor(part * seen.length))] ?? '-');
  const unseen = (outages - seen.length) / outages;
  return `${at(0.5)} / ${at(0.95)}${unseen > 0 ? ` (${Math.round(100 * unseen)} % unseen)` : ''}`;
}

export async function proveIncidents(tell: (line: string) => void): Promise<void> {
  const random = randomFrom(18);
  tell(`each car is read every ${intervalMin} minutes, and no webhook tells anything sooner`);
  const grown = sizes.map((size) => ({ size, ...falseOpenings(size, random) }));
  tell(`incidents opened in ${months} months without an outage:`);
  tell(
    table(
      ['cars', 'opened', 'a month'],
      grown.map(({ size, count }) => [String(size), String(count), (count / months).toFixed(2)]),
    ),
  );
  for (const kind of ['failing', 'signed out'] as const) {
    tell(`minutes until an outage is seen, median / 95th percentile of ${outages}; its cars are ${kind}:`);
    const columns = (['VOLKSWAGEN', 'VOLVO'] as const).flatMap((make) =>
      [0.3, 1].map((share) => ({ make, share, kind })),
    );
    const heads = columns.map(
      ({ make, share }) => `${share * 100} % of ${make} (${100 * shares[make]} % of the fleet)`,
    );
    const rows = grown.map(({ size, grown: fleet }) => [
      String(size),
      ...columns.map((outage) => detection(fleet, outage, random)),
    ]);
    tell(table(['cars', ...heads], rows));
  }
  await Promise.resolve();
}
