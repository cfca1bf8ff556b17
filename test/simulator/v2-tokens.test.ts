/** v2's tokens as an application meets them. @see docs/smartcar.md §1.6, §1.7 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fixture } from '../smartcar/fixture.ts';
import { startSimulator } from '../../simulator/server.ts';
import { noon, redirectUri, type Answer, type Json } from './stand.ts';
import { applicationId, basic, bearer, shapeOf, standV2 } from './v2-stand.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const twoCars = (cars: Json[]): Json[] => {
  const owner = cars.find(
    (car) => car.fleet === 'first' && cars.filter((item) => item.account.email === car.account.email).length > 1,
  );
  return cars.filter((car) => car.account.email === owner.account.email);
};

test('a code is exchanged once, for a pair with exactly four keys [§1.2-2, §1.6-1, §1.6-2, §1.6-4, §1.6-6]', async (t) => {
  const { codeFor, carOf, exchange, call } = await standV2(t);
  const car = await carOf((item) => item.fleet === 'first');
  const code = await codeFor(car.account.email, [car.vin]);
  assert.match(code, uuid);
  const answer = await exchange(code);
  assert.equal(answer.status, 200);
  assert.deepEqual(shapeOf(answer.body), shapeOf(fixture('v2-token')));
  assert.equal(answer.body.expires_in, 7200);
  assert.match(answer.body.access_token, uuid);
  const vehicles = await call('GET', '/v2.0/vehicles/', undefined, bearer(answer.body.access_token));
  assert.deepEqual(vehicles.body, {
    vehicles: [(await carOf((item) => item.vin === car.vin)).vehicleId],
    paging: { count: 1, offset: 0 },
  });

  const again = await exchange(code);
  assert.equal(again.status, 400);
  assert.deepEqual(again.body, { error: 'invalid_request', error_description: `Invalid code: ${code}.` });
});

test('a code ends after ten minutes, and another address than the one of Connect gets nothing [§1.2-2, §1.6-2, §1.6-6, §1.6-10, §12.2-1]', async (t) => {
  const { codeFor, carOf, exchange, clock, tokenRequest } = await standV2(t);
  const car = await carOf((item) => item.fleet === 'first');
  const code = await codeFor(car.account.email, [car.vin]);
  // The SDK sends the word for a missing address.
  for (const uri of ['undefined', 'http://127.0.0.1:4000/other']) {
    const answer = await exchange(code, uri);
    assert.equal(answer.status, 400);
    assert.equal(answer.body.error, 'invalid_request');
  }
  assert.equal((await tokenRequest({ grant_type: 'authorization_code', code })).body.error, 'invalid_request');
  clock.now += 600_000;
  assert.equal((await exchange(code)).body.error_description, `Invalid code: ${code}.`);

  const fresh = await codeFor(car.account.email, [car.vin]);
  clock.now += 599_000;
  assert.equal((await exchange(fresh)).status, 200);
  assert.equal((await exchange('bad code here')).body.error_description, 'Invalid code: bad code here.');
});

test('a wrong secret, a missing one and an unknown grant are refused in the words of OAuth [§1.6-1, §1.6-9]', async (t) => {
  const { tokenRequest, call } = await standV2(t);
  const form = { grant_type: 'refresh_token', refresh_token: 'x' };
  for (const headers of [basic(applicationId, 'wrong'), basic('wrong', 'wrong'), { authorization: 'Basic ?' }, {}]) {
    const answer = await tokenRequest(form, headers);
    assert.equal(answer.status, 401);
    assert.equal(answer.body.error, 'invalid_client');
  }
  assert.equal((await tokenRequest({ grant_type: 'password' })).body.error, 'unsupported_grant_type');
  assert.equal((await tokenRequest({})).body.error, 'invalid_request');
  assert.equal((await call('POST', '/oauth/token', form, {})).status, 401);
});

test('a refresh replaces both tokens; the earlier access token lives to its own end [§1.6-3, §1.6-5, §1.7-1, §1.7-2]', async (t) => {
  const { connectedV2, refresh, call, clock } = await standV2(t);
  const { tokens } = await connectedV2();
  const user = (token: string): Promise<Answer> => call('GET', '/v2.0/user/', undefined, bearer(token));
  clock.now += 3_600_000;
  const next = (await refresh(tokens.refresh_token)).body;
  assert.notEqual(next.access_token, tokens.access_token);
  assert.notEqual(next.refresh_token, tokens.refresh_token);
  assert.equal((await user(tokens.access_token)).status, 200);
  clock.now += 3_599_000;
  assert.equal((await user(tokens.access_token)).status, 200);
  clock.now += 1_000;
  assert.equal((await user(tokens.access_token)).status, 401);
  assert.equal((await user(next.access_token)).status, 200);
});

test('a used refresh token works for its grace and no longer [§1.7-3, §1.7-8]', async (t) => {
  for (const [graceS, lastAt] of [
    [60, 59],
    [600, 599],
  ] as const) {
    const { connectedV2, refresh, clock, sim } = await standV2(t);
    await sim('PATCH', '/knobs', { refreshGraceS: graceS });
    const { tokens } = await connectedV2();
    const first = (await refresh(tokens.refresh_token)).body;
    clock.now += lastAt * 1000;
    const replayed = await refresh(tokens.refresh_token);
    assert.equal(replayed.body.access_token, first.access_token);
    assert.equal(replayed.body.refresh_token, first.refresh_token);
    assert.equal(replayed.body.expires_in, 7200 - lastAt);
    clock.now += 1000;
    const refused = await refresh(tokens.refresh_token);
    assert.equal(refused.status, 400);
    assert.equal(refused.body.error, 'invalid_grant');
    assert.equal((await refresh(first.refresh_token)).status, 200);
  }
});

test('a replay gets the same pair, another pair or an error, as the knob says [§1.6-8, §1.7-9]', async (t) => {
  const { connectedV2, refresh, sim, call } = await standV2(t);
  const { tokens } = await connectedV2();
  const first = (await refresh(tokens.refresh_token)).body;
  await sim('PATCH', '/knobs', { refreshReplay: 'new-pair' });
  const second = (await refresh(tokens.refresh_token)).body;
  assert.notEqual(second.refresh_token, first.refresh_token);
  for (const pair of [first, second])
    assert.equal((await call('GET', '/v2.0/user', undefined, bearer(pair.access_token))).status, 200);
  assert.equal((await refresh(first.refresh_token)).status, 200);
  assert.equal((await refresh(second.refresh_token)).status, 200);
  await sim('PATCH', '/knobs', { refreshReplay: 'error', refreshRefusal: { status: 401, error: 'invalid_request' } });
  const refused = await refresh(tokens.refresh_token);
  assert.equal(refused.status, 401);
  assert.equal(refused.body.error, 'invalid_request');
  await sim('PATCH', '/knobs', { refreshReplay: 'same-pair', refreshGraceS: 0 });
  assert.equal((await refresh(tokens.refresh_token)).status, 401);
});

test('a refresh token that nobody uses dies after sixty days [§1.6-8, §1.7-4]', async (t) => {
  const { connectedV2, refresh, clock } = await standV2(t);
  const { tokens } = await connectedV2();
  clock.now += 60 * 86_400_000 - 1000;
  const next = (await refresh(tokens.refresh_token)).body;
  clock.now += 60 * 86_400_000;
  const refused = await refresh(next.refresh_token);
  assert.equal(refused.status, 400);
  assert.deepEqual(shapeOf(refused.body), shapeOf(fixture('v2-error-refresh')));
});

test('the life of an access token is a knob, and the reply says it [§1.6-5]', async (t) => {
  const { connectedV2, sim, call, clock } = await standV2(t);
  await sim('PATCH', '/knobs', { accessTokenLifeS: 1800 });
  const { tokens } = await connectedV2();
  assert.equal(tokens.expires_in, 1800);
  clock.now += 1_800_000;
  assert.equal((await call('GET', '/v2.0/user', undefined, bearer(tokens.access_token))).status, 401);
});

test('one pair opens all cars of an owner; single_select gives each car its own, and both families live [§1.7-5, §1.7-6, §1.7-7]', async (t) => {
  const { codeFor, exchange, world, call, refresh } = await standV2(t);
  const cars = twoCars((await world()).cars);
  const email = cars[0]?.account.email;
  const vins = cars.map((car) => car.vin);
  const listed = async (token: string): Promise<string[]> =>
    (await call('GET', '/v2.0/vehicles', undefined, bearer(token))).body.vehicles;
  const all = (await exchange(await codeFor(email, vins))).body;
  assert.equal((await listed(all.access_token)).length, cars.length);
  const code = await codeFor(email, [vins[0]], { single_select: 'true', approval_prompt: 'force' });
  const single = (await exchange(code)).body;
  const own = await listed(single.access_token);
  assert.equal(own.length, 1);
  const [first, other] = await listed(all.access_token);
  assert.deepEqual(own, [first]);
  const read = await call('GET', `/v2.0/vehicles/${String(other)}/odometer`, undefined, bearer(single.access_token));
  assert.equal(read.status, 403);
  assert.equal((await refresh(all.refresh_token)).status, 200, 'the earlier family is alive');
  const users = await Promise.all(
    [all, single].map(async (pair) => (await call('GET', '/v2.0/user', undefined, bearer(pair.access_token))).body.id),
  );
  assert.equal(new Set(users).size, 1);
});

test('an earlier token keeps the permissions it was issued with [§1.4-4, §1.7-10]', async (t) => {
  const { connectedV2, codeFor, exchange, call } = await standV2(t);
  const car = await connectedV2(undefined, { scope: 'read_odometer read_vehicle_info' });
  const code = await codeFor(car.account.email, [car.vin], { scope: 'read_location', approval_prompt: 'force' });
  const later = (await exchange(code)).body;
  const permissions = async (token: string): Promise<Json> =>
    (await call('GET', `/v2.0/vehicles/${car.vehicleId}/permissions`, undefined, bearer(token))).body;
  assert.deepEqual((await permissions(car.tokens.access_token)).permissions, ['read_odometer', 'read_vehicle_info']);
  assert.deepEqual((await permissions(later.access_token)).permissions, ['read_location']);
});

test('the answer to a refresh is lost once: the rotation stands and the grace brings it back', async (t) => {
  const { connectedV2, refresh, sim, clock } = await standV2(t);
  const { tokens, vin } = await connectedV2();
  await sim('POST', `/cars/${vin}/faults`, { kind: 'refresh-answer-lost' });
  await sim('DELETE', '/requests');
  await assert.rejects(refresh(tokens.refresh_token), TypeError);
  assert.deepEqual((await sim('GET', '/requests')).tokenRequests, { refresh_token: 1 });
  assert.deepEqual((await sim('GET', '/faults')).faults, []);
  clock.now += 30_000;
  const replayed = await refresh(tokens.refresh_token);
  assert.equal(replayed.status, 200);
  clock.now += 60_000;
  assert.equal((await refresh(tokens.refresh_token)).status, 400, 'after the grace it is gone');
  assert.equal((await refresh(replayed.body.refresh_token)).status, 200);
  assert.deepEqual((await sim('GET', '/requests')).tokenRequests, { refresh_token: 4 });
});

test('a family that is revoked refreshes and reads nothing, and the others live', async (t) => {
  const { connectedV2, refresh, call, sim } = await standV2(t);
  const one = await connectedV2();
  const other = await connectedV2((car) => car.fleet === 'second');
  const { families } = await sim('GET', '/v2/families');
  assert.equal(families.length, 2);
  assert.doesNotMatch(JSON.stringify(families), new RegExp(one.tokens.refresh_token));
  const [family] = families.filter((item: Json) => item.vehicleIds.includes(one.vehicleId));
  await sim('DELETE', `/v2/families/${family.id}`);
  assert.equal((await refresh(one.tokens.refresh_token)).status, 400);
  assert.equal((await call('GET', '/v2.0/user', undefined, bearer(one.tokens.access_token))).status, 401);
  assert.equal((await refresh(other.tokens.refresh_token)).status, 200);
});

test('tokens are on disk before they are answered', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'simulator-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const stateFile = join(folder, 'state.json');
  const { connectedV2, refresh, clock } = await standV2(t, { stateFile });
  const { tokens } = await connectedV2();
  const next = (await refresh(tokens.refresh_token)).body;
  // Another one reads the file while the first has never been closed, as after a kill.
  const second = await startSimulator({ clock: () => new Date(clock.now), stateFile, redirectUris: [redirectUri] });
  t.after(() => second.close());
  const user = await fetch(`${second.origin}/v2.0/user`, { headers: bearer(next.access_token) });
  assert.equal(user.status, 200);
  assert.ok(clock.now >= noon);
});

test('a half answer is a rotation all the same', async (t) => {
  const { connectedV2, refresh, sim } = await standV2(t);
  const { tokens } = await connectedV2();
  await sim('POST', '/faults', { kind: 'truncated' });
  const half = await refresh(tokens.refresh_token);
  assert.equal(half.body, null);
  await sim('DELETE', '/faults');
  await sim('PATCH', '/knobs', { refreshGraceS: 0 });
  assert.equal((await refresh(tokens.refresh_token)).status, 400);
});
