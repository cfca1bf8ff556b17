/**
 * How often an incident would open for nothing, and how soon it opens when a manufacturer fails, by the size of the fleet:
 * the domain's own rule over accounts that fall into trouble by themselves. No database: what is shown is the rule.
 */
import { figure, percentile, table } from '../bench/figures.ts';
import { seeded } from '../simulator/random.ts';
import { isWithin } from '../src/domain/incident.ts';
import type { Scope } from '../src/domain/incident.ts';
import { nameOf, Watched } from './incidents/watch.ts';
import { delayUntilPushed, groupsOf, ordinarySpells, quiet, rough } from './incidents/world.ts';
import type { Group, Habits, Spell } from './incidents/world.ts';

const sizes = [20, 100, 1_000, 10_000, 100_000];
const dayMin = 1_440;
/** Two weeks in which the usual is learnt, and a month that is judged. */
const days = 44;
const learntAfter = 14 * dayMin;
const outageMin = 240;
const trials = 24;
/** A car that is read by its month's quota alone is read about this often. */
const pollMin = 90;
/** Reads of others that a closer look spends in a minute. */
const lookReads = 10;

/** @returns whether both aims are met, which the last line names */
export async function proveIncidents(tell: (line: string) => void): Promise<boolean> {
  let isMet = true;
  for (const habits of [quiet, rough]) {
    tell('');
    tell(`${habits.name} days: ${describe(habits)}`);
    const rows: (string | number)[][] = [];
    for (const cars of sizes) {
      const months = cars > 10_000 ? 3 : 10;
      const falseOnes: string[] = [];
      for (let seed = 1; seed <= months; seed += 1) falseOnes.push(...falseOpenings(cars, habits, seed));
      const found = [0.1, 0.33, 1].flatMap((share) =>
        ([true, false] as const).map((pushed) => outages(cars, habits, share, pushed)),
      );
      rows.push([String(cars), figure(falseOnes.length / months), ...found.map(cellOf)]);
      if (falseOnes.length / months > 0.4) isMet = false;
      if (cars >= 1_000 && found.slice(2).some(({ detected, possible }) => detected < possible * 0.95)) isMet = false;
    }
    tell(
      table(
        ['cars', 'false/month', '10 % told', '10 % polled', '33 % told', '33 % polled', '100 % told', '100 % polled'],
        rows,
      ),
    );
  }
  tell('');
  tell(
    `Found: so many of the outages that hit three accounts or more; median and 95th percentile of minutes until the`,
  );
  tell('incident opens. told: Smartcar sends word within minutes; polled: nobody is told, and each car is read about');
  tell(`every ${pollMin} minutes. Outages hit one make, the largest to the sixth in turn; ${trials} of each.`);
  tell(
    `Aims: at most two false openings in five months, and from 1,000 cars on 95 % of the outages of a third: ${isMet ? 'met' : 'missed'}.`,
  );
  return isMet;
}

const describe = ({ troublesAMonth, blipsADay, blipShare, falseShare }: Habits): string =>
  `${troublesAMonth} troubles an account and month, ${blipsADay} blips of ${blipShare * 100} % a make and day, ` +
  `false claims about ${falseShare * 100} % each morning`;

interface Found {
  possible: number;
  detected: number;
  minutes: number[];
}

const cellOf = ({ possible, detected, minutes }: Found): string =>
  possible === 0
    ? '-'
    : `${detected}/${possible} ${figure(percentile(minutes, 0.5))} ${figure(percentile(minutes, 0.95))}`;

/** What opened in a month in which nothing was the matter; one that stays open is one. */
function falseOpenings(cars: number, habits: Habits, seed: number): string[] {
  const groups = groupsOf(cars);
  const watched = new Watched(groups);
  const opened: string[] = [];
  const openUntil = new Map<string, number>();
  play(watched, ordinarySpells(groups, habits, days, seed), 0, days * dayMin, (minute, open) => {
    if (minute < learntAfter) return true;
    for (const name of open.map(nameOf)) {
      if ((openUntil.get(name) ?? 0) < minute) opened.push(`${name} at ${minute}`);
      openUntil.set(name, minute + 60);
    }
    return true;
  });
  return opened;
}

/** Minute by minute, until `look` says that it is enough. */
function play(
  watched: Watched,
  spells: readonly Spell[],
  from: number,
  to: number,
  onJudged: (minute: number, open: readonly Scope[], look: readonly Scope[]) => boolean,
): void {
  let next = spells.findIndex(({ at }) => at >= from);
  if (next < 0) next = spells.length;
  for (let minute = from; minute < to; minute += 1) {
    for (let spell = spells[next]; spell && spell.at <= minute; spell = spells[next]) {
      watched.hear(spell);
      next += 1;
    }
    const verdict = watched.judge(minute);
    if (verdict && !onJudged(minute, verdict.open, verdict.look)) return;
  }
}

/** Outages of this share of a make's accounts, each at its own time after two weeks. */
function outages(cars: number, habits: Habits, share: number, pushed: boolean): Found {
  const groups = groupsOf(cars);
  const ordinary = ordinarySpells(groups, habits, days, 99);
  const watched = new Watched(groups);
  const found: Found = { possible: 0, detected: 0, minutes: [] };
  const roll = seeded(cars, share, String(pushed));
  let minute = 0;
  for (let trial = 0; trial < trials; trial += 1) {
    const start = learntAfter + trial * 8 * 60 + Math.floor(roll() * 60);
    play(watched, ordinary, minute, start, () => true);
    minute = start;
    const make = `MAKE${(trial % 6) + 1}`;
    const hit = hitBy(groups, make, share, roll);
    if (hit.length < 3) continue;
    found.possible += 1;
    const after = detect(watched.copy(), ordinary, { start, make, hit, groups, pushed }, roll);
    if (after === null) continue;
    found.detected += 1;
    found.minutes.push(after);
  }
  return found;
}

/** The group of each account that an outage hits. */
function hitBy(groups: readonly Group[], make: string, share: number, roll: () => number): number[] {
  return groups.flatMap((group, index) =>
    group.make === make ? Array.from({ length: group.accounts }, () => index).filter(() => roll() < share) : [],
  );
}

interface Outage {
  start: number;
  make: string;
  hit: readonly number[];
  groups: readonly Group[];
  pushed: boolean;
}

/** @returns minutes until it is open; null when it isn't before the outage is over */
function detect(watched: Watched, ordinary: readonly Spell[], outage: Outage, roll: () => number): number | null {
  const { start, make, hit, groups, pushed } = outage;
  const end = start + outageMin;
  let hidden = hit.map((group) => ({
    group,
    at: start + (pushed ? delayUntilPushed(roll) : roll() * pollMin),
    until: end + 30,
  }));
  let detected: number | null = null;
  const healthy =
    groups.reduce((sum, { make: name, accounts }) => sum + (name === make ? accounts : 0), 0) - hit.length;
  for (let minute = start; minute < end && detected === null; minute += 1) {
    const told = hidden.filter(({ at }) => at <= minute);
    for (const spell of told) watched.hear({ ...spell, at: minute });
    hidden = hidden.filter(({ at }) => at > minute);
    play(watched, ordinary, minute, minute + 1, (_, open, look) => {
      if (open.some((scope) => scope.make === make || scope.make === null)) detected = minute - start;
      // Others of the scope are read now: each may be one that is hit and was not heard of yet.
      if (look.some((scope) => isWithin({ make, region: null }, { ...scope, region: null }))) {
        const chance = hidden.length / Math.max(1, hidden.length + healthy);
        for (let read = 0; read < lookReads; read += 1)
          if (roll() < chance)
            hidden = hidden.map((spell, index) => (index === read ? { ...spell, at: minute } : spell));
      }
      return true;
    });
  }
  return detected;
}
