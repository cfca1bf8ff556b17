/**
 * Kills a real process at the points of a scenario; a fresh one must reach the same end. The tests try every third point,
 * `npm run prove -- crash` all of them.
 */
import { after, test } from 'node:test';
import { compare, play, scenarios, type End, type Scenario } from './scenarios.ts';
import { openVictims, type Victims } from './victims.ts';

/** Runs at the same time. */
const lanes = 2;
const isProof = process.env['CRASH_POINTS'] === 'all';

/** Declares the tests of the scenarios whose names begin so, and prints at how many points each was killed. */
export function killAtEveryPoint(beginning: string): void {
  const victims = openVictims();
  after(() => victims.end());
  for (const scenario of scenarios.filter(({ name, isLong }) => name.startsWith(beginning) && (isProof || !isLong))) {
    test(`${scenario.name}: killed at any point, a process that follows reaches the same end`, async () => {
      const points = await tryAll(victims, scenario);
      console.log(`${scenario.name}: ${points} points, same end each time`);
    });
  }
}

/** @returns at how many points it was killed: the first one that a run does not reach is one too many */
async function tryAll(victims: Victims, scenario: Scenario): Promise<number> {
  const template = await scenario.prepare();
  const undisturbed = await play(victims, scenario, template, null);
  scenario.mustHold(undisturbed);
  const failures: string[] = [];
  const limits = limitsOf(scenario, undisturbed);
  let killed = 0;
  let isOver = false;
  const lane = async (): Promise<void> => {
    for (const limit of limits) {
      const end = await play(victims, scenario, template, limit);
      if (end.stoppedAt === null) isOver = true;
      else failures.push(...complaints(scenario, end, undisturbed, limit));
      if (end.stoppedAt !== null) killed += 1;
      if (isOver) return;
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  await template.drop();
  if (failures.length > 0) throw new Error(`${failures.length} points end otherwise.\n${failures.join('\n')}`);
  return killed;
}

/** Counted from 1. A run that was disturbed may have more points than the undisturbed one. */
function* limitsOf({ matters }: Scenario, { seen }: End): Generator<number, void, undefined> {
  if (!isProof && matters) yield* seen.flatMap((name, at) => (matters.test(name) ? [at + 1] : []));
  else for (let limit = 1; ; limit += isProof ? 1 : 3) yield limit;
}

/** All points are tried, and each that fails is named. */
function complaints(scenario: Scenario, end: End, undisturbed: End, limit: number): string[] {
  try {
    compare(scenario, end, undisturbed, limit);
    return [];
  } catch (error) {
    return [String(error)];
  }
}
