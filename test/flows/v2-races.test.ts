/** Cars on v2 when two things happen at once, when one of them takes long, and when one of them never ends. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, afterEach, before, describe, test } from 'node:test';

import type { TokenSetId, VehicleId } from '../../src/domain/ids.ts';
import { completeDue } from '../../src/flows/complete-connect.ts';
import { revokeDue } from '../../src/flows/revoke.ts';
import { keepHouse } from '../../src/flows/keep-house.ts';
import { renewUnanswered } from '../../src/flows/renew-tokens.ts';
import { startWorld } from '../support/world.ts';
import type { SimulatedCar, World } from '../support/world.ts';
import { startGateway, type Gateway } from './every-error-gateway.ts';

const day = 86_400;
const down = { status: 503, body: '' };
const tokenRefused = { status: 401, body: JSON.stringify({ type: 'AUTHENTICATION', code: null }) };

/** Keeps every request for tokens waiting, until it refuses them all. */
interface Slow {
  origin: string;
  /** Resolves when so many wait. */
  held(count: number): Promise<void>;
  refuseAll(): void;
  /** How many came until now. */
  asked(): number;
  close(): Promise<void>;
}

async function startSlow(): Promise<Slow> {
  const waiting = new Set<ServerResponse>();
  let asked = 0;
  const server = createServer((request, response) => {
    request.resume();
    asked += 1;
    waiting.add(response);
    response.once('close', () => waiting.delete(response));
    server.emit('held');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // it listens on TCP
  return {
    origin: `http://127.0.0.1:${port}`,
    async held(count) {
      while (waiting.size < count) await once(server, 'held');
    },
    refuseAll() {
      for (const response of waiting)
        response
          .writeHead(400, { 'content-type': 'application/json' })
          .end(JSON.stringify({ error: 'invalid_request', error_description: 'Invalid code.' }));
    },
    asked: () => asked,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

describe('an installation for both platforms, whose new grants are still made on v2', { timeout: 120_000 }, () => {
  let world: World;
  let gateway: Gateway;
  let slow: Slow;
  let cars: SimulatedCar[];

  before(async () => {
    gateway = await startGateway();
    slow = await startSlow();
    world = await startWorld({ speaks: 'both', smartcarOrigin: gateway.origin });
    gateway.target = world.simulator.origin;
    const accounts = new Set<string>();
    cars = (await world.cars('first')).filter(({ make, account: { email } }) => {
      const isFirst = make !== 'TESLA' && !accounts.has(email);
      accounts.add(email);
      return isFirst;
    });
    world.ground.grantsOnV2 = true;
  });
  afterEach(() => {
    gateway.answers.clear();
    gateway.target = world.simulator.origin;
    world.ground.grantsOnV2 = true;
  });
  after(async () => {
    await world.close();
    await gateway.close();
    await slow.close();
  });

  async function until(id: VehicleId, status: string): Promise<void> {
    for (let waited = 0; waited < 900; waited += 15) {
      if ((await world.vehicle(id)).connection?.status === status) return;
      await world.advance(15);
    }
    assert.equal((await world.vehicle(id)).connection?.status, status, world.faults.map(String).join());
  }

  async function connected(place: number): Promise<{ car: SimulatedCar; id: VehicleId }> {
    const car = cars[place] ?? assert.fail();
    const id = await world.connectCar(car);
    await until(id, 'active');
    return { car, id };
  }

  const familyOf = async (id: VehicleId): Promise<TokenSetId> => {
    const { owner } = world.ground.database;
    const found = await owner.selectFrom('connection').select('token_set_id').where('vehicle_id', '=', id).execute();
    return found[0]?.token_set_id ?? assert.fail('it is read by tokens');
  };

  async function isKept(id: TokenSetId): Promise<boolean> {
    const { owner } = world.ground.database;
    const [row] = await owner.selectFrom('token_set').select('sealed').where('id', '=', id).execute();
    return Boolean(row?.sealed);
  }

  async function endAccessToken(
    id: TokenSetId,
    more: { refresh_sent_at?: Date; lease_until?: Date } = {},
  ): Promise<void> {
    const change = { access_expires_at: world.now(), ...more };
    await world.ground.database.owner.updateTable('token_set').set(change).where('id', '=', id).execute();
  }

  async function linkFor(car: SimulatedCar): Promise<string> {
    const { vin, make, model, year } = car;
    const owner = await world.api('POST', '/owners', { name: vin, email: `${vin}@example.com` });
    const added = await world.api('POST', '/vehicles', { vin, make, model, year, ownerId: owner.body['id'] });
    return String((await world.api('POST', `/vehicles/${String(added.body['id'])}/connect`, {})).body['url']);
  }

  const sessions = (): Promise<{ state: string }[]> =>
    world.ground.database.owner.selectFrom('connect_session').select('state').orderBy('created_at').execute();

  test('a disconnect that waits for Smartcar keeps the tokens that it needs, and erases them when it is done', async () => {
    const { car, id } = await connected(0);
    const family = await familyOf(id);
    gateway.answers.set('/application', down);
    await world.api('POST', `/vehicles/${id}/disconnect`, {});
    await world.advance(2 * day);
    await keepHouse(world.ground, world.now());
    assert.equal(await isKept(family), true);
    gateway.answers.clear();
    world.pass(60);
    await revokeDue(world.ground, world.now());
    assert.equal((await world.sim('GET', `/sim/api/cars/${car.vin}`))['connection'], null);
    assert.equal(await isKept(family), false);
  });

  test("what a slow check was told of the old tokens says nothing about the owner's new grant on v3", async () => {
    const { car, id } = await connected(1);
    const family = await familyOf(id);
    await world.sim('DELETE', '/sim/api/v2/families');
    // Another process's: this one has forgotten nothing yet.
    await endAccessToken(family);
    await world.advance(3 * 3_600);
    await until(id, 'expired');
    world.pass(120);
    gateway.target = slow.origin;
    const checking = world.api('POST', `/vehicles/${id}/check`, {});
    await slow.held(1);
    gateway.target = world.simulator.origin;
    world.ground.grantsOnV2 = false;
    const mail = (await world.mails()).find(({ to }) => to.includes(car.account.email));
    const url = /https?:\/\/\S+\/o\/[\w-]+/.exec(mail?.text ?? '')?.[0] ?? assert.fail('the owner was asked');
    await world.throughLink(url, { email: car.account.email, vins: [car.vin] });
    await until(id, 'active');
    slow.refuseAll();
    await checking;
    const { body } = await world.api('GET', `/vehicles/${id}`);
    const { status, platform } = body['connection'] as { status: string; platform: string };
    assert.deepEqual([status, platform], ['active', 'v3']);
    const { owner } = world.ground.database;
    const due = await owner.selectFrom('connection_due').select(['platform', 'token_set_id']).execute();
    assert.ok(due.some((row) => row.platform === 'v3' && row.token_set_id === null));
    await keepHouse(world.ground, new Date(world.now().getTime() + 2 * day * 1_000));
    assert.equal(await isKept(family), false);
  });

  test('a code that is being exchanged is not exchanged a second time by the sweep', async () => {
    const car = cars[2] ?? assert.fail();
    const link = await linkFor(car);
    gateway.answers.set('/oauth/token', down);
    // The first try is over, and the next one is under way.
    await world.throughLink(link, { email: car.account.email, password: car.account.password, vins: [car.vin] });
    gateway.answers.clear();
    gateway.target = slow.origin;
    const asked = slow.asked();
    await completeDue(world.ground, world.now());
    assert.equal(slow.asked(), asked);
    gateway.target = world.simulator.origin;
    assert.equal((await sessions()).at(-1)?.state, 'returned');
    world.pass(60);
    await completeDue(world.ground, world.now());
    assert.equal((await sessions()).at(-1)?.state, 'done');
  });

  test('a grant whose tokens are refused before it is settled is refused, and not asked about for ever', async () => {
    const car = cars[3] ?? assert.fail();
    const link = await linkFor(car);
    gateway.answers.set('/user', tokenRefused);
    await world.throughLink(link, { email: car.account.email, password: car.account.password, vins: [car.vin] });
    world.pass(200);
    await completeDue(world.ground, world.now());
    assert.equal((await sessions()).at(-1)?.state, 'refused');
  });

  test('answers that were lost are asked for again all at once, and not one after the other', async () => {
    const families = [await familyOf((await connected(4)).id), await familyOf((await connected(5)).id)];
    for (const family of families) await endAccessToken(family, { refresh_sent_at: world.now() });
    gateway.target = slow.origin;
    const renewing = renewUnanswered(world.ground, world.now());
    await slow.held(2);
    slow.refuseAll();
    assert.equal(await renewing, 0);
  });

  test('an answer that died with its process is asked for again at once, also when an outage had swallowed others before', async () => {
    const family = await familyOf((await connected(8)).id);
    await endAccessToken(family, {
      refresh_sent_at: new Date(world.now().getTime() - 40 * 60_000),
      lease_until: new Date(world.now().getTime() - 1_000),
    });
    assert.equal(await renewUnanswered(world.ground, world.now()), 1);
    await endAccessToken(family, { refresh_sent_at: new Date(world.now().getTime() - 40 * 60_000) });
    assert.equal(
      await renewUnanswered(world.ground, world.now()),
      0,
      'what is long over is lost, or another read finds out',
    );
  });

  test('a secret that is missing for v2 is one alert that stays, whatever v3 answers', async () => {
    world.ground.grantsOnV2 = false;
    await connected(6);
    world.ground.grantsOnV2 = true;
    await connected(7);
    world.ground.v2 = null;
    for (let round = 0; round < 8; round += 1) await world.advance(600);
    const alerts = await world.ground.database.owner
      .selectFrom('alert')
      .select(['state', 'key'])
      .where('kind', '=', 'smartcar.credentials-refused')
      .execute();
    assert.equal(alerts.length, 1, JSON.stringify(alerts));
  });
});
