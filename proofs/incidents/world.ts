/** A fleet's accounts as they fall into trouble by themselves, and in outages; drawn from a seed, on a clock of minutes. */
import { seeded } from '../../simulator/random.ts';

export interface Group {
  make: string;
  region: string;
  accounts: number;
}

/** One account's trouble, in minutes; `until` may be Infinity. */
export interface Spell {
  group: number;
  /** When Towline hears of it. */
  at: number;
  until: number;
}

/** How rough ordinary days are. */
export interface Habits {
  name: string;
  /** Troubles of its own that an account has in a month. */
  troublesAMonth: number;
  /** Short failures of a manufacturer's machines: how many a day of each make, and the share of accounts that see one. */
  blipsADay: number;
  blipShare: number;
  /** The share of accounts of which something false is claimed once a day, within a quarter of an hour. */
  falseShare: number;
}

export const quiet: Habits = { name: 'quiet', troublesAMonth: 0.05, blipsADay: 0.5, blipShare: 0.01, falseShare: 0 };
export const rough: Habits = {
  name: 'rough',
  troublesAMonth: 0.8,
  blipsADay: 3,
  blipShare: 0.02,
  falseShare: 0.03,
};

const makes = 12;
const regionShares = { DE: 0.6, FR: 0.3, NL: 0.1 };
const carsAnAccount = 1.3;
const dayMin = 1_440;

/** Accounts by make and region; makes are as unequal as in real fleets: each next one has about four fifths. */
export function groupsOf(cars: number): Group[] {
  const weights = Array.from({ length: makes }, (_, index) => 0.8 ** index);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.flatMap((weight, index) =>
    Object.entries(regionShares).map(([region, share]) => ({
      make: `MAKE${index + 1}`,
      region,
      accounts: Math.round(((cars / carsAnAccount) * weight * share) / total),
    })),
  );
}

/** Everything that goes wrong by itself in so many days, in the order in which it is heard of. */
export function ordinarySpells(groups: readonly Group[], habits: Habits, days: number, seed: number): Spell[] {
  const roll = seeded(seed, 'ordinary', habits.name);
  const spells: Spell[] = [];
  groups.forEach(({ accounts }, group) => {
    for (let count = poisson((accounts * habits.troublesAMonth * days) / 30, roll); count > 0; count -= 1) {
      const at = roll() * days * dayMin;
      spells.push({ group, at, until: at + 30 + exponential(2 * dayMin, roll) });
    }
    for (let day = 0; day < days; day += 1) {
      for (let count = binomial(accounts, habits.falseShare, roll); count > 0; count -= 1) {
        const at = day * dayMin + 480 + roll() * 15;
        spells.push({ group, at, until: at + 5 + roll() * 60 });
      }
    }
  });
  for (let index = 0; index < makes; index += 1) addBlips(spells, groups, index, habits, days, roll);
  return spells.sort((a, b) => a.at - b.at);
}

function addBlips(
  spells: Spell[],
  groups: readonly Group[],
  make: number,
  habits: Habits,
  days: number,
  roll: () => number,
): void {
  for (let count = poisson(habits.blipsADay * days, roll); count > 0; count -= 1) {
    const from = roll() * days * dayMin;
    const lasts = 3 + roll() * 12;
    groups.forEach(({ make: name, accounts }, group) => {
      if (name !== `MAKE${make + 1}`) return;
      for (let hit = binomial(accounts, habits.blipShare, roll); hit > 0; hit -= 1) {
        const at = from + roll() * lasts;
        spells.push({ group, at, until: from + lasts + roll() * 30 });
      }
    });
  }
}

// — drawing —

function exponential(mean: number, roll: () => number): number {
  return -mean * Math.log(1 - roll());
}

function normal(roll: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - roll())) * Math.cos(2 * Math.PI * roll());
}

function poisson(mean: number, roll: () => number): number {
  if (mean > 50) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(roll)));
  let count = 0;
  for (let left = Math.exp(-mean), product = roll(); product > left; product *= roll()) count += 1;
  return count;
}

export function binomial(n: number, share: number, roll: () => number): number {
  if (n * share > 50) return Math.min(n, poisson(n * share, roll));
  let count = 0;
  for (let i = 0; i < n; i += 1) if (roll() < share) count += 1;
  return count;
}

export const delayUntilPushed = (roll: () => number): number => exponential(3, roll);
