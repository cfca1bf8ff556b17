/** 200 cars on v2 are moved to v3 by processes that are killed over it, while Smartcar fails now and then. */
import { moveReasons } from '../src/domain/move.ts';
import { figure, table } from '../bench/figures.ts';
import { run, rowsOf } from '../test/crash/sql.ts';
import { Died, openVictims, type Victim } from '../test/crash/victims.ts';
import { startV2Fleet, type V2Fleet } from '../test/support/v2-fleet.ts';

const cars = 200;
const unlisted = 6;
const narrower = 6;
const silent = 5;
const wishedBack = 10;
/** Of the minutes of the move, so many in a hundred see a kill. */
const killsInHundred = 25;
const seed = 20_261_201;

/** False when an owner was written to, a car was lost, or the report doesn't add up. */
export async function proveMove(tell: (line: string) => void): Promise<boolean> {
  const fleet = await startV2Fleet((all) => all.slice(0, cars), { fleet: 'many', simulator: { many: cars } });
  const workers = openWorkers(fleet);
  try {
    await breakSome(fleet);
    await fleet.world.sim('DELETE', '/sim/api/requests');
    const before = await statuses(fleet);
    const minutes = await moveAll(fleet, workers);
    await passDeadline(fleet, workers);
    return await report(fleet, workers, { before, minutes }, tell);
  } finally {
    await workers.end();
    await fleet.close();
  }
}

// — the processes that do the work —

interface Workers {
  /** Everything that is due now; killed over it after so many milliseconds, another one ends it. */
  settle(killAfterMs: number | null): Promise<void>;
  readonly kills: () => number;
  readonly faults: readonly string[];
  end(): Promise<void>;
}

function openWorkers(fleet: V2Fleet): Workers {
  const { world, databaseUrl } = fleet;
  const victims = openVictims();
  const faults: string[] = [];
  let kills = 0;
  let worker: Victim | null = null;
  const now = (): string => world.now().toISOString();
  const fresh = async (): Promise<Victim> => {
    const victim = await victims.take();
    const { origin } = world.simulator;
    const places = { databaseUrl, smartcarOrigin: origin, connectOrigin: origin, publicUrl: world.publicUrl };
    await victim.ask({ do: 'open', ...places, smtpUrl: null, speaks: 'both', now: now() });
    return victim;
  };
  const settle = async (killAfterMs: number | null): Promise<void> => {
    const victim = (worker ??= await fresh());
    const timer = killAfterMs === null ? null : setTimeout(() => victim.kill(), killAfterMs);
    try {
      const done = await victim.ask({ do: 'settle', now: now() });
      faults.push(...done.faults, ...(done.error === null ? [] : [done.error]));
    } catch (error) {
      if (!(error instanceof Died)) throw error;
      kills += 1;
      await victim.gone;
      worker = null;
      await freeTasks(databaseUrl);
      await settle(null);
    } finally {
      if (timer) clearTimeout(timer);
    }
  };
  return { settle, faults, kills: () => kills, end: () => victims.end() };
}

/** The job engine would let go of a dead worker's tasks after four hours of its own clock. */
const freeTasks = (url: string): Promise<void> =>
  run(
    url,
    'select graphile_worker.force_unlock_workers(array(select distinct locked_by from graphile_worker._private_jobs where locked_by is not null))',
  );

// — what goes wrong —

async function breakSome({ world, cars: all, databaseUrl }: V2Fleet): Promise<void> {
  const [first, second, third] = [unlisted, unlisted + narrower, unlisted + narrower + silent];
  for (const { id } of all.slice(0, first))
    await run(databaseUrl, `update connection set smartcar_user_id = 'somebody-else' where vehicle_id = '${id}'`);
  for (const { car } of all.slice(first, second))
    await world.sim('POST', `/sim/api/cars/${car.vin}/faults`, {
      kind: 'permission-missing',
      permission: 'read_tires',
    });
  for (const { car } of all.slice(second, third))
    await world.sim('POST', `/sim/api/cars/${car.vin}/faults`, { kind: 'empty-store' });
}

const troubles = [
  { kind: 'hang-up' },
  { kind: 'truncated' },
  { kind: 'garbage', status: 502 },
  { kind: 'garbage', status: 200 },
  { kind: 'rate-limit', retryAfterS: 60 },
] as const;

/** The same numbers in [0, 1) each time. */
function rolls(): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

// — the way —

async function moveAll({ world }: V2Fleet, workers: Workers): Promise<number> {
  const roll = rolls();
  await world.api('POST', '/moves', { dryRun: false });
  for (let minute = 1; minute <= 26 * 60; minute += 1) {
    world.pass(60);
    const trouble = minute % 5 === 2 ? troubles[Math.floor(roll() * troubles.length)] : undefined;
    const fault = trouble ? await world.sim('POST', '/sim/api/faults', trouble) : null;
    await world.simulator.advanceTo(world.now());
    await workers.settle(roll() * 100 < killsInHundred ? 20 + roll() * 700 : null);
    if (fault) await world.sim('DELETE', `/sim/api/faults/${String(fault['id'])}`);
    const { counts } = await moveNow(world);
    if (counts['waiting'] === 0 && counts['proving'] === silent) return minute;
  }
  throw new Error(`Not every car was moved in a day: ${JSON.stringify(await moveNow(world))}`);
}

/** A day and a half, hour by hour; cars are fetched more seldom, so that it takes no longer than it must. */
async function passDeadline({ world }: V2Fleet, workers: Workers): Promise<void> {
  await world.sim('PATCH', '/sim/api/knobs', { quietCadenceS: 6 * 3_600 });
  for (let hour = 0; hour < 37; hour += 1) {
    world.pass(3_600);
    await world.simulator.advanceTo(world.now());
    await workers.settle(null);
  }
}

interface MoveNow {
  id: string;
  counts: Record<string, number>;
}

async function moveNow(world: V2Fleet['world']): Promise<MoveNow> {
  const { body } = await world.api('GET', '/moves?limit=1');
  const [move] = body['items'] as [MoveNow];
  return move;
}

const statuses = async ({ databaseUrl }: V2Fleet): Promise<string> =>
  JSON.stringify(await rowsOf(databaseUrl, 'select vehicle_id, status, ended_at from connection order by vehicle_id'));

// — what came of it —

async function report(
  fleet: V2Fleet,
  workers: Workers,
  { before, minutes }: { before: string; minutes: number },
  tell: (line: string) => void,
): Promise<boolean> {
  const { world, databaseUrl } = fleet;
  const { id, counts } = await moveNow(world);
  tell(
    `${cars} cars on v2; ${minutes} minutes until all but the silent ones were settled, then 37 hours to their deadline`,
  );
  tell(`processes killed over it: ${workers.kills()}; a trouble of Smartcar's in every fifth minute`);
  const rows = await rowsOf(
    databaseUrl,
    'select state, reason, count(*)::int as cars from move_vehicle group by 1, 2 order by 1, 2',
  );
  tell(
    table(
      ['became', 'cars', 'because'],
      rows.map((row) => [String(row['state']), Number(row['cars']), String(row['reason'] ?? '-')]),
    ),
  );
  const requests = await requestsOf(world);
  tell(`requests of the move: ${requests.map(([route, made]) => `${figure(made)} ${route}`).join(', ')}`);
  const same = (await statuses(fleet)) === before;
  const back = await rowsOf(
    databaseUrl,
    `select vehicle_id from move_vehicle where state = 'moved' order by vehicle_id limit ${wishedBack}`,
  );
  await world.api('POST', `/moves/${id}/roll-back`, { vehicleIds: back.map((row) => row['vehicle_id']) });
  await settleFor(fleet, workers, 10);
  const onV2 = await rowsOf(
    databaseUrl,
    "select m.vehicle_id from move_vehicle m join connection c on c.id = m.connection_id where m.state = 'rolledBack' and c.platform = 'v2' and c.status = 'active'",
  );
  tell(`rolled back on wish: ${wishedBack}; of these active on v2 ten minutes later: ${onV2.length}`);
  await world.api('POST', `/moves/${id}/finish`, {});
  await settleFor(fleet, workers, 10);
  const lost = await rowsOf(databaseUrl, "select id from connection where status <> 'active' or ended_at is not null");
  const held = await rowsOf(
    databaseUrl,
    "select id from connection where platform = 'v3' and token_set_id is not null",
  );
  const told = (await world.mails()).length;
  tell(`owners contacted: ${told} (aim 0)`);
  tell(`cars lost, or of another status than before the move: ${same ? lost.length : 'some'} (aim 0)`);
  tell(`cars on v3 that still hold tokens of v2 after the move is finished: ${held.length} (aim 0)`);
  for (const fault of workers.faults.slice(0, 5)) tell(`fault: ${fault}`);
  const expected = { moved: cars - unlisted - narrower - silent, failed: silent, skipped: unlisted + narrower };
  const isRight = Object.entries(expected).every(([state, number]) => counts[state] === number);
  tell(`the report ${isRight ? 'says' : 'does not say'} what was prepared: ${JSON.stringify(expected)}`);
  const known = rows.every((row) => row['reason'] === null || moveReasons.some((reason) => reason === row['reason']));
  return (
    isRight &&
    known &&
    same &&
    told + lost.length + held.length + workers.faults.length === 0 &&
    onV2.length === wishedBack
  );
}

async function settleFor({ world }: V2Fleet, workers: Workers, minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute += 1) {
    world.pass(60);
    await world.simulator.advanceTo(world.now());
    await workers.settle(null);
  }
}

/** What v3 was asked, by route: a car on v2 asks nothing there. */
async function requestsOf(world: V2Fleet['world']): Promise<[string, number][]> {
  const { routes } = (await world.sim('GET', '/sim/api/requests')) as {
    routes: Record<string, number | { count: number }>;
  };
  return Object.entries(routes)
    .filter(([route]) => /\/v3\/(connections|webhooks)|subscriptions/.test(route))
    .map(([route, made]) => [route, typeof made === 'number' ? made : made.count]);
}
