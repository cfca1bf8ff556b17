/** The request budget against Smartcar's own limits: what it refuses is obeyed, and little has to be refused. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import type { VehicleId } from '../../src/domain/ids.ts';
import { takeFor } from '../../src/flows/budget.ts';
import { flushUsage } from '../../src/flows/meter.ts';
import { watchBudget } from '../../src/flows/watch-budget.ts';
import { startV2Fleet } from '../support/v2-fleet.ts';
import { startWorld } from '../support/world.ts';
import type { SimulatedCar, World } from '../support/world.ts';

interface Counts {
  routes: Record<string, { count: number; byStatus: Record<string, number> }>;
  vehicles: { vehicleId: string; vin: string | null; requests: number; usedThisMonth: number }[];
}

const requests = async (world: World): Promise<Counts> =>
  (await world.sim('GET', '/sim/api/requests')) as unknown as Counts; // the simulator's own answer

/** How often Smartcar answered with this status since its counts began. */
async function answered(world: World, status: number): Promise<number> {
  const { routes } = await requests(world);
  return Object.values(routes).reduce((sum, { byStatus }) => sum + (byStatus[status] ?? 0), 0);
}

const forget = (world: World) => world.sim('DELETE', '/sim/api/requests');

async function connectAll(world: World, cars: readonly SimulatedCar[]): Promise<VehicleId[]> {
  const ids: VehicleId[] = [];
  for (const car of cars) ids.push(await world.connectCar(car));
  for (let waited = 0; waited < 40; waited += 1) {
    const known = await Promise.all(ids.map((id) => world.vehicle(id)));
    if (known.every(({ connection }) => connection?.status === 'active')) return ids;
    await world.advance(30);
  }
  return assert.fail('Not every car became active.');
}

/** One car of each of so many owners, of these makes. */
async function carsOf(world: World, makes: readonly string[], count: number): Promise<SimulatedCar[]> {
  const owners = new Set<string>();
  const cars = (await world.cars('first')).filter(({ make, account: { email } }) => {
    const isNew = makes.includes(make) && !owners.has(email);
    if (isNew) owners.add(email);
    return isNew;
  });
  assert.ok(cars.length >= count, 'there are enough owners');
  return cars.slice(0, count);
}

interface Panel {
  freshness: { state: string; reason: string | null; nextAction: { who: string } | null };
  connection: {
    status: string;
    cause: string | null;
    nextPollAt: string;
    requests: { used: number; allowed: number; usedUp: boolean };
  };
}
const panel = async (world: World, id: VehicleId): Promise<Panel> =>
  (await world.api('GET', `/vehicles/${id}`)).body as unknown as Panel;

const openAlerts = async (world: World): Promise<{ kind: string; severity: string; text: string }[]> =>
  (await world.api('GET', '/alerts')).body['items'] as { kind: string; severity: string; text: string }[];

/** What Smartcar allows from now on, and what there is of it. */
async function allow(world: World, capacity: number, perMinute: number): Promise<void> {
  const { ground } = world;
  Object.assign(ground.budget, { capacity, perMinute });
  await takeFor(ground, 'command', 0, 1, world.now());
  await ground.database.system
    .updateTable('request_bucket')
    .set({ tokens: capacity, filled_at: world.now(), saving: null })
    .execute();
}

/** Cars that stand are read as often as those that are driven, from their next read on. */
async function readAllAlike(world: World): Promise<void> {
  await world.api('PATCH', '/settings', { staleAfterS: 1_800 });
  await world.advance(4 * 3_600);
}

const tokens = async (world: World): Promise<number> =>
  (await world.ground.database.system.selectFrom('request_bucket').select('tokens').executeTakeFirstOrThrow()).tokens;

describe('an application with few requests', () => {
  let world: World;
  let ids: VehicleId[];

  before(async () => {
    world = await startWorld({ requestsPerMonth: 100_000 });
    ids = await connectAll(world, await carsOf(world, ['VOLKSWAGEN', 'SKODA', 'AUDI', 'BMW', 'FORD', 'VOLVO'], 12));
    await world.sim('PATCH', '/sim/api/knobs', { limitsVehicles: false, webhook: { isEnabled: false } });
    await readAllAlike(world);
    await world.sim('PATCH', '/sim/api/knobs', { applicationBucket: { capacity: 20, refillPerMinute: 1 } });
    await allow(world, 20, 1);
    await forget(world);
  });
  after(() => world.close());

  test('for eight hours nothing is refused, no car is left out, and the reserve is never touched [§5-1]', async () => {
    let least = Number.POSITIVE_INFINITY;
    for (let minute = 0; minute < 8 * 60; minute += 5) {
      await world.advance(300);
      least = Math.min(least, await tokens(world));
    }
    assert.equal(await answered(world, 429), 0);
    const reads = (await requests(world)).vehicles.map((one) => one.requests);
    assert.equal(reads.length, ids.length);
    assert.ok(Math.min(...reads) >= 8, `${reads.join(' ')}: each car at least once an hour`);
    assert.ok(reads.reduce((sum, one) => sum + one, 0) > 0.95 * 8 * 60, `${reads.join(' ')}: what there is is used`);
    assert.ok(least >= 4, `${least}: a tenth for commands, and a tenth for what comes before routine reads`);
    assert.deepEqual(world.faults, []);
  });

  test('what waits is said, with since when', async () => {
    const { body } = await world.api('GET', '/budget');
    const late = (body['purposes'] as { purpose: string; late: { vehicles: number; since: string } | null }[]).filter(
      (one) => one.late !== null,
    );
    assert.ok(late.length > 0);
    assert.ok(late.every(({ purpose, late: waits }) => purpose !== 'command' && (waits?.vehicles ?? 0) > 0));
    assert.ok(late.every(({ late: waits }) => Date.parse(waits?.since ?? '') < world.now().getTime() - 60_000));
  });

  test('a person gets through while reads wait', async () => {
    const [id] = ids;
    assert.equal((await world.api('POST', `/vehicles/${id}/check`, {})).status, 200);
  });

  test('when Smartcar has less than we believe, its word counts: one round is refused, then all wait [§5-2]', async () => {
    await world.sim('PATCH', '/sim/api/knobs', { applicationBucket: { capacity: 3, refillPerMinute: 0 } });
    await allow(world, 60, 60);
    await forget(world);
    await world.advance(600);
    const refused = await answered(world, 429);
    assert.ok(refused >= 1 && refused <= ids.length, `${refused}`);
    assert.ok((await tokens(world)) <= 0);
    await world.advance(30);
    assert.equal(await takeFor(world.ground, 'command', 1, 1, world.now()), 0);
    assert.equal(await answered(world, 429), refused, 'nobody asks');
    const states = await Promise.all(ids.map((id) => panel(world, id)));
    assert.deepEqual(new Set(states.map(({ connection }) => connection.status)), new Set(['active']));
    assert.deepEqual(await openAlerts(world), []);
    await world.sim('PATCH', '/sim/api/knobs', { applicationBucket: null });
    await world.advance(120);
    await world.advance(600);
    assert.equal(await answered(world, 429), refused);
    assert.deepEqual(world.faults, []);
  });
});

describe('cars on v2 beside cars on v3, with few requests', () => {
  test('none is refused, and none starves: a read of seven is saved up for [§2.6-6]', async () => {
    const onV2 = (cars: readonly SimulatedCar[]) => cars.filter(({ make }) => make === 'VOLKSWAGEN').slice(0, 3);
    const fleet = await startV2Fleet(onV2);
    const { world } = fleet;
    try {
      await connectAll(world, await carsOf(world, ['SKODA', 'AUDI', 'BMW'], 5));
      await world.sim('PATCH', '/sim/api/knobs', { limitsVehicles: false, webhook: { isEnabled: false } });
      await readAllAlike(world);
      await world.sim('PATCH', '/sim/api/knobs', { applicationBucket: { capacity: 14, refillPerMinute: 1 } });
      await allow(world, 14, 1);
      await forget(world);
      const readsOf = async (): Promise<Map<string, Date>> =>
        new Map(
          (await world.ground.database.owner.selectFrom('connection').select(['id', 'asked_at']).execute()).map(
            ({ id, asked_at }) => [id, asked_at ?? new Date(0)],
          ),
        );
      let seen = await readsOf();
      const reads = new Map([...seen.keys()].map((id) => [id as string, 0]));
      for (let minute = 0; minute < 6 * 60; minute += 3) {
        await world.advance(180);
        const now = await readsOf();
        for (const [id, at] of now) if (at > (seen.get(id) ?? at)) reads.set(id, (reads.get(id) ?? 0) + 1);
        seen = now;
      }
      const counts = [...reads.values()];
      assert.equal(counts.length, 8);
      assert.ok(Math.min(...counts) >= 3, `${counts.join(' ')}: none waits for more than two hours`);
      assert.equal(await answered(world, 429), 0);
      assert.deepEqual(world.faults, []);
    } finally {
      await fleet.close();
    }
  });
});

describe('a car with few requests of its own', () => {
  test("a month of a plan's requests is never passed, and is enough for all of it [§5-5, §10-3]", async () => {
    const world = await startWorld({ startAt: '2026-05-01T00:00:00Z', requestsPerMonth: 60 });
    try {
      const [id] = await connectAll(world, await carsOf(world, ['VOLKSWAGEN'], 1));
      await world.sim('PATCH', '/sim/api/knobs', { monthlyQuota: 60, webhook: { isEnabled: false } });
      const gaps: number[] = [];
      let last = world.now();
      let before = (await panel(world, id as VehicleId)).connection.requests.used;
      while (world.now() < new Date('2026-05-31T14:00:00Z')) {
        await world.advance(6 * 3_600);
        const { connection } = await panel(world, id as VehicleId);
        if (connection.requests.used === before) continue;
        gaps.push((world.now().getTime() - last.getTime()) / 3_600_000);
        [last, before] = [world.now(), connection.requests.used];
        assert.equal(connection.status, 'active');
      }
      assert.equal(await answered(world, 430), 0);
      assert.ok(before > 40 && before <= 48, `${before} of 60, of which a fifth is kept`);
      assert.ok(Math.max(...gaps) <= 30, `${Math.max(...gaps)} hours`);
      assert.deepEqual(await openAlerts(world), []);
      assert.deepEqual(world.faults, []);
    } finally {
      await world.close();
    }
  });

  test('a Kia and a Chevrolet are never refused, by the strictest guidance there is [§5-13]', async () => {
    const world = await startWorld({ requestsPerMonth: 100_000 });
    try {
      await connectAll(world, [...(await carsOf(world, ['KIA'], 1)), ...(await carsOf(world, ['CHEVROLET'], 1))]);
      await world.sim('PATCH', '/sim/api/knobs', { vehicleBuckets: 'older-guidance', webhook: { isEnabled: false } });
      await readAllAlike(world);
      await world.advance(86_400);
      await forget(world);
      for (let minute = 0; minute < 24 * 60; minute += 10) await world.advance(600);
      assert.equal(await answered(world, 429), 0);
      const { vehicles } = await requests(world);
      assert.equal(vehicles.length, 2);
      assert.ok(
        vehicles.every((one) => one.requests >= 8 && one.requests <= 48),
        JSON.stringify(vehicles),
      );
    } finally {
      await world.close();
    }
  });
});

describe('a car whose requests Smartcar calls used up', () => {
  let world: World;
  let id: VehicleId;

  before(async () => {
    world = await startWorld({ startAt: '2026-05-04T08:00:00Z', requestsPerMonth: 100_000 });
    [id] = (await connectAll(world, await carsOf(world, ['VOLKSWAGEN'], 1))) as [VehicleId];
    await world.sim('PATCH', '/sim/api/knobs', { monthlyQuota: 0, webhook: { isEnabled: false } });
    await world.advance(2 * 3_600);
    await forget(world);
  });
  after(() => world.close());

  test('keeps its connection and its status, is asked about once a day, and its old data say why [§5-5]', async () => {
    for (let hours = 0; hours < 72; hours += 6) await world.advance(6 * 3_600);
    const refused = await answered(world, 430);
    assert.ok(refused >= 2 && refused <= 3, `${refused} in three days`);
    const { connection, freshness } = await panel(world, id);
    assert.deepEqual([connection.status, connection.cause, connection.requests.usedUp], ['active', null, true]);
    assert.deepEqual(
      [freshness.state, freshness.reason, freshness.nextAction?.who],
      ['stale', 'requestsUsedUp', 'operator'],
    );
    const { body } = await world.api('GET', `/vehicles/${id}/diagnosis`);
    assert.equal(body['cause'], 'requestLimit');
    assert.deepEqual(await openAlerts(world), []);
    assert.deepEqual(world.faults, []);
  });

  test('a person may ask all the same, and with the first answer it is read again', async () => {
    await world.sim('PATCH', '/sim/api/knobs', { monthlyQuota: null });
    assert.equal((await world.api('POST', `/vehicles/${id}/check`, {})).status, 200);
    const { connection } = await panel(world, id);
    assert.equal(connection.requests.usedUp, false);
    assert.ok(Date.parse(connection.nextPollAt) - world.now().getTime() < 3 * 3_600_000);
  });

  test('what our own plan allows is refused to a person too, but for what is kept for commands', async () => {
    await world.api('PATCH', '/plan', { requestBudget: { perVehiclePerMonth: 30 } });
    const statuses: number[] = [];
    for (let asked = 0; asked < 40; asked += 1)
      statuses.push((await world.api('POST', `/vehicles/${id}/check`, {})).status);
    const { connection } = await panel(world, id);
    assert.equal(statuses.at(-1), 429);
    assert.ok(connection.requests.used >= 27, 'nine tenths of thirty');
    const { body } = await world.api('POST', `/vehicles/${id}/check`, {});
    assert.match(String(body['detail']), /requests for the month are used up/);
    assert.equal(new Date(connection.nextPollAt).getUTCMonth(), 5, 'in June');
    assert.equal(connection.status, 'active');
  });

  test('more requests in the plan bring it back within hours, and not next month', async () => {
    assert.equal((await world.api('PATCH', '/plan', { requestBudget: { perVehiclePerMonth: 3_000 } })).status, 200);
    const { connection } = await panel(world, id);
    assert.ok(Date.parse(connection.nextPollAt) - world.now().getTime() < 3_600_000, connection.nextPollAt);
    assert.equal(connection.requests.usedUp, false);
    await world.advance(3_600);
    assert.ok((await panel(world, id)).connection.requests.used > connection.requests.used);
  });
});

describe('a manufacturer that lets us wait', () => {
  let world: World;
  let fords: { id: VehicleId; car: SimulatedCar }[];
  let other: VehicleId;

  before(async () => {
    world = await startWorld({ requestsPerMonth: 100_000 });
    const cars = await carsOf(world, ['FORD'], 3);
    const ids = await connectAll(world, cars);
    fords = cars.map((car, index) => ({ car, id: ids[index] ?? assert.fail() }));
    [other] = (await connectAll(world, await carsOf(world, ['VOLVO'], 1))) as [VehicleId];
    await world.sim('PATCH', '/sim/api/knobs', { limitsVehicles: false, webhook: { isEnabled: false } });
    await world.api('PATCH', '/settings', { staleAfterS: 1_800 });
  });
  after(() => world.close());

  const readsOf = async (car: SimulatedCar): Promise<number> =>
    (await requests(world)).vehicles.find(({ vin }) => vin === car.vin)?.requests ?? 0;
  const reads = () => Promise.all(fords.map(({ car }) => readsOf(car)));
  const pause = () => world.ground.database.system.selectFrom('make_pause').selectAll().execute();

  test('all its cars wait, and no other make; no connection is doubted [§5-4]', async () => {
    const [first] = fords;
    const fault = { kind: 'error', type: 'UPSTREAM', code: 'RATE_LIMIT', isWholeRequest: true };
    await world.sim('POST', `/sim/api/cars/${first?.car.vin}/faults`, fault);
    await world.advance(1_200);
    const [row] = await pause();
    assert.deepEqual(
      [row?.make, row?.times, (row?.until.getTime() ?? 0) - world.now().getTime()],
      ['FORD', 1, 300_000],
    );
    await forget(world);
    await world.advance(299);
    assert.deepEqual(await reads(), [0, 0, 0]);
    const { body } = await world.api('GET', '/budget');
    const ford = (body['makes'] as { make: string; waits: { until: string } | null }[]).find(
      ({ make }) => make === 'FORD',
    );
    assert.equal(ford?.waits?.until, row?.until.toISOString());
    for (const { id } of fords) assert.equal((await panel(world, id)).connection.status, 'active');
    assert.equal((await panel(world, other)).connection.status, 'active');
  });

  test('then one car tries, and with its answer all of them are read again', async () => {
    await world.sim('DELETE', '/sim/api/faults');
    await forget(world);
    await world.advance(1);
    await world.advance(600);
    assert.deepEqual(await pause(), []);
    assert.ok((await reads()).every((count) => count >= 1));
    assert.deepEqual(await openAlerts(world), []);
    assert.deepEqual(world.faults, []);
  });

  test('while it goes on only one car asks at a time, less often each time', async () => {
    for (const { car } of fords)
      await world.sim('POST', `/sim/api/cars/${car.vin}/faults`, {
        ...{ kind: 'error', type: 'UPSTREAM', code: 'RATE_LIMIT', isWholeRequest: true },
      });
    await world.advance(900);
    await forget(world);
    for (let minutes = 0; minutes < 120; minutes += 1) await world.advance(60);
    const sent = (await reads()).reduce((sum, one) => sum + one, 0);
    assert.ok(sent >= 3 && sent <= 6, `${sent} in two hours, where there were 72 before`);
    for (const { id } of fords) assert.equal((await panel(world, id)).connection.status, 'active');
    assert.deepEqual(await openAlerts(world), []);
  });
});

describe('what was used', () => {
  let world: World;
  let ids: VehicleId[];

  before(async () => {
    world = await startWorld({ startAt: '2026-05-04T00:00:10Z', requestsPerMonth: 100_000 });
    ids = await connectAll(world, await carsOf(world, ['VOLKSWAGEN', 'VOLVO'], 4));
  });
  after(() => world.close());

  const budget = async () => {
    await flushUsage(world.ground, world.now());
    return (await world.api('GET', '/budget')).body as unknown as {
      used: number;
      quota: number;
      left: number;
      forecast: { expected: number; low: number; high: number } | null;
      purposes: { purpose: string; used: number }[];
      makes: { make: string; vehicles: number; used: number }[];
      days: { day: string; used: number }[];
      nearest: { id: string; used: number }[];
      application: { atOnce: number; month: { used: number; quota: number | null } | null };
    };
  };

  test('is counted by purpose, make and day, as Smartcar counted it, and in the first hours nothing is forecast', async () => {
    await world.advance(7_200);
    await world.api('POST', `/vehicles/${ids[0]}/check`, {});
    const seen = await budget();
    const { routes } = await requests(world);
    const asked = Object.entries(routes).filter(([route]) => route.includes(' /v3/'));
    assert.equal(
      seen.used,
      asked.reduce((sum, [, { count }]) => sum + count, 0),
    );
    const signals = routes['GET /v3/vehicles/:vehicleId/signals']?.count;
    const used = new Set(seen.purposes.filter((one) => one.used > 0).map(({ purpose }) => purpose));
    assert.ok(used.has('person') && used.has('proof') && (used.has('routine') || used.has('quiet')));
    assert.equal(
      seen.used,
      seen.purposes.reduce((sum, one) => sum + one.used, 0),
    );
    assert.deepEqual(
      seen.days.map(({ day }) => day),
      ['2026-05-01', '2026-05-02', '2026-05-03', '2026-05-04'],
    );
    assert.equal(seen.days.at(-1)?.used, seen.used);
    assert.deepEqual(seen.makes.map(({ make }) => make).sort(), ['VOLKSWAGEN', 'VOLVO']);
    assert.equal(
      seen.makes.reduce((sum, one) => sum + one.used, 0),
      signals,
      'their own are what was read',
    );
    assert.deepEqual([seen.quota, seen.forecast], [400_000, null]);
    assert.equal(seen.nearest[0]?.id, ids[0]);
    assert.equal(seen.application.month?.used, seen.used);
  });

  test('a fleet is told once when more is expected than there is, and critically when it is used up; then it closes', async () => {
    for (let days = 0; days < 3; days += 1) {
      world.pass(86_400);
      world.ground.meter.note({ fleetId: world.fleets[0], make: 'VOLVO', purpose: 'routine' }, 9_000, 0, world.now());
    }
    await flushUsage(world.ground, world.now());
    const told = async () => {
      await watchBudget(world.ground, world.now());
      return (await openAlerts(world)).filter(({ kind }) => kind === 'budget.forecast');
    };
    assert.deepEqual(await told(), []);
    const { forecast } = await budget();
    assert.ok(forecast && forecast.low <= forecast.expected && forecast.expected <= forecast.high);
    await world.api('PATCH', '/plan', { requestBudget: { perVehiclePerMonth: 10_000 } });
    assert.deepEqual(
      (await told()).map(({ severity }) => severity),
      ['warning'],
    );
    assert.match((await told())[0]?.text ?? '', /At this pace about [\d,]+ requests .* of 40,000/);
    await world.api('PATCH', '/plan', { requestBudget: { perVehiclePerMonth: 5_000 } });
    assert.deepEqual(
      (await told()).map(({ severity }) => severity),
      ['critical'],
      'the same alert',
    );
    assert.equal((await world.api('GET', '/overview')).body['requests'] !== undefined, true);
    assert.deepEqual((await world.api('GET', '/overview')).body['requests'], { left: 0 });
    await world.api('PATCH', '/plan', { requestBudget: { perVehiclePerMonth: 100_000 } });
    assert.deepEqual(await told(), []);
  });

  test('the contract of the application counts for every fleet, and a plan can not promise more than it', async () => {
    world.ground.budget.perMonth = 100_000;
    try {
      await world.api('PATCH', '/plan', { requestBudget: { perVehiclePerMonth: 1_000 } });
      const { status, body } = await world.api('PATCH', '/plan', { requestBudget: { perVehiclePerMonth: 30_000 } });
      assert.deepEqual([status, body['code']], [409, 'plan_beyond_contract']);
      assert.match(String(body['detail']), /At most 25000 each fit/);
      assert.equal((await world.api('PATCH', '/plan', { requestBudget: { perVehiclePerMonth: 25_000 } })).status, 200);
      const { left, application } = await budget();
      assert.ok(left < 0.75 && left > 0.7, `${left}`);
      assert.equal(application.month?.quota, 100_000);
    } finally {
      world.ground.budget.perMonth = null;
    }
  });

  test('a plan is changed within bounds, by an administrator, and the audit log says so', async () => {
    const { body: before } = await world.api('GET', '/plan');
    for (const change of [
      { pollIntervalS: 10 },
      { pollIntervalS: 100_000 },
      { requestBudget: { perVehiclePerMonth: 1 } },
      { requestBudget: { reserveForCommands: 0.6 } },
      { requestBudget: { burst: 5 } },
      { retentionDays: 1 },
    ])
      assert.equal((await world.api('PATCH', '/plan', change)).status, 400, JSON.stringify(change));
    assert.deepEqual((await world.api('GET', '/plan')).body, before);
    const { body } = await world.api('PATCH', '/plan', { name: 'Large', pollIntervalS: 600 });
    assert.deepEqual(
      [body['name'], body['pollIntervalS'], body['requestBudget']],
      ['Large', 600, before['requestBudget']],
    );
    const { body: audit } = await world.api('GET', '/audit?limit=1');
    assert.equal((audit['items'] as { act: string }[])[0]?.act, 'changePlan');
  });
});
