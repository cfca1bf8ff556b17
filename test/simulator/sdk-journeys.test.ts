/** Whole lives of connections, lived with Smartcar's SDK alone. @see docs/smartcar.md §1, §2, §A.4 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json } from './stand.ts';
import { everyPermission } from './v2-stand.ts';
import { briefly, managementToken, parked, refusal, sdk, standSdk } from './sdk-stand.ts';

const scope = everyPermission.split(' ');

test('a car is connected, read, locked, kept alive by its tokens, and let go [§1.1-1, §1.2-1, §1.6-4, §1.7-1, §1.7-2, §1.7-3, §2.2-1, §2.5-1, §2.7-1]', async (t) => {
  const { client, through, carOf, clock } = await standSdk(t);
  const found = await carOf((car) => car.fleet === 'first' && car.activity === 'asleep');
  const url = client().getAuthUrl(scope, { state: 'journey', singleSelect: { vin: found.vin } });
  const end = await through({ url, email: found.account.email });
  assert.equal(end.searchParams.get('state'), 'journey');

  const access = await client().exchangeCode(end.searchParams.get('code') ?? '');
  const { vehicles } = await sdk.getVehicles(access.accessToken);
  assert.equal(vehicles.length, 1);
  const car = new sdk.Vehicle(vehicles[0], access.accessToken);
  const { meta: _, ...attributes } = await car.attributes();
  assert.deepEqual(attributes, { id: vehicles[0], make: found.make, model: found.model, year: found.year });
  assert.equal((await car.vin()).vin, found.vin);
  assert.deepEqual((await car.permissions()).permissions, scope);
  const user = await sdk.getUser(access.accessToken);
  assert.equal(user.id, end.searchParams.get('user_id'));
  assert.equal((await car.odometer()).distance > 0, true);
  assert.equal((await car.unlock()).status, 'success');

  clock.now += 3_600_000;
  const next = await client().exchangeRefreshToken(access.refreshToken);
  assert.equal((await car.attributes()).id, vehicles[0], 'the earlier token lives on');
  clock.now += 60_000;
  const replayed = await refusal(client().exchangeRefreshToken(access.refreshToken));
  assert.deepEqual(briefly(replayed).slice(1, 3), [400, 'invalid_grant']);
  clock.now += 3_600_000;
  assert.deepEqual(briefly(await refusal(car.attributes())).slice(1, 3), [401, 'AUTHENTICATION']);

  const renewed = new sdk.Vehicle(vehicles[0], next.accessToken);
  assert.equal((await renewed.lock()).status, 'success');
  assert.equal((await renewed.disconnect()).status, 'success');
  assert.deepEqual(briefly(await refusal(renewed.attributes())).slice(1, 3), [403, 'PERMISSION']);
  assert.deepEqual((await sdk.getConnections(managementToken)).connections, []);
});

test('one pair opens all cars of an owner; the one that is let go leaves the others [§1.7-6, §2.7-1, §7-4]', async (t) => {
  const { client, through, world } = await standSdk(t);
  const { cars } = await world();
  const emailOf = (car: Json): string => car.account.email;
  const owner = emailOf(
    cars.find((car: Json) => cars.filter((item: Json) => emailOf(item) === emailOf(car)).length > 1),
  );
  const own = cars.filter((car: Json) => emailOf(car) === owner);
  const end = await through({ url: client().getAuthUrl(scope), email: owner });
  const { accessToken } = await client().exchangeCode(end.searchParams.get('code') ?? '');
  const { vehicles, paging } = await sdk.getVehicles(accessToken);
  assert.equal(paging.count, own.length);
  const vins = await Promise.all(
    vehicles.map(async (id: string) => (await new sdk.Vehicle(id, accessToken).vin()).vin),
  );
  assert.deepEqual(vins.sort(), own.map((car: Json) => car.vin).sort());
  const [first, ...others] = vehicles;
  await new sdk.Vehicle(first, accessToken).disconnect();
  assert.deepEqual((await sdk.getVehicles(accessToken)).vehicles, others);
  await sdk.deleteConnections(managementToken, { vehicleId: others[0] });
  assert.deepEqual((await sdk.getVehicles(accessToken)).vehicles, others.slice(1));
});

test('an owner who changed the password comes back by the address of the error, and the old tokens go on [§1.4-5, §9.1-1]', async (t) => {
  const { connectedV2, vehicle, sim, through } = await standSdk(t);
  const car = await connectedV2();
  await sim('POST', `/cars/${car.vin}/faults`, { kind: 'password-changed' });
  const error = await refusal(vehicle(car).odometer());
  assert.equal(error.code, 'AUTHENTICATION_FAILED');
  const url = new URL(error.resolution.url);
  url.searchParams.set('redirect_uri', 'http://127.0.0.1:4000/connect/callback');
  const end = await through({ url: url.toString(), email: car.account.email });
  assert.equal(end.searchParams.get('error'), null);
  assert.ok((await vehicle(car).odometer()).distance > 0);
});

test('an owner who says no leaves nothing to exchange [§1.3-1]', async (t) => {
  const { client, through, carOf } = await standSdk(t);
  const car = await carOf(parked);
  const end = await through({ url: client().getAuthUrl(scope, { state: 'no' }), email: car.account.email, deny: true });
  assert.deepEqual(
    ['error', 'state', 'code'].map((name) => end.searchParams.get(name)),
    ['access_denied', 'no', null],
  );
  assert.deepEqual((await sdk.getConnections(managementToken)).connections, []);
});

test('a refresh token that nobody used is dead after sixty days, as the SDK foretold [§1.7-4]', async (t) => {
  const { client, codeFor, carOf, clock } = await standSdk(t);
  const car = await carOf(parked);
  const access = await client().exchangeCode(await codeFor(car.account.email, [car.vin]));
  const lifeMs = 60 * 86_400_000;
  assert.ok(Math.abs(+access.refreshExpiration - Date.now() - lifeMs) < 60_000);
  clock.now += lifeMs - 1_000;
  const next = await client().exchangeRefreshToken(access.refreshToken);
  clock.now += lifeMs;
  const error = await refusal(client().exchangeRefreshToken(next.refreshToken));
  assert.deepEqual(briefly(error).slice(1, 3), [400, 'invalid_grant']);
});
