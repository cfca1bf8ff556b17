/** Every way back of a connection, walked by HTTP: what the API says, where the link leads, and what comes of it. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { causeNames, factsOf } from '../../src/domain/cause.ts';
import type { Cause } from '../../src/domain/cause.ts';
import type { VehicleId } from '../../src/domain/ids.ts';
import { reconcileDue, requestReconciliation } from '../../src/flows/reconcile.ts';
import { follow, hasButton, isActive, look, ownerWay, press, signIn } from '../support/owner-way.ts';
import type { OwnerWay } from '../support/owner-way.ts';
import { startWorld } from '../support/world.ts';
import type { SimulatedCar, VehicleNow, World, WorldOptions } from '../support/world.ts';

interface Connected {
  id: VehicleId;
  car: SimulatedCar;
}

interface Panel {
  connection: {
    platform: string;
    nextAction: { who: string; action: string };
    reconnect: { route: string; starts: string; text: string };
    permissions: { missing: { permission: string }[] };
  };
}

interface Reconnected {
  status: number;
  body: { route?: string; url?: string; code?: string };
}

/** A fleet of cars of different owners. */
class Fleet {
  readonly world: World;
  readonly way: OwnerWay;
  readonly #cars: SimulatedCar[];

  private constructor(world: World, cars: SimulatedCar[]) {
    this.world = world;
    this.way = ownerWay(world);
    this.#cars = cars;
  }

  static async open(options: WorldOptions): Promise<Fleet> {
    const world = await startWorld(options);
    const accounts = new Set<string>();
    const cars = (await world.cars('first')).filter(({ make, account: { email } }) => {
      const isFirst = !['TESLA', 'FORD'].includes(make) && !accounts.has(email);
      accounts.add(email);
      return isFirst;
    });
    return new Fleet(world, cars);
  }

  async connected(): Promise<Connected> {
    const car = this.#cars.shift() ?? assert.fail('no car is left');
    const id = await this.world.connectCar(car);
    await this.way.until(id, isActive, 3_600);
    return { id, car };
  }

  async broken(kind: string, cause: Cause, more: object = {}): Promise<Connected> {
    const made = await this.connected();
    await this.world.sim('POST', `/sim/api/cars/${made.car.vin}/faults`, { kind, ...more });
    await this.becomes(made.id, cause);
    return made;
  }

  becomes(id: VehicleId, cause: Cause, limitS = 7_200): Promise<VehicleNow> {
    return this.way.until(id, ({ connection }) => connection?.cause === cause, limitS);
  }

  /** Written into its row: what takes Smartcar's weeks to come about. */
  async write(
    id: VehicleId,
    change: { cause?: Cause; resolution_url?: string | null; listed?: boolean | null },
  ): Promise<void> {
    const { cause, ...columns } = change;
    const standing = cause ? { cause, status: factsOf(cause).status } : {};
    await this.world.ground.database.owner
      .updateTable('connection')
      .set({ ...columns, ...standing })
      .where('vehicle_id', '=', id)
      .execute();
  }

  async panel(id: VehicleId): Promise<Panel['connection']> {
    return ((await this.world.api('GET', `/vehicles/${id}`)).body as unknown as Panel).connection; // the API's shape
  }

  async reconnect(id: VehicleId, body: object = {}): Promise<Reconnected> {
    return (await this.world.api('POST', `/vehicles/${id}/reconnect`, body)) as Reconnected; // the API's shape
  }

  /** The panel, the diagnosis and the call say the same. @returns the link, where there is one */
  async says(id: VehicleId, route: string, starts: string): Promise<string> {
    const { reconnect, nextAction } = await this.panel(id);
    assert.deepEqual([reconnect.route, reconnect.starts, nextAction.action], [route, starts, route]);
    const { body } = await this.world.api('GET', `/vehicles/${id}/diagnosis`);
    assert.equal((body['nextAction'] as { action: string }).action, route, 'the diagnosis');
    const answer = await this.reconnect(id);
    assert.deepEqual([answer.status, answer.body.route], [200, route]);
    return answer.body.url ?? '';
  }

  async compare(): Promise<void> {
    this.world.pass(3_700);
    await requestReconciliation(this.world.ground, this.world.now());
    await reconcileDue(this.world.ground, this.world.now());
  }

  async mailsTo({ account }: SimulatedCar): Promise<number> {
    return (await this.world.mails()).filter(({ to }) => to.includes(account.email)).length;
  }
}

describe('the way back on v3', () => {
  let fleet: Fleet;
  before(async () => {
    fleet = await Fleet.open({});
  });
  after(async () => {
    await fleet.world.close();
    assert.deepEqual(fleet.world.faults, []);
  });

  test('each cause: panel, diagnosis, call and link page say the same, and the button leads where it says', async () => {
    const { id } = await fleet.connected();
    // Of a connection that ended the diagnosis speaks, too; it is walked by the disconnect below.
    for (const cause of causeNames.filter((name) => name !== 'superseded' && name !== 'disconnectedHere')) {
      await fleet.write(id, { cause, resolution_url: null });
      const { route } = factsOf(cause);
      const { reconnect } = await fleet.panel(id);
      assert.equal(reconnect.route, route, cause);
      assert.ok(reconnect.text.endsWith('.'), cause);
      // Pressing what is automatic reads the car, which is well: nothing of this cause is left then.
      if (route === 'automatic') continue;
      const link = await fleet.says(id, route, reconnect.starts);
      assert.equal(link !== '', route !== 'none', cause);
      if (!link) continue;
      const page = await look(link);
      assert.equal(hasButton(page), route !== 'ownerAction', cause);
      if (route === 'ownerAction') {
        const pressed = await fetch(link, { method: 'POST', redirect: 'manual', body: new URLSearchParams() });
        assert.equal(pressed.status, 409, cause);
        continue;
      }
      const { pathname, searchParams } = new URL((await press(link)).connectUrl);
      assert.equal(pathname, route === 'reauthenticate' ? '/oauth/reauthenticate' : '/oauth/authorize', cause);
      if (route !== 'reauthenticate') {
        assert.equal(searchParams.get('single_select'), 'true', `${cause}: one car alone`);
        assert.equal(searchParams.get('approval_prompt'), route === 'widen' ? 'force' : 'auto', cause);
        assert.match(searchParams.get('scope') ?? '', /required:read_location.*required:control_security.* read_vin/);
      }
    }
  });

  test('automatic: a press asks Smartcar at once, and nobody else; what is well again is active', async () => {
    const { id, car } = await fleet.connected();
    const causes = causeNames.filter((name) => factsOf(name).route === 'automatic' && factsOf(name).status === 'error');
    for (const cause of causes) {
      await fleet.write(id, { cause });
      const mails = await fleet.mailsTo(car);
      await fleet.world.sim('DELETE', '/sim/api/requests');
      assert.equal(await fleet.says(id, 'automatic', 'read'), '');
      const { routes } = (await fleet.world.sim('GET', '/sim/api/requests')) as { routes: Record<string, unknown> };
      assert.deepEqual(
        Object.keys(routes).filter((route) => route.includes('/v3/')),
        ['GET /v3/vehicles/:vehicleId/signals'],
        cause,
      );
      // What only an answer was wanted for is over; what waits for data is over once some was fetched since.
      const { connection } = await fleet.world.vehicle(id);
      assert.ok(connection?.status === 'active' || cause === 'noFirstData', `${cause}: ${connection?.status}`);
      assert.equal(await fleet.mailsTo(car), mails, cause);
      await fleet.way.until(id, isActive);
    }
  });

  test('signing in again: by the address that the error gave', async () => {
    const { id, car } = await fleet.broken('password-changed', 'signedOut');
    const connectOrigin = fleet.world.simulator.origin;
    await fleet.write(id, {
      resolution_url: `${connectOrigin}/oauth/reauthenticate?response_type=vehicle_id&client_id=x&vehicle_id=${car.vehicleId}&flags=country:DE`,
    });
    const link = await fleet.says(id, 'reauthenticate', 'signIn');
    const left = await press(link);
    const url = new URL(left.connectUrl);
    assert.equal(url.searchParams.get('flags'), 'country:DE', 'what the error said is kept');
    assert.equal(url.searchParams.get('vehicle_id'), car.vehicleId);
    assert.equal(url.searchParams.get('redirect_uri'), `${fleet.world.publicUrl}/connect/callback`);
    await fleet.world.settle();
    const page = await follow(await fleet.way.goThrough(left, { email: car.account.email }), left.cookie);
    assert.match(page.text, /we are checking/);
    await fleet.way.until(id, isActive);
    assert.match((await look(link)).text, /It works/);
  });

  for (const address of [null, 'https://connect.smartcar.com.evil.example/oauth/reauthenticate?vehicle_id=theirs']) {
    test(`signing in again: by an address of our own where the error gave ${address ? 'one that leads elsewhere' : 'none'}`, async () => {
      const { id, car } = await fleet.broken('password-changed', 'signedOut');
      await fleet.write(id, { resolution_url: address });
      const left = await press(await fleet.says(id, 'reauthenticate', 'signIn'));
      const url = new URL(left.connectUrl);
      assert.equal(url.origin, fleet.world.simulator.origin);
      assert.equal(url.searchParams.get('vehicle_id'), car.vehicleId);
      await follow(await fleet.way.goThrough(left, { email: car.account.email }), left.cookie);
      await fleet.way.until(id, isActive);
      // The owner was asked once when it broke, and thanked once when it worked.
      assert.equal(await fleet.mailsTo(car), 2);
      for (let hours = 0; hours < 4; hours += 1) await fleet.world.advance(3_600);
      assert.equal(await fleet.mailsTo(car), 2);
      assert.deepEqual(await fleet.way.alerts(id), []);
    });
  }

  test('access that the owner ended: a new authorization where Smartcar lists it no longer, a sign-in where it does', async () => {
    const gone = await fleet.connected();
    await fleet.world.sim('DELETE', `/sim/api/cars/${gone.car.vin}/connection`);
    await fleet.compare();
    await fleet.becomes(gone.id, 'revokedByOwner');
    const link = await fleet.says(gone.id, 'authorize', 'grant');
    await fleet.way.walk(link, signIn(gone.car));
    await fleet.way.until(gone.id, isActive);

    const kept = await fleet.broken('access-revoked', 'revokedByOwner');
    await fleet.says(kept.id, 'authorize', 'grant');
    await fleet.compare();
    await fleet.world.settle();
    assert.equal((await fleet.world.vehicle(kept.id)).connection?.cause, 'revokedByOwner');
    const again = await fleet.says(kept.id, 'reauthenticate', 'signIn');
    await fleet.way.walk(again, { email: kept.car.account.email });
    await fleet.way.until(kept.id, isActive);
  });

  test('widening: the permissions are shown again, for this car alone, and what was missing is named everywhere', async () => {
    const made = await fleet.connected();
    const { id, car } = made;
    await fleet.world.sim('POST', `/sim/api/cars/${car.vin}/faults`, {
      kind: 'permission-missing',
      permission: 'read_odometer',
    });
    await fleet.becomes(id, 'permissionMissing');
    const { permissions, reconnect } = await fleet.panel(id);
    assert.deepEqual(
      permissions.missing.map(({ permission }) => permission),
      ['read_odometer'],
    );
    assert.match(reconnect.text, /asked again for what is missing: Mileage/);
    const { body: diagnosis } = await fleet.world.api('GET', `/vehicles/${id}/diagnosis`);
    const gaps = diagnosis['permissions'] as { missing: { permission: string }[] };
    assert.deepEqual(
      gaps.missing.map(({ permission }) => permission),
      ['read_odometer'],
    );
    const link = await fleet.says(id, 'widen', 'widen');
    const left = await press(link);
    assert.equal(new URL(left.connectUrl).searchParams.get('approval_prompt'), 'force');
    await follow(await fleet.way.goThrough(left, signIn(car)), left.cookie);
    await fleet.way.until(id, isActive);
    assert.deepEqual((await fleet.panel(id)).permissions.missing, []);
  });

  test('an owner who comes back without allowing more is told so, and the connection is left as it was', async () => {
    const { id, car } = await fleet.connected();
    await fleet.world.sim('POST', `/sim/api/cars/${car.vin}/faults`, {
      kind: 'permission-missing',
      permission: 'read_odometer',
    });
    await fleet.compare();
    const before = (await fleet.becomes(id, 'permissionMissing')).connection;
    const link = await fleet.says(id, 'widen', 'widen');
    const left = await press(link);
    // Connect would not let them untick it; a browser that comes back without having been there is the same.
    const back = new URL(`${fleet.world.publicUrl}/connect/callback`);
    back.search = new URLSearchParams({
      state: left.state,
      user_id: String((await fleet.way.carOf(car.vin)).userId),
    }).toString();
    await fleet.world.sim('POST', '/sim/api/authorize', { url: left.connectUrl, ...signIn(car), deny: true });
    const page = await follow(back.href, left.cookie);
    assert.match(page.text, /Nothing more was allowed/);
    const { connection } = await fleet.world.vehicle(id);
    assert.deepEqual([connection?.id, connection?.cause], [before?.id, 'permissionMissing']);
  });

  test('a lost login and a missing permission are mended on one way', async () => {
    const { id, car } = await fleet.connected();
    await fleet.world.sim('POST', `/sim/api/cars/${car.vin}/faults`, {
      kind: 'permission-missing',
      permission: 'read_odometer',
    });
    await fleet.compare();
    await fleet.becomes(id, 'permissionMissing');
    await fleet.world.sim('POST', `/sim/api/cars/${car.vin}/faults`, { kind: 'password-changed' });
    await fleet.becomes(id, 'signedOut');
    const link = await fleet.says(id, 'widen', 'widen');
    await fleet.way.walk(link, { email: car.account.email, vins: [car.vin] });
    await fleet.way.until(id, isActive);
    assert.deepEqual((await fleet.panel(id)).permissions.missing, []);
  });

  test('an owner who has to act elsewhere gets a page that says what, by mail too', async () => {
    const { id, car } = await fleet.broken('account-issue', 'accountIssue');
    assert.equal(await fleet.mailsTo(car), 0, 'nobody is written to unasked');
    const link = await fleet.says(id, 'ownerAction', 'explain');
    assert.match((await look(link)).text, /follow what it asks/);
    const sent = await fleet.reconnect(id, { deliver: 'email' });
    assert.deepEqual([sent.status, sent.body.route], [200, 'ownerAction']);
    await fleet.world.settle();
    assert.equal(await fleet.mailsTo(car), 1);
    await fleet.world.sim('DELETE', `/sim/api/cars/${car.vin}/faults`);
    await fleet.way.until(id, isActive, 86_400);
    assert.match((await look(link)).text, /It healed by itself|Nothing to do any more/);
  });

  test('what no sign-in would mend starts nothing; what works has nothing to repair', async () => {
    const { id } = await fleet.connected();
    assert.deepEqual((await fleet.reconnect(id)).body.code, 'nothing_to_repair');
    await fleet.write(id, { cause: 'planLimit' });
    await fleet.world.sim('DELETE', '/sim/api/requests');
    assert.equal(await fleet.says(id, 'none', 'nothing'), '');
    const { routes } = (await fleet.world.sim('GET', '/sim/api/requests')) as { routes: Record<string, unknown> };
    assert.deepEqual(
      Object.keys(routes).filter((route) => route.includes('/v3/')),
      [],
    );
  });

  test('what was disconnected here is connected by a new authorization, and is a new connection', async () => {
    const { id, car } = await fleet.connected();
    const before = (await fleet.world.vehicle(id)).connection?.id;
    await fleet.world.api('POST', `/vehicles/${id}/disconnect`, {});
    await fleet.world.settle();
    const { body } = await fleet.reconnect(id);
    assert.equal(body.route, 'authorize');
    await fleet.way.walk(String(body.url), signIn(car));
    const { connection } = await fleet.way.until(id, isActive);
    assert.notEqual(connection?.id, before);
  });
});

describe('the way back on v2, without credentials for v3', () => {
  let fleet: Fleet;
  before(async () => {
    fleet = await Fleet.open({ speaks: 'v2' });
  });
  after(async () => {
    await fleet.world.close();
    assert.deepEqual(fleet.world.faults, []);
  });

  test('a changed password is a sign-in, whether the error gave an address or not; the tokens go on', async () => {
    for (const address of ['given', null]) {
      const { id, car } = await fleet.broken('password-changed', 'signedOut');
      if (!address) await fleet.write(id, { resolution_url: null });
      const link = await fleet.says(id, 'reauthenticate', 'signIn');
      await fleet.way.walk(link, { email: car.account.email });
      await fleet.way.until(id, isActive);
    }
  });

  test('a permission that is missing is widened, with tokens of its own', async () => {
    const { id, car } = await fleet.broken('permission-missing', 'permissionMissing', { permission: 'read_odometer' });
    assert.deepEqual(
      (await fleet.panel(id)).permissions.missing.map(({ permission }) => permission),
      ['read_odometer'],
    );
    const link = await fleet.says(id, 'widen', 'widen');
    await fleet.way.walk(link, signIn(car));
    await fleet.way.until(id, isActive);
    assert.deepEqual((await fleet.panel(id)).permissions.missing, []);
  });

  test('tokens that are gone take the owner through a new authorization', async () => {
    const { id, car } = await fleet.connected();
    await fleet.world.sim('DELETE', '/sim/api/v2/families');
    await fleet.world.advance(3 * 3_600);
    await fleet.becomes(id, 'tokensRefused', 6 * 3_600);
    assert.ok((await fleet.mailsTo(car)) > 0, 'nobody else can mend it');
    const link = await fleet.says(id, 'authorize', 'grant');
    await fleet.way.walk(link, signIn(car));
    await fleet.way.until(id, isActive);
  });

  test('a manufacturer that failed is asked again', async () => {
    const { id } = await fleet.connected();
    await fleet.write(id, { cause: 'manufacturerFailing' });
    assert.equal(await fleet.says(id, 'automatic', 'read'), '');
    assert.equal((await fleet.world.vehicle(id)).connection?.status, 'active');
  });
});

describe('the way back on v2, in an installation with credentials for v3', () => {
  let fleet: Fleet;
  before(async () => {
    fleet = await Fleet.open({ speaks: 'both' });
    // Connected before there were any for v3.
    fleet.world.ground.grantsOnV2 = true;
  });
  after(async () => {
    await fleet.world.close();
    assert.deepEqual(fleet.world.faults, []);
  });

  async function withoutTokens(): Promise<Connected> {
    fleet.world.ground.grantsOnV2 = true;
    const made = await fleet.connected();
    fleet.world.ground.grantsOnV2 = false;
    await fleet.world.sim('DELETE', '/sim/api/v2/families');
    await fleet.world.advance(3 * 3_600);
    await fleet.becomes(made.id, 'tokensRefused', 6 * 3_600);
    return made;
  }

  test('tokens that are gone are mended by v3, and the owner is neither needed nor told', async () => {
    const { id, car } = await withoutTokens();
    const { nextAction, reconnect } = await fleet.panel(id);
    assert.deepEqual([nextAction.who, reconnect.starts], ['operator', 'moveToV3']);
    const turns = async (): Promise<Record<string, number>> =>
      (await fleet.world.api('GET', '/overview')).body['turns'] as Record<string, number>;
    assert.deepEqual(await turns(), { operator: 1 });
    const listed = async (who: string): Promise<number> =>
      ((await fleet.world.api('GET', `/vehicles?who=${who}`)).body['items'] as object[]).length;
    assert.deepEqual([await listed('operator'), await listed('owner')], [1, 0]);
    assert.equal(await fleet.says(id, 'automatic', 'moveToV3'), '');
    await fleet.way.until(id, isActive);
    assert.equal((await fleet.panel(id)).platform, 'v3');
    assert.equal(await fleet.mailsTo(car), 0);
    assert.deepEqual(await fleet.way.alerts(id), []);
  });

  test('where v3 does not list the car the owner is asked after all, and grants it on v3', async () => {
    const { id, car } = await withoutTokens();
    await fleet.world.sim('DELETE', `/sim/api/cars/${car.vin}/connection`);
    const { body } = await fleet.reconnect(id);
    assert.equal(body.route, 'authorize');
    await fleet.world.settle();
    assert.equal(await fleet.mailsTo(car), 1);
    const { nextAction, reconnect } = await fleet.panel(id);
    assert.deepEqual([nextAction.who, reconnect.starts], ['owner', 'grant']);
    await fleet.way.walk(String(body.url), signIn(car));
    await fleet.way.until(id, isActive);
    assert.equal((await fleet.panel(id)).platform, 'v3');
  });

  test('an owner who has an old link need not wait for an operator', async () => {
    const { id, car } = await withoutTokens();
    fleet.world.ground.grantsOnV2 = true;
    const { body } = await fleet.reconnect(id);
    fleet.world.ground.grantsOnV2 = false;
    await fleet.way.walk(String(body.url), signIn(car));
    await fleet.way.until(id, isActive);
    assert.equal((await fleet.panel(id)).platform, 'v3');
  });
});
