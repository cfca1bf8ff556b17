/**
 * `npm run bench`: what Towline's hot paths cost, beside a floor measured in the same minutes. A machine is never
 * quiet, so ratios within a round say more than figures. It talks to 127.0.0.1 alone, and ends by itself.
 *
 * --only NAME      ingest, poll, lists or tokens
 * --vehicles N     how many vehicles polls and lists are measured on (20000)
 * --json FILE      writes every figure
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { openDatabase } from '../src/store/database.ts';
import type { FleetId } from '../src/domain/ids.ts';
import { measureIngest } from './ingest.ts';
import { measureLists } from './lists.ts';
import { machine, machineLine } from './machine.ts';
import { measurePoll } from './poll.ts';
import { seedFleets } from './seed.ts';
import { figure } from './figures.ts';
import { watchOthers } from './processes.ts';
import { openStage, type Stage } from './stage.ts';
import { measureTokenRefresh } from './token-refresh.ts';

const { values } = parseArgs({
  options: { only: { type: 'string' }, vehicles: { type: 'string', default: '20000' }, json: { type: 'string' } },
});
const names = ['ingest', 'poll', 'lists', 'tokens'] as const;
const { only } = values;
const vehicles = Number(values.vehicles);
if (only !== undefined && !names.some((name) => name === only)) {
  console.error(`--only takes one of: ${names.join(', ')}.`);
  process.exit(2);
}
if (!Number.isInteger(vehicles) || vehicles < 8_000 || vehicles > 1_000_000) {
  console.error('--vehicles takes a number from 8000 to 1000000.');
  process.exit(2);
}
const wanted = (name: (typeof names)[number]): boolean => only === undefined || only === name;

async function seed(stage: Stage): Promise<FleetId[]> {
  const database = openDatabase({ url: stage.databaseUrl });
  try {
    return await seedFleets(database, vehicles, new Date());
  } finally {
    await database.close();
  }
}

const figures: Record<string, object> = { machine: machine() };

async function measure(name: string, run: () => Promise<{ text: string; figures: object }>): Promise<void> {
  const others = watchOthers();
  const { text, figures: found } = await run();
  const share = others();
  figures[name] = { ...found, shareOfOthers: share };
  console.log(`\n${text}`);
  if (share !== null) console.log(`  others used ${figure(share * 100)} % of the processors meanwhile`);
}

const stage = await openStage();
let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    interrupted = true;
    // The database is a process of its own, and would outlive this one.
    void stage.stop().then(() => process.exit(130));
  });
}
try {
  console.log(machineLine());
  if (wanted('ingest')) await measure('ingest', () => measureIngest(stage));
  const fleets = wanted('poll') || wanted('lists') ? await seed(stage) : [];
  if (wanted('lists')) await measure('lists', () => measureLists(stage, fleets, vehicles));
  if (wanted('poll')) await measure('poll', () => measurePoll(stage));
  if (wanted('tokens')) await measure('tokens', () => measureTokenRefresh(stage));
  if (values.json) writeFileSync(values.json, `${JSON.stringify(figures, null, 2)}\n`);
} catch (error) {
  // What breaks because its database was stopped says nothing.
  if (!interrupted) throw error;
} finally {
  await stage.stop();
}
