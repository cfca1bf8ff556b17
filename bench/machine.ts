/** What a figure was measured on. Nothing in it tells one machine from another of the same kind. */
import { readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, platform, totalmem } from 'node:os';

export interface Machine {
  cores: number;
  processor: string;
  memoryMb: number;
  system: string;
  node: string;
  /** UTC, when it was asked. */
  at: string;
}

export function machine(): Machine {
  return {
    cores: availableParallelism(),
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    memoryMb: Math.round(totalmem() / 1_048_576),
    system: `${platform()} ${arch()}`,
    node: process.version,
    at: new Date().toISOString().slice(0, 19).replace('T', ' '),
  };
}

export function machineLine(facts: Machine = machine()): string {
  const { cores, processor, memoryMb, system, node, at } = facts;
  return `${at} UTC; ${cores} cores (${processor}), ${memoryMb} MB, ${system}, Node ${node}`;
}

/** Seconds that all cores have worked since the machine started, whoever made them work; null where /proc has none. */
export function machineBusyS(): number | null {
  try {
    const [, ...fields] = readFileSync('/proc/stat', 'utf8').split('\n', 1)[0]?.split(/\s+/) ?? [];
    const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = fields.map(Number);
    return (user + nice + system + irq + softirq) / ticksPerSecond;
  } catch {
    return null;
  }
}

/** USER_HZ, which Linux has fixed at 100 for programs. */
export const ticksPerSecond = 100;
