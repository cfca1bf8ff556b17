/** Processes as /proc shows them: who belongs to whom, and the processor time they took. Linux only. */
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { machineBusyS, ticksPerSecond } from './machine.ts';

interface Stat {
  pid: number;
  parent: number;
  /** Its own, in seconds. */
  cpuS: number;
  /** Of its children that have ended, in seconds. */
  endedCpuS: number;
}

/** Null when it has ended. */
function statOf(pid: number): Stat | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name stands in parentheses and may hold anything.
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [, parent = 0] = fields;
    const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11, 15);
    return {
      pid,
      parent,
      cpuS: (user + system) / ticksPerSecond,
      endedCpuS: (endedUser + endedSystem) / ticksPerSecond,
    };
  } catch {
    return null;
  }
}

/** The process and all that come from it, itself first. */
export function treeOf(root: number): number[] {
  const parents = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    const found = /^\d+$/.test(name) ? statOf(Number(name)) : null;
    if (found) parents.set(found.parent, [...(parents.get(found.parent) ?? []), found.pid]);
  }
  const tree = [root];
  for (const pid of tree) tree.push(...(parents.get(pid) ?? []));
  return tree;
}

/** Processor time in seconds of a process and all that come from it, the ended ones included. */
export function cpuOfTree(root: number): number {
  return treeOf(root).reduce((sum, pid) => {
    const found = statOf(pid);
    return found ? sum + found.cpuS + found.endedCpuS : sum;
  }, 0);
}

/** Processor time of one process in seconds. */
export const cpuOf = (pid: number): number => statOf(pid)?.cpuS ?? 0;

/** What it was started with; empty when it has ended. */
export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}

/** Memory of a process in kB. */
export interface Memory {
  /** Its proportional share: what it shares with others is divided among them, whoever they are. */
  proportional: number;
  /** The part of that which no file stands behind, and which only its own family shares. */
  withoutFiles: number;
  /** What of each file is in its memory, by the file's number. */
  files: Map<string, number>;
}

/** Null when it has ended. */
export function memoryOf(pid: number): Memory | null {
  try {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    const of = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1] ?? 0);
    const files = filesIn(readFileSync(`/proc/${pid}/smaps`, 'utf8'));
    return { proportional: of('Pss'), withoutFiles: of('Pss_Anon') + of('Pss_Shmem'), files };
  } catch {
    return null;
  }
}

function filesIn(smaps: string): Map<string, number> {
  const files = new Map<string, number>();
  for (const mapping of smaps.split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m)) {
    const [, file, path = ''] = /^\S+ \S+ \S+ (\S+ \d+) *(.*)/.exec(mapping) ?? [];
    // Shared memory has a name, too, and is counted without files.
    if (file === undefined || !path.startsWith('/') || /^\/(dev\/|SYSV|memfd)/.test(path)) continue;
    const of = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(mapping)?.[1] ?? 0);
    files.set(file, (files.get(file) ?? 0) + of('Rss') - of('Anonymous'));
  }
  return files;
}

/** What these processes would take in kB if nobody else on the machine used the same files. */
export function memoryAlone(memories: readonly Memory[]): number {
  const files = new Map<string, number>();
  for (const memory of memories) {
    for (const [file, kb] of memory.files) files.set(file, Math.max(kb, files.get(file) ?? 0));
  }
  const ofFiles = [...files.values()].reduce((sum, kb) => sum + kb, 0);
  return memories.reduce((sum, { withoutFiles }) => sum + withoutFiles, ofFiles);
}

/** Call what it answers at the end: the share of all cores (0 to 1) that others than this process and its own have used since. */
export function watchOthers(): () => number | null {
  const [startedAt, busy, own] = [performance.now(), machineBusyS(), cpuOfTree(process.pid)];
  return () => {
    const busyNow = machineBusyS();
    if (busy === null || busyNow === null) return null;
    const others = Math.max(0, busyNow - busy - (cpuOfTree(process.pid) - own));
    return others / ((performance.now() - startedAt) / 1_000) / availableParallelism();
  };
}
