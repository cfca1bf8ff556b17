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

/** Its proportional share of memory in kB: what it shares with others is divided among them. Null when it has ended. */
export function proportionalKb(pid: number): number | null {
  try {
    const found = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
    return found ? Number(found[1]) : null;
  } catch {
    return null;
  }
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
