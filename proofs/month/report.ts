/** The month in figures, and the aims they are held to. */
import { figure, percentile, table } from '../../bench/figures.ts';
import { incidentsSince, openedSince, requestsOf } from './evidence.ts';
import type { Cause } from '../../src/domain/cause.ts';
import type { CauseFigures, Judgement } from './judge.ts';
import type { EnrolledCar, Script } from './script.ts';
import type { Stage } from './stage.ts';

export interface Run {
  seed: number;
  from: Date;
  days: number;
  cars: readonly EnrolledCar[];
  script: Script;
  wallS: number;
}

const aimEach = 0.97;
/** Fewer cases than these can't tell 97 % from less: a single miss among 33 is below it already. */
const casesEnough = 34;
const aimOverall = 0.99;

const share = (part: number, whole: number): number => (whole === 0 ? 1 : part / whole);
const percent = (part: number, whole: number): string =>
  whole === 0 ? '-' : `${(share(part, whole) * 100).toFixed(1)} %`;
const minutes = (samples: readonly number[], at: number): string =>
  samples.length === 0 ? '-' : `${figure(percentile(samples, at) / 60)} min`;

export async function tellFigures(
  stage: Stage,
  run: Run,
  judged: Judgement,
  tell: (line: string) => void,
): Promise<void> {
  tell(
    table(
      ['cause', 'said', 'right', 'precision', 'due', 'told', 'recall', 'detect p50', 'p95'],
      judged.causes.map(rowOf),
    ),
  );
  const all = overallOf(judged);
  tell(`overall ${percent(all.good, all.total)} of ${all.total} decisions (aim ${aimOverall * 100} %)`);
  tell(
    `false expired ${judged.falselyExpired}, messages about what an owner can't mend ${judged.unmendable}, missing ${judged.missingMessages}, duplicates ${judged.duplicates}, not healed in time ${judged.stuck} (aims 0)`,
  );
  const { healedByOwnerS: byOwner, healedItselfS: itself } = judged;
  tell(
    `active after the owner acted: ${byOwner.length} times, median ${minutes(byOwner, 0.5)}, p95 ${minutes(byOwner, 0.95)}`,
  );
  tell(
    `active after it ended by itself: ${itself.length} times, median ${minutes(itself, 0.5)}, p95 ${minutes(itself, 0.95)}`,
  );
  await tellCosts(stage, run, tell);
}

function rowOf({ cause, said, right, due, told, detectS }: CauseFigures): string[] {
  const counts = [said, right].map(String);
  return [
    cause,
    ...counts,
    percent(right, said),
    String(due),
    String(told),
    percent(told, due),
    minutes(detectS, 0.5),
    minutes(detectS, 0.95),
  ];
}

async function tellCosts(stage: Stage, run: Run, tell: (line: string) => void): Promise<void> {
  const { cars, days, script, wallS } = run;
  const requests = await requestsOf(stage);
  const total = requests.reduce((sum, { count }) => sum + count, 0);
  tell(`requests: ${figure(total)}, ${figure(total / cars.length)} a car (plan: 500 a car and month)`);
  for (const { what, count, refused } of requests.slice(0, 6))
    tell(`  ${figure(count)} ${what}, ${figure(refused)} of them failed`);
  const alerts = await openedSince(stage, run.from);
  const perDay = (count: number): string => figure((count / cars.length / days) * 1_000);
  tell(`alerts per 1,000 cars and day: ${alerts.map(({ kind, count }) => `${kind} ${perDay(count)}`).join(', ')}`);
  const incidents = await incidentsSince(stage, run.from);
  tell(`incidents: ${incidents ?? 'not known to Towline yet'} (three outages of makes and one of Smartcar)`);
  const walks = Object.entries(script.deeds.walks).map(([word, count]) => `${word} ${count}`);
  tell(`owners' ways through links: ${walks.join(', ')}; false claims ${script.deeds.claimsMade}`);
  tell(`faults of ours: ${stage.faults.length}`);
  for (const { what, error } of stage.faults.slice(0, 3)) tell(`  ${what}: ${String(error).slice(0, 200)}`);
  const rssMb = process.memoryUsage().rss / 1_048_576;
  tell(`${figure(wallS)} s, ${figure(rssMb)} MB in this process (Towline, simulator and proof)`);
}

function overallOf({ causes }: Judgement): { good: number; total: number } {
  const wrong = causes.reduce((sum, { said, right, due, told }) => sum + (said - right) + (due - told), 0);
  const total = causes.reduce((sum, { said, due, told }) => sum + said + (due - told), 0);
  return { good: total - wrong, total };
}

/** The names of the aims that were missed. */
export function missedAims(judged: Judgement, stage: Stage): string[] {
  const missed = judged.causes.flatMap(({ cause, said, right, due, told }) => [
    ...(share(right, said) < aimEach ? [`precision of ${cause} ${percent(right, said)}`] : []),
    ...(share(told, due) < aimEach ? [`recall of ${cause} ${percent(told, due)}`] : []),
  ]);
  const { good, total } = overallOf(judged);
  if (share(good, total) < aimOverall) missed.push(`overall ${percent(good, total)}`);
  const zeroes: [string, number][] = [
    ['false expired', judged.falselyExpired],
    ["messages about what an owner can't mend", judged.unmendable],
    ['missing messages', judged.missingMessages],
    ['duplicate messages', judged.duplicates],
    ['not healed in time', judged.stuck],
    ['faults', stage.faults.length],
  ];
  return [...missed, ...zeroes.flatMap(([name, count]) => (count > 0 ? [`${name} ${count}`] : []))];
}

/**
 * What the seeds together had too few cases of to be held to its aim, however well it went; in words, by cause.
 * A cause that never came up is among them.
 */
export function tooFewCases(judgements: readonly Judgement[], causes: readonly Cause[]): string[] {
  const all = judgements.flatMap((one) => one.causes);
  return causes.flatMap((cause) => {
    const due = all.reduce((sum, one) => sum + (one.cause === cause ? one.due : 0), 0);
    return due < casesEnough ? [`${cause} ${due}`] : [];
  });
}
