/**
 * What recurs, run by the proof's clock as the job engine would by its own. To keep a month short, what recurs within the
 * hour runs every quarter of an hour; what decides on the spot (incidents) runs in each minute in which anything happens.
 */
import { bindTasks, type Ground } from '../../src/app.ts';
import { crontab } from '../../src/jobs/tasks.ts';

export interface Rota {
  /** Runs what has become due since the last time. */
  run(now: Date, somethingHappened: boolean): Promise<boolean>;
}

interface Line {
  isDue(minute: Date): boolean;
  run(now: Date): Promise<unknown>;
}

const quarterMs = 900_000;
const onTheSpot: ReadonlySet<string> = new Set(['watch-incidents']);

export function newRota(ground: Ground, startAt: Date): Rota {
  const { recurring, onFault } = bindTasks(ground);
  const tasks: Record<string, (now: Date) => Promise<unknown>> = { ...recurring };
  const lines = crontab.split('\n').flatMap((line): Line[] => lineOf(line, tasks));
  const urgent = Object.entries(tasks).filter(([name]) => onTheSpot.has(name));
  let doneUntil = startAt.getTime();
  let minuteDone = 0;
  const runAll = async (runs: readonly ((now: Date) => Promise<unknown>)[], now: Date): Promise<void> => {
    for (const one of runs) await one(now).catch((error: unknown) => onFault(error, 'recurring'));
  };
  return {
    async run(now, somethingHappened) {
      const minute = Math.floor(now.getTime() / 60_000);
      if (somethingHappened && minute > minuteDone) {
        minuteDone = minute;
        await runAll(
          urgent.map(([, task]) => task),
          now,
        );
      }
      if (now.getTime() - doneUntil < quarterMs) return false;
      const minutes = minutesBetween(doneUntil, now.getTime());
      doneUntil = now.getTime();
      const due = lines.filter((line) => minutes.some((one) => line.isDue(one)));
      await runAll(
        due.map((line) => line.run),
        now,
      );
      return due.length > 0;
    },
  };
}

/** The beginnings of minutes after one time up to another. */
function minutesBetween(from: number, to: number): Date[] {
  const found: Date[] = [];
  for (let at = (Math.floor(from / 60_000) + 1) * 60_000; at <= to; at += 60_000) found.push(new Date(at));
  return found;
}

function lineOf(text: string, tasks: Record<string, (now: Date) => Promise<unknown>>): Line[] {
  const [minute = '', hour = '', , , , name = ''] = text.trim().split(/\s+/);
  const task = tasks[name];
  if (!task) return [];
  return [{ isDue: (at) => fits(minute, at.getUTCMinutes()) && fits(hour, at.getUTCHours()), run: task }];
}

/** The forms that the list uses: any, every so many, a list of numbers. */
function fits(pattern: string, value: number): boolean {
  if (pattern === '*') return true;
  if (pattern.startsWith('*/')) return value % Number(pattern.slice(2)) === 0;
  return pattern.split(',').map(Number).includes(value);
}
