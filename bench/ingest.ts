/**
 * Webhooks: the real ingest process with a durable database against node:http that verifies and forgets. Goals 1, 3 and
 * 4 of the performance table; then that what was answered with 200 is kept, each once.
 */
import { sql } from 'kysely';
import { openDatabase } from '../src/store/database.ts';
import { freePort } from '../test/support/ports.ts';
import { startChild, startTowline, type Child } from './children.ts';
import { makeDeliveries, type Delivery } from './deliveries.ts';
import { figure, median, percentile, ratios, table } from './figures.ts';
import { sendAll, sendAtRate, type LoadResult } from './load.ts';
import { cpuOf, cpuOfTree } from './processes.ts';
import { environment, type Stage } from './stage.ts';

const connections = 128;
const rounds = 5;
const perRound = 8_000;
const openLoops = [
  { perSecond: 500, count: 3_000 },
  { perSecond: 3_000, count: 15_000 },
];

interface Round {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** Microseconds of processor time a request. */
  nodeUs: number;
  postgresUs: number;
}

/** A server to measure, and the first process of its database, if it has one. */
interface Measured {
  child: Child;
  postgresPid: number | null;
}

export async function measureIngest(stage: Stage): Promise<{ text: string; figures: object }> {
  const floor: Measured = {
    child: await startChild('ingest-floor.ts', { BENCH_TOKEN: stage.managementToken }),
    postgresPid: null,
  };
  // Its requests to Smartcar would find nobody; an ingest process makes none.
  const env = { ...environment(stage, 9), TOWLINE_ROLE: 'ingest' };
  const towline: Measured = { child: await startTowline(await freePort(), env), postgresPid: stage.postgresPid };
  const kept: string[] = [];
  try {
    for (const one of [floor, towline])
      await closedLoop(one, makeDeliveries(4_000, stage.managementToken), one === towline ? kept : []);
    const found = { floor: [] as Round[], towline: [] as Round[] };
    for (let round = 0; round < rounds; round += 1) {
      const deliveries = makeDeliveries(perRound, stage.managementToken);
      found.floor.push(await closedLoop(floor, deliveries, []));
      found.towline.push(await closedLoop(towline, deliveries, kept));
    }
    const open: { perSecond: number; floor: Latencies; towline: Latencies }[] = [];
    for (const { perSecond, count } of openLoops) {
      const deliveries = makeDeliveries(count, stage.managementToken);
      open.push({
        perSecond,
        floor: await openLoop(floor, deliveries, perSecond, []),
        towline: await openLoop(towline, deliveries, perSecond, kept),
      });
    }
    const inbox = await compareInbox(stage, kept);
    return { text: describe(found, open, inbox), figures: { connections, rounds: found, open, inbox } };
  } finally {
    await floor.child.stop();
    await towline.child.stop();
  }
}

async function closedLoop(
  { child, postgresPid }: Measured,
  deliveries: readonly Delivery[],
  kept: string[],
): Promise<Round> {
  const cpu = (): { node: number; postgres: number } => ({
    node: cpuOf(child.pid),
    postgres: postgresPid ? cpuOfTree(postgresPid) : 0,
  });
  const before = cpu();
  const result = await sendAll(
    child.port,
    deliveries.map(({ request }) => request),
    connections,
  );
  const after = cpu();
  note(result, deliveries, kept);
  const us = (from: number, to: number): number => ((to - from) * 1e6) / deliveries.length;
  return {
    perSecond: deliveries.length / result.seconds,
    p50Ms: percentile(result.latenciesMs, 0.5),
    p99Ms: percentile(result.latenciesMs, 0.99),
    nodeUs: us(before.node, after.node),
    postgresUs: us(before.postgres, after.postgres),
  };
}

interface Latencies {
  p50Ms: number;
  p99Ms: number;
}

async function openLoop(
  { child }: Measured,
  deliveries: readonly Delivery[],
  perSecond: number,
  kept: string[],
): Promise<Latencies> {
  const result = await sendAtRate(
    child.port,
    deliveries.map(({ request }) => request),
    perSecond,
    connections,
  );
  note(result, deliveries, kept);
  return { p50Ms: percentile(result.latenciesMs, 0.5), p99Ms: percentile(result.latenciesMs, 0.99) };
}

/** Remembers what was acknowledged; everything must be. */
function note({ statuses }: LoadResult, deliveries: readonly Delivery[], kept: string[]): void {
  const refused = statuses.filter((status) => status !== 200);
  if (refused.length > 0)
    throw new Error(
      `${refused.length} of ${deliveries.length} deliveries were answered with ${[...new Set(refused)].join(', ')}.`,
    );
  for (const { eventId } of deliveries) kept.push(eventId);
}

interface InboxComparison {
  acknowledged: number;
  inInbox: number;
  lost: number;
  twice: number;
}

async function compareInbox(stage: Stage, acknowledged: readonly string[]): Promise<InboxComparison> {
  const database = openDatabase({ url: stage.databaseUrl });
  try {
    const { rows } = await sql<{ eventId: string }>`
      select convert_from(body, 'UTF8')::json->>'eventId' as "eventId" from webhook_inbox`.execute(database.system);
    const found = new Set(rows.map(({ eventId }) => eventId));
    const lost = acknowledged.filter((eventId) => !found.has(eventId)).length;
    return { acknowledged: acknowledged.length, inInbox: rows.length, lost, twice: rows.length - found.size };
  } finally {
    await database.close();
  }
}

function describe(
  found: { floor: Round[]; towline: Round[] },
  open: readonly { perSecond: number; floor: Latencies; towline: Latencies }[],
  inbox: InboxComparison,
): string {
  const of = (list: readonly Round[], pick: (round: Round) => number): number => median(list.map(pick));
  const row = (name: string, list: readonly Round[]): (string | number)[] => [
    name,
    of(list, (r) => r.perSecond),
    of(list, (r) => r.p50Ms),
    of(list, (r) => r.p99Ms),
    of(list, (r) => r.nodeUs),
    of(list, (r) => r.postgresUs),
  ];
  const speed = ratios(
    found.towline.map((r) => r.perSecond),
    found.floor.map((r) => r.perSecond),
  );
  const cpu = ratios(
    found.towline.map((r) => r.nodeUs + r.postgresUs),
    found.floor.map((r) => r.nodeUs),
  );
  return [
    `Webhooks: ${connections} connections, ${rounds} rounds of ${figure(perRound)} different signed deliveries of 2.1 kB, kept durably before the 200`,
    table(
      ['', 'requests/s', 'p50 ms', 'p99 ms', 'node µs/req', 'postgres µs/req'],
      [row('node:http + HMAC (floor)', found.floor), row('Towline, role ingest', found.towline)],
    ),
    `  requests/s against the floor: ${figure(speed.median)} (${figure(speed.least)} to ${figure(speed.most)}); goal 0.60`,
    `  processor time against the floor: ${figure(cpu.median)} (${figure(cpu.least)} to ${figure(cpu.most)}); goal for kept and applied 2.5`,
    ...open.map(
      ({ perSecond, floor, towline }) =>
        `  at ${figure(perSecond)} a second: p50 ${figure(towline.p50Ms)}, p99 ${figure(towline.p99Ms)} ms (floor ${figure(floor.p50Ms)}, ${figure(floor.p99Ms)}); goal p99 ${perSecond >= 3_000 ? 15 : 6}`,
    ),
    `  acknowledged ${figure(inbox.acknowledged)}, in the inbox ${figure(inbox.inInbox)}: ${inbox.lost} lost, ${inbox.twice} twice`,
  ].join('\n');
}
