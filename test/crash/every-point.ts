/**
 * Kills a real process at the points of a scenario; a fresh one must reach the same end. The tests try every third point,
 * `npm run prove -- crash` all of them.
 */
import { after, test } from 'node:test';
import { compare, play, scenarios, type End, type Scenario } from './scenarios.ts';
import { openVictims, type Victims } from './victims.ts';

/** Runs at the same time. */
const lanes = 2;
const stride = process.env['CRASH_POINTS'] === 'all' ? 1 : 3;

/** Declares the tests of the scenarios whose names begin so, and prints at how many points each was killed. */
export function killAtEveryPoint(beginning: string): void {
  const victims = openVictims();
  after(() => victims.end());
  for (const scenario of scenarios.filter(({ name }) => name.startsWith(beginning))) {
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
  let next = 1;
  let unreached = Infinity;
  const lane = async (): Promise<void> => {
    for (;;) {
      const limit = next;
      if (limit >= unreached) return;
      next += stride;
      const end = await play(victims, scenario, template, limit);
      if (end.stoppedAt === null) unreached = Math.min(unreached, limit);
      else failures.push(...complaints(end, undisturbed, limit));
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  await template.drop();
  if (failures.length > 0) throw new Error(`${failures.length} points end otherwise.\n${failures.join('\n')}`);
  return Math.floor((unreached - 2) / stride) + 1;
}

/** All points are tried, and each that fails is named. */
function complaints(end: End, undisturbed: End, limit: number): string[] {
  try {
    compare(end, undisturbed, limit);
    return [];
  } catch (error) {
    return [String(error)];
  }
}
