/**
 * Rentals against disconnects: the same car is rented out and disconnected in the same moment, by processes of their own on one
 * PostgreSQL. Each race has one winner, and what stands in the database afterwards is what the winner was told.
 */
import { sql } from 'kysely';

import { startTowline } from '../bench/children.ts';
import type { Child } from '../bench/children.ts';
import { table } from '../bench/figures.ts';
import { environment, openStage } from '../bench/stage.ts';
import { seeded } from '../simulator/random.ts';
import { openDatabase } from '../src/store/database.ts';
import type { Database } from '../src/store/database.ts';
import { freePort } from '../test/support/ports.ts';

const processes = 3;
/** As many races are run at once. */
const atOnce = 4;

interface Field {
  towlines: readonly Child[];
  key: string;
  database: Database;
  roll: () => number;
}

interface Race {
  what: string;
  /** What is done before both run. */
  before?: (field: Field, car: string) => Promise<void>;
  first: (car: string) => [path: string, body: object];
  second: (car: string) => [path: string, body: object];
  /** The two answers and how the car stands then, of every way in which it may end. */
  ends: readonly string[];
}

const started = (car: string): [string, object] => ['/rentals', { vehicleId: car, reference: `R ${car}` }];
const disconnected = (when: string) => (car: string) => [`/vehicles/${car}/disconnect`, { when }] as [string, object];

const races: readonly Race[] = [
  {
    what: 'a rental starts | the car is disconnected',
    first: started,
    second: disconnected('now'),
    ends: ['201 | 409 rental_active | rented, connected', '409 not_connected | 200 | free, disconnected'],
  },
  {
    what: 'a rental ends | it is to be disconnected then',
    before: async (field, car) => void (await ask(field, 0, started(car))),
    first: (car) => [`/rentals/${encodeURIComponent(`reference:R ${car}`)}/end`, {}],
    second: disconnected('afterRental'),
    ends: ['200 | 409 no_rental | free, connected', '200 | 200 | free, disconnected'],
  },
];

/** @returns whether every race ended in one of its ways, and each of them came up */
export async function proveRentals(count: number, tell: (line: string) => void): Promise<boolean> {
  const stage = await openStage();
  const towlines: Child[] = [];
  const database = openDatabase({ url: stage.databaseUrl });
  try {
    const smartcarPort = await freePort();
    for (let place = 0; place < processes; place += 1)
      towlines.push(await startTowline(await freePort(), environment(stage, smartcarPort)));
    const field: Field = { towlines, key: stage.apiKey, database, roll: seeded(5, 'races') };
    let isMet = true;
    for (const race of races) {
      const ends = await runAll(field, race, await addCars(database, count));
      tell(`${race.what}: ${count} times, by ${processes} processes`);
      tell(table(['answers, and how the car stands', 'times'], [...ends].sort()));
      const isOneOf = [...ends.keys()].every((end) => race.ends.includes(end));
      isMet &&= isOneOf && race.ends.every((end) => ends.has(end));
    }
    tell(isMet ? 'met: one winner each, and the state is the winner’s' : 'missed: a race ended otherwise');
    return isMet;
  } finally {
    await database.close();
    await Promise.all(towlines.map((towline) => towline.stop()));
    await stage.stop();
  }
}

async function runAll(field: Field, race: Race, cars: readonly string[]): Promise<Map<string, number>> {
  const ends = new Map<string, number>();
  const left = [...cars];
  const runner = async (): Promise<void> => {
    for (let car = left.pop(); car !== undefined; car = left.pop()) {
      const end = await runOne(field, race, car);
      ends.set(end, (ends.get(end) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, runner));
  return ends;
}

/** Both leave in the same moment, in an order that is drawn, and are taken by different processes. */
async function runOne(field: Field, race: Race, car: string): Promise<string> {
  await race.before?.(field, car);
  const place = Math.floor(field.roll() * processes);
  const send = {
    first: () => ask(field, place, race.first(car)),
    second: () => ask(field, (place + 1) % processes, race.second(car)),
  };
  const isFirstFirst = field.roll() < 0.5;
  const [a, b] = isFirstFirst ? [send.first(), send.second()] : [send.second(), send.first()];
  const [one, other] = [await a, await b];
  const answers = isFirstFirst ? [one, other] : [other, one];
  return [...answers, await standingOf(field.database, car)].join(' | ');
}

async function ask({ towlines, key }: Field, place: number, [path, body]: [string, object]): Promise<string> {
  const port = towlines[place]?.port ?? 0;
  const response = await fetch(`http://127.0.0.1:${port}/api/v1${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const { code } = (await response.json()) as { code?: string };
  return code === undefined ? String(response.status) : `${response.status} ${code}`;
}

async function standingOf(database: Database, car: string): Promise<string> {
  const { rows } = await sql<{ rented: boolean; connected: boolean }>`select
    exists (select from rental where vehicle_id = ${car} and state = 'active') as rented,
    exists (select from connection where vehicle_id = ${car} and ended_at is null) as connected`.execute(
    database.owner,
  );
  const [row] = rows;
  return `${row?.rented ? 'rented' : 'free'}, ${row?.connected ? 'connected' : 'disconnected'}`;
}

/** Connected, and not read: what is raced for is in the database alone. */
async function addCars(database: Database, count: number): Promise<string[]> {
  const at = new Date();
  const { rows } = await sql<{ id: string }>`with cars as (
      insert into vehicle (id, fleet_id, number, created_at)
      select 'veh_' || substr(md5(random()::text || n), 1, 26), f.id, 'Race ' || n || ' ' || ${at.toISOString()}, ${at}
      from fleet f, generate_series(1, ${count}) as n
      returning id, fleet_id)
    insert into connection (id, fleet_id, vehicle_id, platform, smartcar_vehicle_id, smartcar_user_id, status, cause, since,
      connected_at, judged_at, permissions)
    select 'con_' || substr(id, 5), fleet_id, id, 'v3', 'car of ' || id, 'user of ' || id, 'expired', 'signedOut', ${at}, ${at},
      ${at}, array['control_security'] from cars
    returning vehicle_id as id`.execute(database.owner);
  return rows.map(({ id }) => id);
}
