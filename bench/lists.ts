/**
 * What a screen asks for, under row-level security: pages, search and counts, in the database alone and through the
 * API. Goals 16 and 17 of the performance table, whose own figures are without row-level security.
 */
import { sql } from 'kysely';
import { Client } from 'undici';
import { bindFlows, listen } from '../src/app.ts';
import type { FleetId } from '../src/domain/ids.ts';
import { ensureBootstrapKey } from '../src/flows/bootstrap.ts';
import type { Database, Tx } from '../src/store/database.ts';
import { overviewCounts } from '../src/store/overview.ts';
import type { VehicleFilter } from '../src/store/vehicle-filter.ts';
import { listVehicles } from '../src/store/vehicle-list.ts';
import { figure, percentile, table } from './figures.ts';
import { fleetCount } from './seed.ts';
import { groundOn, type Stage } from './stage.ts';

const rounds = 60;
const warmUp = 10;
const limit = 50;

interface Question {
  name: string;
  goalMs: number | null;
  inDatabase: (tx: Tx, now: Date, middle: readonly [string, string]) => Promise<unknown>;
  /** Below /api/v1, the middle's cursor given. */
  path: (cursor: string) => string;
}

const list =
  (filter: VehicleFilter, fromMiddle = false): Question['inDatabase'] =>
  (tx, now, middle) =>
    listVehicles(tx, filter, { after: fromMiddle ? middle : null, limit, settings: {}, v3: true, now });
const search = (q: string, what: string): Question => ({
  name: `search: ${what}`,
  goalMs: 10,
  inDatabase: list({ q }),
  path: () => `/vehicles?limit=${limit}&q=${encodeURIComponent(q)}`,
});

const questions: Question[] = [
  { name: 'first page', goalMs: 2, inDatabase: list({}), path: () => `/vehicles?limit=${limit}` },
  {
    name: 'middle page',
    goalMs: 2,
    inDatabase: list({}, true),
    path: (cursor) => `/vehicles?limit=${limit}&cursor=${encodeURIComponent(cursor)}`,
  },
  {
    name: 'filter: expired',
    goalMs: 2,
    inDatabase: list({ status: 'expired' }),
    path: () => `/vehicles?limit=${limit}&status=expired`,
  },
  {
    name: 'filter: stale',
    goalMs: 2,
    inDatabase: list({ freshness: 'stale' }),
    path: () => `/vehicles?limit=${limit}&freshness=stale`,
  },
  search('B-TL 1234', 'a plate'),
  search('0001234', 'part of a VIN'),
  search('CAR', 'every car'),
  search('nothing like it', 'no hit'),
  {
    name: 'overview',
    goalMs: null,
    inDatabase: (tx, now) => overviewCounts(tx, { settings: {}, now }),
    path: () => '/overview',
  },
];

interface Measured {
  name: string;
  goalMs: number | null;
  database: number[];
  api: number[];
}

export async function measureLists(
  stage: Stage,
  fleets: readonly FleetId[],
  vehicles: number,
): Promise<{ text: string; figures: object }> {
  const { ground, options, close } = await groundOn(stage, 9);
  const [first] = fleets;
  if (!first) throw new Error('No fleet was seeded.');
  await ensureBootstrapKey(ground, stage.apiKey, first, new Date());
  const server = await listen(ground, bindFlows(ground), options);
  const client = new Client(server.address);
  try {
    const ask = askerOf(client, stage.apiKey);
    const middles = new Map<FleetId, Middle>();
    for (const fleet of fleets) middles.set(fleet, await middleOf(ground.database, ask, fleet));
    const floor: Measured = { name: 'select 1; /healthz (floor)', goalMs: null, database: [], api: [] };
    const found = [floor, ...questions.map(({ name, goalMs }): Measured => ({ name, goalMs, database: [], api: [] }))];
    for (let round = -warmUp; round < rounds; round += 1) {
      const fleet = fleets[Math.abs(round) % fleets.length] ?? first;
      const keep = (samples: number[], ms: number): unknown => round >= 0 && samples.push(ms);
      keep(floor.database, await timed(() => ground.database.asFleet(fleet, (tx) => sql`select 1`.execute(tx))));
      keep(floor.api, await timed(() => ask('/healthz', fleet)));
      for (const [place, question] of questions.entries()) {
        const measured = found[place + 1];
        const middle = middles.get(fleet);
        if (!measured || !middle) continue;
        keep(
          measured.database,
          await timed(() => ground.database.asFleet(fleet, (tx) => question.inDatabase(tx, new Date(), middle.after))),
        );
        keep(measured.api, await timed(() => ask(`/api/v1${question.path(middle.cursor)}`, fleet)));
      }
    }
    return {
      text: describe(found, vehicles),
      figures: { vehicles, fleets: fleetCount, questions: found.map(summary) },
    };
  } finally {
    await client.close();
    await server.close();
    await close();
  }
}

type Ask = (path: string, fleet: FleetId) => Promise<string>;

function askerOf(client: Client, key: string): Ask {
  return async (path, fleet) => {
    const headers = { authorization: `Bearer ${key}`, 'towline-fleet': fleet };
    const { statusCode, body } = await client.request({ method: 'GET', path, headers });
    const text = await body.text();
    if (statusCode !== 200) throw new Error(`${path} was answered with ${statusCode}: ${text.slice(0, 200)}`);
    return text;
  };
}

interface Middle {
  after: readonly [string, string];
  cursor: string;
}

/** Where the second half of a fleet's list begins, found by paging as a reader would. */
async function middleOf(database: Database, ask: Ask, fleet: FleetId): Promise<Middle> {
  const { rows } = await database.asFleet(fleet, (tx) =>
    sql<{ count: number }>`select count(*)::int as count from vehicle`.execute(tx),
  );
  const pageSize = 200;
  const pages = Math.max(1, Math.floor((rows[0]?.count ?? 0) / 2 / pageSize));
  let cursor = '';
  for (let page = 0; page < pages; page += 1) {
    const more = cursor ? `&cursor=${encodeURIComponent(cursor)}` : '';
    const answer = JSON.parse(await ask(`/api/v1/vehicles?limit=${pageSize}${more}`, fleet)) as {
      nextCursor: string | null;
    }; // our own answer
    cursor = answer.nextCursor ?? cursor;
  }
  const seen = await database.asFleet(fleet, (tx) =>
    listVehicles(tx, {}, { after: null, limit: pages * pageSize, settings: {}, v3: true, now: new Date() }),
  );
  const last = seen[pages * pageSize - 1];
  if (!last || !cursor) throw new Error('The fleet is too small to have a middle page.');
  return { after: [last.sortKey, last.id], cursor };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

const summary = ({ name, goalMs, database, api }: Measured): object => ({
  name,
  goalMs,
  databaseMs: { p50: percentile(database, 0.5), p95: percentile(database, 0.95) },
  apiMs: { p50: percentile(api, 0.5), p95: percentile(api, 0.95) },
});

function describe(found: readonly Measured[], vehicles: number): string {
  const rows = found.map(({ name, goalMs, database, api }) => [
    name,
    percentile(database, 0.5),
    percentile(database, 0.95),
    goalMs === null ? '-' : goalMs,
    percentile(api, 0.5),
    percentile(api, 0.95),
  ]);
  return [
    `Lists: ${figure(vehicles)} vehicles in ${fleetCount} fleets under row-level security, pages of ${limit}, ${rounds} rounds, one after another`,
    table(['', 'database p50 ms', 'p95', 'goal', 'API p50 ms', 'p95'], rows),
  ].join('\n');
}
