/** What went wrong at an owner's last try, in words: the page shows them, and what follows is agreed to after reading them. */
import type { ReturnProblem } from '../../domain/returned-car.ts';
import type { LinkPage } from '../../flows/link-page.ts';
import { say } from '../../texts/say.ts';
import { connectErrorText, makeName } from '../../texts/words.ts';

type Work = LinkPage & { page: 'work' };

export interface ProblemWords {
  title: string;
  text: string;
  next: string;
}

/** Null when nothing went wrong, or nothing is left to do. */
export function problemWords({ problem, cars, language }: Work): ProblemWords | null {
  if (!problem || cars.every((car) => car.state !== 'toDo')) return null;
  const make = cars.length === 1 ? (cars[0]?.make ?? null) : null;
  if (problem.problem === 'connectError') return connectErrorText(problem.error, { make }, language);
  return ownProblem(problem, language);
}

function ownProblem(problem: Exclude<ReturnProblem, { problem: 'connectError' }>, language: string): ProblemWords {
  const key = `problem.${problem.problem}` as const;
  const params = problem.problem === 'wrongCar' ? wrongCarParams(problem, language) : {};
  return {
    title: say(language, `${key}.title`),
    text: say(language, `${key}.text`, params),
    next: say(language, `${key}.next`),
  };
}

/** A VIN is the owner's other car's: its end is enough to know it by. */
function wrongCarParams(
  problem: { field: string; expected: string; found: string },
  language: string,
): Record<string, string> {
  const { field, expected, found } = problem;
  if (field === 'make')
    return { field: say(language, 'field.make'), expected: makeName(expected), found: makeName(found) };
  if (field === 'model' || field === 'year') return { field: say(language, `field.${field}`), expected, found };
  if (field !== 'vin') return { field: 'none', expected, found };
  return { field: say(language, 'field.vin'), expected: `…${expected.slice(-6)}`, found: `…${found.slice(-6)}` };
}
