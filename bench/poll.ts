/**
 * Polling: the real flow, from the claim to the committed reading, against a bare HTTP client that parses and forgets.
 * Goals 7 and 8 of the performance table.
 */
import { sql } from 'kysely';
import { Pool } from 'undici';
import { pollDue } from '../src/flows/poll.ts';
import { startChild } from './children.ts';
import { figure, median, ratios, table } from './figures.ts';
import { cpuOfTree } from './processes.ts';
import { groundOn, type OpenedGround, type Stage } from './stage.ts';

const rounds = 3;

/** How a round is run: so many vehicles, read one after another by so many at once. */
interface Variant {
  name: string;
  latencyMs: number;
  vehicles: number;
  run: (vehicles: number) => Promise<void>;
}

/** The part of a round that the first, uncounted one runs. */
const warmUpShare = 0.2;

interface Round {
  perSecond: number;
  nodeUs: number;
  postgresUs: number;
}

export async function measurePoll(stage: Stage): Promise<{ text: string; figures: object }> {
  const smartcar = await startChild('smartcar-stand-in.ts');
  const origin = `http://127.0.0.1:${smartcar.port}`;
  const opened = await groundOn(stage, smartcar.port);
  const narrow = new Pool(origin, { connections: 64, pipelining: 1 });
  const wide = new Pool(origin, { connections: 1_000, pipelining: 1 });
  let polled = 0;
  const towline = async (vehicles: number): Promise<void> => {
    polled += await pollMany(opened, vehicles);
  };
  const variants: Variant[] = [
    { name: 'undici, 50 at once (floor)', latencyMs: 300, vehicles: 600, run: (n) => readMany(narrow, n, 50) },
    { name: 'Towline, one loop', latencyMs: 300, vehicles: 600, run: towline },
    { name: 'undici, 1,000 at once', latencyMs: 300, vehicles: 4_000, run: (n) => readMany(wide, n, 1_000) },
    { name: 'undici, 50 at once (floor)', latencyMs: 10, vehicles: 3_000, run: (n) => readMany(narrow, n, 50) },
    { name: 'Towline, one loop', latencyMs: 10, vehicles: 600, run: towline },
  ];
  try {
    const startedAt = new Date();
    const found = variants.map((): Round[] => []);
    // The first round makes connections, fetches the token and warms the code; it is not counted.
    for (let round = -1; round < rounds; round += 1) {
      for (const [place, variant] of variants.entries()) {
        const vehicles = round < 0 ? variant.vehicles * warmUpShare : variant.vehicles;
        const measured = await measureRound({ ...variant, vehicles }, origin, stage);
        if (round >= 0) found[place]?.push(measured);
      }
    }
    await checkRead(opened, startedAt, polled);
    const list = variants.map(({ name, latencyMs, vehicles }, place) => ({
      name,
      latencyMs,
      vehicles,
      rounds: found[place] ?? [],
    }));
    return { text: describe(list), figures: { variants: list } };
  } finally {
    await Promise.all([narrow.close(), wide.close()]);
    await opened.close();
    await smartcar.stop();
  }
}

async function measureRound({ run, vehicles, latencyMs }: Variant, origin: string, stage: Stage): Promise<Round> {
  await fetch(`${origin}/latency/${latencyMs}`, { method: 'POST' });
  const node = process.cpuUsage();
  const postgres = cpuOfTree(stage.postgresPid);
  const start = performance.now();
  await run(vehicles);
  const seconds = (performance.now() - start) / 1_000;
  const used = process.cpuUsage(node);
  return {
    perSecond: vehicles / seconds,
    nodeUs: (used.user + used.system) / vehicles,
    postgresUs: ((cpuOfTree(stage.postgresPid) - postgres) * 1e6) / vehicles,
  };
}

/** As the worker's loop does: another round at once while something was due. @returns how many were read */
async function pollMany({ ground, faults }: OpenedGround, vehicles: number): Promise<number> {
  let done = 0;
  while (done < vehicles) {
    const polled = await pollDue(ground, new Date());
    if (polled === 0) throw new Error('Nothing was due any more.');
    done += polled;
  }
  if (faults.length > 0) throw new Error('A poll failed.', { cause: faults[0] });
  return done;
}

async function readMany(pool: Pool, vehicles: number, atOnce: number): Promise<void> {
  let next = 0;
  const headers = { accept: 'application/json', authorization: 'Bearer bench', 'sc-user-id': 'user' };
  const reader = async (): Promise<void> => {
    for (let index = next++; index < vehicles; index = next++) {
      const { body } = await pool.request({ method: 'GET', path: `/v3/vehicles/car-${index}/signals`, headers });
      const read = JSON.parse(await body.text()) as { data: unknown[] }; // the stand-in's own answer
      if (read.data.length !== 8) throw new Error('An answer without its signals.');
    }
  };
  await Promise.all(Array.from({ length: atOnce }, reader));
}

/** Every vehicle that was counted has new readings, and is active. */
async function checkRead({ ground }: OpenedGround, since: Date, expected: number): Promise<void> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from connection c join vehicle_state s on s.vehicle_id = c.vehicle_id
    where c.status = 'active' and c.last_telemetry_at >= ${since} and s.newest_at >= ${since}`.execute(
    ground.database.owner,
  );
  const read = rows[0]?.count ?? 0;
  if (read < expected) throw new Error(`Only ${read} of ${expected} polled vehicles have new readings.`);
}

function describe(list: readonly { name: string; latencyMs: number; vehicles: number; rounds: Round[] }[]): string {
  const of = (found: readonly Round[], pick: (round: Round) => number): number => median(found.map(pick));
  const rows = list.map(({ name, latencyMs, rounds: found }) => [
    name,
    `${latencyMs} ms`,
    of(found, (r) => r.perSecond),
    of(found, (r) => r.nodeUs),
    of(found, (r) => r.postgresUs),
  ]);
  const against = (value: number, floor: number, pick: (round: Round) => number): string => {
    const {
      median: middle,
      least,
      most,
    } = ratios((list[value]?.rounds ?? []).map(pick), (list[floor]?.rounds ?? []).map(pick));
    return `${figure(middle)} (${figure(least)} to ${figure(most)})`;
  };
  const speed = (round: Round): number => round.perSecond;
  return [
    `Polling: from the claim to the committed readings of eight signals; ${rounds} rounds`,
    table(['', 'Smartcar takes', 'vehicles/s', 'node µs/vehicle', 'postgres µs/vehicle'], rows),
    `  at 300 ms: ${against(1, 0, speed)} of the floor with as many at once, ${against(1, 2, speed)} of the one with 1,000 at once; goal 1.3 of the one with as many as can be`,
    `  at 10 ms: ${against(4, 3, speed)} of the floor; processor time of node ${against(4, 3, (round) => round.nodeUs)} times the floor's; goal 1.0`,
  ].join('\n');
}
