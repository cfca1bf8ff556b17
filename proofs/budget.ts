/** A simulated month of 1,000 cars of mixed makes: Towline's reading against reading by interval, within the same limits. */
import { figure, table } from '../bench/figures.ts';
import type { BucketLimits } from '../src/domain/bucket.ts';
import { seeded } from '../simulator/random.ts';
import { livesOf } from './budget/lives.ts';
import { byInterval, towline } from './budget/readers.ts';
import { runMonth } from './budget/run.ts';
import type { Age, Result } from './budget/run.ts';

const from = new Date('2026-05-01T00:00:00Z');
const days = 31;

/** A contract that is enough, one that is not, and the documented one, which is for a handful of cars. */
const contracts: readonly [name: string, limits: BucketLimits][] = [
  ['600 at once, 60 a minute', { capacity: 600, perMinute: 60, perMonth: null }],
  ['600 at once, 60 a minute, 200,000 a month', { capacity: 600, perMinute: 60, perMonth: 200_000 }],
  ['120 at once, 2 a minute (documented)', { capacity: 120, perMinute: 2, perMonth: null }],
];

/** @returns whether Towline kept every limit */
export async function proveBudget(cars: number, seed: number, tell: (line: string) => void): Promise<boolean> {
  tell(
    `${cars} cars in ${days} days, 500 requests of a car and month; a tenth on v2, a tenth without webhooks; seed ${seed}`,
  );
  let isKept = true;
  for (const [name, limits] of contracts) {
    const results = [towline, byInterval].map((make) => {
      const random = seeded(seed, 'budget');
      return runMonth(make(random), { lives: livesOf(cars, from, days, random), limits, from, days, random });
    });
    tell('');
    tell(name);
    tell(
      table(
        [
          '',
          'requests',
          'refused (430)',
          'most a car',
          'Hyundai/Kia in 24 h',
          'GM, s apart',
          'checks refused',
          'commands refused',
        ],
        results.map(costs),
      ),
    );
    tell(
      table(['hours since last heard of: median, 95 %, longest', 'by webhook', 'read alone', 'v2'], results.map(ages)),
    );
    isKept &&= results[0] !== undefined && keepsLimits(results[0], limits);
  }
  tell('');
  tell(isKept ? 'Towline kept every limit.' : 'Towline broke a limit.');
  return isKept;
}

const costs = (result: Result): (string | number)[] => [
  result.name,
  result.requests,
  result.refused.month,
  result.mostInMonth,
  result.mostInDay,
  Math.round(result.leastGapS),
  `${result.checks.refused} of ${result.checks.sent}`,
  `${result.commands.refused} of ${result.commands.sent}`,
];

const ages = ({ name, age }: Result): string[] => [name, ...[age.watched, age.unwatched, age.v2].map(ageText)];
const ageText = ({ medianH, p95H, longestH }: Age): string =>
  [medianH, p95H, longestH].map((hours) => figure(hours)).join(', ');

/** What may never happen, whoever reads. */
export function keepsLimits(result: Result, { perMonth }: BucketLimits): boolean {
  return (
    result.refused.application === 0 &&
    result.refused.month === 0 &&
    result.mostInMonth <= 500 &&
    result.mostInDay <= 20 &&
    result.leastGapS >= 1_800 &&
    result.commands.refused === 0 &&
    (perMonth === null || result.requests <= perMonth)
  );
}
