import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import type { VehicleId } from '../../src/domain/ids.ts';
import { keepAlive } from '../../src/flows/keep-alive.ts';
import { moveDue } from '../../src/flows/move-due.ts';
import { startV2Fleet } from '../support/v2-fleet.ts';
import type { CarOnV2, V2Fleet } from '../support/v2-fleet.ts';
import { startWorld } from '../support/world.ts';
import type { World } from '../support/world.ts';

interface MoveNow {
  id: string;
  state: string;
  counts: Record<string, number>;
  backWanted: number;
}

interface Line {
  vehicleId: VehicleId;
  state: string;
  reason: string | null;
  text: string;
  lostPermissions: string[];
}

const none = { waiting: 0, proving: 0, moved: 0, failed: 0, rolledBack: 0, skipped: 0 };

const post = async (world: World, path: string, body: object = {}): Promise<MoveNow> => {
  const answer = await world.api('POST', path, body);
  assert.ok(answer.status < 300, JSON.stringify(answer));
  return answer.body as unknown as MoveNow;
};
const moveNow = async (world: World, id: string): Promise<MoveNow> =>
  (await world.api('GET', `/moves/${id}`)).body as unknown as MoveNow;
const linesOf = async (world: World, id: string): Promise<Line[]> =>
  (await world.api('GET', `/moves/${id}/vehicles?limit=200`)).body['items'] as Line[];

/** Everything of a car that an owner or operator could notice. */
async function standings(world: World): Promise<unknown[]> {
  return world.ground.database.owner
    .selectFrom('connection')
    .select(['vehicle_id', 'status', 'cause', 'since', 'ended_at'])
    .orderBy('vehicle_id')
    .execute();
}

async function platforms(world: World): Promise<Map<string, string>> {
  const rows = await world.ground.database.owner.selectFrom('connection').select(['vehicle_id', 'platform']).execute();
  return new Map(rows.map(({ vehicle_id, platform }) => [vehicle_id, platform]));
}

async function timeline(world: World, id: VehicleId): Promise<string[]> {
  const { body } = await world.api('GET', `/vehicles/${id}/timeline?limit=50`);
  return (body['items'] as { kind: string }[]).map(({ kind }) => kind).filter((kind) => /move|subscribed/.test(kind));
}

const told = async (world: World): Promise<number> => {
  const { body } = await world.api('GET', '/alerts?state=all');
  return (await world.mails()).length + (body['items'] as unknown[]).length;
};

describe('a fleet moves from v2 to v3', () => {
  let fleet: V2Fleet;
  let world: World;
  let unlisted: CarOnV2;
  let narrower: CarOnV2;
  let silent: CarOnV2;
  let others: CarOnV2[];
  let id = '';

  before(async () => {
    fleet = await startV2Fleet((cars) => cars.filter(({ make }) => make !== 'FORD').slice(0, 20));
    ({ world } = fleet);
    const [first, second, third, ...rest] = fleet.cars;
    assert.ok(first && second && third);
    [unlisted, narrower, silent, others] = [first, second, third, rest];
    const { owner } = world.ground.database;
    await owner
      .updateTable('connection')
      .set({ smartcar_user_id: 'somebody-else' as never }) // as v2's redirect claimed it
      .where('vehicle_id', '=', unlisted.id)
      .execute();
    await world.sim('POST', `/sim/api/cars/${silent.car.vin}/faults`, { kind: 'empty-store' });
  });
  after(() => fleet.close());

  test('a dry run says for each car what would happen, and changes nothing', async () => {
    await world.sim('POST', `/sim/api/cars/${narrower.car.vin}/faults`, {
      kind: 'permission-missing',
      permission: 'read_tires',
    });
    const before = await standings(world);
    const plan = await post(world, '/moves', { dryRun: true });
    assert.deepEqual([plan.state, plan.counts], ['planned', { ...none, waiting: 18, skipped: 2 }]);
    const reasons = (await linesOf(world, plan.id)).filter(({ state }) => state === 'skipped');
    assert.deepEqual(
      new Map(reasons.map(({ vehicleId, reason, lostPermissions }) => [vehicleId, [reason, ...lostPermissions]])),
      new Map([
        [unlisted.id, ['notListed']],
        [narrower.id, ['permissionsDiffer', 'read_tires']],
      ]),
    );
    await fleet.passMinutes(2);
    assert.deepEqual(await standings(world), before);
    assert.deepEqual(new Set((await platforms(world)).values()), new Set(['v2']));
    assert.equal((await world.api('GET', '/overview')).body['platform'] instanceof Object, true);
    ({ id } = await post(world, '/moves', { dryRun: true }));
    assert.equal((await moveNow(world, plan.id)).state, 'rolledBack', 'a newer plan takes its place');
  });

  test('every car that v3 shows as well as v2 is switched, and nobody is told or asked anything [§7-7]', async () => {
    const before = await standings(world);
    const toldBefore = await told(world);
    await post(world, `/moves/${id}/start`);
    for (let minutes = 0; minutes < 26 * 60 && (await moveNow(world, id)).counts['moved'] !== 17; minutes += 5)
      await fleet.passMinutes(5);
    const { counts } = await moveNow(world, id);
    assert.deepEqual(counts, { ...none, moved: 17, proving: 1, skipped: 2 });
    assert.deepEqual(await standings(world), before, 'status and since of every car are what they were');
    assert.equal(await told(world), toldBefore);
    const now = await platforms(world);
    for (const { id: moved } of others) assert.equal(now.get(moved), 'v3');
    for (const { id: left } of [unlisted, narrower, silent]) assert.equal(now.get(left), 'v2');
    const [one] = others;
    assert.ok(one);
    assert.deepEqual((await timeline(world, one.id)).toSorted(), [
      'connection.move-begun',
      'connection.moved',
      'connection.subscribed',
    ]);
    assert.deepEqual(world.faults, []);
  });

  test('what Smartcar sends of a moved car arrives, and it is read by the application’s own token', async () => {
    const [, one] = others;
    assert.ok(one);
    await world.sim('DELETE', '/sim/api/requests');
    const { body: before } = await world.api('GET', '/webhook-events?limit=200&state=applied');
    await fleet.passMinutes(20);
    const { body: after } = await world.api('GET', '/webhook-events?limit=200&state=applied');
    assert.ok((after['items'] as unknown[]).length > (before['items'] as unknown[]).length);
    const { routes } = (await world.sim('GET', '/sim/api/requests')) as { routes: Record<string, unknown> };
    assert.ok(Object.keys(routes).some((route) => route.includes('/v3/vehicles/')));
    const view = await world.vehicle(one.id);
    assert.deepEqual([view.connection?.status, view.connection?.subscribed], ['active', true]);
  });

  test('some are put back on v2, are read there at once, and stay active', async () => {
    const back = others.slice(0, 3).map((one) => one.id);
    await post(world, `/moves/${id}/roll-back`, { vehicleIds: back });
    await fleet.passMinutes(3);
    const now = await platforms(world);
    for (const one of back) {
      assert.equal(now.get(one), 'v2');
      assert.equal((await world.vehicle(one)).connection?.status, 'active');
    }
    assert.deepEqual((await moveNow(world, id)).counts, { ...none, moved: 14, rolledBack: 3, proving: 1, skipped: 2 });
    assert.deepEqual(world.faults, []);
  });

  test('while it is paused no car is looked at; finishing erases v2’s tokens of what was moved, and only those', async () => {
    await post(world, `/moves/${id}/pause`);
    assert.equal((await world.api('POST', `/moves/${id}/start`, {})).status, 409);
    await post(world, `/moves/${id}/resume`);
    const finished = await post(world, `/moves/${id}/finish`);
    assert.equal(finished.state, 'finished');
    const rows = await world.ground.database.owner
      .selectFrom('token_set as t')
      .select(['t.id', 't.sealed'])
      .select(({ exists, selectFrom }) =>
        exists(
          selectFrom('connection')
            .select('id')
            .whereRef('token_set_id', '=', 't.id')
            .where('platform', '=', 'v2')
            .where('ended_at', 'is', null),
        ).as('isUsed'),
      )
      .execute();
    for (const { sealed, isUsed } of rows) assert.equal(sealed !== null, Boolean(isUsed));
    assert.ok(rows.some(({ sealed }) => sealed === null));
    const kept = await world.ground.database.owner
      .selectFrom('connection')
      .select('id')
      .where('platform', '=', 'v3')
      .where('token_set_id', 'is not', null)
      .execute();
    assert.deepEqual(kept, []);
    assert.equal((await world.api('POST', `/moves/${id}/roll-back`, {})).status, 409, 'there is no way back');
  });

  test('the report names every car and what became of it', async () => {
    const answer = await fetch(`${world.publicUrl}/api/v1/moves/${id}/report.csv`, {
      headers: { authorization: `Bearer ${world.key}`, 'towline-fleet': world.fleets[0] },
    });
    const bytes = Buffer.from(await answer.arrayBuffer());
    const [head, ...rows] = bytes.toString('utf8').trimEnd().split('\r\n');
    assert.match(head ?? '', /^\uFEFFvehicleId,number,/, 'so that a spreadsheet reads its letters');
    assert.equal(rows.length, 20);
    assert.equal(rows.filter((row) => row.includes(',moved,')).length, 14);
    assert.match(answer.headers.get('content-type') ?? '', /text\/csv/);
  });
});

describe('a car that v3 shows nothing of', () => {
  test('stays on v2 and active until the deadline and after it, with the reason, and no owner is asked', async () => {
    const fleet = await startV2Fleet((cars) => cars.filter(({ make }) => make === 'VOLKSWAGEN').slice(0, 1));
    const { world } = fleet;
    try {
      const [silent] = fleet.cars;
      assert.ok(silent);
      await world.sim('POST', `/sim/api/cars/${silent.car.vin}/faults`, { kind: 'empty-store' });
      const { id } = await post(world, '/moves', { dryRun: false });
      for (let hours = 0; hours < 37; hours += 1) {
        await world.advance(3_600);
        await moveDue(world.ground, world.now());
        if (hours === 30) assert.equal((await moveNow(world, id)).counts['proving'], 1);
      }
      const [line] = await linesOf(world, id);
      assert.deepEqual([line?.state, line?.reason], ['failed', 'notProved']);
      assert.equal((await platforms(world)).get(silent.id), 'v2');
      assert.equal((await world.vehicle(silent.id)).connection?.status, 'active');
      assert.ok((await timeline(world, silent.id)).includes('connection.move-failed'));
      assert.equal(await told(world), 0);
      assert.deepEqual(world.faults, []);
    } finally {
      await fleet.close();
    }
  });
});

describe('a move that is given up', () => {
  let fleet: V2Fleet;
  before(async () => {
    fleet = await startV2Fleet((cars) => cars.filter(({ make }) => make === 'VOLKSWAGEN').slice(0, 3));
  });
  after(() => fleet.close());

  test('puts everything back; a car whose tokens were lost is mended by the next one', async () => {
    const { world } = fleet;
    const { id } = await post(world, '/moves', { dryRun: false });
    for (let minutes = 0; minutes < 26 * 60 && (await moveNow(world, id)).counts['moved'] !== 3; minutes += 5)
      await fleet.passMinutes(5);
    assert.equal((await world.api('POST', '/moves', {})).status, 409, 'one at a time');
    const back = await post(world, `/moves/${id}/roll-back`);
    assert.deepEqual([back.state, back.counts['rolledBack'], back.backWanted], ['rolledBack', 3, 0]);
    assert.deepEqual(new Set((await platforms(world)).values()), new Set(['v2']));
    await world.sim('DELETE', '/sim/api/v2/families');
    await world.ground.database.owner.updateTable('token_set').set({ access_expires_at: world.now() }).execute();
    await fleet.passMinutes(45);
    const [one] = fleet.cars;
    assert.ok(one);
    assert.equal((await world.vehicle(one.id)).connection?.cause, 'tokensRefused');
    await world.sim('POST', `/sim/api/cars/${one.car.vin}/fetch`);
    await world.sim('POST', `/sim/api/cars/${one.car.vin}/state-event`, {});
    await fleet.passMinutes(2);
    const { connection } = await world.vehicle(one.id);
    assert.equal(connection?.cause, 'tokensRefused', 'what Smartcar sends by itself gives no tokens back');
    const next = await post(world, '/moves', { dryRun: false });
    for (let minutes = 0; minutes < 26 * 60 && (await moveNow(world, next.id)).counts['moved'] !== 3; minutes += 5)
      await fleet.passMinutes(5);
    await fleet.passMinutes(5);
    for (const { id: car } of fleet.cars) assert.equal((await world.vehicle(car)).connection?.status, 'active');
    const { body } = await world.api('GET', '/alerts?state=unresolved');
    assert.deepEqual(body['items'], []);
    assert.deepEqual(world.faults, []);
  });

  test('a car that was mended by its move is wished back in vain: it stays on v3, works, and says why', async () => {
    const { world } = fleet;
    const [one] = fleet.cars;
    assert.ok(one);
    const { body } = await world.api('GET', '/moves');
    const [{ id }] = body['items'] as [MoveNow];
    const reasonOf = async () => (await linesOf(world, id)).find(({ vehicleId }) => vehicleId === one.id)?.reason;
    assert.equal(await reasonOf(), 'tokensGone', 'the report says so before anybody wishes');
    const toldBefore = await told(world);
    await post(world, `/moves/${id}/roll-back`, { vehicleIds: [one.id] });
    await fleet.passMinutes(90);
    assert.equal((await platforms(world)).get(one.id), 'v3');
    assert.equal((await world.vehicle(one.id)).connection?.status, 'active');
    assert.deepEqual([await reasonOf(), (await moveNow(world, id)).backWanted], ['tokensGone', 0]);
    assert.equal(await told(world), toldBefore);
    assert.deepEqual(world.faults, []);
  });

  test('what becomes of v2’s tokens afterwards touches no car that was moved', async () => {
    const { world } = fleet;
    world.pass(26 * 3_600);
    await keepAlive(world.ground, world.now());
    for (const { id: car } of fleet.cars) assert.equal((await world.vehicle(car)).connection?.status, 'active');
  });
});

describe('a car whose v2 tokens are found refused when they are kept alive', () => {
  test('is mended over v3 by a press, and its owner is not written to', async () => {
    const fleet = await startV2Fleet((cars) => cars.filter(({ make }) => make === 'VOLKSWAGEN').slice(0, 1));
    const { world } = fleet;
    try {
      const [one] = fleet.cars;
      assert.ok(one);
      await world.sim('DELETE', '/sim/api/v2/families');
      world.pass(26 * 3_600);
      await keepAlive(world.ground, world.now());
      assert.equal((await world.vehicle(one.id)).connection?.cause, 'tokensRefused');
      await world.settle();
      assert.deepEqual(await world.mails(), []);
      const { body } = await world.api('POST', `/vehicles/${one.id}/reconnect`, {});
      assert.equal(body['route'], 'automatic');
      assert.equal((await platforms(world)).get(one.id), 'v3');
      assert.deepEqual(await world.mails(), []);
      assert.deepEqual(world.faults, []);
    } finally {
      await fleet.close();
    }
  });
});

describe('a moved car whose v2 tokens were refused unnoticed', () => {
  test('stays on v3 when it is wished back, works, and says why; when v2 fails otherwise, it goes back', async () => {
    const fleet = await startV2Fleet((cars) => cars.filter(({ make }) => make === 'VOLKSWAGEN').slice(0, 2));
    const { world } = fleet;
    try {
      const [refused, other] = fleet.cars;
      assert.ok(refused && other);
      const { id } = await post(world, '/moves', { dryRun: false });
      for (let minutes = 0; minutes < 600 && (await moveNow(world, id)).counts['moved'] !== 2; minutes += 5)
        await fleet.passMinutes(5);
      const { families } = (await world.sim('GET', '/sim/api/v2/families')) as {
        families: { id: string; vehicleIds: string[] }[];
      };
      for (const family of families)
        if (family.vehicleIds.includes(refused.car.vehicleId))
          await world.sim('DELETE', `/sim/api/v2/families/${family.id}`);
      const { id: fault } = await world.sim('POST', `/sim/api/cars/${other.car.vin}/faults`, { kind: 'garbage' });
      await post(world, `/moves/${id}/roll-back`, { vehicleIds: [refused.id, other.id] });
      await world.sim('DELETE', `/sim/api/faults/${String(fault)}`);
      await fleet.passMinutes(90);
      const now = await platforms(world);
      assert.deepEqual([now.get(refused.id), now.get(other.id)], ['v3', 'v2']);
      for (const car of fleet.cars) assert.equal((await world.vehicle(car.id)).connection?.status, 'active');
      const lines = new Map((await linesOf(world, id)).map((line) => [line.vehicleId, [line.state, line.reason]]));
      assert.deepEqual(lines.get(refused.id), ['moved', 'tokensGone']);
      assert.deepEqual(lines.get(other.id), ['rolledBack', null]);
      assert.equal((await moveNow(world, id)).backWanted, 0);
      assert.deepEqual(await world.mails(), []);
      assert.deepEqual(world.faults, []);
    } finally {
      await fleet.close();
    }
  });
});

describe('a car that sleeps', () => {
  async function withSleeper(work: (fleet: V2Fleet, one: V2Fleet['cars'][number]) => Promise<void>): Promise<void> {
    const fleet = await startV2Fleet((cars) => cars.filter(({ make }) => make === 'VOLKSWAGEN').slice(0, 1));
    try {
      const [one] = fleet.cars;
      assert.ok(one);
      await fleet.world.sim('POST', `/sim/api/cars/${one.car.vin}/faults`, { kind: 'asleep' });
      await work(fleet, one);
      assert.equal((await fleet.world.vehicle(one.id)).connection?.status, 'active');
    } finally {
      await fleet.close();
    }
  }

  test('while its fleet is moved: is moved, also when v3 has fetched it since and heard no more than v2 does', () =>
    withSleeper(async ({ world, passMinutes }, { car }) => {
      await world.sim('POST', `/sim/api/cars/${car.vin}/fetch`, {});
      await passMinutes(60);
      const { id } = await post(world, '/moves', { dryRun: false });
      await passMinutes(20);
      assert.deepEqual((await moveNow(world, id)).counts, { ...none, moved: 1 });
      assert.equal(await told(world), 0);
    }));

  test('when an outage of Smartcar’s is over: is active again as soon as Smartcar says that it sleeps', () =>
    withSleeper(async ({ world, passMinutes }, { id: vehicleId }) => {
      const { id } = await world.sim('POST', '/sim/api/faults', { kind: 'garbage' });
      await passMinutes(90);
      assert.equal((await world.vehicle(vehicleId)).connection?.cause, 'smartcarFailing');
      await world.sim('DELETE', `/sim/api/faults/${String(id)}`);
      await passMinutes(120);
    }));
});

describe('an installation without credentials for v3', () => {
  test('is told which to set, and plans nothing', async () => {
    const world = await startWorld({ speaks: 'v2' });
    try {
      const { body } = await world.api('GET', '/moves');
      assert.deepEqual(body['missing'], ['SMARTCAR_API_CLIENT_ID', 'SMARTCAR_API_CLIENT_SECRET']);
      const refused = await world.api('POST', '/moves', {});
      assert.deepEqual([refused.status, refused.body['code']], [409, 'move_needs_v3']);
    } finally {
      await world.close();
    }
  });
});
