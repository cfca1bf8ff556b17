/** Connect as v2 uses it: codes, families, and the re-authentication that gives no tokens. @see docs/smartcar.md §1.1-1.4 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { redirectUri, type Json } from './stand.ts';
import { applicationId, bearer, standV2 } from './v2-stand.ts';

const first = (car: Json): boolean => car.fleet === 'first';
const tesla = (car: Json): boolean => first(car) && car.make === 'TESLA';

test('a code comes with response_type=code alone, and what was sent comes back [§1.1-1, §1.1-16, §1.2-1, §1.2-3, §1.2-4, §1.2-5]', async (t) => {
  const { through, connectUrl, carOf } = await standV2(t);
  const car = await carOf(tesla);
  const wish = { email: car.account.email, vins: [car.vin] };
  const withCode = await through({ url: connectUrl({ external_id: 'owner-42', user: 'owner-42' }), ...wish });
  assert.deepEqual([...withCode.searchParams.keys()].sort(), [
    'code',
    'external_id',
    'state',
    'user_id',
    'virtual_key_url',
  ]);
  assert.equal(withCode.searchParams.get('external_id'), 'owner-42');
  const none = await through({ url: connectUrl({ response_type: 'none', external_id: 'null' }), ...wish });
  assert.deepEqual([...none.searchParams.keys()].sort(), ['state', 'user_id', 'virtual_key_url']);
  assert.equal(none.searchParams.get('user_id'), withCode.searchParams.get('user_id'));
});

test('application_id is as good as client_id, and flags, user and mode are accepted [§1.1-2, §1.1-10, §1.1-11, §1.1-14, §1.1-15]', async (t) => {
  const { through, connectUrl, carOf, exchange, call } = await standV2(t);
  const car = await carOf(first);
  const url = new URL(connectUrl({ flags: 'country:DE flag:suboption', user: 'u', mode: 'test', make: car.make }));
  url.searchParams.delete('client_id');
  url.searchParams.set('application_id', applicationId);
  url.searchParams.delete('redirect_uri');
  const end = await through({ url: url.toString(), email: car.account.email, vins: [car.vin] });
  assert.ok(end.toString().startsWith(redirectUri), 'the first registered address');
  const answer = await exchange(end.searchParams.get('code') ?? '');
  assert.equal(answer.status, 200);
  assert.equal((await call('GET', '/oauth/authorize?response_type=code&client_id=client_01', undefined)).status, 400);
});

test('an owner who leaves a permission out gets tokens for the rest [§1.1-5, §1.1-6, §1.1-7]', async (t) => {
  const { through, connectUrl, carOf, exchange, call } = await standV2(t);
  const car = await carOf(first);
  const url = connectUrl({ scope: 'required:read_odometer read_location read_fuel', single_select: 'true' });
  const end = await through({ url, email: car.account.email, vins: [car.vin], grant: ['read_location'] });
  const { access_token: token } = (await exchange(end.searchParams.get('code') ?? '')).body;
  const { vehicles } = (await call('GET', '/v2.0/vehicles', undefined, bearer(token))).body;
  const { body } = await call('GET', `/v2.0/vehicles/${vehicles[0]}/permissions`, undefined, bearer(token));
  assert.deepEqual(body, { permissions: ['read_odometer', 'read_location'], paging: { count: 2, offset: 0 } });
});

test('single_select_vin offers that car alone [§1.1-13]', async (t) => {
  const { through, connectUrl, world, api, carOf } = await standV2(t);
  const { cars } = await world();
  const email = cars.find(
    (car: Json) => first(car) && cars.filter((item: Json) => item.account.email === car.account.email).length > 1,
  ).account.email;
  const own = cars.filter((car: Json) => car.account.email === email);
  const url = connectUrl({ single_select: 'true', single_select_vin: own[1].vin });
  await through({ url, email });
  const { vehicleId } = await carOf((car) => car.vin === own[1].vin);
  const { data } = (await api('GET', '/connections')).body;
  assert.deepEqual(
    data.map((item: Json) => item.relationships.vehicle.data.id),
    [vehicleId],
  );
});

test('signing in again gives the vehicle, never a code, and the tokens on file read again [§1.4-1, §1.4-2]', async (t) => {
  const { connectedV2, sim, through, reconnectUrl } = await standV2(t);
  const car = await connectedV2();
  await sim('POST', `/cars/${car.vin}/faults`, { kind: 'password-changed' });
  assert.equal((await car.ask('/odometer')).body.code, 'AUTHENTICATION_FAILED');
  const end = await through({ url: reconnectUrl(car.vehicleId) });
  assert.deepEqual(Object.fromEntries(end.searchParams), { vehicle_id: car.vehicleId, state: 'r1' });
  assert.equal((await car.ask('/odometer')).status, 200);
});

test('re-authentication with none ends on a page of Smartcar when the application has no address for it [§1.4-3, §1.4-6]', async (t) => {
  const { connectedV2, through, running, call, sim } = await standV2(t);
  const car = await connectedV2();
  const query = { response_type: 'none', client_id: applicationId, vehicle_id: car.vehicleId, state: 's' };
  const url = `${running.simulator.origin}/oauth/reauthenticate?${new URLSearchParams(query).toString()}`;
  const end = await through({ url });
  assert.equal(`${end.origin}${end.pathname}`, `${running.simulator.origin}/connect/done`);
  const page = await call('GET', `${end.pathname}${end.search}`);
  assert.equal(page.status, 200);
  assert.match(page.text, /You can close this window/);
  const denied = new URL((await sim('POST', '/authorize', { url, deny: true })).redirect);
  assert.match((await call('GET', `${denied.pathname}${denied.search}`)).text, /User denied access/);
  const needed = await call('GET', url.replace('none', 'vehicle_id').replace(running.simulator.origin, ''));
  assert.match(needed.text, /Invalid parameter redirect_uri/);
});

test('the browser SDK gets its message with app_origin, and only an origin is one [§1.1-18]', async (t) => {
  const { through, connectUrl, carOf, call } = await standV2(t);
  const car = await carOf(first);
  const url = new URL(connectUrl({ response_type: 'none', app_origin: 'https://app.example' }));
  url.searchParams.delete('redirect_uri');
  const end = await through({ url: url.toString(), email: car.account.email, vins: [car.vin] });
  const { text } = await call('GET', `${end.pathname}${end.search}`);
  assert.match(text, /SmartcarAuthMessage/);
  assert.match(text, /data-origin="https:\/\/app\.example"/);
  url.searchParams.set('app_origin', 'javascript:alert(1)');
  assert.equal((await call('GET', `${url.pathname}${url.search}`)).status, 400);
});

test("Tesla's stand-alone form names the make and finds the owner's vehicle [§1.4-10]", async (t) => {
  const { connectedV2, through, running, sim, call } = await standV2(t);
  const car = await connectedV2(tesla);
  await sim('POST', `/cars/${car.vin}/faults`, { kind: 'access-revoked' });
  const query = {
    response_type: 'vehicle_id',
    make: 'TESLA',
    client_id: applicationId,
    redirect_uri: redirectUri,
    scope: 'read_odometer',
  };
  const address = (change: Record<string, string> = {}): string =>
    `${running.simulator.origin}/oauth/reauthenticate?${new URLSearchParams({ ...query, ...change }).toString()}`;
  const page = await call('GET', address().replace(running.simulator.origin, ''));
  assert.match(page.text, /id="sign-in-button"/);
  const end = await through({ url: address(), email: car.account.email });
  assert.deepEqual(Object.fromEntries(end.searchParams), { vehicle_id: car.vehicleId });
  assert.equal((await car.ask('/odometer')).status, 200);
  const other = await call('GET', address({ make: 'BMW' }).replace(running.simulator.origin, ''));
  assert.equal(other.status, 404);
});

test('auto leaves the permission page out after a yes, and every yes is another family [§1.1-9, §1.7-5]', async (t) => {
  const { connectedV2, codeFor, exchange, refresh, sim } = await standV2(t);
  const car = await connectedV2();
  const second = (await exchange(await codeFor(car.account.email, [car.vin]))).body;
  assert.notEqual(second.refresh_token, car.tokens.refresh_token);
  assert.equal((await sim('GET', '/v2/families')).families.length, 2);
  assert.equal((await refresh(car.tokens.refresh_token)).status, 200);
  assert.equal((await refresh(second.refresh_token)).status, 200);
});
