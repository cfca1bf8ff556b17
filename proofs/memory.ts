/** What the running demo takes of memory, each process by its proportional share, so that shared pages count once. */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { figure, table } from '../bench/figures.ts';
import { commandOf, memoryAlone, memoryOf, treeOf, type Memory } from '../bench/processes.ts';
import { npmStart, ownFolder } from './command.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const goalMb = 700;

interface Share {
  name: string;
  mb: number;
  memory: Memory;
}

export async function proveMemory(minutes: number, tell: (line: string) => void): Promise<void> {
  const folder = await ownFolder();
  const started = await npmStart(root, { TOWLINE_DATA_DIR: join(folder, 'data') });
  try {
    tell(`the demo was ready after ${started.readyS.toFixed(1)} s`);
    const course = [sum(sharesOf(started.pid))];
    for (let minute = 1; minute <= minutes; minute += 1) {
      await pause(60_000);
      course.push(sum(sharesOf(started.pid)));
    }
    tell(`sum at the ready line and after each minute, MB: ${course.map((mb) => figure(mb)).join(' ')}`);
    report(sharesOf(started.pid), minutes, tell);
  } finally {
    await started.stop();
  }
}

function report(shares: readonly Share[], minutes: number, tell: (line: string) => void): void {
  const names = [...new Set(shares.map(({ name }) => name))];
  const rows = names.map((name) => {
    const same = shares.filter((share) => share.name === name);
    return [name, String(same.length), sum(same)];
  });
  tell(`proportional memory after ${minutes} minutes:`);
  tell(table(['', 'processes', 'MB'], [...rows, ['sum', String(shares.length), sum(shares)]]));
  // Other programs on the same Node bear a part of its pages above; the aim must hold without them.
  const mb = memoryAlone(shares.map(({ memory }) => memory)) / 1_024;
  tell(
    `${figure(mb)} MB if nobody else on the machine ran the same files (aim below ${goalMb} MB: ${mb < goalMb ? 'met' : 'missed'})`,
  );
}

const sum = (shares: readonly Share[]): number => shares.reduce((total, { mb }) => total + mb, 0);

function sharesOf(pid: number): Share[] {
  return treeOf(pid).flatMap((one) => {
    const memory = memoryOf(one);
    return memory ? [{ name: nameOf(commandOf(one)), mb: memory.proportional / 1_024, memory }] : [];
  });
}

/** By the file it runs; PostgreSQL's own processes name themselves. */
function nameOf(command: string): string {
  const known: [part: string, name: string][] = [
    ['scripts/start.mjs', 'start script'],
    ['simulator/main.ts', 'simulator'],
    ['src/main.ts', 'Towline'],
    ['postgres', 'PostgreSQL'],
  ];
  const isShell = /^(\/bin\/)?sh -c/.test(command);
  return isShell ? 'npm and its shell' : (known.find(([part]) => command.includes(part))?.[1] ?? 'npm and its shell');
}
