/**
 * `npm run prove -- NAME`: what takes too long for the tests. Prints its figures, and writes them to docs/proofs/NAME.txt,
 * where the last ones are committed. Without a name it lists the proofs.
 *
 * --minutes N   memory: how long the demo runs before it is measured (10)
 * --cars N, --days N, --seeds A,B,C, --verbose   month: its size (1000, 30), its seeds, and each mistake
 * --cars N, --seeds A,B, --kills N   move: its size (200), its seeds, and how often Towline is killed on each (60)
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { machineLine } from '../bench/machine.ts';
import { proveCrash } from './crash.ts';
import { proveIncidents } from './incidents.ts';
import { proveLists } from './lists.ts';
import { proveBudget } from './budget.ts';
import { proveMemory } from './memory.ts';
import { proveMonth } from './month.ts';
import { proveMove } from './move.ts';
import { proveRentals } from './rentals.ts';
import { proveStart } from './start.ts';
import { proveTaps } from './taps.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: 'string', default: '10' },
    cars: { type: 'string' },
    days: { type: 'string', default: '30' },
    seeds: { type: 'string' },
    kills: { type: 'string', default: '60' },
    verbose: { type: 'boolean', default: false },
  },
});

const seedsOr = (usual: string): number[] => (values.seeds ?? usual).split(',').map(Number);

interface Proof {
  what: string;
  /** False: an aim was missed. */
  run: (tell: (line: string) => void) => Promise<boolean | void>;
}

const proofs: Readonly<Record<string, Proof>> = {
  budget: {
    what: 'a month of requests of 1,000 cars by the domain alone, within every limit; a minute',
    run: (tell) => proveBudget(Number(values.cars ?? 1_000), seedsOr('41')[0] ?? 41, tell),
  },
  start: {
    what: 'from a clean clone to the ready line with an empty package cache, and the second time; two minutes',
    run: proveStart,
  },
  memory: {
    what: 'what the demo takes of memory after ten minutes',
    run: (tell) => proveMemory(Number(values.minutes), tell),
  },
  crash: {
    what: 'processes killed at every single point of every scenario, where the tests try every third; ten minutes',
    run: proveCrash,
  },
  taps: {
    what: '1,000 double taps at two processes on one database, and as many requests at Smartcar; minutes',
    run: (tell) => proveTaps(1_000, tell),
  },
  lists: {
    what: '100,000 vehicles imported, exported and taken back: time, memory, and what others wait; minutes',
    run: proveLists,
  },
  incidents: {
    what: 'how often an incident opens for nothing, and how soon it opens in an outage, from 20 to 100,000 cars; minutes',
    run: proveIncidents,
  },
  month: {
    what: 'a month of a fleet with faults from a seed, every status judged by the truth; half an hour a seed for 1,000 cars',
    run: (tell) =>
      proveMonth(
        {
          cars: Number(values.cars ?? 1_000),
          days: Number(values.days),
          seeds: seedsOr('47,48,49'),
          verbose: values.verbose,
        },
        tell,
      ),
  },
  rentals: {
    what: '500 races of a rental against a disconnect by three processes, each with one winner; a minute',
    run: (tell) => proveRentals(500, tell),
  },
  move: {
    what: 'a fleet moved from v2 to v3 while cars, Smartcar and Towline itself fail, each car judged by the truth; five minutes a seed',
    run: (tell) =>
      proveMove({ cars: Number(values.cars ?? 200), seeds: seedsOr('71,72,73'), kills: Number(values.kills) }, tell),
  },
};

const [name = ''] = positionals;
const proof = Object.hasOwn(proofs, name) ? proofs[name] : undefined;
if (!proof) {
  console.log('npm run prove -- NAME, where NAME is one of:');
  for (const [known, { what }] of Object.entries(proofs)) console.log(`  ${known.padEnd(11)}${what}`);
  process.exit(name === '' ? 0 : 2);
}

const lines: string[] = [];
const tell = (line: string): void => {
  lines.push(line);
  console.log(line);
};
tell(`npm run prove -- ${name}`);
tell(machineLine());
const isMet = (await proof.run(tell)) !== false;
const folder = new URL('../docs/proofs/', import.meta.url);
mkdirSync(folder, { recursive: true });
writeFileSync(new URL(`${name}.txt`, folder), `${lines.join('\n')}\n`);
process.exit(isMet ? 0 : 1);
