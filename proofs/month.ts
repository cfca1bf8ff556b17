/**
 * A month of a fleet on one clock: faults drawn from a seed, the truth kept here, and every change of a status judged by it.
 * Quiet days are thinned out: a car that nothing happened to is fetched by Smartcar, and read by Towline, every few hours.
 * Wherever something happens, everything runs at its own pace.
 */
import { figure } from '../bench/figures.ts';
import { makePolicy } from '../src/domain/make-policy.ts';
import { changesOf, messagesOf } from './month/evidence.ts';
import { carsOf, enrolAll, setInterval } from './month/enrol.ts';
import { planMonth } from './month/faults.ts';
import { judge, type Judgement } from './month/judge.ts';
import { missedAims, tellFigures, tooFewCases } from './month/report.ts';
import { Script, type EnrolledCar } from './month/script.ts';
import { openStage, type Stage } from './month/stage.ts';
import { kinds, Truth } from './month/truth.ts';

export interface MonthOptions {
  cars: number;
  days: number;
  seeds: readonly number[];
  /** Prints each thing that was wrong. */
  verbose: boolean;
}

/** Between two reads of a car that nothing happens to, and between two fetches of Smartcar's, which brings nothing new about it. */
const pollS = 4 * 3_600;
const quietS = 8 * 3_600;

/** @returns whether every aim was met on every seed */
export async function proveMonth(options: MonthOptions, tell: (line: string) => void): Promise<boolean> {
  tell(
    `${options.cars} cars, ${options.days} days; a quiet car is read by Towline every ${pollS / 3_600} h and fetched by Smartcar every ${quietS / 3_600} h`,
  );
  const missed: string[] = [];
  const judgements: Judgement[] = [];
  for (const seed of options.seeds) {
    const { judgement, misses } = await proveOne(seed, options, tell);
    judgements.push(judgement);
    missed.push(...misses.map((miss) => `seed ${seed}: ${miss}`));
  }
  tell('');
  const few = tooFewCases(
    judgements,
    Object.values(kinds).map(({ cause }) => cause),
  );
  if (few.length > 0) tell(`Too few cases, all seeds together, to hold a recall to its aim: ${few.join(', ')}.`);
  tell(
    missed.length === 0
      ? few.length === 0
        ? 'Every aim is met.'
        : 'No aim is missed, as far as there were cases.'
      : `Missed: ${missed.join('; ')}.`,
  );
  return missed.length === 0;
}

interface Proved {
  judgement: Judgement;
  /** The names of the aims that were missed. */
  misses: string[];
}

async function proveOne(seed: number, options: MonthOptions, tell: (line: string) => void): Promise<Proved> {
  const began = performance.now();
  const stage = await openStage(seed, options.cars);
  try {
    const known = await carsOf(stage);
    const cars = await enrolAll(stage, known);
    await setInterval(stage, pollS);
    await stage.sim('PATCH', '/sim/api/knobs', { quietCadenceS: quietS, detectAfterS: 120 });
    await stage.sim('DELETE', '/sim/api/requests');
    const from = stage.now();
    const plan = planMonth(seed, known, from.getTime(), options.days);
    const truth = new Truth();
    const script = new Script(stage, truth, cars, plan, seed);
    tell('');
    tell(
      `seed ${seed}: enrolled after ${figure((performance.now() - began) / 1_000)} s; ${plan.troubles.length} troubles`,
    );
    await script.playUntil(from.getTime() + options.days * 86_400_000, (day) => {
      if (options.verbose) console.log(`  day ${day} after ${figure((performance.now() - began) / 1_000)} s`);
    });
    const judgement = await judged(stage, truth, script, cars);
    const run = { seed, from, days: options.days, cars, script, wallS: (performance.now() - began) / 1_000 };
    await tellFigures(stage, run, judgement, tell);
    if (options.verbose) for (const mistake of judgement.mistakes) console.log(`  ! ${mistake}`);
    return { judgement, misses: missedAims(judgement, stage) };
  } finally {
    await stage.close();
  }
}

async function judged(stage: Stage, truth: Truth, script: Script, cars: readonly EnrolledCar[]): Promise<Judgement> {
  const makes = new Map(cars.map(({ vin, make }) => [vin, make]));
  return judge({
    episodes: truth.episodes,
    changes: await changesOf(stage, cars),
    messages: await messagesOf(stage, cars),
    byOperator: script.deeds.byOperator,
    emailOf: new Map(cars.map(({ vin, email }) => [vin, email])),
    makeOf: makes,
    // One read by plan, with its spread, and as long as a claim may stay undecided.
    deadlineS: (vin) => pollS * 1.1 + Math.max(1_800, 4 * makePolicy(makes.get(vin) ?? null).freshnessMin * 60) + 300,
    endAt: stage.now().getTime(),
  });
}
